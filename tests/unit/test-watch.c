/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches of descriptors on a loop that the test runs by hand, and on the native loop: what the conformance tests leave out. */
#define _GNU_SOURCE
#include "test-backend.h"
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-minimal-host.h"
#include "test-suite.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* A pipe whose reading end is watched. */
typedef struct Pipe
{
  int ends[2];
  LodgerPending *pending; /* Optional. A run has its outcome. */
  const LodgerContextKey *key;
  void *value; /* of the key in the last run */
  Counter runs, destroys;
} Pipe;

static void
pipe_open (Pipe *watched)
{
  *watched = (Pipe) { .pending = NULL };
  ck_assert_int_eq (pipe2 (watched->ends, O_CLOEXEC | O_NONBLOCK), 0);
  counter_init (&watched->runs);
  counter_init (&watched->destroys);
}

static void
pipe_close (Pipe *watched)
{
  close (watched->ends[0]);
  close (watched->ends[1]);
  counter_clear (&watched->runs);
  counter_clear (&watched->destroys);
}

static void
give (Pipe *watched)
{
  ck_assert_int_eq (write (watched->ends[1], "x", 1), 1);
}

static int
take (Pipe *watched)
{
  char byte;
  return (int) read (watched->ends[0], &byte, 1);
}

static void
run (LodgerPending *self, uint32_t revents, void *data)
{
  Pipe *watched = data;
  (void) revents;
  take (watched);
  if (watched->key != NULL)
    watched->value = lodger_context_get (watched->key);
  if (watched->pending != NULL)
    lodger_pending_return_from (self, watched->pending);
  counter_add (&watched->runs, 1);
}

static void
destroy (void *data)
{
  counter_add (&((Pipe *) data)->destroys, 1);
}

static LodgerPending *
watch (LodgerCaller *caller, Pipe *watched)
{
  return lodger_caller_watch_fd (caller, watched->ends[0], POLLIN, run, watched, destroy);
}

/* ---- how it ends ------------------------------------------------------------------------------------------------------ */

START_TEST (a_run_that_answers_is_the_last)
{
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  LodgerPending *watching;
  int64_t number = 0;
  Pipe watched;
  pipe_open (&watched);
  watched.pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_int (watched.pending, 42);
  give (&watched);
  give (&watched);
  watching = watch (loop.caller, &watched);
  loop_run_until_done (&loop, watching);
  expect_code (lodger_pending_get_int (watching, &number), 0);
  ck_assert_int_eq (number, 42);
  ck_assert_int_eq (counter_get (&watched.runs), 1);
  ck_assert_int_eq (counter_get (&watched.destroys), 1);
  lodger_pending_unref (watching);
  lodger_pending_unref (watched.pending);
  pipe_close (&watched);
  loop_close (&loop);
}
END_TEST

START_TEST (a_run_that_fails_is_the_last)
{
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  LodgerPending *watching;
  Pipe watched;
  pipe_open (&watched);
  watched.pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_error (watched.pending, lodger_error_new (NULL, LODGER_ESTATE, NULL));
  give (&watched);
  watching = watch (loop.caller, &watched);
  loop_run_until_done (&loop, watching);
  ck_assert (lodger_error_matches (lodger_pending_get_error (watching), NULL, LODGER_ESTATE));
  lodger_pending_unref (watching);
  lodger_pending_unref (watched.pending);
  pipe_close (&watched);
  loop_close (&loop);
}
END_TEST

START_TEST (a_descriptor_that_is_closed_fails_its_watch)
{
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  LodgerPending *first, *watching;
  Pipe watched, other;
  pipe_open (&other); /* so that no descriptor of Lodger's gets the number */
  first = watch (loop.caller, &other);
  loop_run (&loop);
  pipe_open (&watched);
  close (watched.ends[0]);
  watching = watch (loop.caller, &watched);
  loop_run_until_done (&loop, watching);
  ck_assert (lodger_error_matches (lodger_pending_get_error (watching), NULL, LODGER_EINVAL));
  ck_assert_int_eq (counter_get (&watched.runs), 0);
  lodger_pending_unref (watching);
  lodger_pending_disown (first);
  watched.ends[0] = -1;
  pipe_close (&watched);
  loop_close (&loop);
  ck_assert_int_eq (counter_get (&other.destroys), 1);
  pipe_close (&other);
}
END_TEST

