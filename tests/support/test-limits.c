/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-limits.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

void
test_fail_at (const char *file, int line, const char *format, ...)
{
  va_list args;
  flockfile (stderr);
  fprintf (stderr, "%s:%d: ", file, line);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  funlockfile (stderr);
  abort ();
}

unsigned long
test_env (const char *name, unsigned long fallback)
{
  const char *text = getenv (name);
  char *end;
  unsigned long value;
  if (text == NULL || *text == '\0')
    return fallback;
  value = strtoul (text, &end, 0);
  if (*end != '\0')
    test_fail ("%s=%s is not a number", name, text);
  return value;
}

int
test_timeout_seconds (void)
{
  return (int) test_env ("CK_DEFAULT_TIMEOUT", 30);
}

int64_t
test_limit_ns (void)
{
  return (int64_t) test_timeout_seconds () * 1000000000 / 3 * 2;
}

static void
on_alarm (int number)
{
  static const char message[] = "it does not end in time\n";
  (void) number;
  (void) !write (STDERR_FILENO, message, sizeof message - 1);
  abort ();
}

void
test_expect_end (void)
{
  signal (SIGALRM, on_alarm);
  alarm ((unsigned) test_timeout_seconds () * 9);
}

int64_t
test_now (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

unsigned
test_scaled (unsigned count)
{
#if defined __SANITIZE_THREAD__
  unsigned long fallback = 20;
#elif defined __SANITIZE_ADDRESS__
  unsigned long fallback = 5;
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
  unsigned long fallback = 20;
#elif __has_feature(address_sanitizer)
  unsigned long fallback = 5;
#else
  unsigned long fallback = 1;
#endif
#else
  unsigned long fallback = 1;
#endif
  unsigned long scaled = count / test_env ("LODGER_TEST_SCALE", fallback);
  return scaled == 0 ? 1 : (unsigned) scaled;
}

static uint64_t seed;

static void
choose_seed (void)
{
  seed = test_env ("LODGER_SEED", (unsigned long) test_now () ^ (unsigned long) getpid () << 32);
  fprintf (stderr, "seed: LODGER_SEED=%llu\n", (unsigned long long) seed);
}

uint64_t
test_seed (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once (&once, choose_seed);
  return seed;
}

/* A Weyl sequence through a mixer: any two streams differ from the first number on. */
uint64_t
test_random_next (TestRandom *random)
{
  uint64_t x = random->state += UINT64_C (0xA0761D6478BD642F);
  x = (x ^ (x >> 32)) * UINT64_C (0xE7037ED1A0B428DB);
  x = (x ^ (x >> 29)) * UINT64_C (0x8EBC6AF09C88C6E3);
  return x ^ (x >> 32);
}

TestRandom
test_random_new (unsigned stream)
{
  TestRandom random = { test_seed () + stream * UINT64_C (0x589965CC75374CC3) };
  random.state = test_random_next (&random);
  return random;
}

unsigned
test_random_below (TestRandom *random, unsigned limit)
{
  return (unsigned) (test_random_next (random) % limit);
}
