/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hosts of kicks that need nothing but Lodger: a loop that asks the guest's operations itself, the manual host with
 * the real clock, and the native loop of a worker. */
#include "caller/caller.h"
#include "test-direct-guest.h"
#include "test-kicks.h"
#include "test-loop.h"
#include "test-worker.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

const KickGuest *const kick_guests[] = {
#ifdef LODGER_HAVE_GLIB
  &kick_guest_glib,
  &kick_guest_glib_by_diff,
#endif
#ifdef LODGER_HAVE_UV
  &kick_guest_uv,
#endif
  NULL,
};

typedef struct Place
{
  Kicks *kicks;
  atomic_bool is_wanted; /* a call-back */
  DirectGuest direct;
  int event;
  Loop loop;
  LodgerCaller *worker;
  LodgerGuest *guest;
  const char *backend;
  const void *options;
} Place;

static Place *
place_new (Kicks *kicks, const char *backend, const void *options)
{
  Place *place = calloc (1, sizeof *place);
  test_check (place != NULL);
  place->kicks = kicks;
  place->backend = backend;
  place->options = options;
  return place;
}

static void
call_back_if_wanted (Place *place)
{
  if (atomic_exchange (&place->is_wanted, false))
    kicks_do (place->kicks);
}

/* The loop's thread. */
static void
start_guest (void *data)
{
  Place *place = data;
  LodgerError *error = NULL;
  place->guest = lodger_guest_start (lodger_caller_current (), place->backend, place->options, &error);
  if (place->guest == NULL)
    test_fail ("no guest: %s", lodger_error_get_message (error));
}

static void
begin (void *data)
{
  kicks_begin (((Place *) data)->kicks);
}

static void
end_guest (void *data)
{
  Place *place = data;
  test_check (lodger_guest_end (place->guest) == 0);
  lodger_guest_unref (place->guest);
}

/* ---- by the operations ------------------------------------------------------------------------------------------- */

static void *
direct_open (Kicks *kicks, const char *backend, const void *options)
{
  Place *place = place_new (kicks, backend, options);
  test_check (direct_guest_open (&place->direct, lodger__registry_backend (backend), options) == 0);
  place->event = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  test_check (place->event >= 0);
  return place;
}

static void
direct_call_back (void *impl)
{
  Place *place = impl;
  uint64_t one = 1;
  atomic_store (&place->is_wanted, true);
  test_check (write (place->event, &one, sizeof one) == sizeof one);
}

static int
timeout_until (int64_t until)
{
  int64_t left = until - test_now ();
  if (until == LODGER_FOREVER)
    return -1;
  return left > 0 ? (int) (left / 1000000 + 1) : 0;
}

static void
direct_run (void *impl)
{
  Place *place = impl;
  kicks_begin (place->kicks);
  while (!kicks_are_over (place->kicks))
    {
      struct pollfd fds[2] = { { .fd = place->event, .events = POLLIN }, { .events = POLLIN } };
      uint64_t value;
      int64_t until;
      call_back_if_wanted (place);
      until = direct_guest_prepare (&place->direct);
      fds[1].fd = place->direct.fd;
      poll (fds, 2, until == 0 ? 0 : timeout_until (until));
      if (fds[0].revents != 0)
        test_check (read (place->event, &value, sizeof value) == sizeof value);
      direct_guest_run (&place->direct);
    }
}

static void
direct_close (void *impl)
{
  Place *place = impl;
  direct_guest_close (&place->direct);
  close (place->event);
  free (place);
}

const KickHost kick_host_direct = { "direct", direct_open, direct_run, direct_call_back, direct_close };

/* ---- the manual host --------------------------------------------------------------------------------------------- */

static void
redraw (LodgerManualHost *host, void *data)
{
  (void) host;
  call_back_if_wanted (data);
}

static void *
manual_open (Kicks *kicks, const char *backend, const void *options)
{
  Place *place = place_new (kicks, backend, options);
  place->loop = loop_open (LODGER_MANUAL_REAL);
  kicks->caller = place->loop.caller;
  lodger_manual_set_redraw (place->loop.host, redraw, place);
  test_check (lodger_caller_call_direct (kicks->caller, start_guest, place, NULL) == 0);
  test_check (lodger_caller_call_direct (kicks->caller, begin, place, NULL) == 0);
  return place;
}

static void
manual_run (void *impl)
{
  Place *place = impl;
  while (!kicks_are_over (place->kicks))
    lodger_manual_iterate (place->loop.host, true);
}

static void
wake (void *data)
{
  (void) data;
}

/* The redraw has no wake-up of its own. In the loop's thread it comes before the loop sleeps. */
static void
manual_call_back (void *impl)
{
  Place *place = impl;
  atomic_store (&place->is_wanted, true);
  if (lodger_caller_current () == NULL)
    test_check (lodger_caller_call_direct (place->kicks->caller, wake, NULL, NULL) == 0);
}

static void
manual_close (void *impl)
{
  Place *place = impl;
  lodger_manual_set_redraw (place->loop.host, NULL, NULL);
  end_guest (place);
  loop_close (&place->loop);
  free (place);
}

const KickHost kick_host_manual = { "manual", manual_open, manual_run, manual_call_back, manual_close };

/* ---- the native loop --------------------------------------------------------------------------------------------- */

static void *
native_open (Kicks *kicks, const char *backend, const void *options)
{
  Place *place = place_new (kicks, backend, options);
  place->worker = kicks->caller = worker_start ("native");
  worker_run (place->worker, start_guest, place);
  return place;
}

static void
native_run (void *impl)
{
  Place *place = impl;
  worker_run (place->worker, begin, place);
  counter_wait_until (&place->kicks->over.opened, 1, INT64_MAX);
}

static void
call_back (void *data)
{
  call_back_if_wanted (data);
}

/* It has no call-backs but Lodger's. */
static void
native_call_back (void *impl)
{
  Place *place = impl;
  atomic_store (&place->is_wanted, true);
  test_check (lodger_caller_call_direct (place->worker, call_back, place, NULL) == 0);
}

static void
native_close (void *impl)
{
  Place *place = impl;
  worker_run (place->worker, end_guest, place);
  worker_stop (place->worker);
  free (place);
}

const KickHost kick_host_native = { "native", native_open, native_run, native_call_back, native_close };
