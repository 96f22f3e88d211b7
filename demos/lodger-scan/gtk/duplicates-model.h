/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model of the page of duplicates: rows of groups, and rows of their files, which are made when a group is opened.
 * They come and go in portions that a frame has time for.
 */
#ifndef LODGER_SCAN_DUPLICATES_MODEL_H
#define LODGER_SCAN_DUPLICATES_MODEL_H

#include "../filter.h"
#include "duplicates-groups.h"
#include "duplicates-rows.h"

#include <gtk/gtk.h>

typedef struct DuplicatesModel DuplicatesModel;

/* What a row is: a group, whose number is that in the groups; or a file, whose number is that in the store. */
enum
{
  DUPLICATES_ROW_GROUP,
  DUPLICATES_ROW_FILE
};

/* `wake` asks for frames: duplicates_model_grow() has something to do. */
DuplicatesModel *duplicates_model_new (void (*wake) (void *data), void *data);
void duplicates_model_free (DuplicatesModel *model);
/* The rows, those of a GtkTreeListModel, of which one can be selected. Borrowed. */
GtkSelectionModel *duplicates_model_get_selection (DuplicatesModel *model);
DuplicatesGroups *duplicates_model_get_groups (DuplicatesModel *model);
/* NULL: there is nothing to show. */
const Store *duplicates_model_get_store (const DuplicatesModel *model);

/* As for duplicates_view_set(). */
void duplicates_model_set (DuplicatesModel *model, const Report *report);
/* Once a frame: some of what there is to do. TRUE when there is more. */
gboolean duplicates_model_grow (DuplicatesModel *model);
/* Only groups are shown of which a file is wanted. A reference is taken. NULL: all are shown. */
void duplicates_model_set_filter (DuplicatesModel *model, Filter *filter);
gboolean duplicates_model_wants (DuplicatesModel *model, const DuplicatesGroup *group);
/* How many groups are shown, and how many there are. */
void duplicates_model_count (DuplicatesModel *model, guint *ret_shown, guint *ret_all);
void duplicates_model_open_all (DuplicatesModel *model);
void duplicates_model_close_all (DuplicatesModel *model);

/* Each is NULL when there is none any more, as for a row that somebody held. */
const StoreFile *duplicates_model_get_file (const DuplicatesModel *model, guint number);
const DuplicatesGroup *duplicates_model_get_group (const DuplicatesModel *model, gconstpointer row);
/* The file of a row, or the first one of its group. FALSE: there is none any more. */
gboolean duplicates_model_get_row_file (const DuplicatesModel *model, gconstpointer row, guint *ret_file);
/* Opens the group of a file. Where that is then, among the rows. FALSE: it is in no group. */
gboolean duplicates_model_find (DuplicatesModel *model, guint file, guint *ret_position);

#endif
