/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of folders, in a window: from folder to folder, by the map's keys and by the list. */
#include "gtk-window.h"
#include "gtk/folders-view.h"

#include <string.h>

enum
{
  MANY = 100000
};

typedef struct Page
{
  Window window;
  Store *store;
  StoreDir *root, *docs, *deep;
  FoldersView *view;
  GtkWidget *map, *list, *line;
  GString *opened, *shown, *copied;
  guint64 ino;
  gboolean settled;
} Page;

/* ---- what is in it ---------------------------------------------------------------------------------------------- */

static void
add_file (Page *page, StoreDir *dir, const char *name, guint64 size)
{
  StoreFile file = { .dir = dir, .size = size, .disk = size, .ino = ++page->ino };
  (void) store_add_file (page->store, &file, name, "text/plain", 1);
}

static GtkWidget *
find (GtkWidget *widget, const char *type, const char *css_class)
{
  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), type)
      && (css_class == NULL || gtk_widget_has_css_class (widget, css_class)))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type, css_class);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
no_wake (void *data)
{
  (void) data;
}

static void
note_open (const char *path, void *data)
{
  g_string_assign (((Page *) data)->opened, path);
}

static void
note_shown (const char *path, void *data)
{
  g_string_assign (((Page *) data)->shown, path);
}

static void
note_copied (const char *path, void *data)
{
  g_string_assign (((Page *) data)->copied, path);
}

static gboolean
grow (GtkWidget *widget, GdkFrameClock *clock, void *data)
{
  Page *page = data;
  (void) widget;
  (void) clock;
  if (folders_view_grow (page->view))
    return G_SOURCE_CONTINUE;
  page->settled = TRUE;
  return G_SOURCE_REMOVE;
}

/* Frames, until nothing is left to do. */
static void
settle (Page *page)
{
  page->settled = FALSE;
  gtk_widget_add_tick_callback (GTK_WIDGET (page->window.window), grow, page, NULL);
  window_run_until (&page->settled);
}

static void
page_open (Page *page)
{
  FoldersViewTarget target = { no_wake, note_open, note_shown, note_copied, page };
  GtkWidget *widget;
  *page = (Page) { .window = window_open (FALSE), .store = store_new () };
  page->opened = g_string_new (NULL);
  page->shown = g_string_new (NULL);
  page->copied = g_string_new (NULL);
  page->root = store_add_dir (page->store, NULL, "");
  page->docs = store_add_dir (page->store, page->root, "docs");
  page->deep = store_add_dir (page->store, page->docs, "deep");
  add_file (page, page->root, "small", 10000);
  add_file (page, page->docs, "report", 30000);
  add_file (page, page->deep, "bottom", 60000);
  page->view = folders_view_new (&target);
  widget = folders_view_get_widget (page->view);
  page->map = find (widget, "LodgerScanTreemap", NULL);
  page->list = find (widget, "GtkListView", NULL);
  page->line = find (widget, "GtkLabel", "numeric");
  ck_assert (page->map != NULL && page->list != NULL && page->line != NULL);
  gtk_box_append (GTK_BOX (page->window.box), widget);
  gtk_window_set_default_size (page->window.window, 900, 600);
  gtk_window_present (page->window.window);
  folders_view_set (page->view, page->store, "/base");
  while (!gtk_widget_get_mapped (page->map))
    g_main_context_iteration (NULL, TRUE);
  settle (page);
}

static void
page_close (Page *page)
{
  folders_view_set (page->view, NULL, NULL);
  gtk_box_remove (GTK_BOX (page->window.box), folders_view_get_widget (page->view));
  folders_view_free (page->view);
  window_close (&page->window);
  store_free (page->store);
  g_string_free (page->opened, TRUE);
  g_string_free (page->shown, TRUE);
  g_string_free (page->copied, TRUE);
}

/* ---- what a user does ------------------------------------------------------------------------------------------- */

/* As if the map had the focus. */
static void
press (Page *page, guint key, GdkModifierType state)
{
  GListModel *controllers = gtk_widget_observe_controllers (page->map);
  gboolean taken = FALSE;
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      GtkEventController *controller = g_list_model_get_item (controllers, i);
      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", key, 0, state, &taken);
      g_object_unref (controller);
    }
  g_object_unref (controllers);
  ck_assert (taken);
}

static guint
count_rows (const Page *page)
{
  return g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (page->list))));
}

static const char *
get_line (const Page *page)
{
  return gtk_label_get_text (GTK_LABEL (page->line));
}

START_TEST (it_begins_with_the_folder_that_is_scanned)
{
  Page page;
  page_open (&page);
  ck_assert_ptr_eq (folders_view_get_dir (page.view), page.root);
  ck_assert_uint_eq (count_rows (&page), 2);
  ck_assert_str_eq (get_line (&page), "");
  page_close (&page);
}
END_TEST

