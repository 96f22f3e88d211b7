/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
/* Random programs beside a reference model.
 *
 *   random                      the tests; with names: those
 *   random --seeds N [FROM]     the programs of N seeds, from that one on (default: 1)
 *   random --seed N             the program of one seed
 *   random --show N             the same, and prints each step and event
 *
 * A program that fails is shrunk, and printed with what it does. The same seed gives the same again. */
#include "attempt.h"
#include "run.h"
#include "test-suite.h"

#include <inttypes.h>
#include <lodger-manual.h>
#include <stdlib.h>
#include <string.h>

enum
{
  FIRST_SEED = 1,
  SEEDS = 500,
  BLOCK = 100
};

/* ---- failures ---------------------------------------------------------------------------------------------------------- */

static bool
fails (const Program *program)
{
  Failure failure;
  return !attempt_program (program, false, &failure);
}

static void
report (const Failure *failure)
{
  static Program program;
  Failure last;
  fprintf (stderr, "seed %" PRIu64 " fails: %s\n", failure->seed, failure->what);
  program_make (&program, failure->seed);
  shrink (&program, fails);
  fprintf (stderr, "\nIt is shrunk to:\n");
  program_print (&program, stderr);
  fprintf (stderr, "\nWhat it does:\n");
  if (attempt_program (&program, true, &last))
    fprintf (stderr, "It does not fail by itself.\n");
  else
    fprintf (stderr, "      WRONG: %s\n", last.what);
  fprintf (stderr, "\nIt is run again by: random --seed %" PRIu64 "\n", failure->seed);
}

static bool
run_seeds (uint64_t from, unsigned count)
{
  Failure failure;
  if (attempt_seeds (from, count, &failure))
    return true;
  report (&failure);
  return false;
}

/* ---- tests ------------------------------------------------------------------------------------------------------------- */

START_TEST (programs)
{
  const unsigned count = test_scaled (BLOCK);
  ck_assert (run_seeds (FIRST_SEED + (uint64_t) (_i * BLOCK), count));
}
END_TEST

/* To be freed. */
static char *
text_of (uint64_t seed)
{
  static Program program;
  char *text = NULL;
  size_t size;
  FILE *file = open_memstream (&text, &size);
  program_make (&program, seed);
  program_print (&program, file);
  fclose (file);
  return text;
}

START_TEST (a_seed_makes_the_same_program)
{
  char *one = text_of (12), *again = text_of (12), *other = text_of (13);
  ck_assert_str_eq (one, again);
  ck_assert_str_ne (one, other);
  free (one);
  free (again);
  free (other);
}
END_TEST

/* A stop, and after it a call that defers. */
static bool
has_both (const Program *program)
{
  bool has_stop = false;
  for (int i = 0; i < program->count; i++)
    if (program->steps[i].kind == STEP_STOP)
      has_stop = true;
    else if (has_stop && step_submits (&program->steps[i]) && program->steps[i].answer == ANSWER_DEFER)
      return true;
  return false;
}

START_TEST (a_failing_program_is_shrunk)
{
  static Program program;
  uint64_t seed = FIRST_SEED;
  do
    program_make (&program, seed++);
  while (!has_both (&program) || program_size (&program) < 20);
  shrink (&program, has_both);
  ck_assert (has_both (&program));
  ck_assert_int_eq (program_size (&program), 2);
}
END_TEST

static void
add_programs (Suite *suite)
{
  for (int i = 0; i < SEEDS / BLOCK; i++)
    {
      char name[64];
      snprintf (name, sizeof name, "programs/%d", FIRST_SEED + i * BLOCK);
      test_add_variant (suite, name, programs, i);
    }
}

/* ---- the command line -------------------------------------------------------------------------------------------------- */

static uint64_t
number_of (const char *text)
{
  char *end;
  uint64_t number = strtoull (text, &end, 10);
  if (*text == '\0' || *end != '\0')
    {
      fprintf (stderr, "random: '%s' is not a number\n", text);
      exit (2);
    }
  return number;
}

static int
run_many (uint64_t from, uint64_t count)
{
  for (uint64_t done = 0; done < count; done += BLOCK)
    {
      unsigned block = count - done < BLOCK ? (unsigned) (count - done) : BLOCK;
      if (!run_seeds (from + done, block))
        return EXIT_FAILURE;
    }
  printf ("random: %" PRIu64 " programs, from seed %" PRIu64 " on, do what the model says\n", count, from);
  return EXIT_SUCCESS;
}

static int
show (uint64_t seed)
{
  static Program program;
  Failure failure;
  bool is_right;
  program_make (&program, seed);
  program_print (&program, stderr);
  is_right = attempt_program (&program, true, &failure);
  if (!is_right)
    fprintf (stderr, "      WRONG: %s\n", failure.what);
  return is_right ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  Suite *suite;
  if (argc >= 3 && strcmp (argv[1], "--seeds") == 0)
    return run_many (argc > 3 ? number_of (argv[3]) : FIRST_SEED, number_of (argv[2]));
  if (argc == 3 && strcmp (argv[1], "--seed") == 0)
    return run_many (number_of (argv[2]), 1);
  if (argc == 3 && strcmp (argv[1], "--show") == 0)
    return show (number_of (argv[2]));
  suite = suite_create ("random");
  add_programs (suite);
  test_add (suite, a_seed_makes_the_same_program);
  test_add_long (suite, a_failing_program_is_shrunk, 2);
  return test_main (suite, argc, argv);
}
