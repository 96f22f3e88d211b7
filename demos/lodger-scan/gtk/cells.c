/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cells.h"

#include "../i18n.h"

#include <string.h>

enum
{
  TOOLTIP_BYTES = 4000
};

/* What a column's factory works with; it lives as long as that. */
typedef struct Factory
{
  const CellColumn *column;
  void *data;
  GString *text;
  GHashTable *bound; /* GtkListItem */
} Factory;

static const char factories_key[] = "lodger-scan-factories"; /* of the list: a GPtrArray */
static const char item_key[] = "lodger-scan-item";           /* of a cell: its GtkListItem */

/* Borrowed: the item holds it. */
static gconstpointer
get_row (GtkListItem *item)
{
  void *row = gtk_list_item_get_item (item);
  if (GTK_IS_TREE_LIST_ROW (row))
    {
      row = gtk_tree_list_row_get_item (row);
      g_object_unref (row);
    }
  return row;
}

static GtkInscription *
get_inscription (GtkListItem *item)
{
  GtkWidget *child = gtk_list_item_get_child (item);
  if (GTK_IS_TREE_EXPANDER (child))
    child = gtk_tree_expander_get_child (GTK_TREE_EXPANDER (child));
  return GTK_INSCRIPTION (child);
}

static gboolean
on_query_tooltip (GtkWidget *widget, int x G_GNUC_UNUSED, int y G_GNUC_UNUSED, gboolean keyboard G_GNUC_UNUSED,
                  GtkTooltip *tooltip, void *data G_GNUC_UNUSED)
{
  const char *text = gtk_inscription_get_text (GTK_INSCRIPTION (widget));
  PangoLayout *layout;
  int width = 0;
  if (text == NULL || *text == '\0')
    return FALSE;
  layout = gtk_widget_create_pango_layout (widget, text);
  pango_layout_get_pixel_size (layout, &width, NULL);
  g_object_unref (layout);
  if (width <= gtk_widget_get_width (widget))
    return FALSE;
  if (strlen (text) <= TOOLTIP_BYTES)
    gtk_tooltip_set_text (tooltip, text);
  else
    {
      char *end = g_utf8_find_prev_char (text, text + TOOLTIP_BYTES);
      char *start = g_strndup (text, (gsize) (end - text));
      char *cut = g_strconcat (start, "…", NULL);
      gtk_tooltip_set_text (tooltip, cut);
      g_free (cut);
      g_free (start);
    }
  return TRUE;
}

void
cells_set_item (GtkWidget *cell, GtkListItem *item)
{
  g_object_set_data (G_OBJECT (cell), item_key, item);
}

static void
on_setup (GtkListItemFactory *list_factory G_GNUC_UNUSED, GtkListItem *item, void *data)
{
  const Factory *factory = data;
  const CellColumn *column = factory->column;
  GtkWidget *cell = gtk_inscription_new (NULL);
  GtkInscription *inscription = GTK_INSCRIPTION (cell);
  gtk_inscription_set_min_chars (inscription, MIN (column->chars, column->flags & CELL_EXPAND ? 12 : 6));
  gtk_inscription_set_nat_chars (inscription, column->chars);
  gtk_inscription_set_text_overflow (inscription, column->flags & CELL_MIDDLE
                                                      ? GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_MIDDLE
                                                      : GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_xalign (inscription, column->flags & CELL_NUMBER ? 1.0F : 0.0F);
  if (column->flags & CELL_NUMBER)
    gtk_widget_add_css_class (cell, "numeric");
  if (column->flags & CELL_DIM)
    gtk_widget_add_css_class (cell, "dim-label");
  gtk_widget_set_has_tooltip (cell, TRUE);
  g_signal_connect (cell, "query-tooltip", G_CALLBACK (on_query_tooltip), NULL);
  if (column->flags & CELL_TREE)
    {
      GtkWidget *expander = gtk_tree_expander_new ();
      gtk_widget_set_hexpand (cell, TRUE);
      gtk_tree_expander_set_child (GTK_TREE_EXPANDER (expander), cell);
      cell = expander;
    }
  cells_set_item (cell, item);
  gtk_list_item_set_child (item, cell);
}

static void
show_text (Factory *factory, GtkListItem *item)
{
  GtkInscription *inscription = get_inscription (item);
  g_string_truncate (factory->text, 0);
  factory->column->text (factory->data, get_row (item), factory->text);
  if (g_strcmp0 (gtk_inscription_get_text (inscription), factory->text->str) != 0)
    gtk_inscription_set_text (inscription, factory->text->str);
}

static void
on_bind (GtkListItemFactory *list_factory G_GNUC_UNUSED, GtkListItem *item, void *data)
{
  Factory *factory = data;
  GtkWidget *child = gtk_list_item_get_child (item);
  if (GTK_IS_TREE_EXPANDER (child))
    gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (child), gtk_list_item_get_item (item));
  show_text (factory, item);
  (void) g_hash_table_add (factory->bound, item);
}

