/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints what operations take, one a line, and fails if one takes more than it may. */
#define _GNU_SOURCE
#include "rows.h"

#include "base/port.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum
{
  LEFT_OUT = 77
};

static const char usage[]
    = "usage: lodger-counts [--list | --limits | --where] [OPERATION …]\n"
      "\n"
      "Prints the counts of each operation, or of those that are named, tab-separated.\n"
      "  --list    prints the names of the operations\n"
      "  --where   prints in which file, and where in it, each locked instruction and each call is\n"
      "  --limits  prints what the table of limits would be with these counts\n";

static const char head[] = "operation\ttimes\tsyscalls\tallocations\tfrees\tlocked\tmutexes\tclocks\tthreads\t"
                           "instructions\tlimits\twhat";

/* In the order of a row's limits. */
static const struct
{
  Count count;
  const char *what;
} limited[N_LIMITS] = {
  { COUNT_SYSCALLS, "system calls" },  { COUNT_ALLOCATIONS, "allocations" }, { COUNT_LOCKED, "locked instructions" },
  { COUNT_MUTEXES, "mutex sections" }, { COUNT_THREADS, "threads" },
};

typedef struct Mode
{
  bool lists, prints_limits, shows_where;
} Mode;

static void
print_number (long number, const char *end)
{
  if (number < 0)
    printf ("-%s", end);
  else
    printf ("%ld%s", number, end);
}

/* Where only calls were counted, there is no figure for the rest. */
static bool
is_counted (const Counts *counts, Count count)
{
  return counts->of[COUNT_INSTRUCTIONS] > 0 || count == COUNT_SYSCALLS || count == COUNT_ALLOCATIONS
         || count == COUNT_THREADS;
}

static void
print_counts (const Row *row, const Counts *counts)
{
  printf ("%s\t%u\t", row->name, row->times);
  for (Count count = 0; count < N_COUNTS; count++)
    print_number (is_counted (counts, count) ? (long) counts->of[count] : -1, "\t");
  for (int i = 0; i < N_LIMITS; i++)
    print_number (row->most[i], i + 1 < N_LIMITS ? "/" : "\t");
  printf ("%s\n", row->what);
}

static void
print_limits (const Row *row, const Counts *counts)
{
  printf ("%s\t{ ", row->name);
  for (int i = 0; i < N_LIMITS; i++)
    {
      const char *end = i + 1 < N_LIMITS ? ", " : " }\n";
      if (row->most[i] == ANY)
        printf ("ANY%s", end);
      else
        printf ("%lu%s", counts->of[limited[i].count], end);
    }
}

static bool
keeps (const Row *row, const Counts *counts)
{
  bool kept = true;
  for (int i = 0; i < N_LIMITS; i++)
    if (row->most[i] != ANY && counts->of[limited[i].count] > (unsigned long) row->most[i])
      {
        fprintf (stderr, "%s: %lu %s, and not at most %ld\n", row->name, counts->of[limited[i].count], limited[i].what,
                 row->most[i]);
        kept = false;
      }
  return kept;
}

static bool
run (const Row *row, const Mode *mode)
{
  Counts counts;
  const char *failure;
  test_expect_end ();
  failure = count_run (row->run, mode->shows_where, &counts);
  if (failure != NULL)
    fprintf (stderr, "%s: %s\n", row->name, failure);
  else if (mode->prints_limits)
    print_limits (row, &counts);
  else
    print_counts (row, &counts);
  fflush (stdout);
  return failure == NULL && keeps (row, &counts);
}

/* Takes it from the arguments. */
static bool
is_asked (char ***arguments, const char *option)
{
  bool asked = **arguments != NULL && strcmp (**arguments, option) == 0;
  *arguments += asked;
  return asked;
}

static bool
is_named (const Row *row, char **names)
{
  for (char **name = names; *name != NULL; name++)
    if (strcmp (row->name, *name) == 0)
      return true;
  return *names == NULL;
}

static bool
is_known (const char *name)
{
  for (const Row *row = rows; row->name != NULL; row++)
    if (strcmp (row->name, name) == 0)
      return true;
  fprintf (stderr, "lodger-counts: there is no operation '%s'\n%s", name, usage);
  return false;
}

/* A child and who traces it take turns: it is quicker if none of them has to be woken elsewhere. */
static void
stay_here (void)
{
  cpu_set_t here;
  CPU_ZERO (&here);
  CPU_SET ((size_t) sched_getcpu (), &here);
  sched_setaffinity (0, sizeof here, &here);
}

/* Some versions of GLib keep spare memory of their own, unless they are told so: once more, with that. */
static void
have_malloc_only (char **argv)
{
  if (getenv ("G_SLICE") == NULL && setenv ("G_SLICE", "always-malloc", 1) == 0)
    execv ("/proc/self/exe", argv);
}

static void
list (char **names)
{
  for (const Row *row = rows; row->name != NULL; row++)
    if (is_named (row, names))
      puts (row->name);
}

int
main (int argc, char **argv)
{
  char **names = argv + (argc > 0);
  const Mode mode = { .lists = is_asked (&names, "--list"),
                      .prints_limits = is_asked (&names, "--limits"),
                      .shows_where = is_asked (&names, "--where") };
  const char *refusal;
  bool passed = true;
  for (char **name = names; *name != NULL; name++)
    if (!is_known (*name))
      return 2;
  if (mode.lists)
    {
      list (names);
      return 0;
    }
  refusal = lodger__port_is_checked () ? "a sanitizer or valgrind does more than the program" : count_refusal ();
  if (refusal != NULL)
    {
      fprintf (stderr, "left out: nothing can be counted here: %s\n", refusal);
      return LEFT_OUT;
    }
  have_malloc_only (argv);
  stay_here ();
  if (!mode.prints_limits)
    puts (head);
  for (const Row *row = rows; row->name != NULL; row++)
    if (is_named (row, names))
      passed = run (row, &mode) && passed;
  return passed ? 0 : 1;
}
