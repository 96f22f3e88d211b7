/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many threads on few processors: a thread may be preempted wherever it is, also where others would wait for it.
 */
#include "../bench.h"
#include "scaling.h"

#include <lodger/lodger.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct Sender
{
  pthread_t thread;
  LodgerCaller *to;
  uint64_t count;
} Sender;

static pthread_barrier_t gate;
static atomic_ullong arrived;

static void
note (void *data)
{
  (void) data;
  atomic_fetch_add_explicit (&arrived, 1, memory_order_relaxed);
}

static void *
send (void *data)
{
  const Sender *sender = data;
  pthread_barrier_wait (&gate);
  for (uint64_t i = 0; i < sender->count; i++)
    if (lodger_caller_call_direct (sender->to, note, NULL, NULL) != 0)
      bench_fail ("a call was refused");
  return NULL;
}

static LodgerCaller *
open_receiver (void)
{
  LodgerCaller *receiver
      = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.name = "receiver"), NULL);
  if (lodger_pending_wait (lodger_caller_get_started (receiver), LODGER_FOREVER, 0) != 0)
    bench_fail ("a receiver does not start");
  return receiver;
}

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

/* All that were submitted before have run then. */
static void
await_last (LodgerCaller *receiver)
{
  LodgerPending *last = lodger_caller_call_soon (receiver, do_nothing, NULL, NULL);
  if (lodger_pending_wait (last, LODGER_FOREVER, 0) != 0)
    bench_fail ("the last call has failed");
  lodger_pending_unref (last);
}

static void
close_receiver (LodgerCaller *receiver)
{
  lodger_caller_stop (receiver, true);
  lodger_pending_wait (lodger_caller_get_stopped (receiver), LODGER_FOREVER, LODGER_WAIT_NO_RESULT);
  lodger_caller_unref (receiver);
}

static double
run (unsigned threads, unsigned receivers, uint64_t count)
{
  const uint64_t each = count / threads, all = each * threads;
  Sender *senders = calloc (threads, sizeof *senders);
  int64_t start, end;
  if (senders == NULL)
    bench_fail ("no memory");
  pthread_barrier_init (&gate, NULL, threads + 1);
  atomic_store (&arrived, 0);
  for (unsigned i = 0; i < threads; i++)
    {
      senders[i] = (Sender) { .to = i < receivers ? open_receiver () : senders[i % receivers].to, .count = each };
      if (pthread_create (&senders[i].thread, NULL, send, &senders[i]) != 0)
        bench_fail ("no thread");
    }
  start = bench_now ();
  pthread_barrier_wait (&gate);
  for (unsigned i = 0; i < threads; i++)
    pthread_join (senders[i].thread, NULL);
  for (unsigned i = 0; i < receivers; i++)
    await_last (senders[i].to);
  end = bench_now ();
  for (unsigned i = 0; i < receivers; i++)
    close_receiver (senders[i].to);
  if (atomic_load (&arrived) != all)
    bench_fail ("calls are missing");
  pthread_barrier_destroy (&gate);
  free (senders);
  return (double) all * 1e3 / (double) (end - start);
}

double
threads_to_one (unsigned threads, uint64_t count)
{
  return run (threads, 1, count);
}

double
threads_to_each (unsigned threads, uint64_t count)
{
  return run (threads, threads, count);
}
