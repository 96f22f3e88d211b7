/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a spawned call cannot wait: it is told why, and nothing else happens. */
#include "test-fiber.h"
#include "test-loop.h"
#include "test-suite.h"

#include <lodger/host.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a wait is answered with in some place. */
typedef struct Refused
{
  Loop loop;
  LodgerPending *promise, *inner;
  LodgerReply *reply;
  int waits, sleeps, yields, checks; /* codes; 1: not tried */
  const char *reason;
  int after; /* a wait in the call itself, afterwards */
  bool is_done;
} Refused;

static void
try_to_wait (Refused *refused)
{
  refused->waits = lodger_pending_wait (refused->promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  refused->sleeps = lodger_sleep (1);
  refused->yields = lodger_yield ();
  refused->checks = lodger_await_check (&refused->reason);
}

static void
try_in_destroy (void *data)
{
  try_to_wait (data);
}

static void
try_in_direct (void *data)
{
  try_to_wait (data);
}

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
try_in_call (LodgerPending *self, void *data)
{
  (void) self;
  try_to_wait (data);
}

static int
try_in_done (LodgerPending *done, void *data)
{
  (void) done;
  try_to_wait (data);
  return 0;
}

static void
try_in_canceller (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  try_to_wait (data);
}

/* The places, each in a spawned call. */

static void
in_nested_call (Refused *refused)
{
  refused->inner = lodger_caller_call_soon (refused->loop.caller, try_in_call, refused, NULL);
  loop_run (&refused->loop);
}

static void
in_nested_direct (Refused *refused)
{
  expect_code (lodger_caller_call_direct (refused->loop.caller, try_in_direct, refused, NULL), 0);
  loop_run (&refused->loop);
}

/* Between two calls of the nested loop there is the frame of the outer call alone. */
static void
in_done_callback (Refused *refused)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_add_done_callback (promise, try_in_done, refused, NULL);
  lodger_pending_return_nothing (promise);
  lodger_pending_unref (promise);
}

static void
in_canceller (Refused *refused)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_set_canceller (promise, try_in_canceller, refused, NULL);
  lodger_pending_cancel (promise, NULL);
  lodger_pending_return_nothing (promise);
  lodger_pending_unref (promise);
}

static void
in_destroy_of_pointer (Refused *refused)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_pointer (promise, refused, try_in_destroy);
  lodger_pending_unref (promise);
}

static void
in_destroy_of_context (Refused *refused)
{
  static const LodgerContextKey key = { "a key" };
  lodger_context_set (&key, refused, try_in_destroy);
  lodger_context_set (&key, NULL, NULL);
}

static void
in_destroy_of_refused (Refused *refused)
{
  lodger_pending_unref (lodger_caller_call_soon (NULL, do_nothing, refused, try_in_destroy));
}

static void
in_destroy_of_item (Refused *refused)
{
  LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = try_in_destroy));
  lodger_channel_send (channel, refused);
  lodger_channel_unref (channel);
}

static void
try_in_batch (LodgerPending *self, void **items, size_t count, void *data)
{
  (void) self;
  (void) items;
  test_check (count == 1);
  try_to_wait (data);
}

static void
in_batch (Refused *refused)
{
  LodgerChannel *channel = lodger_channel_new (NULL);
  lodger_pending_disown (lodger_channel_deliver (channel, refused->loop.caller, try_in_batch, refused, NULL));
  expect_code (lodger_channel_send (channel, refused), 0);
  expect_code (lodger_channel_flush (channel), 0);
  lodger_channel_unref (channel);
}

static void
on_thread_stack (Refused *refused)
{
  expect_code (lodger_run_on_thread_stack (try_in_direct, refused), 0);
}

static void
in_callback_on_thread_stack (void *data)
{
  in_done_callback (data);
}

static void
in_callback_there (Refused *refused)
{
  expect_code (lodger_run_on_thread_stack (in_callback_on_thread_stack, refused), 0);
}

typedef struct Place
{
  void (*go) (Refused *refused);
  const char *name;
  int code; /* of the waits; a plain call of such a thread cannot wait at all */
} Place;

