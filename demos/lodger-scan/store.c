/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

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

static guint
id_hash (const void *key)
{
  const FileId *id = key;
  guint64 mixed = (id->ino ^ (id->dev << 40)) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return (guint) (mixed >> 32);
}

static gboolean
id_equal (const void *a, const void *b)
{
  const FileId *id_a = a;
  const FileId *id_b = b;
  return id_a->dev == id_b->dev && id_a->ino == id_b->ino;
}

static guint
dir_hash (const void *key)
{
  const StoreDir *dir = key;
  return id_hash (&(FileId) { dir->dev, dir->ino, 0 });
}

static gboolean
dir_equal (const void *a, const void *b)
{
  const StoreDir *dir_a = a;
  const StoreDir *dir_b = b;
  return dir_a->dev == dir_b->dev && dir_a->ino == dir_b->ino;
}

static void
type_clear (void *data)
{
  StoreType *type = data;
  g_free (type->name);
}

Store *
store_new (void)
{
  Store *store = g_new0 (Store, 1);
  store->files = g_array_new (FALSE, FALSE, sizeof (StoreFile));
  store->errors = g_array_new (FALSE, FALSE, sizeof (StoreError));
  store->types = g_array_new (FALSE, FALSE, sizeof (StoreType));
  g_array_set_clear_func (store->types, type_clear);
  store->dirs = g_ptr_array_new_with_free_func (g_free);
  store->names = g_string_chunk_new (64 * 1024);
  store->opened = g_hash_table_new (dir_hash, dir_equal);
  store->type_index = g_hash_table_new (g_str_hash, g_str_equal);
  store->hard_links = g_hash_table_new_full (id_hash, id_equal, g_free, NULL);
  store->devices = g_array_new (FALSE, FALSE, sizeof (guint64));
  return store;
}

void
store_free (Store *store)
{
  if (store == NULL)
    return;
  g_hash_table_destroy (store->opened);
  g_hash_table_destroy (store->type_index);
  g_hash_table_destroy (store->hard_links);
  g_array_unref (store->devices);
  g_array_unref (store->files);
  g_array_unref (store->errors);
  g_array_unref (store->types);
  g_ptr_array_unref (store->dirs);
  g_string_chunk_free (store->names);
  g_free (store->slots);
  g_free (store->old_slots);
  g_free (store);
}

StoreDir *
store_add_dir (Store *store, StoreDir *parent, const char *name)
{
  StoreDir *dir = g_new0 (StoreDir, 1);
  dir->parent = parent;
  dir->name = parent == NULL ? "" : g_string_chunk_insert (store->names, name);
  dir->depth = parent == NULL ? 0 : parent->depth + 1;
  if (parent != NULL)
    {
      dir->next = parent->first_child;
      parent->first_child = dir;
    }
  g_ptr_array_add (store->dirs, dir);
  return dir;
}

StoreDir *
store_get_root (const Store *store)
{
  return store->dirs->len > 0 ? g_ptr_array_index (store->dirs, 0) : NULL;
}

gboolean
store_open_dir (Store *store, StoreDir *dir, guint64 dev, guint64 ino)
{
  dir->dev = dev;
  dir->ino = ino;
  if (g_hash_table_contains (store->opened, dir))
    return FALSE;
  g_hash_table_add (store->opened, dir);
  dir->opened = TRUE;
  store->folders++;
  return TRUE;
}

gboolean
store_is_above (const StoreDir *dir, guint64 dev, guint64 ino)
{
  for (; dir != NULL; dir = dir->parent)
    if (dir->opened && dir->ino == ino && dir->dev == dev)
      return TRUE;
  return FALSE;
}

static guint
device_number (Store *store, guint64 dev)
{
  for (guint i = 0; i < store->devices->len; i++)
    if (g_array_index (store->devices, guint64, i) == dev)
      return i;
  g_array_append_val (store->devices, dev);
  return store->devices->len - 1;
}

static guint16
type_number (Store *store, const char *name)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (store->type_index, name));
  StoreType type = { NULL, 0, 0 };
  if (index != 0)
    return (guint16) (index - 1);
  if (store->types->len == G_MAXUINT16)
    return 0;
  type.name = g_strdup (name);
  g_array_append_val (store->types, type);
  g_hash_table_insert (store->type_index, type.name, GUINT_TO_POINTER (store->types->len));
  return (guint16) (store->types->len - 1);
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

