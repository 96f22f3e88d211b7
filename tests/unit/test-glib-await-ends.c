/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An await of GIO ends only after its operation. And where it is refused. */
#include "test-gio-glib.h"
#include "test-suite.h"

/* An operation that comes back when the test says so, and pays no attention to its cancellable. */
typedef struct Slow
{
  GTask *task;
  LodgerCaller *caller;
  GAsyncResult *result;
  LodgerPending *response;
  int code;
  bool has_returned;
  void (*around) (struct Slow *slow); /* awaits in special circumstances */
} Slow;

static void
slow_async (void *data, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Slow *slow = data;
  slow->task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_check_cancellable (slow->task, FALSE);
}

static void
slow_come_back (Slow *slow)
{
  g_task_return_boolean (slow->task, TRUE);
  g_clear_object (&slow->task);
}

static void
await_slow (Slow *slow)
{
  slow->code = LODGER_GLIB_AWAIT (&slow->result, slow_async, slow);
  slow->has_returned = true;
}

static void
run_slow (LodgerPending *self, void *data)
{
  Slow *slow = data;
  (void) self;
  if (slow->around != NULL)
    slow->around (slow);
  else
    await_slow (slow);
}

static void
slow_open (Slow *slow)
{
  *slow = (Slow) { .caller = lodger_glib_attach (NULL, NULL) };
}

static LodgerPending *
slow_start (Slow *slow)
{
  LodgerPending *call = lodger_caller_spawn (slow->caller, run_slow, slow, NULL);
  turn_until_quiet (NULL);
  return call;
}

static void
slow_close (Slow *slow)
{
  g_clear_object (&slow->result);
  if (slow->caller == NULL)
    return;
  lodger_caller_leave (slow->caller);
  lodger_caller_unref (slow->caller);
}

START_TEST (a_cancelled_call_returns_after_its_operation)
{
  Slow slow;
  LodgerPending *call;
  slow_open (&slow);
  call = slow_start (&slow);
  lodger_pending_cancel (call, NULL);
  turn_until_quiet (NULL);
  ck_assert (g_cancellable_is_cancelled (g_task_get_cancellable (slow.task)));
  ck_assert (!lodger_pending_is_done (call));
  ck_assert (!slow.has_returned);
  slow_come_back (&slow);
  turn_until_done (NULL, call);
  expect_code (slow.code, LODGER_ECANCELED);
  ck_assert_ptr_null (slow.result);
  lodger_pending_unref (call);
  slow_close (&slow);
}
END_TEST

START_TEST (a_cancel_of_the_operation_itself_is_the_outcome)
{
  Slow slow;
  LodgerPending *call;
  slow_open (&slow);
  call = slow_start (&slow);
  g_cancellable_cancel (g_task_get_cancellable (slow.task));
  slow_come_back (&slow);
  turn_until_done (NULL, call);
  expect_code (slow.code, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (call), 0);
  lodger_pending_unref (call);
  slow_close (&slow);
}
END_TEST

static gboolean
come_back_in_the_loop (void *slow)
{
  slow_come_back (slow);
  return G_SOURCE_REMOVE;
}

/* The loop is over, and the stop waits for the call. */
START_TEST (a_stop_does_not_leave_an_operation_behind)
{
  Slow slow;
  LodgerPending *call;
  slow_open (&slow);
  call = slow_start (&slow);
  g_idle_add (come_back_in_the_loop, &slow);
  lodger_caller_leave (slow.caller);
  expect_code (slow.code, LODGER_ECANCELED);
  ck_assert (slow.has_returned);
  expect_code (lodger_pending_get_outcome (call), LODGER_ECANCELED);
  lodger_pending_unref (call);
  lodger_caller_unref (g_steal_pointer (&slow.caller));
  slow_close (&slow);
}
END_TEST

/* ---- in other threads -------------------------------------------------------------------------------------------- */

static gboolean
come_back_when_started (void *data)
{
  Slow *slow = data;
  if (slow->task == NULL)
    return G_SOURCE_CONTINUE;
  slow_come_back (slow);
  return G_SOURCE_REMOVE;
}

