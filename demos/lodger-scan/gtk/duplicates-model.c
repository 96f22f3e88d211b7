/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-model.h"

#include "duplicates-wanted.h"

/* What a frame has time for: see rows.c. */
enum
{
  ROWS_WITH_WIDGETS = 240,
  WIDGETS_AT_ONCE = 8,
  ROWS_AT_ONCE = 1000,
  FILES_AT_ONCE = 64,
  FREED_AT_ONCE = 50,
  GROUPS_AT_ONCE = 200,
  BUDGET = 3000 /* µs */
};

struct DuplicatesModel
{
  void (*wake) (void *data);
  void *data;
  DuplicatesGroups *groups;
  DuplicatesRows *rows;
  GtkTreeListModel *tree; /* the rows, and those of their files */
  GtkSingleSelection *selection;
  GQueue old;         /* OldRows */
  const Store *store; /* NULL: there is nothing to show */
  DuplicatesWanted *wanted;
  GHashTable *open;      /* DuplicatesRows by the number of a group that is open; not owned */
  GHashTable *children;  /* all such DuplicatesRows that there are, also of old rows */
  GArray *added, *gone;  /* guint: groups that have to be put into the rows, or taken out of them, */
  guint n_added, n_gone; /* and how many were */
  GQueue filling;        /* Filling: groups whose files are not all in their rows yet */
  guint open_next;       /* the row that opening all of them comes to next; G_MAXUINT: nobody wants that */
};

static const char number_key[] = "lodger-scan-group";

/* ---- rows ------------------------------------------------------------------------------------------------------- */

/* A row that somebody still holds may be of a store that is gone. */
const StoreFile *
duplicates_model_get_file (const DuplicatesModel *model, guint number)
{
  if (model->store == NULL || number >= model->store->files->len)
    return NULL;
  return &g_array_index (model->store->files, StoreFile, number);
}

const DuplicatesGroup *
duplicates_model_get_group (const DuplicatesModel *model, gconstpointer row)
{
  if (model->store == NULL || row_get_kind (row) != DUPLICATES_ROW_GROUP)
    return NULL;
  return duplicates_groups_get (model->groups, row_get_number (row));
}

gboolean
duplicates_model_get_row_file (const DuplicatesModel *model, gconstpointer row, guint *ret_file)
{
  const DuplicatesGroup *group = duplicates_model_get_group (model, row);
  *ret_file = row_get_number (row);
  if (group != NULL)
    *ret_file = duplicates_groups_get_file (model->groups, group->first);
  return (group != NULL || row_get_kind (row) == DUPLICATES_ROW_FILE)
         && duplicates_model_get_file (model, *ret_file) != NULL;
}

/* ---- the rows of a group ---------------------------------------------------------------------------------------- */

static int
order_groups (guint a, guint b, void *data)
{
  const DuplicatesModel *model = data;
  guint64 rank_a = duplicates_groups_get_rank (model->groups, a);
  guint64 rank_b = duplicates_groups_get_rank (model->groups, b);
  if (rank_a != rank_b)
    return rank_a > rank_b ? -1 : 1;
  return (a > b) - (a < b);
}

static int
order_files (guint a, guint b, void *data)
{
  const StoreFile *file_a = duplicates_model_get_file (data, a);
  const StoreFile *file_b = duplicates_model_get_file (data, b);
  int order = file_a == NULL || file_b == NULL
                  ? 0
                  : store_compare_paths (file_a->dir, file_a->name, file_b->dir, file_b->name);
  return order != 0 ? order : (a > b) - (a < b);
}

static void
on_closed (void *data, GObject *rows)
{
  DuplicatesModel *model = data;
  void *number = g_object_get_data (rows, number_key);
  g_hash_table_remove (model->children, rows);
  if (g_hash_table_lookup (model->open, number) == rows)
    g_hash_table_remove (model->open, number);
}

/* The files of a group that have to be put into its rows: from `next` on. */
typedef struct Filling
{
  guint number, next;
} Filling;

/* Adds files until the rows are all there, but no more than so many, and not for longer than that. TRUE when there are
 * more. */
