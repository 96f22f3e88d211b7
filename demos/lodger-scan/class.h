/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that may be the same: a class. It is told apart by what the parts of it that workers have compared bring back,
 * into classes of files that still may be the same. The main thread's alone.
 */
#ifndef LODGER_SCAN_CLASS_H
#define LODGER_SCAN_CLASS_H

#include "compare.h"
#include "sizes.h"

G_BEGIN_DECLS

/* What is known of an inode of a class: see CompareFile. */
typedef struct Verdict
{
  guint64 differs, mark;
  gboolean failed;
} Verdict;

/* How its files are compared. */
typedef enum Way
{
  BY_HEADS, /* their beginnings, all in one job */
  BY_HASH,  /* the hashes of their beginnings, in several jobs */
  BY_BLOCKS
} Way;

typedef struct Class
{
  Way way;
  guint64 size, start; /* the files are the same before `start` */
  GArray *inodes;      /* Inode */
  Verdict *verdicts;   /* of each inode */
  guint next_inode;    /* the first one that no job has */
  guint64 next_from;   /* and where that begins */
  guint running;       /* parts that are in jobs */
  gboolean is_dropped; /* a part was cancelled */
} Class;

Class *class_new (Way way, guint64 size, guint64 start);
void class_free (void *class);
Inode *class_get_inode (const Class *class, guint i);
/* All inodes are there: nothing is known of them yet. */
void class_begin (Class *class);
/* Whether jobs have, or had, all parts of it. */
gboolean class_is_handed_out (const Class *class);
/* What a job has to say of a file. TRUE: it is out of the class. */
gboolean class_take (Class *class, guint i, const CompareFile *file);
/* All parts are back: adds the classes that are left. */
void class_split (const Class *class, GPtrArray *ret_classes);

G_END_DECLS

#endif
