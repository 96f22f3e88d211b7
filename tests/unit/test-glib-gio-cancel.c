/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cancelling across: a pending and its operation, a GCancellable and what it cancels. */
#include "test-gio-glib.h"
#include "test-suite.h"

/* ---- the pending cancels its operation --------------------------------------------------------------------------- */

START_TEST (a_cancelled_pending_is_done_when_its_operation_is_back)
{
  LiveObjects objects = { 0 };
  PipeStream pipe_stream;
  LodgerPending *read;
  char *message;
  pipe_stream_open (&pipe_stream, &objects);
  read = pipe_stream_read (&pipe_stream, NULL);
  live_objects_add (&objects, lodger_glib_async_get_cancellable (read));
  turn_until_quiet (NULL);
  ck_assert (lodger_pending_cancel (read, "no more"));
  ck_assert (!lodger_pending_is_done (read));
  ck_assert (g_cancellable_is_cancelled (lodger_glib_async_get_cancellable (read)));
  turn_until_done (NULL, read);
  expect_code (lodger_pending_get_outcome (read), LODGER_ECANCELED);
  ck_assert_ptr_null (lodger_glib_async_get_result (read));
  message = lodger_pending_dup_cancel_message (read);
  ck_assert_str_eq (message, "no more");
  lodger_free (message);
  ck_assert (lodger_pending_cancel (read, NULL));
  lodger_pending_unref (read);
  pipe_stream_close (&pipe_stream);
  turn_until_quiet (NULL);
  live_objects_expect (&objects, 0);
}
END_TEST

START_TEST (cancelled_before_the_start)
{
  PipeStream pipe_stream;
  LodgerPending *read = lodger_glib_async_new (NULL, pipe_stream_finish, &pipe_stream, NULL);
  lodger_pending_cancel (read, NULL);
  pipe_stream_open (&pipe_stream, NULL);
  pipe_stream_start (&pipe_stream, read);
  turn_until_done (NULL, read);
  expect_code (lodger_pending_get_outcome (read), LODGER_ECANCELED);
  lodger_pending_unref (read);
  pipe_stream_close (&pipe_stream);
}
END_TEST

START_TEST (cancelled_after_the_end_nothing_changes)
{
  GCancellable *cancellable = g_cancellable_new ();
  PipeStream pipe_stream;
  LodgerPending *read;
  pipe_stream_open (&pipe_stream, NULL);
  pipe_stream_write (&pipe_stream);
  read = pipe_stream_read (&pipe_stream, cancellable);
  turn_until_done (NULL, read);
  g_cancellable_cancel (cancellable);
  ck_assert (!lodger_pending_is_cancelled (read));
  ck_assert (!g_cancellable_is_cancelled (lodger_glib_async_get_cancellable (read)));
  ck_assert (!lodger_pending_cancel (read, NULL));
  ck_assert_ptr_nonnull (lodger_glib_async_get_result (read));
  lodger_pending_unref (read);
  pipe_stream_close (&pipe_stream);
  ck_assert_uint_eq (G_OBJECT (cancellable)->ref_count, 1);
  g_object_unref (cancellable);
}
END_TEST

START_TEST (the_operations_own_cancellable_cancels_the_pending_too)
{
  PipeStream pipe_stream;
  LodgerPending *read;
  pipe_stream_open (&pipe_stream, NULL);
  read = pipe_stream_read (&pipe_stream, NULL);
  g_cancellable_cancel (lodger_glib_async_get_cancellable (read));
  turn_until_done (NULL, read);
  expect_code (lodger_pending_get_outcome (read), LODGER_ECANCELED);
  lodger_pending_unref (read);
  pipe_stream_close (&pipe_stream);
}
END_TEST

/* ---- the user's cancellable -------------------------------------------------------------------------------------- */

START_TEST (the_users_cancellable_cancels_the_operation)
{
  GCancellable *cancellable = g_cancellable_new ();
  LiveObjects objects = { 0 };
  PipeStream pipe_stream;
  LodgerPending *read;
  live_objects_add (&objects, cancellable);
  pipe_stream_open (&pipe_stream, &objects);
  read = pipe_stream_read (&pipe_stream, cancellable);
  turn_until_quiet (NULL);
  g_cancellable_cancel (cancellable);
  ck_assert (lodger_pending_is_cancelled (read));
  turn_until_done (NULL, read);
  lodger_pending_unref (read);
  read = pipe_stream_read (&pipe_stream, cancellable); /* it is cancelled already */
  turn_until_done (NULL, read);
  expect_code (lodger_pending_get_outcome (read), LODGER_ECANCELED);
  lodger_pending_unref (read);
  pipe_stream_close (&pipe_stream);
  turn_until_quiet (NULL);
  g_object_unref (cancellable);
  live_objects_expect (&objects, 0);
}
END_TEST

