/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wait/graph.h"

#include "base/fork.h"
#include "base/log.h"
#include "life/life.h"
#include "loop/turn.h"
#include "mailbox/owner.h"
#include "pending/extras.h"

/* Each thread that blocks without limit is on a list, with what it waits for. A wait is hopeless when its pending needs a
 * thread that waits hopelessly: the thread that runs it, or has it in its inbox, or each thread of a crew that can have no
 * more. That is the greatest such set: all are taken to be hopeless, and one that is not is taken out, until nothing
 * changes. A promise that no caller is said to answer, a deferred call, a timed wait, a thread that is not on the list: each
 * may end by itself, so it is not hopeless.
 *
 * The graph asks the items what they are blocked on, and knows no kind of item itself.
 *
 * A wait that closes a circle is the last of it to be noted, and each is noted under the one mutex before it blocks: so that
 * one sees all the others. */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static LodgerList waits;

static void
forget_waits (void)
{
  waits = (LodgerList) { NULL, NULL };
}

LODGER_FORK_LOCK (mutex, LODGER_RANK_WAITS, forget_waits);

static bool
caller_is_hopeless (const LodgerCaller *caller)
{
  uint64_t thread = lodger__owner_serial (caller);
  lodger__list_for (wait, &waits, LodgerWait, link)
    if (thread != 0 && wait->thread == thread)
      return wait->is_hopeless;
  return false;
}

static bool
crew_is_hopeless (const LodgerCaller *crew, unsigned size)
{
  unsigned hopeless = 0;
  lodger__list_for (wait, &waits, LodgerWait, link)
    hopeless += wait->crew == crew && wait->is_hopeless;
  return hopeless >= size;
}

static bool
is_hopeless (const LodgerBlockedOn *blocked)
{
  return (blocked->caller != NULL && caller_is_hopeless (blocked->caller))
         || (blocked->crew_size > 0 && crew_is_hopeless (blocked->crew, blocked->crew_size));
}

/* The lock keeps its caller there. */
static bool
pending_is_hopeless (LodgerPending *pending)
{
  LodgerPending *at = lodger_pending_ref (pending);
  bool hopeless = false;
  while (at != NULL && !hopeless)
    {
      LodgerBlockedOn blocked;
      lodger__pending_lock (at);
      blocked = lodger__pending_blocked_on (at);
      hopeless = is_hopeless (&blocked);
      lodger__pending_unlock (at);
      lodger_pending_unref (at);
      at = blocked.next;
    }
  lodger_pending_unref (at);
  return hopeless;
}

static bool
look_at (const LodgerWait *wait)
{
  return wait->pending != NULL ? pending_is_hopeless (wait->pending) : caller_is_hopeless (wait->inbox_of);
}

/* The new one is looked at first: as a rule it has hope even if nobody else has. */
static bool
wait_is_hopeless (LodgerWait *added)
{
  bool changed;
  lodger__list_for (wait, &waits, LodgerWait, link)
    wait->is_hopeless = true;
  added->is_hopeless = look_at (added);
  do
    {
      changed = false;
      lodger__list_for (wait, &waits, LodgerWait, link)
        if (added->is_hopeless && wait->is_hopeless && !look_at (wait))
          {
            wait->is_hopeless = false;
            changed = true;
          }
    }
  while (changed && added->is_hopeless);
  return added->is_hopeless;
}

static void
say_hopeless (const LodgerWait *wait, const LodgerThread *thread, const char *function)
{
  char *waiter = thread->frame != NULL ? lodger_pending_describe (thread->frame->pending) : NULL;
  char *awaited = wait->pending != NULL ? lodger_pending_describe (wait->pending) : NULL;
  lodger__log (LODGER_LOG_WARNING,
               "%s: it could never end: %s would wait for %s%s, and all who could end that wait themselves", function,
               waiter != NULL ? waiter : "this thread", wait->pending != NULL ? "" : "room in the inbox of ",
               awaited != NULL         ? awaited
               : wait->pending != NULL ? "a call"
                                       : lodger__name (wait->inbox_of));
  lodger_free (waiter);
  lodger_free (awaited);
}

int
lodger__wait_begin (LodgerWait *wait, const LodgerThread *thread, bool is_bounded, const char *function)
{
  LodgerCaller *own = lodger__thread_own_caller (thread);
  const LodgerCrew *crew = own != NULL ? lodger__crew (own) : NULL;
  bool refused = false;
  wait->thread = thread->serial;
  wait->crew_hand = crew != NULL ? own : NULL;
  wait->crew = crew != NULL ? lodger__root (own) : NULL;
  wait->is_noted = !is_bounded;
  if (!is_bounded)
    {
      pthread_mutex_lock (&mutex);
      lodger__list_append (&waits, &wait->link);
      refused = wait_is_hopeless (wait);
      if (refused)
        lodger__list_remove (&wait->link);
      pthread_mutex_unlock (&mutex);
    }
  if (refused)
    {
      say_hopeless (wait, thread, function);
      return LODGER_EDEADLK;
    }
  if (crew != NULL)
    crew->block (own);
  return 0;
}

void
lodger__wait_end (LodgerWait *wait)
{
  if (wait->is_noted)
    {
      pthread_mutex_lock (&mutex);
      lodger__list_remove (&wait->link);
      pthread_mutex_unlock (&mutex);
    }
  if (wait->crew_hand != NULL)
    lodger__crew (wait->crew_hand)->unblock (wait->crew_hand);
}
