/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start/stop tasks: how they start, stop and end. */
#include "conformance.h"
#include "task-server.h"

#include <string.h>

/* ---- start ------------------------------------------------------------------------------------------------------------ */

static void
note (LodgerPending *self, void *data)
{
  (void) self;
  counter_add (data, 1);
}

/* Runs a call where the task would run, after it. */
static void
run_beside (Server *server)
{
  Counter runs;
  LodgerPending *call;
  counter_init (&runs);
  call = server->place == IN_WORKER ? lodger_caller_to_thread_full (server->caller, note, &runs, NULL,
                                                                    LODGER_CALL_OPTIONS (.worker = SERVER_WORKER))
                                    : lodger_caller_call_soon (server->caller, note, &runs, NULL);
  expect_code (subject_outcome (&server->subject, call), 0);
  ck_assert_int_eq (counter_get (&runs), 1);
  counter_clear (&runs);
}

START_TEST (edge_86_a_task_is_scheduled_when_it_is_started_and_runs_once)
{
  for (Place place = 0; place < PLACES; place++)
    {
      Server server = { .way = ANSWERS_AT_STOP };
      server_open (&server, _i, place);
      run_beside (&server);
      ck_assert_int_eq (counter_get (&server.runs), 0);
      ck_assert (!lodger_pending_is_done (lodger_task_get_started (server.task)));
      expect_code (lodger_task_start (server.task), 0);
      expect_code (lodger_task_start (server.task), 0);
      server_await_begin (&server);
      expect_code (lodger_task_start (server.task), 0);
      expect_code (lodger_task_stop (server.task), 0);
      server_expect_end (&server, 0);
      expect_code (lodger_task_start (server.task), 0);
      run_beside (&server);
      ck_assert_int_eq (counter_get (&server.runs), 1);
      server_close (&server);
    }
}
END_TEST

START_TEST (edge_87_a_task_that_was_stopped_before_it_was_started_never_runs)
{
  for (Place place = 0; place < PLACES; place++)
    {
      Server server = { .way = ANSWERS_AT_STOP };
      server_open (&server, _i, place);
      expect_code (lodger_task_stop (server.task), 0);
      expect_code (lodger_task_start (server.task), LODGER_ECANCELED);
      server_expect_end (&server, LODGER_ECANCELED);
      run_beside (&server);
      ck_assert_int_eq (counter_get (&server.runs), 0);
      server_close (&server);
    }
}
END_TEST

/* ---- stop and end ------------------------------------------------------------------------------------------------------ */

START_TEST (edge_88_a_stop_signals_and_the_functions_answer_is_the_outcome)
{
  for (Place place = 0; place < PLACES; place++)
    {
      Server server = { .way = ANSWERS };
      server_open (&server, _i, place);
      expect_code (lodger_task_start (server.task), 0);
      server_await_begin (&server);
      ck_assert (!lodger_pending_is_done (lodger_task_get_stopping (server.task)));
      expect_code (lodger_task_stop (server.task), 0);
      expect_code (lodger_task_stop (server.task), 0);
      ck_assert (lodger_pending_is_done (lodger_task_get_stopping (server.task)));
      server_settle (&server);
      ck_assert (!lodger_pending_is_done (lodger_task_get_stopped (server.task)));
      server_let_end (&server);
      server_expect_answer (&server);
      server_close (&server);
    }
}
END_TEST

/* A call that has no answer but that of its canceller. */
typedef struct Neighbour
{
  LodgerReply *reply;
  LodgerPending *call;
  Journal *journal;
} Neighbour;

static void
answer_when_cancelled (LodgerPending *pending, const char *message, void *data)
{
  Neighbour *neighbour = data;
  (void) pending;
  (void) message;
  journal_add (neighbour->journal, 2);
  lodger_reply_return_nothing (neighbour->reply);
}

static void
settle_down (LodgerPending *self, void *data)
{
  Neighbour *neighbour = data;
  neighbour->reply = lodger_pending_defer (self);
  test_check (lodger_pending_set_canceller (self, answer_when_cancelled, neighbour, NULL) == 0);
}

static void
neighbour_begin (Neighbour *neighbour, Server *server, Journal *journal)
{
  neighbour->journal = journal;
  neighbour->call = lodger_caller_call_soon (server->caller, settle_down, neighbour, NULL);
  server_settle (server);
}

