/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-proc.h"

#include "test-limits.h"

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
count_entries (const char *path)
{
  int count = 0;
  DIR *dir = opendir (path);
  if (dir == NULL)
    test_fail ("cannot read %s", path);
  while (readdir (dir) != NULL)
    count++;
  closedir (dir);
  return count;
}

/* The entries of /proc/self/task are unreliable: while one thread ends, reading them may skip another. */
static int
count_threads (void)
{
  FILE *file = fopen ("/proc/self/status", "r");
  char line[256];
  int count = 0;
  if (file == NULL)
    test_fail ("cannot read /proc/self/status");
  while (count == 0 && fgets (line, sizeof line, file) != NULL)
    sscanf (line, "Threads: %d", &count);
  fclose (file);
  return count;
}

#ifdef __SANITIZE_THREAD__
static void *
do_nothing (void *data)
{
  return data;
}
#endif

/* ThreadSanitizer starts a thread of its own together with the program's first one. */
static void
start_the_tools_threads (void)
{
#ifdef __SANITIZE_THREAD__
  pthread_t thread;
  if (pthread_create (&thread, NULL, do_nothing, NULL) == 0)
    pthread_join (thread, NULL);
#endif
}

ProcCount
proc_count (void)
{
  start_the_tools_threads ();
  return (ProcCount) { count_entries ("/proc/self/fd"), count_threads () };
}

void
proc_expect_restored_at (ProcCount before, const char *file, int line)
{
  int64_t until = test_now () + test_limit_ns ();
  ProcCount now = proc_count ();
  while ((now.fds > before.fds || now.threads > before.threads) && test_now () < until)
    {
      sched_yield ();
      now = proc_count ();
    }
  if (now.fds > before.fds || now.threads > before.threads)
    test_fail_at (file, line, "left behind: %d descriptors, %d threads", now.fds - before.fds,
                  now.threads - before.threads);
}

ProcThread
proc_thread (int thread_id)
{
  ProcThread thread = { .state = '?' };
  char path[64], line[1024], *rest;
  unsigned long user, system;
  FILE *file;

  snprintf (path, sizeof path, "/proc/self/task/%d/status", thread_id);
  file = fopen (path, "re");
  if (file == NULL)
    test_fail ("there is no thread %d", thread_id);
  while (fgets (line, sizeof line, file) != NULL)
    if (sscanf (line, "voluntary_ctxt_switches: %lu", &thread.switches) != 1)
      sscanf (line, "nonvoluntary_ctxt_switches: %lu", &thread.preempted);
  fclose (file);

  snprintf (path, sizeof path, "/proc/self/task/%d/stat", thread_id);
  file = fopen (path, "re");
  if (file == NULL || fgets (line, sizeof line, file) == NULL)
    test_fail ("there is no thread %d", thread_id);
  fclose (file);
  rest = strrchr (line, ')');
  if (rest == NULL
      || sscanf (rest + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &thread.state, &user, &system) != 3)
    test_fail ("cannot read %s", path);
  thread.ticks = user + system;
  return thread;
}

int
proc_thread_named (const char *name)
{
  const struct dirent *entry;
  char path[300], line[64];
  int found = 0;
  DIR *dir = opendir ("/proc/self/task");
  if (dir == NULL)
    test_fail ("cannot read /proc/self/task");
  while (found == 0 && (entry = readdir (dir)) != NULL)
    {
      FILE *file;
      snprintf (path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
      file = fopen (path, "re");
      if (file != NULL && fgets (line, sizeof line, file) != NULL)
        {
          line[strcspn (line, "\n")] = '\0';
          found = strcmp (line, name) == 0 ? atoi (entry->d_name) : 0;
        }
      if (file != NULL)
        fclose (file);
    }
  closedir (dir);
  return found;
}

ProcSyscall
proc_syscall (int thread_id)
{
  ProcSyscall call = { "" };
  char path[64];
  FILE *file;
  snprintf (path, sizeof path, "/proc/self/task/%d/syscall", thread_id);
  file = fopen (path, "re");
  if (file == NULL)
    return call;
  if (fgets (call.text, sizeof call.text, file) == NULL)
    call.text[0] = '\0';
  fclose (file);
  return call;
}

void
proc_wait_asleep_at (int thread_id, const char *file, int line)
{
  int64_t until = test_now () + test_limit_ns ();
  while (proc_thread (thread_id).state != 'S')
    {
      if (test_now () > until)
        test_fail_at (file, line, "thread %d does not go to sleep", thread_id);
      sched_yield ();
    }
}
