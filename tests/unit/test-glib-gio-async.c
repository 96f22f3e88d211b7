/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GIO operation as a pending: how it starts, comes back and is answered. */
#include "test-gio-glib.h"
#include "test-suite.h"

#include <unistd.h>

typedef struct Told
{
  Recorder recorder;
  char *text;
  int code;
} Told;

static void
on_read (LodgerPending *self, LodgerPending *done, void *data)
{
  Told *told = data;
  GAsyncResult *result = lodger_glib_async_get_result (done);
  GError *error = NULL;
  char buffer[8] = "";
  gssize size
      = result != NULL
            ? g_input_stream_read_finish (G_INPUT_STREAM (g_task_get_source_object (G_TASK (result))), result, &error)
            : -1;
  told->code = lodger_pending_get_outcome (done);
  if (size == 5)
    memcpy (buffer, "five", 5);
  told->text = g_strdup (buffer);
  recorder_then (self, done, &told->recorder);
}

START_TEST (a_pair_is_a_pending_in_three_lines)
{
  LodgerCaller *caller = lodger_glib_attach (NULL, NULL);
  LiveObjects objects = { 0 };
  PipeStream pipe_stream;
  Told told = { 0 };
  LodgerPending *read, *then;
  pipe_stream_open (&pipe_stream, &objects);
  read = lodger_glib_async_new (NULL, NULL, NULL, NULL);
  live_objects_add (&objects, lodger_glib_async_get_cancellable (read));
  pipe_stream_start (&pipe_stream, read);
  then = lodger_pending_then (read, caller, on_read, &told, recorder_destroy);
  lodger_pending_unref (read);
  turn_until_quiet (NULL);
  ck_assert (!lodger_pending_is_done (then));
  pipe_stream_write (&pipe_stream);
  turn_until_done (NULL, then);
  ck_assert_str_eq (told.text, "five");
  recorder_expect (&told.recorder, 1, 1);
  ck_assert_int_eq (told.recorder.ran_in, test_thread_id ());
  lodger_pending_unref (then);
  turn_until_quiet (NULL);
  pipe_stream_close (&pipe_stream);
  live_objects_expect (&objects, 0);
  g_free (told.text);
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
}
END_TEST

START_TEST (an_operation_comes_back_in_the_context_it_was_started_in)
{
  GMainContext *context = g_main_context_new ();
  PipeStream pipe_stream;
  LodgerPending *read;
  pipe_stream_open (&pipe_stream, NULL);
  g_main_context_push_thread_default (context);
  read = pipe_stream_read (&pipe_stream, NULL);
  g_main_context_pop_thread_default (context);
  pipe_stream_write (&pipe_stream);
  turn_until_quiet (NULL);
  ck_assert (!lodger_pending_is_done (read));
  turn_until_done (context, read);
  ck_assert_ptr_nonnull (lodger_glib_async_get_result (read));
  lodger_pending_unref (read);
  pipe_stream_close (&pipe_stream);
  g_main_context_unref (context);
}
END_TEST

/* ---- a finish function ------------------------------------------------------------------------------------------- */

typedef struct Finish
{
  Recorder recorder;
  PipeStream pipe_stream;
  bool answers;
  bool was_destroyed; /* when it ran */
} Finish;

static void
finish (LodgerPending *self, GObject *source, GAsyncResult *result, void *data)
{
  Finish *finish = data;
  finish->was_destroyed = finish->recorder.destroyed > 0;
  recorder_call (self, &finish->recorder);
  if (finish->answers)
    pipe_stream_finish (self, source, result, &finish->pipe_stream);
}

START_TEST (a_finish_function_answers_and_its_data_goes_after_it)
{
  Finish data = { .answers = true };
  LodgerPending *read = lodger_glib_async_new (NULL, finish, &data, recorder_destroy);
  int64_t size = 0;
  pipe_stream_open (&data.pipe_stream, NULL);
  pipe_stream_start (&data.pipe_stream, read);
  pipe_stream_write (&data.pipe_stream);
  turn_until_done (NULL, read);
  expect_code (lodger_pending_get_int (read, &size), 0);
  ck_assert_int_eq (size, 5);
  ck_assert (!data.was_destroyed);
  recorder_expect (&data.recorder, 1, 1);
  ck_assert_int_eq (data.recorder.destroyed_in, test_thread_id ());
  ck_assert_ptr_null (lodger_glib_async_get_result (read));
  lodger_pending_unref (read);
  pipe_stream_close (&data.pipe_stream);
}
END_TEST

