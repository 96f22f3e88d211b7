/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rows.h"

/* A list of GTK makes widgets for the rows that are in sight and those around, about 200 of them, and keeps these: the
 * first rows are by far the dearest. */
enum
{
  FREED_AT_ONCE = 2000,
  ROWS_WITH_WIDGETS = 240,
  WIDGETS_AT_ONCE = 8
};

typedef struct Row
{
  GObject parent;
  guint number, kind;
} Row;

struct Rows
{
  GObject parent;
  guint kind, first;
  GPtrArray *rows; /* Row, or NULL as long as nobody has asked for it */
  GPtrArray *gone;
};

static GObjectClass *rows_parent_class;

static GType
row_get_type (void)
{
  static GType type;
  if (type == 0)
    type = g_type_register_static_simple (G_TYPE_OBJECT, "LodgerScanRow", sizeof (GObjectClass), NULL, sizeof (Row),
                                          NULL, 0);
  return type;
}

guint
row_get_number (gconstpointer row)
{
  return ((const Row *) row)->number;
}

guint
row_get_kind (gconstpointer row)
{
  return ((const Row *) row)->kind;
}

static void
forget_row (void *row)
{
  if (row != NULL)
    g_object_unref (row);
}

static GType
get_item_type (GListModel *model G_GNUC_UNUSED)
{
  return row_get_type ();
}

static guint
get_n_items (GListModel *model)
{
  return rows_get_count ((Rows *) model);
}

/* The same item each time: a list that is sorted anew finds what was selected by its address. */
static void *
get_item (GListModel *model, guint position)
{
  Rows *rows = (Rows *) model;
  Row *row;
  if (position >= rows->rows->len)
    return NULL;
  row = g_ptr_array_index (rows->rows, position);
  if (row == NULL)
    {
      row = g_object_new (row_get_type (), NULL);
      row->number = rows->first + position;
      row->kind = rows->kind;
      g_ptr_array_index (rows->rows, position) = row;
    }
  return g_object_ref (row);
}

static void
list_model_init (void *interface, void *data G_GNUC_UNUSED)
{
  GListModelInterface *list_model = interface;
  list_model->get_item_type = get_item_type;
  list_model->get_n_items = get_n_items;
  list_model->get_item = get_item;
}

static void
rows_finalize (GObject *object)
{
  Rows *rows = (Rows *) object;
  g_ptr_array_unref (rows->rows);
  g_ptr_array_unref (rows->gone);
  rows_parent_class->finalize (object);
}

static void
rows_class_init (void *class, void *data G_GNUC_UNUSED)
{
  rows_parent_class = g_type_class_peek_parent (class);
  G_OBJECT_CLASS (class)->finalize = rows_finalize;
}

static GType
rows_get_type (void)
{
  static GType type;
  if (type == 0)
    {
      const GInterfaceInfo list_model = { list_model_init, NULL, NULL };
      type = g_type_register_static_simple (G_TYPE_OBJECT, "LodgerScanRows", sizeof (GObjectClass), rows_class_init,
                                            sizeof (Rows), NULL, 0);
      g_type_add_interface_static (type, G_TYPE_LIST_MODEL, &list_model);
    }
  return type;
}

Rows *
rows_new (guint kind, guint first, guint count)
{
  Rows *rows = g_object_new (rows_get_type (), NULL);
  rows->kind = kind;
  rows->first = first;
  rows->rows = g_ptr_array_new_with_free_func (forget_row);
  rows->gone = g_ptr_array_new_with_free_func (forget_row);
  g_ptr_array_set_size (rows->rows, (gint) count);
  return rows;
}

guint
rows_get_count (const Rows *rows)
{
  return rows->rows->len;
}

gboolean
rows_grow (Rows *rows, guint count, guint most)
{
  guint shown = rows->rows->len;
  guint added = count > shown ? MIN (count - shown, shown < ROWS_WITH_WIDGETS ? MIN (most, WIDGETS_AT_ONCE) : most) : 0;
  guint freed = MIN (rows->gone->len, FREED_AT_ONCE);
  g_ptr_array_set_size (rows->gone, (gint) (rows->gone->len - freed));
  if (added > 0)
    {
      g_ptr_array_set_size (rows->rows, (gint) (shown + added));
      g_list_model_items_changed (G_LIST_MODEL (rows), shown, 0, added);
    }
  return shown + added < count || rows->gone->len > 0;
}

void
rows_clear (Rows *rows)
{
  guint shown = rows->rows->len;
  GPtrArray *empty = rows->gone->len == 0 ? rows->gone : g_ptr_array_new_with_free_func (forget_row);
  if (empty != rows->gone)
    g_ptr_array_unref (rows->gone);
  rows->gone = rows->rows;
  rows->rows = empty;
  if (shown > 0)
    g_list_model_items_changed (G_LIST_MODEL (rows), 0, shown, 0);
}
