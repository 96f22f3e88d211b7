/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shares a rectangle out: each weight gets a part of the area that is in proportion to it, and as close to a square as
 * it can be. Pure arithmetic; any thread.
 */
#ifndef LODGER_SCAN_SQUARIFY_H
#define LODGER_SCAN_SQUARIFY_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct SquarifyRect
{
  double x, y, width, height;
} SquarifyRect;

/* The weights are not less than 0, and the largest comes first. The parts do not overlap, and lie in the area. The
 * part of a weight of 0 is empty. */
void squarify (const double *weights, guint count, const SquarifyRect *area, SquarifyRect *ret_parts);

G_END_DECLS

#endif
