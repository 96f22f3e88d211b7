/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-jank [--quick] [--rounds N] [--only FLOOD]: the ticks of a loop while calls flood it; Lodger and its peers in turns, each
 * with ticks right after the same flood without ticks.
 */
#include "../pairs.h"
#include "jank.h"

#include <stdlib.h>
#include <string.h>

enum
{
  TICKS = 180,
  TICKS_QUICK = 30,
  ROUNDS = 9, /* the most */
  LATE_NS = 2000000,
  TICKS_MISSED = 90, /* one in so many may be */
};
static const double SHARE = 0.8;

static const Flood floods[] = {
  { "calm", "no calls", 0, false, false },
  { "short1", "calls of 100 ns from one thread", 1, false, false },
  { "short2", "calls of 100 ns from two threads", 2, false, false },
  { "long1", "calls of 50 us from one thread", 1, false, true },
  { "long2", "calls of 50 us from two threads", 2, false, true },
  { "results", "results of two workers, 100 ns each on both sides", 0, true, false },
};
static const size_t n_floods = sizeof floods / sizeof floods[0];

static const Contestant *const contestants[] = {
  &jank_lodger, &jank_lodger_soon, &jank_invoke, &jank_idle, &jank_async_queue, &jank_gtask,
#ifdef LODGER_HAVE_QT
  &jank_qt,     &jank_qt_unix,
#endif
#ifdef LODGER_HAVE_UV
  &jank_uv,
#endif
};

enum
{
  CONTESTANTS = sizeof contestants / sizeof contestants[0]
};

static bool is_quick;
static size_t rounds = 1;

static unsigned
count_ticks (void)
{
  return is_quick ? TICKS_QUICK : TICKS;
}

/* The last tick is due half a period before the end. */
static int64_t
length_of_run (void)
{
  return (2 * (int64_t) count_ticks () + 1) * 1000000000 / (2 * TICKS_HZ);
}

static bool
is_calm (const Flood *flood)
{
  return flood->producers == 0 && !flood->is_of_results;
}

static bool
takes_part (const Contestant *contestant, const Flood *flood)
{
  if (flood->is_of_results)
    return contestant->submit != NULL;
  return is_calm (flood) ? contestant->is_calm : contestant->post != NULL;
}

/* ---- the lines --------------------------------------------------------------------------------------------------- */

/* All rounds of one contestant in one flood. "Own" is without the time that its thread waited for a processor. */
typedef struct Figure
{
  unsigned ticks; /* the fewest */
  double rate[ROUNDS], rate_without[ROUNDS], share[ROUNDS], own_share[ROUNDS], cpu[ROUNDS];
  double median[ROUNDS], p99[ROUNDS], own_p99[ROUNDS], max;
} Figure;

static double
own_rate (const Outcome *outcome)
{
  return outcome->waited < 1 ? outcome->calls_per_second / (1 - outcome->waited) : 0;
}

static double
divide (double a, double b)
{
  return b > 0 ? a / b : 0;
}

static void
add_round (Figure *figure, const Contestant *contestant, const Flood *flood, size_t round)
{
  Outcome without = { 0 }, with;
  Lateness late;

  if (!is_calm (flood))
    without = jank_run (contestant, flood, false, length_of_run () / 2);
  jank_forget_lateness ();
  with = jank_run (contestant, flood, true, length_of_run ());
  late = jank_lateness ();
  figure->ticks = round == 0 || with.ticks < figure->ticks ? with.ticks : figure->ticks;
  figure->rate[round] = with.calls_per_second / 1e3;
  figure->rate_without[round] = without.calls_per_second / 1e3;
  figure->share[round] = divide (with.calls_per_second, without.calls_per_second);
  figure->own_share[round] = divide (own_rate (&with), own_rate (&without));
  figure->cpu[round] = with.cpu;
  figure->median[round] = late.median / 1e3;
  figure->p99[round] = late.p99 / 1e3;
  figure->own_p99[round] = late.own_p99 / 1e3;
  figure->max = late.max / 1e3 > figure->max ? late.max / 1e3 : figure->max;
}

static unsigned
count_wanted (void)
{
  return count_ticks () - (count_ticks () + TICKS_MISSED - 1) / TICKS_MISSED;
}

