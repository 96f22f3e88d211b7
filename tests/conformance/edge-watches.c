/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches of descriptors: how often they run, and how they end. */
#define _GNU_SOURCE
#include "conformance.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* A pipe whose reading end is watched. */
typedef struct Pipe
{
  int ends[2];
  int takes;           /* bytes that a run takes */
  LodgerReply **reply; /* Optional. A run defers its answer. */
  Counter runs;
  Counter destroys;
  atomic_int ran_in;
  atomic_uint revents;
} Pipe;

static void
pipe_open (Pipe *watched)
{
  *watched = (Pipe) { .takes = 1 };
  ck_assert_int_eq (pipe2 (watched->ends, O_CLOEXEC), 0);
  counter_init (&watched->runs);
  counter_init (&watched->destroys);
}

static void
pipe_close (Pipe *watched)
{
  close (watched->ends[0]);
  close (watched->ends[1]);
  counter_clear (&watched->runs);
  counter_clear (&watched->destroys);
}

static void
give (Pipe *watched, int count)
{
  for (; count > 0; count--)
    ck_assert_int_eq (write (watched->ends[1], "x", 1), 1);
}

static void
run (LodgerPending *self, uint32_t revents, void *data)
{
  Pipe *watched = data;
  char byte;
  if (watched->takes > 0)
    test_check (read (watched->ends[0], &byte, 1) == 1);
  atomic_store (&watched->ran_in, test_thread_id ());
  atomic_store (&watched->revents, revents);
  if (watched->reply != NULL)
    *watched->reply = lodger_pending_defer (self);
  counter_add (&watched->runs, 1);
}

static void
destroy (void *data)
{
  counter_add (&((Pipe *) data)->destroys, 1);
}

static LodgerPending *
watch (Subject *subject, Pipe *watched)
{
  return lodger_caller_watch_fd (subject->caller, watched->ends[0], POLLIN, run, watched, destroy);
}

static LodgerPending *
watch_times (Subject *subject, Pipe *watched, unsigned times)
{
  return lodger_caller_watch_fd_full (subject->caller, watched->ends[0], POLLIN, run, watched, destroy,
                                      LODGER_WATCH_OPTIONS (.times = times));
}

/* Cancels it. Nobody has the descriptor then, and the data goes. */
static void
end (Subject *subject, LodgerPending *watching, Pipe *watched)
{
  ck_assert (lodger_pending_cancel (watching, NULL));
  expect_code (subject_outcome (subject, watching), LODGER_ECANCELED);
  subject_run_until (subject, &watched->destroys, 1);
}

START_TEST (edge_110_a_watch_runs_as_long_as_the_descriptor_is_ready)
{
  Subject subject;
  Pipe watched;
  LodgerPending *watching;
  subject_open (&subject, _i, false);
  pipe_open (&watched);
  watching = watch (&subject, &watched);
  subject_settle (&subject);
  ck_assert_int_eq (counter_get (&watched.runs), 0);
  give (&watched, 3);
  subject_run_until (&subject, &watched.runs, 3);
  ck_assert_int_eq (watched.ran_in, subject.thread_id);
  ck_assert_uint_eq (watched.revents, POLLIN);
  subject_settle (&subject);
  give (&watched, 1);
  subject_run_until (&subject, &watched.runs, 4);
  ck_assert (!lodger_pending_is_done (watching));
  ck_assert_int_eq (counter_get (&watched.destroys), 0);
  end (&subject, watching, &watched);
  give (&watched, 1);
  subject_settle (&subject);
  subject_close (&subject);
  ck_assert_int_eq (counter_get (&watched.runs), 4);
  pipe_close (&watched);
}
END_TEST

