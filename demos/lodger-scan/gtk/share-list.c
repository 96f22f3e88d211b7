/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "share-list.h"

#include "rows.h"
#include "share-row.h"

typedef struct ShareList
{
  ShareListSource source;
  gboolean wide, quiet, refocus;
  Rows *rows;
  GtkListView *view;
  GtkSingleSelection *selection;
  GHashTable *bound; /* GtkListItem */
  guint count, wanted;
  ShareRow row;
} ShareList;

static const char list_key[] = "lodger-scan-share-list";
static const char item_key[] = "lodger-scan-item";

static ShareList *
get_list (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), list_key);
}

static void
list_free (void *data)
{
  ShareList *list = data;
  g_object_unref (list->rows);
  g_hash_table_destroy (list->bound);
  g_string_free (list->row.name, TRUE);
  g_string_free (list->row.note, TRUE);
  g_free (list);
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static void
fill (ShareList *list, GtkListItem *item)
{
  guint number = row_get_number (gtk_list_item_get_item (item));
  if (number >= list->count)
    return;
  g_string_truncate (list->row.name, 0);
  g_string_truncate (list->row.note, 0);
  list->row.icon = NULL;
  list->source.fill (number, &list->row, list->source.data);
  share_row_set (gtk_list_item_get_child (item), &list->row);
}

static void
show_menu (ShareList *list, GtkWidget *row, guint number, double x, double y)
{
  double list_x;
  double list_y;
  GtkWidget *scrolled = gtk_widget_get_parent (GTK_WIDGET (list->view));
  gtk_widget_translate_coordinates (row, scrolled, x, y, &list_x, &list_y);
  list->source.menu (number, &(GdkRectangle) { (int) list_x, (int) list_y, 1, 1 }, list->source.data);
}

static void
on_pressed (GtkGestureClick *click, int presses G_GNUC_UNUSED, double x, double y, void *data)
{
  ShareList *list = data;
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (click));
  GtkListItem *item = g_object_get_data (G_OBJECT (row), item_key);
  gtk_single_selection_set_selected (list->selection, gtk_list_item_get_position (item));
  show_menu (list, row, row_get_number (gtk_list_item_get_item (item)), x, y);
}

static gboolean
on_menu_key (GtkWidget *widget G_GNUC_UNUSED, GVariant *arguments G_GNUC_UNUSED, void *data)
{
  ShareList *list = data;
  GHashTableIter iter;
  void *key;
  g_hash_table_iter_init (&iter, list->bound);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      GtkListItem *item = key;
      GtkWidget *row = gtk_list_item_get_child (item);
      if (gtk_list_item_get_selected (item))
        {
          show_menu (list, row, row_get_number (gtk_list_item_get_item (item)), gtk_widget_get_width (row) / 2.0,
                     gtk_widget_get_height (row));
          return TRUE;
        }
    }
  return FALSE;
}

static void
on_setup (GtkListItemFactory *factory G_GNUC_UNUSED, GtkListItem *item, void *data)
{
  ShareList *list = data;
  GtkWidget *row = share_row_new (list->wide);
  g_object_set_data (G_OBJECT (row), item_key, item);
  if (list->source.menu != NULL)
    {
      GtkGesture *click = gtk_gesture_click_new ();
      gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
      g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), list);
      gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
    }
  gtk_list_item_set_child (item, row);
}

static void
on_bind (GtkListItemFactory *factory G_GNUC_UNUSED, GtkListItem *item, void *data)
{
  ShareList *list = data;
  g_hash_table_add (list->bound, item);
  fill (list, item);
}

static void
on_unbind (GtkListItemFactory *factory G_GNUC_UNUSED, GtkListItem *item, void *data)
{
  g_hash_table_remove (((ShareList *) data)->bound, item);
}

static void
on_activate (GtkListView *view G_GNUC_UNUSED, guint position, void *data)
{
  const ShareList *list = data;
  if (position < list->count)
    list->source.activated (position, list->source.data);
}

