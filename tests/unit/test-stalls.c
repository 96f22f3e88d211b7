/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The watch for calls and loops that hold their thread. A test that needs the time to pass lets the held thread wait for the
 * watch's line. The others look by themselves, with a limit that has always passed. */
#include "base/port.h"
#include "debug/debug.h"
#include "loop/ownership.h"
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const LodgerStallOptions soon = { .size = sizeof soon, .loop_limit = 5000000, .worker_limit = 5000000 };
static const LodgerStallOptions at_once = { .size = sizeof at_once, .loop_limit = 1, .worker_limit = 1 };

static void
begin_watch (void)
{
  log_capture_begin ();
  expect_code (lodger_watch_stalls (&soon), 0);
}

static void
end_watch (void)
{
  lodger_unwatch_stalls ();
  log_capture_end ();
}

/* As the watch's thread does. */
static void
look (void)
{
  lodger__stalls_look (&at_once, lodger__port_now (), NULL);
}

static void
look_often (void)
{
  for (int i = 0; i < 5; i++)
    look ();
}

static void
begin_looking (void)
{
  log_capture_begin ();
  atomic_fetch_add (&lodger__ownership_readers, LODGER_OWNERSHIP_WATCHER);
}

static void
end_looking (void)
{
  atomic_fetch_sub (&lodger__ownership_readers, LODGER_OWNERSHIP_WATCHER);
  lodger__stalls_forget ();
  log_capture_end ();
}

/* ---- what is a stall ----------------------------------------------------------------------------------------------- */

static void
hold (void *text)
{
  log_capture_wait (text);
}

static void
do_nothing (void *data)
{
  (void) data;
}

static void
hold_call (LodgerPending *self, void *text)
{
  (void) self;
  hold (text);
}

/* A sanitizer may keep a signal back until the thread calls the system again. */
static void
expect_stack (void)
{
#if !defined __SANITIZE_THREAD__
  log_capture_wait ("  #0 ");
  ck_assert (!log_capture_has ("cannot be read"));
#endif
}

START_TEST (a_call_that_holds_the_loops_thread_is_named)
{
  static char line[] = "gui: holder (" __FILE__ ":101) has held the thread for ";
  const LodgerCallerOptions options = { .size = sizeof options, .name = "gui" };
  const LodgerCallOptions named = { .size = sizeof named, .name = "holder", .file = __FILE__, .line = 101 };
  Loop loop;
  begin_watch ();
  loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  lodger_pending_unref (lodger_caller_call_soon_full (loop.caller, hold_call, line, NULL, &named));
  loop_run (&loop);
  log_capture_wait ("gui: the thread is free again after ");
  expect_stack ();
  ck_assert_uint_eq (log_capture_count_of (line), 1);
  loop_close (&loop);
  end_watch ();
}
END_TEST

START_TEST (a_direct_call_is_named_too)
{
  static char line[] = "gui: direct (x.c:7) has held the thread for ";
  const LodgerCallerOptions options = { .size = sizeof options, .name = "gui" };
  const LodgerCallOptions named = { .size = sizeof named, .name = "direct", .file = "x.c", .line = 7 };
  Loop loop;
  begin_watch ();
  loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  expect_code (lodger_caller_call_direct_full (loop.caller, hold, line, NULL, &named), 0);
  loop_run (&loop);
  loop_close (&loop);
  end_watch ();
}
END_TEST

static LodgerError *
hold_start (LodgerCaller *caller, void *text)
{
  (void) caller;
  hold (text);
  return NULL;
}

/* It is not attached before the hook has returned, so that only the thread's own loop can tell. */
START_TEST (a_start_hook_is_named)
{
  static char line[] = "the start hook has held the thread for ";
  const LodgerCallerOptions options
      = { .size = sizeof options, .name = "slow", .on_start = hold_start, .hook_data = line };
  LodgerCaller *caller;
  begin_watch ();
  caller = worker_start_full (NULL, &options);
  worker_stop (caller);
  end_watch ();
}
END_TEST

