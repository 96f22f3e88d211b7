/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which files that have as many bytes have the same bytes, after the walk. Files of one size are told apart by their
 * beginnings first. What is left of them is compared byte by byte, or hashed, as the options say.
 *
 * Files that may be the same are a class. Its first file is compared with the others. Those that are the same stay
 * with it; others that differ from it at the same place may still be the same as each other, and make a class of their
 * own, which is the same up to that place. So each byte of a file is read about once, however many files there are.
 */
#ifndef LODGER_SCAN_GROUPS_H
#define LODGER_SCAN_GROUPS_H

#include "job.h"

G_BEGIN_DECLS

typedef struct Groups Groups;

/* Of the files that have as many bytes as one whose number is at least `first_new`. */
Groups *groups_new (Shared *shared, guint first_new);
/* NULL is ignored. */
void groups_free (Groups *groups);
/* The next job; NULL: there is none now, and if no job is at work, there will be none. */
Job *groups_next (Groups *groups);

G_END_DECLS

#endif