START_TEST (a_finish_function_that_does_not_answer_is_success)
{
  Finish data = { .answers = false };
  LodgerPending *read = lodger_glib_async_new (NULL, finish, &data, recorder_destroy);
  pipe_stream_open (&data.pipe_stream, NULL);
  pipe_stream_start (&data.pipe_stream, read);
  pipe_stream_write (&data.pipe_stream);
  turn_until_done (NULL, read);
  expect_code (lodger_pending_get_outcome (read), 0);
  recorder_expect (&data.recorder, 1, 1);
  lodger_pending_unref (read);
  pipe_stream_close (&data.pipe_stream);
}
END_TEST

START_TEST (a_failed_operation_is_a_failed_pending)
{
  LodgerPending *read;
  GError *error = NULL;
  PipeStream pipe_stream;
  pipe_stream_open (&pipe_stream, NULL);
  g_input_stream_close (pipe_stream.stream, NULL, NULL);
  read = pipe_stream_read (&pipe_stream, NULL);
  turn_until_done (NULL, read);
  ck_assert (lodger_glib_pending_propagate_error (read, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED));
  ck_assert_ptr_null (lodger_glib_async_get_result (read));
  g_error_free (error);
  lodger_pending_unref (read);
  pipe_stream_close (&pipe_stream);
}
END_TEST

/* ---- references -------------------------------------------------------------------------------------------------- */

START_TEST (a_dropped_handle_does_not_stop_the_operation)
{
  Finish data = { .answers = true };
  LiveObjects objects = { 0 };
  LodgerPending *read = lodger_glib_async_new (NULL, finish, &data, recorder_destroy);
  pipe_stream_open (&data.pipe_stream, &objects);
  live_objects_add (&objects, lodger_glib_async_get_cancellable (read));
  pipe_stream_start (&data.pipe_stream, read);
  lodger_pending_unref (read);
  turn_until_quiet (NULL);
  recorder_expect (&data.recorder, 0, 0);
  pipe_stream_write (&data.pipe_stream);
  turn_until (NULL, &data.recorder.destroyed, 1);
  recorder_expect (&data.recorder, 1, 1);
  pipe_stream_close (&data.pipe_stream);
  turn_until_quiet (NULL);
  live_objects_expect (&objects, 0);
}
END_TEST

START_TEST (an_operation_that_was_not_started_is_given_back)
{
  Recorder recorder = { 0 };
  LodgerPending *pending = lodger_glib_async_new (NULL, pipe_stream_finish, &recorder, recorder_destroy);
  LodgerPending *cancelled = lodger_glib_async_new (NULL, NULL, NULL, NULL);
  LiveObjects objects = { 0 };
  live_objects_add (&objects, lodger_glib_async_get_cancellable (pending));
  lodger_glib_async_ready (NULL, NULL, pending);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EUNANSWERED));
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (pending);
  live_objects_expect (&objects, 0);
  ck_assert (lodger_pending_cancel (cancelled, NULL));
  ck_assert (!lodger_pending_is_done (cancelled));
  lodger_glib_async_ready (NULL, NULL, cancelled);
  expect_code (lodger_pending_get_outcome (cancelled), LODGER_ECANCELED);
  lodger_pending_unref (cancelled);
}
END_TEST

START_TEST (an_operation_comes_back_once)
{
  LodgerPending *pending = lodger_glib_async_new (NULL, NULL, NULL, NULL);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_glib_async_ready (NULL, NULL, pending);
  log_capture_begin ();
  lodger_glib_async_ready (NULL, NULL, pending);
  ck_assert (log_capture_has ("lodger_glib_async_ready: "));
  log_capture_forget ();
  lodger_glib_async_ready (NULL, NULL, promise);
  ck_assert (log_capture_has ("lodger_glib_async_ready: "));
  log_capture_end ();
  lodger_pending_unref (pending);
  lodger_pending_unref (promise);
}
END_TEST

START_TEST (a_done_pending_that_is_no_operation_keeps_its_reference)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Recorder recorder = { 0 };
  lodger_pending_return_pointer (promise, &recorder, recorder_destroy);
  log_capture_begin ();
  lodger_glib_async_ready (NULL, NULL, promise);
  ck_assert (log_capture_has ("lodger_glib_async_ready: "));
  log_capture_end ();
  recorder_expect (&recorder, 0, 0);
  lodger_pending_unref (promise);
  recorder_expect (&recorder, 0, 1);
}
END_TEST

