/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access.h"

#include "../i18n.h"

static void
name (GtkWidget *widget, const char *text)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

/* "Save _as" as "Save as". Two underscores are one. */
static char *
without_mnemonic (const char *label)
{
  GString *text = g_string_new (NULL);
  for (const char *at = label; *at != '\0'; at++)
    if (*at != '_' || (at > label && at[-1] == '_'))
      g_string_append_c (text, *at);
  return g_string_free (text, FALSE);
}

static void
mend_label (GtkWidget *widget, const char *label)
{
  char *text = without_mnemonic (label);
  name (widget, text);
  g_free (text);
}

static void
on_label (GtkWidget *button)
{
  if (gtk_button_get_label (GTK_BUTTON (button)) == NULL || !gtk_button_get_use_underline (GTK_BUTTON (button)))
    return;
  mend_label (button, gtk_button_get_label (GTK_BUTTON (button)));
  /* Its label would be said a second time. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

static void
mend_button (GtkWidget *button)
{
  on_label (button);
  g_signal_connect (button, "notify::label", G_CALLBACK (on_label), NULL);
  /* GTK's own ones, such as that of a search bar. */
  if (gtk_widget_get_tooltip_text (button) == NULL && gtk_widget_has_css_class (button, "close"))
    name (button, _ ("Close"));
}

/* The part that takes the focus is called as the whole. */
static void
call_as (GtkWidget *part, GtkWidget *whole)
{
  gtk_accessible_update_relation (GTK_ACCESSIBLE (part), GTK_ACCESSIBLE_RELATION_LABELLED_BY, whole, NULL, -1);
}

static gboolean
leave (GtkWidget *list, GtkDirectionType direction)
{
  GtkRoot *root = gtk_widget_get_root (list);
  if (root == NULL)
    return FALSE;
  gtk_widget_set_can_focus (list, FALSE);
  (void) gtk_widget_child_focus (GTK_WIDGET (root), direction);
  gtk_widget_set_can_focus (list, TRUE);
  return TRUE;
}

static gboolean
on_tab (GtkWidget *list, GVariant *none G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
  return leave (list, GTK_DIR_TAB_FORWARD);
}

static gboolean
on_shift_tab (GtkWidget *list, GVariant *none G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
  return leave (list, GTK_DIR_TAB_BACKWARD);
}

static void
add_key (GtkShortcutController *controller, const char *keys, GtkShortcutFunc func)
{
  gtk_shortcut_controller_add_shortcut (controller, gtk_shortcut_new (gtk_shortcut_trigger_parse_string (keys),
                                                                      gtk_callback_action_new (func, NULL, NULL)));
}

/* Before the rows take the keys. */
static void
mend_list (GtkWidget *list)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  add_key (GTK_SHORTCUT_CONTROLLER (controller), "Tab|KP_Tab", on_tab);
  add_key (GTK_SHORTCUT_CONTROLLER (controller), "<Shift>Tab|<Shift>KP_Tab|<Shift>ISO_Left_Tab", on_shift_tab);
  gtk_widget_add_controller (list, controller);
}

/* Whether a widget is all that its parent shows. */
static gboolean
is_called_as (GtkWidget *widget, GtkWidget *parent)
{
  return (GTK_IS_TOGGLE_BUTTON (widget) && GTK_IS_DROP_DOWN (parent))
         || (GTK_IS_LIST_VIEW (widget) && GTK_IS_COLUMN_VIEW (parent));
}

static void
mend (GtkWidget *widget, GtkWidget *parent)
{
  if (is_called_as (widget, parent))
    call_as (widget, parent);
  else if (GTK_IS_BUTTON (widget))
    mend_button (widget);
  else if (GTK_IS_CHECK_BUTTON (widget) && gtk_check_button_get_label (GTK_CHECK_BUTTON (widget)) != NULL)
    mend_label (widget, gtk_check_button_get_label (GTK_CHECK_BUTTON (widget)));
  else if (GTK_IS_COLUMN_VIEW (widget) || GTK_IS_LIST_VIEW (widget))
    mend_list (widget);
  else if (GTK_IS_PANED (widget))
    name (widget, _ ("Divider"));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    mend (child, widget);
}

void
access_mend (GtkWidget *window)
{
  mend (window, NULL);
}
