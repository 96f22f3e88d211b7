/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that run in a guest. */
#include "caller/caller.h"
#include "test-guest.h"
#include "test-loop.h"
#include "test-suite.h"

static void
note_inside (LodgerPending *self, void *data)
{
  GuestLoop *loop = data;
  ck_assert_ptr_eq (guest_loop_current (), loop);
  ck_assert_str_eq (lodger_host_current (), "test-guest");
  ck_assert_str_eq (lodger_guest_get_backend (lodger_guest_current ()), "test-guest");
  lodger_pending_return_int (self, 7);
}

START_TEST (edge_66_a_call_runs_in_the_guest)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  GuestLoop inside;
  LodgerPending *pending[2];
  guest_register ();
  guest_loop_init (&inside);
  for (int i = 0; i < 2; i++)
    pending[i] = lodger_caller_call_using_backend (loop.caller, "test-guest", &inside, note_inside, &inside, NULL);
  loop_run (&loop);
  for (int i = 0; i < 2; i++)
    {
      int64_t value;
      expect_code (lodger_pending_get_int (pending[i], &value), 0);
      ck_assert_int_eq (value, 7);
      lodger_pending_unref (pending[i]);
    }
  ck_assert_int_eq (atomic_load (&inside.opens), 1);
  ck_assert_int_eq (inside.depth, 0);
  ck_assert_ptr_null (lodger_guest_current ());
  loop_close (&loop);
  ck_assert_int_eq (atomic_load (&inside.closes), 1);
  guest_loop_clear (&inside);
}
END_TEST

/* ---- which loop ------------------------------------------------------------------------------------------------------ */

static void
note_outside (LodgerPending *self, void *data)
{
  (void) data;
  ck_assert_ptr_null (guest_loop_current ());
  ck_assert_ptr_null (lodger_guest_current ());
  lodger_pending_return_int (self, 8);
}

static void
expect_plain (LodgerCaller *caller, Loop *loop, const char *backend, const void *options)
{
  LodgerPending *pending = lodger_caller_call_using_backend (caller, backend, options, note_outside, NULL, NULL);
  if (loop != NULL)
    loop_run_until_done (loop, pending);
  expect_code (wait_outcome (pending), 0);
}

/* A host of another name, whose loop is a manual host. `driver` and `ops` are static. */
static Loop
loop_open_as (const char *name, const char *runs_backend, LodgerHostDriver *driver, LodgerHostOps *ops)
{
  Loop loop = { .host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT) };
  LodgerCallerOptions options = { .size = sizeof options, .host = name, .host_options = loop.host };
  expect_code (lodger_manual_register (), 0);
  guest_register ();
  *driver = *lodger__registry_host ("manual");
  *ops = *driver->ops;
  ops->name = name;
  driver->ops = ops;
  driver->runs_backend = runs_backend;
  expect_code (lodger_host_register (driver), 0);
  loop.caller = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, &options, NULL);
  return loop;
}

static void
expect_no_guest (LodgerCaller *caller, const void *options)
{
  LodgerError *error = NULL;
  log_capture_begin ();
  ck_assert_ptr_null (lodger_guest_start (caller, "test-guest", options, &error));
  expect_code (lodger_error_get_code (error), LODGER_EALREADY);
  lodger_error_unref (error);
  log_capture_end ();
}

START_TEST (edge_66_the_hosts_own_loop_is_a_plain_call)
{
  static LodgerHostDriver driver;
  static LodgerHostOps ops;
  Loop loop = loop_open_as ("test-guest", NULL, &driver, &ops);
  expect_plain (loop.caller, &loop, "test-guest", NULL);
  expect_plain (loop.caller, &loop, "test-guest", loop.host);
  expect_no_guest (loop.caller, loop.host);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_66_a_loop_that_the_host_runs_as_well_is_a_plain_call)
{
  static LodgerHostDriver driver;
  static LodgerHostOps ops;
  GuestLoop inside;
  Loop loop = loop_open_as ("test-host", "test-guest", &driver, &ops);
  LodgerPending *pending;
  guest_loop_init (&inside);
  expect_plain (loop.caller, &loop, "test-guest", loop.host);
  expect_no_guest (loop.caller, loop.host);
  pending = lodger_caller_call_using_backend (loop.caller, "test-guest", &inside, note_inside, &inside, NULL);
  loop_run_until_done (&loop, pending);
  expect_code (wait_outcome (pending), 0);
  loop_close (&loop);
  guest_loop_clear (&inside);
}
END_TEST

