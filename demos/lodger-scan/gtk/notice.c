/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notice.h"

#include "../i18n.h"

struct Notice
{
  GtkWidget *revealer, *label;
};

static void
on_close (GtkButton *button G_GNUC_UNUSED, void *data)
{
  (void) notice_close (data);
}

Notice *
notice_new (void)
{
  Notice *notice = g_new0 (Notice, 1);
  GtkWidget *row = g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT, "spacing", 12, NULL);
  GtkWidget *image = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  GtkWidget *close = gtk_button_new_from_icon_name ("window-close-symbolic");
  notice->label = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (notice->label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (notice->label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (notice->label), 0);
  gtk_label_set_selectable (GTK_LABEL (notice->label), TRUE);
  gtk_widget_set_hexpand (notice->label, TRUE);
  gtk_widget_set_tooltip_text (close, _ ("Close this message"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (close), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Close this message"), -1);
  gtk_button_set_has_frame (GTK_BUTTON (close), FALSE);
  gtk_widget_set_valign (close, GTK_ALIGN_CENTER);
  g_signal_connect (close, "clicked", G_CALLBACK (on_close), notice);
  gtk_widget_add_css_class (row, "notice");
  gtk_box_append (GTK_BOX (row), image);
  gtk_box_append (GTK_BOX (row), notice->label);
  gtk_box_append (GTK_BOX (row), close);
  notice->revealer = g_object_ref_sink (gtk_revealer_new ());
  gtk_revealer_set_child (GTK_REVEALER (notice->revealer), row);
  return notice;
}

void
notice_free (Notice *notice)
{
  g_object_unref (notice->revealer);
  g_free (notice);
}

GtkWidget *
notice_get_widget (Notice *notice)
{
  return notice->revealer;
}

void
notice_say (Notice *notice, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (notice->label), sentence);
  gtk_revealer_set_reveal_child (GTK_REVEALER (notice->revealer), TRUE);
}

gboolean
notice_close (Notice *notice)
{
  if (!gtk_revealer_get_reveal_child (GTK_REVEALER (notice->revealer)))
    return FALSE;
  gtk_revealer_set_reveal_child (GTK_REVEALER (notice->revealer), FALSE);
  return TRUE;
}