START_TEST (a_refusal_can_be_started_all_the_same)
{
  GObject *no_cancellable = g_object_new (G_TYPE_OBJECT, NULL);
  Recorder recorder = { 0 };
  PipeStream pipe_stream;
  LodgerPending *refused;
  pipe_stream_open (&pipe_stream, NULL);
  log_capture_begin ();
  refused = lodger_glib_async_new ((GCancellable *) (void *) no_cancellable, pipe_stream_finish, &recorder,
                                   recorder_destroy);
  ck_assert (log_capture_has ("lodger_glib_async_new: "));
  log_capture_end ();
  recorder_expect (&recorder, 0, 1);
  ck_assert (lodger_error_matches (lodger_pending_get_error (refused), NULL, LODGER_EINVAL));
  ck_assert_ptr_null (lodger_glib_async_get_cancellable (refused));
  pipe_stream_start (&pipe_stream, refused);
  pipe_stream_write (&pipe_stream);
  lodger_pending_unref (refused);
  g_object_unref (no_cancellable);
  turn_until_quiet (NULL);
  pipe_stream_close (&pipe_stream);
}
END_TEST

/* ---- files and sockets, for which GIO has threads ---------------------------------------------------------------- */

#if !TEST_THREADS_ARE_CHECKED

static void
on_loaded (LodgerPending *self, GObject *file, GAsyncResult *result, void *data)
{
  GError *error = NULL;
  char *text = NULL;
  (void) data;
  if (g_file_load_contents_finish (G_FILE (file), result, &text, NULL, NULL, &error))
    lodger_pending_return_pointer (self, text, g_free);
  else
    lodger_glib_pending_return_gerror (self, error);
}

static LodgerPending *
load (GFile *file)
{
  LodgerPending *loaded = lodger_glib_async_new (NULL, on_loaded, NULL, NULL);
  g_file_load_contents_async (file, lodger_glib_async_get_cancellable (loaded), lodger_glib_async_ready, loaded);
  return loaded;
}

static void
load_in_worker (LodgerPending *self, void *file)
{
  LodgerPending *loaded = load (file);
  lodger_pending_return_from (self, loaded);
  lodger_pending_unref (loaded);
}

START_TEST (a_file_is_loaded_here_and_in_a_worker)
{
  GFileIOStream *stream = NULL;
  GFile *file = g_file_new_tmp ("lodger-XXXXXX", &stream, NULL);
  LodgerPending *loaded;
  LodgerCaller *worker;
  void *text = NULL;
  ck_assert_ptr_nonnull (file);
  g_object_unref (stream);
  ck_assert (g_file_replace_contents (file, "bread", 5, NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL, NULL));
  loaded = load (file);
  turn_until_done (NULL, loaded);
  expect_code (lodger_pending_get_pointer (loaded, &text), 0);
  ck_assert_str_eq (text, "bread");
  lodger_pending_unref (loaded);
  expect_code (lodger_glib_register (), 0);
  worker = worker_start ("glib");
  loaded = lodger_caller_call_soon (worker, load_in_worker, file, NULL);
  wait_done (loaded);
  expect_code (lodger_pending_get_pointer (loaded, &text), 0);
  ck_assert_str_eq (text, "bread");
  lodger_pending_unref (loaded);
  worker_stop (worker);
  ck_assert (g_file_delete (file, NULL, NULL));
  g_object_unref (file);
}
END_TEST

START_TEST (a_connection_is_made_and_accepted)
{
  GSocketListener *listener = g_socket_listener_new ();
  GSocketClient *client = g_socket_client_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  LodgerPending *accepted = lodger_glib_async_new (NULL, NULL, NULL, NULL);
  LodgerPending *connected = lodger_glib_async_new (NULL, NULL, NULL, NULL);
  GSocketConnection *here, *there;
  ck_assert_uint_ne (port, 0);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_listener_accept_async (listener, lodger_glib_async_get_cancellable (accepted), lodger_glib_async_ready,
                                  accepted);
  g_socket_client_connect_to_host_async (client, "127.0.0.1", port, lodger_glib_async_get_cancellable (connected),
                                         lodger_glib_async_ready, connected);
  turn_until_done (NULL, connected);
  turn_until_done (NULL, accepted);
  there = g_socket_client_connect_to_host_finish (client, lodger_glib_async_get_result (connected), NULL);
  here = g_socket_listener_accept_finish (listener, lodger_glib_async_get_result (accepted), NULL, NULL);
  ck_assert_ptr_nonnull (there);
  ck_assert_ptr_nonnull (here);
  g_object_unref (there);
  g_object_unref (here);
  lodger_pending_unref (accepted);
  lodger_pending_unref (connected);
  turn_until_quiet (NULL);
  g_object_unref (client);
  g_object_unref (listener);
}
END_TEST

#endif

/* ---- a GTask of one's own ---------------------------------------------------------------------------------------- */

