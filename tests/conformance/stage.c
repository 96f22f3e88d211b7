/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stage.h"

#include <stdlib.h>
#include <string.h>

void
stage_open (Stage *stage, int i)
{
  *stage = (Stage) { .options = *LODGER_GROUP_OPTIONS () };
  for (int home = 0; home < STAGE_HOMES; home++)
    counter_init (&stage->waits[home]);
  latch_init (&stage->cleans_up);
  latch_init (&stage->may_end);
  subject_open (&stage->subject, i, false);
  stage->worker = lodger_caller_open_child (stage->subject.caller,
                                            LODGER_CALLER_OPTIONS (.backend = subject_backend (&stage->subject)), NULL);
  ck_assert_ptr_nonnull (stage->worker);
  stage->worker_thread = worker_thread_id (stage->worker);
}

void
stage_close (Stage *stage)
{
  subject_close (&stage->subject);
  lodger_caller_unref (stage->worker);
  lodger_error_unref (stage->error);
  for (int home = 0; home < STAGE_HOMES; home++)
    counter_clear (&stage->waits[home]);
  latch_clear (&stage->cleans_up);
  latch_clear (&stage->may_end);
}

/* ---- members --------------------------------------------------------------------------------------------------------- */

static const char *const names[] = { "the member at home", "the member in the pool" };

typedef struct Member
{
  Stage *stage;
  StageHome home;
  StageFate fate;
  LodgerReply *reply;
} Member;

static void
answer (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  lodger_reply_return_int (((Member *) data)->reply, 1);
}

static void
answer_when_cancelled (LodgerPending *self, Member *member)
{
  member->reply = lodger_pending_defer (self);
  counter_add (&member->stage->waits[STAGE_SUBJECT], 1);
  lodger_pending_set_canceller (self, answer, member, NULL);
}

static void
wait_until_cancelled (Stage *stage)
{
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  counter_add (&stage->waits[STAGE_POOL], 1);
  test_check (lodger_pending_wait (never, LODGER_FOREVER, LODGER_WAIT_DEFAULT) == LODGER_ECANCELED);
  lodger_pending_unref (never);
}

static void
clean_up (Stage *stage)
{
  stage->cleanup_group = lodger_group_current ();
  latch_open (&stage->cleans_up);
  latch_wait (&stage->may_end);
  atomic_store (&stage->has_cleaned_up, true);
}

static void
meet_fate (LodgerPending *self, void *data)
{
  Member *member = data;
  switch (member->fate)
    {
    case STAGE_SUCCEEDS: break;
    case STAGE_FAILS: lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "no luck"); break;
    case STAGE_IS_CANCELLED: lodger_pending_cancel (self, "by itself"); break;
    case STAGE_WAITS:
      if (member->home == STAGE_SUBJECT)
        answer_when_cancelled (self, member);
      else
        wait_until_cancelled (member->stage);
      break;
    case STAGE_CLEANS_UP:
      wait_until_cancelled (member->stage);
      clean_up (member->stage);
      break;
    }
}

LodgerPending *
stage_submit (Stage *stage, StageHome home, StageFate fate)
{
  Member *member = calloc (1, sizeof *member);
  *member = (Member) { .stage = stage, .home = home, .fate = fate };
  if (home == STAGE_SUBJECT)
    return lodger_caller_call_soon_full (stage->subject.caller, meet_fate, member, free,
                                         LODGER_CALL_OPTIONS (.name = names[home]));
  return lodger_caller_to_thread_full (stage->subject.caller, meet_fate, member, free,
                                       LODGER_CALL_OPTIONS (.name = names[home]));
}

void
stage_add (Stage *stage, StageFate fate)
{
  for (int home = 0; home < STAGE_HOMES; home++)
    lodger_pending_disown (stage_submit (stage, (StageHome) home, fate));
  if (fate == STAGE_WAITS)
    stage->to_wait++;
}

void
stage_add_waiting (Stage *stage)
{
  stage_add (stage, STAGE_WAITS);
  for (int home = 0; home < STAGE_HOMES; home++)
    counter_wait (&stage->waits[home], stage->to_wait);
}