START_TEST (a_watch_that_is_cancelled_before_it_begins_is_done)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *watching, *second;
  Pipe watched;
  pipe_open (&watched);
  watching = watch (loop.caller, &watched);
  ck_assert (lodger_pending_cancel (watching, NULL));
  ck_assert (lodger_pending_is_done (watching));
  second = watch (loop.caller, &watched);
  ck_assert (!lodger_pending_is_done (second));
  loop_run (&loop);
  ck_assert_int_eq (counter_get (&watched.destroys), 1);
  ck_assert (!lodger_pending_is_done (second));
  lodger_pending_unref (watching);
  lodger_pending_disown (second);
  loop_close (&loop);
  ck_assert_int_eq (counter_get (&watched.destroys), 2);
  pipe_close (&watched);
}
END_TEST

START_TEST (two_watches_of_other_events_are_no_duplicates)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *reading, *urgent;
  Pipe watched;
  pipe_open (&watched);
  reading = watch (loop.caller, &watched);
  urgent = lodger_caller_watch_fd (loop.caller, watched.ends[0], POLLPRI, run, &watched, destroy);
  loop_run (&loop);
  ck_assert (!lodger_pending_is_done (reading));
  ck_assert (!lodger_pending_is_done (urgent));
  lodger_pending_disown (reading);
  lodger_pending_disown (urgent);
  loop_close (&loop);
  ck_assert_int_eq (counter_get (&watched.destroys), 2);
  pipe_close (&watched);
}
END_TEST

START_TEST (a_run_has_the_context_of_its_watch)
{
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  static const LodgerContextKey colour = { .name = "colour" }, *key = &colour;
  LodgerPending *watching;
  Pipe watched;
  int value = 1;
  pipe_open (&watched);
  watched.key = key;
  ck_assert_int_eq (lodger_context_set (key, &value, NULL), 0);
  watching = watch (loop.caller, &watched);
  ck_assert_int_eq (lodger_context_set (key, NULL, NULL), 0);
  give (&watched);
  while (counter_get (&watched.runs) == 0)
    lodger_manual_iterate (loop.host, true);
  ck_assert_ptr_eq (watched.value, &value);
  lodger_pending_disown (watching);
  loop_close (&loop);
  pipe_close (&watched);
}
END_TEST

static void
cancel_itself (LodgerPending *self, uint32_t revents, void *data)
{
  LodgerPending **watching = data;
  (void) revents;
  (void) self;
  lodger_pending_cancel (*watching, NULL);
}

START_TEST (a_run_may_cancel_its_watch)
{
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  LodgerPending *watching;
  Pipe watched;
  pipe_open (&watched);
  give (&watched);
  watching = lodger_caller_watch_fd (loop.caller, watched.ends[0], POLLIN, cancel_itself, &watching, NULL);
  loop_run_until_done (&loop, watching);
  expect_code (lodger_pending_get_outcome (watching), LODGER_ECANCELED);
  lodger_pending_unref (watching);
  pipe_close (&watched);
  loop_close (&loop);
}
END_TEST

/* ---- a channel -------------------------------------------------------------------------------------------------------- */

static void
take_items (LodgerPending *self, void **items, size_t count, void *data)
{
  Pipe *watched = data;
  (void) self;
  for (size_t i = 0; i < count; i++)
    {
      ck_assert_uint_eq ((uintptr_t) items[i], POLLIN);
      take (watched);
      counter_add (&watched->runs, 1);
    }
}

static LodgerPending *
watch_by_channel (LodgerCaller *caller, Pipe *watched, LodgerChannel *channel, unsigned times)
{
  return lodger_caller_watch_fd_full (caller, watched->ends[0], POLLIN, NULL, watched, destroy,
                                      LODGER_WATCH_OPTIONS (.channel = channel, .times = times));
}

