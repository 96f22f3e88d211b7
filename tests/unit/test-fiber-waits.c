/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything that a spawned call can wait for, and everything that ends such a wait. */
#include "test-blocked-call.h"
#include "test-fiber.h"
#include "test-loop.h"
#include "test-suite.h"

#include <stdio.h>
#include <string.h>

static const LodgerContextKey a_key = { "a key" };

typedef struct Waiting Waiting;

/* What is waited for. */
typedef struct Kind
{
  const char *name;
  void (*open) (Waiting *waiting); /* Optional. In the test's thread, before the call. */
  int (*wait) (Waiting *waiting);  /* in the spawned call */
  void (*fulfil) (Waiting *waiting);
  void (*close) (Waiting *waiting); /* Optional. After the call. */
  bool has_limit, has_shield;       /* it has a timeout; it has flags */
  bool cancels;                     /* the end of the wait cancels `promise` */
} Kind;

struct Waiting
{
  const Kind *kind;
  Loop loop;
  LodgerPending *promise, *other, *call;
  LodgerCompleted *completed;
  LodgerChannel *channel;
  LodgerQueue *queue;
  LodgerReply *reply;
  LodgerGroup *group, *around;
  LodgerScope *scope;
  LodgerTask *task;
  LodgerCaller *worker;
  WorkerBlock *block;
  int64_t timeout;
  LodgerWaitFlags flags;
  Recorder item, data;
  int code, again, done_already;
  bool begins, is_over, was_itself, kept_context;
};

/* ---- what is waited for ------------------------------------------------------------------------------------------ */

static int
wait_pending (Waiting *waiting)
{
  return lodger_pending_wait (waiting->promise, waiting->timeout, waiting->flags);
}

static void
fulfil_promise (Waiting *waiting)
{
  lodger_pending_return_int (waiting->promise, 1);
}

static int
wait_many (Waiting *waiting, LodgerWaitMode mode)
{
  LodgerPending *both[] = { waiting->promise, waiting->other };
  return lodger_wait_many (both, 2, mode, waiting->timeout, waiting->flags, NULL);
}

static int
wait_all (Waiting *waiting)
{
  return wait_many (waiting, LODGER_WAIT_ALL_COMPLETED);
}

static void
fulfil_both (Waiting *waiting)
{
  fulfil_promise (waiting);
  loop_run (&waiting->loop);
  ck_assert (!waiting->is_over);
  lodger_pending_return_int (waiting->other, 1);
}

static int
wait_first (Waiting *waiting)
{
  return wait_many (waiting, LODGER_WAIT_FIRST_COMPLETED);
}

static int
wait_exception (Waiting *waiting)
{
  return wait_many (waiting, LODGER_WAIT_FIRST_EXCEPTION);
}

static void
fail_other (Waiting *waiting)
{
  lodger_pending_return_new_error (waiting->other, NULL, LODGER_EBUSY, "no luck");
}

static void
open_completed (Waiting *waiting)
{
  LodgerPending *both[] = { waiting->promise, waiting->other };
  waiting->completed = lodger_completed_new (both, 2, LODGER_COMPLETED_OPTIONS (.keeps_unfinished = true));
}

static int
wait_next (Waiting *waiting)
{
  int code;
  LodgerPending *next = lodger_completed_next (waiting->completed, waiting->timeout, &code);
  test_check (next == NULL || next == waiting->promise);
  lodger_pending_unref (next);
  return code;
}

static void
close_completed (Waiting *waiting)
{
  lodger_completed_free (waiting->completed);
}

static int
wait_sleep (Waiting *waiting)
{
  (void) waiting;
  return lodger_sleep (LODGER_SECONDS (3600));
}

static void
fulfil_sleep (Waiting *waiting)
{
  lodger_manual_advance (waiting->loop.host, LODGER_SECONDS (3600));
}

static void
open_channel (Waiting *waiting)
{
  waiting->channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.limit = 1, .destroy = recorder_destroy));
}

static int
wait_receive (Waiting *waiting)
{
  void *item = NULL;
  int code = lodger_channel_receive (waiting->channel, waiting->timeout, &item);
  test_check (code != 0 || item == &waiting->item);
  return code;
}

static void
fulfil_receive (Waiting *waiting)
{
  expect_code (lodger_channel_send (waiting->channel, &waiting->item), 0);
}

