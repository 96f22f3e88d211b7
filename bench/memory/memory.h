/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What one of many takes of memory. Each way is a process of its own, which makes some first, so that what is there
 * once is there, and then as many as are measured.
 *
 *   main.c          the command line, the processes and what they use
 *   of-lodger.c …   what is made
 *   peaks.c         the most that jobs take which are submitted at once
 *
 * A new way is a function and a row in main.c.
 */
#ifndef LODGER_BENCH_MEMORY_H
#define LODGER_BENCH_MEMORY_H

#include "../bench.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes `count` of them, which stay until the process ends. */
typedef void MemoryMake (uint64_t count);

extern MemoryMake memory_lodger_promises;
extern MemoryMake memory_lodger_calls;
extern MemoryMake memory_lodger_timers;
extern MemoryMake memory_lodger_spawned;
extern MemoryMake memory_glib_tasks;
extern MemoryMake memory_glib_idles;
extern MemoryMake memory_glib_timers;
extern MemoryMake memory_uv_works;
extern MemoryMake memory_uv_timers;
extern MemoryMake memory_qt_promises;
extern MemoryMake memory_qt_invokes;
extern MemoryMake memory_qt_events;
extern MemoryMake memory_qt_timers;
extern MemoryMake memory_dex_promises;
extern MemoryMake memory_dex_fibers;
extern MemoryMake memory_dispatch_calls;
extern MemoryMake memory_dispatch_timers;

/* Keeps what has been made. It takes no memory that is measured. */
void memory_keep (void *made);

/* The peaks: runs of lodger-bench. */
extern MemoryMake memory_lodger_fanout;
extern MemoryMake memory_lodger_fanout_direct;
extern MemoryMake memory_gtask_fanout;
extern MemoryMake memory_thread_pool_fanout;
extern MemoryMake memory_uv_fanout;

/* An hour, in milliseconds: longer than any run. */
enum
{
  MEMORY_LONG = 3600 * 1000
};

#ifdef __cplusplus
}
#endif

#endif
