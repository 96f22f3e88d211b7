/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bytes by type: the largest types, and all others together.
 */
#ifndef LODGER_SCAN_SHARES_H
#define LODGER_SCAN_SHARES_H

#include "store.h"

G_BEGIN_DECLS

typedef struct Share
{
  const char *name; /* the store's; NULL: all others */
  guint64 bytes, files;
} Share;

/* The `most` largest types as an array of Share; the last one is all others when there are more. NULL has none. */
GArray *shares_new (const Store *store, guint most);
/* Appends the five largest ones in words. */
void shares_append (GString *text, const Store *store);

G_END_DECLS

#endif
