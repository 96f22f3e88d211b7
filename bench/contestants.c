/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is measured, and who takes part. Every contestant of a metric does the same load under the same ledger; where
 * one cannot be given the same terms, its row says so.
 */
#include "bench.h"

#ifdef LODGER_HAVE_UV
#include <uv.h>
#endif

const BenchMetric bench_metrics[] = {
  { "post1", "calls from one thread to the GUI thread, nothing comes back", "Mcalls/s", true, 1e6, 2000000, 1 },
  { "post2", "the same from two threads at once, half of the calls each", "Mcalls/s", true, 1e6, 2000000, 2 },
  { "postsoon1", "as post1, but Lodger's calls have an outcome (call_soon)", "Mcalls/s", true, 1e6, 2000000, 1 },
  { "rtt", "round trips GUI thread, worker, GUI thread, one after the other", "us/trip", false, 1e3, 50000, 0 },
  { "fanout", "jobs on 2 workers, each completion delivered in the GUI thread", "kjobs/s", true, 1e3, 200000, 0 },
};
const size_t bench_n_metrics = sizeof bench_metrics / sizeof bench_metrics[0];

const BenchContestant bench_contestants[] = {
  { "post1", BENCH_LODGER, 0, bench_lodger_post },
  { "post1", "g_main_context_invoke_full", 0, bench_invoke_post },
  { "post1", "GAsyncQueue+GSource", 0, bench_async_queue_post },

  { "post2", BENCH_LODGER, 0, bench_lodger_post },
  { "post2", "g_main_context_invoke_full", 0, bench_invoke_post },
  { "post2", "GAsyncQueue+GSource", 0, bench_async_queue_post },

  { "postsoon1", BENCH_LODGER, 0, bench_lodger_post_soon },
  { "postsoon1", "g_main_context_invoke_full", 0, bench_invoke_post },

  /* GTask: the size of its pool is GLib's own affair (10 at first); it cannot be set to 2. */
  { "rtt", BENCH_LODGER, BENCH_WORKERS, bench_lodger_rtt },
  { "rtt", "GTask", 0, bench_gtask_rtt },
  { "rtt", "GThreadPool", BENCH_WORKERS, bench_thread_pool_rtt },

  { "fanout", BENCH_LODGER, BENCH_WORKERS, bench_lodger_fanout },
  { "fanout", "GTask", 0, bench_gtask_fanout },
  { "fanout", "GThreadPool", BENCH_WORKERS, bench_thread_pool_fanout },

#ifdef LODGER_HAVE_UV
  { "post1", "libuv", 0, bench_uv_post },
  { "post2", "libuv", 0, bench_uv_post },
  { "rtt", "libuv", BENCH_WORKERS, bench_uv_rtt },
  { "fanout", "libuv", BENCH_WORKERS, bench_uv_fanout },
#endif
};
const size_t bench_n_contestants = sizeof bench_contestants / sizeof bench_contestants[0];

const char *
bench_uv_version (void)
{
#ifdef LODGER_HAVE_UV
  return uv_version_string ();
#else
  return NULL;
#endif
}
