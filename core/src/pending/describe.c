/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "base/thread.h"
#include "pending/pending.h"

#include <stdio.h>
#include <stdlib.h>

/* What a pending is, for programs and for people. */

LodgerPending *
lodger_pending_current (void)
{
  return lodger__thread_pending (lodger__thread_peek ());
}

LodgerCaller *
lodger_pending_get_caller (LodgerPending *pending)
{
  LodgerCaller *caller = NULL;
  if (pending == NULL)
    return NULL;
  lodger__pending_lock (pending);
  if (!(lodger__pending_state (pending) & (P_DONE | P_UNASSIGNED)))
    caller = pending->caller;
  lodger__pending_unlock (pending);
  return caller;
}

char *
lodger_pending_describe (LodgerPending *pending)
{
  const char *what = "queued";
  const char *why = NULL;
  char *message, *line = NULL;
  unsigned state;
  if (pending == NULL)
    return NULL;
  message = lodger_pending_dup_cancel_message (pending);
  state = lodger__pending_state (pending);
  switch (lodger_pending_get_state (pending))
    {
    case LODGER_PENDING_QUEUED: what = state & P_CANCELLED ? "cancelled, not done" : "queued"; break;
    case LODGER_PENDING_RUNNING: what = state & P_CANCELLED ? "running, cancelled" : "running"; break;
    case LODGER_PENDING_SUCCEEDED: what = "done"; break;
    case LODGER_PENDING_FAILED:
      what = "failed";
      why = lodger_error_get_message (lodger_pending_get_error (pending));
      break;
    case LODGER_PENDING_CANCELLED: what = "cancelled"; break;
    }
  if (why == NULL)
    why = message;
  if (asprintf (&line, "%s (%s:%d): %s%s%s",
                pending->site.name != NULL ? pending->site.name
                : state & P_PROMISE        ? "promise"
                                           : "call",
                pending->site.file != NULL ? pending->site.file : "?", pending->site.line, what,
                why != NULL ? ": " : "", why != NULL ? why : "")
      < 0)
    line = NULL;
  for (char *at = line; at != NULL && *at != '\0'; at++)
    if (*at == '\n')
      *at = ' ';
  free (message);
  return line;
}

/* What it reads never changes once the pending is shared, but for the state. */
void
lodger__pending_write (const LodgerPending *pending, LodgerText *text)
{
  unsigned state = lodger__pending_state (pending);
  const char *what = state & P_DONE       ? "done"
                     : state & P_RETURNED ? "returned, not answered yet"
                     : state & P_STARTED  ? "running"
                     : state & P_PROMISE  ? "not answered yet"
                                          : "queued";
  lodger__text_site (text, &pending->site, state & P_PROMISE ? "promise" : "call");
  lodger__text_add (text, ": %s%s", what, (state & (P_CANCELLED | P_DONE)) == P_CANCELLED ? ", cancelled" : "");
}
