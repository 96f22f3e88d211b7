/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that enter their caller, and what is left of a caller that ends while calls are inside: edge cases 95 to 98. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

/* ---- entries of calls --------------------------------------------------------------------------------------------------- */

/* A caller that runs, and was never entered. */
static Loop
loop_open_started (void)
{
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  expect_code (lodger_caller_start_sync (loop.caller), 0);
  return loop;
}

/* A call that enters its caller, and answers later, or when it is cancelled. */
typedef struct Guest
{
  Loop *loop;
  LodgerReply *reply;
  LodgerPending *pending;
} Guest;

static void
answer_guest (Guest *guest)
{
  LodgerReply *reply = guest->reply;
  guest->reply = NULL;
  lodger_reply_return_int (reply, 5);
}

static void
on_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  answer_guest (data);
}

static void
come_in (LodgerPending *self, void *data)
{
  Guest *guest = data;
  expect_code (lodger_caller_enter (guest->loop->caller), 0);
  guest->reply = lodger_pending_defer (self);
  lodger_pending_set_canceller (self, on_cancel, guest, NULL);
}

static Guest *
guest_submit (Guest *guest, Loop *loop)
{
  *guest = (Guest) { .loop = loop };
  guest->pending = lodger_caller_call_soon (loop->caller, come_in, guest, NULL);
  return guest;
}

static bool
is_described (LodgerCaller *caller, const char *text)
{
  char *line = lodger_caller_describe (caller);
  bool is = strstr (line, text) != NULL;
  lodger_free (line);
  return is;
}

/* It is the first that enters, lets another one come in, and leaves. */
typedef struct Host
{
  Loop *loop;
  Guest guest;
  bool was_cancelled;
} Host;

static void
come_in_first_and_leave (LodgerPending *self, void *data)
{
  Host *host = data;
  LodgerCaller *caller = host->loop->caller;
  expect_code (lodger_caller_enter (caller), 0);
  guest_submit (&host->guest, host->loop);
  loop_run (host->loop);
  ck_assert (is_described (caller, "entered by calls 2 times"));
  expect_code (lodger_caller_enter (caller), 0);
  expect_code (lodger_caller_leave (caller), 0);
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_RUNNING);
  expect_code (lodger_caller_leave (caller), 0);
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPING);
  host->was_cancelled = lodger_pending_is_cancelled (self);
  lodger_pending_return_int (self, 7);
}

START_TEST (edge_95_the_leave_of_a_first_entry_in_a_call_stops_the_caller)
{
  Loop loop = loop_open_started ();
  Host host = { .loop = &loop };
  LodgerPending *pending = lodger_caller_call_soon (loop.caller, come_in_first_and_leave, &host, NULL);
  int64_t answer = 0;
  loop_run (&loop);
  loop_run_until_done (&loop, lodger_caller_get_stopped (loop.caller));
  ck_assert (!host.was_cancelled);
  expect_code (lodger_pending_get_int (pending, &answer), 0);
  ck_assert_int_eq (answer, 7);
  expect_code (lodger_pending_get_outcome (host.guest.pending), LODGER_ECANCELED);
  lodger_pending_unref (host.guest.pending);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

/* It is the first, or the second, and is over. */
START_TEST (edge_95_the_end_of_a_call_leaves_its_entry)
{
  Loop loop = loop_open_started ();
  Guest first, second;
  guest_submit (&first, &loop);
  guest_submit (&second, &loop);
  loop_run (&loop);
  ck_assert (is_described (loop.caller, "entered by calls 2 times"));
  answer_guest (&second);
  ck_assert (is_described (loop.caller, "entered by calls 1 time"));
  ck_assert (lodger_caller_is_running (loop.caller));
  lodger_pending_unref (second.pending);
  guest_submit (&second, &loop);
  loop_run (&loop);
  answer_guest (&first);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPING);
  loop_run_until_done (&loop, lodger_caller_get_stopped (loop.caller));
  expect_code (lodger_pending_get_outcome (first.pending), 0);
  expect_code (lodger_pending_get_outcome (second.pending), LODGER_ECANCELED);
  lodger_pending_unref (first.pending);
  lodger_pending_unref (second.pending);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_95_a_call_of_an_entered_caller_leaves_and_stops_nothing)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Guest guest;
  guest_submit (&guest, &loop);
  loop_run (&loop);
  answer_guest (&guest);
  loop_run (&loop);
  ck_assert (lodger_caller_is_running (loop.caller));
  ck_assert (!is_described (loop.caller, "entered by calls"));
  lodger_pending_unref (guest.pending);
  expect_code (lodger_caller_leave (loop.caller), 0);
  loop_close (&loop);
}
END_TEST

