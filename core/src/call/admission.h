/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is bounded: at most so many calls wait in a caller, or items in a channel. Whoever comes then waits for space, or is
 * refused. */
#ifndef LODGER_ADMISSION_H
#define LODGER_ADMISSION_H

#include "parts.h"

/* `caller` makes room; NULL: nobody is known to. */
void lodger__admission_init (LodgerAdmission *admission, const char *where, LodgerCaller *caller, unsigned limit);
/* Not in a forked child. */
void lodger__admission_clear (LodgerAdmission *admission);
/* Any thread: it is known now who makes room: that caller's thread, or the thread with that serial. */
void lodger__admission_know (LodgerAdmission *admission, LodgerCaller *caller, uint64_t thread);
/* Any thread: space, or why there is none. It waits for it, if it may. And gives it back. */
int lodger__admission_take (LodgerAdmission *admission, const char *function);
void lodger__admission_give (LodgerAdmission *admission);
/* Any thread: space, if there is some at this moment. */
bool lodger__admission_try (LodgerAdmission *admission);
/* Any thread: there will be no more. */
void lodger__admission_close (LodgerAdmission *admission);

/* A caller's own; 0: no limit. False without memory. */
bool lodger__admission_make (LodgerCaller *caller, unsigned limit);
void lodger__admission_free (LodgerCaller *caller);

static inline int
lodger__admission_enter (LodgerCaller *caller, const char *function)
{
  return caller->calls.admission == NULL ? 0 : lodger__admission_take (caller->calls.admission, function);
}

/* Any thread, of a caller that stops. */
static inline void
lodger__admission_end (LodgerCaller *caller)
{
  if (caller->calls.admission != NULL)
    lodger__admission_close (caller->calls.admission);
}

/* Whoever takes the call out. */
static inline void
lodger__admission_leave (LodgerCaller *caller)
{
  if (caller->calls.admission != NULL)
    lodger__admission_give (caller->calls.admission);
}

#endif
