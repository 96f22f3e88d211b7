/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A spawned call that is bound to a scope: once the scope has ended, no wait of it is 0, whatever has come
 * meanwhile. */
#include "test-loop.h"
#include "test-suite.h"

#include <poll.h>
#include <unistd.h>

typedef struct Bound
{
  Loop loop;
  LodgerScope *scope;
  LodgerPending *awaited, *call;
  LodgerLimiter *limiter;
  LodgerChannel *channel;
  int (*wait) (struct Bound *bound);
  int code; /* 1: the wait goes on */
} Bound;

static void
work (LodgerPending *self, void *data)
{
  Bound *bound = data;
  (void) self;
  bound->code = bound->wait (bound);
}

/* The call waits. */
static void
bound_begin (Bound *bound, int (*wait) (Bound *bound))
{
  bound->loop = loop_open (LODGER_MANUAL_DEFAULT);
  bound->scope = lodger_scope_new (NULL);
  bound->awaited = lodger_pending_new (LODGER_PENDING_DEFAULT);
  bound->wait = wait;
  bound->code = 1;
  bound->call
      = lodger_caller_spawn_full (bound->loop.caller, work, bound, NULL, LODGER_CALL_OPTIONS (.scope = bound->scope));
  loop_run (&bound->loop);
  ck_assert_int_eq (bound->code, 1);
}

/* What it waits for is there, or it is not; the scope has ended, and the call goes on. */
static void
bound_end (Bound *bound)
{
  lodger_scope_end (bound->scope, "gone");
  ck_assert_int_eq (bound->code, 1);
  loop_run (&bound->loop);
  expect_code (bound->code, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (bound->call), LODGER_ECANCELED);
  lodger_pending_unref (bound->call);
  lodger_pending_unref (bound->awaited);
  lodger_scope_unref (bound->scope);
  loop_close (&bound->loop);
}

static int
await_promise (Bound *bound)
{
  return lodger_await (lodger_pending_ref (bound->awaited), NULL);
}

START_TEST (law_8_an_answer_before_the_end_of_the_scope_comes_too_late)
{
  Bound bound;
  bound_begin (&bound, await_promise);
  lodger_pending_return_int (bound.awaited, 1);
  bound_end (&bound);
}
END_TEST

