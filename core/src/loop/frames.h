/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller's thread is at, for those who look at it from another thread. They have counted themselves as readers
 * (ownership.h) before, and hold no lock. */
#ifndef LODGER_FRAMES_H
#define LODGER_FRAMES_H

#include "base/text.h"
#include "parts.h"

/* At one moment. */
typedef struct LodgerGlance
{
  char call[200];  /* the innermost call; empty: none */
  bool waits;      /* in that call, for something of Lodger's */
  bool is_at_work; /* it is in a slice */
  int64_t since;   /* when the call was entered; 0: not known */
  int64_t here_at; /* when it was last in Lodger's hands */
} LodgerGlance;

LodgerGlance lodger__frames_glance (LodgerCaller *caller);
/* Under the caller's mutex: a frame of its, and what it waits for: a line or two. */
void lodger__frame_write (const LodgerFrame *frame, const char *label, LodgerItem **dropped, LodgerText *text);
/* The calls on its stack, the innermost first, and what they wait for: a line each. */
void lodger__frames_write (LodgerCaller *caller, LodgerText *text);

#endif