START_TEST (a_channel_gets_each_readiness)
{
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  LodgerChannel *channel = lodger_channel_new (NULL);
  LodgerPending *watching, *delivery;
  Pipe watched;
  pipe_open (&watched);
  delivery = lodger_channel_deliver (channel, loop.caller, take_items, &watched, NULL);
  for (int i = 0; i < 3; i++)
    give (&watched);
  watching = watch_by_channel (loop.caller, &watched, channel, 3);
  loop_run_until_done (&loop, watching);
  expect_code (lodger_pending_get_outcome (watching), 0);
  while (counter_get (&watched.runs) < 3)
    lodger_manual_iterate (loop.host, true);
  ck_assert_int_eq (take (&watched), -1);
  lodger_channel_close (channel, NULL);
  loop_run_until_done (&loop, delivery);
  ck_assert_int_eq (counter_get (&watched.runs), 3);
  ck_assert_int_eq (counter_get (&watched.destroys), 1);
  lodger_pending_unref (watching);
  lodger_pending_unref (delivery);
  lodger_channel_unref (channel);
  pipe_close (&watched);
  loop_close (&loop);
}
END_TEST

/* The descriptor stays ready. */
START_TEST (a_channel_has_one_item_until_it_is_taken)
{
  LodgerCaller *caller = worker_start (NULL);
  LodgerChannel *channel = lodger_channel_new (NULL);
  LodgerPending *watching;
  void *item = NULL;
  Pipe watched;
  pipe_open (&watched);
  give (&watched);
  watching = watch_by_channel (caller, &watched, channel, 0);
  for (int i = 0; i < 3; i++)
    {
      while (lodger_channel_count (channel) == 0)
        proc_wait_asleep (worker_thread_id (caller));
      for (int j = 0; j < 5; j++)
        proc_wait_asleep (worker_thread_id (caller));
      ck_assert_uint_eq (lodger_channel_count (channel), 1);
      expect_code (lodger_channel_receive (channel, 0, &item), 0);
      ck_assert_uint_eq ((uintptr_t) item, POLLIN);
    }
  lodger_pending_cancel (watching, NULL);
  expect_code (wait_outcome (watching), LODGER_ECANCELED);
  worker_stop (caller);
  lodger_channel_unref (channel);
  pipe_close (&watched);
}
END_TEST

START_TEST (a_channel_that_is_closed_fails_the_watch)
{
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  LodgerChannel *channel = lodger_channel_new (NULL);
  LodgerPending *watching;
  Pipe watched;
  pipe_open (&watched);
  give (&watched);
  lodger_channel_close (channel, NULL);
  watching = watch_by_channel (loop.caller, &watched, channel, 0);
  loop_run_until_done (&loop, watching);
  ck_assert (lodger_error_matches (lodger_pending_get_error (watching), NULL, LODGER_ESHUTDOWN));
  lodger_pending_unref (watching);
  lodger_channel_unref (channel);
  pipe_close (&watched);
  loop_close (&loop);
}
END_TEST

START_TEST (a_stop_does_not_wait_for_an_item_to_be_taken)
{
  LodgerCaller *caller = worker_start (NULL);
  LodgerChannel *channel;
  LodgerPending *watching;
  Pipe watched;
  pipe_open (&watched);
  channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.data = &watched, .data_destroy = destroy));
  give (&watched);
  watching = watch_by_channel (caller, &watched, channel, 0);
  while (lodger_channel_count (channel) == 0)
    proc_wait_asleep (worker_thread_id (caller));
  worker_stop (caller);
  expect_code (lodger_pending_get_outcome (watching), LODGER_ECANCELED);
  lodger_pending_unref (watching);
  ck_assert_int_eq (counter_get (&watched.destroys), 1);
  lodger_channel_unref (channel);
  ck_assert_int_eq (counter_get (&watched.destroys), 2);
  pipe_close (&watched);
}
END_TEST

/* ---- ends of the caller ------------------------------------------------------------------------------------------------ */

