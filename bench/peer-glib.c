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
 *
 * Results come from two threads made by g_thread_new(). An answer goes back by a second g_main_context_invoke_full(),
 * to a context of the producer's own.
 */
#include "bench.h"

#include <glib.h>
#include <stdlib.h>

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

static int64_t
run_invoke (const BenchLoad *load, const BenchProducing *producing)
{
  GMainContext *context = g_main_context_default ();
  BenchProducers *producers;
  int64_t start, end;

  invoke_loop = g_main_loop_new (context, FALSE);
  producers = bench_producers_new_full (load, producing, context);

  /* While nobody owns the context, invoke_full would run the function in the producer's own thread. */
  g_main_context_acquire (context);
  start = bench_producers_go (producers);
  g_main_loop_run (invoke_loop);
  end = bench_now ();
  bench_producers_join (producers);
  g_main_context_release (context);

  drain (context);
  g_main_loop_unref (invoke_loop);
  return end - start;
}

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
  int64_t elapsed;

  bench_ledger_open_posts (load);
  elapsed = run_invoke (load, &(BenchProducing) { .submit = invoke_submit });
  bench_ledger_close ();
  return elapsed;
}

/* ---- results of two threads ------------------------------------------------------------------------------------- */

typedef struct Worker
{
  void (*run) (void *data);
  void *data;
} Worker;

static gpointer
worker_run (gpointer data)
{
  Worker *worker = data;

  worker->run (worker->data);
  g_free (worker);
  return NULL;
}

static void
worker_start (void *peer, unsigned number, void (*run) (void *data), void *data)
{
  Worker *worker = g_new (Worker, 1);

  (void) peer;
  (void) number;
  worker->run = run;
  worker->data = data;
  g_thread_unref (g_thread_new ("worker", worker_run, worker));
}

static gboolean
invoke_result_arrived (gpointer data)
{
  if (bench_result_arrived (data))
    g_main_loop_quit (invoke_loop);
  return G_SOURCE_REMOVE;
}

static void
invoke_result (void *peer, void *data)
{
  g_main_context_invoke_full (peer, G_PRIORITY_DEFAULT, invoke_result_arrived, bench_result_new (data), free);
}

int64_t
bench_invoke_results (const BenchLoad *load)
{
  int64_t elapsed;

  bench_ledger_open_posts (load);
  elapsed = run_invoke (load, &(BenchProducing) { .submit = invoke_result, .start = worker_start });
  bench_ledger_close ();
  return elapsed;
}

/* ---- answers: a second g_main_context_invoke_full ---------------------------------------------------------------- */

/* The producer's. */
static GMainContext *asker_context;
static GMainLoop *asker_loop;

typedef struct Question
{
  void *data;
  int64_t answer;
} Question;

static void
asker_set_up (void *peer)
{
  (void) peer;
  asker_context = g_main_context_new ();
  g_main_context_push_thread_default (asker_context);
  asker_loop = g_main_loop_new (asker_context, FALSE);
}

static void
asker_wind_up (void *peer)
{
  (void) peer;
  g_main_loop_run (asker_loop);
  drain (asker_context);
  g_main_loop_unref (asker_loop);
  g_main_context_pop_thread_default (asker_context);
  g_main_context_unref (asker_context);
}

static gboolean
answer_arrived (gpointer data)
{
  Question *question = data;

  if (bench_answer_arrived (question->data, question->answer))
    {
      g_main_loop_quit (asker_loop);
      g_main_loop_quit (invoke_loop);
    }
  return G_SOURCE_REMOVE;
}

static gboolean
answer (gpointer data)
{
  Question *question = data;

  question->answer = bench_post_answer (question->data);
  g_main_context_invoke_full (asker_context, G_PRIORITY_DEFAULT, answer_arrived, question, g_free);
  return G_SOURCE_REMOVE;
}

static void
ask (void *peer, void *data)
{
  Question *question = g_new (Question, 1);

  question->data = data;
  g_main_context_invoke_full (peer, G_PRIORITY_DEFAULT, answer, question, NULL);
}

int64_t
bench_invoke_post_then (const BenchLoad *load)
{
  int64_t elapsed;

  bench_ledger_open_answers (load);
  elapsed = run_invoke (load, &(BenchProducing) { .submit = ask, .set_up = asker_set_up, .wind_up = asker_wind_up });
  bench_answers_close ();
  return elapsed;
}

/* ---- GAsyncQueue with one GSource ------------------------------------------------------------------------------- */

typedef struct QueueSource
{
  GSource source;
  GAsyncQueue *queue;
  GMainContext *context;
  GMainLoop *loop;
  bool (*arrived) (void *item); /* true for the last one */
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
        if (self->arrived (batch[i]))
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

static int64_t
run_queue (const BenchLoad *load, const BenchProducing *producing, bool (*item_arrived) (void *item))
{
  GMainContext *context = g_main_context_default ();
  GSource *source = g_source_new (&queue_funcs, sizeof (QueueSource));
  QueueSource *self = (QueueSource *) source;
  BenchProducers *producers;
  int64_t start, end;

  self->queue = g_async_queue_new ();
  self->context = context;
  self->loop = g_main_loop_new (context, FALSE);
  self->arrived = item_arrived;
  g_source_set_priority (source, G_PRIORITY_DEFAULT_IDLE);
  g_source_attach (source, context);
  bench_ledger_open_posts (load);
  producers = bench_producers_new_full (load, producing, self);

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

int64_t
bench_async_queue_post (const BenchLoad *load)
{
  return run_queue (load, &(BenchProducing) { .submit = queue_submit }, bench_post_arrived);
}

static bool
queue_result_arrived (void *item)
{
  bool is_last = bench_result_arrived (item);

  free (item);
  return is_last;
}

static void
queue_result (void *peer, void *data)
{
  queue_submit (peer, bench_result_new (data));
}

int64_t
bench_async_queue_results (const BenchLoad *load)
{
  return run_queue (load, &(BenchProducing) { .submit = queue_result, .start = worker_start }, queue_result_arrived);
}
