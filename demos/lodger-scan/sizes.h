/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A job that finds the files that have as many bytes as another one. While it is at work, the main thread leaves the
 * store alone.
 */
#ifndef LODGER_SCAN_SIZES_H
#define LODGER_SCAN_SIZES_H

#include "job.h"

G_BEGIN_DECLS

/* The names of an inode: so many of the numbers. */
typedef struct Inode
{
  guint first, count;
} Inode;

/* Inodes of one size: so many of the inodes. */
typedef struct SizeGroup
{
  guint first, count;
  gboolean has_known; /* there is another one, whose content is known */
} SizeGroup;

typedef struct Sizes
{
  Job job;
  guint first_new;
  GArray *numbers; /* guint, of files of the store */
  GArray *inodes;  /* Inode */
  GArray *groups;  /* SizeGroup, in the order in which the files are on the disk, as far as inodes tell */
} Sizes;

/* Only sizes of files whose number is at least `first_new` count. `accept` is called in the main thread. */
Sizes *sizes_new (Shared *shared, void *owner, guint first_new, void (*accept) (Sizes *sizes));

G_END_DECLS

#endif
