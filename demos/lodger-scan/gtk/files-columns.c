/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "files-columns.h"

#include "../i18n.h"
#include "../text.h"

#include <stdlib.h>
#include <string.h>

struct FilesColumns
{
  GtkWidget *cells;
  const Store *store;
  GString *path;
  GtkColumnViewColumn *columns[ORDER_N];
  Settings *settings;
  void (*changed) (void *data);
  void *data;

  /* What the columns are asked for: see files_columns_get_order(). */
  void *asked[2];
  OrderBy larger;
  Order order;
};

/* A row that somebody still holds may be of a scan that is gone, or show nothing any more: then the name is empty. */
static const StoreFile *
get_file (const FilesColumns *columns, gconstpointer row)
{
  static StoreDir no_dir = { .name = "" };
  static const StoreFile no_file = { .dir = &no_dir, .name = "" };
  guint number = row_get_number (row);
  if (columns->store == NULL || number >= columns->store->files->len)
    return &no_file;
  return &g_array_index (columns->store->files, StoreFile, number);
}

/* ---- what they show --------------------------------------------------------------------------------------------- */

static void
append_name (void *data, gconstpointer row, GString *text)
{
  text_append_shown (text, get_file (data, row)->name);
}

static void
append_folder (void *data, gconstpointer row, GString *text)
{
  FilesColumns *columns = data;
  g_string_truncate (columns->path, 0);
  store_append_path (columns->path, get_file (columns, row)->dir, NULL);
  text_append_shown (text, columns->path->str);
}

static void
append_size (void *data, gconstpointer row, GString *text)
{
  const StoreFile *file = get_file (data, row);
  if (*file->name != '\0')
    text_append_size (text, file->size);
}

static void
append_disk (void *data, gconstpointer row, GString *text)
{
  const StoreFile *file = get_file (data, row);
  if (*file->name != '\0')
    text_append_size (text, file->disk);
}

static void
append_type (void *data, gconstpointer row, GString *text)
{
  const FilesColumns *columns = data;
  const StoreFile *file = get_file (columns, row);
  if (*file->name != '\0' && file->type < columns->store->types->len)
    text_append_shown (text, g_array_index (columns->store->types, StoreType, file->type).name);
}

static void
append_changed (void *data, gconstpointer row, GString *text)
{
  const StoreFile *file = get_file (data, row);
  gint64 seconds = file->mtime / G_GINT64_CONSTANT (1000000000) - (file->mtime % G_GINT64_CONSTANT (1000000000) < 0);
  GDateTime *time = *file->name == '\0' ? NULL : g_date_time_new_from_unix_local (seconds);
  char *shown = time == NULL ? NULL : g_date_time_format (time, "%Y-%m-%d %H:%M");
  /* In one piece, from left to right, also among text from right to left. */
  if (shown != NULL)
    g_string_append_printf (text, "\xe2\x81\xa6%s\xe2\x81\xa9", shown);
  g_free (shown);
  g_clear_pointer (&time, g_date_time_unref);
}

static void
append_twice (void *data, gconstpointer row, GString *text)
{
  const FilesColumns *columns = data;
  if (columns->store != NULL && store_has_twin (columns->store, get_file (columns, row)))
    g_string_append (text, _ ("duplicate"));
}

/* ---- which order is wanted -------------------------------------------------------------------------------------- */

/* The rows are put in order by a worker (arrange.h), and never compared here. What the titles of the columns show,
 * only GTK's sorter knows; it is asked to compare two rows that are there for nothing else. Each column that
 * counts is asked in turn, until one says that the rows differ. */
static int
answer (const void *a, const void *b, FilesColumns *columns, OrderBy by)
{
  if (a != columns->asked[0] || b != columns->asked[1])
    return 0;
  if (columns->larger == by)
    return 1;
  if (columns->larger == ORDER_N && columns->order.n_keys < ORDER_N)
    columns->order.keys[columns->order.n_keys++] = (OrderKey) { by, FALSE };
  return 0;
}

#define ANSWER(name, by)                                                                                               \
  static int name (const void *a, const void *b, void *data)                                                           \
  {                                                                                                                    \
    return answer (a, b, data, by);                                                                                    \
  }
ANSWER (answer_name, ORDER_BY_NAME)
ANSWER (answer_folder, ORDER_BY_FOLDER)
ANSWER (answer_size, ORDER_BY_SIZE)
ANSWER (answer_disk, ORDER_BY_DISK)
ANSWER (answer_type, ORDER_BY_TYPE)
ANSWER (answer_changed, ORDER_BY_CHANGED)
ANSWER (answer_twice, ORDER_BY_TWICE)

