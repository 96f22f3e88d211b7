/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A libuv loop that the program runs, with a caller. */
#include "test-suite.h"

#include <lodger-uv.h>
#include <poll.h>
#include <unistd.h>

#define MS INT64_C (1000000)

static void
loop_init (uv_loop_t *loop)
{
  ck_assert_int_eq (uv_loop_init (loop), 0);
}

/* What is being closed is closed. Nothing is left. */
static void
loop_close (uv_loop_t *loop)
{
  uv_run (loop, UV_RUN_DEFAULT);
  ck_assert_int_eq (uv_loop_close (loop), 0);
}

static LodgerCaller *
attach (uv_loop_t *loop)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_uv_attach (loop, &error);
  if (caller == NULL)
    test_fail ("cannot attach: %s", lodger_error_get_message (error));
  return caller;
}

static void
leave (LodgerCaller *caller)
{
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
}

static void
run_until (uv_loop_t *loop, const atomic_int *value, int at_least)
{
  while (atomic_load (value) < at_least)
    uv_run (loop, UV_RUN_ONCE);
}

/* ---- attaching --------------------------------------------------------------------------------------------------- */

START_TEST (attaching_twice_gives_the_same_caller)
{
  uv_loop_t loop;
  LodgerCallerOptions options = { .size = sizeof options, .name = "kitchen" };
  LodgerCaller *first, *second;
  loop_init (&loop);
  first = lodger_uv_attach_full (&loop, &options, NULL);
  second = attach (&loop);
  ck_assert_ptr_nonnull (first);
  ck_assert_ptr_eq (first, second);
  ck_assert_str_eq (lodger_caller_get_name (first), "kitchen");
  ck_assert_str_eq (lodger_caller_get_host (first), "uv");
  ck_assert_ptr_null (lodger_caller_get_backend (first));
  expect_code (lodger_caller_leave (second), 0);
  ck_assert (lodger_caller_is_running (first));
  lodger_caller_unref (second);
  leave (first);
  loop_close (&loop);
}
END_TEST

START_TEST (a_refused_attach_says_why)
{
  uv_loop_t loop;
  LodgerUvHostOptions host_options = { .size = 1, .loop = &loop };
  LodgerCallerOptions options = { .size = 1 };
  LodgerError *error = NULL;
  loop_init (&loop);
  log_capture_begin ();
  ck_assert_ptr_null (lodger_uv_attach_full (&loop, &options, &error));
  expect_code (lodger_error_get_code (error), LODGER_EINVAL);
  lodger_error_unref (error);
  error = NULL;
  ck_assert_ptr_null (lodger_uv_open_caller (&host_options, NULL, &error));
  expect_code (lodger_error_get_code (error), LODGER_EINVAL);
  lodger_error_unref (error);
  log_capture_end ();
  ck_assert (!uv_loop_alive (&loop));
  loop_close (&loop);
}
END_TEST

START_TEST (no_loop_means_the_default_one)
{
  LodgerCaller *caller = attach (NULL), *same = attach (uv_default_loop ());
  Recorder recorder = { 0 };
  ck_assert_ptr_eq (caller, same);
  lodger_caller_call_direct (caller, recorder_direct, &recorder, recorder_destroy);
  run_until (uv_default_loop (), &recorder.ran, 1);
  recorder_expect (&recorder, 1, 1);
  expect_code (lodger_caller_leave (same), 0);
  lodger_caller_unref (same);
  leave (caller);
  loop_close (uv_default_loop ());
}
END_TEST

static void
note_loop (void *data)
{
  *(uv_loop_t **) data = lodger_uv_get_loop ();
}

START_TEST (two_loops_in_one_thread_are_two_callers)
{
  uv_loop_t one, two, *where = NULL;
  LodgerCaller *first, *second;
  Recorder here = { 0 }, there = { 0 };
  loop_init (&one);
  loop_init (&two);
  first = attach (&one);
  second = attach (&two);
  ck_assert_ptr_ne (first, second);
  ck_assert_ptr_null (lodger_uv_get_loop ());
  lodger_caller_call_direct (first, note_loop, &where, NULL);
  lodger_caller_call_direct (first, recorder_direct, &here, NULL);
  lodger_caller_call_direct (second, recorder_direct, &there, NULL);
  run_until (&one, &here.ran, 1);
  ck_assert_ptr_eq (where, &one);
  recorder_expect (&there, 0, 0);
  run_until (&two, &there.ran, 1);
  leave (first);
  leave (second);
  loop_close (&one);
  loop_close (&two);
}
END_TEST

