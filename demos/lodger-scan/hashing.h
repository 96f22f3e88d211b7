/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of the store that were not read in the walk, and get their hash after it.
 */
#ifndef LODGER_SCAN_HASHING_H
#define LODGER_SCAN_HASHING_H

#include "sizes.h"

G_BEGIN_DECLS

typedef struct Hashing
{
  Shared *shared;
  const GArray *numbers; /* the names of an inode are among these */
  GQueue waiting;        /* Inode */
} Hashing;

void hashing_init (Hashing *hashing, Shared *shared);
void hashing_clear (Hashing *hashing);
void hashing_add (Hashing *hashing, const Inode *inode);
/* NULL: there is none now. */
Job *hashing_next (Hashing *hashing);

G_END_DECLS

#endif
