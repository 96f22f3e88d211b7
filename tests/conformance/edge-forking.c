/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A forked child cannot use its parent's objects, and can have callers of its own. The parent does not notice. */
#define _GNU_SOURCE
#include "conformance.h"
#include "test-blocked-call.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  CHILD_IS_FINE = 42
};

/* Sanitizers do not support threads in a forked child.
 *
 * ThreadSanitizer assumes that the parent's other threads run in the child too, and fails on a new thread with the number
 * of an old one. AddressSanitizer locks the start of a thread. If another thread was being started at the fork, the lock
 * stays locked in the child, and no thread starts there. */
enum
{
#if defined __SANITIZE_THREAD__ || defined __SANITIZE_ADDRESS__
  CHILD_IS_FOLLOWED = 0
#else
  CHILD_IS_FOLLOWED = 1
#endif
};

/* The parent's objects at the moment of the fork. */
typedef struct Before
{
  Subject *subject;
  LodgerCaller *worker; /* another caller, in a thread that Lodger drives */
  LodgerCaller *initial;
  LodgerPending *promise;
  LodgerPending *queued;
  LodgerReply *reply;
  Recorder recorder;
} Before;

/* Checks for LODGER_ECHILD, and for a log line that names the function. */
#define expect_foreign(call, function)                                                                                 \
  do                                                                                                                   \
    {                                                                                                                  \
      log_capture_forget ();                                                                                           \
      test_check ((call) == LODGER_ECHILD);                                                                            \
      test_check (log_capture_count () == 1 && log_capture_has (function));                                            \
    }                                                                                                                  \
  while (0)

/* Checks that the data of the refused call is destroyed. */
static int
refusal (LodgerPending *pending, Recorder *recorder)
{
  int code = lodger_error_get_code (lodger_pending_get_error (pending));
  test_check (lodger_pending_is_done (pending) && recorder->ran == 0 && recorder->destroyed == 1);
  *recorder = (Recorder) { 0 };
  lodger_pending_unref (pending);
  return code;
}

static void
submit_to (LodgerCaller *caller)
{
  const LodgerCallOptions disk = { .size = sizeof disk, .worker = "disk" };
  LodgerPending *own = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Recorder w = { 0 };
  expect_foreign (refusal (lodger_caller_call_soon (caller, recorder_call, &w, recorder_destroy), &w),
                  "lodger_caller_call_soon");
  expect_foreign (refusal (lodger_caller_call_later (caller, 5, recorder_call, &w, recorder_destroy), &w),
                  "lodger_caller_call_later");
  expect_foreign (refusal (lodger_caller_to_thread (caller, recorder_call, &w, recorder_destroy), &w),
                  "lodger_caller_to_thread");
  expect_foreign (refusal (lodger_caller_to_thread_full (caller, recorder_call, &w, recorder_destroy, &disk), &w),
                  "lodger_caller_to_thread");
  expect_foreign (refusal (lodger_pending_then (own, caller, recorder_then, &w, recorder_destroy), &w),
                  "lodger_pending_then");
  expect_foreign (lodger_caller_call_direct (caller, recorder_direct, &w, recorder_destroy),
                  "lodger_caller_call_direct");
  test_check (w.ran == 0 && w.destroyed == 1);
  lodger_pending_unref (own);
}

static void
live_with (LodgerCaller *caller)
{
  LodgerError *error = NULL;
  LodgerCallerState state = lodger_caller_get_state (caller);
  expect_foreign (lodger_caller_enter (caller), "lodger_caller_enter");
  expect_foreign (lodger_caller_leave (caller), "lodger_caller_leave");
  expect_foreign (lodger_caller_stop_wait (caller), "lodger_caller_stop_wait");
  expect_foreign (lodger_caller_start_sync (caller), "lodger_caller_start_sync");
  expect_foreign (lodger_caller_set_idle_limit (caller, 1), "lodger_caller_set_idle_limit");
  expect_foreign (lodger_caller_set_idle_duration (caller, 1), "lodger_caller_set_idle_duration");
  log_capture_forget ();
  test_check (lodger_caller_stop (caller, true) == state);
  test_check (log_capture_count () == 1 && log_capture_has ("lodger_caller_stop"));
  test_check (lodger_caller_open_child (caller, NULL, &error) == NULL);
  test_check (lodger_error_get_code (error) == LODGER_ECHILD && log_capture_has ("lodger_caller_open_child"));
  lodger_error_unref (error);
  test_check (lodger_caller_get_state (caller) == state);
}

