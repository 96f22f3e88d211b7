/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls inside a start/stop task: from the entry to the leave, and what is left afterwards. */
#include "conformance.h"
#include "task-server.h"

#include <string.h>

/* A call of a worker that is inside the task, and what it saw there. */
typedef struct Visit
{
  Server *server;
  bool waits; /* inside, until its wait is cancelled */
  LodgerPending *call;
  Latch entered;
  bool had_started; /* at its entry */
  int enter_code, wait_code, leave_code;
  bool had_stopped; /* at its leave, and the data was gone */
  LodgerError *error;
} Visit;

static void
be_inside (LodgerPending *self, void *data)
{
  Visit *visit = data;
  Server *server = visit->server;
  LodgerPending *promise;
  (void) self;
  visit->enter_code = lodger_task_enter (server->task);
  visit->had_started = lodger_pending_is_done (lodger_task_get_started (server->task))
                       && (!server->reports_start || atomic_load (&server->has_reported));
  latch_open (&visit->entered);
  if (visit->waits)
    {
      promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      visit->wait_code = lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
      lodger_pending_unref (promise);
    }
  visit->leave_code = lodger_task_leave (server->task, &visit->error);
  visit->had_stopped
      = lodger_pending_is_done (lodger_task_get_stopped (server->task)) && counter_get (&server->ends) == 1;
}

static void
visit_begin (Visit *visit, Server *server)
{
  visit->server = server;
  latch_init (&visit->entered);
  visit->call = lodger_caller_to_thread (server->subject.caller, be_inside, visit, NULL);
  server_await_begin (server);
}

static void
visit_end (Visit *visit)
{
  subject_await (&visit->server->subject, visit->call);
  expect_code (visit->enter_code, 0);
  ck_assert (visit->had_started);
  ck_assert (visit->had_stopped);
  lodger_pending_unref (visit->call);
  latch_clear (&visit->entered);
}

START_TEST (edge_90_entering_a_task_waits_until_it_has_started)
{
  for (Place place = 0; place < PLACES; place++)
    {
      Server server = { .way = ANSWERS_AT_STOP, .reports_start = true };
      Visit visit = { .waits = false };
      server_open (&server, _i, place);
      visit_begin (&visit, &server);
      server_settle (&server);
      ck_assert (!latch_is_open (&visit.entered));
      server_let_report (&server);
      visit_end (&visit);
      expect_code (visit.leave_code, 0);
      server_expect_answer (&server);
      server_close (&server);
    }
}
END_TEST

START_TEST (edge_90_leaving_a_task_waits_for_its_end_shielded)
{
  for (Place place = 0; place < PLACES; place++)
    {
      Server server = { .way = ANSWERS };
      Visit visit = { .waits = true };
      server_open (&server, _i, place);
      visit_begin (&visit, &server);
      latch_wait (&visit.entered);
      ck_assert (!lodger_pending_is_done (lodger_task_get_stopping (server.task)));
      ck_assert (lodger_pending_cancel (visit.call, NULL));
      subject_await (&server.subject, lodger_task_get_stopping (server.task));
      server_settle (&server);
      ck_assert (!lodger_pending_is_done (lodger_task_get_stopped (server.task)));
      ck_assert (!lodger_pending_is_done (visit.call));
      server_let_end (&server);
      visit_end (&visit);
      expect_code (visit.wait_code, LODGER_ECANCELED);
      expect_code (visit.leave_code, 0);
      server_expect_answer (&server);
      server_close (&server);
    }
}
END_TEST

START_TEST (edge_91_a_task_that_ends_early_cancels_the_waits_inside)
{
  static const Way ways[] = { ANSWERS, FAILS, CANCELS };
  static const int codes[] = { LODGER_ECANCELED, LODGER_EFAILED, LODGER_ECANCELED };
  static const char *const words[] = { "stopped early", "broken", "by itself" };
  for (unsigned i = 0; i < 3u * PLACES; i++)
    {
      Server server = { .way = ways[i % 3] };
      Visit visit = { .waits = true };
      server_open (&server, _i, i / 3);
      visit_begin (&visit, &server);
      latch_wait (&visit.entered);
      server_let_end (&server);
      visit_end (&visit);
      expect_code (visit.wait_code, LODGER_ECANCELED);
      expect_code (visit.leave_code, codes[i % 3]);
      ck_assert_ptr_nonnull (visit.error);
      ck_assert_ptr_nonnull (strstr (lodger_error_get_message (visit.error), words[i % 3]));
      lodger_error_unref (visit.error);
      server_close (&server);
    }
}
END_TEST

/* ---- wrong uses -------------------------------------------------------------------------------------------------------- */

static void
enter (LodgerPending *self, void *data)
{
  lodger_pending_return_int (self, lodger_task_enter (data));
}

