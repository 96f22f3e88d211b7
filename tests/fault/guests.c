/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests, watched descriptors, and a host that runs for one call. */
#define _GNU_SOURCE
#include "inject.h"
#include "scenarios.h"
#include "test-guest.h"

#include <fcntl.h>
#include <lodger-manual.h>
#include <poll.h>
#include <unistd.h>

/* ---- guests ---------------------------------------------------------------------------------------------------------- */

static void
answer (GuestLoop *loop, void *data)
{
  Call *call = data;
  LodgerReply *reply = call->reply;
  (void) loop;
  call->reply = NULL;
  if (reply != NULL)
    lodger_reply_return_int (reply, 1);
}

/* The event shows by the guest's descriptor alone, and comes when the host sleeps. */
static void
defer_to_event (LodgerPending *self, Call *call)
{
  GuestLoop *loop = call->thing;
  call->reply = lodger_pending_defer (self);
  loop->func = answer;
  loop->data = call;
  guest_loop_post (loop);
}

static void
call_inside (Fixture *fixture, const char *what, GuestLoop *loop, void (*act) (LodgerPending *self, Call *call))
{
  Call *call = call_new (fixture, what, CALL_RUNS | CALL_LACKS_RESOURCES);
  call->thing = loop;
  call->act = act;
  call_submitted (call,
                  lodger_caller_call_using_backend (fixture->caller, "test-guest", loop, call_run, call, call_destroy));
}

static void
open_guest_loop (GuestLoop *loop)
{
  inject_exempt (true);
  guest_loop_init (loop);
  guest_register ();
  inject_exempt (false);
}

static void
stop (Fixture *fixture)
{
  lodger_caller_stop (fixture->caller, true);
  fixture_until_done (fixture, lodger_caller_get_stopped (fixture->caller));
}

static void
calls_in_guests (Fixture *fixture)
{
  GuestLoop loops[2];
  for (int i = 0; i < 2; i++)
    open_guest_loop (&loops[i]);
  if (fixture_open (fixture, NULL))
    {
      call_inside (fixture, "a call in a guest", &loops[0], NULL);
      fixture_settle (fixture);
      call_inside (fixture, "a call that its guest answers", &loops[0], defer_to_event);
      call_inside (fixture, "a call that another guest answers", &loops[1], defer_to_event);
      fixture_settle (fixture);
      stop (fixture);
    }
  for (int i = 0; i < 2; i++)
    guest_loop_clear (&loops[i]);
}

/* ---- watches --------------------------------------------------------------------------------------------------------- */

static void
read_byte (LodgerPending *self, uint32_t revents, void *data)
{
  Call *call = data;
  char byte;
  test_check (revents == POLLIN && read (*(int *) call->thing, &byte, 1) == 1);
  call_run (self, call);
}

static void
watch (Fixture *fixture, const char *what, unsigned ends, int *fd, LodgerDestroyFunc destroy)
{
  const LodgerWatchOptions options = { .size = sizeof options, .name = what, .times = 1 };
  Call *call = call_new (fixture, what, ends | CALL_LACKS_RESOURCES);
  call->thing = fd;
  call_submitted (call, lodger_caller_watch_fd_full (fixture->caller, *fd, POLLIN, read_byte, call, destroy, &options));
}

/* The last one is left to the stop. */
static void
watches (Fixture *fixture)
{
  enum
  {
    PIPES = 9
  };
  int ends[PIPES][2];
  for (int i = 0; i < PIPES; i++)
    test_check (pipe2 (ends[i], O_CLOEXEC) == 0);
  if (fixture_open (fixture, NULL))
    {
      for (int i = 0; i < PIPES - 1; i++)
        watch (fixture, "a watch", CALL_RUNS, &ends[i][0], call_destroy);
      fixture_catch_up (fixture);
      for (int i = 0; i < PIPES - 1; i++)
        test_check (write (ends[i][1], "x", 1) == 1);
      fixture_settle (fixture);
      watch (fixture, "a watch that a stop meets", CALL_IS_CANCELLED, &ends[PIPES - 1][0], call_destroy);
      fixture_catch_up (fixture);
      stop (fixture);
    }
  for (int i = 0; i < PIPES; i++)
    {
      close (ends[i][0]);
      close (ends[i][1]);
    }
}

/* ---- lodger_run() ---------------------------------------------------------------------------------------------------- */

static void *
run_elsewhere (void *data)
{
  Fixture *fixture = data;
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_REAL);
  Call *call;
  if (host == NULL)
    return NULL;
  if (lodger_manual_register () == 0)
    {
      call = call_new (fixture, "the call of a run", CALL_RUNS | CALL_LACKS_RESOURCES);
      call_submitted (call, lodger_run ("manual-real", host, call_run, call, call_destroy));
    }
  lodger_manual_host_unref (host);
  return NULL;
}

static void
runs (Fixture *fixture)
{
  if (fixture_open (fixture, NULL))
    fixture_run_in_thread (fixture, run_elsewhere, fixture);
}

const Scenario scenarios_guests[] = {
  { .name = "calls_in_guests", .run = calls_in_guests },
  { .name = "watches", .run = watches },
  { .name = "runs", .run = runs },
  { .name = NULL },
};
