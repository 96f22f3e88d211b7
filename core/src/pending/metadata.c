/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "pending/extras.h"

#include <stdlib.h>
#include <string.h>

/* Values that users attach to a pending, each under a key. */

typedef struct Metadata
{
  LodgerExtra extra; /* first */
  void *value;
  LodgerDestroyFunc destroy;
  char key[];
} Metadata;

static void
metadata_free (LodgerExtra *extra)
{
  Metadata *metadata = (Metadata *) extra;
  if (metadata->destroy != NULL)
    metadata->destroy (metadata->value);
  free (metadata);
}

static const LodgerExtraKind metadata_kind = { .free = metadata_free };

/* Locked. */
static Metadata *
find (const LodgerPending *pending, const char *key)
{
  LodgerExtra *extra = pending->extras;
  while (extra != NULL && (extra->kind != &metadata_kind || strcmp (((Metadata *) extra)->key, key) != 0))
    extra = extra->next;
  return (Metadata *) extra;
}

int
lodger_pending_set_metadata (LodgerPending *pending, const char *key, void *value, LodgerDestroyFunc destroy)
{
  Metadata *fresh = NULL, *old = NULL;
  int code = pending != NULL && key != NULL ? LODGER_ENOMEM : LODGER_EINVAL;
  if (code == LODGER_ENOMEM && !(lodger__pending_state (pending) & P_STATIC))
    fresh = malloc (sizeof *fresh + strlen (key) + 1);
  if (fresh == NULL)
    {
      if (destroy != NULL)
        destroy (value);
      return lodger__misuse (__func__, code, lodger_error_code_string (code));
    }
  strcpy (fresh->key, key);
  fresh->extra.kind = &metadata_kind;
  fresh->value = value;
  fresh->destroy = destroy;
  lodger__pending_lock (pending);
  old = find (pending, key);
  if (old == NULL)
    lodger__extra_add (pending, &fresh->extra);
  else
    lodger__extra_replace (pending, &old->extra, &fresh->extra);
  lodger__pending_unlock (pending);
  if (old != NULL)
    metadata_free (&old->extra);
  return 0;
}

void *
lodger_pending_get_metadata (LodgerPending *pending, const char *key)
{
  const Metadata *found;
  void *value;
  if (pending == NULL || key == NULL)
    return NULL;
  lodger__pending_lock (pending);
  found = find (pending, key);
  value = found != NULL ? found->value : NULL;
  lodger__pending_unlock (pending);
  return value;
}
