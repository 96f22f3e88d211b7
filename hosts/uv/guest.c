/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A libuv loop as guest in the thread of another loop.
 *
 * uv_backend_fd() is readable while a descriptor of the loop is ready, and uv_backend_timeout() tells the rest: timers,
 * idle handles, handles to be closed. uv_run() cannot run in a call-back of the same loop. So in a loop that such a
 * call-back runs, the guest has nothing to do, nor has another guest of the same loop. */
#include "uv-private.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct UvGuest
{
  uv_loop_t *loop;
  uv_loop_t own; /* unless the loop is the program's */
  LodgerUvOwner owner;
  struct UvGuest *outer; /* of those that are dispatching */
} UvGuest;

static _Thread_local UvGuest *dispatching; /* the innermost one of this thread */

static bool
is_run (const uv_loop_t *loop)
{
  const UvGuest *guest = dispatching;
  while (guest != NULL && guest->loop != loop)
    guest = guest->outer;
  return guest != NULL;
}

static const LodgerUvGuestOptions *
read_options (const void *options, LodgerUvGuestOptions *own, const char **ret_reason)
{
  return lodger_host_read_options (options, own, sizeof *own, ret_reason);
}

const void *
lodger__uv_guest_identify (const void *given)
{
  static const char own_loop;
  LodgerUvGuestOptions own;
  const char *reason;
  const LodgerUvGuestOptions *options = read_options (given, &own, &reason);
  if (reason == NULL && options != NULL && options->loop != NULL)
    return options->loop;
  return &own_loop;
}

int
lodger__uv_guest_open (const void *given, void **ret_impl)
{
  LodgerUvGuestOptions own;
  const char *reason;
  const LodgerUvGuestOptions *options = read_options (given, &own, &reason);
  UvGuest *guest;
  int code = 0;
  if (reason != NULL)
    return lodger_host_misuse ("lodger_guest_start", LODGER_EINVAL, reason);
  guest = calloc (1, sizeof *guest);
  if (guest == NULL)
    return LODGER_ENOMEM;
  guest->loop = options != NULL && options->loop != NULL ? options->loop : &guest->own;
  if (guest->loop == &guest->own)
    code = lodger__uv_loop_make (&guest->own);
  else if (!lodger__uv_own (&guest->owner, guest->loop))
    code = LODGER_EALREADY;
  if (code != 0)
    free (guest);
  else
    *ret_impl = guest;
  return code;
}

/* The loop's timers are due when its time, in milliseconds, has reached theirs. Its time is the clock's. */
static int64_t
next_timer (const uv_loop_t *loop, int timeout)
{
  return ((int64_t) uv_now (loop) + timeout) * LODGER_MILLISECONDS (1);
}

int64_t
lodger__uv_guest_prepare (void *impl, int *ret_fd)
{
  UvGuest *guest = impl;
  int timeout;
  *ret_fd = -1;
  if (is_run (guest->loop) || !uv_loop_alive (guest->loop))
    return LODGER_FOREVER;
  *ret_fd = uv_backend_fd (guest->loop);
  uv_update_time (guest->loop);
  timeout = uv_backend_timeout (guest->loop);
  if (timeout <= 0)
    return timeout == 0 ? 0 : LODGER_FOREVER;
  return next_timer (guest->loop, timeout);
}

static bool
is_ready (uv_loop_t *loop)
{
  struct pollfd ready = { .fd = uv_backend_fd (loop), .events = POLLIN };
  if (!uv_loop_alive (loop))
    return false;
  uv_update_time (loop);
  return uv_backend_timeout (loop) == 0 || poll (&ready, 1, 0) > 0;
}

/* libuv does not tell what it has done in an iteration. Whether there is more to do is the better question anyway. */
bool
lodger__uv_guest_dispatch (void *impl)
{
  UvGuest *guest = impl;
  if (is_run (guest->loop))
    return false;
  guest->outer = dispatching;
  dispatching = guest;
  uv_run (guest->loop, UV_RUN_NOWAIT);
  dispatching = guest->outer;
  return is_ready (guest->loop);
}

void
lodger__uv_guest_enter (void *impl)
{
  lodger__uv_push_loop (((UvGuest *) impl)->loop);
}

void
lodger__uv_guest_leave (void *impl)
{
  (void) impl;
  lodger__uv_pop_loop ();
}

/* A stop ends everything, so it is no surprise. */
static void
close_own (UvGuest *guest)
{
  const LodgerCaller *caller = lodger_caller_current ();
  char line[120];
  unsigned left;
  lodger__uv_push_loop (&guest->own);
  left = lodger__uv_drain (&guest->own);
  lodger__uv_pop_loop ();
  if (left == 0 || (caller != NULL && !lodger_caller_is_running (caller)))
    return;
  snprintf (line, sizeof line, "%u of the program's handles in the guest's own libuv loop are closed", left);
  lodger_host_misuse ("lodger_guest_end", LODGER_EBUSY, line);
}

/* Its thread may have ended inside uv_run(). */
static void
forget (const UvGuest *guest)
{
  UvGuest **at = &dispatching;
  while (*at != NULL && *at != guest)
    at = &(*at)->outer;
  if (*at != NULL)
    *at = guest->outer;
}

void
lodger__uv_guest_close (void *impl)
{
  UvGuest *guest = impl;
  forget (guest);
  if (guest->loop == &guest->own)
    close_own (guest);
  else
    lodger__uv_disown (&guest->owner);
  free (guest);
}
