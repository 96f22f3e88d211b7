/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stops in unusual places and at unusual moments. */
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>
#include <unistd.h>

static LodgerCaller *
root_start (void)
{
  const LodgerCallerOptions options = { .size = sizeof options };
  LodgerCaller *root = lodger_caller_new (LODGER_CALLER_NEW_THREAD, &options, NULL);
  ck_assert_ptr_nonnull (root);
  return root;
}

/* ---- a child that is stopped by its own done-callback --------------------------------------------------------------- */

static void
defer (LodgerPending *self, void *ret_reply)
{
  *(LodgerReply **) ret_reply = lodger_pending_defer (self);
}

static int
stop_the_caller (LodgerPending *done, void *caller)
{
  (void) done;
  lodger_caller_stop (caller, true);
  return 0;
}

START_TEST (edge_83_a_child_that_is_stopped_by_a_done_callback_has_a_deadline)
{
  const LodgerCallerOptions short_deadline = { .size = sizeof short_deadline, .stop_deadline = 2000000 };
  LodgerCaller *root = root_start (), *child = lodger_caller_get (root, &short_deadline, NULL);
  LodgerReply *reply = NULL;
  LodgerPending *deferred = lodger_caller_call_soon (child, defer, &reply, NULL);
  WorkerBlock *block = worker_block (child);
  Recorder recorder = { 0 };
  LodgerPending *last = lodger_caller_call_soon (child, recorder_call, &recorder, NULL);
  lodger_pending_add_done_callback (last, stop_the_caller, child, NULL);
  log_capture_begin ();
  worker_unblock (block);
  wait_done (lodger_caller_get_stopped (child));
  expect_code (lodger_pending_get_outcome (deferred), LODGER_EABANDONED);
  log_capture_end ();
  lodger_reply_free (reply);
  lodger_pending_unref (deferred);
  lodger_pending_unref (last);
  lodger_caller_unref (child);
  worker_stop (root);
}
END_TEST

/* ---- pool calls of a child that is being stopped -------------------------------------------------------------------- */

typedef struct Submitter
{
  LodgerCaller *child;
  Barrier start;
  LodgerPending *pending;
} Submitter;

static void
is_not_stopped (LodgerPending *self, void *child)
{
  (void) self;
  test_check (!lodger_pending_is_done (lodger_caller_get_stopped (child)));
}

static void *
submit (void *data)
{
  Submitter *submitter = data;
  barrier_wait (&submitter->start);
  submitter->pending = lodger_caller_to_thread (submitter->child, is_not_stopped, submitter->child, NULL);
  return NULL;
}

START_TEST (edge_38_no_pool_call_of_a_child_begins_after_its_end)
{
  LodgerCaller *root = root_start ();
  for (unsigned i = 0; i < test_scaled (3000); i++)
    {
      Submitter submitter = { .child = lodger_caller_get (root, NULL, NULL) };
      pthread_t thread;
      barrier_init (&submitter.start, 2);
      wait_done (lodger_caller_get_started (submitter.child));
      thread = thread_start (submit, &submitter);
      barrier_wait (&submitter.start);
      lodger_caller_stop (submitter.child, true);
      thread_join (thread);
      wait_done (submitter.pending);
      lodger_pending_unref (submitter.pending);
      wait_done (lodger_caller_get_stopped (submitter.child));
      lodger_caller_unref (submitter.child);
      barrier_clear (&submitter.start);
    }
  worker_stop (root);
}
END_TEST

/* ---- a done-callback that waits for the stop it belongs to ------------------------------------------------------------ */

typedef struct Waiting
{
  LodgerCaller *caller;
  int code;
} Waiting;

static int
wait_for_the_stop (LodgerPending *done, void *data)
{
  Waiting *waiting = data;
  (void) done;
  waiting->code = lodger_caller_stop_wait (waiting->caller);
  return 0;
}

START_TEST (waiting_for_a_stop_in_its_done_callback_is_refused)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Waiting waiting = { .caller = loop.caller };
  log_capture_begin ();
  lodger_pending_add_done_callback (lodger_caller_get_stopping (loop.caller), wait_for_the_stop, &waiting, NULL);
  lodger_caller_stop (loop.caller, true);
  expect_code (waiting.code, LODGER_EBUSY);
  log_capture_end ();
  expect_code (lodger_caller_stop_wait (loop.caller), 0);
  loop_close (&loop);
}
END_TEST

/* ---- the outcome of an abandoned call --------------------------------------------------------------------------------- */

typedef struct Stuck
{
  Latch entered, let_go, destroyed;
  int destroyed_in;
} Stuck;

static void
note_destroyed (void *data)
{
  Stuck *stuck = data;
  stuck->destroyed_in = test_thread_id ();
  latch_open (&stuck->destroyed);
}

