/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-switch [--quick]: what it costs to switch between stacks, beside swapcontext(). One line a row, tab-separated:
 *
 *   row  value  swapcontext  ratio  what
 *
 * The figures are nanoseconds of the processor. A pair is one run of each, right after the other; the values are the
 * medians, and the ratio is the median of the pairs' ratios. Each run counts what it has switched to.
 */
#include "../bench.h"
#include "stack/stack.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

enum
{
  PAIRS = 51,
  PAIRS_QUICK = 11,
  SWITCHES = 100000,
  MANY = 1000,
  PEER_STACK = 64 * 1024
};

static uint64_t seen;
static LodgerStack *stacks[MANY];
static ucontext_t here, there;
static char peer_stack[PEER_STACK];

static int64_t
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (int64_t) time.tv_sec * INT64_C (1000000000) + time.tv_nsec;
}

static void
leave_until (void *data)
{
  const uint64_t *ends = data;
  while (*ends == 0)
    {
      seen++;
      lodger__stack_leave ();
    }
}

static void
count (void *data)
{
  (void) data;
  seen++;
}

/* ---- Lodger's ---------------------------------------------------------------------------------------------------- */

/* `among` stacks, one after the other. */
static int64_t
switch_among (int among)
{
  uint64_t ends = 0;
  int64_t start, elapsed;
  for (int i = 0; i < among; i++)
    {
      stacks[i] = lodger__stack_take (0);
      lodger__stack_start (stacks[i], leave_until, &ends);
    }
  seen = 0;
  start = now ();
  for (int i = 0; i < SWITCHES / among; i++)
    for (int k = 0; k < among; k++)
      lodger__stack_resume (stacks[k]);
  elapsed = now () - start;
  ends = 1;
  for (int i = 0; i < among; i++)
    {
      lodger__stack_resume (stacks[i]);
      lodger__stack_give (stacks[i]);
    }
  return elapsed;
}

static int64_t
switch_one (void)
{
  return switch_among (1);
}

static int64_t
switch_many (void)
{
  return switch_among (MANY);
}

static int64_t
start_pooled (void)
{
  const int64_t start = now ();
  seen = 0;
  for (int i = 0; i < SWITCHES; i++)
    {
      LodgerStack *stack = lodger__stack_take (0);
      lodger__stack_start (stack, count, NULL);
      lodger__stack_give (stack);
    }
  return now () - start;
}

static void
borrow_often (void *data)
{
  int64_t start = now ();
  for (int i = 0; i < SWITCHES; i++)
    lodger__stack_borrow (count, NULL);
  *(int64_t *) data = now () - start;
}

static int64_t
borrow (void)
{
  LodgerStack *stack = lodger__stack_take (0);
  int64_t elapsed = 0;
  seen = 0;
  lodger__stack_start (stack, borrow_often, &elapsed);
  lodger__stack_give (stack);
  return elapsed;
}

/* ---- swapcontext() ----------------------------------------------------------------------------------------------- */

static void
swap_for_ever (void)
{
  for (;;)
    {
      seen++;
      swapcontext (&there, &here);
    }
}

static int64_t
peer_switch (void)
{
  int64_t start;
  getcontext (&there);
  there.uc_stack.ss_sp = peer_stack;
  there.uc_stack.ss_size = sizeof peer_stack;
  makecontext (&there, swap_for_ever, 0);
  swapcontext (&here, &there);
  seen = 0;
  start = now ();
  for (int i = 0; i < SWITCHES; i++)
    swapcontext (&here, &there);
  return now () - start;
}

static void
count_once (void)
{
  seen++;
}

static int64_t
peer_start (void)
{
  const int64_t start = now ();
  seen = 0;
  for (int i = 0; i < SWITCHES; i++)
    {
      getcontext (&there);
      there.uc_stack.ss_sp = peer_stack;
      there.uc_stack.ss_size = sizeof peer_stack;
      there.uc_link = &here;
      makecontext (&there, count_once, 0);
      swapcontext (&here, &there);
    }
  return now () - start;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

typedef struct Row
{
  const char *name;
  const char *what;
  int64_t (*run) (void);
  int64_t (*peer) (void);
} Row;

static const Row rows[] = {
  { "switch", "a stack is resumed, and leaves", switch_one, peer_switch },
  { "among", "the same among 1,000 stacks", switch_many, peer_switch },
  { "start", "a stack is taken from the pool, runs a function, and is given back", start_pooled, peer_start },
  { "borrow", "a function runs on the thread's own stack", borrow, peer_switch },
};

static double
run_once (const Row *row, int64_t (*run) (void), const char *name)
{
  int64_t elapsed;
  bench_ledger_name (row->name, name);
  elapsed = run ();
  if (seen != SWITCHES)
    bench_fail ("%llu switches instead of %d", (unsigned long long) seen, SWITCHES);
  return (double) elapsed / SWITCHES;
}

static void
measure (const Row *row, size_t pairs)
{
  double values[PAIRS], peers[PAIRS], ratios[PAIRS];
  for (size_t i = 0; i < pairs; i++)
    {
      values[i] = run_once (row, row->run, BENCH_LODGER);
      peers[i] = run_once (row, row->peer, "swapcontext");
      ratios[i] = peers[i] / values[i];
    }
  printf ("%s\t%.1f\t%.1f\t%.1f\t%s\n", row->name, bench_median (values, pairs), bench_median (peers, pairs),
          bench_median (ratios, pairs), row->what);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  const bool is_quick = argc == 2 && strcmp (argv[1], "--quick") == 0;
  if (argc > 1 && !is_quick)
    {
      fprintf (stderr, "usage: lodger-switch [--quick]\n");
      return 2;
    }
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    measure (&rows[i], is_quick ? PAIRS_QUICK : PAIRS);
  return 0;
}
