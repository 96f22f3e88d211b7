/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `attach` and `detach` of a host: both in the owner's thread, whatever the caller comes to. */
#include "loop/native.h"
#include "test-blocked-call.h"
#include "test-minimal-host.h"
#include "test-suite.h"

#include <lodger/backend.h>

/* ---- hosts that record ---------------------------------------------------------------------------------------------- */

/* In each member: the thread of the last call. */
static struct
{
  atomic_int attaches, attached_in, detaches, detached_in, destroys, refusal;
  Counter destroyed;
} seen;

static LodgerHostOps native_ops, minimal_ops;
static LodgerHostDriver native_driver, minimal_driver;
static LodgerBackendOps backend;

static int
record_attach (void *impl)
{
  (void) impl;
  atomic_fetch_add (&seen.attaches, 1);
  atomic_store (&seen.attached_in, test_thread_id ());
  return atomic_load (&seen.refusal);
}

static void
record_detach (void)
{
  ck_assert_int_eq (atomic_load (&seen.destroys), 0);
  atomic_fetch_add (&seen.detaches, 1);
  atomic_store (&seen.detached_in, test_thread_id ());
}

static void
record_destroy (void)
{
  atomic_fetch_add (&seen.destroys, 1);
  counter_add (&seen.destroyed, 1);
}

static bool
detach_native (void *impl)
{
  record_detach ();
  return lodger__native_driver.ops->detach (impl);
}

static void
destroy_native (void *impl)
{
  record_destroy ();
  lodger__native_driver.ops->destroy (impl);
}

static bool
detach_minimal (void *impl)
{
  MinimalHost *minimal = impl;
  record_detach ();
  minimal->closing = true;
  return minimal_host_take_node (minimal) != NULL;
}

static void
destroy_minimal (void *impl)
{
  (void) impl;
  record_destroy ();
}

static const LodgerHostDriver *
host_of_backend (void *impl, const void **ret_options)
{
  lodger__native_backend.host (impl, ret_options);
  return &native_driver;
}

static void
make_recording (LodgerHostOps *ops, LodgerHostDriver *driver, const LodgerHostDriver *base, const char *name)
{
  *ops = *base->ops;
  *driver = *base;
  driver->ops = ops;
  ops->name = name;
  ops->attach = record_attach;
}

static void
hosts_register (void)
{
  counter_init (&seen.destroyed);
  make_recording (&native_ops, &native_driver, &lodger__native_driver, "recording");
  native_ops.detach = detach_native;
  native_ops.destroy = destroy_native;
  make_recording (&minimal_ops, &minimal_driver, &minimal_host_driver, "recording-minimal");
  minimal_ops.detach = detach_minimal;
  minimal_ops.destroy = destroy_minimal;
  backend = lodger__native_backend;
  backend.name = "recording";
  backend.host = host_of_backend;
  test_check (lodger_backend_register (&backend) == 0);
  test_check (lodger_host_register (&minimal_driver) == 0);
}

static LodgerCaller *
open_minimal (MinimalHost **minimal, LodgerCallerMode mode, LodgerCallerOptions options, LodgerError **ret_error)
{
  options.size = sizeof options;
  options.host = "recording-minimal";
  options.host_options = minimal;
  return lodger_caller_open (mode, &options, ret_error);
}

static LodgerCaller *
open_worker (LodgerCallerOptions options)
{
  options.size = sizeof options;
  options.backend = "recording";
  return lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, NULL);
}

/* It is destroyed when nobody refers to the caller, which may be a moment later. */
static void
expect_seen (int attaches, int detaches)
{
  counter_wait (&seen.destroyed, 1);
  ck_assert_int_eq (atomic_load (&seen.attaches), attaches);
  ck_assert_int_eq (atomic_load (&seen.detaches), detaches);
  ck_assert_int_eq (atomic_load (&seen.destroys), 1);
  if (detaches > 0)
    ck_assert_int_eq (atomic_load (&seen.detached_in), atomic_load (&seen.attached_in));
}

/* ---- hooks ------------------------------------------------------------------------------------------------------------ */

/* Blocks the start hook, or the thread of a caller, until the test lets it go. */
static BlockedCall blocked;

static LodgerError *
hook_sees_the_attach (LodgerCaller *caller, void *data)
{
  (void) caller;
  ck_assert_int_eq (atomic_load (&seen.attaches), 1);
  ck_assert_int_eq (atomic_load (&seen.attached_in), test_thread_id ());
  ck_assert_int_eq (atomic_load (&seen.detaches), 0);
  recorder_direct (data);
  return NULL;
}

