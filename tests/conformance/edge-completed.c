/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Iterations over pendings as they are done: how far they ask, what comes, and how they end. */
#include "conformance.h"
#include "deferred-call.h"

enum
{
  CALLS = 40,
  COUNT = 4,
  IDLE_LIMIT = 3
};

/* ---- an iteration over calls of the loop ------------------------------------------------------------------------- */

/* How an iteration is ended early. */
typedef enum Way
{
  NOT_AT_ALL,
  BY_ITSELF,
  BY_CANCEL,
  BY_SCOPE,
  WAYS
} Way;

typedef struct Iteration
{
  Subject subject;
  LodgerCaller *worker;
  DeferredCall calls[CALLS];
  int count, given; /* of them */
  bool fails;       /* the source, at its end */
  LodgerCompleted *completed;
  Journal journal;       /* the numbers of those that have come */
  atomic_int destroyed;  /* the source */
  LodgerPending *shown;  /* of each() */
  Way way;               /* how each() is ended early */
  LodgerScope *scope;    /* of each() */
  int64_t timeout;       /* of the next step */
  int code;              /* of the last step, as the next */
  LodgerPending *latest; /* borrowed */
} Iteration;

static void
iteration_open (Iteration *iteration, int kind, int count)
{
  *iteration = (Iteration) { .count = count };
  journal_init (&iteration->journal);
  subject_open (&iteration->subject, kind, false);
  iteration->worker = lodger_caller_open_child (iteration->subject.caller, NULL, NULL);
  deferred_calls_start (iteration->calls, (size_t) count, &iteration->subject);
}

static void
iteration_close (Iteration *iteration)
{
  deferred_calls_finish (iteration->calls, (size_t) iteration->count, &iteration->subject);
  lodger_caller_unref (iteration->worker);
  subject_close (&iteration->subject);
  journal_clear (&iteration->journal);
}

static LodgerPending *
source_give (void *data, LodgerError **ret_error)
{
  Iteration *iteration = data;
  if (iteration->given < iteration->count)
    return lodger_pending_ref (iteration->calls[iteration->given++].pending);
  if (iteration->fails)
    *ret_error = lodger_error_new (NULL, LODGER_EAGAIN, "the source is dry");
  return NULL;
}

static void
source_destroy (void *data)
{
  atomic_fetch_add (&((Iteration *) data)->destroyed, 1);
}

static void
iterate_source (Iteration *iteration, size_t limit, bool keeps_unfinished)
{
  iteration->completed = lodger_completed_new_from (
      source_give, iteration, source_destroy,
      LODGER_COMPLETED_OPTIONS (.max_concurrent = limit, .keeps_unfinished = keeps_unfinished));
}

static void
iterate_array (Iteration *iteration)
{
  LodgerPending *pendings[CALLS];
  for (int i = 0; i < iteration->count; i++)
    pendings[i] = iteration->calls[i].pending;
  iteration->completed = lodger_completed_new (pendings, (size_t) iteration->count, NULL);
}

static void
answer (Iteration *iteration, int number)
{
  deferred_call_answer_inside (&iteration->calls[number], &iteration->subject);
}

/* ---- a worker that waits for the next ---------------------------------------------------------------------------- */

static void
step (LodgerPending *self, void *data)
{
  Iteration *iteration = data;
  (void) self;
  iteration->latest = lodger_completed_next (iteration->completed, iteration->timeout, &iteration->code);
  lodger_pending_unref (iteration->latest);
}

static LodgerPending *
start_step (Iteration *iteration, int64_t timeout)
{
  iteration->timeout = timeout;
  return lodger_caller_call_soon (iteration->worker, step, iteration, NULL);
}

static void
expect_step (Iteration *iteration, LodgerPending *step, int number)
{
  expect_code (subject_outcome (&iteration->subject, step), 0);
  expect_code (iteration->code, 0);
  ck_assert_ptr_eq (iteration->latest, iteration->calls[number].pending);
}

static void
expect_next (Iteration *iteration, int number)
{
  expect_step (iteration, start_step (iteration, LODGER_FOREVER), number);
}

static void
expect_none (Iteration *iteration, int64_t timeout, int code)
{
  expect_code (subject_outcome (&iteration->subject, start_step (iteration, timeout)), 0);
  expect_code (iteration->code, code);
  ck_assert_ptr_null (iteration->latest);
}

START_TEST (edge_43_a_function_is_asked_only_up_to_the_limit)
{
  Iteration iteration;
  iteration_open (&iteration, _i, COUNT);
  iterate_source (&iteration, 2, false);
  expect_none (&iteration, 0, LODGER_ETIMEDOUT);
  ck_assert_int_eq (iteration.given, 2);
  answer (&iteration, 1);
  expect_next (&iteration, 1);
  ck_assert_int_eq (iteration.given, 2);
  expect_none (&iteration, 0, LODGER_ETIMEDOUT);
  ck_assert_int_eq (iteration.given, 3);
  lodger_completed_free (iteration.completed);
  iteration_close (&iteration);
}
END_TEST

