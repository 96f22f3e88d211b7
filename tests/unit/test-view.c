/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work for a view: what an adapter is told, and in which order. */
#include "test-latch.h"
#include "test-log.h"
#include "test-loop.h"
#include "test-recorder.h"
#include "test-suite.h"

#include <lodger/host-view.h>
#include <lodger/host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  MOST = 3
};

static int sent[MOST]; /* how often each item was destroyed */

/* A view that writes down its operations, and work that waits for the test. */
typedef struct View
{
  Loop loop;
  LodgerScope *scope;
  LodgerHostViewOptions options;
  LodgerPending *pending;
  char text[200]; /* what has happened, in order */
  int outcome;    /* that was told */
  int holds, destroyed;
  const char *cancelled;     /* by a cancellable of the toolkit */
  void (*soon) (void *data); /* that waits, with the next two */
  void *soon_data;
  LodgerDestroyFunc soon_destroy;
  LodgerPending *bound;
  bool drops_in_show; /* a report ends the scope */
  int item_count, items_destroyed;
  Latch begun, may_end;
} View;

static void
note (View *view, const char *what)
{
  strcat (view->text, view->text[0] != '\0' ? " " : "");
  strcat (view->text, what);
}

static void
on_destroy (void *data)
{
  View *view = data;
  view->destroyed++;
}

/* That of its error, if there is one. */
static int
code_of (LodgerPending *done)
{
  const LodgerError *error = lodger_pending_get_error (done);
  return error != NULL ? lodger_error_get_code (error) : lodger_pending_get_outcome (done);
}

static void
on_tell (void *data, LodgerHostTold told, LodgerPending *outcome)
{
  static const char *const names[] = { "done", "failed", "cancelled" };
  View *view = data;
  view->outcome = code_of (outcome);
  ck_assert_int_eq (view->destroyed, 0);
  note (view, names[told]);
}

static void
on_show (void *data, double fraction, const char *text)
{
  View *view = data;
  char line[40];
  snprintf (line, sizeof line, "%.0f%%%s", fraction * 100, text != NULL ? text : "");
  note (view, line);
  if (view->drops_in_show)
    lodger_scope_end (view->scope, "enough");
}

static void
on_progress (void *data, double fraction, const char *text)
{
  (void) fraction;
  (void) text;
  note (data, "progress");
}

static void
on_items (void *data, void **items, size_t count)
{
  View *view = data;
  for (size_t i = 0; i < count; i++)
    ck_assert_ptr_eq (items[i], &sent[view->item_count++]);
  if (view->item_count == MOST)
    note (view, "3 items");
}

static void
on_bind (void *data, LodgerPending *work)
{
  View *view = data;
  view->bound = work;
  note (view, "bind");
}

static void
on_unbind (void *data)
{
  View *view = data;
  if (view->bound != NULL)
    note (view, "unbind");
  view->bound = NULL;
}

static void
on_hold (void *data)
{
  ((View *) data)->holds++;
}

static void
on_release (void *data)
{
  ((View *) data)->holds--;
}

static void
on_keep_running (void *data, LodgerPending *work)
{
  ck_assert (!lodger_pending_is_done (work));
  note (data, "keep");
}

static void
on_let_end (void *data)
{
  note (data, "let");
}

static const char *
on_why_cancelled (void *data)
{
  return ((const View *) data)->cancelled;
}

static void
on_soon (void *data, void (*func) (void *data), void *func_data, LodgerDestroyFunc destroy)
{
  View *view = data;
  view->soon = func;
  view->soon_data = func_data;
  view->soon_destroy = destroy;
}

static const LodgerHostViewOps ops = { .size = sizeof ops,
                                       .run_name = "some_run",
                                       .report_name = "some_report",
                                       .send_name = "some_send",
                                       .destroy = on_destroy,
                                       .tell = on_tell,
                                       .show = on_show,
                                       .progress = on_progress,
                                       .items = on_items,
                                       .bind = on_bind,
                                       .unbind = on_unbind,
                                       .hold = on_hold,
                                       .release = on_release,
                                       .keep_running = on_keep_running,
                                       .let_end = on_let_end,
                                       .why_cancelled = on_why_cancelled,
                                       .soon = on_soon };

static void
item_destroy (void *item)
{
  (*(int *) item)++;
}

