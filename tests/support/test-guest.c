/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-guest.h"

#include "loop/native.h"
#include "test-limits.h"
#include "test-recorder.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum
{
  DEEPEST = 16
};

static _Thread_local GuestLoop *entered[DEEPEST];
static _Thread_local int entered_count;

void
guest_loop_init (GuestLoop *loop)
{
  struct epoll_event event = { .events = EPOLLIN };
  *loop = (GuestLoop) { .timer = LODGER_FOREVER };
  loop->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  loop->event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  test_check (epoll_ctl (loop->epoll_fd, EPOLL_CTL_ADD, loop->event_fd, &event) == 0);
}

void
guest_loop_clear (GuestLoop *loop)
{
  close (loop->event_fd);
  close (loop->epoll_fd);
}

void
guest_loop_add (GuestLoop *loop)
{
  atomic_fetch_add (&loop->posted, 1);
}

void
guest_loop_post (GuestLoop *loop)
{
  const uint64_t one = 1;
  guest_loop_add (loop);
  test_check (write (loop->event_fd, &one, sizeof one) == sizeof one);
}

GuestLoop *
guest_loop_current (void)
{
  return entered_count > 0 ? entered[entered_count - 1] : NULL;
}

/* ---- the backend's guest --------------------------------------------------------------------------------------------- */

static int
guest_open (const void *options, void **ret_impl)
{
  GuestLoop *loop = (GuestLoop *) (uintptr_t) options;
  if (loop == NULL)
    return LODGER_EINVAL;
  if (loop->open_code != 0)
    return loop->open_code;
  atomic_fetch_add (&loop->opens, 1);
  loop->opened_in = test_thread_id ();
  *ret_impl = loop;
  return 0;
}

static bool
is_timer_due (const GuestLoop *loop)
{
  return loop->timer <= test_now ();
}

static int64_t
guest_prepare (void *impl, int *ret_fd)
{
  GuestLoop *loop = impl;
  atomic_fetch_add (&loop->prepares, 1);
  if (loop->prepare != NULL)
    loop->prepare (loop, loop->data);
  *ret_fd = loop->is_dead ? -1 : loop->epoll_fd;
  if (loop->is_dead)
    return LODGER_FOREVER;
  return atomic_load (&loop->posted) > 0 || loop->is_busy ? 0 : loop->timer;
}

static bool
take_event (GuestLoop *loop)
{
  if (is_timer_due (loop))
    {
      loop->timer = LODGER_FOREVER;
      return true;
    }
  if (atomic_load (&loop->posted) == 0)
    return loop->is_busy;
  atomic_fetch_sub (&loop->posted, 1);
  return true;
}

static bool
guest_dispatch (void *impl)
{
  GuestLoop *loop = impl;
  uint64_t count;
  atomic_fetch_add (&loop->dispatches, 1);
  if (guest_loop_current () != loop)
    loop->was_dispatched_outside = true;
  if (read (loop->event_fd, &count, sizeof count) < 0)
    count = 0;
  if (loop->is_dead || !take_event (loop))
    {
      if (loop->idle != NULL)
        loop->idle (loop, loop->data);
      return false;
    }
  atomic_fetch_add (&loop->events, 1);
  if (loop->func != NULL)
    loop->func (loop, loop->data);
  return true;
}

static void
guest_enter (void *impl)
{
  GuestLoop *loop = impl;
  test_check (entered_count < DEEPEST);
  entered[entered_count++] = loop;
  loop->depth++;
}

static void
guest_leave (void *impl)
{
  GuestLoop *loop = impl;
  test_check (entered_count > 0 && entered[entered_count - 1] == loop);
  entered_count--;
  loop->depth--;
}

static void
guest_close (void *impl)
{
  GuestLoop *loop = impl;
  loop->closed_in = test_thread_id ();
  atomic_fetch_add (&loop->closes, 1);
}

static LodgerBackendOps guest_ops, no_guest_ops, only_guest_ops;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
fill_in (void)
{
  no_guest_ops = lodger__native_backend;
  no_guest_ops.name = "test-no-guest";
  guest_ops = lodger__native_backend;
  guest_ops.name = "test-guest";
  guest_ops.guest_open = guest_open;
  guest_ops.guest_prepare = guest_prepare;
  guest_ops.guest_dispatch = guest_dispatch;
  guest_ops.guest_enter = guest_enter;
  guest_ops.guest_leave = guest_leave;
  guest_ops.guest_close = guest_close;
  only_guest_ops = (LodgerBackendOps) { .size = sizeof only_guest_ops,
                                        .name = "test-only-guest",
                                        .guest_open = guest_open,
                                        .guest_prepare = guest_prepare,
                                        .guest_dispatch = guest_dispatch,
                                        .guest_close = guest_close };
}

const char *
guest_only (void)
{
  guest_register ();
  return only_guest_ops.name;
}

void
guest_register (void)
{
  pthread_once (&once, fill_in);
  test_check (lodger_backend_register (&guest_ops) == 0);
  test_check (lodger_backend_register (&no_guest_ops) == 0);
  test_check (lodger_backend_register (&only_guest_ops) == 0);
}

LodgerGuest *
guest_start (LodgerCaller *caller, GuestLoop *loop)
{
  LodgerError *error = NULL;
  LodgerGuest *guest;
  guest_register ();
  guest = lodger_guest_start (caller, "test-guest", loop, &error);
  test_check (guest != NULL && error == NULL);
  return guest;
}
