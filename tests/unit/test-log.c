/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-loop.h"
#include "test-suite.h"

#include <lodger/host.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST (log_lines_go_to_the_hook)
{
  log_capture_begin ();
  expect_code (lodger_pending_return_int (NULL, 1), LODGER_EINVAL);
  ck_assert_uint_eq (log_capture_count (), 1);
  ck_assert (log_capture_has ("lodger_pending_return_int"));
  log_capture_end ();
}
END_TEST

/* What goes to standard error while func runs. */
static void
read_stderr (void (*func) (void), char *text, size_t size)
{
  int ends[2], saved = dup (2);
  ssize_t length;
  ck_assert_int_eq (pipe (ends), 0);
  ck_assert_int_eq (dup2 (ends[1], 2), 2);
  close (ends[1]);
  func ();
  ck_assert_int_eq (dup2 (saved, 2), 2);
  close (saved);
  length = read (ends[0], text, size - 1);
  close (ends[0]);
  text[length > 0 ? length : 0] = '\0';
}

static void
misuse (void)
{
  lodger_pending_return_int (NULL, 1);
}

START_TEST (an_adapters_misuse_is_logged)
{
  log_capture_begin ();
  expect_code (lodger_host_misuse ("adapter_attach", LODGER_EBUSY, "it is busy"), LODGER_EBUSY);
  ck_assert (log_capture_has ("adapter_attach: it is busy"));
  expect_code (lodger_host_misuse ("adapter_attach", LODGER_ENOENT, NULL), LODGER_ENOENT);
  ck_assert (log_capture_has (lodger_error_code_string (LODGER_ENOENT)));
  ck_assert_uint_eq (log_capture_count (), 2);
  log_capture_end ();
}
END_TEST

START_TEST (an_adapter_speaks_for_its_own_function)
{
  const char *outer = lodger_host_speak_for ("adapter_attach"), *inner;
  log_capture_begin ();
  ck_assert_ptr_null (outer);
  inner = lodger_host_speak_for ("adapter_open");
  ck_assert_str_eq (inner, "adapter_attach");
  lodger_host_fd_ready (NULL, 0);
  lodger_host_speak_for (inner);
  lodger_host_fd_ready (NULL, 0);
  ck_assert (log_capture_has ("adapter_attach: "));
  ck_assert (!log_capture_has ("lodger_host_fd_ready: "));
  lodger_host_speak_for (outer);
  lodger_host_fd_ready (NULL, 0);
  ck_assert (log_capture_has ("lodger_host_fd_ready: "));
  log_capture_end ();
}
END_TEST

START_TEST (without_a_hook_warnings_go_to_standard_error)
{
  char text[500];
  read_stderr (misuse, text, sizeof text);
  ck_assert_ptr_nonnull (strstr (text, "lodger_pending_return_int"));
  log_capture_begin ();
  read_stderr (misuse, text, sizeof text);
  ck_assert_str_eq (text, "");
  log_capture_end ();
  read_stderr (misuse, text, sizeof text);
  ck_assert_ptr_nonnull (strstr (text, "lodger_pending_return_int"));
}
END_TEST

static void
make_a_call (void)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCallOptions named = { .size = sizeof named, .name = "shown" };
  lodger_pending_unref (lodger_caller_call_soon_full (loop.caller, recorder_call, &recorder, recorder_destroy, &named));
  loop_run (&loop);
  loop_close (&loop);
}

/* The environment is read once: each of these is the first of its process. */
START_TEST (the_environment_selects_the_printed_lines)
{
  static const struct
  {
    const char *debug;
    bool calls, wakes, states;
  } cases[]
      = { { "calls", true, false, false },       { "wakes", false, true, false }, { "states", false, false, true },
          { "wakes,states", false, true, true }, { "all", true, true, true },     { "", false, false, false },
          { "call", false, false, false } };
  char text[4000];
  setenv ("LODGER_DEBUG", cases[_i].debug, 1);
  read_stderr (make_a_call, text, sizeof text);
  ck_assert_int_eq (strstr (text, "LODGER_DEBUG knows") != NULL, strcmp (cases[_i].debug, "call") == 0);
  ck_assert_int_eq (strstr (text, " submit ") != NULL && strstr (text, "shown") != NULL, cases[_i].calls);
  ck_assert_int_eq (strstr (text, " start ") != NULL && strstr (text, " end ") != NULL, cases[_i].calls);
  ck_assert_int_eq (strstr (text, " wake ") != NULL, cases[_i].wakes);
  ck_assert_int_eq (strstr (text, " state ") != NULL && strstr (text, " stopped") != NULL, cases[_i].states);
}
END_TEST

static Recorder submitted;

static void
submit_from_hook (LodgerLogLevel level, const char *line, void *data)
{
  Loop *loop = data;
  (void) level;
  (void) line;
  expect_code (lodger_caller_call_direct (loop->caller, recorder_direct, &submitted, recorder_destroy), 0);
}

static int
failing_callback (LodgerPending *done, void *data)
{
  (void) done;
  (void) data;
  return LODGER_EINVAL;
}

START_TEST (the_hook_may_submit_calls)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_set_log_func (submit_from_hook, &loop);
  expect_code (lodger_pending_add_done_callback (promise, failing_callback, NULL, NULL), 0);
  expect_code (lodger_pending_return_nothing (promise), 0);
  lodger_set_log_func (NULL, NULL);
  loop_run (&loop);
  recorder_expect (&submitted, 1, 1);
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

