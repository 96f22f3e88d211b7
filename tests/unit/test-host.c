/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/native.h"
#include "test-loop.h"
#include "test-minimal-host.h"
#include "test-suite.h"
#include "test-worker.h"

#include <lodger/backend.h>
#include <stdlib.h>

static int
backend_run (void *impl)
{
  (void) impl;
  return 0;
}

START_TEST (a_table_without_the_mandatory_operation_is_refused)
{
  static LodgerHostOps ops;
  static LodgerHostDriver driver;
  LodgerHostDriver another = minimal_host_driver;
  log_capture_begin ();
  expect_code (lodger_host_register (NULL), LODGER_EINVAL);

  ops = minimal_host_ops;
  ops.run_sync_soon_threadsafe = NULL;
  driver = minimal_host_driver;
  driver.ops = &ops;
  expect_code (lodger_host_register (&driver), LODGER_EINVAL);

  ops = minimal_host_ops;
  ops.name = NULL;
  expect_code (lodger_host_register (&driver), LODGER_EINVAL);

  ops = minimal_host_ops;
  ops.size = sizeof (size_t);
  expect_code (lodger_host_register (&driver), LODGER_EINVAL);

  ops = minimal_host_ops;
  ops.watch_fd = lodger__native_driver.ops->watch_fd;
  expect_code (lodger_host_register (&driver), LODGER_EINVAL);

  ops = minimal_host_ops;
  ops.mainloop = backend_run;
  expect_code (lodger_host_register (&driver), LODGER_EINVAL);

  ops = minimal_host_ops;
  driver.open = NULL;
  expect_code (lodger_host_register (&driver), LODGER_EINVAL);

  driver = minimal_host_driver;
  driver.size = 0;
  expect_code (lodger_host_register (&driver), LODGER_EINVAL);

  driver = minimal_host_driver;
  driver.ops = NULL;
  expect_code (lodger_host_register (&driver), LODGER_EINVAL);

  expect_code (lodger_host_register (&minimal_host_driver), 0);
  expect_code (lodger_host_register (&minimal_host_driver), 0);
  expect_code (lodger_host_register (&another), LODGER_EALREADY);
  log_capture_end ();
}
END_TEST

static int
backend_open (const void *options, void **ret_impl)
{
  (void) options;
  *ret_impl = NULL;
  return LODGER_EAGAIN;
}

static const LodgerHostDriver *
backend_host (void *impl, const void **ret_host_options)
{
  (void) impl;
  *ret_host_options = NULL;
  return &minimal_host_driver;
}

static void
backend_end (void *impl)
{
  (void) impl;
}

static const LodgerBackendOps backend_ops = { .size = sizeof backend_ops,
                                              .name = "broken",
                                              .open = backend_open,
                                              .host = backend_host,
                                              .run = backend_run,
                                              .quit = backend_end,
                                              .close = backend_end };

START_TEST (a_backend_without_a_mandatory_operation_is_refused)
{
  static LodgerBackendOps ops, other;
  log_capture_begin ();
  expect_code (lodger_backend_register (NULL), LODGER_EINVAL);
  for (int i = 0; i < 7; i++)
    {
      ops = backend_ops;
      switch (i)
        {
        case 0: ops.open = NULL; break;
        case 1: ops.host = NULL; break;
        case 2: ops.run = NULL; break;
        case 3: ops.quit = NULL; break;
        case 4: ops.close = NULL; break;
        case 5: ops.name = NULL; break;
        default: ops.size = sizeof (size_t);
        }
      expect_code (lodger_backend_register (&ops), LODGER_EINVAL);
    }
  expect_code (lodger_backend_register (&backend_ops), 0);
  expect_code (lodger_backend_register (&backend_ops), 0);
  other = backend_ops;
  expect_code (lodger_backend_register (&other), LODGER_EALREADY);
  log_capture_end ();
}
END_TEST

static int64_t
guest_prepare (void *impl, int *ret_fd)
{
  (void) impl;
  *ret_fd = -1;
  return LODGER_FOREVER;
}

static bool
guest_dispatch (void *impl)
{
  (void) impl;
  return false;
}

