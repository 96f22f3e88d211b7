/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fork.h"
#include "pool-private.h"
#include "waits.h"

/* Who waits for whom, so that a wait which nobody could ever end is refused instead.
 *
 * Each thread that blocks without limit is on a list, with what it waits for. A wait is hopeless when its pending needs a
 * thread that waits hopelessly: the one that runs it, or has it in its inbox, or every one of a pool that can have no more.
 * That is the greatest such set: all are taken to be hopeless, and whoever is not is taken out, until nothing changes. A
 * promise that no caller is said to answer, a deferred call, a timed wait, a thread that is not on the list: each may end by
 * itself, so it is not hopeless.
 *
 * A wait that closes a circle is the last of it to be noted, and each is noted under the one mutex before it blocks: so that
 * one sees all the others. */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static LodgerWait *waits;

static bool
thread_is_hopeless (uint64_t thread)
{
  const LodgerWait *wait;
  for (wait = waits; wait != NULL && wait->thread != thread; wait = wait->next)
    ;
  return thread != 0 && wait != NULL && wait->is_hopeless;
}

static bool
caller_is_hopeless (const LodgerCaller *caller)
{
  return thread_is_hopeless (atomic_load (&caller->owner));
}

static bool
pool_is_hopeless (LodgerCaller *root)
{
  unsigned workers, hopeless = 0;
  if (root->pool == NULL || !lodger__pool_is_full (root, &workers))
    return false;
  for (const LodgerWait *wait = waits; wait != NULL; wait = wait->next)
    hopeless += wait->root == root && wait->is_hopeless;
  return hopeless >= workers;
}

/* Locked, which keeps its caller there. Else *ret_next is what it hangs on, as a new reference. */
static bool
call_is_hopeless (LodgerPending *pending, LodgerPending **ret_next)
{
  unsigned state = lodger__pending_state (pending);
  if (state & P_DONE)
    return false;
  if (!(state & (P_PROMISE | P_RETURNED)))
    {
      if (lodger__pool_is_queued (pending) ? pool_is_hopeless (pending->caller) : caller_is_hopeless (pending->caller))
        return true;
    }
  else if ((state & P_PROMISE) && !(state & P_ANSWERED) && pending->side != NULL && pending->side->completer != NULL
           && caller_is_hopeless (pending->side->completer))
    return true;
  if (state & P_FOLLOWS)
    *ret_next = lodger__pending_leader (pending);
  else if (lodger__is_then (pending) && !(state & (P_PUSHED | P_STARTED)))
    *ret_next = lodger_pending_ref (lodger__then_source (pending));
  return false;
}

static bool
pending_is_hopeless (LodgerPending *pending)
{
  LodgerPending *at = lodger_pending_ref (pending);
  bool is_hopeless = false;
  while (at != NULL && !is_hopeless)
    {
      LodgerPending *next = NULL;
      lodger__pending_lock (at);
      is_hopeless = call_is_hopeless (at, &next);
      lodger__pending_unlock (at);
      lodger_pending_unref (at);
      at = next;
    }
  lodger_pending_unref (at);
  return is_hopeless;
}

static bool
look_at (const LodgerWait *wait)
{
  return wait->pending != NULL ? pending_is_hopeless (wait->pending) : caller_is_hopeless (wait->room);
}

/* The new one is looked at first: as a rule it has hope even if nobody else has. */
static bool
is_hopeless (LodgerWait *added)
{
  bool changed;
  for (LodgerWait *wait = waits; wait != NULL; wait = wait->next)
    wait->is_hopeless = true;
  added->is_hopeless = look_at (added);
  do
    {
      changed = false;
      for (LodgerWait *wait = waits; added->is_hopeless && wait != NULL; wait = wait->next)
        if (wait->is_hopeless && !look_at (wait))
          {
            wait->is_hopeless = false;
            changed = true;
          }
    }
  while (changed && added->is_hopeless);
  return added->is_hopeless;
}

static void
take_out (LodgerWait *wait)
{
  if (wait->prev != NULL)
    wait->prev->next = wait->next;
  else
    waits = wait->next;
  if (wait->next != NULL)
    wait->next->prev = wait->prev;
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
                                       : wait->room->name);
  lodger_free (waiter);
  lodger_free (awaited);
}

int
lodger__wait_begin (LodgerWait *wait, const LodgerThread *thread, bool is_bounded, const char *function)
{
  LodgerCaller *own = thread->caller;
  bool refused = false;
  wait->thread = thread->serial;
  wait->worker = own != NULL && own->is_pooled ? own : NULL;
  wait->root = wait->worker != NULL ? own->root : NULL;
  wait->is_noted = !is_bounded;
  if (!is_bounded)
    {
      pthread_mutex_lock (&mutex);
      wait->prev = NULL;
      wait->next = waits;
      if (waits != NULL)
        waits->prev = wait;
      waits = wait;
      refused = is_hopeless (wait);
      if (refused)
        take_out (wait);
      pthread_mutex_unlock (&mutex);
    }
  if (refused)
    {
      say_hopeless (wait, thread, function);
      return LODGER_EDEADLK;
    }
  if (wait->worker != NULL)
    lodger__pool_block (wait->worker);
  return 0;
}

void
lodger__wait_end (LodgerWait *wait)
{
  if (wait->is_noted)
    {
      pthread_mutex_lock (&mutex);
      take_out (wait);
      pthread_mutex_unlock (&mutex);
    }
  if (wait->worker != NULL)
    lodger__pool_unblock (wait->worker);
}

void
lodger__waits_lock (void)
{
  pthread_mutex_lock (&mutex);
}

void
lodger__waits_unlock (bool in_child)
{
  if (in_child)
    waits = NULL;
  pthread_mutex_unlock (&mutex);
}
