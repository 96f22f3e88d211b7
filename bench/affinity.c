/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The process on one processor: all threads that there are, also those of the libraries' pools. A thread inherits the
 * processors of the one that starts it.
 */
#include "bench.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

static cpu_set_t all, one;

/* Calls `do_one` for each thread. Answers how many of them it has done something about. */
static unsigned
for_each_thread (unsigned (*do_one) (pid_t thread))
{
  DIR *folder = opendir ("/proc/self/task");
  unsigned n = 0;

  if (!folder)
    bench_fail ("no list of the threads");
  for (struct dirent *entry = readdir (folder); entry; entry = readdir (folder))
    if (entry->d_name[0] != '.')
      n += do_one ((pid_t) strtol (entry->d_name, NULL, 10));
  closedir (folder);
  return n;
}

/* A thread that has just ended is no failure. */
static void
set (pid_t thread, const cpu_set_t *set)
{
  if (sched_setaffinity (thread, sizeof *set, set) && errno != ESRCH)
    bench_fail ("a thread cannot be put on a processor");
}

static unsigned
is_elsewhere (pid_t thread)
{
  cpu_set_t now;

  return !sched_getaffinity (thread, sizeof now, &now) && !CPU_EQUAL (&now, &one);
}

static unsigned
pin (pid_t thread)
{
  unsigned is_new = is_elsewhere (thread);

  set (thread, &one);
  return is_new;
}

static unsigned
unpin (pid_t thread)
{
  set (thread, &all);
  return 1;
}

void
bench_pin (void)
{
  size_t first = 0;

  if (sched_getaffinity (0, sizeof all, &all))
    bench_fail ("the processors are not known");
  while (!CPU_ISSET (first, &all))
    first++;
  CPU_ZERO (&one);
  CPU_SET (first, &one);
  set (0, &one);
  /* Those that were started meanwhile by a thread that was not pinned yet are in the next round. */
  while (for_each_thread (pin))
    ;
}

void
bench_unpin (void)
{
  if (for_each_thread (is_elsewhere))
    bench_fail ("a thread was on another processor");
  for_each_thread (unpin);
}
