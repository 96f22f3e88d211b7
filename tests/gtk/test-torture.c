/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Windows are opened and destroyed while calls that are bound to them are on their way, or wait on stacks of their own.
 *
 * The calls come from the GUI thread, two threads without a loop, and workers. Windows end before they are shown, in
 * their own calls, in nested loops, by timers, or while references remain. Their labels are removed, moved, or live on
 * in another window. In every other round the caller stops while everything is running.
 *
 * Spawned calls wait for times, files, signals of the windows, and groups; they end with their windows.
 *
 * No bound call runs after the end of its scope. Each datum is destroyed once, in its own thread (test-ledger.h). No
 * widget, thread, descriptor and no byte is left. The watchdog reports what hangs.
 *
 *   gtk-torture       LODGER_TORTURE_WINDOWS (500), LODGER_TORTURE_ROUNDS (10), LODGER_SEED */
#include "gtk-torture.h"
#include "test-latch.h"
#include "test-memory.h"
#include "test-proc.h"
#include "test-watchdog.h"

#include <stdio.h>
#include <stdlib.h>

enum
{
  SLOTS = 8,
  THREADS = 2,
  /* Windows in which everything happens at least once. */
  FEWEST = 200,
  /* Rounds until GTK has its caches, and GTK and GIO have the threads that they keep. */
  WARM_UP = 3,
  /* Bytes. GTK's caches grow for a while and are freed at once, which is up to 150 KB up and down. With 10,000 windows
   * the tolerance is less than 40 bytes a window and 2 bytes a call, so a regular leak of any object exceeds it. */
  TOLERANCE = 256 * 1024
};

/* The panes that calls may be submitted for. */
typedef struct Slot
{
  pthread_mutex_t mutex;
  Pane *pane;
} Slot;

static Slot slots[SLOTS];
static GQueue finished = G_QUEUE_INIT; /* of panes that may have a widget left */
static Counter steps;
static atomic_bool is_over;

static Pane *
slot_look (unsigned number)
{
  Slot *slot = &slots[number];
  Pane *pane;
  pthread_mutex_lock (&slot->mutex);
  pane = slot->pane != NULL ? pane_ref (slot->pane) : NULL;
  pthread_mutex_unlock (&slot->mutex);
  return pane;
}

static Pane *
slot_set (unsigned number, Pane *pane)
{
  Slot *slot = &slots[number];
  Pane *old;
  pthread_mutex_lock (&slot->mutex);
  old = slot->pane;
  slot->pane = pane;
  pthread_mutex_unlock (&slot->mutex);
  return old;
}

/* ---- a thread without a loop ------------------------------------------------------------------------------------- */

static void
disturb (Pane *pane, TestRandom *random)
{
  switch (test_random_below (random, 64))
    {
    case 0:
    case 1:
    case 2:
    case 3: torture_cancel (random); break;
    case 4: g_cancellable_cancel (pane->cancellable); break;
    case 5: lodger_scope_end (pane->scopes[PANE_OBJECT], "a thread has ended it"); break;
    default: torture_submit (pane, random, 0); break;
    }
}

static void *
live (void *data)
{
  unsigned number = GPOINTER_TO_UINT (data);
  TestRandom random = test_random_new (number);
  for (long step = 1; !is_over; step++)
    {
      unsigned actions = test_random_below (&random, 8);
      watchdog_note (number % THREADS + 1, "waits for step", (unsigned long) step);
      counter_wait (&steps, step);
      watchdog_note (number % THREADS + 1, "submits, step", (unsigned long) step);
      for (unsigned i = 0; i < actions; i++)
        {
          Pane *pane = slot_look (test_random_below (&random, SLOTS));
          if (pane == NULL)
            continue;
          disturb (pane, &random);
          pane_unref (pane);
        }
    }
  watchdog_note (number % THREADS + 1, "has ended", 0);
  return NULL;
}

/* ---- the GUI thread ---------------------------------------------------------------------------------------------- */

static void
finish (unsigned slot)
{
  Pane *pane = slot_set (slot, NULL);
  if (pane == NULL)
    return;
  pane_finish (pane);
  g_queue_push_tail (&finished, pane);
}

static void
sweep (void)
{
  for (unsigned i = g_queue_get_length (&finished); i > 0; i--)
    {
      Pane *pane = g_queue_pop_head (&finished);
      if (pane_is_gone (pane))
        pane_unref (pane);
      else
        g_queue_push_tail (&finished, pane);
    }
}

static void
use (unsigned slot, TestRandom *random)
{
  Pane *pane = slot_look (slot);
  switch (pane->over[PANE_WINDOW] ? test_random_below (random, 2) : 1 + test_random_below (random, 7))
    {
    case 0: finish (slot); break;
    case 1: pane_harm (pane, random); break;
    case 2: torture_run_work (pane, random); break;
    default: torture_submit (pane, random, 0); break;
    }
  pane_unref (pane);
}

static void
step (TestRandom *random, unsigned *windows)
{
  unsigned slot = test_random_below (random, SLOTS);
  unsigned turns = test_random_below (random, 6);
  counter_add (&steps, 1);
  if (slots[slot].pane != NULL)
    use (slot, random);
  else
    {
      slot_set (slot, pane_new (random));
      (*windows)++;
    }
  for (unsigned i = 0; i < turns; i++)
    g_main_context_iteration (NULL, FALSE);
  sweep ();
}

