/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of files in a window of its own, with a store that was made up. */
#ifndef LODGER_TEST_VIEW_STAGE_H
#define LODGER_TEST_VIEW_STAGE_H

#include "gtk-window.h"
#include "gtk/cells.h"
#include "gtk/files-view.h"
#include "made-store.h"

typedef struct ViewStage
{
  Window window;
  FilesView *view;
  Store *store;
  Settings *settings;
  GtkColumnView *list;
  GListModel *model; /* the list's */
  guint held, wakes;
  guint changes, added_most; /* of the model: how many, and the most rows that one has added */
} ViewStage;

/* It is shown, and has nothing in it. `settings` is not consumed; NULL: none are kept. */
void view_stage_open (ViewStage *stage, Settings *settings);
/* It shows so many made files from now on, none of which has got a row yet. */
void view_stage_fill (ViewStage *stage, guint files);
/* As frames do: until there is nothing more to add. */
void view_stage_settle (ViewStage *stage);
void view_stage_close (ViewStage *stage);

/* The first widget of a type below another one, which has to be there. */
GtkWidget *find_widget (GtkWidget *above, GType type);
/* The number of the file at a place of the list. */
guint view_stage_get (const ViewStage *stage, guint position);
const StoreFile *view_stage_get_file (const ViewStage *stage, guint position);
void view_stage_sort (const ViewStage *stage, guint column, GtkSortType direction);
/* The name of the page that is shown: "files", "empty", "nothing". */
const char *view_stage_get_page (const ViewStage *stage);

#endif
