/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

static void
expect_message (LodgerPending *pending, const char *expected)
{
  char *message = lodger_pending_dup_cancel_message (pending);
  ck_assert_pstr_eq (message, expected);
  lodger_free (message);
}

/* ---- direct calls --------------------------------------------------------------------------------------------- */

static void
wait_in_direct (void *data)
{
  LodgerPending *promise = data;
  ck_assert_ptr_null (lodger_pending_current ());
  expect_code (lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_ESTATE);
  ck_assert (!lodger_pending_is_done (promise));
}

START_TEST (edge_23_a_direct_call_cannot_wait)
{
  Recorder next = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerCaller *worker = worker_start (NULL);
  log_capture_begin ();
  worker_run (worker, wait_in_direct, promise);
  ck_assert (log_capture_has ("lodger_pending_wait"));
  log_capture_end ();
  worker_run (worker, recorder_direct, &next);
  recorder_expect (&next, 1, 0);
  worker_stop (worker);
  lodger_pending_unref (promise);
}
END_TEST

/* ---- other outcomes ------------------------------------------------------------------------------------------- */

static void
return_the_pending (LodgerPending *self, void *data)
{
  lodger_pending_return_pointer (self, lodger_pending_ref (data), (LodgerDestroyFunc) lodger_pending_unref);
}

static void
return_from_call (LodgerPending *self, void *data)
{
  expect_code (lodger_pending_return_from (self, data), 0);
  expect_code (lodger_pending_return_int (self, 1), LODGER_EALREADY);
}

START_TEST (edge_24_a_pending_as_value_is_that_pending)
{
  void *value = NULL;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending = lodger_caller_call_soon (loop.caller, return_the_pending, promise, NULL);
  loop_run (&loop);
  expect_code (lodger_pending_get_pointer (pending, &value), 0);
  ck_assert_ptr_eq (value, promise);
  ck_assert (!lodger_pending_is_done (promise));
  lodger_pending_unref (pending);
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_24_return_from_takes_the_outcome)
{
  enum
  {
    VALUE,
    ERROR,
    CANCEL,
    CASES
  };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  for (int i = 0; i < CASES; i++)
    for (int early = 0; early < 2; early++)
      {
        Recorder data = { 0 };
        int64_t number = 0;
        LodgerPending *other = lodger_pending_new (LODGER_PENDING_DEFAULT);
        LodgerPending *pending = lodger_caller_call_soon (loop.caller, return_from_call, other, NULL);
        LodgerPending *witnessed = lodger_caller_call_soon (loop.caller, recorder_call, &data, recorder_destroy);
        if (!early)
          {
            loop_run (&loop);
            ck_assert (!lodger_pending_is_done (pending));
            ck_assert_int_eq (lodger_pending_get_state (pending), LODGER_PENDING_RUNNING);
          }
        if (i == VALUE)
          lodger_pending_return_int (other, 5);
        else if (i == ERROR)
          lodger_pending_return_new_error (other, "disk", 5, "no");
        else
          lodger_pending_cancel (other, "no more");
        loop_run (&loop);
        ck_assert (lodger_pending_is_done (pending));
        expect_code (lodger_pending_get_outcome (pending), i == VALUE   ? 0
                                                           : i == ERROR ? LODGER_EFAILED
                                                                        : LODGER_ECANCELED);
        if (i == VALUE)
          {
            expect_code (lodger_pending_get_int (pending, &number), 0);
            ck_assert_int_eq (number, 5);
          }
        if (i == ERROR)
          ck_assert_ptr_eq (lodger_pending_get_error (pending), lodger_pending_get_error (other));
        if (i == CANCEL)
          ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (pending)), "no more");
        lodger_pending_unref (witnessed);
        lodger_pending_unref (pending);
        lodger_pending_unref (other);
      }
  loop_close (&loop);
}
END_TEST

START_TEST (edge_24_cancelling_the_follower_cancels_the_source)
{
  for (int is_protected = 0; is_protected < 2; is_protected++)
    {
      LodgerPending *follower = lodger_pending_new (LODGER_PENDING_DEFAULT);
      LodgerPending *other = lodger_pending_new (is_protected ? LODGER_PENDING_PROTECTED : LODGER_PENDING_DEFAULT);
      expect_code (lodger_pending_return_from (follower, other), 0);
      ck_assert (lodger_pending_cancel (follower, "stop"));
      ck_assert (lodger_pending_is_cancelled (follower));
      ck_assert_int_eq (lodger_pending_is_cancelled (other), !is_protected);
      if (is_protected)
        lodger_pending_return_int (other, 1);
      ck_assert (lodger_pending_is_done (follower));
      expect_code (lodger_pending_get_outcome (follower), LODGER_ECANCELED);
      lodger_pending_unref (follower);
      lodger_pending_unref (other);
    }
}
END_TEST

