/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

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
  store_before_add (store);
  g_array_append_val (store->errors, error);
}

void
store_remove_errors (Store *store, gboolean (*is_resolved) (const StoreError *error, void *data), void *data)
{
  guint kept = 0;
  for (guint i = 0; i < store->errors->len; i++)
    {
      const StoreError *error = &g_array_index (store->errors, StoreError, i);
      if (!is_resolved (error, data))
        g_array_index (store->errors, StoreError, kept++) = *error;
    }
  if (kept == store->errors->len)
    return;
  g_array_set_size (store->errors, kept);
  store->resolved++;
}
