/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests whose caller, host or thread ends. */
#include "test-guest.h"
#include "test-loop.h"
#include "test-suite.h"

typedef struct Place
{
  Loop loop;
  GuestLoop inside;
  LodgerGuest *guest;
  LodgerPending *call;
  LodgerReply *reply;
  int order;
} Place;

typedef struct Hang
{
  GuestLoop inside;
  LodgerGuest *guest;
  Counter began;
  Latch let_go;
} Hang;

static void
place_open (Place *place, LodgerManualFlags flags)
{
  *place = (Place) { .loop = loop_open (flags) };
  guest_loop_init (&place->inside);
  place->inside.data = place;
  place->guest = guest_start (place->loop.caller, &place->inside);
  loop_run (&place->loop);
}

static void
place_clear (Place *place)
{
  lodger_guest_unref (place->guest);
  lodger_caller_unref (place->loop.caller);
  lodger_manual_host_unref (place->loop.host);
  guest_loop_clear (&place->inside);
}

/* ---- what a stop waits for may come by a guest ----------------------------------------------------------------------- */

static void
answer_event (GuestLoop *loop, void *data)
{
  Place *place = data;
  (void) loop;
  lodger_reply_return_int (place->reply, 3);
  place->reply = NULL;
}

static void
on_cancel (LodgerPending *pending, const char *message, void *data)
{
  Place *place = data;
  (void) pending;
  (void) message;
  place->inside.func = answer_event;
  guest_loop_add (&place->inside);
}

static void
defer (LodgerPending *self, void *data)
{
  Place *place = data;
  place->reply = lodger_pending_defer (self);
  lodger_pending_set_canceller (self, on_cancel, place, NULL);
}

static void
expect_answered_by_guest (Place *place)
{
  ck_assert_int_eq (lodger_caller_get_state (place->loop.caller), LODGER_CALLER_STOPPED);
  ck_assert_ptr_null (place->reply);
  expect_code (lodger_pending_get_outcome (place->call), LODGER_ECANCELED);
  ck_assert_int_eq (atomic_load (&place->inside.events), 1);
  ck_assert_int_eq (atomic_load (&place->inside.closes), 1);
  lodger_pending_unref (place->call);
}

START_TEST (a_stop_lets_a_guest_bring_what_it_waits_for)
{
  Place place;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  place.call = lodger_caller_call_soon (place.loop.caller, defer, &place, NULL);
  loop_run (&place.loop);
  lodger_caller_stop (place.loop.caller, true);
  loop_run (&place.loop);
  expect_answered_by_guest (&place);
  place_clear (&place);
}
END_TEST

START_TEST (a_stop_that_is_waited_for_lets_a_guest_bring_what_it_waits_for)
{
  Place place;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  place.call = lodger_caller_call_soon (place.loop.caller, defer, &place, NULL);
  loop_run (&place.loop);
  expect_code (lodger_caller_stop_wait (place.loop.caller), 0);
  expect_answered_by_guest (&place);
  place_clear (&place);
}
END_TEST

START_TEST (a_busy_guest_does_not_hold_up_a_stop)
{
  Place place;
  place_open (&place, LODGER_MANUAL_REAL);
  place.inside.is_busy = true;
  lodger_manual_iterate (place.loop.host, false);
  expect_code (lodger_caller_stop_wait (place.loop.caller), 0);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  place_clear (&place);
}
END_TEST

static void
stop_hook (LodgerCaller *caller, void *data)
{
  Place *place = data;
  (void) caller;
  ck_assert_int_eq (atomic_load (&place->inside.closes), 1);
  place->order++;
}

START_TEST (guests_end_before_the_stop_hook)
{
  Place place = { .order = 0 };
  const LodgerCallerOptions options = { .size = sizeof options, .on_stop = stop_hook, .hook_data = &place };
  place.loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  guest_loop_init (&place.inside);
  place.guest = guest_start (place.loop.caller, &place.inside);
  loop_run (&place.loop);
  expect_code (lodger_caller_stop_wait (place.loop.caller), 0);
  ck_assert_int_eq (place.order, 1);
  place_clear (&place);
}
END_TEST

