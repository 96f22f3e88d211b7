/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A spawned call that is bound to a scope: once the scope has ended, no wait of it is 0, whatever has come
 * meanwhile. */
#include "test-loop.h"
#include "test-suite.h"

typedef struct Bound
{
  Loop loop;
  LodgerScope *scope;
  LodgerPending *awaited, *call;
  LodgerLimiter *limiter;
  LodgerChannel *channel;
  int (*wait) (struct Bound *bound);
  int code; /* 1: the wait goes on */
} Bound;

static void
work (LodgerPending *self, void *data)
{
  Bound *bound = data;
  (void) self;
  bound->code = bound->wait (bound);
}

/* The call waits. */
static void
bound_begin (Bound *bound, int (*wait) (Bound *bound))
{
  bound->loop = loop_open (LODGER_MANUAL_DEFAULT);
  bound->scope = lodger_scope_new (NULL);
  bound->awaited = lodger_pending_new (LODGER_PENDING_DEFAULT);
  bound->wait = wait;
  bound->code = 1;
  bound->call
      = lodger_caller_spawn_full (bound->loop.caller, work, bound, NULL, LODGER_CALL_OPTIONS (.scope = bound->scope));
  loop_run (&bound->loop);
  ck_assert_int_eq (bound->code, 1);
}

/* What it waits for is there, or it is not; the scope has ended, and the call goes on. */
static void
bound_end (Bound *bound)
{
  lodger_scope_end (bound->scope, "gone");
  ck_assert_int_eq (bound->code, 1);
  loop_run (&bound->loop);
  expect_code (bound->code, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (bound->call), LODGER_ECANCELED);
  lodger_pending_unref (bound->call);
  lodger_pending_unref (bound->awaited);
  lodger_scope_unref (bound->scope);
  loop_close (&bound->loop);
}

static int
await_promise (Bound *bound)
{
  return lodger_await (lodger_pending_ref (bound->awaited), NULL);
}

START_TEST (law_8_an_answer_before_the_end_of_the_scope_comes_too_late)
{
  Bound bound;
  bound_begin (&bound, await_promise);
  lodger_pending_return_int (bound.awaited, 1);
  bound_end (&bound);
}
END_TEST

static int
await_protected (Bound *bound)
{
  return lodger_pending_wait (bound->awaited, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

START_TEST (law_8_an_answer_after_the_end_of_the_scope_changes_nothing)
{
  Bound bound;
  bound_begin (&bound, await_protected);
  lodger_scope_end (bound.scope, "gone");
  expect_code (lodger_pending_return_int (bound.awaited, 1), 0);
  bound_end (&bound);
}
END_TEST

static int
await_many (Bound *bound)
{
  return lodger_wait_many (&bound->awaited, 1, LODGER_WAIT_ALL_COMPLETED, LODGER_FOREVER, LODGER_WAIT_DEFAULT, NULL);
}

START_TEST (law_8_several_answers_come_too_late)
{
  Bound bound;
  bound_begin (&bound, await_many);
  lodger_pending_return_int (bound.awaited, 1);
  bound_end (&bound);
}
END_TEST

static int
sleep_a_second (Bound *bound)
{
  (void) bound;
  return lodger_sleep (LODGER_SECONDS (1));
}

/* The scope ends in the turn in which the time is over. */
static void
end_scope (LodgerPending *self, void *scope)
{
  (void) self;
  lodger_scope_end (scope, "gone");
}

START_TEST (law_8_a_time_that_is_over_comes_too_late)
{
  Bound bound;
  LodgerPending *end;
  bound_begin (&bound, sleep_a_second);
  end = lodger_caller_call_later (bound.loop.caller, LODGER_MILLISECONDS (500), end_scope, bound.scope, NULL);
  lodger_manual_advance (bound.loop.host, LODGER_SECONDS (1));
  ck_assert_int_eq (bound.code, 1);
  lodger_pending_disown (end);
  bound_end (&bound);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber-scope");
  test_add (suite, law_8_an_answer_before_the_end_of_the_scope_comes_too_late);
  test_add (suite, law_8_an_answer_after_the_end_of_the_scope_changes_nothing);
  test_add (suite, law_8_several_answers_come_too_late);
  test_add (suite, law_8_a_time_that_is_over_comes_too_late);
  return test_main (suite, argc, argv);
}
