/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "scenario.h"

#include "inject.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The operations that fail, for messages. */
static const char *const modes[INJECT_MODES] = { "nothing else", "it alone", "it and all after it" };

enum
{
  MOST_ITERATIONS = 5000,
  QUIET_ITERATIONS = 2, /* in succession, since the number of operations varies where threads race */
  KEPT_LINES = 32
};

/* ---- the report of a failure ------------------------------------------------------------------------------------- */

static char where[200];
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static char log_lines[KEPT_LINES][200];
static unsigned log_count;

/* Promises under every lock that pendings have: a log function may use any pending (trace.h). */
static LodgerPending *probes[256];
static bool has_probes;

static void
use_probes (void)
{
  for (size_t i = 0; i < sizeof probes / sizeof probes[0] && has_probes; i++)
    lodger_free (lodger_pending_dup_cancel_message (probes[i]));
}

static void
have_probes (bool on)
{
  for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
    if (on)
      probes[i] = lodger_pending_new (0);
    else
      lodger_pending_unref (probes[i]);
  has_probes = on;
}

/* Takes no memory, so that a shortage cannot silence it. Hangs if Lodger holds a lock of a pending. */
static void
keep_line (LodgerLogLevel level, const char *line, void *data)
{
  (void) data;
  if (level == LODGER_LOG_DEBUG)
    return;
  use_probes ();
  pthread_mutex_lock (&log_mutex);
  snprintf (log_lines[log_count++ % KEPT_LINES], sizeof log_lines[0], "%s", line);
  pthread_mutex_unlock (&log_mutex);
}

static void
print_iteration (void)
{
  unsigned i = log_count > KEPT_LINES ? log_count - KEPT_LINES : 0;
  fprintf (stderr, "fault: %s\n", where);
  for (; i < log_count; i++)
    fprintf (stderr, "  logged: %s\n", log_lines[i % KEPT_LINES]);
}

/* It calls functions that a signal handler may not call: the process is lost anyway. */
static void
on_crash (int number)
{
  signal (number, SIG_DFL);
  print_iteration ();
  inject_print (false);
  raise (number);
}

/* A sanitizer has handlers of its own, which report more. */
static void
report_crashes (void)
{
  static const int numbers[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE };
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    {
      struct sigaction action;
      sigaction (numbers[i], NULL, &action);
      if (action.sa_handler == SIG_DFL)
        signal (numbers[i], on_crash);
    }
}

/* ---- one iteration ----------------------------------------------------------------------------------------------- */

typedef struct Iteration
{
  const Scenario *scenario;
  const LoopKind *kind;
  InjectMode mode;
  long nth;
} Iteration;

typedef struct Count
{
  long operations;
  long failed;
} Count;

static Fixture fixture;

static void *
act (void *data)
{
  const Iteration *iteration = data;
  fixture.kind = iteration->kind;
  iteration->scenario->run (&fixture);
  fixture_close (&fixture);
  return NULL;
}

