/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

#define MS INT64_C (1000000)

/* ---- attaching --------------------------------------------------------------------------------------------------- */

START_TEST (each_combination_of_flags_has_its_name)
{
  char names[16][80];
  for (unsigned flags = 0; flags < 16; flags++)
    {
      LodgerManualHost *host = lodger_manual_host_new ((LodgerManualFlags) flags);
      const char *name = lodger_manual_host_get_name (host);
      ck_assert_int_eq (strncmp (name, "manual", 6), 0);
      ck_assert_int_eq (strstr (name, "-no-before-wait") != NULL, (flags & LODGER_MANUAL_NO_BEFORE_WAIT) != 0);
      ck_assert_int_eq (strstr (name, "-no-arm") != NULL, (flags & LODGER_MANUAL_NO_ARM) != 0);
      ck_assert_int_eq (strstr (name, "-real") != NULL, (flags & LODGER_MANUAL_REAL) != 0);
      ck_assert_int_eq (strstr (name, "-no-detach") != NULL, (flags & LODGER_MANUAL_NO_DETACH) != 0);
      strcpy (names[flags], name);
      for (unsigned other = 0; other < flags; other++)
        ck_assert_str_ne (names[other], name);
      lodger_manual_host_unref (host);
    }
  ck_assert_ptr_null (lodger_manual_host_new ((LodgerManualFlags) 16));
  ck_assert_ptr_null (lodger_manual_host_get_name (NULL));
}
END_TEST

START_TEST (attaching_twice_gives_the_same_caller)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  LodgerCaller *first = lodger_manual_attach (host, NULL, NULL);
  LodgerCaller *second = lodger_manual_attach (host, NULL, NULL);
  LodgerError *error = NULL;
  ck_assert_ptr_nonnull (first);
  ck_assert_ptr_eq (first, second);
  ck_assert_str_eq (lodger_caller_get_host (first), "manual");
  expect_code (lodger_caller_leave (second), 0);
  ck_assert (lodger_caller_is_running (first));
  expect_code (lodger_caller_leave (first), 0);
  ck_assert_int_eq (lodger_caller_get_state (first), LODGER_CALLER_STOPPED);
  lodger_caller_unref (first);
  lodger_caller_unref (second);
  lodger_manual_host_unref (host);

  ck_assert_ptr_null (lodger_manual_attach (NULL, NULL, &error));
  ck_assert (lodger_error_matches (error, NULL, LODGER_EINVAL));
  lodger_error_unref (error);
}
END_TEST

START_TEST (a_host_can_be_attached_again_after_a_stop)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  LodgerCaller *first = lodger_manual_attach (host, NULL, NULL), *second;
  expect_code (lodger_caller_leave (first), 0);
  second = lodger_manual_attach (host, NULL, NULL);
  ck_assert_ptr_nonnull (second);
  ck_assert_ptr_ne (first, second);
  lodger_caller_unref (first);
  expect_code (lodger_caller_call_direct (second, recorder_direct, &recorder, recorder_destroy), 0);
  lodger_manual_run_until_idle (host);
  recorder_expect (&recorder, 1, 1);
  expect_code (lodger_caller_leave (second), 0);
  lodger_caller_unref (second);
  lodger_manual_host_unref (host);
}
END_TEST

static void *
attach_elsewhere (void *host)
{
  LodgerError *error = NULL;
  ck_assert_ptr_null (lodger_manual_attach (host, NULL, &error));
  return error;
}

START_TEST (a_host_has_one_owner)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  pthread_t thread;
  void *error = NULL;
  log_capture_begin ();
  thread = thread_start (attach_elsewhere, loop.host);
  pthread_join (thread, &error);
  log_capture_end ();
  ck_assert (lodger_error_matches (error, NULL, LODGER_EALREADY));
  lodger_error_unref (error);
  loop_close (&loop);
}
END_TEST

START_TEST (two_hosts_in_one_thread_are_two_callers)
{
  Loop one = loop_open (LODGER_MANUAL_DEFAULT), two = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder first = { 0 }, second = { 0 };
  ck_assert_ptr_ne (one.caller, two.caller);
  lodger_caller_call_direct (one.caller, recorder_direct, &first, recorder_destroy);
  lodger_caller_call_direct (two.caller, recorder_direct, &second, recorder_destroy);
  loop_run (&one);
  recorder_expect (&first, 1, 1);
  recorder_expect (&second, 0, 0);
  loop_run (&two);
  recorder_expect (&second, 1, 1);
  loop_close (&one);
  loop_close (&two);
}
END_TEST

