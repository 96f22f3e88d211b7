/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-memory.h"

#include "test-limits.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t
memory_in_use (void)
{
  struct mallinfo2 info = mallinfo2 ();
  return info.uordblks + info.hblkhd;
}

size_t
memory_resident (void)
{
  unsigned long size, resident = 0;
  FILE *file = fopen ("/proc/self/statm", "re");
  if (file == NULL || fscanf (file, "%lu %lu", &size, &resident) != 2)
    test_fail ("cannot read /proc/self/statm");
  fclose (file);
  return resident * (size_t) sysconf (_SC_PAGESIZE);
}

static int
compare (const void *a, const void *b)
{
  size_t x = *(const size_t *) a, y = *(const size_t *) b;
  return (x > y) - (x < y);
}

size_t
memory_median (size_t *bytes, size_t count)
{
  qsort (bytes, count, sizeof *bytes, compare);
  return bytes[count / 2];
}

size_t
memory_growth (const size_t *bytes, size_t count, size_t warm_up)
{
  size_t part = count > warm_up ? (count - warm_up) / 3 : 0, first, last;
  size_t *copy = part > 0 ? malloc (part * sizeof *copy) : NULL;
  if (copy == NULL)
    return 0;
  memcpy (copy, bytes + warm_up, part * sizeof *copy);
  first = memory_median (copy, part);
  memcpy (copy, bytes + count - part, part * sizeof *copy);
  last = memory_median (copy, part);
  free (copy);
  return last > first ? last - first : 0;
}
