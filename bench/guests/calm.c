/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest does to its host, beside the same host without it: redraws while the guest always has something to do,
 * and how often the process wakes up while the guest sleeps.
 */
#include "guests.h"

#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

enum
{
  WORK_US = 100, /* that a busy guest takes for one call-back */
  SETTLE_MS = 200,
};

static struct
{
  const Host *host;
  uint64_t ticks, calls, switches;
  int64_t length;
} calm;

static void
call_later (LodgerCaller *caller, int64_t delay, LodgerCallFunc func)
{
  lodger_pending_disown (lodger_caller_call_later (caller, delay, func, caller, NULL));
}

static void
over (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  guests_over ();
}

/* ---- redraws ---------------------------------------------------------------------------------------------------- */

static void
tick (void *data)
{
  (void) data;
  guests_check_thread ();
  calm.ticks++;
}

static void
work (void *data)
{
  int64_t end = bench_now () + WORK_US * 1000;

  (void) data;
  while (bench_now () < end)
    ;
  calm.calls++;
}

static Item *busy;

static void
begin_redraws (LodgerCaller *caller, const Loop *loop, const void *data)
{
  (void) data;
  calm.ticks = calm.calls = 0;
  if (loop != NULL)
    busy = loop->add (ITEM_BUSY, -1, work, NULL);
  calm.host->start_ticks (tick, NULL);
  call_later (caller, calm.length, over);
}

static void
end_redraws (const Loop *loop)
{
  calm.host->stop_ticks ();
  if (loop != NULL)
    loop->remove (busy);
  if (loop != NULL && calm.calls == 0)
    bench_fail ("the busy guest did nothing");
}

static uint64_t
count_redraws (const Host *host, const Loop *loop, unsigned seconds)
{
  calm.host = host;
  calm.length = LODGER_SECONDS ((int64_t) seconds);
  guests_run (host, loop, begin_redraws, end_redraws, NULL);
  return calm.ticks;
}

/* ---- wake-ups --------------------------------------------------------------------------------------------------- */

/* How often the threads of this process have gone to sleep. */
static uint64_t
count_switches (void)
{
  DIR *tasks = opendir ("/proc/self/task");
  uint64_t sum = 0;

  for (struct dirent *task; tasks != NULL && (task = readdir (tasks)) != NULL;)
    {
      char name[300], line[128];
      FILE *status;
      unsigned long long switches;

      snprintf (name, sizeof name, "/proc/self/task/%s/status", task->d_name);
      status = task->d_name[0] == '.' ? NULL : fopen (name, "r");
      if (status == NULL)
        continue;
      while (fgets (line, sizeof line, status) != NULL)
        if (sscanf (line, "voluntary_ctxt_switches: %llu", &switches) == 1)
          sum += switches;
      fclose (status);
    }
  if (tasks == NULL || sum == 0)
    bench_fail ("/proc/self/task does not tell of the sleeps");
  closedir (tasks);
  return sum;
}

static void
slept (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  calm.switches = count_switches () - calm.switches;
  guests_over ();
}

static void
settled (LodgerPending *self, void *data)
{
  (void) self;
  call_later (data, calm.length, slept);
  calm.switches = count_switches ();
}

static Item *sleeper[2];
static int silent[2];

static void
come (void *data)
{
  (void) data;
  bench_fail ("a guest that sleeps was woken");
}

/* It has a timer for later, and a connection on which nothing comes. */
static void
begin_idle (LodgerCaller *caller, const Loop *loop, const void *data)
{
  (void) data;
  if (loop != NULL)
    {
      if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, silent) != 0)
        bench_fail ("no connection");
      sleeper[0] = loop->add (ITEM_TIMER, -1, come, NULL);
      sleeper[1] = loop->add (ITEM_READABLE, silent[0], come, NULL);
      loop->start (sleeper[0], 3600 * 1000);
    }
  call_later (caller, LODGER_MILLISECONDS (SETTLE_MS), settled);
}

static void
end_idle (const Loop *loop)
{
  for (size_t i = 0; i < 2 && loop != NULL; i++)
    {
      loop->remove (sleeper[i]);
      close (silent[i]);
    }
}

static uint64_t
count_wake_ups (const Host *host, const Loop *loop, unsigned seconds)
{
  calm.length = LODGER_SECONDS ((int64_t) seconds);
  guests_run (host, loop, begin_idle, end_idle, NULL);
  return calm.switches;
}

const Count counts[] = {
  { "redraws", "redraws while the guest is busy; without it", count_redraws, 3, 1, true },
  { "idle", "wake-ups while the guest sleeps; without it", count_wake_ups, 10, 1, false },
};
const size_t n_counts = sizeof counts / sizeof counts[0];
