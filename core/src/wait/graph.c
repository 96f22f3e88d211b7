/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wait/graph.h"

#include "base/fork.h"
#include "base/log.h"
#include "fiber/fiber.h"
#include "life/life.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "mailbox/owner.h"
#include "pending/extras.h"
#include "wait/judge.h"

/* Each thread that blocks without limit is noted, with what it waits for, and judged.
 *
 * A circle is closed by its last part: a wait, or a pending that comes to hang on somebody. Each is there before it is
 * judged, and the judges come one after the other: so that the last one sees all the others. Waits are counted before
 * they are judged, and a judge that looks at a pending takes its lock: a link of that pending, made under its lock, was
 * seen, or it sees the count. */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* also of what the judge knows */
static atomic_size_t noted;
static LodgerList all;

static void
forget_waits (void)
{
  lodger__judge_forget_all ();
  all = (LodgerList) { NULL, NULL };
  atomic_store (&noted, 0);
}

LODGER_FORK_LOCK (mutex, LODGER_RANK_WAITS, forget_waits);

static void
unlock_and_drop (void)
{
  LodgerItem *items = lodger__judge_take_dropped ();
  pthread_mutex_unlock (&mutex);
  lodger__pending_free_dropped (items);
}

/* ---- a wait ------------------------------------------------------------------------------------------------------ */

/* What it waits for, unless that is a pending. */
static char *
describe_other (const LodgerWait *wait)
{
  LodgerText text = { 0 };
  const LodgerCaller *caller = wait->room != NULL ? atomic_load (&wait->room->caller) : NULL;
  if (wait->room == NULL)
    lodger__text_add (&text, "%s", wait->other != NULL ? wait->other : "something");
  else if (caller == NULL)
    lodger__text_add (&text, "room in %s", wait->room->where);
  else
    lodger__text_add (&text, "room in %s of %s", wait->room->where, lodger__name (caller));
  return lodger__text_take (&text);
}

static void
say_hopeless (const LodgerWait *wait, const LodgerThread *thread, const char *function)
{
  char *waiter = thread->frame != NULL ? lodger_pending_describe (thread->frame->pending) : NULL;
  char *awaited = wait->pending != NULL ? lodger_pending_describe (wait->pending) : describe_other (wait);
  lodger__log (
      LODGER_LOG_WARNING, "%s: it could never end: %s would wait for %s, and all who could end that wait themselves",
      lodger__spoken_for (function), waiter != NULL ? waiter : "this thread", awaited != NULL ? awaited : "a call");
  lodger_free (waiter);
  lodger_free (awaited);
}

int
lodger__wait_refuse (const LodgerWait *wait, const LodgerThread *thread, const char *function)
{
  say_hopeless (wait, thread, function);
  return LODGER_EDEADLK;
}

/* Under the mutex. */
static void
note (LodgerWait *wait)
{
  atomic_store (&lodger__pending_linked, lodger__waits_look_again);
  atomic_fetch_add (&noted, 1);
  lodger__list_append (&all, &wait->listed);
  lodger__judge_know (wait);
}

/* Under the mutex. */
static void
unnote (LodgerWait *wait)
{
  lodger__list_remove (&wait->listed);
  lodger__judge_forget (wait);
  atomic_fetch_sub (&noted, 1);
}

int
lodger__wait_begin (LodgerWait *wait, LodgerThread *thread, bool is_bounded, const char *function)
{
  LodgerCaller *own = lodger__thread_own_caller (thread);
  const LodgerFiber *fiber = thread->strand.fiber;
  const LodgerCrew *crew = own != NULL && fiber == NULL ? lodger__crew (own) : NULL;
  bool refused = false;
  wait->thread = fiber != NULL ? lodger__fiber_serial (fiber) : thread->serial;
  wait->is_of_fiber = fiber != NULL;
  wait->parker = thread->strand.parker;
  wait->crew_hand = crew != NULL ? own : NULL;
  wait->crew = crew != NULL ? lodger__root (own) : NULL;
  wait->is_noted = !is_bounded;
  wait->is_in_call = thread->frame != NULL;
  if (!is_bounded)
    {
      pthread_mutex_lock (&mutex);
      note (wait);
      refused = lodger__judge_refuses (wait);
      if (refused)
        unnote (wait);
      unlock_and_drop ();
    }
  if (refused)
    return lodger__wait_refuse (wait, thread, function);
  lodger__ownership_note_wait (wait->pending, wait->room != NULL ? atomic_load (&wait->room->caller) : NULL, true);
  if (crew != NULL)
    crew->block (own);
  return 0;
}

void
lodger__wait_end (LodgerWait *wait)
{
  lodger__ownership_note_wait (NULL, NULL, false);
  if (wait->is_noted)
    {
      pthread_mutex_lock (&mutex);
      unnote (wait);
      pthread_mutex_unlock (&mutex);
    }
  if (wait->crew_hand != NULL)
    lodger__crew (wait->crew_hand)->unblock (wait->crew_hand);
}

void
lodger__wait_grant (LodgerWait *wait)
{
  atomic_store (&wait->is_granted, true);
  lodger__parker_signal (wait->parker);
}

/* ---- a circle that closes later ---------------------------------------------------------------------------------- */

bool
lodger__waits_are_there (void)
{
  return atomic_load (&noted) != 0;
}

/* One wait less may be enough, so each is refused by itself. */
void
lodger__waits_look_again (LodgerPending *pending)
{
  LodgerWait *wait;
  if (!lodger__waits_are_there ())
    return;
  pthread_mutex_lock (&mutex);
  while ((wait = lodger__judge_find_circle (pending)) != NULL)
    {
      atomic_store (&wait->is_refused, true);
      lodger__parker_signal (wait->parker);
    }
  unlock_and_drop ();
}

/* Whoever waits keeps what it waits for until it is off the list. */
void
lodger__waits_write (LodgerText *text)
{
  LodgerItem *dropped = NULL;
  pthread_mutex_lock (&mutex);
  lodger__list_for (wait, &all, LodgerWait, listed)
    if (!wait->is_in_call && wait->pending != NULL)
      {
        lodger__text_label (text, 0, "a thread");
        lodger__text_add (text, "waits, in no call, for ");
        lodger__blocked_write (wait->pending, &dropped, text);
      }
    else if (!wait->is_in_call)
      {
        char *other = describe_other (wait);
        lodger__text_label (text, 0, "a thread");
        lodger__text_add (text, "waits, in no call, for %s\n", other != NULL ? other : "room");
        lodger_free (other);
      }
  pthread_mutex_unlock (&mutex);
  lodger__pending_free_dropped (dropped);
}
