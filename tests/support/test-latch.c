/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-latch.h"

#include "test-limits.h"

#include <errno.h>
#include <time.h>

void
counter_init (Counter *counter)
{
  pthread_condattr_t attributes;
  counter->value = 0;
  pthread_mutex_init (&counter->mutex, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&counter->changed, &attributes);
  pthread_condattr_destroy (&attributes);
}

void
counter_clear (Counter *counter)
{
  pthread_cond_destroy (&counter->changed);
  pthread_mutex_destroy (&counter->mutex);
}

long
counter_add (Counter *counter, long n)
{
  long value;
  pthread_mutex_lock (&counter->mutex);
  value = counter->value += n;
  pthread_cond_broadcast (&counter->changed);
  pthread_mutex_unlock (&counter->mutex);
  return value;
}

long
counter_get (Counter *counter)
{
  long value;
  pthread_mutex_lock (&counter->mutex);
  value = counter->value;
  pthread_mutex_unlock (&counter->mutex);
  return value;
}

bool
counter_wait_until (Counter *counter, long at_least, int64_t until)
{
  struct timespec limit = { .tv_sec = until / 1000000000, .tv_nsec = until % 1000000000 };
  int result = 0;
  bool reached;
  pthread_mutex_lock (&counter->mutex);
  while (counter->value < at_least && result != ETIMEDOUT)
    result = pthread_cond_timedwait (&counter->changed, &counter->mutex, &limit);
  reached = counter->value >= at_least;
  pthread_mutex_unlock (&counter->mutex);
  return reached;
}

void
counter_wait_at (Counter *counter, long at_least, const char *file, int line)
{
  if (!counter_wait_until (counter, at_least, test_now () + test_limit_ns ()))
    test_fail_at (file, line, "hangs: waited for %ld, there are %ld", at_least, counter_get (counter));
}

void
latch_init (Latch *latch)
{
  counter_init (&latch->opened);
}

void
latch_clear (Latch *latch)
{
  counter_clear (&latch->opened);
}

void
latch_open (Latch *latch)
{
  counter_add (&latch->opened, 1);
}

bool
latch_is_open (Latch *latch)
{
  return counter_get (&latch->opened) > 0;
}

void
barrier_init (Barrier *barrier, unsigned threads)
{
  if (pthread_barrier_init (&barrier->barrier, NULL, threads) != 0)
    test_fail ("no barrier");
}

void
barrier_clear (Barrier *barrier)
{
  pthread_barrier_destroy (&barrier->barrier);
}

void
barrier_wait (Barrier *barrier)
{
  pthread_barrier_wait (&barrier->barrier);
}

pthread_t
thread_start (void *(*func) (void *), void *data)
{
  pthread_t thread;
  if (pthread_create (&thread, NULL, func, data) != 0)
    test_fail ("no thread");
  return thread;
}

void
thread_join (pthread_t thread)
{
  if (pthread_join (thread, NULL) != 0)
    test_fail ("cannot join");
}