static void
leave_without_an_entry (LodgerPending *self, void *data)
{
  (void) self;
  expect_code (lodger_caller_leave (((const Guest *) data)->loop->caller), LODGER_EBUSY);
}

START_TEST (a_call_leaves_no_entry_of_another)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Guest guest;
  guest_submit (&guest, &loop);
  loop_run (&loop);
  log_capture_begin ();
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, leave_without_an_entry, &guest, NULL));
  loop_run (&loop);
  log_capture_end ();
  ck_assert (is_described (loop.caller, "entered by calls 1 time"));
  answer_guest (&guest);
  lodger_pending_unref (guest.pending);
  loop_close (&loop);
}
END_TEST

static void
attach_again (LodgerPending *self, void *data)
{
  const Loop *loop = data;
  LodgerCaller *caller = lodger_manual_attach (loop->host, NULL, NULL);
  (void) self;
  ck_assert_ptr_eq (caller, loop->caller);
  lodger_caller_unref (caller);
}

START_TEST (an_attach_in_a_call_is_the_programs_entry)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, attach_again, &loop, NULL));
  loop_run (&loop);
  expect_code (lodger_caller_leave (loop.caller), 0);
  ck_assert (lodger_caller_is_running (loop.caller));
  expect_code (lodger_caller_leave (loop.caller), 0);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
  loop_close (&loop);
}
END_TEST

/* The thread that has the answer of the guest waits until the leave serves. */
typedef struct Waiter
{
  Guest guest;
  Latch serves;
} Waiter;

static void
note_service (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
open_latch (void *data)
{
  latch_open (&((Waiter *) data)->serves);
}

static void *
answer_when_served (void *data)
{
  Waiter *waiter = data;
  latch_wait (&waiter->serves);
  answer_guest (&waiter->guest);
  return NULL;
}

/* The calls run that come meanwhile, and those whose time comes. */
START_TEST (edge_96_the_last_leave_waits_for_the_entries_of_calls)
{
  Loop loop = loop_open (_i == 1 ? LODGER_MANUAL_REAL : LODGER_MANUAL_DEFAULT);
  LodgerPending *stopped = lodger_pending_ref (lodger_caller_get_stopped (loop.caller)), *served;
  Waiter waiter;
  pthread_t thread;
  latch_init (&waiter.serves);
  guest_submit (&waiter.guest, &loop);
  loop_run (&loop);
  served = _i == 1 ? lodger_caller_call_later (loop.caller, LODGER_MILLISECONDS (5), note_service, &waiter, open_latch)
                   : lodger_caller_call_soon (loop.caller, note_service, &waiter, open_latch);
  thread = thread_start (answer_when_served, &waiter);
  expect_code (lodger_caller_leave (loop.caller), 0);
  thread_join (thread);
  ck_assert (lodger_pending_is_done (stopped));
  expect_code (lodger_pending_get_outcome (served), 0);
  expect_code (lodger_pending_get_outcome (waiter.guest.pending), 0);
  lodger_pending_unref (served);
  lodger_pending_unref (waiter.guest.pending);
  lodger_pending_unref (stopped);
  latch_clear (&waiter.serves);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_96_the_last_leave_waits_no_longer_than_a_stop)
{
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, LODGER_CALLER_OPTIONS (.stop_deadline = 1));
  Guest guest;
  guest_submit (&guest, &loop);
  loop_run (&loop);
  lodger_caller_leave (loop.caller);
  expect_code (lodger_pending_get_outcome (guest.pending), LODGER_ECANCELED);
  lodger_pending_unref (guest.pending);
  loop_close (&loop);
}
END_TEST

static void
stop_it (LodgerPending *self, void *data)
{
  (void) self;
  lodger_caller_stop (data, true);
}

START_TEST (edge_96_a_stop_ends_the_wait_for_entries)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Guest guest;
  guest_submit (&guest, &loop);
  loop_run (&loop);
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, stop_it, loop.caller, NULL));
  expect_code (lodger_caller_leave (loop.caller), 0);
  expect_code (lodger_pending_get_outcome (guest.pending), LODGER_ECANCELED);
  lodger_pending_unref (guest.pending);
  loop_close (&loop);
}
END_TEST

/* ---- a call that has a caller of its own for a while --------------------------------------------------------------------- */

typedef struct Owner
{
  LodgerCaller *child; /* a reference */
  bool waits_for_start;
  Latch began;
  int wait_code, end_code;
} Owner;

