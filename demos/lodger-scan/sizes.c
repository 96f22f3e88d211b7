/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sizes.h"

#include <stdlib.h>

typedef struct SizesJob
{
  Sizes sizes;
  void (*accept) (Sizes *sizes);
} SizesJob;

typedef struct Key
{
  guint64 size, ino;
  guint dev, number;
} Key;

static int
compare_keys (const void *a, const void *b)
{
  const Key *key_a = a;
  const Key *key_b = b;
  if (key_a->size != key_b->size)
    return key_a->size < key_b->size ? -1 : 1;
  if (key_a->ino != key_b->ino)
    return key_a->ino < key_b->ino ? -1 : 1;
  if (key_a->dev != key_b->dev)
    return key_a->dev < key_b->dev ? -1 : 1;
  return (key_a->number > key_b->number) - (key_a->number < key_b->number);
}

static StoreFile *
file_at (const Sizes *sizes, guint number)
{
  return &g_array_index (sizes->job.shared->store->files, StoreFile, number);
}

/* All files whose size a new file has. */
static GArray *
collect (const Sizes *sizes)
{
  guint count = sizes->job.shared->store->files->len;
  GArray *keys = g_array_sized_new (FALSE, FALSE, sizeof (Key), count - sizes->first_new);
  GHashTable *wanted = g_hash_table_new (g_int64_hash, g_int64_equal);
  for (guint i = sizes->first_new; sizes->first_new > 0 && i < count; i++)
    g_hash_table_add (wanted, &file_at (sizes, i)->size);
  for (guint i = 0; i < count; i++)
    {
      const StoreFile *file = file_at (sizes, i);
      Key key = { file->size, file->ino, file->dev, i };
      if (!file->gone && (sizes->first_new == 0 || g_hash_table_contains (wanted, &file->size)))
        g_array_append_val (keys, key);
    }
  g_hash_table_destroy (wanted);
  return keys;
}

/* Takes the files of one size. Where all are compared, one inode with several names makes a group, which needs no
 * reading. */
static void
take_group (Sizes *sizes, const Key *keys, guint count)
{
  gboolean compares = sizes->job.shared->what.reading == ENGINE_COMPARE;
  SizeGroup group = { sizes->inodes->len, 0, FALSE };
  guint first = sizes->numbers->len;
  const Key *last = NULL;
  for (guint i = 0; i < count; i++)
    {
      if (file_at (sizes, keys[i].number)->content_kind != CONTENT_UNKNOWN)
        {
          group.has_known = TRUE;
          continue;
        }
      if (last == NULL || keys[i].ino != last->ino || keys[i].dev != last->dev)
        {
          Inode inode = { sizes->numbers->len, 0 };
          g_array_append_val (sizes->inodes, inode);
          group.count++;
        }
      last = &keys[i];
      g_array_append_val (sizes->numbers, keys[i].number);
      g_array_index (sizes->inodes, Inode, sizes->inodes->len - 1).count++;
    }
  if (group.count + (group.has_known ? 1 : 0) >= 2 || (compares && sizes->numbers->len - first >= 2))
    g_array_append_val (sizes->groups, group);
  else
    {
      g_array_set_size (sizes->inodes, group.first);
      g_array_set_size (sizes->numbers, first);
    }
}

static int
compare_places (const void *a, const void *b, void *data)
{
  const Sizes *sizes = data;
  const Inode *inode_a = &g_array_index (sizes->inodes, Inode, ((const SizeGroup *) a)->first);
  const Inode *inode_b = &g_array_index (sizes->inodes, Inode, ((const SizeGroup *) b)->first);
  guint64 ino_a = file_at (sizes, g_array_index (sizes->numbers, guint, inode_a->first))->ino;
  guint64 ino_b = file_at (sizes, g_array_index (sizes->numbers, guint, inode_b->first))->ino;
  return (ino_a > ino_b) - (ino_a < ino_b);
}

static void
find_groups (Job *job, LodgerPending *self)
{
  Sizes *sizes = (Sizes *) job;
  GArray *keys = collect (sizes);
  if (keys->len > 1)
    qsort (keys->data, keys->len, sizeof (Key), compare_keys);
  for (guint first = 0, end; first < keys->len && !lodger_pending_is_cancelled (self); first = end)
    {
      const Key *key = &g_array_index (keys, Key, first);
      for (end = first + 1; end < keys->len && g_array_index (keys, Key, end).size == key->size; end++)
        ;
      if (end - first >= 2)
        take_group (sizes, key, end - first);
    }
  g_array_unref (keys);
  g_array_sort_with_data (sizes->groups, compare_places, sizes);
}

static void
accept (Job *job)
{
  ((SizesJob *) job)->accept ((Sizes *) job);
}

static void
clear (Job *job)
{
  Sizes *sizes = (Sizes *) job;
  g_array_unref (sizes->numbers);
  g_array_unref (sizes->inodes);
  g_array_unref (sizes->groups);
}

static const JobKind finding = { "find files of one size", find_groups, accept, NULL, clear };

Sizes *
sizes_new (Shared *shared, void *owner, guint first_new, void (*accept_sizes) (Sizes *sizes))
{
  SizesJob *made = job_new (sizeof (SizesJob), &finding, shared, owner, shared->roots[0].dir);
  made->accept = accept_sizes;
  made->sizes.first_new = first_new;
  made->sizes.numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  made->sizes.inodes = g_array_new (FALSE, FALSE, sizeof (Inode));
  made->sizes.groups = g_array_new (FALSE, FALSE, sizeof (SizeGroup));
  return &made->sizes;
}