static const Place places[] = {
  { in_nested_call, "nested_call", LODGER_EWRONGTHREAD },
  { in_nested_direct, "nested_direct", LODGER_ESTATE },
  { in_canceller, "canceller", LODGER_ESTATE },
  { in_destroy_of_pointer, "destroy_of_pointer", LODGER_ESTATE },
  { in_destroy_of_context, "destroy_of_context", LODGER_ESTATE },
  { in_destroy_of_refused, "destroy_of_refused_data", LODGER_ESTATE },
  { in_destroy_of_item, "destroy_of_item", LODGER_ESTATE },
  { in_batch, "batch_that_is_flushed", LODGER_ESTATE },
  { on_thread_stack, "thread_stack", LODGER_ESTATE },
  { in_callback_there, "callback_on_thread_stack", LODGER_ESTATE },
};

static const Place *place;

static void
stay (Refused *refused)
{
  (void) refused;
}

static const Place nowhere = { stay, "nowhere", 0 };

static void
go_there (LodgerPending *self, void *data)
{
  Refused *refused = data;
  (void) self;
  place->go (refused);
  refused->after = lodger_yield ();
  refused->is_done = true;
}

static void
refused_open (Refused *refused)
{
  *refused = (Refused) { .waits = 1, .sleeps = 1, .yields = 1, .checks = 1, .after = 1 };
  refused->loop = loop_open (LODGER_MANUAL_DEFAULT);
  refused->promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
}

static void
refused_close (Refused *refused)
{
  ck_assert (!lodger_pending_is_cancelled (refused->promise));
  lodger_pending_unref (refused->inner);
  lodger_pending_unref (refused->promise);
  loop_close (&refused->loop);
}

/* The pending is left alone, each refusal has its line, and the call itself may wait again. */
static void
expect_refused (Refused *refused, int code)
{
  ck_assert (refused->is_done);
  expect_code (refused->waits, code);
  expect_code (refused->sleeps, code);
  expect_code (refused->yields, LODGER_ESTATE);
  expect_code (refused->checks, code);
  ck_assert_ptr_nonnull (refused->reason);
  ck_assert_uint_eq (log_capture_count_of ("lodger_pending_wait"), 1);
  ck_assert_uint_eq (log_capture_count_of ("lodger_sleep"), 1);
  ck_assert_uint_eq (log_capture_count_of ("lodger_yield"), 1);
  expect_code (refused->after, 0);
}

static void
run_place (int i)
{
  Refused refused;
  place = &places[i];
  refused_open (&refused);
  log_capture_begin ();
  lodger_pending_disown (lodger_caller_spawn (refused.loop.caller, go_there, &refused, NULL));
  loop_run (&refused.loop);
  expect_refused (&refused, place->code);
  log_capture_end ();
  refused_close (&refused);
}

START_TEST (edge_84_a_wait_inside_of_a_nested_loop_is_refused)
{
  run_place (_i);
}
END_TEST

START_TEST (a_wait_is_refused_where_it_would_leave_others_on_the_stack)
{
  run_place (_i);
}
END_TEST

/* ---- direct calls ------------------------------------------------------------------------------------------------ */

START_TEST (edge_23_a_direct_call_cannot_wait_and_the_next_still_runs)
{
  Refused refused;
  Trail trail = { .code = 1 };
  refused_open (&refused);
  log_capture_begin ();
  expect_code (lodger_caller_call_direct (refused.loop.caller, try_in_direct, &refused, NULL), 0);
  trail.awaited = refused.promise;
  lodger_pending_disown (lodger_caller_spawn (refused.loop.caller, trail_wait, &trail, NULL));
  loop_run (&refused.loop);
  expect_code (refused.waits, LODGER_ESTATE);
  expect_code (refused.sleeps, LODGER_ESTATE);
  expect_code (refused.checks, LODGER_ESTATE);
  expect_code (refused.yields, LODGER_ESTATE);
  ck_assert_str_eq (trail.letters, "a");
  lodger_pending_return_nothing (refused.promise);
  loop_run (&refused.loop);
  ck_assert_str_eq (trail.letters, "ac");
  log_capture_end ();
  refused_close (&refused);
}
END_TEST

