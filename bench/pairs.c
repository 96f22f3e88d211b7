/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pairs.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum
{
  STALL_SECONDS = 300
};

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

static void
run_pair (const BenchContest *contest, size_t round, BenchSideRun *run)
{
  bool is_peer_first = draw (2) == 0;
  for (int i = 0; i < 2; i++)
    {
      alarm (STALL_SECONDS);
      if (is_peer_first == (i == 0))
        contest->peer[round] = run (contest->subject, true);
      else
        contest->own[round] = run (contest->subject, false);
    }
}

static void
run_round (const BenchContest *contests, size_t count, size_t round, size_t *order, BenchSideRun *run)
{
  for (size_t i = 0; i < count; i++)
    order[i] = i;
  for (size_t i = count; i > 1; i--)
    {
      size_t other = draw (i), last = order[i - 1];
      order[i - 1] = order[other];
      order[other] = last;
    }
  for (size_t i = 0; i < count; i++)
    run_pair (&contests[order[i]], round, run);
}

static void
stalled (int signal_number)
{
  static const char words[] = "the benchmark does not end: a call has been lost\n";
  (void) signal_number;
  if (write (STDERR_FILENO, words, sizeof words - 1) < 0)
    _exit (1);
  _exit (1);
}

/* The first run of each pays for pages, threads and lazy binding. */
void
bench_contests_run (BenchContest *contests, size_t count, size_t rounds, BenchSideRun *run)
{
  size_t *order = calloc (count, sizeof *order);
  signal (SIGALRM, stalled);
  for (size_t i = 0; i < count; i++)
    {
      contests[i].own = calloc (rounds, sizeof (double));
      contests[i].peer = calloc (rounds, sizeof (double));
      if (order == NULL || contests[i].own == NULL || contests[i].peer == NULL)
        bench_fail ("no memory for the times");
      run_pair (&contests[i], 0, run);
    }
  for (size_t i = 0; i < rounds; i++)
    run_round (contests, count, i, order, run);
  alarm (0);
  free (order);
}

BenchComparison
bench_contest_sum_up (const BenchContest *contest, size_t rounds)
{
  BenchComparison sum = { .own = bench_median (contest->own, rounds), .peer = bench_median (contest->peer, rounds) };
  double *more = calloc (rounds, sizeof *more), *ratio = calloc (rounds, sizeof *ratio);
  if (more == NULL || ratio == NULL)
    bench_fail ("no memory for the statistics");
  for (size_t i = 0; i < rounds; i++)
    {
      more[i] = contest->own[i] - contest->peer[i];
      ratio[i] = contest->own[i] / contest->peer[i];
    }
  bench_bootstrap (more, rounds, BENCH_RESAMPLES, BENCH_SEED, &sum.low, &sum.high);
  sum.more = bench_median (more, rounds);
  sum.ratio = bench_median (ratio, rounds);
  free (more);
  free (ratio);
  return sum;
}

void
bench_contests_clear (BenchContest *contests, size_t count)
{
  for (size_t i = 0; i < count; i++)
    {
      free (contests[i].own);
      free (contests[i].peer);
    }
}

double
bench_load (void)
{
  double load;
  return getloadavg (&load, 1) == 1 ? load : -1;
}