START_TEST (edge_43_the_idle_limit_is_the_default)
{
  Iteration iteration;
  iteration_open (&iteration, _i, CALLS);
  lodger_caller_set_idle_limit (iteration.subject.caller, IDLE_LIMIT);
  iterate_source (&iteration, 0, false);
  expect_none (&iteration, 0, LODGER_ETIMEDOUT);
  ck_assert_int_eq (iteration.given, IDLE_LIMIT);
  lodger_completed_free (iteration.completed);
  iteration_close (&iteration);
}
END_TEST

START_TEST (edge_43_an_array_has_no_limit)
{
  Iteration iteration;
  iteration_open (&iteration, _i, CALLS);
  iterate_array (&iteration);
  expect_none (&iteration, 0, LODGER_ETIMEDOUT);
  for (int i = CALLS; i-- > 0;)
    answer (&iteration, i);
  for (int i = CALLS; i-- > 0;)
    expect_next (&iteration, i);
  expect_none (&iteration, LODGER_FOREVER, 0);
  lodger_completed_free (iteration.completed);
  iteration_close (&iteration);
}
END_TEST

START_TEST (edge_44_done_failing_and_cancelled_ones_all_come)
{
  Iteration iteration;
  LodgerPending *last;
  iteration_open (&iteration, _i, COUNT);
  answer (&iteration, 0);
  deferred_call_fail_inside (&iteration.calls[2], &iteration.subject);
  lodger_pending_cancel (iteration.calls[3].pending, NULL);
  expect_code (deferred_call_answer (&iteration.calls[3]), LODGER_ECANCELED);
  iterate_array (&iteration);
  expect_next (&iteration, 0);
  expect_next (&iteration, 2);
  expect_next (&iteration, 3);
  expect_none (&iteration, 0, LODGER_ETIMEDOUT);
  last = start_step (&iteration, LODGER_FOREVER);
  answer (&iteration, 1);
  expect_step (&iteration, last, 1);
  expect_none (&iteration, LODGER_FOREVER, 0);
  expect_none (&iteration, LODGER_FOREVER, 0);
  lodger_completed_free (iteration.completed);
  iteration_close (&iteration);
}
END_TEST

START_TEST (edge_44_a_function_that_fails_ends_the_iteration_with_its_error)
{
  Iteration iteration;
  iteration_open (&iteration, _i, 2);
  iteration.fails = true;
  iterate_source (&iteration, 0, false);
  expect_none (&iteration, 0, LODGER_ETIMEDOUT);
  answer (&iteration, 1);
  expect_next (&iteration, 1);
  deferred_call_fail_inside (&iteration.calls[0], &iteration.subject);
  expect_next (&iteration, 0);
  for (int i = 0; i < 2; i++)
    {
      expect_none (&iteration, LODGER_FOREVER, LODGER_EFAILED);
      expect_code (lodger_error_get_code (lodger_completed_get_error (iteration.completed)), LODGER_EAGAIN);
    }
  lodger_completed_free (iteration.completed);
  ck_assert_int_eq (iteration.destroyed, 1);
  iteration_close (&iteration);
}
END_TEST

static void
leave (LodgerPending *self, void *data)
{
  (void) self;
  lodger_completed_free (((Iteration *) data)->completed);
}

START_TEST (edge_45_leaving_early_cancels_the_unfinished)
{
  for (int keeps = 0; keeps < 2; keeps++)
    {
      Iteration iteration;
      iteration_open (&iteration, _i, COUNT);
      iterate_source (&iteration, COUNT - 1, keeps == 1);
      answer (&iteration, 0);
      expect_next (&iteration, 0);
      answer (&iteration, 1);
      expect_code (
          subject_outcome (&iteration.subject, lodger_caller_call_soon (iteration.worker, leave, &iteration, NULL)), 0);
      for (int i = 0; i < 2; i++)
        expect_code (lodger_pending_get_outcome (iteration.calls[i].pending), 0);
      ck_assert_int_eq (lodger_pending_is_cancelled (iteration.calls[2].pending), keeps == 0);
      ck_assert (!lodger_pending_is_cancelled (iteration.calls[3].pending));
      ck_assert_int_eq (iteration.destroyed, 1);
      iteration_close (&iteration);
    }
}
END_TEST

/* ---- each of them, in the loop's thread -------------------------------------------------------------------------- */

static void
show (LodgerPending *self, LodgerPending *done, void *data)
{
  Iteration *iteration = data;
  int number = 0;
  test_check (lodger_pending_is_done (done));
  test_check (test_thread_id () == iteration->subject.thread_id);
  while (done != iteration->calls[number].pending)
    number++;
  journal_add (&iteration->journal, number);
  if (iteration->way == BY_ITSELF)
    lodger_pending_cancel (self, "enough");
}

