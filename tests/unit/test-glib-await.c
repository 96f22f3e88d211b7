/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GIO's operations awaited in spawned calls: files, streams, a subprocess, a socket; to their end, and cancelled. */
#include "test-gio-glib.h"
#include "test-suite.h"

#include <glib/gstdio.h>

typedef struct Job
{
  void (*run) (struct Job *job);
  PipeStream pipe_stream;
  char *path;
  GSocketListener *listener;
  GSocketAddress *address;
  int code;
  bool is_parked, has_returned;
} Job;

static void
run_job (LodgerPending *self, void *data)
{
  Job *job = data;
  (void) self;
  job->run (job);
  job->has_returned = true;
}

/* ---- a loop, and a spawned call in it ---------------------------------------------------------------------------- */

static void
complete (void (*run) (Job *job), Job *job)
{
  LodgerCaller *caller = lodger_glib_attach (NULL, NULL);
  LodgerPending *call;
  job->run = run;
  call = lodger_caller_spawn (caller, run_job, job, NULL);
  turn_until_done (NULL, call);
  expect_code (lodger_pending_get_outcome (call), 0);
  expect_code (job->code, 0);
  ck_assert (job->has_returned);
  lodger_pending_unref (call);
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
}

/* The job waits for something that never comes. */
static void
cancel (void (*run) (Job *job), Job *job)
{
  LodgerCaller *caller = lodger_glib_attach (NULL, NULL);
  LodgerPending *call;
  job->run = run;
  call = lodger_caller_spawn (caller, run_job, job, NULL);
  while (!job->is_parked)
    g_main_context_iteration (NULL, TRUE);
  turn_until_quiet (NULL);
  ck_assert (!lodger_pending_is_done (call));
  lodger_pending_cancel (call, NULL);
  turn_until_done (NULL, call);
  expect_code (lodger_pending_get_outcome (call), LODGER_ECANCELED);
  expect_code (job->code, LODGER_ECANCELED);
  ck_assert (job->has_returned);
  lodger_pending_unref (call);
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static void
file_begin (Job *job)
{
  int fd = g_file_open_tmp ("lodger-XXXXXX", &job->path, NULL);
  ck_assert_int_ge (fd, 0);
  ck_assert (g_close (fd, NULL));
}

static void
file_end (Job *job)
{
  g_unlink (job->path);
  g_free (job->path);
}

static void
write_and_load (Job *job)
{
  GFile *file = g_file_new_for_path (job->path);
  GAsyncResult *result;
  char *text = NULL;
  gsize size = 0;
  job->code = LODGER_GLIB_AWAIT (&result, g_file_replace_contents_async, file, "water", 5, NULL, FALSE, 0);
  if (job->code == 0)
    {
      ck_assert (g_file_replace_contents_finish (file, result, NULL, NULL));
      g_object_unref (result);
      job->code = LODGER_GLIB_AWAIT (&result, g_file_load_contents_async, file);
    }
  if (job->code == 0)
    {
      ck_assert (g_file_load_contents_finish (file, result, &text, &size, NULL, NULL));
      g_object_unref (result);
    }
  ck_assert_uint_eq (size, 5);
  ck_assert_str_eq (text, "water");
  g_free (text);
  g_object_unref (file);
}

START_TEST (a_file_is_loaded_in_one_line)
{
  Job job = { 0 };
  file_begin (&job);
  complete (write_and_load, &job);
  file_end (&job);
}
END_TEST

static void
load_nothing (Job *job)
{
  GFile *file = g_file_new_for_path ("/no/such/file");
  GAsyncResult *result;
  GError *error = NULL;
  char *text;
  job->code = LODGER_GLIB_AWAIT (&result, g_file_load_contents_async, file);
  ck_assert (!g_file_load_contents_finish (file, result, &text, NULL, NULL, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
  g_error_free (error);
  g_object_unref (result);
  g_object_unref (file);
}

START_TEST (the_finish_function_tells_why_an_operation_has_failed)
{
  Job job = { 0 };
  complete (load_nothing, &job);
}
END_TEST

/* ---- streams ----------------------------------------------------------------------------------------------------- */

/* The buffer is on the call's stack. */
static void
read_stream (Job *job)
{
  char buffer[20] = "";
  GAsyncResult *result;
  job->is_parked = true;
  job->code = LODGER_GLIB_AWAIT (&result, g_input_stream_read_async, job->pipe_stream.stream, buffer, sizeof buffer,
                                 G_PRIORITY_DEFAULT);
  ck_assert_int_eq (result != NULL, job->code == 0);
  if (job->code != 0)
    return;
  ck_assert_int_eq (g_input_stream_read_finish (job->pipe_stream.stream, result, NULL), 5);
  ck_assert_str_eq (buffer, "water");
  g_object_unref (result);
}

START_TEST (a_stream_is_read_into_the_stack)
{
  Job job = { 0 };
  LiveObjects objects = { 0 };
  pipe_stream_open (&job.pipe_stream, &objects);
  pipe_stream_write (&job.pipe_stream);
  complete (read_stream, &job);
  pipe_stream_close (&job.pipe_stream);
  turn_until_quiet (NULL);
  live_objects_expect (&objects, 0);
}
END_TEST

START_TEST (a_cancelled_read_leaves_nothing)
{
  Job job = { 0 };
  LiveObjects objects = { 0 };
  pipe_stream_open (&job.pipe_stream, &objects);
  cancel (read_stream, &job);
  pipe_stream_close (&job.pipe_stream);
  turn_until_quiet (NULL);
  live_objects_expect (&objects, 0);
}
END_TEST

static void
copy_a_stream (Job *job)
{
  GInputStream *from = g_memory_input_stream_new_from_data ("a stream", 8, NULL);
  GOutputStream *to = g_memory_output_stream_new_resizable ();
  GAsyncResult *result;
  job->code = LODGER_GLIB_AWAIT (&result, g_output_stream_splice_async, to, from, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE,
                                 G_PRIORITY_DEFAULT);
  ck_assert_int_eq (g_output_stream_splice_finish (to, result, NULL), 8);
  g_object_unref (result);
  g_object_unref (from);
  g_object_unref (to);
}

START_TEST (a_stream_is_spliced)
{
  Job job = { 0 };
  complete (copy_a_stream, &job);
}
END_TEST

/* ---- subprocesses ------------------------------------------------------------------------------------------------ */

static void
talk_to_a_process (Job *job)
{
  GSubprocess *cat
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, "cat", NULL);
  GAsyncResult *result;
  char *text = NULL;
  job->code = LODGER_GLIB_AWAIT (&result, g_subprocess_communicate_utf8_async, cat, "to a cat");
  ck_assert (g_subprocess_communicate_utf8_finish (cat, result, &text, NULL, NULL));
  ck_assert_str_eq (text, "to a cat");
  g_free (text);
  g_object_unref (result);
  g_object_unref (cat);
}

START_TEST (a_subprocess_is_talked_to)
{
  Job job = { 0 };
  complete (talk_to_a_process, &job);
}
END_TEST

static void
wait_for_a_process (Job *job)
{
  GSubprocess *cat = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, NULL, "cat", NULL);
  job->is_parked = true;
  job->code = LODGER_GLIB_AWAIT (NULL, g_subprocess_wait_async, cat);
  g_subprocess_force_exit (cat);
  g_subprocess_wait (cat, NULL, NULL);
  g_object_unref (cat);
}

START_TEST (a_cancelled_wait_for_a_subprocess_cleans_up)
{
  Job job = { 0 };
  cancel (wait_for_a_process, &job);
}
END_TEST

/* ---- sockets ----------------------------------------------------------------------------------------------------- */

static void
net_begin (Job *job)
{
  GSocketAddress *any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  job->listener = g_socket_listener_new ();
  ck_assert (g_socket_listener_add_address (job->listener, any, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                            &job->address, NULL));
  g_object_unref (any);
}

static void
net_end (Job *job)
{
  g_socket_listener_close (job->listener);
  g_object_unref (job->listener);
  g_object_unref (job->address);
}

static void
accept_one (Job *job)
{
  GAsyncResult *result;
  job->is_parked = true;
  job->code = LODGER_GLIB_AWAIT (&result, g_socket_listener_accept_async, job->listener);
  ck_assert (job->code != 0);
  ck_assert_ptr_null (result);
}

START_TEST (a_cancelled_accept_leaves_nothing)
{
  Job job = { 0 };
  net_begin (&job);
  cancel (accept_one, &job);
  net_end (&job);
}
END_TEST

/* The other end of the connection: another spawned call. */
static void
serve (LodgerPending *self, void *data)
{
  Job *job = data;
  GAsyncResult *result;
  GSocketConnection *connection;
  char text[8];
  gsize size = 0;
  (void) self;
  expect_code (LODGER_GLIB_AWAIT (&result, g_socket_listener_accept_async, job->listener), 0);
  connection = g_socket_listener_accept_finish (job->listener, result, NULL, NULL);
  g_object_unref (result);
  expect_code (LODGER_GLIB_AWAIT (&result, g_input_stream_read_all_async,
                                  g_io_stream_get_input_stream (G_IO_STREAM (connection)), text, sizeof text,
                                  G_PRIORITY_DEFAULT),
               0);
  ck_assert (
      g_input_stream_read_all_finish (g_io_stream_get_input_stream (G_IO_STREAM (connection)), result, &size, NULL));
  g_object_unref (result);
  ck_assert_uint_eq (size, 8);
  expect_code (LODGER_GLIB_AWAIT (&result, g_output_stream_write_all_async,
                                  g_io_stream_get_output_stream (G_IO_STREAM (connection)), text, size,
                                  G_PRIORITY_DEFAULT),
               0);
  g_object_unref (result);
  g_object_unref (connection);
}

static void
talk_over_a_socket (Job *job)
{
  LodgerPending *server = lodger_caller_spawn (lodger_caller_current (), serve, job, NULL);
  GSocketClient *client = g_socket_client_new ();
  GSocketConnection *connection;
  GAsyncResult *result;
  char text[8] = "";
  gsize size = 0;
  g_socket_client_set_enable_proxy (client, FALSE);
  job->code = LODGER_GLIB_AWAIT (&result, g_socket_client_connect_async, client, G_SOCKET_CONNECTABLE (job->address));
  connection = g_socket_client_connect_finish (client, result, NULL);
  g_object_unref (result);
  expect_code (LODGER_GLIB_AWAIT (NULL, g_output_stream_write_all_async,
                                  g_io_stream_get_output_stream (G_IO_STREAM (connection)), "12345678", 8,
                                  G_PRIORITY_DEFAULT),
               0);
  expect_code (LODGER_GLIB_AWAIT (&result, g_input_stream_read_all_async,
                                  g_io_stream_get_input_stream (G_IO_STREAM (connection)), text, sizeof text,
                                  G_PRIORITY_DEFAULT),
               0);
  ck_assert (
      g_input_stream_read_all_finish (g_io_stream_get_input_stream (G_IO_STREAM (connection)), result, &size, NULL));
  ck_assert_uint_eq (size, 8);
  ck_assert_int_eq (memcmp (text, "12345678", 8), 0);
  g_object_unref (result);
  g_object_unref (connection);
  g_object_unref (client);
  expect_code (lodger_await (server, NULL), 0);
}

START_TEST (two_calls_talk_over_a_socket)
{
  Job job = { 0 };
  net_begin (&job);
  complete (talk_over_a_socket, &job);
  net_end (&job);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-await");
  test_add (suite, a_file_is_loaded_in_one_line);
  test_add (suite, the_finish_function_tells_why_an_operation_has_failed);
  test_add (suite, a_stream_is_read_into_the_stack);
  test_add (suite, a_cancelled_read_leaves_nothing);
  test_add (suite, a_stream_is_spliced);
  test_add (suite, a_subprocess_is_talked_to);
  test_add (suite, a_cancelled_wait_for_a_subprocess_cleans_up);
  test_add (suite, a_cancelled_accept_leaves_nothing);
  test_add (suite, two_calls_talk_over_a_socket);
  return test_main (suite, argc, argv);
}
