/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "misuse.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Cell
{
  const char *name;
  const char *place;
  const MisuseRow *row; /* NULL: there is none */
} Cell;

static const Cell cells[] = {
#define MISUSE(function, kind, place) { #function "/" #kind, place, &row__##function##__##kind },
#include "misuse-cells.h"
#undef MISUSE
};

enum
{
  CELLS = sizeof cells / sizeof cells[0]
};

START_TEST (cell)
{
  misuse_run (cells[_i].row);
}
END_TEST

START_TEST (every_cell_has_a_row)
{
  int missing = 0;
  for (int i = 0; i < CELLS; i++)
    if (cells[i].row == NULL)
      {
        fprintf (stderr, "%s: no row for %s\n", cells[i].place, cells[i].name);
        missing++;
      }
  ck_assert_msg (missing == 0, "%d of %d cells have no row in tests/misuse", missing, CELLS);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("misuse");
  test_add (suite, every_cell_has_a_row);
  for (int i = 0; i < CELLS; i++)
    if (cells[i].row != NULL)
      test_add_variant (suite, cells[i].name, cell, i);
  return test_main (suite, argc, argv);
}
