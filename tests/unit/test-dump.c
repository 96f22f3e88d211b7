/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a dump says, and that it says it whatever the callers do meanwhile. */
#include "test-blocked-call.h"
#include "test-guest.h"
#include "test-loop.h"
#include "test-suite.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* The names and lines of calls are given, so that they are the same in each build. */
#define AT(name_, line_)                                                                                               \
  {                                                                                                                    \
    .size = sizeof (LodgerCallOptions), .name = (name_), .file = "app.c", .line = (line_)                              \
  }

static void
expect_line_at (const char *text, const char *line, int from)
{
  ck_assert_msg (strstr (text, line) != NULL, "line %d: there is no '%s' in:\n%s", from, line, text);
}

#define expect_line(text, line) expect_line_at (text, line, __LINE__)

static void
expect_no_line (const char *text, const char *line)
{
  ck_assert_msg (strstr (text, line) == NULL, "there is '%s' in:\n%s", line, text);
}

static void
dump_until (const char *wanted)
{
  bool has = false;
  while (!has)
    {
      char *text = lodger_dump ();
      has = strstr (text, wanted) != NULL;
      lodger_free (text);
      sched_yield ();
    }
}

static void
wait_for (LodgerPending *self, void *promise)
{
  (void) self;
  lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
}

START_TEST (a_dump_shows_what_runs_and_what_it_waits_for)
{
  const LodgerCallerOptions options = { .size = sizeof options, .name = "gui", .max_workers = 1 };
  const LodgerCallOptions waiter = AT ("waiter", 1), later = AT ("later", 3), show = AT ("show", 4);
  LodgerScope *scope = lodger_scope_new (NULL);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *pendings[3];
  BlockedCall load;
  LodgerCallOptions load_options = AT ("load", 2);
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  char *text;

  pendings[0] = lodger_caller_to_thread_full (loop.caller, wait_for, promise, NULL, &waiter);
  dump_until ("waits for");
  blocked_call_init (&load);
  load_options.scope = scope;
  load.pending = lodger_caller_to_thread_full (loop.caller, blocked_call_run, &load, NULL, &load_options);
  latch_wait (&load.entered);
  pendings[1] = lodger_caller_to_thread_full (loop.caller, wait_for, promise, NULL, &later);
  pendings[2] = lodger_pending_then_full (load.pending, loop.caller, blocked_call_then, NULL, NULL, &show);

  text = lodger_dump ();
  expect_line (text, "3 callers\n"
                     "gui #1: running, host manual, 2 workers\n"
                     "  continues  show (app.c:4) after load (app.c:2): running, in worker-2 #3\n"
                     "  pool       2 of 256 threads, 0 idle, 1 in waits; 1 of 1 calls run, 1 queued\n"
                     "  queue      later (app.c:3): queued\n"
                     "worker-1 #2: running, host native, backend native, 0 workers, child of gui #1\n"
                     "  runs       waiter (app.c:1)\n"
                     "    waits for promise: not answered yet\n"
                     "worker-2 #3: running, host native, backend native, 0 workers, child of gui #1\n"
                     "  runs       load (app.c:2)\n"
                     "scope #1: not ended\n"
                     "  bound      load (app.c:2): running\n");
  lodger_free (text);

  lodger_pending_cancel (pendings[2], NULL);
  lodger_pending_return_nothing (promise);
  latch_open (&load.let_go);
  for (int i = 0; i < 2; i++)
    expect_code (wait_outcome (pendings[i]), 0);
  wait_done (load.pending);
  lodger_pending_unref (pendings[2]);
  blocked_call_clear (&load);
  lodger_pending_unref (promise);
  lodger_scope_unref (scope);
  loop_close (&loop);
}
END_TEST

START_TEST (a_dump_shows_guests)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  GuestLoop inside;
  LodgerGuest *guest;
  char *text;
  guest_loop_init (&inside);
  guest = guest_start (loop.caller, &inside);
  text = lodger_dump ();
  expect_line (text, "  guest      test-guest: has its turn soon\n");
  lodger_free (text);
  loop_run (&loop);
  text = lodger_dump ();
  expect_line (text, "  guest      test-guest: waits for an event\n");
  lodger_free (text);
  expect_code (lodger_guest_end (guest), 0);
  text = lodger_dump ();
  expect_no_line (text, "  guest");
  lodger_free (text);
  lodger_guest_unref (guest);
  loop_close (&loop);
  guest_loop_clear (&inside);
}
END_TEST

static void
dump_in_call (LodgerPending *self, void *ret_text)
{
  (void) self;
  *(char **) ret_text = lodger_dump ();
}

START_TEST (a_call_can_dump_itself)
{
  const LodgerCallOptions dumps = AT ("dumps", 9);
  char *text = NULL;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  lodger_pending_unref (lodger_caller_call_soon_full (loop.caller, dump_in_call, &text, NULL, &dumps));
  loop_run (&loop);
  expect_line (text, "  runs       dumps (app.c:9)\n");
  lodger_free (text);
  loop_close (&loop);
}
END_TEST

