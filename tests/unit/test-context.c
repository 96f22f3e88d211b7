/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values that travel with the work. */
#include "test-loop.h"
#include "test-suite.h"

typedef struct Request
{
  int number;
} Request;

LODGER_DECLARE_CONTEXT_KEY (request, Request)
LODGER_DEFINE_CONTEXT_KEY (request)
LODGER_DECLARE_CONTEXT_KEY (user, char)
LODGER_DEFINE_CONTEXT_KEY (user)

static Request first = { 1 }, second = { 2 };
static char name_of_the_user[] = "ada";
static Counter destroyed;

static void
note_destroyed (void *data)
{
  (void) data;
  counter_add (&destroyed, 1);
}

static int
number (void)
{
  return request_get () != NULL ? request_get ()->number : 0;
}

/* ---- where a value is seen --------------------------------------------------------------------------------------------- */

typedef struct Seen
{
  int value;
} Seen;

static LodgerPending *inner;

static void
look (LodgerPending *self, void *data)
{
  Seen *seen = data;
  (void) self;
  seen->value = number ();
}

static void
look_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) done;
  look (self, data);
}

static void
look_directly (void *data)
{
  look (NULL, data);
}

static void
look_at_a_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) message;
  look (pending, data);
}

START_TEST (a_call_has_the_values_of_its_submitter)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Seen soon = { 0 }, later = { 0 }, then = { 0 }, without = { 7 };
  LodgerPending *pendings[4];
  pendings[3] = lodger_caller_call_soon (loop.caller, look, &without, NULL);
  ck_assert_int_eq (request_set (&first, NULL), 0);
  pendings[0] = lodger_caller_call_soon (loop.caller, look, &soon, NULL);
  pendings[1] = lodger_caller_call_later (loop.caller, 1, look, &later, NULL);
  pendings[2] = lodger_pending_then (pendings[0], loop.caller, look_then, &then, NULL);
  ck_assert_int_eq (request_set (&second, NULL), 0);
  lodger_manual_advance (loop.host, 1);
  for (int i = 0; i < 4; i++)
    {
      loop_run_until_done (&loop, pendings[i]);
      lodger_pending_unref (pendings[i]);
    }
  ck_assert_int_eq (soon.value, 1);
  ck_assert_int_eq (later.value, 1);
  ck_assert_int_eq (then.value, 1);
  ck_assert_int_eq (without.value, 0);
  ck_assert_int_eq (number (), 2);
  loop_close (&loop);
}
END_TEST

static void
submit_to_a_worker (LodgerPending *self, void *data)
{
  Seen *seen = data;
  LodgerPending *there;
  look (self, data);
  there = lodger_caller_to_thread (lodger_caller_current (), look, seen + 1, NULL);
  lodger_pending_return_from (self, there);
  lodger_pending_unref (there);
}

START_TEST (a_value_goes_through_workers_and_what_they_submit)
{
  LodgerCaller *worker = worker_start (NULL);
  Seen seen[2] = { { 0 }, { 0 } };
  LodgerPending *pending;
  ck_assert_int_eq (request_set (&first, NULL), 0);
  pending = lodger_caller_call_soon (worker, submit_to_a_worker, seen, NULL);
  ck_assert_int_eq (request_set (NULL, NULL), 0);
  expect_code (wait_outcome (pending), 0);
  ck_assert_int_eq (seen[0].value, 1);
  ck_assert_int_eq (seen[1].value, 1);
  worker_stop (worker);
}
END_TEST

START_TEST (a_call_direct_has_no_values)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Seen seen = { 7 };
  LodgerPending *after;
  ck_assert_int_eq (request_set (&first, NULL), 0);
  lodger_caller_call_direct (loop.caller, look_directly, &seen, NULL);
  after = lodger_caller_call_soon (loop.caller, look, &(Seen) { 0 }, NULL);
  loop_run_until_done (&loop, after);
  lodger_pending_unref (after);
  ck_assert_int_eq (seen.value, 0);
  loop_close (&loop);
}
END_TEST

