/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The groups of duplicates as a list shows them. When the report is made anew, a group that is still there keeps its
 * number, so that its row stays as it is; and so does what was chosen in it, by the files' numbers in the store.
 * Nothing in here points to the report or to a file: while a scan is brought up to date, it still tells what was there
 * before.
 */
#ifndef LODGER_SCAN_DUPLICATES_GROUPS_H
#define LODGER_SCAN_DUPLICATES_GROUPS_H

#include "../plan.h"

typedef struct DuplicatesGroup
{
  guint first, count; /* in the numbers of the files */
  guint group;        /* the number in the report's groups */
  ReportWhy why;      /* it wastes nothing */
  guint64 wasted;
  guint64 rank; /* what it wasted when it was seen first: the list is in that order */
  gboolean here;
} DuplicatesGroup;

typedef struct DuplicatesGroups DuplicatesGroups;

/* What has changed for the list: groups by their numbers here. */
typedef struct DuplicatesChanges
{
  GArray *gone, *changed, *added; /* guint */
} DuplicatesChanges;

DuplicatesGroups *duplicates_groups_new (void);
void duplicates_groups_free (DuplicatesGroups *groups);

/* Forgets all. */
void duplicates_groups_clear (DuplicatesGroups *groups);
/* Takes the groups of a report, the first one or a newer one of the same store. */
void duplicates_groups_update (DuplicatesGroups *groups, const Report *report, DuplicatesChanges *changes);
void duplicates_changes_clear (DuplicatesChanges *changes);

/* Their numbers are smaller than that; some of them may have gone. */
guint duplicates_groups_get_count (const DuplicatesGroups *groups);
/* How many there are. */
guint duplicates_groups_count_here (const DuplicatesGroups *groups);
/* NULL: it has gone, or never was. */
const DuplicatesGroup *duplicates_groups_get (const DuplicatesGroups *groups, guint number);
/* What it wasted when it was seen first; also of one that has gone. */
guint64 duplicates_groups_get_rank (const DuplicatesGroups *groups, guint number);
/* The number in the store of a file: `index` is from the group's first on. */
guint duplicates_groups_get_file (const DuplicatesGroups *groups, guint index);
/* The number in the report's twins. FALSE: it is none. */
gboolean duplicates_groups_find_twin (const DuplicatesGroups *groups, guint file, guint *ret_twin);
/* The number here of the group that a file is in. FALSE: it is in none. */
gboolean duplicates_groups_find_group (const DuplicatesGroups *groups, guint file, guint *ret_number);

/* That of a group of the report. NULL: there is none. */
const DuplicatesGroup *duplicates_groups_get_of_report (const DuplicatesGroups *groups, guint group);

/* Notes which files go, and chooses them in a plan of a newer report as far as they are still twins. */
void duplicates_groups_remember (DuplicatesGroups *groups, const Plan *plan);
void duplicates_groups_recall (DuplicatesGroups *groups, Plan *plan);
/* Whether that file went when duplicates_groups_remember() was called. */
gboolean duplicates_groups_is_remembered (const DuplicatesGroups *groups, guint file);

#endif