static const LodgerBackendOps guest_ops = { .size = sizeof guest_ops,
                                            .name = "a guest alone",
                                            .guest_open = backend_open,
                                            .guest_prepare = guest_prepare,
                                            .guest_dispatch = guest_dispatch,
                                            .guest_close = backend_end };

START_TEST (a_guest_without_a_mandatory_operation_is_refused)
{
  static LodgerBackendOps ops;
  log_capture_begin ();
  for (int i = 0; i < 5; i++)
    {
      ops = guest_ops;
      switch (i)
        {
        case 0: ops.guest_prepare = NULL; break;
        case 1: ops.guest_dispatch = NULL; break;
        case 2: ops.guest_close = NULL; break;
        case 3: ops.guest_open = NULL; break;
        default: ops.run = backend_run;
        }
      expect_code (lodger_backend_register (&ops), LODGER_EINVAL);
    }
  log_capture_end ();
}
END_TEST

static int
code_of_open (const LodgerCallerOptions *options)
{
  LodgerError *error = NULL;
  int code;
  ck_assert_ptr_null (lodger_caller_open (LODGER_CALLER_NEW_THREAD, options, &error));
  code = lodger_error_get_code (error);
  lodger_error_unref (error);
  return code;
}

START_TEST (a_backend_that_is_only_a_guest_has_no_workers)
{
  LodgerCaller *parent = worker_start (NULL);
  LodgerCallerOptions options = { .size = sizeof options, .backend = guest_ops.name };
  LodgerError *error = NULL;
  expect_code (lodger_backend_register (&guest_ops), 0);
  log_capture_begin ();
  expect_code (code_of_open (&options), LODGER_ENOSYS);
  ck_assert_ptr_null (lodger_caller_open_child (parent, &options, &error));
  expect_code (lodger_error_get_code (error), LODGER_ENOSYS);
  lodger_error_unref (error);
  options.worker_backend = guest_ops.name;
  options.backend = NULL;
  expect_code (code_of_open (&options), LODGER_ENOSYS);
  log_capture_end ();
  worker_stop (parent);
}
END_TEST

START_TEST (a_backend_that_does_not_open_fails_the_start)
{
  LodgerCallerOptions options = { .size = sizeof options, .backend = "broken" };
  Recorder recorder = { 0 };
  ProcCount before = proc_count ();
  LodgerCaller *caller;
  LodgerPending *started, *pending;
  expect_code (lodger_backend_register (&backend_ops), 0);
  log_capture_begin ();
  caller = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, NULL);
  ck_assert_ptr_nonnull (caller);
  pending = lodger_caller_call_soon (caller, recorder_call, &recorder, recorder_destroy);
  started = lodger_caller_get_started (caller);
  wait_done (started);
  expect_code (lodger_pending_get_outcome (started), LODGER_EFAILED);
  ck_assert (lodger_error_matches (lodger_pending_get_error (started), NULL, LODGER_EAGAIN));
  wait_done (lodger_caller_get_stopped (caller));
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPED);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EAGAIN));
  expect_code (wait_outcome (pending), LODGER_EFAILED);
  proc_expect_restored (before);
  recorder_expect (&recorder, 0, 1);
  lodger_caller_unref (caller);
  log_capture_end ();
}
END_TEST

START_TEST (a_host_that_does_not_open_is_an_error)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER, .open_code = LODGER_EBUSY };
  LodgerError *error = NULL;
  log_capture_begin ();
  ck_assert_ptr_null (minimal_host_attach (&minimal, &error));
  ck_assert (lodger_error_matches (error, NULL, LODGER_EBUSY));
  ck_assert_ptr_null (lodger_caller_current ());
  lodger_error_unref (error);
  log_capture_end ();
}
END_TEST

START_TEST (one_operation_makes_a_host)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER };
  Recorder recorder = { 0 };
  LodgerCaller *caller = minimal_host_attach (&minimal, NULL);
  LodgerPending *pending;
  ck_assert_ptr_nonnull (caller);
  minimal_host_run (&minimal);
  for (int i = 0; i < 10; i++)
    lodger_caller_call_direct (caller, recorder_direct, &recorder, recorder_destroy);
  pending = lodger_caller_call_soon (caller, recorder_call, &recorder, recorder_destroy);
  recorder_expect (&recorder, 0, 0);
  ck_assert_int_gt (minimal_host_run (&minimal), 0);
  recorder_expect (&recorder, 11, 11);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  lodger_caller_stop (caller, true);
  minimal_host_run (&minimal);
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPED);
  lodger_caller_unref (caller);
}
END_TEST