static void
set_a_canceller (LodgerPending *self, void *data)
{
  LodgerReply *reply = lodger_pending_defer (self);
  lodger_pending_set_canceller (self, look_at_a_cancel, data, NULL);
  lodger_reply_return_int (reply, 0);
}

static void
wait_for_a_cancel (LodgerPending *self, void *data)
{
  lodger_pending_set_metadata (self, "reply", lodger_pending_defer (self), NULL);
  lodger_pending_set_canceller (self, look_at_a_cancel, data, NULL);
}

START_TEST (a_canceller_has_the_values_of_its_call)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Seen seen = { 0 }, ignored = { 0 };
  LodgerPending *pending, *other = lodger_caller_call_soon (loop.caller, set_a_canceller, &ignored, NULL);
  ck_assert_int_eq (request_set (&first, NULL), 0);
  pending = lodger_caller_call_soon (loop.caller, wait_for_a_cancel, &seen, NULL);
  ck_assert_int_eq (request_set (&second, NULL), 0);
  loop_run_until_done (&loop, other);
  loop_run (&loop);
  lodger_pending_cancel (pending, NULL);
  ck_assert_int_eq (seen.value, 1);
  ck_assert_int_eq (number (), 2);
  lodger_reply_return_int (lodger_pending_get_metadata (pending, "reply"), 0);
  loop_run_until_done (&loop, pending);
  lodger_pending_unref (pending);
  lodger_pending_unref (other);
  loop_close (&loop);
}
END_TEST

static LodgerError *
look_at_the_start (LodgerCaller *caller, void *data)
{
  (void) caller;
  look (NULL, data);
  return NULL;
}

static void
look_at_the_stop (LodgerCaller *caller, void *data)
{
  (void) caller;
  look (NULL, (Seen *) data + 1);
}

START_TEST (a_hook_has_the_values_of_whoever_opened_its_caller)
{
  Seen seen[2] = { { 0 }, { 0 } };
  LodgerCaller *worker;
  ck_assert_int_eq (request_set (&first, NULL), 0);
  worker = worker_start_full (
      NULL, LODGER_CALLER_OPTIONS (.on_start = look_at_the_start, .on_stop = look_at_the_stop, .hook_data = seen));
  ck_assert_int_eq (request_set (&second, NULL), 0);
  worker_stop (worker);
  ck_assert_int_eq (seen[0].value, 1);
  ck_assert_int_eq (seen[1].value, 1);
}
END_TEST

/* ---- setting ------------------------------------------------------------------------------------------------------------ */

static void
set_and_submit (LodgerPending *self, void *data)
{
  Seen *seen = data;
  look (self, &seen[0]);
  ck_assert_int_eq (request_set (&second, NULL), 0);
  look (self, &seen[1]);
  inner = lodger_caller_call_soon (lodger_caller_current (), look, &seen[2], NULL);
}

START_TEST (a_value_is_set_for_the_rest_of_the_call)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Seen seen[3] = { { 0 }, { 0 }, { 0 } };
  LodgerPending *pending;
  ck_assert_int_eq (request_set (&first, NULL), 0);
  for (int i = 0; i < 2; i++)
    {
      pending = lodger_caller_call_soon (loop.caller, set_and_submit, seen, NULL);
      loop_run_until_done (&loop, pending);
      loop_run_until_done (&loop, inner);
      ck_assert_int_eq (seen[0].value, 1);
      ck_assert_int_eq (seen[1].value, 2);
      ck_assert_int_eq (seen[2].value, 2);
      ck_assert_int_eq (number (), 1);
      lodger_pending_unref (inner);
      lodger_pending_unref (pending);
      ck_assert_int_eq (request_set (i == 0 ? &first : NULL, NULL), 0);
    }
  ck_assert_ptr_null (request_get ());
  loop_close (&loop);
}
END_TEST

