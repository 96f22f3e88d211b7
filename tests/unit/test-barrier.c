/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The barrier of all threads, on a system that has it, refuses it later, or lacks it. */
#define _GNU_SOURCE
#include "base/barrier.h"
#include "test-loop.h"
#include "test-suite.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  CHILD_IS_FINE = 42,
  CALLS = 20000
};

/* From here on the process is refused that system call. False: the system refuses the filter. */
static bool
refuse_barriers (void)
{
  struct sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = { sizeof filter / sizeof filter[0], filter };
  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
         && syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

typedef struct Target
{
  LodgerCaller *worker;
  Recorder recorder;
} Target;

static void *
submit_many (void *data)
{
  Target *target = data;
  for (unsigned i = 0; i < test_scaled (CALLS); i++)
    test_check (lodger_caller_call_direct (target->worker, recorder_direct, &target->recorder, recorder_destroy) == 0);
  return NULL;
}

/* Two threads submit to a worker, which sleeps and wakes as it comes. */
static void
use_a_worker (LodgerCaller *worker)
{
  Counter ends;
  Target target = { worker, { .ends = &ends } };
  pthread_t threads[2];
  counter_init (&ends);
  for (int i = 0; i < 2; i++)
    threads[i] = thread_start (submit_many, &target);
  for (int i = 0; i < 2; i++)
    thread_join (threads[i]);
  counter_wait (&ends, 2 * (long) test_scaled (CALLS));
  counter_clear (&ends);
  for (unsigned i = 0; i < test_scaled (1000); i++)
    test_check (wait_outcome (lodger_caller_call_soon (worker, recorder_call, &(Recorder) { 0 }, NULL)) == 0);
}

typedef struct Stuck
{
  Latch entered, let_go, left;
} Stuck;

static void
be_stuck (LodgerPending *self, void *data)
{
  Stuck *stuck = data;
  (void) self;
  latch_open (&stuck->entered);
  latch_wait (&stuck->let_go);
}

static void
note_left (void *data)
{
  latch_open (&((Stuck *) data)->left);
}

/* A stop finds the call by its frame, takes the caller away from it, and the call finds that when it returns. */
static void
leave_a_call_behind (LodgerCaller *worker)
{
  Stuck stuck;
  LodgerPending *pending;
  latch_init (&stuck.entered);
  latch_init (&stuck.let_go);
  latch_init (&stuck.left);
  pending = lodger_caller_call_soon (worker, be_stuck, &stuck, note_left);
  latch_wait (&stuck.entered);
  log_capture_begin ();
  lodger_caller_stop (worker, true);
  wait_done (lodger_caller_get_stopped (worker));
  ck_assert_int_eq (lodger_pending_get_outcome (pending), LODGER_EABANDONED);
  latch_open (&stuck.let_go);
  latch_wait (&stuck.left);
  log_capture_end ();
  lodger_pending_unref (pending);
  lodger_caller_unref (worker);
}

static LodgerCaller *
hasty_worker_start (void)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = 2000000 };
  return worker_start_full (NULL, &options);
}

START_TEST (a_system_that_has_the_barrier_is_asked_once)
{
  int state;
  lodger__barrier_prepare ();
  state = atomic_load (&lodger__barrier_state);
  ck_assert_int_ne (state, LODGER_BARRIER_UNKNOWN);
  ck_assert_int_eq (lodger__barrier_is_there (), state == LODGER_BARRIER_THERE);
  ck_assert (state != LODGER_BARRIER_THERE || lodger__barrier_pass ());
  lodger__barrier_prepare ();
  ck_assert_int_eq (atomic_load (&lodger__barrier_state), state);
}
END_TEST

START_TEST (law_6_a_system_without_the_barrier_does_without)
{
  LodgerCaller *worker;
  atomic_store (&lodger__barrier_state, LODGER_BARRIER_MISSING);
  worker = worker_start (NULL);
  ck_assert (!lodger__barrier_is_there ());
  use_a_worker (worker);
  worker_stop (worker);
}
END_TEST

START_TEST (a_barrier_that_is_refused_from_the_start_is_missing)
{
  LodgerCaller *worker;
  if (!refuse_barriers ())
    return;
  worker = worker_start (NULL);
  ck_assert_int_eq (atomic_load (&lodger__barrier_state), LODGER_BARRIER_MISSING);
  use_a_worker (worker);
  worker_stop (worker);
}
END_TEST

/* What was learnt before does not change: producers that know it go on as they did. */
START_TEST (law_6_a_barrier_that_is_refused_later_holds_nobody_up)
{
  LodgerCaller *worker = worker_start (NULL), *second;
  const int state = atomic_load (&lodger__barrier_state);
  if (refuse_barriers ())
    ck_assert (!lodger__barrier_pass ());
  use_a_worker (worker);
  ck_assert_int_eq (atomic_load (&lodger__barrier_state), state);
  second = worker_start (NULL);
  use_a_worker (second);
  worker_stop (second);
  worker_stop (worker);
}
END_TEST

START_TEST (a_call_that_hangs_is_left_behind)
{
  leave_a_call_behind (hasty_worker_start ());
}
END_TEST

START_TEST (a_call_that_hangs_is_left_behind_without_the_barrier)
{
  atomic_store (&lodger__barrier_state, LODGER_BARRIER_MISSING);
  leave_a_call_behind (hasty_worker_start ());
}
END_TEST

START_TEST (a_call_that_hangs_is_left_behind_if_the_barrier_is_refused)
{
  LodgerCaller *worker = hasty_worker_start ();
  if (refuse_barriers ())
    ck_assert (!lodger__barrier_pass ());
  leave_a_call_behind (worker);
}
END_TEST

#if !defined __SANITIZE_THREAD__ && !defined __SANITIZE_ADDRESS__
START_TEST (edge_56_a_forked_child_has_the_barrier_too)
{
  LodgerCaller *worker = worker_start (NULL);
  int status = 0;
  pid_t child = fork ();
  ck_assert_int_ge (child, 0);
  if (child == 0)
    {
      LodgerCaller *own = worker_start (NULL);
      test_check (!lodger__barrier_is_there () || lodger__barrier_pass ());
      use_a_worker (own);
      worker_stop (own);
      execl ("/bin/sh", "sh", "-c", "exit 42", (char *) NULL); /* valgrind does not count what the worker had */
      _exit (1);
    }
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert (WIFEXITED (status));
  ck_assert_int_eq (WEXITSTATUS (status), CHILD_IS_FINE);
  worker_stop (worker);
}
END_TEST
#endif

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("barrier");
  test_add (suite, a_system_that_has_the_barrier_is_asked_once);
  test_add (suite, law_6_a_system_without_the_barrier_does_without);
  test_add (suite, a_barrier_that_is_refused_from_the_start_is_missing);
  test_add (suite, law_6_a_barrier_that_is_refused_later_holds_nobody_up);
  test_add (suite, a_call_that_hangs_is_left_behind);
  test_add (suite, a_call_that_hangs_is_left_behind_without_the_barrier);
  test_add (suite, a_call_that_hangs_is_left_behind_if_the_barrier_is_refused);
#if !defined __SANITIZE_THREAD__ && !defined __SANITIZE_ADDRESS__
  test_add (suite, edge_56_a_forked_child_has_the_barrier_too);
#endif
  return test_main (suite, argc, argv);
}
