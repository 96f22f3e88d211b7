/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fork.h"
#include "base/log.h"
#include "life/life.h"
#include "life/phase.h"
#include "stop/stop.h"

/* Looks after the deadlines of stops, from outside: the thread of a caller that stops may be the one that hangs. One
 * thread does it for all, and only as long as there is something to watch: it is started by the first, and ends with
 * the last. A caller is watched for milliseconds as a rule, so that the list is short and is not kept in order. */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static LodgerList watched;
static LodgerThreadParker parker;
static bool has_parker, has_thread;

static void
forget_watched (void)
{
  watched = (LodgerList) { NULL, NULL };
  has_thread = has_parker = false;
}

LODGER_FORK_LOCK (mutex, LODGER_RANK_DEADLINES, forget_watched);

static LodgerCaller *
earliest_watched (void)
{
  LodgerCaller *found = NULL;
  lodger__list_for (caller, &watched, LodgerCaller, stop.deadline.link)
    if (found == NULL || caller->stop.deadline.until < found->stop.deadline.until)
      found = caller;
  return found;
}

/* What has to be tried again is tried ever less often. */
static void
see_to (LodgerCaller *caller)
{
  if (!atomic_exchange (&caller->stop.deadline.has_passed, true))
    lodger__abandon_late (caller);
  else if (!lodger__abandon_at_last (caller))
    {
      int64_t patience = atomic_load (&caller->stop.deadline.patience);
      patience = patience > 0 ? patience * 2 : LODGER_GRACE;
      atomic_store (&caller->stop.deadline.patience, patience);
      lodger__deadline_begin (caller, lodger__port_now () + patience);
    }
  lodger__release (caller);
}

static void *
watch (void *data)
{
  LodgerCaller *caller;
  (void) data;
  lodger__port_set_thread_name ("lodger-stop");
  pthread_mutex_lock (&mutex);
  while ((caller = earliest_watched ()) != NULL)
    {
      int64_t until = caller->stop.deadline.until;
      if (until <= lodger__port_now ())
        {
          lodger__list_remove (&caller->stop.deadline.link);
          pthread_mutex_unlock (&mutex);
          see_to (caller);
        }
      else
        {
          pthread_mutex_unlock (&mutex);
          lodger__parker_wait (&parker.parker, until);
        }
      pthread_mutex_lock (&mutex);
    }
  has_thread = false;
  pthread_mutex_unlock (&mutex);
  return NULL;
}

/* Under the mutex. */
static bool
have_thread (void)
{
  pthread_t thread;
  if (has_thread)
    return true;
  if (!has_parker)
    has_parker = lodger__parker_init (&parker) == 0;
  has_thread = has_parker && lodger__thread_create (&thread, watch, NULL) == 0;
  if (has_thread)
    pthread_detach (thread);
  return has_thread;
}

void
lodger__deadline_begin (LodgerCaller *caller, int64_t until)
{
  bool is_watched;
  pthread_mutex_lock (&mutex);
  is_watched = caller->stop.deadline.link.list != NULL;
  if (!is_watched && lodger__phase (caller) != LODGER_PHASE_STOPPED)
    {
      lodger__hold (caller);
      caller->stop.deadline.until = until;
      lodger__list_append (&watched, &caller->stop.deadline.link);
      is_watched = have_thread ();
      if (!is_watched)
        {
          lodger__list_remove (&caller->stop.deadline.link);
          lodger__release (caller);
        }
      else if (earliest_watched () == caller)
        lodger__parker_signal (&parker.parker);
    }
  pthread_mutex_unlock (&mutex);
  if (!is_watched && lodger__phase (caller) != LODGER_PHASE_STOPPED)
    lodger__log (LODGER_LOG_ERROR, "%s: the deadline of its stop is not watched: the system refuses a thread",
                 lodger__name (caller));
}

/* A child that was told by its parent has the parent's deadline, unless its own is earlier. */
void
lodger__deadline_begin_own (LodgerCaller *caller)
{
  const LodgerCaller *parent = lodger__parent (caller);
  if (parent == NULL || lodger_caller_get_state (parent) != LODGER_CALLER_STOPPING
      || caller->stop.until < parent->stop.until)
    lodger__deadline_begin (caller, caller->stop.until);
}

/* Whoever adds looks at the phase under the mutex, and whoever ends changes it before. */
void
lodger__deadline_end (LodgerCaller *caller)
{
  bool was_watched;
  pthread_mutex_lock (&mutex);
  was_watched = lodger__list_remove (&caller->stop.deadline.link);
  if (was_watched && watched.first == NULL)
    lodger__parker_signal (&parker.parker);
  pthread_mutex_unlock (&mutex);
  if (was_watched)
    lodger__release (caller);
}
