/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A libuv loop as guest in other loops. */
#include "subject.h"
#include "test-uv.h"

#include <lodger-manual.h>
#include <lodger-uv.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MS INT64_C (1000000)

static const char *const outer_loops[] = { "manual-real",  "manual-real-no-before-wait",
                                           "native",
#ifdef LODGER_HAVE_GLIB
                                           "glib-default", "glib-worker",
#endif
                                           "uv",           "uv-worker" };

enum
{
  OUTER_LOOPS = sizeof outer_loops / sizeof *outer_loops
};

/* Another loop, with a libuv loop of the program's as guest. */
typedef struct Place
{
  Subject subject;
  uv_loop_t loop;
  LodgerUvGuestOptions options;
} Place;

static void
place_open (Place *place, const char *outer)
{
  *place = (Place) { .options = { .size = sizeof place->options, .loop = &place->loop } };
  expect_code (lodger_uv_register (), 0);
  ck_assert_int_eq (uv_loop_init (&place->loop), 0);
  subject_open (&place->subject, subject_find (outer), false);
}

static void
place_close (Place *place)
{
  subject_close (&place->subject);
  uv_run (&place->loop, UV_RUN_DEFAULT);
  ck_assert_int_eq (uv_loop_close (&place->loop), 0);
}

static LodgerPending *
call_inside (Place *place, LodgerCallFunc func, void *data)
{
  return lodger_caller_call_using_backend (place->subject.caller, "uv", &place->options, func, data, NULL);
}

/* ---- what libuv can do ------------------------------------------------------------------------------------------- */

START_TEST (libuv_completes_in_the_hosts_thread)
{
  static UvErrand errands[UV_ERRANDS];
  LodgerPending *pendings[UV_ERRANDS];
  Place place;
  place_open (&place, outer_loops[_i]);
  for (int k = 0; k < UV_ERRANDS; k++)
    {
      int64_t rounds = 0;
      errands[k].kind = &uv_errand_kinds[k];
      pendings[0] = call_inside (&place, uv_errand_call, &errands[k]);
      subject_await (&place.subject, pendings[0]);
      expect_code (lodger_pending_get_int (pendings[0], &rounds), 0);
      ck_assert_int_gt (rounds, 0);
      ck_assert_int_eq (errands[k].thread_id, place.subject.thread_id);
      ck_assert_ptr_eq (errands[k].loop, &place.loop);
      lodger_pending_unref (pendings[0]);
    }
  for (int k = 0; k < UV_ERRANDS; k++)
    pendings[k] = call_inside (&place, uv_errand_call, &errands[k]);
  for (int k = 0; k < UV_ERRANDS; k++)
    expect_code (subject_outcome (&place.subject, pendings[k]), 0);
  place_close (&place);
}
END_TEST

/* ---- loops of the guest's own, and of the program's -------------------------------------------------------------- */

static void
note_loop (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_pointer (self, lodger_uv_get_loop (), NULL);
}

static uv_loop_t *
loop_of (Subject *subject, const LodgerUvGuestOptions *options)
{
  LodgerPending *pending = lodger_caller_call_using_backend (subject->caller, "uv", options, note_loop, NULL, NULL);
  void *loop = NULL;
  subject_await (subject, pending);
  expect_code (lodger_pending_get_pointer (pending, &loop), 0);
  lodger_pending_unref (pending);
  return loop;
}

START_TEST (without_a_loop_the_guest_has_one_of_its_own)
{
  ProcCount before;
  for (int i = 0; i < 2; i++)
    {
      Subject subject;
      uv_loop_t *own;
      expect_code (lodger_uv_register (), 0);
      before = proc_count ();
      subject_open (&subject, subject_find ("manual-real"), false);
      own = loop_of (&subject, NULL);
      ck_assert_ptr_nonnull (own);
      ck_assert_ptr_ne (own, uv_default_loop ());
      ck_assert_ptr_eq (loop_of (&subject, NULL), own);
      ck_assert_ptr_eq (loop_of (&subject, LODGER_UV_GUEST_OPTIONS ()), own);
      ck_assert_ptr_eq (loop_of (&subject, LODGER_UV_GUEST_OPTIONS (.loop = uv_default_loop ())), uv_default_loop ());
      ck_assert_ptr_null (lodger_uv_get_loop ());
      subject_close (&subject);
    }
  proc_expect_restored (before);
}
END_TEST

