/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-structured [--quick] [--only KIND]: the processor's time of a call in a group, a queue, a limiter, and with a
 * context value, beside a plain call. A pair is one run of each, one right after the other, in random order. The pairs
 * of all kinds and places are shuffled in each round.
 */
#include "../pairs.h"
#include "structured.h"

#include <string.h>

enum
{
  ROUNDS = 101,
  ROUNDS_QUICK = 21,
  BATCHES = 200 /* of one run */
};

/* One kind in one place. */
typedef struct Subject
{
  const Kind *kind;
  const Place *place;
} Subject;

/* The peer is a plain call in the same place. */
static double
run_side (const void *given, bool is_peer)
{
  const Subject *subject = given;
  const Kind *kind = is_peer ? &structured_kinds[0] : subject->kind;
  bench_ledger_name (subject->place->name, kind->name);
  return (double) subject->place->run (kind, BATCHES) / (BATCHES * BATCH);
}

/* ---- the lines --------------------------------------------------------------------------------------------------- */

static void
print_head (size_t rounds)
{
  printf ("# ns of the processor for each call; %zu pairs of %d calls; load %.1f\n", rounds, BATCHES * BATCH,
          bench_load ());
  puts ("# place\tcall\tvalue\tplain\tmore\tlow\thigh\ttarget\tratio\twhat");
}

static void
print_line (const BenchContest *contest, size_t rounds)
{
  const Subject *subject = contest->subject;
  const BenchComparison sum = bench_contest_sum_up (contest, rounds);
  printf ("%s\t%s\t%.0f\t%.0f\t%+.0f\t%+.0f\t%+.0f\t%+d\t%.2f\t%s, %s\n", subject->place->name, subject->kind->name,
          sum.own, sum.peer, sum.more, sum.low, sum.high, subject->kind->target, sum.ratio, subject->kind->what,
          subject->place->what);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static void
run (BenchContest *contests, size_t count, size_t rounds)
{
  structured_begin ();
  bench_contests_run (contests, count, rounds, run_side);
  structured_end ();
  print_head (rounds);
  for (size_t i = 0; i < count; i++)
    print_line (&contests[i], rounds);
  bench_contests_clear (contests, count);
}

static size_t
list_subjects (Subject *subjects, const char *only)
{
  size_t count = 0;
  for (size_t i = 0; i < structured_n_places; i++)
    for (size_t j = 1; j < structured_n_kinds; j++)
      if (only == NULL || strcmp (only, structured_kinds[j].name) == 0)
        subjects[count++] = (Subject) { &structured_kinds[j], &structured_places[i] };
  return count;
}

int
main (int argc, char **argv)
{
  Subject subjects[16];
  BenchContest contests[16];
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
  count = list_subjects (subjects, only);
  for (size_t i = 0; i < count; i++)
    contests[i] = (BenchContest) { .subject = &subjects[i] };
  if (at != argc || count == 0)
    {
      fputs ("Usage: lodger-structured [--quick] [--only group|queue|limiter|context]\n", stderr);
      return 2;
    }
  run (contests, count, rounds);
  return 0;
}
