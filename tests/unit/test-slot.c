/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Slots: which of two calls that meet goes on, when the next one begins, and whose outcome counts. */
#include "test-loop.h"
#include "test-suite.h"

#include <lodger/host.h>

enum
{
  MOST = 6
};

#define PAUSE LODGER_MILLISECONDS (10)

/* Calls that answer later. */
typedef struct Stage
{
  Loop loop;
  LodgerSlot *slot;
  char text[32];
  int begun, destroyed;
  LodgerReply *replies[MOST];
  LodgerPending *pendings[MOST];
  int count;
} Stage;

typedef struct Entry
{
  Stage *stage;
  char letter;
} Entry;

static Entry entries[MOST];

static void
begin (LodgerPending *self, void *data)
{
  const Entry *entry = data;
  entry->stage->text[entry->stage->begun++] = entry->letter;
  entry->stage->replies[entry->letter - 'a'] = lodger_pending_defer (self);
}

static void
entry_destroy (void *data)
{
  ((Entry *) data)->stage->destroyed++;
}

static Stage
stage_open (const LodgerSlotOptions *options)
{
  return (Stage) { .loop = loop_open (LODGER_MANUAL_DEFAULT), .slot = lodger_slot_new (options) };
}

static void
submit (Stage *stage)
{
  Entry *entry = &entries[stage->count];
  *entry = (Entry) { stage, (char) ('a' + stage->count) };
  stage->pendings[stage->count++] = lodger_caller_call_soon_full (stage->loop.caller, begin, entry, entry_destroy,
                                                                  LODGER_CALL_OPTIONS (.slot = stage->slot));
  loop_run (&stage->loop);
}

static void
answer (Stage *stage, int number)
{
  lodger_reply_return_int (stage->replies[number], 1);
  stage->replies[number] = NULL;
  loop_run (&stage->loop);
}

static void
advance (Stage *stage, int64_t time)
{
  lodger_manual_advance (stage->loop.host, time);
  loop_run (&stage->loop);
}

static void
stage_close (Stage *stage)
{
  for (int i = 0; i < stage->count; i++)
    {
      if (stage->replies[i] != NULL)
        lodger_reply_return_int (stage->replies[i], 1);
      loop_run (&stage->loop); /* the next call may begin by that */
      lodger_pending_unref (stage->pendings[i]);
    }
  lodger_slot_unref (stage->slot);
  loop_close (&stage->loop);
  ck_assert_int_eq (stage->destroyed, stage->count);
}

#define expect_outcome(stage, number, code) expect_code (lodger_pending_get_outcome ((stage)->pendings[number]), code)

/* ---- the policies ------------------------------------------------------------------------------------------------------ */

START_TEST (the_latest_call_cancels_the_one_before)
{
  Stage stage = stage_open (NULL);
  submit (&stage);
  submit (&stage);
  ck_assert_str_eq (stage.text, "ab");
  ck_assert (lodger_pending_is_cancelled (stage.pendings[0]));
  answer (&stage, 0);
  expect_outcome (&stage, 0, LODGER_ECANCELED);
  answer (&stage, 1);
  expect_outcome (&stage, 1, 0);
  submit (&stage);
  expect_outcome (&stage, 1, 0);
  stage_close (&stage);
}
END_TEST

START_TEST (a_call_that_replaces_another_begins_when_that_has_ended)
{
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_REPLACE));
  for (int i = 0; i < 3; i++)
    submit (&stage);
  ck_assert_str_eq (stage.text, "a");
  ck_assert (lodger_pending_is_cancelled (stage.pendings[0]));
  expect_outcome (&stage, 1, LODGER_ECANCELED);
  answer (&stage, 0);
  ck_assert_str_eq (stage.text, "ac");
  answer (&stage, 2);
  expect_outcome (&stage, 2, 0);
  stage_close (&stage);
}
END_TEST

