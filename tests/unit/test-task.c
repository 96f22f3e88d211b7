/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start/stop tasks: edge cases 86 to 94. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

typedef enum Way
{
  WAITS,      /* for its stop, and answers */
  RETURNS,    /* at once */
  FAILS,      /* at once */
  CANCELS,    /* itself */
  FAILS_LATE, /* after its stop */
  LINGERS,    /* until it is cancelled */
} Way;

/* A task, and what its function saw. */
typedef struct Server
{
  Way way;
  LodgerCaller *worker;
  LodgerTask *task;
  Latch begun, let_go;
  bool has_let_go;
  atomic_int runs, destroyed, code;
  bool reports;
} Server;

static void
serve (LodgerPending *self, LodgerTask *task, void *data)
{
  Server *server = data;
  int code;
  atomic_fetch_add (&server->runs, 1);
  latch_open (&server->begun);
  if (server->has_let_go)
    latch_wait (&server->let_go);
  if (server->reports)
    {
      expect_code (lodger_task_report_started (task), 0);
      expect_code (lodger_task_report_started (task), LODGER_EALREADY);
    }
  if (server->way == CANCELS)
    lodger_pending_cancel (self, "by itself");
  if (server->way == WAITS || server->way == FAILS_LATE)
    {
      code = lodger_pending_wait (lodger_task_get_stopping (task), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
      atomic_store (&server->code, code);
    }
  if (server->way == LINGERS)
    {
      LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
      lodger_pending_unref (promise);
    }
  if (server->way == FAILS || server->way == FAILS_LATE)
    lodger_pending_return_new_error (self, NULL, LODGER_EFAILED, "broken");
  else
    lodger_pending_return_int (self, 7);
}

static void
server_destroy (void *data)
{
  atomic_fetch_add (&((Server *) data)->destroyed, 1);
}

static void
server_open (Server *server, LodgerCaller *worker, const LodgerTaskOptions *options)
{
  server->worker = worker;
  latch_init (&server->begun);
  latch_init (&server->let_go);
  server->task = lodger_task_new (worker, serve, server, server_destroy, options);
}

static void
server_close (Server *server)
{
  lodger_task_unref (server->task);
  latch_clear (&server->begun);
  latch_clear (&server->let_go);
}

static void
expect_end (Server *server, int code)
{
  wait_done (lodger_task_get_stopped (server->task));
  ck_assert (lodger_pending_is_done (lodger_task_get_started (server->task)));
  ck_assert (lodger_pending_is_done (lodger_task_get_stopping (server->task)));
  ck_assert_int_eq (atomic_load (&server->destroyed), 1);
  expect_code (lodger_pending_get_outcome (lodger_task_get_stopped (server->task)), code);
}

/* ---- start and stop ---------------------------------------------------------------------------------------------------- */

START_TEST (edge_86_it_is_not_scheduled_before_it_is_started)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = WAITS };
  server_open (&server, worker, LODGER_TASK_OPTIONS (.worker = "server"));
  expect_code (wait_outcome (lodger_caller_to_thread_full (worker, recorder_call, &(Recorder) { 0 }, NULL,
                                                           LODGER_CALL_OPTIONS (.worker = "server"))),
               0);
  ck_assert_int_eq (atomic_load (&server.runs), 0);
  ck_assert (!lodger_pending_is_done (lodger_task_get_started (server.task)));
  expect_code (lodger_task_start (server.task), 0);
  latch_wait (&server.begun);
  expect_code (lodger_task_stop (server.task), 0);
  expect_end (&server, 0);
  server_close (&server);
  worker_stop (worker);
}
END_TEST

START_TEST (edge_86_started_twice_it_runs_once)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = WAITS };
  server_open (&server, worker, NULL);
  expect_code (lodger_task_start (server.task), 0);
  expect_code (lodger_task_start (server.task), 0);
  latch_wait (&server.begun);
  expect_code (lodger_task_start (server.task), 0);
  expect_code (lodger_task_stop (server.task), 0);
  expect_end (&server, 0);
  expect_code (lodger_task_start (server.task), 0);
  ck_assert_int_eq (atomic_load (&server.runs), 1);
  server_close (&server);
  worker_stop (worker);
}
END_TEST

START_TEST (edge_87_stopped_before_it_was_started)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = WAITS };
  server_open (&server, worker, NULL);
  expect_code (lodger_task_stop (server.task), 0);
  expect_code (lodger_task_start (server.task), LODGER_ECANCELED);
  expect_end (&server, LODGER_ECANCELED);
  ck_assert_int_eq (atomic_load (&server.runs), 0);
  server_close (&server);
  worker_stop (worker);
}
END_TEST

