/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 6: an idle loop has no wake-ups and uses no CPU. Every submission, cancel, deadline and answer wakes it. */
#include "conformance.h"

#include <time.h>

/* ---- every way to wake ---------------------------------------------------------------------------------------- */

typedef struct Waker
{
  Subject *subject;
  Counter served;
  unsigned rounds;
} Waker;

static void
serve (void *data)
{
  counter_add (&((Waker *) data)->served, 1);
}

static void
serve_call (LodgerPending *self, void *data)
{
  (void) self;
  serve (data);
}

static void
serve_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  serve (data);
}

static void
wake_once (Waker *waker, unsigned how)
{
  LodgerCaller *caller = waker->subject->caller;
  LodgerPending *pending, *other;
  switch (how)
    {
    case 0: test_check (lodger_caller_call_direct (caller, serve, waker, NULL) == 0); break;
    case 1: lodger_pending_unref (lodger_caller_call_soon (caller, serve_call, waker, NULL)); break;
    case 2: lodger_pending_unref (lodger_caller_call_later (caller, 1000, serve_call, waker, NULL)); break;
    case 3:
      pending = lodger_caller_call_later (caller, INT64_C (3600000000000), serve_call, waker, serve);
      lodger_pending_cancel (pending, NULL);
      lodger_pending_unref (pending);
      break;
    default:
      other = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_unref (lodger_pending_then (other, caller, serve_then, waker, NULL));
      lodger_pending_return_nothing (other);
      lodger_pending_unref (other);
    }
}

/* In every other round the loop certainly sleeps. In the others it may be about to. */
static void *
wake_again_and_again (void *data)
{
  Waker *waker = data;
  TestRandom random = test_random_new (0);
  for (unsigned i = 0; i < waker->rounds; i++)
    {
      if (i % 2 == 0 && subject_is (waker->subject, SUBJECT_SLEEPS))
        proc_wait_asleep (waker->subject->thread_id);
      wake_once (waker, test_random_below (&random, 5));
      counter_wait (&waker->served, (long) i + 1);
    }
  return NULL;
}

START_TEST (law_6_every_submission_wakes_a_sleeping_loop)
{
  Subject subject;
  Waker waker = { .subject = &subject, .rounds = test_scaled (2000) };
  pthread_t thread;
  counter_init (&waker.served);
  test_seed ();
  subject_open (&subject, _i, false);
  subject.clock_follows = true;
  thread = thread_start (wake_again_and_again, &waker);
  subject_run_until (&subject, &waker.served, (long) waker.rounds);
  thread_join (thread);
  subject_close (&subject);
  counter_clear (&waker.served);
}
END_TEST

/* ---- nothing to do -------------------------------------------------------------------------------------------- */

enum
{
  WINDOW = 250000000 /* nanoseconds in which nothing may happen */
};

static void
make_busy (Subject *subject)
{
  Waker waker = { .subject = subject, .rounds = 20 };
  counter_init (&waker.served);
  subject->clock_follows = true;
  for (unsigned i = 0; i < waker.rounds; i++)
    wake_once (&waker, i % 5);
  subject_run_until (subject, &waker.served, (long) waker.rounds);
  counter_clear (&waker.served);
}

/* Lets time pass in this thread, which is not the loop's and waits for nothing. */
static void
let_pass (int64_t ns)
{
  struct timespec time = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
  clock_nanosleep (CLOCK_MONOTONIC, 0, &time, NULL);
}

START_TEST (law_6_an_idle_worker_makes_no_system_call)
{
  Subject subject;
  ProcThread before, after;
  int64_t until = test_now () + test_limit_ns ();
  subject_open (&subject, _i, true);
  make_busy (&subject);
  subject_close (&subject);

  subject_open (&subject, _i, false);
  make_busy (&subject);
  do
    {
      if (test_now () > until)
        test_fail ("an idle thread does not come to rest");
      before = proc_thread (subject.thread_id);
      let_pass (WINDOW / 10);
      after = proc_thread (subject.thread_id);
    }
  while (before.switches != after.switches || after.state != 'S');
  let_pass (WINDOW);
  after = proc_thread (subject.thread_id);
  ck_assert_uint_eq (after.switches, before.switches);
  ck_assert_uint_eq (after.ticks, before.ticks);
  subject_close (&subject);
}
END_TEST

typedef struct Rest
{
  Subject *subject;
  Counter over;
  unsigned rounds;
} Rest;

static void
end_of_rest (LodgerPending *self, void *data)
{
  (void) self;
  counter_add (&((Rest *) data)->over, 1);
}

/* The test iterates the loop. With one deadline ahead, it iterates once to sleep and once to wake up. */
START_TEST (law_6_an_idle_loop_wakes_up_for_its_deadline_only)
{
  Subject subject;
  Rest rest = { .subject = &subject };
  ProcThread before, after;
  counter_init (&rest.over);
  subject_open (&subject, _i, false);
  make_busy (&subject);
  lodger_pending_unref (lodger_caller_call_later (subject.caller, WINDOW, end_of_rest, &rest, NULL));
  subject_rest (&subject);
  before = proc_thread (subject.thread_id);
  while (counter_get (&rest.over) == 0)
    {
      subject.kind->turn (&subject);
      rest.rounds++;
    }
  after = proc_thread (subject.thread_id);
  ck_assert_uint_le (rest.rounds, 5);
  ck_assert_uint_le (after.switches - before.switches, 5);
  subject_close (&subject);
  counter_clear (&rest.over);
}
END_TEST

static atomic_int wakes;

static void
count_wakes (const LodgerTraceEvent *event, void *data)
{
  (void) data;
  if (event->kind == LODGER_TRACE_WAKE)
    atomic_fetch_add (&wakes, 1);
}

/* A program may iterate an idle loop for reasons of its own. That asks for no callback of Lodger. */
START_TEST (law_6_turning_an_idle_loop_wakes_nothing)
{
  Subject subject;
  subject_open (&subject, _i, false);
  make_busy (&subject);
  subject_rest (&subject);
  lodger_set_trace_func (count_wakes, NULL);
  for (int i = 0; i < 1000; i++)
    subject.kind->nest (&subject);
  lodger_set_trace_func (NULL, NULL);
  ck_assert_int_eq (wakes, 0);
  subject_close (&subject);
}
END_TEST

void
add_law_idle (Suite *suite)
{
  add_law (suite, law_6_every_submission_wakes_a_sleeping_loop, 0, 0);
  add_law (suite, law_6_an_idle_worker_makes_no_system_call, SUBJECT_DRIVEN | SUBJECT_SLEEPS, 0);
  add_law (suite, law_6_an_idle_loop_wakes_up_for_its_deadline_only, SUBJECT_SLEEPS, SUBJECT_DRIVEN);
  add_law (suite, law_6_turning_an_idle_loop_wakes_nothing, SUBJECT_NESTS, SUBJECT_DRIVEN);
}
