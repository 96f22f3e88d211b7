/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/watch.h"
#include "mailbox/post.h"

#include <poll.h>
#include <stdlib.h>

/* Watches descriptors for a caller whose host does not: a thread polls them, and has the owner look round.
 *
 * The thread exists as long as the caller has watches. It goes from round to round. In each it takes down what is to be
 * polled, under the mutex, and polls without it. So whoever ends a watch waits until the round that may have its
 * descriptor is over.
 *
 * What was found ready is not polled again before the owner has served it and resumes: level-triggered as it is, it
 * would be found again and again until then. The owner resumes at the end of its slice, or before the loop sleeps in a
 * nested one.
 *
 * Why nothing that is ready is missed: the thread sets `has_ready` and then claims the inbox's signal; the owner sets
 * the signal to IDLE and then looks at `has_ready`, as it looks at its inbox. inbox.c has the argument. */

struct LodgerPolls
{
  LodgerCaller *caller;
  pthread_t thread;
  LodgerWaker waker;
  atomic_bool has_ready; /* written under the mutex */
  bool has_served;       /* owner */

  pthread_mutex_t mutex; /* all that follows */
  LodgerList watched;
  unsigned count, capacity;
  struct pollfd *spare; /* an array of that capacity, for the next round; or NULL */
  uint64_t round;
  bool is_polling; /* in a round, without the mutex */
  bool is_awaited;
  LodgerThreadParker round_is_over;
  bool quits;
};

/* ---- the thread -------------------------------------------------------------------------------------------------- */

/* Under the mutex. The first place is the waker's. */
static unsigned
take_down (LodgerPolls *polls, struct pollfd *fds)
{
  unsigned count = 1;
  polls->round++;
  lodger__list_for (watched, &polls->watched, LodgerWatched, polled)
    if (watched->state == LODGER_POLLED)
      {
        fds[count] = (struct pollfd) { .fd = watched->fd, .events = (short) watched->events };
        watched->round = polls->round;
        watched->place = count++;
      }
  return count;
}

/* Under the mutex. What has ended meanwhile is not on the list; what has resumed was not in this round. */
static bool
find_ready (LodgerPolls *polls, const struct pollfd *fds)
{
  bool has_found = false;
  lodger__list_for (watched, &polls->watched, LodgerWatched, polled)
    if (watched->state == LODGER_POLLED && watched->round == polls->round && fds[watched->place].revents != 0)
      {
        watched->revents = (uint32_t) fds[watched->place].revents & 0xffff;
        watched->state = LODGER_POLL_READY;
        has_found = true;
      }
  if (has_found)
    atomic_store (&polls->has_ready, true);
  return has_found;
}

static void *
poll_in_rounds (void *data)
{
  LodgerPolls *polls = data;
  struct pollfd *fds = NULL;
  lodger__port_set_thread_name ("lodger-poll");
  pthread_mutex_lock (&polls->mutex);
  while (!polls->quits)
    {
      unsigned count;
      bool has_found;
      if (polls->spare != NULL)
        {
          free (fds);
          fds = polls->spare;
          polls->spare = NULL;
        }
      count = take_down (polls, fds);
      polls->is_polling = true;
      pthread_mutex_unlock (&polls->mutex);
      lodger__waker_poll (&polls->waker, fds, count, LODGER_FOREVER);
      pthread_mutex_lock (&polls->mutex);
      polls->is_polling = false;
      if (polls->is_awaited)
        lodger__parker_signal (&polls->round_is_over.parker);
      polls->is_awaited = false;
      has_found = find_ready (polls, fds);
      if (has_found)
        {
          pthread_mutex_unlock (&polls->mutex);
          lodger__poke (polls->caller);
          pthread_mutex_lock (&polls->mutex);
        }
    }
  pthread_mutex_unlock (&polls->mutex);
  free (fds);
  return NULL;
}

/* ---- its life ---------------------------------------------------------------------------------------------------- */

static LodgerPolls *
polls_new (LodgerCaller *caller)
{
  LodgerPolls *polls = calloc (1, sizeof *polls);
  if (polls == NULL)
    return NULL;
  if (lodger__waker_open (&polls->waker) != 0)
    {
      free (polls);
      return NULL;
    }
  if (lodger__parker_init (&polls->round_is_over) != 0)
    {
      lodger__waker_close (&polls->waker);
      free (polls);
      return NULL;
    }
  polls->caller = caller;
  pthread_mutex_init (&polls->mutex, NULL);
  return polls;
}

static void
polls_free (LodgerPolls *polls)
{
  lodger__waker_close (&polls->waker);
  lodger__parker_clear (&polls->round_is_over);
  pthread_mutex_destroy (&polls->mutex);
  free (polls->spare);
  free (polls);
}

