/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A libuv loop that is kicked as a guest, and another one that has a guest. */
#include "test-kicks.h"

#include <errno.h>
#include <lodger-uv.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- the guest --------------------------------------------------------------------------------------------------- */

enum
{
  EVENTS = 6,
  KEEPER = 100000000 /* milliseconds */
};

typedef struct UvLoop UvLoop;

/* A poll handle on an event of its own. */
typedef struct Event
{
  UvLoop *loop;
  int fd;
  uv_poll_t *poll;
  atomic_ulong number;
} Event;

struct UvLoop
{
  Kicks *kicks;
  uv_loop_t loop;
  LodgerUvGuestOptions options;
  uv_async_t async;
  uv_timer_t timer, keeper; /* the keeper never comes, and keeps the loop alive */
  uv_idle_t idle;
  Event events[EVENTS];
  atomic_ulong async_number, timer_number, idle_number;
};

static void
async_comes (uv_async_t *async)
{
  UvLoop *loop = async->data;
  unsigned long number = atomic_exchange (&loop->async_number, 0);
  if (number != 0)
    kicks_arrive (loop->kicks, number);
}

static void
timer_comes (uv_timer_t *timer)
{
  UvLoop *loop = timer->data;
  kicks_arrive (loop->kicks, atomic_load (&loop->timer_number));
}

static void
idle_comes (uv_idle_t *idle)
{
  UvLoop *loop = idle->data;
  uv_idle_stop (idle);
  kicks_arrive (loop->kicks, atomic_load (&loop->idle_number));
}

static void
never (uv_timer_t *timer)
{
  (void) timer;
  test_fail ("a timer of a day has come");
}

static void
event_comes (uv_poll_t *poll, int status, int events)
{
  Event *event = poll->data;
  uint64_t value;
  (void) events;
  test_check (status == 0);
  /* Nothing is there if the number was that of a descriptor that has been closed meanwhile. */
  if (read (event->fd, &value, sizeof value) == sizeof value)
    kicks_arrive (event->loop->kicks, atomic_load (&event->number));
  else
    test_check (errno == EAGAIN);
}

static void
event_signal (Event *event)
{
  uint64_t one = 1;
  test_check (write (event->fd, &one, sizeof one) == sizeof one);
}

static void
event_begin (Event *event)
{
  event->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  event->poll = calloc (1, sizeof *event->poll);
  test_check (event->fd >= 0 && event->poll != NULL);
  test_check (uv_poll_init (&event->loop->loop, event->poll, event->fd) == 0);
  event->poll->data = event;
  test_check (uv_poll_start (event->poll, UV_READABLE, event_comes) == 0);
}

static void
free_handle (uv_handle_t *handle)
{
  free (handle);
}

/* As libuv wants it: the handle is closed before the descriptor. */
static void
event_end (Event *event)
{
  uv_close ((uv_handle_t *) event->poll, free_handle);
  close (event->fd);
}

/* ---- kinds of kicks ---------------------------------------------------------------------------------------------- */

enum
{
  ASYNC,
  EVENT,
  TIMER_NOW,
  TIMER,
  IDLE,
  RESTART,
  CLOSE,
  REUSE,
  KEEPER_AGAIN,
  WORK
};

static const KickKind kinds[] = {
  [ASYNC] = { "send an async handle", true },
  [EVENT] = { "signal an event", true },
  [TIMER_NOW] = { "start a timer of no time", false },
  [TIMER] = { "start a timer", false },
  [IDLE] = { "start an idle handle", false },
  [RESTART] = { "stop and start a poll handle, and signal", false },
  [CLOSE] = { "close a handle", false },
  [REUSE] = { "close a descriptor, use its number, and signal", false },
  [KEEPER_AGAIN] = { "start another timer anew, and send an async handle", false },
  [WORK] = { "have a thread of libuv's work", false },
  { NULL, false },
};

typedef struct Shot
{
  uv_work_t work;
  union
  {
    uv_idle_t idle;
    uv_handle_t base;
  } closed;
  UvLoop *loop;
  unsigned long number;
} Shot;

static Shot *
shot_new (UvLoop *loop, unsigned long number)
{
  Shot *shot = calloc (1, sizeof *shot);
  test_check (shot != NULL);
  shot->loop = loop;
  shot->number = number;
  return shot;
}

static void
shot_arrives (Shot *shot)
{
  UvLoop *loop = shot->loop;
  unsigned long number = shot->number;
  free (shot);
  kicks_arrive (loop->kicks, number);
}

static void
handle_is_closed (uv_handle_t *handle)
{
  shot_arrives (handle->data);
}

static void
close_one (UvLoop *loop, unsigned long number)
{
  Shot *shot = shot_new (loop, number);
  uv_idle_init (&loop->loop, &shot->closed.idle);
  shot->closed.base.data = shot;
  uv_close (&shot->closed.base, handle_is_closed);
}

static void
do_nothing (uv_work_t *work)
{
  (void) work;
}

static void
work_is_done (uv_work_t *work, int status)
{
  test_check (status == 0);
  shot_arrives (work->data);
}

static void
begin_work (UvLoop *loop, unsigned long number)
{
  Shot *shot = shot_new (loop, number);
  shot->work.data = shot;
  test_check (uv_queue_work (&loop->loop, &shot->work, do_nothing, work_is_done) == 0);
}