static gboolean
fill (DuplicatesModel *model, Filling *filling, guint most, gint64 end)
{
  const DuplicatesGroup *group = duplicates_groups_get (model->groups, filling->number);
  DuplicatesRows *rows = g_hash_table_lookup (model->open, GUINT_TO_POINTER (filling->number));
  guint files[FILES_AT_ONCE];
  guint count = 0;
  if (group == NULL || rows == NULL)
    return FALSE;
  for (; filling->next < group->count && most > 0 && g_get_monotonic_time () < end; count = 0)
    {
      for (; filling->next < group->count && count < MIN (most, FILES_AT_ONCE); filling->next++)
        {
          guint file = duplicates_groups_get_file (model->groups, group->first + filling->next);
          if (!duplicates_rows_find (rows, file, NULL))
            files[count++] = file;
        }
      duplicates_rows_add (rows, files, count);
      most -= count;
    }
  return filling->next < group->count;
}

/* A frame is too short for the widgets of many rows. */
static void
begin_to_fill (DuplicatesModel *model, guint number)
{
  Filling filling = { number, 0 };
  if (!fill (model, &filling, WIDGETS_AT_ONCE, G_MAXINT64))
    return;
  g_queue_push_tail (&model->filling, g_memdup2 (&filling, sizeof filling));
  model->wake (model->data);
}

static GListModel *
open_group (void *row, void *data)
{
  DuplicatesModel *model = data;
  guint number = row_get_number (row);
  DuplicatesRows *rows;
  if (duplicates_model_get_group (model, row) == NULL)
    return NULL;
  rows = duplicates_rows_new (DUPLICATES_ROW_FILE, order_files, model);
  g_object_set_data (G_OBJECT (rows), number_key, GUINT_TO_POINTER (number));
  g_hash_table_insert (model->open, GUINT_TO_POINTER (number), rows);
  g_hash_table_add (model->children, rows);
  g_object_weak_ref (G_OBJECT (rows), on_closed, model);
  begin_to_fill (model, number);
  return G_LIST_MODEL (rows);
}

/* Takes out what is not in the group any more, and adds what is new. */
static void
update_open (DuplicatesModel *model, guint number)
{
  const DuplicatesGroup *group = duplicates_groups_get (model->groups, number);
  DuplicatesRows *rows = g_hash_table_lookup (model->open, GUINT_TO_POINTER (number));
  if (group == NULL || rows == NULL)
    return;
  for (guint i = duplicates_rows_get_count (rows); i-- > 0;)
    {
      void *row = g_list_model_get_item (G_LIST_MODEL (rows), i);
      guint file = row_get_number (row);
      guint twin;
      g_object_unref (row);
      if (!duplicates_groups_find_twin (model->groups, file, &twin) || twin < group->first
          || twin >= group->first + group->count)
        duplicates_rows_remove (rows, &file, 1);
    }
  begin_to_fill (model, number);
}

/* ---- other rows ------------------------------------------------------------------------------------------------- */

/* Rows that are not shown any more. Freeing many of them takes longer than a frame has time for. */
typedef struct OldRows
{
  DuplicatesRows *rows;
  GtkTreeListModel *tree;
} OldRows;

static void
old_rows_free (void *data)
{
  OldRows *old = data;
  g_object_unref (old->tree);
  g_object_unref (old->rows);
  g_free (old);
}

static void
make_rows (DuplicatesModel *model)
{
  model->rows = duplicates_rows_new (DUPLICATES_ROW_GROUP, order_groups, model);
  model->tree
      = gtk_tree_list_model_new (g_object_ref (G_LIST_MODEL (model->rows)), FALSE, FALSE, open_group, model, NULL);
  gtk_single_selection_set_model (model->selection, G_LIST_MODEL (model->tree));
}

/* Shows nothing, with rows that are closed when they come. */
static void
replace_rows (DuplicatesModel *model)
{
  OldRows old = { model->rows, model->tree };
  make_rows (model);
  g_queue_push_tail (&model->old, g_memdup2 (&old, sizeof old));
  g_hash_table_remove_all (model->open);
  g_queue_clear_full (&model->filling, g_free);
  g_array_set_size (model->added, 0);
  g_array_set_size (model->gone, 0);
  model->n_added = model->n_gone = 0;
  model->open_next = G_MAXUINT;
  model->wake (model->data);
}

static gboolean
free_some (DuplicatesModel *model, gint64 end)
{
  while (!g_queue_is_empty (&model->old) && g_get_monotonic_time () < end)
    {
      const OldRows *old = g_queue_peek_head (&model->old);
      if (!duplicates_rows_shrink (old->rows, FREED_AT_ONCE))
        old_rows_free (g_queue_pop_head (&model->old));
    }
  return !g_queue_is_empty (&model->old);
}

