/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-suite.h"

#include <gio/gunixinputstream.h>
#include <lodger-glib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MS INT64_C (1000000)

static LodgerCaller *
glib_worker (void)
{
  expect_code (lodger_glib_register (), 0);
  expect_code (lodger_glib_register (), 0);
  return worker_start ("glib");
}

/* ---- GIO --------------------------------------------------------------------------------------------------------- */

/* Reads from a pipe, as GIO does it without a thread of its own: when the descriptor is ready. */
typedef struct Reading
{
  GInputStream *stream;
  LodgerReply *reply;
  Latch is_underway;
  char text[20];
  atomic_int started_in;
  atomic_int completed_in;
} Reading;

static void
reading_done (GObject *stream, GAsyncResult *result, void *data)
{
  Reading *reading = data;
  GError *error = NULL;
  gssize size = g_input_stream_read_finish (G_INPUT_STREAM (stream), result, &error);
  atomic_store (&reading->completed_in, test_thread_id ());
  if (size < 0)
    lodger_glib_reply_return_gerror (reading->reply, error);
  else
    lodger_reply_return_bytes (reading->reply, reading->text, (size_t) size);
}

static void
reading_call (LodgerPending *self, void *data)
{
  Reading *reading = data;
  atomic_store (&reading->started_in, test_thread_id ());
  reading->reply = lodger_pending_defer (self);
  g_input_stream_read_async (reading->stream, reading->text, sizeof reading->text, G_PRIORITY_DEFAULT, NULL,
                             reading_done, reading);
  latch_open (&reading->is_underway);
}

START_TEST (gio_async_completes_in_the_worker)
{
  LodgerCaller *worker = glib_worker ();
  int thread_id = worker_thread_id (worker), ends[2];
  Reading reading = { 0 };
  LodgerPending *pending;
  const void *bytes = NULL;
  size_t size = 0;
  latch_init (&reading.is_underway);
  ck_assert_int_eq (pipe (ends), 0);
  reading.stream = g_unix_input_stream_new (ends[0], TRUE);
  pending = lodger_caller_call_soon (worker, reading_call, &reading, NULL);
  latch_wait (&reading.is_underway);
  ck_assert (!lodger_pending_is_done (pending));
  ck_assert_int_eq (write (ends[1], "bread", 5), 5);
  wait_done (pending);
  expect_code (lodger_pending_get_bytes (pending, &bytes, &size), 0);
  ck_assert_mem_eq (bytes, "bread", 5);
  ck_assert_uint_eq (size, 5);
  ck_assert_int_eq (atomic_load (&reading.started_in), thread_id);
  ck_assert_int_eq (atomic_load (&reading.completed_in), thread_id);
  ck_assert_int_ne (thread_id, test_thread_id ());
  lodger_pending_unref (pending);
  worker_stop (worker);
  g_object_unref (reading.stream);
  close (ends[1]);
  latch_clear (&reading.is_underway);
}
END_TEST

START_TEST (a_gio_failure_is_the_calls_failure)
{
  LodgerCaller *worker = glib_worker ();
  Reading reading = { 0 };
  LodgerPending *pending;
  GError *error = NULL;
  int ends[2];
  latch_init (&reading.is_underway);
  ck_assert_int_eq (pipe (ends), 0);
  reading.stream = g_unix_input_stream_new (ends[0], TRUE);
  g_input_stream_close (reading.stream, NULL, NULL);
  pending = lodger_caller_call_soon (worker, reading_call, &reading, NULL);
  wait_done (pending);
  ck_assert (lodger_glib_pending_propagate_error (pending, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED));
  g_error_free (error);
  lodger_pending_unref (pending);
  worker_stop (worker);
  g_object_unref (reading.stream);
  close (ends[1]);
  latch_clear (&reading.is_underway);
  expect_code (lodger_glib_reply_return_gerror (NULL, NULL), LODGER_EINVAL);
}
END_TEST

