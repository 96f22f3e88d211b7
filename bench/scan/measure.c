/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scan-measure FILE COMMAND …: runs a command, and writes into FILE how long it took, in seconds, and the peak of its
 * resident memory, in kB. A process starts with the peak of the one that made it: this one is small.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

int
main (int argc, char **argv)
{
  struct rusage usage;
  int status;
  double start;
  FILE *out;
  pid_t child;

  if (argc < 3)
    return 2;
  start = now ();
  child = fork ();
  if (child == 0)
    {
      execvp (argv[2], argv + 2);
      _exit (127);
    }
  if (child < 0 || wait4 (child, &status, 0, &usage) != child)
    return 1;
  start = now () - start;
  out = fopen (argv[1], "w");
  if (out == NULL || fprintf (out, "%.6f %ld\n", start, usage.ru_maxrss) < 0 || fclose (out) == EOF)
    return 1;
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}
