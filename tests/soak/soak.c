/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A soak test: everything at once, for as long as the command line says.
 *
 * Four threads submit, wait, cancel, stop, flood and set timers. Their callers are the main loop's and a changing set of
 * workers and children. In every other phase calls hang, and stops do not wait for them. After each phase everything is
 * stopped, and all data has to be accounted for. Then memory is measured, with nothing to do. It must not grow from the
 * early phases to the late ones.
 *
 *   soak [SECONDS]      default 600. LODGER_SEED replays a run. Ctrl-C ends it in order. The exit status is 1 when
 *                       something does not add up. */
#include "base/slab.h"
#include "caller-set.h"
#include "flood.h"
#include "subject.h"
#include "test-memory.h"
#include "test-random-actions.h"
#include "test-watchdog.h"

#include <inttypes.h>
#include <lodger-manual.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef LODGER_HAVE_GLIB
#include <lodger-glib.h>
#endif

enum
{
  SUBMITTERS = 4,
  SAMPLES = 4096,
  WARM_UP = 4,                 /* phases: each kind of spare has been needed once by then */
  MANY = 3 * 3 + WARM_UP,      /* samples from which on memory is judged */
  USED_TOLERANCE = 1 << 20,    /* bytes: of the 3 MiB of spare nodes that are kept, it depends on the floods how many */
  RESIDENT_TOLERANCE = 8 << 20 /* bytes: malloc's arenas, of which there are as many as there happened to be threads */
};

static const int64_t SECOND = INT64_C (1000000000);
static const int64_t TICK = INT64_C (50000000);
static const int64_t REPORT = INT64_C (10000000000);
static const int64_t SPARE_TIME = INT64_C (60000000000); /* after the end, before it counts as a hang */

typedef struct Submitter
{
  unsigned number;
  TestRandom random;
  LedgerRing ring;
  pthread_t thread;
} Submitter;

static Subject subject;
static RandomActions actions;
static atomic_bool phase_is_over;
static atomic_uint resting;
static volatile sig_atomic_t is_interrupted;
static atomic_long abandoned_lines;
static int64_t begun, end_at, next_report;
static size_t used[SAMPLES], resident[SAMPLES];
static unsigned phases;
static int failures;

/* ---- the threads ---------------------------------------------------------------------------------------------- */

static void
nothing (void *data)
{
  (void) data;
}

/* The special action of a call. It does not block, and never stops the main thread's caller. */
static void
special (TestRandom *random)
{
  LodgerCaller *caller = lodger_caller_current ();
  if (caller == subject.caller || test_random_below (random, 64) != 0)
    return;
  if (test_random_below (random, 4) == 0)
    lodger_caller_stop (caller, true);
  else
    caller_set_stop_one (random);
}

static void
submit_something (Submitter *submitter)
{
  TestRandom *random = &submitter->random;
  LodgerCaller *caller;
  unsigned what = test_random_below (random, 1000);
  if (what < 2)
    {
      watchdog_note (submitter->number, "floods, phase", phases);
      caller = caller_set_pick (random, false);
      if (lodger_caller_is_running (caller))
        flood (random, caller);
      lodger_caller_unref (caller);
    }
  else if (what < 12)
    {
      watchdog_note (submitter->number, "changes a caller, phase", phases);
      caller_set_change (random);
    }
  else
    {
      watchdog_note (submitter->number, "acts, phase", phases);
      random_action (random, &submitter->ring);
    }
}

static void *
submit (void *data)
{
  Submitter *submitter = data;
  for (unsigned i = 0; i < 8; i++)
    caller_set_change (&submitter->random);
  while (!phase_is_over)
    submit_something (submitter);
  watchdog_note (submitter->number, "rests, phase", phases);
  atomic_fetch_add (&resting, 1);
  lodger_caller_call_direct (subject.caller, nothing, NULL, NULL);
  return NULL;
}

/* ---- the main thread ------------------------------------------------------------------------------------------- */

static void
interrupt (int number)
{
  (void) number;
  is_interrupted = 1;
}

static void
listen_to_log (LodgerLogLevel level, const char *line, void *data)
{
  (void) line;
  (void) data;
  if (level == LODGER_LOG_ERROR)
    atomic_fetch_add (&abandoned_lines, 1);
}

static void
expect_equal (const char *what, long actual, long expected)
{
  if (actual == expected)
    return;
  failures++;
  printf ("DOES NOT ADD UP: %s: %ld, not %ld (LODGER_SEED=%" PRIu64 ")\n", what, actual, expected, test_seed ());
}

