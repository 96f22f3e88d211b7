/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "startup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t
read_clock (clockid_t clock)
{
  struct timespec now;
  clock_gettime (clock, &now);
  return (int64_t) now.tv_sec * INT64_C (1000000000) + now.tv_nsec;
}

/* The number behind a word in a file of /proc; 0: it is not there. */
static double
read_number (const char *file, const char *word)
{
  static char text[8192];
  const char *at;
  int fd = open (file, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read (fd, text, sizeof text - 1);
  if (fd >= 0)
    close (fd);
  text[length < 0 ? 0 : length] = '\0';
  at = strstr (text, word);
  return at == NULL ? 0 : strtod (at + strlen (word), NULL);
}

void
startup_read_clock (Look *look)
{
  look->wall = read_clock (CLOCK_MONOTONIC);
  look->cpu = read_clock (CLOCK_PROCESS_CPUTIME_ID);
}

void
startup_read_memory (Look *look)
{
  look->resident = read_number ("/proc/self/smaps_rollup", "\nRss:");
  look->written = read_number ("/proc/self/smaps_rollup", "\nPrivate_Dirty:");
  look->threads = (unsigned) read_number ("/proc/self/status", "\nThreads:");
}