/* A hang fails the test before its own time limit, so that the report names the iteration. */
static void
join_in_time (pthread_t thread)
{
  struct timespec until;
  int64_t ns;
  clock_gettime (CLOCK_REALTIME, &until);
  ns = (int64_t) until.tv_sec * 1000000000 + until.tv_nsec + test_limit_ns () / 2;
  until = (struct timespec) { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
  if (pthread_timedjoin_np (thread, NULL, &until) != 0)
    test_fail ("hangs");
}

/* The libraries keep data for each thread until its end, so each iteration runs in a new thread. */
static Count
run (const Iteration *iteration, ProcCount before)
{
  pthread_t thread;
  Count count;
  snprintf (where, sizeof where, "%s/%s: of the operations number %ld fails, %s", iteration->scenario->name,
            iteration->kind->name, iteration->nth, modes[iteration->mode]);
  log_count = 0;
  memset (&fixture, 0, sizeof fixture);
  pthread_mutex_init (&fixture.mutex, NULL);
  inject_begin (iteration->mode, iteration->nth);
  thread = thread_start (act, (void *) (uintptr_t) iteration);
  join_in_time (thread);
  proc_expect_restored (before);
  fixture_check_data (&fixture);
  count.operations = inject_end (&count.failed);
  pthread_mutex_destroy (&fixture.mutex);
  return count;
}

/* The first iteration creates what a process creates once, which is no leak. */
static void
run_unchecked (const Iteration *iteration)
{
  ProcCount before = proc_count ();
  before.fds = INT_MAX;
  run (iteration, before);
}

static Count
run_checked (const Iteration *iteration)
{
  InjectInUse before = inject_in_use (), after;
  Count count = run (iteration, proc_count ());
  after = inject_in_use ();
  if (after.blocks != before.blocks || after.bytes != before.bytes)
    {
      inject_print (true);
      test_fail ("%ld blocks and %ld bytes more than before", after.blocks - before.blocks, after.bytes - before.bytes);
    }
  return count;
}

/* The thread that watches stop deadlines creates a condition that stays. One stop is watched beforehand. */
static void
have_stops_watched (void)
{
  LodgerCaller *caller = worker_start (NULL);
  WorkerBlock *block = worker_block (caller);
  ProcCount before = proc_count ();
  lodger_caller_stop (caller, true);
  worker_unblock (block);
  wait_done (lodger_caller_get_stopped (caller));
  lodger_caller_unref (caller);
  before.threads--;
  proc_expect_restored (before);
}

/* ---- in a process of its own ------------------------------------------------------------------------------------- */

typedef struct Report
{
  Count count;
  InjectInUse in_use;
  int fds;
} Report;

/* Runs the iteration, and then two without a shortage, which have to succeed as if it had not been. */
static void
run_first (const Iteration *iteration, int to)
{
  Iteration again = { .scenario = iteration->scenario, .kind = iteration->kind };
  ProcCount before = proc_count ();
  Report report;
  before.fds = INT_MAX;
  report.count = run (iteration, before);
  have_stops_watched ();
  run_unchecked (&again);
  run_checked (&again);
  report.in_use = inject_in_use ();
  report.fds = proc_count ().fds;
  test_check (write (to, &report, sizeof report) == sizeof report);
}

static Report
run_in_child (const Iteration *iteration)
{
  Report report;
  int ends[2], status;
  pid_t child;
  test_check (pipe (ends) == 0);
  child = fork ();
  test_check (child >= 0);
  if (child == 0)
    {
      close (ends[0]);
      run_first (iteration, ends[1]);
      _exit (0);
    }
  close (ends[1]);
  if (read (ends[0], &report, sizeof report) != sizeof report)
    report.count.operations = -1;
  close (ends[0]);
  test_check (waitpid (child, &status, 0) == child);
  if (status != 0 || report.count.operations < 0)
    test_fail ("number %ld, %s: the child ended with status %#x", iteration->nth, modes[iteration->mode],
               (unsigned) status);
  return report;
}

/* However the first iteration ended, the same amount is in use at the end. */
static Count
run_alone (const Iteration *iteration)
{
  static Report usual;
  Report report = run_in_child (iteration);
  if (iteration->mode == INJECT_NOTHING)
    usual = report;
  else if (report.in_use.blocks != usual.in_use.blocks || report.in_use.bytes != usual.in_use.bytes
           || report.fds != usual.fds)
    test_fail ("number %ld, %s: %ld blocks, %ld bytes and %d descriptors more than usual", iteration->nth,
               modes[iteration->mode], report.in_use.blocks - usual.in_use.blocks,
               report.in_use.bytes - usual.in_use.bytes, report.fds - usual.fds);
  return report.count;
}

/* ---- all iterations ---------------------------------------------------------------------------------------------- */

void
scenario_run (const Scenario *scenario, const LoopKind *kind)
{
  bool alone = (scenario->flags & SCENARIO_FIRST) != 0;
  Iteration iteration = { .scenario = scenario, .kind = kind };
  long iterations = 0, most = 0;
  inject_exempt (true);
  report_crashes ();
  lodger_set_log_func (keep_line, NULL);
  if (!alone)
    {
      have_probes (true);
      have_stops_watched ();
      run_unchecked (&iteration);
    }
  (alone ? run_alone : run_checked) (&iteration);
  for (iteration.mode = INJECT_ONCE; iteration.mode < INJECT_MODES; iteration.mode++)
    {
      int quiet = 0;
      for (iteration.nth = 1; quiet < QUIET_ITERATIONS; iteration.nth++)
        {
          Count count = (alone ? run_alone : run_checked) (&iteration);
          quiet = count.failed == 0 ? quiet + 1 : 0;
          if (count.failed > 0 && iteration.nth > most)
            most = iteration.nth;
          if (++iterations == MOST_ITERATIONS)
            test_fail ("no end after %d iterations", (int) MOST_ITERATIONS);
        }
    }
  printf ("fault: %s/%s: up to %ld operations, %ld iterations\n", scenario->name, kind->name, most, iterations);
  fflush (stdout);
  lodger_set_log_func (NULL, NULL);
  if (!alone)
    have_probes (false);
}
