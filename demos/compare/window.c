/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "window.h"

View *
view_new (GtkApplication *application)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  View *view = g_new (View, 1);
  view->window = gtk_application_window_new (application);
  g_object_set_data_full (G_OBJECT (view->window), "view", view, g_free);
  view->bar = gtk_progress_bar_new ();
  view->count = gtk_button_new_with_mnemonic ("Count the _primes");
  view->cancel = gtk_button_new_with_mnemonic ("_Cancel");
  gtk_widget_set_sensitive (view->cancel, FALSE);
  gtk_box_append (GTK_BOX (box), view->count);
  gtk_box_append (GTK_BOX (box), view->cancel);
  gtk_box_append (GTK_BOX (box), view->bar);
  gtk_window_set_child (GTK_WINDOW (view->window), box);
  gtk_window_set_title (GTK_WINDOW (view->window), "Primes");
  gtk_window_set_default_size (GTK_WINDOW (view->window), 320, -1);
  return view;
}
