/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-startup [--quick]: what it costs to begin and to end, in processes of their own.
 *
 *   first    the first call of a process: time, memory and threads
 *   linked   a program that is linked with libraries and uses none of them, beside one that is not
 *   size     the libraries
 */
#include "../pairs.h"
#include "startup.h"

#include <stdlib.h>
#include <string.h>

enum
{
  RUNS = 41,
  RUNS_QUICK = 7,
  MOST_WAYS = 32
};

/* ---- the ways ----------------------------------------------------------------------------------------------------- */

static const Way *ways[MOST_WAYS];
static size_t n_ways;

static void
add_ways (const Way *some, size_t count)
{
  for (size_t i = 0; i < count; i++)
    ways[n_ways++] = &some[i];
}

static void
list_ways (void)
{
  add_ways (ways_glib, n_ways_glib);
#ifdef LODGER_HAVE_UV
  add_ways (ways_uv, n_ways_uv);
#endif
#ifdef LODGER_HAVE_QT
  add_ways (ways_qt, n_ways_qt);
#endif
}

/* In a process of its own: us to begin and to end, of the processor too; KiB, as many more as before; threads. */
static int
go (const char *number)
{
  const Way *way = ways[strtoul (number, NULL, 10)];
  Look looks[4];
  if (way->prepare != NULL)
    way->prepare ();
  startup_read_memory (&looks[0]); /* the first one pays for itself */
  startup_read_memory (&looks[0]);
  startup_read_clock (&looks[0]);
  way->begin ();
  startup_read_clock (&looks[1]);
  startup_read_memory (&looks[1]);
  startup_read_clock (&looks[2]);
  way->end ();
  startup_read_clock (&looks[3]);
  startup_read_memory (&looks[3]);
  printf ("%.1f %.1f %.1f %.0f %.0f %.0f %.0f %u %u\n", (double) (looks[1].wall - looks[0].wall) / 1e3,
          (double) (looks[3].wall - looks[2].wall) / 1e3,
          (double) (looks[1].cpu - looks[0].cpu + looks[3].cpu - looks[2].cpu) / 1e3,
          looks[1].resident - looks[0].resident, looks[1].written - looks[0].written,
          looks[3].resident - looks[0].resident, looks[3].written - looks[0].written, looks[1].threads,
          looks[3].threads);
  return 0;
}

/* ---- the first call ----------------------------------------------------------------------------------------------- */

enum
{
  FIGURES = 9
};

static void
print_first (size_t at, size_t runs)
{
  double figures[FIGURES][RUNS];
  char number[16];
  snprintf (number, sizeof number, "%zu", at);
  bench_ledger_name ("first", ways[at]->name);
  for (size_t i = 0; i < runs; i++)
    {
      Ran ran;
      char *next = ran.said;
      startup_run ("lodger-startup", "--way", number, &ran);
      for (size_t j = 0; j < FIGURES; j++)
        figures[j][i] = strtod (next, &next);
    }
  printf ("first\t%s", ways[at]->name);
  for (size_t j = 0; j < FIGURES; j++)
    printf (j < 3 ? "\t%.1f" : "\t%.0f", bench_median (figures[j], runs));
  printf ("\t%s\n", ways[at]->what);
  fflush (stdout);
}

/* ---- linked programs ---------------------------------------------------------------------------------------------- */

typedef struct Linked
{
  const char *program, *without, *what;
} Linked;

static const Linked linked[] = {
  { "startup-core", "startup-plain", "the core, beside the C library alone" },
  { "startup-glib-lodger", "startup-glib", "core and GLib adapter, beside GIO" },
#ifdef LODGER_HAVE_UV
  { "startup-uv-lodger", "startup-uv", "core and libuv adapter, beside libuv" },
#endif
#ifdef LODGER_HAVE_QT
  { "startup-qt-lodger", "startup-qt", "core and Qt adapter, beside Qt Core" },
#endif
#ifdef LODGER_HAVE_GTK
  { "startup-gtk-lodger", "startup-gtk", "core, GLib and GTK adapters, beside GTK" },
#endif
};

enum
{
  N_LINKED = sizeof linked / sizeof linked[0]
};

/* What the last run of each has said. */
static Look said[N_LINKED][2];

static double
run_linked (const void *subject, bool is_peer)
{
  const Linked *pair = subject;
  Look *look = &said[pair - linked][is_peer];
  Ran ran;
  char *next = ran.said;
  bench_ledger_name ("linked", pair->program);
  startup_run (is_peer ? pair->without : pair->program, NULL, NULL, &ran);
  look->resident = strtod (next, &next);
  look->written = strtod (next, &next);
  look->threads = (unsigned) strtoul (next, NULL, 10);
  return ran.wall;
}

static void
print_linked (size_t runs)
{
  BenchContest contests[N_LINKED];
  for (size_t i = 0; i < N_LINKED; i++)
    contests[i] = (BenchContest) { .subject = &linked[i] };
  bench_contests_run (contests, N_LINKED, runs, run_linked);
  puts ("# linked\tprogram\tus\twithout\tmore\tlow\thigh\tKiB\tKiB more\twritten KiB\twritten more\tthreads\twhat");
  for (size_t i = 0; i < N_LINKED; i++)
    {
      const BenchComparison sum = bench_contest_sum_up (&contests[i], runs);
      const Look *with = &said[i][false], *without = &said[i][true];
      printf ("linked\t%s\t%.0f\t%.0f\t%+.0f\t%+.0f\t%+.0f\t%.0f\t%+.0f\t%.0f\t%+.0f\t%u\t%s\n", linked[i].program,
              sum.own, sum.peer, sum.more, sum.low, sum.high, with->resident, with->resident - without->resident,
              with->written, with->written - without->written, with->threads, linked[i].what);
    }
  bench_contests_clear (contests, N_LINKED);
}

/* ---- sizes -------------------------------------------------------------------------------------------------------- */

static void
print_sizes (void)
{
  static char seen[8192];
  puts ("# size\tlibrary\ttext\tdata\tbss\tstripped\trelocations\tby symbol\tof calls\tconstructors");
  bench_ledger_name ("size", "");
  for (size_t i = 0; i < N_LINKED; i++)
    {
      Ran ran;
      startup_run (linked[i].program, "--libraries", NULL, &ran);
      for (char *rest, *line = strtok_r (ran.said, "\n", &rest); line != NULL; line = strtok_r (NULL, "\n", &rest))
        if (strstr (seen, line) == NULL)
          {
            puts (line);
            strncat (seen, line, sizeof seen - strlen (seen) - 1);
          }
    }
}

int
main (int argc, char **argv)
{
  bool is_quick = argc == 2 && strcmp (argv[1], "--quick") == 0;
  size_t runs = is_quick ? RUNS_QUICK : RUNS;
  list_ways ();
  if (argc == 3 && strcmp (argv[1], "--way") == 0)
    return go (argv[2]);
  if (argc > 1 && !is_quick)
    {
      fputs ("Usage: lodger-startup [--quick]\n", stderr);
      return 2;
    }
  /* libuv reads it once, before its first job. */
  setenv ("UV_THREADPOOL_SIZE", "2", 1);
  printf ("# medians of %zu processes each; load %.1f\n", runs, bench_load ());
  puts ("# first\tway\tus to begin\tus to end\tus of the processor\tKiB\twritten KiB\tKiB left\twritten left\tthreads"
        "\tthreads left\twhat");
  for (size_t i = 0; i < n_ways; i++)
    print_first (i, runs);
  print_linked (runs);
  print_sizes ();
  return 0;
}
