/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lodger's works. Each one is a spawned call that does something many times, and measures itself: so that it is the
 * same in the main thread's loop and in a worker's.
 */
#include "fibers.h"

#include <glib.h>
#include <lodger-glib.h>
#include <lodger/lodger.h>

enum
{
  BATCH = 100 /* calls that are under way at once */
};

static GMainContext *context; /* peers have the default one, without a source of Lodger's */
static LodgerCaller *gui, *worker;

void
works_begin (void)
{
  GError *error = NULL;
  LodgerError *reason = NULL;
  context = g_main_context_new ();
  gui = lodger_glib_attach (context, &error);
  if (gui == NULL)
    bench_fail ("cannot attach: %s", error->message);
  worker = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.name = "bench"), &reason);
  if (worker == NULL)
    bench_fail ("cannot start a worker: %s", lodger_error_get_message (reason));
}

void
works_end (void)
{
  lodger_caller_stop (worker, true);
  while (lodger_caller_get_state (worker) != LODGER_CALLER_STOPPED)
    g_usleep (1000);
  lodger_caller_unref (worker);
  lodger_caller_leave (gui);
  lodger_caller_unref (gui);
  g_main_context_unref (context);
}

/* One run, in its caller's thread. */
typedef struct Job
{
  LodgerCaller *caller;
  uint64_t count, n_done;
  int64_t time;
} Job;

static void
expect (int code, const char *what)
{
  if (code != 0)
    bench_fail ("%s: %s", what, lodger_error_code_string (code));
}

static int64_t
run_job (LodgerCaller *caller, LodgerCallFunc func, uint64_t count)
{
  Job job = { .caller = caller, .count = count };
  LodgerPending *pending = lodger_caller_spawn (caller, func, &job, NULL);
  while (!lodger_pending_is_done (pending))
    if (caller == gui)
      g_main_context_iteration (context, TRUE);
    else
      g_usleep (1000);
  expect (lodger_pending_get_outcome (pending), "a work");
  lodger_pending_unref (pending);
  if (job.n_done != count)
    bench_fail ("%llu of %llu were done", (unsigned long long) job.n_done, (unsigned long long) count);
  return job.time;
}

/* ---- calls, and spawned calls, from the submission until they are gone ------------------------------------------- */

static void
count_one (LodgerPending *self, void *data)
{
  Job *job = data;
  (void) self;
  job->n_done++;
}

static void
submit (Job *job, bool spawns)
{
  int64_t start = fibers_clock ();
  for (uint64_t i = 0; i < job->count; i += BATCH)
    {
      for (uint64_t j = i; j < i + BATCH; j++)
        lodger_pending_disown (spawns ? lodger_caller_spawn (job->caller, count_one, job, NULL)
                                      : lodger_caller_call_soon (job->caller, count_one, job, NULL));
      while (job->n_done < i + BATCH)
        expect (lodger_yield (), "a yield");
    }
  job->time = fibers_clock () - start;
}

static void
call (LodgerPending *self, void *data)
{
  (void) self;
  submit (data, false);
}

static void
spawn (LodgerPending *self, void *data)
{
  (void) self;
  submit (data, true);
}

/* ---- yields ------------------------------------------------------------------------------------------------------ */

static void
yield (LodgerPending *self, void *data)
{
  Job *job = data;
  int64_t start = fibers_clock ();
  (void) self;
  for (; job->n_done < job->count; job->n_done++)
    expect (lodger_yield (), "a yield");
  job->time = fibers_clock () - start;
}

static void
yield_beside (LodgerPending *self, void *data)
{
  Job *job = data;
  (void) self;
  for (; job->n_done < job->count; job->n_done++)
    expect (lodger_yield (), "a yield");
}

/* Both count: they take turns. */
static void
yield2 (LodgerPending *self, void *data)
{
  Job *job = data;
  LodgerPending *other = lodger_caller_spawn (job->caller, yield_beside, job, NULL);
  int64_t start = fibers_clock ();
  yield_beside (self, data);
  job->time = fibers_clock () - start;
  expect (lodger_await (other, NULL), "the other one");
  if (job->n_done == job->count + 1) /* the other one was on its way */
    job->n_done--;
}

/* ---- awaits ------------------------------------------------------------------------------------------------------ */

static LodgerPending *
new_done (void)
{
  LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect (lodger_pending_return_int (pending, 1), "an answer");
  return pending;
}

/* What a done one costs without the await: a reference is taken and dropped. */
static void
kept (LodgerPending *self, void *data)
{
  Job *job = data;
  LodgerPending *pending = new_done ();
  int64_t start = fibers_clock ();
  (void) self;
  for (; job->n_done < job->count; job->n_done++)
    lodger_pending_unref (lodger_pending_ref (pending));
  job->time = fibers_clock () - start;
  lodger_pending_unref (pending);
}

static void
done (LodgerPending *self, void *data)
{
  Job *job = data;
  LodgerPending *pending = new_done ();
  int64_t start = fibers_clock ();
  (void) self;
  for (; job->n_done < job->count; job->n_done++)
    expect (lodger_await (lodger_pending_ref (pending), NULL), "a done one");
  job->time = fibers_clock () - start;
  lodger_pending_unref (pending);
}

static void
answer (LodgerPending *self, void *data)
{
  (void) self;
  lodger_pending_return_int (data, 1);
}

/* A promise that a plain call answers, and nobody waits for it: one turn each. */
static void
soon (LodgerPending *self, void *data)
{
  Job *job = data;
  int64_t start = fibers_clock ();
  (void) self;
  for (; job->n_done < job->count; job->n_done++)
    {
      LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_disown (lodger_caller_call_soon (job->caller, answer, promise, NULL));
      expect (lodger_yield (), "a yield");
      expect (lodger_pending_get_outcome (promise), "an answer");
      lodger_pending_unref (promise);
    }
  job->time = fibers_clock () - start;
}

/* The same, awaited. */
static void
own (LodgerPending *self, void *data)
{
  Job *job = data;
  int64_t start = fibers_clock ();
  (void) self;
  for (; job->n_done < job->count; job->n_done++)
    {
      LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_disown (lodger_caller_call_soon (job->caller, answer, promise, NULL));
      expect (lodger_await (promise, NULL), "an answer");
    }
  job->time = fibers_clock () - start;
}

#define WORK_OF(name)                                                                                                  \
  int64_t name##_gui (uint64_t count)                                                                                  \
  {                                                                                                                    \
    return run_job (gui, name, count);                                                                                 \
  }                                                                                                                    \
  int64_t name##_worker (uint64_t count)                                                                               \
  {                                                                                                                    \
    return run_job (worker, name, count);                                                                              \
  }
LODGER_WORKS (WORK_OF)
