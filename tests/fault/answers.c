/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a call answers: with a value, an error, another's outcome, later. */
#include "inject.h"
#include "scenarios.h"

/* ---- at once ----------------------------------------------------------------------------------------------------- */

static void
answer_int (LodgerPending *self, Deed *deed)
{
  (void) deed;
  expect_only (lodger_pending_return_int (self, 1), 0);
}

static void
answer_pointer (LodgerPending *self, Deed *deed)
{
  expect_only (lodger_pending_return_pointer (self, deed_datum (deed->stage, "a pointer"), deed_destroy), 0);
}

static void
answer_string (LodgerPending *self, Deed *deed)
{
  (void) deed;
  expect_or_want (lodger_pending_return_string (self, "a string"), 0);
}

static void
answer_bytes (LodgerPending *self, Deed *deed)
{
  (void) deed;
  expect_or_want (lodger_pending_return_bytes (self, "bytes", 5), 0);
}

static void
answer_error (LodgerPending *self, Deed *deed)
{
  (void) deed;
  expect_or_want (lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "number %d", 1), 0);
}

static void
values (Stage *stage)
{
  if (!stage_open (stage, NULL))
    return;
  deed_soon (stage, "a call that answers with a number", DEED_RUNS, answer_int);
  deed_soon (stage, "a call that answers with a pointer", DEED_RUNS, answer_pointer);
  deed_soon (stage, "a call that answers with a string", DEED_RUNS | DEED_LACKS, answer_string);
  deed_soon (stage, "a call that answers with bytes", DEED_RUNS | DEED_LACKS, answer_bytes);
  deed_soon (stage, "a call that fails", DEED_FAILS | DEED_LACKS, answer_error);
  stage_settle (stage);
}

/* ---- later ------------------------------------------------------------------------------------------------------- */

/* Without memory there is no reply, and falling off the end is success. */
static void
defer (LodgerPending *self, Deed *deed)
{
  deed->reply = lodger_pending_defer (self);
  if (deed->reply == NULL)
    expect_or_want (inject_failed () > 0 ? LODGER_ENOMEM : LODGER_ESTATE, 0);
}

static void
defer_and_answer (LodgerPending *self, Deed *deed)
{
  defer (self, deed);
  if (deed->reply != NULL)
    expect_only (lodger_reply_return_int (deed->reply, 1), 0);
}

typedef struct Deferred
{
  Stage *stage;
  Deed *string, *number, *unanswered;
} Deferred;

/* A reply that is not there was asked for by a call that did not run, or was refused one. */
static void *
answer_elsewhere (void *data)
{
  const Deferred *deferred = data;
  if (deferred->string->reply != NULL)
    expect_or_want (lodger_reply_return_string (deferred->string->reply, "later"), 0);
  if (deferred->number->reply != NULL)
    expect_only (lodger_reply_return_int (deferred->number->reply, 2), 0);
  lodger_reply_free (deferred->unanswered->reply);
  return NULL;
}

static void
deferring (Stage *stage)
{
  Deferred deferred = { .stage = stage };
  if (!stage_open (stage, NULL))
    return;
  deferred.string = deed_soon (stage, "a call that is answered later", DEED_RUNS | DEED_LACKS, defer);
  deferred.number = deed_soon (stage, "a call that is answered later with a number", DEED_RUNS, defer);
  deferred.unanswered = deed_soon (stage, "a call that is never answered", DEED_RUNS | DEED_FAILS | DEED_LACKS, defer);
  deed_soon (stage, "a call that answers its reply itself", DEED_RUNS, defer_and_answer);
  stage_catch_up (stage);
  stage_elsewhere (stage, answer_elsewhere, &deferred);
  stage_settle (stage);
}

/* ---- by another -------------------------------------------------------------------------------------------------- */

static void
follow (LodgerPending *self, Deed *deed)
{
  expect_or_want (lodger_pending_return_from (self, deed->thing), 0);
}

static Deed *
deed_follow (Stage *stage, const char *what, unsigned ends, LodgerPending *leader)
{
  Deed *deed = deed_new (stage, what, ends);
  deed->act = follow;
  deed->thing = leader;
  deed_asked (deed, lodger_caller_call_soon (stage->caller, deed_call, deed, deed_destroy));
  return deed;
}

/* One that could not follow ends by itself, with success. */
static void
following (Stage *stage)
{
  LodgerPending *promise, *unanswered;
  Deed *first;
  if (!stage_open (stage, NULL))
    return;
  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  unanswered = lodger_pending_new (LODGER_PENDING_DEFAULT);
  first = deed_follow (stage, "a call that takes a promise's outcome", DEED_RUNS | DEED_LACKS, promise);
  deed_follow (stage, "a call that takes that one's", DEED_RUNS | DEED_LACKS, first->pending);
  stage_catch_up (stage);
  lodger_pending_return_string (promise, "an answer");
  stage_settle (stage);
  deed_follow (stage, "a call that takes an outcome that is there", DEED_RUNS | DEED_LACKS, first->pending);
  stage_settle (stage);
  deed_follow (stage, "a call that a stop meets", DEED_RUNS | DEED_LACKS | DEED_IS_CANCELLED, unanswered);
  stage_catch_up (stage);
  lodger_pending_unref (promise);
  lodger_pending_unref (unanswered);
}

const Scenario scenarios_answers[] = {
  { .name = "values", .run = values },
  { .name = "deferring", .run = deferring },
  { .name = "following", .run = following },
  { .name = NULL },
};