static void
finish_all (void)
{
  for (unsigned i = 0; i < SLOTS; i++)
    finish (i);
}

/* An outcome for this thread wakes the loop, or the watchdog reports a hang. A call that ends in a worker does not. */
static void
settle (void)
{
  torture_forget ();
  sweep ();
  while (torture.live_loads > 0 || torture.live_objects > 0)
    {
      watchdog_note (0, "waits for objects to go:", (unsigned long) torture.live_objects);
      g_main_context_iteration (NULL, TRUE);
      sweep ();
    }
  while (ledger_open_count () > 0 || torture.live_panes > 0)
    {
      watchdog_note (0, "waits for panes to go:", (unsigned long) torture.live_panes);
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
stop (void)
{
  watchdog_note (0, "leaves its caller", 0);
  test_check (lodger_caller_leave (torture.caller) == 0);
}

static void
run_round (unsigned round, unsigned windows)
{
  TestRandom random = test_random_new (round * (THREADS + 1));
  pthread_t threads[THREADS];
  unsigned opened = 0;
  torture.caller = lodger_gtk_attach (NULL);
  torture.stops_early = false;
  torture.may_defer = round % 2 == 0;
  is_over = false;
  counter_init (&steps);
  for (unsigned i = 0; i < THREADS; i++)
    threads[i] = thread_start (live, GUINT_TO_POINTER (round * (THREADS + 1) + 1 + i));
  while (opened < windows)
    {
      watchdog_note (0, "opens window", opened);
      step (&random, &opened);
    }
  if (round % 2 == 1)
    {
      torture.stops_early = true;
      counter_add (&steps, 4);
      stop ();
    }
  finish_all ();
  is_over = true;
  counter_add (&steps, INT_MAX);
  for (unsigned i = 0; i < THREADS; i++)
    thread_join (threads[i]);
  settle ();
  if (round % 2 == 0)
    stop ();
  lodger_caller_unref (torture.caller);
  counter_clear (&steps);
}

static void
report (unsigned round, unsigned windows, ProcCount now, size_t bytes, int64_t start)
{
  LedgerCounts counts = ledger_counts ();
  printf ("round %u, %u windows, so far: %ld calls accepted, %ld refused; %ld finished, %ld failed, %ld cancelled; %lu "
          "looks at a widget; at most %lu calls waited at once; %d descriptors, %d threads, %zu bytes; %lld ms\n",
          round + 1, windows, counts.accepted, counts.refused, counts.finished, counts.failed, counts.cancelled,
          torture.touches, torture.most_parked, now.fds, now.threads, bytes,
          (long long) (test_now () - start) / 1000000);
  fflush (stdout);
}

static void
run_rounds (unsigned windows, unsigned rounds, size_t *bytes)
{
  ProcCount before = { 0, 0 };
  for (unsigned round = 0; round < rounds; round++)
    {
      int64_t start = test_now ();
      ProcCount now;
      run_round (round, windows / rounds + 1);
      ledger_expect_settled ();
      if (round >= WARM_UP)
        proc_expect_restored (before);
      now = proc_count ();
      /* Some may only be on their way out. */
      if (round == 1 || (round < WARM_UP && now.threads < before.threads))
        before.threads = now.threads;
      if (round < WARM_UP)
        before.fds = now.fds;
      bytes[round] = memory_in_use ();
      report (round, windows / rounds + 1, now, bytes[round], start);
    }
}

static void
expect_all_sorts (unsigned windows)
{
  LedgerCounts counts = ledger_counts ();
  unsigned long cancelled = 0;
  if (windows < FEWEST)
    return;
  for (unsigned i = 0; i < PANE_HARMS; i++)
    test_check (torture.harms[i] > 0);
  test_check (counts.finished > 0 && counts.failed > 0 && counts.cancelled > 0 && counts.refused > 0);
  test_check (torture.touches > 0);
  for (unsigned i = 0; i < FIBER_WAITS; i++)
    {
      test_check (torture.waits[i][true] > 0);
      cancelled += torture.waits[i][false];
    }
  test_check (cancelled > 0);
}

int
main (void)
{
  unsigned windows = (unsigned) test_env ("LODGER_TORTURE_WINDOWS", MAX (test_scaled (500), FEWEST));
  unsigned rounds = (unsigned) test_env ("LODGER_TORTURE_ROUNDS", 10);
  size_t *bytes = g_new0 (size_t, rounds);
  if ((getenv ("DISPLAY") == NULL && getenv ("WAYLAND_DISPLAY") == NULL) || !gtk_init_check ())
    {
      fputs ("left out: there is no display\n", stderr);
      return 77;
    }
  test_seed ();
  torture.gui = pthread_self ();
  for (unsigned i = 0; i < SLOTS; i++)
    pthread_mutex_init (&slots[i].mutex, NULL);
  /* GIO's would stay for a while otherwise. */
  g_thread_pool_set_max_unused_threads (0);
  ledger_begin ();
  watchdog_begin (INT64_MAX);
  run_rounds (windows, rounds, bytes);
  watchdog_end ();
  expect_all_sorts (windows);
  if (memory_growth (bytes, rounds, WARM_UP) > TOLERANCE)
    test_fail ("memory grows by %zu bytes", memory_growth (bytes, rounds, WARM_UP));
  g_free (bytes);
  return EXIT_SUCCESS;
}