START_TEST (the_newest_call_is_the_next)
{
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_NEXT));
  for (int i = 0; i < 3; i++)
    submit (&stage);
  ck_assert (!lodger_pending_is_cancelled (stage.pendings[0]));
  expect_outcome (&stage, 1, LODGER_ECANCELED);
  answer (&stage, 0);
  expect_outcome (&stage, 0, 0);
  ck_assert_str_eq (stage.text, "ac");
  answer (&stage, 2);
  stage_close (&stage);
}
END_TEST

START_TEST (a_call_that_comes_while_the_first_is_at_work_is_cancelled)
{
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_FIRST));
  submit (&stage);
  submit (&stage);
  expect_outcome (&stage, 1, LODGER_ECANCELED);
  ck_assert_int_eq (stage.destroyed, 1);
  answer (&stage, 0);
  expect_outcome (&stage, 0, 0);
  submit (&stage);
  ck_assert_str_eq (stage.text, "ac");
  stage_close (&stage);
}
END_TEST

/* ---- times ------------------------------------------------------------------------------------------------------------- */

START_TEST (a_call_begins_when_no_newer_one_has_come_for_a_while)
{
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.debounce = PAUSE));
  submit (&stage);
  advance (&stage, PAUSE - 1);
  submit (&stage);
  expect_outcome (&stage, 0, LODGER_ECANCELED);
  advance (&stage, PAUSE - 1);
  ck_assert_str_eq (stage.text, "");
  advance (&stage, 1);
  ck_assert_str_eq (stage.text, "b");
  submit (&stage);
  ck_assert (lodger_pending_is_cancelled (stage.pendings[1]));
  advance (&stage, PAUSE);
  ck_assert_str_eq (stage.text, "bc");
  stage_close (&stage);
}
END_TEST

START_TEST (calls_begin_no_more_often_than_the_throttle_says)
{
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.throttle = PAUSE));
  submit (&stage);
  ck_assert_str_eq (stage.text, "a");
  submit (&stage);
  submit (&stage);
  ck_assert_str_eq (stage.text, "a");
  expect_outcome (&stage, 1, LODGER_ECANCELED);
  advance (&stage, PAUSE - 1);
  ck_assert_str_eq (stage.text, "a");
  advance (&stage, 1);
  ck_assert_str_eq (stage.text, "ac");
  advance (&stage, PAUSE);
  submit (&stage);
  ck_assert_str_eq (stage.text, "acd");
  stage_close (&stage);
}
END_TEST

/* ---- cancels and scopes ------------------------------------------------------------------------------------------------ */

START_TEST (a_cancel_empties_the_slot)
{
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_NEXT));
  ck_assert (!lodger_slot_is_busy (stage.slot));
  submit (&stage);
  submit (&stage);
  ck_assert (lodger_slot_is_busy (stage.slot));
  lodger_slot_cancel (stage.slot, NULL);
  ck_assert (lodger_pending_is_cancelled (stage.pendings[0]));
  expect_outcome (&stage, 1, LODGER_ECANCELED);
  answer (&stage, 0);
  ck_assert (!lodger_slot_is_busy (stage.slot));
  ck_assert_str_eq (stage.text, "a");
  stage_close (&stage);
}
END_TEST

static void
note_number (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  ++*(int *) data;
}

START_TEST (the_scope_of_a_call_ends_with_the_next)
{
  Stage stage = stage_open (NULL);
  int first = 0, second = 0;
  submit (&stage);
  lodger_pending_disown (lodger_scope_then (lodger_slot_get_scope (stage.slot), stage.pendings[0], stage.loop.caller,
                                            note_number, &first, NULL));
  lodger_reply_return_int (stage.replies[0], 1);
  stage.replies[0] = NULL;
  expect_outcome (&stage, 0, 0);
  submit (&stage);
  lodger_pending_disown (lodger_scope_then (lodger_slot_get_scope (stage.slot), stage.pendings[1], stage.loop.caller,
                                            note_number, &second, NULL));
  answer (&stage, 1);
  ck_assert_int_eq (first, 0);
  ck_assert_int_eq (second, 1);
  stage_close (&stage);
}
END_TEST

