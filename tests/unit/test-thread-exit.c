/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call that ends its thread under Lodger's feet: what it costs is that call and that thread, no more. */
#include "test-loop.h"
#include "test-suite.h"

#include <stdio.h>

static void
exit_thread (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  pthread_exit (NULL);
}

static void
exit_thread_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) done;
  exit_thread (self, data);
}

static void
exit_thread_direct (void *data)
{
  exit_thread (NULL, data);
}

static void
exit_thread_unfinished (LodgerPending *self, void *data)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_from (self, promise);
  lodger_pending_unref (promise);
  exit_thread (self, data);
}

static void
record_and_exit_thread (void *recorder)
{
  recorder_destroy (recorder);
  pthread_exit (NULL);
}

/* ---- its own inbox ----------------------------------------------------------------------------------------------- */

typedef enum Way
{
  SOON,
  LATER,
  THEN,
  DIRECT,
  UNFINISHED,
  IN_DESTROY,
  CANCELLED_IN_DESTROY
} Way;

static const char *const way_names[]
    = { "soon", "later", "then", "direct", "unfinished", "in_destroy", "cancelled_in_destroy" };

static int
note_outcome (LodgerPending *pending, void *outcome)
{
  atomic_store ((atomic_int *) outcome, lodger_pending_get_outcome (pending));
  return 0;
}

/* NULL for a direct call. */
static LodgerPending *
submit_exit (LodgerCaller *caller, Way way, Recorder *exiting)
{
  const LodgerCallOptions options = { .size = sizeof options, .name = "the one that exits" };
  LodgerPending *pending, *promise;
  switch (way)
    {
    case SOON:
    case CANCELLED_IN_DESTROY:
      return lodger_caller_call_soon_full (caller, way == SOON ? exit_thread : recorder_call, exiting,
                                           way == SOON ? recorder_destroy : record_and_exit_thread, &options);
    case IN_DESTROY:
      return lodger_caller_call_soon_full (caller, recorder_call, exiting, record_and_exit_thread, &options);
    case UNFINISHED:
      return lodger_caller_call_soon_full (caller, exit_thread_unfinished, exiting, recorder_destroy, &options);
    case LATER: return lodger_caller_call_later_full (caller, 1, exit_thread, exiting, recorder_destroy, &options);
    case THEN:
      promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      pending = lodger_pending_then_full (promise, caller, exit_thread_then, exiting, recorder_destroy, &options);
      lodger_pending_return_nothing (promise);
      lodger_pending_unref (promise);
      return pending;
    case DIRECT:
      expect_code (lodger_caller_call_direct_full (caller, exit_thread_direct, exiting, recorder_destroy, &options), 0);
      return NULL;
    }
  return NULL;
}

/* The calls behind the one that exits are cancelled by the end of the caller. */
static void
exit_out_of (LodgerCaller *caller, Way way)
{
  Recorder exiting = { 0 }, next = { 0 };
  atomic_int told = 1;
  WorkerBlock *block = worker_block (caller);
  LodgerPending *pending = submit_exit (caller, way, &exiting), *behind;
  int thread = 0;
  if (pending != NULL)
    expect_code (lodger_pending_add_done_callback (pending, note_outcome, &told, NULL), 0);
  if (way == CANCELLED_IN_DESTROY)
    lodger_pending_cancel (pending, "not needed");
  behind = lodger_caller_call_later (caller, INT64_MAX / 2, recorder_call, &next, recorder_destroy);
  worker_unblock (block);
  wait_done (lodger_caller_get_stopped (caller));
  recorder_expect (&exiting, way == IN_DESTROY, 1);
  recorder_expect (&next, 0, 1);
  thread = atomic_load (&exiting.destroyed_in);
  ck_assert_int_eq (thread, next.destroyed_in);
  expect_code (wait_outcome (behind), LODGER_ECANCELED);
  if (pending != NULL)
    {
      int expected = way == CANCELLED_IN_DESTROY ? LODGER_ECANCELED : LODGER_EABANDONED;
      expect_code (wait_outcome (pending), expected);
      expect_code (told, expected);
    }
  ck_assert (log_capture_has ("has ended before it was left"));
  ck_assert (way == DIRECT || way == CANCELLED_IN_DESTROY || log_capture_has ("the one that exits"));
  ck_assert (!log_capture_has ("did not end in time"));
}