START_TEST (a_spurious_or_late_run_is_harmless)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER };
  Recorder recorder = { 0 };
  LodgerCaller *caller = minimal_host_attach (&minimal, NULL);
  LodgerHostNode *node;
  lodger_caller_call_direct (caller, recorder_direct, &recorder, recorder_destroy);
  node = minimal_host_take_node (&minimal);
  ck_assert_ptr_nonnull (node);
  lodger_host_run_node (node);
  recorder_expect (&recorder, 1, 1);
  lodger_host_run_node (node);
  lodger_host_deadline (minimal.host);
  ck_assert_int_eq (lodger_host_before_wait (minimal.host), LODGER_FOREVER);
  lodger_caller_stop (caller, true);
  minimal_host_run (&minimal);
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPED);
  lodger_host_run_node (node);
  lodger_host_deadline (minimal.host);
  log_capture_begin ();
  lodger_host_run_node (NULL);
  lodger_host_deadline (NULL);
  lodger_host_closed (NULL);
  ck_assert_uint_eq (log_capture_count (), 3);
  log_capture_end ();
  lodger_caller_unref (caller);
}
END_TEST

static void *
run_node_elsewhere (void *data)
{
  lodger_host_run_node (data);
  return NULL;
}

START_TEST (a_node_run_in_another_thread_is_refused)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER };
  Recorder recorder = { 0 };
  LodgerCaller *caller = minimal_host_attach (&minimal, NULL);
  minimal_host_run (&minimal);
  lodger_caller_call_direct (caller, recorder_direct, &recorder, recorder_destroy);
  log_capture_begin ();
  thread_join (thread_start (run_node_elsewhere, minimal_host_take_node (&minimal)));
  ck_assert (log_capture_has ("lodger_host_run_node"));
  log_capture_end ();
  recorder_expect (&recorder, 0, 0);
  lodger_caller_call_direct (caller, recorder_direct, &recorder, recorder_destroy);
  ck_assert_int_gt (minimal_host_run (&minimal), 0);
  recorder_expect (&recorder, 2, 2);
  lodger_caller_stop (caller, true);
  minimal_host_run (&minimal);
  lodger_caller_unref (caller);
}
END_TEST

START_TEST (an_fd_event_without_a_watch_is_ignored)
{
  log_capture_begin ();
  lodger_host_fd_ready (NULL, 1);
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_end ();
}
END_TEST

enum
{
  POSTERS = 4
};

typedef struct Poster
{
  LodgerCaller *caller;
  Barrier *barrier;
  unsigned count;
  Recorder *recorder;
} Poster;

static void *
post_many (void *data)
{
  Poster *poster = data;
  barrier_wait (poster->barrier);
  for (unsigned i = 0; i < poster->count; i++)
    test_check (lodger_caller_call_direct (poster->caller, recorder_direct, poster->recorder, recorder_destroy) == 0);
  return NULL;
}

START_TEST (the_node_is_outstanding_once_whoever_posts)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER };
  Recorder recorder = { 0 };
  LodgerCaller *caller = minimal_host_attach (&minimal, NULL);
  Barrier barrier;
  Poster poster = { .caller = caller, .barrier = &barrier, .count = test_scaled (20000), .recorder = &recorder };
  pthread_t threads[POSTERS];
  int64_t until = test_now () + test_limit_ns ();
  barrier_init (&barrier, POSTERS + 1);
  for (int i = 0; i < POSTERS; i++)
    threads[i] = thread_start (post_many, &poster);
  barrier_wait (&barrier);
  while ((unsigned) recorder.ran < POSTERS * poster.count)
    {
      minimal_host_run (&minimal);
      if (test_now () > until)
        test_fail ("hangs: %d of %u calls came", recorder.ran, POSTERS * poster.count);
    }
  for (int i = 0; i < POSTERS; i++)
    thread_join (threads[i]);
  recorder_expect (&recorder, (int) (POSTERS * poster.count), (int) (POSTERS * poster.count));
  lodger_caller_stop (caller, true);
  minimal_host_run (&minimal);
  lodger_caller_unref (caller);
  barrier_clear (&barrier);
}
END_TEST

