/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-scaling [--quick]: what calls of many threads have in common. bench/report/scale.py says from that how it would
 * go on many processors.
 *
 *   word        what it costs to change a word that others change, too
 *   operation   what a call takes of its threads
 *   lock        each mutex that a call takes, and how long it is held
 *   threads     the calls of many threads on the processors that are there
 */
#include "../bench.h"
#include "scaling.h"

#include <inttypes.h>
#include <string.h>

enum
{
  COUNT = 200000,
  COUNT_QUICK = 20000,
  TRIPS_OF = 10, /* operations that wait take longer */
  RUNS = 5,
  MOST_THREADS = 64,
  MOST_THREADS_QUICK = 8
};

static bool is_quick;

static double
median_of (double (*measure) (void))
{
  double values[RUNS];
  for (size_t i = 0; i < RUNS; i++)
    values[i] = measure ();
  return bench_median (values, RUNS);
}

static void
print_words (void)
{
  puts ("# word\tns\twhat");
  printf ("alone\t%.1f\tan exchange of a word, by one thread\n", median_of (words_alone));
  printf ("shared\t%.1f\tthe same by two threads on one word, for each exchange\n", median_of (words_shared));
  printf ("mutex\t%.1f\ta mutex, locked and unlocked by one thread\n", median_of (words_mutex_alone));
  fflush (stdout);
}

/* ---- operations --------------------------------------------------------------------------------------------------- */

static uint64_t
count_of (const Operation *operation)
{
  uint64_t count = is_quick ? COUNT_QUICK : COUNT;
  return strcmp (operation->name, "trips") == 0 || strcmp (operation->name, "waits") == 0 ? count / TRIPS_OF : count;
}

static void
print_operations (void)
{
  puts ("# operation\towner ns\tothers ns\twhat");
  for (size_t i = 0; i < n_operations; i++)
    {
      double owner[RUNS], others[RUNS];
      for (size_t j = 0; j < RUNS; j++)
        {
          Took took = operations_measure (&operations[i], count_of (&operations[i]));
          owner[j] = took.owner;
          others[j] = took.others;
        }
      printf ("%s\t%.0f\t%.0f\t%s\n", operations[i].name, bench_median (owner, RUNS), bench_median (others, RUNS),
              operations[i].what);
      fflush (stdout);
    }
}

/* A lock that is taken once in a hundred operations limits nobody. */
static void
print_locks (void)
{
  puts ("# lock of\tname\tof all\tfor each\tns held");
  for (size_t i = 0; i < n_operations; i++)
    {
      Lock locks[MOST_LOCKS];
      uint64_t count = count_of (&operations[i]);
      size_t found;
      locks_begin ();
      operations_measure (&operations[i], count);
      found = locks_read (locks, MOST_LOCKS, count / 100);
      for (size_t j = 0; j < found; j++)
        {
          printf ("%s\t%s\t%s\t%.2f\t%.0f\n", operations[i].name,
                  locks[j].name == NULL ? "another library's" : locks[j].name, locks[j].is_variable ? "yes" : "no",
                  (double) locks[j].count / (double) count, locks[j].held / (double) locks[j].count);
        }
      fflush (stdout);
    }
}

/* ---- threads ------------------------------------------------------------------------------------------------------ */

static void
print_threads (const char *name, double (*run) (unsigned threads, uint64_t count))
{
  bench_ledger_name ("threads", name);
  printf ("%s", name);
  for (unsigned threads = 1; threads <= (is_quick ? MOST_THREADS_QUICK : MOST_THREADS); threads *= 2)
    {
      double values[RUNS];
      for (size_t i = 0; i < RUNS; i++)
        values[i] = run (threads, is_quick ? COUNT_QUICK : COUNT);
      printf ("\t%.2f", bench_median (values, RUNS));
      fflush (stdout);
    }
  puts ("\tMcalls/s");
}

int
main (int argc, char **argv)
{
  is_quick = argc == 2 && strcmp (argv[1], "--quick") == 0;
  if (argc > 1 && !is_quick)
    {
      fputs ("Usage: lodger-scaling [--quick]\n", stderr);
      return 2;
    }
  print_words ();
  operations_begin ();
  print_operations ();
  print_locks ();
  operations_end ();
  printf ("# threads");
  for (unsigned threads = 1; threads <= (is_quick ? MOST_THREADS_QUICK : MOST_THREADS); threads *= 2)
    printf ("\t%u", threads);
  puts ("\tunit");
  print_threads ("to one", threads_to_one);
  print_threads ("to one each", threads_to_each);
  return 0;
}