START_TEST (edge_111_a_host_that_closes_cancels_its_watches)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *watching, *not_begun;
  Pipe watched, other;
  pipe_open (&watched);
  pipe_open (&other);
  watching = watch (loop.caller, &watched);
  loop_run (&loop);
  not_begun = watch (loop.caller, &other);
  log_capture_begin ();
  lodger_manual_close (loop.host);
  ck_assert_uint_eq (log_capture_count (), 0);
  log_capture_end ();
  expect_code (lodger_pending_get_outcome (watching), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (not_begun), LODGER_ECANCELED);
  ck_assert_int_eq (counter_get (&watched.destroys), 1);
  ck_assert_int_eq (counter_get (&other.destroys), 1);
  lodger_pending_unref (watching);
  lodger_pending_unref (not_begun);
  pipe_close (&watched);
  pipe_close (&other);
  loop_close (&loop);
}
END_TEST

/* Its loop still has the descriptor. */
START_TEST (a_thread_that_hangs_keeps_its_watch_until_it_comes_back)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = 2000000 };
  static BlockedCall blocked; /* that thread may be the last to use it */
  LodgerCaller *caller;
  LodgerPending *watching;
  Pipe watched;
  ProcCount before = proc_count ();
  if (_i == 1)
    backend_register_polled ("native");
  caller = worker_start_full (_i == 1 ? "polled" : "native", &options);
  blocked_call_init (&blocked);
  pipe_open (&watched);
  watching = watch (caller, &watched);
  give (&watched);
  counter_wait (&watched.runs, 1);
  log_capture_begin ();
  test_check (lodger_caller_call_direct (caller, blocked_call_direct, &blocked, NULL) == 0);
  latch_wait (&blocked.entered);
  give (&watched);
  lodger_caller_stop (caller, true);
  wait_done (lodger_caller_get_stopped (caller));
  lodger_caller_unref (caller);
  expect_code (lodger_pending_get_outcome (watching), LODGER_EABANDONED);
  lodger_pending_unref (watching);
  latch_open (&blocked.let_go);
  counter_wait (&watched.destroys, 1);
  ck_assert_int_eq (counter_get (&watched.runs), 1);
  pipe_close (&watched);
  proc_expect_restored (before);
  log_capture_end ();
}
END_TEST

static void
exit_thread (LodgerPending *self, uint32_t revents, void *data)
{
  (void) self;
  (void) revents;
  (void) data;
  pthread_exit (NULL);
}

START_TEST (a_run_that_exits_its_thread_ends_the_watch)
{
  LodgerCaller *caller = worker_start (NULL);
  LodgerPending *watching;
  Pipe watched;
  pipe_open (&watched);
  log_capture_begin ();
  watching = lodger_caller_watch_fd (caller, watched.ends[0], POLLIN, exit_thread, &watched, destroy);
  give (&watched);
  wait_done (lodger_caller_get_stopped (caller));
  wait_done (watching);
  ck_assert (lodger_pending_get_outcome (watching) < 0);
  lodger_pending_unref (watching);
  counter_wait (&watched.destroys, 1);
  log_capture_end ();
  lodger_caller_unref (caller);
  pipe_close (&watched);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("watch");
  test_add (suite, a_run_that_answers_is_the_last);
  test_add (suite, a_run_that_fails_is_the_last);
  test_add (suite, a_descriptor_that_is_closed_fails_its_watch);
  test_add (suite, a_watch_that_is_cancelled_before_it_begins_is_done);
  test_add (suite, two_watches_of_other_events_are_no_duplicates);
  test_add (suite, a_run_has_the_context_of_its_watch);
  test_add (suite, a_run_may_cancel_its_watch);
  test_add (suite, a_channel_gets_each_readiness);
  test_add (suite, a_channel_has_one_item_until_it_is_taken);
  test_add (suite, a_channel_that_is_closed_fails_the_watch);
  test_add (suite, a_stop_does_not_wait_for_an_item_to_be_taken);
  test_add (suite, edge_111_a_host_that_closes_cancels_its_watches);
  test_add_variant (suite, "a_thread_that_hangs_keeps_its_watch_until_it_comes_back",
                    a_thread_that_hangs_keeps_its_watch_until_it_comes_back, 0);
  test_add_variant (suite, "a_thread_that_hangs_keeps_its_polled_watch_until_it_comes_back",
                    a_thread_that_hangs_keeps_its_watch_until_it_comes_back, 1);
  test_add (suite, a_run_that_exits_its_thread_ends_the_watch);
  return test_main (suite, argc, argv);
}
