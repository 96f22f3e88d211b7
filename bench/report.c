/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes out: one line a figure for people and scripts, and the same in JSON with every single time, so that others
 * can do their own statistics. All strings are the program's own, none needs escaping.
 */
#include "bench.h"

#include <glib.h>
#include <inttypes.h>

void
bench_report_list (FILE *out)
{
  for (size_t i = 0; i < bench_n_metrics; i++)
    {
      const BenchMetric *metric = &bench_metrics[i];

      fprintf (out, "%s\t%" PRIu64 "\t%s\t%s\t", metric->name, metric->count, metric->unit, metric->what);
      for (size_t j = 0, n = 0; j < bench_n_contestants; j++)
        if (bench_takes_part (&bench_contestants[j], metric) && g_strcmp0 (bench_contestants[j].name, BENCH_LODGER))
          fprintf (out, "%s%s", n++ ? ", " : "", bench_contestants[j].name);
      fputc ('\n', out);
    }
}

void
bench_report_head (FILE *out, const BenchSettings *settings)
{
  const char *uv = bench_uv_version (), *qt = bench_qt_version ();

  fprintf (out, "# %u pairs, scale %g; GLib %u.%u.%u, %s%s, %s%s, %u CPUs; GTask's pool is not limited to %d threads\n",
           settings->pairs, settings->scale, glib_major_version, glib_minor_version, glib_micro_version,
           uv ? "libuv " : "no libuv", uv ? uv : "", qt ? "Qt " : "no Qt", qt ? qt : "", g_get_num_processors (),
           BENCH_WORKERS);
  fputs ("# metric\tlodger\tunit\tpeer\tpeer value\tratio\tlow\thigh\n", out);
  fflush (out);
}

void
bench_report_line (FILE *out, const BenchFigure *figure)
{
  fprintf (out, "%s\t%.3f\t%s\t%s\t%.3f\t%.3f\t%.3f\t%.3f\n", figure->name, figure->lodger_value, figure->metric->unit,
           figure->peer->name, figure->peer_value, figure->ratio, figure->low, figure->high);
  fflush (out);
}

static void
write_times (FILE *out, const char *name, const int64_t *times, size_t n)
{
  fprintf (out, "      \"%s\": [", name);
  for (size_t i = 0; i < n; i++)
    fprintf (out, "%s%" PRId64, i ? ", " : "", times[i]);
  fputc (']', out);
}

static void
write_figure (FILE *out, const BenchFigure *figure)
{
  const BenchMetric *metric = figure->metric;

  fprintf (out,
           "    {\n"
           "      \"metric\": \"%s\",\n"
           "      \"lodger\": %.6f,\n"
           "      \"unit\": \"%s\",\n"
           "      \"peer\": \"%s\",\n"
           "      \"peer_value\": %.6f,\n"
           "      \"ratio\": %.6f,\n"
           "      \"low\": %.6f,\n"
           "      \"high\": %.6f,\n",
           figure->name, figure->lodger_value, metric->unit, figure->peer->name, figure->peer_value, figure->ratio,
           figure->low, figure->high);
  fprintf (out,
           "      \"better\": \"%s\",\n"
           "      \"count\": %" PRIu64 ",\n"
           "      \"count_of_each_ns\": %" PRIu64 ",\n"
           "      \"producers\": %u,\n"
           "      \"pairs\": %zu,\n"
           "      \"lodger_workers\": %u,\n"
           "      \"peer_workers\": %u,\n",
           metric->is_rate ? "higher" : "lower", figure->count, figure->divisor, metric->producers, figure->n_pairs,
           figure->lodger_threads, figure->peer_threads);
  write_times (out, "lodger_ns", figure->lodger_ns, figure->n_pairs);
  fputs (",\n", out);
  write_times (out, "peer_ns", figure->peer_ns, figure->n_pairs);
  fputs ("\n    }", out);
}

void
bench_report_json (FILE *out, const BenchSettings *settings, const BenchFigure *figures, size_t n_figures)
{
  const char *uv = bench_uv_version (), *qt = bench_qt_version ();

  fprintf (out,
           "{\n"
           "  \"glib\": \"%u.%u.%u\",\n"
           "  \"glib_headers\": \"%d.%d.%d\",\n",
           glib_major_version, glib_minor_version, glib_micro_version, GLIB_MAJOR_VERSION, GLIB_MINOR_VERSION,
           GLIB_MICRO_VERSION);
  fprintf (out, "  \"libuv\": %s%s%s,\n", uv ? "\"" : "", uv ? uv : "null", uv ? "\"" : "");
  fprintf (out, "  \"qt\": %s%s%s,\n", qt ? "\"" : "", qt ? qt : "null", qt ? "\"" : "");
  fprintf (out,
           "  \"cpus\": %u,\n"
           "  \"pairs\": %u,\n"
           "  \"scale\": %.6g,\n"
           "  \"resamples\": %d,\n"
           "  \"seed\": %" PRIu64 ",\n"
           "  \"figures\": [",
           g_get_num_processors (), settings->pairs, settings->scale, BENCH_RESAMPLES, BENCH_SEED);
  for (size_t i = 0; i < n_figures; i++)
    {
      fputs (i ? ",\n" : "\n", out);
      write_figure (out, &figures[i]);
    }
  fputs ("\n  ]\n}\n", out);
}