START_TEST (a_call_that_holds_a_worker_is_named)
{
  static char line[] = "call (" __FILE__ ":";
  LodgerCaller *caller;
  LodgerPending *pending;
  begin_watch ();
  caller = worker_start (NULL);
  pending = lodger_caller_to_thread (caller, hold_call, line, NULL);
  wait_done (pending);
  lodger_pending_unref (pending);
  log_capture_wait (": the thread is free again after ");
  expect_stack ();
  worker_stop (caller);
  end_watch ();
}
END_TEST

START_TEST (a_loop_that_no_call_holds_is_named)
{
  const LodgerCallerOptions options = { .size = sizeof options, .name = "gui" };
  Loop loop;
  begin_watch ();
  loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  log_capture_wait ("gui: the thread has not come back to its loop for ");
  ck_assert (log_capture_has ("(no call of Lodger's runs)"));
  loop_run (&loop);
  log_capture_wait ("gui: the thread is free again after ");
  loop_close (&loop);
  end_watch ();
}
END_TEST

START_TEST (a_destroy_function_that_holds_the_thread_is_noticed)
{
  static char line[] = "(between two calls: a callback or a destroy function)";
  Loop loop;
  begin_watch ();
  loop = loop_open (LODGER_MANUAL_DEFAULT);
  expect_code (lodger_caller_call_direct (loop.caller, do_nothing, line, hold), 0);
  loop_run (&loop);
  loop_close (&loop);
  end_watch ();
}
END_TEST

/* ---- once each ------------------------------------------------------------------------------------------------------- */

static void
be_looked_at (void *data)
{
  (void) data;
  look_often ();
  ck_assert_uint_eq (log_capture_count_of ("has held the thread"), 1);
}

START_TEST (a_stall_is_one_line_when_it_begins_and_one_when_it_ends)
{
  Loop loop;
  begin_looking ();
  loop = loop_open (LODGER_MANUAL_DEFAULT);
  expect_code (lodger_caller_call_direct (loop.caller, be_looked_at, NULL, NULL), 0);
  loop_run (&loop);
  look ();
  ck_assert_uint_eq (log_capture_count_of ("has held the thread"), 1);
  ck_assert_uint_eq (log_capture_count_of ("is free again after"), 1);
  loop_close (&loop);
  end_looking ();
}
END_TEST

/* ---- what is none ---------------------------------------------------------------------------------------------------- */

static void
run_a_dialog (void *data)
{
  Loop *loop = data;
  for (int i = 0; i < 5; i++)
    {
      look ();
      lodger_manual_iterate (loop->host, false);
    }
  ck_assert_uint_eq (log_capture_count (), 0);
  look_often ();
  ck_assert_uint_eq (log_capture_count_of ("has held the thread"), 1);
}

START_TEST (a_nested_loop_is_no_stall_while_it_iterates)
{
  LodgerManualFlags flags = _i == 0 ? LODGER_MANUAL_DEFAULT : LODGER_MANUAL_NO_BEFORE_WAIT;
  Loop loop;
  begin_looking ();
  loop = loop_open (flags);
  expect_code (lodger_caller_call_direct (loop.caller, run_a_dialog, &loop, NULL), 0);
  loop_run (&loop);
  loop_close (&loop);
  end_looking ();
}
END_TEST

static void
wait_for (LodgerPending *self, void *promise)
{
  (void) self;
  lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
}

static bool
dump_has (const char *wanted)
{
  char *text = lodger_dump ();
  bool has = strstr (text, wanted) != NULL;
  lodger_free (text);
  return has;
}

START_TEST (a_call_that_waits_is_no_stall)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *pending;
  LodgerCaller *caller;
  int thread;
  begin_looking ();
  caller = worker_start (NULL);
  thread = worker_thread_id (caller);
  pending = lodger_caller_call_soon (caller, wait_for, promise, NULL);
  while (!dump_has ("waits for"))
    sched_yield ();
  proc_wait_asleep (thread);
  look_often ();
  ck_assert_uint_eq (log_capture_count (), 0);
  lodger_pending_return_nothing (promise);
  expect_code (wait_outcome (pending), 0);
  lodger_pending_unref (promise);
  worker_stop (caller);
  end_looking ();
}
END_TEST

