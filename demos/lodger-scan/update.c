/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "update.h"

struct Update
{
  Store *store;
  GHashTable *files;   /* the name, and the number plus 1, of what was not found again yet */
  GHashTable *folders; /* the name, and the StoreDir, likewise */
  GHashTable *errors;  /* StoreError, likewise */
  GHashTable *failed;  /* the names of files that could not be read */
  const StoreDir *dir;
  gboolean reads;
};

static guint
error_hash (const void *key)
{
  const StoreError *error = key;
  return (error->name == NULL ? 0 : g_str_hash (error->name)) ^ (guint) error->reason;
}

static gboolean
error_equal (const void *a, const void *b)
{
  const StoreError *error_a = a;
  const StoreError *error_b = b;
  return error_a->reason == error_b->reason && g_strcmp0 (error_a->name, error_b->name) == 0;
}

static void
collect_errors (Update *update, const StoreDir *dir)
{
  for (guint i = 0; i < update->store->errors->len; i++)
    {
      const StoreError *error = &g_array_index (update->store->errors, StoreError, i);
      if (error->dir != dir)
        continue;
      g_hash_table_add (update->errors, g_memdup2 (error, sizeof *error));
      if (error->name != NULL && error->reason != REASON_BAD_NAME)
        g_hash_table_insert (update->failed, (void *) (gsize) error->name, GINT_TO_POINTER (error->reason));
    }
}

Update *
update_new (Store *store, StoreDir *dir, gboolean reads)
{
  Update *update = g_new (Update, 1);
  update->store = store;
  update->dir = dir;
  update->reads = reads;
  update->errors = g_hash_table_new_full (error_hash, error_equal, g_free, NULL);
  update->failed = g_hash_table_new (g_str_hash, g_str_equal);
  collect_errors (update, dir);
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
  g_hash_table_destroy (update->errors);
  g_hash_table_destroy (update->failed);
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
  if (g_hash_table_contains (update->failed, name))
    {
      if (update->reads)
        return FALSE;
      (void) update_has_error (update, name, GPOINTER_TO_INT (g_hash_table_lookup (update->failed, name)));
    }
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

gboolean
update_has_error (Update *update, const char *name, int reason)
{
  const StoreError key = { update->dir, name, reason };
  return g_hash_table_remove (update->errors, &key);
}

/* Names of the store are at one place: another error of the same kind may have come meanwhile. */
static gboolean
is_resolved (const StoreError *error, void *data)
{
  const Update *update = data;
  const StoreError *old = error->dir == update->dir ? g_hash_table_lookup (update->errors, error) : NULL;
  return old != NULL && old->name == error->name;
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
  if (g_hash_table_size (update->errors) > 0)
    store_remove_errors (update->store, is_resolved, update);
}