static void
start_each (Iteration *iteration)
{
  iteration->shown = lodger_completed_each (iteration->completed, iteration->subject.caller, show, iteration, NULL,
                                            LODGER_CALL_OPTIONS (.scope = iteration->scope));
}

START_TEST (edge_44_each_comes_in_the_callers_thread)
{
  Iteration iteration;
  iteration_open (&iteration, _i, COUNT);
  deferred_call_fail_inside (&iteration.calls[2], &iteration.subject);
  lodger_pending_cancel (iteration.calls[3].pending, NULL);
  expect_code (deferred_call_answer (&iteration.calls[3]), LODGER_ECANCELED);
  iteration.fails = true;
  iterate_source (&iteration, COUNT, false);
  start_each (&iteration);
  for (int i = 0; i < 2; i++)
    {
      subject_settle (&iteration.subject);
      ck_assert (!lodger_pending_is_done (iteration.shown));
      answer (&iteration, i);
    }
  subject_run_until_done (&iteration.subject, iteration.shown);
  journal_expect (&iteration.journal, 2, 3, 0, 1);
  expect_code (lodger_pending_get_outcome (iteration.shown), LODGER_EFAILED);
  expect_code (lodger_error_get_code (lodger_pending_get_error (iteration.shown)), LODGER_EAGAIN);
  lodger_pending_unref (iteration.shown);
  iteration_close (&iteration);
}
END_TEST

START_TEST (edge_44_an_empty_source_ends_at_once)
{
  Iteration iteration;
  iteration_open (&iteration, _i, 0);
  for (int i = 0; i < 4; i++)
    {
      if (i % 2 == 0)
        iterate_array (&iteration);
      else
        iterate_source (&iteration, 0, false);
      if (i < 2)
        {
          expect_none (&iteration, LODGER_FOREVER, 0);
          lodger_completed_free (iteration.completed);
        }
      else
        {
          start_each (&iteration);
          expect_code (subject_outcome (&iteration.subject, iteration.shown), 0);
        }
    }
  ck_assert_uint_eq (journal_count (&iteration.journal), 0);
  iteration_close (&iteration);
}
END_TEST

/* Two are done when it ends. */
static void
end_early (void *data)
{
  Iteration *iteration = data;
  for (int i = 0; i < 2; i++)
    test_check (deferred_call_answer (&iteration->calls[i]) == 0);
  if (iteration->way == BY_CANCEL)
    lodger_pending_cancel (iteration->shown, NULL);
  else if (iteration->way == BY_SCOPE)
    lodger_scope_end (iteration->scope, NULL);
}

START_TEST (edge_45_each_that_ends_early_cancels_the_unfinished)
{
  for (Way way = BY_ITSELF; way < WAYS; way++)
    {
      Iteration iteration;
      iteration_open (&iteration, _i, COUNT);
      iteration.way = way;
      iteration.scope = lodger_scope_new (NULL);
      iterate_source (&iteration, COUNT - 1, false);
      start_each (&iteration);
      subject_settle (&iteration.subject);
      subject_run_inside (&iteration.subject, end_early, &iteration);
      subject_run_until_done (&iteration.subject, iteration.shown);
      expect_code (lodger_pending_get_outcome (iteration.shown), LODGER_ECANCELED);
      subject_settle (&iteration.subject);
      ck_assert_uint_eq (journal_count (&iteration.journal), way == BY_ITSELF ? 1 : 0);
      for (int i = 0; i < 2; i++)
        expect_code (lodger_pending_get_outcome (iteration.calls[i].pending), 0);
      ck_assert (lodger_pending_is_cancelled (iteration.calls[2].pending));
      ck_assert (!lodger_pending_is_cancelled (iteration.calls[3].pending));
      ck_assert_int_eq (iteration.destroyed, 1);
      lodger_pending_unref (iteration.shown);
      lodger_scope_unref (iteration.scope);
      iteration_close (&iteration);
    }
}
END_TEST

void
add_edge_completed (Suite *suite)
{
  add_edge (suite, edge_43_a_function_is_asked_only_up_to_the_limit, 0, 0);
  add_edge (suite, edge_43_the_idle_limit_is_the_default, 0, 0);
  add_edge (suite, edge_43_an_array_has_no_limit, 0, 0);
  add_edge (suite, edge_44_done_failing_and_cancelled_ones_all_come, 0, 0);
  add_edge (suite, edge_44_a_function_that_fails_ends_the_iteration_with_its_error, 0, 0);
  add_edge (suite, edge_44_each_comes_in_the_callers_thread, 0, 0);
  add_edge (suite, edge_44_an_empty_source_ends_at_once, 0, 0);
  add_edge (suite, edge_45_leaving_early_cancels_the_unfinished, 0, 0);
  add_edge (suite, edge_45_each_that_ends_early_cancels_the_unfinished, 0, 0);
}
