/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stack of a spawned call, as a program sees it: its size, its end, and the thread's own. */
#define _GNU_SOURCE
#include "stack/tools.h"
#include "test-fiber.h"
#include "test-loop.h"
#include "test-suite.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  KIB = 1024,
  SMALL = 64 * KIB,
  LARGE_FRAME = 2048 * KIB
};

typedef struct Deep
{
  size_t size; /* of what is used */
  long sum;
  bool is_done, was_current;
  int before, after; /* codes of yields */
  LodgerPending *self;
} Deep;

/* Uses that much of the stack, a page at a time. */
static __attribute__ ((noinline)) long
use_stack (size_t size)
{
  volatile char frame[4096];
  frame[0] = 1;
  frame[sizeof frame - 1] = 1;
  return frame[0] + (size > sizeof frame ? use_stack (size - sizeof frame) : 0) + frame[sizeof frame - 1] - 1;
}

static __attribute__ ((noinline)) void
use_large_frame (void *data)
{
  volatile char frame[LARGE_FRAME];
  Deep *deep = data;
  for (size_t i = sizeof frame; i > 0; i -= KIB)
    frame[i - 1] = 1;
  for (size_t i = sizeof frame; i > 0; i -= KIB)
    deep->sum += frame[i - 1];
  deep->was_current = lodger_pending_current () == deep->self;
}

static void
run_large_frame (LodgerPending *self, void *data)
{
  Deep *deep = data;
  deep->self = self;
  deep->before = lodger_yield ();
  expect_code (lodger_run_on_thread_stack (use_large_frame, deep), 0);
  deep->after = lodger_yield ();
  deep->is_done = true;
}

START_TEST (a_function_with_a_frame_of_2_mib_runs_from_a_stack_of_64_kib)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Deep deep = { .before = 1, .after = 1 };
  lodger_pending_disown (
      lodger_caller_spawn_full (loop.caller, run_large_frame, &deep, NULL, LODGER_CALL_OPTIONS (.stack_size = SMALL)));
  loop_run (&loop);
  ck_assert (deep.is_done && deep.was_current);
  ck_assert_int_eq (deep.sum, LARGE_FRAME / KIB);
  expect_code (deep.before, 0);
  expect_code (deep.after, 0);
  loop_close (&loop);
}
END_TEST

static void
note_run (void *data)
{
  ((Deep *) data)->sum++;
}

static void
run_plain (LodgerPending *self, void *data)
{
  (void) self;
  expect_code (lodger_run_on_thread_stack (note_run, data), 0);
}

START_TEST (outside_of_a_spawned_call_a_function_just_runs)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Deep deep = { .sum = 0 };
  expect_code (lodger_run_on_thread_stack (note_run, &deep), 0);
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, run_plain, &deep, NULL));
  loop_run (&loop);
  ck_assert_int_eq (deep.sum, 2);
  log_capture_begin ();
  expect_code (lodger_run_on_thread_stack (NULL, &deep), LODGER_EINVAL);
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

static void
run_twice_inside (void *data)
{
  expect_code (lodger_run_on_thread_stack (note_run, data), 0);
  use_large_frame (data);
}

static void
run_inside_itself (LodgerPending *self, void *data)
{
  ((Deep *) data)->self = self;
  expect_code (lodger_run_on_thread_stack (run_twice_inside, data), 0);
  ((Deep *) data)->is_done = lodger_yield () == 0;
}

START_TEST (a_function_on_the_threads_stack_runs_another_one_there)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Deep deep = { .sum = 0 };
  lodger_pending_disown (lodger_caller_spawn_full (loop.caller, run_inside_itself, &deep, NULL,
                                                   LODGER_CALL_OPTIONS (.stack_size = SMALL)));
  loop_run (&loop);
  ck_assert (deep.is_done && deep.was_current);
  ck_assert_int_eq (deep.sum, LARGE_FRAME / KIB + 1);
  loop_close (&loop);
}
END_TEST

/* A nested loop on the thread's own stack runs spawned calls. */

typedef struct Looping
{
  Loop loop;
  Trail trail;
} Looping;

static void
run_loop (void *data)
{
  Looping *looping = data;
  loop_run (&looping->loop);
  lodger_pending_return_nothing (looping->trail.awaited);
  loop_run (&looping->loop);
}

