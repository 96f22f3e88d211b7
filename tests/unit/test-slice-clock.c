/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the clock is not read after each call, a long call is seen all the same: what runs after it in its slice is
 * counted. Nothing here depends on how fast the machine is. A slice that ends early for that only has fewer calls. */
#include "test-loop.h"
#include "test-minimal-host.h"
#include "test-suite.h"

#include <stdio.h>

enum
{
  LONG_NS = 5000000, /* more than any slice */
  BLIND = 3          /* of the same function, which was quick so far */
};

typedef struct Shift
{
  MinimalHost minimal;
  LodgerManualHost *manual; /* or this one: its clock is moved by hand */
  LodgerCaller *caller;
  bool has_been_long; /* in this slice */
  int after;          /* calls since */
  int ran;
} Shift;

typedef struct Work
{
  Shift *shift;
  bool is_long;
} Work;

static void
work (Work *data)
{
  Shift *shift = data->shift;
  const int64_t until = test_now () + LONG_NS;
  shift->ran++;
  shift->after += shift->has_been_long ? 1 : 0;
  if (!data->is_long)
    return;
  shift->has_been_long = true;
  if (shift->manual != NULL)
    lodger_manual_advance (shift->manual, LONG_NS);
  else
    while (test_now () < until)
      continue;
}

static void
work_one (void *data)
{
  work (data);
}

static void
work_other (void *data)
{
  work (data);
  atomic_signal_fence (memory_order_seq_cst); /* so that it is another function */
}

static void
work_soon (LodgerPending *self, void *data)
{
  (void) self;
  work (data);
}

/* ---- where it runs ----------------------------------------------------------------------------------------------- */

static int64_t
short_slice_ns (void *impl)
{
  (void) impl;
  return 100000;
}

/* On the system's clock; or, if its slice is to be short, with one for which the clock is read each time. */
static void
shift_begin (Shift *shift, bool is_short)
{
  static LodgerHostOps ops;
  static LodgerHostDriver driver;
  MinimalHost *minimal = &shift->minimal;
  LodgerCallerOptions options = { .size = sizeof options, .host = "short", .host_options = &minimal };
  *shift = (Shift) { .manual = NULL };
  pthread_mutex_init (&shift->minimal.mutex, NULL);
  ops = minimal_host_ops;
  ops.name = "short";
  ops.slice_ns = is_short ? short_slice_ns : NULL;
  driver = minimal_host_driver;
  driver.ops = &ops;
  expect_code (lodger_host_register (&driver), 0);
  shift->caller = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, &options, NULL);
  ck_assert_ptr_nonnull (shift->caller);
  minimal_host_run (&shift->minimal);
}

static void
shift_end (Shift *shift)
{
  lodger_caller_stop (shift->caller, true);
  minimal_host_run (&shift->minimal);
  ck_assert_int_eq (lodger_caller_get_state (shift->caller), LODGER_CALLER_STOPPED);
  lodger_caller_unref (shift->caller);
  pthread_mutex_destroy (&shift->minimal.mutex);
}

static void
shift_begin_manual (Shift *shift, Loop *loop)
{
  *loop = loop_open (LODGER_MANUAL_DEFAULT);
  *shift = (Shift) { .manual = loop->host, .caller = loop->caller };
}

static bool
run_slice (Shift *shift)
{
  LodgerHostNode *node;
  shift->has_been_long = false;
  if (shift->manual != NULL)
    return lodger_manual_iterate (shift->manual, false);
  node = minimal_host_take_node (&shift->minimal);
  if (node != NULL)
    lodger_host_run_node (node);
  return node != NULL;
}

/* ---- what it runs ------------------------------------------------------------------------------------------------ */

typedef enum Way
{
  ONE,
  OTHER,
  SOON
} Way;

enum
{
  MOST = 600
};

typedef struct Plan
{
  Work works[MOST];
  int count;
} Plan;

static void
add (Plan *plan, Shift *shift, Way way, bool is_long)
{
  Work *next = &plan->works[plan->count++];
  *next = (Work) { shift, is_long };
  if (way == SOON)
    lodger_pending_unref (lodger_caller_call_soon (shift->caller, work_soon, next, NULL));
  else
    expect_code (lodger_caller_call_direct (shift->caller, way == ONE ? work_one : work_other, next, NULL), 0);
}

static void
add_quick (Plan *plan, Shift *shift, Way way, int count)
{
  while (count-- > 0)
    add (plan, shift, way, false);
}

/* In no slice so many run after its first long one. */
static void
run (Plan *plan, Shift *shift, int most_after)
{
  while (shift->ran < plan->count)
    {
      shift->after = 0;
      ck_assert (run_slice (shift));
      ck_assert_int_le (shift->after, shift->manual != NULL ? 0 : most_after);
    }
  plan->count = shift->ran = 0;
}

static void
run_all (Shift *shift, int most_blind)
{
  static Plan plan;
  /* Another function, or another kind of call. */
  for (int before = 0; before < 12; before++)
    {
      add_quick (&plan, shift, ONE, before);
      add (&plan, shift, before < 6 ? OTHER : SOON, true);
      add_quick (&plan, shift, ONE, 50);
      run (&plan, shift, 0);
    }
  add_quick (&plan, shift, SOON, 100);
  add (&plan, shift, SOON, true);
  add_quick (&plan, shift, SOON, 100);
  run (&plan, shift, 0);
  for (int i = 0; i < 50; i++)
    {
      add (&plan, shift, ONE, i == 30);
      add (&plan, shift, OTHER, i == 40);
    }
  run (&plan, shift, 0);
  /* The same one, wherever it is looked at. */
  for (int before = 0; before < 12; before++)
    {
      add_quick (&plan, shift, ONE, before);
      add (&plan, shift, ONE, true);
      add_quick (&plan, shift, ONE, 50);
      run (&plan, shift, most_blind);
    }
  /* It stays long: what was overlooked once is looked at from then on. */
  add_quick (&plan, shift, ONE, 1);
  for (int i = 0; i < 10; i++)
    add (&plan, shift, ONE, true);
  run (&plan, shift, most_blind);
}

START_TEST (law_5_a_long_call_among_quick_ones_ends_its_slice)
{
  Shift shift;
  shift_begin (&shift, false);
  run_all (&shift, BLIND);
  shift_end (&shift);
}
END_TEST

START_TEST (law_5_in_a_short_slice_no_call_is_overlooked)
{
  Shift shift;
  shift_begin (&shift, true);
  run_all (&shift, 0);
  shift_end (&shift);
}
END_TEST

START_TEST (law_5_on_a_clock_of_the_hosts_own_no_call_is_overlooked)
{
  Loop loop;
  Shift shift;
  shift_begin_manual (&shift, &loop);
  run_all (&shift, 0);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("slice-clock");
  test_add (suite, law_5_a_long_call_among_quick_ones_ends_its_slice);
  test_add (suite, law_5_in_a_short_slice_no_call_is_overlooked);
  test_add (suite, law_5_on_a_clock_of_the_hosts_own_no_call_is_overlooked);
  return test_main (suite, argc, argv);
}
