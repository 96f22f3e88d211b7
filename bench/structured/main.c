/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-structured [--quick] [--only KIND]: the processor's time of a call in a group, a queue, a limiter, and with a
 * context value, beside a plain call. A pair is one run of each, one right after the other, in random order. The pairs of all kinds and
 * places are shuffled in each round.
 */
#include "structured.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum
{
  ROUNDS = 101,
  ROUNDS_QUICK = 21,
  BATCHES = 200, /* of one run */
  STALL_SECONDS = 300
};

/* One kind in one place. */
typedef struct Contest
{
  const Kind *kind;
  const Place *place;
  double *plain, *with; /* ns for each call, of each pair */
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

static double
run_once (const Contest *contest, const Kind *kind)
{
  bench_ledger_name (contest->place->name, kind->name);
  alarm (STALL_SECONDS);
  return (double) contest->place->run (kind, BATCHES) / (BATCHES * BATCH);
}

static void
run_pair (const Contest *contest, size_t round)
{
  bool is_plain_first = draw (2) == 0;
  for (int i = 0; i < 2; i++)
    if (is_plain_first == (i == 0))
      contest->plain[round] = run_once (contest, &structured_kinds[0]);
    else
      contest->with[round] = run_once (contest, contest->kind);
}

static void
run_round (const Contest *contests, size_t count, size_t round)
{
  size_t order[count];
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

/* ---- the lines ---------------------------------------------------------------------------------------------------- */

static void
print_head (size_t rounds)
{
  double load = -1;
  if (getloadavg (&load, 1) != 1)
    load = -1;
  printf ("# ns of the processor for each call; %zu pairs of %d calls; load %.1f\n", rounds, BATCHES * BATCH, load);
  puts ("# place\tcall\tvalue\tplain\tmore\tlow\thigh\ttarget\tratio\twhat");
}

/* The difference and the ratio are medians of those of the pairs. */
static void
print_line (const Contest *contest, size_t rounds)
{
  double *more = calloc (rounds, sizeof *more), *ratio = calloc (rounds, sizeof *ratio), low, high;
  if (more == NULL || ratio == NULL)
    bench_fail ("no memory for the statistics");
  for (size_t i = 0; i < rounds; i++)
    {
      more[i] = contest->with[i] - contest->plain[i];
      ratio[i] = contest->with[i] / contest->plain[i];
    }
  bench_bootstrap (more, rounds, BENCH_RESAMPLES, BENCH_SEED, &low, &high);
  printf ("%s\t%s\t%.0f\t%.0f\t%+.0f\t%+.0f\t%+.0f\t%+d\t%.2f\t%s, %s\n", contest->place->name, contest->kind->name,
          bench_median (contest->with, rounds), bench_median (contest->plain, rounds), bench_median (more, rounds), low,
          high, contest->kind->target, bench_median (ratio, rounds), contest->kind->what, contest->place->what);
  free (more);
  free (ratio);
}

/* ---- all of it ---------------------------------------------------------------------------------------------------- */

static void
run (Contest *contests, size_t count, size_t rounds)
{
  structured_begin ();
  /* The first run of each pays for pages, threads and lazy binding. */
  for (size_t i = 0; i < count; i++)
    {
      contests[i].plain = calloc (rounds, sizeof (double));
      contests[i].with = calloc (rounds, sizeof (double));
      if (contests[i].plain == NULL || contests[i].with == NULL)
        bench_fail ("no memory for the times");
      run_pair (&contests[i], 0);
    }
  for (size_t i = 0; i < rounds; i++)
    run_round (contests, count, i);
  structured_end ();
  print_head (rounds);
  for (size_t i = 0; i < count; i++)
    {
      print_line (&contests[i], rounds);
      free (contests[i].plain);
      free (contests[i].with);
    }
}

static void
stalled (int signal_number)
{
  static const char words[] = "lodger-structured: it does not end, a call has been lost\n";
  (void) signal_number;
  if (write (STDERR_FILENO, words, sizeof words - 1) < 0)
    _exit (1);
  _exit (1);
}

static size_t
list_contests (Contest *contests, const char *only)
{
  size_t count = 0;
  for (size_t i = 0; i < structured_n_places; i++)
    for (size_t j = 1; j < structured_n_kinds; j++)
      if (only == NULL || strcmp (only, structured_kinds[j].name) == 0)
        contests[count++] = (Contest) { .kind = &structured_kinds[j], .place = &structured_places[i] };
  return count;
}

int
main (int argc, char **argv)
{
  Contest contests[16];
  size_t rounds = ROUNDS, count;
  const char *only = NULL;
  int at = 1;
  if (at < argc && strcmp (argv[at], "--quick") == 0)
    {
      rounds = ROUNDS_QUICK;
      at++;
    }
  if (at + 1 < argc && strcmp (argv[at], "--only") == 0)
    {
      only = argv[at + 1];
      at += 2;
    }
  count = list_contests (contests, only);
  if (at != argc || count == 0)
    {
      fputs ("Usage: lodger-structured [--quick] [--only group|queue|limiter|context]\n", stderr);
      return 2;
    }
  signal (SIGALRM, stalled);
  run (contests, count, rounds);
  return 0;
}
