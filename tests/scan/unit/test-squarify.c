/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A rectangle that is shared out: the parts are in proportion, lie in it, and do not overlap. */
#include "squarify.h"
#include "test-suite.h"

#include <math.h>

enum
{
  MOST = 300
};

static SquarifyRect parts[MOST];

static double
area_of (const SquarifyRect *rect)
{
  return rect->width * rect->height;
}

static void
expect_inside (const SquarifyRect *area, const SquarifyRect *part)
{
  ck_assert_double_ge (part->x, area->x - 1e-6);
  ck_assert_double_ge (part->y, area->y - 1e-6);
  ck_assert_double_ge (part->width, 0);
  ck_assert_double_ge (part->height, 0);
  ck_assert_double_le (part->x + part->width, area->x + area->width + 1e-6);
  ck_assert_double_le (part->y + part->height, area->y + area->height + 1e-6);
}

static void
expect_apart (const SquarifyRect *a, const SquarifyRect *b)
{
  double right = fmin (a->x + a->width, b->x + b->width);
  double bottom = fmin (a->y + a->height, b->y + b->height);
  double wide = right - fmax (a->x, b->x);
  double high = bottom - fmax (a->y, b->y);
  ck_assert (wide < 1e-6 || high < 1e-6);
}

static void
expect_shared_out (const double *weights, guint count, SquarifyRect area)
{
  double total = 0;
  double sum = 0;
  squarify (weights, count, &area, parts);
  for (guint i = 0; i < count; i++)
    total += weights[i];
  for (guint i = 0; i < count; i++)
    {
      expect_inside (&area, &parts[i]);
      ck_assert_double_eq_tol (area_of (&parts[i]), weights[i] / total * area_of (&area), area_of (&area) * 1e-9);
      sum += area_of (&parts[i]);
      for (guint j = 0; j < i; j++)
        expect_apart (&parts[i], &parts[j]);
    }
  ck_assert_double_eq_tol (sum, area_of (&area), area_of (&area) * 1e-9);
}

START_TEST (areas_are_in_proportion)
{
  const double weights[] = { 6, 6, 4, 3, 2, 2, 1 };
  expect_shared_out (weights, G_N_ELEMENTS (weights), (SquarifyRect) { 0, 0, 6, 4 });
  expect_shared_out (weights, G_N_ELEMENTS (weights), (SquarifyRect) { 10, 20, 3, 900 });
  expect_shared_out (weights, G_N_ELEMENTS (weights), (SquarifyRect) { -5, 7, 1000, 11 });
}
END_TEST

START_TEST (one_part_is_the_whole_area)
{
  const double weight = 17;
  SquarifyRect area = { 3, 4, 50, 60 };
  squarify (&weight, 1, &area, parts);
  ck_assert_double_eq (parts[0].x, 3);
  ck_assert_double_eq (parts[0].y, 4);
  ck_assert_double_eq (parts[0].width, 50);
  ck_assert_double_eq (parts[0].height, 60);
}
END_TEST

START_TEST (parts_of_one_size_are_nearly_squares)
{
  double weights[100];
  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    weights[i] = 5;
  expect_shared_out (weights, G_N_ELEMENTS (weights), (SquarifyRect) { 0, 0, 1000, 700 });
  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    ck_assert_double_lt (fmax (parts[i].width / parts[i].height, parts[i].height / parts[i].width), 3);
}
END_TEST

START_TEST (a_weight_of_0_has_an_empty_part)
{
  const double weights[] = { 2, 1, 0, 0 };
  expect_shared_out (weights, G_N_ELEMENTS (weights), (SquarifyRect) { 0, 0, 100, 100 });
  ck_assert_double_eq (area_of (&parts[2]), 0);
  ck_assert_double_eq (area_of (&parts[3]), 0);
}
END_TEST

START_TEST (nothing_is_shared_out_when_there_are_no_weights)
{
  const double weights[] = { 0, 0 };
  SquarifyRect area = { 0, 0, 100, 100 };
  squarify (weights, 2, &area, parts);
  ck_assert_double_eq (area_of (&parts[0]), 0);
  ck_assert_double_eq (area_of (&parts[1]), 0);
  squarify (weights, 0, &area, parts);
}
END_TEST

START_TEST (an_empty_area_has_empty_parts)
{
  const double weights[] = { 2, 1 };
  SquarifyRect area = { 5, 5, 0, 100 };
  squarify (weights, 2, &area, parts);
  ck_assert_double_eq (area_of (&parts[0]), 0);
  ck_assert_double_eq (area_of (&parts[1]), 0);
}
END_TEST

START_TEST (weights_may_differ_by_everything_that_a_size_can)
{
  const double weights[] = { 9223372036854775808.0, 9223372036854775807.0, 1e12, 1e6, 1, 1, 1 };
  SquarifyRect area = { 0, 0, 1000, 800 };
  squarify (weights, G_N_ELEMENTS (weights), &area, parts);
  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    {
      ck_assert (isfinite (parts[i].x) && isfinite (parts[i].y) && isfinite (area_of (&parts[i])));
      expect_inside (&area, &parts[i]);
    }
  ck_assert_double_eq_tol (area_of (&parts[0]), 400000, 1);
}
END_TEST

START_TEST (many_random_weights)
{
  double weights[MOST];
  double weight = 1e9;
  guint32 random = 12345;
  for (guint i = 0; i < MOST; i++)
    {
      random = random * 1664525 + 1013904223;
      weight *= 0.9 + (double) (random >> 16) / 65536 / 10;
      weights[i] = weight;
    }
  expect_shared_out (weights, MOST, (SquarifyRect) { 0, 0, 1234, 567 });
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("squarify");
  test_add (suite, areas_are_in_proportion);
  test_add (suite, one_part_is_the_whole_area);
  test_add (suite, parts_of_one_size_are_nearly_squares);
  test_add (suite, a_weight_of_0_has_an_empty_part);
  test_add (suite, nothing_is_shared_out_when_there_are_no_weights);
  test_add (suite, an_empty_area_has_empty_parts);
  test_add (suite, weights_may_differ_by_everything_that_a_size_can);
  test_add (suite, many_random_weights);
  return test_main (suite, argc, argv);
}
