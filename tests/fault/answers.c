/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a call answers: with a value, an error, the outcome of another call, or later. */
#include "inject.h"
#include "scenarios.h"

/* ---- at once ----------------------------------------------------------------------------------------------------- */

static void
answer_int (LodgerPending *self, Call *call)
{
  (void) call;
  expect_only (lodger_pending_return_int (self, 1), 0);
}

static void
answer_pointer (LodgerPending *self, Call *call)
{
  expect_only (lodger_pending_return_pointer (self, call_datum (call->fixture, "a pointer"), call_destroy), 0);
}

static void
answer_string (LodgerPending *self, Call *call)
{
  (void) call;
  expect_or_shortage (lodger_pending_return_string (self, "a string"), 0);
}

static void
answer_bytes (LodgerPending *self, Call *call)
{
  (void) call;
  expect_or_shortage (lodger_pending_return_bytes (self, "bytes", 5), 0);
}

static void
answer_error (LodgerPending *self, Call *call)
{
  (void) call;
  expect_or_shortage (lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "number %d", 1), 0);
}

static void
values (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  call_soon (fixture, "a call that answers with a number", CALL_RUNS, answer_int);
  call_soon (fixture, "a call that answers with a pointer", CALL_RUNS, answer_pointer);
  call_soon (fixture, "a call that answers with a string", CALL_RUNS | CALL_LACKS_RESOURCES, answer_string);
  call_soon (fixture, "a call that answers with bytes", CALL_RUNS | CALL_LACKS_RESOURCES, answer_bytes);
  call_soon (fixture, "a call that fails", CALL_FAILS | CALL_LACKS_RESOURCES, answer_error);
  fixture_settle (fixture);
}

/* ---- later ------------------------------------------------------------------------------------------------------- */

/* Without memory there is no reply, and falling off the end is success. */
static void
defer (LodgerPending *self, Call *call)
{
  call->reply = lodger_pending_defer (self);
  if (call->reply == NULL)
    expect_or_shortage (inject_failed () > 0 ? LODGER_ENOMEM : LODGER_ESTATE, 0);
}

static void
defer_and_answer (LodgerPending *self, Call *call)
{
  defer (self, call);
  if (call->reply != NULL)
    expect_only (lodger_reply_return_int (call->reply, 1), 0);
}

typedef struct Deferred
{
  Fixture *fixture;
  Call *string, *number, *unanswered;
} Deferred;

/* There is no reply if the call did not run, or was refused one. */
static void *
answer_elsewhere (void *data)
{
  const Deferred *deferred = data;
  if (deferred->string->reply != NULL)
    expect_or_shortage (lodger_reply_return_string (deferred->string->reply, "later"), 0);
  if (deferred->number->reply != NULL)
    expect_only (lodger_reply_return_int (deferred->number->reply, 2), 0);
  lodger_reply_free (deferred->unanswered->reply);
  return NULL;
}

static void
deferring (Fixture *fixture)
{
  Deferred deferred = { .fixture = fixture };
  if (!fixture_open (fixture, NULL))
    return;
  deferred.string = call_soon (fixture, "a call that is answered later", CALL_RUNS | CALL_LACKS_RESOURCES, defer);
  deferred.number = call_soon (fixture, "a call that is answered later with a number", CALL_RUNS, defer);
  deferred.unanswered
      = call_soon (fixture, "a call that is never answered", CALL_RUNS | CALL_FAILS | CALL_LACKS_RESOURCES, defer);
  call_soon (fixture, "a call that answers its reply itself", CALL_RUNS, defer_and_answer);
  fixture_catch_up (fixture);
  fixture_run_in_thread (fixture, answer_elsewhere, &deferred);
  fixture_settle (fixture);
}

/* ---- by another -------------------------------------------------------------------------------------------------- */

static void
follow (LodgerPending *self, Call *call)
{
  expect_or_shortage (lodger_pending_return_from (self, call->thing), 0);
}

static Call *
call_follow (Fixture *fixture, const char *what, unsigned ends, LodgerPending *leader)
{
  Call *call = call_new (fixture, what, ends);
  call->act = follow;
  call->thing = leader;
  call_submitted (call, lodger_caller_call_soon (fixture->caller, call_run, call, call_destroy));
  return call;
}

/* A call that could not follow another ends by itself, with success. */
static void
following (Fixture *fixture)
{
  LodgerPending *promise, *unanswered;
  Call *first;
  if (!fixture_open (fixture, NULL))
    return;
  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  unanswered = lodger_pending_new (LODGER_PENDING_DEFAULT);
  first = call_follow (fixture, "a call that takes a promise's outcome", CALL_RUNS | CALL_LACKS_RESOURCES, promise);
  call_follow (fixture, "a call that takes that one's", CALL_RUNS | CALL_LACKS_RESOURCES, first->pending);
  fixture_catch_up (fixture);
  lodger_pending_return_string (promise, "an answer");
  fixture_settle (fixture);
  call_follow (fixture, "a call that takes an outcome that is there", CALL_RUNS | CALL_LACKS_RESOURCES, first->pending);
  fixture_settle (fixture);
  call_follow (fixture, "a call that a stop meets", CALL_RUNS | CALL_LACKS_RESOURCES | CALL_IS_CANCELLED, unanswered);
  fixture_catch_up (fixture);
  lodger_pending_unref (promise);
  lodger_pending_unref (unanswered);
}

const Scenario scenarios_answers[] = {
  { .name = "values", .run = values },
  { .name = "deferring", .run = deferring },
  { .name = "following", .run = following },
  { .name = NULL },
};
