/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "files-view.h"

#include "../text.h"
#include "cells.h"

#include <string.h>

struct FilesView
{
  GtkWidget *stack, *cells, *empty;
  Rows *rows;
  const Store *store;
  const char *folder;
  GString *path;
};

/* A row that somebody still holds may be of a scan that is gone. */
static const StoreFile *
get_file (const FilesView *view, gconstpointer row)
{
  static StoreDir no_dir = { .name = "" };
  static const StoreFile no_file = { .dir = &no_dir, .name = "" };
  guint number = row_get_number (row);
  if (view->store == NULL || number >= view->store->files->len)
    return &no_file;
  return &g_array_index (view->store->files, StoreFile, number);
}

static const char *
get_type (const FilesView *view, const StoreFile *file)
{
  if (view->store == NULL || file->type >= view->store->types->len)
    return "";
  return g_array_index (view->store->types, StoreType, file->type).name;
}

static gboolean
has_twin (const FilesView *view, gconstpointer row)
{
  return view->store != NULL && store_has_twin (view->store, get_file (view, row));
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

static void
append_name (void *data, gconstpointer row, GString *text)
{
  text_append_shown (text, get_file (data, row)->name);
}

static void
append_folder (void *data, gconstpointer row, GString *text)
{
  FilesView *view = data;
  g_string_truncate (view->path, 0);
  store_append_path (view->path, get_file (view, row)->dir, NULL);
  text_append_shown (text, view->path->str);
}

static void
append_size (void *data, gconstpointer row, GString *text)
{
  text_append_size (text, get_file (data, row)->size);
}

static void
append_type (void *data, gconstpointer row, GString *text)
{
  text_append_shown (text, get_type (data, get_file (data, row)));
}

static void
append_mark (void *data, gconstpointer row, GString *text)
{
  if (has_twin (data, row))
    g_string_append (text, "duplicate");
}

/* Equal ones stay as they are: in the order of arrival, or in that of the column chosen before. */
static int
compare_names (const void *a, const void *b, void *data)
{
  const char *name_a = get_file (data, a)->name;
  const char *name_b = get_file (data, b)->name;
  int order = g_ascii_strcasecmp (name_a, name_b);
  return order != 0 ? order : strcmp (name_a, name_b);
}

static int
compare_folders (const void *a, const void *b, void *data)
{
  const StoreFile *file_a = get_file (data, a);
  const StoreFile *file_b = get_file (data, b);
  return file_a->dir == file_b->dir ? 0 : store_compare_paths (file_a->dir, NULL, file_b->dir, NULL);
}

static int
compare_sizes (const void *a, const void *b, void *data)
{
  guint64 size_a = get_file (data, a)->size;
  guint64 size_b = get_file (data, b)->size;
  return (size_a > size_b) - (size_a < size_b);
}

static int
compare_types (const void *a, const void *b, void *data)
{
  const StoreFile *file_a = get_file (data, a);
  const StoreFile *file_b = get_file (data, b);
  return file_a->type == file_b->type ? 0 : strcmp (get_type (data, file_a), get_type (data, file_b));
}

static int
compare_marks (const void *a, const void *b, void *data)
{
  return has_twin (data, a) - has_twin (data, b);
}

static const CellColumn columns[] = {
  { "Name", append_name, compare_names, 24, CELL_EXPAND | CELL_MIDDLE },
  { "Folder", append_folder, compare_folders, 28, CELL_EXPAND | CELL_MIDDLE | CELL_DIM },
  { "Size", append_size, compare_sizes, 10, CELL_NUMBER },
  { "Type", append_type, compare_types, 24, CELL_MIDDLE },
  { "Twice", append_mark, compare_marks, 10, CELL_LIVE | CELL_DIM },
  { NULL, NULL, NULL, 0, 0 },
};

/* ---- what can be done with a file ------------------------------------------------------------------------------- */

static char *
get_path (FilesView *view, gconstpointer row)
{
  const StoreFile *file = get_file (view, row);
  g_string_truncate (view->path, 0);
  store_append_path (view->path, file->dir, file->name);
  return g_build_filename (view->folder, view->path->str, NULL);
}

static void
on_activate (GtkColumnView *column_view, guint position, void *data)
{
  FilesView *view = data;
  void *row = g_list_model_get_item (G_LIST_MODEL (gtk_column_view_get_model (column_view)), position);
  if (row != NULL && view->store != NULL)
    {
      char *path = get_path (view, row);
      char *uri = g_filename_to_uri (path, NULL, NULL);
      if (uri != NULL)
        gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (view->stack)), uri, GDK_CURRENT_TIME);
      g_free (uri);
      g_free (path);
    }
  g_clear_object (&row);
}

static gboolean
on_copy (GtkWidget *widget, GVariant *arguments G_GNUC_UNUSED, void *data)
{
  FilesView *view = data;
  void *row = cells_get_selected (view->cells);
  if (row == NULL || view->store == NULL)
    return FALSE;
  {
    char *path = get_path (view, row);
    GString *shown = g_string_new (NULL);
    if (g_utf8_validate (path, -1, NULL))
      g_string_append (shown, path);
    else
      text_append_shown (shown, path);
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), shown->str);
    g_string_free (shown, TRUE);
    g_free (path);
  }
  g_object_unref (row);
  return TRUE;
}

/* ---- the page --------------------------------------------------------------------------------------------------- */

FilesView *
files_view_new (void (*wake) (void *data), void *data)
{
  FilesView *view = g_new0 (FilesView, 1);
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();
  view->path = g_string_new (NULL);
  view->rows = rows_new (0, 0, 0);
  view->stack = g_object_ref_sink (gtk_stack_new ());
  view->cells = cells_new ("Files", columns, g_object_ref (G_LIST_MODEL (view->rows)), view);
  view->empty = cells_empty_page ("folder-symbolic");
  gtk_stack_add_named (GTK_STACK (view->stack), view->empty, "empty");
  gtk_stack_add_named (GTK_STACK (view->stack), view->cells, "files");
  rows_set_sorter (view->rows, gtk_column_view_get_sorter (cells_get_view (view->cells)), wake, data);
  g_signal_connect (cells_get_view (view->cells), "activate", G_CALLBACK (on_activate), view);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (shortcuts),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control>c"),
                                                          gtk_callback_action_new (on_copy, view, NULL)));
  gtk_widget_add_controller (view->cells, shortcuts);
  return view;
}

void
files_view_free (FilesView *view)
{
  view->store = NULL;
  rows_forget_sorter (view->rows);
  g_object_unref (view->stack);
  g_object_unref (view->rows);
  g_string_free (view->path, TRUE);
  g_free (view);
}

GtkWidget *
files_view_get_widget (FilesView *view)
{
  return view->stack;
}

void
files_view_set (FilesView *view, const Store *store, const char *folder)
{
  rows_clear (view->rows);
  view->store = store;
  view->folder = folder;

  files_view_refresh (view, FALSE);
}

gboolean
files_view_grow (FilesView *view)
{
  return rows_grow (view->rows, view->store == NULL ? 0 : view->store->files->len);
}

void
files_view_refresh (FilesView *view, gboolean over)
{
  cells_refresh (view->cells);
  if (view->store != NULL && view->store->files->len > 0)
    return;
  cells_empty_page_say (view->empty, "No files", "There is no regular file in this folder, nor in those in it.");
  gtk_stack_set_visible_child_name (GTK_STACK (view->stack), over ? "empty" : "files");
}