static void *
attach_elsewhere (void *loop)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_uv_attach (loop, &error);
  intptr_t code = caller != NULL ? 0 : lodger_error_get_code (error);
  lodger_error_unref (error);
  if (caller != NULL)
    test_check (lodger_caller_leave (caller) == 0);
  lodger_caller_unref (caller);
  return (void *) code;
}

static int
attach_in_thread (uv_loop_t *loop)
{
  void *code;
  ck_assert_int_eq (pthread_join (thread_start (attach_elsewhere, loop), &code), 0);
  return (int) (intptr_t) code;
}

START_TEST (a_loop_that_another_thread_has_attached_is_refused)
{
  uv_loop_t loop;
  LodgerCaller *caller;
  loop_init (&loop);
  caller = attach (&loop);
  log_capture_begin ();
  expect_code (attach_in_thread (&loop), LODGER_EALREADY);
  log_capture_end ();
  leave (caller);
  uv_run (&loop, UV_RUN_DEFAULT);
  expect_code (attach_in_thread (&loop), 0);
  loop_close (&loop);
}
END_TEST

/* ---- keeping the loop going ---------------------------------------------------------------------------------------- */

static void
answer (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, test_thread_id ());
}

static void
stop_then (LodgerPending *self, LodgerPending *done, void *data)
{
  int64_t where = 0;
  (void) self;
  expect_code (lodger_pending_get_int (done, &where), 0);
  ck_assert_int_ne (where, test_thread_id ());
  lodger_caller_stop (data, true);
}

START_TEST (the_loop_runs_until_the_caller_stops)
{
  uv_loop_t loop;
  LodgerCaller *caller;
  LodgerPending *pending;
  loop_init (&loop);
  caller = attach (&loop);
  pending = lodger_caller_to_thread (caller, answer, NULL, NULL);
  lodger_pending_unref (lodger_pending_then (pending, caller, stop_then, caller, NULL));
  lodger_pending_unref (pending);
  ck_assert_int_eq (uv_run (&loop, UV_RUN_DEFAULT), 0);
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPED);
  lodger_caller_unref (caller);
  ck_assert_int_eq (uv_loop_close (&loop), 0);
}
END_TEST

START_TEST (a_caller_that_does_not_count_lets_the_loop_end)
{
  uv_loop_t loop;
  LodgerUvHostOptions options = { .size = sizeof options, .loop = &loop, .flags = LODGER_UV_HOST_UNREF };
  LodgerCaller *caller;
  Recorder queued = { 0 }, delayed = { 0 };
  loop_init (&loop);
  caller = lodger_uv_open_caller (&options, NULL, NULL);
  ck_assert_ptr_nonnull (caller);
  ck_assert_int_eq (uv_run (&loop, UV_RUN_DEFAULT), 0);
  lodger_caller_call_direct (caller, recorder_direct, &queued, recorder_destroy);
  lodger_pending_unref (lodger_caller_call_later (caller, 3 * MS, recorder_call, &delayed, recorder_destroy));
  ck_assert_int_eq (uv_run (&loop, UV_RUN_DEFAULT), 0);
  recorder_expect (&queued, 1, 1);
  recorder_expect (&delayed, 1, 1);
  ck_assert (lodger_caller_is_running (caller));
  lodger_caller_stop (caller, true);
  uv_run (&loop, UV_RUN_DEFAULT);
  lodger_caller_unref (caller);
  loop_close (&loop);
}
END_TEST

/* ---- waking up ------------------------------------------------------------------------------------------------------- */

enum
{
  POSTS = 2000
};

typedef struct Posts
{
  LodgerCaller *caller;
  Recorder recorder;
  Counter served;
} Posts;

static void *
post_one_by_one (void *data)
{
  Posts *posts = data;
  for (int i = 0; i < POSTS; i++)
    {
      test_check (lodger_caller_call_direct (posts->caller, recorder_direct, &posts->recorder, recorder_destroy) == 0);
      if (i % 2 == 0)
        counter_wait (&posts->served, i + 1);
    }
  return NULL;
}

