/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host that is closed while other threads submit, answer or cancel: what has ended once `stopped` is done, and in which
 * thread data is destroyed. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

/* ---- in whose thread ----------------------------------------------------------------------------------------------- */

typedef struct Late
{
  Loop loop;
  Latch accepted; /* the submitter has been let in, and has not brought its call */
  Latch draining; /* what was queued is being destroyed */
  pthread_t submitter;
  int submitter_id, closer_id;
  Recorder first, second, late;
} Late;

/* Between the look at the caller's state and the inbox. */
static void
wait_in_submission (const LodgerTraceEvent *event, void *data)
{
  Late *late = data;
  if (event->kind != LODGER_TRACE_SUBMIT || test_thread_id () != late->submitter_id)
    return;
  latch_open (&late->accepted);
  latch_wait (&late->draining);
}

static void *
submit_late (void *data)
{
  Late *late = data;
  LodgerPending *pending;
  late->submitter_id = test_thread_id ();
  pending = lodger_caller_call_soon (late->loop.caller, recorder_call, &late->late, recorder_destroy);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&late->late, 0, 1);
  lodger_pending_unref (pending);
  return NULL;
}

/* The second one is still there when the late call comes. */
static void
let_the_late_call_come (void *data)
{
  Late *late = data;
  recorder_destroy (&late->first);
  latch_open (&late->draining);
  thread_join (late->submitter);
}

static void *
close_host (void *data)
{
  Late *late = data;
  late->closer_id = test_thread_id ();
  lodger_manual_close (late->loop.host);
  return NULL;
}

START_TEST (a_late_submitter_destroys_its_own_data_only)
{
  Late late = { .loop = loop_open (LODGER_MANUAL_DEFAULT) };
  latch_init (&late.accepted);
  latch_init (&late.draining);
  log_capture_begin ();
  lodger_pending_unref (lodger_caller_call_soon (late.loop.caller, recorder_call, &late, let_the_late_call_come));
  lodger_pending_unref (lodger_caller_call_soon (late.loop.caller, recorder_call, &late.second, recorder_destroy));
  lodger_set_trace_func (wait_in_submission, &late);
  late.submitter = thread_start (submit_late, &late);
  latch_wait (&late.accepted);
  if (_i == 0)
    close_host (&late);
  else
    thread_join (thread_start (close_host, &late));
  lodger_set_trace_func (NULL, NULL);
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopped (late.loop.caller)));
  recorder_expect (&late.first, 0, 1);
  recorder_expect (&late.second, 0, 1);
  ck_assert_int_eq (late.first.destroyed_in, late.closer_id);
  ck_assert_int_eq (late.second.destroyed_in, late.closer_id);
  ck_assert_int_eq (late.late.destroyed_in, late.submitter_id);
  loop_close (&late.loop);
  log_capture_end ();
  latch_clear (&late.accepted);
  latch_clear (&late.draining);
}
END_TEST

/* ---- nothing is left ----------------------------------------------------------------------------------------------- */

enum
{
  CALLS = 20,
  CONTINUED = 0,
  DELAYED,
  DEFERRED,
  KINDS
};

typedef struct Ending
{
  Recorder recorder; /* first */
  LodgerPending *call;
  LodgerReply *reply;
} Ending;

/* Calls of one kind, which another thread brings to their end just while the host is closed. */
typedef struct Race
{
  Loop loop;
  Latch ready;
  atomic_bool begins;
  int kind;
  LodgerPending *promise;
  Ending endings[CALLS];
} Race;

static void
defer (LodgerPending *self, void *data)
{
  recorder_call (self, data);
  ((Ending *) data)->reply = lodger_pending_defer (self);
}

static LodgerPending *
submit (Race *race, Recorder *recorder)
{
  LodgerCaller *caller = race->loop.caller;
  switch (race->kind)
    {
    case CONTINUED: return lodger_pending_then (race->promise, caller, recorder_then, recorder, recorder_destroy);
    case DELAYED: return lodger_caller_call_later (caller, 1000, recorder_call, recorder, recorder_destroy);
    default: return lodger_caller_call_soon (caller, defer, recorder, recorder_destroy);
    }
}

static void *
end_calls (void *data)
{
  Race *race = data;
  latch_open (&race->ready);
  while (!atomic_load (&race->begins))
    ;
  if (race->kind == CONTINUED)
    lodger_pending_return_nothing (race->promise);
  for (int i = 0; i < CALLS && race->kind != CONTINUED; i++)
    if (race->kind == DELAYED)
      lodger_pending_cancel (race->endings[i].call, NULL);
    else
      lodger_reply_return_nothing (race->endings[i].reply);
  return NULL;
}

