/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "update.h"

struct Update
{
  Store *store;
  GHashTable *files;   /* the name, and the number plus 1, of what was not found again yet */
  GHashTable *folders; /* the name, and the StoreDir, likewise */
};

Update *
update_new (Store *store, StoreDir *dir)
{
  Update *update = g_new (Update, 1);
  update->store = store;
  update->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  update->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint next = dir->first_file; next != 0;)
    {
      const StoreFile *file = &g_array_index (store->files, StoreFile, next - 1);
      if (!file->gone && g_hash_table_contains (update->files, file->name))
        store_remove_file (store, next - 1); /* it was swapped to and fro while it was looked at */
      else if (!file->gone)
        g_hash_table_insert (update->files, g_strdup (file->name), GUINT_TO_POINTER (next));
      next = file->next_in_dir;
    }
  for (StoreDir *child = dir->first_child; child != NULL; child = child->next)
    g_hash_table_insert (update->folders, g_strdup (child->name), child);
  store_reset_links (store, dir);
  return update;
}

void
update_free (Update *update)
{
  if (update == NULL)
    return;
  g_hash_table_destroy (update->files);
  g_hash_table_destroy (update->folders);
  g_free (update);
}

gboolean
update_has_file (Update *update, const char *name, const struct stat *st)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (update->files, name));
  const StoreFile *file;
  if (number == 0)
    return FALSE;
  file = &g_array_index (update->store->files, StoreFile, number - 1);
  if (file->ino != st->st_ino || file->size != (guint64) st->st_size
      || file->mtime != (gint64) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec)
    return FALSE; /* it goes with the rest */
  g_hash_table_remove (update->files, name);
  return TRUE;
}

StoreDir *
update_find_folder (Update *update, const char *name)
{
  StoreDir *dir = g_hash_table_lookup (update->folders, name);
  g_hash_table_remove (update->folders, name);
  return dir;
}

void
update_remove_rest (Update *update)
{
  GHashTableIter iter;
  void *value;
  g_hash_table_iter_init (&iter, update->files);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    store_remove_file (update->store, GPOINTER_TO_UINT (value) - 1);
  g_hash_table_iter_init (&iter, update->folders);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    store_remove_dir (update->store, value);
}
