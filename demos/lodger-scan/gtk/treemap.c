/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "treemap.h"

#include "../i18n.h"
#include "../treemap-find.h"
#include "treemap-picture.h"

typedef struct Treemap
{
  GtkWidget parent;
  TreemapEvents events;
  const TreemapLayout *layout; /* NULL: nothing is shown */
  const Store *store;
  TreemapPicture *picture;
  int hovered, selected;
  TreemapPart pressed; /* what the button went down on last */
  double x, y;         /* of the pointer, which is elsewhere when they are less than 0 */
  GString *said;       /* for those who do not see it */
} Treemap;

static GtkWidgetClass *treemap_parent_class;

static const TreemapTile *
get_tile (const Treemap *map, int index)
{
  if (map->layout == NULL || index < 0 || index >= (int) treemap_layout_get_tiles (map->layout)->len)
    return NULL;
  return &g_array_index (treemap_layout_get_tiles (map->layout), TreemapTile, index);
}

static void
treemap_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  const Treemap *map = (const Treemap *) widget;
  const TreemapTile *hovered = get_tile (map, map->hovered);
  const TreemapTile *selected = get_tile (map, map->selected);
  TreemapTile all = { .width = gtk_widget_get_width (widget), .height = gtk_widget_get_height (widget) };
  treemap_picture_snapshot (map->picture, snapshot);
  if (hovered != NULL && hovered != selected)
    treemap_picture_mark (map->picture, snapshot, hovered, 1, FALSE);
  if (selected != NULL)
    treemap_picture_mark (map->picture, snapshot, selected, gtk_widget_has_visible_focus (widget) ? 3 : 2,
                          gtk_widget_has_focus (widget));
  else if (gtk_widget_has_visible_focus (widget))
    treemap_picture_mark (map->picture, snapshot, &all, 3, TRUE);
}

/* ---- selection -------------------------------------------------------------------------------------------------- */

static void
say_selected (Treemap *map)
{
  const TreemapTile *tile = get_tile (map, map->selected);
  GString *text = g_string_new (tile == NULL ? _ ("Map of the folder") : NULL);
  if (tile != NULL)
    map->events.describe (&tile->part, text, map->events.data);
  if (!g_string_equal (text, map->said))
    gtk_accessible_update_property (GTK_ACCESSIBLE (map), GTK_ACCESSIBLE_PROPERTY_LABEL, text->str, -1);
  g_string_assign (map->said, text->str);
  g_string_free (text, TRUE);
}

static void
select_tile (Treemap *map, int index)
{
  const TreemapTile *tile = get_tile (map, index);
  if (tile == NULL || index == map->selected)
    return;
  map->selected = index;
  say_selected (map);
  gtk_widget_queue_draw (GTK_WIDGET (map));
  map->events.selected (&tile->part, map->events.data);
}

static void
set_hovered (Treemap *map, int index)
{
  if (index == map->hovered)
    return;
  map->hovered = index;
  gtk_widget_queue_draw (GTK_WIDGET (map));
}

static int
find (const Treemap *map, double x, double y)
{
  return map->layout == NULL ? TREEMAP_NO_TILE : treemap_find_tile (map->layout, x, y);
}

static void
show_menu (Treemap *map)
{
  const TreemapTile *tile = get_tile (map, map->selected);
  if (tile == NULL)
    return;
  map->events.menu (&tile->part,
                    &(GdkRectangle) { (int) (tile->x + tile->width / 2), (int) (tile->y + tile->height / 2), 1, 1 },
                    map->events.data);
}

/* ---- pointer and keys ------------------------------------------------------------------------------------------- */

static void
on_motion (GtkEventControllerMotion *motion G_GNUC_UNUSED, double x, double y, void *data)
{
  Treemap *map = data;
  map->x = x;
  map->y = y;
  set_hovered (map, find (map, x, y));
}

static void
on_leave (GtkEventControllerMotion *motion, void *data)
{
  on_motion (motion, -1, -1, data);
}