START_TEST (edge_66_a_workers_own_backend_is_a_plain_call)
{
  LodgerCaller *worker = worker_start (NULL);
  expect_plain (worker, NULL, "native", NULL);
  worker_stop (worker);
}
END_TEST

START_TEST (a_caller_that_is_starting_takes_calls_for_a_guest)
{
  LodgerCaller *worker = lodger_caller_open (LODGER_CALLER_NEW_THREAD, NULL, NULL);
  GuestLoop inside;
  guest_register ();
  guest_loop_init (&inside);
  expect_plain (worker, NULL, "native", NULL);
  expect_code (
      wait_outcome (lodger_caller_call_using_backend (worker, "test-guest", &inside, note_inside, &inside, NULL)), 0);
  worker_stop (worker);
  guest_loop_clear (&inside);
}
END_TEST

START_TEST (edge_66_a_worker_has_guests)
{
  LodgerCaller *worker = worker_start (NULL);
  GuestLoop inside;
  guest_register ();
  guest_loop_init (&inside);
  expect_code (
      wait_outcome (lodger_caller_call_using_backend (worker, "test-guest", &inside, note_inside, &inside, NULL)), 0);
  worker_stop (worker);
  ck_assert_int_eq (atomic_load (&inside.closes), 1);
  ck_assert_int_eq (inside.opened_in, inside.closed_in);
  guest_loop_clear (&inside);
}
END_TEST

/* ---- errors ---------------------------------------------------------------------------------------------------------- */

static int
outcome_of (Loop *loop, const char *backend, const void *options)
{
  Recorder recorder = { 0 };
  LodgerPending *pending
      = lodger_caller_call_using_backend (loop->caller, backend, options, recorder_call, &recorder, recorder_destroy);
  int code;
  loop_run (loop);
  recorder_expect (&recorder, 0, 1);
  expect_code (lodger_pending_get_outcome (pending), LODGER_EFAILED);
  code = lodger_error_get_code (lodger_pending_get_error (pending));
  lodger_pending_unref (pending);
  return code;
}

START_TEST (edge_66_what_prevents_the_guest_is_the_outcome)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT), initial = loop_open_initial (LODGER_MANUAL_DEFAULT);
  GuestLoop inside;
  log_capture_begin ();
  guest_register ();
  guest_loop_init (&inside);
  expect_code (outcome_of (&loop, "no such", NULL), LODGER_ENOENT);
  expect_code (outcome_of (&loop, NULL, NULL), LODGER_EINVAL);
  expect_code (outcome_of (&loop, "test-no-guest", NULL), LODGER_ENOSYS);
  expect_code (outcome_of (&initial, "test-guest", &inside), LODGER_ESTATE);
  inside.open_code = LODGER_EAGAIN;
  expect_code (outcome_of (&loop, "test-guest", &inside), LODGER_EAGAIN);
  log_capture_end ();
  loop_close (&initial);
  loop_close (&loop);
  ck_assert_int_eq (atomic_load (&inside.closes), 0);
  guest_loop_clear (&inside);
}
END_TEST

START_TEST (edge_66_a_stop_cancels_what_is_queued_in_a_guest)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  GuestLoop inside;
  LodgerGuest *guest;
  LodgerPending *pending;
  guest_register ();
  guest_loop_init (&inside);
  guest = guest_start (loop.caller, &inside);
  pending = lodger_caller_call_using_backend (loop.caller, "test-guest", &inside, recorder_call, &recorder,
                                              recorder_destroy);
  lodger_caller_stop (loop.caller, true);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (pending);
  lodger_guest_unref (guest);
  loop_close (&loop);
  ck_assert_int_eq (atomic_load (&inside.closes), 1);
  guest_loop_clear (&inside);
}
END_TEST

START_TEST (edge_66_its_calls_join_groups)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerGroup *group = lodger_group_new (NULL);
  GuestLoop inside;
  guest_register ();
  guest_loop_init (&inside);
  expect_code (lodger_group_enter (group), 0);
  lodger_pending_unref (
      lodger_caller_call_using_backend (loop.caller, "test-guest", &inside, note_inside, &inside, NULL));
  ck_assert_uint_eq (lodger_group_count (group), 1);
  loop_run (&loop);
  ck_assert_uint_eq (lodger_group_count (group), 0);
  lodger_group_leave (group, NULL);
  lodger_group_unref (group);
  loop_close (&loop);
  guest_loop_clear (&inside);
}
END_TEST

