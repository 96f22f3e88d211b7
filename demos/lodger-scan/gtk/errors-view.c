/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "errors-view.h"

#include "../i18n.h"
#include "../text.h"
#include "cells.h"

#include <string.h>

struct ErrorsView
{
  GtkWidget *stack, *cells, *empty;
  Rows *rows;
  const Store *store;
  GString *path;
  guint resolved; /* the store's, when the rows were made */
  void (*wake) (void *data);
  void *data;
};

/* A row that somebody still holds may be of a scan that is gone. */
static const StoreError *
get_error (const ErrorsView *view, gconstpointer row)
{
  guint number = row_get_number (row);
  if (view->store == NULL || number >= view->store->errors->len)
    return NULL;
  return &g_array_index (view->store->errors, StoreError, number);
}

static void
append_path (void *data, gconstpointer row, GString *text)
{
  ErrorsView *view = data;
  const StoreError *error = get_error (view, row);
  if (error == NULL)
    return;
  g_string_truncate (view->path, 0);
  store_append_path (view->path, error->dir, error->name);
  text_append_shown (text, view->path->len == 0 ? "." : view->path->str);
}

static void
append_reason (void *data, gconstpointer row, GString *text)
{
  const StoreError *error = get_error (data, row);
  if (error != NULL)
    g_string_append (text, store_reason_shown (error->reason));
}

static int
compare_paths (const void *a, const void *b, void *data)
{
  const StoreError *error_a = get_error (data, a);
  const StoreError *error_b = get_error (data, b);
  if (error_a == NULL || error_b == NULL)
    return 0;
  return store_compare_paths (error_a->dir, error_a->name, error_b->dir, error_b->name);
}

static int
compare_reasons (const void *a, const void *b, void *data)
{
  const StoreError *error_a = get_error (data, a);
  const StoreError *error_b = get_error (data, b);
  if (error_a == NULL || error_b == NULL || error_a->reason == error_b->reason)
    return 0;
  return strcmp (store_reason_shown (error_a->reason), store_reason_shown (error_b->reason));
}

static const CellColumn columns[] = {
  { N_ ("Path"), append_path, compare_paths, 48, CELL_EXPAND | CELL_MIDDLE },
  { N_ ("What is wrong"), append_reason, compare_reasons, 48, CELL_EXPAND },
  { NULL, NULL, NULL, 0, 0 },
};

ErrorsView *
errors_view_new (void (*wake) (void *data), void *data)
{
  ErrorsView *view = g_new0 (ErrorsView, 1);
  view->wake = wake;
  view->data = data;
  view->path = g_string_new (NULL);
  view->rows = rows_new (0, 0, 0);
  view->stack = g_object_ref_sink (gtk_stack_new ());
  view->cells = cells_new (_ ("Errors"), columns, g_object_ref (G_LIST_MODEL (view->rows)), view);
  view->empty = cells_empty_page ("emblem-ok-symbolic");
  gtk_stack_add_named (GTK_STACK (view->stack), view->empty, "empty");
  gtk_stack_add_named (GTK_STACK (view->stack), view->cells, "errors");
  rows_set_sorter (view->rows, gtk_column_view_get_sorter (cells_get_view (view->cells)), wake, data);
  return view;
}

void
errors_view_free (ErrorsView *view)
{
  view->store = NULL;
  rows_forget_sorter (view->rows);
  g_object_unref (view->stack);
  g_object_unref (view->rows);
  g_string_free (view->path, TRUE);
  g_free (view);
}

GtkWidget *
errors_view_get_widget (ErrorsView *view)
{
  return view->stack;
}

void
errors_view_set (ErrorsView *view, const Store *store)
{
  rows_clear (view->rows);
  view->store = store;
  view->resolved = store == NULL ? 0 : store->resolved;
  errors_view_refresh (view, FALSE);
}

/* Errors that were resolved have gone, and others may have their numbers. */
static void
follow (ErrorsView *view)
{
  if (view->store == NULL || view->resolved == view->store->resolved)
    return;
  view->resolved = view->store->resolved;
  rows_clear (view->rows);
  view->wake (view->data);
}

gboolean
errors_view_grow (ErrorsView *view)
{
  guint found = view->store == NULL ? 0 : view->store->errors->len;
  follow (view);
  if (found > 0)
    gtk_stack_set_visible_child_name (GTK_STACK (view->stack), "errors");
  return rows_grow (view->rows, found);
}

void
errors_view_refresh (ErrorsView *view, gboolean over)
{
  follow (view);
  if (view->store != NULL && view->store->errors->len > 0)
    return;
  cells_empty_page_say (view->empty, _ ("No errors"),
                        over ? _ ("Everything in this folder could be read.") : _ ("Everything could be read so far."));
  gtk_stack_set_visible_child_name (GTK_STACK (view->stack), "empty");
}