void
stage_add_cleaning (Stage *stage)
{
  long waits = counter_get (&stage->waits[STAGE_POOL]);
  lodger_pending_disown (stage_submit (stage, STAGE_POOL, STAGE_CLEANS_UP));
  counter_wait (&stage->waits[STAGE_POOL], waits + 1);
}

void
stage_run_until_members_wait (Stage *stage)
{
  subject_run_until (&stage->subject, &stage->waits[STAGE_SUBJECT], stage->to_wait);
  counter_wait (&stage->waits[STAGE_POOL], stage->to_wait);
}

/* ---- bodies ---------------------------------------------------------------------------------------------------------- */

void
stage_enter (Stage *stage)
{
  stage->group = lodger_group_new (&stage->options);
  test_check (stage->group != NULL && lodger_group_enter (stage->group) == 0);
  test_check (lodger_group_current () == stage->group);
}

static void
forget_error (Stage *stage)
{
  lodger_error_unref (stage->error);
  stage->error = NULL;
}

void
stage_leave (Stage *stage)
{
  forget_error (stage);
  stage->code = lodger_group_leave (stage->group, &stage->error);
  stage->left_over = lodger_group_count (stage->group);
  stage->was_clean = atomic_load (&stage->has_cleaned_up);
  test_check (lodger_group_current () != stage->group);
  lodger_group_unref (stage->group);
}

void
stage_close_group (Stage *stage)
{
  stage->whole = lodger_group_close (stage->group);
  test_check (lodger_group_current () != stage->group);
}

int
stage_run (Stage *stage, LodgerCallFunc body, void *data)
{
  return subject_outcome (&stage->subject, lodger_caller_call_soon (stage->worker, body, data, NULL));
}

int
stage_end_cleanup (Stage *stage, LodgerPending *call)
{
  latch_wait (&stage->cleans_up);
  proc_wait_asleep (stage->worker_thread);
  ck_assert (!lodger_pending_is_done (call));
  latch_open (&stage->may_end);
  subject_await (&stage->subject, call);
  lodger_pending_unref (call);
  ck_assert (stage->was_clean);
  return stage->code;
}

void
stage_run_inside (Stage *stage, LodgerCallFunc body, void *data)
{
  if (subject_is (&stage->subject, SUBJECT_DRIVEN))
    expect_code (wait_outcome (lodger_caller_call_soon (stage->subject.caller, body, data, NULL)), 0);
  else
    body (NULL, data);
}

int
stage_end (Stage *stage)
{
  int code;
  subject_await (&stage->subject, stage->whole);
  forget_error (stage);
  if (lodger_pending_get_error (stage->whole) != NULL)
    stage->error = lodger_error_ref (lodger_pending_get_error (stage->whole));
  stage->left_over = lodger_group_count (stage->group);
  code = lodger_pending_get_outcome (stage->whole);
  lodger_pending_unref (stage->whole);
  lodger_group_unref (stage->group);
  return code;
}

static void
expect_in (const LodgerError *error, const char *part)
{
  const char *message = lodger_error_get_message (error);
  ck_assert_msg (message != NULL && strstr (message, part) != NULL, "'%s' is not in: %s", part, message);
}

void
stage_expect_listed (const LodgerError *error, StageHome home)
{
  ck_assert_int_eq (lodger_error_get_code (error), LODGER_EBUSY);
  expect_in (error, names[home]);
  expect_in (error, "stage.c:");
  expect_in (error, "no luck");
}

int
stage_code_of_cancel (LodgerGroupMode mode)
{
  static const int codes[] = { 0, LODGER_ECANCELED, 0, LODGER_ECANCELED };
  return codes[mode];
}

void
stage_enter_and_close (LodgerPending *self, void *data)
{
  Stage *stage = data;
  (void) self;
  stage_enter (stage);
  stage_add (stage, STAGE_WAITS);
  stage_close_group (stage);
}