START_TEST (a_call_that_exits_its_thread_is_abandoned)
{
  LodgerCaller *caller = worker_start (NULL);
  log_capture_begin ();
  exit_out_of (caller, (Way) _i);
  log_capture_end ();
  lodger_caller_unref (caller);
}
END_TEST

START_TEST (a_named_childs_call_that_exits_its_thread_is_abandoned)
{
  const LodgerCallerOptions named = { .size = sizeof named, .name = "database" };
  LodgerCaller *root = worker_start (NULL), *child, *next;
  log_capture_begin ();
  child = lodger_caller_open_child (root, &named, NULL);
  exit_out_of (child, (Way) _i);
  next = lodger_caller_open_child (root, &named, NULL);
  ck_assert_ptr_ne (next, child);
  expect_code (wait_outcome (lodger_caller_call_soon (next, recorder_call, &(Recorder) { 0 }, NULL)), 0);
  log_capture_end ();
  lodger_caller_unref (child);
  lodger_caller_unref (next);
  worker_stop (root);
}
END_TEST

/* ---- the calls around it ----------------------------------------------------------------------------------------- */

typedef struct Program
{
  LodgerCaller *caller;
  LodgerManualHost *host;
  LodgerPending *outer, *inner;
  Recorder outers, inners;
} Program;

static void
nest (LodgerPending *self, void *data)
{
  Program *program = data;
  (void) self;
  program->inner = lodger_caller_call_soon (program->caller, exit_thread, &program->inners, recorder_destroy);
  for (;;)
    lodger_manual_iterate (program->host, false);
}

static void
destroy_outer (void *data)
{
  recorder_destroy (&((Program *) data)->outers);
}

static void *
run_program (void *data)
{
  Program *program = data;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  program->caller = loop.caller;
  program->host = loop.host;
  program->outer = lodger_caller_call_soon (loop.caller, nest, program, destroy_outer);
  for (;;)
    lodger_manual_iterate (loop.host, false);
  return NULL;
}

START_TEST (all_calls_on_the_stack_of_a_thread_that_exits_are_abandoned)
{
  Program program = { 0 };
  log_capture_begin ();
  thread_join (thread_start (run_program, &program));
  expect_code (lodger_pending_get_outcome (program.inner), LODGER_EABANDONED);
  expect_code (lodger_pending_get_outcome (program.outer), LODGER_EABANDONED);
  recorder_expect (&program.inners, 0, 1);
  recorder_expect (&program.outers, 0, 1);
  ck_assert_int_eq (lodger_caller_get_state (program.caller), LODGER_CALLER_STOPPED);
  log_capture_end ();
  lodger_pending_unref (program.inner);
  lodger_pending_unref (program.outer);
  lodger_caller_unref (program.caller);
  lodger_manual_host_unref (program.host);
}
END_TEST

/* ---- direct calls that are alone in the inbox --------------------------------------------------------------------- */

typedef struct Direct
{
  LodgerCaller *caller;
  LodgerManualHost *host;
  Recorder outer, inner;
  bool nests, in_destroy;
} Direct;

static void
exit_alone (void *data)
{
  Direct *direct = data;
  recorder_direct (&direct->outer);
  if (direct->in_destroy)
    return;
  if (direct->nests)
    expect_code (lodger_caller_call_direct (direct->caller, exit_thread_direct, &direct->inner, recorder_destroy), 0);
  while (direct->nests)
    lodger_manual_iterate (direct->host, false);
  pthread_exit (NULL);
}

static void
destroy_alone (void *data)
{
  Direct *direct = data;
  recorder_destroy (&direct->outer);
  if (direct->in_destroy)
    pthread_exit (NULL);
}

static void *
run_direct (void *data)
{
  Direct *direct = data;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  direct->caller = loop.caller;
  direct->host = loop.host;
  expect_code (lodger_caller_call_direct (loop.caller, exit_alone, direct, destroy_alone), 0);
  for (;;)
    lodger_manual_iterate (loop.host, false);
  return NULL;
}

