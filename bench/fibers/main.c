/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-fibers [--quick] [--only ROW]: what spawned calls cost. A pair is one run of Lodger and one of the peer, one
 * right after the other, in random order; the pairs of all rows are shuffled in each round.
 */
#include "fibers.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum
{
  ROUNDS = 101,
  ROUNDS_QUICK = 11,
  PARKED = 100000,
  PARKED_QUICK = 10000,
  STALL_SECONDS = 300
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

/* ---- the pairs --------------------------------------------------------------------------------------------------- */

typedef struct Contest
{
  const Row *row;
  double *lodger, *peer; /* ns for each, of each pair */
} Contest;

static uint64_t random_state = BENCH_SEED;

/* xorshift */
static uint64_t
draw (uint64_t below)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state % below;
}

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
run_once (const Row *row, const Side *side)
{
  bench_ledger_name (row->name, side->name);
  alarm (STALL_SECONDS);
  return (double) side->work (row->count) / (double) row->count;
}

static void
run_pair (const Contest *contest, size_t round)
{
  const Row *row = contest->row;
  bool is_peer_first = draw (2) == 0;
  for (int i = 0; i < 2; i++)
    if (is_peer_first == (i == 0))
      contest->peer[round] = run_once (row, &row->peer);
    else
      contest->lodger[round] = run_once (row, &row->lodger);
}

static void
run_round (const Contest *contests, size_t count, size_t round)
{
  size_t order[N_ROWS];
  for (size_t i = 0; i < count; i++)
    order[i] = i;
  for (size_t i = count; i > 1; i--)
    {
      size_t other = draw (i), last = order[i - 1];
      order[i - 1] = order[other];
      order[other] = last;
    }
  for (size_t i = 0; i < count; i++)
    run_pair (&contests[order[i]], round);
}

/* ---- the lines --------------------------------------------------------------------------------------------------- */

static void
print_head (size_t rounds)
{
  double load = -1;
  if (getloadavg (&load, 1) != 1)
    load = -1;
  printf ("# ns of the processor for each, of its thread; %zu pairs; load %.1f\n", rounds, load);
  puts ("# row\tplace\tvalue\tpeer\tvalue\tmore\tlow\thigh\ttarget\tratio\twhat");
}

/* The difference and the ratio are medians of those of the pairs. */
static void
print_line (const Contest *contest, size_t rounds)
{
  const Row *row = contest->row;
  double *more = calloc (rounds, sizeof *more), *ratio = calloc (rounds, sizeof *ratio), low, high;
  char target[32] = "";
  if (more == NULL || ratio == NULL)
    bench_fail ("no memory for the statistics");
  for (size_t i = 0; i < rounds; i++)
    {
      more[i] = contest->lodger[i] - contest->peer[i];
      ratio[i] = contest->peer[i] / contest->lodger[i];
    }
  bench_bootstrap (more, rounds, BENCH_RESAMPLES, BENCH_SEED, &low, &high);
  if (row->target != 0)
    snprintf (target, sizeof target, row->is_more ? "%+d" : "%d", row->target);
  printf ("%s\t%s\t%.1f\t%s\t%.1f\t%+.1f\t%+.1f\t%+.1f\t%s\t%.2f\t%s\n", row->name, row->lodger.name,
          bench_median (contest->lodger, rounds), row->peer.name, bench_median (contest->peer, rounds),
          bench_median (more, rounds), low, high, target, bench_median (ratio, rounds), row->what);
  free (more);
  free (ratio);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static void
run (Contest *contests, size_t count, size_t rounds)
{
  works_begin ();
#ifdef LODGER_HAVE_DEX
  dex_begin ();
#else
  puts ("# left out: libdex (libdex-dev is not there)");
#endif
  /* The first run of each pays for pages, threads and lazy binding. */
  for (size_t i = 0; i < count; i++)
    {
      contests[i].lodger = calloc (rounds, sizeof (double));
      contests[i].peer = calloc (rounds, sizeof (double));
      if (contests[i].lodger == NULL || contests[i].peer == NULL)
        bench_fail ("no memory for the times");
      run_pair (&contests[i], 0);
    }
  for (size_t i = 0; i < rounds; i++)
    run_round (contests, count, i);
  works_end ();
  print_head (rounds);
  for (size_t i = 0; i < count; i++)
    {
      print_line (&contests[i], rounds);
      free (contests[i].lodger);
      free (contests[i].peer);
    }
}

static void
stalled (int signal_number)
{
  static const char words[] = "lodger-fibers: it does not end, a call has been lost\n";
  (void) signal_number;
  if (write (STDERR_FILENO, words, sizeof words - 1) < 0)
    _exit (1);
  _exit (1);
}

int
main (int argc, char **argv)
{
  Contest contests[N_ROWS];
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
      contests[count++] = (Contest) { .row = &rows[i] };
  if (at != argc || (count == 0 && strcmp (only, "parked") != 0))
    {
      fputs ("Usage: lodger-fibers [--quick] [--only spawn|yield|yield2|await-done|await|switch|parked]\n", stderr);
      return 2;
    }
  signal (SIGALRM, stalled);
  if (only == NULL || strcmp (only, "parked") == 0)
    parked_print (parked);
  if (count > 0)
    run (contests, count, rounds);
  return 0;
}