static void
answer (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 7);
}

static void
stay (LodgerPending *self, void *data)
{
  View *view = data;
  latch_open (&view->begun);
  latch_wait (&view->may_end);
  lodger_pending_return_int (self, 7);
}

static void
view_begin (View *view, LodgerCallFunc work, unsigned flags)
{
  *view = (View) { .loop = loop_open (LODGER_MANUAL_DEFAULT), .scope = lodger_scope_new (NULL) };
  latch_init (&view->begun);
  latch_init (&view->may_end);
  view->options = (LodgerHostViewOptions) { .size = sizeof view->options,
                                            .work = work,
                                            .data = view,
                                            .home = view->loop.caller,
                                            .view_scope = view->scope,
                                            .flags = flags,
                                            .item_destroy = item_destroy };
}

static void
view_run (View *view)
{
  view->pending = lodger_host_run_work (&ops, view, &view->options);
}

/* Until nothing of the run is left. */
static void
view_end (View *view)
{
  latch_open (&view->may_end);
  loop_run_until_done (&view->loop, view->pending);
  loop_run (&view->loop);
  loop_close (&view->loop);
  ck_assert_int_eq (view->destroyed, 1);
  ck_assert_int_eq (view->holds, 0);
  ck_assert_ptr_null (view->bound);
  lodger_pending_unref (view->pending);
  lodger_scope_unref (view->scope);
  latch_clear (&view->begun);
  latch_clear (&view->may_end);
}

#define EXPECT(view, what) ck_assert_str_eq ((view)->text, what)

enum
{
  DONE = LODGER_HOST_VIEW_DONE,
  FAILED = LODGER_HOST_VIEW_FAILED,
  CANCELLED = LODGER_HOST_VIEW_CANCELLED,
  PROGRESS = LODGER_HOST_VIEW_PROGRESS,
  ITEMS = LODGER_HOST_VIEW_ITEMS
};

/* ---- the outcome ------------------------------------------------------------------------------------------------- */

START_TEST (the_outcome_comes_back_to_the_view)
{
  View view;
  view_begin (&view, answer, DONE | FAILED | CANCELLED);
  view_run (&view);
  EXPECT (&view, "bind");
  view_end (&view);
  EXPECT (&view, "bind unbind done");
  expect_code (view.outcome, 0);
}
END_TEST

static void
fail_work (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_new_error (self, NULL, LODGER_EFAILED, "no");
}

/* Who is told of a failure and of a cancellation, by the functions that are there. */
START_TEST (each_outcome_goes_to_the_function_that_is_there)
{
  static const struct
  {
    unsigned flags;
    const char *failure, *cancellation;
  } rows[] = { { DONE, "bind unbind done", "bind unbind done" },
               { DONE | FAILED, "bind unbind failed", "bind unbind" },
               { DONE | CANCELLED, "bind unbind done", "bind unbind cancelled" },
               { DONE | FAILED | CANCELLED, "bind unbind failed", "bind unbind cancelled" },
               { 0, "bind unbind", "bind unbind" } };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
      View view;
      view_begin (&view, fail_work, rows[i].flags);
      view_run (&view);
      view_end (&view);
      EXPECT (&view, rows[i].failure);
      view_begin (&view, stay, rows[i].flags);
      view_run (&view);
      latch_wait (&view.begun);
      lodger_pending_cancel (view.pending, NULL);
      view_end (&view);
      EXPECT (&view, rows[i].cancellation);
    }
}
END_TEST

/* The cancellable is cancelled by a call that comes before the outcome. */
static void
cancel_by_toolkit (LodgerPending *self, void *data)
{
  (void) self;
  ((View *) data)->cancelled = "by the toolkit";
}

START_TEST (a_cancel_on_the_way_beats_the_outcome)
{
  View view;
  view_begin (&view, answer, DONE | CANCELLED);
  view.options.caller = view.loop.caller;
  view_run (&view);
  lodger_pending_disown (lodger_caller_call_soon (view.loop.caller, cancel_by_toolkit, &view, NULL));
  view_end (&view);
  EXPECT (&view, "bind unbind cancelled");
  expect_code (view.outcome, LODGER_ECANCELED);
}
END_TEST

