/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Posting with GLib alone, to the default context run by a GMainLoop.
 *
 * g_main_context_invoke_full: what most programs do. A source is made, attached and destroyed for each call.
 *
 * GAsyncQueue+GSource: what a careful program does instead. Producers push, and wake the loop only when it says that it
 * may go to sleep; one source drains in batches, for at most a millisecond before the loop goes round. It carries bare
 * data for one fixed function, which is less than a call of Lodger's carries (function, data, destroy notify, call
 * site): that advantage is left to it.
 */
#include "bench.h"

#include <glib.h>

#define BATCH     256
#define BUDGET_US 1000

/* Runs whatever is still ready: a call delivered twice would come to light here. */
static void
drain (GMainContext *context)
{
  while (g_main_context_iteration (context, FALSE))
    ;
}

/* ---- g_main_context_invoke_full --------------------------------------------------------------------------------- */

static GMainLoop *invoke_loop;

static gboolean
invoke_arrived (gpointer data)
{
  if (bench_post_arrived (data))
    g_main_loop_quit (invoke_loop);
  return G_SOURCE_REMOVE;
}

static void
invoke_submit (void *peer, void *data)
{
  g_main_context_invoke_full (peer, G_PRIORITY_DEFAULT, invoke_arrived, data, NULL);
}

int64_t
bench_invoke_post (const BenchLoad *load)
{
  GMainContext *context = g_main_context_default ();
  BenchProducers *producers;
  int64_t start, end;

  invoke_loop = g_main_loop_new (context, FALSE);
  bench_ledger_open_posts (load);
  producers = bench_producers_new (load, invoke_submit, context);

  /* While nobody owns the context, invoke_full would run the function in the producer's own thread. */
  g_main_context_acquire (context);
  start = bench_producers_go (producers);
  g_main_loop_run (invoke_loop);
  end = bench_now ();
  bench_producers_join (producers);
  g_main_context_release (context);

  drain (context);
  bench_ledger_close ();
  g_main_loop_unref (invoke_loop);
  return end - start;
}

/* ---- GAsyncQueue with one GSource ------------------------------------------------------------------------------- */

typedef struct QueueSource
{
  GSource source;
  GAsyncQueue *queue;
  GMainContext *context;
  GMainLoop *loop;
  gboolean may_sleep; /* under the queue's lock: the loop found the queue empty, the next push has to wake it */
} QueueSource;

static gboolean
queue_prepare (GSource *source, gint *timeout)
{
  QueueSource *self = (QueueSource *) source;
  gboolean ready;

  *timeout = -1;

  /* Emptiness and the wish to be woken are one step under the queue's lock: a push is either seen here, or sees the
   * wish and wakes. The wake-up cannot be used up in vain: the push is in the queue before it is sent, so whichever
   * iteration swallows it finds the queue filled in check, or in the next prepare. */
  g_async_queue_lock (self->queue);
  ready = g_async_queue_length_unlocked (self->queue) > 0;
  self->may_sleep = !ready;
  g_async_queue_unlock (self->queue);
  return ready;
}

static gboolean
queue_check (GSource *source)
{
  QueueSource *self = (QueueSource *) source;

  return g_async_queue_length (self->queue) > 0;
}

static gboolean
queue_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  QueueSource *self = (QueueSource *) source;
  gint64 end = g_get_monotonic_time () + BUDGET_US;
  gpointer batch[BATCH];
  guint n;

  (void) callback;
  (void) user_data;
  do
    {
      g_async_queue_lock (self->queue);
      self->may_sleep = FALSE;
      for (n = 0; n < BATCH; n++)
        {
          batch[n] = g_async_queue_try_pop_unlocked (self->queue);
          if (!batch[n])
            break;
        }
      g_async_queue_unlock (self->queue);

      for (guint i = 0; i < n; i++)
        if (bench_post_arrived (batch[i]))
          g_main_loop_quit (self->loop);
    }
  while (n == BATCH && g_get_monotonic_time () < end);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs queue_funcs = {
  .prepare = queue_prepare,
  .check = queue_check,
  .dispatch = queue_dispatch,
};

static void
queue_submit (void *peer, void *data)
{
  QueueSource *self = peer;
  gboolean wake;

  g_async_queue_lock (self->queue);
  g_async_queue_push_unlocked (self->queue, data);
  wake = self->may_sleep;
  self->may_sleep = FALSE;
  g_async_queue_unlock (self->queue);
  if (wake)
    g_main_context_wakeup (self->context);
}

int64_t
bench_async_queue_post (const BenchLoad *load)
{
  GMainContext *context = g_main_context_default ();
  GSource *source = g_source_new (&queue_funcs, sizeof (QueueSource));
  QueueSource *self = (QueueSource *) source;
  BenchProducers *producers;
  int64_t start, end;

  self->queue = g_async_queue_new ();
  self->context = context;
  self->loop = g_main_loop_new (context, FALSE);
  g_source_set_priority (source, G_PRIORITY_DEFAULT_IDLE);
  g_source_attach (source, context);
  bench_ledger_open_posts (load);
  producers = bench_producers_new (load, queue_submit, self);

  start = bench_producers_go (producers);
  g_main_loop_run (self->loop);
  end = bench_now ();
  bench_producers_join (producers);

  drain (context);
  bench_ledger_close ();
  g_source_destroy (source);
  g_main_loop_unref (self->loop);
  g_async_queue_unref (self->queue);
  g_source_unref (source);
  return end - start;
}
