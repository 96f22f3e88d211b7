/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../bench.h"
#include "startup.h"

#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void
find (const char *program, char *path, size_t size)
{
  char here[PATH_MAX];
  ssize_t length = readlink ("/proc/self/exe", here, sizeof here - 1);
  char *slash;
  if (length < 0)
    bench_fail ("the program does not find itself");
  here[length] = '\0';
  slash = strrchr (here, '/');
  if ((size_t) snprintf (path, size, "%.*s/%s", (int) (slash - here), here, program) >= size)
    bench_fail ("the path is too long");
}

static void
read_all (int fd, char *said, size_t size)
{
  size_t used = 0;
  ssize_t got;
  while ((got = read (fd, said + used, size - 1 - used)) > 0 || (got < 0 && errno == EINTR))
    used += got > 0 ? (size_t) got : 0;
  said[used] = '\0';
}

static double
time_of (const struct rusage *usage)
{
  return (double) (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e6
         + (double) (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

void
startup_run (const char *program, const char *argument, const char *value, Ran *ran)
{
  char path[PATH_MAX];
  char words[2][32] = { "", "" };
  char *argv[] = { path, argument == NULL ? NULL : words[0], value == NULL ? NULL : words[1], NULL };
  posix_spawn_file_actions_t actions;
  struct rusage usage;
  int ends[2], status;
  int64_t start;
  pid_t child;
  find (program, path, sizeof path);
  snprintf (words[0], sizeof words[0], "%s", argument == NULL ? "" : argument);
  snprintf (words[1], sizeof words[1], "%s", value == NULL ? "" : value);
  if (pipe (ends) != 0)
    bench_fail ("no pipe");
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose (&actions, ends[0]);
  posix_spawn_file_actions_addclose (&actions, ends[1]);
  start = bench_now ();
  if (posix_spawn (&child, path, &actions, NULL, argv, environ) != 0)
    bench_fail ("%s cannot be run", path);
  close (ends[1]);
  read_all (ends[0], ran->said, sizeof ran->said);
  if (wait4 (child, &status, 0, &usage) != child || status != 0)
    bench_fail ("%s has failed with %d", path, status);
  ran->wall = (double) (bench_now () - start) / 1e3;
  ran->cpu = time_of (&usage);
  close (ends[0]);
  posix_spawn_file_actions_destroy (&actions);
}
