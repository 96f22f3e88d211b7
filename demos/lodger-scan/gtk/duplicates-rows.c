/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-rows.h"

struct DuplicatesRows
{
  GObject parent;
  guint kind;
  DuplicatesRowsOrder order;
  void *data;
  GSequence *rows; /* of the rows */
  void *probe;     /* a row that is in no list: what is looked for has its number */
};

/* ---- the model -------------------------------------------------------------------------------------------------- */

static guint
get_n_items (GListModel *model)
{
  return duplicates_rows_get_count ((DuplicatesRows *) model);
}

static void *
get_item (GListModel *model, guint position)
{
  DuplicatesRows *rows = (DuplicatesRows *) model;
  if (position >= duplicates_rows_get_count (rows))
    return NULL;
  return g_object_ref (g_sequence_get (g_sequence_get_iter_at_pos (rows->rows, (gint) position)));
}

static void
clear (void *model)
{
  DuplicatesRows *rows = model;
  g_sequence_free (rows->rows);
  g_object_unref (rows->probe);
}

static GType
rows_get_type (void)
{
  static const RowModelType model
      = { "LodgerScanDuplicatesRows", sizeof (DuplicatesRows), clear, get_n_items, get_item };
  static GType type;
  if (type == 0)
    type = row_model_register (&model);
  return type;
}

DuplicatesRows *
duplicates_rows_new (guint kind, DuplicatesRowsOrder order, void *data)
{
  DuplicatesRows *rows = g_object_new (rows_get_type (), NULL);
  rows->kind = kind;
  rows->order = order;
  rows->data = data;
  rows->rows = g_sequence_new (g_object_unref);
  rows->probe = row_new (kind, 0);
  return rows;
}

guint
duplicates_rows_get_count (DuplicatesRows *rows)
{
  return (guint) g_sequence_get_length (rows->rows);
}

/* ---- changes ---------------------------------------------------------------------------------------------------- */

static int
compare (const void *a, const void *b, void *data)
{
  const DuplicatesRows *rows = data;
  return rows->order (row_get_number (a), row_get_number (b), rows->data);
}

static GSequenceIter *
find (DuplicatesRows *rows, guint number)
{
  row_set_number (rows->probe, number);
  return g_sequence_lookup (rows->rows, rows->probe, compare, rows);
}

gboolean
duplicates_rows_find (DuplicatesRows *rows, guint number, guint *ret_position)
{
  GSequenceIter *place = find (rows, number);
  if (place != NULL && ret_position != NULL)
    *ret_position = (guint) g_sequence_iter_get_position (place);
  return place != NULL;
}

static gboolean
belongs_behind_all (DuplicatesRows *rows, guint number)
{
  GSequenceIter *end = g_sequence_get_end_iter (rows->rows);
  if (g_sequence_iter_is_begin (end))
    return TRUE;
  return rows->order (row_get_number (g_sequence_get (g_sequence_iter_prev (end))), number, rows->data) <= 0;
}

static void
tell_appended (DuplicatesRows *rows, guint count)
{
  if (count > 0)
    g_list_model_items_changed (G_LIST_MODEL (rows), duplicates_rows_get_count (rows) - count, 0, count);
}

/* Those that come behind all others, as the groups of a report do, are told of together. */
void
duplicates_rows_add (DuplicatesRows *rows, const guint *numbers, guint count)
{
  guint appended = 0;
  for (guint i = 0; i < count; i++)
    {
      GSequenceIter *place;
      if (belongs_behind_all (rows, numbers[i]))
        {
          g_sequence_append (rows->rows, row_new (rows->kind, numbers[i]));
          appended++;
          continue;
        }
      tell_appended (rows, appended);
      appended = 0;
      place = g_sequence_insert_sorted (rows->rows, row_new (rows->kind, numbers[i]), compare, rows);
      g_list_model_items_changed (G_LIST_MODEL (rows), (guint) g_sequence_iter_get_position (place), 0, 1);
    }
  tell_appended (rows, appended);
}

static void
tell_removed (DuplicatesRows *rows, guint position, guint count)
{
  if (count > 0)
    g_list_model_items_changed (G_LIST_MODEL (rows), position, count, 0);
}

/* Neighbours are told of together. */
void
duplicates_rows_remove (DuplicatesRows *rows, const guint *numbers, guint count)
{
  guint at = 0;
  guint removed = 0;
  for (guint i = 0; i < count; i++)
    {
      GSequenceIter *place = find (rows, numbers[i]);
      guint position;
      if (place == NULL)
        continue;
      position = (guint) g_sequence_iter_get_position (place);
      if (position != at)
        {
          tell_removed (rows, at, removed);
          removed = 0;
          at = position;
        }
      g_sequence_remove (place);
      removed++;
    }
  tell_removed (rows, at, removed);
}

gboolean
duplicates_rows_shrink (DuplicatesRows *rows, guint count)
{
  guint all = duplicates_rows_get_count (rows);
  guint removed = MIN (all, count);
  GSequenceIter *first = g_sequence_get_iter_at_pos (rows->rows, (gint) (all - removed));
  g_sequence_remove_range (first, g_sequence_get_end_iter (rows->rows));
  if (removed > 0)
    g_list_model_items_changed (G_LIST_MODEL (rows), all - removed, removed, 0);
  return all > removed;
}
