/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two works beside each other: a pair is one run of each, one right after the other, in random order. The pairs of all
 * contests are shuffled in each round. */
#ifndef LODGER_BENCH_PAIRS_H
#define LODGER_BENCH_PAIRS_H

#include "bench.h"

typedef struct BenchContest
{
  const void *subject; /* the program's own */
  double *own, *peer;  /* ns for each, of each pair; filled in by bench_contests_run() */
} BenchContest;

/* One run: ns for each. It names itself to the ledger. */
typedef double BenchSideRun (const void *subject, bool is_peer);

/* The medians, those of the pairs' differences and ratios, and the 95 % interval of the former. */
typedef struct BenchComparison
{
  double own, peer, more, low, high, ratio; /* own less peer; own to peer */
} BenchComparison;

/* Runs one round that does not count, and then the others. A run that takes 300 s ends the program. */
void bench_contests_run (BenchContest *contests, size_t count, size_t rounds, BenchSideRun *run);
BenchComparison bench_contest_sum_up (const BenchContest *contest, size_t rounds);
void bench_contests_clear (BenchContest *contests, size_t count);
/* The system's load; below 0: it is not known. */
double bench_load (void);

#endif