static LodgerError *
hook_fails (LodgerCaller *caller, void *data)
{
  hook_sees_the_attach (caller, data);
  return lodger_error_new (NULL, LODGER_ESTATE, "broken");
}

static LodgerError *
hook_blocks (LodgerCaller *caller, void *data)
{
  hook_sees_the_attach (caller, data);
  blocked_call_direct (&blocked);
  return NULL;
}

static LodgerError *
hook_blocks_and_fails (LodgerCaller *caller, void *data)
{
  hook_blocks (caller, data);
  return lodger_error_new (NULL, LODGER_ESTATE, "broken");
}

static LodgerError *
hook_exits_the_thread (LodgerCaller *caller, void *data)
{
  hook_sees_the_attach (caller, data);
  pthread_exit (NULL);
}

/* ---- tests ------------------------------------------------------------------------------------------------------------- */

START_TEST (attach_comes_before_the_start_hook_and_detach_before_destroy)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER }, *at = &minimal;
  Recorder recorder = { 0 };
  LodgerCallerOptions options = { .on_start = hook_sees_the_attach, .hook_data = &recorder };
  LodgerCaller *caller;
  hosts_register ();
  caller = open_minimal (&at, LODGER_CALLER_CURRENT_THREAD, options, NULL);
  ck_assert_ptr_nonnull (caller);
  recorder_expect (&recorder, 1, 0);
  expect_code (lodger_caller_stop_wait (caller), 0);
  ck_assert_int_eq (atomic_load (&seen.detaches), 1);
  ck_assert_int_eq (atomic_load (&seen.destroys), 0);
  lodger_caller_unref (caller);
  expect_seen (1, 1);
}
END_TEST

START_TEST (a_worker_is_attached_and_detached_in_its_thread)
{
  Recorder recorder = { 0 };
  LodgerCallerOptions options = { .on_start = hook_sees_the_attach, .hook_data = &recorder };
  LodgerCaller *caller;
  hosts_register ();
  caller = open_worker (options);
  wait_done (lodger_caller_get_started (caller));
  worker_stop (caller);
  recorder_expect (&recorder, 1, 0);
  expect_seen (1, 1);
  ck_assert_int_ne (atomic_load (&seen.attached_in), test_thread_id ());
}
END_TEST

START_TEST (a_failed_attach_is_a_failed_start)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER }, *at = &minimal;
  Recorder recorder = { 0 };
  LodgerCallerOptions options = { .on_start = hook_sees_the_attach, .hook_data = &recorder };
  LodgerError *error = NULL;
  hosts_register ();
  atomic_store (&seen.refusal, LODGER_EBUSY);
  log_capture_begin ();
  ck_assert_ptr_null (open_minimal (&at, LODGER_CALLER_CURRENT_THREAD, options, &error));
  ck_assert (lodger_error_matches (error, NULL, LODGER_EBUSY));
  ck_assert (log_capture_has ("the host could not be attached"));
  log_capture_end ();
  lodger_error_unref (error);
  recorder_expect (&recorder, 0, 0);
  expect_seen (1, 0);
  ck_assert_ptr_null (lodger_caller_current ());
}
END_TEST

START_TEST (a_failed_attach_is_the_answer_to_a_workers_calls)
{
  Recorder recorder = { 0 };
  LodgerCallerOptions options = { .on_start = hook_sees_the_attach, .hook_data = &recorder };
  LodgerCaller *caller;
  LodgerPending *pending;
  hosts_register ();
  atomic_store (&seen.refusal, LODGER_EBUSY);
  log_capture_begin ();
  caller = open_worker (options);
  pending = lodger_caller_call_soon (caller, recorder_call, &recorder, recorder_destroy);
  wait_done (lodger_caller_get_stopped (caller));
  wait_done (pending);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EBUSY));
  lodger_pending_unref (pending);
  lodger_caller_unref (caller);
  expect_seen (1, 0);
  recorder_expect (&recorder, 0, 1);
  log_capture_end ();
}
END_TEST

