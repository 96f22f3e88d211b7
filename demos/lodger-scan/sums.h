/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sums of sizes. Sparse files can be so large that a few of them have more than 2^64 bytes: then the sum is the largest
 * number that there is, and stays it, since nobody knows by how much it was too small.
 */
#ifndef LODGER_SCAN_SUMS_H
#define LODGER_SCAN_SUMS_H

#include <glib.h>

G_BEGIN_DECLS

static inline guint64
sum_of (guint64 sum, guint64 size)
{
  guint64 result;
  return g_uint64_checked_add (&result, sum, size) ? result : G_MAXUINT64;
}

static inline guint64
sum_without (guint64 sum, guint64 size)
{
  return sum == G_MAXUINT64 ? sum : sum - size;
}

static inline guint64
sum_times (guint64 size, guint64 count)
{
  guint64 result;
  return g_uint64_checked_mul (&result, size, count) ? result : G_MAXUINT64;
}

G_END_DECLS

#endif