START_TEST (a_caller_keeps_its_host)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  LodgerCaller *caller = lodger_manual_attach (host, NULL, NULL);
  Recorder recorder = { 0 };
  lodger_manual_host_unref (host);
  expect_code (lodger_caller_call_direct (caller, recorder_direct, &recorder, recorder_destroy), 0);
  ck_assert (lodger_manual_is_posted (host));
  expect_code (lodger_caller_leave (caller), 0);
  recorder_expect (&recorder, 0, 1);
  lodger_caller_unref (caller);
}
END_TEST

START_TEST (a_manual_caller_runs_once_it_is_started)
{
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  expect_code (lodger_caller_call_direct (loop.caller, recorder_direct, &recorder, recorder_destroy), 0);
  ck_assert (!lodger_manual_iterate (loop.host, false));
  recorder_expect (&recorder, 0, 0);
  expect_code (lodger_caller_start_sync (loop.caller), 0);
  loop_run (&loop);
  recorder_expect (&recorder, 1, 1);
  loop_close (&loop);
}
END_TEST

/* ---- rounds ------------------------------------------------------------------------------------------------------ */

static void
redraw_into_journal (LodgerManualHost *host, void *journal)
{
  (void) host;
  journal_add (journal, 0);
}

START_TEST (an_iteration_runs_the_node_then_the_redraw)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Journal journal;
  journal_init (&journal);
  Recorder one = { .journal = &journal, .number = 1 }, two = { .journal = &journal, .number = 2 };
  lodger_manual_set_redraw (loop.host, redraw_into_journal, &journal);
  lodger_caller_call_direct (loop.caller, recorder_direct, &one, NULL);
  lodger_caller_call_direct (loop.caller, recorder_direct, &two, NULL);
  ck_assert (lodger_manual_iterate (loop.host, false));
  ck_assert (!lodger_manual_iterate (loop.host, false));
  journal_expect (&journal, 1, 2, 0, 0);
  lodger_manual_set_redraw (loop.host, NULL, NULL);
  loop_close (&loop);
  journal_clear (&journal);
}
END_TEST

static void
submit_next (void *data)
{
  Recorder **recorders = data;
  lodger_caller_call_direct (lodger_caller_current (), recorder_direct, *recorders, recorder_destroy);
}

START_TEST (run_until_idle_ends_with_nothing_ready)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 }, *next = &recorder;
  loop_run (&loop);
  ck_assert_uint_eq (lodger_manual_run_until_idle (loop.host), 0);
  lodger_manual_set_slice (loop.host, 0);
  lodger_caller_call_direct (loop.caller, submit_next, &next, NULL);
  ck_assert_uint_ge (lodger_manual_run_until_idle (loop.host), 2);
  recorder_expect (&recorder, 1, 1);
  ck_assert (!lodger_manual_is_posted (loop.host));
  loop_close (&loop);
}
END_TEST

START_TEST (many_submissions_are_one_post)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  uint64_t before;
  loop_run (&loop);
  before = lodger_manual_get_posts (loop.host);
  ck_assert (!lodger_manual_is_posted (loop.host));
  for (int i = 0; i < 1000; i++)
    lodger_caller_call_direct (loop.caller, recorder_direct, &recorder, recorder_destroy);
  ck_assert (lodger_manual_is_posted (loop.host));
  ck_assert_uint_eq (lodger_manual_get_posts (loop.host), before + 1);
  loop_run (&loop);
  recorder_expect (&recorder, 1000, 1000);
  ck_assert_uint_eq (lodger_manual_get_posts (loop.host), before + 1);
  loop_close (&loop);
}
END_TEST

START_TEST (a_slice_of_zero_runs_one_call)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  lodger_manual_set_slice (loop.host, -1);
  for (int i = 0; i < 3; i++)
    lodger_caller_call_direct (loop.caller, recorder_direct, &recorder, recorder_destroy);
  for (int i = 1; i <= 3; i++)
    {
      ck_assert (lodger_manual_iterate (loop.host, false));
      recorder_expect (&recorder, i, i);
    }
  ck_assert (!lodger_manual_iterate (loop.host, false));
  loop_close (&loop);
}
END_TEST

