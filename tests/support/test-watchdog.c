/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-watchdog.h"

#include "test-latch.h"
#include "test-ledger.h"
#include "test-limits.h"

#include <stdlib.h>
#include <unistd.h>

enum
{
  THREADS = 16,
  REPORT_TIME = 20 /* seconds, in case the report hangs as well */
};

static struct
{
  _Atomic (const char *) what;
  atomic_ulong number;
} notes[THREADS];

static Latch over;
static pthread_t watcher;
static int64_t time_limit;

void
watchdog_note (unsigned thread, const char *what, unsigned long number)
{
  atomic_store (&notes[thread % THREADS].number, number);
  atomic_store (&notes[thread % THREADS].what, what);
}

static _Noreturn void
report (const char *reason)
{
  size_t count = 0;
  LodgerCaller **callers;
  alarm (REPORT_TIME);
  fprintf (stderr, "%s; LODGER_SEED=%llu\n", reason, (unsigned long long) test_seed ());
  for (unsigned i = 0; i < THREADS; i++)
    if (notes[i].what != NULL)
      fprintf (stderr, "thread %u: %s %lu\n", i, notes[i].what, notes[i].number);
  fflush (stderr);
  ledger_report (stderr);
  callers = lodger_caller_list (false, &count);
  fprintf (stderr, "%zu callers have not stopped\n", count);
  for (size_t i = 0; i < count; i++)
    {
      LodgerCaller *parent = lodger_caller_find_parent (callers[i]);
      char *line = lodger_caller_describe (callers[i]);
      fprintf (stderr, "  %s; child of %llu\n", line, (unsigned long long) lodger_caller_get_id (parent));
      lodger_free (line);
      lodger_caller_unref (parent);
    }
  test_fail ("%s", reason);
}

/* Waits for the end. Each time the limit passes before it, there must have been progress. */
static void *
watch (void *data)
{
  unsigned long last = ledger_progress ();
  (void) data;
  for (;;)
    {
      int64_t until = test_now () + test_limit_ns ();
      unsigned long now;
      if (counter_wait_until (&over.opened, 1, until < time_limit ? until : time_limit))
        return NULL;
      now = ledger_progress ();
      if (now == last)
        report ("there is no progress any more");
      if (test_now () >= time_limit)
        report ("it does not end in time");
      last = now;
    }
}

void
watchdog_begin (int64_t until)
{
  time_limit = until;
  latch_init (&over);
  watcher = thread_start (watch, NULL);
}

void
watchdog_end (void)
{
  latch_open (&over);
  thread_join (watcher);
  latch_clear (&over);
}
