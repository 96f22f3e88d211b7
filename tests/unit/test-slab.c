/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/slab.h"
#include "test-loop.h"
#include "test-recorder.h"
#include "test-suite.h"

/* The linker puts it in the place of the library's: there are slabs under a memory checker, too. */
#pragma GCC visibility push(default)
bool __wrap_lodger__port_is_checked (void);
#pragma GCC visibility pop

bool
__wrap_lodger__port_is_checked (void)
{
  return false;
}

enum
{
  FLOOD = 100000,
  MOST_TICKS = 10000
};

START_TEST (the_memory_of_a_flood_is_freed_when_it_has_passed)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  int ticks = 0;
  for (int i = 0; i < FLOOD; i++)
    lodger_caller_call_direct (loop.caller, recorder_direct, &recorder, recorder_destroy);
  loop_run (&loop);
  recorder_expect (&recorder, FLOOD, FLOOD);
  while (lodger__slab_have_surplus () && ticks++ < MOST_TICKS)
    {
      lodger_manual_advance (loop.host, INT64_C (10000000));
      loop_run (&loop);
    }
  ck_assert (!lodger__slab_have_surplus ());
  ck_assert (lodger_manual_get_deadline (loop.host) == LODGER_FOREVER || ticks == 0);
  loop_close (&loop);
}
END_TEST

static void
tick (LodgerPending *self, void *data)
{
  (void) self;
  lodger_pending_unref (lodger_caller_call_later (data, INT64_C (16000000), tick, data, NULL));
}

START_TEST (the_memory_of_a_flood_is_freed_while_a_clock_ticks)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  int ticks = 0;
  lodger_pending_unref (lodger_caller_call_later (loop.caller, 1, tick, loop.caller, NULL));
  for (int i = 0; i < FLOOD; i++)
    lodger_caller_call_direct (loop.caller, recorder_direct, &recorder, recorder_destroy);
  loop_run (&loop);
  while (lodger__slab_have_surplus () && ticks++ < MOST_TICKS)
    {
      lodger_manual_advance (loop.host, INT64_C (16000000));
      loop_run (&loop);
    }
  ck_assert (!lodger__slab_have_surplus ());
  loop_close (&loop);
}
END_TEST

START_TEST (a_flood_that_comes_again_soon_finds_its_memory)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  bool had_surplus;
  for (int i = 0; i < FLOOD; i++)
    lodger_caller_call_direct (loop.caller, recorder_direct, &recorder, recorder_destroy);
  loop_run (&loop);
  had_surplus = lodger__slab_have_surplus ();
  lodger_manual_advance (loop.host, INT64_C (900000000));
  loop_run (&loop);
  ck_assert_int_eq (lodger__slab_have_surplus (), had_surplus);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("slab");
  test_add (suite, the_memory_of_a_flood_is_freed_when_it_has_passed);
  test_add (suite, the_memory_of_a_flood_is_freed_while_a_clock_ticks);
  test_add (suite, a_flood_that_comes_again_soon_finds_its_memory);
  return test_main (suite, argc, argv);
}
