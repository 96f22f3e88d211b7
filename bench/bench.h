/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of lodger-bench share.
 *
 *   contestants.c   the two tables: what is measured, and who takes part
 *   ledger.c        what has to arrive, and the proof that it did: counts, order, checksums, threads
 *   results.c       the same for results, and for answers that go back to the producer
 *   timers.c        the same for timers: none early, and none that was cancelled
 *   trips.c         the time of each round trip, their median and their 99th percentile
 *   producers.c     the threads that post
 *   affinity.c      the process on one processor
 *   args.c          the command line
 *   main.c          alternating runs
 *   stats.c         median and bootstrap
 *   report.c        the lines and the JSON
 *   pairs.c         two works beside each other, for structured/ and fibers/
 *   lodger*.c, peer-*.c, peer-qt*.cpp  the contestants
 *
 * A new peer is a run function, its declaration below, and one row in contestants.c.
 */
#ifndef LODGER_BENCH_H
#define LODGER_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_MAX_PRODUCERS 2
#define BENCH_WORKERS       2
#define BENCH_RESAMPLES     10000
#define BENCH_SEED          UINT64_C (0x10d6e7)

/* ---- the tables ------------------------------------------------------------------------------------------------- */

/* What one run has to do. */
typedef struct BenchLoad
{
  uint64_t count;     /* calls, round trips, jobs or timers, over all producers */
  unsigned producers; /* threads that post; 0 where the GUI thread itself submits */
  unsigned pause;     /* milliseconds between two round trips, waited for by a timer of the GUI thread's loop */
  unsigned span;      /* the longest of the timers, in milliseconds */
} BenchLoad;

/* One run, in the GUI thread: do the load, have the ledger check it, answer how many nanoseconds it took: for timers,
 * those of all processors. */
typedef int64_t BenchRun (const BenchLoad *load);

/* What is measured. */
typedef struct BenchMetric
{
  const char *name;
  const char *what;   /* for --list and --help */
  const char *unit;   /* of the value */
  bool is_rate;       /* the value is a throughput, else a time for each */
  double unit_size;   /* a rate: that many a second are 1; a time: that many nanoseconds are 1 */
  uint64_t count;     /* at scale 1 */
  unsigned producers; /* as in BenchLoad */
  unsigned pause;     /* as in BenchLoad */
  unsigned span;      /* as in BenchLoad, at scale 1 */
  const char *tail;   /* the value is the median of the trips; this is the name of their 99th percentile. NULL: none */
  const char *like;   /* the contestants are those of this metric. NULL: it has its own */
  bool is_pinned;     /* all threads are on one processor */
} BenchMetric;

/* Who takes part in it. */
typedef struct BenchContestant
{
  const char *metric;
  const char *name;     /* the others of its metric stand beside BENCH_LODGER, with the same variable if there is one */
  unsigned max_threads; /* worker threads that may show up, checked; 0: not its to choose */
  BenchRun *run;
  const char *variable; /* of the environment: it is "1" while this one runs; NULL: none */
} BenchContestant;

#define BENCH_LODGER "Lodger"

/* Does the contestant take part in the metric? */
bool bench_takes_part (const BenchContestant *contestant, const BenchMetric *metric);

extern const BenchMetric bench_metrics[];
extern const size_t bench_n_metrics;
extern const BenchContestant bench_contestants[];
extern const size_t bench_n_contestants;