START_TEST (an_idle_worker_is_no_stall)
{
  LodgerCaller *caller;
  begin_looking ();
  caller = worker_start (NULL);
  proc_wait_asleep (worker_thread_id (caller));
  look_often ();
  ck_assert_uint_eq (log_capture_count (), 0);
  worker_stop (caller);
  end_looking ();
}
END_TEST

START_TEST (a_caller_that_is_left_out_is_not_watched)
{
  const LodgerCallerOptions options = { .size = sizeof options, .no_debug = true };
  const LodgerCallerOptions child_options = { .size = sizeof child_options, .name = "child" };
  BlockedCall blocked;
  LodgerCaller *child;
  Loop loop;
  begin_looking ();
  loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  child = lodger_caller_open_child (loop.caller, &child_options, NULL);
  ck_assert_ptr_nonnull (child);
  blocked_call_init (&blocked);
  blocked.pending = lodger_caller_call_soon (child, blocked_call_run, &blocked, NULL);
  latch_wait (&blocked.entered);
  look_often ();
  ck_assert_uint_eq (log_capture_count (), 0);
  latch_open (&blocked.let_go);
  wait_done (blocked.pending);
  blocked_call_clear (&blocked);
  lodger_caller_unref (child);
  loop_close (&loop);
  end_looking ();
}
END_TEST

enum
{
  POLLER_FDS = 2 /* stay open after the first watch */
};

/* ---- on and off ------------------------------------------------------------------------------------------------------ */

/* The environment is read once: this is the first of its process. */
START_TEST (the_environment_begins_a_watch)
{
  static char line[] = "has held the thread for ";
  Loop loop;
  setenv ("LODGER_DEBUG", "stalls", 1);
  log_capture_begin ();
  loop = loop_open (LODGER_MANUAL_DEFAULT);
  expect_code (lodger_caller_call_direct (loop.caller, hold, line, NULL), 0);
  loop_run (&loop);
  loop_close (&loop);
  end_watch ();
}
END_TEST

START_TEST (a_watch_that_has_ended_leaves_no_thread)
{
  ProcCount before = proc_count ();
  before.fds += POLLER_FDS;
  for (int i = 0; i < 20; i++)
    {
      expect_code (lodger_watch_stalls (NULL), 0);
      expect_code (lodger_watch_stalls (&soon), 0);
      lodger_unwatch_stalls ();
      lodger_unwatch_stalls ();
    }
  proc_expect_restored (before);
  ck_assert_uint_eq (atomic_load (&lodger__ownership_readers), 0);
}
END_TEST

START_TEST (without_a_watch_there_is_no_thread)
{
  ProcCount before = proc_count ();
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  lodger_free (lodger_dump ());
  ck_assert_int_eq (proc_count ().threads, before.threads);
  loop_close (&loop);
}
END_TEST

enum
{
  CHILD_IS_FINE = 42
};

#if !defined __SANITIZE_THREAD__ && !defined __SANITIZE_ADDRESS__
static void
be_the_child (void)
{
  static char line[] = "has held the thread for ";
  Loop loop;
  test_check (proc_count ().threads == 1);
  test_check (atomic_load (&lodger__ownership_readers) == 0);
  raise (SIGUSR1);
  loop = loop_open (LODGER_MANUAL_DEFAULT);
  lodger_free (lodger_dump ());
  test_check (proc_count ().threads == 1);
  test_check (lodger_watch_stalls (&soon) == 0);
  test_check (lodger_caller_call_direct (loop.caller, hold, line, NULL) == 0);
  loop_run (&loop);
  loop_close (&loop);
  execl ("/bin/sh", "sh", "-c", "exit 42", (char *) NULL); /* valgrind does not count what the parent's watch had */
  _exit (1);
}
#endif

