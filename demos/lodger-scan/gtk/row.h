/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A row of a list is nothing but a number, that of what it shows. The models of such rows have the same type of item.
 *
 * The types are registered here rather than by GLib's macros, which lock: there is only one thread that has a window.
 */
#ifndef LODGER_SCAN_ROW_H
#define LODGER_SCAN_ROW_H

#include <gtk/gtk.h>

/* `kind` is for whoever has several lists in one. */
void *row_new (guint kind, guint number);
/* It shows something else from now on. */
void row_set_number (void *row, guint number);
guint row_get_number (gconstpointer row);
guint row_get_kind (gconstpointer row);
/* For arrays of rows, where one may be NULL. */
void row_forget (void *row);

typedef struct RowModelType
{
  const char *name;
  gsize size; /* of an object, which begins with a GObject */
  /* Frees what is in it. */
  void (*clear) (void *model);
  guint (*get_n_items) (GListModel *model);
  void *(*get_item) (GListModel *model, guint position);
} RowModelType;

/* A new type of GListModel with rows as its items; `type` stays as long as the program runs. */
GType row_model_register (const RowModelType *type);

#endif
