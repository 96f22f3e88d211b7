/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* LODGER_GLIB_AWAIT_FINISH: an operation of GIO with its finish function, as one expression. */
#include "test-gio-glib.h"
#include "test-suite.h"

typedef struct Read
{
  PipeStream pipe_stream;
  gssize size;
  GError *error;
  bool is_parked;
} Read;

static void
read_pipe (LodgerPending *self, void *data)
{
  Read *job = data;
  (void) self;
  job->is_parked = true;
  job->size = LODGER_GLIB_AWAIT_FINISH (&job->error, g_input_stream_read, job->pipe_stream.stream,
                                        job->pipe_stream.text, sizeof job->pipe_stream.text, G_PRIORITY_DEFAULT);
}

static void
read_pipe_begin (Read *job, LodgerCaller **ret_caller, LodgerPending **ret_call)
{
  *ret_caller = lodger_glib_attach (NULL, NULL);
  pipe_stream_open (&job->pipe_stream, NULL);
  *ret_call = lodger_caller_spawn (*ret_caller, read_pipe, job, NULL);
  while (!job->is_parked)
    g_main_context_iteration (NULL, TRUE);
  turn_until_quiet (NULL);
  ck_assert (!lodger_pending_is_done (*ret_call));
}

static void
read_pipe_end (Read *job, LodgerCaller *caller, LodgerPending *call)
{
  lodger_pending_unref (call);
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
  pipe_stream_close (&job->pipe_stream);
  g_clear_error (&job->error);
}

START_TEST (the_value_is_that_of_the_finish_function)
{
  Read job = { 0 };
  LodgerCaller *caller;
  LodgerPending *call;
  read_pipe_begin (&job, &caller, &call);
  pipe_stream_write (&job.pipe_stream);
  turn_until_done (NULL, call);
  ck_assert_int_gt (job.size, 0);
  ck_assert_ptr_null (job.error);
  read_pipe_end (&job, caller, call);
}
END_TEST

START_TEST (after_a_cancel_the_value_is_0_and_the_error_says_so)
{
  Read job = { 0 };
  LodgerCaller *caller;
  LodgerPending *call;
  read_pipe_begin (&job, &caller, &call);
  lodger_pending_cancel (call, NULL);
  turn_until_done (NULL, call);
  ck_assert_int_eq (job.size, 0);
  ck_assert (g_error_matches (job.error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  read_pipe_end (&job, caller, call);
}
END_TEST

static void
open_nothing (LodgerPending *self, void *data)
{
  GFile *file = g_file_new_for_path ("/no/such/file");
  GError **error = data;
  (void) self;
  ck_assert_ptr_null (LODGER_GLIB_AWAIT_FINISH (error, g_file_read, file, G_PRIORITY_DEFAULT));
  g_object_unref (file);
}

START_TEST (an_operation_that_fails_gives_its_own_error)
{
  GError *error = NULL;
  LodgerCaller *caller = lodger_glib_attach (NULL, NULL);
  LodgerPending *call = lodger_caller_spawn (caller, open_nothing, &error, NULL);
  turn_until_done (NULL, call);
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
  g_error_free (error);
  lodger_pending_unref (call);
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
}
END_TEST

/* Not in a spawned call: this thread's loop would have to run meanwhile. */
START_TEST (a_refused_wait_starts_nothing)
{
  GFile *file = g_file_new_for_path ("/no/such/file");
  LodgerCaller *caller = lodger_glib_attach (NULL, NULL);
  GError *error = NULL;
  ck_assert_ptr_null (LODGER_GLIB_AWAIT_FINISH (&error, g_file_read, file, G_PRIORITY_DEFAULT));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED));
  g_error_free (error);
  g_object_unref (file);
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-await-finish");
  test_add (suite, the_value_is_that_of_the_finish_function);
  test_add (suite, after_a_cancel_the_value_is_0_and_the_error_says_so);
  if (!TEST_THREADS_ARE_CHECKED)
    test_add (suite, an_operation_that_fails_gives_its_own_error);
  test_add (suite, a_refused_wait_starts_nothing);
  return test_main (suite, argc, argv);
}
