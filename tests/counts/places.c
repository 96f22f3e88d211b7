/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "places.h"

#include "count.h"

#if COUNT_IS_POSSIBLE

#include <dlfcn.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/uio.h>
#include <unistd.h>

enum
{
  KNOWN = 1 << 16, /* a power of 2 */
  PAGE = 4096,
  VDSO_SIZE = 4 * PAGE
};

/* The first ones have breakpoints. Without memory, realloc calls malloc. */
static const struct
{
  const char *name;
  Count count;
  bool needs_memory;
} functions[] = {
  { "malloc", COUNT_ALLOCATIONS, false },
  { "calloc", COUNT_ALLOCATIONS, false },
  { "realloc", COUNT_ALLOCATIONS, true },
  { "aligned_alloc", COUNT_ALLOCATIONS, false },
  { "posix_memalign", COUNT_ALLOCATIONS, false },
  { "memalign", COUNT_ALLOCATIONS, false },
  { "free", COUNT_FREES, true },
  { "pthread_mutex_lock", COUNT_MUTEXES, false },
  { "clock_gettime", COUNT_CLOCKS, false },
};

/* By their addresses; 0: a free one. */
static Place places[KNOWN];

static Place *
find (uintptr_t address)
{
  size_t slot = (size_t) ((address * UINT64_C (0x9E3779B97F4A7C15)) >> 48);
  for (int tries = 0; tries < KNOWN; tries++)
    {
      Place *place = &places[(slot + (size_t) tries) % KNOWN];
      if (place->address == address || place->address == 0)
        return place;
    }
  return NULL;
}

/* The clock's function in there is counted by its caller. */
static bool
is_in_vdso (uintptr_t address)
{
  uintptr_t vdso = getauxval (AT_SYSINFO_EHDR);
  return vdso != 0 && address >= vdso && address - vdso < VDSO_SIZE;
}

/* Up to the end of a page if there is no next one. */
static size_t
read_bytes (pid_t thread, uintptr_t address, unsigned char *bytes, size_t count)
{
  size_t in_page = PAGE - address % PAGE;
  struct iovec here = { bytes, count }, there = { (void *) address, count };
  ssize_t got = process_vm_readv (thread, &here, 1, &there, 1, 0);
  if (got <= 0 && in_page < count)
    {
      here.iov_len = there.iov_len = in_page;
      got = process_vm_readv (thread, &here, 1, &there, 1, 0);
    }
  return got > 0 ? (size_t) got : 0;
}

static Place *
know (pid_t thread, uintptr_t address)
{
  Place *place = find (address);
  unsigned char bytes[INSTRUCTION_LONGEST];
  if (place == NULL || place->address != 0)
    return place;
  place->address = address;
  place->instruction = instruction_read (bytes, read_bytes (thread, address, bytes, sizeof bytes));
  if (is_in_vdso (address))
    place->instruction.clock_size = 0;
  return place;
}

const Place *
place_at (pid_t thread, uintptr_t address)
{
  return know (thread, address);
}

bool
places_find (void)
{
  memset (places, 0, sizeof places);
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
    {
      void *address = dlsym (RTLD_DEFAULT, functions[i].name);
      Place *place = address != NULL ? know (getpid (), (uintptr_t) address) : NULL;
      if (place == NULL)
        return false;
      place->begins = true;
      place->needs_memory = functions[i].needs_memory;
      place->count = functions[i].count;
    }
  return true;
}

const char *
places_name (const Place *place)
{
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
    if ((uintptr_t) dlsym (RTLD_DEFAULT, functions[i].name) == place->address)
      return functions[i].name;
  return "?";
}

uintptr_t
places_breakpoint (unsigned number)
{
  return (uintptr_t) dlsym (RTLD_DEFAULT, functions[number].name);
}

#endif
