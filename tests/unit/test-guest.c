/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests: what the host is told of them, when they have their turn, and how they end. */
#include "test-guest.h"
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

typedef struct Place
{
  Loop loop;
  GuestLoop inside;
  LodgerGuest *guest;
} Place;

static void
place_open (Place *place, LodgerManualFlags flags)
{
  place->loop = loop_open (flags);
  guest_loop_init (&place->inside);
  place->guest = guest_start (place->loop.caller, &place->inside);
  loop_run (&place->loop);
}

static void
place_close (Place *place)
{
  loop_close (&place->loop);
  lodger_guest_unref (place->guest);
  guest_loop_clear (&place->inside);
}

START_TEST (the_same_loop_is_the_same_guest)
{
  Place place;
  LodgerGuest *again;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  again = guest_start (place.loop.caller, &place.inside);
  ck_assert_ptr_eq (again, place.guest);
  ck_assert_int_eq (atomic_load (&place.inside.opens), 1);
  lodger_guest_unref (again);
  place_close (&place);
}
END_TEST

START_TEST (a_guest_knows_its_caller_and_its_backend)
{
  Place place;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  ck_assert_ptr_eq (lodger_guest_get_caller (place.guest), place.loop.caller);
  ck_assert_str_eq (lodger_guest_get_backend (place.guest), "test-guest");
  ck_assert (lodger_guest_is_running (place.guest));
  ck_assert_ptr_null (lodger_guest_current ());
  place_close (&place);
}
END_TEST

START_TEST (a_guest_that_nobody_refers_to_goes_on)
{
  Place place;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  lodger_guest_unref (lodger_guest_ref (place.guest));
  lodger_guest_unref (place.guest);
  guest_loop_add (&place.inside);
  loop_run (&place.loop);
  ck_assert_int_eq (atomic_load (&place.inside.events), 1);
  place.guest = NULL;
  place_close (&place);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
}
END_TEST

/* ---- the end --------------------------------------------------------------------------------------------------------- */

START_TEST (a_stop_closes_its_guests)
{
  Place place;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  place.inside.is_busy = true;
  lodger_manual_iterate (place.loop.host, false);
  loop_close (&place.loop);
  ck_assert (!lodger_guest_is_running (place.guest));
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  ck_assert_int_eq (place.inside.depth, 0);
  expect_code (lodger_guest_end (place.guest), 0);
  expect_code (lodger_guest_kick (place.guest), 0);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  lodger_guest_unref (place.guest);
  guest_loop_clear (&place.inside);
}
END_TEST

static void
end_itself (GuestLoop *loop, void *data)
{
  LodgerGuest *guest = ((Place *) data)->guest;
  expect_code (lodger_guest_end (guest), 0);
  ck_assert_int_eq (atomic_load (&loop->closes), 0);
  ck_assert (lodger_guest_is_running (guest));
}

START_TEST (a_guest_that_ends_itself_is_closed_after_its_dispatch)
{
  Place place;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  place.inside.func = end_itself;
  place.inside.data = &place;
  place.inside.is_busy = true;
  loop_run (&place.loop);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  ck_assert_int_eq (atomic_load (&place.inside.events), 1);
  ck_assert (!lodger_guest_is_running (place.guest));
  place_close (&place);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
}
END_TEST

START_TEST (a_guest_that_ends_itself_in_prepare_is_closed_after_it)
{
  Place place;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  place.inside.prepare = end_itself;
  place.inside.data = &place;
  loop_run (&place.loop);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  place_close (&place);
}
END_TEST

