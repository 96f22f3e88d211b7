/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What many of them cost that wait for one promise: memory, page tables, mappings, and the time to begin and to end
 * them. Each way is a process of its own, which has nothing else. */
#include "fibers.h"

#include <glib.h>
#include <lodger-glib.h>
#include <lodger/lodger.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Use
{
  double resident, proportional, tables; /* bytes */
  double mappings;
  int64_t time; /* of the process, in nanoseconds */
} Use;

static Use before, during, after;
static uint64_t n_parked, n_ended;
static LodgerPending *awaited;

/* Bytes, of a line as "VmRSS:   123 kB"; 0 where there is none. */
static double
read_bytes (const char *file_name, const char *name)
{
  FILE *file = fopen (file_name, "re");
  char line[256];
  double found = 0;
  while (file != NULL && fgets (line, sizeof line, file) != NULL)
    if (strncmp (line, name, strlen (name)) == 0 && line[strlen (name)] == ':')
      found = 1024 * strtod (line + strlen (name) + 1, NULL);
  if (file != NULL)
    fclose (file);
  return found;
}

static double
count_mappings (void)
{
  FILE *file = fopen ("/proc/self/maps", "re");
  double count = 0;
  int c;
  while (file != NULL && (c = getc (file)) != EOF)
    count += c == '\n';
  if (file != NULL)
    fclose (file);
  return count;
}

static void
look (Use *use)
{
  use->time = fibers_process_clock ();
  use->resident = read_bytes ("/proc/self/status", "VmRSS");
  use->tables = read_bytes ("/proc/self/status", "VmPTE");
  use->proportional = read_bytes ("/proc/self/smaps_rollup", "Pss");
  use->mappings = count_mappings ();
}

static void
begin (void)
{
  look (&before);
  before.time = fibers_process_clock ();
}

void
parked_all (void)
{
  int64_t time = fibers_process_clock ();
  look (&during);
  during.time = time;
  after.time = fibers_process_clock ();
}

void
parked_over (void)
{
  after.time = fibers_process_clock () - after.time;
}

/* ---- Lodger's ---------------------------------------------------------------------------------------------------- */

static void
park (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  n_parked++;
  if (lodger_await (lodger_pending_ref (awaited), NULL) != 0)
    bench_fail ("an await has failed");
  n_ended++;
}

static uint64_t
park_in_gui (uint64_t count, size_t stack_size)
{
  GError *error = NULL;
  LodgerCaller *caller
      = lodger_glib_attach_full (NULL, LODGER_CALLER_OPTIONS (.name = "bench", .stack_size = stack_size), &error);
  if (caller == NULL)
    bench_fail ("cannot attach: %s", error->message);
  awaited = lodger_pending_new (LODGER_PENDING_DEFAULT);
  begin ();
  for (uint64_t i = 0; i < count; i++)
    lodger_pending_disown (lodger_caller_spawn (caller, park, NULL, NULL));
  while (n_parked < count)
    g_main_context_iteration (NULL, TRUE);
  parked_all ();
  lodger_pending_return_int (awaited, 1);
  while (n_ended < count)
    g_main_context_iteration (NULL, TRUE);
  parked_over ();
  lodger_pending_unref (awaited);
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
  return n_ended;
}

/* ---- the lines --------------------------------------------------------------------------------------------------- */

static uint64_t
park_default (uint64_t count)
{
  return park_in_gui (count, 0);
}

static uint64_t
park_small (uint64_t count)
{
  return park_in_gui (count, 256 * 1024);
}

#ifdef LODGER_HAVE_DEX
static uint64_t
park_in_libdex (uint64_t count)
{
  begin ();
  return dex_park (count);
}
#endif

static const struct
{
  const char *name;
  uint64_t (*park) (uint64_t count);
} ways[] = {
  { "8 MiB", park_default },
  { "256 KiB", park_small },
#ifdef LODGER_HAVE_DEX
  { "libdex", park_in_libdex },
#endif
};

static void
print_line (const char *name, uint64_t count)
{
  const double n = (double) count;
  printf ("parked\t%s\t%llu\t%.0f\t%.0f\t%.0f\t%.2f\t%.0f\t%.0f\n", name, (unsigned long long) count,
          (during.resident - before.resident) / n, (during.proportional - before.proportional) / n,
          (during.tables - before.tables) / n, (during.mappings - before.mappings) / n,
          (double) (during.time - before.time) / n, (double) after.time / n);
}

static void
print_way (size_t at, uint64_t count)
{
  int status = 0;
  pid_t child;
  fflush (stdout);
  child = fork ();
  if (child < 0)
    bench_fail ("no process");
  if (child == 0)
    {
      bench_ledger_name ("parked", ways[at].name);
      if (ways[at].park (count) != count)
        bench_fail ("not all have ended");
      print_line (ways[at].name, count);
      fflush (stdout);
      _exit (0);
    }
  if (waitpid (child, &status, 0) != child)
    bench_fail ("the process is lost");
  if (WIFSIGNALED (status))
    printf ("# parked\t%s\t%llu\tended by signal %d\n", ways[at].name, (unsigned long long) count, WTERMSIG (status));
  else if (WEXITSTATUS (status) != 0)
    bench_fail ("it has failed");
}

void
parked_print (uint64_t count)
{
  puts ("# parked\tstack\tcount\tbytes each\tshare\tpage tables\tmappings\tns to begin\tns to end");
  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
    print_way (i, count);
}
