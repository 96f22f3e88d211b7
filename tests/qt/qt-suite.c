/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qt-suite.h"

#include <stdio.h>

int
qt_test_main (const char *name, const TTest *const *const *tests, size_t count, int argc, char **argv)
{
  static const char *const dispatchers[] = { "unix", "glib" };
  Suite *suite = suite_create (name);
  for (size_t k = 0; k < count; k++)
    for (int i = 0; i < 2; i++)
      {
        char variant[200];
        snprintf (variant, sizeof variant, "%s/%s", (*tests[k])->name, dispatchers[i]);
        test_add_variant (suite, variant, *tests[k], i);
      }
  return test_main (suite, argc, argv);
}
