/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which files are the same byte by byte. Any thread. Everything here blocks while it reads, and ends early when the
 * call is cancelled. A file is opened by its path without following a link, and it has to be the one that was found:
 * what has changed since then, or changes meanwhile, is left out with a reason.
 */
#ifndef LODGER_SCAN_COMPARE_H
#define LODGER_SCAN_COMPARE_H

#include "file.h"

G_BEGIN_DECLS

enum
{
  COMPARE_WHOLE = 32 * 1024, /* a file of so many bytes is read as a whole */
  COMPARE_HEAD = 8 * 1024,   /* and so much of a larger one to begin with */
  COMPARE_FIRST_BLOCK = 128 * 1024,
  COMPARE_BLOCK = FILE_BUFFER / 2
};

/* `differs` of a file that does not differ. */
#define COMPARE_NOWHERE G_MAXUINT64

typedef struct CompareFile
{
  FileRef ref;
  int reason;           /* why it could not be compared */
  gboolean is_left_out; /* it has another size than it says, as files in /proc */
  guint64 differs;      /* where it differs from the first of the files, at the earliest */
  guint64 mark;         /* files that differ from it at the same place are only the same if their marks are */
} CompareFile;

/* How many bytes compare_heads() looks at. */
gsize compare_head_of (guint64 size);
/* Reads the beginnings of files of one size. Those are the same whose marks are; `by_hash`: those can be the same.
 * FALSE when cancelled, or when there are too few descriptors and the reader stops then. */
gboolean compare_heads (FileReader *reader, CompareFile *files, guint count, gboolean by_hash);
/* Compares files of one size with the first of them, from one place to another. If the first one could not be compared,
 * nothing is known of the others. FALSE likewise. */
gboolean compare_range (FileReader *reader, CompareFile *files, guint count, guint64 from, guint64 to);

G_END_DECLS

#endif