static void
send_async (UvLoop *loop, unsigned long number)
{
  atomic_store (&loop->async_number, number);
  uv_async_send (&loop->async);
}

static void
start_timer (UvLoop *loop, unsigned long number, unsigned ms)
{
  atomic_store (&loop->timer_number, number);
  uv_update_time (&loop->loop);
  uv_timer_start (&loop->timer, timer_comes, ms, 0);
}

static void
guest_kick (void *impl, unsigned kind, unsigned long number, TestRandom *random)
{
  UvLoop *loop = impl;
  Event *event = &loop->events[test_random_below (random, EVENTS)];
  switch (kind)
    {
    case ASYNC: send_async (loop, number); return;
    case TIMER_NOW: start_timer (loop, number, 0); return;
    case TIMER: start_timer (loop, number, test_random_below (random, 3)); return;
    case IDLE:
      atomic_store (&loop->idle_number, number);
      uv_idle_start (&loop->idle, idle_comes);
      return;
    case CLOSE: close_one (loop, number); return;
    case KEEPER_AGAIN:
      uv_timer_start (&loop->keeper, never, KEEPER, 0);
      send_async (loop, number);
      return;
    case WORK: begin_work (loop, number); return;
    case RESTART:
      uv_poll_stop (event->poll);
      uv_poll_start (event->poll, UV_READABLE, event_comes);
      break;
    case REUSE:
      event_end (event);
      event_begin (event);
      break;
    default: break;
    }
  atomic_store (&event->number, number);
  event_signal (event);
}

/* ---- its life ---------------------------------------------------------------------------------------------------- */

static void *
guest_open (Kicks *kicks, const void **ret_options)
{
  UvLoop *loop = calloc (1, sizeof *loop);
  test_check (loop != NULL && lodger_uv_register () == 0 && uv_loop_init (&loop->loop) == 0);
  loop->kicks = kicks;
  loop->options = (LodgerUvGuestOptions) { .size = sizeof loop->options, .loop = &loop->loop };
  uv_async_init (&loop->loop, &loop->async, async_comes);
  uv_timer_init (&loop->loop, &loop->timer);
  uv_timer_init (&loop->loop, &loop->keeper);
  uv_idle_init (&loop->loop, &loop->idle);
  loop->async.data = loop->timer.data = loop->keeper.data = loop->idle.data = loop;
  uv_timer_start (&loop->keeper, never, KEEPER, 0);
  for (unsigned i = 0; i < EVENTS; i++)
    {
      loop->events[i].loop = loop;
      event_begin (&loop->events[i]);
    }
  *ret_options = &loop->options;
  return loop;
}

static void
guest_nudge (void *impl)
{
  uv_async_send (&((UvLoop *) impl)->async);
}

static void
guest_close (void *impl)
{
  UvLoop *loop = impl;
  uv_close ((uv_handle_t *) &loop->async, NULL);
  uv_close ((uv_handle_t *) &loop->timer, NULL);
  uv_close ((uv_handle_t *) &loop->keeper, NULL);
  uv_close ((uv_handle_t *) &loop->idle, NULL);
  for (unsigned i = 0; i < EVENTS; i++)
    event_end (&loop->events[i]);
  uv_run (&loop->loop, UV_RUN_DEFAULT);
  test_check (uv_loop_close (&loop->loop) == 0);
  free (loop);
}

const KickGuest kick_guest_uv = { "uv", "uv", kinds, guest_open, NULL, guest_kick, guest_nudge, guest_close };

/* ---- the host ---------------------------------------------------------------------------------------------------- */

typedef struct Place
{
  Kicks *kicks;
  uv_loop_t loop;
  uv_async_t call_back;
  LodgerCaller *caller;
  LodgerGuest *guest;
} Place;

static void
call_back (uv_async_t *async)
{
  Place *place = async->data;
  kicks_do (place->kicks);
}

static void
host_call_back (void *impl)
{
  uv_async_send (&((Place *) impl)->call_back);
}

static void *
host_open (Kicks *kicks, const char *backend, const void *options)
{
  Place *place = calloc (1, sizeof *place);
  LodgerError *error = NULL;
  test_check (place != NULL && uv_loop_init (&place->loop) == 0);
  place->kicks = kicks;
  uv_async_init (&place->loop, &place->call_back, call_back);
  place->call_back.data = place;
  place->caller = kicks->caller = lodger_uv_attach (&place->loop, NULL);
  test_check (place->caller != NULL);
  place->guest = lodger_guest_start (place->caller, backend, options, &error);
  if (place->guest == NULL)
    test_fail ("no guest: %s", lodger_error_get_message (error));
  return place;
}

static void
host_run (void *impl)
{
  Place *place = impl;
  kicks_begin (place->kicks);
  while (!kicks_are_over (place->kicks))
    uv_run (&place->loop, UV_RUN_ONCE);
}

static void
host_close (void *impl)
{
  Place *place = impl;
  test_check (lodger_guest_end (place->guest) == 0);
  lodger_guest_unref (place->guest);
  test_check (lodger_caller_leave (place->caller) == 0);
  lodger_caller_unref (place->caller);
  uv_close ((uv_handle_t *) &place->call_back, NULL);
  uv_run (&place->loop, UV_RUN_DEFAULT);
  test_check (uv_loop_close (&place->loop) == 0);
  free (place);
}

const KickHost kick_host_uv = { "uv", host_open, host_run, host_call_back, host_close };
