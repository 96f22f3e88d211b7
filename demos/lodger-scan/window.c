/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef LODGER_HAVE_GTK
#include "engine.h"
#include "report.h"
#include "scan.h"
#include "text.h"

#include <gtk/gtk.h>
#include <lodger-glib.h>

enum
{
  TYPE_ROWS = 10,
  MARGIN = 24
};

/* The figures, in the order in which they are shown. */
typedef enum Figure
{
  FIGURE_FILES,
  FIGURE_SIZE,
  FIGURE_FILE_RATE,
  FIGURE_BYTE_RATE,
  FIGURE_FOLDERS,
  FIGURE_LINKS,
  FIGURE_WASTED,
  FIGURE_ERRORS,
  N_FIGURES
} Figure;

static const char *const captions[N_FIGURES]
    = { "files", "size", "files per second", "per second", "folders", "links, not followed", "wasted by duplicates",
        "errors" };

typedef struct TypeRow
{
  GtkWidget *name, *bar, *size, *files;
} TypeRow;

typedef struct ScanWindow
{
  const ScanOptions *options;
  LodgerCaller *caller;
  Engine *engine;
  GMainLoop *loop;
  GtkWidget *window, *cancel, *state, *progress, *current;
  GtkWidget *figures[N_FIGURES];
  TypeRow types[TYPE_ROWS];
  Report *report;
  double seconds;
  gboolean cancelled, closed;
  int status;
} ScanWindow;

/* ---- what is shown ---------------------------------------------------------------------------------------------- */

static void
show (GtkWidget *label, GString *text)
{
  gtk_label_set_text (GTK_LABEL (label), text->str);
  g_string_truncate (text, 0);
}

static void
show_count (GtkWidget *label, GString *text, guint64 count)
{
  text_append_count (text, count);
  show (label, text);
}

static void
show_size (GtkWidget *label, GString *text, guint64 bytes)
{
  text_append_size (text, bytes);
  show (label, text);
}

static int
compare_types (const void *a, const void *b)
{
  const StoreType *type_a = *(StoreType *const *) a;
  const StoreType *type_b = *(StoreType *const *) b;
  return (type_a->bytes < type_b->bytes) - (type_a->bytes > type_b->bytes);
}

static void
show_types (ScanWindow *window, GString *text)
{
  const Store *store = engine_get_store (window->engine);
  GPtrArray *types = g_ptr_array_new ();
  for (guint i = 0; i < store->types->len; i++)
    g_ptr_array_add (types, &g_array_index (store->types, StoreType, i));
  g_ptr_array_sort (types, compare_types);
  for (guint i = 0; i < TYPE_ROWS; i++)
    {
      const TypeRow *row = &window->types[i];
      const StoreType *type = i < types->len ? g_ptr_array_index (types, i) : NULL;
      gtk_widget_set_visible (row->name, type != NULL);
      gtk_widget_set_visible (row->bar, type != NULL);
      gtk_widget_set_visible (row->size, type != NULL);
      gtk_widget_set_visible (row->files, type != NULL);
      if (type == NULL)
        continue;
      gtk_label_set_text (GTK_LABEL (row->name), type->name);
      gtk_level_bar_set_value (GTK_LEVEL_BAR (row->bar), (double) type->bytes / (double) MAX (store->bytes, 1));
      show_size (row->size, text, type->bytes);
      text_append_count (text, type->files);
      g_string_append (text, type->files == 1 ? " file" : " files");
      show (row->files, text);
    }
  g_ptr_array_unref (types);
}

static void
refresh (ScanWindow *window)
{
  const Store *store = engine_get_store (window->engine);
  double seconds = MAX (engine_get_seconds (window->engine), 0.001);
  guint64 bytes = engine_get_bytes (window->engine);
  GString *text = g_string_new (NULL);

  show_count (window->figures[FIGURE_FILES], text, store->files->len);
  show_size (window->figures[FIGURE_SIZE], text, bytes);
  show_count (window->figures[FIGURE_FILE_RATE], text, (guint64) ((double) store->files->len / seconds));
  show_size (window->figures[FIGURE_BYTE_RATE], text, (guint64) ((double) bytes / seconds));
  show_count (window->figures[FIGURE_FOLDERS], text, store->folders);
  show_count (window->figures[FIGURE_LINKS], text, store->links);
  show_size (window->figures[FIGURE_WASTED], text, store->wasted);
  show_count (window->figures[FIGURE_ERRORS], text, store->errors->len);
  show_types (window, text);
  g_string_free (text, TRUE);
}

static void
on_progress (Engine *engine, void *data)
{
  ScanWindow *window = data;
  char *current = engine_get_current (engine);
  GString *text = g_string_new (NULL);
  text_append_shown (text, *current == '\0' ? window->options->folder : current);
  show (window->current, text);
  g_string_free (text, TRUE);
  g_free (current);
  gtk_progress_bar_pulse (GTK_PROGRESS_BAR (window->progress));
  refresh (window);
}

