/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The window. The server's call-backs come in its thread, so they touch the widgets as any handler does. */
#include "client.h"
#include "demo.h"
#include "row.h"
#include "service.h"

#include <lodger-gtk4.h>
#include <stdio.h>

enum
{
  MOST_ROWS = 1000
};

static const struct
{
  const char *title;
  int width; /* 0: what is left */
} columns[ROW_COLUMNS] = { { "Time", 100 }, { "Method", 90 }, { "Path", 0 }, { "Status", 80 } };

static struct
{
  const DemoOptions *options;
  GtkWidget *window, *pages, *hint, *address, *count; /* `window` NULL: it is gone */
  GListStore *rows;
  Client client;
  int heard;
  int status;
  GtkAdjustment *scroll;
  int frames_to_scroll;
} view;

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static void
set_up_cell (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer column)
{
  GtkWidget *label = gtk_label_new (NULL);
  (void) factory;
  gtk_label_set_xalign (GTK_LABEL (label), GPOINTER_TO_INT (column) == ROW_STATUS ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_list_item_set_child (item, label);
}

static void
bind_cell (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer column)
{
  GtkWidget *label = gtk_list_item_get_child (item);
  Row *row = gtk_list_item_get_item (item);
  (void) factory;
  gtk_label_set_text (GTK_LABEL (label), row_get_text (row, (RowColumn) GPOINTER_TO_INT (column)));
  if (row_get_status (row) >= 400 && GPOINTER_TO_INT (column) == ROW_STATUS)
    gtk_widget_add_css_class (label, "bad");
  else
    gtk_widget_remove_css_class (label, "bad");
}

static double
end_of_list (void)
{
  return gtk_adjustment_get_upper (view.scroll) - gtk_adjustment_get_page_size (view.scroll);
}

static gboolean
show_end (GtkWidget *window, GdkFrameClock *clock, gpointer data)
{
  (void) window;
  (void) clock;
  (void) data;
  gtk_adjustment_set_value (view.scroll, end_of_list ());
  return --view.frames_to_scroll > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* The end stays in view, unless somebody has scrolled away from it. A new row has its place after the next frame. */
static void
follow_end (void)
{
  if (view.frames_to_scroll == 0 && gtk_adjustment_get_value (view.scroll) < end_of_list () - 50)
    return;
  if (view.frames_to_scroll == 0)
    gtk_widget_add_tick_callback (view.window, show_end, NULL, NULL);
  view.frames_to_scroll = 3;
}

static GtkWidget *
make_list (void)
{
  GtkWidget *list
      = gtk_column_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (view.rows)))));
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  for (int i = 0; i < ROW_COLUMNS; i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
      GtkColumnViewColumn *column = gtk_column_view_column_new (columns[i].title, factory);
      g_signal_connect (factory, "setup", G_CALLBACK (set_up_cell), GINT_TO_POINTER (i));
      g_signal_connect (factory, "bind", G_CALLBACK (bind_cell), GINT_TO_POINTER (i));
      if (columns[i].width > 0)
        gtk_column_view_column_set_fixed_width (column, columns[i].width);
      else
        gtk_column_view_column_set_expand (column, TRUE);
      gtk_column_view_append_column (GTK_COLUMN_VIEW (list), column);
      g_object_unref (column);
    }
  gtk_column_view_set_show_row_separators (GTK_COLUMN_VIEW (list), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_widget_set_vexpand (scrolled, TRUE);
  view.scroll = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  return scrolled;
}

static GtkWidget *
make_empty_page (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *title = gtk_label_new ("No request yet");
  view.hint = gtk_label_new ("The server is starting");
  gtk_widget_add_css_class (title, "title-2");
  gtk_widget_add_css_class (view.hint, "dim-label");
  gtk_label_set_wrap (GTK_LABEL (view.hint), TRUE);
  gtk_label_set_justify (GTK_LABEL (view.hint), GTK_JUSTIFY_CENTER);
  gtk_label_set_selectable (GTK_LABEL (view.hint), TRUE);
  gtk_widget_set_focusable (view.hint, FALSE);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_start (box, 24);
  gtk_widget_set_margin_end (box, 24);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), view.hint);
  return box;
}

static void
set_text (GtkWidget *label, const char *format, ...)
{
  va_list arguments;
  char *text;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  gtk_label_set_text (GTK_LABEL (label), text);
  g_free (text);
}

/* ---- the server's news: in the window's thread ------------------------------------------------------------------- */

static void
heard (const ServerRequest *request)
{
  Row *row = row_new (request);
  if (view.window != NULL)
    follow_end ();
  if (g_list_model_get_n_items (G_LIST_MODEL (view.rows)) == MOST_ROWS)
    g_list_store_remove (view.rows, 0);
  g_list_store_append (view.rows, row);
  g_object_unref (row);
  view.heard++;
  if (view.window == NULL)
    return;
  gtk_stack_set_visible_child_name (GTK_STACK (view.pages), "list");
  set_text (view.count, view.heard == 1 ? "%d request" : "%d requests", view.heard);
}

