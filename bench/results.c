/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Results and answers. A result is worked out in the producer, is allocated there, and is checked and freed in the GUI
 * thread. An answer is worked out in the GUI thread and goes back to the producer, which has a loop of its own: it has
 * to come in that thread, unaltered, and in the order of the posts.
 */
#include "bench.h"

#include <pthread.h>
#include <stdlib.h>

static int64_t
value_of (void *data)
{
  return bench_scramble ((uint64_t) (uintptr_t) data);
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

BenchResult *
bench_result_new (void *data)
{
  BenchResult *result = malloc (sizeof *result);

  if (!result)
    bench_fail ("no memory for a result");
  result->data = data;
  result->value = value_of (data);
  return result;
}

bool
bench_result_arrived (const BenchResult *result)
{
  if (result->value != value_of (result->data))
    bench_fail ("a result is not that of its post");
  return bench_post_arrived (result->data);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* The producer's. The GUI thread reads it when the producer has ended. */
static struct
{
  uint64_t expected, arrived;
  pthread_t gui, producer;
} answers;

void
bench_ledger_open_answers (const BenchLoad *load)
{
  bench_ledger_open_posts (load);
  answers.expected = load->count;
  answers.arrived = 0;
  answers.gui = pthread_self ();
}

int64_t
bench_post_answer (void *data)
{
  bench_post_arrived (data);
  return value_of (data);
}

bool
bench_answer_arrived (void *data, int64_t answer)
{
  if (answers.arrived == 0)
    answers.producer = pthread_self ();
  if (!pthread_equal (answers.producer, pthread_self ()) || pthread_equal (answers.gui, pthread_self ()))
    bench_fail ("an answer in a thread that is not the producer");
  if (data != bench_post_data (0, answers.arrived))
    bench_fail ("an answer came where that of call %llu was due", (unsigned long long) answers.arrived);
  if (answer != value_of (data))
    bench_fail ("answer %llu was altered", (unsigned long long) answers.arrived);
  return ++answers.arrived == answers.expected;
}

void
bench_answers_close (void)
{
  if (answers.arrived != answers.expected)
    bench_fail ("%llu of %llu were answered", (unsigned long long) answers.arrived,
                (unsigned long long) answers.expected);
  bench_ledger_close ();
}
