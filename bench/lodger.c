/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Posting with Lodger, as a GLib program has it.
 */
#include "lodger-side.h"

#include <lodger-glib.h>
#include <stdlib.h>

void
lodger_side_attach (LodgerSide *side)
{
  GError *error = NULL;

  side->caller = lodger_glib_attach_full (NULL, LODGER_CALLER_OPTIONS (.max_workers = BENCH_WORKERS), &error);
  if (!side->caller)
    bench_fail ("cannot attach: %s", error->message);
  side->loop = g_main_loop_new (NULL, FALSE);
}

void
lodger_side_leave (LodgerSide *side)
{
  int code;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  code = lodger_caller_leave (side->caller);
  if (code)
    bench_fail ("cannot leave: %s", lodger_error_code_string (code));
  lodger_caller_unref (side->caller);
  g_main_loop_unref (side->loop);
}

/* Everything that the call-backs need. */
static LodgerSide side;

static int64_t
run_flood (const BenchLoad *load, const BenchProducing *producing)
{
  BenchProducers *producers = bench_producers_new_full (load, producing, side.caller);
  int64_t start = bench_producers_go (producers), end;

  g_main_loop_run (side.loop);
  end = bench_now ();
  bench_producers_join (producers);
  return end - start;
}

static int64_t
run_posts (const BenchLoad *load, const BenchProducing *producing)
{
  int64_t elapsed;

  lodger_side_attach (&side);
  bench_ledger_open_posts (load);
  elapsed = run_flood (load, producing);
  lodger_side_leave (&side);
  bench_ledger_close ();
  return elapsed;
}

/* ---- posts ------------------------------------------------------------------------------------------------------ */

static void
direct_arrived (void *data)
{
  if (bench_post_arrived (data))
    g_main_loop_quit (side.loop);
}

static void
direct_submit (void *peer, void *data)
{
  int code = lodger_caller_call_direct (peer, direct_arrived, data, NULL);

  if (code)
    bench_fail ("a call was refused: %s", lodger_error_code_string (code));
}

static void
soon_arrived (LodgerPending *self, void *data)
{
  (void) self;
  direct_arrived (data);
}

static void
soon_submit (void *peer, void *data)
{
  lodger_pending_disown (lodger_caller_call_soon (peer, soon_arrived, data, NULL));
}

int64_t
bench_lodger_post (const BenchLoad *load)
{
  return run_posts (load, &(BenchProducing) { .submit = direct_submit });
}

int64_t
bench_lodger_post_soon (const BenchLoad *load)
{
  return run_posts (load, &(BenchProducing) { .submit = soon_submit });
}

/* ---- results of two named workers ------------------------------------------------------------------------------- */

typedef struct Worker
{
  void (*run) (void *data);
  void *data;
} Worker;

static void
worker_run (LodgerPending *self, void *data)
{
  Worker *worker = data;

  (void) self;
  worker->run (worker->data);
}

static void
worker_start (void *peer, unsigned number, void (*run) (void *data), void *data)
{
  static const char *const names[BENCH_MAX_PRODUCERS] = { "first", "second" };
  Worker *worker = g_new (Worker, 1);

  worker->run = run;
  worker->data = data;
  lodger_pending_disown (
      lodger_caller_to_thread_full (peer, worker_run, worker, g_free, LODGER_CALL_OPTIONS (.worker = names[number])));
}

static void
result_arrived (void *data)
{
  if (bench_result_arrived (data))
    g_main_loop_quit (side.loop);
}

static void
result_submit (void *peer, void *data)
{
  int code = lodger_caller_call_direct (peer, result_arrived, bench_result_new (data), free);

  if (code)
    bench_fail ("a result was refused: %s", lodger_error_code_string (code));
}

int64_t
bench_lodger_results (const BenchLoad *load)
{
  return run_posts (load, &(BenchProducing) { .submit = result_submit, .start = worker_start });
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* The producer's. */
static struct
{
  GMainContext *context;
  GMainLoop *loop;
  LodgerCaller *caller;
} asker;

static void
asker_set_up (void *peer)
{
  GError *error = NULL;

  (void) peer;
  asker.context = g_main_context_new ();
  g_main_context_push_thread_default (asker.context);
  asker.loop = g_main_loop_new (asker.context, FALSE);
  asker.caller = lodger_glib_attach (asker.context, &error);
  if (!asker.caller)
    bench_fail ("a producer cannot attach: %s", error->message);
}

static void
asker_wind_up (void *peer)
{
  int code;

  (void) peer;
  g_main_loop_run (asker.loop);
  while (g_main_context_iteration (asker.context, FALSE))
    ;
  code = lodger_caller_leave (asker.caller);
  if (code)
    bench_fail ("a producer cannot leave: %s", lodger_error_code_string (code));
  lodger_caller_unref (asker.caller);
  g_main_loop_unref (asker.loop);
  g_main_context_pop_thread_default (asker.context);
  g_main_context_unref (asker.context);
}

static void
answer (LodgerPending *self, void *data)
{
  lodger_pending_return_int (self, bench_post_answer (data));
}

static void
answer_arrived (LodgerPending *self, LodgerPending *done, void *data)
{
  int64_t value;
  int code = lodger_pending_get_int (done, &value);

  (void) self;
  if (code)
    bench_fail ("a call has no answer: %s", lodger_error_code_string (code));
  if (!bench_answer_arrived (data, value))
    return;
  g_main_loop_quit (asker.loop);
  g_main_loop_quit (side.loop);
}

static void
ask (void *peer, void *data)
{
  LodgerPending *asked = lodger_caller_call_soon (peer, answer, data, NULL);

  lodger_pending_disown (lodger_pending_then (asked, asker.caller, answer_arrived, data, NULL));
  lodger_pending_unref (asked);
}

int64_t
bench_lodger_post_then (const BenchLoad *load)
{
  int64_t elapsed;

  lodger_side_attach (&side);
  bench_ledger_open_answers (load);
  elapsed = run_flood (load, &(BenchProducing) { .submit = ask, .set_up = asker_set_up, .wind_up = asker_wind_up });
  lodger_side_leave (&side);
  bench_answers_close ();
  return elapsed;
}
