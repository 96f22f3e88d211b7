/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The load of the machine, every two seconds. A window that nobody sees does not ask. */
#include <lodger-gtk4.h>
#include <string.h>

static struct
{
  GtkWidget *window, *load, *load_text, *memory, *memory_text;
  LodgerSlot *reading;
} view; /* only the GUI thread uses it, while the window is there */

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

static void
show (GtkWidget *window, LodgerPending *done, void *data)
{
  const Reading *reading = LODGER_GET (done, Reading);
  g_autofree char *load = g_strdup_printf ("Load %.2f", reading->load);
  g_autofree char *memory = g_strdup_printf ("Memory %.1f of %.1f GiB", reading->used, reading->total);
  gtk_label_set_text (GTK_LABEL (view.load_text), load);
  gtk_label_set_text (GTK_LABEL (view.memory_text), memory);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (view.load), CLAMP (reading->load / g_get_num_processors (), 0, 1));
  gtk_level_bar_set_value (GTK_LEVEL_BAR (view.memory), CLAMP (reading->used / reading->total, 0, 1));
  gtk_window_set_title (GTK_WINDOW (window), load);
}

static void
show_failure (GtkWidget *window, const GError *error, void *data)
{
  gtk_window_set_title (GTK_WINDOW (window), error->message);
}

/* While a reading is at work, the slot drops another one. */
static void
ask (LodgerPending *self, uint64_t skipped, void *data)
{
  lodger_gtk_run (view.window, read_proc, show, NULL, .failed = show_failure, .slot = view.reading);
}

static GtkWidget *
add_bar (GtkWidget *box, GtkWidget **text)
{
  GtkWidget *bar = gtk_level_bar_new ();
  *text = gtk_label_new ("…");
  gtk_label_set_xalign (GTK_LABEL (*text), 0);
  gtk_box_append (GTK_BOX (box), *text);
  gtk_box_append (GTK_BOX (box), bar);
  return bar;
}

static void
activate (GtkApplication *application)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  view.window = gtk_application_window_new (application);
  view.load = add_bar (box, &view.load_text);
  view.memory = add_bar (box, &view.memory_text);
  view.reading = lodger_slot_new (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_FIRST));
  gtk_widget_set_margin_top (box, 18);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_window_set_titlebar (GTK_WINDOW (view.window), gtk_header_bar_new ());
  gtk_window_set_child (GTK_WINDOW (view.window), box);
  gtk_window_set_default_size (GTK_WINDOW (view.window), 360, -1);
  gtk_window_present (GTK_WINDOW (view.window));
  lodger_repeat_unref (lodger_gtk_repeat (view.window, LODGER_SECONDS (2), ask, NULL, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
