/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "order.h"

#include <stdatomic.h>
#include <string.h>

enum
{
  BLOCK_FILES = 8192,
  FILES_A_LOOK = 4096 /* from one question for a cancel to the next */
};

typedef struct Block
{
  FilterFile files[BLOCK_FILES];
} Block;

/* Files are only added, and each stays where it is: other threads may read those that were there when they were told of
 * them. The array of blocks may move, so that they have a copy of that. */
struct Snapshot
{
  atomic_int refs;
  gboolean with_twice;
  guint seen, count;
  GPtrArray *blocks;
};

struct SnapshotPart
{
  Snapshot *snapshot;
  guint seen, count;
  Block **blocks;
  const char **types; /* the store's names */
  guint n_types;
};

/* ---- the snapshot ----------------------------------------------------------------------------------------------- */

Snapshot *
snapshot_new (gboolean with_twice)
{
  Snapshot *snapshot = g_new0 (Snapshot, 1);
  atomic_init (&snapshot->refs, 1);
  snapshot->with_twice = with_twice;
  snapshot->blocks = g_ptr_array_new_with_free_func (g_free);
  return snapshot;
}

Snapshot *
snapshot_ref (Snapshot *snapshot)
{
  atomic_fetch_add (&snapshot->refs, 1);
  return snapshot;
}

void
snapshot_unref (void *data)
{
  Snapshot *snapshot = data;
  if (snapshot == NULL || atomic_fetch_sub (&snapshot->refs, 1) != 1)
    return;
  g_ptr_array_unref (snapshot->blocks);
  g_free (snapshot);
}

static FilterFile *
file_at (Block *const *blocks, guint index)
{
  return &blocks[index / BLOCK_FILES]->files[index % BLOCK_FILES];
}

void
snapshot_grow (Snapshot *snapshot, const Store *store, guint most)
{
  guint end = snapshot->seen + MIN (most, store->files->len - snapshot->seen);
  for (; snapshot->seen < end; snapshot->seen++)
    {
      const StoreFile *file = &g_array_index (store->files, StoreFile, snapshot->seen);
      if (file->gone)
        continue;
      if (snapshot->count == snapshot->blocks->len * BLOCK_FILES)
        g_ptr_array_add (snapshot->blocks, g_new (Block, 1));
      *file_at ((Block **) snapshot->blocks->pdata, snapshot->count++) = (FilterFile) {
        .name = file->name,
        .dir = file->dir,
        .size = file->size,
        .disk = file->disk,
        .mtime = file->mtime,
        .number = snapshot->seen,
        .type = file->type,
        .twice = snapshot->with_twice && store_has_twin (store, file),
      };
    }
}

gboolean
snapshot_has_twice (const Snapshot *snapshot)
{
  return snapshot->with_twice;
}

guint
snapshot_get_seen (const Snapshot *snapshot)
{
  return snapshot->seen;
}

SnapshotPart *
snapshot_part_new (Snapshot *snapshot, const Store *store)
{
  SnapshotPart *part = g_new0 (SnapshotPart, 1);
  part->snapshot = snapshot_ref (snapshot);
  part->seen = snapshot->seen;
  part->count = snapshot->count;
  part->blocks = g_memdup2 (snapshot->blocks->pdata, snapshot->blocks->len * sizeof (gpointer));
  part->n_types = store->types->len;
  part->types = g_new (const char *, MAX (part->n_types, 1));
  for (guint i = 0; i < part->n_types; i++)
    part->types[i] = g_array_index (store->types, StoreType, i).name;
  return part;
}

void
snapshot_part_free (SnapshotPart *part)
{
  snapshot_unref (part->snapshot);
  g_free (part->blocks);
  g_free (part->types);
  g_free (part);
}

guint
snapshot_part_get_seen (const SnapshotPart *part)
{
  return part->seen;
}

/* ---- ranks ------------------------------------------------------------------------------------------------------ */

/* A file with a number that says where it belongs. */
typedef struct Ranked
{
  guint64 rank;
  const FilterFile *file;
} Ranked;

static int
compare_dirs (const void *a, const void *b)
{
  return store_compare_paths (*(const StoreDir *const *) a, NULL, *(const StoreDir *const *) b, NULL);
}

static void
rank_by_folder (Ranked *ranked, guint count)
{
  GHashTable *ranks = g_hash_table_new (NULL, NULL);
  GPtrArray *dirs = g_ptr_array_new ();
  for (guint i = 0; i < count; i++)
    if (g_hash_table_add (ranks, (void *) (gsize) ranked[i].file->dir))
      g_ptr_array_add (dirs, (void *) (gsize) ranked[i].file->dir);
  g_ptr_array_sort (dirs, compare_dirs);
  for (guint i = 0; i < dirs->len; i++)
    g_hash_table_insert (ranks, dirs->pdata[i], GUINT_TO_POINTER (i));
  for (guint i = 0; i < count; i++)
    ranked[i].rank = GPOINTER_TO_UINT (g_hash_table_lookup (ranks, ranked[i].file->dir));
  g_ptr_array_unref (dirs);
  g_hash_table_destroy (ranks);
}

static void
rank_by_type (Ranked *ranked, guint count, const SnapshotPart *part)
{
  guint *ranks = g_new0 (guint, MAX (part->n_types, 1));
  for (guint i = 0; i < part->n_types; i++)
    for (guint j = 0; j < part->n_types; j++)
      ranks[i] += strcmp (part->types[j], part->types[i]) < 0;
  for (guint i = 0; i < count; i++)
    ranked[i].rank = ranked[i].file->type < part->n_types ? ranks[ranked[i].file->type] : part->n_types;
  g_free (ranks);
}

