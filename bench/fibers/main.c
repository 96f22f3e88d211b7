/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-fibers [--quick] [--only ROW]: what spawned calls cost. A pair is one run of Lodger and one of the peer, one
 * right after the other, in random order; the pairs of all rows are shuffled in each round.
 */
#include "../pairs.h"
#include "fibers.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum
{
  ROUNDS = 101,
  ROUNDS_QUICK = 11,
  PARKED = 100000,
  PARKED_QUICK = 10000
};

#define CALLS UINT64_C (20000)
#define TURNS UINT64_C (100000)
#define LOOKS UINT64_C (1000000)

#define IN_BOTH(name, what, count, lodger, peer, peer_name, target, is_more)                                           \
  { name, what ", in a main loop", count, { "gui", lodger##_gui }, { peer_name, peer##_gui }, target, is_more },       \
  {                                                                                                                    \
    name, what ", in a worker", count, { "worker", lodger##_worker }, { peer_name, peer##_worker }, target, is_more    \
  }
#define BESIDE(name, what, count, lodger, peer_name, peer)                                                             \
  {                                                                                                                    \
    name, what, count, { "gui", lodger##_gui }, { peer_name, peer }, 0, false                                          \
  }

static const Row rows[] = {
  IN_BOTH ("spawn", "a spawned call, until it is gone", CALLS, spawn, call, "call_soon", 100, true),
  BESIDE ("spawn", "an idle source", CALLS, spawn, "g_idle", glib_idle),
#ifdef LODGER_HAVE_DEX
  BESIDE ("spawn", "dex_scheduler_spawn", CALLS, spawn, "libdex", dex_spawned),
#endif
  { "yield", "a yield and back, in a main loop", TURNS, { "gui", yield_gui }, { "switch", bare_switch }, 60, false },
  { "yield", "a yield and back, in a worker", TURNS, { "worker", yield_worker }, { "switch", bare_switch }, 60, false },
  { "yield", "beside the C library", TURNS, { "gui", yield_gui }, { "swapcontext", bare_swapcontext }, 60, false },
  BESIDE ("yield", "one idle source that comes again", TURNS, yield, "g_idle", glib_again),
  { "yield2", "two that take turns, each yield", TURNS, { "gui", yield2_gui }, { "switch", bare_switch }, 60, false },
  IN_BOTH ("await-done", "a done pending, beside a reference taken and dropped", LOOKS, done, kept, "reference", 20,
           true),
#ifdef LODGER_HAVE_DEX
  BESIDE ("await-done", "dex_await of a done future", LOOKS, done, "libdex", dex_done),
#endif
  IN_BOTH ("await", "a promise that a call of the same thread answers", CALLS, own, soon, "yield", 0, true),
  BESIDE ("await", "a GTask that is answered at once", CALLS, own, "GTask", glib_task),
#ifdef LODGER_HAVE_DEX
  BESIDE ("await", "dex_await of a promise that a pushed function resolves", CALLS, own, "libdex", dex_answered),
#endif
  { "switch",
    "two switches of stacks, beside the C library",
    TURNS,
    { "bare", bare_switch },
    { "swapcontext", bare_swapcontext },
    0,
    false },
};
enum
{
  N_ROWS = sizeof rows / sizeof rows[0]
};

/* ---- the clocks -------------------------------------------------------------------------------------------------- */

static int64_t
read_clock (clockid_t clock)
{
  struct timespec now;
  clock_gettime (clock, &now);
  return (int64_t) now.tv_sec * INT64_C (1000000000) + now.tv_nsec;
}

int64_t
fibers_clock (void)
{
  return read_clock (CLOCK_THREAD_CPUTIME_ID);
}

int64_t
fibers_process_clock (void)
{
  return read_clock (CLOCK_PROCESS_CPUTIME_ID);
}

static double
run_side (const void *subject, bool is_peer)
{
  const Row *row = subject;
  const Side *side = is_peer ? &row->peer : &row->lodger;
  bench_ledger_name (row->name, side->name);
  return (double) side->work (row->count) / (double) row->count;
}

/* ---- the lines --------------------------------------------------------------------------------------------------- */

static void
print_head (size_t rounds)
{
  printf ("# ns of the processor for each, of its thread; %zu pairs; load %.1f\n", rounds, bench_load ());
  puts ("# row\tplace\tvalue\tpeer\tvalue\tmore\tlow\thigh\ttarget\tratio\twhat");
}

/* Its ratio is above 1 where Lodger is better. */
static void
print_line (const BenchContest *contest, size_t rounds)
{
  const Row *row = contest->subject;
  const BenchComparison sum = bench_contest_sum_up (contest, rounds);
  char target[32] = "";
  if (row->target != 0)
    snprintf (target, sizeof target, row->is_more ? "%+d" : "%d", row->target);
  printf ("%s\t%s\t%.1f\t%s\t%.1f\t%+.1f\t%+.1f\t%+.1f\t%s\t%.2f\t%s\n", row->name, row->lodger.name, sum.own,
          row->peer.name, sum.peer, sum.more, sum.low, sum.high, target, 1 / sum.ratio, row->what);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static void
run (BenchContest *contests, size_t count, size_t rounds)
{
  works_begin ();
#ifdef LODGER_HAVE_DEX
  dex_begin ();
#else
  puts ("# left out: libdex (libdex-dev is not there)");
#endif
  bench_contests_run (contests, count, rounds, run_side);
  works_end ();
  print_head (rounds);
  for (size_t i = 0; i < count; i++)
    print_line (&contests[i], rounds);
  bench_contests_clear (contests, count);
}

int
main (int argc, char **argv)
{
  BenchContest contests[N_ROWS];
  size_t rounds = ROUNDS, count = 0;
  uint64_t parked = PARKED;
  const char *only = NULL;
  int at = 1;
  if (at < argc && strcmp (argv[at], "--quick") == 0)
    {
      rounds = ROUNDS_QUICK;
      parked = PARKED_QUICK;
      at++;
    }
  if (at + 1 < argc && strcmp (argv[at], "--only") == 0)
    {
      only = argv[at + 1];
      at += 2;
    }
  for (size_t i = 0; i < N_ROWS; i++)
    if (only == NULL || strcmp (only, rows[i].name) == 0)
      contests[count++] = (BenchContest) { .subject = &rows[i] };
  if (at != argc || (count == 0 && strcmp (only, "parked") != 0))
    {
      fputs ("Usage: lodger-fibers [--quick] [--only spawn|yield|yield2|await-done|await|switch|parked]\n", stderr);
      return 2;
    }
  if (only == NULL || strcmp (only, "parked") == 0)
    parked_print (parked);
  if (count > 0)
    run (contests, count, rounds);
  return 0;
}
