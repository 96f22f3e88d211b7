/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lodger-guests [--quick] [--only ROW]: a loop that is a guest beside the same loop by itself. A pair is one run of
 * each, one right after the other. A ratio above 1 means that the guest is better. The last rows are counts: what a
 * guest does to its host, beside the host alone.
 */
#include "guests.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum
{
  PAIRS = 15,
  PAIRS_QUICK = 3,
  STALL_SECONDS = 300
};

static const Host *const hosts[] = {
  &host_glib,
  &host_manual,
#ifdef LODGER_HAVE_QT
  &host_qt,
  &host_qt_unix,
#endif
};
static const size_t n_hosts = sizeof hosts / sizeof hosts[0];

static const Loop *const loops[] = {
  &loop_glib,
#ifdef LODGER_HAVE_UV
  &loop_uv,
#endif
};
static const size_t n_loops = sizeof loops / sizeof loops[0];

static struct
{
  pthread_t thread;
  LodgerGuest *guest;
  void (*quit) (void);
  int64_t end;
} running;

LodgerGuest *
guests_current (void)
{
  return running.guest;
}

void
guests_over (void)
{
  running.end = bench_now ();
  running.quit ();
}

void
guests_check_thread (void)
{
  if (!pthread_equal (pthread_self (), running.thread))
    bench_fail ("a call-back in a thread that is not the loop's");
}

/* ---- one run ---------------------------------------------------------------------------------------------------- */

static void
prepare (LodgerGuest *guest, void (*quit) (void))
{
  running.guest = guest;
  running.quit = quit;
  running.end = 0;
  alarm (STALL_SECONDS);
}

static LodgerGuest *
start_guest (LodgerCaller *caller, const Loop *loop)
{
  LodgerError *error = NULL;
  LodgerGuest *guest;

  loop->open ();
  guest = lodger_guest_start (caller, loop->backend, loop->get_options (), &error);
  if (guest == NULL)
    bench_fail ("no guest: %s", lodger_error_get_message (error));
  return guest;
}

static void
end_guest (LodgerGuest *guest)
{
  int code = lodger_guest_end (guest);

  if (code)
    bench_fail ("a guest does not end: %s", lodger_error_code_string (code));
  lodger_guest_unref (guest);
}

int64_t
guests_run (const Host *host, const Loop *loop, GuestsBegin *begin, GuestsEnd *end, const void *data)
{
  LodgerCaller *caller = host->open ();
  LodgerGuest *guest = loop == NULL ? NULL : start_guest (caller, loop);
  int64_t start;

  prepare (guest, host->quit);
  start = bench_now ();
  begin (caller, loop, data);
  host->run ();
  alarm (0);
  if (guest != NULL)
    end_guest (guest);
  end (loop);
  if (loop != NULL)
    loop->close ();
  host->close ();
  return running.end - start;
}

static int64_t
run_directly (const Loop *loop, GuestsBegin *begin, GuestsEnd *end, const void *data)
{
  int64_t start;

  loop->open ();
  prepare (NULL, loop->quit);
  start = bench_now ();
  begin (NULL, loop, data);
  loop->run ();
  alarm (0);
  end (loop);
  loop->close ();
  return running.end - start;
}

/* ---- rates ------------------------------------------------------------------------------------------------------ */

static const Work *current;
static bool is_quick;

static uint64_t
count_of (const Work *work)
{
  return is_quick ? work->quick_count : work->count;
}

static void
begin_work (LodgerCaller *caller, const Loop *loop, const void *data)
{
  (void) caller;
  current = data;
  current->begin (loop, count_of (current));
}

static void
end_work (const Loop *loop)
{
  (void) loop;
  current->end ();
}

/* Two threads of a virtual machine wake each other up in 5 us or in 50, as the scheduler puts them. */
static void
stay_on (const cpu_set_t *processors)
{
  if (sched_setaffinity (0, sizeof *processors, processors) != 0)
    bench_fail ("the thread cannot be put on a processor");
}

static void
choose_processors (bool only_one)
{
  static cpu_set_t all;
  cpu_set_t one;
  size_t i = 0;

  if (CPU_COUNT (&all) == 0 && sched_getaffinity (0, sizeof all, &all) != 0)
    bench_fail ("the processors are not known");
  while (!CPU_ISSET (i, &all))
    i++;
  CPU_ZERO (&one);
  CPU_SET (i, &one);
  stay_on (only_one ? &one : &all);
}

