/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which groups of duplicates somebody looks for: those with a file that a filter wants.
 */
#ifndef LODGER_SCAN_DUPLICATES_WANTED_H
#define LODGER_SCAN_DUPLICATES_WANTED_H

#include "../filter.h"
#include "duplicates-groups.h"

typedef struct DuplicatesWanted DuplicatesWanted;

/* All are wanted. */
DuplicatesWanted *duplicates_wanted_new (void);
void duplicates_wanted_free (DuplicatesWanted *wanted);

/* A reference is taken. NULL: all are wanted. FALSE: that changes nothing. */
gboolean duplicates_wanted_set_filter (DuplicatesWanted *wanted, Filter *filter);
/* The store that the files are in; again when it has new types. NULL: none, before it goes. */
void duplicates_wanted_set_store (DuplicatesWanted *wanted, const Store *store);
gboolean duplicates_wanted_has (DuplicatesWanted *wanted, const DuplicatesGroups *groups, const DuplicatesGroup *group);

#endif
