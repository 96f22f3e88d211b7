/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger-scan's page of files: how fast its worker is, then how long it takes until the rows are shown that were asked
 * for, and what its frames are like meanwhile. The files are made up.
 *
 *   frames-files [FILES] */
#include "files-view.h"
#include "frames.h"
#include "made-store.h"

enum
{
  FILES = 300000,
  LOOKS = 10,
  PATIENCE = 60 /* frames after the last row, in which GTK may still be at work */
};

typedef struct Bench
{
  LodgerCaller *gui;
  GtkWidget *window;
  FilesView *view;
  Store *store;
  Frames *frames;
  GMainLoop *loop;
  guint step, idle;
  gint64 begun, shown; /* µs */
} Bench;

static const char *const titles[] = { "name", "folder", "size", "on disk", "type", "changed", "twice" };
static const char *const texts[]
    = { "h", "ho", "hol", "holi", "holiday", "holiday 99", "holiday 9", "", "no such file", "" };

/* ---- what the worker does ---------------------------------------------------------------------------------------- */

static gboolean
never (void *data)
{
  (void) data;
  return FALSE;
}

static void
print_speed (const char *what, double count, gint64 begun)
{
  double seconds = (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;
  printf ("%-18s %.1f million files per second\n", what, count / seconds / 1e6);
}

static void
print_speeds (const Store *store)
{
  Snapshot *snapshot = snapshot_new (FALSE);
  FilterCriteria criteria = FILTER_CRITERIA_NONE;
  const Order as_found = { .n_keys = 0 };
  gint64 begun = g_get_monotonic_time ();
  SnapshotPart *part;
  Filter *filter;
  snapshot_grow (snapshot, store, G_MAXUINT);
  print_speed ("copy", store->files->len, begun);
  part = snapshot_part_new (snapshot, store);
  criteria.text = "holiday 99";
  filter = filter_new (&criteria);
  begun = g_get_monotonic_time ();
  for (int i = 0; i < LOOKS; i++)
    g_array_unref (order_make (&as_found, filter, part, never, NULL));
  print_speed ("filter by words", (double) LOOKS * store->files->len, begun);
  filter_unref (filter);
  for (OrderBy by = 0; by < ORDER_N; by++)
    {
      const Order order = { .keys = { { by, FALSE } }, .n_keys = 1 };
      char *what = g_strdup_printf ("order by %s", titles[by]);
      begun = g_get_monotonic_time ();
      g_array_unref (order_make (&order, NULL, part, never, NULL));
      print_speed (what, store->files->len, begun);
      g_free (what);
    }
  snapshot_part_free (part);
  snapshot_unref (snapshot);
}

/* ---- the window -------------------------------------------------------------------------------------------------- */

static GtkColumnView *
find_list (GtkWidget *widget)
{
  GtkColumnView *found = GTK_IS_COLUMN_VIEW (widget) ? GTK_COLUMN_VIEW (widget) : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_list (child);
  return found;
}

/* Does the next thing. FALSE: that was all. */
static gboolean
begin_step (Bench *bench)
{
  guint step = bench->step;
  bench->idle = 0;
  bench->begun = g_get_monotonic_time ();
  bench->shown = 0;
  frames_restart (bench->frames);
  if (step == 0)
    files_view_set (bench->view, bench->store, "/", NULL);
  else if (step <= G_N_ELEMENTS (titles))
    {
      GtkColumnView *list = find_list (files_view_get_widget (bench->view));
      GtkColumnViewColumn *column = g_list_model_get_item (gtk_column_view_get_columns (list), step - 1);
      gtk_column_view_sort_by_column (list, NULL, GTK_SORT_ASCENDING);
      gtk_column_view_sort_by_column (list, column, GTK_SORT_DESCENDING);
      g_object_unref (column);
    }
  else if (step <= G_N_ELEMENTS (titles) + G_N_ELEMENTS (texts))
    files_view_set_text (bench->view, texts[step - 1 - G_N_ELEMENTS (titles)]);
  else
    return FALSE;
  files_view_refresh (bench->view, TRUE);
  return TRUE;
}

static void
end_step (Bench *bench)
{
  GString *text = g_string_new (NULL);
  guint step = bench->step++;
  char *what = step == 0 ? g_strdup ("all") : NULL;
  if (step > 0 && step <= G_N_ELEMENTS (titles))
    what = g_strdup_printf ("sort by %s", titles[step - 1]);
  else if (step > 0)
    what = g_strdup_printf ("find \"%s\"", texts[step - 1 - G_N_ELEMENTS (titles)]);
  paints_append_summary (frames_get_paints (bench->frames), text);
  printf ("%-18s %7u rows after %5.0f ms  %s", what, files_view_get_count (bench->view),
          (double) (bench->shown - bench->begun) / 1000, text->str);
  g_free (what);
  g_string_free (text, TRUE);
}

static void
on_frame (void *data)
{
  Bench *bench = data;
  if (files_view_grow (bench->view))
    bench->idle = 0;
  else if (bench->idle++ == 0)
    bench->shown = g_get_monotonic_time ();
  if (bench->idle < PATIENCE)
    return;
  end_step (bench);
  if (!begin_step (bench))
    g_main_loop_quit (bench->loop);
}

static void
on_wake (void *data)
{
  (void) data;
}

int
main (int argc, char **argv)
{
  Bench bench = { .gui = NULL };
  guint64 count = FILES;
  if (argc > 2 || (argc == 2 && !g_ascii_string_to_unsigned (argv[1], 10, 1, 10000000, &count, NULL)))
    {
      fputs ("Usage: frames-files [FILES]\n", stderr);
      return 2;
    }
  if (!gtk_init_check ())
    {
      fputs ("frames-files: no display can be opened\n", stderr);
      return 2;
    }
  bench.gui = lodger_gtk_default_caller ();
  if (bench.gui == NULL)
    {
      fputs ("frames-files: the GUI thread has no caller\n", stderr);
      return 1;
    }
  bench.store = made_store_new ();
  made_store_grow (bench.store, (guint) count);
  print_speeds (bench.store);
  bench.loop = g_main_loop_new (NULL, FALSE);
  bench.window = gtk_window_new ();
  gtk_window_set_title (GTK_WINDOW (bench.window), "Files");
  gtk_window_set_default_size (GTK_WINDOW (bench.window), 1000, 680);
  bench.view = files_view_new (bench.gui, on_wake, &bench);
  gtk_window_set_child (GTK_WINDOW (bench.window), files_view_get_widget (bench.view));
  bench.frames = frames_new (bench.window, on_frame, &bench);
  gtk_window_present (GTK_WINDOW (bench.window));
  frames_want (bench.frames, TRUE);
  (void) begin_step (&bench);
  g_main_loop_run (bench.loop);
  frames_free (bench.frames);
  files_view_set (bench.view, NULL, NULL, NULL);
  gtk_window_destroy (GTK_WINDOW (bench.window));
  files_view_free (bench.view);
  lodger_caller_stop_wait (bench.gui);
  store_free (bench.store);
  g_main_loop_unref (bench.loop);
  return 0;
}
