/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A button that cancels a pending. It is sensitive as long as there is something to cancel: several pieces of work may have
 * the same button. */
#include "gtk-private.h"

/* Changes and returns the number of pendings that the button can cancel. The outcome of cancelled work may still be on its
 * way when the next work begins. */
static guint
count_of (GtkButton *button, gint change)
{
  static const char key[] = "lodger-gtk-cancels";
  guint count = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), key)) + (guint) change;
  g_object_set_data (G_OBJECT (button), key, GUINT_TO_POINTER (count));
  return count;
}

/* A signal of the change may make the program destroy the button, and end the work's owner. */
void
lodger__gtk_unbind_button (LodgerGtkCancelButton *binding)
{
  GtkButton *button = binding->button;
  if (button == NULL)
    return;
  g_clear_weak_pointer (&binding->button);
  g_signal_handler_disconnect (button, binding->clicked_handler);
  if (count_of (button, -1) == 0)
    gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
}

static void
on_clicked (GtkButton *button, void *data)
{
  LodgerGtkCancelButton *binding = data;
  LodgerPending *pending = lodger_pending_ref (binding->pending);
  (void) button;
  lodger__gtk_unbind_button (binding);
  lodger_pending_cancel (pending, "the user has cancelled it");
  lodger_pending_unref (pending);
}

void
lodger__gtk_bind_button (LodgerGtkCancelButton *binding, GtkButton *button, LodgerPending *pending)
{
  if (button == NULL)
    return;
  binding->pending = pending;
  g_set_weak_pointer (&binding->button, button);
  binding->clicked_handler = g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), binding);
  count_of (button, 1);
  gtk_widget_set_sensitive (GTK_WIDGET (button), TRUE);
}
