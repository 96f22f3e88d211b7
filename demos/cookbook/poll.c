/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The load of the machine, every two seconds. A window that nobody sees does not ask. */
#include <lodger-gtk4.h>
#include <string.h>

#define EVERY LODGER_SECONDS (2)

#if GTK_CHECK_VERSION(4, 12, 0)
#define UNSEEN (GDK_TOPLEVEL_STATE_MINIMIZED | GDK_TOPLEVEL_STATE_SUSPENDED)
#else
#define UNSEEN GDK_TOPLEVEL_STATE_MINIMIZED
#endif

typedef struct Meter
{
  GtkWidget *window, *load, *load_text, *memory, *memory_text, *status;
  guint readings;
  gboolean is_seen;
} Meter;

typedef struct Reading
{
  double load, used, total; /* memory in GiB */
} Reading;

/* ---- in a worker --------------------------------------------------------------------------------------------------- */

static double
gibibytes (const char *text, const char *field)
{
  const char *line = strstr (text, field);
  return line != NULL ? g_ascii_strtod (line + strlen (field), NULL) / (1 << 20) : 0;
}

static void
read_proc (LodgerPending *self, void *data)
{
  g_autofree char *load = NULL, *memory = NULL;
  GError *error = NULL;
  Reading *reading;
  if (!g_file_get_contents ("/proc/loadavg", &load, NULL, &error)
      || !g_file_get_contents ("/proc/meminfo", &memory, NULL, &error))
    {
      lodger_glib_pending_return_gerror (self, error);
      return;
    }
  reading = g_new (Reading, 1);
  reading->load = g_ascii_strtod (load, NULL);
  reading->total = gibibytes (memory, "MemTotal:");
  reading->used = reading->total - gibibytes (memory, "MemAvailable:");
  LODGER_RETURN (self, Reading, reading, g_free);
}

/* ---- in the GUI thread --------------------------------------------------------------------------------------------- */

static void ask (LodgerPending *self, void *data);

static void
show_reading (Meter *meter, const Reading *reading)
{
  g_autofree char *load = g_strdup_printf ("%.2f", reading->load);
  g_autofree char *memory = g_strdup_printf ("%.1f of %.1f GiB", reading->used, reading->total);
  g_autofree char *title = g_strdup_printf ("Load %.2f", reading->load);
  g_autofree char *status = g_strdup_printf ("Reading %u", ++meter->readings);
  gtk_label_set_text (GTK_LABEL (meter->load_text), load);
  gtk_label_set_text (GTK_LABEL (meter->memory_text), memory);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (meter->load), CLAMP (reading->load / g_get_num_processors (), 0, 1));
  gtk_level_bar_set_value (GTK_LEVEL_BAR (meter->memory), CLAMP (reading->used / reading->total, 0, 1));
  gtk_label_set_text (GTK_LABEL (meter->status), status);
  gtk_window_set_title (GTK_WINDOW (meter->window), title);
}

/* The next question is put when the answer is here: there is never more than one. */
static void
show (LodgerPending *self, LodgerPending *done, void *data)
{
  Meter *meter = data;
  LodgerScope *scope = lodger_glib_object_get_scope (G_OBJECT (meter->window));
  const Reading *reading = LODGER_GET (done, Reading);
  if (reading != NULL)
    show_reading (meter, reading);
  else
    gtk_label_set_text (GTK_LABEL (meter->status), lodger_error_get_message (lodger_pending_get_error (done)));
  lodger_pending_disown (lodger_scope_call_later (scope, lodger_gtk_default_caller (), EVERY, ask, meter, NULL));
}

static void
ask (LodgerPending *self, void *data)
{
  Meter *meter = data;
  LodgerScope *scope = lodger_glib_object_get_scope (G_OBJECT (meter->window));
  LodgerCaller *gui = lodger_gtk_default_caller ();
  LodgerPending *read = lodger_scope_to_thread (scope, gui, read_proc, NULL, NULL);
  lodger_pending_disown (lodger_scope_then (scope, read, gui, show, meter, NULL));
  lodger_pending_unref (read);
}

/* The scope ends when the window is out of sight, whatever is on the way just then: a reading, its answer, or the time
 * until the next. A window that is seen again has a new one. */
static void
look (Meter *meter)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (meter->window));
  gboolean is_seen
      = gtk_widget_get_mapped (meter->window) && (gdk_toplevel_get_state (GDK_TOPLEVEL (surface)) & UNSEEN) == 0;
  if (is_seen == meter->is_seen)
    return;
  meter->is_seen = is_seen;
  if (is_seen)
    ask (NULL, meter);
  else
    {
      lodger_glib_object_end_scope (G_OBJECT (meter->window), "the window is hidden");
      gtk_window_set_title (GTK_WINDOW (meter->window), "Paused");
    }
}

static void
on_realize (Meter *meter)
{
  g_signal_connect_swapped (gtk_native_get_surface (GTK_NATIVE (meter->window)), "notify::state", G_CALLBACK (look),
                            meter);
}

static GtkWidget *
add_row (GtkWidget *grid, int row, const char *name, GtkWidget **bar)
{
  GtkWidget *label = gtk_label_new (name), *text = gtk_label_new ("…");
  *bar = gtk_level_bar_new ();
  gtk_widget_set_hexpand (*bar, TRUE);
  gtk_widget_set_valign (*bar, GTK_ALIGN_CENTER);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_xalign (GTK_LABEL (text), 1);
  gtk_label_set_width_chars (GTK_LABEL (text), 16);
  gtk_grid_attach (GTK_GRID (grid), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), *bar, 1, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), text, 2, row, 1, 1);
  return text;
}

static void
activate (GtkApplication *application)
{
  Meter *meter = g_new0 (Meter, 1);
  GtkWidget *grid = gtk_grid_new ();
  meter->window = gtk_application_window_new (application);
  meter->load_text = add_row (grid, 0, "Load", &meter->load);
  meter->memory_text = add_row (grid, 1, "Memory", &meter->memory);
  meter->status = gtk_label_new ("…");
  gtk_widget_add_css_class (meter->status, "dim-label");
  gtk_grid_attach (GTK_GRID (grid), meter->status, 0, 2, 3, 1);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 12);
  gtk_widget_set_margin_top (grid, 18);
  gtk_widget_set_margin_bottom (grid, 18);
  gtk_widget_set_margin_start (grid, 18);
  gtk_widget_set_margin_end (grid, 18);
  gtk_window_set_titlebar (GTK_WINDOW (meter->window), gtk_header_bar_new ());
  gtk_window_set_child (GTK_WINDOW (meter->window), grid);
  gtk_window_set_default_size (GTK_WINDOW (meter->window), 480, -1);
  g_object_set_data_full (G_OBJECT (meter->window), "meter", meter, g_free);
  g_signal_connect_swapped (meter->window, "realize", G_CALLBACK (on_realize), meter);
  g_signal_connect_swapped (meter->window, "map", G_CALLBACK (look), meter);
  g_signal_connect_swapped (meter->window, "unmap", G_CALLBACK (look), meter);
  gtk_window_present (GTK_WINDOW (meter->window));
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