/* ---- the end ---------------------------------------------------------------------------------------------------- */

static void
close_window (ScanWindow *window)
{
  window->closed = TRUE;
  g_main_loop_quit (window->loop);
}

static void
on_stayed (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  close_window (data);
}

/* Sorting many files takes a while, so a worker does it. */
static void
sort_report (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  ScanWindow *window = data;
  window->report
      = report_new (engine_get_store (window->engine), window->options->folder, window->seconds, window->cancelled);
}

static void
on_sorted (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done, void *data)
{
  ScanWindow *window = data;
  const ScanOptions *options = window->options;
  GString *text = g_string_new (window->cancelled ? "Cancelled after " : "Done in ");

  if (lodger_pending_get_outcome (done) != LODGER_OK)
    sort_report (NULL, window);
  text_append_seconds (text, window->seconds);
  g_string_append (text, " s");
  show (window->state, text);
  if (window->report->groups->len > 0)
    {
      text_append_count (text, window->report->groups->len);
      g_string_append (text, window->report->groups->len == 1 ? " group of duplicates" : " groups of duplicates");
    }
  show (window->current, text);
  g_string_free (text, TRUE);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (window->progress), window->cancelled ? 0 : 1);
  gtk_button_set_label (GTK_BUTTON (window->cancel), "Close");
  gtk_widget_set_sensitive (window->cancel, TRUE);
  gtk_widget_grab_focus (window->cancel);

  if (options->json != NULL && !report_write_json (window->report, options->json))
    window->status = SCAN_CANNOT_WRITE;
  if (!options->exit_when_done)
    return;
  if (!report_print (window->report, "lodger-scan: finished"))
    window->status = SCAN_CANNOT_WRITE;
  lodger_pending_unref (
      lodger_caller_call_later (window->caller, (int64_t) (options->stay * 1e9), on_stayed, window, NULL));
}

static void
on_finished (Engine *engine, void *data)
{
  ScanWindow *window = data;
  LodgerPending *sorting;
  window->seconds = engine_get_seconds (engine);
  refresh (window);
  gtk_label_set_text (GTK_LABEL (window->state), "Sorting…");
  gtk_widget_set_sensitive (window->cancel, FALSE);
  sorting = lodger_caller_to_thread (window->caller, sort_report, window, NULL);
  lodger_pending_unref (lodger_pending_then (sorting, window->caller, on_sorted, window, NULL));
  lodger_pending_unref (sorting);
}

static void
on_cancel (GtkButton *button, void *data)
{
  ScanWindow *window = data;
  if (window->report != NULL)
    {
      close_window (window);
      return;
    }
  window->cancelled = TRUE;
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  gtk_label_set_text (GTK_LABEL (window->state), "Cancelling…");
  engine_cancel (window->engine);
}

static gboolean
on_close_request (GtkWindow *gtk_window G_GNUC_UNUSED, void *data)
{
  close_window (data);
  return GDK_EVENT_PROPAGATE;
}

/* ---- how it is built -------------------------------------------------------------------------------------------- */

static GtkWidget *
make_label (const char *text, const char *css_class, float align)
{
  GtkWidget *label = gtk_label_new (text);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_label_set_xalign (GTK_LABEL (label), align);
  return label;
}

static GtkWidget *
make_title (const ScanWindow *window)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GString *folder = g_string_new (NULL);
  GtkWidget *subtitle;
  text_append_shown (folder, window->options->folder);
  subtitle = make_label (folder->str, "subtitle", 0.5F);
  gtk_label_set_ellipsize (GTK_LABEL (subtitle), PANGO_ELLIPSIZE_START);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), make_label ("Lodger Scan", "title", 0.5F));
  gtk_box_append (GTK_BOX (box), subtitle);
  g_string_free (folder, TRUE);
  return box;
}

static GtkWidget *
make_figures (ScanWindow *window)
{
  GtkWidget *grid = gtk_grid_new ();
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_set_row_spacing (GTK_GRID (grid), MARGIN / 2);
  for (int i = 0; i < N_FIGURES; i++)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
      window->figures[i] = make_label ("0", "title-2", 0);
      gtk_widget_add_css_class (window->figures[i], "numeric");
      gtk_box_append (GTK_BOX (box), window->figures[i]);
      gtk_box_append (GTK_BOX (box), make_label (captions[i], "dim-label", 0));
      gtk_grid_attach (GTK_GRID (grid), box, i % 4, i / 4, 1, 1);
    }
  return grid;
}

