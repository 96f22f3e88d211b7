/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of a stack, and what happens to frames that are too much for it.
 *
 * Memory is mapped without a reservation, so that a stack that nobody has used deep down costs its highest page. A
 * process may have vm.max_map_count mappings, and neighbours with the same rights are one. A page without rights makes
 * two of each stack, and would be the end at half of that number: so a quarter of it have one, and the program keeps
 * the other half. The system may have markers in the page table, which do the same and are no mapping (Linux 6.13 and
 * later): then all stacks have them.
 *
 * A stack that has neither is looked at when it leaves and when it is given back. What lies below it is its own, and
 * has never been touched: it is all 0. To look does not use memory, as to write something there would. */
#define _GNU_SOURCE
#include "base/log.h"
#include "base/port.h"
#include "stack/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

enum
{
  FIRST = 256,
  KEPT = 64 * 1024, /* bytes of a trimmed stack; no page is larger */
  USUAL_MOST = 65530 / 4
};

static atomic_bool has_no_markers, has_said;
static atomic_uint pages;      /* stacks that have one */
static atomic_uint most_pages; /* 0: not known yet */

static unsigned
read_most_pages (void)
{
  FILE *file = fopen ("/proc/sys/vm/max_map_count", "re");
  unsigned count = 0;
  if (file == NULL)
    return USUAL_MOST;
  if (fscanf (file, "%u", &count) != 1 || count < 4)
    count = USUAL_MOST * 4;
  fclose (file);
  return count / 4;
}

void
lodger__stack_limit_guards (bool may_mark, unsigned most)
{
  atomic_store (&has_no_markers, !may_mark);
  atomic_store (&most_pages, most);
}

/* More than the limit at once may each see that they are too many: then one of them has no page that could have one. */
static bool
count_page (unsigned most)
{
  if (atomic_fetch_add (&pages, 1) < most)
    return true;
  atomic_fetch_sub (&pages, 1);
  return false;
}

/* One of at most so many. */
static bool
have_page (char *bottom, unsigned most)
{
  if (!count_page (most))
    return false;
  if (mprotect (bottom, LODGER_STACK_GUARD, PROT_NONE) == 0)
    return true;
  atomic_fetch_sub (&pages, 1);
  return false;
}

static unsigned
know_most_pages (void)
{
  unsigned most = atomic_load (&most_pages);
  if (most != 0)
    return most;
  most = read_most_pages ();
  atomic_store (&most_pages, most);
  return most;
}

static bool
have_marker (char *bottom)
{
  if (atomic_load_explicit (&has_no_markers, memory_order_relaxed))
    return false;
  if (madvise (bottom, LODGER_STACK_GUARD, MADV_GUARD_INSTALL) == 0)
    return true;
  if (errno == EINVAL) /* the system has none, or none for memory that the program locks */
    atomic_store_explicit (&has_no_markers, true, memory_order_relaxed);
  return false;
}

static LodgerGuardKind
guard (char *bottom)
{
  const unsigned most = know_most_pages ();
  if (have_page (bottom, most < FIRST ? most : FIRST))
    return LODGER_GUARD_PAGES;
  if (have_marker (bottom))
    return LODGER_GUARD_MARKERS;
  if (have_page (bottom, most))
    return LODGER_GUARD_PAGES;
  if (!atomic_exchange (&has_said, true))
    lodger__log (LODGER_LOG_WARNING,
                 "there are so many stacks that further ones have no guard page: an overflow of theirs "
                 "is noticed late (see vm.max_map_count)");
  return LODGER_GUARD_NONE;
}

LodgerStack *
lodger__stack_map (unsigned class)
{
  const size_t size = ((size_t) LODGER_STACK_LEAST << class) + LODGER_STACK_GUARD;
  const size_t above = (sizeof (LodgerStack) + 63) / 64 * 64;
  LodgerStack *stack;
  char *bottom
      = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (bottom == MAP_FAILED)
    return NULL;
  madvise (bottom, size, MADV_NOHUGEPAGE);
  stack = (LodgerStack *) (void *) (bottom + size - above);
  stack->low = bottom + LODGER_STACK_GUARD;
  stack->class = (unsigned char) class;
  stack->guard = (unsigned char) guard (bottom);
  stack->memory_number = VALGRIND_STACK_REGISTER (stack->low, (char *) stack - 1);
  lodger__tool_open (&stack->tool, stack->low, (size_t) ((char *) stack - stack->low));
  stack->place.tool = &stack->tool;
  return stack;
}

/* In the middle of a mapping the system needs one more for it, and may have none: then the address is lost, and no
 * memory. */
void
lodger__stack_unmap (LodgerStack *stack)
{
  char *bottom = stack->low - LODGER_STACK_GUARD;
  const size_t size = lodger__stack_size (stack) + LODGER_STACK_GUARD;
  if (stack->guard == LODGER_GUARD_PAGES)
    atomic_fetch_sub (&pages, 1);
  VALGRIND_STACK_DEREGISTER (stack->memory_number);
  lodger__tool_close (&stack->tool);
  if (munmap (bottom, size) != 0)
    madvise (bottom, size, MADV_DONTNEED);
}

void
lodger__stack_trim (LodgerStack *stack)
{
  const size_t size = lodger__stack_size (stack);
  stack->is_used = false;
  if (size > KEPT)
    madvise (stack->low, size - KEPT, MADV_DONTNEED);
}

/* A checker knows that no frame has a right to these bytes. */
__attribute__ ((noinline, no_sanitize_address, no_sanitize_thread)) void
lodger__stack_check_below (LodgerStack *stack)
{
  const volatile uintptr_t *word = (const volatile uintptr_t *) (const volatile void *) stack->low;
  uintptr_t found = 0;
  for (unsigned i = 1; i <= LODGER_STACK_CHECKED / sizeof *word; i++)
    found |= word[-(int) i];
  if (found == 0)
    return;
  lodger__overflow_say (stack);
  abort ();
}