static int
await_protected (Bound *bound)
{
  return lodger_pending_wait (bound->awaited, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

START_TEST (law_8_an_answer_after_the_end_of_the_scope_changes_nothing)
{
  Bound bound;
  bound_begin (&bound, await_protected);
  lodger_scope_end (bound.scope, "gone");
  expect_code (lodger_pending_return_int (bound.awaited, 1), 0);
  bound_end (&bound);
}
END_TEST

static int
await_many (Bound *bound)
{
  return lodger_wait_many (&bound->awaited, 1, LODGER_WAIT_ALL_COMPLETED, LODGER_FOREVER, LODGER_WAIT_DEFAULT, NULL);
}

START_TEST (law_8_several_answers_come_too_late)
{
  Bound bound;
  bound_begin (&bound, await_many);
  lodger_pending_return_int (bound.awaited, 1);
  bound_end (&bound);
}
END_TEST

static int
sleep_a_second (Bound *bound)
{
  (void) bound;
  return lodger_sleep (LODGER_SECONDS (1));
}

/* The scope ends in the turn in which the time is over. */
static void
end_scope (LodgerPending *self, void *scope)
{
  (void) self;
  lodger_scope_end (scope, "gone");
}

START_TEST (law_8_a_time_that_is_over_comes_too_late)
{
  Bound bound;
  LodgerPending *end;
  bound_begin (&bound, sleep_a_second);
  end = lodger_caller_call_later (bound.loop.caller, LODGER_MILLISECONDS (500), end_scope, bound.scope, NULL);
  lodger_manual_advance (bound.loop.host, LODGER_SECONDS (1));
  ck_assert_int_eq (bound.code, 1);
  lodger_pending_disown (end);
  bound_end (&bound);
}
END_TEST

/* ---- what has gone without a word -------------------------------------------------------------------------------- */

/* A scope learns that its object has gone when the call goes on. */
typedef struct Going
{
  LodgerCaller *caller;
  atomic_bool is_gone;
  int ends[2];
  LodgerChannel *channel;
  LodgerScope *scope;
  Latch begins;
  int (*wait) (struct Going *going);
  int code; /* 1: the wait goes on */
} Going;

static bool
is_there (void *data)
{
  return !atomic_load (&((Going *) data)->is_gone);
}

static void
let_go (void *data)
{
  (void) data;
}

static void
wait_and_note (LodgerPending *self, void *data)
{
  Going *going = data;
  (void) self;
  latch_open (&going->begins);
  going->code = going->wait (going);
}

/* The object belongs to this thread. */
static void
make_scope (void *data)
{
  Going *going = data;
  going->scope = lodger_scope_new (LODGER_SCOPE_OPTIONS (.hold = is_there, .release = let_go, .object = going));
}

/* It waits, and is bound to what goes now. */
static LodgerPending *
going_begin (Going *going)
{
  LodgerPending *call;
  latch_init (&going->begins);
  worker_run (going->caller, make_scope, going);
  call = lodger_caller_spawn_full (going->caller, wait_and_note, going, NULL,
                                   LODGER_CALL_OPTIONS (.scope = going->scope));
  latch_wait (&going->begins);
  worker_run (going->caller, recorder_direct, &(Recorder) { .ran = 0 });
  atomic_store (&going->is_gone, true);
  return call;
}

static void
going_end (Going *going, LodgerPending *call)
{
  wait_done (call);
  expect_code (going->code, LODGER_ECANCELED);
  lodger_pending_unref (call);
  latch_clear (&going->begins);
  lodger_scope_unref (going->scope);
  worker_stop (going->caller);
}

static int
wait_for_descriptor (Going *going)
{
  uint32_t events;
  return lodger_wait_fd (going->ends[0], POLLIN, LODGER_FOREVER, &events);
}

START_TEST (law_8_an_event_of_a_descriptor_comes_too_late)
{
  Going going = { .caller = worker_start (NULL), .wait = wait_for_descriptor, .code = 1 };
  LodgerPending *call;
  ck_assert_int_eq (pipe (going.ends), 0);
  call = going_begin (&going);
  ck_assert_int_eq (write (going.ends[1], "x", 1), 1);
  going_end (&going, call);
  close (going.ends[0]);
  close (going.ends[1]);
}
END_TEST

static int
send_one (Going *going)
{
  return lodger_channel_send (going->channel, going);
}

/* The item is the sender's still, and its room another's. */
START_TEST (law_8_room_in_a_channel_comes_too_late)
{
  Going going = { .caller = worker_start (NULL), .wait = send_one, .code = 1 };
  LodgerPending *call;
  void *item = NULL;
  going.channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.limit = 1));
  expect_code (lodger_channel_send (going.channel, &item), 0);
  call = going_begin (&going);
  expect_code (lodger_channel_receive (going.channel, 0, &item), 0);
  wait_done (call);
  expect_code (lodger_channel_receive (going.channel, 0, &item), LODGER_ETIMEDOUT);
  expect_code (lodger_channel_send (going.channel, &item), 0);
  going_end (&going, call);
  lodger_channel_unref (going.channel);
}
END_TEST

/* The time alone wakes it. */
START_TEST (law_8_a_time_is_over_after_the_object_has_gone)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Bound bound = { .wait = sleep_a_second, .code = 1 };
  Going going = { .caller = loop.caller };
  LodgerPending *call;
  make_scope (&going);
  call = lodger_caller_spawn_full (loop.caller, work, &bound, NULL, LODGER_CALL_OPTIONS (.scope = going.scope));
  loop_run (&loop);
  atomic_store (&going.is_gone, true);
  lodger_manual_advance (loop.host, LODGER_SECONDS (1));
  loop_run (&loop);
  expect_code (bound.code, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (call), LODGER_ECANCELED);
  lodger_pending_unref (call);
  lodger_scope_unref (going.scope);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber-scope");
  test_add (suite, law_8_an_answer_before_the_end_of_the_scope_comes_too_late);
  test_add (suite, law_8_an_answer_after_the_end_of_the_scope_changes_nothing);
  test_add (suite, law_8_several_answers_come_too_late);
  test_add (suite, law_8_a_time_that_is_over_comes_too_late);
  test_add (suite, law_8_an_event_of_a_descriptor_comes_too_late);
  test_add (suite, law_8_room_in_a_channel_comes_too_late);
  test_add (suite, law_8_a_time_is_over_after_the_object_has_gone);
  return test_main (suite, argc, argv);
}
