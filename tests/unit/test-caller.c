/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "life/life.h"
#include "test-loop.h"
#include "test-suite.h"
#include "test-threads.h"

#include <stdio.h>
#include <string.h>

/* Asks for a caller of this thread; the code of the error, or 0 with the caller. */
static int
ask (LodgerCallerMode mode, const LodgerCallerOptions *options, LodgerCaller **ret_caller)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_caller_open (mode, options, &error);
  int code = lodger_error_get_code (error);
  ck_assert ((caller == NULL) == (error != NULL));
  lodger_error_unref (error);
  if (ret_caller != NULL)
    *ret_caller = caller;
  else
    lodger_caller_unref (caller);
  return code;
}

static LodgerCallerOptions
options_for (LodgerManualHost *host, const char *name)
{
  LodgerCallerOptions options
      = { .size = sizeof options, .name = name, .host = lodger_manual_host_get_name (host), .host_options = host };
  return options;
}

START_TEST (the_same_thread_and_host_give_the_same_caller)
{
  LodgerCallerOptions options;
  LodgerCaller *again;
  Loop loop;
  ck_assert_int_eq (lodger_manual_register (), 0);
  loop = loop_open (LODGER_MANUAL_DEFAULT);
  options = options_for (loop.host, NULL);
  expect_code (ask (LODGER_CALLER_CURRENT_THREAD, &options, &again), 0);
  ck_assert_ptr_eq (again, loop.caller);
  lodger_caller_unref (again);
  expect_code (ask (LODGER_CALLER_CURRENT_THREAD, NULL, &again), 0);
  ck_assert_ptr_eq (again, loop.caller);
  lodger_caller_unref (again);
  expect_code (ask (LODGER_CALLER_MAIN_THREAD, &options, &again), 0);
  ck_assert_ptr_eq (again, loop.caller);
  lodger_caller_unref (again);
  loop_close (&loop);
}
END_TEST

static bool
is_listed (const LodgerCaller *caller)
{
  size_t count;
  LodgerCaller **list = lodger_caller_list (false, &count);
  bool is_there = false;
  for (size_t i = 0; i < count; i++)
    is_there = is_there || list[i] == caller;
  lodger_caller_list_free (list, count);
  return is_there;
}

/* Another thread lets go of the last reference, and has not come to the stop that follows from it. */
START_TEST (a_caller_that_goes_before_its_start_is_not_found)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  LodgerCallerOptions options = options_for (host, NULL);
  LodgerCaller *going;
  ck_assert_int_eq (lodger_manual_register (), 0);
  expect_code (ask (LODGER_CALLER_MANUAL, &options, &going), 0);
  lodger_caller_unref (lodger_caller_ref (going));
  ck_assert (is_listed (going));
  atomic_fetch_sub (&going->life.refs, 1);
  ck_assert_ptr_null (lodger_caller_find (options.host, host));
  ck_assert (!is_listed (going));
  atomic_fetch_add (&going->life.refs, 1);
  ck_assert (is_listed (going));
  lodger_caller_unref (going);
  lodger_manual_host_unref (host);
}
END_TEST

START_TEST (a_mismatch_is_an_error)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCallerOptions options = options_for (loop.host, "another name");
  LodgerCallerOptions too_small = { .size = 1 };
  log_capture_begin ();
  expect_code (ask (LODGER_CALLER_CURRENT_THREAD, &options, NULL), LODGER_EMISMATCH);
  options = options_for (loop.host, NULL);
  expect_code (ask (LODGER_CALLER_MANUAL, &options, NULL), LODGER_EALREADY);
  options.host = "no such host";
  expect_code (ask (LODGER_CALLER_CURRENT_THREAD, &options, NULL), LODGER_ENOENT);
  expect_code (ask (LODGER_CALLER_CURRENT_THREAD, &too_small, NULL), LODGER_EINVAL);
  expect_code (ask ((LodgerCallerMode) 99, NULL, NULL), LODGER_EINVAL);
  options = (LodgerCallerOptions) { .size = sizeof options, .backend = "no such backend" };
  expect_code (ask (LODGER_CALLER_NEW_THREAD, &options, NULL), LODGER_ENOENT);
  loop_close (&loop);
  expect_code (ask (LODGER_CALLER_CURRENT_THREAD, NULL, NULL), LODGER_ENOENT);
  ck_assert_ptr_null (lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, NULL, NULL));
  log_capture_end ();
}
END_TEST