static void
close_channel (Waiting *waiting)
{
  lodger_channel_unref (waiting->channel);
}

static void
open_full_channel (Waiting *waiting)
{
  static Recorder first;
  open_channel (waiting);
  expect_code (lodger_channel_send (waiting->channel, &first), 0);
}

static int
wait_send (Waiting *waiting)
{
  return lodger_channel_send (waiting->channel, &waiting->item);
}

static void
fulfil_send (Waiting *waiting)
{
  void *item;
  expect_code (lodger_channel_receive (waiting->channel, 0, &item), 0);
}

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
open_full_inbox (Waiting *waiting)
{
  waiting->worker = worker_start_full (NULL, LODGER_CALLER_OPTIONS (.inbox_limit = 1));
  waiting->block = worker_block (waiting->worker);
  lodger_pending_disown (lodger_caller_call_soon (waiting->worker, do_nothing, NULL, NULL));
}

static int
wait_inbox (Waiting *waiting)
{
  LodgerPending *queued = lodger_caller_call_soon (waiting->worker, do_nothing, &waiting->item, recorder_destroy);
  int code = lodger_pending_is_done (queued) ? lodger_pending_get_outcome (queued) : 0;
  lodger_pending_unref (queued);
  return code;
}

static void
fulfil_inbox (Waiting *waiting)
{
  worker_unblock (waiting->block);
  waiting->block = NULL;
}

static void
close_inbox (Waiting *waiting)
{
  if (waiting->block != NULL)
    fulfil_inbox (waiting);
  worker_stop (waiting->worker);
}

static void
defer_item (LodgerPending *self, void *data)
{
  ((Waiting *) data)->reply = lodger_pending_defer (self);
}

static void
open_full_queue (Waiting *waiting)
{
  waiting->queue = lodger_queue_new (waiting->loop.caller, LODGER_QUEUE_OPTIONS (.limit = 1));
  expect_code (lodger_queue_call (waiting->queue, defer_item, waiting, NULL), 0);
  loop_run (&waiting->loop);
  expect_code (lodger_queue_call (waiting->queue, do_nothing, NULL, NULL), 0);
}

static int
wait_queue (Waiting *waiting)
{
  return lodger_queue_call (waiting->queue, do_nothing, &waiting->item, recorder_destroy);
}

static void
fulfil_queue (Waiting *waiting)
{
  lodger_reply_return_nothing (waiting->reply);
  waiting->reply = NULL;
}

static void
close_queue (Waiting *waiting)
{
  if (waiting->reply != NULL)
    fulfil_queue (waiting);
  lodger_queue_unref (waiting->queue);
}

static void
wait_as_member (LodgerPending *self, void *data)
{
  (void) self;
  lodger_pending_wait (((Waiting *) data)->promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
}

static int
wait_leave (Waiting *waiting)
{
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.mode = LODGER_GROUP_CANCEL));
  int code;
  test_check (lodger_group_enter (group) == 0);
  lodger_pending_disown (lodger_caller_spawn (waiting->loop.caller, wait_as_member, waiting, NULL));
  code = lodger_group_leave (group, NULL);
  test_check (lodger_group_current () == waiting->around);
  lodger_group_unref (group);
  return code;
}

static void
open_worker (Waiting *waiting)
{
  waiting->worker = worker_start (NULL);
}

static int
wait_stopped (Waiting *waiting)
{
  return lodger_pending_wait (lodger_caller_get_stopped (waiting->worker), waiting->timeout, waiting->flags);
}

static void
fulfil_stopped (Waiting *waiting)
{
  lodger_caller_stop (waiting->worker, true);
}

static void
close_worker (Waiting *waiting)
{
  worker_stop (waiting->worker);
}

