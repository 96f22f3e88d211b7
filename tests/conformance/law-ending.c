/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 3: every accepted call ends once, and its data is destroyed once, where it belongs. */
#include "conformance.h"

#include <stdlib.h>

typedef enum Fate
{
  SUCCEEDS,
  FAILS,
  CANCELS_ITSELF,
  CANCELLED_AT_ONCE,
  CANCELLED_LATER,
  DELAYED,
  DELAYED_AND_CANCELLED,
  DEFERRED,
  DEFERRED_AND_CANCELLED,
  FOLLOWS,
  FATES
} Fate;

typedef struct Field Field;

typedef struct Case
{
  Field *field;
  Fate fate;
  Recorder recorder;
  atomic_int told;
  LodgerPending *pending;
  LodgerPending *promise;
  _Atomic (LodgerReply *) reply;
} Case;

struct Field
{
  Subject *subject;
  Case *cases;
  unsigned count;
  Counter ends;
};

static void
case_run (LodgerPending *self, void *data)
{
  Case *its = data;
  recorder_direct (&its->recorder);
  switch (its->fate)
    {
    case FAILS: lodger_pending_return_new_error (self, "case", 1, "as told"); break;
    case CANCELS_ITSELF: lodger_pending_cancel (self, "as told"); break;
    case DEFERRED:
    case DEFERRED_AND_CANCELLED: atomic_store (&its->reply, lodger_pending_defer (self)); break;
    case FOLLOWS: lodger_pending_return_from (self, its->promise); break;
    default: lodger_pending_return_int (self, 1);
    }
}

static void
case_destroy (void *data)
{
  recorder_destroy (&((Case *) data)->recorder);
}

static int
case_told (LodgerPending *done, void *data)
{
  Case *its = data;
  test_check (lodger_pending_is_done (done));
  atomic_fetch_add (&its->told, 1);
  return 0;
}

static void
submit_case (Case *its)
{
  LodgerCaller *caller = its->field->subject->caller;
  its->recorder.ends = &its->field->ends;
  if (its->fate == FOLLOWS)
    its->promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  if (its->fate == DELAYED || its->fate == DELAYED_AND_CANCELLED)
    its->pending = lodger_caller_call_later (caller, 1 + its->recorder.number % 100, case_run, its, case_destroy);
  else
    its->pending = lodger_caller_call_soon (caller, case_run, its, case_destroy);
  test_check (lodger_pending_add_done_callback (its->pending, case_told, its, NULL) == 0);
  if (its->fate == CANCELLED_AT_ONCE || its->fate == DELAYED_AND_CANCELLED)
    lodger_pending_cancel (its->pending, NULL);
}

static void
finish_case (Case *its)
{
  LodgerReply *reply;
  if (its->fate == CANCELLED_LATER || its->fate == DEFERRED_AND_CANCELLED)
    lodger_pending_cancel (its->pending, NULL);
  if (its->fate == FOLLOWS)
    lodger_pending_return_int (its->promise, 2);
  while ((its->fate == DEFERRED || its->fate == DEFERRED_AND_CANCELLED)
         && (reply = atomic_exchange (&its->reply, NULL)) == NULL)
    if (lodger_pending_is_done (its->pending))
      return;
  if (its->fate == DEFERRED || its->fate == DEFERRED_AND_CANCELLED)
    lodger_reply_return_int (reply, 3);
}

static void *
submit_cases (void *data)
{
  Field *field = data;
  for (unsigned i = 0; i < field->count; i++)
    submit_case (&field->cases[i]);
  for (unsigned i = 0; i < field->count; i++)
    finish_case (&field->cases[i]);
  return NULL;
}

static void
check_case (const Field *field, Case *its)
{
  int ran = atomic_load (&its->recorder.ran), outcome;
  if (ran > 1 || atomic_load (&its->recorder.destroyed) != 1 || atomic_load (&its->told) != 1)
    test_fail ("a call of fate %d ran %d times, was destroyed %d times, told %d times", its->fate, ran,
               atomic_load (&its->recorder.destroyed), atomic_load (&its->told));
  test_check (its->recorder.destroyed_in == field->subject->thread_id);
  test_check (ran == 0 || its->recorder.ran_in == field->subject->thread_id);
  outcome = lodger_pending_get_outcome (its->pending);
  switch (its->fate)
    {
    case SUCCEEDS:
    case DELAYED:
    case DEFERRED:
    case FOLLOWS: test_check (outcome == 0 && ran == 1); break;
    case FAILS: test_check (outcome == LODGER_EFAILED && ran == 1); break;
    case CANCELS_ITSELF: test_check (outcome == LODGER_ECANCELED && ran == 1); break;
    default: test_check (outcome == LODGER_ECANCELED || ran == 1);
    }
  lodger_pending_unref (its->pending);
  lodger_pending_unref (its->promise);
}

