/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What Lodger takes of the window's time: how long its calls ran in the GUI thread between two frames, at the most, and
 * the longest of them. It is Lodger's own trace that tells.
 */
#ifndef LODGER_SCAN_CALLS_H
#define LODGER_SCAN_CALLS_H

#include <glib.h>
#include <lodger/lodger.h>

G_BEGIN_DECLS

/* From now on, until calls_end(), of this caller. Once at a time. */
void calls_begin (LodgerCaller *caller);
void calls_end (void);
/* The caller's thread, between two calls: a frame begins. */
void calls_frame (void);
/* How long it was until now, in microseconds, and how much of that calls have taken. FALSE before calls_begin(). */
gboolean calls_get_spent (gint64 *ret_since, gint64 *ret_spent);
/* In microseconds: what calls have taken between two frames, at the most, and the longest of them. */
void calls_get_longest (gint64 *ret_most, gint64 *ret_longest);
/* "calls: at most 9.4 ms between two frames, the longest 5.1 ms", as a line. */
void calls_append_summary (GString *text);

G_END_DECLS

#endif
