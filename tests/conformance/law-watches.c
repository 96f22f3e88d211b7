/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each host tells of watched descriptors, and the room that it leaves for the redraw. */
#define _GNU_SOURCE
#include "conformance.h"
#include "loop/watch.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* A pipe whose reading end is watched. */
typedef struct Watcher
{
  LodgerWatch watch; /* first */
  Subject *subject;
  int ends[2];
  int code;       /* of the begin */
  short events;   /* that are asked for */
  unsigned reads; /* bytes that `ready` takes */
  bool redraws;   /* `ready` asks for it */
  struct Watcher *ends_other;
  bool ends_itself;
  uint32_t revents;
  Counter told;
  Counter *also_told; /* Optional. */
} Watcher;

static void
ready (LodgerWatch *watch, uint32_t revents)
{
  Watcher *watcher = (Watcher *) watch;
  char byte;
  watcher->revents = revents;
  for (unsigned i = 0; i < watcher->reads; i++)
    test_check (read (watcher->ends[0], &byte, 1) == 1);
  if (watcher->redraws)
    {
      subject_spend (watcher->subject, SUBJECT_SPEND);
      watcher->subject->kind->request_redraw (watcher->subject);
    }
  if (watcher->ends_other != NULL)
    lodger__watch_end (&watcher->ends_other->watch);
  if (watcher->ends_itself)
    lodger__watch_end (watch);
  counter_add (&watcher->told, 1);
  if (watcher->also_told != NULL)
    counter_add (watcher->also_told, 1);
}

static void
begin (void *data)
{
  Watcher *watcher = data;
  watcher->code = lodger__watch_begin (&watcher->watch, watcher->ends[0], (uint32_t) watcher->events);
}

static void
end (void *data)
{
  lodger__watch_end (&((Watcher *) data)->watch);
}

static void
close_and_end (void *data)
{
  Watcher *watcher = data;
  close (watcher->ends[0]);
  watcher->ends[0] = -1;
  end (watcher);
}

static void
watcher_open (Watcher *watcher, Subject *subject)
{
  *watcher = (Watcher) {
    .watch = { .caller = subject->caller, .ready = ready }, .subject = subject, .reads = 1, .events = POLLIN
  };
  ck_assert_int_eq (pipe2 (watcher->ends, O_CLOEXEC), 0);
  counter_init (&watcher->told);
}

static void
watcher_begin (Watcher *watcher)
{
  subject_run_inside (watcher->subject, begin, watcher);
  ck_assert_int_eq (watcher->code, 0);
}

static void
watcher_close (Watcher *watcher)
{
  close (watcher->ends[0]);
  close (watcher->ends[1]);
  counter_clear (&watcher->told);
}

static void
give (Watcher *watcher, unsigned count)
{
  for (; count > 0; count--)
    ck_assert_int_eq (write (watcher->ends[1], "x", 1), 1);
}

START_TEST (a_watch_tells_of_a_hang_up_that_nobody_asked_for)
{
  Subject subject;
  Watcher watcher;
  subject_open (&subject, _i, false);
  watcher_open (&watcher, &subject);
  watcher.reads = 0;
  watcher.ends_itself = true;
  watcher_begin (&watcher);
  close (watcher.ends[1]);
  watcher.ends[1] = -1;
  subject_run_until (&subject, &watcher.told, 1);
  ck_assert_uint_eq (watcher.revents, POLLHUP);
  subject_close (&subject);
  watcher_close (&watcher);
}
END_TEST

START_TEST (a_watch_for_another_name_of_readable_is_told)
{
  Subject subject;
  Watcher watcher;
  subject_open (&subject, _i, false);
  watcher_open (&watcher, &subject);
  watcher.events = POLLRDNORM;
  watcher_begin (&watcher);
  give (&watcher, 1);
  subject_run_until (&subject, &watcher.told, 1);
  ck_assert_uint_eq (watcher.revents, POLLRDNORM);
  subject_close (&subject);
  watcher_close (&watcher);
}
END_TEST

START_TEST (a_watch_that_is_told_may_end_itself_and_another)
{
  Subject subject;
  Watcher watchers[2];
  Counter told;
  counter_init (&told);
  subject_open (&subject, _i, false);
  for (int i = 0; i < 2; i++)
    {
      watcher_open (&watchers[i], &subject);
      watchers[i].also_told = &told;
      watchers[i].ends_itself = true;
      watchers[i].ends_other = &watchers[1 - i];
      watcher_begin (&watchers[i]);
    }
  give (&watchers[0], 2);
  give (&watchers[1], 2);
  subject_run_until (&subject, &told, 1);
  for (int i = 0; i < 10; i++)
    subject_settle (&subject);
  ck_assert_int_eq (counter_get (&told), 1);
  subject_close (&subject);
  watcher_close (&watchers[0]);
  watcher_close (&watchers[1]);
  counter_clear (&told);
}
END_TEST