static void
on_pressed (GtkGestureClick *click, int presses, double x, double y, void *data)
{
  Treemap *map = data;
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (click));
  const TreemapTile *tile;
  gboolean twice;
  gtk_widget_grab_focus (GTK_WIDGET (map));
  if (button == 8) /* "back" */
    {
      map->events.leave_folder (map->events.data);
      return;
    }
  select_tile (map, find (map, x, y));
  tile = get_tile (map, find (map, x, y));
  if (tile == NULL)
    return;
  /* After the first click of two on a folder there is something else in its place. */
  twice = presses == 2 && treemap_part_equal (&tile->part, &map->pressed);
  map->pressed = tile->part;
  if (button == GDK_BUTTON_SECONDARY)
    map->events.menu (&tile->part, &(GdkRectangle) { (int) x, (int) y, 1, 1 }, map->events.data);
  else if (button == GDK_BUTTON_PRIMARY && (tile->part.kind == TREEMAP_FOLDER ? presses == 1 : twice))
    map->events.activated (&tile->part, map->events.data);
}

static void
move (Treemap *map, int right, int down)
{
  if (map->layout != NULL)
    select_tile (map, treemap_find_beside (map->layout, map->selected, right, down));
}

static gboolean
on_key (GtkEventControllerKey *keys G_GNUC_UNUSED, guint key, guint code G_GNUC_UNUSED, GdkModifierType state,
        void *data)
{
  Treemap *map = data;
  const TreemapTile *tile = get_tile (map, map->selected);
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();
  if ((key == GDK_KEY_BackSpace && modifiers == 0) || (key == GDK_KEY_Up && modifiers == GDK_ALT_MASK))
    map->events.leave_folder (map->events.data);
  else if (key == GDK_KEY_F10 && modifiers == GDK_SHIFT_MASK)
    show_menu (map);
  else if (modifiers != 0)
    return FALSE;
  else
    switch (key)
      {
      case GDK_KEY_Left: move (map, -1, 0); break;
      case GDK_KEY_Right: move (map, 1, 0); break;
      case GDK_KEY_Up: move (map, 0, -1); break;
      case GDK_KEY_Down: move (map, 0, 1); break;
      case GDK_KEY_Home: select_tile (map, 0); break;
      case GDK_KEY_Menu: show_menu (map); break;
      case GDK_KEY_Return:
      case GDK_KEY_KP_Enter:
        if (tile != NULL)
          map->events.activated (&tile->part, map->events.data);
        break;
      default: return FALSE;
      }
  return TRUE;
}

static gboolean
on_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip, void *data G_GNUC_UNUSED)
{
  const Treemap *map = (const Treemap *) widget;
  const TreemapTile *tile = get_tile (map, keyboard ? map->selected : find (map, x, y));
  GString *text;
  if (tile == NULL)
    return FALSE;
  text = g_string_new (NULL);
  map->events.describe (&tile->part, text, map->events.data);
  gtk_tooltip_set_text (tooltip, text->str);
  gtk_tooltip_set_tip_area (tooltip,
                            &(GdkRectangle) { (int) tile->x, (int) tile->y, (int) tile->width, (int) tile->height });
  g_string_free (text, TRUE);
  return TRUE;
}

/* ---- the widget ------------------------------------------------------------------------------------------------- */

static void
treemap_measure (GtkWidget *widget G_GNUC_UNUSED, GtkOrientation orientation, int for_size G_GNUC_UNUSED, int *minimum,
                 int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : 120;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 480 : 320;
  *minimum_baseline = *natural_baseline = -1;
}

static void
treemap_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  const Treemap *map = (const Treemap *) widget;
  treemap_parent_class->size_allocate (widget, width, height, baseline);
  map->events.resized (map->events.data);
}

static void
treemap_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  Treemap *map = (Treemap *) widget;
  treemap_parent_class->css_changed (widget, change);
  if (map->picture == NULL || !treemap_picture_look_at_style (map->picture))
    return;
  treemap_picture_make (map->picture, map->layout, map->store);
  map->events.resized (map->events.data);
}