static void *
start_elsewhere (void *data)
{
  Barrier *barrier = ((void **) data)[1];
  barrier_wait (barrier);
  lodger_task_start (((void **) data)[0]);
  return NULL;
}

START_TEST (edge_87_a_start_and_a_stop_meet)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int i = 0; i < 100; i++)
    {
      Server server = { .way = WAITS };
      Barrier barrier;
      pthread_t thread;
      void *both[2];
      int outcome;
      server_open (&server, worker, NULL);
      barrier_init (&barrier, 2);
      both[0] = server.task;
      both[1] = &barrier;
      thread = thread_start (start_elsewhere, both);
      barrier_wait (&barrier);
      expect_code (lodger_task_stop (server.task), 0);
      thread_join (thread);
      wait_done (lodger_task_get_stopped (server.task));
      outcome = lodger_pending_get_outcome (lodger_task_get_stopped (server.task));
      expect_end (&server, atomic_load (&server.runs) == 1 ? 0 : LODGER_ECANCELED);
      ck_assert (outcome == 0 || outcome == LODGER_ECANCELED);
      barrier_clear (&barrier);
      server_close (&server);
    }
  worker_stop (worker);
}
END_TEST

START_TEST (edge_88_a_stop_only_signals)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = WAITS, .has_let_go = true };
  int64_t value = 0;
  server_open (&server, worker, NULL);
  expect_code (lodger_task_start (server.task), 0);
  latch_wait (&server.begun);
  ck_assert (!lodger_pending_is_done (lodger_task_get_stopping (server.task)));
  expect_code (lodger_task_stop (server.task), 0);
  expect_code (lodger_task_stop (server.task), 0);
  ck_assert (lodger_pending_is_done (lodger_task_get_stopping (server.task)));
  ck_assert (!lodger_pending_is_done (lodger_task_get_stopped (server.task)));
  latch_open (&server.let_go);
  expect_end (&server, 0);
  expect_code (atomic_load (&server.code), 0);
  expect_code (lodger_pending_get_int (lodger_task_get_stopped (server.task), &value), 0);
  ck_assert_int_eq (value, 7);
  server_close (&server);
  worker_stop (worker);
}
END_TEST

static void
serve_in_loop (LodgerPending *self, LodgerTask *task, void *data)
{
  (void) task;
  *(LodgerReply **) data = lodger_pending_defer (self);
}

static int
answer_at_stop (LodgerPending *done, void *data)
{
  (void) done;
  return lodger_reply_return_int (*(LodgerReply **) data, 7);
}

START_TEST (a_task_in_its_callers_thread_defers_its_answer)
{
  for (int i = 0; i < 2; i++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      LodgerReply *reply = NULL;
      LodgerTask *task
          = lodger_task_new (loop.caller, serve_in_loop, &reply, NULL, LODGER_TASK_OPTIONS (.in_caller = true));
      loop_run (&loop);
      ck_assert_ptr_null (reply);
      expect_code (lodger_pending_add_done_callback (lodger_task_get_stopping (task), answer_at_stop, &reply, NULL), 0);
      expect_code (lodger_task_start (task), 0);
      loop_run (&loop);
      ck_assert (lodger_pending_is_done (lodger_task_get_started (task)));
      ck_assert (!lodger_pending_is_done (lodger_task_get_stopped (task)));
      if (i == 0)
        expect_code (lodger_task_stop (task), 0);
      else
        lodger_caller_stop (loop.caller, true);
      loop_run (&loop);
      expect_code (lodger_pending_get_outcome (lodger_task_get_stopped (task)), 0);
      lodger_task_unref (task);
      loop_close (&loop);
    }
}
END_TEST

START_TEST (the_function_says_when_it_has_started)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = WAITS, .has_let_go = true, .reports = true };
  server_open (&server, worker, LODGER_TASK_OPTIONS (.reports_start = true));
  expect_code (lodger_task_start (server.task), 0);
  latch_wait (&server.begun);
  ck_assert (!lodger_pending_is_done (lodger_task_get_started (server.task)));
  latch_open (&server.let_go);
  wait_done (lodger_task_get_started (server.task));
  expect_code (lodger_pending_get_outcome (lodger_task_get_started (server.task)), 0);
  expect_code (lodger_task_stop (server.task), 0);
  expect_end (&server, 0);
  server_close (&server);
  worker_stop (worker);
}
END_TEST