typedef struct Inside
{
  PipeStream pipe_stream;
  LodgerPending *read;
} Inside;

static void
start_inside (GCancellable *cancellable, void *data)
{
  Inside *inside = data;
  inside->read = pipe_stream_read (&inside->pipe_stream, cancellable);
  test_check (lodger_pending_is_cancelled (inside->read));
}

START_TEST (started_inside_the_cancellables_own_handler)
{
  GCancellable *cancellable = g_cancellable_new ();
  Inside inside = { 0 };
  pipe_stream_open (&inside.pipe_stream, NULL);
  g_signal_connect (cancellable, "cancelled", G_CALLBACK (start_inside), &inside);
  g_cancellable_cancel (cancellable);
  turn_until_done (NULL, inside.read);
  expect_code (lodger_pending_get_outcome (inside.read), LODGER_ECANCELED);
  lodger_pending_unref (inside.read);
  pipe_stream_close (&inside.pipe_stream);
  g_object_unref (cancellable);
}
END_TEST

static void
turn_inside (GCancellable *cancellable, void *data)
{
  Inside *inside = data;
  (void) cancellable;
  turn_until_done (NULL, inside->read);
}

/* The handler that waits comes after ours: the pending is done, and lets go of the cancellable, inside the emission. */
START_TEST (done_inside_the_cancellables_own_handler)
{
  GCancellable *cancellable = g_cancellable_new ();
  Inside inside = { 0 };
  pipe_stream_open (&inside.pipe_stream, NULL);
  inside.read = pipe_stream_read (&inside.pipe_stream, cancellable);
  g_signal_connect (cancellable, "cancelled", G_CALLBACK (turn_inside), &inside);
  g_cancellable_cancel (cancellable);
  expect_code (lodger_pending_get_outcome (inside.read), LODGER_ECANCELED);
  lodger_pending_unref (inside.read);
  pipe_stream_close (&inside.pipe_stream);
  g_object_unref (cancellable);
}
END_TEST

/* ---- a cancellable for any pending ------------------------------------------------------------------------------- */

START_TEST (a_cancellable_cancels_a_call)
{
  LodgerCaller *worker = worker_start (NULL);
  WorkerBlock *block = worker_block (worker);
  GCancellable *before = g_cancellable_new (), *later = g_cancellable_new ();
  Recorder one = { 0 }, two = { 0 };
  LodgerPending *first = lodger_caller_call_soon (worker, recorder_call, &one, recorder_destroy);
  LodgerPending *second = lodger_caller_call_soon (worker, recorder_call, &two, recorder_destroy);
  g_cancellable_cancel (before);
  expect_code (lodger_glib_pending_cancel_with (first, before), 0);
  expect_code (lodger_glib_pending_cancel_with (second, later), 0);
  ck_assert (lodger_pending_is_done (first));
  ck_assert (!lodger_pending_is_cancelled (second));
  g_cancellable_cancel (later);
  expect_code (lodger_pending_get_outcome (second), LODGER_ECANCELED);
  worker_unblock (block);
  lodger_pending_unref (first);
  lodger_pending_unref (second);
  worker_stop (worker);
  recorder_expect (&one, 0, 1);
  recorder_expect (&two, 0, 1);
  ck_assert_uint_eq (G_OBJECT (before)->ref_count, 1);
  g_object_unref (before);
  g_object_unref (later);
}
END_TEST

START_TEST (several_cancellables_may_cancel_one_pending)
{
  GCancellable *one = g_cancellable_new (), *two = g_cancellable_new ();
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_glib_pending_cancel_with (promise, one), 0);
  expect_code (lodger_glib_pending_cancel_with (promise, two), 0);
  g_cancellable_cancel (two);
  g_cancellable_cancel (one);
  expect_code (lodger_pending_get_outcome (promise), LODGER_ECANCELED);
  lodger_pending_unref (promise);
  g_object_unref (one);
  g_object_unref (two);
}
END_TEST

START_TEST (neither_keeps_the_other_for_ever)
{
  Recorder recorder = { 0 };
  LiveObjects objects = { 0 };
  GCancellable *cancellable = live_objects_add (&objects, g_cancellable_new ());
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_set_metadata (promise, "recorder", &recorder, recorder_destroy), 0);
  expect_code (lodger_glib_pending_cancel_with (promise, cancellable), 0);
  lodger_pending_unref (promise);
  recorder_expect (&recorder, 0, 0);
  g_object_unref (cancellable);
  live_objects_expect (&objects, 0);
  recorder_expect (&recorder, 0, 1);
}
END_TEST