/* ThreadSanitizer cannot see the locks inside GLib, and reports its thread pool, which GIO uses for files. */
#if defined __SANITIZE_THREAD__
#define LOOKS_AT_FILES 0
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
#define LOOKS_AT_FILES 0
#endif
#endif
#ifndef LOOKS_AT_FILES
#define LOOKS_AT_FILES 1
#endif

#if LOOKS_AT_FILES

typedef struct Look
{
  LodgerReply *reply;
  atomic_int completed_in;
} Look;

static void
look_done (GObject *file, GAsyncResult *result, void *data)
{
  Look *look = data;
  GError *error = NULL;
  GFileInfo *info = g_file_query_info_finish (G_FILE (file), result, &error);
  atomic_store (&look->completed_in, test_thread_id ());
  if (info == NULL)
    lodger_glib_reply_return_gerror (look->reply, error);
  else
    lodger_reply_return_pointer (look->reply, info, g_object_unref);
}

static void
look_call (LodgerPending *self, void *data)
{
  Look *look = data;
  GFile *file = g_file_new_for_path ("/");
  look->reply = lodger_pending_defer (self);
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, NULL,
                           look_done, look);
  g_object_unref (file);
}

START_TEST (gio_asks_about_a_file_and_completes_in_the_worker)
{
  LodgerCaller *worker = glib_worker ();
  int thread_id = worker_thread_id (worker);
  Look look = { 0 };
  LodgerPending *pending = lodger_caller_call_soon (worker, look_call, &look, NULL);
  void *info = NULL;
  wait_done (pending);
  expect_code (lodger_pending_get_pointer (pending, &info), 0);
  ck_assert_int_eq (g_file_info_get_file_type (info), G_FILE_TYPE_DIRECTORY);
  ck_assert_int_eq (atomic_load (&look.completed_in), thread_id);
  lodger_pending_unref (pending);
  worker_stop (worker);
}
END_TEST
#endif

/* An asynchronous operation that ends only when it is cancelled. */
typedef struct Endless
{
  LodgerReply *reply;
  GCancellable *cancellable;
  Latch is_underway;
  atomic_int completed_in;
} Endless;

static void
endless_done (GObject *object, GAsyncResult *result, void *data)
{
  Endless *endless = data;
  GError *error = NULL;
  (void) object;
  g_task_propagate_boolean (G_TASK (result), &error);
  atomic_store (&endless->completed_in, test_thread_id ());
  lodger_glib_reply_return_gerror (endless->reply, error);
}

