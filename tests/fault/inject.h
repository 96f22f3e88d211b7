/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fault injection: operations that ask the system for memory, a thread or a descriptor are counted and can fail.
 *
 * The linker's --wrap redirects these calls of the libraries to wrap.c. What the libraries have in use is counted too. */
#ifndef LODGER_TEST_INJECT_H
#define LODGER_TEST_INJECT_H

#include <stdbool.h>
#include <stddef.h>

typedef enum InjectMode
{
  INJECT_NOTHING, /* operations are only counted */
  INJECT_ONCE,    /* the Nth operation fails */
  INJECT_FROM,    /* the Nth and all later operations fail */
  INJECT_MODES
} InjectMode;

/* Begins to count operations, in all threads. */
void inject_begin (InjectMode mode, long nth);
/* Ends it. Returns how many operations there were, and how many failed. */
long inject_end (long *ret_failed);
/* How many have failed so far. */
long inject_failed (void);
/* While on, operations of this thread are neither counted nor made to fail. Nests. */
void inject_exempt (bool on);

/* What the libraries have in use. */
typedef struct InjectInUse
{
  long blocks; /* condition variables count as such */
  long bytes;
} InjectInUse;

InjectInUse inject_in_use (void);
/* Prints the last operation that failed.
 *
 * With `with_blocks`, it also prints each block that was allocated since inject_begin() and is still in use. Addresses are
 * for `addr2line -e`. */
void inject_print (bool with_blocks);

/* ---- for wrap.c: the function `what` is called at the address `from` ---- */

/* Counts the operation. Returns whether it has to fail. */
bool inject_fails (const char *what, const void *from);
/* Counts an allocated block, unless it is NULL. Returns the block. */
void *inject_track (void *memory, size_t size, const char *what, const void *from);
/* Uncounts a block. To be called before it is freed, since another thread may get the same block at once. */
void inject_untrack (const void *memory);

#endif
