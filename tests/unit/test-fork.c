/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fork amid a stop, and amid the use of a shared lock. */
#include "base/fork.h"
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

#include <sys/wait.h>
#include <unistd.h>

enum
{
  CHILD_IS_FINE = 42,
/* Sanitizers do not support threads in a forked child: see conformance/edge-forking.c. */
#if defined __SANITIZE_THREAD__ || defined __SANITIZE_ADDRESS__
  CHILD_IS_FOLLOWED = 0
#else
  CHILD_IS_FOLLOWED = 1
#endif
};

/* A caller whose thread is inside a call that blocks, while it stops. */
typedef struct Stuck
{
  LodgerCaller *caller;
  BlockedCall blocked;
} Stuck;

/* 0: the usual deadline. */
static void
stuck_stop (Stuck *stuck, int64_t stop_deadline)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = stop_deadline };
  blocked_call_init (&stuck->blocked);
  stuck->caller = worker_start_full (NULL, &options);
  stuck->blocked.pending
      = lodger_caller_call_soon (stuck->caller, blocked_call_run, &stuck->blocked, blocked_call_destroy);
  latch_wait (&stuck->blocked.entered);
  lodger_caller_stop (stuck->caller, true);
}

/* The thread that looks after deadlines is the parent's. The child needs its own. */
static void
be_the_child (void)
{
  Stuck stuck;
  log_capture_begin ();
  stuck_stop (&stuck, 1);
  wait_done (lodger_caller_get_stopped (stuck.caller));
  test_check (lodger_pending_get_outcome (stuck.blocked.pending) == LODGER_EABANDONED);
  test_check (log_capture_has ("is left behind"));
  log_capture_end ();
  _exit (CHILD_IS_FINE);
}

static void
expect_fine (pid_t child)
{
  int status = 0;
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert (WIFEXITED (status));
  ck_assert_int_eq (WEXITSTATUS (status), CHILD_IS_FINE);
}

START_TEST (edge_56_a_deadline_is_kept_in_a_child_that_was_forked_amid_a_stop)
{
  Stuck stuck;
  pid_t child;
  stuck_stop (&stuck, 0);
  child = fork ();
  ck_assert_int_ge (child, 0);
  if (child == 0)
    be_the_child ();
  expect_fine (child);
  ck_assert (!lodger_pending_is_done (stuck.blocked.pending));
  latch_open (&stuck.blocked.let_go);
  wait_done (lodger_caller_get_stopped (stuck.caller));
  expect_code (lodger_pending_get_outcome (stuck.blocked.pending), LODGER_ECANCELED);
  recorder_expect (&stuck.blocked.recorder, 1, 1);
  lodger_caller_unref (stuck.caller);
  blocked_call_clear (&stuck.blocked);
}
END_TEST

/* ---- in a start hook ----------------------------------------------------------------------------------------------- */

static pid_t forked = -1;

static LodgerError *
fork_in_hook (LodgerCaller *caller, void *data)
{
  (void) caller;
  (void) data;
  forked = fork ();
  return NULL;
}

/* The caller is the parent's. The child has callers of its own, on a host of its own. */
static void
be_the_hooks_child (LodgerCaller *parents, int code)
{
  Loop loop;
  Recorder recorder = { 0 };
  test_check (code == LODGER_ECHILD);
  test_check (log_capture_has ("it belongs to the parent of this process"));
  test_check (lodger_caller_enter (parents) == LODGER_ECHILD);
  test_check (lodger_caller_current () == NULL);
  test_check (lodger_pending_current () == NULL);
  loop = loop_open (LODGER_MANUAL_DEFAULT);
  lodger_pending_unref (lodger_caller_call_soon (loop.caller, recorder_call, &recorder, recorder_destroy));
  loop_run (&loop);
  test_check (lodger_caller_current () == loop.caller);
  recorder_expect (&recorder, 1, 1);
  loop_close (&loop);
  _exit (CHILD_IS_FINE);
}

START_TEST (edge_56_a_child_that_is_forked_in_a_start_hook_has_not_started)
{
  const LodgerCallerOptions options = { .size = sizeof options, .on_start = fork_in_hook };
  Loop loop = loop_open_initial_full (LODGER_MANUAL_DEFAULT, &options);
  Recorder recorder = { 0 };
  int code;
  log_capture_begin ();
  code = lodger_caller_enter (loop.caller);
  ck_assert_int_ge (forked, 0);
  if (forked == 0)
    be_the_hooks_child (loop.caller, code);
  expect_code (code, 0);
  expect_fine (forked);
  lodger_pending_unref (lodger_caller_call_soon (loop.caller, recorder_call, &recorder, recorder_destroy));
  loop_run (&loop);
  recorder_expect (&recorder, 1, 1);
  loop_close (&loop);
  ck_assert_uint_eq (log_capture_count (), 0);
  log_capture_end ();
}
END_TEST

/* ---- in a direct call ---------------------------------------------------------------------------------------------- */