static void
do_nothing (void *data)
{
  (void) data;
}

START_TEST (law_3_every_call_ends_once)
{
  enum
  {
    THREADS = 2
  };
  Subject subject;
  Field fields[THREADS];
  pthread_t threads[THREADS];
  unsigned count = test_scaled (3000);
  test_seed ();
  subject_open (&subject, _i, true);
  subject.clock_follows = true;
  for (unsigned i = 0; i < THREADS; i++)
    {
      TestRandom random = test_random_new (i);
      fields[i] = (Field) { .subject = &subject, .count = count, .cases = calloc (count, sizeof (Case)) };
      counter_init (&fields[i].ends);
      for (unsigned k = 0; k < count; k++)
        {
          fields[i].cases[k].field = &fields[i];
          fields[i].cases[k].fate = (Fate) test_random_below (&random, FATES);
          fields[i].cases[k].recorder.number = (int) k;
        }
      threads[i] = thread_start (submit_cases, &fields[i]);
    }
  for (unsigned i = 0; i < THREADS; i++)
    subject_run_until (&subject, &fields[i].ends, (long) count);
  /* The data is destroyed before the outcome is published, so wait for the last outcome. */
  subject_run_inside (&subject, do_nothing, NULL);
  for (unsigned i = 0; i < THREADS; i++)
    {
      thread_join (threads[i]);
      for (unsigned k = 0; k < count; k++)
        check_case (&fields[i], &fields[i].cases[k]);
      ck_assert_int_eq (counter_get (&fields[i].ends), (long) count);
    }
  subject_close (&subject);
  for (unsigned i = 0; i < THREADS; i++)
    {
      free (fields[i].cases);
      counter_clear (&fields[i].ends);
    }
}
END_TEST

START_TEST (law_3_a_cancelled_calls_data_is_destroyed_at_the_next_turn)
{
  Subject subject;
  Counter ends;
  Recorder queued = { .ends = &ends }, delayed = { .ends = &ends };
  LodgerPending *soon, *later;
  counter_init (&ends);
  subject_open (&subject, _i, false);
  later = lodger_caller_call_later (subject.caller, INT64_C (3600000000000), recorder_call, &delayed, recorder_destroy);
  soon = lodger_caller_call_soon (subject.caller, recorder_call, &queued, recorder_destroy);
  lodger_pending_cancel (later, NULL);
  lodger_pending_cancel (soon, NULL);
  ck_assert (lodger_pending_is_done (later));
  subject_run_until (&subject, &ends, 2);
  ck_assert_int_eq (delayed.destroyed_in, subject.thread_id);
  ck_assert_int_eq (queued.destroyed_in, subject.thread_id);
  ck_assert_int_eq (delayed.ran, 0);
  lodger_pending_unref (later);
  lodger_pending_unref (soon);
  subject_close (&subject);
  ck_assert_int_eq (queued.destroyed, 1);
  ck_assert_int_eq (delayed.destroyed, 1);
  counter_clear (&ends);
}
END_TEST

START_TEST (law_3_after_the_stop_the_data_is_destroyed_in_the_submitting_thread)
{
  Subject subject;
  Recorder recorder = { 0 };
  LodgerPending *pending;
  subject_open (&subject, _i, true);
  lodger_caller_stop (subject.caller, true);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  log_capture_begin ();
  pending = lodger_caller_call_soon (subject.caller, recorder_call, &recorder, recorder_destroy);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&recorder, 0, 1);
  ck_assert_int_eq (recorder.destroyed_in, test_thread_id ());
  expect_code (lodger_caller_call_direct (subject.caller, recorder_direct, &recorder, recorder_destroy),
               LODGER_ESHUTDOWN);
  recorder_expect (&recorder, 0, 2);
  log_capture_end ();
  lodger_pending_unref (pending);
  subject_close (&subject);
}
END_TEST

void
add_law_ending (Suite *suite)
{
  add_law (suite, law_3_every_call_ends_once, 0, 0);
  add_law (suite, law_3_a_cancelled_calls_data_is_destroyed_at_the_next_turn, 0, 0);
  add_law (suite, law_3_after_the_stop_the_data_is_destroyed_in_the_submitting_thread, 0, 0);
}
