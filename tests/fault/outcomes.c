/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of an outcome: promises, callbacks, metadata, continuations, cancelling, homes. */
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
add_callback (Stage *stage, LodgerPending *pending, const char *what)
{
  Deed *datum = deed_datum (stage, what);
  int code = lodger_pending_add_done_callback (pending, told, datum, deed_destroy);
  expect_or_want (code, 0);
  datum->ends = code == 0 ? DEED_RUNS : 0;
  datum->was_refused = code != 0;
}

static void
set_metadata (Stage *stage, LodgerPending *pending, const char *what)
{
  Deed *datum = deed_datum (stage, what);
  expect_or_want (lodger_pending_set_metadata (pending, "key", datum, deed_destroy), 0);
}

/* One that could not be made is done, and failed; what is asked of it has to be answered like that. */
static void
promises (Stage *stage)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  bool is_made = !lodger_pending_is_done (promise);
  Deed *removed = deed_datum (stage, "a callback that is removed");
  char *line;
  add_callback (stage, promise, "a callback");
  if (lodger_pending_add_done_callback (promise, told, removed, deed_destroy) == 0)
    test_check (lodger_pending_remove_done_callback (promise, told, removed) == (is_made ? 1 : 0));
  add_callback (stage, promise, "another callback");
  set_metadata (stage, promise, "a value");
  set_metadata (stage, promise, "a value in its place");
  expect_or_want (lodger_pending_return_string (promise, "an answer"), is_made ? 0 : LODGER_EALREADY);
  test_check (lodger_pending_is_done (promise));
  line = lodger_pending_describe (promise);
  lodger_free (line);
  add_callback (stage, promise, "a late callback");
  lodger_pending_unref (promise);
}

static void
errors (Stage *stage)
{
  static const LodgerErrorPayloadOps ops = { .size = sizeof ops, .name = "datum", .destroy = deed_destroy };
  LodgerError *error
      = lodger_error_new_with_payload (NULL, LODGER_EFAILED, "an error", &ops, deed_datum (stage, "a payload"));
  expect_or_want (lodger_error_get_code (error), LODGER_EFAILED);
  lodger_error_unref (error);
  error = lodger_error_newf (NULL, LODGER_EBUSY, "number %d", 1);
  expect_or_want (lodger_error_get_code (error), LODGER_EBUSY);
  lodger_error_unref (error);
}

/* ---- continuations ----------------------------------------------------------------------------------------------- */

static void
continuations (Stage *stage)
{
  LodgerPending *promise;
  Deed *first, *second, *cancelled;
  if (!stage_open (stage, NULL))
    return;
  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  first = deed_soon (stage, "a call", DEED_RUNS, NULL);
  second = deed_then (stage, "what comes after it", DEED_RUNS, first->pending);
  deed_then (stage, "what comes after that", DEED_RUNS, second->pending);
  cancelled = deed_then (stage, "a continuation that is cancelled", DEED_IS_CANCELLED, promise);
  lodger_pending_cancel (cancelled->pending, "not needed");
  deed_then (stage, "what comes after that was cancelled", DEED_RUNS, cancelled->pending);
  stage_settle (stage);
  deed_then (stage, "what comes late", DEED_RUNS, first->pending);
  stage_settle (stage);
  deed_then (stage, "what never comes",
             lodger_pending_is_done (promise) ? DEED_RUNS | DEED_IS_CANCELLED : DEED_IS_CANCELLED, promise);
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
cancel_promise (Stage *stage)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Deed *datum = deed_datum (stage, "a canceller's data");
  if (lodger_pending_is_done (promise))
    expect_only (lodger_pending_set_canceller (promise, canceller, datum, deed_destroy), LODGER_EALREADY);
  else
    {
      expect_or_want (lodger_pending_set_canceller (promise, canceller, datum, deed_destroy), 0);
      test_check (lodger_pending_cancel (promise, "not needed"));
      test_check (lodger_pending_is_done (promise));
    }
  lodger_pending_unref (promise);
}

static void
cancel_itself (LodgerPending *self, Deed *deed)
{
  (void) deed;
  test_check (lodger_pending_cancel (self, "from inside"));
  lodger_pending_return_string (self, "in vain");
}

static void
look_at_cancelled (LodgerPending *pending)
{
  char *message = lodger_pending_get_cancel_message (pending);
  test_check (message == NULL || strcmp (message, "one\ntwo") == 0 || strcmp (message, "one") == 0
              || strcmp (message, "two") == 0);
  lodger_free (message);
  expect_only (lodger_error_get_code (lodger_pending_get_error (pending)), LODGER_ECANCELED);
}

static void
cancelling (Stage *stage)
{
  Deed *twice;
  if (!stage_open (stage, NULL))
    return;
  cancel_promise (stage);
  twice = deed_later (stage, "a call that is cancelled twice", DEED_IS_CANCELLED, INT64_C (3600000000000));
  if (!twice->was_refused)
    {
      test_check (lodger_pending_cancel (twice->pending, "one"));
      test_check (lodger_pending_cancel (twice->pending, "two"));
      stage_until_done (stage, twice->pending);
      if (lodger_pending_get_outcome (lodger_caller_get_started (stage->caller)) == 0)
        look_at_cancelled (twice->pending);
    }
  deed_soon (stage, "a call that cancels itself", DEED_IS_CANCELLED, cancel_itself);
  stage_settle (stage);
}

/* ---- homes ------------------------------------------------------------------------------------------------------- */

static void
answer_datum (LodgerPending *self, Deed *deed)
{
  lodger_pending_return_pointer (self, deed_datum (deed->stage, "an answer with a home"), deed_destroy);
}

static void
ask_for (Stage *stage, const char *what, void (*act) (LodgerPending *self, Deed *deed))
{
  const LodgerCallOptions options = { .size = sizeof options, .result_home = stage->caller };
  Deed *deed = deed_new (stage, what, DEED_RUNS | DEED_LACKS);
  deed->act = act;
  deed_asked (deed, lodger_caller_to_thread_full (stage->caller, deed_call, deed, deed_destroy, &options));
}

static void
homes (Stage *stage)
{
  if (!stage_open (stage, NULL))
    return;
  ask_for (stage, "a call whose answer has a home", answer_datum);
  ask_for (stage, "a call whose home is not needed", NULL);
  stage_settle (stage);
  ask_for (stage, "another whose answer has a home", answer_datum);
  stage_settle (stage);
}

const Scenario scenarios_outcomes[] = {
  { .name = "promises", .run = promises, .not_traits = PLACE_DRIVEN },
  { .name = "errors", .run = errors, .not_traits = PLACE_DRIVEN },
  { .name = "continuations", .run = continuations },
  { .name = "cancelling", .run = cancelling },
  { .name = "homes", .run = homes },
  { .name = NULL },
};