START_TEST (edge_110_a_watch_of_n_runs_runs_n_times_and_is_gone)
{
  Subject subject;
  Pipe watched;
  LodgerPending *watching;
  subject_open (&subject, _i, false);
  pipe_open (&watched);
  give (&watched, 5);
  watching = watch_times (&subject, &watched, 3);
  subject_await (&subject, watching);
  expect_code (lodger_pending_get_outcome (watching), 0);
  lodger_pending_unref (watching);
  ck_assert_int_eq (counter_get (&watched.runs), 3);
  subject_run_until (&subject, &watched.destroys, 1);
  subject_settle (&subject);
  ck_assert_int_eq (counter_get (&watched.runs), 3);
  expect_code (subject_outcome (&subject, watch_times (&subject, &watched, 1)), 0);
  subject_close (&subject);
  ck_assert_int_eq (counter_get (&watched.runs), 4);
  pipe_close (&watched);
}
END_TEST

/* ---- spawned calls ----------------------------------------------------------------------------------------------- */

static void
read_three (LodgerPending *self, void *data)
{
  Pipe *watched = data;
  char byte;
  for (int i = 0; i < 3; i++)
    {
      uint32_t revents = 0;
      if (lodger_wait_fd (watched->ends[0], POLLIN, LODGER_FOREVER, &revents) != 0)
        return;
      ck_assert_uint_eq (revents, POLLIN);
      ck_assert_int_eq (read (watched->ends[0], &byte, 1), 1);
      watched->ran_in = test_thread_id ();
      counter_add (&watched->runs, 1);
    }
  lodger_pending_return_int (self, 3);
}

START_TEST (edge_110_a_spawned_call_waits_until_a_descriptor_is_ready)
{
  Subject subject;
  Pipe watched;
  LodgerPending *reading;
  subject_open (&subject, _i, false);
  pipe_open (&watched);
  reading = lodger_caller_spawn (subject.caller, read_three, &watched, NULL);
  subject_settle (&subject);
  ck_assert_int_eq (counter_get (&watched.runs), 0);
  give (&watched, 2);
  subject_run_until (&subject, &watched.runs, 2);
  subject_settle (&subject);
  ck_assert (!lodger_pending_is_done (reading));
  ck_assert_int_eq (watched.ran_in, subject.thread_id);
  give (&watched, 1);
  expect_code (subject_outcome (&subject, reading), 0);
  reading = lodger_caller_spawn (subject.caller, read_three, &watched, NULL);
  subject_settle (&subject);
  subject_close (&subject);
  expect_code (lodger_pending_get_outcome (reading), LODGER_ECANCELED);
  lodger_pending_unref (reading);
  ck_assert_int_eq (counter_get (&watched.runs), 3);
  pipe_close (&watched);
}
END_TEST

/* ---- how many ---------------------------------------------------------------------------------------------------- */

START_TEST (edge_110_a_duplicate_is_refused_as_busy)
{
  Subject subject;
  Pipe watched, other;
  LodgerPending *watching, *second;
  subject_open (&subject, _i, false);
  pipe_open (&watched);
  pipe_open (&other);
  watching = watch (&subject, &watched);
  log_capture_begin ();
  second = lodger_caller_watch_fd (subject.caller, watched.ends[0], POLLIN, run, &other, destroy);
  ck_assert (lodger_pending_is_done (second));
  ck_assert (lodger_error_matches (lodger_pending_get_error (second), NULL, LODGER_EBUSY));
  lodger_pending_unref (second);
  ck_assert_int_eq (counter_get (&other.destroys), 1);
  ck_assert (log_capture_has ("has a watch of this descriptor"));
  log_capture_end ();
  give (&watched, 1);
  subject_run_until (&subject, &watched.runs, 1);
  end (&subject, watching, &watched);
  second = lodger_caller_watch_fd (subject.caller, watched.ends[0], POLLIN, run, &other, destroy);
  ck_assert (!lodger_pending_is_done (second));
  ck_assert (lodger_pending_cancel (second, NULL));
  lodger_pending_unref (second);
  subject_run_until (&subject, &other.destroys, 2);
  subject_close (&subject);
  pipe_close (&watched);
  pipe_close (&other);
}
END_TEST

