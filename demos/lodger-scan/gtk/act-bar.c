/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-bar.h"

#include "../i18n.h"

struct ActBar
{
  ActBarEvents events;
  GtkWidget *box, *icon, *label, *progress, *cancel, *undo, *details, *dismiss;
};

static void
on_cancel (GtkButton *button G_GNUC_UNUSED, void *data)
{
  const ActBar *bar = data;
  bar->events.cancel (bar->events.data);
}

static void
on_undo (GtkButton *button G_GNUC_UNUSED, void *data)
{
  const ActBar *bar = data;
  bar->events.undo (bar->events.data);
}

static void
on_details (GtkButton *button G_GNUC_UNUSED, void *data)
{
  const ActBar *bar = data;
  bar->events.details (bar->events.data);
}

static void
on_dismiss (GtkButton *button G_GNUC_UNUSED, void *data)
{
  act_bar_hide (data);
}

static GtkWidget *
add_button (ActBar *bar, const char *label, const char *tooltip, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (bar->box), button);
  g_signal_connect (button, "clicked", clicked, bar);
  return button;
}

ActBar *
act_bar_new (const ActBarEvents *events)
{
  ActBar *bar = g_new0 (ActBar, 1);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  bar->events = *events;
  /* A screen reader says what changes in it. */
  bar->box = g_object_ref_sink (g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_STATUS, "spacing",
                                              12, "visible", FALSE, NULL));
  gtk_widget_add_css_class (bar->box, "act-bar");
  bar->icon = gtk_image_new ();
  gtk_widget_set_valign (bar->icon, GTK_ALIGN_CENTER);
  /* A label that wraps would have another height with each text, and the list above, too. */
  bar->label = gtk_inscription_new (NULL);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (bar->label), 20);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (bar->label), 60);
  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (bar->label), GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_yalign (GTK_INSCRIPTION (bar->label), 0.5F);
  gtk_widget_add_css_class (bar->label, "numeric");
  bar->progress = gtk_progress_bar_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar->progress), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Progress"), -1);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (words), bar->label);
  gtk_box_append (GTK_BOX (words), bar->progress);
  gtk_box_append (GTK_BOX (bar->box), bar->icon);
  gtk_box_append (GTK_BOX (bar->box), words);
  bar->cancel = add_button (bar, _ ("_Stop"), _ ("Leave the files as they are that were not reached yet"),
                            G_CALLBACK (on_cancel));
  bar->undo = add_button (bar, _ ("_Undo"), _ ("Put the files back from the Bin"), G_CALLBACK (on_undo));
  bar->details = add_button (bar, _ ("Detai_ls"), _ ("Show what became of each file"), G_CALLBACK (on_details));
  bar->dismiss = gtk_button_new_from_icon_name ("window-close-symbolic");
  gtk_widget_add_css_class (bar->dismiss, "flat");
  gtk_widget_set_valign (bar->dismiss, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (bar->dismiss, _ ("Hide this message"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar->dismiss), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Hide this message"),
                                  -1);
  g_signal_connect (bar->dismiss, "clicked", G_CALLBACK (on_dismiss), bar);
  gtk_box_append (GTK_BOX (bar->box), bar->dismiss);
  return bar;
}

void
act_bar_free (ActBar *bar)
{
  g_object_unref (bar->box);
  g_free (bar);
}

GtkWidget *
act_bar_get_widget (ActBar *bar)
{
  return bar->box;
}

static void
show (ActBar *bar, const char *icon, const char *text, ActBarFlags flags)
{
  gboolean goes_on = icon == NULL;
  if (!goes_on)
    gtk_image_set_from_icon_name (GTK_IMAGE (bar->icon), icon);
  gtk_inscription_set_min_lines (GTK_INSCRIPTION (bar->label), goes_on ? 1 : 2);
  gtk_inscription_set_nat_lines (GTK_INSCRIPTION (bar->label), goes_on ? 1 : 2);
  gtk_inscription_set_text (GTK_INSCRIPTION (bar->label), text);
  gtk_widget_set_tooltip_text (bar->label, goes_on ? NULL : text);
  gtk_widget_set_visible (bar->icon, !goes_on);
  gtk_widget_set_visible (bar->progress, goes_on);
  gtk_widget_set_visible (bar->cancel, goes_on);
  gtk_widget_set_visible (bar->undo, (flags & ACT_BAR_UNDO) != 0);
  gtk_widget_set_visible (bar->details, (flags & ACT_BAR_DETAILS) != 0);
  gtk_widget_set_visible (bar->dismiss, !goes_on);
  gtk_widget_set_visible (bar->box, TRUE);
}

void
act_bar_show_progress (ActBar *bar, const char *text, double fraction, gboolean stopping)
{
  show (bar, NULL, text, 0);
  gtk_widget_set_sensitive (bar->cancel, !stopping);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (bar->progress), fraction);
}

void
act_bar_say (ActBar *bar, const char *text, ActBarFlags flags)
{
  show (bar, flags & ACT_BAR_WARNS ? "dialog-warning-symbolic" : "emblem-ok-symbolic", text, flags);
}

void
act_bar_hide (ActBar *bar)
{
  gtk_widget_set_visible (bar->box, FALSE);
}