START_TEST (a_task_that_nobody_refers_to_goes_on)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = WAITS }, unstarted = { .way = WAITS };
  LodgerPending *stopped;
  server_open (&server, worker, NULL);
  stopped = lodger_pending_ref (lodger_task_get_stopped (server.task));
  expect_code (lodger_task_start (server.task), 0);
  latch_wait (&server.begun);
  lodger_task_unref (lodger_task_ref (server.task));
  lodger_task_unref (server.task);
  server.task = NULL;
  server_open (&unstarted, worker, NULL);
  lodger_pending_unref (stopped);
  stopped = lodger_pending_ref (lodger_task_get_stopped (unstarted.task));
  lodger_task_unref (unstarted.task);
  unstarted.task = NULL;
  wait_done (stopped);
  ck_assert_int_eq (atomic_load (&unstarted.destroyed), 1);
  ck_assert_int_eq (atomic_load (&server.destroyed), 0);
  lodger_pending_unref (stopped);
  worker_stop (worker);
  ck_assert_int_eq (atomic_load (&server.destroyed), 1);
  server_close (&server);
  server_close (&unstarted);
}
END_TEST

/* ---- a stop of its caller ---------------------------------------------------------------------------------------------- */

START_TEST (edge_89_a_stop_of_its_caller_signals_first)
{
  for (int i = 0; i < 40; i++)
    {
      LodgerCaller *worker = worker_start (NULL);
      Server server = { .way = i % 4 < 3 ? WAITS : FAILS_LATE };
      server_open (&server, worker, LODGER_TASK_OPTIONS (.worker = i % 2 == 0 ? "server" : NULL));
      expect_code (lodger_task_start (server.task), 0);
      latch_wait (&server.begun);
      worker_stop (worker);
      expect_end (&server, i % 4 < 3 ? 0 : LODGER_EFAILED);
      expect_code (atomic_load (&server.code), 0);
      server_close (&server);
    }
}
END_TEST

/* It looks round after the stop was asked for: a cancel would have come by then. */
START_TEST (edge_89_a_stop_of_its_caller_cancels_nothing)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = WAITS, .has_let_go = true };
  server_open (&server, worker, NULL);
  expect_code (lodger_task_start (server.task), 0);
  latch_wait (&server.begun);
  lodger_caller_stop (worker, true);
  latch_open (&server.let_go);
  expect_end (&server, 0);
  expect_code (atomic_load (&server.code), 0);
  server_close (&server);
  worker_stop (worker);
}
END_TEST

START_TEST (edge_89_one_that_goes_on_is_cancelled)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = LINGERS }, unstarted = { .way = WAITS };
  server_open (&server, worker, LODGER_TASK_OPTIONS (.patience = 1));
  server_open (&unstarted, worker, NULL);
  expect_code (lodger_task_start (server.task), 0);
  latch_wait (&server.begun);
  worker_stop (worker);
  expect_end (&server, LODGER_ECANCELED);
  expect_end (&unstarted, LODGER_ECANCELED);
  ck_assert_int_eq (atomic_load (&unstarted.runs), 0);
  server_close (&server);
  server_close (&unstarted);
}
END_TEST

/* ---- inside ------------------------------------------------------------------------------------------------------------ */

typedef struct Inside
{
  Server *server;
  int enter_code, leave_code, wait_code;
  LodgerError *error;
  bool waits;
  Latch entered;
} Inside;

static void
be_inside (LodgerPending *self, void *data)
{
  Inside *inside = data;
  Server *server = inside->server;
  LodgerPending *promise;
  (void) self;
  inside->enter_code = lodger_task_enter (server->task);
  latch_open (&inside->entered);
  if (inside->enter_code != 0)
    return;
  if (server->reports)
    ck_assert_int_eq (atomic_load (&server->runs), 1);
  ck_assert (lodger_pending_is_done (lodger_task_get_started (server->task)));
  if (inside->waits)
    {
      promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      inside->wait_code = lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
      lodger_pending_unref (promise);
    }
  inside->leave_code = lodger_task_leave (server->task, &inside->error);
  ck_assert (lodger_pending_is_done (lodger_task_get_stopped (server->task)));
  ck_assert_int_eq (atomic_load (&server->destroyed), 1);
}

static LodgerPending *
inside_start (Inside *inside, Server *server)
{
  inside->server = server;
  latch_init (&inside->entered);
  return lodger_caller_to_thread (server->worker, be_inside, inside, NULL);
}