static void
run_loop_there (LodgerPending *self, void *data)
{
  (void) self;
  expect_code (lodger_run_on_thread_stack (run_loop, data), 0);
}

START_TEST (a_loop_on_the_threads_stack_runs_spawned_calls)
{
  Looping looping = { .loop = loop_open (LODGER_MANUAL_DEFAULT) };
  looping.trail.awaited = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_disown (lodger_caller_spawn (looping.loop.caller, run_loop_there, &looping, NULL));
  lodger_pending_disown (lodger_caller_spawn (looping.loop.caller, trail_wait, &looping.trail, NULL));
  loop_run (&looping.loop);
  ck_assert_str_eq (looping.trail.letters, "ac");
  expect_code (looping.trail.code, 0);
  lodger_pending_unref (looping.trail.awaited);
  loop_close (&looping.loop);
}
END_TEST

/* ---- sizes ------------------------------------------------------------------------------------------------------- */

static void
use_size (LodgerPending *self, void *data)
{
  Deep *deep = data;
  (void) self;
  deep->sum = use_stack (deep->size);
  deep->is_done = lodger_yield () == 0;
}

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define OF_ALL(kib) ((size_t) (kib) *KIB / 4) /* a sanitizer's frames are larger */
#else
#define OF_ALL(kib) ((size_t) (kib) *KIB / 4 * 3)
#endif

START_TEST (a_stack_has_the_size_that_was_asked_for)
{
  static const struct
  {
    size_t of_call, of_caller, use;
  } cases[] = { { 0, 0, OF_ALL (8192) },       { SMALL, 0, OF_ALL (64) },
                { 0, SMALL, OF_ALL (64) },     { 1024 * KIB, SMALL, OF_ALL (1024) },
                { 65 * KIB, 0, OF_ALL (128) }, { 1, 0, OF_ALL (64) } };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
      Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, LODGER_CALLER_OPTIONS (.stack_size = cases[i].of_caller));
      Deep deep = { .size = cases[i].use };
      lodger_pending_disown (lodger_caller_spawn_full (loop.caller, use_size, &deep, NULL,
                                                       LODGER_CALL_OPTIONS (.stack_size = cases[i].of_call)));
      loop_run (&loop);
      ck_assert (deep.is_done);
      ck_assert_int_gt (deep.sum, 0);
      loop_close (&loop);
    }
}
END_TEST

START_TEST (a_worker_and_a_queue_have_their_sizes)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerQueue *queue = lodger_queue_new (worker, NULL);
  Deep deep = { .size = OF_ALL (256) };
  expect_code (wait_outcome (lodger_caller_spawn (worker, use_size, &deep, NULL)), 0);
  ck_assert (deep.is_done);
  deep = (Deep) { .size = OF_ALL (1024) };
  expect_code (
      lodger_queue_spawn_full (queue, use_size, &deep, NULL, LODGER_QUEUE_ITEM_OPTIONS (.stack_size = 1024 * KIB)), 0);
  for (int i = 0; i < 3; i++) /* its beginning, the turn after the yield, and the one after that */
    worker_run (worker, recorder_direct, &(Recorder) { .ran = 0 });
  ck_assert (deep.is_done);
  lodger_queue_unref (queue);
  worker_stop (worker);
  ck_assert_int_gt (deep.sum, 0);
}
END_TEST

START_TEST (a_size_that_is_too_large_is_refused)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  Recorder recorder = { .ran = 0 };
  LodgerPending *call;
  log_capture_begin ();
  call = lodger_caller_spawn_full (loop.caller, recorder_call, &recorder, recorder_destroy,
                                   LODGER_CALL_OPTIONS (.stack_size = ((size_t) 1 << 30) + 1));
  ck_assert (lodger_pending_is_done (call));
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (call)), LODGER_EINVAL);
  recorder_expect (&recorder, 0, 1);
  expect_code (lodger_queue_spawn_full (queue, recorder_call, &recorder, recorder_destroy,
                                        LODGER_QUEUE_ITEM_OPTIONS (.stack_size = SIZE_MAX)),
               LODGER_EINVAL);
  recorder_expect (&recorder, 0, 2);
  ck_assert_uint_ge (log_capture_count (), 2);
  log_capture_end ();
  lodger_pending_unref (call);
  lodger_queue_unref (queue);
  loop_close (&loop);
}
END_TEST

