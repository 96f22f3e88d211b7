/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What files had in them when they were read last, kept from one scan to the next. A file is known by its device, its
 * inode, its size and the times of its last changes (content and inode): when one of them differs it is read anew.
 *
 * While a scan goes on, any thread may look something up, and the main thread alone adds to it. What is added is found by
 * a later scan only.
 */
#ifndef LODGER_SCAN_CACHE_H
#define LODGER_SCAN_CACHE_H

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

typedef struct HashCache HashCache;

typedef struct HashCacheEntry
{
  guint8 sha256[32];
  const char *type; /* the cache's; NULL: unknown */
} HashCacheEntry;

/* Blocks: for a worker, or before there is a window. An empty one when the file is missing, damaged, or of another
 * version. `path` is NULL for the place that the user's other caches have. */
HashCache *hash_cache_load (const char *path);
/* Blocks. Writes what was found or added since it was loaded, and what was not used for less than 90 days, beside the
 * file and then into its place. FALSE with errno. Does nothing when nothing has changed. */
gboolean hash_cache_save (HashCache *cache);
void hash_cache_free (HashCache *cache);

/* Any thread. */
gboolean hash_cache_find (const HashCache *cache, const struct stat *st, HashCacheEntry *ret_entry);
/* The main thread. A file that was changed within the last two seconds before `now` (ns since 1970) is not taken: a later
 * change may have the same time. */
void hash_cache_add (HashCache *cache, const struct stat *st, const guint8 *sha256, const char *type, gint64 now);

G_END_DECLS

#endif
