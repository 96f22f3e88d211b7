/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-bench: Lodger beside its peers, in one process, on one machine, in alternating runs.
 */
#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST_COUNT   100
#define LEAST_SPAN    10
#define STALL_SECONDS 300

/* What a run has taken: in all, or the median and the 99th percentile of its trips. */
typedef struct RunTimes
{
  int64_t time, tail;
} RunTimes;

/* One run by one contestant, checked. */
static RunTimes
run_once (const BenchMetric *metric, const BenchContestant *contestant, const BenchLoad *load, unsigned *most_threads)
{
  RunTimes times = { 0 };

  bench_ledger_name (metric->name, contestant->name);
  if (contestant->variable)
    setenv (contestant->variable, "1", 1);
  if (metric->is_pinned)
    bench_pin ();
  alarm (STALL_SECONDS);
  times.time = contestant->run (load);
  alarm (0);
  if (metric->is_pinned)
    bench_unpin ();
  if (contestant->variable)
    unsetenv (contestant->variable);
  if (metric->tail)
    bench_trips_sum_up (&times.time, &times.tail);
  if (times.time <= 0)
    bench_fail ("the clock did not move");
  if (load->producers == 0 && !load->span)
    {
      unsigned threads = bench_ledger_threads ();

      if (contestant->max_threads && threads > contestant->max_threads)
        bench_fail ("the jobs ran in %u threads, %u were agreed", threads, contestant->max_threads);
      if (threads > *most_threads)
        *most_threads = threads;
    }
  return times;
}

/* The metric's load at this scale: the same share for each producer; timers come in twos. */
static BenchLoad
scaled_load (const BenchMetric *metric, double scale)
{
  BenchLoad load = { .producers = metric->producers, .pause = metric->pause };
  unsigned span = (unsigned) (metric->span * scale);

  load.count = (uint64_t) ((double) metric->count * scale);
  if (load.count < LEAST_COUNT)
    load.count = LEAST_COUNT;
  load.count -= load.count % 2;
  if (metric->span)
    load.span = span < LEAST_SPAN ? LEAST_SPAN : span;
  return load;
}

static void
prepare (BenchFigure *figure, const BenchMetric *metric, const char *name, const BenchContestant *peer, uint64_t count,
         size_t n_pairs)
{
  figure->metric = metric;
  figure->name = name;
  figure->peer = peer;
  figure->count = count;
  figure->divisor = metric->tail ? 1 : count;
  figure->n_pairs = n_pairs;
  figure->lodger_ns = calloc (n_pairs, sizeof *figure->lodger_ns);
  figure->peer_ns = calloc (n_pairs, sizeof *figure->peer_ns);
  if (!figure->lodger_ns || !figure->peer_ns)
    bench_fail ("no memory for the times");
}

/* Fills in one figure, or two where there is a tail. Answers how many. */
static size_t
measure (const BenchMetric *metric, const BenchContestant *lodger, const BenchContestant *peer,
         const BenchSettings *settings, BenchFigure *figures)
{
  BenchLoad load = scaled_load (metric, settings->scale);
  BenchLoad warm = scaled_load (metric, settings->scale / 20);
  unsigned lodger_threads = 0, peer_threads = 0;
  size_t n = metric->tail ? 2 : 1;

  for (size_t i = 0; i < n; i++)
    prepare (&figures[i], metric, i ? metric->tail : metric->name, peer, load.count, settings->pairs);

  /* The first run of each pays for pages, arenas and lazy binding. */
  warm.pause = 0;
  run_once (metric, lodger, &warm, &lodger_threads);
  run_once (metric, peer, &warm, &peer_threads);
  for (size_t i = 0; i < settings->pairs; i++)
    {
      RunTimes own = run_once (metric, lodger, &load, &lodger_threads);
      RunTimes its = run_once (metric, peer, &load, &peer_threads);

      figures[0].lodger_ns[i] = own.time;
      figures[0].peer_ns[i] = its.time;
      if (metric->tail)
        {
          figures[1].lodger_ns[i] = own.tail;
          figures[1].peer_ns[i] = its.tail;
        }
    }
  for (size_t i = 0; i < n; i++)
    {
      figures[i].lodger_threads = lodger_threads;
      figures[i].peer_threads = peer_threads;
      bench_figure_sum_up (&figures[i]);
      bench_report_line (stdout, &figures[i]);
    }
  return n;
}

