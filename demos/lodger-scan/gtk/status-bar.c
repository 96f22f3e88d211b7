/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "status-bar.h"

#include "../figures.h"
#include "../i18n.h"

struct StatusBar
{
  GtkWidget *box, *progress, *state, *current, *figures, *saving, *button;
  GString *text;
};

static GtkWidget *
make_label (float align, const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (label), align);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, css_class);
  return label;
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
  bar->state = make_label (0, "heading");
  bar->current = make_label (0, "dim-label");
  gtk_label_set_ellipsize (GTK_LABEL (bar->current), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (bar->current, TRUE);
  bar->figures = make_label (0, "numeric");
  gtk_label_set_ellipsize (GTK_LABEL (bar->figures), PANGO_ELLIPSIZE_END);
  bar->saving = make_label (1, "saving");
  /* Two lines where there is little room. */
  gtk_label_set_single_line_mode (GTK_LABEL (bar->saving), FALSE);
  gtk_label_set_wrap (GTK_LABEL (bar->saving), TRUE);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (bar->saving), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_lines (GTK_LABEL (bar->saving), 2);
  gtk_label_set_justify (GTK_LABEL (bar->saving), GTK_JUSTIFY_RIGHT);
  gtk_label_set_ellipsize (GTK_LABEL (bar->saving), PANGO_ELLIPSIZE_END);
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

/* A text that is as it was costs nothing. */
static void
show (GtkWidget *label, GString *text)
{
  gtk_label_set_text (GTK_LABEL (label), text->str);
  g_string_truncate (text, 0);
}

/* How much of a scan is left nobody knows before its end, so that the bar only moves until then. */
void
status_bar_set (StatusBar *bar, const Session *session)
{
  SessionState state = session == NULL ? SESSION_DONE : session_get_state (session);
  figures_append_state (bar->text, session);
  show (bar->state, bar->text);
  if (state != SESSION_SCANNING)
    gtk_label_set_text (GTK_LABEL (bar->current), NULL);
  if (session == NULL)
    gtk_label_set_text (GTK_LABEL (bar->figures), NULL);
  if (session == NULL)
    gtk_label_set_text (GTK_LABEL (bar->saving), NULL);
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
  else
    {
      figures_append_watching (bar->text, session);
      show (bar->current, bar->text);
    }
}
