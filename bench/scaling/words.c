/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../bench.h"
#include "scaling.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>

enum
{
  TURNS = 2000000
};

static struct
{
  alignas (64) _Atomic (uint64_t) word;
  alignas (64) atomic_uint ready;
} shared;

static void
exchange (void)
{
  for (uint64_t i = 0; i < TURNS; i++)
    atomic_exchange (&shared.word, i);
}

double
words_alone (void)
{
  int64_t start = bench_now ();
  exchange ();
  return (double) (bench_now () - start) / TURNS;
}

static void *
exchange_too (void *data)
{
  atomic_fetch_add (&shared.ready, 1);
  while (atomic_load (&shared.ready) < 2)
    ;
  exchange ();
  return data;
}

/* Both have done their part at the end, and most of it at the same time. */
double
words_shared (void)
{
  pthread_t thread;
  int64_t start;
  atomic_store (&shared.ready, 0);
  if (pthread_create (&thread, NULL, exchange_too, NULL) != 0)
    bench_fail ("no thread");
  while (atomic_load (&shared.ready) < 1)
    ;
  start = bench_now ();
  exchange_too (NULL);
  pthread_join (thread, NULL);
  return (double) (bench_now () - start) / (2 * TURNS);
}

double
words_mutex_alone (void)
{
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  int64_t start = bench_now ();
  for (int i = 0; i < TURNS; i++)
    {
      pthread_mutex_lock (&mutex);
      pthread_mutex_unlock (&mutex);
    }
  return (double) (bench_now () - start) / TURNS;
}
