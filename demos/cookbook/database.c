/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queries to SQLite. The handle belongs to one thread, the worker "db". Rows appear while the query runs. */
#include <lodger-gtk4.h>
#include <sqlite3.h>

#define BATCH 1000 /* rows that are handed over at once */

static const char sample[]
    = "CREATE TABLE sale (day TEXT, pieces INTEGER, price REAL);"
      "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT 200000) INSERT INTO sale"
      " SELECT date ('2020-01-01', (i / 100) || ' days'), 1 + abs (random () % 12), abs (random () % 9000) / 100.0 "
      "FROM n;";

static const char row_template[]
    = "<interface><template class='GtkListItem'><property name='child'><object class='GtkLabel'>"
      "<property name='xalign'>0</property><style><class name='monospace'/></style><binding name='label'>"
      "<lookup name='string' type='GtkStringObject'><lookup name='item'>GtkListItem</lookup></lookup>"
      "</binding></object></property></template></interface>";

static struct
{
  GtkWidget *window, *sql, *run, *cancel, *bar;
  GtkStringList *rows;
} view; /* only the GUI thread uses it, while the window is there */

typedef struct Query
{
  char *sql;
  LodgerScope *scope; /* the window's */
  LodgerCaller *gui;
} Query;

static const char *path = ":memory:";
static sqlite3 *database; /* only the thread of "db" uses it; but any thread may interrupt it */

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

/* Runs in the thread that cancels. It reaches a statement that runs. */
static void
interrupt (LodgerPending *pending, const char *message, void *data)
{
  sqlite3_interrupt (database);
}

/* Reaches a statement that was about to start when the query was cancelled. */
static int
is_cancelled (void *self)
{
  return lodger_pending_is_cancelled (self);
}

static char *
row_text (sqlite3_stmt *statement)
{
  GString *text = g_string_new (NULL);
  for (int i = 0; i < sqlite3_column_count (statement); i++)
    {
      const char *cell = (const char *) sqlite3_column_text (statement, i);
      g_string_append_printf (text, "%-14s", cell != NULL ? cell : "NULL");
    }
  return g_string_free (text, FALSE);
}

static void
add_rows (LodgerPending *self, void *rows)
{
  gtk_string_list_splice (view.rows, g_list_model_get_n_items (G_LIST_MODEL (view.rows)), 0, rows);
}

/* Waits until the window has the rows. A fast query does not flood it so. A cancel of the query ends the wait. */
static gboolean
deliver (LodgerPending *self, const Query *query, GPtrArray *rows, int64_t count)
{
  g_autofree char *text = g_strdup_printf ("%d rows", (int) count);
  g_autoptr (LodgerPending) added = NULL;
  g_ptr_array_add (rows, NULL);
  added = lodger_scope_call_soon (query->scope, query->gui, add_rows, g_ptr_array_steal (rows, NULL),
                                  (LodgerDestroyFunc) g_strfreev);
  lodger_gtk_report (self, -1, text);
  return lodger_pending_wait (added, LODGER_FOREVER, LODGER_WAIT_DEFAULT) == 0;
}

static void
run_query (LodgerPending *self, void *data)
{
  const Query *query = data;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement = NULL;
  int64_t count = 0;
  int code = database == NULL ? open_database () : SQLITE_OK;
  if (code != SQLITE_OK)
    {
      lodger_pending_return_new_error (self, "sqlite", code, "%s: %s", path, sqlite3_errstr (code));
      return;
    }
  lodger_pending_set_canceller (self, interrupt, NULL, NULL);
  sqlite3_progress_handler (database, 10000, is_cancelled, self);
  code = sqlite3_prepare_v2 (database, query->sql, -1, &statement, NULL);
  if (code == SQLITE_OK && statement == NULL) /* nothing but blanks and comments */
    code = SQLITE_DONE;
  while (statement != NULL && (code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      g_ptr_array_add (rows, row_text (statement));
      if (++count % BATCH == 0 && !deliver (self, query, rows, count))
        break;
    }
  if (code == SQLITE_DONE && deliver (self, query, rows, count))
    lodger_pending_return_int (self, count);
  else
    lodger_pending_return_new_error (self, "sqlite", code, "%s", sqlite3_errmsg (database));
  sqlite3_progress_handler (database, 0, NULL, NULL);
  sqlite3_finalize (statement);
}

/* ---- in the GUI thread --------------------------------------------------------------------------------------------- */

static void
query_free (void *data)
{
  Query *query = data;
  lodger_scope_unref (query->scope);
  g_free (query->sql);
  g_free (query);
}

static void
show_end (const char *title)
{
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (view.bar), 0);
  gtk_widget_set_sensitive (view.run, TRUE);
  gtk_window_set_title (GTK_WINDOW (view.window), title);
}

static void
show_count (GtkWidget *window, LodgerPending *done, void *data)
{
  g_autofree char *title = NULL;
  int64_t count = 0;
  lodger_pending_get_int (done, &count);
  title = g_strdup_printf ("%d rows", (int) count);
  show_end (title);
}

static void
show_failure (GtkWidget *window, const GError *error, void *data)
{
  show_end (error->message);
}

static void
show_cancel (GtkWidget *window, const GError *error, void *data)
{
  show_end ("Cancelled");
}

static void
on_run (void)
{
  Query *query = g_new0 (Query, 1);
  query->sql = g_strdup (gtk_editable_get_text (GTK_EDITABLE (view.sql)));
  query->scope = lodger_scope_ref (lodger_gtk_widget_get_scope (view.window));
  query->gui = lodger_gtk_default_caller ();
  gtk_widget_set_sensitive (view.run, FALSE);
  gtk_window_set_title (GTK_WINDOW (view.window), "Running");
  gtk_string_list_splice (view.rows, 0, g_list_model_get_n_items (G_LIST_MODEL (view.rows)), NULL);
  lodger_gtk_run (view.window, run_query, show_count, query, .worker = "db", .destroy = query_free,
                  .failed = show_failure, .cancelled = show_cancel, .cancel_button = GTK_BUTTON (view.cancel),
                  .progress_bar = GTK_PROGRESS_BAR (view.bar));
}

static void
activate (GtkApplication *application)
{
  g_autoptr (GBytes) row = g_bytes_new_static (row_template, sizeof row_template - 1);
  GtkListItemFactory *factory = gtk_builder_list_item_factory_new_from_bytes (NULL, row);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *header = gtk_header_bar_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  view.window = gtk_application_window_new (application);
  view.sql = gtk_entry_new ();
  view.run = gtk_button_new_with_mnemonic ("_Run");
  view.cancel = gtk_button_new_with_mnemonic ("_Cancel");
  view.bar = gtk_progress_bar_new ();
  view.rows = gtk_string_list_new (NULL);
  g_signal_connect (view.run, "clicked", G_CALLBACK (on_run), NULL);
  gtk_editable_set_text (GTK_EDITABLE (view.sql), "SELECT * FROM sale ORDER BY price DESC");
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (view.bar), TRUE);
  gtk_widget_set_sensitive (view.cancel, FALSE);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), view.run);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), view.cancel);
  gtk_scrolled_window_set_child (
      GTK_SCROLLED_WINDOW (scrolled),
      gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (view.rows))), factory));
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
