/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cancelling, coming back and letting go, all at once. Each race is run many times, from a barrier. */
#include "test-gio-glib.h"
#include "test-suite.h"

enum
{
  ROUNDS = 1000
};

typedef struct Race
{
  Barrier start;
  GCancellable *cancellable;
  LodgerPending *pending;
  PipeStream pipe_stream;
} Race;

static void *
cancel_the_cancellable (void *data)
{
  Race *race = data;
  barrier_wait (&race->start);
  g_cancellable_cancel (race->cancellable);
  return NULL;
}

static void *
cancel_the_pending (void *data)
{
  Race *race = data;
  barrier_wait (&race->start);
  lodger_pending_cancel (race->pending, NULL);
  return NULL;
}

static void *
answer_the_pending (void *data)
{
  Race *race = data;
  barrier_wait (&race->start);
  lodger_pending_return_int (race->pending, 1);
  return NULL;
}

static void
race_run (Race *race, void *(*one) (void *), void *(*two) (void *), void (*here) (Race *race))
{
  pthread_t first, second;
  barrier_init (&race->start, 3);
  first = thread_start (one, race);
  second = thread_start (two, race);
  barrier_wait (&race->start);
  here (race);
  thread_join (first);
  thread_join (second);
  barrier_clear (&race->start);
}

static int
handlers_of (GCancellable *cancellable)
{
  return g_signal_handler_find (cancellable, G_SIGNAL_MATCH_ID, g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE), 0,
                                NULL, NULL, NULL)
         != 0;
}

static void
come_back_here (Race *race)
{
  pipe_stream_write (&race->pipe_stream);
  turn_until_done (NULL, race->pending);
}

/* Both cancel while the operation comes back, whose data and result go in this thread alone. */
START_TEST (two_threads_cancel_while_it_comes_back)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      LiveObjects objects = { 0 };
      Recorder recorder = { 0 };
      Race race = { .cancellable = live_objects_add (&objects, g_cancellable_new ()) };
      int outcome;
      pipe_stream_open (&race.pipe_stream, &objects);
      race.pending = lodger_glib_async_new (race.cancellable, i % 2 == 0 ? pipe_stream_finish : NULL, &recorder,
                                            recorder_destroy);
      pipe_stream_start (&race.pipe_stream, race.pending);
      race_run (&race, cancel_the_cancellable, cancel_the_pending, come_back_here);
      outcome = lodger_pending_get_outcome (race.pending);
      ck_assert (outcome == 0 || outcome == LODGER_ECANCELED);
      recorder_expect (&recorder, 0, 1);
      ck_assert_int_eq (recorder.destroyed_in, test_thread_id ());
      ck_assert_int_eq (handlers_of (race.cancellable), 0);
      lodger_pending_unref (race.pending);
      pipe_stream_close (&race.pipe_stream);
      turn_until_quiet (NULL);
      g_object_unref (race.cancellable);
      live_objects_expect (&objects, 0);
    }
}
END_TEST

static void
connect_here (Race *race)
{
  test_check (lodger_glib_pending_cancel_with (race->pending, race->cancellable) == 0);
}

START_TEST (a_cancellable_is_connected_while_one_thread_cancels_and_another_answers)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      LiveObjects objects = { 0 };
      Recorder recorder = { 0 };
      Race race = { .cancellable = live_objects_add (&objects, g_cancellable_new ()) };
      race.pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_set_metadata (race.pending, "recorder", &recorder, recorder_destroy);
      race_run (&race, cancel_the_cancellable, answer_the_pending, connect_here);
      ck_assert (lodger_pending_is_done (race.pending));
      ck_assert_int_eq (handlers_of (race.cancellable), 0);
      lodger_pending_unref (race.pending);
      recorder_expect (&recorder, 0, 1);
      g_object_unref (race.cancellable);
      live_objects_expect (&objects, 0);
    }
}
END_TEST

static void *
drop_the_cancellable (void *data)
{
  Race *race = data;
  barrier_wait (&race->start);
  g_object_unref (race->cancellable);
  return NULL;
}

static void
drop_here (Race *race)
{
  lodger_pending_unref (race->pending);
}

START_TEST (all_let_go_while_it_is_answered)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      LiveObjects objects = { 0 };
      Recorder recorder = { 0 };
      Race race = { .cancellable = live_objects_add (&objects, g_cancellable_new ()) };
      race.pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_set_metadata (race.pending, "recorder", &recorder, recorder_destroy);
      lodger_glib_pending_cancel_with (race.pending, race.cancellable);
      lodger_pending_ref (race.pending);
      race_run (&race, drop_the_cancellable, answer_the_pending, drop_here);
      recorder_expect (&recorder, 0, 0);
      lodger_pending_unref (race.pending);
      recorder_expect (&recorder, 0, 1);
      live_objects_expect (&objects, 0);
    }
}
END_TEST