START_TEST (each_post_to_a_loop_that_falls_asleep_arrives)
{
  uv_loop_t loop;
  Posts posts = { 0 };
  pthread_t thread;
  loop_init (&loop);
  posts.caller = attach (&loop);
  counter_init (&posts.served);
  posts.recorder.runs = &posts.served;
  thread = thread_start (post_one_by_one, &posts);
  run_until (&loop, &posts.recorder.ran, POSTS);
  thread_join (thread);
  recorder_expect (&posts.recorder, POSTS, POSTS);
  leave (posts.caller);
  loop_close (&loop);
  counter_clear (&posts.served);
}
END_TEST

/* What an embedder of the loop does before it sleeps, and what wakes it. */
static bool
is_ready (uv_loop_t *loop)
{
  struct pollfd ready = { .fd = uv_backend_fd (loop), .events = POLLIN };
  return uv_backend_timeout (loop) == 0 || poll (&ready, 1, 0) > 0;
}

static void *
post_once (void *data)
{
  Posts *posts = data;
  test_check (lodger_caller_call_direct (posts->caller, recorder_direct, &posts->recorder, recorder_destroy) == 0);
  return NULL;
}

START_TEST (an_embedded_loop_shows_each_post)
{
  uv_loop_t loop;
  Posts posts = { 0 };
  loop_init (&loop);
  posts.caller = attach (&loop);
  while (is_ready (&loop))
    uv_run (&loop, UV_RUN_NOWAIT);
  for (int i = 0; i < 100; i++)
    {
      ck_assert (!is_ready (&loop));
      if (i % 2 == 0)
        post_once (&posts);
      else
        thread_join (thread_start (post_once, &posts));
      ck_assert (is_ready (&loop));
      while (is_ready (&loop))
        uv_run (&loop, UV_RUN_NOWAIT);
      recorder_expect (&posts.recorder, i + 1, i + 1);
    }
  lodger_pending_unref (lodger_caller_call_later (posts.caller, LODGER_SECONDS (100), recorder_call, NULL, NULL));
  while (is_ready (&loop))
    uv_run (&loop, UV_RUN_NOWAIT);
  ck_assert_int_ge (uv_backend_timeout (&loop), 1);
  ck_assert_int_le (uv_backend_timeout (&loop), 100001);
  leave (posts.caller);
  loop_close (&loop);
}
END_TEST

/* ---- slices -------------------------------------------------------------------------------------------------------------- */

/* Calls without end, a timer, and a pipe that answers itself. */
typedef struct Flood
{
  LodgerCaller *caller;
  uv_timer_t timer;
  uv_poll_t poll;
  int ends[2];
  int ticks, echoes;
  bool stops;
} Flood;

static void
flood_call (void *data)
{
  Flood *flood = data;
  if (!flood->stops)
    lodger_caller_call_direct (flood->caller, flood_call, flood, NULL);
}

static void
tick (uv_timer_t *timer)
{
  ((Flood *) timer->data)->ticks++;
}

static void
echo (uv_poll_t *poll, int status, int events)
{
  Flood *flood = poll->data;
  char byte;
  (void) events;
  ck_assert_int_eq (status, 0);
  ck_assert_int_eq (read (flood->ends[0], &byte, 1), 1);
  ck_assert_int_eq (write (flood->ends[1], &byte, 1), 1);
  flood->echoes++;
}

START_TEST (law_5_a_flood_leaves_room_for_timers_and_descriptors)
{
  uv_loop_t loop;
  Flood flood = { 0 };
  loop_init (&loop);
  flood.caller = attach (&loop);
  ck_assert_int_eq (pipe (flood.ends), 0);
  uv_timer_init (&loop, &flood.timer);
  uv_poll_init (&loop, &flood.poll, flood.ends[0]);
  flood.timer.data = flood.poll.data = &flood;
  uv_timer_start (&flood.timer, tick, 1, 1);
  uv_poll_start (&flood.poll, UV_READABLE, echo);
  ck_assert_int_eq (write (flood.ends[1], "x", 1), 1);
  lodger_caller_call_direct (flood.caller, flood_call, &flood, NULL);
  for (int i = 0; i < 400 && (flood.ticks < 20 || flood.echoes < 20); i++)
    uv_run (&loop, UV_RUN_ONCE);
  ck_assert_int_ge (flood.ticks, 20);
  ck_assert_int_ge (flood.echoes, 20);
  flood.stops = true;
  uv_close ((uv_handle_t *) &flood.timer, NULL);
  uv_close ((uv_handle_t *) &flood.poll, NULL);
  leave (flood.caller);
  loop_close (&loop);
  close (flood.ends[0]);
  close (flood.ends[1]);
}
END_TEST

