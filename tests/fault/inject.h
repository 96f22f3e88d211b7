/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shortage on demand: every operation of the libraries that asks the system for memory, a thread or a descriptor goes
 * through here (the linker's --wrap), where it is counted and can be made to fail. What the libraries hold is counted
 * too. */
#ifndef LODGER_TEST_INJECT_H
#define LODGER_TEST_INJECT_H

#include <stdbool.h>
#include <stddef.h>

typedef enum InjectMode
{
  INJECT_NOTHING, /* only counts */
  INJECT_ONCE,    /* the Nth operation fails */
  INJECT_FROM,    /* it and all that come after it fail */
  INJECT_MODES
} InjectMode;

/* From here on operations are counted, in all threads. */
void inject_begin (InjectMode mode, long nth);
/* How many there were, and how many failed. */
long inject_end (long *ret_failed);
/* How many have failed so far. */
long inject_failed (void);
/* What this thread does for the test's own sake is neither counted nor made to fail. Nests. */
void inject_exempt (bool on);

/* What the libraries hold at the moment. */
typedef struct InjectHeld
{
  long blocks; /* condition variables count as such */
  long bytes;
} InjectHeld;

InjectHeld inject_held (void);
/* Prints the last operation that failed, and, with `held`, each block that was taken since inject_begin() and is there
 * still: by the function, and the place for `addr2line -e`. */
void inject_print (bool held);

/* ---- for those who stand in for the system: `what` is called `from` there ---- */

/* Counts the operation, and says whether it is to fail. */
bool inject_fails (const char *what, const void *from);
/* A block was taken (NULL: was not); gives it back. */
void *inject_hold (void *memory, size_t size, const char *what, const void *from);
/* It is going to be given back: to be called before, since another thread may be handed it at once. */
void inject_let_go (const void *memory);

#endif
