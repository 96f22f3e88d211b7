/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "squarify.h"

/* A row of parts lies along the shorter side of what is left. A part is added to it as long as the worst of its parts
 * gets closer to a square. With the areas `first` (the largest), `last` and `sum`, and the length `side` of the row,
 * the row is sum / side thick, and a part is area / thickness long. */
static double
worst_ratio (double first, double last, double sum, double side)
{
  double square = side * side;
  return MAX (square * first / (sum * sum), sum * sum / (square * last));
}

/* How many of the weights make the next row. *ret_sum is theirs. */
static guint
choose_row (const double *weights, guint count, double scale, double side, double *ret_sum)
{
  guint chosen = 1;
  double first = weights[0] * scale;
  double sum = first;
  double worst = worst_ratio (first, first, sum, side);
  for (; chosen < count && weights[chosen] > 0; chosen++)
    {
      double area = weights[chosen] * scale;
      double with = worst_ratio (first, area, sum + area, side);
      if (with > worst)
        break;
      worst = with;
      sum += area;
    }
  *ret_sum = sum;
  return chosen;
}

/* Puts a row along the side at the left, or at the top, of `left`, and takes its place away from that. The last part
 * ends where the side does, and the last row where the area does: rounding adds up to nothing. */
static void
place_row (const double *weights, guint count, double scale, double sum, gboolean is_last, SquarifyRect *left,
           SquarifyRect *ret_parts)
{
  gboolean upright = left->width >= left->height;
  double side = upright ? left->height : left->width;
  double depth = upright ? left->width : left->height;
  double thickness = is_last ? depth : MIN (sum / side, depth);
  double at = 0;
  for (guint i = 0; i < count; i++)
    {
      double end = i + 1 == count ? side : MIN (at + side * (weights[i] * scale / sum), side);
      if (upright)
        ret_parts[i] = (SquarifyRect) { left->x, left->y + at, thickness, end - at };
      else
        ret_parts[i] = (SquarifyRect) { left->x + at, left->y, end - at, thickness };
      at = end;
    }
  if (upright)
    {
      left->x += thickness;
      left->width -= thickness;
    }
  else
    {
      left->y += thickness;
      left->height -= thickness;
    }
}

void
squarify (const double *weights, guint count, const SquarifyRect *area, SquarifyRect *ret_parts)
{
  SquarifyRect left = *area;
  double total = 0;
  double scale;
  guint placed = 0;
  for (guint i = 0; i < count; i++)
    total += weights[i];
  scale = total > 0 ? area->width * area->height / total : 0;
  /* What is left may be less than the smallest number by rounding. */
  while (placed < count && weights[placed] * scale > 0 && left.width > 0 && left.height > 0)
    {
      double sum;
      guint chosen = choose_row (weights + placed, count - placed, scale, MIN (left.width, left.height), &sum);
      gboolean is_last = placed + chosen == count || weights[placed + chosen] * scale <= 0;
      place_row (weights + placed, chosen, scale, sum, is_last, &left, ret_parts + placed);
      placed += chosen;
    }
  for (; placed < count; placed++)
    ret_parts[placed] = (SquarifyRect) { area->x + area->width, area->y + area->height, 0, 0 };
}
