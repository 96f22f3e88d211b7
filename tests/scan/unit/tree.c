/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tree.h"

#include <ftw.h>
#include <stdio.h>

static int
remove_one (const char *path, const struct stat *st, int kind, struct FTW *at)
{
  (void) st;
  (void) kind;
  (void) at;
  (void) remove (path);
  return 0;
}

void
tree_remove (const char *path)
{
  (void) nftw (path, remove_one, 64, FTW_DEPTH | FTW_PHYS);
}
