/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of lodger-scaling share: what calls of many threads have in common, measured where there are few.
 *
 *   main.c         the command line, the lines
 *   words.c        one word that threads change by turns
 *   operations.c   what each kind of call takes of its threads, and which locks
 *   threads.c      many threads that submit at once
 *   locks.c        each mutex of the program, and how long it was held
 *   noted.h        the same for the locks of one word
 *   symbols.c      the names of static variables and functions
 */
#ifndef LODGER_SCALING_H
#define LODGER_SCALING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- words.c ------------------------------------------------------------------------------------------------------ */

/* Nanoseconds of an exchange of a word: of one thread alone, and of two on two processors that do it by turns. */
double words_alone (void);
double words_shared (void);
/* The same for a mutex that is locked and unlocked. */
double words_mutex_alone (void);

/* ---- locks.c ------------------------------------------------------------------------------------------------------ */

typedef struct Lock
{
  const void *mutex;
  const void *at; /* where it was locked first */
  uint64_t count;
  double held;      /* ns, all together */
  const char *name; /* of the variable, or of the function that locked it first, or the words there; NULL: not known */
  bool is_variable; /* a mutex of all callers */
} Lock;

enum
{
  MOST_LOCKS = 512
};

/* Whatever is locked from here on is noted, until locks_read(). All threads that lock have to be at rest at both. */
void locks_begin (void);
/* The locks that were used at least that often, by their names, the busiest first; answers how many. */
size_t locks_read (Lock *locks, size_t size, uint64_t least);

/* ---- symbols.c ---------------------------------------------------------------------------------------------------- */

/* The name of the variable or function that the address is in, of the file itself; NULL: of none. */
const char *symbols_find (const void *address);

/* ---- operations.c ------------------------------------------------------------------------------------------------- */

typedef struct Took
{
  double owner, others; /* ns of the processor for each call, of the thread that runs it, and of all others */
} Took;

typedef struct Operation
{
  const char *name;
  const char *what;
  void (*run) (uint64_t count);
} Operation;

extern const Operation operations[];
extern const size_t n_operations;

void operations_begin (void);
void operations_end (void);
Took operations_measure (const Operation *operation, uint64_t count);

/* ---- threads.c ---------------------------------------------------------------------------------------------------- */

/* Millions of calls a second of so many threads, together: to one caller, and to a caller each. */
double threads_to_one (unsigned threads, uint64_t count);
double threads_to_each (unsigned threads, uint64_t count);

#endif