/* It waits for something in its child until it is cancelled; then it stops the child, and waits for its end. */
static void
own_a_caller (LodgerPending *self, void *data)
{
  Owner *owner = data;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  owner->child = lodger_caller_open (LODGER_CALLER_NEW_THREAD, NULL, NULL);
  if (owner->waits_for_start)
    expect_code (lodger_pending_wait (lodger_caller_get_started (owner->child), LODGER_FOREVER, LODGER_WAIT_PROTECT),
                 0);
  latch_open (&owner->began);
  owner->wait_code = lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_caller_stop (owner->child, true);
  owner->end_code = lodger_pending_wait (lodger_caller_get_stopped (owner->child), LODGER_FOREVER,
                                         LODGER_WAIT_PROTECT | LODGER_WAIT_SHIELD);
  ck_assert (lodger_pending_is_done (lodger_caller_get_started (owner->child)));
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopping (owner->child)));
  lodger_pending_unref (promise);
}

START_TEST (edge_97_a_call_is_cancelled_while_it_has_a_caller)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int i = 0; i < 20; i++)
    {
      Owner owner = { .waits_for_start = i % 2 == 0 };
      LodgerPending *pending;
      latch_init (&owner.began);
      pending = lodger_caller_to_thread (worker, own_a_caller, &owner, NULL);
      latch_wait (&owner.began);
      lodger_pending_cancel (pending, NULL);
      wait_done (pending);
      lodger_pending_unref (pending);
      expect_code (owner.wait_code, LODGER_ECANCELED);
      expect_code (owner.end_code, 0);
      expect_code (lodger_pending_get_outcome (lodger_caller_get_stopped (owner.child)), 0);
      lodger_caller_unref (owner.child);
      latch_clear (&owner.began);
    }
  worker_stop (worker);
}
END_TEST

/* ---- a loop that ends without a leave ------------------------------------------------------------------------------------ */

static size_t
count_callers (void)
{
  size_t count = 0;
  LodgerCaller **callers = lodger_caller_list (false, &count);
  lodger_caller_list_free (callers, count);
  return count;
}

START_TEST (edge_98_a_loop_ends_while_a_workers_call_is_outstanding)
{
  size_t before = count_callers ();
  for (int i = 0; i < 4; i++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      LodgerPending *stopped = lodger_pending_ref (lodger_caller_get_stopped (loop.caller));
      BlockedCall blocked;
      blocked_call_init (&blocked);
      blocked.pending = lodger_caller_to_thread_full (loop.caller, blocked_call_run, &blocked, blocked_call_destroy,
                                                      LODGER_CALL_OPTIONS (.worker = i % 2 == 0 ? "named" : NULL));
      latch_wait (&blocked.entered);
      ck_assert_uint_eq (count_callers (), before + 2);
      lodger_manual_close (loop.host);
      ck_assert (lodger_pending_is_cancelled (blocked.pending));
      if (i < 2)
        ck_assert (!lodger_pending_is_done (stopped));
      latch_open (&blocked.let_go);
      wait_done (stopped);
      ck_assert_uint_eq (count_callers (), before);
      expect_code (lodger_pending_get_outcome (blocked.pending), LODGER_ECANCELED);
      recorder_expect (&blocked.recorder, 1, 1);
      blocked_call_clear (&blocked);
      lodger_pending_unref (stopped);
      lodger_caller_unref (loop.caller);
      lodger_manual_host_unref (loop.host);
    }
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("entries");
  test_add (suite, edge_95_the_leave_of_a_first_entry_in_a_call_stops_the_caller);
  test_add (suite, edge_95_the_end_of_a_call_leaves_its_entry);
  test_add (suite, edge_95_a_call_of_an_entered_caller_leaves_and_stops_nothing);
  test_add (suite, a_call_leaves_no_entry_of_another);
  test_add (suite, an_attach_in_a_call_is_the_programs_entry);
  test_add_variant (suite, "edge_96_the_last_leave_waits_for_the_entries_of_calls",
                    edge_96_the_last_leave_waits_for_the_entries_of_calls, 0);
  test_add_variant (suite, "edge_96_the_last_leave_waits_for_the_entries_of_calls/later",
                    edge_96_the_last_leave_waits_for_the_entries_of_calls, 1);
  test_add (suite, edge_96_the_last_leave_waits_no_longer_than_a_stop);
  test_add (suite, edge_96_a_stop_ends_the_wait_for_entries);
  test_add (suite, edge_97_a_call_is_cancelled_while_it_has_a_caller);
  test_add (suite, edge_98_a_loop_ends_while_a_workers_call_is_outstanding);
  return test_main (suite, argc, argv);
}
