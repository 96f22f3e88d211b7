/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads with a main context that hang outside of Lodger's calls: in a nested loop, or in a source. */
#include "conformance.h"
#include "test-blocked-call.h"

#include <lodger-glib.h>
#include <string.h>

static const LodgerCallerOptions short_deadline = { .size = sizeof short_deadline, .stop_deadline = 2000000 };
static const LodgerCallOptions named = { .size = sizeof named, .name = "the stuck one" };

typedef struct Nested
{
  GMainContext *context;
  GMainLoop *loop;
  Latch runs;
  Recorder inside, data;
} Nested;

static void
nested_inside (LodgerPending *self, void *data)
{
  Nested *nested = data;
  (void) self;
  recorder_direct (&nested->inside);
  latch_open (&nested->runs);
}

static void
nested_destroy (void *data)
{
  recorder_destroy (&((Nested *) data)->data);
}

/* The nested loop dispatches the calls of the caller, too. */
static void
run_a_loop (LodgerPending *self, void *data)
{
  Nested *nested = data;
  LodgerCaller *caller = lodger_pending_get_caller (self);
  nested->context = g_main_context_ref_thread_default ();
  nested->loop = g_main_loop_new (nested->context, FALSE);
  lodger_pending_unref (lodger_caller_call_soon (caller, nested_inside, nested, NULL));
  g_main_loop_run (nested->loop);
  g_main_loop_unref (nested->loop);
  g_main_context_unref (nested->context);
}

/* In the thread of the loop, so that no other thread touches the loop and its context. */
static gboolean
quit_the_loop (void *data)
{
  g_main_loop_quit (((Nested *) data)->loop);
  return G_SOURCE_REMOVE;
}

static void
stop_late (Subject *subject)
{
  log_capture_begin ();
  lodger_caller_stop (subject->caller, true);
  subject_run_until_done (subject, lodger_caller_get_stopped (subject->caller));
  ck_assert (log_capture_has ("is left behind"));
}

static void
leave_a_nested_loop (int i, bool is_worker)
{
  ProcCount before = subject_count_before (i);
  Subject subject;
  Nested nested = { .loop = NULL };
  LodgerPending *pending;
  LodgerCaller *child;
  latch_init (&nested.runs);
  subject_open_full (&subject, i, &short_deadline);
  child = lodger_caller_open_child (subject.caller, NULL, NULL);
  pending = is_worker ? lodger_caller_to_thread_full (subject.caller, run_a_loop, &nested, nested_destroy, &named)
                      : lodger_caller_call_soon_full (child, run_a_loop, &nested, nested_destroy, &named);
  latch_wait (&nested.runs);
  stop_late (&subject);
  ck_assert (log_capture_has ("the stuck one"));
  expect_code (lodger_pending_get_outcome (pending), LODGER_EABANDONED);
  recorder_expect (&nested.data, 0, 0);
  lodger_pending_unref (pending);
  subject_close (&subject);
  lodger_caller_unref (child);
  log_capture_end ();
  g_main_context_invoke (nested.context, quit_the_loop, &nested);
  proc_expect_restored (before);
  recorder_expect (&nested.data, 0, 1);
  recorder_expect (&nested.inside, 1, 0);
  latch_clear (&nested.runs);
}

START_TEST (edge_83_a_workers_nested_loop_that_does_not_end_is_abandoned)
{
  leave_a_nested_loop (_i, true);
}
END_TEST

START_TEST (edge_83_a_callers_nested_loop_that_does_not_end_is_abandoned)
{
  leave_a_nested_loop (_i, false);
}
END_TEST

/* ---- a source of the program's --------------------------------------------------------------------------------------- */

static gboolean
hang_in_source (void *data)
{
  blocked_call_direct (data);
  return G_SOURCE_REMOVE;
}

static void
attach_a_source (LodgerPending *self, void *data)
{
  GSource *source = g_idle_source_new ();
  GMainContext *context = g_main_context_ref_thread_default ();
  (void) self;
  g_source_set_callback (source, hang_in_source, data, blocked_call_destroy);
  g_source_attach (source, context);
  g_source_unref (source);
  g_main_context_unref (context);
}

static void
leave_a_source (int i, bool is_worker)
{
  ProcCount before = subject_count_before (i);
  Subject subject;
  BlockedCall blocked;
  Recorder queued = { 0 };
  LodgerPending *attached, *behind;
  LodgerCaller *child;
  blocked_call_init (&blocked);
  subject_open_full (&subject, i, &short_deadline);
  child = lodger_caller_open_child (subject.caller, NULL, NULL);
  attached = is_worker ? lodger_caller_to_thread (subject.caller, attach_a_source, &blocked, NULL)
                       : lodger_caller_call_soon (child, attach_a_source, &blocked, NULL);
  latch_wait (&blocked.entered);
  behind = is_worker ? NULL : lodger_caller_call_soon (child, recorder_call, &queued, recorder_destroy);
  stop_late (&subject);
  expect_code (lodger_pending_get_outcome (attached), 0);
  if (behind != NULL)
    {
      expect_code (lodger_pending_get_outcome (behind), LODGER_ECANCELED);
      recorder_expect (&queued, 0, 1);
      ck_assert_int_eq (lodger_caller_get_state (child), LODGER_CALLER_STOPPED);
    }
  lodger_pending_unref (attached);
  lodger_pending_unref (behind);
  subject_close (&subject);
  lodger_caller_unref (child);
  log_capture_end ();
  latch_open (&blocked.let_go);
  proc_expect_restored (before);
  recorder_expect (&blocked.recorder, 1, 1);
  blocked_call_clear (&blocked);
}

START_TEST (edge_83_a_source_that_is_stuck_in_a_workers_loop_is_abandoned)
{
  leave_a_source (_i, true);
}
END_TEST

START_TEST (edge_83_a_source_that_is_stuck_in_a_callers_loop_is_abandoned)
{
  leave_a_source (_i, false);
}
END_TEST

void
add_edge_glib_abandoned (Suite *suite)
{
  static const TTest *const *const tests[] = {
    &edge_83_a_workers_nested_loop_that_does_not_end_is_abandoned,
    &edge_83_a_callers_nested_loop_that_does_not_end_is_abandoned,
    &edge_83_a_source_that_is_stuck_in_a_workers_loop_is_abandoned,
    &edge_83_a_source_that_is_stuck_in_a_callers_loop_is_abandoned,
  };
  for (size_t k = 0; k < sizeof tests / sizeof *tests; k++)
    for (int i = 0; subject_kinds[i] != NULL; i++)
      if (subject_kinds[i]->backend != NULL && strcmp (subject_kinds[i]->backend, "glib") == 0
          && !(subject_kinds[i]->traits & SUBJECT_POLLED))
        {
          char name[200];
          g_snprintf (name, sizeof name, "%s/%s", (*tests[k])->name, subject_kinds[i]->name);
          test_add_variant (suite, name, *tests[k], i);
        }
}
