/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest "glib" in the thread of Qt. Qt's own dispatcher (_i is 0) knows no main context. GLib's (_i is 1) runs the
 * default one by itself. */
#include "qt-suite.h"

#include <lodger-glib.h>

static void
open_caller (LodgerCaller **ret_caller, bool with_glib)
{
  qt_application_start (with_glib);
  expect_code (lodger_glib_register (), 0);
  *ret_caller = lodger_qt_attach (NULL);
  ck_assert_ptr_nonnull (*ret_caller);
}

static void
close_caller (LodgerCaller *caller)
{
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
}

static void
finish (LodgerPending *pending)
{
  int64_t until = test_now () + test_limit_ns ();
  while (!lodger_pending_is_done (pending))
    {
      qt_process_events (true);
      if (test_now () > until)
        test_fail ("hangs");
    }
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
}

/* What a call sees of the place where it runs. */
typedef struct View
{
  const char *host;
  LodgerGuest *guest;
  LodgerCaller *caller;
  GMainContext *context;
} View;

static void
look (LodgerPending *self, void *data)
{
  View *view = data;
  (void) self;
  view->host = lodger_host_current ();
  view->guest = lodger_guest_current ();
  view->caller = lodger_qt_get_caller ();
  view->context = g_main_context_get_thread_default ();
}

static gboolean
source_comes (void *reply)
{
  expect_code (lodger_reply_return_boolean (reply, true), 0);
  return G_SOURCE_REMOVE;
}

/* It is answered by a source of the thread's default context. */
static void
wait_for_source (LodgerPending *self, void *data)
{
  GSource *source = g_idle_source_new ();
  GMainContext *context = g_main_context_ref_thread_default ();
  (void) data;
  g_source_set_callback (source, source_comes, lodger_pending_defer (self), NULL);
  g_source_attach (source, context);
  g_source_unref (source);
  g_main_context_unref (context);
}

static void
expect_guest_in_default_context (LodgerCaller *caller)
{
  LodgerGuest *guest = lodger_guest_start (caller, "glib", NULL, NULL);
  ck_assert_ptr_nonnull (guest);
  expect_code (lodger_guest_end (guest), 0);
  lodger_guest_unref (guest);
}

static void
expect_no_guest (LodgerCaller *caller, const void *options)
{
  LodgerError *error = NULL;
  log_capture_begin ();
  ck_assert_ptr_null (lodger_guest_start (caller, "glib", options, &error));
  expect_code (lodger_error_get_code (error), LODGER_EALREADY);
  lodger_error_unref (error);
  log_capture_end ();
}

START_TEST (edge_66_the_default_context_is_a_guest_only_where_qt_does_not_run_it)
{
  const LodgerGlibGuestOptions named = { .size = sizeof named, .context = g_main_context_default () };
  const LodgerGlibGuestOptions *const all[] = { NULL, &named };
  LodgerCaller *caller;
  open_caller (&caller, _i);
  for (int i = 0; i < 2; i++)
    {
      View view = { 0 };
      finish (lodger_caller_call_using_backend (caller, "glib", all[i], look, &view, NULL));
      ck_assert_str_eq (view.host, _i == 1 ? "qt" : "glib");
      ck_assert_int_eq (view.guest == NULL, _i == 1);
      finish (lodger_caller_call_using_backend (caller, "glib", all[i], wait_for_source, NULL, NULL));
      if (_i == 1)
        expect_no_guest (caller, all[i]);
      else
        expect_guest_in_default_context (caller);
    }
  close_caller (caller);
}
END_TEST

START_TEST (a_context_of_its_own_is_a_guest_with_either_dispatcher)
{
  const LodgerGlibGuestOptions own = { .size = sizeof own, .flags = LODGER_GLIB_GUEST_OWN };
  View view = { 0 };
  LodgerCaller *caller;
  open_caller (&caller, _i);
  finish (lodger_caller_call_using_backend (caller, "glib", &own, look, &view, NULL));
  ck_assert_ptr_nonnull (view.guest);
  ck_assert_ptr_nonnull (view.context);
  ck_assert_ptr_ne (view.context, g_main_context_default ());
  finish (lodger_caller_call_using_backend (caller, "glib", &own, wait_for_source, NULL, NULL));
  close_caller (caller);
}
END_TEST

/* The guest's context is the thread's default there. */
START_TEST (a_call_in_a_guest_finds_the_threads_caller)
{
  const LodgerGlibGuestOptions own = { .size = sizeof own, .flags = LODGER_GLIB_GUEST_OWN };
  View view = { 0 };
  LodgerCaller *caller;
  open_caller (&caller, _i);
  finish (lodger_caller_call_using_backend (caller, "glib", &own, look, &view, NULL));
  ck_assert_ptr_eq (view.caller, caller);
  close_caller (caller);
}
END_TEST

/* In a QThread: there Qt's dispatcher with GLib has a context of its own. */
typedef struct Thread
{
  bool with_glib;
  Latch done;
  View plain, inside;
} Thread;

static void
look_in_thread (void *data)
{
  const LodgerGlibGuestOptions own = { .size = sizeof own, .flags = LODGER_GLIB_GUEST_OWN };
  Thread *thread = data;
  LodgerCaller *caller = lodger_qt_attach (NULL);
  finish (lodger_caller_call_using_backend (caller, "glib", &own, look, &thread->inside, NULL));
  ck_assert_ptr_nonnull (thread->inside.guest);
  ck_assert_ptr_eq (thread->inside.caller, caller);
  if (thread->with_glib)
    {
      finish (lodger_caller_call_using_backend (caller, "glib", NULL, look, &thread->plain, NULL));
      ck_assert_ptr_null (thread->plain.guest);
      finish (lodger_caller_call_using_backend (caller, "glib", NULL, wait_for_source, NULL, NULL));
      expect_no_guest (caller, NULL);
    }
  close_caller (caller);
  latch_open (&thread->done);
}

START_TEST (edge_66_the_context_of_a_qthread_is_a_plain_call)
{
  Thread thread = { .with_glib = _i };
  QtThread *qt_thread;
  qt_application_start (_i);
  expect_code (lodger_glib_register (), 0);
  latch_init (&thread.done);
  qt_thread = qt_thread_start (look_in_thread, &thread);
  latch_wait (&thread.done);
  qt_thread_join (qt_thread);
  latch_clear (&thread.done);
}
END_TEST

int
main (int argc, char **argv)
{
  static const TTest *const *const tests[] = {
    &edge_66_the_default_context_is_a_guest_only_where_qt_does_not_run_it,
    &a_context_of_its_own_is_a_guest_with_either_dispatcher,
    &a_call_in_a_guest_finds_the_threads_caller,
    &edge_66_the_context_of_a_qthread_is_a_plain_call,
  };
  return qt_test_main ("qt-glib-guest", tests, sizeof tests / sizeof *tests, argc, argv);
}
