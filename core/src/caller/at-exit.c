/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "caller/caller.h"
#include "debug/debug.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"

#include <stdlib.h>

/* A program may end without having stopped its callers. Then their threads are ended by the system in the middle of what
 * they do; all that is done here is to name what that is. Nothing is joined, no call is run.
 *
 * The callers are held, not referred to: one that was never started would otherwise be stopped here, with its hooks. One
 * that ends in the meantime is freed here, as by whoever else lets go of it last. */

/* A child that is at nothing belongs to a parent that is named. */
static void
name_caller (LodgerCaller *caller)
{
  char *line = NULL;
  LodgerFrame *frame;
  bool is_at_work;
  lodger__caller_lock (caller);
  frame = lodger__ownership_frame (caller);
  is_at_work = frame != NULL;
  for (; frame != NULL && line == NULL; frame = lodger__ownership_outer (frame))
    if (frame->pending != NULL)
      line = lodger_pending_describe (frame->pending);
  lodger__caller_unlock (caller);
  if ((!is_at_work && lodger__parent (caller) != NULL) || lodger__phase (caller) == LODGER_PHASE_STOPPED)
    return;
  lodger__log (LODGER_LOG_WARNING, "the program ends while %s still runs%s%s", lodger__name (caller),
               line != NULL ? ": " : "", line != NULL ? line : "");
  lodger_free (line);
}

static void
at_exit (void)
{
  size_t count;
  LodgerCaller **callers = lodger__registry_hold_all (&count);
  atomic_fetch_add (&lodger__ownership_readers, LODGER_OWNERSHIP_READER);
  for (size_t i = 0; i < count; i++)
    name_caller (callers[i]);
  lodger__debug_release_all (callers, count);
}

static void
install (void)
{
  if (atexit (at_exit) != 0)
    lodger__log (LODGER_LOG_DEBUG, "no memory to notice the program's end");
}

void
lodger__at_exit_notice (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once (&once, install);
}
