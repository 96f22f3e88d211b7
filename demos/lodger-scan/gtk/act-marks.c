/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-marks.h"

#include "../i18n.h"
#include "cells.h"

struct ActMarks
{
  ActMarksTarget target;
  GHashTable *bound; /* GtkListItem */
  GString *text;
  gboolean sensitive, showing;
};

/* What is in a cell. */
typedef struct Cell
{
  GtkWidget *check, *icon, *text;
} Cell;

static const char cell_key[] = "lodger-scan-cell";

/* Borrowed: the item holds it. */
static gconstpointer
get_row (GtkListItem *item)
{
  void *row = gtk_list_item_get_item (item);
  if (row == NULL)
    return NULL;
  row = gtk_tree_list_row_get_item (row);
  g_object_unref (row);
  return row;
}

static void
show (ActMarks *marks, GtkListItem *item)
{
  const Cell *cell = g_object_get_data (G_OBJECT (item), cell_key);
  ActMark mark;
  g_string_truncate (marks->text, 0);
  mark = marks->target.get (get_row (item), marks->text, marks->target.data);
  marks->showing = TRUE;
  gtk_widget_set_visible (cell->check, mark != ACT_MARK_NONE);
  gtk_widget_set_sensitive (cell->check, marks->sensitive);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (cell->check), mark == ACT_MARK_GOES);
  gtk_widget_set_visible (cell->icon, mark != ACT_MARK_NONE);
  gtk_image_set_from_icon_name (GTK_IMAGE (cell->icon),
                                mark == ACT_MARK_GOES ? "user-trash-symbolic" : "emblem-ok-symbolic");
  gtk_inscription_set_text (GTK_INSCRIPTION (cell->text), marks->text->str);
  marks->showing = FALSE;
}

static void
on_toggled (GtkCheckButton *check, void *data)
{
  GtkListItem *item = data;
  ActMarks *marks = g_object_get_data (G_OBJECT (check), cell_key);
  if (marks->showing || get_row (item) == NULL)
    return;
  marks->target.set (get_row (item), gtk_check_button_get_active (check), marks->target.data);
  show (marks, item);
}

/* The check mark does not take the focus: the arrow keys go from row to row, and the space bar sets the mark of a
 * row. */
static void
on_setup (GtkListItemFactory *factory G_GNUC_UNUSED, GtkListItem *item, void *data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  Cell *cell = g_new0 (Cell, 1);
  cell->check = gtk_check_button_new ();
  cell->icon = gtk_image_new ();
  cell->text = gtk_inscription_new (NULL);
  gtk_widget_set_focusable (cell->check, FALSE);
  gtk_widget_set_tooltip_text (cell->check, _ ("Choose this copy, or leave it alone (space bar)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (cell->check), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  C_ ("check mark of a file", "Goes"), -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (cell->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (cell->text), 6);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (cell->text), 12);
  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (cell->text), GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_widget_set_hexpand (cell->text, TRUE);
  gtk_box_append (GTK_BOX (box), cell->check);
  gtk_box_append (GTK_BOX (box), cell->icon);
  gtk_box_append (GTK_BOX (box), cell->text);
  g_object_set_data_full (G_OBJECT (item), cell_key, cell, g_free);
  g_object_set_data (G_OBJECT (cell->check), cell_key, data);
  g_signal_connect (cell->check, "toggled", G_CALLBACK (on_toggled), item);
  cells_set_item (box, item);
  gtk_list_item_set_child (item, box);
}

static void
on_bind (GtkListItemFactory *factory G_GNUC_UNUSED, GtkListItem *item, void *data)
{
  ActMarks *marks = data;
  show (marks, item);
  g_hash_table_add (marks->bound, item);
}

static void
on_unbind (GtkListItemFactory *factory G_GNUC_UNUSED, GtkListItem *item, void *data)
{
  ActMarks *marks = data;
  g_hash_table_remove (marks->bound, item);
}

static void
marks_free (void *data, GClosure *closure G_GNUC_UNUSED)
{
  ActMarks *marks = data;
  g_hash_table_destroy (marks->bound);
  g_string_free (marks->text, TRUE);
  g_free (marks);
}

ActMarks *
act_marks_new (GtkColumnView *list, const ActMarksTarget *target)
{
  ActMarks *marks = g_new0 (ActMarks, 1);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *column;
  marks->target = *target;
  marks->bound = g_hash_table_new (NULL, NULL);
  marks->text = g_string_new (NULL);
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), marks);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), marks);
  g_signal_connect_data (factory, "unbind", G_CALLBACK (on_unbind), marks, marks_free, 0);
  column = gtk_column_view_column_new (_ ("What becomes of it"), factory);
  gtk_column_view_column_set_resizable (column, TRUE);
  gtk_column_view_insert_column (list, 0, column);
  g_object_unref (column);
  return marks;
}

void
act_marks_refresh (ActMarks *marks, gboolean sensitive)
{
  GHashTableIter iter;
  void *item;
  marks->sensitive = sensitive;
  g_hash_table_iter_init (&iter, marks->bound);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    show (marks, item);
}