START_TEST (a_watch_ends_after_its_descriptor_was_closed)
{
  Subject subject;
  Watcher watcher, other;
  subject_open (&subject, _i, false);
  watcher_open (&watcher, &subject);
  watcher_open (&other, &subject);
  watcher_begin (&watcher);
  watcher_begin (&other);
  subject_run_inside (&subject, close_and_end, &watcher);
  give (&other, 1);
  subject_run_until (&subject, &other.told, 1);
  ck_assert_int_eq (counter_get (&watcher.told), 0);
  subject_close (&subject);
  watcher_close (&watcher);
  watcher_close (&other);
}
END_TEST

/* Nobody reads, so the descriptor is always ready. */
START_TEST (law_5_a_busy_descriptor_leaves_room_for_redraw)
{
  enum
  {
    TOLD = 200
  };
  Subject subject;
  Watcher watcher;
  subject_open (&subject, _i, true);
  watcher_open (&watcher, &subject);
  watcher.reads = 0;
  watcher.redraws = true;
  atomic_store (&subject.redraws, 0);
  watcher_begin (&watcher);
  give (&watcher, 1);
  subject_run_until (&subject, &watcher.told, TOLD);
  ck_assert_uint_ge (atomic_load (&subject.redraws), TOLD / 2 / (unsigned) (subject.kind->longest_run / 20 + 1));
  subject_run_inside (&subject, end, &watcher);
  subject_close (&subject);
  watcher_close (&watcher);
}
END_TEST

/* ---- among calls ---------------------------------------------------------------------------------------------- */

enum
{
  TOLD_AMID_CALLS = 20
};

static void
flood_call (void *data)
{
  Watcher *watcher = data;
  if (counter_get (&watcher->told) >= TOLD_AMID_CALLS)
    {
      counter_add (watcher->also_told, 1);
      return;
    }
  if (subject_is (watcher->subject, SUBJECT_VIRTUAL))
    subject_spend (watcher->subject, 1000);
  test_check (lodger_caller_call_direct (watcher->subject->caller, flood_call, watcher, NULL) == 0);
}

static void
flood_begin (void *data)
{
  for (int i = 0; i < 3; i++)
    test_check (lodger_caller_call_direct (((Watcher *) data)->subject->caller, flood_call, data, NULL) == 0);
}

/* Calls submit themselves until the descriptor, which nobody reads, has been told of often enough. */
START_TEST (law_5_a_flood_of_calls_leaves_room_for_descriptors)
{
  Subject subject;
  Watcher watcher;
  Counter over;
  counter_init (&over);
  subject_open (&subject, _i, false);
  watcher_open (&watcher, &subject);
  watcher.reads = 0;
  watcher.also_told = &over;
  watcher_begin (&watcher);
  subject_run_inside (&subject, flood_begin, &watcher);
  give (&watcher, 1);
  subject_run_until (&subject, &over, TOLD_AMID_CALLS + 3);
  subject_close (&subject);
  watcher_close (&watcher);
  counter_clear (&over);
}
END_TEST

START_TEST (law_5_a_call_in_each_turn_leaves_room_for_descriptors)
{
  Subject subject;
  Watcher watcher;
  subject_open (&subject, _i, false);
  watcher_open (&watcher, &subject);
  watcher.reads = 0;
  watcher_begin (&watcher);
  give (&watcher, 1);
  while (counter_get (&watcher.told) < TOLD_AMID_CALLS)
    subject_settle (&subject);
  subject_close (&subject);
  watcher_close (&watcher);
}
END_TEST

void
add_law_watches (Suite *suite)
{
  add_law (suite, a_watch_tells_of_a_hang_up_that_nobody_asked_for, 0, 0);
  add_law (suite, a_watch_for_another_name_of_readable_is_told, 0, 0);
  add_law (suite, a_watch_that_is_told_may_end_itself_and_another, 0, 0);
  add_edge (suite, a_watch_ends_after_its_descriptor_was_closed, 0, 0);
  add_law (suite, law_5_a_busy_descriptor_leaves_room_for_redraw, SUBJECT_REDRAWS, SUBJECT_VIRTUAL);
  add_law (suite, law_5_a_flood_of_calls_leaves_room_for_descriptors, 0, 0);
  add_law (suite, law_5_a_call_in_each_turn_leaves_room_for_descriptors, 0, 0);
}
