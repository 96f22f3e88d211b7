/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "structured.h"

#include <glib.h>
#include <lodger-glib.h>
#include <time.h>

/* ---- the main thread ---------------------------------------------------------------------------------------------- */

static LodgerCaller *caller;
static uint64_t n_arrived;

static void
arrived (LodgerPending *self, void *data)
{
  (void) self;
  bench_post_arrived (data);
  n_arrived++;
}

void
structured_begin (void)
{
  GError *error = NULL;
  caller = lodger_glib_attach (NULL, &error);
  if (caller == NULL)
    bench_fail ("cannot attach: %s", error->message);
}

void
structured_end (void)
{
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
}

static void
expect (int code, const char *what)
{
  if (code != 0)
    bench_fail ("%s: %s", what, lodger_error_code_string (code));
}

/* ---- plain calls, and those with a context value ------------------------------------------------------------------ */

static const LodgerContextKey key = { "bench" };

static void
submit_plain (LodgerCaller *to, void *data)
{
  lodger_pending_disown (lodger_caller_call_soon (to, arrived, data, NULL));
}

static void
set_value (void)
{
  static int value;
  expect (lodger_context_set (&key, &value, NULL), "setting a value");
}

static void
take_value (void)
{
  expect (lodger_context_set (&key, NULL, NULL), "taking a value");
}

/* ---- a group ------------------------------------------------------------------------------------------------------ */

static LodgerGroup *group;

static void
enter_group (void)
{
  group = lodger_group_new (NULL);
  expect (lodger_group_enter (group), "entering a group");
}

/* It is done when its last member is. The pending drops the group's memory then. */
static void
close_group (void)
{
  lodger_pending_disown (lodger_group_close (group));
  lodger_group_unref (group);
}

/* ---- a queue ------------------------------------------------------------------------------------------------------ */

static LodgerQueue *queue;

static void
open_queue (LodgerCaller *of)
{
  queue = lodger_queue_new (of, NULL);
}

static void
submit_to_queue (LodgerCaller *to, void *data)
{
  (void) to;
  expect (lodger_queue_call (queue, arrived, data, NULL), "queueing a call");
}

static void
drop_queue (void)
{
  lodger_queue_unref (queue);
}

/* ---- a limiter ---------------------------------------------------------------------------------------------------- */

static LodgerLimiter *limiter;

/* It has a place for each call. */
static void
open_limiter (LodgerCaller *of)
{
  (void) of;
  limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 2 * BATCH));
}

static void
submit_limited (LodgerCaller *to, void *data)
{
  lodger_pending_disown (
      lodger_caller_call_soon_full (to, arrived, data, NULL, LODGER_CALL_OPTIONS (.limiter = limiter)));
}

static void
drop_limiter (void)
{
  if (lodger_limiter_count_running (limiter) != 0)
    bench_fail ("a place was not given back");
  lodger_limiter_unref (limiter);
}

const Kind structured_kinds[] = {
  { .name = "plain", .what = "call_soon", .submit = submit_plain },
  { "group", "in a group", 20, NULL, NULL, enter_group, submit_plain, close_group },
  { "queue", "in a queue", 30, open_queue, drop_queue, NULL, submit_to_queue, NULL },
  { "limiter", "with a limiter that has places", 40, open_limiter, drop_limiter, NULL, submit_limited, NULL },
  { "context", "with one context value", 10, NULL, NULL, set_value, submit_plain, take_value },
};
const size_t structured_n_kinds = sizeof structured_kinds / sizeof structured_kinds[0];

/* ---- where they are submitted ------------------------------------------------------------------------------------- */

static void
submit_batch (const Kind *kind, uint64_t from)
{
  if (kind->open != NULL)
    kind->open ();
  for (uint64_t i = from; i < from + BATCH; i++)
    kind->submit (caller, bench_post_data (0, i));
  if (kind->close != NULL)
    kind->close ();
}

static int64_t
processor_time (void)
{
  struct timespec now;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (int64_t) now.tv_sec * INT64_C (1000000000) + now.tv_nsec;
}

static void
set_up (const Kind *kind, uint64_t batches)
{
  const BenchLoad load = { .count = batches * BATCH, .producers = 1 };
  bench_ledger_open_posts (&load);
  n_arrived = 0;
  if (kind->set_up != NULL)
    kind->set_up (caller);
}

/* What is left to be told of the last call is done in the loop, too. */
static void
tear_down (const Kind *kind)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (kind->tear_down != NULL)
    kind->tear_down ();
  bench_ledger_close ();
}

/* The thread submits a batch, and runs it. */
static int64_t
run_here (const Kind *kind, uint64_t batches)
{
  int64_t start;
  set_up (kind, batches);
  start = processor_time ();
  for (uint64_t i = 0; i < batches; i++)
    {
      submit_batch (kind, i * BATCH);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  start = processor_time () - start;
  tear_down (kind);
  return start;
}

typedef struct Job
{
  const Kind *kind;
  uint64_t from;
} Job;

static void
submit_in_worker (LodgerPending *self, void *data)
{
  const Job *job = data;
  (void) self;
  submit_batch (job->kind, job->from);
}

/* A worker submits a batch while the thread runs it. */
static int64_t
run_from_worker (const Kind *kind, uint64_t batches)
{
  int64_t start;
  set_up (kind, batches);
  start = processor_time ();
  for (uint64_t i = 0; i < batches; i++)
    {
      Job job = { kind, i * BATCH };
      LodgerPending *submitted = lodger_caller_to_thread (caller, submit_in_worker, &job, NULL);
      while (n_arrived < job.from + BATCH)
        g_main_context_iteration (NULL, TRUE);
      while (!lodger_pending_is_done (submitted))
        g_thread_yield ();
      lodger_pending_unref (submitted);
    }
  start = processor_time () - start;
  tear_down (kind);
  return start;
}

const Place structured_places[] = {
  { "own", "from the thread that runs them", run_here },
  { "worker", "from a worker", run_from_worker },
};
const size_t structured_n_places = sizeof structured_places / sizeof structured_places[0];