/* The host's own loop needs no guest. */
START_TEST (a_call_in_the_hosts_own_loop_is_a_plain_call)
{
  uv_loop_t loop;
  LodgerCaller *caller;
  LodgerPending *pending;
  void *where = NULL;
  ck_assert_int_eq (uv_loop_init (&loop), 0);
  caller = lodger_uv_attach (&loop, NULL);
  pending = lodger_caller_call_using_backend (caller, "uv", _i == 0 ? NULL : LODGER_UV_GUEST_OPTIONS (.loop = &loop),
                                              note_loop, NULL, NULL);
  while (!lodger_pending_is_done (pending))
    uv_run (&loop, UV_RUN_ONCE);
  expect_code (lodger_pending_get_pointer (pending, &where), 0);
  ck_assert_ptr_eq (where, &loop);
  lodger_pending_unref (pending);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  uv_run (&loop, UV_RUN_DEFAULT);
  ck_assert_int_eq (uv_loop_close (&loop), 0);
}
END_TEST

static void *
start_elsewhere (void *data)
{
  Place *place = data;
  Subject other;
  LodgerError *error = NULL;
  LodgerGuest *guest;
  subject_open (&other, subject_find ("manual-real"), false);
  guest = lodger_guest_start (other.caller, "uv", &place->options, &error);
  test_check (guest == NULL && lodger_error_get_code (error) == LODGER_EALREADY);
  lodger_error_unref (error);
  subject_close (&other);
  return NULL;
}

START_TEST (a_loop_that_another_thread_serves_is_refused)
{
  Place place;
  place_open (&place, "manual-real");
  ck_assert_ptr_eq (loop_of (&place.subject, &place.options), &place.loop);
  log_capture_begin ();
  thread_join (thread_start (start_elsewhere, &place));
  log_capture_end ();
  place_close (&place);
}
END_TEST

/* ---- handles that are left --------------------------------------------------------------------------------------- */

static void
never (uv_timer_t *timer)
{
  (void) timer;
  test_fail ("a timer of an hour came");
}

static void
start_timer (LodgerPending *self, void *timer)
{
  (void) self;
  uv_timer_init (lodger_uv_get_loop (), timer);
  uv_timer_start (timer, never, 3600 * 1000, 0);
}

START_TEST (what_is_left_in_a_guests_own_loop_is_told)
{
  Subject subject;
  uv_timer_t timer;
  LodgerGuest *guest;
  expect_code (lodger_uv_register (), 0);
  subject_open (&subject, subject_find ("manual-real"), false);
  guest = lodger_guest_start (subject.caller, "uv", NULL, NULL);
  expect_code (subject_outcome (
                   &subject, lodger_caller_call_using_backend (subject.caller, "uv", NULL, start_timer, &timer, NULL)),
               0);
  log_capture_begin ();
  expect_code (lodger_guest_end (guest), 0);
  ck_assert (log_capture_has ("1 of the program's handles"));
  log_capture_end ();
  lodger_guest_unref (guest);
  subject_close (&subject);
}
END_TEST

START_TEST (the_programs_loop_lives_on_with_its_handles)
{
  Place place;
  uv_timer_t timer;
  place_open (&place, "manual-real");
  expect_code (subject_outcome (&place.subject, call_inside (&place, start_timer, &timer)), 0);
  subject_close (&place.subject);
  ck_assert (uv_loop_alive (&place.loop));
  ck_assert (uv_is_active ((uv_handle_t *) &timer));
  uv_close ((uv_handle_t *) &timer, NULL);
  uv_run (&place.loop, UV_RUN_DEFAULT);
  ck_assert_int_eq (uv_loop_close (&place.loop), 0);
}
END_TEST

/* ---- what the host sees ------------------------------------------------------------------------------------------ */

/* Nothing, and a timer of an hour. */
START_TEST (a_loop_with_nothing_to_do_lets_the_host_sleep)
{
  Place place;
  uv_timer_t timer;
  LodgerPending *pending;
  place_open (&place, "manual-real");
  loop_of (&place.subject, &place.options);
  lodger_manual_run_until_idle (place.subject.impl);
  for (int i = 0; i < 5; i++)
    ck_assert (!lodger_manual_iterate (place.subject.impl, false));
  pending = call_inside (&place, start_timer, &timer);
  lodger_manual_run_until_idle (place.subject.impl);
  expect_code (subject_outcome (&place.subject, pending), 0);
  lodger_manual_run_until_idle (place.subject.impl);
  for (int i = 0; i < 5; i++)
    ck_assert (!lodger_manual_iterate (place.subject.impl, false));
  uv_close ((uv_handle_t *) &timer, NULL);
  place_close (&place);
}
END_TEST

static void
count (uv_timer_t *timer)
{
  counter_add (timer->data, 1);
  uv_close ((uv_handle_t *) timer, NULL);
}