START_TEST (the_maps_keys_lead_into_folders_and_back)
{
  Page page;
  page_open (&page);
  press (&page, GDK_KEY_Home, 0);
  ck_assert_str_eq (get_line (&page), "docs: 90.0 kB, 90.0 %, 2 files");
  press (&page, GDK_KEY_Return, 0);
  ck_assert_ptr_eq (folders_view_get_dir (page.view), page.docs);
  settle (&page);
  ck_assert_uint_eq (count_rows (&page), 2);
  press (&page, GDK_KEY_Right, 0);
  press (&page, GDK_KEY_Return, 0);
  ck_assert_ptr_eq (folders_view_get_dir (page.view), page.deep);
  settle (&page);
  press (&page, GDK_KEY_BackSpace, 0);
  ck_assert_ptr_eq (folders_view_get_dir (page.view), page.docs);
  settle (&page);
  /* The folder that was left is selected. */
  ck_assert_str_eq (get_line (&page), "docs/deep: 60.0 kB, 66.7 %, 1 file");
  press (&page, GDK_KEY_Up, GDK_ALT_MASK);
  ck_assert_ptr_eq (folders_view_get_dir (page.view), page.root);
  settle (&page);
  press (&page, GDK_KEY_BackSpace, 0);
  ck_assert_ptr_eq (folders_view_get_dir (page.view), page.root);
  page_close (&page);
}
END_TEST

START_TEST (return_on_a_file_opens_it)
{
  Page page;
  page_open (&page);
  folders_view_enter (page.view, page.deep);
  settle (&page);
  press (&page, GDK_KEY_Home, 0);
  ck_assert_str_eq (get_line (&page), "docs/deep/bottom: 60.0 kB, 100.0 %, Documents");
  press (&page, GDK_KEY_Return, 0);
  ck_assert_str_eq (page.opened->str, "/base/docs/deep/bottom");
  page_close (&page);
}
END_TEST

START_TEST (a_row_of_the_list_that_is_activated_opens_its_folder)
{
  Page page;
  page_open (&page);
  g_signal_emit_by_name (page.list, "activate", 0);
  ck_assert_ptr_eq (folders_view_get_dir (page.view), page.docs);
  settle (&page);
  g_signal_emit_by_name (page.list, "activate", 1);
  ck_assert_str_eq (page.opened->str, "/base/docs/report");
  page_close (&page);
}
END_TEST

START_TEST (the_selection_is_the_same_in_the_list_and_on_the_map)
{
  Page page;
  GtkSingleSelection *selection;
  page_open (&page);
  selection = GTK_SINGLE_SELECTION (gtk_list_view_get_model (GTK_LIST_VIEW (page.list)));
  gtk_single_selection_set_selected (selection, 1);
  ck_assert_str_eq (get_line (&page), "small: 10.0 kB, 10.0 %, Documents");
  press (&page, GDK_KEY_Home, 0);
  ck_assert_uint_eq (gtk_single_selection_get_selected (selection), 0);
  page_close (&page);
}
END_TEST

START_TEST (what_is_found_later_is_shown_and_the_selection_stays)
{
  Page page;
  page_open (&page);
  press (&page, GDK_KEY_Home, 0);
  add_file (&page, page.root, "huge", 900000);
  folders_view_refresh (page.view, FALSE);
  settle (&page);
  ck_assert_uint_eq (count_rows (&page), 3);
  ck_assert_str_eq (get_line (&page), "docs: 90.0 kB, 9.0 %, 2 files");
  page_close (&page);
}
END_TEST

START_TEST (a_file_that_has_gone_goes_from_the_page)
{
  Page page;
  page_open (&page);
  store_remove_file (page.store, 0);
  folders_view_refresh (page.view, TRUE);
  settle (&page);
  ck_assert_uint_eq (count_rows (&page), 1);
  page_close (&page);
}
END_TEST

START_TEST (a_folder_of_very_many_files_has_a_short_list)
{
  Page page;
  page_open (&page);
  for (guint i = 0; i < MANY; i++)
    {
      char name[16];
      g_snprintf (name, sizeof name, "%u", i);
      add_file (&page, page.deep, name, 1 + i % 100);
    }
  folders_view_enter (page.view, page.deep);
  settle (&page);
  ck_assert_uint_eq (count_rows (&page), 501);
  page_close (&page);
}
END_TEST

START_TEST (another_scan_takes_its_place)
{
  Page page;
  Store *other = store_new ();
  page_open (&page);
  folders_view_enter (page.view, page.deep);
  (void) store_add_dir (other, NULL, "");
  folders_view_set (page.view, other, "/other");
  ck_assert_ptr_eq (folders_view_get_dir (page.view), store_get_root (other));
  settle (&page);
  ck_assert_uint_eq (count_rows (&page), 0);
  folders_view_set (page.view, NULL, NULL);
  ck_assert_ptr_null (folders_view_get_dir (page.view));
  store_free (other);
  page_close (&page);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("folders");
  test_add (suite, it_begins_with_the_folder_that_is_scanned);
  test_add (suite, the_maps_keys_lead_into_folders_and_back);
  test_add (suite, return_on_a_file_opens_it);
  test_add (suite, a_row_of_the_list_that_is_activated_opens_its_folder);
  test_add (suite, the_selection_is_the_same_in_the_list_and_on_the_map);
  test_add (suite, what_is_found_later_is_shown_and_the_selection_stays);
  test_add (suite, a_file_that_has_gone_goes_from_the_page);
  test_add (suite, a_folder_of_very_many_files_has_a_short_list);
  test_add (suite, another_scan_takes_its_place);
  return gtk_test_main (suite, argc, argv);
}