START_TEST (without_callers_there_is_little_to_say)
{
  char *text = lodger_dump ();
  ck_assert_str_eq (text, "0 callers\n");
  lodger_free (text);
}
END_TEST

/* A thread outside of any call waits as well. */
static void *
wait_outside (void *promise)
{
  lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  return NULL;
}

START_TEST (a_thread_that_waits_in_no_call_is_shown)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  pthread_t thread = thread_start (wait_outside, promise);
  dump_until ("a thread     waits, in no call, for promise: not answered yet\n");
  lodger_pending_return_nothing (promise);
  thread_join (thread);
  lodger_pending_unref (promise);
}
END_TEST

START_TEST (a_long_list_is_cut)
{
  const LodgerCallOptions show = AT ("show", 5);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  char *text;
  for (int i = 0; i < 20; i++)
    lodger_pending_unref (lodger_pending_then_full (promise, loop.caller, blocked_call_then, NULL, NULL, &show));
  text = lodger_dump ();
  expect_line (text, "  continues  show (app.c:5) after promise: not answered yet\n"
                     "             show (app.c:5) after promise: not answered yet\n");
  expect_line (text, "             and 4 more\n");
  lodger_free (text);
  loop_close (&loop);
  lodger_pending_unref (promise);
}
END_TEST

START_TEST (a_stop_that_does_not_end_says_how_far_it_is)
{
  const LodgerCallerOptions options = { .size = sizeof options, .name = "stuck" };
  BlockedCall blocked;
  LodgerCaller *caller = worker_start_full (NULL, &options);
  char *text;
  blocked_call_init (&blocked);
  blocked.pending = lodger_caller_call_soon (caller, blocked_call_run, &blocked, NULL);
  latch_wait (&blocked.entered);
  lodger_caller_stop (caller, true);
  text = lodger_dump ();
  expect_line (text, "stuck #1: stopping, host native, backend native, 0 workers\n"
                     "  stop       refusing\n"
                     "  runs       call (");
  expect_line (text, ", cancelled\n");
  lodger_free (text);
  latch_open (&blocked.let_go);
  wait_done (lodger_caller_get_stopped (caller));
  blocked_call_clear (&blocked);
  lodger_caller_unref (caller);
}
END_TEST

static void
see_nothing (const LodgerTraceEvent *event, void *data)
{
  (void) data;
  ck_assert_str_ne (lodger_caller_get_name (event->caller), "hidden");
  ck_assert_str_ne (lodger_caller_get_name (event->caller), "child");
}

START_TEST (a_caller_that_is_left_out_is_neither_dumped_nor_traced)
{
  const LodgerCallerOptions options = { .size = sizeof options, .name = "hidden", .no_debug = true };
  const LodgerCallerOptions child_options = { .size = sizeof child_options, .name = "child" };
  LodgerCaller *child;
  Loop loop, shown;
  char *text;
  lodger_set_trace_func (see_nothing, NULL);
  loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  shown = loop_open_full (LODGER_MANUAL_DEFAULT, NULL);
  child = lodger_caller_open_child (loop.caller, &child_options, NULL);
  wait_done (lodger_caller_get_started (child));
  text = lodger_dump ();
  expect_line (text, "1 caller, 2 left out\n");
  expect_no_line (text, "hidden");
  expect_no_line (text, "child");
  lodger_free (text);
  lodger_caller_unref (child);
  loop_close (&shown);
  loop_close (&loop);
  lodger_set_trace_func (NULL, NULL);
}
END_TEST

/* ---- on a signal --------------------------------------------------------------------------------------------------- */

START_TEST (a_signal_dumps_to_the_log)
{
  const LodgerCallOptions held = AT ("held", 6);
  const LodgerCallerOptions options = { .size = sizeof options, .name = "busy" };
  BlockedCall blocked;
  LodgerCaller *caller;
  log_capture_begin ();
  expect_code (lodger_dump_on_signal (SIGUSR1), 0);
  caller = worker_start_full (NULL, &options);
  blocked_call_init (&blocked);
  blocked.pending = lodger_caller_call_soon_full (caller, blocked_call_run, &blocked, NULL, &held);
  latch_wait (&blocked.entered);
  raise (SIGUSR1);
  log_capture_wait (
      "1 caller\nbusy #1: running, host native, backend native, 0 workers\n  runs       held (app.c:6), for ");
  raise (SIGUSR1);
  while (log_capture_count_of ("held (app.c:6), for ") < 2)
    sched_yield ();
  latch_open (&blocked.let_go);
  wait_done (blocked.pending);
  expect_code (lodger_dump_on_signal (0), 0);
  blocked_call_clear (&blocked);
  worker_stop (caller);
  log_capture_end ();
}
END_TEST

