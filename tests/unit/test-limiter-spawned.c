/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spawned calls that enter a limiter: they wait in its line, and their thread goes on. */
#include "test-loop.h"
#include "test-suite.h"

#include <lodger/fiber.h>
#include <string.h>

/* Letters, in the order in which things have happened. */
typedef struct Room
{
  LodgerLimiter *limiter;
  Loop loop;
  char letters[64];
} Room;

typedef struct Guest
{
  Room *room;
  char letter;
  int64_t timeout;
  LodgerPending *awaited; /* inside; NULL: nothing */
  LodgerPending *pending;
  int code;
} Guest;

static void
note (Room *room, char letter)
{
  size_t length = strlen (room->letters);
  ck_assert_uint_lt (length, sizeof room->letters - 1);
  room->letters[length] = letter;
}

static void
visit (LodgerPending *self, void *data)
{
  Guest *guest = data;
  (void) self;
  guest->code = lodger_limiter_enter (guest->room->limiter, guest->timeout);
  if (guest->code != 0)
    return;
  note (guest->room, guest->letter);
  if (guest->awaited != NULL)
    guest->code = lodger_pending_wait (guest->awaited, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  note (guest->room, (char) (guest->letter - 'a' + 'A'));
  expect_code (lodger_limiter_leave (guest->room->limiter), 0);
}

static void
forget (LodgerPending *self, void *data)
{
  Guest *guest = data;
  (void) self;
  expect_code (lodger_limiter_enter (guest->room->limiter, 0), 0);
  expect_code (lodger_pending_wait (guest->awaited, LODGER_FOREVER, LODGER_WAIT_PROTECT), 0);
}

static void
send (Room *room, Guest *guest, LodgerCallFunc func)
{
  guest->room = room;
  guest->code = 1;
  guest->pending = lodger_caller_spawn (room->loop.caller, func, guest, NULL);
}

static void
room_open (Room *room)
{
  *room = (Room) { .loop = loop_open (LODGER_MANUAL_DEFAULT),
                   .limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1)) };
}

static void
room_close (Room *room)
{
  ck_assert_uint_eq (lodger_limiter_count_running (room->limiter), 0);
  ck_assert_uint_eq (lodger_limiter_count_waiting (room->limiter), 0);
  lodger_limiter_unref (room->limiter);
}

START_TEST (edge_43_spawned_calls_wait_in_the_line_and_leave_their_thread)
{
  Room room;
  Guest guests[3] = { { .letter = 'a', .timeout = LODGER_FOREVER },
                      { .letter = 'b', .timeout = LODGER_FOREVER },
                      { .letter = 'c', .timeout = LODGER_FOREVER } };
  LodgerPending *promises[3];
  room_open (&room);
  for (int i = 0; i < 3; i++)
    {
      promises[i] = guests[i].awaited = lodger_pending_new (LODGER_PENDING_DEFAULT);
      send (&room, &guests[i], visit);
    }
  loop_run (&room.loop);
  ck_assert_str_eq (room.letters, "a");
  ck_assert_uint_eq (lodger_limiter_count_waiting (room.limiter), 2);
  for (int i = 2; i >= 0; i--)
    {
      lodger_pending_return_int (promises[i], i);
      loop_run (&room.loop);
    }
  ck_assert_str_eq (room.letters, "aAbBcC");
  for (int i = 0; i < 3; i++)
    {
      expect_code (guests[i].code, 0);
      lodger_pending_unref (guests[i].pending);
      lodger_pending_unref (promises[i]);
    }
  room_close (&room);
  loop_close (&room.loop);
}
END_TEST

/* 0: its time is over. 1: it is cancelled. 2: its caller stops. */
START_TEST (a_spawned_call_that_gives_up_leaves_the_line)
{
  static const int codes[] = { LODGER_ETIMEDOUT, LODGER_ECANCELED, LODGER_ECANCELED };
  Room room;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Guest first = { .letter = 'a', .awaited = promise };
  Guest second = { .letter = 'b', .timeout = _i == 0 ? 1000 : LODGER_FOREVER };
  room_open (&room);
  send (&room, &first, visit);
  send (&room, &second, visit);
  loop_run (&room.loop);
  ck_assert_uint_eq (lodger_limiter_count_waiting (room.limiter), 1);
  if (_i == 0)
    lodger_manual_advance (room.loop.host, 1000);
  else if (_i == 1)
    lodger_pending_cancel (second.pending, NULL);
  else
    loop_close (&room.loop);
  if (_i < 2)
    {
      loop_run (&room.loop);
      ck_assert_uint_eq (lodger_limiter_count_waiting (room.limiter), 0);
      ck_assert_uint_eq (lodger_limiter_count_running (room.limiter), 1);
      lodger_pending_return_int (promise, 1);
      loop_close (&room.loop);
    }
  expect_code (second.code, codes[_i]);
  ck_assert_str_eq (room.letters, "aA");
  room_close (&room);
  lodger_pending_unref (first.pending);
  lodger_pending_unref (second.pending);
  lodger_pending_unref (promise);
}
END_TEST

START_TEST (a_spawned_call_that_returns_gives_its_place_back)
{
  Room room;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Guest first = { .awaited = promise }, second = { .letter = 'b', .timeout = LODGER_FOREVER };
  room_open (&room);
  send (&room, &first, forget);
  send (&room, &second, visit);
  loop_run (&room.loop);
  lodger_pending_return_int (promise, 1);
  log_capture_begin ();
  loop_run (&room.loop);
  ck_assert_uint_eq (log_capture_count_of ("without leaving its limiter"), 1);
  log_capture_end ();
  ck_assert_str_eq (room.letters, "bB");
  room_close (&room);
  lodger_pending_unref (first.pending);
  lodger_pending_unref (second.pending);
  lodger_pending_unref (promise);
  loop_close (&room.loop);
}
END_TEST

/* Whoever is inside waits for one that waits for the place. */
START_TEST (law_7_spawned_calls_that_wait_for_each_others_place_are_a_circle)
{
  Room room;
  Guest outside = { .letter = 'b', .timeout = LODGER_FOREVER }, inside = { .letter = 'a' };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  room_open (&room);
  inside.awaited = promise;
  send (&room, &inside, visit);
  send (&room, &outside, visit);
  loop_run (&room.loop);
  log_capture_begin ();
  lodger_pending_return_from (promise, outside.pending);
  loop_run (&room.loop);
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_end ();
  ck_assert_int_eq (inside.code + outside.code, LODGER_EDEADLK);
  lodger_pending_unref (inside.pending);
  lodger_pending_unref (outside.pending);
  lodger_pending_unref (promise);
  room_close (&room);
  loop_close (&room.loop);
}
END_TEST

int
main (int argc, char **argv)
{
  static const char *const ways[] = { "time", "cancel", "stop" };
  static const char prefix[] = "a_spawned_call_that_gives_up_leaves_the_line";
  Suite *suite = suite_create ("limiter-spawned");
  test_add (suite, edge_43_spawned_calls_wait_in_the_line_and_leave_their_thread);
  for (int i = 0; i < 3; i++)
    {
      char name[sizeof prefix + 8];
      strcat (strcat (strcpy (name, prefix), "/"), ways[i]);
      test_add_variant (suite, name, a_spawned_call_that_gives_up_leaves_the_line, i);
    }
  test_add (suite, a_spawned_call_that_returns_gives_its_place_back);
  test_add (suite, law_7_spawned_calls_that_wait_for_each_others_place_are_a_circle);
  return test_main (suite, argc, argv);
}
