/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contents.h"

#include <string.h>

enum
{
  SLOTS_A_FILE = 16
};

typedef struct FileId
{
  guint64 dev, ino;
  guint names;
} FileId;

guint
contents_hash_inode (guint64 dev, guint64 ino)
{
  return (guint) (((ino ^ (dev << 40)) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 32);
}

static guint
id_hash (const void *key)
{
  const FileId *id = key;
  return contents_hash_inode (id->dev, id->ino);
}

static gboolean
id_equal (const void *a, const void *b)
{
  const FileId *id_a = a;
  const FileId *id_b = b;
  return id_a->dev == id_b->dev && id_a->ino == id_b->ino;
}

GHashTable *
contents_new_inodes (void)
{
  return g_hash_table_new_full (id_hash, id_equal, g_free, NULL);
}

static StoreFile *
file_at (const Store *store, guint number)
{
  return &g_array_index (store->files, StoreFile, number);
}

/* The slot of the first file that has this content, or the free one where it belongs. */
static guint32 *
find_slot (const Store *store, guint32 *slots, guint n_slots, const StoreFile *file)
{
  guint64 start;
  memcpy (&start, file->content, sizeof start);
  for (guint i = (guint) start;; i++)
    {
      guint32 *slot = &slots[i & (n_slots - 1)];
      if (*slot == 0)
        return slot;
      if (memcmp (file_at (store, *slot - 1)->content, file->content, STORE_HASH_BYTES) == 0)
        return slot;
    }
}

/* Moving a large table at once would be felt in a window. The new one has room for as many contents again as the old
 * one held, and SLOTS_A_FILE of the old one move with each of them: long before it is full the old one is empty. */
static void
grow_slots (Store *store)
{
  if (store->n_used >= store->n_slots / 2)
    {
      store->old_slots = store->slots;
      store->n_old_slots = store->n_slots;
      store->n_moved = 0;
      store->n_slots = store->n_slots == 0 ? 1024 : store->n_slots * 2;
      store->slots = g_new0 (guint32, store->n_slots);
    }
  for (guint i = 0; i < SLOTS_A_FILE && store->n_moved < store->n_old_slots; i++)
    {
      guint32 index = store->old_slots[store->n_moved++];
      if (index != 0)
        *find_slot (store, store->slots, store->n_slots, file_at (store, index - 1)) = index;
    }
  if (store->old_slots != NULL && store->n_moved == store->n_old_slots)
    g_clear_pointer (&store->old_slots, g_free);
}

/* The first file with this content, which counts them all and may have gone. NULL: there is none. */
static StoreFile *
find_first (const Store *store, const StoreFile *file)
{
  guint32 index = 0;
  if (store->slots != NULL)
    index = *find_slot (store, store->slots, store->n_slots, file);
  if (index == 0 && store->old_slots != NULL)
    index = *find_slot (store, store->old_slots, store->n_old_slots, file);
  return index == 0 ? NULL : file_at (store, index - 1);
}

/* How many names of the file's inode are here, with a content that is known, after one was added (1) or taken away
 * (-1). */
static guint
count_names (Store *store, const StoreFile *file, int change)
{
  FileId key = { g_array_index (store->devices, guint64, file->dev), file->ino, 0 };
  FileId *id;
  if (!file->has_more_names)
    return change > 0 ? 1 : 0;
  id = g_hash_table_lookup (store->hard_links, &key);
  if (id == NULL)
    {
      id = g_memdup2 (&key, sizeof key);
      g_hash_table_add (store->hard_links, id);
    }
  id->names += (guint) change;
  return id->names;
}

/* Another name of an inode that was counted wastes nothing. */
void
contents_add (Store *store, guint number)
{
  StoreFile *file = file_at (store, number);
  StoreFile *first;
  gboolean another_name;
  if (file->content_kind == CONTENT_UNKNOWN)
    return;
  another_name = count_names (store, file, 1) > 1;
  grow_slots (store);
  first = find_first (store, file);
  if (first == NULL)
    {
      *find_slot (store, store->slots, store->n_slots, file) = number + 1;
      store->n_used++;
      first = file;
    }
  first->copies++;
  if (another_name && first->inodes > 0)
    return;
  if (first->inodes++ > 0)
    {
      store->twins++;
      store->wasted += file->size;
    }
}

void
contents_remove (Store *store, const StoreFile *file)
{
  StoreFile *first = file->content_kind == CONTENT_UNKNOWN ? NULL : find_first (store, file);
  if (first == NULL)
    return;
  first->copies--;
  if (count_names (store, file, -1) > 0)
    return;
  if (--first->inodes > 0)
    {
      store->twins--;
      store->wasted -= file->size;
    }
}

gboolean
store_has_twin (const Store *store, const StoreFile *file)
{
  const StoreFile *first = file->content_kind == CONTENT_UNKNOWN ? NULL : find_first (store, file);
  return first != NULL && first->copies > 1;
}