/* ---- its own data ------------------------------------------------------------------------------------------------ */

START_TEST (the_destroy_function_of_a_spawned_call_cannot_wait)
{
  for (int waits_before = 0; waits_before < 2; waits_before++)
    {
      Refused refused;
      refused_open (&refused);
      log_capture_begin ();
      place = &nowhere;
      lodger_pending_disown (
          lodger_caller_spawn (refused.loop.caller, waits_before ? go_there : do_nothing, &refused, try_in_destroy));
      loop_run (&refused.loop);
      ck_assert_int_lt (refused.waits, 0);
      ck_assert_int_ne (refused.waits, 1);
      ck_assert_int_lt (refused.checks, 0);
      ck_assert_int_lt (refused.yields, 0);
      log_capture_end ();
      lodger_pending_cancel (refused.promise, NULL);
      lodger_pending_unref (refused.promise);
      loop_close (&refused.loop);
    }
}
END_TEST

/* ---- what says whether it may wait ------------------------------------------------------------------------------- */

static void
check_here (LodgerPending *self, void *data)
{
  Refused *refused = data;
  (void) self;
  refused->reason = "none";
  refused->checks = lodger_await_check (&refused->reason);
  refused->waits = lodger_await_check (NULL);
}

START_TEST (a_call_that_may_wait_is_told_so)
{
  Refused refused;
  LodgerCaller *worker = worker_start (NULL);
  refused_open (&refused);
  log_capture_begin ();
  lodger_pending_disown (lodger_caller_spawn (refused.loop.caller, check_here, &refused, NULL));
  loop_run (&refused.loop);
  expect_code (refused.checks, 0);
  expect_code (refused.waits, 0);
  ck_assert_ptr_null (refused.reason);
  lodger_pending_disown (lodger_caller_call_soon (refused.loop.caller, check_here, &refused, NULL));
  loop_run (&refused.loop);
  expect_code (refused.checks, LODGER_EWRONGTHREAD);
  ck_assert_ptr_nonnull (refused.reason);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, check_here, &refused, NULL)), 0);
  expect_code (refused.checks, 0);
  expect_code (wait_outcome (lodger_caller_spawn (worker, check_here, &refused, NULL)), 0);
  expect_code (refused.checks, 0);
  ck_assert_uint_eq (log_capture_count (), 0);
  log_capture_end ();
  worker_stop (worker);
  refused_close (&refused);
}
END_TEST

/* ---- guards ------------------------------------------------------------------------------------------------------ */

static uintptr_t guarded = 1;
static int notes;

static void
guard_note (uintptr_t state[2])
{
  state[0] = guarded;
  state[1] = 7;
  notes++;
}

static const char *
guard_refusal (const uintptr_t state[2])
{
  test_check (state[1] == 7);
  return state[0] != guarded ? "something was changed" : NULL;
}

static void
change_and_wait (LodgerPending *self, void *data)
{
  Refused *refused = data;
  (void) self;
  guarded = 2;
  try_to_wait (refused);
  guarded = 1;
  refused->after = lodger_yield ();
  refused->is_done = true;
}

START_TEST (a_guard_of_an_adapter_is_asked)
{
  static const LodgerAwaitGuard guard = { sizeof guard, "a test", guard_note, guard_refusal };
  Refused refused;
  expect_code (lodger_host_guard_awaits (&guard), 0);
  expect_code (lodger_host_guard_awaits (&guard), 0);
  refused_open (&refused);
  log_capture_begin ();
  lodger_pending_disown (lodger_caller_spawn (refused.loop.caller, change_and_wait, &refused, NULL));
  loop_run (&refused.loop);
  expect_refused (&refused, LODGER_ESTATE);
  ck_assert_str_eq (refused.reason, "something was changed");
  ck_assert_uint_eq (log_capture_count_of ("something was changed"), 3);
  ck_assert_int_eq (notes, 2);
  log_capture_end ();
  refused_close (&refused);
}
END_TEST

