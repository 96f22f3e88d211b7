/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_run: a host's main loop for as long as a call. */
#include "test-loop.h"
#include "test-suite.h"

static void
answer (LodgerPending *self, void *data)
{
  ck_assert_str_eq (lodger_host_current (), "manual-real");
  ck_assert_ptr_nonnull (lodger_caller_current ());
  lodger_pending_return_int (self, *(const int *) data);
}

static LodgerManualHost *
real_host (void)
{
  expect_code (lodger_manual_register (), 0);
  return lodger_manual_host_new (LODGER_MANUAL_REAL);
}

START_TEST (the_outcome_is_handed_back)
{
  LodgerManualHost *host = real_host ();
  int number = 42;
  int64_t value;
  ck_assert_ptr_null (lodger_host_current ());
  for (int i = 0; i < 2; i++)
    {
      LodgerPending *outcome = lodger_run ("manual-real", host, answer, &number, NULL);
      ck_assert (lodger_pending_is_done (outcome));
      expect_code (lodger_pending_get_int (outcome, &value), 0);
      ck_assert_int_eq (value, 42);
      lodger_pending_unref (outcome);
      ck_assert_ptr_null (lodger_host_current ());
      ck_assert_ptr_null (lodger_caller_current ());
    }
  lodger_manual_host_unref (host);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("run");
  test_add (suite, the_outcome_is_handed_back);
  return test_main (suite, argc, argv);
}
