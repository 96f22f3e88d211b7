/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of the page of duplicates: groups that open and show their files, and a check mark for each file. What is
 * chosen it asks somebody else.
 */
#ifndef LODGER_SCAN_DUPLICATES_LIST_H
#define LODGER_SCAN_DUPLICATES_LIST_H

#include "duplicates-model.h"

#include <gtk/gtk.h>

typedef struct DuplicatesList DuplicatesList;

/* Files are their numbers in the store. All get `data`. */
typedef struct DuplicatesListEvents
{
  gboolean (*goes) (guint file, void *data); /* whether it is chosen */
  void (*choose) (guint file, gboolean goes, void *data);
  void (*open) (guint file, void *data); /* it was activated */
  void (*wake) (void *data);             /* asks for frames: duplicates_model_grow() has something to do */
  void *data;
} DuplicatesListEvents;

/* A row: a group, or a file in one. */
typedef struct DuplicatesSelection
{
  gboolean is_group;
  guint group; /* the number in the model's groups */
  guint file;  /* of a group: its first one */
} DuplicatesSelection;

DuplicatesList *duplicates_list_new (const DuplicatesListEvents *events);
/* After its widget has gone. */
void duplicates_list_free (DuplicatesList *list);
GtkWidget *duplicates_list_get_widget (DuplicatesList *list);
GtkColumnView *duplicates_list_get_view (DuplicatesList *list);
DuplicatesModel *duplicates_list_get_model (DuplicatesList *list);

/* Looks again at what is shown. `sensitive`: what is chosen can be changed now. */
void duplicates_list_refresh (DuplicatesList *list, gboolean sensitive);

/* FALSE: nothing is selected. */
gboolean duplicates_list_get_selected (DuplicatesList *list, DuplicatesSelection *ret_selection);
/* The place of the row that is selected, or GTK_INVALID_LIST_POSITION. */
guint duplicates_list_get_position (DuplicatesList *list);
/* Selects the row that has taken that place, if the one that was there has gone and nothing is selected. */
void duplicates_list_select_near (DuplicatesList *list, guint position);
/* Opens the group of a file, selects the file and shows it. FALSE: it is in no group. */
gboolean duplicates_list_show (DuplicatesList *list, guint file);
/* The path of a file below the scanned folder; good until the next call. */
const char *duplicates_list_get_path (DuplicatesList *list, guint file);

#endif
