/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

#include <stdio.h>

void
add_law (Suite *suite, const TTest *test, unsigned traits, unsigned not_traits)
{
  for (int i = 0; subject_kinds[i] != NULL; i++)
    if ((subject_kinds[i]->traits & traits) == traits && (subject_kinds[i]->traits & (not_traits | SUBJECT_HOT)) == 0)
      {
        char name[200];
        snprintf (name, sizeof name, "%s/%s", test->name, subject_kinds[i]->name);
        test_add_variant (suite, name, test, i);
      }
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("conformance");
  add_law_submitting (suite);
  add_law_nesting (suite);
  add_law_ending (suite);
  add_law_stopping (suite);
  add_law_sharing (suite);
  add_law_sleeping (suite);
  add_law_answering (suite);
  return test_main (suite, argc, argv);
}
