/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contents.h"

#include "sums.h"

#include <string.h>

static guint
dir_hash (const void *key)
{
  const StoreDir *dir = key;
  return contents_hash_inode (dir->dev, dir->ino);
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
  store->hard_links = contents_new_places ();
  store->blocks = contents_new_places ();
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
  g_hash_table_destroy (store->blocks);
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

StoreDir *
store_find_dir (const Store *store, guint64 dev, guint64 ino)
{
  const StoreDir key = { .dev = dev, .ino = ino };
  return g_hash_table_lookup (store->opened, &key);
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

/* Adds the file to what there is, or takes it away (-1). */
static void
count_file (Store *store, const StoreFile *file, int change)
{
  StoreType *type = &g_array_index (store->types, StoreType, file->type);
  guint64 (*sum) (guint64 sum, guint64 size) = change > 0 ? sum_of : sum_without;
  guint64 one = (guint64) (gint64) change;
  store->n_files += (guint) change;
  store->bytes = sum (store->bytes, file->size);
  store->disk = sum (store->disk, file->disk);
  type->files += one;
  type->bytes = sum (type->bytes, file->size);
  for (StoreDir *dir = file->dir; dir != NULL; dir = dir->parent)
    {
      dir->files += one;
      dir->bytes = sum (dir->bytes, file->size);
      dir->disk = sum (dir->disk, file->disk);
    }
}

guint
store_add_file (Store *store, const StoreFile *file, const char *name, const char *type, guint64 dev)
{
  StoreFile added = *file;
  guint number = store->files->len;
  store_before_add (store);
  added.gone = FALSE;
  added.copies = added.inodes = added.blocks = 0;
  added.blocks_known = FALSE;
  added.name = g_string_chunk_insert (store->names, name);
  added.dev = device_number (store, dev);
  added.type = type_number (store, type);
  added.next_in_dir = added.dir->first_file;
  added.dir->first_file = number + 1;
  g_array_append_val (store->files, added);
  contents_add (store, number);
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
  contents_add (store, number);
}

void
store_remove_file (Store *store, guint number)
{
  StoreFile *file = file_at (store, number);
  if (file->gone)
    return;
  file->gone = TRUE;
  contents_remove (store, file);
  count_file (store, file, -1);
}

guint64
store_get_device (const Store *store, const StoreFile *file)
{
  return g_array_index (store->devices, guint64, file->dev);
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

static gboolean
is_below (const StoreError *error, void *data)
{
  const StoreDir *at = error->dir;
  while (at != NULL && at != data)
    at = at->parent;
  return at != NULL;
}

void
store_remove_dir (Store *store, StoreDir *dir)
{
  StoreDir *at = dir;
  store_remove_errors (store, is_below, dir);
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
