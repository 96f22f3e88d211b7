/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

/* Calls that let others run, and the turns in which they go on. */

typedef struct Trail
{
  Loop loop;
  char letters[64];
  unsigned yields;
  int64_t step; /* how long it takes between two of them */
  int code;
} Trail;

static void
note (Trail *trail, char letter)
{
  size_t length = strlen (trail->letters);
  ck_assert_uint_lt (length, sizeof trail->letters - 1);
  trail->letters[length] = letter;
}

static void
note_b (LodgerPending *self, void *data)
{
  (void) self;
  note (data, 'b');
}

static void
call_b (Trail *trail)
{
  lodger_pending_disown (lodger_caller_call_soon (trail->loop.caller, note_b, trail, NULL));
}

static void
spawn (Trail *trail, LodgerCallFunc func)
{
  lodger_pending_disown (lodger_caller_spawn (trail->loop.caller, func, trail, NULL));
}

static void
yield_and_call (LodgerPending *self, void *data)
{
  Trail *trail = data;
  (void) self;
  note (trail, '1');
  call_b (trail);
  expect_code (lodger_yield (), 0);
  note (trail, '2');
  call_b (trail);
  expect_code (lodger_yield (), 0);
  note (trail, '3');
}

START_TEST (a_yield_is_after_what_was_in_the_inbox_by_then)
{
  Trail trail = { .loop = loop_open (LODGER_MANUAL_DEFAULT) };
  spawn (&trail, yield_and_call);
  spawn (&trail, yield_and_call);
  loop_run (&trail.loop);
  ck_assert_str_eq (trail.letters, "11bb22bb33");
  loop_close (&trail.loop);
}
END_TEST

static void
yield_slowly (LodgerPending *self, void *data)
{
  Trail *trail = data;
  (void) self;
  do
    {
      note (trail, 'y');
      lodger_manual_advance (trail->loop.host, trail->step);
    }
  while (trail->yields-- > 0 && (trail->code = lodger_yield ()) == 0);
}

/* A slice has a millisecond. */
START_TEST (a_slice_ends_among_yields)
{
  Trail trail = { .loop = loop_open (LODGER_MANUAL_DEFAULT), .yields = 20, .step = 400000 };
  lodger_manual_set_slice (trail.loop.host, 1000000);
  spawn (&trail, yield_slowly);
  lodger_manual_iterate (trail.loop.host, false);
  ck_assert_str_eq (trail.letters, "yyy");
  lodger_manual_iterate (trail.loop.host, false);
  ck_assert_str_eq (trail.letters, "yyyyyy");
  loop_run (&trail.loop);
  ck_assert_uint_eq (strlen (trail.letters), 21);
  loop_close (&trail.loop);
}
END_TEST

/* The clock is not looked at each time: a few more yields may come after the time is over, and no more. */
START_TEST (a_slice_ends_after_yields_that_were_quick)
{
  Trail trail = { .loop = loop_open (LODGER_MANUAL_DEFAULT), .yields = 30, .step = 0 };
  unsigned quick;
  lodger_manual_set_slice (trail.loop.host, 1000000);
  spawn (&trail, yield_slowly);
  lodger_manual_iterate (trail.loop.host, false);
  quick = (unsigned) strlen (trail.letters);
  ck_assert_uint_eq (quick, 31);
  trail.yields = 30;
  trail.step = 1000000;
  memset (trail.letters, 0, sizeof trail.letters);
  spawn (&trail, yield_slowly);
  lodger_manual_iterate (trail.loop.host, false);
  ck_assert_uint_le (strlen (trail.letters), 4);
  loop_run (&trail.loop);
  loop_close (&trail.loop);
}
END_TEST

static void
note_and_yield (LodgerPending *self, void *data)
{
  Trail *trail = data;
  (void) self;
  note (trail, 'a');
  trail->code = lodger_yield ();
  note (trail, 'c');
}

START_TEST (a_stop_ends_a_call_that_has_yielded)
{
  Trail trail = { .loop = loop_open (LODGER_MANUAL_DEFAULT) };
  lodger_manual_set_slice (trail.loop.host, 0);
  spawn (&trail, note_and_yield);
  lodger_manual_iterate (trail.loop.host, false);
  ck_assert_str_eq (trail.letters, "a");
  loop_close (&trail.loop);
  ck_assert_str_eq (trail.letters, "ac");
  expect_code (trail.code, LODGER_ECANCELED);
}
END_TEST

static void
nest (LodgerPending *self, void *data)
{
  Trail *trail = data;
  (void) self;
  note (trail, '(');
  loop_run (&trail->loop);
  note (trail, ')');
}

START_TEST (a_nested_loop_goes_on_with_what_has_yielded)
{
  Trail trail = { .loop = loop_open (LODGER_MANUAL_DEFAULT) };
  spawn (&trail, note_and_yield);
  lodger_pending_disown (lodger_caller_call_soon (trail.loop.caller, nest, &trail, NULL));
  loop_run (&trail.loop);
  ck_assert_str_eq (trail.letters, "a(c)");
  expect_code (trail.code, 0);
  loop_close (&trail.loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber-turns");
  test_add (suite, a_yield_is_after_what_was_in_the_inbox_by_then);
  test_add (suite, a_slice_ends_among_yields);
  test_add (suite, a_slice_ends_after_yields_that_were_quick);
  test_add (suite, a_stop_ends_a_call_that_has_yielded);
  test_add (suite, a_nested_loop_goes_on_with_what_has_yielded);
  return test_main (suite, argc, argv);
}