static void
inside_end (Inside *inside, LodgerPending *pending)
{
  wait_done (pending);
  lodger_pending_unref (pending);
  lodger_error_unref (inside->error);
  latch_clear (&inside->entered);
}

START_TEST (edge_90_entering_waits_until_it_has_started)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = WAITS, .has_let_go = true, .reports = true };
  Inside inside = { .waits = false };
  LodgerPending *pending;
  server_open (&server, worker, LODGER_TASK_OPTIONS (.reports_start = true));
  pending = inside_start (&inside, &server);
  latch_wait (&server.begun);
  ck_assert (!latch_is_open (&inside.entered));
  latch_open (&server.let_go);
  inside_end (&inside, pending);
  expect_code (inside.enter_code, 0);
  expect_code (inside.leave_code, 0);
  expect_code (atomic_load (&server.code), 0);
  server_close (&server);
  worker_stop (worker);
}
END_TEST

START_TEST (edge_90_leaving_waits_for_the_end_shielded)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = WAITS, .has_let_go = true };
  Inside inside = { .waits = true };
  LodgerPending *pending;
  server_open (&server, worker, NULL);
  pending = inside_start (&inside, &server);
  latch_wait (&inside.entered);
  lodger_pending_cancel (pending, NULL);
  wait_done (lodger_task_get_stopping (server.task));
  ck_assert (!lodger_pending_is_done (lodger_task_get_stopped (server.task)));
  ck_assert (!lodger_pending_is_done (pending));
  latch_open (&server.let_go);
  inside_end (&inside, pending);
  expect_code (inside.wait_code, LODGER_ECANCELED);
  expect_code (inside.leave_code, 0);
  expect_end (&server, 0);
  server_close (&server);
  worker_stop (worker);
}
END_TEST

START_TEST (edge_91_a_task_that_ends_early_cancels_what_is_inside)
{
  LodgerCaller *worker = worker_start (NULL);
  const Way ways[] = { RETURNS, FAILS, CANCELS };
  const int codes[] = { LODGER_ECANCELED, LODGER_EFAILED, LODGER_ECANCELED };
  const char *words[] = { "stopped early", "broken", "by itself" };
  for (int i = 0; i < 30; i++)
    {
      Server server = { .way = ways[i % 3], .has_let_go = true };
      Inside inside = { .waits = true };
      LodgerPending *pending;
      server_open (&server, worker, NULL);
      pending = inside_start (&inside, &server);
      latch_wait (&inside.entered);
      latch_open (&server.let_go);
      wait_done (pending);
      expect_code (inside.wait_code, LODGER_ECANCELED);
      expect_code (inside.leave_code, codes[i % 3]);
      ck_assert_ptr_nonnull (inside.error);
      ck_assert_ptr_nonnull (strstr (lodger_error_get_message (inside.error), words[i % 3]));
      expect_code (lodger_pending_get_outcome (pending), 0);
      inside_end (&inside, pending);
      server_close (&server);
    }
  worker_stop (worker);
}
END_TEST

START_TEST (a_task_that_fails_before_it_has_started_cannot_be_entered)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = FAILS };
  Inside inside = { .waits = true };
  server_open (&server, worker, LODGER_TASK_OPTIONS (.reports_start = true));
  inside_end (&inside, inside_start (&inside, &server));
  expect_code (inside.enter_code, LODGER_EFAILED);
  expect_end (&server, LODGER_EFAILED);
  server_close (&server);
  worker_stop (worker);
}
END_TEST

static void
forget_to_leave (LodgerPending *self, void *data)
{
  (void) self;
  expect_code (lodger_task_enter (data), 0);
}

START_TEST (a_call_that_returns_without_leaving_stops_the_task)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = WAITS };
  server_open (&server, worker, NULL);
  log_capture_begin ();
  expect_code (wait_outcome (lodger_caller_to_thread (worker, forget_to_leave, server.task, NULL)), 0);
  ck_assert (log_capture_has ("without leaving its task"));
  log_capture_end ();
  expect_end (&server, 0);
  server_close (&server);
  worker_stop (worker);
}
END_TEST

/* ---- wrong uses -------------------------------------------------------------------------------------------------------- */

typedef struct Wrong
{
  Server *server;
  LodgerCaller *other;
} Wrong;

static void
enter_from_elsewhere (LodgerPending *self, void *data)
{
  lodger_pending_return_int (self, lodger_task_enter (data));
}