START_TEST (the_end_of_its_scope_empties_the_slot_for_good)
{
  LodgerScope *scope = lodger_scope_new (NULL);
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_NEXT, .scope = scope));
  submit (&stage);
  submit (&stage);
  lodger_scope_end (scope, NULL);
  ck_assert (lodger_pending_is_cancelled (stage.pendings[0]));
  expect_outcome (&stage, 1, LODGER_ECANCELED);
  submit (&stage);
  expect_outcome (&stage, 2, LODGER_ECANCELED);
  answer (&stage, 0);
  ck_assert (!lodger_slot_is_busy (stage.slot));
  submit (&stage);
  expect_outcome (&stage, 3, LODGER_ECANCELED);
  ck_assert_str_eq (stage.text, "a");
  lodger_scope_unref (scope);
  stage_close (&stage);
}
END_TEST

START_TEST (a_slot_of_a_scope_that_has_ended_takes_no_call)
{
  LodgerScope *scope = lodger_scope_new (NULL);
  Stage stage;
  lodger_scope_end (scope, NULL);
  stage = stage_open (LODGER_SLOT_OPTIONS (.scope = scope));
  submit (&stage);
  expect_outcome (&stage, 0, LODGER_ECANCELED);
  ck_assert_str_eq (stage.text, "");
  lodger_scope_unref (scope);
  stage_close (&stage);
}
END_TEST

/* The work of the slot goes on without it, and is not cancelled by the end of a scope that nobody looks at any more. */
START_TEST (a_slot_may_go_before_its_scope)
{
  LodgerScope *scope = lodger_scope_new (NULL);
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.scope = scope));
  LodgerScope *latest = lodger_scope_ref (lodger_slot_get_scope (stage.slot));
  submit (&stage);
  lodger_scope_unref (latest);
  latest = lodger_scope_ref (lodger_slot_get_scope (stage.slot));
  answer (&stage, 0);
  lodger_pending_unref (stage.pendings[0]);
  stage.pendings[0] = NULL;
  lodger_slot_unref (stage.slot);
  stage.slot = NULL;
  ck_assert (!lodger_scope_has_ended (latest));
  lodger_scope_end (scope, NULL);
  ck_assert (!lodger_scope_has_ended (latest));
  lodger_scope_unref (latest);
  lodger_scope_unref (scope);
  stage_close (&stage);
}
END_TEST

/* ---- for adapters ------------------------------------------------------------------------------------------------------ */

/* The scope of the call of that number. */
static LodgerScope *
watch (Stage *stage, int number)
{
  LodgerScope *scope = lodger_scope_new (NULL);
  expect_code (lodger_host_end_when_replaced (stage->pendings[number], scope), 0);
  return scope;
}

/* Three calls come, and the first one has ended before the second comes if `ends`. */
static void
expect_replaced (LodgerSlotPolicy policy, bool ends, bool first, bool second, bool third)
{
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.policy = policy));
  LodgerScope *scopes[3];
  const bool expected[] = { first, second, third };
  for (int i = 0; i < 3; i++)
    {
      submit (&stage);
      scopes[i] = watch (&stage, i);
      if (i == 0 && ends)
        answer (&stage, 0);
    }
  lodger_slot_cancel (stage.slot, NULL);
  for (int i = 0; i < 3; i++)
    {
      ck_assert_msg (lodger_scope_has_ended (scopes[i]) == expected[i], "policy %d, call %d", (int) policy, i);
      lodger_scope_unref (scopes[i]);
    }
  stage_close (&stage);
}