extern BenchRun bench_lodger_post;
extern BenchRun bench_lodger_post_soon;
extern BenchRun bench_lodger_post_then;
extern BenchRun bench_lodger_results;
extern BenchRun bench_lodger_rtt;
extern BenchRun bench_lodger_fanout;
extern BenchRun bench_lodger_fanout_direct;
extern BenchRun bench_lodger_timers;
extern BenchRun bench_invoke_post;
extern BenchRun bench_invoke_post_then;
extern BenchRun bench_invoke_results;
extern BenchRun bench_async_queue_post;
extern BenchRun bench_async_queue_results;
extern BenchRun bench_glib_timers;
extern BenchRun bench_gtask_rtt;
extern BenchRun bench_gtask_fanout;
extern BenchRun bench_thread_pool_rtt;
extern BenchRun bench_thread_pool_fanout;
extern BenchRun bench_uv_post;
extern BenchRun bench_uv_post_then;
extern BenchRun bench_uv_results;
extern BenchRun bench_uv_rtt;
extern BenchRun bench_uv_fanout;
extern BenchRun bench_uv_timers;
extern BenchRun bench_qt_invoke_post;
extern BenchRun bench_qt_event_post;
extern BenchRun bench_qt_signal_post;
extern BenchRun bench_qt_invoke_post_then;
extern BenchRun bench_qt_invoke_results;
extern BenchRun bench_qt_then_rtt;
extern BenchRun bench_qt_watcher_rtt;
extern BenchRun bench_qt_pool_rtt;
extern BenchRun bench_qt_signal_rtt;
extern BenchRun bench_lodger_qt_rtt;
extern BenchRun bench_lodger_qt_fanout;
extern BenchRun bench_qt_then_fanout;
extern BenchRun bench_qt_pool_fanout;
extern BenchRun bench_qt_mapped_fanout;
extern BenchRun bench_qt_timers;
extern BenchRun bench_dex_rtt;
extern BenchRun bench_dex_fanout;
extern BenchRun bench_dispatch_post;
extern BenchRun bench_dispatch_results;
extern BenchRun bench_dispatch_rtt;
extern BenchRun bench_dispatch_fanout;

/* The libuv and the Qt that run. contestants.c knows whether the build has them. */
const char *bench_uv_version (void);
const char *bench_qt_version (void);

/* ---- the ledger ------------------------------------------------------------------------------------------------- */

/* Ends the program with one line that names the metric and the contestant: a figure of a wrong run is worth nothing. */
void bench_fail (const char *format, ...) __attribute__ ((format (printf, 1, 2), noreturn));

/* Who runs now; for bench_fail(). */
void bench_ledger_name (const char *metric, const char *contestant);
/* From now on an alarm ends the program with one line that names both: a call that never arrives would keep a loop asleep
 * for ever. */
void bench_ledger_watch (void);

/* Opens it for posts: `count / producers` from each producer, in order. The opening thread is the GUI thread. */
void bench_ledger_open_posts (const BenchLoad *load);
/* What a producer posts as its `sequence`th; never NULL. */
void *bench_post_data (unsigned producer, uint64_t sequence);
/* Which producer it is from. */
unsigned bench_post_producer (void *data);
/* A post is delivered. True for the last one: leave the loop. */
bool bench_post_arrived (void *data);

/* Opens it for jobs 0 to count - 1. */
void bench_ledger_open_jobs (uint64_t count);
/* What stands for job `index`; never NULL. */
void *bench_job_data (uint64_t index);
/* The job's work, in a worker: as little as can be checked. The answer fits 31 bits. */
int64_t bench_job_run (void *data);
/* A job's completion is delivered. True for the last one: leave the loop. */
bool bench_job_arrived (void *data, int64_t result);

/* Of an open ledger: what is called whenever a job's completion is delivered, before anything is checked. */
void bench_ledger_on_job (void (*func) (void));

/* Closes it: fails unless exactly what was announced has arrived. */
void bench_ledger_close (void);
/* How many threads ran jobs since it was opened. */
unsigned bench_ledger_threads (void);

/* Monotonic nanoseconds. */
int64_t bench_now (void);
/* Nanoseconds of all processors that the process has used. */
int64_t bench_process_now (void);
/* Scrambles a number to 31 bits, so that what went to the wrong place shows. */
int64_t bench_scramble (uint64_t number);

/* How many round trips or jobs start the workers before the clock does. */
uint64_t bench_warm_up (const BenchLoad *load);

/* ---- round trips: jobs, one after the other ---------------------------------------------------------------------- */

/* Opens the ledger for jobs that are trips, whose times are kept. */
void bench_ledger_open_trips (uint64_t count);
/* A trip begins now. The arrival of its job ends it. */
void bench_trip_begin (void);
/* The trips of the last run: the median and the 99th percentile, in nanoseconds. */
void bench_trips_sum_up (int64_t *ret_median, int64_t *ret_tail);

/* ---- results: posts with a value that the producer has worked out ------------------------------------------------ */

typedef struct BenchResult
{
  void *data;
  int64_t value;
} BenchResult;

/* In the producer, for what it posts. Freed by free(). */
BenchResult *bench_result_new (void *data);
/* In the GUI thread: as bench_post_arrived(). */
bool bench_result_arrived (const BenchResult *result);

