/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queries to SQLite. The handle belongs to one thread, the worker "db". Rows appear while the query runs. */
#include <lodger-gtk4.h>
#include <sqlite3.h>

static const char sample[]
    = "CREATE TABLE sale AS WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT 200000)"
      " SELECT date ('2020-01-01', (i / 100) || ' days') AS day, 1 + abs (random () % 12) AS pieces,"
      " abs (random () % 9000) / 100.0 AS price FROM n";

static const char row_template[]
    = "<interface><template class='GtkListItem'><property name='child'><object class='GtkLabel'>"
      "<property name='xalign'>0</property><style><class name='monospace'/></style><binding name='label'>"
      "<lookup name='string' type='GtkStringObject'><lookup name='item'>GtkListItem</lookup></lookup>"
      "</binding></object></property></template></interface>";

static struct
{
  GtkWidget *window, *sql, *run, *cancel, *bar;
  GListStore *rows;
} view; /* only the GUI thread uses it, while the window is there */

static const char *path = ":memory:";
static sqlite3 *database; /* only the thread of "db" uses it */

/* ---- in the thread of "db" ----------------------------------------------------------------------------------------- */

static int
open_database (void)
{
  int code = sqlite3_open (path, &database);
  if (code == SQLITE_OK && *path == ':')
    code = sqlite3_exec (database, sample, NULL, NULL, NULL);
  if (code != SQLITE_OK)
    g_clear_pointer (&database, sqlite3_close);
  return code;
}

/* The stop hook: the last that runs in the thread. */
static void
close_database (LodgerCaller *caller, void *data)
{
  g_clear_pointer (&database, sqlite3_close);
}

/* SQLite asks every 10,000 steps whether to end. The bar moves meanwhile. */
static int
is_cancelled (void *self)
{
  return lodger_gtk_report (self, -1, NULL) != 0;
}

static GtkStringObject *
row_new (sqlite3_stmt *statement)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; i < sqlite3_column_count (statement); i++)
    {
      const char *cell = (const char *) sqlite3_column_text (statement, i);
      g_string_append_printf (text, "%-14s", cell != NULL ? cell : "NULL");
    }
  return gtk_string_object_new (text->str);
}

/* A row that is sent waits until the window has room for it, or until the query is cancelled. */
static void
run_query (LodgerPending *self, void *sql)
{
  sqlite3_stmt *statement = NULL;
  int code = database == NULL ? open_database () : SQLITE_OK;
  if (code != SQLITE_OK)
    {
      lodger_pending_return_new_error (self, "sqlite", code, "%s: %s", path, sqlite3_errstr (code));
      return;
    }
  sqlite3_progress_handler (database, 10000, is_cancelled, self);
  code = sqlite3_prepare_v2 (database, sql, -1, &statement, NULL);
  while (statement != NULL && (code = sqlite3_step (statement)) == SQLITE_ROW)
    if (lodger_gtk_send (self, row_new (statement)) != 0)
      break;
  if (code != SQLITE_OK && code != SQLITE_DONE)
    lodger_pending_return_new_error (self, "sqlite", code, "%s", sqlite3_errmsg (database));
  sqlite3_progress_handler (database, 0, NULL, NULL);
  sqlite3_finalize (statement);
}

/* ---- in the GUI thread --------------------------------------------------------------------------------------------- */

static void
add_rows (GtkWidget *window, void **rows, gsize count, void *data)
{
  g_list_store_splice (view.rows, g_list_model_get_n_items (G_LIST_MODEL (view.rows)), 0, rows, (guint) count);
}

static void
show_end (GtkWidget *window, LodgerPending *done, void *data)
{
  LodgerError *error = lodger_pending_get_error (done);
  g_autofree char *title = g_strdup_printf ("%u rows", g_list_model_get_n_items (G_LIST_MODEL (view.rows)));
  gtk_window_set_title (GTK_WINDOW (window), error != NULL ? lodger_error_get_message (error) : title);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (view.bar), 0);
  gtk_widget_set_sensitive (view.run, TRUE);
}

static void
on_run (void)
{
  char *sql = g_strdup (gtk_editable_get_text (GTK_EDITABLE (view.sql)));
  g_list_store_remove_all (view.rows);
  gtk_widget_set_sensitive (view.run, FALSE);
  gtk_window_set_title (GTK_WINDOW (view.window), "Running");
  lodger_gtk_run (view.window, run_query, show_end, sql, .worker = "db", .destroy = g_free, .items = add_rows,
                  .item_destroy = g_object_unref, .timeout = LODGER_SECONDS (60),
                  .cancel_button = GTK_BUTTON (view.cancel), .progress_bar = GTK_PROGRESS_BAR (view.bar));
}

static void
activate (GtkApplication *application)
{
  g_autoptr (GBytes) row = g_bytes_new_static (row_template, sizeof row_template - 1);
  GtkListItemFactory *factory = gtk_builder_list_item_factory_new_from_bytes (NULL, row);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *header = gtk_header_bar_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new (), *list;
  view.window = gtk_application_window_new (application);
  view.sql = gtk_entry_new ();
  view.run = gtk_button_new_with_mnemonic ("_Run");
  view.cancel = gtk_button_new_with_mnemonic ("_Cancel");
  view.bar = gtk_progress_bar_new ();
  view.rows = g_list_store_new (GTK_TYPE_STRING_OBJECT);
  g_signal_connect (view.run, "clicked", G_CALLBACK (on_run), NULL);
  gtk_editable_set_text (GTK_EDITABLE (view.sql), "SELECT * FROM sale ORDER BY price DESC");
  gtk_widget_set_sensitive (view.cancel, FALSE);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), view.run);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), view.cancel);
  list = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (view.rows))), factory);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), view.sql);
  gtk_box_append (GTK_BOX (box), view.bar);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_window_set_titlebar (GTK_WINDOW (view.window), header);
  gtk_window_set_child (GTK_WINDOW (view.window), box);
  gtk_window_set_title (GTK_WINDOW (view.window), "Database");
  gtk_window_set_default_size (GTK_WINDOW (view.window), 560, 480);
  gtk_window_present (GTK_WINDOW (view.window));
  lodger_caller_unref (lodger_caller_open_child (
      lodger_gtk_default_caller (), LODGER_CALLER_OPTIONS (.name = "db", .on_stop = close_database), NULL));
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  if (argc > 1)
    path = argv[1];
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