START_TEST (edge_72_a_kick_too_many_is_harmless)
{
  Place place;
  long dispatches;
  place_open (&place, LODGER_MANUAL_NO_BEFORE_WAIT);
  dispatches = atomic_load (&place.inside.dispatches);
  for (int i = 0; i < 10; i++)
    expect_code (lodger_guest_kick (place.guest), 0);
  loop_run (&place.loop);
  ck_assert_int_eq (atomic_load (&place.inside.dispatches), dispatches + 1);
  guest_loop_add (&place.inside);
  expect_code (lodger_guest_kick (place.guest), 0);
  loop_run (&place.loop);
  ck_assert_int_eq (atomic_load (&place.inside.events), 1);
  expect_code (lodger_guest_kick (place.guest), 0);
  expect_code (lodger_guest_end (place.guest), 0);
  expect_code (lodger_guest_kick (place.guest), 0);
  loop_run (&place.loop);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 1);
  place_close (&place);
}
END_TEST

/* ---- the start ------------------------------------------------------------------------------------------------------- */

static void
expect_no_guest (LodgerCaller *caller, const char *backend, const void *options, int code)
{
  LodgerError *error = NULL;
  ck_assert_ptr_null (lodger_guest_start (caller, backend, options, &error));
  expect_code (lodger_error_get_code (error), code);
  lodger_error_unref (error);
}

static void *
start_elsewhere (void *data)
{
  Place *place = data;
  expect_no_guest (place->loop.caller, "test-guest", &place->inside, LODGER_EWRONGTHREAD);
  expect_code (lodger_guest_end (place->guest), LODGER_EWRONGTHREAD);
  return NULL;
}

START_TEST (a_start_that_cannot_be_is_refused)
{
  Place place;
  Loop initial = loop_open_initial (LODGER_MANUAL_DEFAULT);
  LodgerCaller *caller;
  log_capture_begin ();
  place_open (&place, LODGER_MANUAL_DEFAULT);
  expect_no_guest (place.loop.caller, "test-no-guest", NULL, LODGER_ENOSYS);
  expect_no_guest (place.loop.caller, "no such", NULL, LODGER_ENOENT);
  expect_no_guest (place.loop.caller, "test-guest", NULL, LODGER_EINVAL);
  expect_no_guest (initial.caller, "test-guest", &place.inside, LODGER_ESTATE);
  thread_join (thread_start (start_elsewhere, &place));
  caller = lodger_caller_ref (place.loop.caller);
  loop_close (&place.loop);
  expect_no_guest (caller, "test-guest", &place.inside, LODGER_ESHUTDOWN);
  lodger_caller_unref (caller);
  loop_close (&initial);
  lodger_guest_unref (place.guest);
  guest_loop_clear (&place.inside);
  log_capture_end ();
}
END_TEST

START_TEST (a_guest_that_does_not_open_can_be_started_again)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  GuestLoop inside;
  LodgerGuest *guest;
  log_capture_begin ();
  guest_register ();
  guest_loop_init (&inside);
  inside.open_code = LODGER_EAGAIN;
  expect_no_guest (loop.caller, "test-guest", &inside, LODGER_EAGAIN);
  inside.open_code = 0;
  guest = guest_start (loop.caller, &inside);
  lodger_guest_unref (guest);
  loop_close (&loop);
  ck_assert_int_eq (atomic_load (&inside.closes), 1);
  guest_loop_clear (&inside);
  log_capture_end ();
}
END_TEST

START_TEST (a_guest_that_has_ended_is_another_one_the_next_time)
{
  Place place;
  LodgerGuest *again;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  expect_code (lodger_guest_end (place.guest), 0);
  expect_code (lodger_guest_end (place.guest), 0);
  again = guest_start (place.loop.caller, &place.inside);
  ck_assert_ptr_ne (again, place.guest);
  ck_assert_int_eq (atomic_load (&place.inside.opens), 2);
  lodger_guest_unref (again);
  place_close (&place);
  ck_assert_int_eq (atomic_load (&place.inside.closes), 2);
}
END_TEST

/* ---- what the host is told ------------------------------------------------------------------------------------------- */