static void
expect_line (const char *start, int line)
{
  char text[300];
  snprintf (text, sizeof text, "%s (%s:%d)", start, __FILE__, line);
  ck_assert_msg (log_capture_has (text), "no line with: %s", text);
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_forget ();
}

START_TEST (a_refusal_names_the_function_and_the_place_of_the_options)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending;
  log_capture_begin ();
  ck_assert_ptr_null (lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, LODGER_CALLER_OPTIONS (.host = "no"), NULL));
  expect_line ("lodger_caller_open: no such host: no", __LINE__ - 1);
  ck_assert_ptr_null (lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.backend = "no"), NULL));
  expect_line ("lodger_caller_open: no such backend: no", __LINE__ - 1);
  ck_assert_ptr_null (lodger_caller_open_child (NULL, LODGER_CALLER_OPTIONS (), NULL));
  expect_line ("lodger_caller_open_child: the parent is NULL", __LINE__ - 1);
  ck_assert_ptr_null (lodger_caller_open_child (loop.caller, LODGER_CALLER_OPTIONS (.backend = "no"), NULL));
  expect_line ("lodger_caller_open_child: no such backend: no", __LINE__ - 1);
  ck_assert_ptr_null (lodger_manual_attach (loop.host, LODGER_CALLER_OPTIONS (.name = "no"), NULL));
  expect_line ("lodger_manual_attach: the caller that is there does not match: no", __LINE__ - 1);
  threads_refuse (true);
  pending = lodger_caller_to_thread_full (loop.caller, recorder_call, NULL, NULL, LODGER_CALL_OPTIONS (.worker = "no"));
  expect_line ("lodger_caller_to_thread: the system refuses a thread", __LINE__ - 1);
  threads_refuse (false);
  expect_code (lodger_error_get_code (lodger_pending_get_error (pending)), LODGER_EAGAIN);
  lodger_pending_unref (pending);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

static LodgerError *
misuse_in_hook (LodgerCaller *caller, void *data)
{
  (void) caller;
  (void) data;
  lodger_pending_return_int (NULL, 1);
  return NULL;
}

START_TEST (a_start_hooks_own_misuse_names_its_own_function)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  Loop loop = { .host = host };
  log_capture_begin ();
  loop.caller = lodger_manual_attach (host, LODGER_CALLER_OPTIONS (.on_start = misuse_in_hook), NULL);
  ck_assert (log_capture_has ("lodger_pending_return_int: "));
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

static int
misuse_in_callback (LodgerPending *done, void *data)
{
  (void) done;
  (void) data;
  return lodger_pending_return_int (NULL, 1) == 0;
}

static void
misuse_in_destroy (void *data)
{
  (void) data;
  lodger_pending_return_int (NULL, 1);
}

static LodgerError *
add_callback_in_hook (LodgerCaller *caller, void *data)
{
  (void) data;
  lodger_pending_add_done_callback (lodger_caller_get_started (caller), misuse_in_callback, NULL, NULL);
  return NULL;
}

START_TEST (other_code_of_the_program_names_its_own_function_too)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  Loop loop = { .host = host };
  log_capture_begin ();
  ck_assert_ptr_null (lodger_manual_attach (NULL, LODGER_CALLER_OPTIONS (.hook_destroy = misuse_in_destroy), NULL));
  ck_assert (log_capture_has ("lodger_pending_return_int: "));
  log_capture_end ();
  log_capture_begin ();
  loop.caller = lodger_manual_attach (host, LODGER_CALLER_OPTIONS (.on_start = add_callback_in_hook), NULL);
  ck_assert (log_capture_has ("lodger_pending_return_int: "));
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

static void *
ask_for_the_main_threads (void *data)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  LodgerCallerOptions options = options_for (host, NULL);
  int *code = data;
  LodgerError *error = NULL;
  test_check (lodger_caller_open (LODGER_CALLER_MAIN_THREAD, &options, &error) == NULL);
  *code = lodger_error_get_code (error);
  lodger_error_unref (error);
  lodger_manual_host_unref (host);
  return NULL;
}