/* A call that takes a tenth of a slice, and submits the next. */
typedef struct Flood
{
  Loop *loop;
  int calls;
  int calls_since_redraw;
  int most_since_redraw;
  int left;
} Flood;

static void
flood_call (void *data)
{
  Flood *flood = data;
  flood->calls++;
  flood->calls_since_redraw++;
  if (flood->calls_since_redraw > flood->most_since_redraw)
    flood->most_since_redraw = flood->calls_since_redraw;
  lodger_manual_advance (flood->loop->host, MS / 10);
  if (flood->left-- > 0)
    lodger_caller_call_direct (flood->loop->caller, flood_call, flood, NULL);
}

static void
flood_redraw (LodgerManualHost *host, void *data)
{
  (void) host;
  ((Flood *) data)->calls_since_redraw = 0;
}

START_TEST (a_flood_leaves_room_for_the_redraw)
{
  Loop loop = loop_open (_i == 0 ? LODGER_MANUAL_DEFAULT : LODGER_MANUAL_NO_BEFORE_WAIT);
  Flood flood = { .loop = &loop, .left = 999 };
  uint64_t before = lodger_manual_get_redraws (loop.host);
  lodger_manual_set_redraw (loop.host, flood_redraw, &flood);
  lodger_caller_call_direct (loop.caller, flood_call, &flood, NULL);
  loop_run (&loop);
  ck_assert_int_eq (flood.calls, 1000);
  ck_assert_int_le (flood.most_since_redraw, 11);
  ck_assert_uint_ge (lodger_manual_get_redraws (loop.host) - before, 1000 / 11);
  loop_close (&loop);
}
END_TEST

/* ---- nested loops ------------------------------------------------------------------------------------------------ */

typedef struct Nest
{
  Loop *loop;
  Journal journal;
} Nest;

static void
nest_call (void *data)
{
  Nest *nest = data;
  journal_add (&nest->journal, 1);
  lodger_manual_run_until_idle (nest->loop->host);
  journal_add (&nest->journal, 4);
}

START_TEST (a_nested_loop_goes_on_with_the_interrupted_turn)
{
  Loop loop = loop_open (_i == 0 ? LODGER_MANUAL_DEFAULT : LODGER_MANUAL_NO_BEFORE_WAIT);
  Nest nest = { .loop = &loop };
  uint64_t asked = lodger_manual_get_before_waits (loop.host);
  journal_init (&nest.journal);
  Recorder two = { .journal = &nest.journal, .number = 2 }, three = { .journal = &nest.journal, .number = 3 };
  lodger_caller_call_direct (loop.caller, nest_call, &nest, NULL);
  lodger_caller_call_direct (loop.caller, recorder_direct, &two, recorder_destroy);
  lodger_caller_call_direct (loop.caller, recorder_direct, &three, recorder_destroy);
  loop_run (&loop);
  journal_expect (&nest.journal, 1, 2, 3, 4);
  if (_i == 0)
    ck_assert_uint_gt (lodger_manual_get_before_waits (loop.host), asked);
  else
    ck_assert_uint_eq (lodger_manual_get_before_waits (loop.host), 0);
  loop_close (&loop);
  journal_clear (&nest.journal);
}
END_TEST

/* ---- time -------------------------------------------------------------------------------------------------------- */

START_TEST (a_deadline_is_run_when_the_clock_reaches_it)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  int64_t start = lodger_manual_now (loop.host);
  ck_assert_int_gt (start, 0);
  ck_assert (lodger_manual_get_deadline (loop.host) == LODGER_FOREVER);
  lodger_pending_unref (lodger_caller_call_later (loop.caller, 5 * MS, recorder_call, &recorder, recorder_destroy));
  loop_run (&loop);
  ck_assert_int_eq (lodger_manual_get_deadline (loop.host), start + 5 * MS);
  lodger_manual_advance (loop.host, 5 * MS - 1);
  lodger_manual_advance (loop.host, -MS);
  loop_run (&loop);
  ck_assert_int_eq (lodger_manual_now (loop.host), start + 5 * MS - 1);
  recorder_expect (&recorder, 0, 0);
  lodger_manual_advance (loop.host, 1);
  loop_run (&loop);
  recorder_expect (&recorder, 1, 1);
  ck_assert (lodger_manual_get_deadline (loop.host) == LODGER_FOREVER);
  loop_close (&loop);
}
END_TEST

