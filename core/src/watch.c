/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"
#include "ending.h"
#include "fork.h"

/* Looks after the deadlines of stops, from outside: the thread of a caller that stops may be the one that hangs. One
 * thread does it for all, and only as long as there is something to watch: it is started by the first, and ends with the
 * last. A caller is watched for milliseconds as a rule, so that the list is short and is not kept in order. */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static LodgerCaller *watched;
static LodgerParker parker;
static bool has_parker, has_thread;

/* Under the mutex. */
static void
unlink_watched (LodgerCaller *caller)
{
  if (caller->prev_watched != NULL)
    caller->prev_watched->next_watched = caller->next_watched;
  else
    watched = caller->next_watched;
  if (caller->next_watched != NULL)
    caller->next_watched->prev_watched = caller->prev_watched;
  caller->prev_watched = caller->next_watched = NULL;
  caller->is_watched = false;
}

static LodgerCaller *
earliest_watched (void)
{
  LodgerCaller *found = watched;
  for (LodgerCaller *caller = watched; caller != NULL; caller = caller->next_watched)
    if (caller->watched_until < found->watched_until)
      found = caller;
  return found;
}

/* What has to be tried again is tried ever less often. */
static void
see_to (LodgerCaller *caller)
{
  if (!atomic_exchange (&caller->is_overdue, true))
    lodger__abandon_late (caller);
  else if (!lodger__abandon_at_last (caller))
    {
      caller->patience = caller->patience > 0 ? caller->patience * 2 : LODGER_GRACE;
      lodger__watch_begin (caller, lodger__port_now () + caller->patience);
    }
  lodger__caller_release (caller);
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
      int64_t until = caller->watched_until;
      if (until <= lodger__port_now ())
        {
          unlink_watched (caller);
          pthread_mutex_unlock (&mutex);
          see_to (caller);
        }
      else
        {
          pthread_mutex_unlock (&mutex);
          lodger__parker_wait (&parker, until);
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
  has_thread = has_parker && pthread_create (&thread, NULL, watch, NULL) == 0;
  if (has_thread)
    pthread_detach (thread);
  return has_thread;
}

void
lodger__watch_begin (LodgerCaller *caller, int64_t until)
{
  bool is_watched;
  pthread_mutex_lock (&mutex);
  is_watched = caller->is_watched;
  if (!is_watched && !caller->ended)
    {
      lodger__caller_hold (caller);
      caller->watched_until = until;
      caller->prev_watched = NULL;
      caller->next_watched = watched;
      if (watched != NULL)
        watched->prev_watched = caller;
      watched = caller;
      caller->is_watched = is_watched = true;
      if (!have_thread ())
        {
          unlink_watched (caller);
          is_watched = false;
        }
      else if (earliest_watched () == caller)
        lodger__parker_signal (&parker);
      if (!is_watched)
        lodger__caller_release (caller);
    }
  pthread_mutex_unlock (&mutex);
  if (!is_watched && !caller->ended)
    lodger__log (LODGER_LOG_ERROR, "%s: the deadline of its stop is not watched: the system refuses a thread",
                 caller->name);
}

/* Whoever adds looks at `ended` under the mutex, and whoever ends sets it before. */
void
lodger__watch_end (LodgerCaller *caller)
{
  bool was_watched;
  pthread_mutex_lock (&mutex);
  was_watched = caller->is_watched;
  if (was_watched)
    {
      unlink_watched (caller);
      if (watched == NULL)
        lodger__parker_signal (&parker);
    }
  pthread_mutex_unlock (&mutex);
  if (was_watched)
    lodger__caller_release (caller);
}

void
lodger__watch_lock (void)
{
  pthread_mutex_lock (&mutex);
}

void
lodger__watch_unlock (bool in_child)
{
  if (in_child)
    {
      watched = NULL;
      has_thread = has_parker = false;
    }
  pthread_mutex_unlock (&mutex);
}