/* ---- a host that closes ---------------------------------------------------------------------------------------------- */

START_TEST (edge_77_a_host_that_closes_in_its_thread_closes_its_guests)
{
  Place place;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  guest_loop_add (&place.inside);
  lodger_guest_kick (place.guest);
  lodger_manual_close (place.loop.host);
  ck_assert_int_eq (lodger_caller_get_state (place.loop.caller), LODGER_CALLER_STOPPED);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  ck_assert_int_eq (atomic_load (&place.inside.events), 0);
  expect_code (lodger_guest_kick (place.guest), 0);
  place_clear (&place);
}
END_TEST

static void
close_host (GuestLoop *loop, void *data)
{
  Place *place = data;
  lodger_manual_close (place->loop.host);
  ck_assert_int_eq (atomic_load (&loop->closes), 0);
}

START_TEST (edge_77_a_host_that_closes_inside_a_guest_closes_it_afterwards)
{
  Place place;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  place.inside.func = close_host;
  guest_loop_add (&place.inside);
  lodger_manual_iterate (place.loop.host, false);
  lodger_manual_iterate (place.loop.host, false);
  ck_assert_int_eq (lodger_caller_get_state (place.loop.caller), LODGER_CALLER_STOPPED);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  ck_assert_int_eq (place.inside.depth, 0);
  place_clear (&place);
}
END_TEST

static void *
close_elsewhere (void *data)
{
  lodger_manual_close (((Place *) data)->loop.host);
  return NULL;
}

START_TEST (edge_77_a_guest_of_a_host_that_another_thread_closes_is_left_behind)
{
  Place place;
  log_capture_begin ();
  place_open (&place, LODGER_MANUAL_DEFAULT);
  thread_join (thread_start (close_elsewhere, &place));
  ck_assert_int_eq (lodger_caller_get_state (place.loop.caller), LODGER_CALLER_STOPPED);
  ck_assert (log_capture_has ("is left behind"));
  ck_assert (!lodger_guest_is_running (place.guest));
  ck_assert_int_eq (atomic_load (&place.inside.closes), 0);
  expect_code (lodger_guest_end (place.guest), 0);
  expect_code (lodger_guest_end (place.guest), 0);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  place_clear (&place);
  log_capture_end ();
}
END_TEST

/* ---- a thread that ends ---------------------------------------------------------------------------------------------- */

static void
exit_event (GuestLoop *loop, void *data)
{
  (void) loop;
  (void) data;
  pthread_exit (NULL);
}

static void *
end_with_guest (void *data)
{
  place_open (data, LODGER_MANUAL_DEFAULT);
  return NULL;
}

START_TEST (edge_77_a_thread_that_ends_closes_its_guests)
{
  Place place;
  log_capture_begin ();
  thread_join (thread_start (end_with_guest, &place));
  ck_assert_int_eq (lodger_caller_get_state (place.loop.caller), LODGER_CALLER_STOPPED);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  ck_assert_int_eq (place.inside.opened_in, place.inside.closed_in);
  ck_assert (!lodger_guest_is_running (place.guest));
  place_clear (&place);
  log_capture_end ();
}
END_TEST

static void
start_exiting (void *data)
{
  Place *place = data;
  place->guest = guest_start (lodger_caller_current (), &place->inside);
}

START_TEST (a_guest_that_exits_its_thread_is_closed)
{
  Place place = { .order = 0 };
  LodgerCaller *worker = worker_start (NULL);
  log_capture_begin ();
  guest_loop_init (&place.inside);
  place.inside.func = exit_event;
  worker_run (worker, start_exiting, &place);
  guest_loop_post (&place.inside);
  wait_done (lodger_caller_get_stopped (worker));
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  ck_assert_int_eq (place.inside.opened_in, place.inside.closed_in);
  ck_assert (!lodger_guest_is_running (place.guest));
  lodger_guest_unref (place.guest);
  lodger_caller_unref (worker);
  guest_loop_clear (&place.inside);
  log_capture_end ();
}
END_TEST