/* Thousands a second, or microseconds. */
static double
value_of (const Work *work, int64_t elapsed)
{
  return work->is_latency ? works_get_latency () / 1e3 : (double) count_of (work) / (double) elapsed * 1e6;
}

static void
print_rates (const Host *host, const Loop *loop, const Work *work)
{
  size_t pairs = is_quick ? PAIRS_QUICK : PAIRS;
  double guest[PAIRS], direct[PAIRS], ratio[PAIRS], low, high;

  if (work->needs_kick && !loop->has_kick)
    return;
  choose_processors (work->has_thread);
  /* The first run of each pays for pages, threads and lazy binding. */
  guests_run (host, loop, begin_work, end_work, work);
  run_directly (loop, begin_work, end_work, work);
  for (size_t i = 0; i < pairs; i++)
    {
      guest[i] = value_of (work, guests_run (host, loop, begin_work, end_work, work));
      direct[i] = value_of (work, run_directly (loop, begin_work, end_work, work));
      ratio[i] = work->is_latency ? direct[i] / guest[i] : guest[i] / direct[i];
    }
  choose_processors (false);
  bench_bootstrap (ratio, pairs, BENCH_RESAMPLES, BENCH_SEED, &low, &high);
  printf ("%s\t%s\t%s\t%s\t%.2f\t%.2f\t%s\t%.2f\t%.2f\t%.2f\t%s\n", work->name, host->name, host->way, loop->name,
          bench_median (guest, pairs), bench_median (direct, pairs), work->is_latency ? "us" : "k/s",
          bench_median (ratio, pairs), low, high, work->what);
  fflush (stdout);
}

/* ---- counts ----------------------------------------------------------------------------------------------------- */

/* For each loop as the guest; the host by itself is counted once. */
static void
print_counts (const Host *host, const Count *count)
{
  unsigned seconds = is_quick ? count->quick_seconds : count->seconds;
  uint64_t alone;

  if (count->is_of_ticks && host->start_ticks == NULL)
    return;
  alone = count->run (host, NULL, seconds);
  for (size_t i = 0; i < n_loops; i++)
    {
      uint64_t with = count->run (host, loops[i], seconds);

      printf ("%s\t%s\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t-\t-\t-\t-\t%s", count->name, host->name, host->way,
              loops[i]->name, with, alone, count->what);
      if (count->is_of_ticks)
        printf (" (of %u)", seconds * TICKS_HZ);
      putchar ('\n');
      fflush (stdout);
    }
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

static void
print_head (void)
{
  double load = -1;

  if (getloadavg (&load, 1) != 1)
    load = -1;
  printf ("# a guest beside the same loop by itself; %d pairs; load %.1f\n", is_quick ? PAIRS_QUICK : PAIRS, load);
  puts ("# row\thost\tway\tguest\tas a guest\tby itself\tunit\tratio\tlow\thigh\twhat");
  fflush (stdout);
}

static bool
wants (const char *only, const char *name)
{
  return only == NULL || strcmp (only, name) == 0;
}

static void
print_all (const char *only)
{
  print_head ();
  for (size_t i = 0; i < n_hosts; i++)
    {
      for (size_t j = 0; j < n_works; j++)
        for (size_t k = 0; k < n_loops && wants (only, works[j].name); k++)
          {
            bench_ledger_name (works[j].name, hosts[i]->name);
            print_rates (hosts[i], loops[k], &works[j]);
          }
      for (size_t j = 0; j < n_counts; j++)
        if (wants (only, counts[j].name))
          {
            bench_ledger_name (counts[j].name, hosts[i]->name);
            print_counts (hosts[i], &counts[j]);
          }
    }
}

static bool
is_row (const char *name)
{
  for (size_t i = 0; i < n_works; i++)
    if (strcmp (works[i].name, name) == 0)
      return true;
  for (size_t i = 0; i < n_counts; i++)
    if (strcmp (counts[i].name, name) == 0)
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
  if (at + 1 < argc && strcmp (argv[at], "--only") == 0)
    {
      only = argv[at + 1];
      at += 2;
    }
  if (at != argc || (only != NULL && !is_row (only)))
    {
      fputs ("Usage: lodger-guests [--quick] [--only echo|echo-peer|timers|wake|kick|redraws|idle]\n", stderr);
      return 2;
    }
  running.thread = pthread_self ();
  bench_ledger_watch ();
  print_all (only);
  return 0;
}