static bool
is_lodger (const BenchContestant *contestant)
{
  return !strcmp (contestant->name, BENCH_LODGER);
}

/* The run of Lodger that has the loop of this peer; or the first one. */
static const BenchContestant *
find_lodger (const BenchMetric *metric, const BenchContestant *peer)
{
  const BenchContestant *found = NULL;

  for (size_t i = 0; i < bench_n_contestants; i++)
    {
      const BenchContestant *one = &bench_contestants[i];

      if (is_lodger (one) && bench_takes_part (one, metric)
          && (!found || (peer->variable && one->variable && !strcmp (peer->variable, one->variable))))
        found = one;
    }
  if (found)
    return found;
  bench_ledger_name (metric->name, BENCH_LODGER);
  bench_fail ("has no row in the table");
}

/* All figures that are wanted, each printed as soon as it is there. */
static size_t
measure_all (const BenchSettings *settings, BenchFigure *figures)
{
  size_t n = 0;

  for (size_t i = 0; i < bench_n_metrics; i++)
    {
      const BenchMetric *metric = &bench_metrics[i];

      for (size_t j = 0; j < bench_n_contestants && settings->only[i]; j++)
        {
          const BenchContestant *peer = &bench_contestants[j];

          if (!is_lodger (peer) && bench_takes_part (peer, metric)
              && (!settings->peer || strstr (peer->name, settings->peer)))
            n += measure (metric, find_lodger (metric, peer), peer, settings, &figures[n]);
        }
    }
  return n;
}

static int
run (const BenchSettings *settings)
{
  BenchFigure *figures;
  size_t n;
  FILE *json = NULL;
  int code = 0;

  /* Before the minutes of work, not after. */
  if (settings->json && !(json = fopen (settings->json, "w")))
    {
      fprintf (stderr, "lodger-bench: cannot write %s: %s\n", settings->json, strerror (errno));
      return 2;
    }
  figures = calloc (2 * bench_n_metrics * bench_n_contestants, sizeof *figures);
  if (!figures)
    bench_fail ("no memory for the figures");
  if (!bench_uv_version ())
    fputs ("lodger-bench: built without libuv, its figures are left out\n", stderr);
  if (!bench_qt_version ())
    fputs ("lodger-bench: built without Qt, its figures are left out\n", stderr);

  bench_report_head (stdout, settings);
  n = measure_all (settings, figures);
  if (json)
    {
      bench_report_json (json, settings, figures, n);
      if (ferror (json) | fclose (json))
        {
          fprintf (stderr, "lodger-bench: %s was not written completely\n", settings->json);
          code = 1;
        }
    }
  for (size_t i = 0; i < n; i++)
    {
      free (figures[i].lodger_ns);
      free (figures[i].peer_ns);
    }
  free (figures);
  return code;
}

int
main (int argc, char **argv)
{
  BenchSettings settings = { .pairs = 0 };
  char workers[16];
  int code = 0;

  switch (bench_args_parse (&settings, argc, argv))
    {
    case BENCH_ARGS_WRONG: code = 2; break;
    case BENCH_ARGS_DONE: break;
    case BENCH_ARGS_RUN:
      if (settings.list)
        {
          bench_report_list (stdout);
          break;
        }
      /* libuv reads it once, before its first job; nobody has made a thread yet. */
      snprintf (workers, sizeof workers, "%d", BENCH_WORKERS);
      setenv ("UV_THREADPOOL_SIZE", workers, 1);
      bench_ledger_watch ();
      code = run (&settings);
    }
  free (settings.only);
  return code;
}
