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
  return test_main (suite, argc, argv);
}