/* A cancel of the pending comes too late for the work, but not for its outcome. */
static void
cancel_late (LodgerPending *self, void *data)
{
  (void) self;
  ck_assert_int_eq (lodger_pending_cancel (((View *) data)->pending, NULL), false);
}

START_TEST (a_late_cancel_beats_the_outcome)
{
  LodgerPending *pending;
  View view;
  view_begin (&view, answer, DONE | CANCELLED);
  view.options.caller = view.loop.caller;
  view_run (&view);
  lodger_pending_disown (lodger_caller_call_soon (view.loop.caller, cancel_late, &view, NULL));
  pending = lodger_pending_ref (view.pending);
  view_end (&view);
  EXPECT (&view, "bind unbind cancelled");
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
}
END_TEST

START_TEST (work_that_the_toolkit_has_cancelled_does_not_start)
{
  View view;
  view_begin (&view, stay, DONE | CANCELLED);
  view.cancelled = "by the toolkit";
  view_run (&view);
  ck_assert (lodger_pending_is_done (view.pending));
  ck_assert (!latch_is_open (&view.begun));
  view_end (&view);
  EXPECT (&view, "bind unbind cancelled");
}
END_TEST

START_TEST (the_end_of_the_views_scope_ends_the_work)
{
  View view;
  view_begin (&view, stay, DONE | CANCELLED);
  view_run (&view);
  latch_wait (&view.begun);
  lodger_scope_end (view.scope, "gone");
  ck_assert (lodger_pending_is_cancelled (view.pending));
  view_end (&view);
  EXPECT (&view, "bind unbind");
}
END_TEST

START_TEST (the_end_of_the_programs_scope_ends_the_work)
{
  LodgerScope *scope = lodger_scope_new (NULL);
  View view;
  view_begin (&view, stay, DONE | CANCELLED);
  view.options.scope = scope;
  view_run (&view);
  latch_wait (&view.begun);
  lodger_scope_end (scope, "gone");
  ck_assert (lodger_pending_is_cancelled (view.pending));
  view_end (&view);
  EXPECT (&view, "bind unbind");
  lodger_scope_unref (scope);
}
END_TEST

START_TEST (work_that_holds_outlives_its_view)
{
  View view;
  view_begin (&view, stay, DONE | CANCELLED);
  view.options.hold = true;
  view.options.timeout = LODGER_SECONDS (3600);
  view_run (&view);
  latch_wait (&view.begun);
  EXPECT (&view, "keep bind");
  lodger_scope_end (view.scope, "gone");
  ck_assert (!lodger_pending_is_cancelled (view.pending));
  view_end (&view);
  EXPECT (&view, "keep bind unbind let");
}
END_TEST

/* ---- the time limit ---------------------------------------------------------------------------------------------- */

START_TEST (late_work_is_told_at_once_and_cancelled)
{
  View view;
  view_begin (&view, stay, DONE | FAILED);
  view.options.timeout = LODGER_MILLISECONDS (5);
  view_run (&view);
  latch_wait (&view.begun);
  lodger_manual_advance (view.loop.host, LODGER_MILLISECONDS (5));
  loop_run (&view.loop);
  EXPECT (&view, "bind unbind failed");
  expect_code (view.outcome, LODGER_ETIMEDOUT);
  ck_assert (lodger_pending_is_cancelled (view.pending));
  ck_assert_int_eq (view.destroyed, 0);
  view_end (&view);
  EXPECT (&view, "bind unbind failed");
}
END_TEST

/* ---- slots ------------------------------------------------------------------------------------------------------- */

START_TEST (a_newer_run_has_the_slot)
{
  LodgerSlot *slot = lodger_slot_new (NULL);
  View first, second;
  view_begin (&first, stay, DONE | CANCELLED);
  first.options.slot = slot;
  view_run (&first);
  latch_wait (&first.begun);
  second = first;
  second.options.data = &second;
  second.options.work = answer;
  second.scope = lodger_scope_ref (first.scope);
  second.pending = lodger_host_run_work (&ops, &second, &second.options);
  while (second.destroyed == 0)
    lodger_manual_iterate (first.loop.host, true);
  EXPECT (&second, "bind bind unbind done");
  EXPECT (&first, "bind unbind");
  lodger_pending_unref (second.pending);
  lodger_scope_unref (second.scope);
  lodger_slot_unref (slot);
  view_end (&first);
  EXPECT (&first, "bind unbind");
}
END_TEST

