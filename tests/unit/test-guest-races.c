/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that other threads kick, wake and end, whatever their own thread is doing. */
#include "test-guest.h"
#include "test-loop.h"
#include "test-suite.h"

typedef struct Race
{
  LodgerManualHost *host;
  LodgerCaller *caller;
  GuestLoop inside;
  LodgerGuest *guest;
  Barrier start;
  bool closes, stops;
} Race;

static void *
disturb (void *data)
{
  Race *race = data;
  barrier_wait (&race->start);
  for (int i = 0; i < 20; i++)
    {
      guest_loop_post (&race->inside);
      test_check (lodger_guest_kick (race->guest) == 0);
    }
  if (race->closes)
    lodger_manual_close (race->host);
  if (race->stops)
    lodger_caller_stop (race->caller, true);
  for (int i = 0; i < 20; i++)
    test_check (lodger_guest_kick (race->guest) == 0);
  return NULL;
}

static void
race_open (Race *race)
{
  race->host = lodger_manual_host_new (LODGER_MANUAL_REAL);
  race->caller = lodger_manual_attach (race->host, NULL, NULL);
  guest_loop_init (&race->inside);
  race->guest = guest_start (race->caller, &race->inside);
  barrier_init (&race->start, 2);
}

static void
race_clear (Race *race)
{
  lodger_guest_end (race->guest);
  ck_assert_int_eq (atomic_load (&race->inside.opens), 1);
  ck_assert_int_eq (atomic_load (&race->inside.closes), 1);
  ck_assert_int_eq (race->inside.opened_in, race->inside.closed_in);
  lodger_guest_unref (race->guest);
  lodger_caller_unref (race->caller);
  lodger_manual_host_unref (race->host);
  guest_loop_clear (&race->inside);
  barrier_clear (&race->start);
}

static void
repeat (bool closes, bool stops, bool ends, unsigned times)
{
  log_capture_begin ();
  for (unsigned i = 0; i < times; i++)
    {
      Race race = { .closes = closes, .stops = stops };
      pthread_t thread;
      race_open (&race);
      thread = thread_start (disturb, &race);
      barrier_wait (&race.start);
      for (unsigned turn = 0; turn < i % 20; turn++)
        lodger_manual_iterate (race.host, false);
      if (ends)
        lodger_guest_end (race.guest);
      if (closes)
        thread_join (thread);
      else
        while (!lodger_pending_is_done (lodger_caller_get_stopped (race.caller)))
          if (stops)
            lodger_manual_iterate (race.host, true);
          else
            lodger_caller_leave (race.caller);
      if (!closes)
        thread_join (thread);
      ck_assert_int_eq (lodger_caller_get_state (race.caller), LODGER_CALLER_STOPPED);
      race_clear (&race);
    }
  log_capture_end ();
}

START_TEST (a_host_that_another_thread_closes_meets_its_guests)
{
  repeat (true, false, false, test_scaled (2000));
}
END_TEST

START_TEST (a_host_that_another_thread_closes_meets_the_end_of_a_guest)
{
  repeat (true, false, true, test_scaled (2000));
}
END_TEST

START_TEST (a_stop_of_another_thread_meets_the_guests)
{
  repeat (false, true, false, test_scaled (2000));
}
END_TEST

START_TEST (kicks_meet_the_last_leave)
{
  repeat (false, false, false, test_scaled (2000));
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("guest-races");
  test_add (suite, a_host_that_another_thread_closes_meets_its_guests);
  test_add (suite, a_host_that_another_thread_closes_meets_the_end_of_a_guest);
  test_add (suite, a_stop_of_another_thread_meets_the_guests);
  test_add (suite, kicks_meet_the_last_leave);
  return test_main (suite, argc, argv);
}