static void
run_task (GTask *task, void *source, void *task_data, GCancellable *cancellable)
{
  (void) source;
  (void) cancellable;
  switch (GPOINTER_TO_INT (task_data))
    {
    case 0: g_task_return_pointer (task, g_strdup ("pointer"), g_free); break;
    case 1: g_task_return_int (task, 12); break;
    case 2: g_task_return_boolean (task, TRUE); break;
    case 3: g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_BUSY, "busy"); break;
    default: test_check (g_task_return_error_if_cancelled (task)); break;
    }
}

static LodgerPending *
task_pending (int kind)
{
  LodgerPending *pending = lodger_glib_async_new (NULL, NULL, NULL, NULL);
  GTask *task = g_task_new (NULL, lodger_glib_async_get_cancellable (pending), lodger_glib_async_ready, pending);
  g_task_set_task_data (task, GINT_TO_POINTER (kind), NULL);
  if (kind == 4)
    lodger_pending_cancel (pending, NULL);
#if !TEST_THREADS_ARE_CHECKED
  g_task_run_in_thread (task, run_task);
#else
  run_task (task, NULL, GINT_TO_POINTER (kind), NULL);
#endif
  g_object_unref (task);
  turn_until_done (NULL, pending);
  return pending;
}

START_TEST (a_gtask_is_an_operation_of_each_type)
{
  LodgerPending *pending = task_pending (0);
  GError *error = NULL;
  char *text = g_task_propagate_pointer (G_TASK (lodger_glib_async_get_result (pending)), NULL);
  ck_assert_str_eq (text, "pointer");
  g_free (text);
  lodger_pending_unref (pending);
  pending = task_pending (0); /* nobody fetches it */
  lodger_pending_unref (pending);
  pending = task_pending (1);
  ck_assert_int_eq (g_task_propagate_int (G_TASK (lodger_glib_async_get_result (pending)), NULL), 12);
  lodger_pending_unref (pending);
  pending = task_pending (2);
  ck_assert (g_task_propagate_boolean (G_TASK (lodger_glib_async_get_result (pending)), NULL));
  lodger_pending_unref (pending);
  pending = task_pending (3);
  ck_assert (lodger_glib_pending_propagate_error (pending, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY));
  g_clear_error (&error);
  lodger_pending_unref (pending);
  pending = task_pending (4);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  lodger_pending_unref (pending);
}
END_TEST

/* ---- in a worker ------------------------------------------------------------------------------------------------- */

static void
read_in_worker (LodgerPending *self, void *data)
{
  Finish *reading = data;
  LodgerPending *read = lodger_glib_async_new (NULL, finish, reading, recorder_destroy);
  pipe_stream_start (&reading->pipe_stream, read);
  lodger_pending_return_from (self, read);
  lodger_pending_unref (read);
}

START_TEST (a_workers_call_takes_the_operations_outcome)
{
  Finish data = { .answers = true };
  LodgerCaller *worker;
  LodgerPending *call;
  int64_t size = 0;
  int thread;
  expect_code (lodger_glib_register (), 0);
  worker = worker_start ("glib");
  thread = worker_thread_id (worker);
  pipe_stream_open (&data.pipe_stream, NULL);
  call = lodger_caller_call_soon (worker, read_in_worker, &data, NULL);
  pipe_stream_write (&data.pipe_stream);
  wait_done (call);
  expect_code (lodger_pending_get_int (call, &size), 0);
  ck_assert_int_eq (size, 5);
  lodger_pending_unref (call);
  worker_stop (worker);
  recorder_expect (&data.recorder, 1, 1);
  ck_assert_int_eq (data.recorder.ran_in, thread);
  ck_assert_int_eq (data.recorder.destroyed_in, thread);
  pipe_stream_close (&data.pipe_stream);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-gio-async");
  test_add (suite, a_pair_is_a_pending_in_three_lines);
  test_add (suite, an_operation_comes_back_in_the_context_it_was_started_in);
  test_add (suite, a_finish_function_answers_and_its_data_goes_after_it);
  test_add (suite, a_finish_function_that_does_not_answer_is_success);
  test_add (suite, a_failed_operation_is_a_failed_pending);
  test_add (suite, a_dropped_handle_does_not_stop_the_operation);
  test_add (suite, an_operation_that_was_not_started_is_given_back);
  test_add (suite, an_operation_comes_back_once);
  test_add (suite, a_done_pending_that_is_no_operation_keeps_its_reference);
  test_add (suite, a_refusal_can_be_started_all_the_same);
#if !TEST_THREADS_ARE_CHECKED
  test_add (suite, a_file_is_loaded_here_and_in_a_worker);
  test_add (suite, a_connection_is_made_and_accepted);
#endif
  test_add (suite, a_gtask_is_an_operation_of_each_type);
  test_add (suite, a_workers_call_takes_the_operations_outcome);
  return test_main (suite, argc, argv);
}
