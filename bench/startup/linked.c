/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that does nothing, and says what that costs. It is linked with this library or that, and uses none of them.
 */
#include "startup.h"

#include <stdio.h>
#include <string.h>

void startup_print_libraries (void);

int
main (int argc, char **argv)
{
  Look look;
  startup_read_memory (&look);
  if (argc > 1 && strcmp (argv[1], "--libraries") == 0)
    startup_print_libraries ();
  else
    printf ("%.0f %.0f %u\n", look.resident, look.written, look.threads);
  return 0;
}