static void
on_unbind (GtkListItemFactory *list_factory G_GNUC_UNUSED, GtkListItem *item, void *data)
{
  const Factory *factory = data;
  GtkWidget *child = gtk_list_item_get_child (item);
  if (GTK_IS_TREE_EXPANDER (child))
    gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (child), NULL);
  g_hash_table_remove (factory->bound, item);
}

static void
factory_free (void *data, GClosure *closure G_GNUC_UNUSED)
{
  Factory *factory = data;
  g_hash_table_destroy (factory->bound);
  g_string_free (factory->text, TRUE);
  g_free (factory);
}

static void
add_column (GtkWidget *cells, const CellColumn *column, void *data)
{
  GtkListItemFactory *list_factory = gtk_signal_list_item_factory_new ();
  Factory *factory = g_new0 (Factory, 1);
  GtkColumnViewColumn *made;
  factory->column = column;
  factory->data = data;
  factory->text = g_string_new (NULL);
  factory->bound = g_hash_table_new (NULL, NULL);
  g_signal_connect (list_factory, "setup", G_CALLBACK (on_setup), factory);
  g_signal_connect (list_factory, "bind", G_CALLBACK (on_bind), factory);
  g_signal_connect_data (list_factory, "unbind", G_CALLBACK (on_unbind), factory, factory_free, 0);
  made = gtk_column_view_column_new (_ (column->title), list_factory);
  gtk_column_view_column_set_expand (made, (column->flags & CELL_EXPAND) != 0);
  gtk_column_view_column_set_resizable (made, TRUE);
  if (column->compare != NULL)
    {
      GtkSorter *sorter = GTK_SORTER (gtk_custom_sorter_new (column->compare, data, NULL));
      gtk_column_view_column_set_sorter (made, sorter);
      g_object_unref (sorter);
    }
  gtk_column_view_append_column (cells_get_view (cells), made);
  g_object_unref (made);
  g_ptr_array_add (g_object_get_data (G_OBJECT (cells), factories_key), factory);
}

static void
free_factories (void *factories)
{
  g_ptr_array_unref (factories);
}

/* One row at a time can be selected, if the model does not say which are. */
static GtkSelectionModel *
need_selection (GListModel *model)
{
  GtkSingleSelection *selection;
  if (GTK_IS_SELECTION_MODEL (model))
    return GTK_SELECTION_MODEL (model);
  selection = gtk_single_selection_new (model);
  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_single_selection_set_can_unselect (selection, TRUE);
  return GTK_SELECTION_MODEL (selection);
}

GtkWidget *
cells_new (const char *label, const CellColumn *columns, GListModel *model, void *data)
{
  GtkWidget *cells = gtk_scrolled_window_new ();
  GtkColumnView *view = GTK_COLUMN_VIEW (gtk_column_view_new (NULL));
  GtkSelectionModel *selection = need_selection (model);
  g_object_set_data_full (G_OBJECT (cells), factories_key, g_ptr_array_new (), free_factories);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (cells), GTK_WIDGET (view));
  gtk_widget_set_vexpand (cells, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (view), "data-table");
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  for (; columns->title != NULL; columns++)
    add_column (cells, columns, data);
  gtk_column_view_set_model (view, selection);
  g_object_unref (selection);
  return cells;
}

GtkColumnView *
cells_get_view (GtkWidget *cells)
{
  return GTK_COLUMN_VIEW (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (cells)));
}