/* ---- the end of a host ---------------------------------------------------------------------------------------- */

START_TEST (edge_77_a_dead_host_gives_its_node_back)
{
  for (int elsewhere = 0; elsewhere < 2; elsewhere++)
    {
      MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER };
      Recorder soon = { 0 }, later = { 0 };
      LodgerCaller *caller = minimal_host_attach (&minimal, NULL);
      LodgerPending *pending, *refused;
      LodgerHostNode *node;
      minimal_host_run (&minimal);
      pending = lodger_caller_call_soon (caller, recorder_call, &soon, recorder_destroy);
      node = minimal.node;
      ck_assert_ptr_nonnull (node);
      if (elsewhere)
        thread_join (thread_start (minimal_host_close, &minimal));
      else
        minimal_host_close (&minimal);
      expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
      recorder_expect (&soon, 0, 1);
      ck_assert_int_eq (soon.destroyed_in == test_thread_id (), !elsewhere);
      ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPED);
      ck_assert (lodger_pending_is_done (lodger_caller_get_stopped (caller)));

      log_capture_begin ();
      expect_code (lodger_caller_call_direct (caller, recorder_direct, &later, recorder_destroy), LODGER_ESHUTDOWN);
      refused = lodger_caller_call_soon (caller, recorder_call, &later, recorder_destroy);
      expect_code (lodger_pending_get_outcome (refused), LODGER_ECANCELED);
      recorder_expect (&later, 0, 2);
      log_capture_end ();
      lodger_host_run_node (node);
      lodger_host_closed (minimal.host);
      lodger_pending_unref (refused);
      lodger_pending_unref (pending);
      lodger_caller_unref (caller);
    }
}
END_TEST

static void
count_given (LodgerPending *given, void *data)
{
  ck_assert_ptr_nonnull (given);
  ++*(int *) data;
}

static void
give_away (LodgerCaller *caller, LodgerCaller *worker)
{
  const LodgerCallOptions named = { .size = sizeof named, .worker = "named" };
  static Recorder recorder;
  lodger_pending_unref (lodger_caller_call_soon (caller, recorder_call, &recorder, NULL));
  lodger_pending_unref (lodger_caller_to_thread (caller, recorder_call, &recorder, NULL));
  lodger_pending_unref (lodger_caller_to_thread_full (caller, recorder_call, &recorder, NULL, &named));
  lodger_pending_unref (lodger_caller_call_soon (worker, recorder_call, &recorder, NULL));
}

START_TEST (a_thread_is_told_what_it_gives_to_others)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *worker = worker_start (NULL);
  int count = 0;
  lodger_host_watch_given (count_given, &count);
  give_away (loop.caller, worker);
  ck_assert_int_eq (count, 3);
  lodger_host_watch_given (NULL, NULL);
  give_away (loop.caller, worker);
  ck_assert_int_eq (count, 3);
  worker_stop (worker);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("host");
  test_add (suite, a_table_without_the_mandatory_operation_is_refused);
  test_add (suite, a_backend_without_a_mandatory_operation_is_refused);
  test_add (suite, a_guest_without_a_mandatory_operation_is_refused);
  test_add (suite, a_backend_that_is_only_a_guest_has_no_workers);
  test_add (suite, a_backend_that_does_not_open_fails_the_start);
  test_add (suite, a_host_that_does_not_open_is_an_error);
  test_add (suite, one_operation_makes_a_host);
  test_add (suite, a_spurious_or_late_run_is_harmless);
  test_add (suite, a_node_run_in_another_thread_is_refused);
  test_add (suite, an_fd_event_without_a_watch_is_ignored);
  test_add (suite, the_node_is_outstanding_once_whoever_posts);
  test_add (suite, edge_77_a_dead_host_gives_its_node_back);
  test_add (suite, a_thread_is_told_what_it_gives_to_others);
  return test_main (suite, argc, argv);
}