static void
use_pendings (Before *before)
{
  expect_foreign (lodger_pending_wait (before->promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT), "lodger_pending_wait");
  expect_foreign (lodger_pending_return_int (before->promise, 1), "lodger_pending_return");
  log_capture_forget ();
  test_check (!lodger_pending_cancel (before->promise, NULL));
  test_check (log_capture_count () == 1 && log_capture_has ("lodger_pending_cancel"));
  log_capture_forget ();
  test_check (!lodger_pending_cancel (before->queued, NULL));
  test_check (log_capture_count () == 1);
  test_check (!lodger_pending_is_cancelled (before->queued));
  expect_foreign (lodger_reply_return_nothing (before->reply), "lodger_reply_return");
}

/* Getters, and dropping references, are allowed. */
static void
read_and_drop (Before *before)
{
  size_t count = 0;
  LodgerCaller **list;
  char *line = lodger_caller_describe (before->worker);
  test_check (line != NULL);
  lodger_free (line);
  line = lodger_pending_describe (before->queued);
  test_check (line != NULL);
  lodger_free (line);
  test_check (lodger_caller_get_id (before->worker) != 0);
  test_check (lodger_caller_current () == NULL);
  test_check (lodger_pending_current () == NULL);
  test_check (lodger_caller_find_id (lodger_caller_get_id (before->worker)) == NULL);
  list = lodger_caller_list (false, &count);
  test_check (count == 0);
  lodger_caller_list_free (list, count);
  log_capture_forget ();
  lodger_pending_unref (before->promise);
  lodger_pending_unref (before->queued);
  lodger_caller_unref (before->worker);
  lodger_caller_unref (before->subject->caller);
  test_check (log_capture_count () == 0);
}

/* A result that is sent to the parent would never be destroyed. */
static void
call_with_home (LodgerCaller *home)
{
  const LodgerCallOptions data = { .size = sizeof data, .data_home = home };
  const LodgerCallOptions result = { .size = sizeof result, .result_home = home };
  LodgerCaller *caller = worker_start (NULL);
  Recorder w = { 0 };
  expect_foreign (refusal (lodger_caller_call_soon_full (caller, recorder_call, &w, recorder_destroy, &data), &w),
                  "lodger_caller_call_soon");
  expect_foreign (refusal (lodger_caller_to_thread_full (caller, recorder_call, &w, recorder_destroy, &result), &w),
                  "lodger_caller_to_thread");
  worker_stop (caller);
}

static void
have_own (const char *backend)
{
  Recorder recorder = { 0 };
  LodgerCaller *caller = worker_start (backend);
  test_check (wait_outcome (lodger_caller_call_soon (caller, recorder_call, &recorder, recorder_destroy)) == 0);
  test_check (wait_outcome (lodger_caller_to_thread (caller, recorder_call, &recorder, recorder_destroy)) == 0);
  test_check (recorder.ran == 2 && recorder.destroyed == 2);
  worker_stop (caller);
}

static void
be_the_child (Before *before)
{
  log_capture_begin ();
  submit_to (before->subject->caller);
  submit_to (before->worker);
  live_with (before->subject->caller);
  live_with (before->worker);
  if (before->initial != NULL)
    {
      submit_to (before->initial);
      live_with (before->initial);
    }
  use_pendings (before);
  call_with_home (before->worker);
  read_and_drop (before);
  log_capture_end ();
  have_own ("native");
  have_own (subject_backend (before->subject));
  _exit (CHILD_IS_FINE);
}

static void
fork_and_look (Before *before)
{
  int status = 0;
  pid_t child = fork ();
  test_check (child >= 0);
  if (child == 0)
    be_the_child (before);
  test_check (waitpid (child, &status, 0) == child);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != CHILD_IS_FINE)
    test_fail ("the child has ended with status %#x", (unsigned) status);
}

static void
defer (LodgerPending *self, void *data)
{
  ((Before *) data)->reply = lodger_pending_defer (self);
}

static void
before_init (Before *before, Subject *subject, BlockedCall *blocked)
{
  *before = (Before) { .subject = subject };
  before->promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  before->worker = worker_start (NULL);
  blocked_call_init (blocked);
  blocked->pending = lodger_caller_call_soon (subject->caller, defer, before, NULL);
  subject_settle (subject);
  test_check (lodger_caller_call_direct (before->worker, blocked_call_direct, blocked, NULL) == 0);
  latch_wait (&blocked->entered);
  before->queued = lodger_caller_call_soon (before->worker, recorder_call, &before->recorder, recorder_destroy);
}

