/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 4: nothing vanishes. A stop cancels queued, delayed and running calls with a reason, and nobody waits for ever. */
#include "conformance.h"

#include <string.h>

#define CLOSED "the caller was closed"

enum
{
  QUEUED,
  DELAYED,
  DIRECT,
  THEN,
  RUNNING, /* has returned, and its reply is not answered */
  WORKING, /* waits in a worker */
  STOPPER, /* calls the stop, or (in a loop that Lodger drives) waits while another thread does */
  CALLS
};

typedef struct Stop
{
  Subject *subject;
  Recorder recorders[CALLS];
  LodgerPending *pendings[CALLS];
  LodgerPending *never;
  LodgerReply *reply;
  int wait_code;
  Counter ready;
  Counter arrived;
} Stop;

/* ---- calls that are running when it stops --------------------------------------------------------------------- */

static void
answer_cancelled (LodgerPending *pending, const char *message, void *data)
{
  Stop *stop = data;
  (void) pending;
  test_check (message != NULL && strcmp (message, CLOSED) == 0);
  test_check (lodger_reply_return_nothing (stop->reply) == LODGER_ECANCELED);
}

static void
run_on (LodgerPending *self, void *data)
{
  Stop *stop = data;
  atomic_fetch_add (&stop->recorders[RUNNING].ran, 1);
  stop->reply = lodger_pending_defer (self);
  test_check (lodger_pending_set_canceller (self, answer_cancelled, stop, NULL) == 0);
  counter_add (&stop->ready, 1);
}