/* Opens the ledger for posts that are answered: the answer goes back to the producer, of which there is one. */
void bench_ledger_open_answers (const BenchLoad *load);
/* In the GUI thread: the post is delivered, and this is the answer to it. */
int64_t bench_post_answer (void *data);
/* In the producer: the answer is there. True for the last one: leave the loops. */
bool bench_answer_arrived (void *data, int64_t answer);
/* Closes the ledger. */
void bench_answers_close (void);

/* ---- timers ------------------------------------------------------------------------------------------------------ */

/* Opens the list of `load->count` timers. Those with an even number fire; each of them then cancels the next one, which
 * would fire later. A timer may fire `early` nanoseconds before its time. */
void bench_timers_open (const BenchLoad *load, int64_t early);
/* The timer's time, in milliseconds; it is started now. */
unsigned bench_timer_start (uint64_t index);
/* It has fired. True for the last one: leave the loop, when the next timer has been cancelled. */
bool bench_timer_fired (uint64_t index);
/* Fails unless all have fired that had to. */
void bench_timers_close (void);

/* ---- one processor ----------------------------------------------------------------------------------------------- */

/* All threads of the process, and those that they start, are on the first of its processors. */
void bench_pin (void);
/* Fails unless they still are; they are on all processors again. */
void bench_unpin (void);

/* ---- producers -------------------------------------------------------------------------------------------------- */

typedef struct BenchProducers BenchProducers;

/* Submits one datum for delivery in the GUI thread; called in a producer's thread. */
typedef void BenchSubmit (void *peer, void *data);

/* A producer that is more than a thread which submits. */
typedef struct BenchProducing
{
  BenchSubmit *submit;
  /* Runs `run (data)` in a thread of the peer's own. NULL: in a plain thread. */
  void (*start) (void *peer, unsigned number, void (*run) (void *data), void *data);
  void (*set_up) (void *peer);  /* in the thread, before the gate opens. NULL: nothing */
  void (*wind_up) (void *peer); /* in the thread, after the last submission. NULL: nothing */
} BenchProducing;

/* Starts the threads; they wait at a gate. */
BenchProducers *bench_producers_new (const BenchLoad *load, BenchSubmit *submit, void *peer);
BenchProducers *bench_producers_new_full (const BenchLoad *load, const BenchProducing *producing, void *peer);
/* Opens the gate. The answer is the time just before. */
int64_t bench_producers_go (BenchProducers *producers);
/* Waits until all have submitted, and have wound up, and frees. Plain threads are joined. */
void bench_producers_join (BenchProducers *producers);

/* ---- settings, figures, report ---------------------------------------------------------------------------------- */

typedef struct BenchSettings
{
  unsigned pairs;
  double scale;
  const char *json; /* file name, or NULL */
  const char *peer; /* a part of the names of the peers that are wanted; NULL: all */
  bool list;
  bool *only; /* for each metric: whether it is wanted */
} BenchSettings;

typedef enum BenchArgs
{
  BENCH_ARGS_RUN,
  BENCH_ARGS_DONE,
  BENCH_ARGS_WRONG,
} BenchArgs;

/* Reads the command line; prints the help or the complaint itself. */
BenchArgs bench_args_parse (BenchSettings *settings, int argc, char **argv);

/* One metric, Lodger beside one peer. */
typedef struct BenchFigure
{
  const BenchMetric *metric;
  const char *name; /* the metric's, or that of its tail */
  const BenchContestant *peer;
  uint64_t count;
  uint64_t divisor; /* that many are in each of the times below */
  size_t n_pairs;
  int64_t *lodger_ns; /* of each pair */
  int64_t *peer_ns;
  unsigned lodger_threads, peer_threads; /* most worker threads seen in a run */
  double lodger_value, peer_value;       /* medians, in the metric's unit */
  double ratio, low, high;               /* median of the pairs' ratios, and its 95 % interval */
} BenchFigure;

double bench_median (const double *values, size_t n);
/* The 95 % percentile interval of the median, from `resamples` resamplings of the values. */
void bench_bootstrap (const double *values, size_t n, unsigned resamples, uint64_t seed, double *ret_low,
                      double *ret_high);
/* Fills in what follows from the times. */
void bench_figure_sum_up (BenchFigure *figure);

void bench_report_list (FILE *out);
void bench_report_head (FILE *out, const BenchSettings *settings);
void bench_report_line (FILE *out, const BenchFigure *figure);
void bench_report_json (FILE *out, const BenchSettings *settings, const BenchFigure *figures, size_t n_figures);

#ifdef __cplusplus
}
#endif

#endif