static void
set_in_a_group (LodgerPending *self, void *data)
{
  Seen *seen = data;
  LodgerGroup *group = lodger_group_new (NULL);
  ck_assert_int_eq (request_set (&first, NULL), 0);
  ck_assert_int_eq (lodger_group_enter (group), 0);
  look (self, &seen[0]);
  ck_assert_int_eq (request_set (&second, NULL), 0);
  look (self, &seen[1]);
  ck_assert_int_eq (lodger_group_leave (group, NULL), 0);
  look (self, &seen[2]);
  lodger_group_unref (group);
}

START_TEST (what_is_set_in_a_group_is_gone_after_it)
{
  Seen seen[3] = { { 0 }, { 0 }, { 0 } };
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *call = lodger_caller_call_soon (worker, set_in_a_group, seen, NULL);
  wait_done (call);
  ck_assert_int_eq (seen[0].value, 1);
  ck_assert_int_eq (seen[1].value, 2);
  ck_assert_int_eq (seen[2].value, 1);
  lodger_pending_unref (call);
  worker_stop (worker);
}
END_TEST

static void
set_in_a_bracket (void *data)
{
  look (NULL, data);
  ck_assert_int_eq (request_set (&second, note_destroyed), 0);
  look (NULL, (Seen *) data + 1);
}

START_TEST (a_context_is_run_elsewhere)
{
  Seen seen[2] = { { 0 }, { 0 } };
  LodgerContext *context = lodger_context_new (NULL, &request_key, &first, note_destroyed);
  counter_init (&destroyed);
  ck_assert_ptr_null (lodger_context_current ());
  ck_assert_int_eq (lodger_context_run (context, set_in_a_bracket, seen), 0);
  ck_assert_int_eq (seen[0].value, 1);
  ck_assert_int_eq (seen[1].value, 2);
  ck_assert_ptr_null (lodger_context_current ());
  ck_assert_int_eq (counter_get (&destroyed), 1);
  lodger_context_unref (context);
  ck_assert_int_eq (counter_get (&destroyed), 2);
}
END_TEST

START_TEST (the_options_context_is_the_calls)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerContext *context = lodger_context_new (NULL, &request_key, &second, NULL);
  Seen seen = { 0 };
  LodgerPending *pending;
  ck_assert_int_eq (request_set (&first, NULL), 0);
  pending = lodger_caller_call_soon_full (loop.caller, look, &seen, NULL, LODGER_CALL_OPTIONS (.context = context));
  lodger_context_unref (context);
  loop_run_until_done (&loop, pending);
  ck_assert_int_eq (seen.value, 2);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (keys_do_not_meet)
{
  LodgerContext *context = lodger_context_new (NULL, &request_key, &first, NULL);
  LodgerContext *both = lodger_context_new (context, &user_key, name_of_the_user, NULL);
  LodgerContext *without = lodger_context_new (both, &request_key, NULL, NULL);
  Seen seen = { 7 };
  ck_assert_int_eq (lodger_context_run (without, look_directly, &seen), 0);
  ck_assert_int_eq (seen.value, 0);
  ck_assert_int_eq (lodger_context_run (both, look_directly, &seen), 0);
  ck_assert_int_eq (seen.value, 1);
  ck_assert_ptr_null (user_get ());
  lodger_context_unref (context);
  lodger_context_unref (both);
  lodger_context_unref (without);
}
END_TEST

START_TEST (a_value_is_destroyed_with_the_last_context_that_has_it)
{
  LodgerContext *one, *two;
  counter_init (&destroyed);
  one = lodger_context_new (NULL, &request_key, &first, note_destroyed);
  two = lodger_context_new (one, &user_key, name_of_the_user, NULL);
  lodger_context_unref (lodger_context_ref (one));
  lodger_context_unref (one);
  ck_assert_int_eq (counter_get (&destroyed), 0);
  lodger_context_unref (two);
  ck_assert_int_eq (counter_get (&destroyed), 1);
}
END_TEST

START_TEST (without_its_last_value_there_is_no_context)
{
  LodgerContext *context = lodger_context_new (NULL, &request_key, NULL, NULL);
  ck_assert_int_eq (request_set (&first, NULL), 0);
  ck_assert_ptr_nonnull (lodger_context_current ());
  ck_assert_int_eq (request_set (NULL, NULL), 0);
  ck_assert_ptr_null (lodger_context_current ());
  ck_assert_ptr_nonnull (context);
  lodger_context_unref (context);
}
END_TEST