static void
wait_in_worker (LodgerPending *self, void *data)
{
  Stop *stop = data;
  (void) self;
  atomic_fetch_add (&stop->recorders[WORKING].ran, 1);
  counter_add (&stop->arrived, 1);
  stop->wait_code = lodger_pending_wait (stop->never, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

static void
stop_inside (LodgerPending *self, void *data)
{
  Stop *stop = data;
  atomic_fetch_add (&stop->recorders[STOPPER].ran, 1);
  if (subject_is (stop->subject, SUBJECT_DRIVEN))
    {
      counter_add (&stop->arrived, 1);
      test_check (lodger_pending_wait (stop->never, LODGER_FOREVER, LODGER_WAIT_PROTECT) == LODGER_ECANCELED);
    }
  else
    {
      lodger_caller_stop (stop->subject->caller, true);
      lodger_pending_return_int (self, 1);
    }
}

static void
stop_data_0 (void *data)
{
  recorder_destroy (&((Stop *) data)->recorders[RUNNING]);
}

static void
stop_data_1 (void *data)
{
  recorder_destroy (&((Stop *) data)->recorders[WORKING]);
}

static void
stop_data_2 (void *data)
{
  recorder_destroy (&((Stop *) data)->recorders[STOPPER]);
}

/* Submitted in this order: the stopping call has other calls before and behind it. */
static void
submit_all (Stop *stop)
{
  LodgerCaller *caller = stop->subject->caller;
  Recorder *recorders = stop->recorders;
  stop->pendings[DELAYED] = lodger_caller_call_later (caller, INT64_C (3600000000000), recorder_call,
                                                      &recorders[DELAYED], recorder_destroy);
  stop->pendings[THEN] = lodger_pending_then (stop->never, caller, recorder_then, &recorders[THEN], recorder_destroy);
  stop->pendings[RUNNING] = lodger_caller_call_soon (caller, run_on, stop, stop_data_0);
  stop->pendings[WORKING] = lodger_caller_to_thread (caller, wait_in_worker, stop, stop_data_1);
  subject_run_until (stop->subject, &stop->ready, 1);
  counter_wait (&stop->arrived, 1);
  stop->pendings[STOPPER] = lodger_caller_call_soon (caller, stop_inside, stop, stop_data_2);
  if (subject_is (stop->subject, SUBJECT_DRIVEN))
    counter_wait (&stop->arrived, 2);
  stop->pendings[QUEUED] = lodger_caller_call_soon (caller, recorder_call, &recorders[QUEUED], recorder_destroy);
  test_check (lodger_caller_call_direct (caller, recorder_direct, &recorders[DIRECT], recorder_destroy) == 0);
}

START_TEST (law_4_stop_cancels_queued_delayed_and_running)
{
  Subject subject;
  Stop stop = { .subject = &subject, .never = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  counter_init (&stop.ready);
  counter_init (&stop.arrived);
  subject_open (&subject, _i, true);
  submit_all (&stop);
  if (subject_is (&subject, SUBJECT_DRIVEN))
    lodger_caller_stop (subject.caller, false);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  expect_code (stop.wait_code, LODGER_ECANCELED);
  for (int i = 0; i < CALLS; i++)
    {
      bool runs = i == RUNNING || i == WORKING || i == STOPPER;
      if (stop.recorders[i].destroyed != 1 || stop.recorders[i].ran != runs)
        test_fail ("call %d ran %d times and was destroyed %d times", i, stop.recorders[i].ran,
                   stop.recorders[i].destroyed);
      if (i != DIRECT)
        {
          char *message = lodger_pending_dup_cancel_message (stop.pendings[i]);
          expect_code (lodger_pending_get_outcome (stop.pendings[i]), LODGER_ECANCELED);
          ck_assert_pstr_eq (message, CLOSED);
          lodger_free (message);
          lodger_pending_unref (stop.pendings[i]);
        }
      if (i != WORKING)
        ck_assert_int_eq (stop.recorders[i].destroyed_in, subject.thread_id);
    }
  subject_close (&subject);
  lodger_pending_unref (stop.never);
  counter_clear (&stop.ready);
  counter_clear (&stop.arrived);
}
END_TEST

/* ---- submissions amid the stop -------------------------------------------------------------------------------- */

enum
{
  THREADS = 2,
  MOST = 200000
};

typedef struct Flood
{
  Subject *subject;
  Barrier *barrier;
  Counter *submitted;
  Recorder recorder;
  atomic_int told;
  int calls;
} Flood;

static int
flood_told (LodgerPending *done, void *data)
{
  Flood *flood = data;
  (void) done;
  atomic_fetch_add (&flood->told, 1);
  return 0;
}

static void *
flood_until_refused (void *data)
{
  Flood *flood = data;
  LodgerCaller *caller = flood->subject->caller;
  int calls = 0;
  bool over = false;
  barrier_wait (flood->barrier);
  while (!over)
    {
      LodgerPending *pending;
      over = lodger_caller_get_state (caller) == LODGER_CALLER_STOPPED;
      switch (calls % 3)
        {
        case 0:
          pending = lodger_caller_call_later (caller, 1000, recorder_call, &flood->recorder, recorder_destroy);
          break;
        case 1: pending = lodger_caller_to_thread (caller, recorder_call, &flood->recorder, recorder_destroy); break;
        default: pending = lodger_caller_call_soon (caller, recorder_call, &flood->recorder, recorder_destroy);
        }
      lodger_pending_add_done_callback (pending, flood_told, flood, NULL);
      lodger_pending_unref (pending);
      if (++calls == 10)
        counter_add (flood->submitted, 1);
      if (calls == MOST)
        over = true;
    }
  flood->calls = calls;
  return NULL;
}

static void
stop_amid_a_flood (int kind)
{
  Subject subject;
  Flood floods[THREADS];
  pthread_t threads[THREADS];
  Barrier barrier;
  Counter submitted;
  counter_init (&submitted);
  barrier_init (&barrier, THREADS + 1);
  subject_open (&subject, kind, false);
  for (int i = 0; i < THREADS; i++)
    {
      floods[i] = (Flood) { .subject = &subject, .barrier = &barrier, .submitted = &submitted };
      threads[i] = thread_start (flood_until_refused, &floods[i]);
    }
  barrier_wait (&barrier);
  counter_wait (&submitted, THREADS);
  lodger_caller_stop (subject.caller, true);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  for (int i = 0; i < THREADS; i++)
    {
      thread_join (threads[i]);
      ck_assert_int_eq (floods[i].recorder.destroyed, floods[i].calls);
      ck_assert_int_eq (floods[i].told, floods[i].calls);
    }
  subject_close (&subject);
  barrier_clear (&barrier);
  counter_clear (&submitted);
}

START_TEST (law_4_submissions_amid_a_stop_all_end)
{
  log_capture_begin ();
  for (unsigned round = 0; round < test_scaled (20); round++)
    stop_amid_a_flood (_i);
  log_capture_end ();
}
END_TEST

/* The trace function delays a submission between its acceptance and the inbox until the stop is over. */
typedef struct Overtaken
{
  Subject *subject;
  int how;
  Recorder recorder;
  LodgerPending *pending;
  Counter held;
  Latch stopped;
} Overtaken;

static _Thread_local Overtaken *overtaken_here;

static void
hold_submission (const LodgerTraceEvent *event, void *data)
{
  (void) data;
  if (event->kind != LODGER_TRACE_SUBMIT || overtaken_here == NULL)
    return;
  counter_add (&overtaken_here->held, 1);
  latch_wait (&overtaken_here->stopped);
}

static void *
submit_overtaken (void *data)
{
  Overtaken *overtaken = data;
  LodgerCaller *caller = overtaken->subject->caller;
  Recorder *recorder = &overtaken->recorder;
  overtaken_here = overtaken;
  switch (overtaken->how)
    {
    case 0: overtaken->pending = lodger_caller_call_soon (caller, recorder_call, recorder, recorder_destroy); break;
    case 1: overtaken->pending = lodger_caller_call_later (caller, 5, recorder_call, recorder, recorder_destroy); break;
    case 2: overtaken->pending = lodger_caller_to_thread (caller, recorder_call, recorder, recorder_destroy); break;
    default: lodger_caller_call_direct (caller, recorder_direct, recorder, recorder_destroy);
    }
  return NULL;
}

START_TEST (law_4_a_submission_that_the_stop_overtakes_ends)
{
  for (int how = 0; how < 4; how++)
    {
      Subject subject;
      Overtaken overtaken = { .subject = &subject, .how = how };
      pthread_t thread;
      counter_init (&overtaken.held);
      latch_init (&overtaken.stopped);
      subject_open (&subject, _i, false);
      lodger_set_trace_func (hold_submission, NULL);
      thread = thread_start (submit_overtaken, &overtaken);
      counter_wait (&overtaken.held, 1);
      lodger_caller_stop (subject.caller, true);
      subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
      recorder_expect (&overtaken.recorder, 0, 0);
      latch_open (&overtaken.stopped);
      thread_join (thread);
      lodger_set_trace_func (NULL, NULL);
      recorder_expect (&overtaken.recorder, 0, 1);
      if (overtaken.pending != NULL)
        expect_code (lodger_pending_get_outcome (overtaken.pending), LODGER_ECANCELED);
      lodger_pending_unref (overtaken.pending);
      subject_close (&subject);
      latch_clear (&overtaken.stopped);
      counter_clear (&overtaken.held);
    }
}
END_TEST

/* ---- nothing stays -------------------------------------------------------------------------------------------- */

START_TEST (law_4_a_stopped_caller_leaves_no_thread_and_no_descriptor)
{
  ProcCount before;
  for (unsigned round = 0; round < 4; round++)
    {
      Subject subject;
      Recorder recorder = { 0 };
      LodgerPending *pending, *then;
      Recorder then_recorder = { 0 };
      /* The first round may create what stays for good, such as the descriptor of a default context. */
      if (round == 1)
        before = proc_count ();
      subject_open (&subject, _i, true);
      pending = lodger_caller_to_thread (subject.caller, recorder_call, &recorder, recorder_destroy);
      then = lodger_pending_then (pending, subject.caller, recorder_then, &then_recorder, recorder_destroy);
      subject_run_until_done (&subject, then);
      lodger_pending_unref (pending);
      lodger_pending_unref (then);
      subject_close (&subject);
      recorder_expect (&recorder, 1, 1);
      recorder_expect (&then_recorder, 1, 1);
    }
  proc_expect_restored (before);
}
END_TEST

void
add_law_stopping (Suite *suite)
{
  add_law (suite, law_4_stop_cancels_queued_delayed_and_running, 0, 0);
  add_law (suite, law_4_submissions_amid_a_stop_all_end, 0, 0);
  add_law (suite, law_4_a_submission_that_the_stop_overtakes_ends, 0, 0);
  add_law (suite, law_4_a_stopped_caller_leaves_no_thread_and_no_descriptor, 0, 0);
}
