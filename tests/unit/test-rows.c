/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of one kind, one after the other, are run in a row. Each is as it would be alone: what one of them does shows from
 * the next one on. The tests that come twice are for direct calls, and for calls with an outcome. */
#include "test-loop.h"
#include "test-suite.h"

#include <lodger/trace.h>
#include <string.h>

enum
{
  MANY = 5,
  SLICE_NS = 1000000
};

typedef struct Row
{
  Loop loop;
  char text[64]; /* what has happened, a letter each */
  int at;        /* the call in which `act` runs, from 0 */
  int ran;
  void (*act) (void);
  bool has_outcomes; /* the calls are no direct ones */
} Row;

static Row row;

static void
note (char what)
{
  const size_t length = strlen (row.text);
  ck_assert_uint_lt (length, sizeof row.text - 1);
  row.text[length] = what;
}

static void
call (void *data)
{
  note (*(const char *) data);
  if (row.ran++ == row.at)
    row.act ();
}

/* A letter that lives as long as the test. */
static void *
letter (char what)
{
  static char all[128];
  all[(int) what] = what;
  return &all[(int) what];
}

static void
call_soon (LodgerPending *self, void *data)
{
  (void) self;
  call (data);
}

static void
submit (const char *letters)
{
  for (; *letters != '\0'; letters++)
    if (row.has_outcomes)
      lodger_pending_disown (lodger_caller_call_soon (row.loop.caller, call_soon, letter (*letters), NULL));
    else
      expect_code (lodger_caller_call_direct (row.loop.caller, call, letter (*letters), NULL), 0);
}

static void
row_begin (int at, void (*act) (void), int way)
{
  row = (Row) { .loop = loop_open (LODGER_MANUAL_DEFAULT), .at = at, .act = act, .has_outcomes = way > 0 };
}

/* The whole row in one slice, then what is left. */
static void
row_end (const char *expected)
{
  loop_run (&row.loop);
  ck_assert_str_eq (row.text, expected);
  loop_close (&row.loop);
  ck_assert_str_eq (row.text, expected);
}

/* ---- order ------------------------------------------------------------------------------------------------------- */

static void
do_nothing (void)
{
}

START_TEST (law_2_a_row_is_run_in_order)
{
  row_begin (0, do_nothing, _i);
  submit ("abcdef");
  ck_assert (lodger_manual_iterate (row.loop.host, false));
  ck_assert_str_eq (row.text, "abcdef");
  row_end ("abcdef");
}
END_TEST

static void
stop (void)
{
  lodger_caller_stop (row.loop.caller, true);
}

START_TEST (law_4_a_stop_in_a_row_drops_the_rest)
{
  row_begin (1, stop, _i);
  submit ("abcd");
  row_end ("ab");
}
END_TEST

static void
nest (int rounds)
{
  note ('(');
  while (rounds-- > 0)
    lodger_manual_iterate (row.loop.host, false);
  note (')');
}

/* The first round asks for what the second one does. */
static void
nest_in_row (void)
{
  nest (2);
}

START_TEST (law_2_a_nested_loop_goes_on_with_the_row)
{
  row_begin (1, nest_in_row, _i);
  submit ("abcd");
  row_end ("ab(cd)");
}
END_TEST

static void
late (LodgerPending *self, void *data)
{
  (void) self;
  note (*(const char *) data);
}

/* The timer is due while the row runs. */
static void
resubmit (void)
{
  submit ("xy");
  lodger_manual_advance (row.loop.host, SLICE_NS / 10);
}

START_TEST (law_2_a_row_that_submits_lets_timers_come_before_that)
{
  row_begin (0, resubmit, _i);
  submit ("abc");
  lodger_pending_disown (lodger_caller_call_later (row.loop.caller, SLICE_NS / 10, late, letter ('T'), NULL));
  row_end ("abcTxy");
}
END_TEST

static void
exhaust (LodgerPending *self, void *data)
{
  late (self, data);
  lodger_manual_advance (row.loop.host, 2 * SLICE_NS);
}

/* The slice of the nested loop comes as far as the first of two timers that are due. */
static void
nest_in_timers (void)
{
  submit ("xy");
  lodger_manual_advance (row.loop.host, SLICE_NS / 10);
  lodger_manual_set_slice (row.loop.host, SLICE_NS);
  nest (1);
}

