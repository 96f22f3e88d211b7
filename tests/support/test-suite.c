/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Entry
{
  TCase *tcase;
  const char *name;
} Entry;

/* Check has no list of a suite's cases that could be read back, and adding them to the suite cannot be undone. */
static Entry *entries;
static size_t entry_count;

static void
add (Suite *suite, const char *name, const TTest *test, int i, int times)
{
  TCase *tcase = tcase_create (name);
  (void) suite;
  tcase_set_timeout (tcase, test_timeout_seconds () * times);
  tcase_add_loop_test (tcase, test, i, i + 1);
  entries = realloc (entries, (entry_count + 1) * sizeof *entries);
  if (entries == NULL)
    test_fail ("no memory");
  entries[entry_count].tcase = tcase;
  entries[entry_count].name = name;
  entry_count++;
}

void
test_add (Suite *suite, const TTest *test)
{
  add (suite, test->name, test, 0, 1);
}

void
test_add_long (Suite *suite, const TTest *test, int times)
{
  add (suite, test->name, test, 0, times);
}

void
test_add_variant (Suite *suite, const char *name, const TTest *test, int i)
{
  add (suite, name, test, i, 1);
}

static bool
is_wanted (const char *name, int argc, char **argv)
{
  int i;
  if (argc < 2)
    return true;
  for (i = 1; i < argc; i++)
    {
      size_t size = strlen (argv[i]);
      if (strncmp (name, argv[i], size) == 0 && (name[size] == '\0' || name[size] == '/'))
        return true;
    }
  return false;
}

int
test_main (Suite *suite, int argc, char **argv)
{
  SRunner *runner;
  size_t i, wanted = 0;
  int failed;

  if (argc == 2 && strcmp (argv[1], "--list") == 0)
    {
      for (i = 0; i < entry_count; i++)
        puts (entries[i].name);
      return EXIT_SUCCESS;
    }
  for (i = 0; i < entry_count; i++)
    if (is_wanted (entries[i].name, argc, argv))
      {
        suite_add_tcase (suite, entries[i].tcase);
        wanted++;
      }
  if (wanted == 0)
    {
      fprintf (stderr, "no such test; --list names them\n");
      return 2;
    }
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  free (entries);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
