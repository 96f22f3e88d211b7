/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where threads of a test meet. Nothing here sleeps for a time; a wait that would hang fails the test instead. */
#ifndef LODGER_TEST_LATCH_H
#define LODGER_TEST_LATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* A number that goes up, and threads that wait until it is high enough. */
typedef struct Counter
{
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  long value;
} Counter;

void counter_init (Counter *counter);
void counter_clear (Counter *counter);
/* The new value. */
long counter_add (Counter *counter, long n);
long counter_get (Counter *counter);
#define counter_wait(counter, at_least) counter_wait_at (counter, at_least, __FILE__, __LINE__)
/* False when that time (of test_now) came first. */
bool counter_wait_until (Counter *counter, long at_least, int64_t until);
void counter_wait_at (Counter *counter, long at_least, const char *file, int line);

/* A door that is opened once. */
typedef struct Latch
{
  Counter opened;
} Latch;

void latch_init (Latch *latch);
void latch_clear (Latch *latch);
void latch_open (Latch *latch);
bool latch_is_open (Latch *latch);
#define latch_wait(latch) counter_wait_at (&(latch)->opened, 1, __FILE__, __LINE__)

/* N threads that go on together. */
typedef struct Barrier
{
  pthread_barrier_t barrier;
} Barrier;

void barrier_init (Barrier *barrier, unsigned threads);
void barrier_clear (Barrier *barrier);
void barrier_wait (Barrier *barrier);

/* A thread that must be had. */
pthread_t thread_start (void *(*func) (void *), void *data);
void thread_join (pthread_t thread);

#endif