/* In a thread of another tree of callers. */
static int
enter_elsewhere (LodgerTask *task)
{
  LodgerCaller *other = worker_start (NULL);
  LodgerPending *call = lodger_caller_call_soon (other, enter, task, NULL);
  int64_t code = 0;
  wait_done (call);
  test_check (lodger_pending_get_int (call, &code) == 0);
  lodger_pending_unref (call);
  worker_stop (other);
  return (int) code;
}

static void
use_wrongly (LodgerPending *self, void *data)
{
  LodgerTask *task = ((Server *) data)->task;
  (void) self;
  test_check (lodger_task_wait (task, LODGER_FOREVER) == LODGER_ESTATE);
  test_check (lodger_task_leave (task, NULL) == LODGER_ESTATE);
  test_check (enter_elsewhere (task) == LODGER_EWRONGTHREAD);
  test_check (log_capture_count () == 3);
  test_check (lodger_task_enter (task) == 0);
  test_check (lodger_task_enter (task) == LODGER_EALREADY);
  test_check (lodger_task_leave (task, NULL) == 0);
  test_check (lodger_task_leave (task, NULL) == LODGER_ESTATE);
  test_check (log_capture_count () == 5);
  test_check (lodger_task_wait (task, LODGER_FOREVER) == 0);
}

START_TEST (edge_92_each_wrong_use_of_a_task_has_an_error_of_its_own)
{
  for (Place place = 0; place < PLACES; place++)
    {
      Server server = { .way = ANSWERS_AT_STOP };
      server_open (&server, _i, place);
      log_capture_begin ();
      expect_code (subject_outcome (&server.subject,
                                    lodger_caller_to_thread (server.subject.caller, use_wrongly, &server, NULL)),
                   0);
      log_capture_forget ();
      ck_assert_ptr_null (lodger_task_new (server.caller, NULL, &server, server_end_data, NULL));
      ck_assert_int_eq (counter_get (&server.ends), 2);
      ck_assert_uint_eq (log_capture_count (), 1);
      ck_assert (log_capture_has ("the function is NULL"));
      log_capture_end ();
      server_close (&server);
    }
}
END_TEST

/* Lodger does not drive the loop of this thread. */
START_TEST (edge_92_a_hosts_own_thread_cannot_enter_a_task)
{
  Server server = { .way = ANSWERS_AT_STOP };
  server_open (&server, _i, IN_WORKER);
  log_capture_begin ();
  expect_code (lodger_task_enter (server.task), LODGER_EWRONGTHREAD);
  log_capture_end ();
  ck_assert (!lodger_pending_is_done (lodger_task_get_stopped (server.task)));
  ck_assert_int_eq (counter_get (&server.runs), 0);
  server_close (&server);
}
END_TEST

/* ---- afterwards -------------------------------------------------------------------------------------------------------- */

static int
look_at_the_data (LodgerPending *done, void *data)
{
  (void) done;
  test_check (counter_get (&((Server *) data)->ends) == 1);
  return 0;
}

START_TEST (edge_94_nothing_of_a_task_is_left_after_its_scope)
{
  for (unsigned i = 0; i < 2u * PLACES; i++)
    {
      Server server = { .way = i % 2 == 0 ? ANSWERS_AT_STOP : ANSWERS };
      Visit visit = { .waits = i % 2 == 1 };
      LodgerPending *stopped;
      server_open (&server, _i, i / 2);
      stopped = lodger_task_get_stopped (server.task);
      expect_code (lodger_pending_add_done_callback (stopped, look_at_the_data, &server, NULL), 0);
      visit_begin (&visit, &server);
      if (visit.waits)
        {
          latch_wait (&visit.entered);
          server_let_end (&server);
        }
      visit_end (&visit);
      lodger_error_unref (visit.error);
      server_settle (&server);
      ck_assert_int_eq (counter_get (&server.runs), 1);
      ck_assert_int_eq (counter_get (&server.ends), 1);
      server_close (&server);
    }
}
END_TEST

void
add_edge_task_brackets (Suite *suite)
{
  add_edge (suite, edge_90_entering_a_task_waits_until_it_has_started, 0, 0);
  add_edge (suite, edge_90_leaving_a_task_waits_for_its_end_shielded, 0, 0);
  add_edge (suite, edge_91_a_task_that_ends_early_cancels_the_waits_inside, 0, 0);
  add_edge (suite, edge_92_each_wrong_use_of_a_task_has_an_error_of_its_own, 0, 0);
  add_edge (suite, edge_92_a_hosts_own_thread_cannot_enter_a_task, 0, SUBJECT_DRIVEN);
  add_edge (suite, edge_94_nothing_of_a_task_is_left_after_its_scope, 0, 0);
}