static void
expect_direct (Direct *direct)
{
  recorder_expect (&direct->outer, 1, 1);
  recorder_expect (&direct->inner, 0, direct->nests ? 1 : 0);
  ck_assert_int_eq (lodger_caller_get_state (direct->caller), LODGER_CALLER_STOPPED);
  lodger_caller_unref (direct->caller);
}

START_TEST (law_3_a_direct_call_alone_that_exits_its_thread_loses_its_data_once)
{
  Direct direct = { .nests = _i == 1, .in_destroy = _i == 2 };
  log_capture_begin ();
  thread_join (thread_start (run_direct, &direct));
  ck_assert (log_capture_has ("has ended before it was left"));
  log_capture_end ();
  expect_direct (&direct);
  lodger_manual_host_unref (direct.host);
}
END_TEST

START_TEST (law_3_a_workers_direct_call_alone_that_exits_its_thread_loses_its_data_once)
{
  Direct direct = { .caller = worker_start (NULL), .in_destroy = _i == 2 };
  log_capture_begin ();
  expect_code (lodger_caller_call_direct (direct.caller, exit_alone, &direct, destroy_alone), 0);
  wait_done (lodger_caller_get_stopped (direct.caller));
  log_capture_end ();
  expect_direct (&direct);
}
END_TEST

/* ---- a call that was left behind --------------------------------------------------------------------------------- */

typedef struct LeftBehind
{
  Latch entered, let_go;
  Recorder recorder;
  Latch destroyed;
} LeftBehind;

static void
exit_when_let_go (LodgerPending *self, void *data)
{
  LeftBehind *left = data;
  latch_open (&left->entered);
  latch_wait (&left->let_go);
  exit_thread (self, data);
}

static void
destroy_left_behind (void *data)
{
  LeftBehind *left = data;
  recorder_destroy (&left->recorder);
  latch_open (&left->destroyed);
}

START_TEST (an_abandoned_call_that_exits_its_thread_loses_its_data)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = 1 };
  LodgerCaller *caller = worker_start_full (NULL, &options);
  ProcCount before = proc_count ();
  LeftBehind left = { 0 };
  LodgerPending *pending;
  latch_init (&left.entered);
  latch_init (&left.let_go);
  latch_init (&left.destroyed);
  log_capture_begin ();
  pending = lodger_caller_call_soon (caller, exit_when_let_go, &left, destroy_left_behind);
  latch_wait (&left.entered);
  lodger_caller_stop (caller, true);
  wait_done (lodger_caller_get_stopped (caller));
  expect_code (wait_outcome (pending), LODGER_EABANDONED);
  recorder_expect (&left.recorder, 0, 0);
  latch_open (&left.let_go);
  latch_wait (&left.destroyed);
  lodger_caller_unref (caller);
  before.threads--;
  proc_expect_restored (before);
  recorder_expect (&left.recorder, 0, 1);
  log_capture_end ();
  latch_clear (&left.entered);
  latch_clear (&left.let_go);
  latch_clear (&left.destroyed);
}
END_TEST

/* ---- the pool ---------------------------------------------------------------------------------------------------- */

START_TEST (a_pooled_call_that_exits_its_thread_is_abandoned)
{
  LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  Recorder exiting = { 0 }, next = { 0 };
  ProcCount before = proc_count ();
  LodgerPending *pending, *second;
  log_capture_begin ();
  pending = lodger_caller_to_thread (loop.caller, exit_thread, &exiting, recorder_destroy);
  loop_run_until_done (&loop, pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_EABANDONED);
  ck_assert (log_capture_has ("has ended before it was left"));
  second = lodger_caller_to_thread (loop.caller, recorder_call, &next, recorder_destroy);
  loop_run_until_done (&loop, second);
  expect_code (lodger_pending_get_outcome (second), 0);
  recorder_expect (&exiting, 0, 1);
  recorder_expect (&next, 1, 1);
  log_capture_end ();
  lodger_pending_unref (pending);
  lodger_pending_unref (second);
  expect_code (lodger_caller_leave (loop.caller), 0);
  ck_assert_int_eq (proc_count ().threads, before.threads);
  lodger_caller_unref (loop.caller);
  lodger_manual_host_unref (loop.host);
}
END_TEST

