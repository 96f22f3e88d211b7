/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a call of to_thread() submits to its own worker keeps the worker, although the pool has no need of it. */
#include "test-suite.h"

#include <stdio.h>

typedef enum Kind
{
  SOON,
  LATER,
  THEN,
  DEFERRED,
  CHAINED
} Kind;

static const char *const kind_names[] = { "soon", "later", "then", "deferred", "chained" };

typedef struct Own
{
  Kind kind;
  Latch deferred;
  LodgerCaller *worker;
  LodgerPending *source, *pending;
  LodgerReply *reply;
  Recorder recorder;
} Own;

enum
{
  SHORT_DELAY = 30000000
};

static void
defer (LodgerPending *self, void *data)
{
  Own *own = data;
  recorder_call (self, &own->recorder);
  own->reply = lodger_pending_defer (self);
  latch_open (&own->deferred);
}

static void
destroy (void *data)
{
  recorder_destroy (&((Own *) data)->recorder);
}

static void
run_then (LodgerPending *self, LodgerPending *done, void *data)
{
  recorder_then (self, done, &((Own *) data)->recorder);
}

/* Each link waits for the one before. */
static void
chain (LodgerPending *self, LodgerPending *done, void *data)
{
  Own *own = data;
  LodgerPending *next;
  (void) done;
  next = lodger_caller_call_later (lodger_caller_current (), SHORT_DELAY, defer, own, destroy);
  lodger_pending_return_from (self, next);
  lodger_pending_unref (next);
}

static void
submit_to_itself (LodgerPending *self, void *data)
{
  Own *own = data;
  LodgerCaller *here = lodger_caller_current ();
  (void) self;
  own->worker = lodger_caller_ref (here);
  switch (own->kind)
    {
    case SOON: own->pending = lodger_caller_call_soon (here, recorder_call, &own->recorder, recorder_destroy); break;
    case LATER:
      own->pending = lodger_caller_call_later (here, SHORT_DELAY, recorder_call, &own->recorder, recorder_destroy);
      break;
    case THEN: own->pending = lodger_pending_then (own->source, here, run_then, own, destroy); break;
    case DEFERRED: own->pending = lodger_caller_call_soon (here, defer, own, destroy); break;
    case CHAINED: own->pending = lodger_pending_then (own->source, here, chain, own, NULL); break;
    }
}

static void
own_init (Own *own, Kind kind)
{
  *own = (Own) { .kind = kind, .source = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  latch_init (&own->deferred);
}

static void
own_clear (Own *own)
{
  lodger_pending_unref (own->pending);
  lodger_pending_unref (own->source);
  lodger_caller_unref (own->worker);
  latch_clear (&own->deferred);
}

/* No worker is kept: because it is surplus, or because it is idle for too long at once. */
static LodgerCaller *
root_start (bool is_surplus)
{
  LodgerCaller *root = worker_start (NULL);
  if (is_surplus)
    expect_code (lodger_caller_set_idle_limit (root, 0), 0);
  else
    expect_code (lodger_caller_set_idle_duration (root, 1), 0);
  return root;
}

static int
thread_of (LodgerCaller *worker)
{
  int thread = worker_thread_id (worker);
  proc_wait_asleep (thread);
  return thread;
}

static void
keep_and_end (LodgerCaller *root, Kind kind)
{
  Own own;
  int thread = 0;
  own_init (&own, kind);
  expect_code (wait_outcome (lodger_caller_to_thread (root, submit_to_itself, &own, NULL)), 0);
  if (kind == THEN || kind == CHAINED)
    {
      thread = thread_of (own.worker);
      ck_assert (lodger_caller_is_running (own.worker));
      lodger_pending_return_nothing (own.source);
    }
  if (kind == DEFERRED || kind == CHAINED)
    {
      latch_wait (&own.deferred);
      thread = thread_of (own.worker);
      ck_assert (lodger_caller_is_running (own.worker));
      expect_code (lodger_reply_return_nothing (own.reply), 0);
    }
  wait_done (own.pending);
  expect_code (lodger_pending_get_outcome (own.pending), 0);
  wait_done (lodger_caller_get_stopped (own.worker));
  recorder_expect (&own.recorder, 1, 1);
  ck_assert_int_eq (own.recorder.ran_in, own.recorder.destroyed_in);
  if (thread != 0)
    ck_assert_int_eq (own.recorder.ran_in, thread);
  own_clear (&own);
}

START_TEST (a_surplus_worker_is_kept_by_what_it_submitted_to_itself)
{
  LodgerCaller *root = root_start (true);
  keep_and_end (root, (Kind) _i);
  worker_stop (root);
}
END_TEST

START_TEST (edge_37_an_idle_worker_is_kept_by_what_it_submitted_to_itself)
{
  LodgerCaller *root = root_start (false);
  keep_and_end (root, (Kind) _i);
  worker_stop (root);
}
END_TEST

START_TEST (a_kept_worker_takes_calls_of_the_pool)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1, .max_threads = 1 };
  LodgerCaller *root = worker_start_full (NULL, &options);
  Recorder recorder = { 0 };
  Own own;
  int thread;
  own_init (&own, THEN);
  expect_code (lodger_caller_set_idle_limit (root, 0), 0);
  expect_code (wait_outcome (lodger_caller_to_thread (root, submit_to_itself, &own, NULL)), 0);
  thread = thread_of (own.worker);
  for (int i = 0; i < 3; i++)
    {
      expect_code (wait_outcome (lodger_caller_to_thread (root, recorder_call, &recorder, NULL)), 0);
      ck_assert_int_eq (recorder.ran_in, thread);
      proc_wait_asleep (thread);
    }
  lodger_pending_return_nothing (own.source);
  wait_done (lodger_caller_get_stopped (own.worker));
  recorder_expect (&own.recorder, 1, 1);
  own_clear (&own);
  worker_stop (root);
}
END_TEST

