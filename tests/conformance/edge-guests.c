/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests on each kind of loop: they have their turn, are never forgotten, and leave room for all else. */
#include "conformance.h"
#include "test-guest.h"

#include <stdlib.h>
#include <string.h>

enum
{
  GUESTS = 2,
  EVENTS = 500
};

typedef struct Visited
{
  Subject subject;
  GuestLoop inside[GUESTS];
  LodgerGuest *guests[GUESTS];
  Counter events;
  long calls;
  long latest[GUESTS]; /* events of each */
  long apart;          /* by how much one was ahead of the other */
} Visited;

static void
start_guests (void *data)
{
  Visited *visited = data;
  for (int i = 0; i < GUESTS; i++)
    visited->guests[i] = guest_start (visited->subject.caller, &visited->inside[i]);
}

static void
count_event (GuestLoop *loop, void *data)
{
  Visited *visited = data;
  long apart;
  visited->latest[loop - visited->inside]++;
  apart = labs (visited->latest[0] - visited->latest[1]);
  if (apart > visited->apart)
    visited->apart = apart;
  if (visited->latest[loop - visited->inside] == EVENTS)
    loop->is_busy = false;
  counter_add (&visited->events, 1);
}

static void
visited_open (Visited *visited, int i, bool works)
{
  *visited = (Visited) { .calls = 0 };
  guest_register ();
  counter_init (&visited->events);
  subject_open (&visited->subject, i, works);
  visited->subject.clock_follows = true;
  for (int n = 0; n < GUESTS; n++)
    {
      guest_loop_init (&visited->inside[n]);
      visited->inside[n].func = count_event;
      visited->inside[n].data = visited;
    }
  subject_run_inside (&visited->subject, start_guests, visited);
}

static void
visited_close (Visited *visited)
{
  subject_close (&visited->subject);
  for (int n = 0; n < GUESTS; n++)
    {
      ck_assert_int_eq (atomic_load (&visited->inside[n].opens), 1);
      ck_assert_int_eq (atomic_load (&visited->inside[n].closes), 1);
      ck_assert_int_eq (visited->inside[n].depth, 0);
      ck_assert_int_eq (visited->inside[n].closed_in, visited->inside[n].opened_in);
      ck_assert (!visited->inside[n].was_dispatched_outside);
      ck_assert (!lodger_guest_is_running (visited->guests[n]));
      lodger_guest_unref (visited->guests[n]);
      guest_loop_clear (&visited->inside[n]);
    }
  counter_clear (&visited->events);
}

static void
make_busy (void *data)
{
  Visited *visited = data;
  for (int n = 0; n < GUESTS; n++)
    {
      visited->inside[n].is_busy = true;
      lodger_guest_kick (visited->guests[n]);
    }
}

/* ---- fair to each other, and to the rest ----------------------------------------------------------------------------- */

START_TEST (edge_67_two_guests_interleave)
{
  Visited visited;
  visited_open (&visited, _i, false);
  subject_run_inside (&visited.subject, make_busy, &visited);
  subject_run_until (&visited.subject, &visited.events, GUESTS * EVENTS);
  ck_assert_int_lt (visited.apart, EVENTS);
  visited_close (&visited);
}
END_TEST

static void
spend_event (GuestLoop *loop, void *data)
{
  Visited *visited = data;
  (void) loop;
  visited->latest[0]++;
  subject_spend (&visited->subject, SUBJECT_SPEND);
  if (visited->subject.kind->request_redraw != NULL)
    visited->subject.kind->request_redraw (&visited->subject);
  counter_add (&visited->events, 1);
}

static void
count_call (LodgerPending *self, void *data)
{
  Visited *visited = data;
  (void) self;
  visited->calls++;
  visited->latest[1] = visited->latest[0];
}

START_TEST (law_5_a_busy_guest_leaves_room_for_calls)
{
  enum
  {
    CALLS = 50
  };
  Visited visited;
  LodgerPending *pending = NULL;
  long before;
  visited_open (&visited, _i, false);
  for (int n = 0; n < GUESTS; n++)
    visited.inside[n].func = spend_event;
  subject_run_inside (&visited.subject, make_busy, &visited);
  subject_run_until (&visited.subject, &visited.events, 10);
  before = counter_get (&visited.events);
  for (int i = 0; i < CALLS; i++)
    {
      lodger_pending_unref (pending);
      pending = lodger_caller_call_soon (visited.subject.caller, count_call, &visited, NULL);
    }
  subject_run_until_done (&visited.subject, pending);
  lodger_pending_unref (pending);
  ck_assert_int_eq (visited.calls, CALLS);
  ck_assert_int_lt (counter_get (&visited.events) - before, 2000);
  visited_close (&visited);
}
END_TEST

