/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads or descriptors run out between acceptance and end. Accepted calls still end, and their waiters learn it. */
#include "conformance.h"
#include "test-blocked-call.h"
#include "test-threads.h"

#include <sys/resource.h>
#include <unistd.h>

enum
{
  CALLS = 4
};

/* Takes all free descriptors. poll() still works with that many. */
static void
descriptors_refuse (bool on)
{
  static struct rlimit usual;
  struct rlimit limit;
  if (usual.rlim_cur == 0)
    test_check (getrlimit (RLIMIT_NOFILE, &usual) == 0);
  limit = usual;
  if (on)
    {
      int lowest = dup (STDERR_FILENO);
      test_check (lowest >= 0 && close (lowest) == 0);
      limit.rlim_cur = (rlim_t) lowest;
    }
  test_check (setrlimit (RLIMIT_NOFILE, &limit) == 0);
}

/* Calls that were accepted, one for each way of submitting. */
typedef struct Accepted
{
  Recorder calls[CALLS], thens[CALLS];
  LodgerPending *pendings[CALLS], *continued[CALLS];
  Counter ends; /* of all data */
} Accepted;

static void
accept_all (Accepted *accepted, Subject *subject)
{
  LodgerCaller *caller = subject->caller;
  *accepted = (Accepted) { .pendings = { NULL } };
  counter_init (&accepted->ends);
  for (int i = 0; i < CALLS; i++)
    {
      Recorder *call = &accepted->calls[i], *then = &accepted->thens[i];
      call->ends = then->ends = &accepted->ends;
      accepted->pendings[i]
          = i == 0   ? lodger_caller_call_soon (caller, recorder_call, call, recorder_destroy)
            : i == 1 ? lodger_caller_call_later (caller, INT64_C (3600000000000), recorder_call, call, recorder_destroy)
                     : lodger_caller_to_thread (caller, recorder_call, call, recorder_destroy);
      accepted->continued[i]
          = lodger_pending_then (accepted->pendings[i], caller, recorder_then, then, recorder_destroy);
    }
}

static void
expect_ended (Accepted *accepted, Subject *subject)
{
  subject_run_until (subject, &accepted->ends, 2 * CALLS);
  ck_assert_int_eq ((int) counter_get (&accepted->ends), 2 * CALLS);
  for (int i = 0; i < CALLS; i++)
    {
      ck_assert (lodger_pending_is_done (accepted->pendings[i]));
      ck_assert (lodger_pending_is_done (accepted->continued[i]));
      ck_assert_int_eq (accepted->calls[i].destroyed, 1);
      ck_assert_int_eq (accepted->thens[i].destroyed, 1);
      lodger_pending_unref (accepted->pendings[i]);
      lodger_pending_unref (accepted->continued[i]);
    }
  counter_clear (&accepted->ends);
}

/* The calls of to_thread() wait behind a blocked call in the only worker. */
static void
live_through (int kind, void (*refuse) (bool on))
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Subject subject;
  Accepted accepted;
  BlockedCall blocked;
  subject_open_full (&subject, kind, &options);
  blocked_call_start (&blocked, subject.caller);
  latch_wait (&blocked.entered);
  accept_all (&accepted, &subject);
  refuse (true);
  latch_open (&blocked.let_go);
  for (int i = 0; i < CALLS; i++)
    {
      if (i == 1)
        ck_assert (lodger_pending_cancel (accepted.pendings[i], "no time"));
      subject_run_until_done (&subject, accepted.continued[i]);
      ck_assert_int_eq (accepted.calls[i].ran, i != 1);
      ck_assert_int_eq (accepted.thens[i].ran, 1);
    }
  expect_ended (&accepted, &subject);
  refuse (false);
  blocked_call_clear (&blocked);
  subject_close (&subject);
}

START_TEST (edge_81_without_a_thread_accepted_calls_end)
{
  live_through (_i, threads_refuse);
}
END_TEST

START_TEST (edge_81_without_a_descriptor_accepted_calls_end)
{
  live_through (_i, descriptors_refuse);
}
END_TEST

/* The same, ended by a stop. The thread that watches its deadline cannot be created either. */
static void
stop_through (int kind, void (*refuse) (bool on))
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Subject subject;
  Accepted accepted;
  BlockedCall blocked;
  subject_open_full (&subject, kind, &options);
  blocked_call_start (&blocked, subject.caller);
  latch_wait (&blocked.entered);
  accept_all (&accepted, &subject);
  log_capture_begin ();
  refuse (true);
  lodger_caller_stop (subject.caller, true);
  latch_open (&blocked.let_go);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  expect_code (lodger_pending_get_outcome (blocked.pending), LODGER_ECANCELED);
  for (int i = 2; i < CALLS; i++)
    expect_code (lodger_pending_get_outcome (accepted.pendings[i]), LODGER_ECANCELED);
  expect_ended (&accepted, &subject);
  refuse (false);
  log_capture_end ();
  blocked_call_clear (&blocked);
  subject_close (&subject);
}

START_TEST (edge_81_without_a_thread_a_stop_ends)
{
  stop_through (_i, threads_refuse);
}
END_TEST

START_TEST (edge_81_without_a_descriptor_a_stop_ends)
{
  stop_through (_i, descriptors_refuse);
}
END_TEST

/* The loop of a worker needs a descriptor. Without it the thread is created but cannot start. (GLib would abort.) */
START_TEST (edge_81_a_worker_that_gets_no_descriptor_fails_its_calls)
{
  Subject subject;
  Accepted accepted;
  subject_open (&subject, _i, false);
  log_capture_begin ();
  descriptors_refuse (true);
  accept_all (&accepted, &subject);
  lodger_pending_cancel (accepted.pendings[1], "no time");
  for (int i = 0; i < CALLS; i++)
    subject_run_until_done (&subject, accepted.continued[i]);
  for (int i = 2; i < CALLS; i++)
    expect_code (lodger_error_get_code (lodger_pending_get_error (accepted.pendings[i])), LODGER_EAGAIN);
  expect_ended (&accepted, &subject);
  descriptors_refuse (false);
  ck_assert (log_capture_has ("could not start"));
  log_capture_end ();
  subject_close (&subject);
}
END_TEST

void
add_edge_shortage (Suite *suite)
{
  add_edge (suite, edge_81_without_a_thread_accepted_calls_end, 0, 0);
  add_edge (suite, edge_81_without_a_descriptor_accepted_calls_end, 0, 0);
  add_edge (suite, edge_81_without_a_thread_a_stop_ends, 0, 0);
  add_edge (suite, edge_81_without_a_descriptor_a_stop_ends, 0, 0);
  add_edge (suite, edge_81_a_worker_that_gets_no_descriptor_fails_its_calls, SUBJECT_VIRTUAL, 0);
  add_edge (suite, edge_81_a_worker_that_gets_no_descriptor_fails_its_calls, SUBJECT_DRIVEN, SUBJECT_NESTS);
}