START_TEST (creating_the_main_threads_caller_elsewhere_is_refused)
{
  int code = 0;
  lodger_manual_register ();
  log_capture_begin ();
  thread_join (thread_start (ask_for_the_main_threads, &code));
  expect_code (code, LODGER_EWRONGTHREAD);
  log_capture_end ();
}
END_TEST

static void *
find_the_mains (void *data)
{
  LodgerCaller **found = data;
  *found = lodger_caller_open (LODGER_CALLER_MAIN_THREAD, NULL, NULL);
  return NULL;
}

static void
expect_the_mains (const LodgerCaller *expected)
{
  LodgerCaller *found = NULL;
  thread_join (thread_start (find_the_mains, &found));
  ck_assert_ptr_eq (found, expected);
  lodger_caller_unref (found);
}

START_TEST (the_main_threads_caller_is_its_first_that_does_not_stop)
{
  Loop first = loop_open (LODGER_MANUAL_DEFAULT), second = loop_open (LODGER_MANUAL_DEFAULT);
  expect_the_mains (first.caller);
  lodger_caller_stop (first.caller, true);
  for (int i = 0; i < 2; i++)
    expect_the_mains (second.caller);
  loop_close (&second);
  log_capture_begin ();
  expect_the_mains (NULL);
  log_capture_end ();
  loop_close (&first);
  first = loop_open_initial (LODGER_MANUAL_DEFAULT);
  expect_the_mains (first.caller);
  loop_close (&first);
}
END_TEST

START_TEST (each_of_many_callers_of_a_thread_is_found_by_its_loop)
{
  enum
  {
    LOOPS = 100
  };
  Loop loops[LOOPS];
  for (int i = 0; i < LOOPS; i++)
    loops[i] = i % 2 == 0 ? loop_open (LODGER_MANUAL_DEFAULT) : loop_open_initial (LODGER_MANUAL_DEFAULT);
  for (int i = 0; i < LOOPS; i++)
    {
      LodgerCallerOptions options = options_for (loops[i].host, NULL);
      LodgerCaller *found = lodger_caller_find (options.host, options.host_options), *again;
      expect_code (ask (LODGER_CALLER_CURRENT_THREAD, &options, &again), 0);
      ck_assert_ptr_eq (found, loops[i].caller);
      ck_assert_ptr_eq (again, loops[i].caller);
      lodger_caller_unref (again);
      lodger_caller_unref (found);
      loop_close (&loops[i]);
    }
}
END_TEST

START_TEST (start_sync_runs_queued_calls)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_INITIAL);
  lodger_caller_call_direct (loop.caller, recorder_direct, &recorder, recorder_destroy);
  expect_code (lodger_caller_start_sync (loop.caller), 0);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_RUNNING);
  ck_assert (lodger_pending_is_done (lodger_caller_get_started (loop.caller)));
  recorder_expect (&recorder, 0, 0);
  loop_run (&loop);
  recorder_expect (&recorder, 1, 1);
  log_capture_begin ();
  expect_code (lodger_caller_start_sync (loop.caller), LODGER_ESTATE);
  expect_code (lodger_caller_start_sync (NULL), LODGER_EINVAL);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

START_TEST (a_stop_before_the_start_ends_it)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending = lodger_caller_call_soon (loop.caller, recorder_call, &recorder, recorder_destroy);
  lodger_caller_stop (loop.caller, false);
  loop_run_until_done (&loop, lodger_caller_get_stopped (loop.caller));
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&recorder, 0, 1);
  log_capture_begin ();
  expect_code (lodger_caller_enter (loop.caller), LODGER_ESHUTDOWN);
  log_capture_end ();
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (a_caller_that_was_never_started_can_be_dropped)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending = lodger_caller_call_soon (loop.caller, recorder_call, &recorder, recorder_destroy);
  lodger_caller_unref (loop.caller);
  ck_assert (lodger_pending_is_done (pending));
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (pending);
  lodger_manual_host_unref (loop.host);
}
END_TEST

