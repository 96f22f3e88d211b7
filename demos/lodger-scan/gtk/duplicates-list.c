/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-list.h"

#include "../figures.h"
#include "../i18n.h"
#include "../text.h"
#include "act-marks.h"
#include "cells.h"
#include "duplicates-model.h"

struct DuplicatesList
{
  DuplicatesListEvents events;
  GtkWidget *cells;
  ActMarks *marks;
  DuplicatesModel *model;
  DuplicatesGroups *groups; /* the model's */
  GString *path;
};

const char *
duplicates_list_get_path (DuplicatesList *list, guint file)
{
  const StoreFile *found = duplicates_model_get_file (list->model, file);
  g_string_truncate (list->path, 0);
  if (found != NULL)
    store_append_path (list->path, found->dir, found->name);
  return list->path->str;
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

static void
append_path (void *data, gconstpointer row, GString *text)
{
  DuplicatesList *list = data;
  const DuplicatesGroup *group = duplicates_model_get_group (list->model, row);
  guint file;
  if (!duplicates_model_get_row_file (list->model, row, &file))
    return;
  if (group == NULL)
    text_append_shown (text, duplicates_list_get_path (list, file));
  else
    {
      GString *shown = g_string_new (NULL);
      text_append_shown (shown, duplicates_list_get_path (list, file));
      g_string_append_printf (text, ngettext ("%s and %u more", "%s and %u more", group->count - 1), shown->str,
                              group->count - 1);
      g_string_free (shown, TRUE);
    }
}

static void
append_copies (void *data, gconstpointer row, GString *text)
{
  const DuplicatesList *list = data;
  const DuplicatesGroup *group = duplicates_model_get_group (list->model, row);
  if (group != NULL)
    text_append_count (text, group->count);
}

static void
append_size (void *data, gconstpointer row, GString *text)
{
  const DuplicatesList *list = data;
  guint file;
  if (duplicates_model_get_group (list->model, row) != NULL && duplicates_model_get_row_file (list->model, row, &file))
    text_append_size (text, duplicates_model_get_file (list->model, file)->size);
}

static void
append_wasted (void *data, gconstpointer row, GString *text)
{
  const DuplicatesList *list = data;
  const DuplicatesGroup *group = duplicates_model_get_group (list->model, row);
  if (group != NULL)
    figures_append_waste (text, group->wasted, group->why);
}

static const CellColumn columns[] = {
  { N_ ("Same content"), append_path, NULL, 60, CELL_EXPAND | CELL_MIDDLE | CELL_TREE | CELL_LIVE },
  { N_ ("Names"), append_copies, NULL, 10, CELL_NUMBER | CELL_LIVE },
  { N_ ("Size of each"), append_size, NULL, 14, CELL_NUMBER },
  { N_ ("Wasted"), append_wasted, NULL, 13, CELL_NUMBER | CELL_LIVE },
  { NULL, NULL, NULL, 0, 0 },
};

/* ---- marks ------------------------------------------------------------------------------------------------------ */

static guint
count_chosen (const DuplicatesList *list, const DuplicatesGroup *group)
{
  guint chosen = 0;
  for (guint i = 0; i < group->count; i++)
    chosen
        += list->events.goes (duplicates_groups_get_file (list->groups, group->first + i), list->events.data) ? 1 : 0;
  return chosen;
}

static ActMark
get_mark (gconstpointer row, GString *text, void *data)
{
  const DuplicatesList *list = data;
  const DuplicatesGroup *group = duplicates_model_get_group (list->model, row);
  guint chosen = group == NULL ? 0 : count_chosen (list, group);
  if (chosen > 0)
    g_string_append_printf (text, ngettext ("%u of %u goes", "%u of %u go", chosen), chosen, group->count);
  if (duplicates_model_get_store (list->model) == NULL || row_get_kind (row) == DUPLICATES_ROW_GROUP)
    return ACT_MARK_NONE;
  if (list->events.goes (row_get_number (row), list->events.data))
    {
      g_string_append (text, C_ ("a file", "goes"));
      return ACT_MARK_GOES;
    }
  g_string_append (text, C_ ("a file", "stays"));
  return ACT_MARK_STAYS;
}

static void
set_mark (gconstpointer row, gboolean goes, void *data)
{
  const DuplicatesList *list = data;
  if (duplicates_model_get_store (list->model) != NULL && row_get_kind (row) == DUPLICATES_ROW_FILE)
    list->events.choose (row_get_number (row), goes, list->events.data);
}

/* ---- the list --------------------------------------------------------------------------------------------------- */

gboolean
duplicates_list_get_selected (DuplicatesList *list, DuplicatesSelection *ret_selection)
{
  void *row = cells_get_selected (list->cells);
  gboolean any = row != NULL && duplicates_model_get_row_file (list->model, row, &ret_selection->file);
  if (any)
    {
      ret_selection->is_group = row_get_kind (row) == DUPLICATES_ROW_GROUP;
      ret_selection->group = row_get_number (row);
      if (!ret_selection->is_group)
        any = duplicates_groups_find_group (list->groups, ret_selection->file, &ret_selection->group);
    }
  g_clear_object (&row);
  return any;
}

guint
duplicates_list_get_position (DuplicatesList *list)
{
  return gtk_single_selection_get_selected (GTK_SINGLE_SELECTION (duplicates_model_get_selection (list->model)));
}

void
duplicates_list_select_near (DuplicatesList *list, guint position)
{
  GtkSelectionModel *rows = duplicates_model_get_selection (list->model);
  guint count = g_list_model_get_n_items (G_LIST_MODEL (rows));
  if (position != GTK_INVALID_LIST_POSITION && duplicates_list_get_position (list) == GTK_INVALID_LIST_POSITION
      && count > 0)
    (void) gtk_selection_model_select_item (rows, MIN (position, count - 1), TRUE);
}

static void
on_activate (GtkColumnView *view G_GNUC_UNUSED, guint position, void *data)
{
  DuplicatesList *list = data;
  GtkTreeListRow *row = g_list_model_get_item (G_LIST_MODEL (duplicates_model_get_selection (list->model)), position);
  void *item = row == NULL ? NULL : gtk_tree_list_row_get_item (row);
  guint file;
  if (item != NULL && row_get_kind (item) == DUPLICATES_ROW_GROUP)
    gtk_tree_list_row_set_expanded (row, !gtk_tree_list_row_get_expanded (row));
  else if (item != NULL && duplicates_model_get_row_file (list->model, item, &file))
    list->events.open (file, list->events.data);
  g_clear_object (&item);
  g_clear_object (&row);
}

DuplicatesList *
duplicates_list_new (const DuplicatesListEvents *events)
{
  DuplicatesList *list = g_new0 (DuplicatesList, 1);
  const ActMarksTarget target = { get_mark, set_mark, list };
  list->events = *events;
  list->path = g_string_new (NULL);
  list->model = duplicates_model_new (events->wake, events->data);
  list->groups = duplicates_model_get_groups (list->model);
  list->cells = cells_new (_ ("Duplicates"), columns,
                           g_object_ref (G_LIST_MODEL (duplicates_model_get_selection (list->model))), list);
  list->marks = act_marks_new (cells_get_view (list->cells), &target);
  g_signal_connect (cells_get_view (list->cells), "activate", G_CALLBACK (on_activate), list);
  return list;
}

void
duplicates_list_free (DuplicatesList *list)
{
  duplicates_model_free (list->model);
  g_string_free (list->path, TRUE);
  g_free (list);
}

GtkWidget *
duplicates_list_get_widget (DuplicatesList *list)
{
  return list->cells;
}

GtkColumnView *
duplicates_list_get_view (DuplicatesList *list)
{
  return cells_get_view (list->cells);
}

DuplicatesModel *
duplicates_list_get_model (DuplicatesList *list)
{
  return list->model;
}

void
duplicates_list_refresh (DuplicatesList *list, gboolean sensitive)
{
  cells_refresh (list->cells);
  act_marks_refresh (list->marks, sensitive);
}

/* The list inside of a GtkColumnView can scroll to a row, but GtkColumnView has no function for that before GTK
 * 4.12. */
gboolean
duplicates_list_show (DuplicatesList *list, guint file)
{
  GtkWidget *view = GTK_WIDGET (cells_get_view (list->cells));
  guint position;
  if (!duplicates_model_find (list->model, file, &position))
    return FALSE;
  (void) gtk_selection_model_select_item (gtk_column_view_get_model (GTK_COLUMN_VIEW (view)), position, TRUE);
  for (GtkWidget *child = gtk_widget_get_first_child (view); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_activate_action (child, "list.scroll-to-item", "u", position))
      break;
  gtk_widget_grab_focus (view);
  return TRUE;
}
