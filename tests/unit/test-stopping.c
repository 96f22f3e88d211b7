/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stops in unusual places and at unusual moments. */
#include "test-loop.h"
#include "test-suite.h"

#include <lodger/backend.h>
#include <sched.h>
#include <string.h>

static LodgerCaller *
root_start (void)
{
  const LodgerCallerOptions options = { .size = sizeof options };
  LodgerCaller *root = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, NULL);
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
  LodgerCaller *root = root_start (), *child = lodger_caller_open_child (root, &short_deadline, NULL);
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
      Submitter submitter = { .child = lodger_caller_open_child (root, NULL, NULL) };
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
  LodgerCaller *root = root_start (), *child = lodger_caller_open_child (root, &short_deadline, NULL);
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

/* A loop that tells when a slice is over, and whether the host was used in between. */
typedef struct Overtaken
{
  Counter posts;
  Latch let_go, closed;
  LodgerHost *host;
  LodgerHostNode *node;
  bool asks, quits;
  bool is_back; /* owner: its hook has returned, and the slice around it has not */
  int touched;  /* owner: how often the host was used meanwhile */
  atomic_int slices, slices_before_hook;
} Overtaken;

static Overtaken overtaken;

static int
overtaken_post (void *impl, LodgerHostNode *node)
{
  (void) impl;
  overtaken.node = node;
  counter_add (&overtaken.posts, 1);
  return 0;
}

static void
overtaken_want_before_wait (void *impl, bool on)
{
  (void) impl;
  overtaken.asks = on;
  overtaken.touched += overtaken.is_back;
}

static const LodgerHostOps overtaken_ops = { .size = sizeof overtaken_ops,
                                             .name = "overtaken",
                                             .run_sync_soon_threadsafe = overtaken_post,
                                             .want_before_wait = overtaken_want_before_wait };

static int
overtaken_host_open (LodgerHost *host, const void *options, void **ret_impl)
{
  (void) options;
  overtaken.host = host;
  *ret_impl = &overtaken;
  return 0;
}

static const LodgerHostDriver overtaken_driver
    = { .size = sizeof overtaken_driver, .ops = &overtaken_ops, .open = overtaken_host_open };

static int
overtaken_open (const void *options, void **ret_impl)
{
  (void) options;
  *ret_impl = &overtaken;
  return 0;
}

static const LodgerHostDriver *
overtaken_host (void *impl, const void **ret_host_options)
{
  *ret_host_options = impl;
  return &overtaken_driver;
}

static int
overtaken_run (void *impl)
{
  (void) impl;
  for (long post = 1; !overtaken.quits; post++)
    {
      counter_wait (&overtaken.posts, post);
      lodger_host_run_node (overtaken.node);
      overtaken.is_back = false;
      atomic_fetch_add_explicit (&overtaken.slices, 1, memory_order_relaxed);
      if (overtaken.asks && !overtaken.quits)
        lodger_host_before_wait (overtaken.host);
    }
  return 0;
}

static void
overtaken_quit (void *impl)
{
  (void) impl;
  overtaken.quits = true;
}

static void
overtaken_close (void *impl)
{
  (void) impl;
  latch_open (&overtaken.closed);
}

static const LodgerBackendOps overtaken_backend = { .size = sizeof overtaken_backend,
                                                    .name = "overtaken",
                                                    .open = overtaken_open,
                                                    .host = overtaken_host,
                                                    .run = overtaken_run,
                                                    .quit = overtaken_quit,
                                                    .close = overtaken_close };

static void
wait_to_be_taken (LodgerCaller *caller, void *data)
{
  (void) caller;
  atomic_store_explicit (&overtaken.slices_before_hook, atomic_load_explicit (&overtaken.slices, memory_order_relaxed),
                         memory_order_relaxed);
  latch_open (data);
  latch_wait (&overtaken.let_go);
  overtaken.is_back = true;
}

/* In the thread that has taken the caller, before that ends it: the hook returns meanwhile, and the slice around it. Relaxed,
 * so that this orders nothing that the owner did before the end. */
static void
let_hook_return (LodgerLogLevel level, const char *line, void *data)
{
  (void) data;
  if (level != LODGER_LOG_ERROR || strstr (line, "its thread did not come to its end") == NULL)
    return;
  latch_open (&overtaken.let_go);
  while (atomic_load_explicit (&overtaken.slices, memory_order_relaxed)
         == atomic_load_explicit (&overtaken.slices_before_hook, memory_order_relaxed))
    sched_yield ();
}

/* The owner neither uses its host nor, as ThreadSanitizer sees, looks at the inside of a caller that was taken away. */
START_TEST (an_owner_whose_stop_hook_was_overtaken_leaves_the_inside_alone)
{
  Latch entered;
  const LodgerCallerOptions options = { .size = sizeof options,
                                        .backend = "overtaken",
                                        .stop_deadline = 20000000,
                                        .on_stop = wait_to_be_taken,
                                        .hook_data = &entered };
  LodgerCallOptions home = { .size = sizeof home };
  Recorder recorder = { 0 };
  LodgerCaller *caller, *other;
  LodgerPending *pending;
  latch_init (&entered);
  latch_init (&overtaken.let_go);
  latch_init (&overtaken.closed);
  counter_init (&overtaken.posts);
  expect_code (lodger_backend_register (&overtaken_backend), 0);
  lodger_set_log_func (let_hook_return, NULL);
  caller = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, NULL);
  other = lodger_caller_open (LODGER_CALLER_NEW_THREAD, NULL, NULL);
  wait_done (lodger_caller_get_started (caller));
  home.data_home = caller;
  lodger_caller_stop (caller, true);
  latch_wait (&entered);
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
  latch_wait (&overtaken.closed);
  ck_assert_int_eq (overtaken.touched, 0);
  latch_clear (&entered);
  latch_clear (&overtaken.let_go);
  latch_clear (&overtaken.closed);
  counter_clear (&overtaken.posts);
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
