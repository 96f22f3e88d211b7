/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line. Whatever is mistyped is answered with one line, never guessed.
 */
#include "bench.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define FULL_PAIRS  15
#define QUICK_PAIRS 3
#define MOST_PAIRS  1000
#define QUICK_SCALE 0.1
#define MOST_SCALE  100.0

static const char help[] = "Usage: lodger-bench [--quick] [--only METRIC]... [--peer TEXT] [--pairs N] [--scale F]\n"
                           "                    [--json FILE]\n"
                           "       lodger-bench --list | --help\n"
                           "\n"
                           "Runs Lodger beside its peers and prints one line a figure, tab-separated:\n"
                           "\n"
                           "  metric  lodger-value  unit  peer  peer-value  ratio  low  high\n"
                           "\n"
                           "A ratio above 1 always means that Lodger is better: more of a throughput, less of a\n"
                           "time. Values are medians of alternating runs, Lodger first in each pair; the ratio is\n"
                           "the median of the pairs' ratios, low and high are its bootstrap 95 % interval. Lines\n"
                           "that begin with # are comments. Every run checks that each call arrived exactly once,\n"
                           "unaltered, in the GUI thread, and in order for each producer; else the program ends\n"
                           "with 1. Each has 2 worker threads, but GTask, libdex and libdispatch: the size of\n"
                           "their pools cannot be set. Trips have a second line, for their 99th percentile.\n"
                           "\n"
                           "  --quick         3 pairs at a tenth of the counts, less than a minute\n"
                           "  --only METRIC   only this one; may be given more than once\n"
                           "  --peer TEXT     only the peers that have this in their names\n"
                           "  --pairs N       1 to 1000 pairs instead of 15\n"
                           "  --scale F       the counts times F, above 0 and up to 100\n"
                           "  --json FILE     write the same, and each single time, to FILE\n"
                           "  --list          print the metrics, their counts and peers\n"
                           "  --help          print this\n"
                           "\n"
                           "Metrics:\n";

static BenchArgs complain (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

static BenchArgs
complain (const char *format, ...)
{
  va_list args;

  fputs ("lodger-bench: ", stderr);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputs (" (see --help)\n", stderr);
  return BENCH_ARGS_WRONG;
}

static bool
parse_pairs (const char *text, unsigned *ret_pairs)
{
  char *end;
  long value;

  errno = 0;
  value = strtol (text, &end, 10);
  if (errno || end == text || *end || value < 1 || value > MOST_PAIRS)
    return false;
  *ret_pairs = (unsigned) value;
  return true;
}

static bool
parse_scale (const char *text, double *ret_scale)
{
  char *end;
  double value;

  errno = 0;
  value = strtod (text, &end);
  if (errno || end == text || *end || !isfinite (value) || value <= 0 || value > MOST_SCALE)
    return false;
  *ret_scale = value;
  return true;
}

static bool
parse_metric (const char *text, bool *only)
{
  for (size_t i = 0; i < bench_n_metrics; i++)
    if (!strcmp (text, bench_metrics[i].name))
      {
        only[i] = true;
        return true;
      }
  return false;
}

static bool
is_peer (const char *text)
{
  for (size_t i = 0; i < bench_n_contestants; i++)
    if (strcmp (bench_contestants[i].name, BENCH_LODGER) && strstr (bench_contestants[i].name, text))
      return true;
  return false;
}

/* Is argv[*i] the option `name`? Then *ret_value is what follows it, after "=" or as the next argument, or NULL. */
static bool
with_value (const char *name, int argc, char **argv, int *i, const char **ret_value)
{
  size_t length = strlen (name);
  const char *arg = argv[*i];

  if (strncmp (arg, name, length) || (arg[length] && arg[length] != '='))
    return false;
  if (arg[length])
    *ret_value = arg + length + 1;
  else
    *ret_value = *i + 1 < argc ? argv[++*i] : NULL;
  return true;
}

static BenchArgs
print_help (void)
{
  fputs (help, stdout);
  for (size_t i = 0; i < bench_n_metrics; i++)
    printf ("  %-14s %s\n", bench_metrics[i].name, bench_metrics[i].what);
  return BENCH_ARGS_DONE;
}

BenchArgs
bench_args_parse (BenchSettings *settings, int argc, char **argv)
{
  unsigned pairs = 0;
  double scale = 0;
  bool quick = false, some = false;

  settings->only = calloc (bench_n_metrics, sizeof *settings->only);
  if (!settings->only)
    return complain ("no memory");
  for (int i = 1; i < argc; i++)
    {
      const char *value = NULL;

      if (!strcmp (argv[i], "--help") || !strcmp (argv[i], "-h"))
        return print_help ();
      else if (!strcmp (argv[i], "--list"))
        settings->list = true;
      else if (!strcmp (argv[i], "--quick"))
        quick = true;
      else if (with_value ("--only", argc, argv, &i, &value))
        {
          if (!value)
            return complain ("--only needs a metric");
          if (!parse_metric (value, settings->only))
            return complain ("there is no metric \"%s\", --list names them", value);
          some = true;
        }
      else if (with_value ("--peer", argc, argv, &i, &value))
        {
          if (!value || !is_peer (value))
            return complain ("--peer needs a part of a peer's name, --list names them");
          settings->peer = value;
        }
      else if (with_value ("--pairs", argc, argv, &i, &value))
        {
          if (!value || !parse_pairs (value, &pairs))
            return complain ("--pairs needs a whole number from 1 to %d", MOST_PAIRS);
        }
      else if (with_value ("--scale", argc, argv, &i, &value))
        {
          if (!value || !parse_scale (value, &scale))
            return complain ("--scale needs a number above 0, up to %g", MOST_SCALE);
        }
      else if (with_value ("--json", argc, argv, &i, &value))
        {
          if (!value || !*value)
            return complain ("--json needs a file");
          settings->json = value;
        }
      else
        return complain ("\"%s\" is not understood", argv[i]);
    }

  settings->pairs = pairs ? pairs : quick ? QUICK_PAIRS : FULL_PAIRS;
  settings->scale = scale > 0 ? scale : quick ? QUICK_SCALE : 1;
  for (size_t i = 0; i < bench_n_metrics && !some; i++)
    settings->only[i] = true;
  return BENCH_ARGS_RUN;
}