/* "met"; or "missed:" and what, and whether what is its own meets the targets. */
static const char *
judge (const Figure *figure, const Contestant *contestant, bool has_share, char *words, size_t size)
{
  const bool has_ticks = figure->ticks >= count_wanted ();
  const bool is_prompt = bench_median (figure->p99, rounds) < LATE_NS / 1e3;
  const bool is_busy = bench_median (figure->share, rounds) >= SHARE;
  const bool is_met = has_ticks && bench_median (figure->own_p99, rounds) < LATE_NS / 1e3
                      && bench_median (figure->own_share, rounds) >= SHARE;

  if (!has_share || (contestant != &jank_lodger && contestant != &jank_lodger_soon))
    return "-";
  if (has_ticks && is_prompt && is_busy)
    return "met";
  snprintf (words, size, "missed:%s%s%s%s", has_ticks ? "" : " ticks", is_prompt ? "" : " lateness",
            is_busy ? "" : " share", is_met ? "; own: met" : "");
  return words;
}

static void
print_head (void)
{
  printf ("# %u ticks of %u Hz; %zu rounds; targets: %u ticks, p99 of the lateness under %.0f us, a share of %.2f; "
          "load %.1f\n",
          count_ticks (), TICKS_HZ, rounds, count_wanted (), LATE_NS / 1e3, SHARE, bench_load ());
  puts ("# flood\tcontestant\tticks\tof\tlate us\tp99\tmax\town p99\tkcalls/s\twithout ticks\tshare\town "
        "share\tcpu\ttargets\twhat");
  fflush (stdout);
}

static void
print_line (const Figure *figure, const Contestant *contestant, const Flood *flood)
{
  char words[64], calls[96] = "-\t-\t-\t-";

  if (!is_calm (flood))
    snprintf (calls, sizeof calls, "%.1f\t%.1f\t%.2f\t%.2f", bench_median (figure->rate, rounds),
              bench_median (figure->rate_without, rounds), bench_median (figure->share, rounds),
              bench_median (figure->own_share, rounds));
  printf ("jank.%s\t%s\t%u\t%u\t%.0f\t%.0f\t%.0f\t%.0f\t%s\t%.2f\t%s\t%s\n", flood->name, contestant->name,
          figure->ticks, count_ticks (), bench_median (figure->median, rounds), bench_median (figure->p99, rounds),
          figure->max, bench_median (figure->own_p99, rounds), calls, bench_median (figure->cpu, rounds),
          judge (figure, contestant, !is_calm (flood), words, sizeof words), flood->what);
  fflush (stdout);
}

static void
run_flood (const Flood *flood)
{
  Figure figures[CONTESTANTS] = { 0 };

  for (size_t round = 0; round < rounds; round++)
    for (size_t i = 0; i < CONTESTANTS; i++)
      if (takes_part (contestants[i], flood))
        add_round (&figures[i], contestants[i], flood, round);
  for (size_t i = 0; i < CONTESTANTS; i++)
    if (takes_part (contestants[i], flood))
      print_line (&figures[i], contestants[i], flood);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static bool
is_flood (const char *name)
{
  for (size_t i = 0; i < n_floods; i++)
    if (strcmp (floods[i].name, name) == 0)
      return true;
  return false;
}

int
main (int argc, char **argv)
{
  const char *only = NULL;
  int at = 1;

  if (at < argc && strcmp (argv[at], "--quick") == 0)
    {
      is_quick = true;
      at++;
    }
  if (at + 1 < argc && strcmp (argv[at], "--rounds") == 0)
    {
      rounds = strtoul (argv[at + 1], NULL, 10);
      at += 2;
    }
  if (at + 1 < argc && strcmp (argv[at], "--only") == 0)
    {
      only = argv[at + 1];
      at += 2;
    }
  if (at != argc || rounds == 0 || rounds > ROUNDS || (only != NULL && !is_flood (only)))
    {
      fputs ("Usage: lodger-jank [--quick] [--rounds 1-9] [--only calm|short1|short2|long1|long2|results]\n", stderr);
      return 2;
    }
  bench_ledger_watch ();
  setenv ("UV_THREADPOOL_SIZE", "2", 1);
  jank_calibrate ();
  print_head ();
  for (size_t i = 0; i < n_floods; i++)
    if (only == NULL || strcmp (only, floods[i].name) == 0)
      run_flood (&floods[i]);
  return 0;
}
