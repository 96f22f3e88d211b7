/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <lodger-gtk4.h>
#include <stdio.h>

static void
answer (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 42);
}

static void
show (GtkWidget *window, LodgerPending *done, void *data)
{
  int64_t *value = data;
  lodger_pending_get_int (done, value);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
activate (GtkApplication *application, void *data)
{
  GtkWidget *window = gtk_application_window_new (application);
  gtk_window_present (GTK_WINDOW (window));
  lodger_gtk_run (window, answer, show, data);
}

int
main (int argc, char **argv)
{
  int64_t value = 0;
  GtkApplication *application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  int status;
  g_signal_connect (application, "activate", G_CALLBACK (activate), &value);
  status = g_application_run (G_APPLICATION (application), argc, argv);
  g_object_unref (application);
  printf ("result %d\n", (int) value);
  return status;
}
