/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-dialog.h"

#include "../i18n.h"
#include "../text.h"

typedef struct Question
{
  GtkWidget *dialog;
  void (*yes) (void *data);
  void *data;
} Question;

/* %s is how many files there are. */
static char *
make_heading (ActKind kind, guint count)
{
  GString *number = g_string_new (NULL);
  char *heading;
  text_append_count (number, count);
  if (kind == ACT_DELETE)
    heading = g_strdup_printf (ngettext ("Delete %s file for good?", "Delete %s files for good?", count), number->str);
  else
    heading = g_strdup_printf (ngettext ("Replace %s file by a hard link?", "Replace %s files by hard links?", count),
                               number->str);
  g_string_free (number, TRUE);
  return heading;
}

static char *
make_text (ActKind kind, guint64 bytes)
{
  GString *size = g_string_new (NULL);
  char *text;
  text_append_size (size, bytes);
  if (kind == ACT_DELETE)
    text = g_strdup_printf (_ ("%s will be free. This cannot be undone.\n\nRight before, each file is compared byte by "
                               "byte with the copy that stays. A file that differs or was changed stays."),
                            size->str);
  else
    text = g_strdup_printf (_ ("%s will be free. This cannot be undone here.\n\nEach file becomes one more name of the "
                               "copy that stays: both names have the same owner, permissions and times, and what is "
                               "written under one name is changed under the other."),
                            size->str);
  g_string_free (size, TRUE);
  return text;
}

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 52);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
on_yes (GtkButton *button G_GNUC_UNUSED, void *data)
{
  Question question = *(Question *) data;
  /* This frees the question. */
  gtk_window_destroy (GTK_WINDOW (question.dialog));
  question.yes (question.data);
}

static void
on_no (GtkButton *button G_GNUC_UNUSED, void *data)
{
  const Question *question = data;
  gtk_window_destroy (GTK_WINDOW (question->dialog));
}

static void
add_buttons (Question *question, ActKind kind, GtkBox *box)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *no = gtk_button_new_with_mnemonic (_ ("_Cancel"));
  GtkWidget *yes = gtk_button_new_with_mnemonic (kind == ACT_DELETE ? _ ("_Delete for good") : _ ("_Replace"));
  gtk_widget_add_css_class (yes, kind == ACT_DELETE ? "destructive-action" : "suggested-action");
  gtk_widget_set_halign (row, GTK_ALIGN_END);
  gtk_widget_set_margin_top (row, 12);
  gtk_box_append (GTK_BOX (row), no);
  gtk_box_append (GTK_BOX (row), yes);
  gtk_box_append (box, row);
  g_signal_connect (no, "clicked", G_CALLBACK (on_no), question);
  g_signal_connect (yes, "clicked", G_CALLBACK (on_yes), question);
  gtk_window_set_default_widget (GTK_WINDOW (question->dialog), no);
  gtk_window_set_focus (GTK_WINDOW (question->dialog), no);
}

gboolean
act_dialog_is_needed (ActKind kind)
{
  return kind == ACT_DELETE || kind == ACT_HARD_LINK;
}

void
act_dialog_ask (GtkWindow *window, ActKind kind, guint count, guint64 bytes, void (*yes) (void *data), void *data)
{
  Question *question = g_new0 (Question, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkEventController *keys = gtk_shortcut_controller_new ();
  char *heading = make_heading (kind, count);
  char *text = make_text (kind, bytes);

  question->yes = yes;
  question->data = data;
  question->dialog
      = g_object_new (GTK_TYPE_WINDOW, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT_DIALOG, "modal", TRUE,
                      "transient-for", window, "destroy-with-parent", TRUE, "resizable", FALSE, "title", heading, NULL);
  g_object_set_data_full (G_OBJECT (question->dialog), "lodger-scan-question", question, g_free);
  gtk_widget_set_margin_top (box, 18);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_widget_set_margin_start (box, 24);
  gtk_widget_set_margin_end (box, 24);
  gtk_box_append (GTK_BOX (box), make_label (heading, "title-3"));
  gtk_box_append (GTK_BOX (box), make_label (text, NULL));
  add_buttons (question, kind, GTK_BOX (box));
  gtk_window_set_child (GTK_WINDOW (question->dialog), box);

  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0), gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (question->dialog, keys);
  gtk_window_present (GTK_WINDOW (question->dialog));
  g_free (text);
  g_free (heading);
}
