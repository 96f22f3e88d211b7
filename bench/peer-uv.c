/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libuv: the GUI thread is replaced by a thread that runs a libuv loop of its own, which is libuv at its best: not as a
 * guest of GLib's.
 *
 * An array under a mutex, taken as a whole by the call-back of a uv_async_t, which is signalled only by the push that
 * finds the array empty. It carries bare data for one fixed function, as the GAsyncQueue's does. Answers go back by
 * another array, to a loop of the producer's own; the question is allocated, and carries the answer.
 */
#include "bench.h"

#ifdef LODGER_HAVE_UV

#include <stdlib.h>
#include <uv.h>

static void
check (int code, const char *what)
{
  if (code)
    bench_fail ("%s: %s", what, uv_strerror (code));
}

/* ---- posts ------------------------------------------------------------------------------------------------------ */

typedef struct Batch
{
  void **items;
  size_t length, capacity;
} Batch;

typedef struct PostQueue
{
  uv_loop_t loop;
  uv_async_t async;
  uv_mutex_t lock;
  Batch filling;                /* under the lock */
  Batch taken;                  /* the loop's own */
  bool (*arrived) (void *item); /* true for the last one: leave the loop */
} PostQueue;

static void
queue_push (PostQueue *queue, void *item)
{
  Batch *batch = &queue->filling;
  bool was_empty;

  uv_mutex_lock (&queue->lock);
  was_empty = batch->length == 0;
  if (batch->length == batch->capacity)
    {
      size_t capacity = batch->capacity ? 2 * batch->capacity : 1024;
      void **items = realloc (batch->items, capacity * sizeof *items);

      if (!items)
        bench_fail ("no memory for the queue");
      batch->items = items;
      batch->capacity = capacity;
    }
  batch->items[batch->length++] = item;
  uv_mutex_unlock (&queue->lock);

  /* The call-back takes everything, so whoever finds the array empty is the first since; sends that meet a call-back
   * under way are not swallowed by it, libuv runs it again. */
  if (was_empty)
    check (uv_async_send (&queue->async), "uv_async_send");
}

static void
batch_arrived (uv_async_t *async)
{
  PostQueue *queue = async->data;
  Batch batch;

  uv_mutex_lock (&queue->lock);
  batch = queue->filling;
  queue->filling = queue->taken;
  queue->filling.length = 0;
  uv_mutex_unlock (&queue->lock);

  queue->taken = batch;
  for (size_t i = 0; i < batch.length; i++)
    if (queue->arrived (batch.items[i]))
      uv_stop (&queue->loop);
}

static void
queue_open (PostQueue *queue, bool (*arrived) (void *item))
{
  *queue = (PostQueue) { .arrived = arrived };
  check (uv_loop_init (&queue->loop), "uv_loop_init");
  check (uv_async_init (&queue->loop, &queue->async, batch_arrived), "uv_async_init");
  check (uv_mutex_init (&queue->lock), "uv_mutex_init");
  queue->async.data = queue;
}

static void
queue_close (PostQueue *queue)
{
  uv_run (&queue->loop, UV_RUN_NOWAIT);
  uv_close ((uv_handle_t *) &queue->async, NULL);
  uv_run (&queue->loop, UV_RUN_DEFAULT);
  check (uv_loop_close (&queue->loop), "uv_loop_close");
  uv_mutex_destroy (&queue->lock);
  free (queue->filling.items);
  free (queue->taken.items);
}

static PostQueue gui;

static int64_t
run_flood (const BenchLoad *load, const BenchProducing *producing, bool (*arrived) (void *item))
{
  BenchProducers *producers;
  int64_t start, end;

  queue_open (&gui, arrived);
  producers = bench_producers_new_full (load, producing, &gui);
  start = bench_producers_go (producers);
  uv_run (&gui.loop, UV_RUN_DEFAULT);
  end = bench_now ();
  bench_producers_join (producers);
  queue_close (&gui);
  return end - start;
}

static void
post_submit (void *peer, void *data)
{
  queue_push (peer, data);
}

int64_t
bench_uv_post (const BenchLoad *load)
{
  int64_t elapsed;

  bench_ledger_open_posts (load);
  elapsed = run_flood (load, &(BenchProducing) { .submit = post_submit }, bench_post_arrived);
  bench_ledger_close ();
  return elapsed;
}

/* ---- results of two threads ------------------------------------------------------------------------------------- */

static bool
result_arrived (void *item)
{
  bool is_last = bench_result_arrived (item);

  free (item);
  return is_last;
}

static void
result_submit (void *peer, void *data)
{
  queue_push (peer, bench_result_new (data));
}

/* libuv's threads are plain ones. */
int64_t
bench_uv_results (const BenchLoad *load)
{
  int64_t elapsed;

  bench_ledger_open_posts (load);
  elapsed = run_flood (load, &(BenchProducing) { .submit = result_submit }, result_arrived);
  bench_ledger_close ();
  return elapsed;
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

typedef struct Question
{
  void *data;
  int64_t answer;
} Question;

static PostQueue asker;

static bool
answer_arrived (void *item)
{
  Question *question = item;
  bool is_last = bench_answer_arrived (question->data, question->answer);

  free (question);
  if (is_last)
    queue_push (&gui, NULL);
  return is_last;
}

/* Nothing is left to ask: the loop is left. */
static bool
question_arrived (void *item)
{
  Question *question = item;

  if (!question)
    return true;
  question->answer = bench_post_answer (question->data);
  queue_push (&asker, question);
  return false;
}

static void
asker_set_up (void *peer)
{
  (void) peer;
  queue_open (&asker, answer_arrived);
}

static void
asker_wind_up (void *peer)
{
  (void) peer;
  uv_run (&asker.loop, UV_RUN_DEFAULT);
}

static void
ask (void *peer, void *data)
{
  Question *question = malloc (sizeof *question);

  if (!question)
    bench_fail ("no memory for a question");
  question->data = data;
  queue_push (peer, question);
}

int64_t
bench_uv_post_then (const BenchLoad *load)
{
  int64_t elapsed;

  bench_ledger_open_answers (load);
  elapsed = run_flood (load, &(BenchProducing) { .submit = ask, .set_up = asker_set_up, .wind_up = asker_wind_up },
                       question_arrived);
  queue_close (&asker);
  bench_answers_close ();
  return elapsed;
}

#endif