static void *
ask_for_the_cancellable (void *data)
{
  Race *race = data;
  barrier_wait (&race->start);
  return lodger_glib_pending_get_cancellable (race->pending);
}

START_TEST (threads_that_ask_at_once_get_the_same_cancellable)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      Race race = { .pending = lodger_pending_new (LODGER_PENDING_DEFAULT) };
      pthread_t first, second;
      GCancellable *here;
      void *one = NULL, *two = NULL;
      barrier_init (&race.start, 3);
      first = thread_start (ask_for_the_cancellable, &race);
      second = thread_start (ask_for_the_cancellable, &race);
      here = ask_for_the_cancellable (&race);
      pthread_join (first, &one);
      pthread_join (second, &two);
      ck_assert_ptr_nonnull (here);
      ck_assert_ptr_eq (one, here);
      ck_assert_ptr_eq (two, here);
      lodger_pending_cancel (race.pending, NULL);
      ck_assert (g_cancellable_is_cancelled (here));
      lodger_pending_unref (race.pending);
      barrier_clear (&race.start);
    }
}
END_TEST

typedef struct Offered
{
  atomic_int ran;
  int code;
} Offered;

static void
on_offered (GObject *source, GAsyncResult *result, void *data)
{
  Offered *offered = data;
  GError *error = NULL;
  LodgerPending *done = lodger_glib_pending_finish (result, source, &error);
  test_check ((done != NULL) == (error == NULL));
  test_check (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  lodger_pending_unref (done);
  g_clear_error (&error);
  atomic_fetch_add (&offered->ran, 1);
}

static Offered offered;

static void
turn_here (Race *race)
{
  (void) race;
  turn_until (NULL, &offered.ran, 1);
}

START_TEST (an_offer_is_answered_once_while_it_is_cancelled)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      LiveObjects objects = { 0 };
      GObject *source = live_objects_add (&objects, g_object_new (G_TYPE_OBJECT, NULL));
      Race race = { .cancellable = live_objects_add (&objects, g_cancellable_new ()) };
      race.pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
      atomic_store (&offered.ran, 0);
      lodger_glib_pending_offer (race.pending, source, race.cancellable, on_offered, &offered);
      g_object_unref (source);
      race_run (&race, cancel_the_cancellable, answer_the_pending, turn_here);
      turn_until_quiet (NULL);
      ck_assert_int_eq (offered.ran, 1);
      lodger_pending_unref (race.pending);
      g_object_unref (race.cancellable);
      live_objects_expect (&objects, 0);
    }
}
END_TEST

/* The stop, the cancel and the water come at once to an operation in a worker. */
static void
read_there (LodgerPending *self, void *data)
{
  Race *race = data;
  race->pending = lodger_glib_async_new (race->cancellable, pipe_stream_finish, NULL, NULL);
  pipe_stream_start (&race->pipe_stream, race->pending);
  lodger_pending_return_from (self, race->pending);
}

static void *
feed (void *data)
{
  Race *race = data;
  barrier_wait (&race->start);
  pipe_stream_write (&race->pipe_stream);
  return NULL;
}

static LodgerCaller *worker;

static void
stop_here (Race *race)
{
  (void) race;
  worker_stop (worker);
}

START_TEST (a_worker_stops_while_its_operation_is_fed_and_cancelled)
{
  expect_code (lodger_glib_register (), 0);
  for (unsigned i = 0; i < test_scaled (ROUNDS / 2); i++)
    {
      LiveObjects objects = { 0 };
      Race race = { .cancellable = live_objects_add (&objects, g_cancellable_new ()) };
      LodgerPending *call;
      int outcome;
      worker = worker_start ("glib");
      pipe_stream_open (&race.pipe_stream, NULL);
      call = lodger_caller_call_soon (worker, read_there, &race, NULL);
      worker_thread_id (worker);
      race_run (&race, cancel_the_cancellable, feed, stop_here);
      outcome = lodger_pending_get_outcome (call);
      ck_assert (outcome == 0 || outcome == LODGER_ECANCELED);
      ck_assert (lodger_pending_is_done (race.pending));
      ck_assert_int_eq (handlers_of (race.cancellable), 0);
      lodger_pending_unref (call);
      lodger_pending_unref (race.pending);
      pipe_stream_close (&race.pipe_stream);
      g_object_unref (race.cancellable);
    }
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-gio-race");
  test_add_long (suite, two_threads_cancel_while_it_comes_back, 2);
  test_add (suite, a_cancellable_is_connected_while_one_thread_cancels_and_another_answers);
  test_add (suite, all_let_go_while_it_is_answered);
  test_add (suite, threads_that_ask_at_once_get_the_same_cancellable);
  test_add (suite, an_offer_is_answered_once_while_it_is_cancelled);
  test_add_long (suite, a_worker_stops_while_its_operation_is_fed_and_cancelled, 2);
  return test_main (suite, argc, argv);
}