START_TEST (a_done_pending_lets_go_of_the_cancellable)
{
  GCancellable *cancellable = g_cancellable_new ();
  Recorder recorder = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  gulong handlers;
  expect_code (lodger_pending_set_metadata (promise, "recorder", &recorder, recorder_destroy), 0);
  expect_code (lodger_glib_pending_cancel_with (promise, cancellable), 0);
  handlers = g_signal_handler_find (cancellable, G_SIGNAL_MATCH_ID, g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE),
                                    0, NULL, NULL, NULL);
  ck_assert_uint_ne (handlers, 0);
  lodger_pending_return_nothing (promise);
  handlers = g_signal_handler_find (cancellable, G_SIGNAL_MATCH_ID, g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE),
                                    0, NULL, NULL, NULL);
  ck_assert_uint_eq (handlers, 0);
  lodger_pending_unref (promise);
  recorder_expect (&recorder, 0, 1);
  expect_code (lodger_glib_pending_cancel_with (promise = lodger_pending_new (LODGER_PENDING_DEFAULT), cancellable), 0);
  lodger_pending_return_nothing (promise);
  expect_code (lodger_glib_pending_cancel_with (promise, cancellable), 0);
  lodger_pending_unref (promise);
  g_object_unref (cancellable);
}
END_TEST

/* ---- a pending's cancellable --------------------------------------------------------------------------------------- */

typedef struct Block
{
  PipeStream pipe_stream;
  Latch is_inside, is_cancelled;
  bool was_cancelled;
} Block;

static void
block_in_gio (LodgerPending *self, void *data)
{
  Block *block = data;
  GError *error = NULL;
  GCancellable *cancellable = lodger_glib_pending_get_cancellable (self);
  test_check (cancellable == lodger_glib_pending_get_cancellable (self));
  test_check (g_cancellable_get_fd (cancellable) >= 0); /* what the read is going to wait for is there */
  latch_open (&block->is_inside);
  g_input_stream_read (block->pipe_stream.stream, block->pipe_stream.text, 1, cancellable, &error);
  latch_wait (&block->is_cancelled); /* GLib orders that by a lock which ThreadSanitizer does not see */
  g_cancellable_release_fd (cancellable);
  block->was_cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  lodger_glib_pending_return_gerror (self, error);
}

START_TEST (a_call_that_blocks_in_gio_is_cancelled)
{
  LodgerCaller *worker = worker_start (NULL);
  Block block = { 0 };
  LodgerPending *call;
  latch_init (&block.is_inside);
  latch_init (&block.is_cancelled);
  pipe_stream_open (&block.pipe_stream, NULL);
  call = lodger_caller_call_soon (worker, block_in_gio, &block, NULL);
  latch_wait (&block.is_inside);
  lodger_pending_cancel (call, NULL);
  latch_open (&block.is_cancelled);
  expect_code (wait_outcome (call), LODGER_ECANCELED);
  worker_stop (worker);
  ck_assert (block.was_cancelled);
  pipe_stream_close (&block.pipe_stream);
  latch_clear (&block.is_inside);
  latch_clear (&block.is_cancelled);
}
END_TEST

START_TEST (a_pendings_cancellable_lives_as_long_as_it)
{
  LiveObjects objects = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  GCancellable *cancellable = live_objects_add (&objects, lodger_glib_pending_get_cancellable (promise));
  lodger_pending_return_nothing (promise);
  live_objects_expect (&objects, 1);
  ck_assert_ptr_eq (lodger_glib_pending_get_cancellable (promise), cancellable);
  lodger_pending_unref (promise);
  live_objects_expect (&objects, 0);
  promise = lodger_glib_async_new (NULL, NULL, NULL, NULL);
  ck_assert_ptr_eq (lodger_glib_pending_get_cancellable (promise), lodger_glib_async_get_cancellable (promise));
  lodger_glib_async_ready (NULL, NULL, promise);
  lodger_pending_unref (promise);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-gio-cancel");
  test_add (suite, a_cancelled_pending_is_done_when_its_operation_is_back);
  test_add (suite, cancelled_before_the_start);
  test_add (suite, cancelled_after_the_end_nothing_changes);
  test_add (suite, the_operations_own_cancellable_cancels_the_pending_too);
  test_add (suite, the_users_cancellable_cancels_the_operation);
  test_add (suite, started_inside_the_cancellables_own_handler);
  test_add (suite, done_inside_the_cancellables_own_handler);
  test_add (suite, a_cancellable_cancels_a_call);
  test_add (suite, several_cancellables_may_cancel_one_pending);
  test_add (suite, neither_keeps_the_other_for_ever);
  test_add (suite, a_done_pending_lets_go_of_the_cancellable);
  test_add (suite, a_call_that_blocks_in_gio_is_cancelled);
  test_add (suite, a_pendings_cancellable_lives_as_long_as_it);
  return test_main (suite, argc, argv);
}
