/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts what an operation takes: system calls, allocations, locked instructions. Machines do not differ in them. */
#ifndef LODGER_COUNT_H
#define LODGER_COUNT_H

#include <stdbool.h>
#include <stdlib.h> /* says which library this is */

/* Each instruction of the program is looked at, so the program has to be for a processor that is known here, and the
 * memory has to be that of a library whose functions are known. */
#if defined __linux__ && defined __x86_64__ && defined __GLIBC__
#define COUNT_IS_POSSIBLE 1
#else
#define COUNT_IS_POSSIBLE 0
#endif

/* What happened between count_begin() and count_end(). */
typedef enum Count
{
  COUNT_SYSCALLS,     /* but for the clock, which is one on some machines only */
  COUNT_ALLOCATIONS,  /* calls of malloc and its like */
  COUNT_FREES,        /* calls of free with memory */
  COUNT_LOCKED,       /* instructions that other processors see as one, and fences; none of those inside of malloc */
  COUNT_MUTEXES,      /* calls of pthread_mutex_lock, whose locked instructions count as well */
  COUNT_CLOCKS,       /* looks at a clock, the processor's own one too */
  COUNT_THREADS,      /* threads that were started */
  COUNT_INSTRUCTIONS, /* depends on the compiler */
  N_COUNTS
} Count;

typedef struct Counts
{
  unsigned long of[N_COUNTS];
} Counts;

enum
{
  COUNT_BEGIN = 0x10D6E201,
  COUNT_BEGIN_LESS,
  COUNT_BEGIN_CALLS,
  COUNT_BEGIN_ALL_CALLS,
  COUNT_END,
  COUNT_NEXT
};

/* Whoever counts sees the breakpoint and the number. Several stretches add up; one is counted at a time. */
static inline void
count_mark (int number)
{
#if COUNT_IS_POSSIBLE
  /* clang-format off */
  __asm__ volatile ("int3" : : "a" (number) : "memory", "cc");
  /* clang-format on */
#else
  (void) number;
#endif
}

/* Counts this thread until count_end(), which may be in another function. */
static inline void
count_begin (void)
{
  count_mark (COUNT_BEGIN);
}

/* The same, but what is counted is taken away: it is what the other stretches have beside the operation. */
static inline void
count_begin_less (void)
{
  count_mark (COUNT_BEGIN_LESS);
}

/* As count_begin(), but only system calls, allocations and threads. It is quick enough for thousands of operations. */
static inline void
count_begin_calls (void)
{
  count_mark (COUNT_BEGIN_CALLS);
}

/* The same for all threads, until this one comes to count_end(). */
static inline void
count_begin_all_calls (void)
{
  count_mark (COUNT_BEGIN_ALL_CALLS);
}

static inline void
count_end (void)
{
  count_mark (COUNT_END);
}

/* Between stretches: those so far were one try, which is done once more. Of each count, the least of all tries is the
 * result: what comes with one operation in a few is in one of the tries only. */
static inline void
count_next (void)
{
  count_mark (COUNT_NEXT);
}

/* Whether this process may count another one; the reason if not. */
const char *count_refusal (void);
/* Runs the function in a process of its own, and counts there. NULL, or what went wrong. `shows`: prints where each
 * locked instruction, mutex section, allocation and system call is. */
const char *count_run (void (*func) (void), bool shows, Counts *ret_counts);

#endif
