/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The version, and the numbers that the headers give names to. */
#include "test-suite.h"

#if !LODGER_CHECK_VERSION(0, 1, 9) || LODGER_CHECK_VERSION(LODGER_VERSION_MAJOR, LODGER_VERSION_MINOR + 1, 0)          \
    || !LODGER_CHECK_VERSION(LODGER_VERSION_MAJOR, LODGER_VERSION_MINOR, LODGER_VERSION_MICRO)
#error LODGER_CHECK_VERSION is wrong
#endif

START_TEST (the_library_tells_its_version)
{
  ck_assert_int_eq (lodger_version (),
                    LODGER_VERSION_NUMBER (LODGER_VERSION_MAJOR, LODGER_VERSION_MINOR, LODGER_VERSION_MICRO));
  ck_assert_int_ge (lodger_version (), LODGER_VERSION_NUMBER (0, 2, 0));
}
END_TEST

START_TEST (times_are_written_in_seconds)
{
  const int hours = 1000000;
  ck_assert (LODGER_SECONDS (1) == INT64_C (1000000000));
  ck_assert (LODGER_SECONDS (hours * 3 + 1) == INT64_C (3000001000000000));
  ck_assert (LODGER_MILLISECONDS (16) == INT64_C (16000000));
  ck_assert (LODGER_MILLISECONDS (-1) < 0);
  ck_assert_uint_eq (sizeof LODGER_SECONDS (1), sizeof (int64_t));
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("version");
  test_add (suite, the_library_tells_its_version);
  test_add (suite, times_are_written_in_seconds);
  return test_main (suite, argc, argv);
}