/* The texts of the cells of those columns that have one of the flags. */
static void
look_again (GtkWidget *cells, guint flags)
{
  const GPtrArray *factories = g_object_get_data (G_OBJECT (cells), factories_key);
  for (guint i = 0; i < factories->len; i++)
    {
      Factory *factory = g_ptr_array_index (factories, i);
      GHashTableIter iter;
      void *item;
      if (flags != 0 && (factory->column->flags & flags) == 0)
        continue;
      g_hash_table_iter_init (&iter, factory->bound);
      while (g_hash_table_iter_next (&iter, &item, NULL))
        show_text (factory, item);
    }
}

void
cells_refresh (GtkWidget *cells)
{
  look_again (cells, CELL_LIVE);
}

void
cells_refresh_all (GtkWidget *cells)
{
  look_again (cells, 0);
}

/* A widget of a row is the cell, is around the cell, or has cells in it. */
static GtkListItem *
find_item (GtkWidget *widget)
{
  for (guint depth = 0; widget != NULL && depth < 3; depth++)
    {
      GtkListItem *item = g_object_get_data (G_OBJECT (widget), item_key);
      if (item != NULL)
        return item;
      widget = gtk_widget_get_first_child (widget);
    }
  return NULL;
}

guint
cells_find (GtkWidget *cells, GtkWidget *widget)
{
  GtkListItem *item = NULL;
  for (; widget != NULL && item == NULL && widget != GTK_WIDGET (cells_get_view (cells));
       widget = gtk_widget_get_parent (widget))
    {
      /* The list of rows, and the titles of the columns, are no row. */
      GType type = G_OBJECT_TYPE (widget);
      if (g_type_is_a (type, GTK_TYPE_LIST_BASE) || strcmp (gtk_widget_get_css_name (widget), "header") == 0)
        break;
      item = find_item (widget);
    }
  return item == NULL ? GTK_INVALID_LIST_POSITION : gtk_list_item_get_position (item);
}

void *
cells_get_selected (GtkWidget *cells)
{
  GtkSelectionModel *model = gtk_column_view_get_model (cells_get_view (cells));
  void *item = gtk_single_selection_get_selected_item (GTK_SINGLE_SELECTION (model));
  if (GTK_IS_TREE_LIST_ROW (item))
    return gtk_tree_list_row_get_item (item);
  return item == NULL ? NULL : g_object_ref (item);
}

GtkWidget *
cells_empty_page (const char *icon)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *image = gtk_image_new_from_icon_name (icon);
  GtkWidget *heading = gtk_label_new (NULL);
  GtkWidget *text = gtk_label_new (NULL);
  gtk_image_set_pixel_size (GTK_IMAGE (image), 64);
  gtk_widget_add_css_class (image, "dim-label");
  gtk_widget_add_css_class (heading, "title-2");
  gtk_widget_add_css_class (text, "dim-label");
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (text), 60);
  gtk_label_set_justify (GTK_LABEL (text), GTK_JUSTIFY_CENTER);
  gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (GTK_LABEL (text), 6);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_vexpand (box, TRUE);
  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), text);
  return box;
}

void
cells_empty_page_say (GtkWidget *page, const char *heading, const char *text)
{
  GtkWidget *label = gtk_widget_get_next_sibling (gtk_widget_get_first_child (page));
  gtk_label_set_text (GTK_LABEL (label), heading);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (label)), text);
}

void
cells_load_style (void)
{
  static const char style[] = ".numeric { font-feature-settings: 'tnum'; }"
                              ".status { padding: 8px 12px; }"
                              ".saving { font-weight: bold; font-size: larger; }"
                              ".page-bar { padding: 6px 12px; }"
                              ".page-foot { padding: 6px 12px; }"
                              ".page-strip { margin: 18px 18px 6px 18px; }"
                              ".page-heading { padding: 10px 12px; }"
                              "row:selected .dim-label { opacity: 1; }"
                              ".notice { padding: 6px 12px; }"
                              ".act-bar { padding: 8px 12px; }";
  GtkCssProvider *css = gtk_css_provider_new ();
  gtk_css_provider_load_from_data (css, style, -1);
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_object_unref (css);
}
