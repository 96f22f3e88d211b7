/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is measured, and who takes part. Every contestant of a metric does the same load under the same ledger; where
 * one cannot be given the same terms, its row says so.
 */
#include "bench.h"

#ifdef LODGER_HAVE_UV
#include <uv.h>
#endif

/* Where it is set, Qt's main thread polls by itself; else it runs in a GMainContext, if that Qt can. */
#define QT_UNIX "QT_NO_GLIB"

const BenchMetric bench_metrics[] = {
  { "post1", "calls from one thread to the GUI thread, nothing comes back", "Mcalls/s", true, 1e6, 2000000, 1 },
  { "post2", "the same from two threads at once, half of the calls each", "Mcalls/s", true, 1e6, 2000000, 2 },
  { "postsoon1", "as post1, but Lodger's calls have an outcome (call_soon)", "Mcalls/s", true, 1e6, 2000000, 1 },
  { "rtt", "round trips GUI thread, worker, GUI thread, one after the other", "us/trip", false, 1e3, 50000, 0 },
  { "fanout", "jobs on 2 workers, each completion delivered in the GUI thread", "kjobs/s", true, 1e3, 200000, 0 },
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

  /* GTask: the size of its pool is GLib's own affair (10 at first); it cannot be set to 2. */
  { "rtt", BENCH_LODGER, BENCH_WORKERS, bench_lodger_rtt, NULL },
  { "rtt", "GTask", 0, bench_gtask_rtt, NULL },
  { "rtt", "GThreadPool", BENCH_WORKERS, bench_thread_pool_rtt, NULL },

  { "fanout", BENCH_LODGER, BENCH_WORKERS, bench_lodger_fanout, NULL },
  { "fanout", "GTask", 0, bench_gtask_fanout, NULL },
  { "fanout", "GThreadPool", BENCH_WORKERS, bench_thread_pool_fanout, NULL },

#ifdef LODGER_HAVE_UV
  { "post1", "libuv", 0, bench_uv_post, NULL },
  { "post2", "libuv", 0, bench_uv_post, NULL },
  { "rtt", "libuv", BENCH_WORKERS, bench_uv_rtt, NULL },
  { "fanout", "libuv", BENCH_WORKERS, bench_uv_fanout, NULL },
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

#ifndef LODGER_HAVE_QT
const char *
bench_qt_version (void)
{
  return NULL;
}
#endif
