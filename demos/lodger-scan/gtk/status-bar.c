/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "status-bar.h"

#include "../figures.h"
#include "../i18n.h"

struct StatusBar
{
  GtkWidget *box, *progress, *state, *current, *figures, *saving, *button;
  GString *text;
};

/* A text that changes often. Another text costs no layout of the window: its size is that of so many characters. */
static GtkWidget *
make_text (float align, const char *css_class, GtkInscriptionOverflow overflow, guint least_chars, guint chars)
{
  GtkWidget *text = gtk_inscription_new (NULL);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (text), align);
  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (text), overflow);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (text), least_chars);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (text), chars);
  gtk_widget_add_css_class (text, css_class);
  return text;
}

static GtkWidget *
make_buttons (StatusBar *bar, const char *cancel_action, const char *about_action)
{
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *about = gtk_button_new_from_icon_name ("help-about-symbolic");
  bar->button = gtk_button_new_with_mnemonic (_ ("_Cancel"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (bar->button), cancel_action);
  gtk_widget_set_tooltip_text (bar->button, _ ("End the scan, and keep what was found (Escape)"));
  gtk_widget_set_size_request (bar->button, 96, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (about), about_action);
  gtk_widget_set_tooltip_text (about, _ ("About this scan"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (about), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("About this scan"), -1);
  gtk_widget_add_css_class (about, "flat");
  gtk_widget_set_valign (buttons, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (buttons), bar->button);
  gtk_box_append (GTK_BOX (buttons), about);
  return buttons;
}

StatusBar *
status_bar_new (const char *cancel_action, const char *about_action)
{
  StatusBar *bar = g_new0 (StatusBar, 1);
  GtkWidget *grid = gtk_grid_new ();
  bar->text = g_string_new (NULL);
  bar->box = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  bar->progress = gtk_progress_bar_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar->progress), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Scan"), -1);
  bar->state = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (bar->state), 0);
  gtk_label_set_single_line_mode (GTK_LABEL (bar->state), TRUE);
  gtk_widget_add_css_class (bar->state, "heading");
  bar->current = make_text (0, "dim-label", GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_MIDDLE, 4, 40);
  gtk_widget_set_hexpand (bar->current, TRUE);
  bar->figures = make_text (0, "numeric", GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END, 20, 60);
  /* In two lines where there is little room: without room for them it would be cut instead. */
  bar->saving = make_text (1, "saving", GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END, 16, 30);
  gtk_inscription_set_min_lines (GTK_INSCRIPTION (bar->saving), 2);
  gtk_widget_add_css_class (bar->saving, "numeric");
  gtk_widget_set_tooltip_text (bar->saving, _ ("What files take that have the same content as another one"));

  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 2);
  gtk_widget_add_css_class (grid, "status");
  gtk_grid_attach (GTK_GRID (grid), bar->state, 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), bar->current, 1, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), bar->figures, 0, 1, 2, 1);
  gtk_grid_attach (GTK_GRID (grid), bar->saving, 2, 0, 1, 2);
  gtk_grid_attach (GTK_GRID (grid), make_buttons (bar, cancel_action, about_action), 3, 0, 1, 2);
  gtk_box_append (GTK_BOX (bar->box), bar->progress);
  gtk_box_append (GTK_BOX (bar->box), grid);
  return bar;
}

void
status_bar_free (StatusBar *bar)
{
  g_object_unref (bar->box);
  g_string_free (bar->text, TRUE);
  g_free (bar);
}

GtkWidget *
status_bar_get_widget (StatusBar *bar)
{
  return bar->box;
}

GtkWidget *
status_bar_get_button (StatusBar *bar)
{
  return bar->button;
}

static void
show (GtkWidget *inscription, GString *text)
{
  if (g_strcmp0 (gtk_inscription_get_text (GTK_INSCRIPTION (inscription)), text->str) != 0)
    gtk_inscription_set_text (GTK_INSCRIPTION (inscription), text->str);
  g_string_truncate (text, 0);
}

/* How much of a scan is left nobody knows before its end, so that the bar only moves until then. */
void
status_bar_set (StatusBar *bar, const Session *session)
{
  SessionState state = session == NULL ? SESSION_DONE : session_get_state (session);
  figures_append_state (bar->text, session);
  gtk_label_set_text (GTK_LABEL (bar->state), bar->text->str);
  g_string_truncate (bar->text, 0);
  if (state != SESSION_SCANNING)
    gtk_inscription_set_text (GTK_INSCRIPTION (bar->current), NULL);
  if (session == NULL)
    {
      gtk_inscription_set_text (GTK_INSCRIPTION (bar->figures), NULL);
      gtk_inscription_set_text (GTK_INSCRIPTION (bar->saving), NULL);
    }
  if (state == SESSION_DONE)
    {
      gboolean whole = session != NULL && !session_was_cancelled (session);
      gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (bar->progress), whole ? 1 : 0);
    }
  else
    gtk_progress_bar_pulse (GTK_PROGRESS_BAR (bar->progress));
  gtk_widget_set_visible (bar->button, state == SESSION_SCANNING || state == SESSION_CANCELLING);
}

void
status_bar_refresh (StatusBar *bar, const Session *session)
{
  figures_append_speed (bar->text, session);
  show (bar->figures, bar->text);
  (void) figures_append_saving (bar->text, session);
  show (bar->saving, bar->text);
  /* What goes on: in the scan, and then in the folders. */
  if (session_get_state (session) == SESSION_SCANNING)
    figures_append_current (bar->text, session);
  else
    figures_append_watching (bar->text, session);
  show (bar->current, bar->text);
  if (session_get_state (session) != SESSION_DONE)
    gtk_progress_bar_pulse (GTK_PROGRESS_BAR (bar->progress));
}