/* First which columns count, then the direction of each. */
Order
files_columns_get_order (FilesColumns *columns)
{
  GtkSorter *sorter = gtk_column_view_get_sorter (cells_get_view (columns->cells));
  Order order;
  columns->order.n_keys = 0;
  columns->larger = ORDER_N;
  (void) gtk_sorter_compare (sorter, columns->asked[0], columns->asked[1]);
  order = columns->order;
  for (guint i = 0; i < order.n_keys; i++)
    {
      columns->larger = order.keys[i].by;
      order.keys[i].descending
          = gtk_sorter_compare (sorter, columns->asked[0], columns->asked[1]) == GTK_ORDERING_SMALLER;
    }
  columns->larger = ORDER_N;
  return order;
}

/* By OrderBy. */
static const CellColumn shown[] = {
  [ORDER_BY_NAME] = { N_ ("Name"), append_name, answer_name, 24, CELL_EXPAND | CELL_MIDDLE },
  [ORDER_BY_FOLDER] = { N_ ("Folder"), append_folder, answer_folder, 24, CELL_EXPAND | CELL_MIDDLE | CELL_DIM },
  [ORDER_BY_SIZE] = { N_ ("Size"), append_size, answer_size, 10, CELL_NUMBER },
  [ORDER_BY_DISK] = { N_ ("On disk"), append_disk, answer_disk, 10, CELL_NUMBER },
  [ORDER_BY_TYPE] = { N_ ("Type"), append_type, answer_type, 18, CELL_MIDDLE },
  [ORDER_BY_CHANGED] = { N_ ("Changed"), append_changed, answer_changed, 16, CELL_NUMBER },
  [ORDER_BY_TWICE] = { N_ ("Twice"), append_twice, answer_twice, 10, CELL_LIVE | CELL_DIM },
  [ORDER_N] = { NULL, NULL, NULL, 0, 0 },
};

/* ---- what is kept of them --------------------------------------------------------------------------------------- */

static const char *const names[ORDER_N] = { "name", "folder", "size", "disk", "type", "changed", "twice" };

static const char columns_key[] = "files-columns"; /* "size:120:1": the name, the width or -1, whether it is shown */
static const char sort_key[] = "files-sort";       /* "size:1": the name, whether it is descending */

static OrderBy
find_column (const char *name)
{
  OrderBy by = 0;
  while (by < ORDER_N && strcmp (names[by], name) != 0)
    by++;
  return by;
}

static OrderBy
find_made (const FilesColumns *columns, const GtkColumnViewColumn *column)
{
  OrderBy by = 0;
  while (by < ORDER_N && columns->columns[by] != column)
    by++;
  return by;
}

static void
keep_columns (FilesColumns *columns)
{
  GListModel *list = gtk_column_view_get_columns (cells_get_view (columns->cells));
  GStrvBuilder *builder = g_strv_builder_new ();
  char **kept;
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      GtkColumnViewColumn *column = g_list_model_get_item (list, i);
      OrderBy by = find_made (columns, column);
      char *text
          = g_strdup_printf ("%s:%d:%d", by < ORDER_N ? names[by] : "", gtk_column_view_column_get_fixed_width (column),
                             gtk_column_view_column_get_visible (column));
      g_strv_builder_add (builder, text);
      g_free (text);
      g_object_unref (column);
    }
  kept = g_strv_builder_end (builder);
  settings_set_list (columns->settings, columns_key, (const char *const *) kept);
  g_strfreev (kept);
  g_strv_builder_unref (builder);
}

static void
keep_order (FilesColumns *columns)
{
  Order order = files_columns_get_order (columns);
  char *kept[2] = { NULL, NULL };
  if (order.n_keys > 0)
    kept[0] = g_strdup_printf ("%s:%d", names[order.keys[0].by], order.keys[0].descending);
  settings_set_list (columns->settings, sort_key, (const char *const *) kept);
  g_free (kept[0]);
}

/* Those that are not named come last. One column at least is shown. */
static void
restore_columns (FilesColumns *columns, char **kept)
{
  GtkColumnView *view = cells_get_view (columns->cells);
  gboolean placed[ORDER_N] = { FALSE };
  gboolean any = FALSE;
  guint place = 0;
  for (; *kept != NULL; kept++)
    {
      char **parts = g_strsplit (*kept, ":", 0);
      OrderBy by = g_strv_length (parts) == 3 ? find_column (parts[0]) : ORDER_N;
      if (by < ORDER_N && !placed[by])
        {
          int width = atoi (parts[1]);
          placed[by] = TRUE;
          gtk_column_view_insert_column (view, place++, columns->columns[by]);
          gtk_column_view_column_set_fixed_width (columns->columns[by], width > 0 ? CLAMP (width, 20, 4000) : -1);
          gtk_column_view_column_set_visible (columns->columns[by], atoi (parts[2]) != 0);
        }
      g_strfreev (parts);
    }
  for (guint i = 0; i < ORDER_N; i++)
    any |= gtk_column_view_column_get_visible (columns->columns[i]);
  if (!any)
    gtk_column_view_column_set_visible (columns->columns[ORDER_BY_NAME], TRUE);
}

