/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts primes in another thread, with what GLib and GTK have. with-lodger.c does the same with Lodger. */
#include <gtk/gtk.h>

#include "window.h"

#define LIMIT 5000000
#define STEP  10000

/* The task's data, which may be freed in the worker thread: nothing of GTK hangs on it then. */
typedef struct Job
{
  GtkWidget *window; /* a weak pointer, set and cleared in the GUI thread */
  guint tick_id;
  int counted; /* atomic */
} Job;

static void
count_primes (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  gssize found = 0;
  (void) source;
  (void) cancellable;
  for (int n = 2, d; n < LIMIT; n++)
    {
      if (n % STEP == 0)
        {
          if (g_task_return_error_if_cancelled (task))
            return;
          g_atomic_int_set (&job->counted, n);
        }
      for (d = 2; d * d <= n && n % d != 0;)
        d++;
      found += d * d > n;
    }
  g_task_return_int (task, found);
}

/* Once a frame, however often the worker gets further. */
static gboolean
show_progress (GtkWidget *bar, GdkFrameClock *clock, gpointer data)
{
  Job *job = data;
  (void) clock;
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (bar), (double) g_atomic_int_get (&job->counted) / LIMIT);
  return G_SOURCE_CONTINUE;
}

/* Comes in any case, also when the window has gone meanwhile. */
static void
finished (GObject *source, GAsyncResult *result, gpointer data)
{
  GApplication *application = data;
  Job *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  gssize found = g_task_propagate_int (G_TASK (result), &error);
  (void) source;
  if (job->window != NULL)
    {
      View *view = g_object_get_data (G_OBJECT (job->window), "view");
      g_autofree char *title = NULL;
      show_progress (view->bar, NULL, job);
      gtk_widget_remove_tick_callback (view->bar, job->tick_id);
      if (error == NULL)
        title = g_strdup_printf ("%d primes", (int) found);
      gtk_window_set_title (GTK_WINDOW (view->window), title != NULL ? title : "Cancelled");
      gtk_widget_set_sensitive (view->count, TRUE);
      gtk_widget_set_sensitive (view->cancel, FALSE);
      g_object_set_data (G_OBJECT (view->window), "cancellable", NULL);
    }
  g_clear_weak_pointer (&job->window);
  g_application_release (application);
}

static void
on_count (View *view)
{
  GApplication *application = G_APPLICATION (gtk_window_get_application (GTK_WINDOW (view->window)));
  GCancellable *cancellable = g_cancellable_new ();
  Job *job = g_new0 (Job, 1);
  /* With the window as its source object the task might drop the last reference to that in the worker thread. */
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, finished, application);
  g_set_weak_pointer (&job->window, view->window);
  job->tick_id = gtk_widget_add_tick_callback (view->bar, show_progress, job, NULL);
  g_object_set_data_full (G_OBJECT (view->window), "cancellable", cancellable, g_object_unref);
  gtk_widget_set_sensitive (view->count, FALSE);
  gtk_widget_set_sensitive (view->cancel, TRUE);
  g_task_set_task_data (task, job, g_free);
  /* Without a window the main loop would end before the worker has. */
  g_application_hold (application);
  g_task_run_in_thread (task, count_primes);
}

static void
on_cancel (View *view)
{
  gtk_widget_set_sensitive (view->cancel, FALSE);
  g_cancellable_cancel (g_object_get_data (G_OBJECT (view->window), "cancellable"));
}

static void
on_destroy (GtkWidget *window)
{
  g_cancellable_cancel (g_object_get_data (G_OBJECT (window), "cancellable"));
}

static void
activate (GtkApplication *application)
{
  View *view = view_new (application);
  g_signal_connect_swapped (view->count, "clicked", G_CALLBACK (on_count), view);
  g_signal_connect_swapped (view->cancel, "clicked", G_CALLBACK (on_cancel), view);
  g_signal_connect (view->window, "destroy", G_CALLBACK (on_destroy), NULL);
  gtk_window_present (GTK_WINDOW (view->window));
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
