/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view-stage.h"

static void
on_wake (void *data)
{
  ((ViewStage *) data)->wakes++;
}

static void *
hold (void *data)
{
  ((ViewStage *) data)->held++;
  return data;
}

static void
release (void *data)
{
  ViewStage *stage = data;
  ck_assert_uint_gt (stage->held, 0);
  stage->held--;
}

GtkWidget *
find_widget (GtkWidget *above, GType type)
{
  GtkWidget *found = NULL;
  if (G_TYPE_CHECK_INSTANCE_TYPE (above, type))
    return above;
  for (GtkWidget *child = gtk_widget_get_first_child (above); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type);
  return found;
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, void *data)
{
  ViewStage *stage = data;
  (void) model;
  (void) position;
  (void) removed;
  stage->changes++;
  stage->added_most = MAX (stage->added_most, added);
}

void
view_stage_open (ViewStage *stage, Settings *settings)
{
  GtkWidget *widget;
  *stage = (ViewStage) { .window = window_open (TRUE), .settings = settings };
  cells_load_style ();
  stage->view = files_view_new (stage->window.caller, on_wake, stage);
  if (settings != NULL)
    files_view_set_settings (stage->view, settings);
  widget = files_view_get_widget (stage->view);
  gtk_window_set_default_size (stage->window.window, 900, 500);
  gtk_widget_set_vexpand (widget, TRUE);
  gtk_box_append (GTK_BOX (stage->window.box), widget);
  stage->list = GTK_COLUMN_VIEW (find_widget (widget, GTK_TYPE_COLUMN_VIEW));
  stage->model = G_LIST_MODEL (gtk_column_view_get_model (stage->list));
  g_signal_connect (stage->model, "items-changed", G_CALLBACK (on_items_changed), stage);
  window_settle ();
}

void
view_stage_fill (ViewStage *stage, guint files)
{
  stage->store = made_store_new ();
  made_store_grow (stage->store, files);
  files_view_set (stage->view, stage->store, "/nowhere", &(ArrangerOwner) { hold, release, stage });
}

void
view_stage_settle (ViewStage *stage)
{
  int64_t until = test_now () + test_limit_ns ();
  while (files_view_grow (stage->view))
    {
      g_main_context_iteration (NULL, FALSE);
      if (test_now () > until)
        test_fail ("hangs: the list does not settle");
    }
  window_settle ();
}

void
view_stage_close (ViewStage *stage)
{
  files_view_set (stage->view, NULL, NULL, NULL);
  g_signal_handlers_disconnect_by_data (stage->model, stage);
  gtk_window_destroy (stage->window.window);
  g_clear_object (&stage->window.window);
  files_view_free (stage->view);
  while (stage->held > 0)
    g_main_context_iteration (NULL, TRUE);
  window_close (&stage->window);
  store_free (stage->store);
}

guint
view_stage_get (const ViewStage *stage, guint position)
{
  void *row = g_list_model_get_item (stage->model, position);
  guint number;
  ck_assert_ptr_nonnull (row);
  number = row_get_number (row);
  g_object_unref (row);
  return number;
}

const StoreFile *
view_stage_get_file (const ViewStage *stage, guint position)
{
  return &g_array_index (stage->store->files, StoreFile, view_stage_get (stage, position));
}

void
view_stage_sort (const ViewStage *stage, guint column, GtkSortType direction)
{
  GtkColumnViewColumn *sorted = g_list_model_get_item (gtk_column_view_get_columns (stage->list), column);
  gtk_column_view_sort_by_column (stage->list, sorted, direction);
  g_object_unref (sorted);
}

const char *
view_stage_get_page (const ViewStage *stage)
{
  GtkWidget *stack = gtk_widget_get_ancestor (GTK_WIDGET (stage->list), GTK_TYPE_STACK);
  return gtk_stack_get_visible_child_name (GTK_STACK (stack));
}