static void
use_wrongly (LodgerPending *self, void *data)
{
  const Wrong *wrong = data;
  LodgerTask *task = wrong->server->task;
  LodgerPending *elsewhere = lodger_caller_call_soon (wrong->other, enter_from_elsewhere, task, NULL);
  int64_t code = 0;
  (void) self;
  expect_code (lodger_task_wait (task, LODGER_FOREVER), LODGER_ESTATE);
  expect_code (lodger_task_leave (task, NULL), LODGER_ESTATE);
  expect_code (lodger_task_report_started (task), LODGER_ESTATE);
  wait_done (elsewhere);
  expect_code (lodger_pending_get_int (elsewhere, &code), 0);
  expect_code ((int) code, LODGER_EWRONGTHREAD);
  lodger_pending_unref (elsewhere);
  expect_code (lodger_task_enter (task), 0);
  expect_code (lodger_task_enter (task), LODGER_EALREADY);
  expect_code (lodger_task_wait (task, 1), LODGER_ETIMEDOUT);
  expect_code (lodger_task_leave (task, NULL), 0);
  expect_code (lodger_task_leave (task, NULL), LODGER_ESTATE);
  expect_code (lodger_task_wait (task, LODGER_FOREVER), 0);
}

START_TEST (edge_92_each_wrong_use_has_an_error_of_its_own)
{
  LodgerCaller *worker = worker_start (NULL), *other = worker_start (NULL);
  Server server = { .way = WAITS };
  Wrong wrong = { &server, other };
  log_capture_begin ();
  server_open (&server, worker, NULL);
  expect_code (wait_outcome (lodger_caller_to_thread (worker, use_wrongly, &wrong, NULL)), 0);
  ck_assert_ptr_null (lodger_task_new (worker, NULL, &server, server_destroy, NULL));
  ck_assert_ptr_null (lodger_task_new (NULL, serve, &server, server_destroy, NULL));
  ck_assert_ptr_null (lodger_task_new (worker, serve, &server, server_destroy, LODGER_TASK_OPTIONS (.patience = -1)));
  ck_assert_ptr_null (lodger_task_new (worker, serve, &server, server_destroy,
                                       LODGER_TASK_OPTIONS (.in_caller = true, .worker = "server")));
  ck_assert_int_eq (atomic_load (&server.destroyed), 5);
  expect_code (lodger_task_start (NULL), LODGER_EINVAL);
  expect_code (lodger_task_stop (NULL), LODGER_EINVAL);
  expect_code (lodger_task_wait (NULL, 1), LODGER_EINVAL);
  expect_code (lodger_task_enter (NULL), LODGER_EINVAL);
  expect_code (lodger_task_leave (NULL, NULL), LODGER_EINVAL);
  expect_code (lodger_task_report_started (NULL), LODGER_EINVAL);
  ck_assert (!lodger_task_cancel (NULL, NULL));
  log_capture_end ();
  ck_assert_ptr_null (lodger_task_ref (NULL));
  lodger_task_unref (NULL);
  server_close (&server);
  worker_stop (worker);
  worker_stop (other);
}
END_TEST

START_TEST (edge_93_stopped_carries_what_became_of_it)
{
  LodgerCaller *worker = worker_start (NULL);
  const Way ways[] = { RETURNS, FAILS, CANCELS, LINGERS };
  const int codes[] = { 0, LODGER_EFAILED, LODGER_ECANCELED, LODGER_ECANCELED };
  const char *words[] = { NULL, "broken", "by itself", "from outside" };
  for (int i = 0; i < 4; i++)
    {
      Server server = { .way = ways[i] };
      LodgerError *error;
      server_open (&server, worker, NULL);
      expect_code (lodger_task_start (server.task), 0);
      latch_wait (&server.begun);
      if (ways[i] == LINGERS)
        ck_assert (lodger_task_cancel (server.task, "from outside"));
      expect_end (&server, codes[i]);
      error = lodger_pending_get_error (lodger_task_get_stopped (server.task));
      ck_assert_int_eq (error != NULL, words[i] != NULL);
      if (error != NULL)
        ck_assert_ptr_nonnull (strstr (lodger_error_get_message (error), words[i]));
      server_close (&server);
    }
  worker_stop (worker);
}
END_TEST