/* The parent goes on as if nothing had happened. */
static void
before_clear (Before *before, BlockedCall *blocked)
{
  Recorder recorder = { 0 };
  LodgerPending *call;
  ck_assert (!lodger_pending_is_done (before->queued));
  latch_open (&blocked->let_go);
  expect_code (wait_outcome (before->queued), 0);
  recorder_expect (&before->recorder, 1, 1);
  call = lodger_caller_to_thread (before->subject->caller, recorder_call, &recorder, recorder_destroy);
  expect_code (subject_outcome (before->subject, call), 0);
  recorder_expect (&recorder, 1, 1);
  expect_code (lodger_reply_return_nothing (before->reply), 0);
  expect_code (subject_outcome (before->subject, lodger_pending_ref (blocked->pending)), 0);
  expect_code (lodger_pending_return_nothing (before->promise), 0);
  lodger_pending_unref (before->promise);
  worker_stop (before->worker);
  blocked_call_clear (blocked);
}

START_TEST (edge_56_a_forked_child_is_refused)
{
  Subject subject, initial = { .caller = NULL };
  Before before;
  BlockedCall blocked;
  subject_open (&subject, _i, false);
  before_init (&before, &subject, &blocked);
  if (!subject_is (&subject, SUBJECT_DRIVEN) && subject_find ("manual") == _i)
    {
      subject_open_initial (&initial, _i, NULL);
      before.initial = initial.caller;
    }
  fork_and_look (&before);
  fork_and_look (&before);
  if (initial.caller != NULL)
    subject_close (&initial);
  before_clear (&before, &blocked);
  subject_close (&subject);
}
END_TEST

/* Forked inside a call: the child is in no call any more. */
static void
fork_inside (LodgerPending *self, void *data)
{
  Before *before = data;
  fork_and_look (before);
  test_check (lodger_pending_current () == self);
  test_check (lodger_caller_current () == before->subject->caller);
  lodger_pending_return_int (self, 7);
}

START_TEST (edge_56_a_child_that_was_forked_inside_a_call_is_refused)
{
  Subject subject;
  Before before;
  BlockedCall blocked;
  LodgerPending *pending;
  int64_t value = 0;
  subject_open (&subject, _i, false);
  before_init (&before, &subject, &blocked);
  pending = lodger_caller_call_soon (subject.caller, fork_inside, &before, NULL);
  subject_run_until_done (&subject, pending);
  expect_code (lodger_pending_get_int (pending, &value), 0);
  ck_assert_int_eq ((int) value, 7);
  lodger_pending_unref (pending);
  before_clear (&before, &blocked);
  subject_close (&subject);
}
END_TEST

/* Forked while other threads work. */
typedef struct Busy
{
  LodgerCaller *caller;
  atomic_bool is_over;
  Counter begun;
} Busy;

static void *
be_busy (void *data)
{
  Busy *busy = data;
  Recorder recorder = { 0 };
  while (!busy->is_over)
    {
      LodgerPending *pending = lodger_caller_to_thread (busy->caller, recorder_call, &recorder, recorder_destroy);
      lodger_pending_set_metadata (pending, "key", NULL, NULL);
      test_check (lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_NO_RESULT) == 0);
      lodger_pending_unref (pending);
      worker_stop (worker_start (NULL));
      lodger_error_unref (lodger_error_new ("a domain", -1, "a message"));
      counter_add (&busy->begun, 1);
    }
  return NULL;
}

START_TEST (edge_56_a_child_that_was_forked_amid_work_can_work)
{
  Subject subject;
  Busy busy = { .is_over = false };
  pthread_t threads[2];
  subject_open (&subject, _i, false);
  busy.caller = subject.caller;
  counter_init (&busy.begun);
  if (!subject_is (&subject, SUBJECT_DRIVEN))
    busy.caller = worker_start (subject_backend (&subject));
  for (int i = 0; i < 2; i++)
    threads[i] = thread_start (be_busy, &busy);
  for (int round = 1; round <= 10; round++)
    {
      int status = 0;
      pid_t child;
      counter_wait (&busy.begun, round);
      child = fork ();
      if (child == 0)
        {
          have_own ("native");
          _exit (CHILD_IS_FINE);
        }
      test_check (waitpid (child, &status, 0) == child);
      ck_assert (WIFEXITED (status));
      ck_assert_int_eq (WEXITSTATUS (status), CHILD_IS_FINE);
    }
  busy.is_over = true;
  for (int i = 0; i < 2; i++)
    thread_join (threads[i]);
  if (busy.caller != subject.caller)
    worker_stop (busy.caller);
  subject_close (&subject);
  counter_clear (&busy.begun);
}
END_TEST

void
add_edge_forking (Suite *suite)
{
  add_edge (suite, edge_56_a_forked_child_is_refused, 0, 0);
  add_edge (suite, edge_56_a_child_that_was_forked_inside_a_call_is_refused, 0, 0);
  if (CHILD_IS_FOLLOWED)
    add_edge (suite, edge_56_a_child_that_was_forked_amid_work_can_work, 0, 0);
}