/* How many names of the file's inode are here, with a content that is known, after one was added (1) or taken away (-1). */
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
static void
count_content (Store *store, guint number)
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

static void
uncount_content (Store *store, const StoreFile *file)
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

/* Adds the file to what there is, or takes it away (-1). */
static void
count_file (Store *store, const StoreFile *file, int change)
{
  StoreType *type = &g_array_index (store->types, StoreType, file->type);
  guint64 one = (guint64) (gint64) change;
  store->n_files += (guint) change;
  store->bytes += one * file->size;
  store->disk += one * file->disk;
  type->files += one;
  type->bytes += one * file->size;
  for (StoreDir *dir = file->dir; dir != NULL; dir = dir->parent)
    {
      dir->files += one;
      dir->bytes += one * file->size;
      dir->disk += one * file->disk;
    }
}

guint
store_add_file (Store *store, const StoreFile *file, const char *name, const char *type, guint64 dev)
{
  StoreFile added = *file;
  guint number = store->files->len;
  added.gone = FALSE;
  added.copies = added.inodes = 0;
  added.name = g_string_chunk_insert (store->names, name);
  added.dev = device_number (store, dev);
  added.type = type_number (store, type);
  added.next_in_dir = added.dir->first_file;
  added.dir->first_file = number + 1;
  g_array_append_val (store->files, added);
  count_content (store, number);
  count_file (store, &added, 1);
  return number;
}

void
store_set_content (Store *store, guint number, guint8 kind, const guint8 *content)
{
  StoreFile *file = file_at (store, number);
  g_return_if_fail (file->content_kind == CONTENT_UNKNOWN && kind != CONTENT_UNKNOWN);
  file->content_kind = kind;
  memcpy (file->content, content, STORE_HASH_BYTES);
  count_content (store, number);
}

void
store_remove_file (Store *store, guint number)
{
  StoreFile *file = file_at (store, number);
  if (file->gone)
    return;
  file->gone = TRUE;
  uncount_content (store, file);
  count_file (store, file, -1);
}

static void
leave_dir (Store *store, StoreDir *dir)
{
  for (guint next = dir->first_file; next != 0; next = file_at (store, next - 1)->next_in_dir)
    store_remove_file (store, next - 1);
  store_reset_links (store, dir);
  if (!dir->opened)
    return;
  g_hash_table_remove (store->opened, dir);
  dir->opened = FALSE;
  store->folders--;
}

void
store_remove_dir (Store *store, StoreDir *dir)
{
  StoreDir *at = dir;
  leave_dir (store, dir);
  for (;;)
    {
      StoreDir *next = at->first_child;
      while (next == NULL && at != dir)
        {
          next = at->next;
          if (next == NULL)
            at = at->parent;
        }
      if (next == NULL)
        return;
      at = next;
      leave_dir (store, at);
    }
}

gboolean
store_has_twin (const Store *store, const StoreFile *file)
{
  const StoreFile *first = file->content_kind == CONTENT_UNKNOWN ? NULL : find_first (store, file);
  return first != NULL && first->copies > 1;
}

void
store_add_link (Store *store, StoreDir *dir)
{
  store->links++;
  dir->links++;
}

void
store_reset_links (Store *store, StoreDir *dir)
{
  store->links -= dir->links;
  dir->links = 0;
}

gboolean
store_has_error (const Store *store, const StoreDir *dir, const char *name, int reason)
{
  for (guint i = 0; i < store->errors->len; i++)
    {
      const StoreError *error = &g_array_index (store->errors, StoreError, i);
      if (error->dir == dir && error->reason == reason && g_strcmp0 (error->name, name) == 0)
        return TRUE;
    }
  return FALSE;
}

void
store_add_error (Store *store, const StoreDir *dir, const char *name, int reason)
{
  StoreError error = { dir, name == NULL ? NULL : g_string_chunk_insert (store->names, name), reason };
  g_array_append_val (store->errors, error);
}