static gboolean
endless_return (GCancellable *cancellable, void *task)
{
  (void) cancellable;
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static void
endless_cancel (LodgerPending *pending, const char *message, void *cancellable)
{
  (void) pending;
  (void) message;
  g_cancellable_cancel (cancellable);
}

static void
endless_call (LodgerPending *self, void *data)
{
  Endless *endless = data;
  GTask *task = g_task_new (NULL, endless->cancellable, endless_done, endless);
  GSource *source = g_cancellable_source_new (endless->cancellable);
  endless->reply = lodger_pending_defer (self);
  test_check (lodger_pending_set_canceller (self, endless_cancel, g_object_ref (endless->cancellable), g_object_unref)
              == 0);
  g_task_attach_source (task, source, G_SOURCE_FUNC (endless_return));
  g_source_unref (source);
  g_object_unref (task);
  latch_open (&endless->is_underway);
}

START_TEST (a_stop_cancels_a_gio_operation)
{
  LodgerCaller *worker = glib_worker ();
  int thread_id = worker_thread_id (worker);
  Endless endless = { .cancellable = g_cancellable_new () };
  LodgerPending *pending;
  latch_init (&endless.is_underway);
  pending = lodger_caller_call_soon (worker, endless_call, &endless, NULL);
  latch_wait (&endless.is_underway);
  worker_stop (worker);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  ck_assert_int_eq (atomic_load (&endless.completed_in), thread_id);
  lodger_pending_unref (pending);
  g_object_unref (endless.cancellable);
  latch_clear (&endless.is_underway);
}
END_TEST

/* ---- the worker's own context ------------------------------------------------------------------------------------ */

static void
note_context (void *context)
{
  *(GMainContext **) context = g_main_context_get_thread_default ();
}

START_TEST (a_worker_has_a_context_of_its_own)
{
  LodgerCaller *one = glib_worker (), *two = glib_worker ();
  GMainContext *ones = NULL, *twos = NULL;
  worker_run (one, note_context, &ones);
  worker_run (two, note_context, &twos);
  ck_assert_ptr_nonnull (ones);
  ck_assert_ptr_nonnull (twos);
  ck_assert_ptr_ne (ones, twos);
  ck_assert_ptr_ne (ones, g_main_context_default ());
  ck_assert_str_eq (lodger_caller_get_backend (one), "glib");
  ck_assert_str_eq (lodger_caller_get_host (one), "glib");
  worker_stop (one);
  worker_stop (two);
}
END_TEST

typedef struct Nest
{
  LodgerCaller *caller;
  Recorder next, submitted;
} Nest;

static void
nest_call (LodgerPending *self, void *data)
{
  Nest *nest = data;
  GMainContext *context = g_main_context_get_thread_default ();
  (void) self;
  while (atomic_load (&nest->next.ran) == 0)
    g_main_context_iteration (context, TRUE);
  lodger_caller_call_direct (nest->caller, recorder_direct, &nest->submitted, NULL);
  while (atomic_load (&nest->submitted.ran) == 0)
    g_main_context_iteration (context, TRUE);
}

START_TEST (a_nested_loop_in_a_worker_goes_on_with_the_interrupted_turn)
{
  Nest nest = { .caller = glib_worker () };
  WorkerBlock *block = worker_block (nest.caller);
  LodgerPending *pending;
  pending = lodger_caller_call_soon (nest.caller, nest_call, &nest, NULL);
  lodger_caller_call_direct (nest.caller, recorder_direct, &nest.next, NULL);
  worker_unblock (block);
  wait_done (pending);
  lodger_pending_unref (pending);
  worker_stop (nest.caller);
  recorder_expect (&nest.submitted, 1, 0);
}
END_TEST

/* ---- a pool's worker in a nested loop ------------------------------------------------------------------------------ */

static void
nest_then_ask (LodgerPending *self, void *root)
{
  static Recorder recorder;
  GMainContext *context = g_main_context_get_thread_default ();
  LodgerPending *inner;
  for (int i = 0; i < 10; i++)
    g_main_context_iteration (context, FALSE);
  inner = lodger_caller_to_thread (root, recorder_call, &recorder, NULL);
  lodger_pending_return_int (self, lodger_pending_wait (inner, test_limit_ns () / 4, LODGER_WAIT_DEFAULT));
  lodger_pending_unref (inner);
}

static void
give_to_own_worker (LodgerPending *self, void *root)
{
  LodgerPending *inner = lodger_caller_call_soon (lodger_caller_current (), nest_then_ask, root, NULL);
  lodger_pending_return_from (self, inner);
  lodger_pending_unref (inner);
}

START_TEST (a_worker_in_a_nested_loop_of_its_own_call_is_not_idle)
{
  LodgerCallerOptions options = { .size = sizeof options, .backend = "glib", .worker_backend = "glib" };
  LodgerCaller *root;
  LodgerPending *pending;
  int64_t code = 1;
  expect_code (lodger_glib_register (), 0);
  root = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, NULL);
  pending = lodger_caller_to_thread (root, give_to_own_worker, root, NULL);
  wait_done (pending);
  expect_code (lodger_pending_get_int (pending, &code), 0);
  expect_code ((int) code, 0);
  lodger_pending_unref (pending);
  worker_stop (root);
}
END_TEST

typedef struct Beat
{
  atomic_int count;
  int64_t not_before;
} Beat;

static void
beat_call (LodgerPending *self, void *data)
{
  Beat *beat = data;
  (void) self;
  test_check (test_now () >= beat->not_before);
  atomic_fetch_add (&beat->count, 1);
}

