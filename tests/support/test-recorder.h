/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Data of a call that records its runs and its destruction: how often, and in which thread. */
#ifndef LODGER_TEST_RECORDER_H
#define LODGER_TEST_RECORDER_H

#include "test-latch.h"

#include <lodger/lodger.h>
#include <stdatomic.h>

typedef struct Journal Journal;

typedef struct Recorder
{
  atomic_int ran;
  atomic_int ran_in;
  atomic_int destroyed;
  atomic_int destroyed_in;
  Counter *runs;    /* Optional. Goes up by one with each run. */
  Counter *ends;    /* Optional. Goes up by one with each destruction. */
  Journal *journal; /* Optional. Gets `number` with each run. */
  int number;
} Recorder;

/* The kernel's number of this thread. */
int test_thread_id (void);

/* Functions of a call, whose data is the Recorder. They record the run. */
void recorder_direct (void *recorder);
void recorder_call (LodgerPending *self, void *recorder);
void recorder_then (LodgerPending *self, LodgerPending *done, void *recorder);
/* A destroy function. It records the destruction, and frees nothing. */
void recorder_destroy (void *recorder);

/* Fails the test unless there were so many runs and so many destructions. */
#define recorder_expect(recorder, runs, ends) recorder_expect_at (recorder, runs, ends, __FILE__, __LINE__)
void recorder_expect_at (Recorder *recorder, int runs, int ends, const char *file, int line);

/* Numbers in the order in which threads added them. */
struct Journal
{
  pthread_mutex_t mutex;
  int *numbers;
  size_t count;
  size_t capacity;
};

void journal_init (Journal *journal);
void journal_clear (Journal *journal);
void journal_add (Journal *journal, int number);
size_t journal_count (Journal *journal);
int journal_get (Journal *journal, size_t index);
/* Fails the test unless the journal holds exactly these numbers. */
#define journal_expect(journal, ...)                                                                                   \
  journal_expect_at (journal, (const int[]) { __VA_ARGS__ }, sizeof ((const int[]) { __VA_ARGS__ }) / sizeof (int),    \
                     __FILE__, __LINE__)
void journal_expect_at (Journal *journal, const int *numbers, size_t count, const char *file, int line);

#endif