/* Sanitizers do not support threads in a forked child. */
START_TEST (edge_56_a_forked_child_has_no_watch_and_may_begin_one)
{
#if !defined __SANITIZE_THREAD__ && !defined __SANITIZE_ADDRESS__
  int status = 0;
  pid_t child;
  Loop loop;
  begin_watch ();
  expect_code (lodger_dump_on_signal (SIGUSR1), 0);
  loop = loop_open (LODGER_MANUAL_DEFAULT);
  child = fork ();
  ck_assert_int_ge (child, 0);
  if (child == 0)
    be_the_child ();
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert (WIFEXITED (status));
  ck_assert_int_eq (WEXITSTATUS (status), CHILD_IS_FINE);
  log_capture_wait ("the thread has not come back to its loop for ");
  expect_code (lodger_dump_on_signal (0), 0);
  loop_close (&loop);
  end_watch ();
#endif
}
END_TEST

START_TEST (without_descriptors_a_watch_is_refused)
{
  struct rlimit before, none;
  ck_assert_int_eq (getrlimit (RLIMIT_NOFILE, &before), 0);
  none = (struct rlimit) { .rlim_cur = 0, .rlim_max = before.rlim_max };
  log_capture_begin ();
  ck_assert_int_eq (setrlimit (RLIMIT_NOFILE, &none), 0);
  expect_code (lodger_watch_stalls (NULL), LODGER_EAGAIN);
  expect_code (lodger_dump_on_signal (SIGUSR1), LODGER_EAGAIN);
  ck_assert_int_eq (setrlimit (RLIMIT_NOFILE, &before), 0);
  ck_assert (log_capture_has ("lodger_watch_stalls: the system refuses a thread or a descriptor"));
  ck_assert_uint_eq (atomic_load (&lodger__ownership_readers), 0);
  expect_code (lodger_watch_stalls (NULL), 0);
  end_watch ();
}
END_TEST

START_TEST (options_of_a_wrong_size_are_refused)
{
  const LodgerStallOptions wrong = { .size = 1 };
  ProcCount before = proc_count ();
  log_capture_begin ();
  expect_code (lodger_watch_stalls (&wrong), LODGER_EINVAL);
  ck_assert (log_capture_has ("lodger_watch_stalls: "));
  ck_assert_int_eq (proc_count ().threads, before.threads);
  log_capture_end ();
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("stalls");
  test_add (suite, a_call_that_holds_the_loops_thread_is_named);
  test_add (suite, a_direct_call_is_named_too);
  test_add (suite, a_start_hook_is_named);
  test_add (suite, a_call_that_holds_a_worker_is_named);
  test_add (suite, a_loop_that_no_call_holds_is_named);
  test_add (suite, a_destroy_function_that_holds_the_thread_is_noticed);
  test_add (suite, a_stall_is_one_line_when_it_begins_and_one_when_it_ends);
  test_add_variant (suite, "a_nested_loop_is_no_stall_while_it_iterates/before-wait",
                    a_nested_loop_is_no_stall_while_it_iterates, 0);
  test_add_variant (suite, "a_nested_loop_is_no_stall_while_it_iterates/no-before-wait",
                    a_nested_loop_is_no_stall_while_it_iterates, 1);
  test_add (suite, a_call_that_waits_is_no_stall);
  test_add (suite, an_idle_worker_is_no_stall);
  test_add (suite, a_caller_that_is_left_out_is_not_watched);
  test_add (suite, the_environment_begins_a_watch);
  test_add (suite, a_watch_that_has_ended_leaves_no_thread);
  test_add (suite, without_a_watch_there_is_no_thread);
  test_add (suite, edge_56_a_forked_child_has_no_watch_and_may_begin_one);
  test_add (suite, without_descriptors_a_watch_is_refused);
  test_add (suite, options_of_a_wrong_size_are_refused);
  return test_main (suite, argc, argv);
}