static void
serve_until_told (LodgerPending *self, LodgerTask *task, void *data)
{
  (void) self;
  (void) data;
  lodger_pending_wait (lodger_task_get_stopping (task), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
}

static void
open_task (Waiting *waiting)
{
  open_worker (waiting);
  waiting->task = lodger_task_new (waiting->worker, serve_until_told, NULL, NULL, NULL);
  expect_code (lodger_task_start (waiting->task), 0);
}

static int
wait_task (Waiting *waiting)
{
  return lodger_task_wait (waiting->task, waiting->timeout);
}

static void
fulfil_task (Waiting *waiting)
{
  expect_code (lodger_task_stop (waiting->task), 0);
}

static void
close_task (Waiting *waiting)
{
  lodger_task_unref (waiting->task);
  close_worker (waiting);
}

static const Kind kinds[] = {
  { "pending", NULL, wait_pending, fulfil_promise, NULL, true, true, true },
  { "all", NULL, wait_all, fulfil_both, NULL, true, true, false },
  { "first", NULL, wait_first, fulfil_promise, NULL, true, true, false },
  { "exception", NULL, wait_exception, fail_other, NULL, true, true, false },
  { "next", open_completed, wait_next, fulfil_promise, close_completed, true, false, false },
  { "sleep", NULL, wait_sleep, fulfil_sleep, NULL, false, false, false },
  { "receive", open_channel, wait_receive, fulfil_receive, close_channel, true, false, false },
  { "send", open_full_channel, wait_send, fulfil_send, close_channel, false, false, false },
  { "inbox", open_full_inbox, wait_inbox, fulfil_inbox, close_inbox, false, false, false },
  { "queue", open_full_queue, wait_queue, fulfil_queue, close_queue, false, false, false },
  { "leave", NULL, wait_leave, fulfil_promise, NULL, false, false, true },
  { "stopped", open_worker, wait_stopped, fulfil_stopped, close_worker, true, true, false },
  { "task", open_task, wait_task, fulfil_task, close_task, true, false, false },
};

enum
{
  KINDS = sizeof kinds / sizeof kinds[0]
};

/* ---- the call ---------------------------------------------------------------------------------------------------- */

static void
wait_for_it (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT),
                *done = lodger_pending_new (LODGER_PENDING_DEFAULT);
  waiting->begins = true;
  waiting->around = lodger_group_current ();
  lodger_context_set (&a_key, waiting, NULL);
  waiting->code = waiting->kind->wait (waiting);
  waiting->is_over = true;
  waiting->was_itself = lodger_pending_current () == self && lodger_caller_current () == waiting->loop.caller;
  waiting->kept_context = lodger_context_get (&a_key) == waiting;
  lodger_pending_return_nothing (done);
  waiting->done_already = lodger_pending_wait (done, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  waiting->again = lodger_pending_is_cancelled (self) ? lodger_pending_wait (never, LODGER_FOREVER, LODGER_WAIT_DEFAULT)
                                                      : lodger_pending_wait (never, 1, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (never);
  lodger_pending_unref (done);
}

static void
destroy_data (void *data)
{
  recorder_destroy (&((Waiting *) data)->data);
}

/* It waits. */
static void
waiting_start (Waiting *waiting, int kind, const LodgerCallOptions *options, int64_t timeout, LodgerWaitFlags flags)
{
  *waiting = (Waiting) { .kind = &kinds[kind], .timeout = timeout, .flags = flags };
  waiting->loop = loop_open (LODGER_MANUAL_DEFAULT);
  waiting->promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  waiting->other = lodger_pending_new (LODGER_PENDING_DEFAULT);
  if (waiting->kind->open != NULL)
    waiting->kind->open (waiting);
  waiting->call = lodger_caller_spawn_full (waiting->loop.caller, wait_for_it, waiting, destroy_data, options);
  loop_run (&waiting->loop);
  ck_assert (waiting->begins && !waiting->is_over);
}

static void
run_until_over (Waiting *waiting)
{
  while (!waiting->is_over)
    {
      lodger_manual_iterate (waiting->loop.host, false);
      lodger_manual_wait_posted (waiting->loop.host, 1000000);
    }
}

static void
waiting_end (Waiting *waiting, int code, int again)
{
  loop_run_until_done (&waiting->loop, waiting->call);
  loop_run (&waiting->loop);
  ck_assert (waiting->is_over);
  expect_code (waiting->code, code);
  expect_code (waiting->again, again);
  expect_code (waiting->done_already, 0);
  ck_assert (waiting->was_itself);
  ck_assert (waiting->kept_context);
  ck_assert_ptr_null (lodger_context_get (&a_key));
  ck_assert_ptr_null (lodger_pending_current ());
  recorder_expect (&waiting->data, 0, 1);
  ck_assert_int_eq (waiting->data.destroyed_in, test_thread_id ());
}

static void
waiting_close (Waiting *waiting)
{
  if (waiting->kind->close != NULL)
    waiting->kind->close (waiting);
  lodger_pending_unref (waiting->call);
  lodger_pending_unref (waiting->promise);
  lodger_pending_unref (waiting->other);
  loop_close (&waiting->loop);
}

static void
note_run (LodgerPending *self, void *data)
{
  (void) self;
  *(bool *) data = lodger_context_get (&a_key) == NULL;
}

START_TEST (a_wait_suspends_a_spawned_call_until_it_is_over)
{
  Waiting waiting;
  bool others_run = false;
  waiting_start (&waiting, _i, NULL, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (lodger_caller_call_soon (waiting.loop.caller, note_run, &others_run, NULL));
  loop_run (&waiting.loop);
  ck_assert (others_run && !waiting.is_over);
  kinds[_i].fulfil (&waiting);
  run_until_over (&waiting);
  lodger_manual_advance (waiting.loop.host, 1); /* the next wait */
  waiting_end (&waiting, 0, LODGER_ETIMEDOUT);
  expect_code (lodger_pending_get_outcome (waiting.call), 0);
  waiting_close (&waiting);
}
END_TEST

/* ---- what ends a wait -------------------------------------------------------------------------------------------- */

typedef enum Way
{
  BY_CANCEL,
  BY_SCOPE,
  BY_GROUP,
  BY_TIMEOUT,
  BY_STOP,
  WAYS
} Way;

static const char *const way_names[WAYS] = { "cancel", "scope", "group", "timeout", "stop" };

static void
end_by (Waiting *waiting, Way way, LodgerGroup *group, LodgerScope *scope)
{
  switch (way)
    {
    case BY_CANCEL: ck_assert (lodger_pending_cancel (waiting->call, "enough")); break;
    case BY_SCOPE: ck_assert (lodger_scope_end (scope, NULL)); break;
    case BY_GROUP: ck_assert (lodger_group_cancel (group, NULL)); break;
    case BY_TIMEOUT: lodger_manual_advance (waiting->loop.host, LODGER_SECONDS (60)); break;
    default: lodger_caller_stop (waiting->loop.caller, true); break;
    }
  ck_assert (!waiting->is_over);
}

START_TEST (a_cancel_of_any_kind_ends_each_wait)
{
  const Way way = (Way) (_i % WAYS);
  Waiting waiting;
  LodgerScope *scope = lodger_scope_new (NULL);
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.mode = LODGER_GROUP_CANCEL));
  const LodgerCallOptions *options = LODGER_CALL_OPTIONS (.scope = way == BY_SCOPE ? scope : NULL,
                                                          .timeout = way == BY_TIMEOUT ? LODGER_SECONDS (60) : 0);
  LodgerPending *closed = NULL;
  if (way == BY_GROUP)
    expect_code (lodger_group_enter (group), 0);
  waiting_start (&waiting, _i / WAYS, options, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  if (way == BY_GROUP)
    closed = lodger_group_close (group);
  end_by (&waiting, way, group, scope);
  waiting_end (&waiting, LODGER_ECANCELED, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (waiting.call), way == BY_TIMEOUT ? LODGER_ETIMEDOUT : LODGER_ECANCELED);
  if (waiting.kind->cancels)
    expect_code (lodger_pending_get_outcome (waiting.promise), LODGER_ECANCELED);
  else
    ck_assert (!lodger_pending_is_cancelled (waiting.promise));
  if (closed != NULL)
    ck_assert (lodger_pending_is_done (closed));
  lodger_pending_unref (closed);
  waiting_close (&waiting);
  lodger_scope_unref (scope);
  lodger_group_unref (group);
}
END_TEST

START_TEST (a_timeout_inside_of_a_spawned_call_is_its_own_error)
{
  Waiting waiting;
  if (!kinds[_i].has_limit)
    return;
  waiting_start (&waiting, _i, NULL, LODGER_SECONDS (5), LODGER_WAIT_DEFAULT);
  lodger_manual_advance (waiting.loop.host, LODGER_SECONDS (5) - 1);
  loop_run (&waiting.loop);
  ck_assert (!waiting.is_over);
  lodger_manual_advance (waiting.loop.host, 1);
  run_until_over (&waiting);
  lodger_manual_advance (waiting.loop.host, 1); /* the next wait */
  waiting_end (&waiting, LODGER_ETIMEDOUT, LODGER_ETIMEDOUT);
  expect_code (lodger_pending_get_outcome (waiting.call), 0);
  ck_assert_int_eq (lodger_pending_is_cancelled (waiting.promise), waiting.kind->cancels);
  waiting_close (&waiting);
}
END_TEST

START_TEST (edge_06_a_shield_holds_back_the_cancellation_of_a_spawned_call)
{
  Waiting waiting;
  if (!kinds[_i].has_shield)
    return;
  waiting_start (&waiting, _i, NULL, LODGER_FOREVER, LODGER_WAIT_SHIELD);
  ck_assert (lodger_pending_cancel (waiting.call, "enough"));
  loop_run (&waiting.loop);
  ck_assert (!waiting.is_over);
  ck_assert (!lodger_pending_is_cancelled (waiting.promise));
  kinds[_i].fulfil (&waiting);
  waiting_end (&waiting, 0, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (waiting.call), LODGER_ECANCELED);
  waiting_close (&waiting);
}
END_TEST

START_TEST (a_protected_wait_of_a_spawned_call_cancels_nothing)
{
  for (int by_time = 0; by_time < 2; by_time++)
    {
      Waiting waiting;
      waiting_start (&waiting, 0, NULL, LODGER_SECONDS (5), LODGER_WAIT_PROTECT);
      if (by_time)
        lodger_manual_advance (waiting.loop.host, LODGER_SECONDS (5));
      else
        ck_assert (lodger_pending_cancel (waiting.call, NULL));
      run_until_over (&waiting);
      lodger_manual_advance (waiting.loop.host, 1); /* the next wait */
      waiting_end (&waiting, by_time ? LODGER_ETIMEDOUT : LODGER_ECANCELED,
                   by_time ? LODGER_ETIMEDOUT : LODGER_ECANCELED);
      ck_assert (!lodger_pending_is_cancelled (waiting.promise));
      waiting_close (&waiting);
    }
}
END_TEST

/* ---- sleeps and yields ------------------------------------------------------------------------------------------- */

static void
sleep_a_second (LodgerPending *self, void *data)
{
  Trail *trail = data;
  (void) self;
  trail->code = lodger_sleep (LODGER_SECONDS (1));
  trail_note (trail, 's');
}

START_TEST (a_sleep_is_never_early)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .code = 1 };
  lodger_pending_unref (lodger_caller_spawn (loop.caller, sleep_a_second, &trail, NULL));
  loop_run (&loop);
  lodger_manual_advance (loop.host, LODGER_SECONDS (1) - 1);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "");
  lodger_manual_advance (loop.host, 1);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "s");
  expect_code (trail.code, 0);
  loop_close (&loop);
}
END_TEST