/* The outcome comes without an item of the inbox: in a done-callback's thread that is the worker's own. */
static void
answer_in_worker (void *data)
{
  lodger_reply_return_nothing (((Own *) data)->reply);
}

START_TEST (a_surplus_worker_that_ends_its_last_call_in_its_own_thread_ends)
{
  LodgerCaller *root = root_start (true);
  Own own;
  own_init (&own, DEFERRED);
  expect_code (wait_outcome (lodger_caller_to_thread (root, submit_to_itself, &own, NULL)), 0);
  latch_wait (&own.deferred);
  thread_of (own.worker);
  expect_code (lodger_caller_call_direct (own.worker, answer_in_worker, &own, NULL), 0);
  wait_done (lodger_caller_get_stopped (own.worker));
  expect_code (lodger_pending_get_outcome (own.pending), 0);
  recorder_expect (&own.recorder, 1, 1);
  own_clear (&own);
  worker_stop (root);
}
END_TEST

/* Cancelled ones keep it no longer. */
START_TEST (a_worker_ends_when_what_it_waits_for_is_cancelled)
{
  LodgerCaller *root = root_start (_i == 0);
  Own own;
  own_init (&own, THEN);
  expect_code (wait_outcome (lodger_caller_to_thread (root, submit_to_itself, &own, NULL)), 0);
  thread_of (own.worker);
  ck_assert (lodger_pending_cancel (own.pending, NULL));
  wait_done (lodger_caller_get_stopped (own.worker));
  recorder_expect (&own.recorder, 0, 1);
  own_clear (&own);
  worker_stop (root);
}
END_TEST

START_TEST (a_stop_ends_a_worker_that_is_kept)
{
  LodgerCaller *root = root_start (true);
  Own own;
  own_init (&own, (Kind) _i);
  expect_code (wait_outcome (lodger_caller_to_thread (root, submit_to_itself, &own, NULL)), 0);
  thread_of (own.worker);
  worker_stop (root);
  expect_code (lodger_pending_get_outcome (own.pending), LODGER_ECANCELED);
  recorder_expect (&own.recorder, 0, 1);
  own_clear (&own);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("worker-own-calls");
  char name[96];
  for (int kind = SOON; kind <= CHAINED; kind++)
    {
      snprintf (name, sizeof name, "a_surplus_worker_is_kept_by_what_it_submitted_to_itself/%s", kind_names[kind]);
      test_add_variant (suite, name, a_surplus_worker_is_kept_by_what_it_submitted_to_itself, kind);
      snprintf (name, sizeof name, "edge_37_an_idle_worker_is_kept_by_what_it_submitted_to_itself/%s",
                kind_names[kind]);
      test_add_variant (suite, name, edge_37_an_idle_worker_is_kept_by_what_it_submitted_to_itself, kind);
    }
  test_add (suite, a_kept_worker_takes_calls_of_the_pool);
  test_add (suite, a_surplus_worker_that_ends_its_last_call_in_its_own_thread_ends);
  test_add_variant (suite, "a_worker_ends_when_what_it_waits_for_is_cancelled/surplus",
                    a_worker_ends_when_what_it_waits_for_is_cancelled, 0);
  test_add_variant (suite, "a_worker_ends_when_what_it_waits_for_is_cancelled/idle",
                    a_worker_ends_when_what_it_waits_for_is_cancelled, 1);
  test_add_variant (suite, "a_stop_ends_a_worker_that_is_kept/then", a_stop_ends_a_worker_that_is_kept, THEN);
  return test_main (suite, argc, argv);
}