static void
count_readable (uv_poll_t *poll, int status, int events)
{
  (void) events;
  ck_assert_int_eq (status, 0);
  counter_add (poll->data, 1);
  uv_close ((uv_handle_t *) poll, NULL);
}

/* Only a host without before_wait has to be told. */
static void
kick (Place *place, LodgerGuest *guest)
{
  if (strstr (place->subject.kind->name, "no-before-wait") != NULL)
    expect_code (lodger_guest_kick (guest), 0);
}

/* Handles are started outside of Lodger, as in a call-back of the host's. */
START_TEST (what_the_hosts_own_code_starts_in_a_guest_is_noticed)
{
  Place place;
  uv_timer_t timer;
  uv_poll_t poll;
  Counter ran;
  LodgerGuest *guest;
  int ends[2];
  counter_init (&ran);
  ck_assert_int_eq (pipe (ends), 0);
  place_open (&place, outer_loops[_i]);
  guest = lodger_guest_start (place.subject.caller, "uv", &place.options, NULL);
  uv_timer_init (&place.loop, &timer);
  timer.data = poll.data = &ran;
  uv_timer_start (&timer, count, 2, 0);
  kick (&place, guest);
  subject_run_until (&place.subject, &ran, 1);
  uv_poll_init (&place.loop, &poll, ends[0]);
  uv_poll_start (&poll, UV_READABLE, count_readable);
  kick (&place, guest);
  ck_assert_int_eq (write (ends[1], "x", 1), 1);
  subject_run_until (&place.subject, &ran, 2);
  lodger_guest_unref (guest);
  place_close (&place);
  close (ends[0]);
  close (ends[1]);
  counter_clear (&ran);
}
END_TEST

/* ---- nested loops ------------------------------------------------------------------------------------------------ */

typedef struct Nest
{
  Place place;
  uv_timer_t outer, inner;
  Recorder call;
  Counter inner_ran;
  int calls_inside, inner_inside;
} Nest;

static void
nest_in_timer (uv_timer_t *timer)
{
  Nest *nest = timer->data;
  uv_timer_start (&nest->inner, count, 0, 0);
  lodger_caller_call_direct (nest->place.subject.caller, recorder_direct, &nest->call, NULL);
  while (atomic_load (&nest->call.ran) == 0)
    nest->place.subject.kind->nest (&nest->place.subject);
  for (int i = 0; i < 100; i++)
    nest->place.subject.kind->nest (&nest->place.subject);
  nest->inner_inside = (int) counter_get (&nest->inner_ran);
  uv_close ((uv_handle_t *) timer, NULL);
}

static void
begin_nest (LodgerPending *self, void *data)
{
  Nest *nest = data;
  (void) self;
  uv_timer_init (&nest->place.loop, &nest->outer);
  uv_timer_init (&nest->place.loop, &nest->inner);
  nest->outer.data = nest;
  nest->inner.data = &nest->inner_ran;
  uv_timer_start (&nest->outer, nest_in_timer, 1, 0);
}

/* Calls go on. libuv cannot, and goes on afterwards. */
START_TEST (a_guest_rests_while_its_own_call_back_runs_a_nested_loop)
{
  Nest nest = { 0 };
  counter_init (&nest.inner_ran);
  place_open (&nest.place, outer_loops[_i]);
  expect_code (subject_outcome (&nest.place.subject, call_inside (&nest.place, begin_nest, &nest)), 0);
  subject_run_until (&nest.place.subject, &nest.inner_ran, 1);
  ck_assert_int_eq (nest.inner_inside, 0);
  recorder_expect (&nest.call, 1, 0);
  place_close (&nest.place);
  counter_clear (&nest.inner_ran);
}
END_TEST

/* Another guest of the same loop is inside. */
typedef struct Twice
{
  Place place;
  LodgerGuest *guest;
  uv_timer_t timer;
  Counter ran;
  unsigned depth, deepest;
  LodgerReply *reply;
} Twice;

static void
end_and_start_anew (uv_timer_t *timer)
{
  Twice *twice = timer->data;
  if (++twice->depth > twice->deepest)
    twice->deepest = twice->depth;
  if (counter_get (&twice->ran) == 0)
    {
      expect_code (lodger_guest_end (lodger_guest_current ()), 0);
      twice->guest = lodger_guest_start (twice->place.subject.caller, "uv", &twice->place.options, NULL);
      ck_assert_ptr_nonnull (twice->guest);
      uv_timer_start (timer, end_and_start_anew, 0, 0);
      counter_add (&twice->ran, 1);
      for (int i = 0; i < 20; i++)
        twice->place.subject.kind->nest (&twice->place.subject);
    }
  else
    counter_add (&twice->ran, 1);
  twice->depth--;
}