/* ---- several --------------------------------------------------------------------------------------------------------- */

typedef struct Nest
{
  Loop *loop;
  GuestLoop outer, inner;
  int ran;
} Nest;

static void
inner_call (LodgerPending *self, void *data)
{
  Nest *nest = data;
  (void) self;
  ck_assert_ptr_eq (guest_loop_current (), &nest->inner);
  nest->ran++;
}

static void
note_plain (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  ck_assert_ptr_null (lodger_guest_current ());
  ck_assert_str_eq (lodger_host_current (), "manual");
}

static void
outer_call (LodgerPending *self, void *data)
{
  Nest *nest = data;
  LodgerPending *inner, *plain;
  (void) self;
  inner = lodger_caller_call_using_backend (nest->loop->caller, "test-guest", &nest->inner, inner_call, nest, NULL);
  plain = lodger_caller_call_soon (nest->loop->caller, note_plain, NULL, NULL);
  loop_run_until_done (nest->loop, plain);
  ck_assert (lodger_pending_is_done (inner));
  ck_assert_ptr_eq (guest_loop_current (), &nest->outer);
  ck_assert_str_eq (lodger_host_current (), "test-guest");
  lodger_pending_unref (inner);
  lodger_pending_unref (plain);
  nest->ran++;
}

START_TEST (edge_67_a_guest_inside_a_guests_call)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Nest nest = { .loop = &loop };
  LodgerPending *pending;
  guest_register ();
  guest_loop_init (&nest.outer);
  guest_loop_init (&nest.inner);
  pending = lodger_caller_call_using_backend (loop.caller, "test-guest", &nest.outer, outer_call, &nest, NULL);
  loop_run_until_done (&loop, pending);
  lodger_pending_unref (pending);
  ck_assert_int_eq (nest.ran, 2);
  loop_close (&loop);
  ck_assert_int_eq (atomic_load (&nest.outer.closes), 1);
  ck_assert_int_eq (atomic_load (&nest.inner.closes), 1);
  guest_loop_clear (&nest.outer);
  guest_loop_clear (&nest.inner);
}
END_TEST

typedef struct Contender
{
  Loop *loop;
  GuestLoop *inside; /* NULL: the host */
  LodgerLimiter *lock;
  int left, *held;
  LodgerReply *reply;
} Contender;

static void contend (Contender *contender);

static void
release_lock (LodgerPending *self, LodgerPending *done, void *data)
{
  Contender *contender = data;
  (void) self;
  (void) done;
  if (contender->left > 0)
    contend (contender);
}

static void
hold_lock (LodgerPending *self, void *data)
{
  Contender *contender = data;
  LodgerGuest *current = lodger_guest_current ();
  (void) self;
  ck_assert_int_eq ((*contender->held)++, 0);
  ck_assert_ptr_eq (guest_loop_current (), contender->inside);
  ck_assert (contender->inside == NULL ? current == NULL : current != NULL);
  ck_assert_str_eq (lodger_host_current (), contender->inside == NULL ? "manual" : "test-guest");
  contender->left--;
  (*contender->held)--;
}

static void
contend (Contender *contender)
{
  const LodgerCallOptions options = { .size = sizeof options, .limiter = contender->lock };
  LodgerCaller *caller = contender->loop->caller;
  LodgerPending *pending = contender->inside == NULL
                               ? lodger_caller_call_soon_full (caller, hold_lock, contender, NULL, &options)
                               : lodger_caller_call_using_backend_full (caller, "test-guest", contender->inside,
                                                                        hold_lock, contender, NULL, &options);
  lodger_pending_unref (lodger_pending_then (pending, caller, release_lock, contender, NULL));
  lodger_pending_unref (pending);
}

START_TEST (edge_102_a_host_and_two_guests_see_themselves)
{
  enum
  {
    OF_EACH = 50
  };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerLimiter *lock = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  GuestLoop inside[2];
  Contender contenders[3];
  int held = 0;
  guest_register ();
  for (int i = 0; i < 3; i++)
    {
      if (i < 2)
        guest_loop_init (&inside[i]);
      contenders[i] = (Contender) {
        .loop = &loop, .inside = i < 2 ? &inside[i] : NULL, .lock = lock, .left = OF_EACH, .held = &held
      };
    }
  for (int i = 0; i < 3; i++)
    contend (&contenders[i]);
  loop_run (&loop);
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq (contenders[i].left, 0);
  loop_close (&loop);
  lodger_limiter_unref (lock);
  for (int i = 0; i < 2; i++)
    guest_loop_clear (&inside[i]);
}
END_TEST