START_TEST (a_failed_start_hook_detaches)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER }, *at = &minimal;
  Recorder recorder = { 0 };
  LodgerCallerOptions options = { .on_start = hook_fails, .hook_data = &recorder };
  hosts_register ();
  log_capture_begin ();
  ck_assert_ptr_null (open_minimal (&at, LODGER_CALLER_CURRENT_THREAD, options, NULL));
  log_capture_end ();
  expect_seen (1, 1);
}
END_TEST

START_TEST (a_failed_start_hook_detaches_a_worker)
{
  Recorder recorder = { 0 };
  LodgerCallerOptions options = { .on_start = hook_fails, .hook_data = &recorder };
  LodgerCaller *caller;
  hosts_register ();
  log_capture_begin ();
  caller = open_worker (options);
  wait_done (lodger_caller_get_stopped (caller));
  lodger_caller_unref (caller);
  expect_seen (1, 1);
  log_capture_end ();
}
END_TEST

static void *
stop (void *caller)
{
  lodger_caller_stop (caller, true);
  return NULL;
}

START_TEST (a_caller_that_is_stopped_before_its_start_is_not_attached)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER }, *at = &minimal;
  LodgerCaller *caller;
  hosts_register ();
  caller = open_minimal (&at, LODGER_CALLER_MANUAL, (LodgerCallerOptions) { 0 }, NULL);
  thread_join (thread_start (stop, caller));
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPED);
  log_capture_begin ();
  expect_code (lodger_caller_start_sync (caller), LODGER_ESTATE);
  log_capture_end ();
  lodger_caller_unref (caller);
  expect_seen (0, 0);
}
END_TEST

/* Either it is not attached, or it is detached. */
START_TEST (a_caller_that_is_stopped_while_it_starts_is_detached_if_it_was_attached)
{
  hosts_register ();
  for (unsigned round = 1; round <= test_scaled (500); round++)
    {
      MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER }, *at = &minimal;
      LodgerCaller *caller = open_minimal (&at, LODGER_CALLER_MANUAL, (LodgerCallerOptions) { 0 }, NULL);
      pthread_t thread;
      log_capture_begin ();
      thread = thread_start (stop, caller);
      lodger_caller_start_sync (caller);
      thread_join (thread);
      expect_code (lodger_caller_stop_wait (caller), 0);
      log_capture_end ();
      ck_assert_int_eq (atomic_load (&seen.attaches), atomic_load (&seen.detaches));
      atomic_store (&seen.destroys, 0);
      lodger_caller_unref (caller);
      ck_assert_int_eq (atomic_load (&seen.destroys), 1);
      atomic_store (&seen.destroys, 0);
    }
}
END_TEST

START_TEST (a_stop_within_the_start_hook_detaches)
{
  Recorder recorder = { 0 };
  LodgerCallerOptions options = { .on_start = _i == 0 ? hook_blocks : hook_blocks_and_fails, .hook_data = &recorder };
  LodgerCaller *caller;
  hosts_register ();
  blocked_call_init (&blocked);
  log_capture_begin ();
  caller = open_worker (options);
  latch_wait (&blocked.entered);
  lodger_caller_stop (caller, true);
  latch_open (&blocked.let_go);
  wait_done (lodger_caller_get_stopped (caller));
  lodger_caller_unref (caller);
  expect_seen (1, 1);
  log_capture_end ();
  blocked_call_clear (&blocked);
}
END_TEST

static void *
attach_and_go (void *data)
{
  LodgerCaller **ret_caller = data;
  static MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER }, *at = &minimal;
  *ret_caller = open_minimal (&at, LODGER_CALLER_CURRENT_THREAD, (LodgerCallerOptions) { 0 }, NULL);
  return NULL;
}

START_TEST (a_thread_that_ends_detaches)
{
  LodgerCaller *caller = NULL;
  hosts_register ();
  log_capture_begin ();
  thread_join (thread_start (attach_and_go, &caller));
  log_capture_end ();
  ck_assert_int_eq (atomic_load (&seen.detaches), 1);
  ck_assert_int_eq (atomic_load (&seen.destroys), 0);
  lodger_caller_unref (caller);
  expect_seen (1, 1);
}
END_TEST

START_TEST (a_thread_that_ends_in_its_start_hook_detaches)
{
  Recorder recorder = { 0 };
  LodgerCallerOptions options = { .on_start = hook_exits_the_thread, .hook_data = &recorder };
  LodgerCaller *caller;
  hosts_register ();
  log_capture_begin ();
  caller = open_worker (options);
  wait_done (lodger_caller_get_stopped (caller));
  lodger_caller_unref (caller);
  expect_seen (1, 1);
  log_capture_end ();
}
END_TEST

