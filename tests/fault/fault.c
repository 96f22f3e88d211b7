/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 10, shortage is answered.
 *
 * Whichever operation lacks memory, a thread or a descriptor: a submission fails with a clear error, everything
 * accepted before still ends, and nothing leaks. */
#include "scenarios.h"

#include <stdio.h>

typedef struct Case
{
  const Scenario *scenario;
  const LoopKind *kind;
} Case;

enum
{
  MOST_CASES = 200
};

static Case cases[MOST_CASES];
static int case_count;

START_TEST (shortage_is_answered)
{
  scenario_run (cases[_i].scenario, cases[_i].kind);
}
END_TEST

static void
add (Suite *suite, const Scenario *scenario)
{
  for (; scenario->name != NULL; scenario++)
    for (const LoopKind *const *kind = loop_kinds; *kind != NULL; kind++)
      if (((*kind)->traits & scenario->traits) == scenario->traits && ((*kind)->traits & scenario->not_traits) == 0)
        {
          char name[200];
          snprintf (name, sizeof name, "%s/%s", scenario->name, (*kind)->name);
          test_check (case_count < MOST_CASES);
          cases[case_count] = (Case) { scenario, *kind };
          test_add_variant (suite, name, shortage_is_answered, case_count++);
        }
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fault");
  add (suite, scenarios_calls);
  add (suite, scenarios_outcomes);
  add (suite, scenarios_answers);
  add (suite, scenarios_threads);
  add (suite, scenarios_children);
  add (suite, scenarios_ends);
  add (suite, scenarios_guests);
  add (suite, scenarios_fibers);
#ifdef LODGER_HAVE_GLIB
  add (suite, scenarios_glib);
#endif
  return test_main (suite, argc, argv);
}