static void
rank_by (Ranked *ranked, guint count, OrderBy by, const SnapshotPart *part)
{
  if (by == ORDER_BY_FOLDER)
    rank_by_folder (ranked, count);
  else if (by == ORDER_BY_TYPE)
    rank_by_type (ranked, count, part);
  else
    for (guint i = 0; i < count; i++)
      {
        const FilterFile *file = ranked[i].file;
        switch (by)
          {
          case ORDER_BY_SIZE: ranked[i].rank = file->size; break;
          case ORDER_BY_DISK: ranked[i].rank = file->disk; break;
          /* The signed numbers, moved up so that none is negative. */
          case ORDER_BY_CHANGED: ranked[i].rank = (guint64) file->mtime ^ G_GUINT64_CONSTANT (1) << 63; break;
          default: ranked[i].rank = file->twice ? 1 : 0;
          }
      }
}

/* ---- sorting ---------------------------------------------------------------------------------------------------- */

static int
compare_ranks (const void *a, const void *b, void *descending)
{
  guint64 rank_a = ((const Ranked *) a)->rank;
  guint64 rank_b = ((const Ranked *) b)->rank;
  int order = (rank_a > rank_b) - (rank_a < rank_b);
  return *(const gboolean *) descending ? -order : order;
}

static int
compare_bytes (const void *a, const void *b, void *descending)
{
  int order = strcmp (((const Ranked *) a)->file->name, ((const Ranked *) b)->file->name);
  return *(const gboolean *) descending ? -order : order;
}

/* Equal ones stay in the order in which they are. */
static void
sort (Ranked *ranked, guint count, GCompareDataFunc compare, gboolean descending)
{
  g_qsort_with_data (ranked, (gint) count, sizeof *ranked, compare, &descending);
}

/* Some bytes of a name as a number, without case; zeros follow its end. */
static guint64
rank_name (const char *name)
{
  guint64 rank = 0;
  for (guint i = 0; i < sizeof rank; i++)
    {
      rank = rank << 8 | (guint8) g_ascii_tolower (*name);
      name += *name != '\0';
    }
  return rank;
}

/* By a few bytes at a time, since numbers are compared in no time and names are not. The names are the same,
 * without case, in all the bytes before `offset`. */
static void
sort_by_name (Ranked *ranked, guint count, gsize offset, gboolean descending)
{
  guint end;
  for (guint i = 0; i < count; i++)
    ranked[i].rank = rank_name (ranked[i].file->name + offset);
  sort (ranked, count, compare_ranks, descending);
  for (guint start = 0; start < count; start = end)
    {
      guint64 rank = ranked[start].rank;
      for (end = start + 1; end < count && ranked[end].rank == rank; end++)
        ;
      if (end - start == 1)
        continue;
      if ((rank & 0xff) != 0)
        sort_by_name (ranked + start, end - start, offset + sizeof rank, descending);
      else
        sort (ranked + start, end - start, compare_bytes, descending);
    }
}

static void
sort_by (Ranked *ranked, guint count, const OrderKey *key, const SnapshotPart *part)
{
  if (key->by == ORDER_BY_NAME)
    {
      sort_by_name (ranked, count, 0, key->descending);
      return;
    }
  rank_by (ranked, count, key->by, part);
  sort (ranked, count, compare_ranks, key->descending);
}

/* ---- the order -------------------------------------------------------------------------------------------------- */

gboolean
order_is_equal (const Order *a, const Order *b)
{
  if (a->n_keys != b->n_keys)
    return FALSE;
  for (guint i = 0; i < a->n_keys; i++)
    if (a->keys[i].by != b->keys[i].by || a->keys[i].descending != b->keys[i].descending)
      return FALSE;
  return TRUE;
}

gboolean
order_needs_twice (const Order *order)
{
  for (guint i = 0; i < order->n_keys; i++)
    if (order->keys[i].by == ORDER_BY_TWICE)
      return TRUE;
  return FALSE;
}

/* FALSE: cancelled. */
static gboolean
pick (Ranked *ranked, guint *ret_count, const Filter *filter, const SnapshotPart *part,
      gboolean (*is_cancelled) (void *data), void *data)
{
  FilterPass *pass = filter == NULL ? NULL : filter_pass_new (filter, part->types, part->n_types);
  gboolean goes_on = TRUE;
  guint count = 0;
  for (guint i = 0; i < part->count && goes_on; i++)
    {
      const FilterFile *file = file_at (part->blocks, i);
      if (pass == NULL || filter_pass_wants (pass, file))
        ranked[count++].file = file;
      goes_on = i % FILES_A_LOOK != 0 || !is_cancelled (data);
    }
  if (pass != NULL)
    filter_pass_free (pass);
  *ret_count = count;
  return goes_on;
}

/* The least important key is the first to be sorted by: sorting leaves those that are equal as they are. */
GArray *
order_make (const Order *order, const Filter *filter, const SnapshotPart *part, gboolean (*is_cancelled) (void *data),
            void *data)
{
  Ranked *ranked = g_new (Ranked, MAX (part->count, 1));
  GArray *numbers = NULL;
  guint count;
  gboolean goes_on = pick (ranked, &count, filter, part, is_cancelled, data);
  for (guint i = order->n_keys; i > 0 && goes_on; i--)
    {
      sort_by (ranked, count, &order->keys[i - 1], part);
      goes_on = !is_cancelled (data);
    }
  if (goes_on)
    {
      numbers = g_array_sized_new (FALSE, FALSE, sizeof (guint), count);
      for (guint i = 0; i < count; i++)
        g_array_append_val (numbers, ranked[i].file->number);
    }
  g_free (ranked);
  return numbers;
}
