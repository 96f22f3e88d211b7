/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The threads that post. They are started and waiting before the clock starts; each submits its share in order, as fast
 * as the contestant takes it.
 */
#include "bench.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct Producer
{
  BenchProducers *all;
  unsigned number;
  pthread_t thread;
} Producer;

struct BenchProducers
{
  pthread_barrier_t gate, over;
  BenchProducing producing;
  void *peer;
  uint64_t share;
  unsigned n;
  Producer each[BENCH_MAX_PRODUCERS];
};

static void
produce (void *data)
{
  Producer *self = data;
  BenchProducers *all = self->all;
  BenchSubmit *submit = all->producing.submit;
  void *peer = all->peer;
  uint64_t share = all->share;
  unsigned number = self->number;

  if (all->producing.set_up)
    all->producing.set_up (peer);
  pthread_barrier_wait (&all->gate);
  for (uint64_t i = 0; i < share; i++)
    submit (peer, bench_post_data (number, i));
  if (all->producing.wind_up)
    all->producing.wind_up (peer);
  pthread_barrier_wait (&all->over);
}

static void *
produce_in_thread (void *data)
{
  produce (data);
  return NULL;
}

BenchProducers *
bench_producers_new_full (const BenchLoad *load, const BenchProducing *producing, void *peer)
{
  BenchProducers *producers = calloc (1, sizeof *producers);

  if (!producers)
    bench_fail ("no memory for the producers");
  producers->producing = *producing;
  producers->peer = peer;
  producers->n = load->producers;
  producers->share = load->count / load->producers;
  pthread_barrier_init (&producers->gate, NULL, load->producers + 1);
  pthread_barrier_init (&producers->over, NULL, load->producers + 1);
  for (unsigned i = 0; i < producers->n; i++)
    {
      producers->each[i].all = producers;
      producers->each[i].number = i;
      if (producing->start)
        producing->start (peer, i, produce, &producers->each[i]);
      else if (pthread_create (&producers->each[i].thread, NULL, produce_in_thread, &producers->each[i]))
        bench_fail ("no thread for a producer");
    }
  return producers;
}

BenchProducers *
bench_producers_new (const BenchLoad *load, BenchSubmit *submit, void *peer)
{
  BenchProducing producing = { .submit = submit };

  return bench_producers_new_full (load, &producing, peer);
}

int64_t
bench_producers_go (BenchProducers *producers)
{
  int64_t start = bench_now ();

  pthread_barrier_wait (&producers->gate);
  return start;
}

void
bench_producers_join (BenchProducers *producers)
{
  pthread_barrier_wait (&producers->over);
  for (unsigned i = 0; i < producers->n && !producers->producing.start; i++)
    pthread_join (producers->each[i].thread, NULL);
  pthread_barrier_destroy (&producers->gate);
  pthread_barrier_destroy (&producers->over);
  free (producers);
}
