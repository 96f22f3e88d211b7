/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A spawned call is a call like others: its order, its data, its context, its answers, and what is said of it. */
#include "test-fiber.h"
#include "test-loop.h"
#include "test-suite.h"

#include <errno.h>
#include <string.h>

START_TEST (a_spawned_call_waits_while_others_run)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
  LodgerPending *spawned = lodger_caller_spawn (loop.caller, trail_wait, &trail, trail_destroy);
  int64_t number;
  lodger_pending_unref (lodger_caller_call_soon (loop.caller, trail_note_b, &trail, NULL));
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "ab");
  ck_assert (!lodger_pending_is_done (spawned));
  lodger_pending_return_int (trail.awaited, 1);
  ck_assert_str_eq (trail.letters, "ab");
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "abcd");
  expect_code (trail.code, 0);
  expect_code (lodger_pending_get_int (spawned, &number), 0);
  ck_assert_int_eq (number, 7);
  lodger_pending_unref (spawned);
  lodger_pending_unref (trail.awaited);
  loop_close (&loop);
}
END_TEST

START_TEST (a_spawned_item_keeps_its_queue_while_it_waits)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  expect_code (lodger_queue_spawn (queue, trail_wait, &trail, NULL), 0);
  expect_code (lodger_queue_call (queue, trail_note_b, &trail, NULL), 0);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "a");
  lodger_pending_return_int (trail.awaited, 1);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "acb");
  lodger_queue_unref (queue);
  lodger_pending_unref (trail.awaited);
  loop_close (&loop);
}
END_TEST

START_TEST (the_close_of_its_queue_cancels_a_spawned_item)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  expect_code (lodger_queue_spawn (queue, trail_wait, &trail, trail_destroy), 0);
  expect_code (lodger_queue_spawn (queue, trail_note_b, &trail, trail_destroy), 0);
  loop_run (&loop);
  lodger_queue_close (queue, NULL);
  loop_run (&loop);
  expect_code (trail.code, LODGER_ECANCELED);
  recorder_expect (&trail.recorder, 0, 2);
  ck_assert_ptr_null (strchr (trail.letters, 'b'));
  lodger_queue_unref (queue);
  lodger_pending_unref (trail.awaited);
  loop_close (&loop);
}
END_TEST

/* ---- its order --------------------------------------------------------------------------------------------------- */

enum
{
  TURNS = 1000
};

static void
note_number (LodgerPending *self, void *recorder)
{
  recorder_call (self, recorder);
}

static void
note_and_wait (LodgerPending *self, void *recorder)
{
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  recorder_call (self, recorder);
  lodger_pending_wait (never, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (never);
}

static void
submit_in_turn (const Loop *loop, LodgerQueue *queue, Recorder *recorder)
{
  switch (recorder->number % 5)
    {
    case 0:
      expect_code (lodger_caller_call_direct (loop->caller, recorder_direct, recorder, recorder_destroy), 0);
      break;
    case 1: expect_code (lodger_queue_call (queue, note_number, recorder, recorder_destroy), 0); break;
    case 2:
      lodger_pending_disown (lodger_caller_call_soon (loop->caller, note_number, recorder, recorder_destroy));
      break;
    case 3: lodger_pending_disown (lodger_caller_spawn (loop->caller, note_number, recorder, recorder_destroy)); break;
    default: lodger_pending_disown (lodger_caller_spawn (loop->caller, note_and_wait, recorder, recorder_destroy));
    }
}

START_TEST (law_2_spawned_calls_start_in_the_order_of_submission)
{
  static Recorder recorders[TURNS];
  Journal journal;
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, LODGER_CALLER_OPTIONS (.stack_size = 65536));
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  journal_init (&journal);
  for (int i = 0; i < TURNS; i++)
    {
      recorders[i] = (Recorder) { .journal = &journal, .number = i };
      submit_in_turn (&loop, queue, &recorders[i]);
    }
  loop_run (&loop);
  ck_assert_uint_eq (journal_count (&journal), TURNS);
  for (int i = 0; i < TURNS; i++)
    {
      ck_assert_int_eq (journal_get (&journal, (size_t) i), i);
      recorder_expect (&recorders[i], 1, i % 5 != 4);
    }
  lodger_queue_unref (queue);
  loop_close (&loop);
  for (int i = 0; i < TURNS; i++)
    recorder_expect (&recorders[i], 1, 1);
  journal_clear (&journal);
}
END_TEST