START_TEST (the_last_leave_stops)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending;
  expect_code (lodger_caller_enter (loop.caller), 0);
  expect_code (lodger_caller_enter (loop.caller), 0);
  expect_code (lodger_caller_leave (loop.caller), 0);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_RUNNING);
  pending = lodger_caller_call_soon (loop.caller, recorder_call, &recorder, recorder_destroy);
  expect_code (lodger_caller_leave (loop.caller), 0);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&recorder, 0, 1);
  log_capture_begin ();
  expect_code (lodger_caller_leave (loop.caller), LODGER_ESTATE);
  expect_code (lodger_caller_enter (loop.caller), LODGER_ESHUTDOWN);
  expect_code (lodger_caller_leave (NULL), LODGER_EINVAL);
  expect_code (lodger_caller_enter (NULL), LODGER_EINVAL);
  ck_assert_uint_eq (log_capture_count (), 4);
  log_capture_end ();
  lodger_pending_unref (pending);
  lodger_caller_unref (loop.caller);
  lodger_manual_host_unref (loop.host);
}
END_TEST

START_TEST (a_protected_caller_needs_force)
{
  LodgerCallerOptions options = { .size = sizeof options, .is_protected = true };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  ck_assert (lodger_caller_is_protected (loop.caller));
  ck_assert_int_eq (lodger_caller_stop (loop.caller, false), LODGER_CALLER_RUNNING);
  loop_run (&loop);
  ck_assert (lodger_caller_is_running (loop.caller));
  expect_code (lodger_caller_leave (loop.caller), 0);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
  ck_assert_int_eq (lodger_caller_stop (loop.caller, true), LODGER_CALLER_STOPPED);
  ck_assert_int_eq (lodger_caller_stop (NULL, true), LODGER_CALLER_STOPPED);
  lodger_caller_unref (loop.caller);
  lodger_manual_host_unref (loop.host);
}
END_TEST

static int
note_signal (LodgerPending *done, void *data)
{
  expect_code (lodger_pending_get_outcome (done), 0);
  recorder_direct (data);
  return 0;
}

START_TEST (started_stopping_and_stopped_are_signalled_in_order)
{
  Journal journal;
  Recorder signals[3] = { { .number = 1 }, { .number = 2 }, { .number = 3 } };
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  LodgerPending *pendings[3] = { lodger_caller_get_started (loop.caller), lodger_caller_get_stopping (loop.caller),
                                 lodger_caller_get_stopped (loop.caller) };
  journal_init (&journal);
  for (int i = 0; i < 3; i++)
    {
      signals[i].journal = &journal;
      ck_assert (!lodger_pending_is_done (pendings[i]));
      lodger_pending_add_done_callback (pendings[i], note_signal, &signals[i], NULL);
    }
  lodger_caller_start_sync (loop.caller);
  journal_expect (&journal, 1);
  lodger_caller_stop (loop.caller, false);
  loop_run (&loop);
  journal_expect (&journal, 1, 2, 3);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
  ck_assert_int_eq (lodger_caller_get_state (NULL), LODGER_CALLER_STOPPED);
  journal_clear (&journal);
  loop_close (&loop);
}
END_TEST

START_TEST (a_new_thread_is_usable_at_once)
{
  Recorder recorder = { 0 };
  ProcCount before;
  worker_stop (worker_start (NULL));
  before = proc_count ();
  for (int i = 0; i < 20; i++)
    {
      LodgerCaller *worker = lodger_caller_open (LODGER_CALLER_NEW_THREAD, NULL, NULL);
      LodgerPending *pending = lodger_caller_call_soon (worker, recorder_call, &recorder, recorder_destroy);
      expect_code (wait_outcome (pending), 0);
      ck_assert_str_eq (lodger_caller_get_backend (worker), "native");
      worker_stop (worker);
    }
  recorder_expect (&recorder, 20, 20);
  proc_expect_restored (before);
}
END_TEST

/* ---- finding -------------------------------------------------------------------------------------------------- */

typedef struct Inner
{
  Loop inner;
  LodgerCaller *outer;
  bool was_inner;
} Inner;

static void
look_inside (LodgerPending *self, void *data)
{
  Inner *inner = data;
  (void) self;
  inner->was_inner = lodger_caller_current () == inner->inner.caller;
}

