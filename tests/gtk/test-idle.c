/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edge 74: an open window with nothing to do.
 *
 * The workers make no system call. The GUI thread wakes as often as the GUI thread of the same window without Lodger, which
 * this program shows when it is started with --window.
 *
 *   gtk-idle                      LODGER_IDLE_SECONDS (2)
 *   gtk-idle --window SECONDS     the window alone; prints how often its thread was switched
 *
 * It is one of the few tests in which time has to pass. A thread of its own lets it pass and observes the others. */
#include "gtk-window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum
{
  USED = 3,           /* workers of to_thread() that have had calls */
  WORKERS = USED + 2, /* a child that was used, one that was not */
  MOMENT = 250000000, /* nanoseconds without a switch that count as rest */
  PATIENCE = 40       /* such moments until a thread that never rests is measured anyway */
};

/* One thread before and after. */
typedef struct Look
{
  ProcThread thread;
  ProcSyscall call;
} Look;

typedef struct Idle
{
  int threads[WORKERS + 1]; /* the GUI's first */
  unsigned count;
  int64_t duration;
  Look before[WORKERS + 1], after[WORKERS + 1];
  atomic_bool is_over;
} Idle;

/* ---- observing the threads ---------------------------------------------------------------------------------------- */

static void
let_pass (int64_t ns)
{
  struct timespec time = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
  clock_nanosleep (CLOCK_MONOTONIC, 0, &time, NULL);
}

static void
look (const Idle *idle, Look *looks)
{
  for (unsigned i = 0; i < idle->count; i++)
    looks[i] = (Look) { proc_thread (idle->threads[i]), proc_syscall (idle->threads[i]) };
}

static unsigned long
switches (const Look *look_at)
{
  return look_at->thread.switches + look_at->thread.preempted;
}

static bool
is_at_rest (const Idle *idle)
{
  for (unsigned i = 0; i < idle->count; i++)
    if (idle->after[i].thread.state != 'S' || switches (&idle->before[i]) != switches (&idle->after[i]))
      return false;
  return true;
}

static void *
watch (void *data)
{
  Idle *idle = data;
  for (int i = 0; i < PATIENCE; i++)
    {
      look (idle, idle->before);
      let_pass (MOMENT);
      look (idle, idle->after);
      if (is_at_rest (idle))
        break;
    }
  look (idle, idle->before);
  let_pass (idle->duration);
  look (idle, idle->after);
  idle->is_over = true;
  g_main_context_wakeup (NULL);
  return NULL;
}

/* The loop waits for events, as a program's does. */
static void
stay_idle (Idle *idle)
{
  pthread_t thread = thread_start (watch, idle);
  while (!idle->is_over)
    g_main_context_iteration (NULL, TRUE);
  thread_join (thread);
}

static unsigned long
gui_switches (const Idle *idle)
{
  return switches (&idle->after[0]) - switches (&idle->before[0]);
}

/* ---- without Lodger ----------------------------------------------------------------------------------------------- */

static GtkWindow *
open_window (void)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_box_append (GTK_BOX (box), gtk_label_new ("a label"));
  gtk_window_set_child (window, box);
  gtk_window_present (window);
  return window;
}

static int
be_window (const char *seconds)
{
  Idle idle = { .threads = { test_thread_id () }, .count = 1, .duration = atoi (seconds) * INT64_C (1000000000) };
  if (!gtk_init_check ())
    return EXIT_FAILURE;
  open_window ();
  stay_idle (&idle);
  printf ("%lu\n", gui_switches (&idle));
  return EXIT_SUCCESS;
}

static unsigned long
switches_without_lodger (unsigned long seconds)
{
  char *text = g_strdup_printf ("%lu", seconds), *output = NULL;
  char own[] = "/proc/self/exe", option[] = "--window";
  char *arguments[] = { own, option, text, NULL };
  unsigned long count = 0;
  int status = -1;
  GError *error = NULL;
  ck_assert (g_spawn_sync (NULL, arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &status, &error));
  ck_assert_int_eq (status, 0);
  ck_assert_int_eq (sscanf (output, "%lu", &count), 1);
  g_free (output);
  g_free (text);
  return count;
}

/* ---- with it ------------------------------------------------------------------------------------------------------ */