START_TEST (edge_94_nothing_of_it_is_left_after_the_scope)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int i = 0; i < 40; i++)
    {
      Server server = { .way = i % 2 == 0 ? WAITS : RETURNS };
      Inside inside = { .waits = i % 2 == 1 };
      server_open (&server, worker, NULL);
      inside_end (&inside, inside_start (&inside, &server));
      ck_assert_int_eq (atomic_load (&server.destroyed), 1);
      server_close (&server);
    }
  worker_stop (worker);
}
END_TEST

static int
look_at_the_data (LodgerPending *done, void *data)
{
  const Server *server = data;
  (void) done;
  ck_assert_int_eq (atomic_load (&server->destroyed), 1);
  return 0;
}

START_TEST (edge_94_its_data_is_gone_before_it_has_stopped)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Server server = { .way = RETURNS };
  LodgerPending *stopped;
  server_open (&server, loop.caller, LODGER_TASK_OPTIONS (.in_caller = true));
  stopped = lodger_task_get_stopped (server.task);
  expect_code (lodger_pending_add_done_callback (stopped, look_at_the_data, &server, NULL), 0);
  expect_code (lodger_task_stop (server.task), 0);
  loop_run (&loop);
  expect_end (&server, LODGER_ECANCELED);
  server_close (&server);
  loop_close (&loop);
}
END_TEST

START_TEST (a_scope_that_ends_cancels_it)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerScope *scope = lodger_scope_new (NULL);
  Server started = { .way = LINGERS }, unstarted = { .way = WAITS }, late = { .way = WAITS };
  server_open (&started, worker, LODGER_TASK_OPTIONS (.scope = scope));
  server_open (&unstarted, worker, LODGER_TASK_OPTIONS (.scope = scope));
  expect_code (lodger_task_start (started.task), 0);
  latch_wait (&started.begun);
  lodger_scope_end (scope, NULL);
  server_open (&late, worker, LODGER_TASK_OPTIONS (.scope = scope));
  expect_end (&started, LODGER_ECANCELED);
  expect_end (&unstarted, LODGER_ECANCELED);
  expect_end (&late, LODGER_ECANCELED);
  expect_code (lodger_task_start (late.task), LODGER_ECANCELED);
  server_close (&started);
  server_close (&unstarted);
  server_close (&late);
  lodger_scope_unref (scope);
  worker_stop (worker);
}
END_TEST

START_TEST (a_failure_that_nobody_reads_is_a_warning)
{
  LodgerCaller *worker = worker_start (NULL);
  Server server = { .way = FAILS };
  log_capture_begin ();
  server_open (&server, worker, LODGER_TASK_OPTIONS (.name = "server"));
  expect_code (lodger_task_start (server.task), 0);
  wait_done (lodger_task_get_stopping (server.task));
  worker_stop (worker);
  server_close (&server);
  ck_assert (log_capture_has ("nobody has read why: broken"));
  log_capture_end ();
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("task");
  test_add (suite, edge_86_it_is_not_scheduled_before_it_is_started);
  test_add (suite, edge_86_started_twice_it_runs_once);
  test_add (suite, edge_87_stopped_before_it_was_started);
  test_add (suite, edge_87_a_start_and_a_stop_meet);
  test_add (suite, edge_88_a_stop_only_signals);
  test_add (suite, a_task_in_its_callers_thread_defers_its_answer);
  test_add (suite, the_function_says_when_it_has_started);
  test_add (suite, a_task_that_nobody_refers_to_goes_on);
  test_add (suite, edge_89_a_stop_of_its_caller_signals_first);
  test_add (suite, edge_89_a_stop_of_its_caller_cancels_nothing);
  test_add (suite, edge_89_one_that_goes_on_is_cancelled);
  test_add (suite, edge_90_entering_waits_until_it_has_started);
  test_add (suite, edge_90_leaving_waits_for_the_end_shielded);
  test_add (suite, edge_91_a_task_that_ends_early_cancels_what_is_inside);
  test_add (suite, a_task_that_fails_before_it_has_started_cannot_be_entered);
  test_add (suite, a_call_that_returns_without_leaving_stops_the_task);
  test_add (suite, edge_92_each_wrong_use_has_an_error_of_its_own);
  test_add (suite, edge_93_stopped_carries_what_became_of_it);
  test_add (suite, edge_94_nothing_of_it_is_left_after_the_scope);
  test_add (suite, edge_94_its_data_is_gone_before_it_has_stopped);
  test_add (suite, a_scope_that_ends_cancels_it);
  test_add (suite, a_failure_that_nobody_reads_is_a_warning);
  return test_main (suite, argc, argv);
}
