/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A window that is closed while a menu is open in it: GTK has nothing to complain of. */
#include "gtk-window.h"
#include "gtk/window.h"
#include "tree.h"

#include <glib/gstdio.h>

static const char *const pages[] = { "files", "folders", "duplicates", "types", "errors" };

typedef struct Stage
{
  GtkApplication *application;
  GMenu *recent;
  WindowShared shared;
  ScanWindow *window;
  Settings *settings;
  char *folder;
  gboolean shown;
  guint n_closed; /* windows with an open menu */
} Stage;

static void
on_open (const Request *request G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
}

static void
on_scans (const Request *request G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
}

static void
on_progress (ScanWindow *window G_GNUC_UNUSED, Session *session G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
}

static void
on_shown (ScanWindow *window G_GNUC_UNUSED, Results *results G_GNUC_UNUSED, void *data)
{
  ((Stage *) data)->shown = TRUE;
}

static void
on_closed (ScanWindow *window G_GNUC_UNUSED, gboolean failed G_GNUC_UNUSED, void *data)
{
  ((Stage *) data)->window = NULL;
}

static void
stage_open (Stage *stage)
{
  ck_assert (gtk_init_check ());
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  *stage = (Stage) { .folder = g_dir_make_tmp ("lodger-scan-closing-XXXXXX", NULL) };
  for (guint i = 0; i < 3; i++)
    {
      char *path = g_strdup_printf ("%s/%u", stage->folder, i);
      ck_assert (g_file_set_contents (path, "the same", -1, NULL));
      g_free (path);
    }
  stage->application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  ck_assert (g_application_register (G_APPLICATION (stage->application), NULL, NULL));
  stage->recent = g_menu_new ();
  g_menu_append (stage->recent, "one", "app.none");
  stage->settings = settings_new (NULL);
  stage->shared = (WindowShared) {
    .application = stage->application,
    .caller = lodger_gtk_attach (NULL),
    .recent = G_MENU_MODEL (stage->recent),
    .settings = stage->settings,
    .open = on_open,
    .scans = on_scans,
    .progress = on_progress,
    .shown = on_shown,
    .closed = on_closed,
    .data = stage,
  };
}

static GtkWindow *
stage_scan (Stage *stage, const char *page)
{
  char *folders[] = { stage->folder, NULL };
  Request *request = request_new (&(EngineOptions) { .folders = folders }, page, FALSE);
  request->no_cache = TRUE;
  stage->shown = FALSE;
  stage->window = window_new (&stage->shared, NULL);
  window_present (stage->window);
  ck_assert (window_scan (stage->window, request, NULL));
  request_free (request);
  window_run_until (&stage->shown);
  return gtk_application_get_windows (stage->application)->data;
}

static void
stage_close (Stage *stage)
{
  expect_code (lodger_caller_leave (stage->shared.caller), 0);
  lodger_caller_unref (stage->shared.caller);
  settings_free (stage->settings);
  g_object_unref (stage->recent);
  g_object_unref (stage->application);
  tree_remove (stage->folder);
  g_free (stage->folder);
}

/* The popover of that number below the widget. */
static GtkWidget *
find_popover (GtkWidget *widget, guint *number)
{
  GtkWidget *found = NULL;
  if (GTK_IS_POPOVER (widget))
    return (*number)-- == 0 ? widget : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_popover (child, number);
  return found;
}

/* FALSE: there is no popover of that number. */
static gboolean
close_with (Stage *stage, const char *page, guint number)
{
  GtkWindow *window = stage_scan (stage, page);
  GtkWidget *popover = find_popover (GTK_WIDGET (window), &number);
  gboolean can = popover != NULL && gtk_widget_get_mapped (gtk_widget_get_parent (popover));
  if (can)
    {
      gtk_popover_popup (GTK_POPOVER (popover));
      while (!gtk_widget_get_mapped (popover))
        g_main_context_iteration (NULL, TRUE);
      stage->n_closed++;
    }
  window_end (stage->window);
  window_settle ();
  return popover != NULL;
}

START_TEST (an_open_menu_goes_with_the_window)
{
  Stage stage;
  stage_open (&stage);
  for (guint i = 0; close_with (&stage, pages[_i], i); i++)
    ;
  ck_assert_uint_ge (stage.n_closed, 3); /* those of the header */
  stage_close (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("closing");
  test_add_variants (suite, an_open_menu_goes_with_the_window, G_N_ELEMENTS (pages));
  return gtk_test_main (suite, argc, argv);
}
