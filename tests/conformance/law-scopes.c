/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 8, no touch after death, and edge 78: a call that is bound to a scope does not run after the end of the scope. */
#include "conformance.h"

#define HOUR (INT64_C (3600) * 1000 * 1000 * 1000)

/* A scope that was created in the loop's thread, and calls that are bound to it. */
typedef struct Bound
{
  Subject *subject;
  LodgerScope *scope;
  Recorder first, second;
  LodgerPending *pending, *own;
  Counter ran;
  Latch entered, submitted, let_go;
  int held, released, destroyed; /* counts of the hold function, the release function and the destroy function */
  bool is_gone, was_held, was_cancelled, was_first;
} Bound;

static bool
hold (void *data)
{
  Bound *bound = data;
  ck_assert_int_eq (test_thread_id (), bound->subject->thread_id);
  bound->held += !bound->is_gone;
  return !bound->is_gone;
}

static void
release (void *data)
{
  Bound *bound = data;
  ck_assert_int_eq (test_thread_id (), bound->subject->thread_id);
  bound->released++;
}

static void
object_gone (void *data)
{
  ((Bound *) data)->destroyed++;
}

static void
make_scope (void *data)
{
  Bound *bound = data;
  const LodgerScopeOptions options
      = { .size = sizeof options, .hold = hold, .release = release, .object = bound, .destroy = object_gone };
  bound->scope = lodger_scope_new (&options);
}

static void
bound_open (Bound *bound, Subject *subject, int i)
{
  *bound = (Bound) { .subject = subject, .first.runs = &bound->ran, .second.runs = &bound->ran };
  counter_init (&bound->ran);
  latch_init (&bound->entered);
  latch_init (&bound->submitted);
  latch_init (&bound->let_go);
  subject_open (subject, i, false);
  subject_run_inside (subject, make_scope, bound);
}

static void
bound_close (Bound *bound)
{
  lodger_scope_unref (bound->scope);
  subject_close (bound->subject);
  lodger_pending_unref (bound->pending);
  ck_assert_int_eq (bound->held, bound->released);
  ck_assert_int_eq (bound->destroyed, 1);
  counter_clear (&bound->ran);
  latch_clear (&bound->entered);
  latch_clear (&bound->submitted);
  latch_clear (&bound->let_go);
}

static void
end_scope (void *data)
{
  Bound *bound = data;
  bound->was_first = lodger_scope_end (bound->scope, "the window was closed");
}