/* ---- time ---------------------------------------------------------------------------------------------------------------- */

enum
{
  TIMERS = 300
};

typedef struct Timer
{
  int64_t not_before;
  atomic_int *fired;
} Timer;

static void
timer_call (LodgerPending *self, void *data)
{
  Timer *timer = data;
  (void) self;
  test_check (test_now () >= timer->not_before);
  atomic_fetch_add (timer->fired, 1);
}

START_TEST (edge_22_a_deadline_of_a_libuv_loop_is_never_early)
{
  uv_loop_t loop;
  LodgerCaller *caller;
  TestRandom random = test_random_new (1);
  static Timer timers[TIMERS];
  atomic_int fired = 0;
  loop_init (&loop);
  caller = attach (&loop);
  for (int i = 0; i < TIMERS; i++)
    {
      int64_t delay = test_random_below (&random, 20 * 1000 * 1000);
      timers[i] = (Timer) { .not_before = test_now () + delay, .fired = &fired };
      lodger_pending_unref (lodger_caller_call_later (caller, delay, timer_call, &timers[i], NULL));
    }
  run_until (&loop, &fired, TIMERS);
  leave (caller);
  loop_close (&loop);
}
END_TEST

typedef struct Chain
{
  LodgerCaller *caller;
  atomic_int ran;
} Chain;

static void
delay_again (LodgerPending *self, void *data)
{
  Chain *chain = data;
  (void) self;
  atomic_fetch_add (&chain->ran, 1);
  lodger_pending_unref (lodger_caller_call_later (chain->caller, 0, delay_again, chain, NULL));
}

/* A timer of 0 ms that starts itself again would not let libuv's timers end. */
START_TEST (delays_of_nothing_without_end_leave_room_for_descriptors)
{
  uv_loop_t loop;
  Flood flood = { 0 };
  Chain chain = { 0 };
  loop_init (&loop);
  chain.caller = attach (&loop);
  ck_assert_int_eq (pipe (flood.ends), 0);
  uv_poll_init (&loop, &flood.poll, flood.ends[0]);
  flood.poll.data = &flood;
  uv_poll_start (&flood.poll, UV_READABLE, echo);
  ck_assert_int_eq (write (flood.ends[1], "x", 1), 1);
  lodger_pending_unref (lodger_caller_call_later (chain.caller, 0, delay_again, &chain, NULL));
  for (int i = 0; i < 400 && (atomic_load (&chain.ran) < 20 || flood.echoes < 20); i++)
    uv_run (&loop, UV_RUN_ONCE);
  ck_assert_int_ge (atomic_load (&chain.ran), 20);
  ck_assert_int_ge (flood.echoes, 20);
  uv_close ((uv_handle_t *) &flood.poll, NULL);
  leave (chain.caller);
  loop_close (&loop);
  close (flood.ends[0]);
  close (flood.ends[1]);
}
END_TEST

/* ---- the end ----------------------------------------------------------------------------------------------------------- */

static void
count_handle (uv_handle_t *handle, void *count)
{
  (void) handle;
  ++*(int *) count;
}

static int
handles_of (uv_loop_t *loop)
{
  int count = 0;
  uv_walk (loop, count_handle, &count);
  return count;
}

START_TEST (leaving_closes_the_handles)
{
  uv_loop_t loop;
  LodgerCaller *caller;
  Recorder queued = { 0 }, late = { 0 };
  ProcCount before;
  loop_init (&loop);
  before = proc_count ();
  caller = attach (&loop);
  ck_assert_int_gt (handles_of (&loop), 0);
  lodger_caller_call_direct (caller, recorder_direct, &queued, recorder_destroy);
  expect_code (lodger_caller_leave (caller), 0);
  ck_assert_int_eq (uv_loop_close (&loop), UV_EBUSY);
  ck_assert_int_eq (uv_run (&loop, UV_RUN_NOWAIT), 0);
  ck_assert_int_eq (handles_of (&loop), 0);
  recorder_expect (&queued, 0, 1);
  expect_code (lodger_caller_call_direct (caller, recorder_direct, &late, recorder_destroy), LODGER_ESHUTDOWN);
  recorder_expect (&late, 0, 1);
  lodger_caller_unref (caller);
  proc_expect_restored (before);
  loop_close (&loop);
}
END_TEST