/* An abandoned call has its data for as long as its reply. */
static void
expect_over (Race *race)
{
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopped (race->loop.caller)));
  for (int i = 0; i < CALLS; i++)
    {
      const Recorder *recorder = &race->endings[i].recorder;
      int code = lodger_pending_get_outcome (race->endings[i].call);
      test_check (code != LODGER_ENOTDONE);
      test_check (code == LODGER_EABANDONED || recorder->destroyed == 1);
      test_check (code == LODGER_EABANDONED || recorder->destroyed_in == test_thread_id ());
    }
}

START_TEST (a_closed_host_leaves_no_call_and_no_data)
{
  for (unsigned round = 0; round < test_scaled (4000); round++)
    {
      Race race = { .loop = loop_open (LODGER_MANUAL_DEFAULT), .kind = _i, .promise = lodger_pending_new (0) };
      pthread_t thread;
      log_capture_begin ();
      for (int i = 0; i < CALLS; i++)
        race.endings[i].call = submit (&race, &race.endings[i].recorder);
      loop_run (&race.loop);
      latch_init (&race.ready);
      thread = thread_start (end_calls, &race);
      latch_wait (&race.ready);
      atomic_store (&race.begins, true);
      for (unsigned i = round % 400; i > 0; i--)
        atomic_thread_fence (memory_order_seq_cst);
      lodger_manual_close (race.loop.host);
      expect_over (&race);
      thread_join (thread);
      for (int i = 0; i < CALLS; i++)
        {
          test_check (race.endings[i].recorder.destroyed == 1);
          lodger_pending_unref (race.endings[i].call);
        }
      lodger_pending_unref (race.promise);
      lodger_caller_unref (race.loop.caller);
      lodger_manual_host_unref (race.loop.host);
      latch_clear (&race.ready);
      log_capture_end ();
    }
}
END_TEST

/* ---- `stopped` is the last ----------------------------------------------------------------------------------------- */

typedef struct Leaving
{
  Loop loop;
  Latch ended; /* the state says so, and `stopped` does not */
  int owner_id;
} Leaving;

/* Goes on once the owner sleeps, in its leave. */
static void
wait_for_the_owner (const LodgerTraceEvent *event, void *data)
{
  Leaving *leaving = data;
  if (event->kind != LODGER_TRACE_STATE || lodger_caller_get_state (event->caller) != LODGER_CALLER_STOPPED)
    return;
  latch_open (&leaving->ended);
  proc_wait_asleep (leaving->owner_id);
}

static void *
close_under_the_owner (void *data)
{
  lodger_manual_close (((Leaving *) data)->loop.host);
  return NULL;
}

START_TEST (a_last_leave_returns_after_stopped)
{
  Leaving leaving = { .loop = loop_open (LODGER_MANUAL_DEFAULT), .owner_id = test_thread_id () };
  LodgerPending *stopped = lodger_caller_get_stopped (leaving.loop.caller);
  pthread_t thread;
  latch_init (&leaving.ended);
  lodger_set_trace_func (wait_for_the_owner, &leaving);
  thread = thread_start (close_under_the_owner, &leaving);
  while (!latch_is_open (&leaving.ended))
    ;
  expect_code (_i == 0 ? lodger_caller_leave (leaving.loop.caller) : lodger_caller_stop_wait (leaving.loop.caller), 0);
  ck_assert (lodger_pending_is_done (stopped));
  thread_join (thread);
  lodger_set_trace_func (NULL, NULL);
  loop_close (&leaving.loop);
  latch_clear (&leaving.ended);
}
END_TEST

typedef struct Parent
{
  Loop loop;
  LodgerCaller *child;
  bool child_has_stopped;
} Parent;

static int
look_at_child (LodgerPending *done, void *data)
{
  Parent *parent = data;
  (void) done;
  parent->child_has_stopped = lodger_pending_is_done (lodger_caller_get_stopped (parent->child));
  return 0;
}

