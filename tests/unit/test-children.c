/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parents and children, where a child is abandoned. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-proc.h"
#include "test-suite.h"

#include <limits.h>
#include <lodger/backend.h>
#include <string.h>

typedef struct Fixture
{
  LodgerCaller *parent, *stuck, *other;
  BlockedCall blocked;
  LodgerReply *reply;
  Latch deferred, cancelled, gone;
  ProcCount without_stuck;
  Recorder recorder;
  bool was_first;
} Fixture;

/* Ends the stuck child, and its thread, just while the child is being abandoned. */
static int
let_it_go (LodgerPending *done, void *data)
{
  Fixture *fixture = data;
  (void) done;
  latch_open (&fixture->blocked.let_go);
  proc_expect_restored (fixture->without_stuck);
  /* The end of the thread came before this call. */
  worker_run (fixture->parent, recorder_direct, &fixture->recorder);
  latch_open (&fixture->gone);
  return 0;
}

static void
note_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  latch_open (&((Fixture *) data)->cancelled);
}

static void
defer (LodgerPending *self, void *data)
{
  Fixture *fixture = data;
  fixture->reply = lodger_pending_defer (self);
  test_check (lodger_pending_set_canceller (self, note_cancel, fixture, NULL) == 0);
  latch_open (&fixture->deferred);
}

static int
note_end (LodgerPending *done, void *data)
{
  Fixture *fixture = data;
  (void) done;
  fixture->was_first = !lodger_pending_is_done (lodger_caller_get_stopped (fixture->other));
  return 0;
}

START_TEST (a_child_that_ends_while_it_is_abandoned_is_counted_once)
{
  const LodgerCallerOptions short_deadline = { .size = sizeof short_deadline, .stop_deadline = 2000000 };
  Fixture fixture = { .parent = worker_start (NULL) };
  blocked_call_init (&fixture.blocked);
  latch_init (&fixture.deferred);
  latch_init (&fixture.cancelled);
  latch_init (&fixture.gone);
  fixture.other = lodger_caller_open_child (fixture.parent, NULL, NULL);
  lodger_pending_unref (lodger_caller_call_soon (fixture.other, defer, &fixture, NULL));
  latch_wait (&fixture.deferred);
  fixture.without_stuck = proc_count ();
  fixture.without_stuck.threads++; /* the one that looks after the deadline */
  fixture.without_stuck.fds = INT_MAX;
  fixture.stuck = lodger_caller_open_child (fixture.parent, &short_deadline, NULL);
  lodger_pending_unref (
      lodger_caller_call_soon (fixture.stuck, blocked_call_run, &fixture.blocked, blocked_call_destroy));
  latch_wait (&fixture.blocked.entered);

  log_capture_begin ();
  test_check (lodger_pending_add_done_callback (lodger_caller_get_stopped (fixture.stuck), let_it_go, &fixture, NULL)
              == 0);
  lodger_caller_stop (fixture.stuck, true);
  latch_wait (&fixture.gone);
  log_capture_end ();

  /* The other child has not ended yet, and the parent waits for it. */
  test_check (lodger_pending_add_done_callback (lodger_caller_get_stopped (fixture.parent), note_end, &fixture, NULL)
              == 0);
  lodger_caller_stop (fixture.parent, true);
  latch_wait (&fixture.cancelled);
  lodger_reply_return_nothing (fixture.reply);
  wait_done (lodger_caller_get_stopped (fixture.other));
  wait_done (lodger_caller_get_stopped (fixture.parent));
  ck_assert (!fixture.was_first);
  lodger_caller_unref (fixture.stuck);
  lodger_caller_unref (fixture.other);
  lodger_caller_unref (fixture.parent);
  latch_clear (&fixture.deferred);
  latch_clear (&fixture.cancelled);
  latch_clear (&fixture.gone);
  blocked_call_clear (&fixture.blocked);
}
END_TEST

/* ---- what a child inherits ------------------------------------------------------------------------------------------- */

static const void *_Atomic seen_options;

static int
note_options (const void *options, void **ret_impl)
{
  (void) ret_impl;
  atomic_store (&seen_options, options);
  return LODGER_ENOMEM;
}

static const LodgerHostDriver *
no_host (void *impl, const void **ret_host_options)
{
  (void) impl;
  (void) ret_host_options;
  return NULL;
}

static int
run_nothing (void *impl)
{
  (void) impl;
  return 0;
}

static void
do_nothing (void *impl)
{
  (void) impl;
}

/* They are the options of a backend that this caller does not have. */
START_TEST (a_child_of_a_hosts_thread_does_not_inherit_backend_options)
{
  static const LodgerBackendOps noting = { .size = sizeof noting,
                                           .name = "noting",
                                           .open = note_options,
                                           .host = no_host,
                                           .run = run_nothing,
                                           .quit = do_nothing,
                                           .close = do_nothing };
  int given = 0;
  const LodgerCallerOptions options = { .size = sizeof options, .worker_backend = "noting", .backend_options = &given };
  LodgerCaller *child;
  Loop loop;
  log_capture_begin ();
  test_check (lodger_backend_register (&noting) == 0);
  atomic_store (&seen_options, &options);
  loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  child = lodger_caller_open_child (loop.caller, NULL, NULL);
  ck_assert_ptr_nonnull (child);
  loop_run_until_done (&loop, lodger_caller_get_stopped (child));
  ck_assert_ptr_null (atomic_load (&seen_options));
  lodger_caller_unref (child);
  loop_close (&loop);
  log_capture_end ();
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("children");
  test_add (suite, a_child_that_ends_while_it_is_abandoned_is_counted_once);
  test_add (suite, a_child_of_a_hosts_thread_does_not_inherit_backend_options);
  return test_main (suite, argc, argv);
}
