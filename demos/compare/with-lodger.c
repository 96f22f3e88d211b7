/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts primes in another thread, with Lodger. with-gtask.c does the same without. */
#include <lodger-gtk4.h>

#include "window.h"

#define LIMIT 5000000
#define STEP  10000

static void
count_primes (LodgerPending *self, void *data)
{
  int64_t found = 0;
  (void) data;
  for (int n = 2, d; n < LIMIT; n++)
    {
      if (n % STEP == 0 && lodger_gtk_report (self, (double) n / LIMIT, NULL) != 0)
        return;
      for (d = 2; d * d <= n && n % d != 0;)
        d++;
      found += d * d > n;
    }
  lodger_pending_return_int (self, found);
}

static void
finished (GtkWidget *window, LodgerPending *done, void *data)
{
  View *view = data;
  g_autofree char *title = NULL;
  int64_t found;
  if (lodger_pending_get_int (done, &found) == 0)
    title = g_strdup_printf ("%d primes", (int) found);
  gtk_window_set_title (GTK_WINDOW (window), title != NULL ? title : "Cancelled");
  gtk_widget_set_sensitive (view->count, TRUE);
}

static void
on_count (View *view)
{
  gtk_widget_set_sensitive (view->count, FALSE);
  lodger_gtk_run (view->window, count_primes, finished, view, .progress_bar = GTK_PROGRESS_BAR (view->bar),
                  .cancel_button = GTK_BUTTON (view->cancel));
}

static void
activate (GtkApplication *application)
{
  View *view = view_new (application);
  g_signal_connect_swapped (view->count, "clicked", G_CALLBACK (on_count), view);
  gtk_window_present (GTK_WINDOW (view->window));
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
