/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "round.h"

#include "inject.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What fails. */
static const char *const modes[INJECT_MODES] = { "nothing else", "it alone", "it and all after it" };

enum
{
  MOST_ROUNDS = 5000,
  QUIET_ROUNDS = 2, /* in succession: where threads race, the number of operations is not the same every time */
  KEPT_LINES = 32
};

/* ---- a report of what went wrong --------------------------------------------------------------------------------- */

static char where[200];
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static char log_lines[KEPT_LINES][200];
static unsigned log_count;

/* Takes no memory, so that a shortage cannot silence it. */
static void
keep_line (LodgerLogLevel level, const char *line, void *data)
{
  (void) data;
  if (level == LODGER_LOG_DEBUG)
    return;
  pthread_mutex_lock (&log_mutex);
  snprintf (log_lines[log_count++ % KEPT_LINES], sizeof log_lines[0], "%s", line);
  pthread_mutex_unlock (&log_mutex);
}

static void
print_round (void)
{
  unsigned i = log_count > KEPT_LINES ? log_count - KEPT_LINES : 0;
  fprintf (stderr, "fault: %s\n", where);
  for (; i < log_count; i++)
    fprintf (stderr, "  logged: %s\n", log_lines[i % KEPT_LINES]);
}

/* The process is lost anyway, so that it does not matter what a handler may call. */
static void
on_crash (int number)
{
  signal (number, SIG_DFL);
  print_round ();
  inject_print (false);
  raise (number);
}

/* A sanitizer has handlers of its own, which say more. */
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

/* ---- one round --------------------------------------------------------------------------------------------------- */

typedef struct Round
{
  const Scenario *scenario;
  const PlaceKind *kind;
  InjectMode mode;
  long nth;
} Round;

typedef struct Count
{
  long operations;
  long failed;
} Count;

static Stage stage;

static void *
act (void *data)
{
  const Round *round = data;
  stage.kind = round->kind;
  round->scenario->run (&stage);
  stage_close (&stage);
  return NULL;
}

/* One that hangs is no hang of the test's: it ends, and says which round it was. */
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

/* The libraries keep data for each thread until that ends, so each round has its own. */
static Count
run (const Round *round, ProcCount before)
{
  pthread_t thread;
  Count count;
  snprintf (where, sizeof where, "%s/%s: of the operations number %ld fails, %s", round->scenario->name,
            round->kind->name, round->nth, modes[round->mode]);
  log_count = 0;
  memset (&stage, 0, sizeof stage);
  pthread_mutex_init (&stage.mutex, NULL);
  inject_begin (round->mode, round->nth);
  thread = thread_start (act, (void *) (uintptr_t) round);
  join_in_time (thread);
  proc_expect_restored (before);
  stage_look_back (&stage);
  count.operations = inject_end (&count.failed);
  pthread_mutex_destroy (&stage.mutex);
  return count;
}

/* What is made once in a process is made here, and is no leak. */
static void
run_unchecked (const Round *round)
{
  ProcCount before = proc_count ();
  before.fds = INT_MAX;
  run (round, before);
}

static Count
run_checked (const Round *round)
{
  InjectHeld before = inject_held (), after;
  Count count = run (round, proc_count ());
  after = inject_held ();
  if (after.blocks != before.blocks || after.bytes != before.bytes)
    {
      inject_print (true);
      test_fail ("%ld blocks and %ld bytes more than before", after.blocks - before.blocks, after.bytes - before.bytes);
    }
  return count;
}

/* The thread that watches deadlines has a condition, which stays: so a stop has to be watched once. */
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
  InjectHeld held;
  int fds;
} Report;

/* The round itself, and then, with everything there again, two that have to do as if it had never been. */
static void
run_first (const Round *round, int to)
{
  Round again = { .scenario = round->scenario, .kind = round->kind };
  ProcCount before = proc_count ();
  Report report;
  before.fds = INT_MAX;
  report.count = run (round, before);
  have_stops_watched ();
  run_unchecked (&again);
  run_checked (&again);
  report.held = inject_held ();
  report.fds = proc_count ().fds;
  test_check (write (to, &report, sizeof report) == sizeof report);
}

static Report
run_in_child (const Round *round)
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
      run_first (round, ends[1]);
      _exit (0);
    }
  close (ends[1]);
  if (read (ends[0], &report, sizeof report) != sizeof report)
    report.count.operations = -1;
  close (ends[0]);
  test_check (waitpid (child, &status, 0) == child);
  if (status != 0 || report.count.operations < 0)
    test_fail ("number %ld, %s: the child ended with status %#x", round->nth, modes[round->mode], (unsigned) status);
  return report;
}

/* However the first round went, what is there at the end is the same. */
static Count
run_alone (const Round *round)
{
  static Report usual;
  Report report = run_in_child (round);
  if (round->mode == INJECT_NOTHING)
    usual = report;
  else if (report.held.blocks != usual.held.blocks || report.held.bytes != usual.held.bytes || report.fds != usual.fds)
    test_fail ("number %ld, %s: %ld blocks, %ld bytes and %d descriptors more than usual", round->nth,
               modes[round->mode], report.held.blocks - usual.held.blocks, report.held.bytes - usual.held.bytes,
               report.fds - usual.fds);
  return report.count;
}

/* ---- all rounds -------------------------------------------------------------------------------------------------- */

void
round_all (const Scenario *scenario, const PlaceKind *kind)
{
  bool alone = (scenario->flags & SCENARIO_FIRST) != 0;
  Round round = { .scenario = scenario, .kind = kind };
  long rounds = 0, most = 0;
  inject_exempt (true);
  report_crashes ();
  lodger_set_log_func (keep_line, NULL);
  if (!alone)
    {
      have_stops_watched ();
      run_unchecked (&round);
    }
  (alone ? run_alone : run_checked) (&round);
  for (round.mode = INJECT_ONCE; round.mode < INJECT_MODES; round.mode++)
    {
      int quiet = 0;
      for (round.nth = 1; quiet < QUIET_ROUNDS; round.nth++)
        {
          Count count = (alone ? run_alone : run_checked) (&round);
          quiet = count.failed == 0 ? quiet + 1 : 0;
          if (count.failed > 0 && round.nth > most)
            most = round.nth;
          if (++rounds == MOST_ROUNDS)
            test_fail ("no end after %d rounds", (int) MOST_ROUNDS);
        }
    }
  printf ("fault: %s/%s: up to %ld operations, %ld rounds\n", scenario->name, kind->name, most, rounds);
  fflush (stdout);
  lodger_set_log_func (NULL, NULL);
}