START_TEST (an_adapter_learns_that_a_call_was_replaced)
{
  expect_replaced (LODGER_SLOT_LATEST, false, true, true, false);
  expect_replaced (LODGER_SLOT_LATEST, true, true, true, false);
  expect_replaced (LODGER_SLOT_REPLACE, false, true, true, false);
  expect_replaced (LODGER_SLOT_REPLACE, true, true, true, false);
  expect_replaced (LODGER_SLOT_NEXT, false, false, true, false);
  expect_replaced (LODGER_SLOT_NEXT, true, false, false, false);
  expect_replaced (LODGER_SLOT_FIRST, false, false, true, true);
  expect_replaced (LODGER_SLOT_FIRST, true, false, false, true);
}
END_TEST

START_TEST (an_adapter_learns_late_that_a_call_was_replaced)
{
  Stage stage = stage_open (NULL);
  LodgerScope *scope;
  submit (&stage);
  submit (&stage);
  scope = watch (&stage, 0);
  ck_assert (lodger_scope_has_ended (scope));
  lodger_scope_unref (scope);
  scope = watch (&stage, 1);
  ck_assert (!lodger_scope_has_ended (scope));
  lodger_scope_unref (scope);
  stage_close (&stage);
}
END_TEST

START_TEST (a_call_that_was_cancelled_in_its_slot_was_not_replaced)
{
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_NEXT));
  LodgerScope *scope;
  submit (&stage);
  submit (&stage);
  scope = watch (&stage, 1);
  lodger_pending_cancel (stage.pendings[1], NULL);
  submit (&stage);
  ck_assert (!lodger_scope_has_ended (scope));
  lodger_scope_unref (scope);
  stage_close (&stage);
}
END_TEST

/* ---- ends -------------------------------------------------------------------------------------------------------------- */

START_TEST (a_slot_that_nobody_refers_to_goes_on)
{
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_NEXT, .debounce = PAUSE));
  submit (&stage);
  lodger_slot_unref (lodger_slot_ref (stage.slot));
  lodger_slot_unref (stage.slot);
  stage.slot = NULL;
  advance (&stage, PAUSE);
  ck_assert_str_eq (stage.text, "a");
  answer (&stage, 0);
  expect_outcome (&stage, 0, 0);
  stage_close (&stage);
}
END_TEST

START_TEST (a_stop_drops_what_waits_in_a_slot)
{
  Stage stage = stage_open (LODGER_SLOT_OPTIONS (.debounce = PAUSE));
  submit (&stage);
  lodger_caller_stop (stage.loop.caller, true);
  loop_run (&stage.loop);
  expect_outcome (&stage, 0, LODGER_ECANCELED);
  ck_assert (!lodger_slot_is_busy (stage.slot));
  stage_close (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("slot");
  test_add (suite, the_latest_call_cancels_the_one_before);
  test_add (suite, a_call_that_replaces_another_begins_when_that_has_ended);
  test_add (suite, the_newest_call_is_the_next);
  test_add (suite, a_call_that_comes_while_the_first_is_at_work_is_cancelled);
  test_add (suite, a_call_begins_when_no_newer_one_has_come_for_a_while);
  test_add (suite, calls_begin_no_more_often_than_the_throttle_says);
  test_add (suite, a_cancel_empties_the_slot);
  test_add (suite, the_scope_of_a_call_ends_with_the_next);
  test_add (suite, the_end_of_its_scope_empties_the_slot_for_good);
  test_add (suite, a_slot_of_a_scope_that_has_ended_takes_no_call);
  test_add (suite, a_slot_may_go_before_its_scope);
  test_add (suite, an_adapter_learns_that_a_call_was_replaced);
  test_add (suite, an_adapter_learns_late_that_a_call_was_replaced);
  test_add (suite, a_call_that_was_cancelled_in_its_slot_was_not_replaced);
  test_add (suite, a_slot_that_nobody_refers_to_goes_on);
  test_add (suite, a_stop_drops_what_waits_in_a_slot);
  return test_main (suite, argc, argv);
}
