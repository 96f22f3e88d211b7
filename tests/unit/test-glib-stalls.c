/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The watch for stalls on GLib's main loop: what the program's own sources do is seen, too. */
#include "base/port.h"
#include "debug/debug.h"
#include "loop/ownership.h"
#include "test-suite.h"

#include <lodger-glib.h>

static const LodgerStallOptions soon = { .size = sizeof soon, .loop_limit = 5000000, .worker_limit = 5000000 };
static const LodgerStallOptions at_once = { .size = sizeof at_once, .loop_limit = 1, .worker_limit = 1 };

static LodgerCaller *
attach (GMainContext *context)
{
  const LodgerCallerOptions options = { .size = sizeof options, .name = "gui" };
  LodgerCaller *caller = lodger_glib_attach_full (context, &options, NULL);
  ck_assert_ptr_nonnull (caller);
  return caller;
}

static void
leave (LodgerCaller *caller)
{
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
}

static gboolean
hold_in_source (gpointer has_run)
{
  log_capture_wait ("gui: the thread has not come back to its loop for ");
  ck_assert (log_capture_has ("(no call of Lodger's runs)"));
  *(bool *) has_run = true;
  return G_SOURCE_REMOVE;
}

/* The context is asleep before, and the watch has been answered. */
START_TEST (a_source_of_the_program_that_holds_the_loop_is_noticed)
{
  GMainContext *context = g_main_context_new ();
  GSource *source = g_timeout_source_new (20);
  bool has_run = false;
  LodgerCaller *caller;
  log_capture_begin ();
  caller = attach (context);
  expect_code (lodger_watch_stalls (&soon), 0);
  g_source_set_callback (source, hold_in_source, &has_run, NULL);
  g_source_attach (source, context);
  g_source_unref (source);
  while (!has_run || !log_capture_has ("gui: the thread is free again after "))
    g_main_context_iteration (context, TRUE);
  lodger_unwatch_stalls ();
  leave (caller);
  log_capture_end ();
  g_main_context_unref (context);
}
END_TEST

static gboolean
stay (gpointer data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

static void
look (void)
{
  lodger__stalls_look (&at_once, lodger__port_now (), NULL);
}

/* The loop of a dialog is kept busy by the program's own source. */
static void
run_a_dialog (void *context)
{
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_LOW);
  g_source_set_callback (source, stay, NULL, NULL);
  g_source_attach (source, context);
  for (int i = 0; i < 5; i++)
    {
      look ();
      g_main_context_iteration (context, FALSE);
      g_main_context_iteration (context, FALSE);
    }
  ck_assert_uint_eq (log_capture_count (), 0);
  look ();
  look ();
  ck_assert_uint_eq (log_capture_count_of ("has held the thread"), 1);
  g_source_destroy (source);
  g_source_unref (source);
}

START_TEST (a_nested_main_loop_is_no_stall_while_it_iterates)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller;
  log_capture_begin ();
  atomic_fetch_add (&lodger__ownership_readers, LODGER_OWNERSHIP_WATCHER);
  caller = attach (context);
  expect_code (lodger_caller_call_direct (caller, run_a_dialog, context, NULL), 0);
  while (log_capture_count () == 0)
    g_main_context_iteration (context, TRUE);
  leave (caller);
  atomic_fetch_sub (&lodger__ownership_readers, LODGER_OWNERSHIP_WATCHER);
  lodger__stalls_forget ();
  log_capture_end ();
  g_main_context_unref (context);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-stalls");
  test_add (suite, a_source_of_the_program_that_holds_the_loop_is_noticed);
  test_add (suite, a_nested_main_loop_is_no_stall_while_it_iterates);
  return test_main (suite, argc, argv);
}