START_TEST (a_spawned_call_that_is_cancelled_before_it_begins_never_runs)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .code = 1 };
  LodgerPending *call = lodger_caller_spawn (loop.caller, trail_wait, &trail, trail_destroy);
  ck_assert (lodger_pending_cancel (call, NULL));
  expect_code (lodger_pending_get_outcome (call), LODGER_ECANCELED);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "d");
  lodger_pending_unref (call);
  loop_close (&loop);
}
END_TEST

/* ---- many -------------------------------------------------------------------------------------------------------- */

typedef struct Crowd
{
  LodgerPending *promise;
  int begun, ended, code;
} Crowd;

static void
wait_in_crowd (LodgerPending *self, void *data)
{
  Crowd *crowd = data;
  (void) self;
  crowd->begun++;
  crowd->code += lodger_pending_wait (crowd->promise, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  crowd->ended++;
}

START_TEST (a_thousand_spawned_calls_wait_for_one_promise)
{
  const int many = (int) test_scaled (1000);
  Crowd crowd = { .promise = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, LODGER_CALLER_OPTIONS (.stack_size = 65536));
  for (int round = 1; round <= 2; round++)
    {
      for (int i = 0; i < many; i++)
        lodger_pending_disown (lodger_caller_spawn (loop.caller, wait_in_crowd, &crowd, NULL));
      loop_run (&loop);
      ck_assert_int_eq (crowd.begun, round * many);
      ck_assert_int_eq (crowd.ended, (round - 1) * many);
      lodger_pending_return_int (crowd.promise, 1);
      loop_run (&loop);
      ck_assert_int_eq (crowd.ended, round * many);
      ck_assert_int_eq (crowd.code, 0);
      lodger_pending_unref (crowd.promise);
      crowd.promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
    }
  lodger_pending_unref (crowd.promise);
  loop_close (&loop);
}
END_TEST

/* ---- its answer -------------------------------------------------------------------------------------------------- */

typedef struct Answering
{
  Trail trail; /* first */
  LodgerReply *reply;
  LodgerPending *source;
} Answering;

static void
wait_and_defer (LodgerPending *self, void *data)
{
  Answering *answering = data;
  trail_note (&answering->trail, 'a');
  answering->trail.code = lodger_pending_wait (answering->trail.awaited, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  answering->reply = lodger_pending_defer (self);
  trail_note (&answering->trail, 'c');
}

static void
wait_and_follow (LodgerPending *self, void *data)
{
  Answering *answering = data;
  answering->trail.code = lodger_pending_wait (answering->trail.awaited, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_return_from (self, answering->source);
  trail_note (&answering->trail, 'c');
}

static int
note_end (LodgerPending *done, void *data)
{
  (void) done;
  trail_note (data, 'e');
  return 0;
}

static void
note_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  trail_note (data, 't');
}

START_TEST (a_spawned_call_answers_after_its_return)
{
  for (int follows = 0; follows < 2; follows++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      Answering answering = { .trail.awaited = lodger_pending_new (LODGER_PENDING_DEFAULT) };
      LodgerPending *call;
      int64_t number = 0;
      answering.source = lodger_pending_new (LODGER_PENDING_DEFAULT);
      call = lodger_caller_spawn (loop.caller, follows ? wait_and_follow : wait_and_defer, &answering, trail_destroy);
      lodger_pending_add_done_callback (call, note_end, &answering, NULL);
      lodger_pending_disown (lodger_pending_then (call, loop.caller, note_then, &answering, NULL));
      loop_run (&loop);
      lodger_pending_return_nothing (answering.trail.awaited);
      loop_run (&loop);
      ck_assert (!lodger_pending_is_done (call));
      ck_assert_str_eq (answering.trail.letters, follows ? "c" : "ac");
      if (follows)
        lodger_pending_return_int (answering.source, 9);
      else
        lodger_reply_return_int (answering.reply, 9);
      loop_run (&loop);
      expect_code (lodger_pending_get_int (call, &number), 0);
      ck_assert_int_eq (number, 9);
      recorder_expect (&answering.trail.recorder, 0, 1);
      ck_assert_int_eq (answering.trail.letters[strlen (answering.trail.letters) - 1], 't');
      ck_assert_ptr_nonnull (strchr (answering.trail.letters, 'e'));
      lodger_pending_unref (call);
      lodger_pending_unref (answering.source);
      lodger_pending_unref (answering.trail.awaited);
      loop_close (&loop);
    }
}
END_TEST

START_TEST (a_spawned_call_is_cancelled_twice_while_it_waits)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  LodgerPending *call = lodger_caller_spawn (loop.caller, trail_wait_twice, &trail, trail_destroy);
  loop_run (&loop);
  lodger_pending_cancel (call, "first");
  lodger_pending_cancel (call, "second");
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "aced");
  expect_code (trail.again, LODGER_ECANCELED);
  lodger_pending_unref (call);
  lodger_pending_unref (trail.awaited);
  loop_close (&loop);
}
END_TEST