static void *
set_and_end (void *data)
{
  (void) data;
  ck_assert_int_eq (request_set (&first, note_destroyed), 0);
  return NULL;
}

START_TEST (a_threads_own_value_goes_with_the_thread)
{
  counter_init (&destroyed);
  thread_join (thread_start (set_and_end, NULL));
  ck_assert_int_eq (counter_get (&destroyed), 1);
}
END_TEST

static void
set_and_exit (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  ck_assert_int_eq (request_set (&second, note_destroyed), 0);
  pthread_exit (NULL);
}

START_TEST (a_call_that_exits_its_thread_gives_its_values_back)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *pending;
  counter_init (&destroyed);
  ck_assert_int_eq (request_set (&first, note_destroyed), 0);
  pending = lodger_caller_call_soon (worker, set_and_exit, NULL, NULL);
  log_capture_begin ();
  expect_code (lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_EABANDONED);
  lodger_pending_unref (pending);
  worker_stop (worker);
  log_capture_end ();
  counter_wait (&destroyed, 1);
  ck_assert_int_eq (number (), 1);
  ck_assert_int_eq (request_set (NULL, NULL), 0);
  counter_wait (&destroyed, 2);
}
END_TEST

static void
set_directly (void *data)
{
  *(int *) data = request_set (&first, note_destroyed);
}

START_TEST (a_call_direct_can_set_nothing)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  int code = 0;
  counter_init (&destroyed);
  log_capture_begin ();
  lodger_caller_call_direct (loop.caller, set_directly, &code, NULL);
  loop_run (&loop);
  expect_code (code, LODGER_ESTATE);
  ck_assert_int_eq (counter_get (&destroyed), 1);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

static void
run_the_loop (LodgerPending *self, void *data)
{
  Loop *loop = ((void **) data)[0];
  Seen *seen = ((void **) data)[1];
  ck_assert_int_eq (request_set (&second, NULL), 0);
  loop_run (loop);
  look (self, &seen[1]);
}

START_TEST (a_nested_loop_keeps_contexts_apart)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Seen seen[2] = { { 7 }, { 0 } };
  void *data[] = { &loop, seen };
  LodgerPending *outer = lodger_caller_call_soon (loop.caller, run_the_loop, data, NULL);
  LodgerPending *nested = lodger_caller_call_soon (loop.caller, look, &seen[0], NULL);
  loop_run_until_done (&loop, outer);
  ck_assert (lodger_pending_is_done (nested));
  ck_assert_int_eq (seen[0].value, 0);
  ck_assert_int_eq (seen[1].value, 2);
  lodger_pending_unref (outer);
  lodger_pending_unref (nested);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("context");
  test_add (suite, a_call_has_the_values_of_its_submitter);
  test_add (suite, a_value_goes_through_workers_and_what_they_submit);
  test_add (suite, a_call_direct_has_no_values);
  test_add (suite, a_canceller_has_the_values_of_its_call);
  test_add (suite, a_hook_has_the_values_of_whoever_opened_its_caller);
  test_add (suite, a_value_is_set_for_the_rest_of_the_call);
  test_add (suite, what_is_set_in_a_group_is_gone_after_it);
  test_add (suite, a_context_is_run_elsewhere);
  test_add (suite, the_options_context_is_the_calls);
  test_add (suite, keys_do_not_meet);
  test_add (suite, a_value_is_destroyed_with_the_last_context_that_has_it);
  test_add (suite, without_its_last_value_there_is_no_context);
  test_add (suite, a_threads_own_value_goes_with_the_thread);
  test_add (suite, a_call_that_exits_its_thread_gives_its_values_back);
  test_add (suite, a_call_direct_can_set_nothing);
  test_add (suite, a_nested_loop_keeps_contexts_apart);
  return test_main (suite, argc, argv);
}
