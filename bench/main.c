/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-bench: Lodger beside its peers, in one process, on one machine, in alternating runs.
 */
#include "bench.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST_COUNT   100
#define STALL_SECONDS 300

/* A call that never arrives would keep the loop asleep for ever. */
static void
stalled (int signal_number)
{
  static const char words[] = ": a run does not end, a call has been lost\n";
  char line[128];
  size_t length = bench_ledger_describe (line, sizeof line);

  (void) signal_number;
  if (write (STDERR_FILENO, line, length) < 0 || write (STDERR_FILENO, words, sizeof words - 1) < 0)
    _exit (1);
  _exit (1);
}

/* One run by one contestant, checked. */
static int64_t
run_once (const BenchContestant *contestant, const BenchLoad *load, unsigned *most_threads)
{
  int64_t elapsed;

  bench_ledger_name (contestant->metric, contestant->name);
  if (contestant->variable)
    setenv (contestant->variable, "1", 1);
  alarm (STALL_SECONDS);
  elapsed = contestant->run (load);
  alarm (0);
  if (contestant->variable)
    unsetenv (contestant->variable);
  if (elapsed <= 0)
    bench_fail ("the clock did not move");
  if (load->producers == 0)
    {
      unsigned threads = bench_ledger_threads ();

      if (contestant->max_threads && threads > contestant->max_threads)
        bench_fail ("the jobs ran in %u threads, %u were agreed", threads, contestant->max_threads);
      if (threads > *most_threads)
        *most_threads = threads;
    }
  return elapsed;
}

/* The metric's count at this scale, the same share for each producer. */
static uint64_t
scaled_count (const BenchMetric *metric, double scale)
{
  uint64_t count = (uint64_t) ((double) metric->count * scale);
  uint64_t producers = metric->producers ? metric->producers : 1;

  if (count < LEAST_COUNT)
    count = LEAST_COUNT;
  return count - count % producers;
}

static BenchFigure
measure (const BenchMetric *metric, const BenchContestant *lodger, const BenchContestant *peer,
         const BenchSettings *settings)
{
  BenchFigure figure = { .metric = metric, .peer = peer, .n_pairs = settings->pairs };
  BenchLoad load = { .producers = metric->producers, .count = scaled_count (metric, settings->scale) };
  BenchLoad warm = { .producers = metric->producers, .count = scaled_count (metric, settings->scale / 20) };

  figure.count = load.count;
  figure.lodger_ns = calloc (figure.n_pairs, sizeof *figure.lodger_ns);
  figure.peer_ns = calloc (figure.n_pairs, sizeof *figure.peer_ns);
  if (!figure.lodger_ns || !figure.peer_ns)
    bench_fail ("no memory for the times");

  /* The first run of each pays for pages, arenas and lazy binding. */
  run_once (lodger, &warm, &figure.lodger_threads);
  run_once (peer, &warm, &figure.peer_threads);
  for (size_t i = 0; i < figure.n_pairs; i++)
    {
      figure.lodger_ns[i] = run_once (lodger, &load, &figure.lodger_threads);
      figure.peer_ns[i] = run_once (peer, &load, &figure.peer_threads);
    }
  bench_figure_sum_up (&figure);
  return figure;
}

static const BenchContestant *
find_lodger (const BenchMetric *metric)
{
  for (size_t i = 0; i < bench_n_contestants; i++)
    if (!strcmp (bench_contestants[i].metric, metric->name) && !strcmp (bench_contestants[i].name, BENCH_LODGER))
      return &bench_contestants[i];
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
      const BenchContestant *lodger = find_lodger (metric);

      for (size_t j = 0; j < bench_n_contestants && settings->only[i]; j++)
        {
          const BenchContestant *peer = &bench_contestants[j];

          if (peer == lodger || strcmp (peer->metric, metric->name))
            continue;
          figures[n] = measure (metric, lodger, peer, settings);
          bench_report_line (stdout, &figures[n++]);
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
  figures = calloc (bench_n_contestants, sizeof *figures);
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
  struct sigaction on_stall = { .sa_handler = stalled };
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
      sigaction (SIGALRM, &on_stall, NULL);
      code = run (&settings);
    }
  free (settings.only);
  return code;
}