/* ---- progress and items ------------------------------------------------------------------------------------------ */

/* Both wait when the loop runs next. */
static void
report_twice (LodgerPending *self, void *data)
{
  expect_code (lodger_host_report (&ops, self, 0.25, " files"), 0);
  expect_code (lodger_host_report (&ops, self, 0.5, NULL), 0);
  latch_open (&((View *) data)->begun);
  lodger_pending_return_int (self, 7);
}

START_TEST (the_newest_report_is_shown_before_the_outcome)
{
  View view;
  view_begin (&view, report_twice, DONE | PROGRESS);
  view_run (&view);
  latch_wait (&view.begun);
  view_end (&view);
  EXPECT (&view, "bind 50% files progress unbind done");
}
END_TEST

START_TEST (a_report_may_end_the_view)
{
  View view;
  view_begin (&view, report_twice, DONE | CANCELLED | PROGRESS);
  view.drops_in_show = true;
  view_run (&view);
  latch_wait (&view.begun);
  view_end (&view);
  EXPECT (&view, "bind 50% files unbind");
}
END_TEST

static void
send_three (LodgerPending *self, void *data)
{
  (void) data;
  for (size_t i = 0; i < MOST; i++)
    expect_code (lodger_host_send (&ops, self, &sent[i]), 0);
  lodger_pending_return_int (self, 7);
}

START_TEST (items_come_in_order_before_the_outcome)
{
  View view;
  view_begin (&view, send_three, DONE | ITEMS);
  view_run (&view);
  view_end (&view);
  EXPECT (&view, "bind 3 items unbind done");
  ck_assert_int_eq (view.item_count, 3);
  for (size_t i = 0; i < MOST; i++)
    ck_assert_int_eq (sent[i], 1);
}
END_TEST

static void
send_too_late (LodgerPending *self, void *data)
{
  View *view = data;
  latch_open (&view->begun);
  latch_wait (&view->may_end);
  expect_code (lodger_host_report (&ops, self, 1, NULL), LODGER_ECANCELED);
  expect_code (lodger_host_send (&ops, self, &sent[0]), LODGER_ECANCELED);
}

START_TEST (work_that_was_cancelled_sends_nothing)
{
  View view;
  view_begin (&view, send_too_late, DONE | CANCELLED | PROGRESS | ITEMS);
  view_run (&view);
  latch_wait (&view.begun);
  lodger_pending_cancel (view.pending, NULL);
  view_end (&view);
  EXPECT (&view, "bind unbind cancelled");
  ck_assert_int_eq (sent[0], 1);
}
END_TEST

/* Another adapter's work, and work without items. */
static void
send_elsewhere (LodgerPending *self, void *data)
{
  LodgerHostViewOps others = ops;
  (void) data;
  others.send_name = "other_send";
  expect_code (lodger_host_send (&others, self, &sent[0]), LODGER_ESTATE);
  expect_code (lodger_host_send (&ops, self, &sent[0]), LODGER_ESTATE);
  expect_code (lodger_host_report (&ops, self, 1, "seen by nobody"), 0);
}

START_TEST (only_work_of_the_same_operations_is_known)
{
  View view;
  log_capture_begin ();
  view_begin (&view, send_elsewhere, DONE);
  view_run (&view);
  view_end (&view);
  ck_assert (log_capture_has ("other_send: this is no work of some_run() with items that is being done"));
  ck_assert (log_capture_has ("some_send: this is no work of some_run() with items that is being done"));
  ck_assert_uint_eq (log_capture_count (), 2);
  log_capture_end ();
}
END_TEST

static void
result_destroy (void *result)
{
  (*(int *) result)++;
}

static void
answer_with_data (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_pointer (self, &sent[1], result_destroy);
}

/* Neither the run nor its streams keep the pending. */
START_TEST (the_result_goes_with_the_pending)
{
  View view;
  view_begin (&view, answer_with_data, DONE | PROGRESS | ITEMS);
  view_run (&view);
  view_end (&view);
  ck_assert_int_eq (sent[1], 1);
}
END_TEST

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

