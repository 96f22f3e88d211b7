/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "row.h"

typedef struct Row
{
  GObject parent;
  guint number, kind;
} Row;

typedef struct RowModelClass
{
  GObjectClass parent;
  void (*clear) (void *model);
} RowModelClass;

static GType
row_get_type (void)
{
  static GType type;
  if (type == 0)
    type = g_type_register_static_simple (G_TYPE_OBJECT, "LodgerScanRow", sizeof (GObjectClass), NULL, sizeof (Row),
                                          NULL, 0);
  return type;
}

void *
row_new (guint kind, guint number)
{
  Row *row = g_object_new (row_get_type (), NULL);
  row->number = number;
  row->kind = kind;
  return row;
}

void
row_set_number (void *row, guint number)
{
  ((Row *) row)->number = number;
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

void
row_forget (void *row)
{
  if (row != NULL)
    g_object_unref (row);
}

/* ---- models ----------------------------------------------------------------------------------------------------- */

static GType
get_item_type (GListModel *model G_GNUC_UNUSED)
{
  return row_get_type ();
}

static void
list_model_init (void *interface, void *data)
{
  GListModelInterface *list_model = interface;
  const RowModelType *type = data;
  list_model->get_item_type = get_item_type;
  list_model->get_n_items = type->get_n_items;
  list_model->get_item = type->get_item;
}

static void
model_finalize (GObject *model)
{
  RowModelClass *class = G_TYPE_INSTANCE_GET_CLASS (model, G_OBJECT_TYPE (model), RowModelClass);
  class->clear (model);
  G_OBJECT_CLASS (g_type_class_peek_parent (class))->finalize (model);
}

static void
model_class_init (void *class, void *data)
{
  const RowModelType *type = data;
  ((RowModelClass *) class)->clear = type->clear;
  G_OBJECT_CLASS (class)->finalize = model_finalize;
}

GType
row_model_register (const RowModelType *type)
{
  const GTypeInfo info = { .class_size = sizeof (RowModelClass),
                           .class_init = model_class_init,
                           .class_data = type,
                           .instance_size = (guint16) type->size };
  const GInterfaceInfo list_model = { list_model_init, NULL, (void *) (gsize) type };
  GType registered = g_type_register_static (G_TYPE_OBJECT, type->name, &info, 0);
  g_type_add_interface_static (registered, G_TYPE_LIST_MODEL, &list_model);
  return registered;
}
