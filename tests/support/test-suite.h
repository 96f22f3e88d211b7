/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The main of a test program. Each test runs in a process of its own; the command line may name some of them. */
#ifndef LODGER_TEST_SUITE_H
#define LODGER_TEST_SUITE_H

#include "test-latch.h"
#include "test-limits.h"
#include "test-log.h"
#include "test-proc.h"
#include "test-recorder.h"
#include "test-worker.h"

#include <check.h>
#include <lodger/lodger.h>

/* Adds a test under its own name. */
void test_add (Suite *suite, const TTest *test);
/* The same for one that may take `times` the usual limit. */
void test_add_long (Suite *suite, const TTest *test, int times);
/* The same under the name `name` (copied), with _i in the test being i. */
void test_add_variant (Suite *suite, const char *name, const TTest *test, int i);
/* The same `count` times, as NAME/0 and so on. */
void test_add_variants (Suite *suite, const TTest *test, int count);

/* The program's main: without arguments all tests; with, those whose name is one of them or begins with one and a
 * slash or an underline. `--list` prints the names. */
int test_main (Suite *suite, int argc, char **argv);

/* Checks an outcome code. The failure names both codes. */
#define expect_code(actual, expected)                                                                                  \
  do                                                                                                                   \
    {                                                                                                                  \
      int code_ = (actual);                                                                                            \
      ck_assert_msg (code_ == (expected), "%s: got %d (%s), not %s", #actual, code_, lodger_error_code_string (code_), \
                     #expected);                                                                                       \
    }                                                                                                                  \
  while (0)

#endif