START_TEST (edge_24_a_cycle_of_return_from_is_refused)
{
  LodgerPending *a = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *b = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *c = lodger_pending_new (LODGER_PENDING_DEFAULT);
  log_capture_begin ();
  expect_code (lodger_pending_return_from (a, a), LODGER_EDEADLK);
  expect_code (lodger_pending_return_from (a, b), 0);
  expect_code (lodger_pending_return_from (b, c), 0);
  expect_code (lodger_pending_return_from (c, a), LODGER_EDEADLK);
  expect_code (lodger_pending_return_from (c, NULL), LODGER_EINVAL);
  expect_code (lodger_pending_return_from (NULL, c), LODGER_EINVAL);
  log_capture_end ();
  expect_code (lodger_pending_return_int (c, 4), 0);
  ck_assert (lodger_pending_is_done (a));
  lodger_pending_unref (a);
  lodger_pending_unref (b);
  lodger_pending_unref (c);
}
END_TEST

/* ---- deferred calls ------------------------------------------------------------------------------------------- */

typedef struct Deferred
{
  LodgerReply *reply;
  Recorder data;
} Deferred;

static void
defer_call (LodgerPending *self, void *data)
{
  Deferred *deferred = data;
  deferred->reply = lodger_pending_defer (self);
  ck_assert_ptr_nonnull (deferred->reply);
  ck_assert_ptr_eq (lodger_reply_get_pending (deferred->reply), self);
  log_capture_begin ();
  ck_assert_ptr_null (lodger_pending_defer (self));
  expect_code (lodger_pending_return_int (self, 1), LODGER_ESTATE);
  log_capture_end ();
}

static void
deferred_destroy (void *data)
{
  recorder_destroy (&((Deferred *) data)->data);
}

static LodgerPending *
start_deferred (Loop *loop, Deferred *deferred)
{
  LodgerPending *pending = lodger_caller_call_soon (loop->caller, defer_call, deferred, deferred_destroy);
  loop_run (loop);
  ck_assert_ptr_nonnull (deferred->reply);
  ck_assert (!lodger_pending_is_done (pending));
  ck_assert_int_eq (lodger_pending_get_state (pending), LODGER_PENDING_RUNNING);
  recorder_expect (&deferred->data, 0, 0);
  return pending;
}

static void *
reply_elsewhere (void *data)
{
  test_check (lodger_reply_return_int (data, 6) == 0);
  return NULL;
}

START_TEST (edge_24_deferred_call_is_answered_later)
{
  Deferred deferred = { 0 };
  int64_t number = 0;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending = start_deferred (&loop, &deferred);
  thread_join (thread_start (reply_elsewhere, deferred.reply));
  loop_run (&loop);
  expect_code (lodger_pending_get_int (pending, &number), 0);
  ck_assert_int_eq (number, 6);
  recorder_expect (&deferred.data, 0, 1);
  ck_assert_int_eq (deferred.data.destroyed_in, test_thread_id ());
  lodger_pending_unref (pending);
  ck_assert_ptr_null (lodger_reply_get_pending (NULL));
  log_capture_begin ();
  ck_assert_ptr_null (lodger_pending_defer (NULL));
  expect_code (lodger_reply_return_int (NULL, 1), LODGER_EINVAL);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

static void
reply_at_once (LodgerPending *self, void *data)
{
  Recorder *recorder = data;
  expect_code (lodger_reply_return_int (lodger_pending_defer (self), 8), 0);
  recorder_expect (recorder, 0, 0);
}

START_TEST (edge_24_a_reply_may_be_answered_inside_the_call)
{
  Recorder recorder = { 0 };
  int64_t number = 0;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending = lodger_caller_call_soon (loop.caller, reply_at_once, &recorder, recorder_destroy);
  loop_run (&loop);
  expect_code (lodger_pending_get_int (pending, &number), 0);
  ck_assert_int_eq (number, 8);
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_24_reply_freed_unanswered_is_an_error)
{
  Deferred deferred = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending = start_deferred (&loop, &deferred);
  log_capture_begin ();
  lodger_reply_free (deferred.reply);
  ck_assert_uint_eq (log_capture_count (), 1);
  ck_assert (log_capture_has ("test-calls.c"));
  log_capture_end ();
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (pending), LODGER_EFAILED);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EUNANSWERED));
  recorder_expect (&deferred.data, 0, 1);
  lodger_pending_unref (pending);
  lodger_reply_free (NULL);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_24_a_cancelled_deferred_call_keeps_its_data_until_the_reply_is_gone)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  for (int freed = 0; freed < 2; freed++)
    {
      Deferred deferred = { 0 };
      Recorder value = { 0 };
      LodgerPending *pending = start_deferred (&loop, &deferred);
      ck_assert (lodger_pending_cancel (pending, "enough"));
      loop_run (&loop);
      recorder_expect (&deferred.data, 0, 0);
      log_capture_begin ();
      if (freed)
        lodger_reply_free (deferred.reply);
      else
        expect_code (lodger_reply_return_pointer (deferred.reply, &value, recorder_destroy), LODGER_ECANCELED);
      log_capture_end ();
      recorder_expect (&value, 0, !freed);
      loop_run (&loop);
      expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
      expect_message (pending, "enough");
      recorder_expect (&deferred.data, 0, 1);
      lodger_pending_unref (pending);
    }
  loop_close (&loop);
}
END_TEST

