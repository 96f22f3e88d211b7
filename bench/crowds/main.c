/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-crowds [--quick] [--only CROWD]: what one item costs among 1, 10, 100, … 100,000 of its kind, in nanoseconds of
 * the processor. A line that grows with the number shows a walk. The ratio is that of the largest number to the
 * cheapest one: few items also pay for the clock, and for what their crowd has once.
 */
#include "crowds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum
{
  LEAST = 1,
  MOST = 100000,
  MOST_QUICK = 10000,
  MOST_THREADS = 1000,
  MOST_THREADS_QUICK = 100,
  ITEMS = 1000, /* in all rounds of a number, at least */
  MOST_ROUNDS = 200
};

const Crowd crowds[] = {
  { "pendings", "promises that wait at once, answered", crowd_pendings, false, false },
  { "callbacks", "done-callbacks of one pending, removed", crowd_callbacks, false, false },
  { "thens", "continuations of one pending, cancelled", crowd_continuations, false, false },
  { "followers", "pendings, each of which takes the next one's outcome", crowd_followers, false, false },
  { "steps", "pendings, each of which takes the outcome of a done one", crowd_steps, false, false },
  { "metadata", "keys of one pending", crowd_metadata, false, false },
  { "delayed", "delayed calls, cancelled", crowd_delayed, false, false },
  { "scope", "delayed calls bound to one scope, cancelled", crowd_scope, false, false },
  { "timers", "delayed calls, which come due", crowd_timers, false, false },
  { "scopes", "scopes with a call each, ended", crowd_scopes, false, false },
  { "windows", "windows with work under way, half of them closed", crowd_windows, false, false },
  { "members", "calls of one group", crowd_members, false, false },
  { "mcancelled", "calls of one group, cancelled one by one", crowd_cancelled_members, false, false },
  { "queued", "calls of one queue", crowd_queued, false, false },
  { "limited", "calls of one limiter that has one place", crowd_limited, false, false },
  { "lcancelled", "calls of such a limiter, cancelled one by one", crowd_cancelled_limited, false, false },
  { "contexts", "calls with a context value of their own", crowd_contexts, false, false },
  { "repeats", "repeating calls, run once and stopped", crowd_repeats, false, false },
  { "deferred", "deferred calls of a caller that stops", crowd_deferred, false, true },
  { "given", "unfinished calls that a child gave to its root's pool, and stops", crowd_given, false, true },
  { "pool", "calls in a pool's queue", crowd_pool, false, true },
  { "callers", "callers of one thread, made, found and stopped", crowd_callers, false, true },
  { "operations", "operations of GIO under way at once", crowd_operations, false, false },
  { "offers", "pendings offered to GIO at once", crowd_offers, false, false },
  { "cancellable", "pendings cancelled by one GCancellable", crowd_cancellable, false, false },
  { "space", "threads that wait for space in one inbox", crowd_space, true, true },
  { "waiters", "threads that wait for a promise each", crowd_waiters, true, true },
  { "children", "children of one parent, found by name and number", crowd_children, true, true },
};
const size_t n_crowds = sizeof crowds / sizeof crowds[0];

LodgerCaller *crowd_caller;

static const char *current = "";

int64_t
crowd_now (void)
{
  struct timespec now;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (int64_t) now.tv_sec * INT64_C (1000000000) + now.tv_nsec;
}

void
crowd_expect (const char *what, size_t actual, size_t expected)
{
  if (actual == expected)
    return;
  fprintf (stderr, "lodger-crowds: %s: %s: %zu instead of %zu\n", current, what, actual, expected);
  exit (1);
}

void
crowd_iterate_until (const size_t *number, size_t expected)
{
  while (*number < expected)
    g_main_context_iteration (NULL, TRUE);
}

void
crowd_count (void *number)
{
  ++*(size_t *) number;
}

LodgerPending **
crowd_new (size_t count)
{
  return g_new0 (LodgerPending *, count);
}

/* The first round of a number pays for pages and threads. */
static double
measure (const Crowd *crowd, size_t count)
{
  size_t rounds = count < ITEMS ? ITEMS / count : 1;
  int64_t elapsed = 0;
  rounds = rounds < MOST_ROUNDS ? rounds : MOST_ROUNDS;
  if (count == LEAST || !crowd->is_of_threads)
    crowd->run (count);
  for (size_t i = 0; i < rounds; i++)
    elapsed += crowd->run (count);
  return (double) elapsed / (double) (rounds * count);
}

/* Each thread of Lodger's own loop has two descriptors. */
static void
allow_descriptors (void)
{
  struct rlimit limit;
  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static void
print_head (size_t most)
{
  printf ("# ns of the processor for each item among\n# crowd    ");
  for (size_t count = LEAST; count <= most; count *= 10)
    printf ("\t%7zu", count);
  puts ("\tratio\twhat");
}

static void
print_line (const Crowd *crowd, size_t most, size_t most_here)
{
  double value, cheapest = 0, largest = 0;
  current = crowd->name;
  printf ("%-11s", crowd->name);
  for (size_t count = LEAST; count <= most; count *= 10)
    if (count <= most_here)
      {
        value = measure (crowd, count);
        if (cheapest == 0 || value < cheapest)
          cheapest = value;
        largest = value;
        printf ("\t%7.0f", value);
        fflush (stdout);
      }
    else
      printf ("\t      -");
  printf ("\t%5.2f\t%s\n", largest / cheapest, crowd->what);
}

static void
run (const Crowd *crowd, bool is_quick)
{
  size_t most = is_quick ? MOST_QUICK : MOST, most_threads = is_quick ? MOST_THREADS_QUICK : MOST_THREADS;
  crowd_caller = crowd->waits ? NULL : lodger_glib_attach (NULL, NULL);
  print_line (crowd, most, crowd->is_of_threads ? most_threads : most);
  if (crowd_caller != NULL)
    lodger_caller_leave (crowd_caller);
  lodger_caller_unref (crowd_caller);
}

int
main (int argc, char **argv)
{
  bool is_quick = argc > 1 && strcmp (argv[1], "--quick") == 0;
  const char *only = NULL;
  int at = is_quick ? 2 : 1;
  if (at + 1 < argc && strcmp (argv[at], "--only") == 0)
    {
      only = argv[at + 1];
      at += 2;
    }
  if (at != argc)
    {
      fputs ("Usage: lodger-crowds [--quick] [--only CROWD]\n", stderr);
      return 2;
    }
  allow_descriptors ();
  print_head (is_quick ? MOST_QUICK : MOST);
  for (size_t i = 0; i < n_crowds; i++)
    if (only == NULL || strcmp (only, crowds[i].name) == 0)
      run (&crowds[i], is_quick);
  return 0;
}
