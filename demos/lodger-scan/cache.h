/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What files had in them when they were read last, kept from one scan to the next. A file is known by its device, its
 * inode, its size and the times of its last changes (content and inode): when one of them differs it is read anew.
 *
 * While a scan goes on, any thread may look something up, and the main thread alone adds to it. What is added is found
 * by a later scan only, with a cache that was opened later. So a look takes no lock: what was loaded never changes.
 *
 *     what.cache = hash_cache_open (caller, NULL);      the scan starts at once; workers wait until it is loaded
 *     …
 *     save = hash_cache_begin_save (what.cache);        in the main thread, after the scan
 *     hash_cache_save_write (save);                     in a worker
 */
#ifndef LODGER_SCAN_CACHE_H
#define LODGER_SCAN_CACHE_H

#include <lodger/lodger.h>

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

typedef struct HashCache HashCache;
typedef struct HashCacheSave HashCacheSave;

typedef struct HashCacheEntry
{
  guint8 sha256[32];
  const char *type; /* the cache's; NULL: unknown */
} HashCacheEntry;

/* Loads it in a worker of the caller, and does not block. `path` is NULL for the place that the user's other caches
 * have. It is empty when the file is missing, damaged, or of another version. */
HashCache *hash_cache_open (LodgerCaller *caller, const char *path);
/* Blocks: loads it at once. */
HashCache *hash_cache_load (const char *path);
/* Any thread. It goes when the last user has let go of it. NULL is ignored. */
HashCache *hash_cache_ref (HashCache *cache);
void hash_cache_unref (void *cache);

/* Any thread. In a worker it waits until the cache is loaded, for two seconds at most; elsewhere it does not wait. */
gboolean hash_cache_find (HashCache *cache, const struct stat *st, HashCacheEntry *ret_entry);
/* The main thread. `st` is from before the file was read, and nothing may have changed it until it was read to its
 * end. `now` is the time at which `st` was taken (ns since 1970): a file that was changed in the two seconds before
 * it is not taken, for a later change may have the same time. `type` may be NULL. The type of a file that has
 * several names is not kept: it depends on the name. */
void hash_cache_add (HashCache *cache, const struct stat *st, const guint8 *sha256, const char *type, gint64 now);

/* The main thread; does not block. What there is to be saved, as it is now: what was added, and what was loaded and
 * used in the last 90 days. More may be added at once. NULL when it was not loaded. */
HashCacheSave *hash_cache_begin_save (HashCache *cache);
/* Blocks. Any thread, once. Writes beside the file, and then into its place: FALSE, with errno, leaves the file that
 * was there. TRUE also when there was nothing to write. */
gboolean hash_cache_save_write (HashCacheSave *save);
/* Any thread. NULL is ignored. */
void hash_cache_save_free (void *save);
/* Blocks: all of that at once. */
gboolean hash_cache_save (HashCache *cache);

G_END_DECLS

#endif