static void
sleep_for_nothing (LodgerPending *self, void *data)
{
  Trail *trail = data;
  trail->code = lodger_sleep (0) != 0 ? 1 : lodger_sleep (INT64_MIN);
  lodger_pending_cancel (self, NULL);
  trail->again = lodger_sleep (0);
  trail_note (trail, 's');
}

START_TEST (a_sleep_of_no_time_goes_on_at_once)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .code = 1 };
  lodger_pending_unref (lodger_caller_spawn (loop.caller, sleep_for_nothing, &trail, NULL));
  lodger_manual_iterate (loop.host, false);
  ck_assert_str_eq (trail.letters, "s");
  expect_code (trail.code, 0);
  expect_code (trail.again, LODGER_ECANCELED);
  loop_close (&loop);
}
END_TEST

START_TEST (a_sleep_in_a_worker_is_cancelled)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int i = 0; i < 2; i++)
    {
      Trail trail = { .code = 1 };
      LodgerPending *call = i == 0 ? lodger_caller_call_soon (worker, sleep_a_second, &trail, NULL)
                                   : lodger_caller_spawn (worker, sleep_a_second, &trail, NULL);
      lodger_pending_cancel_wait (call, NULL, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
      ck_assert_int_le (trail.code, 1);
      lodger_pending_unref (call);
    }
  worker_stop (worker);
}
END_TEST

