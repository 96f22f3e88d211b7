/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A direct call that is the last one in the inbox: its memory stays there while it runs, and is gone once a nested loop
 * goes on. What it was given is destroyed once, whatever happens meanwhile. */
#include "conformance.h"

enum
{
  INNER = 300
};

/* A call by itself, which the loop comes to before the next is submitted. */
typedef struct Alone
{
  Subject *subject;
  Recorder outer, inner;
  Counter ended;
  int inner_at_end; /* how many of the inner calls had run when the outer one's data was destroyed */
} Alone;

static void
alone_begin (Alone *alone, Subject *subject, int i)
{
  *alone = (Alone) { .subject = subject };
  counter_init (&alone->ended);
  subject_open (subject, i, false);
}

static void
alone_end (Alone *alone)
{
  subject_close (alone->subject);
  counter_clear (&alone->ended);
}

static void
destroy_outer (void *data)
{
  Alone *alone = data;
  alone->inner_at_end = atomic_load (&alone->inner.ran);
  recorder_destroy (&alone->outer);
  counter_add (&alone->ended, 1);
}

static void
submit (Alone *alone, LodgerDirectFunc func)
{
  expect_code (lodger_caller_call_direct (alone->subject->caller, func, alone, destroy_outer), 0);
}

static void
run_nothing (void *data)
{
  recorder_direct (&((Alone *) data)->outer);
}

START_TEST (law_3_the_data_of_a_direct_call_alone_is_destroyed_once)
{
  Subject subject;
  Alone alone;
  alone_begin (&alone, &subject, _i);
  for (int i = 1; i <= 20; i++)
    {
      submit (&alone, run_nothing);
      subject_run_until (&subject, &alone.ended, i);
      recorder_expect (&alone.outer, i, i);
    }
  alone_end (&alone);
}
END_TEST

/* The inner ones take the memory of the outer one, and of each other. */
static void
run_a_nested_loop (void *data)
{
  Alone *alone = data;
  const int64_t until = test_now () + test_limit_ns ();
  recorder_direct (&alone->outer);
  for (int i = 1; i <= INNER; i++)
    {
      subject_submit (alone->subject, i % 2 == 0, &alone->inner);
      while (i % 3 == 0 && atomic_load (&alone->inner.destroyed) < i)
        {
          alone->subject->kind->nest (alone->subject);
          test_check (test_now () < until);
        }
    }
  while (atomic_load (&alone->inner.destroyed) < INNER)
    alone->subject->kind->nest (alone->subject);
}

START_TEST (law_3_a_direct_call_outlives_what_its_nested_loop_runs)
{
  Subject subject;
  Alone alone;
  alone_begin (&alone, &subject, _i);
  submit (&alone, run_a_nested_loop);
  subject_run_until (&subject, &alone.ended, 1);
  ck_assert_int_eq (alone.inner_at_end, INNER);
  recorder_expect (&alone.outer, 1, 1);
  recorder_expect (&alone.inner, INNER, INNER);
  alone_end (&alone);
}
END_TEST

static void
stop_inside (void *data)
{
  Alone *alone = data;
  recorder_direct (&alone->outer);
  lodger_caller_stop (alone->subject->caller, true);
}

START_TEST (law_4_a_stop_inside_a_direct_call_destroys_its_data_once)
{
  Subject subject;
  Alone alone;
  alone_begin (&alone, &subject, _i);
  submit (&alone, stop_inside);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  recorder_expect (&alone.outer, 1, 1);
  alone_end (&alone);
}
END_TEST

/* It was accepted, and does not run any more. */
static void
stop_in_nested_loop (void *data)
{
  Alone *alone = data;
  recorder_direct (&alone->outer);
  expect_code (lodger_caller_call_direct (alone->subject->caller, recorder_direct, &alone->inner, recorder_destroy), 0);
  lodger_caller_stop (alone->subject->caller, true);
  alone->subject->kind->nest (alone->subject);
}

START_TEST (law_4_a_stop_and_a_nested_loop_inside_a_direct_call_destroy_its_data_once)
{
  Subject subject;
  Alone alone;
  alone_begin (&alone, &subject, _i);
  submit (&alone, stop_in_nested_loop);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  recorder_expect (&alone.outer, 1, 1);
  recorder_expect (&alone.inner, 0, 1);
  alone_end (&alone);
}
END_TEST

void
add_law_direct (Suite *suite)
{
  add_law (suite, law_3_the_data_of_a_direct_call_alone_is_destroyed_once, 0, 0);
  add_law (suite, law_3_a_direct_call_outlives_what_its_nested_loop_runs, SUBJECT_NESTS, 0);
  add_law (suite, law_4_a_stop_inside_a_direct_call_destroys_its_data_once, 0, 0);
  add_law (suite, law_4_a_stop_and_a_nested_loop_inside_a_direct_call_destroy_its_data_once, SUBJECT_NESTS, 0);
}
