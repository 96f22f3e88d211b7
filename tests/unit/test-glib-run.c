/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_run of GLib's main loop, and guests in it. */
#include "test-guest.h"
#include "test-suite.h"

#include <lodger-glib.h>

static void
answer (LodgerPending *self, void *data)
{
  GMainContext *context = g_main_context_ref_thread_default ();
  ck_assert_str_eq (lodger_host_current (), "glib");
  ck_assert_ptr_eq (context, data);
  g_main_context_unref (context);
  lodger_pending_return_int (self, 3);
}

START_TEST (edge_70_the_default_main_context_runs)
{
  expect_code (lodger_glib_register (), 0);
  for (int i = 0; i < 3; i++)
    expect_code (wait_outcome (lodger_run ("glib", NULL, answer, g_main_context_default (), NULL)), 0);
  ck_assert_ptr_null (lodger_host_current ());
}
END_TEST

static void *
run_in_thread (void *data)
{
  GMainContext *context = g_main_context_new ();
  const LodgerGlibHostOptions options = { .size = sizeof options, .context = context };
  (void) data;
  for (int i = 0; i < 3; i++)
    expect_code (wait_outcome (lodger_run ("glib", &options, answer, context, NULL)), 0);
  g_main_context_unref (context);
  return NULL;
}

START_TEST (edge_70_a_main_context_runs_in_another_thread)
{
  expect_code (lodger_glib_register (), 0);
  thread_join (thread_start (run_in_thread, NULL));
}
END_TEST

/* ---- a source of the host changes a guest ------------------------------------------------------------------------------ */

typedef struct Changed
{
  GuestLoop inside;
  LodgerGuest *guest;
  LodgerReply *reply;
} Changed;

static gboolean
change_guest (void *data)
{
  guest_loop_add (&((Changed *) data)->inside);
  return G_SOURCE_REMOVE;
}

static void
guest_event (GuestLoop *loop, void *data)
{
  Changed *changed = data;
  if (atomic_load (&loop->events) == 20)
    lodger_reply_return_nothing (changed->reply);
  else
    g_timeout_add (1, change_guest, changed);
}

static void
begin (LodgerPending *self, void *data)
{
  Changed *changed = data;
  changed->reply = lodger_pending_defer (self);
  changed->guest = guest_start (lodger_caller_current (), &changed->inside);
  g_timeout_add (1, change_guest, changed);
}

START_TEST (edge_71_what_a_source_of_the_host_does_is_noticed)
{
  Changed changed = { .guest = NULL };
  expect_code (lodger_glib_register (), 0);
  guest_loop_init (&changed.inside);
  changed.inside.func = guest_event;
  changed.inside.data = &changed;
  expect_code (wait_outcome (lodger_run ("glib", NULL, begin, &changed, NULL)), 0);
  ck_assert_int_eq (atomic_load (&changed.inside.closes), 1);
  lodger_guest_unref (changed.guest);
  guest_loop_clear (&changed.inside);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-run");
  test_add (suite, edge_70_the_default_main_context_runs);
  test_add (suite, edge_70_a_main_context_runs_in_another_thread);
  test_add (suite, edge_71_what_a_source_of_the_host_does_is_noticed);
  return test_main (suite, argc, argv);
}
