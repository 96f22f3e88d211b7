/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How smooth a window is: how many frames it painted while frames were wanted, and the longest time between two of them.
 */
#ifndef LODGER_SCAN_PAINTS_H
#define LODGER_SCAN_PAINTS_H

#include <glib.h>

G_BEGIN_DECLS

/* Times are in microseconds. All zero at the beginning. */
typedef struct Paints
{
  gint64 last; /* when the frame before was painted, or 0 */
  gint64 spent, worst;
  guint count, late; /* gaps, which are frames but for the first one; those longer than 25 ms */
} Paints;

/* A frame has been painted. `goes_on`: another one is wanted. */
void paints_add (Paints *paints, gboolean goes_on);
/* The time until the next frame does not count. */
void paints_pause (Paints *paints);
/* "59.8 per second, worst gap 21.3 ms"; FALSE when there is nothing to tell. */
gboolean paints_append (const Paints *paints, GString *text);
/* The same as a line that begins with "frames: " and their number, and ends with ", 3 over 25 ms". */
void paints_append_summary (const Paints *paints, GString *text);

G_END_DECLS

#endif
