/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* drag FOLDER: a window whose label can be dragged as that folder, as from a file manager. The folder's path is in the
 * clipboard. Ends when it is killed. */
#include <gtk/gtk.h>

int
main (int argc, char **argv)
{
  GtkWidget *window, *label;
  GtkDragSource *source;
  GdkContentProvider *content;
  GFile *folder;
  if (argc != 2 || !gtk_init_check ())
    return 2;
  folder = g_file_new_for_commandline_arg (argv[1]);
  content = gdk_content_provider_new_typed (G_TYPE_FILE, folder);
  source = gtk_drag_source_new ();
  gtk_drag_source_set_content (source, content);
  label = gtk_label_new ("a folder");
  gtk_widget_add_controller (label, GTK_EVENT_CONTROLLER (source));
  window = gtk_window_new ();
  gtk_window_set_title (GTK_WINDOW (window), "What is dragged");
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 200, 100);
  gtk_window_set_child (GTK_WINDOW (window), label);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (window), argv[1]);
  gtk_window_present (GTK_WINDOW (window));
  g_object_unref (content);
  g_object_unref (folder);
  while (g_list_model_get_n_items (gtk_window_get_toplevels ()) > 0)
    g_main_context_iteration (NULL, TRUE);
  return 0;
}
