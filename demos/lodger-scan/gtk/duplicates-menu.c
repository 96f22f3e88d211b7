/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-menu.h"

#include "../i18n.h"
#include "act-choice.h"
#include "cells.h"

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

typedef struct Place
{
  GtkWidget *around, *cells, *menu;
  GtkWidget *row; /* a weak pointer: the widget of the list that the menu is about */
} Place;

static void
place_free (void *data)
{
  Place *place = data;
  g_clear_weak_pointer (&place->row);
  g_free (place);
}

/* What is clicked on is selected. FALSE: it is no row. */
static gboolean
select_row_of (Place *place, GtkWidget *widget)
{
  guint position = widget == NULL ? GTK_INVALID_LIST_POSITION : cells_find (place->cells, widget);
  if (position == GTK_INVALID_LIST_POSITION)
    return FALSE;
  (void) gtk_selection_model_select_item (gtk_column_view_get_model (cells_get_view (place->cells)), position, TRUE);
  g_set_weak_pointer (&place->row, widget);
  return TRUE;
}

static void
pop_up (const Place *place, const GdkRectangle *pointing_to)
{
  gtk_popover_set_pointing_to (GTK_POPOVER (place->menu), pointing_to);
  gtk_popover_popup (GTK_POPOVER (place->menu));
}

/* The keys go on where they were: the row has the focus again. */
static void
on_closed (GtkPopover *menu G_GNUC_UNUSED, void *data)
{
  const Place *place = data;
  for (GtkWidget *widget = place->row; widget != NULL; widget = gtk_widget_get_parent (widget))
    if (widget == place->cells || (gtk_widget_get_focusable (widget) && gtk_widget_grab_focus (widget)))
      return;
}

static void
on_pressed (GtkGestureClick *gesture, int n_press G_GNUC_UNUSED, double x, double y, void *data)
{
  Place *place = data;
  double around_x;
  double around_y;
  if (!select_row_of (place, gtk_widget_pick (place->cells, x, y, GTK_PICK_DEFAULT))
      || !gtk_widget_translate_coordinates (place->cells, place->around, x, y, &around_x, &around_y))
    return;
  (void) gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  pop_up (place, &(GdkRectangle) { (int) around_x, (int) around_y, 1, 1 });
}

/* Below the row that has the focus. */
static gboolean
on_menu_key (GtkWidget *cells G_GNUC_UNUSED, GVariant *arguments G_GNUC_UNUSED, void *data)
{
  Place *place = data;
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (place->around));
  graphene_rect_t bounds;
  if (!select_row_of (place, focus) || !gtk_widget_compute_bounds (focus, place->around, &bounds))
    return FALSE;
  pop_up (place, &(GdkRectangle) { (int) bounds.origin.x + 40, (int) bounds.origin.y, 1, (int) bounds.size.height });
  return TRUE;
}

/* ---- keys ------------------------------------------------------------------------------------------------------- */

static void
add_key (GtkEventController *keys, const char *trigger, GtkShortcutAction *action)
{
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger), action));
}

void
duplicates_menu_install (GtkWidget *around, GtkWidget *cells)
{
  GMenuModel *model = make_menu ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();
  Place *place = g_new0 (Place, 1);
  place->around = around;
  place->cells = cells;
  place->menu = gtk_popover_menu_new_from_model (model);
  g_object_unref (model);
  gtk_popover_set_has_arrow (GTK_POPOVER (place->menu), FALSE);
  gtk_popover_set_position (GTK_POPOVER (place->menu), GTK_POS_BOTTOM);
  gtk_widget_set_halign (place->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (place->menu, around);
  g_object_set_data_full (G_OBJECT (cells), "lodger-scan-place", place, place_free);
  g_signal_connect (place->menu, "closed", G_CALLBACK (on_closed), place);

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), place);
  gtk_widget_add_controller (cells, GTK_EVENT_CONTROLLER (click));

  /* Before the rows take them: the space bar would select a row. */
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    if (lines[i].keys != NULL)
      add_key (keys, lines[i].keys, gtk_named_action_new (lines[i].action));
  add_key (keys, "Menu|<Shift>F10", gtk_callback_action_new (on_menu_key, place, NULL));
  gtk_widget_add_controller (cells, keys);
}
