/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time limits that turn a hang into a failure, counts that shrink under a sanitizer, seeds that replay. */
#ifndef LODGER_TEST_LIMITS_H
#define LODGER_TEST_LIMITS_H

#include <stdint.h>

/* Prints to standard error and aborts. From any thread, in any test. */
#define test_fail(...) test_fail_at (__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void test_fail_at (const char *file, int line, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));

/* An assertion for any thread, also in a hot loop. */
#define test_check(condition)                                                                                          \
  do                                                                                                                   \
    if (!(condition))                                                                                                  \
      test_fail ("not true: %s", #condition);                                                                          \
  while (0)

/* Nanoseconds after which a wait of the tests counts as a hang: two thirds of CK_DEFAULT_TIMEOUT. */
int64_t test_limit_ns (void);
/* CK_DEFAULT_TIMEOUT in seconds. */
int test_timeout_seconds (void);
/* Fails unless it is called again, or the program ends, within nine times CK_DEFAULT_TIMEOUT. */
void test_expect_end (void);
/* The monotonic clock. */
int64_t test_now (void);

/* A count of repetitions divided by LODGER_TEST_SCALE (default 1; more where a sanitizer is compiled in), at least 1. */
unsigned test_scaled (unsigned count);
/* An environment variable as a number. */
unsigned long test_env (const char *name, unsigned long fallback);

/* The seed of this process: LODGER_SEED, or a new one; printed when it is first asked for. */
uint64_t test_seed (void);

/* One stream of pseudo-random numbers. */
typedef struct TestRandom
{
  uint64_t state;
} TestRandom;

/* The stream of the number `stream`, from the seed of this process. */
TestRandom test_random_new (unsigned stream);
uint64_t test_random_next (TestRandom *random);
/* A number below the limit. */
unsigned test_random_below (TestRandom *random, unsigned limit);

#endif