START_TEST (a_reply_carries_each_type)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *other = lodger_pending_new (LODGER_PENDING_DEFAULT);
  for (int i = 0; i < 8; i++)
    {
      Deferred deferred = { 0 };
      LodgerPending *pending = start_deferred (&loop, &deferred);
      Recorder value = { 0 };
      void *pointer = NULL;
      const void *bytes = NULL;
      size_t size = 0;
      int64_t number = 0;
      bool truth = false;
      const char *string = NULL;
      int code = -1;
      switch (i)
        {
        case 0: code = lodger_reply_return_pointer (deferred.reply, &value, recorder_destroy); break;
        case 1: code = lodger_reply_return_int (deferred.reply, 7); break;
        case 2: code = lodger_reply_return_boolean (deferred.reply, true); break;
        case 3: code = lodger_reply_return_string (deferred.reply, "text"); break;
        case 4: code = lodger_reply_return_bytes (deferred.reply, "abc", 3); break;
        case 5: code = lodger_reply_return_nothing (deferred.reply); break;
        case 6: code = lodger_reply_return_error (deferred.reply, lodger_error_new ("disk", 1, "no")); break;
        default: code = lodger_reply_return_from (deferred.reply, other);
        }
      expect_code (code, 0);
      loop_run (&loop);
      if (i == 7)
        {
          ck_assert (!lodger_pending_is_done (pending));
          lodger_pending_return_int (other, 7);
          loop_run (&loop);
        }
      ck_assert (lodger_pending_is_done (pending));
      switch (i)
        {
        case 0:
          expect_code (lodger_pending_get_pointer (pending, &pointer), 0);
          ck_assert_ptr_eq (pointer, &value);
          break;
        case 2:
          expect_code (lodger_pending_get_boolean (pending, &truth), 0);
          ck_assert (truth);
          break;
        case 3:
          expect_code (lodger_pending_get_string (pending, &string), 0);
          ck_assert_str_eq (string, "text");
          break;
        case 4:
          expect_code (lodger_pending_get_bytes (pending, &bytes, &size), 0);
          ck_assert_uint_eq (size, 3);
          ck_assert_mem_eq (bytes, "abc", 3);
          break;
        case 5: expect_code (lodger_pending_get_outcome (pending), 0); break;
        case 6:
          expect_code (lodger_pending_get_outcome (pending), LODGER_EFAILED);
          ck_assert (lodger_error_matches (lodger_pending_get_error (pending), "disk", 1));
          break;
        default: expect_code (lodger_pending_get_int (pending, &number), 0); ck_assert_int_eq (number, 7);
        }
      recorder_expect (&deferred.data, 0, 1);
      lodger_pending_unref (pending);
      recorder_expect (&value, 0, i == 0);
    }
  lodger_pending_unref (other);
  loop_close (&loop);
}
END_TEST

/* ---- who and where -------------------------------------------------------------------------------------------- */

typedef struct Where
{
  LodgerPending *expected;
  LodgerCaller *caller;
  LodgerPending *self;
} Where;

static void
look_around (LodgerPending *self, void *data)
{
  Where *where = data;
  where->self = self;
  ck_assert_ptr_eq (lodger_pending_current (), self);
  ck_assert_ptr_eq (lodger_caller_current (), where->caller);
  ck_assert_ptr_eq (lodger_pending_get_caller (self), where->caller);
}

START_TEST (edge_26_current_is_the_running_call)
{
  Where where = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *pending;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  where.caller = loop.caller;
  ck_assert_ptr_null (lodger_pending_current ());
  pending = lodger_caller_call_soon (loop.caller, look_around, &where, NULL);
  ck_assert_ptr_eq (lodger_pending_get_caller (pending), loop.caller);
  loop_run (&loop);
  ck_assert_ptr_eq (where.self, pending);
  ck_assert_ptr_null (lodger_pending_current ());
  ck_assert_ptr_null (lodger_pending_get_caller (pending));
  ck_assert_ptr_null (lodger_pending_get_caller (promise));
  lodger_pending_unref (pending);
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("calls");
  test_add (suite, edge_23_a_direct_call_cannot_wait);
  test_add (suite, edge_24_a_pending_as_value_is_that_pending);
  test_add (suite, edge_24_return_from_takes_the_outcome);
  test_add (suite, edge_24_cancelling_the_follower_cancels_the_source);
  test_add (suite, edge_24_a_cycle_of_return_from_is_refused);
  test_add (suite, edge_24_deferred_call_is_answered_later);
  test_add (suite, edge_24_a_reply_may_be_answered_inside_the_call);
  test_add (suite, edge_24_reply_freed_unanswered_is_an_error);
  test_add (suite, edge_24_a_cancelled_deferred_call_keeps_its_data_until_the_reply_is_gone);
  test_add (suite, a_reply_carries_each_type);
  test_add (suite, edge_26_current_is_the_running_call);
  return test_main (suite, argc, argv);
}
