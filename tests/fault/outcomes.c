/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Outcomes: promises, callbacks, metadata, continuations, cancelling, results with a home caller. */
#include "scenarios.h"

#include <string.h>

/* ---- promises ---------------------------------------------------------------------------------------------------- */

static int
told (LodgerPending *done, void *datum)
{
  test_check (lodger_pending_is_done (done));
  recorder_direct (datum);
  return 0;
}

static void
add_callback (Fixture *fixture, LodgerPending *pending, const char *what)
{
  Call *datum = call_datum (fixture, what);
  int code = lodger_pending_add_done_callback (pending, told, datum, call_destroy);
  expect_or_shortage (code, 0);
  datum->ends = code == 0 ? CALL_RUNS : 0;
  datum->was_refused = code != 0;
}

static void
set_metadata (Fixture *fixture, LodgerPending *pending, const char *what)
{
  Call *datum = call_datum (fixture, what);
  expect_or_shortage (lodger_pending_set_metadata (pending, "key", datum, call_destroy), 0);
}

/* A promise that could not be created is done and failed, and its functions have to say so. */
static void
promises (Fixture *fixture)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  bool is_made = !lodger_pending_is_done (promise);
  Call *removed = call_datum (fixture, "a callback that is removed");
  char *line;
  add_callback (fixture, promise, "a callback");
  if (lodger_pending_add_done_callback (promise, told, removed, call_destroy) == 0)
    test_check (lodger_pending_remove_done_callback (promise, told, removed) == (is_made ? 1 : 0));
  add_callback (fixture, promise, "another callback");
  set_metadata (fixture, promise, "a value");
  set_metadata (fixture, promise, "a value in its place");
  expect_or_shortage (lodger_pending_return_string (promise, "an answer"), is_made ? 0 : LODGER_EALREADY);
  test_check (lodger_pending_is_done (promise));
  line = lodger_pending_describe (promise);
  lodger_free (line);
  add_callback (fixture, promise, "a late callback");
  lodger_pending_unref (promise);
}

static void
errors (Fixture *fixture)
{
  static const LodgerErrorPayloadOps ops = { .size = sizeof ops, .name = "datum", .destroy = call_destroy };
  LodgerError *error
      = lodger_error_new_with_payload (NULL, LODGER_EFAILED, "an error", &ops, call_datum (fixture, "a payload"));
  expect_or_shortage (lodger_error_get_code (error), LODGER_EFAILED);
  lodger_error_unref (error);
  error = lodger_error_newf (NULL, LODGER_EBUSY, "number %d", 1);
  expect_or_shortage (lodger_error_get_code (error), LODGER_EBUSY);
  lodger_error_unref (error);
}

/* ---- continuations ----------------------------------------------------------------------------------------------- */

static void
continuations (Fixture *fixture)
{
  LodgerPending *promise;
  Call *first, *second, *cancelled;
  unsigned may_run;
  if (!fixture_open (fixture, NULL))
    return;
  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  /* Without memory it is done already, and its continuations run at once, unless the cancel comes first. */
  may_run = lodger_pending_is_done (promise) ? CALL_RUNS : 0;
  first = call_soon (fixture, "a call", CALL_RUNS, NULL);
  second = call_then (fixture, "what comes after it", CALL_RUNS, first->pending);
  call_then (fixture, "what comes after that", CALL_RUNS, second->pending);
  cancelled = call_then (fixture, "a continuation that is cancelled", CALL_IS_CANCELLED | may_run, promise);
  lodger_pending_cancel (cancelled->pending, "not needed");
  call_then (fixture, "what comes after that was cancelled", CALL_RUNS, cancelled->pending);
  fixture_settle (fixture);
  call_then (fixture, "what comes late", CALL_RUNS, first->pending);
  fixture_settle (fixture);
  call_then (fixture, "what never comes", CALL_IS_CANCELLED | may_run, promise);
  lodger_pending_unref (promise);
}

/* ---- cancelling -------------------------------------------------------------------------------------------------- */

static void
canceller (LodgerPending *pending, const char *message, void *datum)
{
  (void) message;
  recorder_direct (datum);
  lodger_pending_return_nothing (pending);
}

static void
cancel_promise (Fixture *fixture)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Call *datum = call_datum (fixture, "a canceller's data");
  if (lodger_pending_is_done (promise))
    expect_only (lodger_pending_set_canceller (promise, canceller, datum, call_destroy), LODGER_EALREADY);
  else
    {
      expect_or_shortage (lodger_pending_set_canceller (promise, canceller, datum, call_destroy), 0);
      test_check (lodger_pending_cancel (promise, "not needed"));
      test_check (lodger_pending_is_done (promise));
    }
  lodger_pending_unref (promise);
}

static void
cancel_itself (LodgerPending *self, Call *call)
{
  (void) call;
  test_check (lodger_pending_cancel (self, "from inside"));
  lodger_pending_return_string (self, "in vain");
}

static void
look_at_cancelled (LodgerPending *pending)
{
  char *message = lodger_pending_dup_cancel_message (pending);
  test_check (message == NULL || strcmp (message, "one\ntwo") == 0 || strcmp (message, "one") == 0
              || strcmp (message, "two") == 0);
  lodger_free (message);
  expect_only (lodger_error_get_code (lodger_pending_get_error (pending)), LODGER_ECANCELED);
}

static void
cancelling (Fixture *fixture)
{
  Call *twice;
  if (!fixture_open (fixture, NULL))
    return;
  cancel_promise (fixture);
  twice = call_later (fixture, "a call that is cancelled twice", CALL_IS_CANCELLED, INT64_C (3600000000000));
  if (!twice->was_refused)
    {
      test_check (lodger_pending_cancel (twice->pending, "one"));
      test_check (lodger_pending_cancel (twice->pending, "two"));
      fixture_until_done (fixture, twice->pending);
      if (lodger_pending_get_outcome (lodger_caller_get_started (fixture->caller)) == 0)
        look_at_cancelled (twice->pending);
    }
  call_soon (fixture, "a call that cancels itself", CALL_IS_CANCELLED, cancel_itself);
  fixture_settle (fixture);
}

/* ---- result_homes ------------------------------------------------------------------------------------------------------- */

static void
answer_datum (LodgerPending *self, Call *call)
{
  lodger_pending_return_pointer (self, call_datum (call->fixture, "an answer with a home"), call_destroy);
}

static void
ask_for (Fixture *fixture, const char *what, void (*act) (LodgerPending *self, Call *call))
{
  const LodgerCallOptions options = { .size = sizeof options, .result_home = fixture->caller };
  Call *call = call_new (fixture, what, CALL_RUNS | CALL_LACKS_RESOURCES);
  call->act = act;
  call_submitted (call, lodger_caller_to_thread_full (fixture->caller, call_run, call, call_destroy, &options));
}

static void
result_homes (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  ask_for (fixture, "a call whose answer has a home", answer_datum);
  ask_for (fixture, "a call whose home is not needed", NULL);
  fixture_settle (fixture);
  ask_for (fixture, "another whose answer has a home", answer_datum);
  fixture_settle (fixture);
}

const Scenario scenarios_outcomes[] = {
  { .name = "promises", .run = promises, .not_traits = LOOP_DRIVEN },
  { .name = "errors", .run = errors, .not_traits = LOOP_DRIVEN },
  { .name = "continuations", .run = continuations },
  { .name = "cancelling", .run = cancelling },
  { .name = "result_homes", .run = result_homes },
  { .name = NULL },
};