static void
await_in_a_worker (Slow *slow)
{
  GSource *source = g_idle_source_new ();
  g_source_set_callback (source, come_back_when_started, slow, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_source_unref (source);
  await_slow (slow);
}

START_TEST (a_spawned_call_of_a_worker_awaits_in_its_own_loop)
{
  Slow slow = { .around = await_in_a_worker };
  LodgerCaller *worker;
  expect_code (lodger_glib_register (), 0);
  worker = worker_start ("glib");
  expect_code (wait_outcome (lodger_caller_spawn (worker, run_slow, &slow, NULL)), 0);
  expect_code (slow.code, 0);
  ck_assert_ptr_nonnull (slow.result);
  worker_stop (worker);
  slow_close (&slow);
}
END_TEST

typedef struct Elsewhere
{
  PipeStream pipe_stream;
  Latch started;
  atomic_int is_over;
  int code;
} Elsewhere;

static void *
await_elsewhere (void *data)
{
  Elsewhere *elsewhere = data;
  char buffer[8];
  LodgerPending *pending = lodger_glib_await_new ();
  ck_assert (!lodger_pending_is_done (pending));
  g_input_stream_read_async (elsewhere->pipe_stream.stream, buffer, sizeof buffer, G_PRIORITY_DEFAULT,
                             lodger_glib_async_get_cancellable (pending), lodger_glib_async_ready, pending);
  latch_open (&elsewhere->started);
  elsewhere->code = lodger_glib_await_end (pending, NULL);
  atomic_store (&elsewhere->is_over, 1);
  g_main_context_wakeup (NULL);
  return NULL;
}

START_TEST (a_thread_without_a_loop_waits_for_the_default_one)
{
  Elsewhere elsewhere = { .code = 1 };
  pthread_t thread;
  latch_init (&elsewhere.started);
  pipe_stream_open (&elsewhere.pipe_stream, NULL);
  thread = thread_start (await_elsewhere, &elsewhere);
  latch_wait (&elsewhere.started);
  pipe_stream_write (&elsewhere.pipe_stream);
  turn_until (NULL, &elsewhere.is_over, 1);
  thread_join (thread);
  expect_code (elsewhere.code, 0);
  pipe_stream_close (&elsewhere.pipe_stream);
  latch_clear (&elsewhere.started);
}
END_TEST

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

static void
expect_refused (Slow *slow, int code, const char *reason)
{
  expect_code (slow->code, code);
  ck_assert_ptr_null (slow->result);
  ck_assert_ptr_null (slow->task);
  ck_assert_uint_eq (log_capture_count (), 1);
  ck_assert (log_capture_has (reason));
  log_capture_forget ();
}

START_TEST (a_plain_call_does_not_wait_for_its_own_loop)
{
  Slow slow;
  LodgerCaller *worker;
  LodgerPending *call;
  slow_open (&slow);
  log_capture_begin ();
  call = lodger_caller_call_soon (slow.caller, run_slow, &slow, NULL);
  turn_until_done (NULL, call);
  lodger_pending_unref (call);
  expect_refused (&slow, LODGER_EWRONGTHREAD, "lodger_glib_await_new");
  worker = worker_start ("glib");
  expect_code (wait_outcome (lodger_caller_call_soon (worker, run_slow, &slow, NULL)), 0);
  expect_refused (&slow, LODGER_EDEADLK, "wait in a spawned call");
  worker_stop (worker);
  log_capture_end ();
  slow_close (&slow);
}
END_TEST

static void
await_with_a_context (Slow *slow)
{
  GMainContext *context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  await_slow (slow);
  expect_code (lodger_sleep (1), LODGER_ESTATE);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

static void
spawn_around (void (*around) (Slow *slow), const char *reason)
{
  Slow slow;
  LodgerPending *call;
  slow_open (&slow);
  slow.around = around;
  log_capture_begin ();
  call = lodger_caller_spawn (slow.caller, run_slow, &slow, NULL);
  turn_until_done (NULL, call);
  expect_code (slow.code, LODGER_ESTATE);
  ck_assert_ptr_null (slow.task);
  ck_assert_uint_eq (log_capture_count_of (reason), 2);
  log_capture_end ();
  lodger_pending_unref (call);
  slow_close (&slow);
}

START_TEST (edge_84_no_wait_with_a_context_of_the_calls_own)
{
  spawn_around (await_with_a_context, "a thread-default GMainContext");
}
END_TEST

static gboolean
await_in_a_source (void *slow)
{
  await_slow (slow);
  expect_code (lodger_sleep (1), LODGER_ESTATE);
  return G_SOURCE_REMOVE;
}

static void
await_in_a_nested_loop (Slow *slow)
{
  g_idle_add_full (G_PRIORITY_HIGH, await_in_a_source, slow, NULL);
  while (!slow->has_returned)
    g_main_context_iteration (NULL, TRUE);
  expect_code (lodger_sleep (1), 0);
}

START_TEST (edge_84_no_wait_inside_of_a_nested_loop_of_glib)
{
  spawn_around (await_in_a_nested_loop, "a nested main loop");
}
END_TEST

/* While a call waits, the context that another pushes is none of its business. */
START_TEST (a_wait_is_fine_after_the_context_was_popped)
{
  Slow slow;
  LodgerPending *call;
  GMainContext *context = g_main_context_new ();
  slow_open (&slow);
  call = slow_start (&slow);
  g_main_context_push_thread_default (context);
  turn_until_quiet (NULL);
  g_main_context_pop_thread_default (context);
  slow_come_back (&slow);
  turn_until_done (NULL, call);
  expect_code (slow.code, 0);
  lodger_pending_unref (call);
  g_main_context_unref (context);
  slow_close (&slow);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-await-ends");
  test_add (suite, a_cancelled_call_returns_after_its_operation);
  test_add (suite, a_cancel_of_the_operation_itself_is_the_outcome);
  test_add (suite, a_stop_does_not_leave_an_operation_behind);
  test_add (suite, a_spawned_call_of_a_worker_awaits_in_its_own_loop);
  test_add (suite, a_thread_without_a_loop_waits_for_the_default_one);
  test_add (suite, a_plain_call_does_not_wait_for_its_own_loop);
  test_add (suite, edge_84_no_wait_with_a_context_of_the_calls_own);
  test_add (suite, edge_84_no_wait_inside_of_a_nested_loop_of_glib);
  test_add (suite, a_wait_is_fine_after_the_context_was_popped);
  return test_main (suite, argc, argv);
}