/* ---- portions --------------------------------------------------------------------------------------------------- */

static guint
room (const DuplicatesModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (model->tree)) < ROWS_WITH_WIDGETS ? WIDGETS_AT_ONCE : ROWS_AT_ONCE;
}

static gboolean
take_out (DuplicatesModel *model, gint64 end)
{
  while (model->n_gone < model->gone->len && g_get_monotonic_time () < end)
    {
      guint count = MIN (model->gone->len - model->n_gone, GROUPS_AT_ONCE);
      duplicates_rows_remove (model->rows, &g_array_index (model->gone, guint, model->n_gone), count);
      model->n_gone += count;
    }
  return model->n_gone < model->gone->len;
}

/* A group that has gone before its turn came is left out. */
static gboolean
put_in (DuplicatesModel *model, gint64 end)
{
  guint groups[ROWS_AT_ONCE];
  guint most = room (model);
  guint count = 0;
  for (; model->n_added < model->added->len && count < most && g_get_monotonic_time () < end; model->n_added++)
    {
      guint number = g_array_index (model->added, guint, model->n_added);
      const DuplicatesGroup *group = duplicates_groups_get (model->groups, number);
      if (group != NULL && duplicates_wanted_has (model->wanted, model->groups, group))
        groups[count++] = number;
    }
  duplicates_rows_add (model->rows, groups, count);
  return model->n_added < model->added->len;
}

static gboolean
fill_some (DuplicatesModel *model, gint64 end)
{
  while (!g_queue_is_empty (&model->filling) && g_get_monotonic_time () < end)
    {
      if (fill (model, g_queue_peek_head (&model->filling), room (model), end))
        return TRUE;
      g_free (g_queue_pop_head (&model->filling));
    }
  return !g_queue_is_empty (&model->filling);
}

static gboolean
open_some (DuplicatesModel *model, gint64 end)
{
  while (model->open_next != G_MAXUINT && g_get_monotonic_time () < end)
    {
      GtkTreeListRow *row = gtk_tree_list_model_get_row (model->tree, model->open_next);
      if (row == NULL)
        {
          model->open_next = model->n_added < model->added->len ? model->open_next : G_MAXUINT;
          break;
        }
      gtk_tree_list_row_set_expanded (row, TRUE);
      model->open_next++;
      g_object_unref (row);
    }
  return model->open_next != G_MAXUINT;
}

gboolean
duplicates_model_grow (DuplicatesModel *model)
{
  gint64 end = g_get_monotonic_time () + BUDGET;
  gboolean more = FALSE;
  more |= take_out (model, end);
  more |= put_in (model, end);
  more |= fill_some (model, end);
  more |= open_some (model, end);
  more |= free_some (model, end);
  return more || model->n_added < model->added->len;
}

static void
clear (DuplicatesModel *model)
{
  replace_rows (model);
  duplicates_groups_clear (model->groups);
  model->store = NULL;
  duplicates_wanted_set_store (model->wanted, NULL);
}

static void
forget_taken (GArray *array, guint *taken)
{
  g_array_remove_range (array, 0, *taken);
  *taken = 0;
}

void
duplicates_model_set (DuplicatesModel *model, const Report *report)
{
  DuplicatesChanges changes;
  gboolean anew = report == NULL || model->store != report->store;
  if (anew)
    clear (model);
  if (report == NULL)
    return;
  model->store = report->store;
  duplicates_wanted_set_store (model->wanted, model->store);
  duplicates_groups_update (model->groups, report, &changes);
  forget_taken (model->added, &model->n_added);
  forget_taken (model->gone, &model->n_gone);
  g_array_append_vals (model->added, changes.added->data, changes.added->len);
  g_array_append_vals (model->gone, changes.gone->data, changes.gone->len);
  for (guint i = 0; i < changes.changed->len; i++)
    update_open (model, g_array_index (changes.changed, guint, i));
  duplicates_changes_clear (&changes);
  (void) duplicates_model_grow (model);
  /* One is open, so that it is seen what these are. */
  if (anew && duplicates_rows_get_count (model->rows) > 0)
    {
      GtkTreeListRow *first = gtk_tree_list_model_get_child_row (model->tree, 0);
      gtk_tree_list_row_set_expanded (first, TRUE);
      g_object_unref (first);
    }
  model->wake (model->data);
}