/* ---- what is its own --------------------------------------------------------------------------------------------- */

static const LodgerContextKey a_key = { "a key" };

enum
{
  FELLOWS = 4
};

typedef struct Fellow
{
  int number;
  bool is_right;
} Fellow;

static void
keep_own (LodgerPending *self, void *data)
{
  Fellow *fellow = data;
  fellow->is_right = lodger_context_get (&a_key) == NULL;
  for (int i = 0; i < FELLOWS; i++)
    {
      lodger_context_set (&a_key, fellow, NULL);
      errno = fellow->number;
      fellow->is_right = lodger_yield () == 0 && errno == fellow->number && lodger_context_get (&a_key) == fellow
                         && lodger_pending_current () == self && fellow->is_right;
    }
}

static void
look_for_values (LodgerPending *self, void *data)
{
  *(bool *) data = lodger_context_get (&a_key) == NULL && lodger_pending_current () == self;
}

START_TEST (values_and_errno_are_the_calls_own_and_nobody_elses)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Fellow fellows[FELLOWS];
  bool sees_none = false;
  lodger_manual_set_slice (loop.host, 0);
  for (int i = 0; i < FELLOWS; i++)
    {
      fellows[i] = (Fellow) { .number = 1000 + i };
      lodger_pending_disown (lodger_caller_spawn (loop.caller, keep_own, &fellows[i], NULL));
    }
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, look_for_values, &sees_none, NULL));
  while (lodger_manual_iterate (loop.host, false))
    {
      ck_assert_ptr_null (lodger_context_get (&a_key));
      ck_assert_ptr_null (lodger_pending_current ());
    }
  for (int i = 0; i < FELLOWS; i++)
    ck_assert (fellows[i].is_right);
  ck_assert (sees_none);
  loop_close (&loop);
}
END_TEST

/* ---- loops inside of calls --------------------------------------------------------------------------------------- */

typedef struct Nesting
{
  Loop loop;
  Trail trail;
  LodgerPending *inner; /* what the outer call waits for, afterwards */
  int code;
  bool is_inside;
} Nesting;