static volatile sig_atomic_t handled;

static void
note_signal (int signum)
{
  handled = signum;
}

START_TEST (another_signal_gives_the_first_its_handler_back)
{
  ck_assert (signal (SIGUSR1, note_signal) != SIG_ERR);
  log_capture_begin ();
  expect_code (lodger_dump_on_signal (SIGUSR1), 0);
  expect_code (lodger_dump_on_signal (SIGUSR2), 0);
  raise (SIGUSR1);
  ck_assert_int_eq (handled, SIGUSR1);
  raise (SIGUSR2);
  log_capture_wait ("0 callers");
  expect_code (lodger_dump_on_signal (0), 0);
  expect_code (lodger_dump_on_signal (0), 0);
  ck_assert (signal (SIGUSR2, SIG_DFL) == SIG_DFL);
  log_capture_end ();
}
END_TEST

START_TEST (a_signal_that_cannot_be_handled_is_refused)
{
  ProcCount before = proc_count ();
  before.fds += 2; /* for waking the watch: they stay open */
  log_capture_begin ();
  expect_code (lodger_dump_on_signal (SIGKILL), LODGER_EINVAL);
  expect_code (lodger_dump_on_signal (-1), LODGER_EINVAL);
  expect_code (lodger_dump_on_signal (12345), LODGER_EINVAL);
  ck_assert_uint_eq (log_capture_count_of ("lodger_dump_on_signal: a signal that cannot be handled"), 3);
  proc_expect_restored (before);
  log_capture_end ();
}
END_TEST

/* ---- at any time ----------------------------------------------------------------------------------------------------- */

typedef struct Churn
{
  unsigned rounds;
  Counter over;
} Churn;

static void
sum (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 1);
}

static void
sum_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) done;
  (void) data;
  lodger_pending_return_int (self, 2);
}

static void
wait_for_one (LodgerPending *self, void *data)
{
  LodgerPending *other = lodger_caller_to_thread (lodger_caller_current (), sum, NULL, NULL);
  (void) data;
  lodger_pending_wait (other, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_return_from (self, other);
  lodger_pending_unref (other);
}

static void *
churn (void *data)
{
  Churn *c = data;
  for (unsigned i = 0; i < c->rounds; i++)
    {
      LodgerCaller *caller = worker_start (NULL);
      LodgerScope *scope = lodger_scope_new (NULL);
      const LodgerCallOptions bound = { .size = sizeof bound, .scope = scope };
      LodgerPending *work = lodger_caller_to_thread_full (caller, wait_for_one, NULL, NULL, &bound);
      LodgerPending *then = lodger_pending_then (work, caller, sum_then, NULL, NULL);
      if (i % 3 == 0)
        lodger_scope_end (scope, NULL);
      else if (i % 3 == 1)
        lodger_pending_wait (then, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
      lodger_pending_unref (work);
      lodger_pending_unref (then);
      lodger_scope_unref (scope);
      worker_stop (caller);
    }
  counter_add (&c->over, 1);
  return NULL;
}

/* Under a watch with a limit that passes now and then, so that stacks are read as well. */
START_TEST (dumps_and_looks_while_callers_come_and_go)
{
  const LodgerStallOptions limits = { .size = sizeof limits, .loop_limit = 1000000, .worker_limit = 50000 };
  Churn c = { .rounds = test_scaled (300) };
  pthread_t threads[2];
  counter_init (&c.over);
  log_capture_begin ();
  expect_code (lodger_watch_stalls (&limits), 0);
  for (int i = 0; i < 2; i++)
    threads[i] = thread_start (churn, &c);
  while (counter_get (&c.over) < 2)
    {
      char *text = lodger_dump ();
      ck_assert_ptr_nonnull (text);
      lodger_free (text);
    }
  for (int i = 0; i < 2; i++)
    thread_join (threads[i]);
  lodger_unwatch_stalls ();
  log_capture_end ();
  counter_clear (&c.over);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("dump");
  test_add (suite, a_dump_shows_what_runs_and_what_it_waits_for);
  test_add (suite, a_call_can_dump_itself);
  test_add (suite, a_dump_shows_guests);
  test_add (suite, without_callers_there_is_little_to_say);
  test_add (suite, a_thread_that_waits_in_no_call_is_shown);
  test_add (suite, a_long_list_is_cut);
  test_add (suite, a_stop_that_does_not_end_says_how_far_it_is);
  test_add (suite, a_caller_that_is_left_out_is_neither_dumped_nor_traced);
  test_add (suite, a_signal_dumps_to_the_log);
  test_add (suite, another_signal_gives_the_first_its_handler_back);
  test_add (suite, a_signal_that_cannot_be_handled_is_refused);
  test_add_long (suite, dumps_and_looks_while_callers_come_and_go, 2);
  return test_main (suite, argc, argv);
}
