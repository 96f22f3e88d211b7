/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of errors: it follows what is found, and what is resolved. */
#include "gtk-window.h"
#include "gtk/errors-view.h"
#include "made-store.h"

static void
on_wake (void *data G_GNUC_UNUSED)
{
}

static GtkWidget *
find_view (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_COLUMN_VIEW (widget) ? widget : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_view (child);
  return found;
}

static guint
count_rows (ErrorsView *view)
{
  GtkWidget *list = find_view (errors_view_get_widget (view));
  while (errors_view_grow (view))
    ;
  return g_list_model_get_n_items (G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (list))));
}

static gboolean
is_first (const StoreError *error, void *data G_GNUC_UNUSED)
{
  return error->reason == REASON_FIFO;
}

static gboolean
is_any (const StoreError *error G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
  return TRUE;
}

START_TEST (errors_that_were_resolved_go)
{
  Window window = window_open (FALSE);
  ErrorsView *view = errors_view_new (on_wake, NULL);
  Store *store = made_store_new ();
  GtkStack *stack = GTK_STACK (errors_view_get_widget (view));
  errors_view_set (view, store);
  ck_assert_str_eq (gtk_stack_get_visible_child_name (stack), "empty");
  store_add_error (store, store_get_root (store), "one", REASON_FIFO);
  store_add_error (store, store_get_root (store), "two", REASON_SOCKET);
  ck_assert_uint_eq (count_rows (view), 2);
  ck_assert_str_eq (gtk_stack_get_visible_child_name (stack), "errors");
  store_remove_errors (store, is_first, NULL);
  errors_view_refresh (view, TRUE);
  ck_assert_uint_eq (count_rows (view), 1);
  store_remove_errors (store, is_any, NULL);
  errors_view_refresh (view, TRUE);
  ck_assert_uint_eq (count_rows (view), 0);
  ck_assert_str_eq (gtk_stack_get_visible_child_name (stack), "empty");
  errors_view_set (view, NULL);
  errors_view_free (view);
  store_free (store);
  window_close (&window);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("errors");
  test_add (suite, errors_that_were_resolved_go);
  return gtk_test_main (suite, argc, argv);
}
