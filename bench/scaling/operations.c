/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../bench.h"
#include "scaling.h"

#include <lodger-glib.h>
#include <pthread.h>
#include <time.h>

enum
{
  AT_ONCE = 100 /* calls under way, where the main thread submits */
};

static LodgerCaller *caller;
static uint64_t arrived, expected, submitted;

static int64_t
read_clock (clockid_t clock)
{
  struct timespec now;
  clock_gettime (clock, &now);
  return (int64_t) now.tv_sec * INT64_C (1000000000) + now.tv_nsec;
}

static void
iterate (void)
{
  while (arrived < expected)
    g_main_context_iteration (NULL, TRUE);
}

static void
note (void *data)
{
  (void) data;
  arrived++;
}

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

/* ---- calls from another thread ------------------------------------------------------------------------------------ */

static void *
submit_direct (void *count)
{
  for (uint64_t i = 0; i < *(uint64_t *) count; i++)
    if (lodger_caller_call_direct (caller, note, NULL, NULL) != 0)
      bench_fail ("a call was refused");
  return NULL;
}

static void *
submit_soon (void *count)
{
  for (uint64_t i = 0; i < *(uint64_t *) count; i++)
    lodger_pending_disown (lodger_caller_call_soon (caller, do_nothing, NULL, note));
  return NULL;
}

static void
from_thread (void *(*submit) (void *), uint64_t count)
{
  pthread_t thread;
  expected = count;
  if (pthread_create (&thread, NULL, submit, &count) != 0)
    bench_fail ("no thread");
  iterate ();
  pthread_join (thread, NULL);
}

static void
run_direct (uint64_t count)
{
  from_thread (submit_direct, count);
}

static void
run_soon (uint64_t count)
{
  from_thread (submit_soon, count);
}

/* ---- jobs --------------------------------------------------------------------------------------------------------- */

static void submit_job (void);

static void
work (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 1);
}

static void
come_back (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  note (data);
  if (submitted < expected)
    submit_job ();
}

static void
submit_job (void)
{
  LodgerPending *job = lodger_caller_to_thread (caller, work, NULL, NULL);
  submitted++;
  lodger_pending_disown (lodger_pending_then (job, caller, come_back, NULL, NULL));
  lodger_pending_unref (job);
}

static void
run_jobs (uint64_t count, uint64_t at_once)
{
  expected = count;
  submitted = 0;
  for (uint64_t i = 0; i < at_once; i++)
    submit_job ();
  iterate ();
}

static void
run_many_jobs (uint64_t count)
{
  run_jobs (count, 1000);
}

static void
run_trips (uint64_t count)
{
  run_jobs (count, 1);
}

/* ---- calls from the same thread ----------------------------------------------------------------------------------- */

static void
submit_some (uint64_t count, int64_t delay, LodgerDestroyFunc destroy, const LodgerCallOptions *options)
{
  LodgerPending *calls[AT_ONCE];
  for (uint64_t done = 0; done < count; done += AT_ONCE)
    {
      expected = done + AT_ONCE;
      for (size_t i = 0; i < AT_ONCE; i++)
        calls[i] = delay > 0 ? lodger_caller_call_later_full (caller, delay, do_nothing, NULL, destroy, options)
                             : lodger_caller_call_soon_full (caller, do_nothing, NULL, destroy, options);
      for (size_t i = 0; i < AT_ONCE; i++)
        {
          if (delay > 0)
            lodger_pending_cancel (calls[i], NULL);
          lodger_pending_unref (calls[i]);
        }
      iterate ();
    }
}

static void
run_delayed (uint64_t count)
{
  submit_some (count, LODGER_SECONDS (3600), note, LODGER_CALL_OPTIONS ());
}

static void
run_scoped (uint64_t count)
{
  LodgerScope *scope = lodger_scope_new (NULL);
  submit_some (count, 0, note, LODGER_CALL_OPTIONS (.scope = scope));
  lodger_scope_end (scope, NULL);
  lodger_scope_unref (scope);
}

static void
run_grouped (uint64_t count)
{
  LodgerGroup *group = lodger_group_new (NULL);
  lodger_group_enter (group);
  submit_some (count, 0, note, LODGER_CALL_OPTIONS ());
  lodger_pending_unref (lodger_group_close (group));
  lodger_group_unref (group);
}

static void
run_limited (uint64_t count)
{
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = AT_ONCE));
  submit_some (count, 0, note, LODGER_CALL_OPTIONS (.limiter = limiter));
  lodger_limiter_unref (limiter);
}

static void
run_followed (uint64_t count)
{
  for (uint64_t i = 0; i < count; i++)
    {
      LodgerPending *first = lodger_pending_new (LODGER_PENDING_DEFAULT);
      LodgerPending *second = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_return_from (second, first);
      lodger_pending_return_int (first, 1);
      lodger_pending_unref (first);
      lodger_pending_unref (second);
    }
}

/* ---- waits -------------------------------------------------------------------------------------------------------- */

/* A thread that may block waits for each of them, and asks for the next one. */
static void *
wait_for_each (void *count)
{
  for (uint64_t i = 0; i < *(uint64_t *) count; i++)
    {
      LodgerPending *call = lodger_caller_call_soon (caller, do_nothing, NULL, note);
      if (lodger_pending_wait (call, LODGER_FOREVER, LODGER_WAIT_PROTECT) != 0)
        bench_fail ("a wait has failed");
      lodger_pending_unref (call);
    }
  return NULL;
}

static void
run_waits (uint64_t count)
{
  from_thread (wait_for_each, count);
}

/* ---- all of them -------------------------------------------------------------------------------------------------- */

const Operation operations[] = {
  { "direct", "calls from another thread", run_direct },
  { "soon", "calls with an outcome, from another thread", run_soon },
  { "jobs", "jobs, 1,000 at a time, and what comes back", run_many_jobs },
  { "trips", "jobs, one after the other", run_trips },
  { "delayed", "delayed calls, cancelled", run_delayed },
  { "scoped", "calls bound to a scope", run_scoped },
  { "grouped", "calls of a group", run_grouped },
  { "limited", "calls with a limiter", run_limited },
  { "followed", "promises that take another's outcome", run_followed },
  { "waits", "a thread that blocks until its call has run", run_waits },
};
const size_t n_operations = sizeof operations / sizeof operations[0];

void
operations_begin (void)
{
  caller = lodger_glib_attach_full (NULL, LODGER_CALLER_OPTIONS (.max_workers = BENCH_WORKERS), NULL);
  if (caller == NULL)
    bench_fail ("cannot attach");
}

void
operations_end (void)
{
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
}

Took
operations_measure (const Operation *operation, uint64_t count)
{
  int64_t own, all;
  bench_ledger_name ("operation", operation->name);
  arrived = 0;
  own = read_clock (CLOCK_THREAD_CPUTIME_ID);
  all = read_clock (CLOCK_PROCESS_CPUTIME_ID);
  operation->run (count);
  own = read_clock (CLOCK_THREAD_CPUTIME_ID) - own;
  all = read_clock (CLOCK_PROCESS_CPUTIME_ID) - all;
  return (Took) { (double) own / (double) count, (double) (all - own) / (double) count };
}
