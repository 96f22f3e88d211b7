/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-suite.h"

#include "base/thread.h"
#include "stack/tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An added test. It goes into the suite only if it is wanted, since a suite has no way to remove one. */
typedef struct Entry
{
  char *name;
  const TTest *test;
  int i;
  int times; /* the usual limit */
} Entry;

static Entry *entries;
static size_t entry_count;

static void
add (const char *name, const TTest *test, int i, int times)
{
  entries = realloc (entries, (entry_count + 1) * sizeof *entries);
  if (entries == NULL)
    test_fail ("no memory");
  entries[entry_count++] = (Entry) { strdup (name), test, i, times };
}

static void
forget (void)
{
  for (size_t i = 0; i < entry_count; i++)
    free (entries[i].name);
  free (entries);
}

void
test_add (Suite *suite, const TTest *test)
{
  (void) suite;
  add (test->name, test, 0, 1);
}

void
test_add_long (Suite *suite, const TTest *test, int times)
{
  (void) suite;
  add (test->name, test, 0, times);
}

void
test_add_variant (Suite *suite, const char *name, const TTest *test, int i)
{
  (void) suite;
  add (name, test, i, 1);
}

void
test_add_variants (Suite *suite, const TTest *test, int count)
{
  for (int i = 0; i < count; i++)
    {
      char name[200];
      snprintf (name, sizeof (name), "%s/%d", test->name, i);
      test_add_variant (suite, name, test, i);
    }
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
      /* Up to a slash, an underline, or the end, which strchr() finds too. */
      if (strncmp (name, argv[i], size) == 0 && strchr ("/_", name[size]) != NULL)
        return true;
    }
  return false;
}

/* To ThreadSanitizer an idle stack is a thread that runs on, for which it waits a second at the exit of a test. */
static void
end_idle_stacks (void)
{
#ifdef LODGER_TOOL_THREAD
  LodgerThread *thread = lodger__thread_peek ();
  if (thread == NULL || thread->stacks == NULL)
    return;
  thread->stacks_at_end (thread->stacks);
  thread->stacks = NULL;
#endif
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
      srunner_free (srunner_create (suite));
      forget ();
      return EXIT_SUCCESS;
    }
  for (i = 0; i < entry_count; i++)
    if (is_wanted (entries[i].name, argc, argv))
      {
        TCase *tcase = tcase_create (entries[i].name);
        tcase_set_timeout (tcase, test_timeout_seconds () * entries[i].times);
        tcase_add_checked_fixture (tcase, NULL, end_idle_stacks);
        tcase_add_loop_test (tcase, entries[i].test, entries[i].i, entries[i].i + 1);
        suite_add_tcase (suite, tcase);
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
  forget ();
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
