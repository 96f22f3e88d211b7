/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which files are wanted: those that have some words in their name or folder, are of a type, of a size, of an age. A
 * filter never changes, so that any thread may ask it, also while others do.
 *
 * Upper case and lower case are the same, in all of Unicode. A letter without accents also finds the letter with
 * them. What is no valid UTF-8 in a name is found as it is shown.
 */
#ifndef LODGER_SCAN_FILTER_H
#define LODGER_SCAN_FILTER_H

#include "family.h"
#include "store.h"

G_BEGIN_DECLS

/* A file has to meet all of them. FILTER_CRITERIA_NONE is met by each file. */
typedef struct FilterCriteria
{
  const char *text; /* words, each of which is in the name or in the folder's path; with a slash: in the file's path */
  Family family;
  const char *type; /* this content type only. Optional. */
  guint64 min_size, max_size;
  gint64 since, before; /* changed at `since` or later, and before `before`: ns since 1970 */
  gboolean only_duplicates;
} FilterCriteria;

#define FILTER_CRITERIA_NONE                                                                                           \
  {                                                                                                                    \
    .max_size = G_MAXUINT64, .since = G_MININT64, .before = G_MAXINT64                                                 \
  }

/* What is known of a file. The name and the folder are the store's. */
typedef struct FilterFile
{
  const char *name;
  const StoreDir *dir;
  guint64 size, disk;
  gint64 mtime;
  guint number;
  guint16 type; /* as in StoreFile */
  gboolean twice;
} FilterFile;

typedef struct Filter Filter;

/* NULL when there is nothing to look for. All is copied. */
Filter *filter_new (const FilterCriteria *criteria);
/* Any thread. NULL gives NULL. */
Filter *filter_ref (Filter *filter);
void filter_unref (void *filter);
/* Whether it asks for what is there twice. NULL does not. */
gboolean filter_needs_twice (const Filter *filter);

/* One thread's look at many files. `types` are the names of the types by number; neither is copied. */
typedef struct FilterPass FilterPass;
FilterPass *filter_pass_new (const Filter *filter, const char *const *types, guint n_types);
void filter_pass_free (FilterPass *pass);
/* Fastest for files one after the other that are in the same folder. */
gboolean filter_pass_wants (FilterPass *pass, const FilterFile *file);

G_END_DECLS

#endif