START_TEST (a_guests_time_is_the_hosts_deadline)
{
  Place place;
  int64_t away;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  ck_assert_int_eq (lodger_manual_get_deadline (place.loop.host), LODGER_FOREVER);
  place.inside.timer = test_now () + LODGER_SECONDS (1000);
  loop_run (&place.loop);
  away = lodger_manual_get_deadline (place.loop.host) - lodger_manual_now (place.loop.host);
  ck_assert_int_le (away, LODGER_SECONDS (1000));
  ck_assert_int_gt (away, LODGER_SECONDS (900));
  place.inside.timer = LODGER_FOREVER;
  loop_run (&place.loop);
  ck_assert_int_eq (lodger_manual_get_deadline (place.loop.host), LODGER_FOREVER);
  place_close (&place);
}
END_TEST

START_TEST (before_wait_is_wanted_as_long_as_there_are_guests)
{
  Place place;
  uint64_t before;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  before = lodger_manual_get_before_waits (place.loop.host);
  for (int i = 0; i < 10; i++)
    ck_assert (!lodger_manual_iterate (place.loop.host, false));
  ck_assert_uint_eq (lodger_manual_get_before_waits (place.loop.host), before + 10);
  expect_code (lodger_guest_end (place.guest), 0);
  for (int i = 0; i < 10; i++)
    lodger_manual_iterate (place.loop.host, false);
  ck_assert_uint_eq (lodger_manual_get_before_waits (place.loop.host), before + 10);
  place_close (&place);
}
END_TEST

START_TEST (edge_74_a_dead_guest_is_prepared_and_not_dispatched)
{
  Place place;
  long dispatches;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  place.inside.is_dead = true;
  lodger_manual_iterate (place.loop.host, false); /* its descriptor is polled no more */
  guest_loop_post (&place.inside);
  dispatches = atomic_load (&place.inside.dispatches);
  for (int i = 0; i < 100; i++)
    ck_assert (!lodger_manual_iterate (place.loop.host, false));
  ck_assert_int_eq (atomic_load (&place.inside.dispatches), dispatches);
  place_close (&place);
}
END_TEST

static void
kick_once (GuestLoop *loop, void *data)
{
  loop->idle = NULL;
  expect_code (lodger_guest_kick (data), 0);
}

START_TEST (edge_72_a_kick_inside_the_dispatch_is_not_lost)
{
  Place place;
  long dispatches;
  place_open (&place, LODGER_MANUAL_DEFAULT);
  dispatches = atomic_load (&place.inside.dispatches);
  place.inside.idle = kick_once;
  place.inside.data = place.guest;
  expect_code (lodger_guest_kick (place.guest), 0);
  loop_run (&place.loop);
  ck_assert_int_eq (atomic_load (&place.inside.dispatches), dispatches + 2);
  place_close (&place);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("guest");
  test_add (suite, the_same_loop_is_the_same_guest);
  test_add (suite, a_guest_knows_its_caller_and_its_backend);
  test_add (suite, a_guest_that_nobody_refers_to_goes_on);
  test_add (suite, a_stop_closes_its_guests);
  test_add (suite, a_guest_that_ends_itself_is_closed_after_its_dispatch);
  test_add (suite, a_guest_that_ends_itself_in_prepare_is_closed_after_it);
  test_add (suite, edge_72_a_kick_too_many_is_harmless);
  test_add (suite, a_start_that_cannot_be_is_refused);
  test_add (suite, a_guest_that_does_not_open_can_be_started_again);
  test_add (suite, a_guest_that_has_ended_is_another_one_the_next_time);
  test_add (suite, a_guests_time_is_the_hosts_deadline);
  test_add (suite, before_wait_is_wanted_as_long_as_there_are_guests);
  test_add (suite, edge_74_a_dead_guest_is_prepared_and_not_dispatched);
  test_add (suite, edge_72_a_kick_inside_the_dispatch_is_not_lost);
  return test_main (suite, argc, argv);
}