START_TEST (a_delay_in_a_worker_is_never_early)
{
  LodgerCaller *worker = glib_worker ();
  TestRandom random = test_random_new (1);
  for (int i = 0; i < 50; i++)
    {
      int64_t delay = test_random_below (&random, 2 * 1000 * 1000);
      Beat beat = { .not_before = test_now () + delay };
      expect_code (wait_outcome (lodger_caller_call_later (worker, delay, beat_call, &beat, NULL)), 0);
      ck_assert_int_eq (atomic_load (&beat.count), 1);
    }
  worker_stop (worker);
}
END_TEST

static gboolean
idle_beat (void *data)
{
  counter_add (data, 1);
  return G_SOURCE_REMOVE;
}

/* Calls without end leave room for what GIO does in the same context. */
typedef struct Flood
{
  LodgerCaller *caller;
  atomic_bool stops;
} Flood;

static void
flood_call (void *data)
{
  Flood *flood = data;
  if (!atomic_load (&flood->stops))
    lodger_caller_call_direct (flood->caller, flood_call, flood, NULL);
}

static void
add_beats (void *beats)
{
  for (int i = 0; i < 20; i++)
    {
      GSource *source = g_idle_source_new ();
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, idle_beat, beats, NULL);
      g_source_attach (source, g_main_context_get_thread_default ());
      g_source_unref (source);
    }
}

START_TEST (a_flood_in_a_worker_leaves_room_for_its_own_sources)
{
  Flood flood = { .caller = glib_worker () };
  Counter beats;
  counter_init (&beats);
  lodger_caller_call_direct (flood.caller, flood_call, &flood, NULL);
  lodger_caller_call_direct (flood.caller, add_beats, &beats, NULL);
  counter_wait (&beats, 20);
  atomic_store (&flood.stops, true);
  worker_stop (flood.caller);
  counter_clear (&beats);
}
END_TEST

START_TEST (a_worker_may_be_stopped_at_once)
{
  expect_code (lodger_glib_register (), 0);
  for (unsigned i = 0; i < test_scaled (200); i++)
    {
      LodgerCallerOptions options = { .size = sizeof options, .backend = "glib" };
      LodgerCaller *caller = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, NULL);
      Recorder recorder = { 0 };
      ck_assert_ptr_nonnull (caller);
      lodger_caller_call_direct (caller, recorder_direct, &recorder, recorder_destroy);
      worker_stop (caller);
      ck_assert_int_eq (atomic_load (&recorder.destroyed), 1);
    }
}
END_TEST

/* ---- the pool of a GLib program ---------------------------------------------------------------------------------- */

static void
backend_call (LodgerPending *self, void *data)
{
  (void) data;
  if (g_main_context_get_thread_default () == NULL)
    lodger_pending_return_string (self, "no context");
  else
    lodger_pending_return_string (self, lodger_caller_get_backend (lodger_caller_current ()));
}

static void
backend_then (LodgerPending *self, LodgerPending *done, void *data)
{
  const char *name = NULL;
  (void) self;
  test_check (lodger_pending_get_string (done, &name) == 0);
  ck_assert_str_eq (name, "glib");
  *(int *) data = test_thread_id ();
}

START_TEST (workers_of_a_glib_program_have_contexts)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = lodger_glib_attach (context, NULL);
  int told_in = 0;
  LodgerPending *work = lodger_caller_to_thread (caller, backend_call, NULL, NULL);
  LodgerPending *told = lodger_pending_then (work, caller, backend_then, &told_in, NULL);
  while (!lodger_pending_is_done (told))
    g_main_context_iteration (context, TRUE);
  ck_assert_int_eq (told_in, test_thread_id ());
  lodger_pending_unref (work);
  lodger_pending_unref (told);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  g_main_context_unref (context);
}
END_TEST

enum
{
  FEW = 64
};

/* Opens as many descriptors as the limit allows, so that none is left. Valgrind lets a program set the limit but does not
 * keep to it; then it opens all FEW. */
