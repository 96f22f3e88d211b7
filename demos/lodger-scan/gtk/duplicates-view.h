/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of duplicates: groups of files with the same content, those that waste most first, which open and show their
 * paths. Copies can be chosen, by hand or by a rule, and then something can be done with them. It is filled when the
 * scan is over and they are sorted.
 */
#ifndef LODGER_SCAN_DUPLICATES_VIEW_H
#define LODGER_SCAN_DUPLICATES_VIEW_H

#include "../act.h"

#include <gtk/gtk.h>

typedef struct DuplicatesView DuplicatesView;

/* All get `data`. */
typedef struct DuplicatesViewEvents
{
  /* The user wants that to be done with what is chosen in the plan, which is good until this returns. */
  void (*act) (const Plan *plan, ActKind kind, void *data);
  /* Rows are to be added though nothing was found: asks for frames. */
  void (*wake) (void *data);
  void *data;
} DuplicatesViewEvents;

DuplicatesView *duplicates_view_new (LodgerCaller *caller, const DuplicatesViewEvents *events);
/* After its widget has gone. */
void duplicates_view_free (DuplicatesView *view);
GtkWidget *duplicates_view_get_widget (DuplicatesView *view);

/* What to show from now on; NULL: nothing. Neither is owned: before they go, something else has to be shown, or
 * duplicates_view_hold() called. The groups of a newer report of the same store take the place of the older ones, row
 * by row; what is open and what is chosen stays. `folders` are those that are scanned, absolute. */
void duplicates_view_set (DuplicatesView *view, const Report *report, char *const *folders);
/* The report will be made anew, and the files change their places in memory: until then what is shown stays as it is,
 * and nothing can be chosen. The store stays. */
void duplicates_view_hold (DuplicatesView *view);
/* Once a frame: adds some of the groups. TRUE when there are more. */
gboolean duplicates_view_grow (DuplicatesView *view);
/* What is said while there is no report: how much was found twice so far. */
void duplicates_view_refresh (DuplicatesView *view, const Store *store);

/* An act goes on: no other one can be begun. */
void duplicates_view_set_busy (DuplicatesView *view, gboolean busy);
/* What is chosen now. NULL: nothing can be. */
const Plan *duplicates_view_get_plan (const DuplicatesView *view);
/* Which of these files, by their numbers in the store, can go to the Bin, whatever is chosen: a plan for those of which
 * another copy stays, and the numbers of those that have no copy. To be freed; NULL: not now. */
Plan *duplicates_view_plan_for_bin (DuplicatesView *view, const guint *files, guint count, GArray *ret_alone);
/* Shows where the copies of a file are, by its number in the store. FALSE: it has none. */
gboolean duplicates_view_show_copies (DuplicatesView *view, guint file);

#endif
