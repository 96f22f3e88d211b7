/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loops that end before their callers: cases that unit/host does not cover. */
#include "test-loop.h"
#include "test-minimal-host.h"
#include "test-suite.h"

#include <sched.h>

typedef struct LostCaller
{
  LodgerCaller *caller;
  LodgerManualHost *host;
  LodgerPending *queued;
  LodgerPending *delayed;
  Recorder recorder;
} LostCaller;

static void *
attach_and_go (void *data)
{
  LostCaller *lost = data;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  lost->caller = loop.caller;
  lost->host = loop.host;
  lost->queued = lodger_caller_call_soon (loop.caller, recorder_call, &lost->recorder, recorder_destroy);
  lost->delayed = lodger_caller_call_later (loop.caller, 1000, recorder_call, &lost->recorder, recorder_destroy);
  return NULL;
}

START_TEST (edge_77_a_thread_that_ends_counts_as_a_dead_host)
{
  LostCaller lost = { 0 };
  LodgerPending *refused;
  log_capture_begin ();
  thread_join (thread_start (attach_and_go, &lost));
  expect_code (lodger_pending_get_outcome (lost.queued), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (lost.delayed), LODGER_ECANCELED);
  recorder_expect (&lost.recorder, 0, 2);
  ck_assert_int_eq (lodger_caller_get_state (lost.caller), LODGER_CALLER_STOPPED);
  refused = lodger_caller_call_soon (lost.caller, recorder_call, &lost.recorder, recorder_destroy);
  expect_code (lodger_pending_get_outcome (refused), LODGER_ECANCELED);
  recorder_expect (&lost.recorder, 0, 3);
  log_capture_end ();
  lodger_pending_unref (refused);
  lodger_pending_unref (lost.queued);
  lodger_pending_unref (lost.delayed);
  lodger_caller_unref (lost.caller);
  lodger_manual_host_unref (lost.host);
}
END_TEST

/* In a thread whose loop it never entered. */
static void *
make_and_go (void *data)
{
  LostCaller *lost = data;
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  lost->caller = loop.caller;
  lost->host = loop.host;
  ck_assert_ptr_null (lodger_caller_current ());
  lost->queued = lodger_caller_call_soon (loop.caller, recorder_call, &lost->recorder, recorder_destroy);
  lost->delayed = lodger_caller_to_thread (loop.caller, recorder_call, &lost->recorder, recorder_destroy);
  return NULL;
}

START_TEST (edge_77_a_thread_that_ends_before_it_has_entered_its_caller_ends_it)
{
  LostCaller lost = { 0 };
  LodgerPending *refused;
  log_capture_begin ();
  thread_join (thread_start (make_and_go, &lost));
  expect_code (lodger_pending_get_outcome (lost.queued), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (lost.delayed), LODGER_ECANCELED);
  recorder_expect (&lost.recorder, 0, 2);
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopped (lost.caller)));
  ck_assert_int_eq (lodger_caller_get_state (lost.caller), LODGER_CALLER_STOPPED);
  ck_assert (log_capture_has ("has ended before it was entered"));
  refused = lodger_caller_call_soon (lost.caller, recorder_call, &lost.recorder, recorder_destroy);
  expect_code (wait_outcome (refused), LODGER_ECANCELED);
  recorder_expect (&lost.recorder, 0, 3);
  expect_code (lodger_caller_enter (lost.caller), LODGER_ESHUTDOWN);
  log_capture_end ();
  lodger_pending_unref (lost.queued);
  lodger_pending_unref (lost.delayed);
  lodger_caller_unref (lost.caller);
  lodger_manual_host_unref (lost.host);
}
END_TEST

typedef struct Poster
{
  LodgerCaller *caller;
  Barrier *barrier;
  Recorder *recorder;
  atomic_uint *posted;
} Poster;

/* However slow the owner is, no more than a slice's worth waits for it. */
static bool
is_far_ahead (const Poster *poster)
{
  return atomic_load (poster->posted) > (unsigned) atomic_load (&poster->recorder->destroyed) + 200;
}

static void *
post_until_refused (void *data)
{
  Poster *poster = data;
  unsigned count = 0;
  barrier_wait (poster->barrier);
  for (;;)
    {
      while (is_far_ahead (poster))
        sched_yield ();
      count++;
      if (lodger_caller_call_direct (poster->caller, recorder_direct, poster->recorder, recorder_destroy) != 0)
        break;
      atomic_fetch_add (poster->posted, 1);
    }
  return (void *) (uintptr_t) count;
}

START_TEST (a_host_that_dies_amid_submissions_loses_none)
{
  for (unsigned round = 0; round < test_scaled (100); round++)
    {
      MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER };
      Recorder recorder = { 0 };
      LodgerCaller *caller = minimal_host_attach (&minimal, NULL);
      Barrier barrier;
      atomic_uint posted = 0;
      Poster poster = { .caller = caller, .barrier = &barrier, .recorder = &recorder, .posted = &posted };
      pthread_t threads[2];
      uintptr_t submitted = 0;
      LodgerHostNode *node;
      barrier_init (&barrier, 3);
      log_capture_begin ();
      for (int i = 0; i < 2; i++)
        threads[i] = thread_start (post_until_refused, &poster);
      barrier_wait (&barrier);
      while (atomic_load (&posted) < 20)
        if ((node = minimal_host_take_node (&minimal)) != NULL)
          lodger_host_run_node (node);
        else
          sched_yield ();
      minimal_host_close (&minimal);
      for (int i = 0; i < 2; i++)
        {
          void *count = NULL;
          pthread_join (threads[i], &count);
          submitted += (uintptr_t) count;
        }
      test_check ((uintptr_t) recorder.destroyed == submitted);
      log_capture_end ();
      lodger_caller_unref (caller);
      barrier_clear (&barrier);
    }
}
END_TEST