/* ---- the model -------------------------------------------------------------------------------------------------- */

void
duplicates_model_open_all (DuplicatesModel *model)
{
  model->open_next = 0;
  model->wake (model->data);
}

static void
show_anew (DuplicatesModel *model)
{
  replace_rows (model);
  for (guint i = 0; i < duplicates_groups_get_count (model->groups); i++)
    if (duplicates_groups_get (model->groups, i) != NULL)
      g_array_append_val (model->added, i);
}

void
duplicates_model_close_all (DuplicatesModel *model)
{
  show_anew (model);
}

void
duplicates_model_set_filter (DuplicatesModel *model, Filter *filter)
{
  if (duplicates_wanted_set_filter (model->wanted, filter))
    show_anew (model);
}

gboolean
duplicates_model_wants (DuplicatesModel *model, const DuplicatesGroup *group)
{
  return duplicates_wanted_has (model->wanted, model->groups, group);
}

void
duplicates_model_count (DuplicatesModel *model, guint *ret_shown, guint *ret_all)
{
  *ret_shown = duplicates_rows_get_count (model->rows);
  *ret_all = duplicates_groups_count_here (model->groups);
}

DuplicatesModel *
duplicates_model_new (void (*wake) (void *data), void *data)
{
  DuplicatesModel *model = g_new0 (DuplicatesModel, 1);
  model->wake = wake;
  model->data = data;
  model->groups = duplicates_groups_new ();
  model->wanted = duplicates_wanted_new ();
  model->open = g_hash_table_new (NULL, NULL);
  model->added = g_array_new (FALSE, FALSE, sizeof (guint));
  model->gone = g_array_new (FALSE, FALSE, sizeof (guint));
  model->open_next = G_MAXUINT;
  g_queue_init (&model->filling);
  model->children = g_hash_table_new (NULL, NULL);
  g_queue_init (&model->old);
  model->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (model->selection, FALSE);
  gtk_single_selection_set_can_unselect (model->selection, TRUE);
  make_rows (model);
  return model;
}

void
duplicates_model_free (DuplicatesModel *model)
{
  GHashTableIter iter;
  void *rows;
  g_hash_table_iter_init (&iter, model->children);
  while (g_hash_table_iter_next (&iter, &rows, NULL))
    g_object_weak_unref (rows, on_closed, model);
  g_hash_table_destroy (model->children);
  g_hash_table_destroy (model->open);
  g_queue_clear_full (&model->old, old_rows_free);
  duplicates_wanted_free (model->wanted);
  g_object_unref (model->selection);
  g_object_unref (model->tree);
  g_object_unref (model->rows);
  g_queue_clear_full (&model->filling, g_free);
  g_array_unref (model->added);
  g_array_unref (model->gone);
  duplicates_groups_free (model->groups);
  g_free (model);
}

GtkSelectionModel *
duplicates_model_get_selection (DuplicatesModel *model)
{
  return GTK_SELECTION_MODEL (model->selection);
}

DuplicatesGroups *
duplicates_model_get_groups (DuplicatesModel *model)
{
  return model->groups;
}

const Store *
duplicates_model_get_store (const DuplicatesModel *model)
{
  return model->store;
}

gboolean
duplicates_model_find (DuplicatesModel *model, guint file, guint *ret_position)
{
  guint number;
  guint position;
  GtkTreeListRow *row;
  Filling filling = { 0, 0 };
  if (!duplicates_groups_find_group (model->groups, file, &number))
    return FALSE;
  while (!duplicates_rows_find (model->rows, number, &position))
    if (!put_in (model, G_MAXINT64))
      return FALSE;
  row = gtk_tree_list_model_get_child_row (model->tree, position);
  gtk_tree_list_row_set_expanded (row, TRUE);
  filling.number = number;
  (void) fill (model, &filling, G_MAXUINT, G_MAXINT64);
  *ret_position = gtk_tree_list_row_get_position (row);
  g_object_unref (row);
  if (!duplicates_rows_find (g_hash_table_lookup (model->open, GUINT_TO_POINTER (number)), file, &position))
    return FALSE;
  *ret_position += 1 + position;
  return TRUE;
}