static int
note_stopping (LodgerPending *done, void *journal)
{
  (void) done;
  journal_add (journal, 1);
  return 0;
}

/* Those that have begun before it and after it are cancelled later. */
START_TEST (edge_89_a_stop_of_its_caller_signals_a_task_first)
{
  for (Place place = 0; place < PLACES; place++)
    {
      Server server = { .way = ANSWERS_AT_STOP };
      Neighbour older = { .reply = NULL }, newer = { .reply = NULL };
      Journal journal;
      LodgerPending *stopping;
      journal_init (&journal);
      server_open_caller (&server, _i, place);
      neighbour_begin (&older, &server, &journal);
      server_make (&server);
      stopping = lodger_task_get_stopping (server.task);
      expect_code (lodger_pending_add_done_callback (stopping, note_stopping, &journal, NULL), 0);
      expect_code (lodger_task_start (server.task), 0);
      server_await_begin (&server);
      neighbour_begin (&newer, &server, &journal);
      server_stop_caller (&server);
      server_expect_answer (&server);
      expect_code (lodger_pending_get_outcome (older.call), LODGER_ECANCELED);
      expect_code (lodger_pending_get_outcome (newer.call), LODGER_ECANCELED);
      journal_expect (&journal, 1, 2, 2);
      lodger_pending_unref (older.call);
      lodger_pending_unref (newer.call);
      server_close (&server);
      journal_clear (&journal);
    }
}
END_TEST

static void
linger (LodgerPending *self, LodgerTask *task, void *data)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  (void) task;
  counter_add (&((Server *) data)->runs, 1);
  lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (promise);
}

START_TEST (edge_89_a_task_that_goes_on_is_cancelled)
{
  Server server = { .way = ANSWERS_AT_STOP };
  LodgerTask *task;
  server_open (&server, _i, IN_WORKER);
  task = lodger_task_new (server.caller, linger, &server, NULL, LODGER_TASK_OPTIONS (.patience = 1));
  expect_code (lodger_task_start (task), 0);
  server_await_begin (&server);
  server_stop_caller (&server);
  expect_code (lodger_pending_get_outcome (lodger_task_get_stopped (task)), LODGER_ECANCELED);
  server_expect_end (&server, LODGER_ECANCELED); /* that was not started */
  ck_assert_int_eq (counter_get (&server.runs), 1);
  lodger_task_unref (task);
  server_close (&server);
}
END_TEST

START_TEST (edge_93_stopped_carries_what_became_of_a_task)
{
  static const Way ways[] = { FAILS, CANCELS, ANSWERS, ANSWERS };
  static const int codes[] = { LODGER_EFAILED, LODGER_ECANCELED, LODGER_ECANCELED, 0 };
  static const char *const words[] = { "broken", "by itself", "from outside", NULL };
  for (unsigned i = 0; i < 4u * PLACES; i++)
    {
      Server server = { .way = ways[i % 4] };
      const char *word = words[i % 4];
      LodgerError *error;
      server_open (&server, _i, i / 4);
      expect_code (lodger_task_start (server.task), 0);
      server_await_begin (&server);
      if (i % 4 == 2)
        ck_assert (lodger_task_cancel (server.task, word));
      server_let_end (&server);
      server_expect_end (&server, codes[i % 4]);
      error = lodger_pending_get_error (lodger_task_get_stopped (server.task));
      ck_assert_int_eq (error != NULL, word != NULL);
      if (error != NULL)
        ck_assert_ptr_nonnull (strstr (lodger_error_get_message (error), word));
      server_close (&server);
    }
}
END_TEST

void
add_edge_tasks (Suite *suite)
{
  add_edge (suite, edge_86_a_task_is_scheduled_when_it_is_started_and_runs_once, 0, 0);
  add_edge (suite, edge_87_a_task_that_was_stopped_before_it_was_started_never_runs, 0, 0);
  add_edge (suite, edge_88_a_stop_signals_and_the_functions_answer_is_the_outcome, 0, 0);
  add_edge (suite, edge_89_a_stop_of_its_caller_signals_a_task_first, 0, 0);
  add_edge (suite, edge_89_a_task_that_goes_on_is_cancelled, 0, 0);
  add_edge (suite, edge_93_stopped_carries_what_became_of_a_task, 0, 0);
}