static void
run_inner (LodgerPending *self, void *data)
{
  Inner *inner = data;
  (void) self;
  ck_assert_ptr_eq (lodger_caller_current (), inner->outer);
  lodger_pending_unref (lodger_caller_call_soon (inner->inner.caller, look_inside, inner, NULL));
  loop_run (&inner->inner);
  ck_assert_ptr_eq (lodger_caller_current (), inner->outer);
}

static void *
look_elsewhere (void *data)
{
  test_check (lodger_caller_current () == NULL);
  test_check (!lodger_caller_is_current_thread (data));
  return NULL;
}

START_TEST (current_is_the_innermost)
{
  Inner inner = { .was_inner = false };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  inner.outer = loop.caller;
  inner.inner = loop_open (LODGER_MANUAL_DEFAULT);
  ck_assert_ptr_eq (lodger_caller_current (), loop.caller);
  ck_assert (lodger_caller_is_current_thread (loop.caller));
  lodger_pending_unref (lodger_caller_call_soon (loop.caller, run_inner, &inner, NULL));
  loop_run (&loop);
  ck_assert (inner.was_inner);
  thread_join (thread_start (look_elsewhere, loop.caller));
  loop_close (&inner.inner);
  loop_close (&loop);
  ck_assert_ptr_null (lodger_caller_current ());
}
END_TEST

START_TEST (a_stopping_caller_is_not_found)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  uint64_t id = lodger_caller_get_id (loop.caller);
  LodgerCaller *found = lodger_caller_find_id (id);
  ck_assert_ptr_eq (found, loop.caller);
  lodger_caller_unref (found);
  found = lodger_caller_find_id (0);
  ck_assert_ptr_eq (found, loop.caller);
  lodger_caller_unref (found);
  lodger_caller_stop (loop.caller, true);
  ck_assert_ptr_null (lodger_caller_find_id (id));
  ck_assert_ptr_null (lodger_caller_find_id (UINT64_MAX));
  loop_close (&loop);
  ck_assert_ptr_null (lodger_caller_find_id (0));
}
END_TEST

static int
find (LodgerCaller **list, size_t count, LodgerCaller *caller)
{
  int found = 0;
  for (size_t i = 0; i < count; i++)
    found += list[i] == caller;
  return found;
}

START_TEST (list_holds_each_caller_once)
{
  size_t count = 99;
  LodgerCaller **list = lodger_caller_list (false, &count);
  Loop running, initial;
  LodgerCaller *worker;
  ck_assert_uint_eq (count, 0);
  lodger_caller_list_free (list, count);

  running = loop_open (LODGER_MANUAL_DEFAULT);
  initial = loop_open_initial (LODGER_MANUAL_DEFAULT);
  worker = worker_start (NULL);
  list = lodger_caller_list (false, &count);
  ck_assert_uint_eq (count, 3);
  ck_assert_ptr_eq (list[0], running.caller);
  ck_assert_ptr_eq (list[1], initial.caller);
  ck_assert_ptr_eq (list[2], worker);
  lodger_caller_list_free (list, count);

  list = lodger_caller_list (true, &count);
  ck_assert_uint_eq (count, 2);
  ck_assert_int_eq (find (list, count, running.caller), 1);
  ck_assert_int_eq (find (list, count, worker), 1);
  lodger_caller_list_free (list, count);

  worker_stop (worker);
  loop_close (&initial);
  loop_close (&running);
  list = lodger_caller_list (false, &count);
  ck_assert_uint_eq (count, 0);
  lodger_caller_list_free (list, count);
}
END_TEST

START_TEST (describe_is_one_line)
{
  LodgerCallerOptions options = { .size = sizeof options, .name = "painter" };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  LodgerCaller *worker = worker_start (NULL);
  char number[32];
  char *text = lodger_caller_describe (loop.caller);
  ck_assert_ptr_nonnull (text);
  ck_assert_ptr_null (strchr (text, '\n'));
  snprintf (number, sizeof number, "#%llu", (unsigned long long) lodger_caller_get_id (loop.caller));
  ck_assert_ptr_nonnull (strstr (text, "painter"));
  ck_assert_ptr_nonnull (strstr (text, number));
  ck_assert_ptr_nonnull (strstr (text, "running"));
  ck_assert_ptr_nonnull (strstr (text, "manual"));
  lodger_free (text);
  lodger_free (NULL);

  ck_assert_str_eq (lodger_caller_get_name (loop.caller), "painter");
  ck_assert_str_eq (lodger_caller_get_host (loop.caller), "manual");
  ck_assert_ptr_null (lodger_caller_get_backend (loop.caller));
  ck_assert_str_eq (lodger_caller_get_name (worker), "worker");
  ck_assert_str_eq (lodger_caller_get_backend (worker), "native");
  ck_assert_uint_ne (lodger_caller_get_id (worker), lodger_caller_get_id (loop.caller));
  ck_assert_uint_eq (lodger_caller_get_id (NULL), 0);
  ck_assert (!lodger_caller_is_running (NULL));
  worker_stop (worker);
  loop_close (&loop);
}
END_TEST