/* The loop is told to watch no longer, and then to watch again. */
START_TEST (a_deferred_run_holds_up_the_next_one)
{
  Subject subject;
  Pipe watched;
  LodgerReply *reply = NULL;
  LodgerPending *watching;
  subject_open (&subject, _i, false);
  pipe_open (&watched);
  watched.reply = &reply;
  give (&watched, 3);
  watching = watch (&subject, &watched);
  for (int i = 1; i <= 3; i++)
    {
      subject_run_until (&subject, &watched.runs, i);
      for (int j = 0; j < 5; j++)
        subject_settle (&subject);
      ck_assert_int_eq (counter_get (&watched.runs), i);
      lodger_reply_return_nothing (reply);
    }
  end (&subject, watching, &watched);
  subject_close (&subject);
  pipe_close (&watched);
}
END_TEST

START_TEST (a_cancelled_watch_cancels_its_run)
{
  Subject subject;
  Pipe watched;
  LodgerReply *reply = NULL;
  LodgerPending *watching, *of_run;
  subject_open (&subject, _i, false);
  pipe_open (&watched);
  watched.reply = &reply;
  give (&watched, 1);
  watching = watch (&subject, &watched);
  subject_run_until (&subject, &watched.runs, 1);
  subject_settle (&subject);
  of_run = lodger_pending_ref (lodger_reply_get_pending (reply));
  ck_assert (lodger_pending_cancel (watching, NULL));
  ck_assert (lodger_pending_is_cancelled (of_run));
  subject_settle (&subject);
  ck_assert (!lodger_pending_is_done (watching));
  lodger_reply_return_nothing (reply);
  expect_code (subject_outcome (&subject, watching), LODGER_ECANCELED);
  lodger_pending_unref (of_run);
  subject_close (&subject);
  pipe_close (&watched);
}
END_TEST

/* The descriptor is closed as soon as the pending is done, and the next one has its number. */
START_TEST (a_descriptor_is_free_when_its_watch_is_done)
{
  Subject subject;
  subject_open (&subject, _i, false);
  for (unsigned round = 0; round < test_scaled (100); round++)
    {
      Pipe watched;
      LodgerPending *watching;
      pipe_open (&watched);
      watching = watch_times (&subject, &watched, 1);
      if (round % 3 != 0)
        give (&watched, 1);
      if (round % 3 == 1)
        subject_run_until (&subject, &watched.runs, 1);
      if (round % 3 != 2)
        lodger_pending_cancel (watching, NULL);
      subject_await (&subject, watching);
      ck_assert_int_le (counter_get (&watched.runs), 1);
      lodger_pending_unref (watching);
      subject_run_until (&subject, &watched.destroys, 1);
      pipe_close (&watched);
    }
  subject_close (&subject);
}
END_TEST

START_TEST (edge_78_the_end_of_its_scope_ends_a_watch)
{
  Subject subject;
  Pipe watched;
  LodgerPending *watching, *late;
  LodgerScope *scope = lodger_scope_new (NULL);
  subject_open (&subject, _i, false);
  pipe_open (&watched);
  watching = lodger_caller_watch_fd_full (subject.caller, watched.ends[0], POLLIN, run, &watched, destroy,
                                          LODGER_WATCH_OPTIONS (.scope = scope));
  give (&watched, 1);
  subject_run_until (&subject, &watched.runs, 1);
  lodger_scope_end (scope, NULL);
  expect_code (subject_outcome (&subject, watching), LODGER_ECANCELED);
  late = lodger_caller_watch_fd_full (subject.caller, watched.ends[0], POLLIN, run, &watched, destroy,
                                      LODGER_WATCH_OPTIONS (.scope = scope));
  expect_code (lodger_pending_get_outcome (late), LODGER_ECANCELED);
  lodger_pending_unref (late);
  subject_run_until (&subject, &watched.destroys, 2);
  give (&watched, 1);
  subject_settle (&subject);
  subject_close (&subject);
  ck_assert_int_eq (counter_get (&watched.runs), 1);
  lodger_scope_unref (scope);
  pipe_close (&watched);
}
END_TEST

/* Answers with an error, though the cancel is the outcome by then. */
static void
fail_when_cancelled (LodgerPending *pending, const char *message, void *data)
{
  LodgerReply **reply = data;
  (void) pending;
  (void) message;
  expect_code (lodger_reply_return_error (*reply, lodger_error_new (NULL, LODGER_ESTATE, NULL)), LODGER_ECANCELED);
}

