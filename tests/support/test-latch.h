/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Synchronisation of the threads of a test. A wait that hangs fails the test; nothing sleeps for a time. */
#ifndef LODGER_TEST_LATCH_H
#define LODGER_TEST_LATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* A number that threads raise, and wait for. */
typedef struct Counter
{
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  long value;
} Counter;

void counter_init (Counter *counter);
void counter_clear (Counter *counter);
/* Returns the new value. */
long counter_add (Counter *counter, long n);
long counter_get (Counter *counter);
#define counter_wait(counter, at_least) counter_wait_at (counter, at_least, __FILE__, __LINE__)
/* Returns false if the time `until` (of test_now) came first. */
bool counter_wait_until (Counter *counter, long at_least, int64_t until);
void counter_wait_at (Counter *counter, long at_least, const char *file, int line);

/* It is opened once, and stays open. */
typedef struct Latch
{
  Counter opened;
} Latch;

void latch_init (Latch *latch);
void latch_clear (Latch *latch);
void latch_open (Latch *latch);
bool latch_is_open (Latch *latch);
#define latch_wait(latch) counter_wait_at (&(latch)->opened, 1, __FILE__, __LINE__)

/* Threads that wait for each other and go on together. */
typedef struct Barrier
{
  pthread_barrier_t barrier;
} Barrier;

void barrier_init (Barrier *barrier, unsigned threads);
void barrier_clear (Barrier *barrier);
void barrier_wait (Barrier *barrier);

/* Fails the test when there is no thread. */
pthread_t thread_start (void *(*func) (void *), void *data);
void thread_join (pthread_t thread);

#endif
