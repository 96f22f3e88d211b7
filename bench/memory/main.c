/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger-memory: what one of many takes. */
#include "memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  FIRST = 1000, /* that are there before the measured ones */
  MANY = 100000,
  STACKS = 10000,
  JOBS = 200000,
  QUICK = 10, /* a tenth of each */
  STALL_SECONDS = 300
};

typedef struct Way
{
  const char *kind, *name;
  uint64_t count;
  MemoryMake *make;
  bool is_peak; /* what counts is the most that is used meanwhile */
} Way;

static const Way ways[] = {
  { "promise", BENCH_LODGER, MANY, memory_lodger_promises, false },
  { "promise", "GTask", MANY, memory_glib_tasks, false },
#ifdef LODGER_HAVE_QT
  { "promise", "QPromise", MANY, memory_qt_promises, false },
#endif
#ifdef LODGER_HAVE_DEX
  { "promise", "DexPromise", MANY, memory_dex_promises, false },
#endif
  { "call", BENCH_LODGER, MANY, memory_lodger_calls, false },
  { "call", "GSource", MANY, memory_glib_idles, false },
#ifdef LODGER_HAVE_UV
  { "call", "uv_work_t", MANY, memory_uv_works, false },
#endif
#ifdef LODGER_HAVE_QT
  { "call", "Qt invokeMethod", MANY, memory_qt_invokes, false },
  { "call", "Qt postEvent", MANY, memory_qt_events, false },
#endif
#ifdef LODGER_HAVE_DISPATCH
  { "call", "dispatch_async_f", MANY, memory_dispatch_calls, false },
#endif
  { "timer", BENCH_LODGER, MANY, memory_lodger_timers, false },
  { "timer", "GSource", MANY, memory_glib_timers, false },
#ifdef LODGER_HAVE_UV
  { "timer", "uv_timer_t", MANY, memory_uv_timers, false },
#endif
#ifdef LODGER_HAVE_QT
  { "timer", "QTimer", MANY, memory_qt_timers, false },
#endif
#ifdef LODGER_HAVE_DISPATCH
  { "timer", "dispatch_source_t", MANY, memory_dispatch_timers, false },
#endif
  { "spawned", BENCH_LODGER, STACKS, memory_lodger_spawned, false },
#ifdef LODGER_HAVE_DEX
  { "spawned", "DexFiber", STACKS, memory_dex_fibers, false },
#endif
  { "fanout", BENCH_LODGER, JOBS, memory_lodger_fanout, true },
  { "fanout", "GTask", JOBS, memory_gtask_fanout, true },
  { "fanout", "GThreadPool", JOBS, memory_thread_pool_fanout, true },
#ifdef LODGER_HAVE_UV
  { "fanout", "libuv", JOBS, memory_uv_fanout, true },
#endif
  { "fanout-direct", BENCH_LODGER, JOBS, memory_lodger_fanout_direct, true },
  { "fanout-direct", "GTask", JOBS, memory_gtask_fanout, true },
  { "fanout-direct", "GThreadPool", JOBS, memory_thread_pool_fanout, true },
#ifdef LODGER_HAVE_UV
  { "fanout-direct", "libuv", JOBS, memory_uv_fanout, true },
#endif
};

static void **kept;
static size_t n_kept;

void
memory_keep (void *made)
{
  if (!made)
    bench_fail ("one could not be made");
  kept[n_kept++] = made;
}

/* The bytes of the process in memory. The sum in smaps_rollup is exact, that in status is not. */
static double
read_resident (void)
{
  FILE *file = fopen ("/proc/self/smaps_rollup", "re");
  char line[256];
  double bytes = 0;

  while (file && fgets (line, sizeof line, file))
    if (!strncmp (line, "Rss:", 4))
      bytes = 1024 * strtod (line + 4, NULL);
  if (!file || bytes <= 0)
    bench_fail ("the process does not know its memory");
  fclose (file);
  return bytes;
}

/* The bytes that malloc has given away, its own ones with each included. */
static double
read_heap (void)
{
  struct mallinfo2 heap = mallinfo2 ();

  return (double) heap.uordblks + (double) heap.hblkhd;
}

static double
read_peak (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return 1024 * (double) usage.ru_maxrss;
}

static void
print_line (const Way *way, uint64_t count, double resident, double heap)
{
  printf ("%s\t%s\t%llu\t%.0f\t", way->kind, way->name, (unsigned long long) count, resident / (double) count);
  if (way->is_peak)
    puts ("-");
  else
    printf ("%.0f\n", heap / (double) count);
  fflush (stdout);
}

/* In the way's own process. */
static void
measure (const Way *way, uint64_t count)
{
  double resident, heap;

  bench_ledger_name (way->kind, way->name);
  alarm (STALL_SECONDS);
  kept = malloc ((count + FIRST) * sizeof *kept);
  if (!kept)
    bench_fail ("no memory for the list");
  memset (kept, 1, (count + FIRST) * sizeof *kept);
  way->make (FIRST);
  resident = read_resident ();
  heap = read_heap ();
  way->make (count);
  resident = (way->is_peak ? read_peak () : read_resident ()) - resident;
  print_line (way, count, resident, read_heap () - heap);
}

static void
run (const Way *way, uint64_t count)
{
  int status = 0;
  pid_t child;

  fflush (stdout);
  child = fork ();
  if (child == 0)
    {
      measure (way, count);
      _exit (0);
    }
  if (child < 0 || waitpid (child, &status, 0) != child || status != 0)
    {
      fprintf (stderr, "lodger-memory: %s, %s: its process has failed\n", way->kind, way->name);
      exit (1);
    }
}

int
main (int argc, char **argv)
{
  bool is_quick = argc > 1 && !strcmp (argv[1], "--quick");
  const char *only = NULL;
  int at = is_quick ? 2 : 1;

  if (at + 1 < argc && !strcmp (argv[at], "--only"))
    {
      only = argv[at + 1];
      at += 2;
    }
  if (at != argc)
    {
      fputs ("Usage: lodger-memory [--quick] [--only promise|call|timer|spawned|fanout|fanout-direct]\n", stderr);
      return 2;
    }
  setenv ("UV_THREADPOOL_SIZE", "2", 1);
  puts ("# of\tby\tcount\tbytes each\tof them in the heap");
  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
    if (!only || !strcmp (only, ways[i].kind))
      run (&ways[i], is_quick ? ways[i].count / QUICK : ways[i].count);
  return 0;
}