/* ---- a guest for one call -------------------------------------------------------------------------------------------- */

static void
defer_inside (LodgerPending *self, void *data)
{
  *(LodgerReply **) data = lodger_pending_defer (self);
}

START_TEST (a_guest_run_ends_its_guest)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  GuestLoop inside;
  LodgerReply *reply = NULL;
  LodgerPending *pending;
  guest_register ();
  guest_loop_init (&inside);
  pending = lodger_start_guest_run (loop.caller, "test-guest", &inside, note_inside, &inside, NULL, NULL);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  ck_assert_int_eq (atomic_load (&inside.closes), 1);

  pending = lodger_start_guest_run (loop.caller, "test-guest", &inside, defer_inside, &reply, NULL, NULL);
  loop_run (&loop);
  ck_assert_int_eq (atomic_load (&inside.closes), 1);
  lodger_reply_return_nothing (reply);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  ck_assert_int_eq (atomic_load (&inside.closes), 2);
  loop_close (&loop);
  guest_loop_clear (&inside);
}
END_TEST

START_TEST (a_guest_run_leaves_a_guest_that_was_there)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  GuestLoop inside;
  LodgerGuest *guest;
  guest_register ();
  guest_loop_init (&inside);
  guest = guest_start (loop.caller, &inside);
  lodger_pending_unref (lodger_start_guest_run (loop.caller, "test-guest", &inside, note_inside, &inside, NULL, NULL));
  loop_run (&loop);
  ck_assert (lodger_guest_is_running (guest));
  lodger_guest_unref (guest);
  loop_close (&loop);
  guest_loop_clear (&inside);
}
END_TEST

/* The data of the call goes in another thread, which can only ask for the end. */
START_TEST (a_guest_run_ends_its_guest_from_another_thread)
{
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  LodgerCaller *home = worker_start (NULL);
  const LodgerCallOptions options = { .size = sizeof options, .data_home = home };
  GuestLoop inside;
  guest_register ();
  guest_loop_init (&inside);
  lodger_pending_unref (
      lodger_start_guest_run (loop.caller, "test-guest", &inside, note_inside, &inside, NULL, &options));
  while (atomic_load (&inside.closes) == 0)
    lodger_manual_iterate (loop.host, true);
  ck_assert_int_eq (inside.opened_in, inside.closed_in);
  worker_stop (home);
  loop_close (&loop);
  guest_loop_clear (&inside);
}
END_TEST

static void
end_current (LodgerPending *self, void *data)
{
  (void) self;
  expect_code (lodger_guest_end (lodger_guest_current ()), 0);
  ck_assert_int_eq (atomic_load (&((GuestLoop *) data)->closes), 0);
}

START_TEST (a_guest_that_its_call_ends_is_closed_after_it)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  GuestLoop inside;
  guest_register ();
  guest_loop_init (&inside);
  lodger_pending_unref (
      lodger_caller_call_using_backend (loop.caller, "test-guest", &inside, end_current, &inside, NULL));
  loop_run (&loop);
  ck_assert_int_eq (atomic_load (&inside.closes), 1);
  ck_assert_int_eq (inside.depth, 0);
  loop_close (&loop);
  guest_loop_clear (&inside);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("using");
  test_add (suite, edge_66_a_call_runs_in_the_guest);
  test_add (suite, edge_66_the_hosts_own_loop_is_a_plain_call);
  test_add (suite, edge_66_a_loop_that_the_host_runs_as_well_is_a_plain_call);
  test_add (suite, edge_66_a_workers_own_backend_is_a_plain_call);
  test_add (suite, edge_66_a_worker_has_guests);
  test_add (suite, a_caller_that_is_starting_takes_calls_for_a_guest);
  test_add (suite, edge_66_what_prevents_the_guest_is_the_outcome);
  test_add (suite, edge_66_a_stop_cancels_what_is_queued_in_a_guest);
  test_add (suite, edge_66_its_calls_join_groups);
  test_add (suite, edge_67_a_guest_inside_a_guests_call);
  test_add (suite, edge_102_a_host_and_two_guests_see_themselves);
  test_add (suite, a_guest_run_ends_its_guest);
  test_add (suite, a_guest_run_leaves_a_guest_that_was_there);
  test_add (suite, a_guest_run_ends_its_guest_from_another_thread);
  test_add (suite, a_guest_that_its_call_ends_is_closed_after_it);
  return test_main (suite, argc, argv);
}