static void
watch_redraws (GuestLoop *loop, void *data)
{
  Visited *visited = data;
  long redraws = (long) atomic_load (&visited->subject.redraws);
  if (redraws != visited->latest[0])
    visited->latest[1] = 0;
  visited->latest[0] = redraws;
  if (++visited->latest[1] > visited->apart)
    visited->apart = visited->latest[1];
  subject_spend (&visited->subject, SUBJECT_SPEND);
  visited->subject.kind->request_redraw (&visited->subject);
  if (counter_add (&visited->events, 1) >= EVENTS)
    loop->is_busy = false;
}

START_TEST (law_5_a_busy_guest_leaves_room_for_redraw)
{
  Visited visited;
  visited_open (&visited, _i, false);
  for (int n = 0; n < GUESTS; n++)
    visited.inside[n].func = watch_redraws;
  subject_run_inside (&visited.subject, make_busy, &visited);
  subject_run_until (&visited.subject, &visited.events, EVENTS);
  ck_assert_int_gt (visited.apart, 0);
  ck_assert_msg (visited.apart <= GUESTS * (visited.subject.kind->longest_run + 1), "%ld events between two redraws",
                 visited.apart);
  visited_close (&visited);
}
END_TEST

/* ---- never forgotten ------------------------------------------------------------------------------------------------- */

typedef struct Poster
{
  Visited *visited;
  int rounds;
} Poster;

static void *
post_again_and_again (void *data)
{
  Poster *poster = data;
  Visited *visited = poster->visited;
  for (int i = 0; i < poster->rounds; i++)
    {
      if (i % 2 == 0 && subject_is (&visited->subject, SUBJECT_SLEEPS))
        proc_wait_asleep (visited->subject.thread_id);
      guest_loop_post (&visited->inside[i % GUESTS]);
      counter_wait (&visited->events, i + 1);
    }
  return NULL;
}

START_TEST (law_6_an_event_of_a_guest_wakes_a_sleeping_loop)
{
  Visited visited;
  Poster poster = { &visited, (int) test_scaled (300) };
  pthread_t thread;
  visited_open (&visited, _i, false);
  thread = thread_start (post_again_and_again, &poster);
  subject_run_until (&visited.subject, &visited.events, poster.rounds);
  thread_join (thread);
  visited_close (&visited);
}
END_TEST

static bool
has_to_be_kicked (const Visited *visited)
{
  return strstr (visited->subject.kind->name, "no-before-wait") != NULL;
}

/* What the host's own call-backs do stands between two of its iterations here. */
START_TEST (edge_71_what_a_call_back_of_the_host_does_is_noticed)
{
  Visited visited;
  visited_open (&visited, _i, false);
  subject_settle (&visited.subject);
  for (int i = 0; i < 100; i++)
    {
      guest_loop_add (&visited.inside[i % GUESTS]);
      if (has_to_be_kicked (&visited))
        lodger_guest_kick (visited.guests[i % GUESTS]);
      subject_run_until (&visited.subject, &visited.events, i + 1);
    }
  visited_close (&visited);
}
END_TEST

static void
set_timers (void *data)
{
  Visited *visited = data;
  for (int n = 0; n < GUESTS; n++)
    visited->inside[n].timer = test_now () + (n + 1) * LODGER_MILLISECONDS (3);
}

START_TEST (edge_71_a_timer_that_a_call_sets_comes)
{
  Visited visited;
  visited_open (&visited, _i, false);
  subject_settle (&visited.subject);
  for (int i = 1; i <= 5; i++)
    {
      subject_run_inside (&visited.subject, set_timers, &visited);
      subject_run_until (&visited.subject, &visited.events, i * GUESTS);
    }
  visited_close (&visited);
}
END_TEST