static void
on_selected (GtkSingleSelection *selection, GParamSpec *spec G_GNUC_UNUSED, void *data)
{
  ShareList *list = data;
  guint selected = gtk_single_selection_get_selected (selection);
  if (list->quiet || selected >= list->count)
    return;
  list->wanted = selected;
  if (list->source.selected != NULL)
    list->source.selected (selected, list->source.data);
}

/* ---- the list --------------------------------------------------------------------------------------------------- */

GtkWidget *
share_list_new (const char *label, gboolean wide, const ShareListSource *source)
{
  GtkWidget *widget = gtk_scrolled_window_new ();
  ShareList *list = g_new0 (ShareList, 1);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  list->source = *source;
  list->wide = wide;
  list->wanted = G_MAXUINT;
  list->rows = rows_new (0, 0, 0);
  list->bound = g_hash_table_new (NULL, NULL);
  list->row.name = g_string_new (NULL);
  list->row.note = g_string_new (NULL);
  list->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (list->rows)));
  gtk_single_selection_set_autoselect (list->selection, FALSE);
  gtk_single_selection_set_can_unselect (list->selection, TRUE);
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), list);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), list);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), list);
  list->view = GTK_LIST_VIEW (gtk_list_view_new (GTK_SELECTION_MODEL (list->selection), factory));
  g_signal_connect (list->view, "activate", G_CALLBACK (on_activate), list);
  g_signal_connect (list->selection, "notify::selected", G_CALLBACK (on_selected), list);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list->view), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (widget), GTK_WIDGET (list->view));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (widget), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (widget, TRUE);
  if (source->menu != NULL)
    {
      GtkEventController *shortcuts = gtk_shortcut_controller_new ();
      GtkShortcutTrigger *trigger = gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10");
      gtk_shortcut_controller_add_shortcut (
          GTK_SHORTCUT_CONTROLLER (shortcuts),
          gtk_shortcut_new (trigger, gtk_callback_action_new (on_menu_key, list, NULL)));
      gtk_widget_add_controller (GTK_WIDGET (list->view), shortcuts);
    }
  g_object_set_data_full (G_OBJECT (widget), list_key, list, list_free);
  return widget;
}

static void
select_wanted (ShareList *list)
{
  guint wanted = list->wanted < rows_get_count (list->rows) ? list->wanted : GTK_INVALID_LIST_POSITION;
  if (wanted == gtk_single_selection_get_selected (list->selection))
    return;
  list->quiet = TRUE;
  gtk_single_selection_set_selected (list->selection, wanted);
  list->quiet = FALSE;
}

void
share_list_set_count (GtkWidget *widget, guint count)
{
  ShareList *list = get_list (widget);
  GHashTableIter iter;
  void *item;
  list->count = count;
  if (count < rows_get_count (list->rows))
    {
      list->quiet = TRUE;
      rows_clear (list->rows);
      list->quiet = FALSE;
    }
  g_hash_table_iter_init (&iter, list->bound);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    fill (list, item);
}

gboolean
share_list_grow (GtkWidget *widget)
{
  ShareList *list = get_list (widget);
  gboolean more = rows_grow (list->rows, list->count);
  select_wanted (list);
  if (list->refocus && rows_get_count (list->rows) > 0)
    {
      list->refocus = FALSE;
      gtk_widget_grab_focus (GTK_WIDGET (list->view));
    }
  return more;
}

void
share_list_select (GtkWidget *widget, guint number)
{
  ShareList *list = get_list (widget);
  list->wanted = number;
  select_wanted (list);
}

guint
share_list_get_selected (GtkWidget *widget)
{
  const ShareList *list = get_list (widget);
  return list->wanted < list->count ? list->wanted : G_MAXUINT;
}

void
share_list_rewind (GtkWidget *widget)
{
  ShareList *list = get_list (widget);
  list->refocus = gtk_widget_get_focus_child (widget) != NULL;
  list->quiet = TRUE;
  rows_clear (list->rows);
  list->quiet = FALSE;
  list->count = 0;
  list->wanted = G_MAXUINT;
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (widget)), 0);
}
