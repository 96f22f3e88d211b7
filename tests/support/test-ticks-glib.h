/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that tick each millisecond, and a call that submits itself again and again, beside whatever else a thread does.
 *
 * The guests are a main context of its own and, where there is libuv, a loop of its own. A process has one set of them. */
#ifndef LODGER_TEST_TICKS_GLIB_H
#define LODGER_TEST_TICKS_GLIB_H

#include "test-suite.h"

enum
{
  TICKS_GLIB,
  TICKS_UV,
  TICKS_CALLS,
  TICKS_KINDS
};

typedef struct Ticks
{
  LodgerCaller *caller;
  unsigned long counts[TICKS_KINDS], marks[TICKS_KINDS]; /* the caller's thread alone, as the next */
  bool is_over;
} Ticks;

/* The caller's thread: begins. The stop of the caller ends the guests. */
void ticks_begin (Ticks *ticks, LodgerCaller *caller);
/* Nothing is submitted any more. Before the stop. */
void ticks_end (Ticks *ticks);
/* From here on, `ticks_have_come`: 25 of each kind, or more. */
void ticks_mark (Ticks *ticks);
bool ticks_have_come (const Ticks *ticks);

#endif
