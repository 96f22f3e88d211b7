/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hash.h"
#include "base/log.h"
#include "pending/extras.h"

#include <stdlib.h>
#include <string.h>

/* Values that users attach to a pending, each under a key. */

typedef struct Metadata
{
  LodgerLink link;
  LodgerHashLink by_key;
  void *value;
  LodgerDestroyFunc destroy;
  char key[];
} Metadata;

typedef struct MetadataTable
{
  LodgerExtra extra; /* first */
  LodgerList list;
  LodgerHash by_key;
} MetadataTable;

static void
metadata_free (Metadata *metadata)
{
  if (metadata != NULL && metadata->destroy != NULL)
    lodger__destroy (metadata->destroy, metadata->value);
  free (metadata);
}

static Metadata *
take_out (MetadataTable *table, Metadata *metadata)
{
  if (metadata != NULL)
    {
      lodger__list_remove (&metadata->link);
      lodger__hash_remove (&table->by_key, &metadata->by_key);
    }
  return metadata;
}

static void
table_free (LodgerExtra *extra)
{
  MetadataTable *table = (MetadataTable *) extra;
  Metadata *metadata;
  while ((metadata = take_out (table, lodger__list_first (&table->list, Metadata, link))) != NULL)
    metadata_free (metadata);
  lodger__hash_clear (&table->by_key);
  free (table);
}

LODGER_EXTRA_KIND (metadata_kind, table_free, NULL);

/* Locked. */
static Metadata *
find (const MetadataTable *table, const char *key)
{
  if (table != NULL)
    lodger__hash_for (metadata, &table->by_key, lodger__hash_of_string (key), Metadata, by_key)
      if (strcmp (metadata->key, key) == 0)
        return metadata;
  return NULL;
}

/* False without memory. */
static bool
set (LodgerPending *pending, Metadata *fresh, Metadata **ret_old)
{
  MetadataTable *table;
  lodger__pending_lock (pending);
  table = (MetadataTable *) lodger__extra_need (pending, &metadata_kind, sizeof *table);
  if (table != NULL)
    {
      *ret_old = take_out (table, find (table, fresh->key));
      lodger__list_append (&table->list, &fresh->link);
      lodger__hash_insert (&table->by_key, &fresh->by_key, lodger__hash_of_string (fresh->key));
    }
  lodger__pending_unlock (pending);
  return table != NULL;
}

int
lodger_pending_set_metadata (LodgerPending *pending, const char *key, void *value, LodgerDestroyFunc destroy)
{
  Metadata *fresh = NULL, *old = NULL;
  int code = pending != NULL && key != NULL ? LODGER_ENOMEM : LODGER_EINVAL;
  if (code == LODGER_ENOMEM && !(lodger__pending_state (pending) & P_STATIC))
    fresh = malloc (sizeof *fresh + strlen (key) + 1);
  if (fresh != NULL)
    {
      *fresh = (Metadata) { .value = value, .destroy = destroy };
      strcpy (fresh->key, key);
      if (set (pending, fresh, &old))
        {
          metadata_free (old);
          return 0;
        }
      free (fresh);
    }
  if (destroy != NULL)
    destroy (value);
  return lodger__misuse (__func__, code, lodger_error_code_string (code));
}

void *
lodger_pending_get_metadata (LodgerPending *pending, const char *key)
{
  const Metadata *found;
  void *value;
  if (pending == NULL || key == NULL)
    return NULL;
  lodger__pending_lock (pending);
  found = find ((const MetadataTable *) lodger__extra_find (pending, &metadata_kind), key);
  value = found != NULL ? found->value : NULL;
  lodger__pending_unlock (pending);
  return value;
}