static int
take_all_descriptors (int taken[FEW])
{
  struct rlimit limit;
  int count = 0;
  ck_assert_int_eq (getrlimit (RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = FEW;
  ck_assert_int_eq (setrlimit (RLIMIT_NOFILE, &limit), 0);
  while (count < FEW && (taken[count] = dup (STDERR_FILENO)) >= 0)
    count++;
  return count;
}

START_TEST (edge_40_without_a_descriptor_there_is_no_worker)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = lodger_glib_attach (context, NULL);
  int taken[FEW];
  int count = take_all_descriptors (taken);
  bool has_limit = count < FEW;
  LodgerPending *work;
  log_capture_begin ();
  work = lodger_caller_to_thread (caller, backend_call, NULL, NULL);
  while (!lodger_pending_is_done (work))
    g_main_context_iteration (context, FALSE);
  expect_code (lodger_pending_get_outcome (work), has_limit ? LODGER_EFAILED : 0);
  expect_code (lodger_error_get_code (lodger_pending_get_error (work)), has_limit ? LODGER_EAGAIN : 0);
  ck_assert_int_eq (log_capture_has ("could not start"), has_limit);
  log_capture_end ();
  while (count > 0)
    close (taken[--count]);
  lodger_pending_unref (work);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  g_main_context_unref (context);
}
END_TEST

START_TEST (many_round_trips_between_glib_and_a_worker)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = lodger_glib_attach (context, NULL);
  for (unsigned i = 0; i < test_scaled (2000); i++)
    {
      LodgerPending *work = lodger_caller_to_thread (caller, backend_call, NULL, NULL);
      int told_in = 0;
      LodgerPending *told = lodger_pending_then (work, caller, backend_then, &told_in, NULL);
      while (!lodger_pending_is_done (told))
        g_main_context_iteration (context, TRUE);
      lodger_pending_unref (work);
      lodger_pending_unref (told);
    }
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  g_main_context_unref (context);
}
END_TEST

/* ---- a worker's own sources -------------------------------------------------------------------------------------- */

typedef struct SourceCall
{
  LodgerCaller *root;
  Counter done;
  int thread, waited;
  atomic_int ran_in;
} SourceCall;

static void
note_thread (LodgerPending *self, void *data)
{
  (void) self;
  atomic_store (&((SourceCall *) data)->ran_in, test_thread_id ());
}

static gboolean
wait_for_the_pool (void *data)
{
  SourceCall *source = data;
  LodgerPending *pending = lodger_caller_to_thread (source->root, note_thread, source, NULL);
  source->waited = lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (pending);
  counter_add (&source->done, 1);
  return G_SOURCE_REMOVE;
}

