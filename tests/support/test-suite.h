/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a test program runs its tests: each in a process of its own, all of them or those named on the command line. */
#ifndef LODGER_TEST_SUITE_H
#define LODGER_TEST_SUITE_H

#include "test-latch.h"
#include "test-limits.h"
#include "test-log.h"
#include "test-proc.h"
#include "test-witness.h"
#include "test-worker.h"

#include <check.h>
#include <lodger/lodger.h>

/* Adds a test under its own name. */
void test_add (Suite *suite, const TTest *test);
/* The same for one that may take `times` the usual limit. */
void test_add_long (Suite *suite, const TTest *test, int times);
/* The same under the name `name` (copied), with _i in the test being i. */
void test_add_variant (Suite *suite, const char *name, const TTest *test, int i);

/* The program's main: without arguments all tests; with, those whose name is one of them or begins with one and a
 * slash or an underline. `--list` prints the names. */
int test_main (Suite *suite, int argc, char **argv);

/* An outcome code, with its words in the failure. */
#define expect_code(actual, expected)                                                                                  \
  do                                                                                                                   \
    {                                                                                                                  \
      int code_ = (actual);                                                                                            \
      ck_assert_msg (code_ == (expected), "%s: got %d (%s), not %s", #actual, code_, lodger_error_code_string (code_), \
                     #expected);                                                                                       \
    }                                                                                                                  \
  while (0)

#endif