static void
treemap_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  treemap_parent_class->state_flags_changed (widget, before);
  gtk_widget_queue_draw (widget);
}

static void
treemap_dispose (GObject *object)
{
  Treemap *map = (Treemap *) object;
  map->layout = NULL;
  treemap_picture_stop (map->picture);
  G_OBJECT_CLASS (treemap_parent_class)->dispose (object);
}

static void
treemap_finalize (GObject *object)
{
  Treemap *map = (Treemap *) object;
  treemap_picture_free (map->picture);
  g_string_free (map->said, TRUE);
  G_OBJECT_CLASS (treemap_parent_class)->finalize (object);
}

static void
treemap_class_init (void *class, void *data G_GNUC_UNUSED)
{
  GtkWidgetClass *widget_class = class;
  treemap_parent_class = g_type_class_peek_parent (class);
  G_OBJECT_CLASS (class)->dispose = treemap_dispose;
  G_OBJECT_CLASS (class)->finalize = treemap_finalize;
  widget_class->measure = treemap_measure;
  widget_class->size_allocate = treemap_size_allocate;
  widget_class->snapshot = treemap_snapshot;
  widget_class->css_changed = treemap_css_changed;
  widget_class->state_flags_changed = treemap_state_flags_changed;
  gtk_widget_class_set_css_name (widget_class, "treemap");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
add_controllers (Treemap *map)
{
  GtkWidget *widget = GTK_WIDGET (map);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), map);
  g_signal_connect (motion, "leave", G_CALLBACK (on_leave), map);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key), map);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), map);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, keys);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
}

static void
no_event (void *data G_GNUC_UNUSED)
{
}

static void
treemap_init (GTypeInstance *instance, void *class G_GNUC_UNUSED)
{
  Treemap *map = (Treemap *) instance;
  map->events.resized = no_event;
  map->said = g_string_new (NULL);
  map->hovered = map->selected = TREEMAP_NO_TILE;
  map->x = map->y = -1;
}

GtkWidget *
treemap_new (const TreemapEvents *events)
{
  static GType type;
  GtkWidget *widget;
  Treemap *map;
  if (type == 0)
    type = g_type_register_static_simple (GTK_TYPE_WIDGET, "LodgerScanTreemap", sizeof (GtkWidgetClass),
                                          treemap_class_init, sizeof (Treemap), treemap_init, 0);
  widget = g_object_new (type, "focusable", TRUE, "has-tooltip", TRUE, "hexpand", TRUE, "vexpand", TRUE, "overflow",
                         GTK_OVERFLOW_HIDDEN, NULL);
  map = (Treemap *) widget;
  map->picture = treemap_picture_new (widget);
  map->events = *events;
  add_controllers (map);
  g_signal_connect (widget, "query-tooltip", G_CALLBACK (on_query_tooltip), NULL);
  say_selected (map);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  _ ("The arrow keys go from one rectangle to the next, Return shows what is in a "
                                     "folder, and Backspace goes back."),
                                  -1);
  return widget;
}

void
treemap_set (GtkWidget *treemap, const TreemapLayout *layout, const Store *store)
{
  Treemap *map = (Treemap *) treemap;
  map->layout = layout;
  map->store = store;
  map->hovered = find (map, map->x, map->y);
  map->selected = TREEMAP_NO_TILE;
  treemap_picture_make (map->picture, layout, store);
}

void
treemap_select (GtkWidget *treemap, const TreemapPart *part)
{
  Treemap *map = (Treemap *) treemap;
  int index = part == NULL || map->layout == NULL ? TREEMAP_NO_TILE : treemap_find_part (map->layout, part);
  if (index == map->selected)
    return;
  map->selected = index;
  say_selected (map);
  gtk_widget_queue_draw (treemap);
}

double
treemap_get_header (GtkWidget *treemap)
{
  return treemap_picture_get_line (((const Treemap *) treemap)->picture) + 2;
}