static size_t
last (const size_t *samples)
{
  return phases > 0 && phases <= SAMPLES ? samples[phases - 1] : 0;
}

static void
report (void)
{
  LedgerCounts counts = ledger_counts ();
  FloodCounts floods = flood_counts ();
  ProcCount proc = proc_count ();
  if (test_now () < next_report)
    return;
  next_report += REPORT;
  printf ("%4" PRId64 " s: phase %u, %ld callers, %ld calls accepted, %ld refused, %ld in floods, %ld abandoned; %d "
          "threads, %d descriptors; %zu KiB in use, %zu at rest; %zu KiB resident, %zu at rest\n",
          (test_now () - begun) / SECOND, phases, caller_set_count (), counts.accepted, counts.refused, floods.accepted,
          counts.abandoned, proc.threads, proc.fds, memory_in_use () / 1024, last (used) / 1024,
          memory_resident () / 1024, last (resident) / 1024);
  fflush (stdout);
}

/* Wakes the loop regularly, so that it looks at the time and at Ctrl-C. */
static void
tick (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  if (lodger_caller_is_running (subject.caller))
    lodger_pending_unref (lodger_caller_call_later (subject.caller, TICK, tick, NULL, NULL));
}

static void
turn (void)
{
  subject.kind->turn (&subject);
  report ();
}

static void
work (Submitter submitters[SUBMITTERS], int64_t until)
{
  phase_is_over = false;
  resting = 0;
  for (unsigned i = 0; i < SUBMITTERS; i++)
    submitters[i].thread = thread_start (submit, &submitters[i]);
  watchdog_note (SUBMITTERS, "turns the main loop, phase", phases);
  while (test_now () < until && !is_interrupted)
    turn ();
  phase_is_over = true;
  watchdog_note (SUBMITTERS, "waits until all rest, phase", phases);
  while (resting < SUBMITTERS)
    turn ();
  for (unsigned i = 0; i < SUBMITTERS; i++)
    thread_join (submitters[i].thread);
}

static void
stop_all (Submitter submitters[SUBMITTERS])
{
  watchdog_note (SUBMITTERS, "waits for the others to stop, phase", phases);
  caller_set_stop ();
  while (!caller_set_has_stopped ())
    turn ();
  watchdog_note (SUBMITTERS, "stops the main thread's, phase", phases);
  subject_close (&subject);
  for (unsigned i = 0; i < SUBMITTERS; i++)
    ledger_empty (&submitters[i].ring, actions.hangs);
  random_actions_let_go (true);
  lodger_pending_return_nothing (actions.promise);
}

/* Abandoned calls return now, and then nothing is open any more. */
static void
account (ProcCount before)
{
  LedgerCounts counts;
  FloodCounts floods;
  watchdog_note (SUBMITTERS, "waits until all threads have gone, phase", phases);
  if (phases > 0)
    proc_expect_restored (before);
  random_actions_end (&actions);
  counts = ledger_counts ();
  floods = flood_counts ();
  expect_equal ("what is not over", ledger_open_count (), 0);
  expect_equal ("submitted: accepted and refused", counts.accepted + counts.refused, counts.submitted);
  expect_equal ("accepted: finished, failed, cancelled, abandoned, let go; direct ones run and dropped",
                counts.finished + counts.failed + counts.cancelled + counts.abandoned + counts.unwatched + counts.ran
                    + counts.dropped,
                counts.accepted);
  expect_equal ("data destroyed", counts.destroyed, counts.created);
  expect_equal ("floods' data destroyed", floods.destroyed, floods.accepted + floods.refused);
  if (ledger_open_count () != 0)
    ledger_report (stdout);
}

/* A loop that was idle for a second gives back, bit by bit, the memory that a flood needed. */
static void
sample (void)
{
  int64_t until = test_now () + 20 * SECOND;
  watchdog_note (SUBMITTERS, "waits for quiet, phase", phases);
  while (lodger__slab_have_surplus () && test_now () < until && !is_interrupted)
    turn ();
  malloc_trim (0);
  if (phases < SAMPLES)
    {
      used[phases] = memory_in_use ();
      resident[phases] = memory_resident ();
    }
}

static void
open_main (bool hangs)
{
  const LodgerCallerOptions options
      = { .size = sizeof options, .stop_deadline = hangs ? INT64_C (50000000) : INT64_C (30000000000) };
  int kind = subject_find ("glib-default");
  subject_open_full (&subject, kind >= 0 ? kind : subject_find ("manual-real"), &options);
}