START_TEST (edge_111_a_stop_cancels_all_watches)
{
  enum
  {
    COUNT = 6
  };
  Subject subject;
  Pipe watched[COUNT];
  LodgerPending *watching[COUNT];
  LodgerReply *replies[COUNT] = { NULL };
  subject_open (&subject, _i, false);
  for (int i = 0; i < COUNT; i++)
    {
      pipe_open (&watched[i]);
      watched[i].takes = 0;
      watched[i].reply = &replies[i];
      watching[i] = watch (&subject, &watched[i]);
      if (i % 2 == 0)
        {
          give (&watched[i], 1);
          subject_run_until (&subject, &watched[i].runs, 1);
          subject_settle (&subject);
          expect_code (lodger_pending_set_canceller (lodger_reply_get_pending (replies[i]), fail_when_cancelled,
                                                     &replies[i], NULL),
                       0);
        }
    }
  lodger_caller_stop (subject.caller, true);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  for (int i = 0; i < COUNT; i++)
    {
      expect_code (lodger_pending_get_outcome (watching[i]), LODGER_ECANCELED);
      lodger_pending_unref (watching[i]);
      ck_assert_int_eq (counter_get (&watched[i].runs), i % 2 == 0);
      ck_assert_int_eq (counter_get (&watched[i].destroys), 1);
      pipe_close (&watched[i]);
    }
  subject_close (&subject);
}
END_TEST

static void *
stop (void *caller)
{
  lodger_caller_stop (caller, true);
  return NULL;
}

/* Runs come while it stops. */
START_TEST (edge_111_a_stop_amid_runs_cancels_a_watch)
{
  for (unsigned round = 0; round < test_scaled (30); round++)
    {
      Subject subject;
      Pipe watched;
      LodgerPending *watching;
      pthread_t thread;
      subject_open (&subject, _i, false);
      pipe_open (&watched);
      watched.takes = 0;
      watching = watch (&subject, &watched);
      give (&watched, 1);
      subject_run_until (&subject, &watched.runs, (long) round % 4);
      thread = thread_start (stop, subject.caller);
      subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
      thread_join (thread);
      expect_code (lodger_pending_get_outcome (watching), LODGER_ECANCELED);
      lodger_pending_unref (watching);
      ck_assert_int_eq (counter_get (&watched.destroys), 1);
      pipe_close (&watched);
      subject_close (&subject);
    }
}
END_TEST

START_TEST (nothing_stays_of_watches)
{
  ProcCount before = subject_count_before (_i);
  Subject subject;
  Pipe watched;
  subject_open (&subject, _i, false);
  pipe_open (&watched);
  give (&watched, 2);
  expect_code (subject_outcome (&subject, watch_times (&subject, &watched, 2)), 0);
  lodger_pending_disown (watch (&subject, &watched));
  subject_settle (&subject);
  subject_close (&subject);
  ck_assert_int_eq (counter_get (&watched.destroys), 2);
  pipe_close (&watched);
  proc_expect_restored (before);
}
END_TEST

void
add_edge_watches (Suite *suite)
{
  add_law (suite, edge_110_a_watch_runs_as_long_as_the_descriptor_is_ready, 0, 0);
  add_law (suite, edge_110_a_watch_of_n_runs_runs_n_times_and_is_gone, 0, 0);
  add_law (suite, edge_110_a_spawned_call_waits_until_a_descriptor_is_ready, 0, 0);
  add_edge (suite, edge_110_a_duplicate_is_refused_as_busy, 0, 0);
  add_law (suite, a_deferred_run_holds_up_the_next_one, 0, 0);
  add_edge (suite, a_cancelled_watch_cancels_its_run, 0, 0);
  add_law (suite, a_descriptor_is_free_when_its_watch_is_done, 0, 0);
  add_edge (suite, edge_78_the_end_of_its_scope_ends_a_watch, 0, 0);
  add_edge (suite, edge_111_a_stop_cancels_all_watches, 0, 0);
  add_edge (suite, edge_111_a_stop_amid_runs_cancels_a_watch, 0, 0);
  add_edge (suite, nothing_stays_of_watches, 0, 0);
}