START_TEST (a_stopped_callers_memory_goes_with_its_reference)
{
  LodgerCaller *worker;
  uint64_t id;
  ck_assert_ptr_null (lodger_caller_ref (NULL));
  lodger_caller_unref (NULL);
  worker = worker_start (NULL);
  ck_assert_ptr_eq (lodger_caller_ref (worker), worker);
  lodger_caller_unref (worker);
  id = lodger_caller_get_id (worker);
  lodger_caller_stop (worker, true);
  wait_done (lodger_caller_get_stopped (worker));
  ck_assert_uint_eq (lodger_caller_get_id (worker), id);
  ck_assert_int_eq (lodger_caller_get_state (worker), LODGER_CALLER_STOPPED);
  lodger_caller_unref (worker);

  worker = worker_start (NULL);
  id = lodger_caller_get_id (worker);
  lodger_caller_unref (worker);
  worker = lodger_caller_find_id (id);
  ck_assert_ptr_nonnull (worker);
  worker_stop (worker);
}
END_TEST

static void
stop_self (LodgerPending *self, void *data)
{
  LodgerCaller *caller = lodger_pending_get_caller (self);
  (void) data;
  lodger_caller_stop (caller, true);
  lodger_caller_unref (caller);
}

START_TEST (a_call_may_stop_and_drop_its_own_caller)
{
  Recorder next = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending = lodger_caller_call_soon (loop.caller, stop_self, NULL, NULL);
  LodgerPending *stopped = lodger_pending_ref (lodger_caller_get_stopped (loop.caller));
  lodger_caller_call_direct (loop.caller, recorder_direct, &next, recorder_destroy);
  loop_run_until_done (&loop, stopped);
  ck_assert_int_eq (next.destroyed, 1);
  ck_assert (lodger_pending_is_done (pending));
  lodger_pending_unref (pending);
  lodger_pending_unref (stopped);
  lodger_manual_host_unref (loop.host);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("caller");
  test_add (suite, the_same_thread_and_host_give_the_same_caller);
  test_add (suite, a_caller_that_goes_before_its_start_is_not_found);
  test_add (suite, a_mismatch_is_an_error);
  test_add (suite, a_refusal_names_the_function_and_the_place_of_the_options);
  test_add (suite, a_start_hooks_own_misuse_names_its_own_function);
  test_add (suite, other_code_of_the_program_names_its_own_function_too);
  test_add (suite, creating_the_main_threads_caller_elsewhere_is_refused);
  test_add (suite, the_main_threads_caller_is_its_first_that_does_not_stop);
  test_add (suite, each_of_many_callers_of_a_thread_is_found_by_its_loop);
  test_add (suite, start_sync_runs_queued_calls);
  test_add (suite, a_stop_before_the_start_ends_it);
  test_add (suite, a_caller_that_was_never_started_can_be_dropped);
  test_add (suite, the_last_leave_stops);
  test_add (suite, a_protected_caller_needs_force);
  test_add (suite, started_stopping_and_stopped_are_signalled_in_order);
  test_add (suite, a_new_thread_is_usable_at_once);
  test_add (suite, current_is_the_innermost);
  test_add (suite, a_stopping_caller_is_not_found);
  test_add (suite, list_holds_each_caller_once);
  test_add (suite, describe_is_one_line);
  test_add (suite, a_stopped_callers_memory_goes_with_its_reference);
  test_add (suite, a_call_may_stop_and_drop_its_own_caller);
  return test_main (suite, argc, argv);
}
