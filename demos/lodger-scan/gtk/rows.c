/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rows.h"

/* A list of GTK makes widgets for the rows that are in sight and those around, about 200 of them, and keeps these: the
 * first rows are by far the dearest. Rows behind all others cost next to nothing; rows that are put between others cost
 * more, and most where they are in sight: there the clock says when it was enough. */
enum
{
  ROWS_WITH_WIDGETS = 240,
  WIDGETS_AT_ONCE = 8,
  ROWS_AT_ONCE = 2000,
  BUDGET = 4000 /* µs */
};

struct Rows
{
  GObject parent;
  guint kind, first;
  GPtrArray *rows;  /* row by number, or NULL as long as nobody has asked for it */
  GSequence *order; /* row in order, or NULL: they are in that of their numbers */
  GPtrArray *gone;
  GtkSorter *sorter;
  gulong on_sorter;
  void (*wake) (void *data);
  void *data;
};

static void *
need_row (Rows *rows, guint index)
{
  void **place = &g_ptr_array_index (rows->rows, index);
  if (*place == NULL)
    *place = row_new (rows->kind, rows->first + index);
  return *place;
}

/* ---- the model -------------------------------------------------------------------------------------------------- */

static guint
get_n_items (GListModel *model)
{
  return rows_get_count ((Rows *) model);
}

/* The same item each time: a list knows what is selected by its address. */
static void *
get_item (GListModel *model, guint position)
{
  Rows *rows = (Rows *) model;
  if (position >= rows_get_count (rows))
    return NULL;
  if (rows->order == NULL)
    return g_object_ref (need_row (rows, position));
  return g_object_ref (g_sequence_get (g_sequence_get_iter_at_pos (rows->order, (gint) position)));
}

static void
clear (void *model)
{
  Rows *rows = model;
  rows_forget_sorter (rows);
  g_clear_pointer (&rows->order, g_sequence_free);
  g_ptr_array_unref (rows->rows);
  g_ptr_array_unref (rows->gone);
}

static GType
rows_get_type (void)
{
  static const RowModelType model = { "LodgerScanRows", sizeof (Rows), clear, get_n_items, get_item };
  static GType type;
  if (type == 0)
    type = row_model_register (&model);
  return type;
}

Rows *
rows_new (guint kind, guint first, guint count)
{
  Rows *rows = g_object_new (rows_get_type (), NULL);
  rows->kind = kind;
  rows->first = first;
  rows->rows = g_ptr_array_new_with_free_func (row_forget);
  rows->gone = g_ptr_array_new_with_free_func (row_forget);
  g_ptr_array_set_size (rows->rows, (gint) count);
  return rows;
}

guint
rows_get_count (const Rows *rows)
{
  return rows->rows->len;
}

/* ---- growing ---------------------------------------------------------------------------------------------------- */

static void
append (Rows *rows, guint count)
{
  guint shown = rows->rows->len;
  g_ptr_array_set_size (rows->rows, (gint) (shown + count));
  g_list_model_items_changed (G_LIST_MODEL (rows), shown, 0, count);
}

static int
compare (const void *a, const void *b, void *data)
{
  GtkOrdering order = gtk_sorter_compare (data, (void *) (gsize) a, (void *) (gsize) b);
  if (order != GTK_ORDERING_EQUAL)
    return order;
  return row_get_number (a) < row_get_number (b) ? -1 : 1;
}

static void
put_in_order (Rows *rows, guint count)
{
  gint64 end = g_get_monotonic_time () + BUDGET;
  for (guint i = 0; i < count && g_get_monotonic_time () < end; i++)
    {
      GSequenceIter *place;
      g_ptr_array_set_size (rows->rows, (gint) (rows->rows->len + 1));
      place = g_sequence_insert_sorted (rows->order, need_row (rows, rows->rows->len - 1), compare, rows->sorter);
      g_list_model_items_changed (G_LIST_MODEL (rows), (guint) g_sequence_iter_get_position (place), 0, 1);
    }
}

gboolean
rows_grow (Rows *rows, guint count)
{
  guint shown = rows->rows->len;
  guint freed = MIN (rows->gone->len, ROWS_AT_ONCE);
  guint added = count > shown ? MIN (count - shown, ROWS_AT_ONCE) : 0;
  if (shown < ROWS_WITH_WIDGETS)
    added = MIN (added, WIDGETS_AT_ONCE);
  g_ptr_array_set_size (rows->gone, (gint) (rows->gone->len - freed));
  if (added > 0 && rows->order == NULL)
    append (rows, added);
  else if (added > 0)
    put_in_order (rows, added);
  return rows->rows->len < count || rows->gone->len > 0;
}

void
rows_clear (Rows *rows)
{
  guint shown = rows->rows->len;
  GPtrArray *empty = rows->gone->len == 0 ? rows->gone : g_ptr_array_new_with_free_func (row_forget);
  if (empty != rows->gone)
    g_ptr_array_unref (rows->gone);
  rows->gone = rows->rows;
  rows->rows = empty;
  if (rows->order != NULL)
    {
      g_sequence_free (rows->order);
      rows->order = g_sequence_new (NULL);
    }
  if (shown > 0)
    g_list_model_items_changed (G_LIST_MODEL (rows), 0, shown, 0);
}

/* ---- order ------------------------------------------------------------------------------------------------------ */

static void
on_sorter_changed (GtkSorter *sorter, GtkSorterChange change G_GNUC_UNUSED, void *data)
{
  Rows *rows = data;
  gboolean in_order = gtk_sorter_get_order (sorter) != GTK_SORTER_ORDER_NONE;
  g_clear_pointer (&rows->order, g_sequence_free);
  if (in_order)
    rows->order = g_sequence_new (NULL);
  rows_clear (rows);
  rows->wake (rows->data);
}

void
rows_set_sorter (Rows *rows, GtkSorter *sorter, void (*wake) (void *data), void *data)
{
  rows_forget_sorter (rows);
  rows->sorter = g_object_ref (sorter);
  rows->wake = wake;
  rows->data = data;
  rows->on_sorter = g_signal_connect (sorter, "changed", G_CALLBACK (on_sorter_changed), rows);
}

void
rows_forget_sorter (Rows *rows)
{
  if (rows->sorter == NULL)
    return;
  g_signal_handler_disconnect (rows->sorter, rows->on_sorter);
  g_clear_object (&rows->sorter);
}