static void
fork_in_call (void *data)
{
  recorder_direct (data);
  forked = fork ();
}

/* The call is the parent's, and so is its data; the child's own calls are as usual. */
static void
be_the_direct_calls_child (Loop *parents, Recorder *recorder)
{
  Recorder own = { 0 };
  Loop loop;
  recorder_expect (recorder, 1, 0);
  test_check (lodger_caller_call_direct (parents->caller, recorder_direct, &own, recorder_destroy) == LODGER_ECHILD);
  recorder_expect (&own, 0, 1);
  loop = loop_open (LODGER_MANUAL_DEFAULT);
  for (int i = 2; i < 200; i++)
    {
      test_check (lodger_caller_call_direct (loop.caller, recorder_direct, &own, recorder_destroy) == 0);
      loop_run (&loop);
      recorder_expect (&own, i - 1, i);
    }
  loop_close (&loop);
  lodger_caller_unref (parents->caller);
  recorder_expect (recorder, 1, 0);
  _exit (CHILD_IS_FINE);
}

START_TEST (edge_56_a_child_that_is_forked_in_a_direct_call_leaves_its_data_alone)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  log_capture_begin ();
  expect_code (lodger_caller_call_direct (loop.caller, fork_in_call, &recorder, recorder_destroy), 0);
  loop_run (&loop);
  ck_assert_int_ge (forked, 0);
  if (forked == 0)
    be_the_direct_calls_child (&loop, &recorder);
  expect_fine (forked);
  log_capture_end ();
  recorder_expect (&recorder, 1, 1);
  loop_close (&loop);
}
END_TEST

/* A thread that holds a shared lock until a fork has returned, or for a while. */
typedef struct Holder
{
  pthread_mutex_t *mutex;
  Latch holds;
  Latch forked;
} Holder;

static void *
hold_lock (void *data)
{
  Holder *holder = data;
  pthread_mutex_lock (holder->mutex);
  latch_open (&holder->holds);
  counter_wait_until (&holder->forked.opened, 1, test_now () + 20000000);
  pthread_mutex_unlock (holder->mutex);
  return NULL;
}

static void
fork_beside (pthread_mutex_t *mutex)
{
  Holder holder = { .mutex = mutex };
  pthread_t thread;
  pid_t child;
  latch_init (&holder.holds);
  latch_init (&holder.forked);
  thread = thread_start (hold_lock, &holder);
  latch_wait (&holder.holds);
  child = fork ();
  ck_assert_int_ge (child, 0);
  if (child == 0)
    {
      worker_stop (worker_start (NULL));
      _exit (CHILD_IS_FINE);
    }
  latch_open (&holder.forked);
  expect_fine (child);
  thread_join (thread);
  latch_clear (&holder.holds);
  latch_clear (&holder.forked);
}

/* The core's own list of them, made by the linker. */
extern const LodgerForkLock __start_lodger_locks[] __attribute__ ((visibility ("hidden")));
extern const LodgerForkLock __stop_lodger_locks[] __attribute__ ((visibility ("hidden")));

START_TEST (edge_56_a_fork_waits_for_the_lock_that_another_thread_holds)
{
  LodgerCaller *caller = worker_start (NULL);
  int locks = 0;
  for (const LodgerForkLock *lock = __start_lodger_locks; lock < __stop_lodger_locks; lock++)
    if (lock->count > 0)
      {
        fork_beside (lock->mutex);
        locks++;
      }
  ck_assert_int_ge (locks, 10);
  worker_stop (caller);
}
END_TEST

/* Needs no thread in the child, so that the sanitizers see it too. The worker is inside a call: if it was about to free
 * something, nobody would free that in the child. */
START_TEST (edge_56_a_child_sees_no_caller_of_its_parent)
{
  LodgerCaller *caller = worker_start (NULL);
  WorkerBlock *block = worker_block (caller);
  const uint64_t id = lodger_caller_get_id (caller);
  pid_t child = fork ();
  ck_assert_int_ge (child, 0);
  if (child == 0)
    {
      size_t count = 1;
      test_check (lodger_caller_list (false, &count) == NULL && count == 0);
      test_check (lodger_caller_find_id (id) == NULL);
      _exit (CHILD_IS_FINE);
    }
  expect_fine (child);
  worker_unblock (block);
  worker_stop (caller);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fork");
  test_add (suite, edge_56_a_child_sees_no_caller_of_its_parent);
  test_add (suite, edge_56_a_child_that_is_forked_in_a_start_hook_has_not_started);
  test_add (suite, edge_56_a_child_that_is_forked_in_a_direct_call_leaves_its_data_alone);
  if (CHILD_IS_FOLLOWED)
    {
      test_add (suite, edge_56_a_deadline_is_kept_in_a_child_that_was_forked_amid_a_stop);
      test_add (suite, edge_56_a_fork_waits_for_the_lock_that_another_thread_holds);
    }
  return test_main (suite, argc, argv);
}
