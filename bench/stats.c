/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From times to figures. A pair is one run of Lodger and one of the peer right after it, so that a slow minute of the
 * machine slows both; the ratio is taken in each pair, and the figure is the median of these ratios. How far it can be
 * trusted: the pairs are drawn again, with replacement, thousands of times, and the middle 95 % of the medians that
 * come out are its interval. The draws are the same in every run of the program.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double *
alloc_doubles (size_t n)
{
  double *values = calloc (n ? n : 1, sizeof *values);

  if (!values)
    bench_fail ("no memory for the statistics");
  return values;
}

/* Sorts in place. */
static double
median_of (double *values, size_t n)
{
  if (n == 0)
    return 0;
  qsort (values, n, sizeof *values, compare);
  return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double
bench_median (const double *values, size_t n)
{
  double *copy = alloc_doubles (n);
  double median;

  memcpy (copy, values, n * sizeof *copy);
  median = median_of (copy, n);
  free (copy);
  return median;
}

/* A Weyl sequence, scrambled. */
static uint64_t
draw (uint64_t *state)
{
  uint64_t mixed = *state += UINT64_C (0x9e3779b97f4a7c15);

  mixed = (mixed ^ (mixed >> 32)) * UINT64_C (0xd6e8feb86659fd93);
  mixed = (mixed ^ (mixed >> 32)) * UINT64_C (0xd6e8feb86659fd93);
  return mixed ^ (mixed >> 32);
}

void
bench_bootstrap (const double *values, size_t n, unsigned resamples, uint64_t seed, double *ret_low, double *ret_high)
{
  double *sample = alloc_doubles (n), *medians = alloc_doubles (resamples);
  size_t tail = resamples / 40; /* 2.5 % at each end */

  for (unsigned i = 0; i < resamples; i++)
    {
      for (size_t j = 0; j < n; j++)
        sample[j] = values[(draw (&seed) >> 32) * n >> 32];
      medians[i] = median_of (sample, n);
    }
  qsort (medians, resamples, sizeof *medians, compare);
  *ret_low = medians[tail];
  *ret_high = medians[resamples - 1 - tail];
  free (sample);
  free (medians);
}

/* A run's time as the metric's value. */
static double
value_of (const BenchFigure *figure, int64_t ns)
{
  double each = (double) ns / (double) figure->divisor;

  return figure->metric->is_rate ? 1e9 / each / figure->metric->unit_size : each / figure->metric->unit_size;
}

void
bench_figure_sum_up (BenchFigure *figure)
{
  size_t n = figure->n_pairs;
  double *lodger = alloc_doubles (n), *peer = alloc_doubles (n), *ratios = alloc_doubles (n);

  for (size_t i = 0; i < n; i++)
    {
      lodger[i] = value_of (figure, figure->lodger_ns[i]);
      peer[i] = value_of (figure, figure->peer_ns[i]);
      /* Same count on both sides: peer's time over Lodger's is also Lodger's throughput over the peer's. */
      ratios[i] = (double) figure->peer_ns[i] / (double) figure->lodger_ns[i];
    }
  figure->lodger_value = bench_median (lodger, n);
  figure->peer_value = bench_median (peer, n);
  figure->ratio = bench_median (ratios, n);
  bench_bootstrap (ratios, n, BENCH_RESAMPLES, BENCH_SEED, &figure->low, &figure->high);
  free (lodger);
  free (peer);
  free (ratios);
}
