/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of lodger-jank share: the ticks of a loop, 60 a second, while calls flood its thread.
 *
 *   main.c     the command line, the runs, the lines
 *   flood.c    the calls: who posts them, how many may be under way, what they do, and the proof that each came
 *   ticks.c    when ticks are due, and how late each one was
 *   lodger.c, peer-*.c, peer-qt.cpp  the contestants
 *
 * The clock and the failures (ledger.c), the statistics (stats.c) and the load (pairs.c) are those of lodger-bench.
 *
 * A new peer is a table `Contestant`, its declaration below, and a row in main.c.
 */
#ifndef LODGER_JANK_H
#define LODGER_JANK_H

#include "../bench.h"

#ifdef __cplusplus
extern "C" {
#endif

enum
{
  TICKS_HZ = 60,
  UNDER_WAY = 100000, /* posts, of all threads together; who would post one more waits */
  JOBS_UNDER_WAY = 1000,
};

typedef void Func (void *data);

/* ---- contestants ------------------------------------------------------------------------------------------------- */

/* A loop of the main thread, a way into it, or both. All of it in the main thread, but `post`. */
typedef struct Contestant
{
  const char *name;
  bool is_calm; /* its loop is also run without calls */
  void (*open) (void);
  void (*start_ticks) (void); /* jank_ticked() at or after jank_next_tick(), again and again */
  void (*stop_ticks) (void);
  void (*run) (void); /* until `quit`, which comes inside */
  void (*quit) (void);
  void (*close) (void);
  void (*post) (void *data);  /* any thread: jank_arrived() in the main thread; NULL: no such floods */
  void (*submit) (void *job); /* jank_job_run() in a worker, jank_job_arrived() here; NULL: no flood of results */
} Contestant;

extern const Contestant jank_lodger, jank_lodger_soon, jank_invoke, jank_idle, jank_async_queue, jank_gtask, jank_uv;
extern const Contestant jank_qt, jank_qt_unix;

/* The main loop of the default context, and ticks at the priority of GTK's redraw. */
void jank_glib_open (void);
void jank_glib_start_ticks (void);
void jank_glib_stop_ticks (void);
void jank_glib_run (void);
void jank_glib_quit (void);
void jank_glib_close (void);

/* ---- ticks.c ----------------------------------------------------------------------------------------------------- */

/* The first tick is due a period from now. Ticks that are due while no tick comes are left out, as frames are. */
void jank_ticks_begin (int64_t start);
/* When the next tick is due, by bench_now(). */
int64_t jank_next_tick (void);
/* A tick, unless none is due yet. */
void jank_ticked (void);
/* How many came in time. One that was due before the end, and has not come by now, is at least that late. */
unsigned jank_ticks_end (int64_t end, int64_t now);

/* How late the ticks were since the last jank_forget_lateness(), in nanoseconds. */
typedef struct Lateness
{
  double median, p99, max;
  double own_p99; /* less what the main thread has waited for a processor since the tick before */
} Lateness;

Lateness jank_lateness (void);
void jank_forget_lateness (void);

/* ---- flood.c ----------------------------------------------------------------------------------------------------- */

typedef struct Flood
{
  const char *name;
  const char *what;
  unsigned producers; /* threads that post; 0: none */
  bool is_of_results; /* the completion of one job submits the next one */
  bool is_long;       /* 50 us for each call, else 100 ns */
} Flood;

typedef struct Outcome
{
  double seconds; /* until it was said that the time is over; the next four are of this time */
  double calls_per_second;
  double spent;  /* share of the time on the work of calls; long ones only */
  double cpu;    /* share of the time that the main thread had a processor */
  double waited; /* share of the time that it was ready to run, and had none */
  unsigned ticks;
} Outcome;

/* How long the work of a call takes. Once, before the first run. */
void jank_calibrate (void);
/* One run. */
Outcome jank_run (const Contestant *contestant, const Flood *flood, bool has_ticks, int64_t length);

/* Whether the time is over: calls do no work any more, and are not counted. */
bool jank_is_over (void);
int64_t jank_end_of_run (void);
/* How long the main thread has been ready to run, and had no processor; 0 where the system does not tell. */
int64_t jank_waited (void);
/* Ends a run that has no calls. */
void jank_tick_after_end (void);

/* A post is delivered. */
void jank_arrived (void *data);
/* The job's work, in a worker. */
int64_t jank_job_run (void *job);
/* A job's completion is delivered. */
void jank_job_arrived (void *job, int64_t result);

#ifdef __cplusplus
}
#endif

#endif