static const LodgerAwaitGuard late_guard = { sizeof late_guard, "a test", guard_note, guard_refusal };

static void
guard_and_wait (LodgerPending *self, void *data)
{
  (void) self;
  expect_code (lodger_host_guard_awaits (&late_guard), 0);
  *(int *) data = lodger_yield ();
}

/* It knows nothing of what was before. */
START_TEST (a_guard_that_a_spawned_call_brings_lets_it_wait)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  int code = 1;
  lodger_pending_disown (lodger_caller_spawn (loop.caller, guard_and_wait, &code, NULL));
  loop_run (&loop);
  expect_code (code, 0);
  ck_assert_int_eq (notes, 2);
  loop_close (&loop);
}
END_TEST

START_TEST (there_are_four_guards_at_most)
{
  static LodgerAwaitGuard guards[5];
  static const LodgerAwaitGuard without_note = { sizeof without_note, "a test", NULL, guard_refusal };
  static const LodgerAwaitGuard without_size = { 0, "a test", guard_note, guard_refusal };
  log_capture_begin ();
  expect_code (lodger_host_guard_awaits (NULL), LODGER_EINVAL);
  expect_code (lodger_host_guard_awaits (&without_note), LODGER_EINVAL);
  expect_code (lodger_host_guard_awaits (&without_size), LODGER_EINVAL);
  for (int i = 0; i < 5; i++)
    {
      guards[i] = (LodgerAwaitGuard) { sizeof guards[i], "a test", guard_note, guard_refusal };
      expect_code (lodger_host_guard_awaits (&guards[i]), i < 4 ? 0 : LODGER_EAGAIN);
    }
  expect_code (lodger_host_guard_awaits (&guards[3]), 0);
  ck_assert_uint_eq (log_capture_count (), 4);
  log_capture_end ();
}
END_TEST

/* ---- a forked child ---------------------------------------------------------------------------------------------- */

static void
fork_and_wait (LodgerPending *self, void *data)
{
  Refused *refused = data;
  int status = 0;
  pid_t child = fork ();
  (void) self;
  if (child == 0)
    {
      log_capture_begin ();
      try_to_wait (refused);
      _exit (refused->waits == LODGER_ECHILD && refused->sleeps == LODGER_ECHILD && refused->yields == LODGER_ECHILD
                     && refused->checks == LODGER_ECHILD
                 ? 42
                 : 1);
    }
  refused->is_done
      = child > 0 && waitpid (child, &status, 0) == child && WIFEXITED (status) && WEXITSTATUS (status) == 42;
  refused->after = lodger_yield ();
}

START_TEST (a_spawned_call_cannot_wait_in_a_forked_child)
{
  Refused refused;
  refused_open (&refused);
  lodger_pending_disown (lodger_caller_spawn (refused.loop.caller, fork_and_wait, &refused, NULL));
  loop_run (&refused.loop);
  ck_assert (refused.is_done);
  expect_code (refused.after, 0);
  refused_close (&refused);
}
END_TEST

static void
add_places (Suite *suite, const TTest *test, int from, int to)
{
  char name[160];
  for (int i = from; i < to; i++)
    {
      snprintf (name, sizeof name, "%s/%s", test->name, places[i].name);
      test_add_variant (suite, name, test, i);
    }
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber-refusals");
  add_places (suite, edge_84_a_wait_inside_of_a_nested_loop_is_refused, 0, 2);
  add_places (suite, a_wait_is_refused_where_it_would_leave_others_on_the_stack, 2,
              (int) (sizeof places / sizeof places[0]));
  test_add (suite, edge_23_a_direct_call_cannot_wait_and_the_next_still_runs);
  test_add (suite, the_destroy_function_of_a_spawned_call_cannot_wait);
  test_add (suite, a_call_that_may_wait_is_told_so);
  test_add (suite, a_guard_of_an_adapter_is_asked);
  test_add (suite, a_guard_that_a_spawned_call_brings_lets_it_wait);
  test_add (suite, there_are_four_guards_at_most);
  test_add (suite, a_spawned_call_cannot_wait_in_a_forked_child);
  return test_main (suite, argc, argv);
}
