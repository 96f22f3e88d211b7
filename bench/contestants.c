/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is measured, and who takes part. Every contestant of a metric does the same load under the same ledger; where
 * one cannot be given the same terms, its row says so.
 */
#include "bench.h"

#include <string.h>

#ifdef LODGER_HAVE_UV
#include <uv.h>
#endif

/* Where it is set, Qt's main thread polls by itself; else it runs in a GMainContext, if that Qt can. */
#define QT_UNIX "QT_NO_GLIB"

const BenchMetric bench_metrics[] = {
  { .name = "post1",
    .what = "calls from one thread to the GUI thread, nothing comes back",
    .unit = "Mcalls/s",
    .is_rate = true,
    .unit_size = 1e6,
    .count = 2000000,
    .producers = 1 },
  { .name = "post2",
    .what = "the same from two threads at once, half of the calls each",
    .unit = "Mcalls/s",
    .is_rate = true,
    .unit_size = 1e6,
    .count = 2000000,
    .producers = 2 },
  { .name = "postsoon1",
    .what = "as post1, but Lodger's calls have an outcome (call_soon)",
    .unit = "Mcalls/s",
    .is_rate = true,
    .unit_size = 1e6,
    .count = 2000000,
    .producers = 1 },
  { .name = "postthen1",
    .what = "calls from one thread to the GUI thread, each answered in that thread's own loop",
    .unit = "Mcalls/s",
    .is_rate = true,
    .unit_size = 1e6,
    .count = 200000,
    .producers = 1 },
  { .name = "results2",
    .what = "allocated results from two worker threads, freed in the GUI thread, half of them each",
    .unit = "Mcalls/s",
    .is_rate = true,
    .unit_size = 1e6,
    .count = 2000000,
    .producers = 2 },
  { .name = "rtt",
    .what = "round trips GUI thread, worker, GUI thread, one after the other: the median",
    .unit = "us/trip",
    .unit_size = 1e3,
    .count = 50000,
    .tail = "rttp99" },
  { .name = "rttcold",
    .what = "the same with a pause of 1 ms before each trip: both threads sleep",
    .unit = "us/trip",
    .unit_size = 1e3,
    .count = 500,
    .pause = 1,
    .tail = "rttcoldp99",
    .like = "rtt" },
  { .name = "rttpinned",
    .what = "as rtt, all threads on one processor",
    .unit = "us/trip",
    .unit_size = 1e3,
    .count = 10000,
    .tail = "rttpinnedp99",
    .like = "rtt",
    .is_pinned = true },
  { .name = "fanout",
    .what = "jobs on 2 workers, each completion delivered in the GUI thread",
    .unit = "kjobs/s",
    .is_rate = true,
    .unit_size = 1e3,
    .count = 200000 },
  { .name = "timers",
    .what = "timers of 1 to 1000 ms, half of them cancelled: time of all processors",
    .unit = "ns/timer",
    .unit_size = 1,
    .count = 100000,
    .span = 1000 },
  { .name = "timers10k",
    .what = "the same with fewer timers, for those whose cost grows with the number",
    .unit = "ns/timer",
    .unit_size = 1,
    .count = 10000,
    .span = 1000 },
};
const size_t bench_n_metrics = sizeof bench_metrics / sizeof bench_metrics[0];

