/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "count.h"

#if COUNT_IS_POSSIBLE

#include "places.h"
#include "trace.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The process that is counted is a copy of this one, which traces it. */

static const char *
how_it_ended (int status)
{
  static char text[80];
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return NULL;
  if (WIFEXITED (status))
    snprintf (text, sizeof text, "it has exited with %d", WEXITSTATUS (status));
  else
    snprintf (text, sizeof text, "it was ended by signal %d (%s)", WTERMSIG (status), strsignal (WTERMSIG (status)));
  return text;
}

static const char *
watch (pid_t child)
{
  int status;
  pid_t number;
  while ((number = waitpid (-1, &status, __WALL)) > 0)
    if (WIFSTOPPED (status))
      trace_stopped (number, status);
    else if (number == child)
      return how_it_ended (status);
    else
      trace_gone (number);
  return "its end was missed";
}

/* The child waits until it is traced. */
static pid_t
start (void (*func) (void))
{
  const long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
  int gate[2];
  char byte;
  pid_t child;
  if (pipe (gate) != 0)
    return -1;
  fflush (NULL);
  child = fork ();
  if (child == 0)
    {
      close (gate[1]);
      if (read (gate[0], &byte, 1) != 1)
        _exit (2);
      func ();
      _exit (0);
    }
  close (gate[0]);
  if (child > 0 && (ptrace (PTRACE_SEIZE, child, NULL, options) != 0 || write (gate[1], "", 1) != 1))
    {
      int code = errno;
      kill (child, SIGKILL);
      waitpid (child, NULL, 0);
      errno = code;
      child = -1;
    }
  close (gate[1]);
  return child;
}

const char *
count_run (void (*func) (void), bool shows, Counts *ret_counts)
{
  const char *failure, *failure_of_trace;
  pid_t child;
  if (!places_find ())
    return "the functions of the C library are not known";
  trace_begin (shows);
  child = start (func);
  if (child < 0)
    return "it cannot be traced";
  failure = watch (child);
  failure_of_trace = trace_end (ret_counts);
  return failure != NULL ? failure : failure_of_trace;
}

/* Twice an allocation, which one pace sees as well as the other. */
static void
try (void)
{
  void *volatile memory;
  count_begin ();
  memory = malloc (1);
  count_end ();
  free (memory);
  count_begin_calls ();
  memory = malloc (1);
  count_end ();
  free (memory);
}

/* Without it, the library has other ways, which take more. */
static bool
has_barrier (void)
{
  long commands = syscall (SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  return commands > 0 && (commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0;
}

/* Some containers, debuggers and strace leave no room for a tracer. */
const char *
count_refusal (void)
{
  static char text[200];
  Counts counts;
  const char *failure;
  if (!has_barrier ())
    return "the system has no membarrier, and the library takes slower ways";
  failure = count_run (try, false, &counts);
  if (failure == NULL && counts.of[COUNT_ALLOCATIONS] != 2)
    failure = "a breakpoint is not seen";
  if (failure != NULL)
    snprintf (text, sizeof text, "%s (%s)", failure, strerror (errno));
  return failure != NULL ? text : NULL;
}

#else

const char *
count_refusal (void)
{
  return "only the instructions of x86-64 are known, and only the memory of glibc";
}

const char *
count_run (void (*func) (void), bool shows, Counts *ret_counts)
{
  (void) func;
  (void) shows;
  *ret_counts = (Counts) { 0 };
  return count_refusal ();
}

#endif