/* ---- no room ----------------------------------------------------------------------------------------------------- */

START_TEST (without_memory_for_a_stack_the_call_fails_before_it_begins)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { .ran = 0 };
  struct rlimit before, none;
  LodgerPending *call = lodger_caller_spawn_full (
      loop.caller, recorder_call, &recorder, recorder_destroy,
      LODGER_CALL_OPTIONS (.stack_size = (size_t) 1 << 30, .flags = LODGER_PENDING_MAY_FAIL));
  ck_assert_int_eq (getrlimit (RLIMIT_AS, &before), 0);
  none = before;
  none.rlim_cur = 1;
  ck_assert_int_eq (setrlimit (RLIMIT_AS, &none), 0);
  loop_run (&loop);
  ck_assert_int_eq (setrlimit (RLIMIT_AS, &before), 0);
  expect_code (lodger_pending_get_outcome (call), LODGER_EFAILED);
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (call)), LODGER_ENOMEM);
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (call);
  loop_close (&loop);
}
END_TEST

static void
use_too_much (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  use_stack (4 * SMALL);
}

/* In a child, whose standard error is read. */
static _Noreturn void
overflow (int stderr_to, bool is_second)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  const LodgerCallOptions options
      = { .size = sizeof options, .name = "the deep one", .file = "app.c", .line = 12, .stack_size = SMALL };
  Deep deep = { .size = OF_ALL (64) };
  const struct rlimit no_core = { 0, 0 };
  setrlimit (RLIMIT_CORE, &no_core);
  signal (SIGSEGV, SIG_DFL);
  signal (SIGBUS, SIG_DFL);
  dup2 (stderr_to, STDERR_FILENO);
  if (is_second)
    lodger_pending_disown (lodger_caller_spawn_full (loop.caller, use_size, &deep, NULL, &options));
  lodger_pending_disown (lodger_caller_spawn_full (loop.caller, use_too_much, NULL, NULL, &options));
  loop_run (&loop);
  _exit (0);
}

START_TEST (a_call_that_uses_more_than_its_stack_is_named)
{
  char text[512];
  size_t length = 0;
  ssize_t count;
  int ends[2], status = 0;
  pid_t child;
  ck_assert_int_eq (pipe (ends), 0);
  child = fork ();
  if (child == 0)
    overflow (ends[1], _i == 1);
  close (ends[1]);
  while ((count = read (ends[0], text + length, sizeof text - 1 - length)) > 0)
    length += (size_t) count;
  text[length] = '\0';
  close (ends[0]);
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert (WIFSIGNALED (status));
  ck_assert_int_eq (WTERMSIG (status), SIGSEGV);
  ck_assert_msg (strstr (text, "stack overflow in the deep one (app.c:12)") != NULL, "%s", text);
  ck_assert_msg (strstr (text, "64 KiB") != NULL, "%s", text);
}
END_TEST

static bool
is_under_valgrind (void)
{
#ifdef RUNNING_ON_VALGRIND
  return RUNNING_ON_VALGRIND;
#else
  return false;
#endif
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber-stack");
  test_add (suite, a_function_with_a_frame_of_2_mib_runs_from_a_stack_of_64_kib);
  test_add (suite, outside_of_a_spawned_call_a_function_just_runs);
  test_add (suite, a_function_on_the_threads_stack_runs_another_one_there);
  test_add (suite, a_loop_on_the_threads_stack_runs_spawned_calls);
  test_add (suite, a_stack_has_the_size_that_was_asked_for);
  test_add (suite, a_worker_and_a_queue_have_their_sizes);
  test_add (suite, a_size_that_is_too_large_is_refused);
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ /* they need memory, and handle faults themselves */
  test_add (suite, without_memory_for_a_stack_the_call_fails_before_it_begins);
  if (!is_under_valgrind ()) /* it reports each fault, which here is no error */
    {
      test_add_variant (suite, "a_call_that_uses_more_than_its_stack_is_named/first",
                        a_call_that_uses_more_than_its_stack_is_named, 0);
      test_add_variant (suite, "a_call_that_uses_more_than_its_stack_is_named/second",
                        a_call_that_uses_more_than_its_stack_is_named, 1);
    }
#endif
  return test_main (suite, argc, argv);
}