START_TEST (the_clock_does_not_overflow)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  lodger_manual_advance (host, INT64_MAX);
  lodger_manual_advance (host, INT64_MAX);
  ck_assert (lodger_manual_now (host) == LODGER_FOREVER - 1);
  lodger_manual_host_unref (host);
}
END_TEST

START_TEST (a_host_without_arm_refuses_delays)
{
  Loop loop = loop_open (LODGER_MANUAL_NO_ARM);
  Recorder recorder = { 0 };
  LodgerPending *pending;
  log_capture_begin ();
  pending = lodger_caller_call_later (loop.caller, MS, recorder_call, &recorder, recorder_destroy);
  log_capture_end ();
  expect_code (lodger_pending_get_outcome (pending), LODGER_EFAILED);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_ENOSYS));
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

typedef struct Early
{
  LodgerManualHost *host;
  int64_t not_before;
} Early;

static void
check_not_early (LodgerPending *self, void *data)
{
  Early *early = data;
  (void) self;
  test_check (lodger_manual_now (early->host) >= early->not_before);
}

START_TEST (a_real_host_sleeps_until_the_deadline)
{
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  for (int i = 0; i < 20; i++)
    {
      int64_t delay = i * MS / 7;
      Early early = { .host = loop.host, .not_before = lodger_manual_now (loop.host) + delay };
      LodgerPending *pending = lodger_caller_call_later (loop.caller, delay, check_not_early, &early, NULL);
      while (!lodger_pending_is_done (pending))
        lodger_manual_iterate (loop.host, true);
      lodger_pending_unref (pending);
    }
  lodger_manual_advance (loop.host, 1000000 * MS);
  ck_assert_int_lt (lodger_manual_now (loop.host), test_now () + 1);
  loop_close (&loop);
}
END_TEST

/* ---- other threads ----------------------------------------------------------------------------------------------- */

typedef struct Poster
{
  Loop *loop;
  Recorder *recorder;
  unsigned count;
} Poster;

static void *
post_some (void *data)
{
  Poster *poster = data;
  for (unsigned i = 0; i < poster->count; i++)
    test_check (lodger_caller_call_direct (poster->loop->caller, recorder_direct, poster->recorder, recorder_destroy)
                == 0);
  return NULL;
}

START_TEST (waiting_for_a_post_of_another_thread)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  Poster poster = { .loop = &loop, .recorder = &recorder, .count = 1 };
  pthread_t thread;
  loop_run (&loop);
  ck_assert (!lodger_manual_wait_posted (loop.host, 0));
  ck_assert (!lodger_manual_wait_posted (loop.host, 1));
  thread = thread_start (post_some, &poster);
  ck_assert (lodger_manual_wait_posted (loop.host, LODGER_FOREVER));
  loop_run (&loop);
  thread_join (thread);
  recorder_expect (&recorder, 1, 1);
  loop_close (&loop);
}
END_TEST

START_TEST (a_sleeping_real_host_is_woken_by_each_thread)
{
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  Recorder recorder = { 0 };
  Poster poster = { .loop = &loop, .recorder = &recorder, .count = test_scaled (5000) };
  pthread_t threads[2];
  int expected = (int) poster.count * 2;
  for (int i = 0; i < 2; i++)
    threads[i] = thread_start (post_some, &poster);
  while (atomic_load (&recorder.ran) < expected)
    lodger_manual_iterate (loop.host, true);
  for (int i = 0; i < 2; i++)
    thread_join (threads[i]);
  recorder_expect (&recorder, expected, expected);
  ck_assert_int_eq (atomic_load (&recorder.ran_in), test_thread_id ());
  loop_close (&loop);
}
END_TEST

/* ---- the end ----------------------------------------------------------------------------------------------------- */