static void
run_loop_inside (LodgerPending *self, void *data)
{
  Nesting *nesting = data;
  nesting->is_inside = true;
  loop_run (&nesting->loop);
  lodger_pending_return_int (nesting->trail.awaited, 1);
  loop_run (&nesting->loop);
  nesting->is_inside = false;
  if (nesting->inner != NULL)
    nesting->code = lodger_pending_wait (nesting->inner, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  nesting->is_inside = lodger_pending_current () != self;
}

/* The outer call is spawned, too, or plain. */
START_TEST (spawned_calls_begin_wait_and_go_on_in_a_loop_inside_of_a_call)
{
  for (int is_spawned = 0; is_spawned < 2; is_spawned++)
    {
      Nesting nesting = { .loop = loop_open (LODGER_MANUAL_DEFAULT), .code = 1 };
      LodgerPending *outer, *inner;
      nesting.trail = (Trail) { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
      outer = is_spawned ? lodger_caller_spawn (nesting.loop.caller, run_loop_inside, &nesting, NULL)
                         : lodger_caller_call_soon (nesting.loop.caller, run_loop_inside, &nesting, NULL);
      inner = lodger_caller_spawn (nesting.loop.caller, trail_wait, &nesting.trail, NULL);
      loop_run (&nesting.loop);
      ck_assert_str_eq (nesting.trail.letters, "ac");
      ck_assert (nesting.trail.was_itself);
      ck_assert (!nesting.is_inside);
      expect_code (lodger_pending_get_outcome (inner), 0);
      expect_code (lodger_pending_get_outcome (outer), 0);
      lodger_pending_unref (outer);
      lodger_pending_unref (inner);
      lodger_pending_unref (nesting.trail.awaited);
      loop_close (&nesting.loop);
    }
}
END_TEST

/* The inner one began on top of the outer one, and goes on without it. */
START_TEST (a_call_waits_for_one_that_began_inside_of_it)
{
  Nesting nesting = { .loop = loop_open (LODGER_MANUAL_DEFAULT), .code = 1 };
  Trail last = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
  LodgerPending *outer;
  nesting.trail.awaited = lodger_pending_new (LODGER_PENDING_DEFAULT);
  outer = lodger_caller_spawn (nesting.loop.caller, run_loop_inside, &nesting, NULL);
  nesting.inner = lodger_caller_spawn (nesting.loop.caller, trail_wait, &last, NULL);
  loop_run (&nesting.loop);
  ck_assert_str_eq (last.letters, "a");
  ck_assert (!lodger_pending_is_done (outer));
  lodger_pending_return_int (last.awaited, 1);
  loop_run (&nesting.loop);
  expect_code (nesting.code, 0);
  expect_code (lodger_pending_get_outcome (outer), 0);
  lodger_pending_unref (outer);
  lodger_pending_unref (nesting.inner);
  lodger_pending_unref (nesting.trail.awaited);
  lodger_pending_unref (last.awaited);
  loop_close (&nesting.loop);
}
END_TEST

/* ---- what people see --------------------------------------------------------------------------------------------- */

START_TEST (a_dump_shows_what_is_suspended_and_what_it_waits_for)
{
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, LODGER_CALLER_OPTIONS (.name = "gui"));
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  Trail second = { .code = 1 };
  const LodgerCallOptions one = { .size = sizeof one, .name = "the first", .file = "app.c", .line = 1 };
  const LodgerCallOptions two = { .size = sizeof two, .name = "the second", .file = "app.c", .line = 2 };
  LodgerPending *calls[2];
  char *text;
  calls[0] = lodger_caller_spawn_full (loop.caller, trail_wait, &trail, NULL, &one);
  second.awaited = calls[0];
  calls[1] = lodger_caller_spawn_full (loop.caller, trail_wait, &second, NULL, &two);
  loop_run (&loop);
  text = lodger_dump ();
  ck_assert_msg (strstr (text, "suspended") != NULL && strstr (text, "the second (app.c:2)") != NULL
                     && strstr (text, "waits for the first (app.c:1)") != NULL,
                 "%s", text);
  lodger_free (text);
  lodger_pending_return_int (trail.awaited, 1);
  loop_run (&loop);
  text = lodger_dump ();
  ck_assert_msg (strstr (text, "suspended") == NULL, "%s", text);
  lodger_free (text);
  lodger_pending_unref (calls[0]);
  lodger_pending_unref (calls[1]);
  lodger_pending_unref (trail.awaited);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber");
  test_add (suite, a_spawned_call_waits_while_others_run);
  test_add (suite, a_spawned_item_keeps_its_queue_while_it_waits);
  test_add (suite, the_close_of_its_queue_cancels_a_spawned_item);
  test_add (suite, law_2_spawned_calls_start_in_the_order_of_submission);
  test_add (suite, a_spawned_call_that_is_cancelled_before_it_begins_never_runs);
  test_add (suite, a_thousand_spawned_calls_wait_for_one_promise);
  test_add (suite, a_spawned_call_answers_after_its_return);
  test_add (suite, a_spawned_call_is_cancelled_twice_while_it_waits);
  test_add (suite, values_and_errno_are_the_calls_own_and_nobody_elses);
  test_add (suite, spawned_calls_begin_wait_and_go_on_in_a_loop_inside_of_a_call);
  test_add (suite, a_call_waits_for_one_that_began_inside_of_it);
  test_add (suite, a_dump_shows_what_is_suspended_and_what_it_waits_for);
  return test_main (suite, argc, argv);
}
