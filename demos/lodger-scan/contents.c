/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contents.h"

#include "sums.h"

#include <string.h>

enum
{
  SLOTS_A_FILE = 16
};

/* Where the bytes of files are. Of those with the same content each place counts once. */
typedef struct Place
{
  guint64 dev, where; /* the inode; or no device, and the number of the blocks */
  guint content;      /* the number of the first file that had it */
  guint count;        /* of the files there; or the number of the blocks */
} Place;

/* `dev` of a place that is known by the number of its blocks. */
#define BY_BLOCKS G_MAXUINT64

guint
contents_hash_inode (guint64 dev, guint64 ino)
{
  return (guint) (((ino ^ (dev << 40)) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 32);
}

static guint
place_hash (const void *key)
{
  const Place *place = key;
  return contents_hash_inode (place->dev, place->where) ^ place->content;
}

static gboolean
place_equal (const void *a, const void *b)
{
  const Place *place_a = a;
  const Place *place_b = b;
  return place_a->dev == place_b->dev && place_a->where == place_b->where && place_a->content == place_b->content;
}

GHashTable *
contents_new_places (void)
{
  return g_hash_table_new_full (place_hash, place_equal, g_free, NULL);
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

static Place *
look_up (GHashTable *places, const Place *key)
{
  Place *place = g_hash_table_lookup (places, key);
  if (place == NULL)
    {
      place = g_memdup2 (key, sizeof *key);
      g_hash_table_add (places, place);
    }
  return place;
}

/* How many files are in the file's place, with its content, after one was added (1) or taken away (-1). */
static guint
count_in_place (Store *store, const StoreFile *file, const StoreFile *first, int change)
{
  Place key = { g_array_index (store->devices, guint64, file->dev), file->ino, 0, 0 };
  Place *place;
  if (!store_shares_place (file))
    return change > 0 ? 1 : 0;
  if (file->blocks != 0)
    key = (Place) { BY_BLOCKS, file->blocks, 0, 0 };
  key.content = (guint) (first - file_at (store, 0));
  place = look_up (store->hard_links, &key);
  place->count += (guint) change;
  return place->count;
}

/* Another file in a place that was counted wastes nothing. */
void
contents_add (Store *store, guint number)
{
  StoreFile *file = file_at (store, number);
  StoreFile *first;
  if (file->content_kind == CONTENT_UNKNOWN)
    return;
  grow_slots (store);
  first = find_first (store, file);
  if (first == NULL)
    {
      *find_slot (store, store->slots, store->n_slots, file) = number + 1;
      store->n_used++;
      first = file;
    }
  first->copies++;
  if (count_in_place (store, file, first, 1) > 1)
    return;
  if (first->inodes++ > 0)
    {
      store->twins++;
      store->wasted = sum_of (store->wasted, file->size);
    }
}

void
contents_remove (Store *store, const StoreFile *file)
{
  StoreFile *first = file->content_kind == CONTENT_UNKNOWN ? NULL : find_first (store, file);
  if (first == NULL)
    return;
  first->copies--;
  if (count_in_place (store, file, first, -1) > 0)
    return;
  if (--first->inodes > 0)
    {
      store->twins--;
      store->wasted = sum_without (store->wasted, file->size);
    }
}

/* ---- blocks ----------------------------------------------------------------------------------------------------- */

void
store_set_blocks (Store *store, guint number, guint64 mark)
{
  StoreFile *file = file_at (store, number);
  const Place key = { g_array_index (store->devices, guint64, file->dev), mark, 0, 0 };
  Place *place = mark == 0 ? NULL : look_up (store->blocks, &key);
  if (place != NULL && place->count == 0)
    place->count = g_hash_table_size (store->blocks);
  file->blocks_known = TRUE;
  if (file->gone || file->blocks == (place == NULL ? 0 : place->count))
    return;
  contents_remove (store, file);
  file->blocks = place == NULL ? 0 : place->count;
  contents_add (store, number);
}

StoreDir *
store_forget_blocks (Store *store, guint number)
{
  StoreFile *file = file_at (store, number);
  file->blocks_known = FALSE;
  return file->dir;
}

int
store_compare_places (const StoreFile *a, const StoreFile *b)
{
  if (a->blocks != b->blocks)
    return a->blocks < b->blocks ? -1 : 1;
  if (a->blocks != 0)
    return 0;
  if (a->dev != b->dev)
    return a->dev < b->dev ? -1 : 1;
  return (a->ino > b->ino) - (a->ino < b->ino);
}

gboolean
store_shares_place (const StoreFile *file)
{
  return file->has_more_names || file->blocks != 0;
}

/* ---- twins ------------------------------------------------------------------------------------------------------ */

gboolean
store_find_first_twin (const Store *store, const StoreFile *file, guint *ret_number)
{
  const StoreFile *first = file->content_kind == CONTENT_UNKNOWN ? NULL : find_first (store, file);
  if (first == NULL || first->copies < 2)
    return FALSE;
  *ret_number = (guint) (first - file_at (store, 0));
  return TRUE;
}

gboolean
store_has_twin (const Store *store, const StoreFile *file)
{
  guint first;
  return store_find_first_twin (store, file, &first);
}