static void
run_phase (Submitter submitters[SUBMITTERS], int64_t until, ProcCount before)
{
  bool hangs = phases % 2 == 1;
  actions = (RandomActions) { .pick = caller_set_pick, .special = special, .hangs = hangs, .is_orderly = !hangs };
  random_actions_begin (&actions);
  open_main (hangs);
  tick (NULL, NULL);
  caller_set_begin (subject.caller, hangs);
  work (submitters, until);
  stop_all (submitters);
  account (before);
  open_main (false);
  sample ();
  subject_close (&subject);
}

/* ---- the end --------------------------------------------------------------------------------------------------- */

static void
judge (const char *what, const size_t *bytes, size_t tolerance)
{
  size_t count = phases < SAMPLES ? phases : SAMPLES;
  size_t growth = memory_growth (bytes, count, WARM_UP);
  if (count < MANY)
    printf ("%-28s not judged: %zu phases are too few\n", what, count);
  else
    printf ("%-28s grows by %zu KiB, may be %zu; in KiB: %zu, %zu … %zu, %zu\n", what, growth / 1024, tolerance / 1024,
            bytes[WARM_UP] / 1024, bytes[WARM_UP + 1] / 1024, bytes[count - 2] / 1024, bytes[count - 1] / 1024);
  if (count >= MANY)
    expect_equal (what, growth > tolerance, 0);
}

static void
print_table (void)
{
  LedgerCounts counts = ledger_counts ();
  FloodCounts floods = flood_counts ();
  ProcCount proc = proc_count ();
  const struct
  {
    const char *what;
    long count;
  } rows[] = {
    { "seconds", (long) ((test_now () - begun) / SECOND) },
    { "phases", phases },
    { "callers", caller_set_count () },
    { "submitted", counts.submitted },
    { "  refused", counts.refused },
    { "  accepted", counts.accepted },
    { "    finished", counts.finished },
    { "    failed", counts.failed },
    { "    cancelled", counts.cancelled },
    { "    abandoned", counts.abandoned },
    { "    let go at once", counts.unwatched },
    { "    direct, run", counts.ran },
    { "    direct, dropped", counts.dropped },
    { "data created", counts.created },
    { "data destroyed", counts.destroyed },
    { "floods", floods.floods },
    { "  accepted", floods.accepted },
    { "  refused", floods.refused },
    { "  run", floods.ran },
    { "  data destroyed", floods.destroyed },
    { "log lines of abandoned calls", abandoned_lines },
    { "threads", proc.threads },
    { "descriptors", proc.fds },
  };
  printf ("\n");
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    printf ("%-28s %ld\n", rows[i].what, rows[i].count);
  judge ("memory in use", used, USED_TOLERANCE);
  judge ("memory resident", resident, RESIDENT_TOLERANCE);
  printf ("%s\n", failures == 0 ? "everything adds up" : "IT DOES NOT ADD UP");
}

static void
prepare (int64_t seconds)
{
  const struct sigaction action = { .sa_handler = interrupt };
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  begun = test_now ();
  end_at = begun + seconds * SECOND;
  next_report = begun + REPORT;
  test_seed ();
#ifdef LODGER_HAVE_GLIB
  lodger_glib_register ();
#endif
  lodger_set_log_func (listen_to_log, NULL);
  ledger_begin ();
  watchdog_begin (end_at + SPARE_TIME);
}

int
main (int argc, char **argv)
{
  Submitter submitters[SUBMITTERS] = { 0 };
  long seconds = argc > 1 ? strtol (argv[1], NULL, 10) : 600;
  int64_t phase = seconds >= 60 ? 4 * SECOND : seconds * SECOND / 5;
  ProcCount before = { 0, 0 };
  if (seconds <= 0)
    {
      fprintf (stderr, "soak [SECONDS]\n");
      return 2;
    }
  prepare (seconds);
  for (unsigned i = 0; i < SUBMITTERS; i++)
    {
      submitters[i].number = i;
      submitters[i].random = test_random_new (i);
    }
  while (test_now () < end_at && !is_interrupted && failures == 0)
    {
      int64_t until = test_now () + phase;
      run_phase (submitters, until < end_at ? until : end_at, before);
      /* The first two phases create what stays for good. */
      if (phases++ < 2)
        before = proc_count ();
    }
  watchdog_end ();
  print_table ();
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
