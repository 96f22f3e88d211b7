/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-view.h"

#include "../figures.h"
#include "../text.h"
#include "cells.h"

/* What a row is: a group, or a file in one. */
enum
{
  ROW_GROUP,
  ROW_TWIN
};

struct DuplicatesView
{
  GtkWidget *stack, *cells, *heading, *empty;
  Rows *rows;
  GtkTreeListModel *tree; /* the list's */
  const Report *report;
  GString *path;
};

/* A row that somebody still holds may be of a report that is gone. */
static const ReportGroup *
get_group (const DuplicatesView *view, gconstpointer row)
{
  guint number = row_get_number (row);
  if (view->report == NULL || row_get_kind (row) != ROW_GROUP || number >= view->report->groups->len)
    return NULL;
  return &g_array_index (view->report->groups, ReportGroup, number);
}

static const StoreFile *
get_file (const DuplicatesView *view, gconstpointer row)
{
  const ReportGroup *group = get_group (view, row);
  guint number = group != NULL ? group->first : row_get_number (row);
  if (view->report == NULL || number >= view->report->twins->len)
    return NULL;
  return g_ptr_array_index (view->report->twins, number);
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

static void
append_path (void *data, gconstpointer row, GString *text)
{
  DuplicatesView *view = data;
  const ReportGroup *group = get_group (view, row);
  const StoreFile *file = get_file (view, row);
  if (file == NULL)
    return;
  g_string_truncate (view->path, 0);
  store_append_path (view->path, file->dir, file->name);
  text_append_shown (text, view->path->str);
  if (group != NULL)
    g_string_append_printf (text, " and %u more", group->count - 1);
}

static void
append_copies (void *data, gconstpointer row, GString *text)
{
  const ReportGroup *group = get_group (data, row);
  if (group != NULL)
    text_append_count (text, group->count);
}

static void
append_size (void *data, gconstpointer row, GString *text)
{
  const StoreFile *file = get_file (data, row);
  if (file != NULL && row_get_kind (row) == ROW_GROUP)
    text_append_size (text, file->size);
}

static void
append_wasted (void *data, gconstpointer row, GString *text)
{
  const ReportGroup *group = get_group (data, row);
  if (group != NULL)
    text_append_size (text, group->wasted);
}

static const CellColumn columns[] = {
  { "Same content", append_path, NULL, 60, CELL_EXPAND | CELL_MIDDLE | CELL_TREE },
  { "Names", append_copies, NULL, 10, CELL_NUMBER },
  { "Size of each", append_size, NULL, 14, CELL_NUMBER },
  { "Wasted", append_wasted, NULL, 12, CELL_NUMBER },
  { NULL, NULL, NULL, 0, 0 },
};

/* ---- the page --------------------------------------------------------------------------------------------------- */

static GListModel *
open_group (void *row, void *data)
{
  const ReportGroup *group = get_group (data, row);
  return group == NULL ? NULL : G_LIST_MODEL (rows_new (ROW_TWIN, group->first, group->count));
}

static void
on_activate (GtkColumnView *column_view, guint position, void *data G_GNUC_UNUSED)
{
  GtkTreeListRow *row = g_list_model_get_item (G_LIST_MODEL (gtk_column_view_get_model (column_view)), position);
  if (row != NULL)
    gtk_tree_list_row_set_expanded (row, !gtk_tree_list_row_get_expanded (row));
  g_clear_object (&row);
}

DuplicatesView *
duplicates_view_new (void)
{
  DuplicatesView *view = g_new0 (DuplicatesView, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  view->path = g_string_new (NULL);
  view->rows = rows_new (ROW_GROUP, 0, 0);
  view->tree = gtk_tree_list_model_new (g_object_ref (G_LIST_MODEL (view->rows)), FALSE, FALSE, open_group, view, NULL);
  view->stack = g_object_ref_sink (gtk_stack_new ());
  view->cells = cells_new ("Duplicates", columns, G_LIST_MODEL (view->tree), view);
  view->heading = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (view->heading), 0);
  gtk_label_set_ellipsize (GTK_LABEL (view->heading), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (view->heading, "page-heading");
  gtk_box_append (GTK_BOX (box), view->heading);
  gtk_box_append (GTK_BOX (box), view->cells);
  view->empty = cells_empty_page ("edit-copy-symbolic");
  gtk_stack_add_named (GTK_STACK (view->stack), view->empty, "empty");
  gtk_stack_add_named (GTK_STACK (view->stack), box, "duplicates");
  g_signal_connect (cells_get_view (view->cells), "activate", G_CALLBACK (on_activate), view);
  return view;
}

void
duplicates_view_free (DuplicatesView *view)
{
  view->report = NULL;
  g_object_unref (view->stack);
  g_object_unref (view->rows);
  g_string_free (view->path, TRUE);
  g_free (view);
}

GtkWidget *
duplicates_view_get_widget (DuplicatesView *view)
{
  return view->stack;
}

void
duplicates_view_set (DuplicatesView *view, const Report *report)
{
  GString *text = g_string_new (NULL);
  gboolean any = report != NULL && report->groups->len > 0;
  rows_clear (view->rows);
  view->report = report;
  if (any)
    {
      figures_append_groups (text, report);
      gtk_label_set_text (GTK_LABEL (view->heading), text->str);
    }
  else
    cells_empty_page_say (view->empty, "No duplicates", "Each file that was read has a content of its own.");
  gtk_stack_set_visible_child_name (GTK_STACK (view->stack), any ? "duplicates" : "empty");
  g_string_free (text, TRUE);
  duplicates_view_grow (view);
  /* One is open, so that it is seen what these are. */
  if (any)
    {
      GtkTreeListRow *first = gtk_tree_list_model_get_child_row (view->tree, 0);
      gtk_tree_list_row_set_expanded (first, TRUE);
      g_object_unref (first);
    }
}

gboolean
duplicates_view_grow (DuplicatesView *view)
{
  return rows_grow (view->rows, view->report == NULL ? 0 : view->report->groups->len);
}

void
duplicates_view_refresh (DuplicatesView *view, const Store *store)
{
  GString *text;
  if (view->report != NULL)
    return;
  text = g_string_new (NULL);
  figures_append_twins (text, store);
  cells_empty_page_say (view->empty, "Duplicates", text->str);
  g_string_free (text, TRUE);
}
