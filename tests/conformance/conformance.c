/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
add_law (Suite *suite, const TTest *test, unsigned traits, unsigned not_traits)
{
  for (int i = 0; subject_kinds[i] != NULL; i++)
    if ((subject_kinds[i]->traits & traits) == traits && (subject_kinds[i]->traits & (not_traits | SUBJECT_HOT)) == 0)
      {
        size_t size = strlen (test->name) + strlen (subject_kinds[i]->name) + 2;
        char *name = malloc (size);
        test_check (name != NULL);
        snprintf (name, size, "%s/%s", test->name, subject_kinds[i]->name);
        test_add_variant (suite, name, test, i);
      }
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("conformance");
  add_law_submitting (suite);
  add_law_ending (suite);
  add_law_stopping (suite);
  add_law_sharing (suite);
  add_law_sleeping (suite);
  add_law_answering (suite);
  return test_main (suite, argc, argv);
}