typedef struct Use
{
  Barrier barrier;
  atomic_int next;
  int threads[USED];
} Use;

static void
use_worker (LodgerPending *self, void *data)
{
  Use *use = data;
  (void) self;
  barrier_wait (&use->barrier);
  use->threads[atomic_fetch_add (&use->next, 1)] = test_thread_id ();
}

/* Runs all calls at once, so that there are as many workers. A continuation of each runs in the GUI thread. */
static void
use_workers (LodgerCaller *caller, Idle *idle)
{
  LodgerPending *pendings[USED];
  Use use = { .next = 0 };
  barrier_init (&use.barrier, USED);
  for (unsigned i = 0; i < USED; i++)
    pendings[i] = lodger_caller_to_thread (caller, use_worker, &use, NULL);
  for (unsigned i = 0; i < USED; i++)
    {
      Recorder recorder = { 0 };
      LodgerPending *then = lodger_pending_then (pendings[i], caller, recorder_then, &recorder, NULL);
      window_run_until_done (then);
      ck_assert_int_eq (recorder.ran, 1);
      lodger_pending_unref (then);
      lodger_pending_unref (pendings[i]);
      idle->threads[idle->count++] = use.threads[i];
    }
  barrier_clear (&use.barrier);
}

static void
note_thread (LodgerCaller *child, void *data)
{
  (void) child;
  atomic_store ((atomic_int *) data, test_thread_id ());
}

static LodgerError *
start_hook (LodgerCaller *child, void *data)
{
  note_thread (child, data);
  return NULL;
}

/* Starts a caller of its own, whose hook notes the thread. */
static LodgerCaller *
start_child (LodgerCaller *caller, Idle *idle, const char *name)
{
  static atomic_int thread_id;
  LodgerCallerOptions options
      = { .size = sizeof options, .name = name, .on_start = start_hook, .hook_data = &thread_id };
  LodgerCaller *child;
  atomic_store (&thread_id, 0);
  child = lodger_caller_open_child (caller, &options, NULL);
  ck_assert_ptr_nonnull (child);
  while (!lodger_pending_is_done (lodger_caller_get_started (child)))
    g_thread_yield ();
  ck_assert_int_ne (thread_id, 0);
  idle->threads[idle->count++] = thread_id;
  return child;
}

START_TEST (edge_74_an_idle_window_sleeps_and_so_do_its_workers)
{
  unsigned long seconds = test_env ("LODGER_IDLE_SECONDS", 2), without = switches_without_lodger (seconds);
  Idle idle = { .threads = { test_thread_id () }, .count = 1, .duration = (int64_t) seconds * 1000000000 };
  Window window = { .caller = NULL };
  LodgerCaller *children[2];
  Recorder recorder = { 0 };
  LodgerPending *pending;
  ck_assert (gtk_init_check ());
  window.caller = lodger_gtk_attach (NULL);
  window.window = g_object_ref (open_window ());
  use_workers (window.caller, &idle);
  children[0] = start_child (window.caller, &idle, "used");
  children[1] = start_child (window.caller, &idle, "unused");
  pending = lodger_caller_call_soon (children[0], recorder_call, &recorder, NULL);
  wait_done (pending);
  lodger_pending_unref (pending);
  stay_idle (&idle);
  printf ("in %lu s the GUI thread was switched %lu times, %lu without Lodger\n", seconds, gui_switches (&idle),
          without);
  ck_assert_uint_le (gui_switches (&idle), without);
  for (unsigned i = 1; i < idle.count; i++)
    {
      ck_assert_uint_eq (switches (&idle.after[i]), switches (&idle.before[i]));
      ck_assert_uint_eq (idle.after[i].thread.ticks, idle.before[i].thread.ticks);
      ck_assert_str_eq (idle.after[i].call.text, idle.before[i].call.text);
    }
  lodger_caller_unref (children[0]);
  lodger_caller_unref (children[1]);
  window_close (&window);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite;
  if (argc == 3 && strcmp (argv[1], "--window") == 0)
    return be_window (argv[2]);
  suite = suite_create ("gtk-idle");
  test_add_long (suite, edge_74_an_idle_window_sleeps_and_so_do_its_workers, 3);
  return gtk_test_main (suite, argc, argv);
}
