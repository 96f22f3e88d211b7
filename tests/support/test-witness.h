/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Data that remembers what became of it: how often it ran and was destroyed, and in which thread. */
#ifndef LODGER_TEST_WITNESS_H
#define LODGER_TEST_WITNESS_H

#include "test-latch.h"

#include <lodger/lodger.h>
#include <stdatomic.h>

typedef struct Journal Journal;

typedef struct Witness
{
  atomic_int ran;
  atomic_int ran_in;
  atomic_int destroyed;
  atomic_int destroyed_in;
  Counter *runs;    /* NULL, or goes up by one when it runs */
  Counter *ends;    /* NULL, or goes up by one when it is destroyed */
  Journal *journal; /* NULL, or gets `number` when it runs */
  int number;
} Witness;

/* The kernel's number of this thread. */
int test_thread_id (void);

/* As functions of a call: they note the run. */
void witness_direct (void *witness);
void witness_call (LodgerPending *self, void *witness);
void witness_then (LodgerPending *self, LodgerPending *done, void *witness);
/* Destroys a witness: it only notes that. */
void witness_destroy (void *witness);

/* Fails the test unless it ran and was destroyed that often. */
#define witness_expect(witness, runs, ends) witness_expect_at (witness, runs, ends, __FILE__, __LINE__)
void witness_expect_at (Witness *witness, int runs, int ends, const char *file, int line);

/* Numbers in the order in which threads wrote them. */
struct Journal
{
  pthread_mutex_t mutex;
  int *numbers;
  size_t count;
  size_t room;
};

void journal_init (Journal *journal);
void journal_clear (Journal *journal);
void journal_add (Journal *journal, int number);
size_t journal_count (Journal *journal);
int journal_get (Journal *journal, size_t index);
/* Fails the test unless it holds exactly these. */
#define journal_expect(journal, ...)                                                                                   \
  journal_expect_at (journal, (const int[]) { __VA_ARGS__ }, sizeof ((const int[]) { __VA_ARGS__ }) / sizeof (int),    \
                     __FILE__, __LINE__)
void journal_expect_at (Journal *journal, const int *numbers, size_t count, const char *file, int line);

#endif