static void *
kick_again_and_again (void *data)
{
  Visited *visited = data;
  for (int i = 0; i < (int) test_scaled (20000); i++)
    lodger_guest_kick (visited->guests[i % GUESTS]);
  for (int n = 0; n < GUESTS; n++)
    {
      guest_loop_add (&visited->inside[n]);
      lodger_guest_kick (visited->guests[n]);
    }
  return NULL;
}

START_TEST (edge_72_kicks_of_other_threads_are_harmless)
{
  enum
  {
    THREADS = 3
  };
  Visited visited;
  pthread_t threads[THREADS];
  visited_open (&visited, _i, false);
  for (int i = 0; i < THREADS; i++)
    threads[i] = thread_start (kick_again_and_again, &visited);
  subject_run_until (&visited.subject, &visited.events, THREADS * GUESTS);
  for (int i = 0; i < THREADS; i++)
    thread_join (threads[i]);
  visited_close (&visited);
}
END_TEST

/* ---- nested loops ---------------------------------------------------------------------------------------------------- */

static void
nest_event (GuestLoop *loop, void *data)
{
  Visited *visited = data;
  long at = counter_get (&visited->events);
  counter_add (&visited->events, 1);
  if (at > 0)
    return;
  visited->inside[0].func = visited->inside[1].func = nest_event;
  guest_loop_add (&visited->inside[0]);
  guest_loop_add (&visited->inside[1]);
  lodger_guest_kick (visited->guests[0]);
  lodger_guest_kick (visited->guests[1]);
  lodger_pending_unref (lodger_caller_call_soon (visited->subject.caller, count_call, visited, NULL));
  while (counter_get (&visited->events) < 3 || visited->calls < 1)
    visited->subject.kind->nest (&visited->subject);
  ck_assert_int_eq (loop->depth, 1);
}

START_TEST (edge_73_a_nested_loop_in_a_guest_serves_guests_and_calls)
{
  Visited visited;
  visited_open (&visited, _i, false);
  for (int n = 0; n < GUESTS; n++)
    visited.inside[n].func = nest_event;
  guest_loop_add (&visited.inside[0]);
  lodger_guest_kick (visited.guests[0]);
  subject_run_until (&visited.subject, &visited.events, 3);
  ck_assert_int_eq (visited.calls, 1);
  visited_close (&visited);
}
END_TEST

/* ---- idle ------------------------------------------------------------------------------------------------------------ */

START_TEST (edge_74_sleeping_and_dead_guests_cause_no_wake_up)
{
  enum
  {
    TURNS = 50
  };
  Visited visited;
  long before[GUESTS];
  visited_open (&visited, _i, false);
  subject_settle (&visited.subject);
  visited.inside[1].is_dead = true;
  for (int i = 0; i < 10; i++)
    visited.subject.kind->nest (&visited.subject);
  for (int n = 0; n < GUESTS; n++)
    before[n] = atomic_load (&visited.inside[n].dispatches);
  for (int i = 0; i < TURNS; i++)
    visited.subject.kind->nest (&visited.subject);
  for (int n = 0; n < GUESTS; n++)
    {
      ck_assert_int_eq (atomic_load (&visited.inside[n].dispatches), before[n]);
      ck_assert_int_eq (atomic_load (&visited.inside[n].events), 0);
    }
  visited_close (&visited);
}
END_TEST

void
add_edge_guests (Suite *suite)
{
  add_law (suite, edge_67_two_guests_interleave, 0, 0);
  add_law (suite, law_5_a_busy_guest_leaves_room_for_calls, 0, 0);
  add_law (suite, law_5_a_busy_guest_leaves_room_for_redraw, SUBJECT_REDRAWS, 0);
  add_law (suite, law_6_an_event_of_a_guest_wakes_a_sleeping_loop, SUBJECT_SLEEPS, 0);
  add_law (suite, edge_71_what_a_call_back_of_the_host_does_is_noticed, 0, SUBJECT_DRIVEN);
  add_law (suite, edge_71_a_timer_that_a_call_sets_comes, 0, 0);
  add_law (suite, edge_72_kicks_of_other_threads_are_harmless, 0, 0);
  add_law (suite, edge_73_a_nested_loop_in_a_guest_serves_guests_and_calls, SUBJECT_NESTS, SUBJECT_DRIVEN);
  add_law (suite, edge_74_sleeping_and_dead_guests_cause_no_wake_up, SUBJECT_NESTS, SUBJECT_DRIVEN);
}