/* ---- a thread that hangs ----------------------------------------------------------------------------------------------- */

static void
hang (GuestLoop *loop, void *data)
{
  (void) loop;
  counter_add (&((Hang *) data)->began, 1);
  latch_wait (&((Hang *) data)->let_go);
}

static void
start_hanging (void *data)
{
  Hang *hanging = data;
  hanging->guest = guest_start (lodger_caller_current (), &hanging->inside);
}

START_TEST (edge_83_a_guest_that_hangs_is_left_behind_with_its_thread)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = LODGER_MILLISECONDS (10) };
  Hang hanging = { .guest = NULL };
  LodgerCaller *worker;
  ProcCount before;
  guest_loop_init (&hanging.inside);
  before = proc_count ();
  worker = worker_start_full (NULL, &options);
  hanging.inside.func = hang;
  hanging.inside.data = &hanging;
  counter_init (&hanging.began);
  latch_init (&hanging.let_go);
  worker_run (worker, start_hanging, &hanging);
  guest_loop_post (&hanging.inside);
  counter_wait (&hanging.began, 1);
  log_capture_begin ();
  lodger_caller_stop (worker, true);
  wait_done (lodger_caller_get_stopped (worker));
  ck_assert (log_capture_has ("its guest test-guest is left behind"));
  ck_assert (!lodger_guest_is_running (hanging.guest));
  latch_open (&hanging.let_go);
  lodger_caller_unref (worker);
  lodger_guest_unref (hanging.guest);
  proc_expect_restored (before);
  ck_assert_int_eq (atomic_load (&hanging.inside.closes), 1);
  ck_assert_int_eq (hanging.inside.depth, 0);
  ck_assert_int_eq (hanging.inside.opened_in, hanging.inside.closed_in);
  log_capture_end ();
  latch_clear (&hanging.let_go);
  counter_clear (&hanging.began);
  guest_loop_clear (&hanging.inside);
}
END_TEST

/* ---- another ends it ------------------------------------------------------------------------------------------------- */

static void
end_other (GuestLoop *loop, void *data)
{
  (void) loop;
  expect_code (lodger_guest_end (data), 0);
}

START_TEST (a_guest_can_end_another)
{
  Place place;
  GuestLoop other;
  LodgerGuest *ender;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  guest_loop_init (&other);
  other.func = end_other;
  other.data = place.guest;
  ender = guest_start (place.loop.caller, &other);
  guest_loop_add (&place.inside);
  guest_loop_add (&other);
  loop_run (&place.loop);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  ck_assert_int_eq (atomic_load (&other.closes), 0);
  lodger_caller_stop (place.loop.caller, true);
  loop_run (&place.loop);
  ck_assert_int_eq (atomic_load (&other.closes), 1);
  lodger_guest_unref (ender);
  guest_loop_clear (&other);
  place_clear (&place);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("guest-ends");
  test_add (suite, a_stop_lets_a_guest_bring_what_it_waits_for);
  test_add (suite, a_stop_that_is_waited_for_lets_a_guest_bring_what_it_waits_for);
  test_add (suite, a_busy_guest_does_not_hold_up_a_stop);
  test_add (suite, guests_end_before_the_stop_hook);
  test_add (suite, edge_77_a_host_that_closes_in_its_thread_closes_its_guests);
  test_add (suite, edge_77_a_host_that_closes_inside_a_guest_closes_it_afterwards);
  test_add (suite, edge_77_a_guest_of_a_host_that_another_thread_closes_is_left_behind);
  test_add (suite, edge_77_a_thread_that_ends_closes_its_guests);
  test_add (suite, a_guest_that_exits_its_thread_is_closed);
  test_add (suite, edge_83_a_guest_that_hangs_is_left_behind_with_its_thread);
  test_add (suite, a_guest_can_end_another);
  return test_main (suite, argc, argv);
}