static void
expect_cancelled (LodgerPending *pending, const char *message)
{
  char *actual = lodger_pending_dup_cancel_message (pending);
  ck_assert_int_eq (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  ck_assert_str_eq (actual, message);
  lodger_free (actual);
}

/* ---- edge 78 -------------------------------------------------------------------------------------------------------- */

static void
submit_an_end_and_a_call (void *data)
{
  Bound *bound = data;
  lodger_caller_call_direct (bound->subject->caller, end_scope, bound, NULL);
  bound->pending
      = lodger_scope_call_soon (bound->scope, bound->subject->caller, recorder_call, &bound->first, recorder_destroy);
  lodger_pending_unref (lodger_caller_call_soon (bound->subject->caller, recorder_call, &bound->second, NULL));
}

/* Both calls are in the same turn. */
START_TEST (edge_78_a_scope_ends_between_delivery_and_run)
{
  Subject subject;
  Bound bound;
  bound_open (&bound, &subject, _i);
  subject_run_inside (&subject, submit_an_end_and_a_call, &bound);
  subject_run_until (&subject, &bound.ran, 1);
  ck_assert (bound.was_first);
  expect_cancelled (bound.pending, "the window was closed");
  recorder_expect (&bound.first, 0, 1);
  recorder_expect (&bound.second, 1, 0);
  ck_assert_int_eq (bound.first.destroyed_in, subject.thread_id);
  bound_close (&bound);
}
END_TEST

static void
stay (LodgerPending *self, void *data)
{
  Bound *bound = data;
  latch_open (&bound->entered);
  latch_wait (&bound->let_go);
  bound->was_cancelled = lodger_pending_is_cancelled (self);
}

static void *
end_while_it_stays (void *data)
{
  Bound *bound = data;
  latch_wait (&bound->entered);
  latch_wait (&bound->submitted);
  end_scope (bound);
  latch_open (&bound->let_go);
  return NULL;
}

/* One bound call runs. The other is queued behind it. */
START_TEST (edge_78_a_scope_ends_in_another_thread)
{
  Subject subject;
  Bound bound;
  LodgerPending *running;
  pthread_t thread;
  bound_open (&bound, &subject, _i);
  thread = thread_start (end_while_it_stays, &bound);
  running = lodger_scope_call_soon (bound.scope, subject.caller, stay, &bound, NULL);
  bound.pending = lodger_scope_call_soon (bound.scope, subject.caller, recorder_call, &bound.first, recorder_destroy);
  latch_open (&bound.submitted);
  subject_await (&subject, running);
  thread_join (thread);
  ck_assert (bound.was_cancelled);
  expect_cancelled (running, "the window was closed");
  expect_cancelled (bound.pending, "the window was closed");
  subject_settle (&subject);
  recorder_expect (&bound.first, 0, 1);
  lodger_pending_unref (running);
  bound_close (&bound);
}
END_TEST

static void
end_own_scope (LodgerPending *self, void *data)
{
  Bound *bound = data;
  end_scope (bound);
  bound->was_cancelled = lodger_pending_is_cancelled (self);
  bound->was_held = bound->held == 1 && bound->released == 0;
}

/* In the loop's thread, so that both are bound before the first one runs. */
static void
submit_own_and_another (void *data)
{
  Bound *bound = data;
  LodgerCaller *caller = bound->subject->caller;
  bound->own = lodger_scope_call_soon (bound->scope, caller, end_own_scope, bound, NULL);
  bound->pending = lodger_scope_call_soon (bound->scope, caller, recorder_call, &bound->first, recorder_destroy);
}

START_TEST (edge_78_a_scope_ends_in_its_own_call)
{
  Subject subject;
  Bound bound;
  bound_open (&bound, &subject, _i);
  subject_run_inside (&subject, submit_own_and_another, &bound);
  subject_await (&subject, bound.own);
  ck_assert (bound.was_first && bound.was_cancelled && bound.was_held);
  expect_cancelled (bound.own, "the window was closed");
  subject_settle (&subject);
  expect_cancelled (bound.pending, "the window was closed");
  recorder_expect (&bound.first, 0, 1);
  lodger_pending_unref (bound.own);
  bound_close (&bound);
}
END_TEST

START_TEST (edge_78_a_scope_ends_twice)
{
  Subject subject;
  Bound bound;
  bound_open (&bound, &subject, _i);
  bound.pending
      = lodger_scope_call_later (bound.scope, subject.caller, HOUR, recorder_call, &bound.first, recorder_destroy);
  ck_assert (!lodger_scope_has_ended (bound.scope));
  ck_assert (lodger_scope_end (bound.scope, NULL));
  ck_assert (lodger_scope_has_ended (bound.scope));
  ck_assert (!lodger_scope_end (bound.scope, "again"));
  expect_cancelled (bound.pending, "its scope has ended");
  subject_settle (&subject);
  recorder_expect (&bound.first, 0, 1);
  bound_close (&bound);
}
END_TEST

/* Submits in one of all ways, by number. */
static LodgerPending *
submit_bound (Bound *bound, int kind, LodgerPending *done, Recorder *recorder)
{
  LodgerCaller *caller = bound->subject->caller;
  switch (kind)
    {
    case 0: return lodger_scope_call_soon (bound->scope, caller, recorder_call, recorder, recorder_destroy);
    case 1: return lodger_scope_call_later (bound->scope, caller, 1, recorder_call, recorder, recorder_destroy);
    case 2: return lodger_scope_to_thread (bound->scope, caller, recorder_call, recorder, recorder_destroy);
    case 3: return lodger_scope_then (bound->scope, done, caller, recorder_then, recorder, recorder_destroy);
    case 4: return (lodger_scope_call_soon) (bound->scope, caller, recorder_call, recorder, recorder_destroy);
    case 5: return (lodger_scope_call_later) (bound->scope, caller, 1, recorder_call, recorder, recorder_destroy);
    case 6: return (lodger_scope_to_thread) (bound->scope, caller, recorder_call, recorder, recorder_destroy);
    default: return (lodger_scope_then) (bound->scope, done, caller, recorder_then, recorder, recorder_destroy);
    }
}

enum
{
  KINDS = 8
};

START_TEST (edge_78_a_call_submitted_to_an_ended_scope_comes_back_cancelled)
{
  Subject subject;
  Bound bound;
  bound_open (&bound, &subject, _i);
  bound.pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_scope_end (bound.scope, NULL);
  for (int kind = 0; kind < KINDS; kind++)
    {
      Recorder recorder = { 0 };
      LodgerPending *refused = submit_bound (&bound, kind, bound.pending, &recorder);
      expect_cancelled (refused, "its scope has ended");
      recorder_expect (&recorder, 0, 1);
      ck_assert_int_eq (recorder.destroyed_in, test_thread_id ());
      lodger_pending_unref (refused);
    }
  lodger_pending_return_nothing (bound.pending);
  subject_settle (&subject);
  bound_close (&bound);
}
END_TEST

/* Each call runs while the scope lasts. Calls that are queued at its end never run. */
START_TEST (edge_78_each_kind_of_call_can_be_bound)
{
  static const LodgerCallerOptions one_worker = { .size = sizeof one_worker, .max_workers = 1 };
  Subject subject;
  Bound bound;
  Recorder recorders[2 * KINDS] = { { 0 } };
  LodgerPending *pendings[KINDS], *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Counter ran;
  counter_init (&ran);
  bound = (Bound) { .subject = &subject };
  counter_init (&bound.ran);
  latch_init (&bound.entered);
  latch_init (&bound.submitted);
  latch_init (&bound.let_go);
  subject_open_full (&subject, _i, &one_worker);
  subject_run_inside (&subject, make_scope, &bound);
  bound.pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_nothing (bound.pending);
  for (int kind = 0; kind < KINDS; kind++)
    {
      pendings[kind] = submit_bound (&bound, kind, bound.pending, &recorders[kind]);
      if (subject_is (&subject, SUBJECT_VIRTUAL))
        subject.kind->advance (&subject, 1);
      expect_code (subject_outcome (&subject, pendings[kind]), 0);
      recorder_expect (&recorders[kind], 1, 1);
    }
  /* The worker is busy first, and so is a loop with a thread of its own. */
  {
    LodgerPending *busy = lodger_caller_to_thread (subject.caller, stay, &bound, NULL);
    latch_wait (&bound.entered);
    for (int kind = 0; kind < KINDS; kind++)
      pendings[kind] = kind % 4 < 2 ? lodger_scope_call_later (bound.scope, subject.caller, HOUR, recorder_call,
                                                               &recorders[KINDS + kind], recorder_destroy)
                                    : submit_bound (&bound, kind, promise, &recorders[KINDS + kind]);
    end_scope (&bound);
    latch_open (&bound.let_go);
    subject_await (&subject, busy);
    lodger_pending_unref (busy);
  }
  expect_code (subject_outcome (&subject, lodger_caller_to_thread (subject.caller, recorder_call, &bound.first, NULL)),
               0);
  lodger_pending_return_nothing (promise);
  subject_settle (&subject);
  for (int kind = 0; kind < KINDS; kind++)
    {
      expect_cancelled (pendings[kind], "the window was closed");
      recorder_expect (&recorders[KINDS + kind], 0, 1);
      lodger_pending_unref (pendings[kind]);
    }
  lodger_pending_unref (promise);
  counter_clear (&ran);
  bound_close (&bound);
}
END_TEST

/* ---- law 8 ---------------------------------------------------------------------------------------------------------- */

static void
look_whether_held (LodgerPending *self, void *data)
{
  Bound *bound = data;
  (void) self;
  bound->was_held = bound->held > bound->released;
}

START_TEST (law_8_the_object_of_a_scope_is_held_while_the_call_runs)
{
  Subject subject;
  Bound bound;
  bound_open (&bound, &subject, _i);
  expect_code (
      subject_outcome (&subject, lodger_scope_call_soon (bound.scope, subject.caller, look_whether_held, &bound, NULL)),
      0);
  ck_assert (bound.was_held);
  subject_settle (&subject);
  ck_assert_int_eq (bound.held, 1);
  ck_assert_int_eq (bound.released, 1);
  expect_code (
      subject_outcome (&subject, lodger_scope_to_thread (bound.scope, subject.caller, look_whether_held, &bound, NULL)),
      0);
  ck_assert (!bound.was_held);
  bound_close (&bound);
}
END_TEST

/* The object is gone, and its scope has not been ended yet. */
START_TEST (law_8_an_object_that_cannot_be_held_is_not_touched)
{
  Subject subject;
  Bound bound;
  bound_open (&bound, &subject, _i);
  bound.is_gone = true;
  bound.pending = lodger_scope_call_soon (bound.scope, subject.caller, recorder_call, &bound.first, recorder_destroy);
  subject_await (&subject, bound.pending);
  expect_cancelled (bound.pending, "its scope has ended");
  subject_settle (&subject);
  recorder_expect (&bound.first, 0, 1);
  ck_assert_int_eq (bound.held, 0);
  bound_close (&bound);
}
END_TEST

/* A binding keeps a reference to its scope, so the user can drop his at once. */
START_TEST (law_8_a_binding_keeps_its_scope_but_not_the_object)
{
  Subject subject;
  Bound bound;
  bound_open (&bound, &subject, _i);
  bound.pending
      = lodger_scope_call_later (bound.scope, subject.caller, HOUR, recorder_call, &bound.first, recorder_destroy);
  lodger_scope_ref (bound.scope);
  lodger_scope_unref (bound.scope);
  ck_assert_int_eq (bound.held, 0);
  ck_assert_int_eq (bound.destroyed, 0);
  lodger_scope_end (bound.scope, NULL);
  bound_close (&bound);
}
END_TEST

void
add_law_scopes (Suite *suite)
{
  add_edge (suite, edge_78_a_scope_ends_between_delivery_and_run, 0, 0);
  add_edge (suite, edge_78_a_scope_ends_in_another_thread, 0, 0);
  add_edge (suite, edge_78_a_scope_ends_in_its_own_call, 0, 0);
  add_edge (suite, edge_78_a_scope_ends_twice, 0, 0);
  add_edge (suite, edge_78_a_call_submitted_to_an_ended_scope_comes_back_cancelled, 0, 0);
  add_edge (suite, edge_78_each_kind_of_call_can_be_bound, 0, 0);
  add_law (suite, law_8_the_object_of_a_scope_is_held_while_the_call_runs, 0, 0);
  add_law (suite, law_8_an_object_that_cannot_be_held_is_not_touched, 0, 0);
  add_law (suite, law_8_a_binding_keeps_its_scope_but_not_the_object, 0, 0);
}