/* ---- what it had entered ----------------------------------------------------------------------------------------- */

typedef struct Inside
{
  LodgerGroup *group;
  LodgerLimiter *limiter;
} Inside;

static void
enter_and_exit (void *data)
{
  Inside *inside = data;
  if (inside->group != NULL)
    expect_code (lodger_group_enter (inside->group), 0);
  if (inside->limiter != NULL)
    expect_code (lodger_limiter_enter (inside->limiter, 0), 0);
  pthread_exit (NULL);
}

/* One of the brackets is on the stack that is gone. */
static void
enter_around_and_exit (LodgerPending *self, void *data)
{
  Inside *inside = data;
  (void) self;
  expect_code (lodger_limiter_enter (inside->limiter, 0), 0);
  lodger_context_run (lodger_context_current (), enter_and_exit, inside);
}

START_TEST (a_call_that_exits_its_thread_leaves_what_it_has_entered)
{
  LodgerCaller *worker = worker_start (NULL);
  Inside inside = { lodger_group_new (NULL), lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 2)) };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT), *end;
  expect_code (lodger_group_add (inside.group, promise), 0);
  log_capture_begin ();
  expect_code (wait_outcome (lodger_caller_call_soon (worker, enter_around_and_exit, &inside, NULL)),
               LODGER_EABANDONED);
  worker_stop (worker);
  ck_assert_uint_eq (log_capture_count_of ("has returned without leaving its"), 3);
  log_capture_end ();
  ck_assert (lodger_pending_is_cancelled (promise));
  end = lodger_group_close (inside.group);
  expect_code (wait_outcome (end), 0);
  ck_assert_uint_eq (lodger_limiter_count_running (inside.limiter), 0);
  expect_code (wait_outcome (lodger_limiter_close (inside.limiter)), 0);
  lodger_pending_unref (promise);
  lodger_group_unref (inside.group);
  lodger_limiter_unref (inside.limiter);
}
END_TEST

static void *
enter_and_end (void *data)
{
  enter_and_exit (data);
  return NULL;
}

START_TEST (a_thread_that_ends_leaves_its_groups)
{
  Inside inside = { lodger_group_new (NULL), NULL };
  log_capture_begin ();
  thread_join (thread_start (enter_and_end, &inside));
  log_capture_end ();
  expect_code (wait_outcome (lodger_group_close (inside.group)), 0);
  lodger_group_unref (inside.group);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("thread-exit");
  char name[128];
  for (int way = SOON; way <= CANCELLED_IN_DESTROY; way++)
    {
      snprintf (name, sizeof name, "a_call_that_exits_its_thread_is_abandoned/%s", way_names[way]);
      test_add_variant (suite, name, a_call_that_exits_its_thread_is_abandoned, way);
      snprintf (name, sizeof name, "a_named_childs_call_that_exits_its_thread_is_abandoned/%s", way_names[way]);
      test_add_variant (suite, name, a_named_childs_call_that_exits_its_thread_is_abandoned, way);
    }
  test_add (suite, all_calls_on_the_stack_of_a_thread_that_exits_are_abandoned);
  for (int i = 0; i < 3; i++)
    {
      static const char *const ways[] = { "in_its_function", "in_a_nested_loop", "in_its_destroy" };
      snprintf (name, sizeof name, "law_3_a_direct_call_alone_that_exits_its_thread_loses_its_data_once/%s", ways[i]);
      test_add_variant (suite, name, law_3_a_direct_call_alone_that_exits_its_thread_loses_its_data_once, i);
      snprintf (name, sizeof name, "law_3_a_workers_direct_call_alone_that_exits_its_thread_loses_its_data_once/%s",
                ways[i]);
      if (i != 1)
        test_add_variant (suite, name, law_3_a_workers_direct_call_alone_that_exits_its_thread_loses_its_data_once, i);
    }
  test_add (suite, an_abandoned_call_that_exits_its_thread_loses_its_data);
  test_add (suite, a_pooled_call_that_exits_its_thread_is_abandoned);
  test_add (suite, a_call_that_exits_its_thread_leaves_what_it_has_entered);
  test_add (suite, a_thread_that_ends_leaves_its_groups);
  return test_main (suite, argc, argv);
}