/* The loop is gone before the caller's memory is. */
START_TEST (a_reference_to_the_caller_does_not_keep_the_loop)
{
  uv_loop_t loop;
  LodgerCaller *caller;
  loop_init (&loop);
  caller = attach (&loop);
  expect_code (lodger_caller_leave (caller), 0);
  loop_close (&loop);
  lodger_caller_unref (caller);
}
END_TEST

static void
stop_in_call (void *data)
{
  lodger_caller_stop (data, true);
}

START_TEST (a_caller_that_stops_in_its_own_call_ends_the_loop)
{
  uv_loop_t loop;
  LodgerCaller *caller;
  loop_init (&loop);
  caller = attach (&loop);
  lodger_caller_call_direct (caller, stop_in_call, caller, NULL);
  ck_assert_int_eq (uv_run (&loop, UV_RUN_DEFAULT), 0);
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopped (caller)));
  lodger_caller_unref (caller);
  ck_assert_int_eq (uv_loop_close (&loop), 0);
}
END_TEST

START_TEST (a_caller_that_never_starts_leaves_nothing_in_the_loop)
{
  uv_loop_t loop;
  LodgerUvHostOptions host_options = { .size = sizeof host_options, .loop = &loop };
  LodgerCallerOptions options = { .size = sizeof options, .host = "uv", .host_options = &host_options };
  LodgerCaller *caller;
  ProcCount before;
  loop_init (&loop);
  before = proc_count ();
  expect_code (lodger_uv_register (), 0);
  caller = lodger_caller_open (LODGER_CALLER_MANUAL, &options, NULL);
  ck_assert_ptr_nonnull (caller);
  ck_assert_int_eq (handles_of (&loop), 0);
  lodger_caller_stop (caller, true);
  lodger_caller_unref (caller);
  proc_expect_restored (before);
  ck_assert_int_eq (uv_loop_close (&loop), 0);
}
END_TEST

/* ---- another thread runs the loop -------------------------------------------------------------------------------------- */

static void *
turn_loop (void *loop)
{
  for (int i = 0; i < 5; i++)
    uv_run (loop, UV_RUN_NOWAIT);
  return NULL;
}

START_TEST (calls_wait_for_the_owner_while_another_thread_runs_the_loop)
{
  uv_loop_t loop;
  LodgerCaller *caller;
  Posts posts = { 0 };
  loop_init (&loop);
  posts.caller = caller = attach (&loop);
  log_capture_begin ();
  thread_join (thread_start (post_once, &posts));
  lodger_pending_unref (lodger_caller_call_later (caller, 1, recorder_call, &posts.recorder, recorder_destroy));
  thread_join (thread_start (turn_loop, &loop));
  recorder_expect (&posts.recorder, 0, 0);
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_end ();
  run_until (&loop, &posts.recorder.ran, 2);
  recorder_expect (&posts.recorder, 2, 2);
  ck_assert_int_eq (atomic_load (&posts.recorder.ran_in), test_thread_id ());
  leave (caller);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("uv-host");
  test_add (suite, attaching_twice_gives_the_same_caller);
  test_add (suite, a_refused_attach_says_why);
  test_add (suite, no_loop_means_the_default_one);
  test_add (suite, two_loops_in_one_thread_are_two_callers);
  test_add (suite, a_loop_that_another_thread_has_attached_is_refused);
  test_add (suite, the_loop_runs_until_the_caller_stops);
  test_add (suite, a_caller_that_does_not_count_lets_the_loop_end);
  test_add (suite, each_post_to_a_loop_that_falls_asleep_arrives);
  test_add (suite, an_embedded_loop_shows_each_post);
  test_add (suite, law_5_a_flood_leaves_room_for_timers_and_descriptors);
  test_add (suite, edge_22_a_deadline_of_a_libuv_loop_is_never_early);
  test_add (suite, delays_of_nothing_without_end_leave_room_for_descriptors);
  test_add (suite, leaving_closes_the_handles);
  test_add (suite, a_reference_to_the_caller_does_not_keep_the_loop);
  test_add (suite, a_caller_that_stops_in_its_own_call_ends_the_loop);
  test_add (suite, a_caller_that_never_starts_leaves_nothing_in_the_loop);
  test_add (suite, calls_wait_for_the_owner_while_another_thread_runs_the_loop);
  return test_main (suite, argc, argv);
}
