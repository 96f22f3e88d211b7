/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-menu.h"

#include "../i18n.h"
#include "act-choice.h"

#include <string.h>

#define ACTION(name) ACT_CHOICE_GROUP "." name

static const struct
{
  const char *label, *action, *keys; /* a line without a label begins a section */
} lines[] = {
  { N_ ("_Open"), ACTION (DUPLICATES_OPEN), NULL },
  { N_ ("Open Containing _Folder"), ACTION (DUPLICATES_OPEN_FOLDER), "<Control>Return" },
  { N_ ("_Copy Path"), ACTION (DUPLICATES_COPY_PATH), "<Control>c" },
  { NULL, NULL, NULL },
  { N_ ("Choose This Copy, or _Not"), ACTION (DUPLICATES_MARK), "space" },
  { N_ ("_Keep Only This One"), ACTION (DUPLICATES_KEEP), "<Control>k" },
  { NULL, NULL, NULL },
  { N_ ("_Move This Copy to the Bin"), ACTION (DUPLICATES_BIN_THIS), "Delete" },
  { N_ ("Move the O_ther Copies to the Bin"), ACTION (DUPLICATES_BIN_OTHERS), "<Shift>Delete" },
};

static GMenuModel *
make_menu (void)
{
  GMenu *menu = g_menu_new ();
  GMenu *section = g_menu_new ();
  for (guint i = 0; i <= G_N_ELEMENTS (lines); i++)
    {
      GMenuItem *item;
      if (i == G_N_ELEMENTS (lines) || lines[i].label == NULL)
        {
          g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
          g_object_unref (section);
          section = g_menu_new ();
          continue;
        }
      item = g_menu_item_new (_ (lines[i].label), lines[i].action);
      if (lines[i].keys != NULL)
        g_menu_item_set_attribute (item, "accel", "s", lines[i].keys);
      g_menu_append_item (section, item);
      g_object_unref (item);
    }
  g_object_unref (section);
  return G_MENU_MODEL (menu);
}

/* ---- where it is shown ------------------------------------------------------------------------------------------ */

static void
pop_up (GtkPopover *menu, const GdkRectangle *place)
{
  gtk_popover_set_pointing_to (menu, place);
  gtk_popover_popup (menu);
}

/* The row that has the focus, or the list. */
static gboolean
on_menu_key (GtkWidget *view, GVariant *arguments G_GNUC_UNUSED, void *data)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (view));
  graphene_rect_t bounds;
  GdkRectangle place = { 0, 0, 1, 1 };
  if (focus != NULL && gtk_widget_is_ancestor (focus, view) && gtk_widget_compute_bounds (focus, view, &bounds))
    {
      place.x = (int) bounds.origin.x + 48;
      place.y = (int) (bounds.origin.y + bounds.size.height / 2);
    }
  pop_up (data, &place);
  return TRUE;
}

/* The row that is clicked at is selected first. GTK has an action for that in each row, which bears no other mark than its
 * name in style sheets. */
static void
select_row_at (GtkWidget *view, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (view, x, y, GTK_PICK_DEFAULT);
  while (widget != NULL && widget != view && strcmp (gtk_widget_get_css_name (widget), "row") != 0)
    widget = gtk_widget_get_parent (widget);
  if (widget == NULL || widget == view)
    return;
  gtk_widget_grab_focus (widget);
  (void) gtk_widget_activate_action (widget, "listitem.select", "(bb)", FALSE, FALSE);
}

static void
on_pressed (GtkGestureClick *gesture, int n_press G_GNUC_UNUSED, double x, double y, void *data)
{
  GtkWidget *view = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  GdkRectangle place = { (int) x, (int) y, 1, 1 };
  select_row_at (view, x, y);
  pop_up (data, &place);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
on_destroy (GtkWidget *view G_GNUC_UNUSED, void *data)
{
  gtk_widget_unparent (data);
}

/* ---- keys ------------------------------------------------------------------------------------------------------- */

static void
add_key (GtkEventController *keys, const char *trigger, GtkShortcutAction *action)
{
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger), action));
}

void
duplicates_menu_install (GtkColumnView *view)
{
  GMenuModel *model = make_menu ();
  GtkWidget *menu = gtk_popover_menu_new_from_model (model);
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();
  g_object_unref (model);
  gtk_widget_set_parent (menu, GTK_WIDGET (view));
  gtk_popover_set_has_arrow (GTK_POPOVER (menu), FALSE);
  gtk_widget_set_halign (menu, GTK_ALIGN_START);
  g_signal_connect (view, "destroy", G_CALLBACK (on_destroy), menu);

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), menu);
  gtk_widget_add_controller (GTK_WIDGET (view), GTK_EVENT_CONTROLLER (click));

  /* Before the rows take them: the space bar would select a row. */
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    if (lines[i].keys != NULL)
      add_key (keys, lines[i].keys, gtk_named_action_new (lines[i].action));
  add_key (keys, "Menu|<Shift>F10", gtk_callback_action_new (on_menu_key, menu, NULL));
  gtk_widget_add_controller (GTK_WIDGET (view), keys);
}