START_TEST (a_refusal_of_a_stopping_caller_is_told_by_the_loop)
{
  View view;
  log_capture_begin ();
  view_begin (&view, answer, DONE | FAILED);
  lodger_caller_stop (view.loop.caller, true);
  view_run (&view);
  expect_code (code_of (view.pending), LODGER_ESHUTDOWN);
  ck_assert (log_capture_has ("some_run: the caller of this thread is stopping"));
  log_capture_end ();
  EXPECT (&view, "");
  view.soon (view.soon_data);
  EXPECT (&view, "failed");
  ck_assert_int_eq (view.destroyed, 0);
  view.soon_destroy (view.soon_data);
  view_end (&view);
}
END_TEST

START_TEST (a_refusal_is_not_told_when_the_view_has_ended)
{
  View view;
  log_capture_begin ();
  view_begin (&view, answer, DONE | FAILED);
  lodger_caller_stop (view.loop.caller, true);
  view_run (&view);
  log_capture_end ();
  lodger_scope_end (view.scope, "gone");
  view.soon (view.soon_data);
  view.soon_destroy (view.soon_data);
  EXPECT (&view, "");
  view_end (&view);
}
END_TEST

static void
expect_refusal (LodgerHostViewOptions *options, View *view, int code, const char *line)
{
  LodgerPending *refused = lodger_host_run_work (&ops, view, options);
  expect_code (code_of (refused), code);
  ck_assert_msg (log_capture_has (line), "no line: %s", line);
  ck_assert_int_eq (view->destroyed, 1);
  view->destroyed = 0;
  lodger_pending_unref (refused);
}

START_TEST (what_is_wrong_is_refused_and_consumed)
{
  LodgerHostViewOptions wrong;
  LodgerSlot *slot = lodger_slot_new (NULL);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  View view;
  view_begin (&view, answer, DONE);
  log_capture_begin ();
  wrong = view.options;
  wrong.work = NULL;
  wrong.file = "file.c";
  wrong.line = 12;
  expect_refusal (&wrong, &view, LODGER_EINVAL, "some_run: the work is NULL (file.c:12)");
  wrong = view.options;
  wrong.slot = slot;
  wrong.limiter = limiter;
  expect_refusal (&wrong, &view, LODGER_EINVAL, "some_run: a limiter and a slot");
  wrong = view.options;
  wrong.view_scope = NULL;
  expect_refusal (&wrong, &view, LODGER_EINVAL, "some_run: NULL given");
  wrong = view.options;
  wrong.refusal = LODGER_EBUSY;
  expect_refusal (&wrong, &view, LODGER_EBUSY, lodger_error_code_string (LODGER_EBUSY));
  wrong.reason = "not now";
  expect_refusal (&wrong, &view, LODGER_EBUSY, "some_run: not now");
  EXPECT (&view, "");
  log_capture_end ();
  lodger_slot_unref (slot);
  lodger_limiter_unref (limiter);
  view_run (&view);
  view_end (&view);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("view");
  test_add (suite, the_outcome_comes_back_to_the_view);
  test_add (suite, each_outcome_goes_to_the_function_that_is_there);
  test_add (suite, a_cancel_on_the_way_beats_the_outcome);
  test_add (suite, a_late_cancel_beats_the_outcome);
  test_add (suite, work_that_the_toolkit_has_cancelled_does_not_start);
  test_add (suite, the_end_of_the_views_scope_ends_the_work);
  test_add (suite, the_end_of_the_programs_scope_ends_the_work);
  test_add (suite, work_that_holds_outlives_its_view);
  test_add (suite, late_work_is_told_at_once_and_cancelled);
  test_add (suite, a_newer_run_has_the_slot);
  test_add (suite, the_newest_report_is_shown_before_the_outcome);
  test_add (suite, a_report_may_end_the_view);
  test_add (suite, items_come_in_order_before_the_outcome);
  test_add (suite, work_that_was_cancelled_sends_nothing);
  test_add (suite, only_work_of_the_same_operations_is_known);
  test_add (suite, the_result_goes_with_the_pending);
  test_add (suite, a_refusal_of_a_stopping_caller_is_told_by_the_loop);
  test_add (suite, a_refusal_is_not_told_when_the_view_has_ended);
  test_add (suite, what_is_wrong_is_refused_and_consumed);
  return test_main (suite, argc, argv);
}