static void
attach_source (LodgerPending *self, void *data)
{
  SourceCall *call = data;
  GSource *source = g_idle_source_new ();
  (void) self;
  call->thread = test_thread_id ();
  g_source_set_priority (source, G_PRIORITY_LOW);
  g_source_set_callback (source, wait_for_the_pool, call, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_source_unref (source);
}

START_TEST (an_idle_workers_own_source_may_wait_for_the_pool)
{
  LodgerCaller *root = glib_worker ();
  SourceCall call = { .root = root, .waited = 1 };
  counter_init (&call.done);
  for (int i = 1; i <= 2; i++)
    {
      expect_code (wait_outcome (lodger_caller_to_thread (root, attach_source, &call, NULL)), 0);
      counter_wait (&call.done, i);
      expect_code (call.waited, 0);
      ck_assert_int_ne (call.ran_in, call.thread);
      /* Afterwards it is idle again. */
      proc_wait_asleep (call.thread);
    }
  expect_code (wait_outcome (lodger_caller_to_thread (root, note_thread, &call, NULL)), 0);
  worker_stop (root);
  counter_clear (&call.done);
}
END_TEST

/* ---- what it leaves behind ---------------------------------------------------------------------------------------- */

static gboolean
never (void *data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

/* A source that a query of the context does not show. */
static GSource *
quiet_source (void)
{
  static GSourceFuncs funcs = { NULL, NULL, NULL, NULL, NULL, NULL };
  GSource *source = g_source_new (&funcs, sizeof (GSource));
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

typedef struct Left
{
  LodgerCaller *worker;
  GSource *sources[2];
  bool keeps;
} Left;

static void
leave_sources (LodgerPending *self, void *data)
{
  Left *left = data;
  (void) self;
  left->worker = lodger_caller_ref (lodger_caller_current ());
  for (int i = 0; i < 5; i++)
    {
      GSource *source = g_timeout_source_new_seconds (1000);
      g_source_set_callback (source, never, NULL, NULL);
      g_source_attach (source, g_main_context_get_thread_default ());
      g_source_destroy (source);
      g_source_unref (source);
    }
  for (int i = 0; left->keeps && i < 2; i++)
    left->sources[i] = quiet_source ();
}

static void
count_lines (const char *domain, GLogLevelFlags level, const char *message, void *data)
{
  test_check (strcmp (domain, "Lodger") == 0 && level == G_LOG_LEVEL_WARNING);
  test_check (strstr (message, "worker-1 ends, and 2 of the program's sources") != NULL);
  atomic_fetch_add ((atomic_int *) data, 1);
}

/* How many lines there are when a worker with sources ends: by itself, or with its root. */
static int
count_warnings (bool by_itself, bool keeps)
{
  LodgerCaller *root = glib_worker ();
  ProcCount before = proc_count ();
  atomic_int lines = 0;
  Left left = { .keeps = keeps };
  unsigned handler = g_log_set_handler ("Lodger", G_LOG_LEVEL_MASK, count_lines, &lines);
  if (by_itself)
    expect_code (lodger_caller_set_idle_duration (root, 1), 0);
  expect_code (wait_outcome (lodger_caller_to_thread (root, leave_sources, &left, NULL)), 0);
  if (by_itself)
    {
      wait_done (lodger_caller_get_stopped (left.worker));
      before.fds = G_MAXINT;
      proc_expect_restored (before);
    }
  lodger_caller_unref (left.worker);
  worker_stop (root);
  g_log_remove_handler ("Lodger", handler);
  for (int i = 0; i < 2; i++)
    if (left.sources[i] != NULL)
      g_source_unref (left.sources[i]);
  return lines;
}

START_TEST (a_worker_that_ends_by_itself_names_the_sources_that_it_leaves)
{
  ck_assert_int_eq (count_warnings (true, true), 1);
  ck_assert_int_eq (count_warnings (true, false), 0);
  ck_assert_int_eq (count_warnings (false, true), 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-worker");
  test_add (suite, gio_async_completes_in_the_worker);
  test_add (suite, a_gio_failure_is_the_calls_failure);
#if LOOKS_AT_FILES
  test_add (suite, gio_asks_about_a_file_and_completes_in_the_worker);
#endif
  test_add (suite, a_stop_cancels_a_gio_operation);
  test_add (suite, a_worker_has_a_context_of_its_own);
  test_add (suite, a_nested_loop_in_a_worker_goes_on_with_the_interrupted_turn);
  test_add (suite, a_delay_in_a_worker_is_never_early);
  test_add (suite, a_flood_in_a_worker_leaves_room_for_its_own_sources);
  test_add (suite, a_worker_may_be_stopped_at_once);
  test_add (suite, workers_of_a_glib_program_have_contexts);
  test_add (suite, edge_40_without_a_descriptor_there_is_no_worker);
  test_add (suite, many_round_trips_between_glib_and_a_worker);
  test_add (suite, a_worker_in_a_nested_loop_of_its_own_call_is_not_idle);
  test_add (suite, an_idle_workers_own_source_may_wait_for_the_pool);
  test_add (suite, a_worker_that_ends_by_itself_names_the_sources_that_it_leaves);
  return test_main (suite, argc, argv);
}