static void
be_stuck (LodgerPending *self, void *data)
{
  Stuck *stuck = data;
  latch_open (&stuck->entered);
  latch_wait (&stuck->let_go);
  lodger_pending_return_pointer (self, stuck, note_destroyed);
}

START_TEST (edge_83_a_follower_of_an_abandoned_call_is_abandoned_too)
{
  const LodgerCallerOptions short_deadline = { .size = sizeof short_deadline, .stop_deadline = 2000000 };
  LodgerCaller *root = root_start (), *child = lodger_caller_get (root, &short_deadline, NULL);
  LodgerCallOptions home = { .size = sizeof home, .result_home = root };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *pending;
  Stuck stuck = { .destroyed_in = 0 };
  latch_init (&stuck.entered);
  latch_init (&stuck.let_go);
  latch_init (&stuck.destroyed);
  pending = lodger_caller_call_soon_full (child, be_stuck, &stuck, NULL, &home);
  expect_code (lodger_pending_return_from (promise, pending), 0);
  latch_wait (&stuck.entered);
  log_capture_begin ();
  lodger_caller_stop (child, true);
  wait_done (lodger_caller_get_stopped (child));
  expect_code (lodger_pending_get_outcome (pending), LODGER_EABANDONED);
  expect_code (lodger_pending_get_outcome (promise), LODGER_EABANDONED);
  latch_open (&stuck.let_go);
  lodger_pending_unref (promise);
  lodger_pending_unref (pending);
  latch_wait (&stuck.destroyed);
  ck_assert_int_eq (stuck.destroyed_in, worker_thread_id (root));
  log_capture_end ();
  lodger_caller_unref (child);
  worker_stop (root);
}
END_TEST

/* ---- a stop hook that is overtaken by its deadline ------------------------------------------------------------------ */

typedef struct Overtaken
{
  Latch entered;
  atomic_bool is_over;
} Overtaken;

static void
wait_to_be_taken (LodgerCaller *caller, void *data)
{
  Overtaken *overtaken = data;
  (void) caller;
  latch_open (&overtaken->entered);
  while (!atomic_load_explicit (&overtaken->is_over, memory_order_relaxed))
    usleep (500);
}

/* In the thread that has taken the caller, before that ends it: the hook returns meanwhile. */
static void
let_hook_return (LodgerLogLevel level, const char *line, void *data)
{
  Overtaken *overtaken = data;
  if (level != LODGER_LOG_ERROR || strstr (line, "its thread did not come to its end") == NULL)
    return;
  atomic_store_explicit (&overtaken->is_over, true, memory_order_relaxed);
  usleep (20000);
}

/* ThreadSanitizer sees whether the owner looks at the inside of a caller that was taken away. */
START_TEST (an_owner_whose_stop_hook_was_overtaken_leaves_the_inside_alone)
{
  Overtaken overtaken = { .is_over = false };
  const LodgerCallerOptions options
      = { .size = sizeof options, .stop_deadline = 20000000, .on_stop = wait_to_be_taken, .hook_data = &overtaken };
  LodgerCallOptions home = { .size = sizeof home };
  Recorder recorder = { 0 };
  LodgerCaller *caller, *other;
  LodgerPending *pending;
  latch_init (&overtaken.entered);
  lodger_set_log_func (let_hook_return, &overtaken);
  caller = lodger_caller_new (LODGER_CALLER_NEW_THREAD, &options, NULL);
  other = lodger_caller_new (LODGER_CALLER_NEW_THREAD, NULL, NULL);
  wait_done (lodger_caller_get_started (caller));
  home.data_home = caller;
  lodger_caller_stop (caller, true);
  latch_wait (&overtaken.entered);
  pending = lodger_caller_call_soon_full (other, recorder_call, &recorder, recorder_destroy, &home);
  wait_done (pending);
  wait_done (lodger_caller_get_stopped (caller));
  recorder_expect (&recorder, 1, 1);
  lodger_pending_unref (pending);
  lodger_caller_stop (other, true);
  wait_done (lodger_caller_get_stopped (other));
  lodger_set_log_func (NULL, NULL);
  lodger_caller_unref (other);
  lodger_caller_unref (caller);
  latch_clear (&overtaken.entered);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("stopping");
  test_add (suite, edge_83_a_child_that_is_stopped_by_a_done_callback_has_a_deadline);
  test_add (suite, edge_38_no_pool_call_of_a_child_begins_after_its_end);
  test_add (suite, waiting_for_a_stop_in_its_done_callback_is_refused);
  test_add (suite, edge_83_a_follower_of_an_abandoned_call_is_abandoned_too);
  test_add (suite, an_owner_whose_stop_hook_was_overtaken_leaves_the_inside_alone);
  return test_main (suite, argc, argv);
}