/* With a child, or a worker of its pool. */
START_TEST (a_closed_host_has_stopped_after_its_children)
{
  Parent parent = { .loop = loop_open (LODGER_MANUAL_DEFAULT) };
  LodgerPending *stopped = lodger_caller_get_stopped (parent.loop.caller);
  BlockedCallInCaller call = { .worker = NULL };
  log_capture_begin ();
  if (_i == 0)
    {
      blocked_call_init (&call.blocked);
      parent.child = lodger_caller_open_child (parent.loop.caller, NULL, NULL);
      call.blocked.pending
          = lodger_caller_call_soon (parent.child, blocked_call_run, &call.blocked, blocked_call_destroy);
      latch_wait (&call.blocked.entered);
    }
  else
    {
      LodgerCaller **children;
      size_t count;
      blocked_call_start (&call.blocked, parent.loop.caller);
      latch_wait (&call.blocked.entered);
      children = lodger_caller_list_children (parent.loop.caller, &count);
      ck_assert_uint_eq (count, 1);
      parent.child = lodger_caller_ref (children[0]);
      lodger_caller_list_free (children, count);
    }
  ck_assert_int_eq (lodger_pending_add_done_callback (stopped, look_at_child, &parent, NULL), 0);
  lodger_manual_close (parent.loop.host);
  ck_assert (!lodger_pending_is_done (stopped));
  ck_assert_int_eq (lodger_caller_get_state (parent.loop.caller), LODGER_CALLER_STOPPING);
  latch_open (&call.blocked.let_go);
  expect_code (lodger_caller_leave (parent.loop.caller), 0);
  ck_assert (lodger_pending_is_done (stopped));
  ck_assert (parent.child_has_stopped);
  expect_code (lodger_pending_get_outcome (call.blocked.pending), LODGER_ECANCELED);
  recorder_expect (&call.blocked.recorder, 1, 1);
  loop_close (&parent.loop);
  lodger_caller_unref (parent.child);
  blocked_call_clear (&call.blocked);
  log_capture_end ();
}
END_TEST

/* The child never ends by itself: its deadline is its parent's. */
START_TEST (a_closed_host_gives_its_children_up_at_its_deadline)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = 1000000 };
  Parent parent = { .loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options) };
  BlockedCall blocked;
  log_capture_begin ();
  blocked_call_init (&blocked);
  parent.child = lodger_caller_open_child (parent.loop.caller, NULL, NULL);
  blocked.pending = lodger_caller_call_soon (parent.child, blocked_call_run, &blocked, blocked_call_destroy);
  latch_wait (&blocked.entered);
  lodger_manual_close (parent.loop.host);
  wait_done (lodger_caller_get_stopped (parent.loop.caller));
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopped (parent.child)));
  expect_code (lodger_pending_get_outcome (blocked.pending), LODGER_EABANDONED);
  latch_open (&blocked.let_go);
  loop_close (&parent.loop);
  lodger_caller_unref (parent.child);
  while (blocked.recorder.destroyed == 0)
    ;
  blocked_call_clear (&blocked);
  log_capture_end ();
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("host-close-end");
  test_add_variant (suite, "a_late_submitter_destroys_its_own_data_only/closed_by_the_owner",
                    a_late_submitter_destroys_its_own_data_only, 0);
  test_add_variant (suite, "a_late_submitter_destroys_its_own_data_only/closed_by_another",
                    a_late_submitter_destroys_its_own_data_only, 1);
  test_add_variant (suite, "a_closed_host_leaves_no_call_and_no_data/continuations",
                    a_closed_host_leaves_no_call_and_no_data, CONTINUED);
  test_add_variant (suite, "a_closed_host_leaves_no_call_and_no_data/delayed", a_closed_host_leaves_no_call_and_no_data,
                    DELAYED);
  test_add_variant (suite, "a_closed_host_leaves_no_call_and_no_data/deferred",
                    a_closed_host_leaves_no_call_and_no_data, DEFERRED);
  test_add_variant (suite, "a_last_leave_returns_after_stopped/leave", a_last_leave_returns_after_stopped, 0);
  test_add_variant (suite, "a_last_leave_returns_after_stopped/stop_wait", a_last_leave_returns_after_stopped, 1);
  test_add_variant (suite, "a_closed_host_has_stopped_after_its_children/child",
                    a_closed_host_has_stopped_after_its_children, 0);
  test_add_variant (suite, "a_closed_host_has_stopped_after_its_children/worker",
                    a_closed_host_has_stopped_after_its_children, 1);
  test_add (suite, a_closed_host_gives_its_children_up_at_its_deadline);
  return test_main (suite, argc, argv);
}