/* Under the mutex: room for one more in the next round. */
static bool
make_room (LodgerPolls *polls)
{
  unsigned capacity = polls->capacity > 0 ? polls->capacity * 2 : 4;
  struct pollfd *fds;
  if (polls->count + 1 < polls->capacity)
    return true;
  fds = calloc (capacity, sizeof *fds);
  if (fds == NULL)
    return false;
  free (polls->spare);
  polls->spare = fds;
  polls->capacity = capacity;
  return true;
}

static int
start (LodgerCaller *caller)
{
  LodgerPolls *polls = polls_new (caller);
  if (polls == NULL)
    return LODGER_EAGAIN;
  if (!make_room (polls) || lodger__thread_create (&polls->thread, poll_in_rounds, polls) != 0)
    {
      polls_free (polls);
      return LODGER_EAGAIN;
    }
  caller->turn.watches.polls = polls;
  return 0;
}

void
lodger__polls_close (LodgerCaller *caller)
{
  LodgerPolls *polls = caller->turn.watches.polls;
  if (polls == NULL)
    return;
  caller->turn.watches.polls = NULL;
  pthread_mutex_lock (&polls->mutex);
  polls->quits = true;
  pthread_mutex_unlock (&polls->mutex);
  lodger__waker_wake (&polls->waker);
  pthread_join (polls->thread, NULL);
  polls_free (polls);
}

/* ---- watches ----------------------------------------------------------------------------------------------------- */

int
lodger__polls_add (LodgerWatched *watched, int fd, uint32_t events)
{
  LodgerPolls *polls;
  int code = watched->caller->turn.watches.polls == NULL ? start (watched->caller) : 0;
  if (code != 0)
    return code;
  polls = watched->caller->turn.watches.polls;
  watched->fd = fd;
  watched->events = events;
  pthread_mutex_lock (&polls->mutex);
  if (make_room (polls))
    {
      lodger__list_append (&polls->watched, &watched->polled);
      polls->count++;
    }
  else
    code = LODGER_ENOMEM;
  pthread_mutex_unlock (&polls->mutex);
  if (code == 0)
    lodger__waker_wake (&polls->waker);
  return code;
}

void
lodger__polls_remove (LodgerWatched *watched)
{
  LodgerPolls *polls = watched->caller->turn.watches.polls;
  pthread_mutex_lock (&polls->mutex);
  lodger__list_remove (&watched->polled);
  polls->count--;
  while (polls->is_polling && watched->state == LODGER_POLLED && watched->round == polls->round)
    {
      polls->is_awaited = true;
      pthread_mutex_unlock (&polls->mutex);
      lodger__waker_wake (&polls->waker);
      lodger__parker_wait (&polls->round_is_over.parker, LODGER_FOREVER);
      pthread_mutex_lock (&polls->mutex);
    }
  pthread_mutex_unlock (&polls->mutex);
}

bool
lodger__polls_is_ready (const LodgerCaller *caller)
{
  const LodgerPolls *polls = caller->turn.watches.polls;
  return polls != NULL && atomic_load (&polls->has_ready);
}

/* Under the mutex. */
static LodgerWatched *
first_ready (LodgerPolls *polls)
{
  lodger__list_for (watched, &polls->watched, LodgerWatched, polled)
    if (watched->state == LODGER_POLL_READY)
      return watched;
  return NULL;
}

void
lodger__polls_serve (LodgerCaller *caller)
{
  LodgerPolls *polls = caller->turn.watches.polls;
  LodgerWatched *watched;
  if (!lodger__polls_is_ready (caller))
    return;
  polls->has_served = true;
  pthread_mutex_lock (&polls->mutex);
  atomic_store (&polls->has_ready, false);
  while ((watched = first_ready (polls)) != NULL)
    {
      watched->state = LODGER_POLL_SERVED;
      pthread_mutex_unlock (&polls->mutex);
      watched->watch->ready (watched->watch, watched->revents);
      pthread_mutex_lock (&polls->mutex);
    }
  pthread_mutex_unlock (&polls->mutex);
}

void
lodger__polls_resume (LodgerCaller *caller)
{
  LodgerPolls *polls = caller->turn.watches.polls;
  bool has_resumed = false;
  if (polls == NULL || !polls->has_served)
    return;
  polls->has_served = false;
  pthread_mutex_lock (&polls->mutex);
  lodger__list_for (watched, &polls->watched, LodgerWatched, polled)
    if (watched->state == LODGER_POLL_SERVED)
      {
        watched->state = LODGER_POLLED;
        has_resumed = true;
      }
  pthread_mutex_unlock (&polls->mutex);
  if (has_resumed)
    lodger__waker_wake (&polls->waker);
}

void
lodger__polls_settle (LodgerCaller *caller)
{
  lodger__polls_resume (caller);
  if (caller->turn.watches.polls != NULL && caller->turn.watches.all.first == NULL)
    lodger__polls_close (caller);
}