START_TEST (law_2_timers_that_a_nested_loop_has_left_come_before_the_row)
{
  row_begin (0, nest_in_timers, _i);
  lodger_manual_set_slice (row.loop.host, 10 * SLICE_NS);
  lodger_pending_disown (lodger_caller_call_later (row.loop.caller, SLICE_NS / 10, exhaust, letter ('S'), NULL));
  lodger_pending_disown (lodger_caller_call_later (row.loop.caller, SLICE_NS / 10, late, letter ('T'), NULL));
  submit ("ab");
  row_end ("a(bS)Txy");
}
END_TEST

static void
take_long (void)
{
  lodger_manual_advance (row.loop.host, 2 * SLICE_NS);
}

START_TEST (law_5_a_long_call_ends_its_row)
{
  row_begin (1, take_long, _i);
  submit ("abcd");
  ck_assert (lodger_manual_iterate (row.loop.host, false));
  ck_assert_str_eq (row.text, "ab");
  row_end ("abcd");
}
END_TEST

/* ---- each for itself --------------------------------------------------------------------------------------------- */

static void
destroy (void *data)
{
  (void) data;
  note ('~');
}

START_TEST (law_10_data_is_destroyed_before_the_next_call)
{
  row_begin (-1, do_nothing, _i);
  submit ("a");
  for (int i = 0; i < 3; i++)
    expect_code (lodger_caller_call_direct (row.loop.caller, call, letter ('d'), destroy), 0);
  submit ("bc");
  row_end ("ad~d~d~bc");
}
END_TEST

static void
trace (const LodgerTraceEvent *event, void *data)
{
  (void) data;
  if (event->kind == LODGER_TRACE_START)
    note ('<');
  if (event->kind == LODGER_TRACE_END)
    note ('>');
}

static void
begin_trace (void)
{
  lodger_set_trace_func (trace, NULL);
}

START_TEST (a_trace_that_begins_in_a_row_has_each_call)
{
  row_begin (1, begin_trace, _i);
  submit ("abcd");
  loop_run (&row.loop);
  lodger_set_trace_func (NULL, NULL);
  row_end ("ab><c><d>");
}
END_TEST

static void
watch (void)
{
  expect_code (lodger_watch_stalls (NULL), 0);
}

static void
call_named (void *data)
{
  char *dump;
  call (data);
  dump = lodger_dump ();
  if (strstr (dump, "the last call") != NULL)
    note ('!');
  lodger_free (dump);
}

START_TEST (law_7_a_watch_that_begins_in_a_row_sees_the_next_call)
{
  row_begin (0, watch, _i);
  expect_code (lodger_caller_call_direct (row.loop.caller, call_named, letter ('a'), NULL), 0);
  for (int i = 0; i < 2; i++)
    expect_code (lodger_caller_call_direct_full (row.loop.caller, call_named, letter ('b'), NULL,
                                                 LODGER_CALL_OPTIONS (.name = "the last call")),
                 0);
  loop_run (&row.loop);
  lodger_unwatch_stalls ();
  row_end ("ab!b!");
}
END_TEST

START_TEST (law_9_each_call_of_a_row_gives_its_space_in_a_bounded_inbox)
{
  const LodgerCallerOptions options = { .size = sizeof options, .inbox_limit = 3 };
  row = (Row) { .loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options), .at = -1, .has_outcomes = _i > 0 };
  for (int i = 0; i < MANY; i++)
    {
      submit ("abc");
      loop_run (&row.loop);
    }
  row_end ("abcabcabcabcabc");
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("rows");
  test_add_variants (suite, law_2_a_row_is_run_in_order, 2);
  test_add_variants (suite, law_4_a_stop_in_a_row_drops_the_rest, 2);
  test_add_variants (suite, law_2_a_nested_loop_goes_on_with_the_row, 2);
  test_add_variants (suite, law_2_a_row_that_submits_lets_timers_come_before_that, 2);
  test_add_variants (suite, law_2_timers_that_a_nested_loop_has_left_come_before_the_row, 2);
  test_add_variants (suite, law_5_a_long_call_ends_its_row, 2);
  test_add (suite, law_10_data_is_destroyed_before_the_next_call);
  test_add (suite, a_trace_that_begins_in_a_row_has_each_call);
  test_add (suite, law_7_a_watch_that_begins_in_a_row_sees_the_next_call);
  test_add_variants (suite, law_9_each_call_of_a_row_gives_its_space_in_a_bounded_inbox, 2);
  return test_main (suite, argc, argv);
}