static void
begin_timer (LodgerPending *self, void *data)
{
  Twice *twice = data;
  (void) self;
  uv_timer_init (&twice->place.loop, &twice->timer);
  twice->timer.data = twice;
  uv_timer_start (&twice->timer, end_and_start_anew, 0, 0);
}

static void
close_timer (LodgerPending *self, void *data)
{
  (void) self;
  uv_close ((uv_handle_t *) &((Twice *) data)->timer, NULL);
}

START_TEST (a_loop_that_is_run_is_not_run_again_by_another_guest)
{
  Twice twice = { .depth = 0 };
  counter_init (&twice.ran);
  place_open (&twice.place, outer_loops[_i]);
  expect_code (subject_outcome (&twice.place.subject, call_inside (&twice.place, begin_timer, &twice)), 0);
  subject_run_until (&twice.place.subject, &twice.ran, 2);
  ck_assert_uint_eq (twice.deepest, 1);
  expect_code (subject_outcome (&twice.place.subject, call_inside (&twice.place, close_timer, &twice)), 0);
  lodger_guest_unref (twice.guest);
  place_close (&twice.place);
  counter_clear (&twice.ran);
}
END_TEST

/* ---- slices ------------------------------------------------------------------------------------------------------ */

static void
spin (uv_idle_t *idle)
{
  counter_add (idle->data, 1);
}

typedef struct Busy
{
  uv_idle_t idle;
  Counter spins;
} Busy;

static void
begin_spin (LodgerPending *self, void *data)
{
  Busy *busy = data;
  (void) self;
  uv_idle_init (lodger_uv_get_loop (), &busy->idle);
  busy->idle.data = &busy->spins;
  uv_idle_start (&busy->idle, spin);
}

static void
end_spin (LodgerPending *self, void *data)
{
  (void) self;
  uv_close (data, NULL);
}

START_TEST (law_5_a_guest_without_rest_leaves_room_for_calls)
{
  Place place;
  Busy busy;
  counter_init (&busy.spins);
  place_open (&place, outer_loops[_i]);
  expect_code (subject_outcome (&place.subject, call_inside (&place, begin_spin, &busy)), 0);
  for (int i = 0; i < 20; i++)
    {
      subject_settle (&place.subject);
      subject_run_until (&place.subject, &busy.spins, counter_get (&busy.spins) + 1);
    }
  expect_code (subject_outcome (&place.subject, call_inside (&place, end_spin, &busy.idle)), 0);
  place_close (&place);
  counter_clear (&busy.spins);
}
END_TEST

static void
add_on_each (Suite *suite, const TTest *test, unsigned traits, unsigned not_traits)
{
  for (int i = 0; i < OUTER_LOOPS; i++)
    {
      const SubjectKind *kind = subject_kinds[subject_find (outer_loops[i])];
      char name[160];
      if ((kind->traits & traits) != traits || (kind->traits & not_traits) != 0)
        continue;
      snprintf (name, sizeof name, "%s/%s", test->name, outer_loops[i]);
      test_add_variant (suite, name, test, i);
    }
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("uv-guest");
  add_on_each (suite, libuv_completes_in_the_hosts_thread, 0, 0);
  test_add (suite, without_a_loop_the_guest_has_one_of_its_own);
  test_add_variant (suite, "a_call_in_the_hosts_own_loop_is_a_plain_call/by_name",
                    a_call_in_the_hosts_own_loop_is_a_plain_call, 0);
  test_add_variant (suite, "a_call_in_the_hosts_own_loop_is_a_plain_call/by_loop",
                    a_call_in_the_hosts_own_loop_is_a_plain_call, 1);
  test_add (suite, a_loop_that_another_thread_serves_is_refused);
  test_add (suite, what_is_left_in_a_guests_own_loop_is_told);
  test_add (suite, the_programs_loop_lives_on_with_its_handles);
  test_add (suite, a_loop_with_nothing_to_do_lets_the_host_sleep);
  add_on_each (suite, what_the_hosts_own_code_starts_in_a_guest_is_noticed, 0, SUBJECT_DRIVEN);
  add_on_each (suite, a_guest_rests_while_its_own_call_back_runs_a_nested_loop, SUBJECT_NESTS, 0);
  add_on_each (suite, a_loop_that_is_run_is_not_run_again_by_another_guest, SUBJECT_NESTS, 0);
  add_on_each (suite, law_5_a_guest_without_rest_leaves_room_for_calls, 0, 0);
  return test_main (suite, argc, argv);
}
