/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work that holds its application, and inhibits a logout, until it has ended.
 *
 * GTK drops the session's side of an application in the class handler of its shutdown. So a logout is permitted again in a
 * handler of "shutdown", which comes before that. */
#include "gtk-private.h"

struct LodgerGtkHold
{
  GtkApplication *application;
  gulong shutdown_handler;
  guint cookie; /* 0: nothing is inhibited any more */
};

static void
permit (LodgerGtkHold *hold)
{
  guint cookie = hold->cookie;
  hold->cookie = 0;
  if (cookie != 0)
    gtk_application_uninhibit (hold->application, cookie);
}

static void
on_shutdown (GtkApplication *application, void *data)
{
  (void) application;
  permit (data);
}

void
lodger__gtk_end_hold (LodgerGtkHold *hold)
{
  if (hold == NULL)
    return;
  permit (hold);
  g_signal_handler_disconnect (hold->application, hold->shutdown_handler);
  g_object_unref (hold->application);
  g_free (hold);
}

static gboolean
has_session (GtkApplication *application)
{
  const GSignalInvocationHint *hint = g_signal_get_invocation_hint (application);
  return g_application_get_is_registered (G_APPLICATION (application))
         && !g_application_get_is_remote (G_APPLICATION (application))
         && (hint == NULL || hint->signal_id != g_signal_lookup ("shutdown", G_TYPE_APPLICATION));
}

static LodgerGtkHold *
inhibit (GtkApplication *application, GtkWindow *window, const char *reason)
{
  guint cookie = gtk_application_inhibit (application, window, GTK_APPLICATION_INHIBIT_LOGOUT, reason);
  LodgerGtkHold *hold;
  if (cookie == 0)
    return NULL;
  hold = g_new0 (LodgerGtkHold, 1);
  hold->application = g_object_ref (application);
  hold->cookie = cookie;
  hold->shutdown_handler = g_signal_connect (application, "shutdown", G_CALLBACK (on_shutdown), hold);
  return hold;
}

LodgerGtkHold *
lodger__gtk_hold (GtkWidget *widget, LodgerPending *work, const char *reason)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWindow *window = GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
  GtkApplication *application = window != NULL ? gtk_window_get_application (window) : NULL;
  GApplication *held = application != NULL ? G_APPLICATION (application) : g_application_get_default ();
  if (held == NULL || lodger_glib_application_hold (held, work) != 0 || application == NULL
      || !has_session (application))
    return NULL;
  return inhibit (application, window, reason != NULL ? reason : "Work is under way");
}