const BenchContestant bench_contestants[] = {
  { "post1", BENCH_LODGER, 0, bench_lodger_post, NULL },
  { "post1", "g_main_context_invoke_full", 0, bench_invoke_post, NULL },
  { "post1", "GAsyncQueue+GSource", 0, bench_async_queue_post, NULL },

  { "post2", BENCH_LODGER, 0, bench_lodger_post, NULL },
  { "post2", "g_main_context_invoke_full", 0, bench_invoke_post, NULL },
  { "post2", "GAsyncQueue+GSource", 0, bench_async_queue_post, NULL },

  { "postsoon1", BENCH_LODGER, 0, bench_lodger_post_soon, NULL },
  { "postsoon1", "g_main_context_invoke_full", 0, bench_invoke_post, NULL },

  { "postthen1", BENCH_LODGER, 0, bench_lodger_post_then, NULL },
  { "postthen1", "g_main_context_invoke_full", 0, bench_invoke_post_then, NULL },

  { "results2", BENCH_LODGER, 0, bench_lodger_results, NULL },
  { "results2", "g_main_context_invoke_full", 0, bench_invoke_results, NULL },
  { "results2", "GAsyncQueue+GSource", 0, bench_async_queue_results, NULL },

  /* GTask: the size of its pool is GLib's own affair (10 at first); it cannot be set to 2. */
  { "rtt", BENCH_LODGER, BENCH_WORKERS, bench_lodger_rtt, NULL },
  { "rtt", "GTask", 0, bench_gtask_rtt, NULL },
  { "rtt", "GThreadPool", BENCH_WORKERS, bench_thread_pool_rtt, NULL },

  { "fanout", BENCH_LODGER, BENCH_WORKERS, bench_lodger_fanout, NULL },
  { "fanout", "GTask", 0, bench_gtask_fanout, NULL },
  { "fanout", "GThreadPool", BENCH_WORKERS, bench_thread_pool_fanout, NULL },

  { "timers", BENCH_LODGER, 0, bench_lodger_timers, NULL },
  { "timers10k", BENCH_LODGER, 0, bench_lodger_timers, NULL },
  { "timers10k", "g_timeout_source_new", 0, bench_glib_timers, NULL },

#ifdef LODGER_HAVE_UV
  { "post1", "libuv", 0, bench_uv_post, NULL },
  { "post2", "libuv", 0, bench_uv_post, NULL },
  { "postsoon1", "libuv", 0, bench_uv_post, NULL },
  { "postthen1", "libuv", 0, bench_uv_post_then, NULL },
  { "results2", "libuv", 0, bench_uv_results, NULL },
  { "rtt", "libuv", BENCH_WORKERS, bench_uv_rtt, NULL },
  { "fanout", "libuv", BENCH_WORKERS, bench_uv_fanout, NULL },
  { "timers", "libuv", 0, bench_uv_timers, NULL },
  { "timers10k", "libuv", 0, bench_uv_timers, NULL },
#endif

#ifdef LODGER_HAVE_QT
  { "post1", "Qt invokeMethod", 0, bench_qt_invoke_post, NULL },
  { "post1", "Qt invokeMethod, no GLib", 0, bench_qt_invoke_post, QT_UNIX },
  { "post1", "Qt postEvent", 0, bench_qt_event_post, NULL },
  { "post1", "Qt postEvent, no GLib", 0, bench_qt_event_post, QT_UNIX },
  { "post1", "Qt queued signal", 0, bench_qt_signal_post, NULL },
  { "post1", "Qt queued signal, no GLib", 0, bench_qt_signal_post, QT_UNIX },

  { "post2", "Qt invokeMethod", 0, bench_qt_invoke_post, NULL },
  { "post2", "Qt invokeMethod, no GLib", 0, bench_qt_invoke_post, QT_UNIX },
  { "post2", "Qt postEvent", 0, bench_qt_event_post, NULL },
  { "post2", "Qt postEvent, no GLib", 0, bench_qt_event_post, QT_UNIX },
  { "post2", "Qt queued signal", 0, bench_qt_signal_post, NULL },
  { "post2", "Qt queued signal, no GLib", 0, bench_qt_signal_post, QT_UNIX },

  { "postthen1", "Qt invokeMethod", 0, bench_qt_invoke_post_then, NULL },
  { "postthen1", "Qt invokeMethod, no GLib", 0, bench_qt_invoke_post_then, QT_UNIX },
  { "results2", "Qt invokeMethod", 0, bench_qt_invoke_results, NULL },
  { "results2", "Qt invokeMethod, no GLib", 0, bench_qt_invoke_results, QT_UNIX },

  { "rtt", "QtConcurrent then", BENCH_WORKERS, bench_qt_then_rtt, NULL },
  { "rtt", "QtConcurrent then, no GLib", BENCH_WORKERS, bench_qt_then_rtt, QT_UNIX },
  { "rtt", "QtConcurrent watcher", BENCH_WORKERS, bench_qt_watcher_rtt, NULL },
  { "rtt", "QtConcurrent watcher, no GLib", BENCH_WORKERS, bench_qt_watcher_rtt, QT_UNIX },
  { "rtt", "QThreadPool+invokeMethod", BENCH_WORKERS, bench_qt_pool_rtt, NULL },
  { "rtt", "QThreadPool+invokeMethod, no GLib", BENCH_WORKERS, bench_qt_pool_rtt, QT_UNIX },
  { "rtt", "QThread+signals", BENCH_WORKERS, bench_qt_signal_rtt, NULL },
  { "rtt", "QThread+signals, no GLib", BENCH_WORKERS, bench_qt_signal_rtt, QT_UNIX },

  { "fanout", "QtConcurrent then", BENCH_WORKERS, bench_qt_then_fanout, NULL },
  { "fanout", "QtConcurrent then, no GLib", BENCH_WORKERS, bench_qt_then_fanout, QT_UNIX },
  { "fanout", "QtConcurrent mapped", BENCH_WORKERS, bench_qt_mapped_fanout, NULL },
  { "fanout", "QtConcurrent mapped, no GLib", BENCH_WORKERS, bench_qt_mapped_fanout, QT_UNIX },
  { "fanout", "QThreadPool+invokeMethod", BENCH_WORKERS, bench_qt_pool_fanout, NULL },
  { "fanout", "QThreadPool+invokeMethod, no GLib", BENCH_WORKERS, bench_qt_pool_fanout, QT_UNIX },

  { "timers10k", "QTimer", 0, bench_qt_timers, NULL },
  { "timers10k", "QTimer, no GLib", 0, bench_qt_timers, QT_UNIX },
#endif

/* In the same loop as the peers without GLib. */
#ifdef LODGER_HAVE_QT_HOST
  { "rtt", BENCH_LODGER, BENCH_WORKERS, bench_lodger_qt_rtt, QT_UNIX },
  { "fanout", BENCH_LODGER, BENCH_WORKERS, bench_lodger_qt_fanout, QT_UNIX },
#endif

#ifdef LODGER_HAVE_DEX
  /* It has half as many threads as there are processors. */
  { "rtt", "libdex spawn", 0, bench_dex_rtt, NULL },
  { "fanout", "libdex spawn", 0, bench_dex_fanout, NULL },
#endif

#ifdef LODGER_HAVE_DISPATCH
  /* It has as many threads as there are processors. */
  { "post1", "libdispatch", 0, bench_dispatch_post, NULL },
  { "post2", "libdispatch", 0, bench_dispatch_post, NULL },
  { "results2", "libdispatch", 0, bench_dispatch_results, NULL },
  { "rtt", "libdispatch", 0, bench_dispatch_rtt, NULL },
  { "fanout", "libdispatch", 0, bench_dispatch_fanout, NULL },
#endif
};
const size_t bench_n_contestants = sizeof bench_contestants / sizeof bench_contestants[0];

bool
bench_takes_part (const BenchContestant *contestant, const BenchMetric *metric)
{
  return !strcmp (contestant->metric, metric->like ? metric->like : metric->name);
}

const char *
bench_uv_version (void)
{
#ifdef LODGER_HAVE_UV
  return uv_version_string ();
#else
  return NULL;
#endif
}

#ifndef LODGER_HAVE_QT
const char *
bench_qt_version (void)
{
  return NULL;
}
#endif
