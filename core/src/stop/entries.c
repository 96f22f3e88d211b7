/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stop/entries.h"

#include "life/life.h"
#include "mailbox/post.h"
#include "pending/pending.h"
#include "stop/stop.h"

#include <stdlib.h>

/* An entry that is made inside a call of the caller is the call's: the call leaves it, or its end does, in whatever thread
 * that comes. All others are only counted, also those of an attach inside a call.
 *
 * Whoever takes an entry off the list has left it. A leave in the call, and the end of a call that a stop has given up, may
 * come at the same time: then the listener frees it, in any case. */

typedef struct LodgerEntry
{
  LodgerListener listener;
  LodgerLink link;           /* under the caller's mutex */
  LodgerCaller *caller;      /* held */
  const LodgerPending *call; /* it is not read */
  bool is_first;             /* there was no other when it was made */
} LodgerEntry;

unsigned
lodger__entries_count (LodgerCaller *caller)
{
  unsigned count = 0;
  if (lodger__is_before_fork (caller)) /* the mutex is the parent's */
    return 0;
  lodger__caller_lock (caller);
  lodger__list_for (entry, &caller->stop.entries, LodgerEntry, link)
    count++;
  lodger__caller_unlock (caller);
  return count;
}

static void
entry_free (LodgerEntry *entry)
{
  lodger__release (entry->caller);
  free (entry);
}

/* The leave of that entry stops the caller. */
static bool
is_last_word (const LodgerEntry *entry)
{
  return entry->is_first && atomic_load (&entry->caller->stop.enters) == 0;
}

/* No lock. An owner that waits for the entries looks again. */
static void
left (LodgerCaller *caller, bool stops)
{
  if (stops)
    lodger_caller_stop (caller, true);
  if (lodger__is_serving_alone (caller))
    lodger__poke (caller);
}

static void
call_done (LodgerListener *listener, LodgerPending *done)
{
  LodgerEntry *entry = lodger__owner (listener, LodgerEntry, listener);
  bool is_mine;
  (void) done;
  lodger__caller_lock (entry->caller);
  is_mine = lodger__list_remove (&entry->link);
  lodger__caller_unlock (entry->caller);
  if (is_mine)
    left (entry->caller, is_last_word (entry));
  entry_free (entry);
}

LODGER_LATE_LISTENER_OPS (entry_ops, call_done);

/* The call of the caller that this thread is in, if that is the innermost; or NULL. */
static LodgerPending *
own_call (const LodgerCaller *caller)
{
  const LodgerThread *thread = lodger__thread_peek ();
  return thread != NULL && thread->frame != NULL && thread->frame->caller == caller ? thread->frame->pending : NULL;
}

static int
enter_in_call (LodgerCaller *caller, LodgerPending *call)
{
  LodgerEntry *entry = calloc (1, sizeof *entry);
  if (entry == NULL)
    return LODGER_ENOMEM;
  lodger__hold (caller);
  entry->caller = caller;
  entry->call = call;
  entry->listener = lodger__listener (&entry_ops);
  lodger__caller_lock (caller);
  entry->is_first = caller->stop.entries.first == NULL && atomic_load (&caller->stop.enters) == 0;
  lodger__list_append (&caller->stop.entries, &entry->link);
  lodger__caller_unlock (caller);
  if (!lodger__pending_listen (call, &entry->listener)) /* a stop has given it up */
    call_done (&entry->listener, call);
  return 0;
}

int
lodger__entries_enter (LodgerCaller *caller, bool by_call)
{
  LodgerPending *call = by_call ? own_call (caller) : NULL;
  if (call != NULL)
    return enter_in_call (caller, call);
  atomic_fetch_add (&caller->stop.enters, 1);
  return 0;
}

/* Its newest, taken off the list; or NULL. */
static LodgerEntry *
take (LodgerCaller *caller, const LodgerPending *call)
{
  LodgerEntry *found = NULL;
  lodger__caller_lock (caller);
  lodger__list_for (entry, &caller->stop.entries, LodgerEntry, link)
    if (entry->call == call)
      found = entry;
  if (found != NULL)
    lodger__list_remove (&found->link);
  lodger__caller_unlock (caller);
  return found;
}

/* The stop leaves this call alone, until that has returned. */
static void
spare (LodgerPending *call)
{
  lodger__pending_lock (call);
  lodger__pending_add_state (call, P_TOLD);
  lodger__pending_unlock (call);
}

bool
lodger__entries_leave (LodgerCaller *caller)
{
  LodgerPending *call = own_call (caller);
  LodgerEntry *entry = call != NULL ? take (caller, call) : NULL;
  bool stops;
  if (entry == NULL)
    return false;
  stops = is_last_word (entry);
  if (stops)
    spare (call);
  lodger__hold (caller);
  if (lodger__pending_unlisten (call, &entry->listener))
    entry_free (entry);
  left (caller, stops);
  lodger__release (caller);
  return true;
}