START_TEST (edge_77_a_closed_host_refuses_posts)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  LodgerCaller *caller = lodger_manual_attach (host, NULL, NULL);
  LodgerError *error = NULL;
  Recorder queued = { 0 }, late = { 0 };
  LodgerPending *pending = lodger_caller_call_soon (caller, recorder_call, &queued, recorder_destroy);
  ck_assert (lodger_manual_is_posted (host));
  lodger_manual_close (host);
  lodger_manual_close (host);
  ck_assert (!lodger_manual_is_posted (host));
  ck_assert (!lodger_manual_iterate (host, false));
  recorder_expect (&queued, 0, 1);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  expect_code (lodger_caller_call_direct (caller, recorder_direct, &late, recorder_destroy), LODGER_ESHUTDOWN);
  recorder_expect (&late, 0, 1);
  ck_assert (!lodger_manual_wait_posted (host, LODGER_FOREVER));
  lodger_pending_unref (pending);
  lodger_caller_unref (caller);
  log_capture_begin ();
  ck_assert_ptr_null (lodger_manual_attach (host, NULL, &error));
  log_capture_end ();
  ck_assert (lodger_error_matches (error, NULL, LODGER_ESHUTDOWN));
  lodger_error_unref (error);
  lodger_manual_host_unref (host);
}
END_TEST

static void *
close_host (void *host)
{
  lodger_manual_close (host);
  return NULL;
}

START_TEST (a_sleeping_real_host_is_woken_by_its_close)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_REAL);
  LodgerCaller *caller = lodger_manual_attach (host, NULL, NULL);
  pthread_t thread = thread_start (close_host, host);
  lodger_manual_iterate (host, true);
  thread_join (thread);
  lodger_caller_unref (caller);
  lodger_manual_host_unref (host);
}
END_TEST

START_TEST (a_host_without_detach_is_left_alone_after_a_stop)
{
  Loop loop = loop_open (LODGER_MANUAL_NO_DETACH);
  Recorder recorder = { 0 };
  lodger_caller_call_direct (loop.caller, recorder_direct, &recorder, recorder_destroy);
  ck_assert (lodger_manual_is_posted (loop.host));
  expect_code (lodger_caller_leave (loop.caller), 0);
  lodger_manual_iterate (loop.host, false);
  recorder_expect (&recorder, 0, 1);
  lodger_caller_unref (loop.caller);
  ck_assert (!lodger_manual_iterate (loop.host, false));
  lodger_manual_host_unref (loop.host);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("manual");
  test_add (suite, each_combination_of_flags_has_its_name);
  test_add (suite, attaching_twice_gives_the_same_caller);
  test_add (suite, a_host_can_be_attached_again_after_a_stop);
  test_add (suite, a_host_has_one_owner);
  test_add (suite, two_hosts_in_one_thread_are_two_callers);
  test_add (suite, a_caller_keeps_its_host);
  test_add (suite, a_manual_caller_runs_once_it_is_started);
  test_add (suite, an_iteration_runs_the_node_then_the_redraw);
  test_add (suite, run_until_idle_ends_with_nothing_ready);
  test_add (suite, many_submissions_are_one_post);
  test_add (suite, a_slice_of_zero_runs_one_call);
  test_add_variant (suite, "a_flood_leaves_room_for_the_redraw", a_flood_leaves_room_for_the_redraw, 0);
  test_add_variant (suite, "a_flood_leaves_room_for_the_redraw/no_before_wait", a_flood_leaves_room_for_the_redraw, 1);
  test_add_variant (suite, "a_nested_loop_goes_on_with_the_interrupted_turn",
                    a_nested_loop_goes_on_with_the_interrupted_turn, 0);
  test_add_variant (suite, "a_nested_loop_goes_on_with_the_interrupted_turn/no_before_wait",
                    a_nested_loop_goes_on_with_the_interrupted_turn, 1);
  test_add (suite, a_deadline_is_run_when_the_clock_reaches_it);
  test_add (suite, the_clock_does_not_overflow);
  test_add (suite, a_host_without_arm_refuses_delays);
  test_add (suite, a_real_host_sleeps_until_the_deadline);
  test_add (suite, waiting_for_a_post_of_another_thread);
  test_add (suite, a_sleeping_real_host_is_woken_by_each_thread);
  test_add (suite, edge_77_a_closed_host_refuses_posts);
  test_add (suite, a_sleeping_real_host_is_woken_by_its_close);
  test_add (suite, a_host_without_detach_is_left_alone_after_a_stop);
  return test_main (suite, argc, argv);
}