static void
answer_when_cancelled (LodgerPending *pending, const char *message, void *reply)
{
  (void) pending;
  ck_assert_str_eq (message, "the caller was closed");
  lodger_reply_return_nothing (reply);
}

static void
defer_until_cancelled (LodgerPending *self, void *data)
{
  LodgerReply *reply = lodger_pending_defer (self);
  recorder_direct (data);
  test_check (lodger_pending_set_canceller (self, answer_when_cancelled, reply, NULL) == 0);
}

START_TEST (a_host_that_dies_cancels_deferred_calls)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  LodgerPending *pending = lodger_caller_call_soon (loop.caller, defer_until_cancelled, &recorder, recorder_destroy);
  loop_run (&loop);
  lodger_manual_close (loop.host);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&recorder, 1, 1);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

typedef struct Closing
{
  LodgerManualHost *host;
  Barrier barrier;
} Closing;

static void *
close_host (void *data)
{
  Closing *closing = data;
  barrier_wait (&closing->barrier);
  lodger_manual_close (closing->host);
  return NULL;
}

/* With two callers, the list of the thread changes and does not only become empty. */
START_TEST (a_host_may_be_closed_elsewhere_while_its_thread_looks_for_its_callers)
{
  for (unsigned round = 0; round < test_scaled (200); round++)
    {
      Loop first = loop_open (LODGER_MANUAL_DEFAULT), second = loop_open (LODGER_MANUAL_DEFAULT);
      Closing closing = { .host = first.host };
      pthread_t thread;
      barrier_init (&closing.barrier, 2);
      thread = thread_start (close_host, &closing);
      barrier_wait (&closing.barrier);
      while (lodger_caller_current () == first.caller)
        ;
      ck_assert_ptr_eq (lodger_caller_current (), second.caller);
      thread_join (thread);
      loop_close (&first);
      loop_close (&second);
      ck_assert_ptr_null (lodger_caller_current ());
      barrier_clear (&closing.barrier);
    }
}
END_TEST

static void
never_answer (LodgerPending *self, void *data)
{
  *(LodgerReply **) data = lodger_pending_defer (self);
}

/* The children of a dying host are stopped, and each gets a deadline. Many of them end just meanwhile. */
START_TEST (a_host_that_dies_leaves_no_child_without_a_deadline)
{
  enum
  {
    CHILDREN = 120
  };
  const LodgerCallerOptions short_deadline = { .size = sizeof short_deadline, .stop_deadline = 5000000 };
  for (unsigned round = 0; round < test_scaled (20); round++)
    {
      Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &short_deadline);
      LodgerCaller *children[CHILDREN];
      LodgerReply *replies[CHILDREN] = { NULL };
      Recorder recorder = { 0 };
      for (unsigned i = 0; i < CHILDREN; i++)
        {
          children[i] = lodger_caller_open_child (loop.caller, &short_deadline, NULL);
          wait_done (lodger_caller_get_started (children[i]));
          if (i % 3 == 0)
            {
              lodger_pending_unref (lodger_caller_call_soon (children[i], never_answer, &replies[i], NULL));
              worker_run (children[i], recorder_direct, &recorder);
            }
        }
      log_capture_begin ();
      lodger_manual_close (loop.host);
      loop_close (&loop);
      for (unsigned i = 0; i < CHILDREN; i++)
        {
          wait_done (lodger_caller_get_stopped (children[i]));
          lodger_reply_free (replies[i]);
          lodger_caller_unref (children[i]);
        }
      log_capture_end ();
    }
}
END_TEST

/* ---- a host without `detach`: it learns of the end by its other operations alone ------------------------------------ */

START_TEST (a_host_without_detach_has_nothing_to_do_after_the_end)
{
  Loop loop = loop_open (LODGER_MANUAL_NO_DETACH);
  Recorder recorder = { 0 };
  uint64_t asked;
  lodger_pending_unref (lodger_caller_call_later (loop.caller, 1000, recorder_call, &recorder, recorder_destroy));
  loop_run (&loop);
  ck_assert_int_ne (lodger_manual_get_deadline (loop.host), LODGER_FOREVER);
  expect_code (lodger_caller_stop_wait (loop.caller), 0);
  recorder_expect (&recorder, 0, 1);
  ck_assert_int_eq (lodger_manual_get_deadline (loop.host), LODGER_FOREVER);
  asked = lodger_manual_get_before_waits (loop.host);
  lodger_manual_iterate (loop.host, false);
  ck_assert_uint_eq (lodger_manual_get_before_waits (loop.host), asked);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("host-end");
  test_add (suite, edge_77_a_thread_that_ends_counts_as_a_dead_host);
  test_add (suite, edge_77_a_thread_that_ends_before_it_has_entered_its_caller_ends_it);
  test_add (suite, a_host_that_dies_amid_submissions_loses_none);
  test_add (suite, a_host_that_dies_cancels_deferred_calls);
  test_add (suite, a_host_may_be_closed_elsewhere_while_its_thread_looks_for_its_callers);
  test_add (suite, a_host_that_dies_leaves_no_child_without_a_deadline);
  test_add (suite, a_host_without_detach_has_nothing_to_do_after_the_end);
  return test_main (suite, argc, argv);
}