static void
yield_between (LodgerPending *self, void *data)
{
  Trail *trail = data;
  (void) self;
  for (int i = 0; i < 3; i++)
    {
      trail_note (trail, 'y');
      trail->code = lodger_yield ();
    }
}

START_TEST (a_yield_lets_what_is_queued_run)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .code = 0 };
  lodger_pending_unref (lodger_caller_spawn (loop.caller, yield_between, &trail, NULL));
  lodger_pending_unref (lodger_caller_call_soon (loop.caller, trail_note_b, &trail, NULL));
  lodger_pending_unref (lodger_caller_spawn (loop.caller, yield_between, &trail, NULL));
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "ybyyyyy");
  expect_code (trail.code, 0);
  loop_close (&loop);
}
END_TEST

START_TEST (a_cancel_during_a_yield_is_told_by_it)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .code = 0 };
  LodgerPending *call = lodger_caller_spawn (loop.caller, yield_between, &trail, NULL);
  lodger_manual_set_slice (loop.host, 0);
  lodger_manual_iterate (loop.host, false);
  ck_assert_str_eq (trail.letters, "y");
  lodger_pending_cancel (call, NULL);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "yyy");
  expect_code (trail.code, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (call), LODGER_ECANCELED);
  lodger_pending_unref (call);
  loop_close (&loop);
}
END_TEST