/* Taken from its call, and from its start hook. */
START_TEST (a_thread_that_hangs_detaches_when_it_comes_back)
{
  Recorder recorder = { 0 };
  LodgerCallerOptions options = { .stop_deadline = 2000000 };
  LodgerCaller *caller;
  hosts_register ();
  blocked_call_init (&blocked);
  if (_i > 0)
    {
      options.on_start = _i == 1 ? hook_blocks : hook_blocks_and_fails;
      options.hook_data = &recorder;
    }
  log_capture_begin ();
  caller = open_worker (options);
  if (_i == 0)
    test_check (lodger_caller_call_direct (caller, blocked_call_direct, &blocked, NULL) == 0);
  latch_wait (&blocked.entered);
  lodger_caller_stop (caller, true);
  wait_done (lodger_caller_get_stopped (caller));
  lodger_caller_unref (caller);
  ck_assert_int_eq (atomic_load (&seen.detaches), 0);
  ck_assert_int_eq (atomic_load (&seen.destroys), 0);
  latch_open (&blocked.let_go);
  expect_seen (1, 1);
  log_capture_end ();
  blocked_call_clear (&blocked);
}
END_TEST

START_TEST (a_host_that_closes_first_is_not_detached)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER }, *at = &minimal;
  LodgerCaller *caller;
  hosts_register ();
  caller = open_minimal (&at, LODGER_CALLER_CURRENT_THREAD, (LodgerCallerOptions) { 0 }, NULL);
  thread_join (thread_start (minimal_host_close, &minimal));
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPED);
  lodger_caller_unref (caller);
  expect_seen (1, 0);
}
END_TEST

static LodgerError *
hook_closes_the_host (LodgerCaller *caller, void *data)
{
  (void) caller;
  thread_join (thread_start (minimal_host_close, data));
  return NULL;
}

START_TEST (a_host_that_closes_in_the_start_hook_is_asked_for_nothing_more)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER }, *at = &minimal;
  LodgerCallerOptions options = { .on_start = hook_closes_the_host, .hook_data = &minimal };
  LodgerCaller *caller;
  hosts_register ();
  caller = open_minimal (&at, LODGER_CALLER_CURRENT_THREAD, options, NULL);
  ck_assert_ptr_nonnull (caller);
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPED);
  ck_assert_int_eq (minimal.refused, 0);
  lodger_caller_unref (caller);
  expect_seen (1, 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("attach");
  test_add (suite, attach_comes_before_the_start_hook_and_detach_before_destroy);
  test_add (suite, a_worker_is_attached_and_detached_in_its_thread);
  test_add (suite, a_failed_attach_is_a_failed_start);
  test_add (suite, a_failed_attach_is_the_answer_to_a_workers_calls);
  test_add (suite, a_failed_start_hook_detaches);
  test_add (suite, a_failed_start_hook_detaches_a_worker);
  test_add (suite, a_caller_that_is_stopped_before_its_start_is_not_attached);
  test_add (suite, a_caller_that_is_stopped_while_it_starts_is_detached_if_it_was_attached);
  test_add_variant (suite, "a_stop_within_the_start_hook_detaches", a_stop_within_the_start_hook_detaches, 0);
  test_add_variant (suite, "a_stop_within_a_start_hook_that_fails_detaches", a_stop_within_the_start_hook_detaches, 1);
  test_add (suite, a_thread_that_ends_detaches);
  test_add (suite, a_thread_that_ends_in_its_start_hook_detaches);
  test_add_variant (suite, "a_thread_that_hangs_detaches_when_it_comes_back",
                    a_thread_that_hangs_detaches_when_it_comes_back, 0);
  test_add_variant (suite, "a_thread_that_hangs_in_its_start_detaches_when_it_comes_back",
                    a_thread_that_hangs_detaches_when_it_comes_back, 1);
  test_add_variant (suite, "a_thread_that_hangs_in_a_start_that_fails_detaches_when_it_comes_back",
                    a_thread_that_hangs_detaches_when_it_comes_back, 2);
  test_add (suite, a_host_that_closes_first_is_not_detached);
  test_add (suite, a_host_that_closes_in_the_start_hook_is_asked_for_nothing_more);
  return test_main (suite, argc, argv);
}
