/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "task-server.h"

/* ---- its function ------------------------------------------------------------------------------------------------------ */

static void
answer (Server *server)
{
  LodgerReply *reply = server->reply;
  server->reply = NULL;
  if (server->way == CANCELS)
    lodger_pending_cancel (lodger_reply_get_pending (reply), "by itself");
  if (server->way == FAILS)
    lodger_reply_return_error (reply, lodger_error_new (NULL, LODGER_EFAILED, "broken"));
  else
    lodger_reply_return_int (reply, 7);
}

static int
answer_at_stop (LodgerPending *done, void *data)
{
  (void) done;
  answer (data);
  return 0;
}

static void
report (Server *server)
{
  atomic_store (&server->has_reported, true);
  test_check (lodger_task_report_started (server->task) == 0);
}

static void
serve_in_loop (LodgerPending *self, LodgerTask *task, void *data)
{
  Server *server = data;
  server->reply = lodger_pending_defer (self);
  counter_add (&server->runs, 1);
  if (server->way == ANSWERS_AT_STOP)
    test_check (lodger_pending_add_done_callback (lodger_task_get_stopping (task), answer_at_stop, server, NULL) == 0);
}

static void
serve_in_worker (LodgerPending *self, LodgerTask *task, void *data)
{
  Server *server = data;
  counter_add (&server->runs, 1);
  if (server->reports_start)
    {
      latch_wait (&server->may_report);
      report (server);
    }
  if (server->way == ANSWERS_AT_STOP)
    lodger_pending_wait (lodger_task_get_stopping (task), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  else
    latch_wait (&server->may_end);
  server->reply = lodger_pending_defer (self);
  answer (server);
}

void
server_end_data (void *data)
{
  counter_add (&((Server *) data)->ends, 1);
}

/* ---- the test's side --------------------------------------------------------------------------------------------------- */

void
server_open_caller (Server *server, int i, Place place)
{
  server->place = place;
  latch_init (&server->may_report);
  latch_init (&server->may_end);
  counter_init (&server->runs);
  counter_init (&server->ends);
  subject_open (&server->subject, i, false);
  server->caller = place == IN_CHILD ? lodger_caller_open_child (server->subject.caller, NULL, NULL)
                                     : lodger_caller_ref (server->subject.caller);
  ck_assert_ptr_nonnull (server->caller);
}

void
server_make (Server *server)
{
  bool is_in_worker = server->place == IN_WORKER;
  server->task
      = lodger_task_new (server->caller, is_in_worker ? serve_in_worker : serve_in_loop, server, server_end_data,
                         LODGER_TASK_OPTIONS (.in_caller = !is_in_worker, .worker = is_in_worker ? SERVER_WORKER : NULL,
                                              .reports_start = server->reports_start, .patience = server->patience));
  ck_assert_ptr_nonnull (server->task);
}

void
server_open (Server *server, int i, Place place)
{
  server_open_caller (server, i, place);
  server_make (server);
}

void
server_await_begin (Server *server)
{
  if (server->place == IN_CALLER)
    subject_run_until (&server->subject, &server->runs, 1);
  else
    counter_wait (&server->runs, 1);
}

void
server_expect_end (Server *server, int code)
{
  LodgerPending *stopped = lodger_task_get_stopped (server->task);
  if (!lodger_pending_is_done (stopped))
    subject_await (&server->subject, stopped);
  ck_assert (lodger_pending_is_done (lodger_task_get_started (server->task)));
  ck_assert (lodger_pending_is_done (lodger_task_get_stopping (server->task)));
  ck_assert_int_eq (counter_get (&server->ends), 1);
  expect_code (lodger_pending_get_outcome (stopped), code);
}

void
server_expect_answer (Server *server)
{
  int64_t value = 0;
  server_expect_end (server, 0);
  expect_code (lodger_pending_get_int (lodger_task_get_stopped (server->task), &value), 0);
  ck_assert_int_eq (value, 7);
}

void
server_settle (Server *server)
{
  Recorder recorder = { 0 };
  LodgerPending *call = lodger_caller_call_soon (server->caller, recorder_call, &recorder, NULL);
  expect_code (subject_outcome (&server->subject, call), 0);
}

void
server_stop_caller (Server *server)
{
  LodgerPending *stopped = lodger_caller_get_stopped (server->caller);
  lodger_caller_stop (server->caller, true);
  if (server->place == IN_CHILD)
    subject_await (&server->subject, stopped);
  else
    subject_run_until_done (&server->subject, stopped);
}

void
server_let_report (Server *server)
{
  if (server->place == IN_WORKER)
    latch_open (&server->may_report);
  else
    report (server);
}

void
server_let_end (Server *server)
{
  if (server->place == IN_WORKER)
    latch_open (&server->may_end);
  else
    answer (server);
}

void
server_close (Server *server)
{
  lodger_task_unref (server->task);
  subject_close (&server->subject);
  lodger_caller_unref (server->caller);
  latch_clear (&server->may_report);
  latch_clear (&server->may_end);
  counter_clear (&server->runs);
  counter_clear (&server->ends);
}