/* GTK takes the most important column only. */
static void
restore_order (FilesColumns *columns, char **kept)
{
  char **parts = *kept == NULL ? NULL : g_strsplit (*kept, ":", 0);
  OrderBy by = parts != NULL && g_strv_length (parts) == 2 ? find_column (parts[0]) : ORDER_N;
  if (by < ORDER_N)
    gtk_column_view_sort_by_column (cells_get_view (columns->cells), columns->columns[by],
                                    atoi (parts[1]) != 0 ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
  g_strfreev (parts);
}

void
files_columns_set_settings (FilesColumns *columns, Settings *settings)
{
  char **kept_columns = settings_get_list (settings, columns_key);
  char **kept_order = settings_get_list (settings, sort_key);
  columns->settings = NULL;
  restore_columns (columns, kept_columns);
  restore_order (columns, kept_order);
  columns->settings = settings;
  g_strfreev (kept_order);
  g_strfreev (kept_columns);
}

static void
on_columns_changed (GListModel *list G_GNUC_UNUSED, guint position G_GNUC_UNUSED, guint removed G_GNUC_UNUSED,
                    guint added, void *data)
{
  FilesColumns *columns = data;
  /* A column that is moved is taken out first. */
  if (columns->settings != NULL && added > 0)
    keep_columns (columns);
}

static void
on_column_changed (GObject *column G_GNUC_UNUSED, GParamSpec *property G_GNUC_UNUSED, void *data)
{
  FilesColumns *columns = data;
  if (columns->settings != NULL)
    keep_columns (columns);
}

static void
on_sorter_changed (GtkSorter *sorter G_GNUC_UNUSED, GtkSorterChange change G_GNUC_UNUSED, void *data)
{
  FilesColumns *columns = data;
  if (columns->settings != NULL)
    keep_order (columns);
  columns->changed (columns->data);
}

/* ---- building --------------------------------------------------------------------------------------------------- */

/* The menu of the titles: which columns are shown. */
static GMenuModel *
make_menu (FilesColumns *columns)
{
  GSimpleActionGroup *group = g_simple_action_group_new ();
  GMenu *menu = g_menu_new ();
  for (guint i = 0; i < ORDER_N; i++)
    {
      GPropertyAction *action = g_property_action_new (names[i], columns->columns[i], "visible");
      char *name = g_strdup_printf ("files-columns.%s", names[i]);
      g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
      g_menu_append (menu, _ (shown[i].title), name);
      g_free (name);
      g_object_unref (action);
    }
  gtk_widget_insert_action_group (columns->cells, "files-columns", G_ACTION_GROUP (group));
  g_object_unref (group);
  return G_MENU_MODEL (menu);
}

FilesColumns *
files_columns_new (GListModel *model, void (*changed) (void *data), void *data)
{
  FilesColumns *columns = g_new0 (FilesColumns, 1);
  GListModel *list;
  GMenuModel *menu;
  columns->path = g_string_new (NULL);
  columns->changed = changed;
  columns->data = data;
  columns->larger = ORDER_N;
  columns->asked[0] = row_new (0, 0);
  columns->asked[1] = row_new (0, 0);
  columns->cells = g_object_ref_sink (cells_new (_ ("Files"), shown, model, columns));
  list = gtk_column_view_get_columns (cells_get_view (columns->cells));
  for (guint i = 0; i < ORDER_N; i++)
    columns->columns[i] = g_list_model_get_item (list, i);
  menu = make_menu (columns);
  for (guint i = 0; i < ORDER_N; i++)
    {
      gtk_column_view_column_set_header_menu (columns->columns[i], menu);
      g_signal_connect (columns->columns[i], "notify::fixed-width", G_CALLBACK (on_column_changed), columns);
      g_signal_connect (columns->columns[i], "notify::visible", G_CALLBACK (on_column_changed), columns);
    }
  g_object_unref (menu);
  g_signal_connect (list, "items-changed", G_CALLBACK (on_columns_changed), columns);
  g_signal_connect (gtk_column_view_get_sorter (cells_get_view (columns->cells)), "changed",
                    G_CALLBACK (on_sorter_changed), columns);
  return columns;
}

void
files_columns_free (FilesColumns *columns)
{
  GtkColumnView *view = cells_get_view (columns->cells);
  columns->settings = NULL;
  g_signal_handlers_disconnect_by_data (gtk_column_view_get_columns (view), columns);
  g_signal_handlers_disconnect_by_data (gtk_column_view_get_sorter (view), columns);
  for (guint i = 0; i < ORDER_N; i++)
    {
      g_signal_handlers_disconnect_by_data (columns->columns[i], columns);
      g_object_unref (columns->columns[i]);
    }
  g_object_unref (columns->cells);
  g_object_unref (columns->asked[0]);
  g_object_unref (columns->asked[1]);
  g_string_free (columns->path, TRUE);
  g_free (columns);
}

GtkWidget *
files_columns_get_cells (FilesColumns *columns)
{
  return columns->cells;
}

void
files_columns_set_store (FilesColumns *columns, const Store *store)
{
  columns->store = store;
}
