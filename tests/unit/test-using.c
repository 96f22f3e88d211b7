/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that run in a guest. */
#include "test-guest.h"
#include "test-loop.h"
#include "test-suite.h"

static void
note_inside (LodgerPending *self, void *data)
{
  GuestLoop *loop = data;
  ck_assert_ptr_eq (guest_loop_current (), loop);
  ck_assert_str_eq (lodger_host_current (), "test-guest");
  ck_assert_str_eq (lodger_guest_get_backend (lodger_guest_current ()), "test-guest");
  lodger_pending_return_int (self, 7);
}

START_TEST (edge_66_a_call_runs_in_the_guest)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  GuestLoop inside;
  LodgerPending *pending[2];
  guest_register ();
  guest_loop_init (&inside);
  for (int i = 0; i < 2; i++)
    pending[i] = lodger_caller_call_using_backend (loop.caller, "test-guest", &inside, note_inside, &inside, NULL);
  loop_run (&loop);
  for (int i = 0; i < 2; i++)
    {
      int64_t value;
      expect_code (lodger_pending_get_int (pending[i], &value), 0);
      ck_assert_int_eq (value, 7);
      lodger_pending_unref (pending[i]);
    }
  ck_assert_int_eq (atomic_load (&inside.opens), 1);
  ck_assert_int_eq (inside.depth, 0);
  ck_assert_ptr_null (lodger_guest_current ());
  loop_close (&loop);
  ck_assert_int_eq (atomic_load (&inside.closes), 1);
  guest_loop_clear (&inside);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("using");
  test_add (suite, edge_66_a_call_runs_in_the_guest);
  return test_main (suite, argc, argv);
}
