/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 10, shortage is answered: whichever operation fails for want of memory, a thread or a descriptor, there is a clear
 * error where one is due, everything accepted before still ends, and nothing is left behind. */
#include "scenarios.h"

#include <stdio.h>

typedef struct Case
{
  const Scenario *scenario;
  const PlaceKind *kind;
} Case;

enum
{
  MOST_CASES = 200
};

static Case cases[MOST_CASES];
static int case_count;

START_TEST (shortage_is_answered)
{
  round_all (cases[_i].scenario, cases[_i].kind);
}
END_TEST

static void
add (Suite *suite, const Scenario *scenario)
{
  for (; scenario->name != NULL; scenario++)
    for (const PlaceKind *const *kind = place_kinds; *kind != NULL; kind++)
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
  add (suite, scenarios_family);
  add (suite, scenarios_ends);
#ifdef LODGER_HAVE_GLIB
  add (suite, scenarios_glib);
#endif
  return test_main (suite, argc, argv);
}
