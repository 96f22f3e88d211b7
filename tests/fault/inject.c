/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "inject.h"

#include "test-limits.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

static atomic_int mode;
static atomic_long target, count, failed;
static atomic_ulong begun;
static _Thread_local int exempt;

/* The operation that failed last, for the report. */
static _Atomic (const char *) failed_what;
static _Atomic (const void *) failed_from;
static atomic_long failed_number;

extern const char __executable_start;

void
inject_begin (InjectMode how, long nth)
{
  atomic_fetch_add (&begun, 1);
  atomic_store (&count, 0);
  atomic_store (&failed, 0);
  atomic_store (&failed_what, NULL);
  atomic_store (&target, nth);
  atomic_store (&mode, (int) how);
}

long
inject_end (long *ret_failed)
{
  atomic_store (&mode, INJECT_NOTHING);
  *ret_failed = atomic_load (&failed);
  return atomic_load (&count);
}

long
inject_failed (void)
{
  return atomic_load (&failed);
}

void
inject_exempt (bool on)
{
  exempt += on ? 1 : -1;
}

bool
inject_fails (const char *what, const void *from)
{
  long number, nth = atomic_load (&target);
  if (exempt > 0)
    return false;
  number = atomic_fetch_add (&count, 1) + 1;
  switch ((InjectMode) atomic_load (&mode))
    {
    case INJECT_ONCE:
      if (number == nth)
        break;
      return false;
    case INJECT_FROM:
      if (number >= nth)
        break;
      return false;
    case INJECT_NOTHING:
    case INJECT_MODES: return false;
    }
  atomic_store (&failed_number, number);
  atomic_store (&failed_from, from);
  atomic_store (&failed_what, what);
  atomic_fetch_add (&failed, 1);
  return true;
}

/* ---- blocks in use ----------------------------------------------------------------------------------------------- */

enum
{
  MOST_BLOCKS = 1 << 14,
  CHAINS = 1 << 12
};

typedef struct Block
{
  struct Block *next;
  const void *memory;
  size_t size;
  const char *what;
  const void *from;
  long number; /* since inject_begin(), which was the `begun`-th */
  unsigned long begun;
} Block;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Block blocks[MOST_BLOCKS];
static size_t blocks_used;
static Block *spare_blocks;
static Block *chains[CHAINS];
static InjectInUse in_use;

static Block **
chain_of (const void *memory)
{
  uintptr_t address = (uintptr_t) memory >> 4;
  return &chains[(address ^ address >> 12) % CHAINS];
}

void *
inject_track (void *memory, size_t size, const char *what, const void *from)
{
  Block **chain = chain_of (memory);
  Block *block;
  if (memory == NULL)
    return NULL;
  pthread_mutex_lock (&mutex);
  block = spare_blocks;
  if (block != NULL)
    spare_blocks = block->next;
  else if (blocks_used < MOST_BLOCKS)
    block = &blocks[blocks_used++];
  else
    test_fail ("more than %d blocks at once", (int) MOST_BLOCKS);
  *block = (Block) { .next = *chain,
                     .memory = memory,
                     .size = size,
                     .what = what,
                     .from = from,
                     .begun = atomic_load (&begun),
                     .number = exempt > 0 ? 0 : atomic_load (&count) };
  *chain = block;
  in_use.blocks++;
  in_use.bytes += (long) block->size;
  pthread_mutex_unlock (&mutex);
  return memory;
}

void
inject_untrack (const void *memory)
{
  Block **at = chain_of (memory);
  if (memory == NULL)
    return;
  pthread_mutex_lock (&mutex);
  while (*at != NULL && (*at)->memory != memory)
    at = &(*at)->next;
  if (*at != NULL)
    {
      Block *block = *at;
      in_use.blocks--;
      in_use.bytes -= (long) block->size;
      *at = block->next;
      block->next = spare_blocks;
      spare_blocks = block;
    }
  pthread_mutex_unlock (&mutex);
}

InjectInUse
inject_in_use (void)
{
  InjectInUse now;
  pthread_mutex_lock (&mutex);
  now = in_use;
  pthread_mutex_unlock (&mutex);
  return now;
}

static unsigned long
offset_of (const void *from)
{
  return (unsigned long) ((const char *) from - &__executable_start) - 1;
}

void
inject_print (bool with_blocks)
{
  const char *what = atomic_load (&failed_what);
  if (what != NULL)
    fprintf (stderr, "  failed last: number %ld, %s at %#lx\n", atomic_load (&failed_number), what,
             offset_of (atomic_load (&failed_from)));
  pthread_mutex_lock (&mutex);
  for (size_t i = 0; with_blocks && i < CHAINS; i++)
    for (const Block *block = chains[i]; block != NULL; block = block->next)
      if (block->begun == atomic_load (&begun))
        fprintf (stderr, "  in use: number %ld, %s of %zu bytes at %#lx\n", block->number, block->what, block->size,
                 offset_of (block->from));
  pthread_mutex_unlock (&mutex);
}