/* A caller that refuses each call, and says so; and an argument that is wrong. */
typedef struct Nested
{
  LodgerCaller *stopped;
  Recorder refused;
  int depth, lines;
} Nested;

static Nested nested;

static void
cause_lines (LodgerLogLevel level, const char *line, void *data)
{
  (void) level;
  (void) line;
  test_check (data == &nested);
  test_check (nested.depth++ == 0);
  nested.lines++;
  lodger_pending_unref (lodger_caller_call_soon (nested.stopped, recorder_call, &nested.refused, recorder_destroy));
  lodger_pending_return_int (NULL, 2);
  nested.depth--;
}

START_TEST (a_line_that_is_caused_in_the_hook_goes_past_it)
{
  char text[500];
  nested.stopped = worker_start (NULL);
  lodger_caller_stop (nested.stopped, true);
  wait_done (lodger_caller_get_stopped (nested.stopped));
  lodger_set_log_func (cause_lines, &nested);
  read_stderr (misuse, text, sizeof text);
  ck_assert_int_eq (nested.lines, 1);
  recorder_expect (&nested.refused, 0, 1);
  ck_assert_ptr_nonnull (strstr (text, "lodger: lodger_pending_return_int: "));
  ck_assert_ptr_nonnull (strstr (text, "test-log.c:")); /* the late submission, once for its place */
  read_stderr (misuse, text, sizeof text);
  ck_assert_int_eq (nested.lines, 2);
  ck_assert_ptr_null (strstr (text, "test-log.c:"));
  lodger_set_log_func (NULL, NULL);
  lodger_caller_unref (nested.stopped);
}
END_TEST

typedef struct Seen
{
  LodgerTraceEvent events[64];
  int count;
} Seen;

static void
see (const LodgerTraceEvent *event, void *data)
{
  Seen *seen = data;
  ck_assert_uint_ge (event->size, sizeof *event);
  if (seen->count < 64)
    seen->events[seen->count++] = *event;
}

static int
find (const Seen *seen, LodgerTraceKind kind, int from)
{
  int i;
  for (i = from; i < seen->count; i++)
    if (seen->events[i].kind == kind)
      return i;
  ck_abort_msg ("no event of kind %d from %d on", kind, from);
}

START_TEST (trace_sees_submit_start_and_end)
{
  static Seen seen;
  Recorder recorder = { 0 };
  LodgerCallOptions options = { .size = sizeof options, .name = "named", .file = "file.c", .line = 7 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending;
  int submit, start, end, line;
  loop_run (&loop);

  lodger_set_trace_func (see, &seen);
  pending = lodger_caller_call_soon_full (loop.caller, recorder_call, &recorder, NULL, &options);
  submit = find (&seen, LODGER_TRACE_SUBMIT, 0);
  find (&seen, LODGER_TRACE_WAKE, 0);
  loop_run (&loop);
  start = find (&seen, LODGER_TRACE_START, submit);
  end = find (&seen, LODGER_TRACE_END, start);
  lodger_set_trace_func (NULL, NULL);
  for (const int *at = (const int[]) { submit, start, end, -1 }; *at >= 0; at++)
    {
      ck_assert_str_eq (seen.events[*at].name, "named");
      ck_assert_str_eq (seen.events[*at].file, "file.c");
      ck_assert_int_eq (seen.events[*at].line, 7);
      ck_assert_ptr_eq (seen.events[*at].caller, loop.caller);
      ck_assert_ptr_eq (seen.events[*at].pending, pending);
    }
  lodger_pending_unref (pending);

  seen.count = 0;
  lodger_set_trace_func (see, &seen);
  line = __LINE__ + 1;
  expect_code (lodger_caller_call_direct (loop.caller, recorder_direct, &recorder, NULL), 0);
  loop_run (&loop);
  lodger_set_trace_func (NULL, NULL);
  start = find (&seen, LODGER_TRACE_START, find (&seen, LODGER_TRACE_SUBMIT, 0));
  end = find (&seen, LODGER_TRACE_END, start);
  ck_assert_ptr_null (seen.events[start].pending);
  ck_assert_int_eq (seen.events[start].line, line);
  ck_assert_str_eq (seen.events[start].file, __FILE__);

  seen.count = 0;
  lodger_set_trace_func (see, &seen);
  loop_close (&loop);
  lodger_set_trace_func (NULL, NULL);
  find (&seen, LODGER_TRACE_STATE, 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("log");
  test_add (suite, log_lines_go_to_the_hook);
  test_add (suite, an_adapters_misuse_is_logged);
  test_add (suite, an_adapter_speaks_for_its_own_function);
  test_add (suite, without_a_hook_warnings_go_to_standard_error);
  for (int i = 0; i < 7; i++)
    {
      static const char *const names[] = { "calls", "wakes", "states", "two", "all", "nothing", "unknown" };
      char name[80];
      snprintf (name, sizeof name, "the_environment_selects_the_printed_lines/%s", names[i]);
      test_add_variant (suite, name, the_environment_selects_the_printed_lines, i);
    }
  test_add (suite, the_hook_may_submit_calls);
  test_add (suite, a_line_that_is_caused_in_the_hook_goes_past_it);
  test_add (suite, trace_sees_submit_start_and_end);
  return test_main (suite, argc, argv);
}
