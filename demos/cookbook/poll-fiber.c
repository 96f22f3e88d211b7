/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* poll.c with a spawned call: the poll is a loop in the GUI thread. */
#include <lodger-gtk4.h>
#include <string.h>

static struct
{
  GtkWidget *window, *load, *load_text, *memory, *memory_text;
} view; /* only the GUI thread uses it, while the window is there */

static double
gibibytes (const char *text, const char *field)
{
  const char *line = strstr (text, field);
  return line != NULL ? g_ascii_strtod (line + strlen (field), NULL) / (1 << 20) : 0;
}

/* GIO reads the file in a thread of its own. After a cancel there is neither a text nor an error. */
static char *
load_file (const char *name, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (name);
  g_autoptr (GAsyncResult) result = NULL;
  char *text = NULL;
  if (LODGER_GLIB_AWAIT (&result, g_file_load_contents_async, file) == 0)
    g_file_load_contents_finish (file, result, &text, NULL, NULL, error);
  return text;
}

static void
show (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *load = load_file ("/proc/loadavg", &error);
  g_autofree char *memory = load != NULL ? load_file ("/proc/meminfo", &error) : NULL;
  if (memory != NULL)
    {
      double now = g_ascii_strtod (load, NULL), total = gibibytes (memory, "MemTotal:");
      double used = total - gibibytes (memory, "MemAvailable:");
      g_autofree char *load_text = g_strdup_printf ("Load %.2f", now);
      g_autofree char *memory_text = g_strdup_printf ("Memory %.1f of %.1f GiB", used, total);
      gtk_label_set_text (GTK_LABEL (view.load_text), load_text);
      gtk_label_set_text (GTK_LABEL (view.memory_text), memory_text);
      gtk_level_bar_set_value (GTK_LEVEL_BAR (view.load), CLAMP (now / g_get_num_processors (), 0, 1));
      gtk_level_bar_set_value (GTK_LEVEL_BAR (view.memory), CLAMP (used / total, 0, 1));
      gtk_window_set_title (GTK_WINDOW (view.window), load_text);
    }
  else if (error != NULL)
    gtk_window_set_title (GTK_WINDOW (view.window), error->message);
}

/* The end of the window cancels this: no wait is 0 then. */
static void
poll_load (LodgerPending *self, void *data)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (view.window));
  do
    if (gdk_surface_get_mapped (surface)
        && (gdk_toplevel_get_state (GDK_TOPLEVEL (surface)) & GDK_TOPLEVEL_STATE_MINIMIZED) == 0)
      show ();
    else
      lodger_glib_await_signal (surface, "notify", LODGER_FOREVER, NULL);
  while (lodger_sleep (LODGER_SECONDS (2)) == 0);
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
  gtk_widget_set_margin_top (box, 18);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_window_set_titlebar (GTK_WINDOW (view.window), gtk_header_bar_new ());
  gtk_window_set_child (GTK_WINDOW (view.window), box);
  gtk_window_set_default_size (GTK_WINDOW (view.window), 360, -1);
  gtk_window_present (GTK_WINDOW (view.window));
  lodger_pending_disown (
      lodger_caller_spawn_full (lodger_gtk_default_caller (), poll_load, NULL, NULL,
                                LODGER_CALL_OPTIONS (.scope = lodger_gtk_widget_get_scope (view.window))));
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