static void
on_asked (GtkWidget *window, LodgerPending *done, void *data)
{
  (void) window;
  (void) done;
  (void) data;
  printf ("%d requests have come\n", view.heard);
  fflush (stdout);
  if (view.heard < view.options->requests)
    view.status = DEMO_FAILED;
}

static void
on_not_asked (GtkWidget *window, const GError *error, void *data)
{
  (void) window;
  (void) data;
  fprintf (stderr, "uv-in-gtk: %s\n", error->message);
  view.status = DEMO_FAILED;
}

static void
is_ready (int port)
{
  if (view.window == NULL)
    return;
  set_text (view.hint, "Open http://127.0.0.1:%d/ in a browser", port);
  set_text (view.address, "127.0.0.1:%d", port);
  view.client = (Client) { .port = port, .requests = view.options->requests, .left = view.options->left };
  if (view.options->requests > 0 || view.options->left > 0)
    lodger_gtk_run (view.window, client_call, on_asked, &view.client, .failed = on_not_asked);
}

static void
on_stopped (LodgerPending *self, LodgerPending *done, void *data)
{
  char *text = lodger_pending_get_outcome (done) == LODGER_EFAILED ? lodger_pending_describe (done) : NULL;
  (void) self;
  (void) data;
  if (text == NULL)
    return;
  fprintf (stderr, "uv-in-gtk: the server did not run: %s\n", text);
  if (view.window != NULL)
    set_text (view.hint, "The server did not start: %s", lodger_error_get_message (lodger_pending_get_error (done)));
  view.status = DEMO_FAILED;
  lodger_free (text);
}

/* ---- the window -------------------------------------------------------------------------------------------------- */

static void
on_destroy (GtkWidget *window, gpointer data)
{
  (void) window;
  (void) data;
  view.window = NULL;
}

static gboolean
close_window (gpointer data)
{
  (void) data;
  if (view.window != NULL)
    gtk_window_close (GTK_WINDOW (view.window));
  return G_SOURCE_REMOVE;
}

static void
make_window (GtkApplication *application)
{
  GtkWidget *bar = gtk_header_bar_new ();
  view.window = gtk_application_window_new (application);
  view.pages = gtk_stack_new ();
  view.address = gtk_label_new (NULL);
  view.count = gtk_label_new (NULL);
  gtk_widget_add_css_class (view.count, "dim-label");
  gtk_header_bar_pack_start (GTK_HEADER_BAR (bar), view.address);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (bar), view.count);
  gtk_stack_add_named (GTK_STACK (view.pages), make_empty_page (), "empty");
  gtk_stack_add_named (GTK_STACK (view.pages), make_list (), "list");
  gtk_window_set_title (GTK_WINDOW (view.window), "libuv in GTK");
  gtk_window_set_titlebar (GTK_WINDOW (view.window), bar);
  gtk_window_set_child (GTK_WINDOW (view.window), view.pages);
  gtk_window_set_default_size (GTK_WINDOW (view.window), 640, 420);
  g_signal_connect (view.window, "destroy", G_CALLBACK (on_destroy), NULL);
  gtk_window_present (GTK_WINDOW (view.window));
}

/* The theme's red is hard to read on a dark ground. */
static void
choose_looks (gboolean dark)
{
  GtkCssProvider *provider = gtk_css_provider_new ();
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", dark, NULL);
  gtk_css_provider_load_from_data (provider, dark ? ".bad { color: #ff8c8c; }" : ".bad { color: #a40000; }", -1);
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_object_unref (provider);
}

static void
activate (GtkApplication *application)
{
  static const ServiceView service_view = { .is_ready = is_ready, .heard = heard };
  LodgerCaller *caller = lodger_gtk_default_caller ();
  LodgerPending *service;
  choose_looks (view.options->dark);
  make_window (application);
  if (view.options->stay > 0)
    g_timeout_add ((guint) (view.options->stay * 1000), close_window, NULL);
  service = service_start (caller, &service_view, view.options->port);
  lodger_pending_disown (lodger_pending_then (service, caller, on_stopped, NULL, NULL));
  lodger_pending_disown (service);
}

/* When the window is closed, the application shuts down, and Lodger's caller stops. That cancels the server's call,
 * which closes its connections, and is waited for. */
int
demo_window (const DemoOptions *options)
{
  GtkApplication *application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  int status;
  view.options = options;
  view.rows = g_list_store_new (ROW_TYPE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  status = g_application_run (G_APPLICATION (application), 0, NULL);
  g_object_unref (application);
  g_object_unref (view.rows);
  client_clear (&view.client);
  return status != 0 ? DEMO_FAILED : view.status;
}