static GtkWidget *
make_types (ScanWindow *window)
{
  GtkWidget *grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (grid), MARGIN / 2);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  for (int i = 0; i < TYPE_ROWS; i++)
    {
      TypeRow *row = &window->types[i];
      row->name = make_label (NULL, NULL, 0);
      gtk_label_set_ellipsize (GTK_LABEL (row->name), PANGO_ELLIPSIZE_MIDDLE);
      gtk_label_set_width_chars (GTK_LABEL (row->name), 32);
      gtk_label_set_max_width_chars (GTK_LABEL (row->name), 32);
      row->bar = gtk_level_bar_new ();
      gtk_widget_set_hexpand (row->bar, TRUE);
      gtk_widget_set_valign (row->bar, GTK_ALIGN_CENTER);
      row->size = make_label (NULL, "numeric", 1);
      gtk_label_set_width_chars (GTK_LABEL (row->size), 9);
      row->files = make_label (NULL, "dim-label", 1);
      gtk_widget_add_css_class (row->files, "numeric");
      gtk_label_set_width_chars (GTK_LABEL (row->files), 14);
      gtk_grid_attach (GTK_GRID (grid), row->name, 0, i, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), row->bar, 1, i, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), row->size, 2, i, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), row->files, 3, i, 1, 1);
    }
  return grid;
}

static void
build (ScanWindow *window)
{
  GtkWidget *bar = gtk_header_bar_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, MARGIN / 2);

  window->window = g_object_ref (gtk_window_new ());
  gtk_window_set_title (GTK_WINDOW (window->window), "Lodger Scan");
  gtk_window_set_default_size (GTK_WINDOW (window->window), 820, 600);
  window->cancel = gtk_button_new_with_label ("Cancel");
  window->state = make_label ("Scanning…", "title-1", 0);
  window->progress = gtk_progress_bar_new ();
  window->current = make_label (NULL, "dim-label", 0);
  gtk_label_set_ellipsize (GTK_LABEL (window->current), PANGO_ELLIPSIZE_MIDDLE);

  gtk_header_bar_set_title_widget (GTK_HEADER_BAR (bar), make_title (window));
  gtk_header_bar_pack_start (GTK_HEADER_BAR (bar), window->cancel);
  gtk_window_set_titlebar (GTK_WINDOW (window->window), bar);
  gtk_widget_set_margin_top (box, MARGIN);
  gtk_widget_set_margin_bottom (box, MARGIN);
  gtk_widget_set_margin_start (box, MARGIN);
  gtk_widget_set_margin_end (box, MARGIN);
  gtk_box_append (GTK_BOX (box), window->state);
  gtk_box_append (GTK_BOX (box), window->progress);
  gtk_box_append (GTK_BOX (box), window->current);
  gtk_box_append (GTK_BOX (box), make_figures (window));
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (box), make_label ("Bytes by type", "title-4", 0));
  gtk_box_append (GTK_BOX (box), make_types (window));
  gtk_window_set_child (GTK_WINDOW (window->window), box);
  g_signal_connect (window->cancel, "clicked", G_CALLBACK (on_cancel), window);
  g_signal_connect (window->window, "close-request", G_CALLBACK (on_close_request), window);
}

int
scan_window (const ScanOptions *options)
{
  LodgerCallerOptions caller_options = { .size = sizeof caller_options, .stop_deadline = SCAN_PATIENCE };
  ScanWindow window = { .options = options, .status = SCAN_OK };
  EngineEvents events = { on_progress, on_finished, &window };
  LodgerError *error = NULL;
  char *message = NULL;

  /* The summary is the same with a window and without one. */
  gtk_disable_setlocale ();
  if (!gtk_init_check ())
    {
      fputs ("lodger-scan: no display can be opened; use --headless\n", stderr);
      return SCAN_WRONG;
    }
  window.caller = lodger_glib_attach_full (NULL, &caller_options, &error);
  if (window.caller == NULL)
    {
      fprintf (stderr, "lodger-scan: cannot start: %s\n", lodger_error_get_message (error));
      lodger_error_unref (error);
      return SCAN_CANNOT_WRITE;
    }
  window.loop = g_main_loop_new (NULL, FALSE);
  build (&window);
  window.engine = engine_start (window.caller, options->folder, &events, &message);
  if (window.engine == NULL)
    window.status = scan_refuse (options, message);
  else
    {
      gtk_window_present (GTK_WINDOW (window.window));
      g_main_loop_run (window.loop);
      engine_cancel (window.engine);
    }
  g_free (message);
  if (!window.closed)
    gtk_window_destroy (GTK_WINDOW (window.window));
  g_object_unref (window.window);
  g_main_loop_unref (window.loop);
  /* A worker that will not end may still use what the engine owns. */
  if (lodger_caller_leave (window.caller) == 0)
    {
      report_free (window.report);
      engine_free (window.engine);
    }
  lodger_caller_unref (window.caller);
  return window.status;
}
#endif