/* ---- leaving a task, which is shielded --------------------------------------------------------------------------- */

typedef struct Serving
{
  Loop loop;
  LodgerTask *task;
  Latch told, may_end;
  int entered, left;
  bool is_inside;
} Serving;

static void
serve_slowly (LodgerPending *self, LodgerTask *task, void *data)
{
  Serving *serving = data;
  (void) self;
  lodger_pending_wait (lodger_task_get_stopping (task), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  latch_open (&serving->told);
  latch_wait (&serving->may_end);
}

static void
use_task (LodgerPending *self, void *data)
{
  Serving *serving = data;
  (void) self;
  serving->entered = lodger_task_enter (serving->task);
  serving->is_inside = true;
  serving->left = lodger_task_leave (serving->task, NULL);
}

START_TEST (a_task_is_entered_and_left_by_a_spawned_call)
{
  Serving serving = { .entered = 1, .left = 1 };
  LodgerPending *call;
  latch_init (&serving.told);
  latch_init (&serving.may_end);
  serving.loop = loop_open (LODGER_MANUAL_DEFAULT);
  serving.task = lodger_task_new (serving.loop.caller, serve_slowly, &serving, NULL, NULL);
  call = lodger_caller_spawn (serving.loop.caller, use_task, &serving, NULL);
  while (!latch_is_open (&serving.told))
    {
      lodger_manual_iterate (serving.loop.host, false);
      lodger_manual_wait_posted (serving.loop.host, 1000000);
    }
  lodger_pending_cancel (call, NULL);
  loop_run (&serving.loop);
  ck_assert (!lodger_pending_is_done (call));
  latch_open (&serving.may_end);
  loop_run_until_done (&serving.loop, call);
  expect_code (serving.entered, 0);
  expect_code (serving.left, 0);
  expect_code (lodger_pending_get_outcome (call), LODGER_ECANCELED);
  lodger_pending_unref (call);
  lodger_task_unref (serving.task);
  loop_close (&serving.loop);
  latch_clear (&serving.told);
  latch_clear (&serving.may_end);
}
END_TEST

static void
add_for_kinds (Suite *suite, const TTest *test)
{
  char name[160];
  for (int i = 0; i < KINDS; i++)
    {
      snprintf (name, sizeof name, "%s/%s", test->name, kinds[i].name);
      test_add_variant (suite, name, test, i);
    }
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber-waits");
  add_for_kinds (suite, a_wait_suspends_a_spawned_call_until_it_is_over);
  for (int i = 0; i < KINDS * WAYS; i++)
    {
      char name[160];
      snprintf (name, sizeof name, "a_cancel_of_any_kind_ends_each_wait/%s_%s", kinds[i / WAYS].name,
                way_names[i % WAYS]);
      test_add_variant (suite, name, a_cancel_of_any_kind_ends_each_wait, i);
    }
  add_for_kinds (suite, a_timeout_inside_of_a_spawned_call_is_its_own_error);
  add_for_kinds (suite, edge_06_a_shield_holds_back_the_cancellation_of_a_spawned_call);
  test_add (suite, a_protected_wait_of_a_spawned_call_cancels_nothing);
  test_add (suite, a_sleep_is_never_early);
  test_add (suite, a_sleep_of_no_time_goes_on_at_once);
  test_add (suite, a_sleep_in_a_worker_is_cancelled);
  test_add (suite, a_yield_lets_what_is_queued_run);
  test_add (suite, a_cancel_during_a_yield_is_told_by_it);
  test_add (suite, a_task_is_entered_and_left_by_a_spawned_call);
  return test_main (suite, argc, argv);
}
