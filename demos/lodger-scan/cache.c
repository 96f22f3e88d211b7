/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cache.h"

#include "cache-file.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

enum
{
  CHUNK = 4096,   /* records that are added get their memory together, and never move */
  DAYS_KEPT = 90, /* since the last use */
  DAYS_EXACT = 7  /* a use that is so little later than the last one is not worth writing the file */
};

#define PATIENCE (INT64_C (2) * 1000 * 1000 * 1000)
#define SETTLED  (INT64_C (2) * 1000 * 1000 * 1000)

struct HashCache
{
  atomic_int refs; /* the owner's, that of the call that loads, and those of saves */
  char *path;
  _Atomic (CacheFile *) file; /* NULL until it is loaded */
  LodgerPending *loading;     /* NULL: it was loaded at once */
  atomic_bool late;

  /* The main thread's: */
  GPtrArray *chunks; /* CacheRecord[CHUNK] */
  guint n_added, n_saved;
  GPtrArray *types; /* of what was added */
  GHashTable *type_index;
};

/* The cache as it was when the save began: what was added before does not change any more. */
struct HashCacheSave
{
  HashCache *cache;
  CacheRecord **chunks;
  guint n_added;
  gboolean news; /* something was added since the last save */
  char **types;
  guint n_types;
};

HashCache *
hash_cache_ref (HashCache *cache)
{
  if (cache != NULL)
    atomic_fetch_add (&cache->refs, 1);
  return cache;
}

void
hash_cache_unref (void *data)
{
  HashCache *cache = data;
  if (cache == NULL || atomic_fetch_sub (&cache->refs, 1) != 1)
    return;
  lodger_pending_unref (cache->loading);
  cache_file_free (atomic_load (&cache->file));
  g_ptr_array_unref (cache->chunks);
  g_hash_table_destroy (cache->type_index);
  g_ptr_array_unref (cache->types);
  g_free (cache->path);
  g_free (cache);
}

static HashCache *
cache_new (const char *path)
{
  HashCache *cache = g_new0 (HashCache, 1);
  atomic_init (&cache->refs, 1);
  cache->path
      = path != NULL ? g_strdup (path) : g_build_filename (g_get_user_cache_dir (), "lodger-scan", "hashes", NULL);
  cache->chunks = g_ptr_array_new_with_free_func (g_free);
  cache->types = g_ptr_array_new_with_free_func (g_free);
  cache->type_index = g_hash_table_new (g_str_hash, g_str_equal);
  return cache;
}

HashCache *
hash_cache_load (const char *path)
{
  HashCache *cache = cache_new (path);
  atomic_store (&cache->file, cache_file_load (cache->path));
  return cache;
}

static void
load (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  HashCache *cache = data;
  atomic_store (&cache->file, cache_file_load (cache->path));
}

HashCache *
hash_cache_open (LodgerCaller *caller, const char *path)
{
  HashCache *cache = cache_new (path);
  cache->loading = lodger_caller_to_thread_full (caller, load, hash_cache_ref (cache), hash_cache_unref,
                                                 LODGER_CALL_OPTIONS (.name = "load the cache"));
  return cache;
}

/* A cache on a file system that hangs must not hold up a scan: after PATIENCE nobody waits for it any more. */
static const CacheFile *
get_file (HashCache *cache)
{
  CacheFile *file = atomic_load_explicit (&cache->file, memory_order_acquire);
  if (file == NULL && cache->loading != NULL && !atomic_load (&cache->late))
    {
      if (lodger_pending_wait (cache->loading, PATIENCE, LODGER_WAIT_PROTECT | LODGER_WAIT_NO_RESULT)
          == LODGER_ETIMEDOUT)
        atomic_store (&cache->late, TRUE);
      file = atomic_load (&cache->file);
    }
  return file;
}

static gint64
nanoseconds (struct timespec time)
{
  return (gint64) time.tv_sec * 1000000000 + time.tv_nsec;
}

gboolean
hash_cache_find (HashCache *cache, const struct stat *st, HashCacheEntry *ret_entry)
{
  const CacheFile *file = get_file (cache);
  const CacheRecord *record = file == NULL ? NULL : cache_file_find (file, st->st_dev, st->st_ino);
  if (record == NULL || record->size != (guint64) st->st_size || record->mtime != nanoseconds (st->st_mtim)
      || record->ctime != nanoseconds (st->st_ctim))
    return FALSE;
  atomic_store_explicit (&file->used[record - file->records], 1, memory_order_relaxed);
  memcpy (ret_entry->sha256, record->sha256, sizeof ret_entry->sha256);
  ret_entry->type = record->type == 0 || record->type > file->n_types ? NULL : file->types[record->type - 1];
  return TRUE;
}

static guint16
today (void)
{
  return (guint16) (g_get_real_time () / G_TIME_SPAN_DAY);
}

/* The number of a type among those of what was added, plus 1. */
static guint16
add_type (HashCache *cache, const char *type)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (cache->type_index, type));
  if (number == 0 && cache->types->len < CACHE_FILE_TYPES && cache_file_takes_type (type))
    {
      g_ptr_array_add (cache->types, g_strdup (type));
      number = cache->types->len;
      g_hash_table_insert (cache->type_index, g_ptr_array_index (cache->types, number - 1), GUINT_TO_POINTER (number));
    }
  return (guint16) number;
}

static CacheRecord *
added_at (const HashCache *cache, guint number)
{
  return (CacheRecord *) g_ptr_array_index (cache->chunks, number / CHUNK) + number % CHUNK;
}

/* A time of the content that lies ahead was set by somebody and says nothing; a time of the inode was not. */
void
hash_cache_add (HashCache *cache, const struct stat *st, const guint8 *sha256, const char *type, gint64 now)
{
  gint64 mtime = nanoseconds (st->st_mtim);
  gint64 ctime = nanoseconds (st->st_ctim);
  CacheRecord *record;
  if (ctime > now - SETTLED || (mtime > now - SETTLED && mtime <= now) || cache->n_added >= CACHE_FILE_RECORDS)
    return;
  if (cache->n_added == cache->chunks->len * CHUNK)
    g_ptr_array_add (cache->chunks, g_new (CacheRecord, CHUNK));
  record = added_at (cache, cache->n_added++);
  memset (record, 0, sizeof *record);
  record->dev = st->st_dev;
  record->ino = st->st_ino;
  record->size = (guint64) st->st_size;
  record->mtime = mtime;
  record->ctime = ctime;
  memcpy (record->sha256, sha256, sizeof record->sha256);
  record->type = type == NULL || st->st_nlink > 1 ? 0 : add_type (cache, type);
}

/* ---- saving ----------------------------------------------------------------------------------------------------- */

HashCacheSave *
hash_cache_begin_save (HashCache *cache)
{
  HashCacheSave *save;
  if (atomic_load (&cache->file) == NULL)
    return NULL;
  save = g_new0 (HashCacheSave, 1);
  save->cache = hash_cache_ref (cache);
  save->chunks = g_memdup2 (cache->chunks->pdata, cache->chunks->len * sizeof (CacheRecord *));
  save->n_added = cache->n_added;
  save->news = cache->n_added > cache->n_saved;
  save->types = g_memdup2 (cache->types->pdata, cache->types->len * sizeof (char *));
  save->n_types = cache->types->len;
  cache->n_saved = cache->n_added;
  return save;
}

void
hash_cache_save_free (void *data)
{
  HashCacheSave *save = data;
  if (save == NULL)
    return;
  hash_cache_unref (save->cache);
  g_free (save->chunks);
  g_free (save->types);
  g_free (save);
}

/* Days since a record that was loaded was used. A day that lies ahead is of another clock. */
static guint
get_age (const CacheFile *file, guint index, guint16 now)
{
  guint16 day = file->records[index].day;
  return day >= now || atomic_load_explicit (&file->used[index], memory_order_relaxed) != 0 ? 0 : (guint) (now - day);
}

static gboolean
is_worth_it (const HashCacheSave *save, const CacheFile *file, guint16 now)
{
  gboolean worth = save->news;
  for (guint i = 0; i < file->count && !worth; i++)
    {
      guint age = get_age (file, i, now);
      worth = age > DAYS_KEPT || (age == 0 && now > file->records[i].day + DAYS_EXACT);
    }
  return worth;
}

/* How many days since the last use there is room for. */
static guint
get_most_days (const HashCacheSave *save, const CacheFile *file, guint16 now)
{
  guint counts[DAYS_KEPT + 1] = { 0 };
  guint room = CACHE_FILE_RECORDS - save->n_added;
  guint days = 0;
  if (file->count <= room)
    return DAYS_KEPT;
  for (guint i = 0; i < file->count; i++)
    counts[MIN (get_age (file, i, now), DAYS_KEPT)]++;
  while (days < DAYS_KEPT && counts[days] <= room)
    room -= counts[days++];
  return days == 0 ? 0 : days - 1;
}

static const CacheRecord *
saved_at (const HashCacheSave *save, guint number)
{
  return save->chunks[number / CHUNK] + number % CHUNK;
}

static int
compare_added (const void *a, const void *b, void *save)
{
  return cache_file_compare (saved_at (save, *(const guint *) a), saved_at (save, *(const guint *) b));
}

/* The numbers of what was added, in the order of the file, and of several of one inode the last. */
static guint *
sort_added (HashCacheSave *save, guint *ret_count)
{
  guint *numbers = g_new (guint, save->n_added + 1);
  guint count = 0;
  for (guint i = 0; i < save->n_added; i++)
    numbers[i] = i;
  g_qsort_with_data (numbers, (gint) save->n_added, sizeof *numbers, compare_added, save); /* it is stable */
  for (guint i = 0; i < save->n_added; i++)
    {
      if (count > 0 && compare_added (&numbers[count - 1], &numbers[i], save) == 0)
        count--;
      numbers[count++] = numbers[i];
    }
  *ret_count = count;
  return numbers;
}

/* The names of all types. `ret_numbers` are those of what was added, plus 1, among them. */
static GPtrArray *
join_types (const HashCacheSave *save, const CacheFile *file, guint16 *ret_numbers)
{
  GPtrArray *types = g_ptr_array_new ();
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < file->n_types + save->n_types; i++)
    {
      char *type = i < file->n_types ? file->types[i] : save->types[i - file->n_types];
      guint number = GPOINTER_TO_UINT (g_hash_table_lookup (index, type));
      if ((number == 0 || i < file->n_types) && types->len < CACHE_FILE_TYPES)
        {
          g_ptr_array_add (types, type);
          number = types->len;
          g_hash_table_insert (index, type, GUINT_TO_POINTER (number));
        }
      if (i >= file->n_types)
        ret_numbers[i - file->n_types] = (guint16) number;
    }
  g_hash_table_destroy (index);
  return types;
}

static void
write_old (CacheWriter *writer, const CacheFile *file, guint index, guint age, guint16 now)
{
  CacheRecord record = file->records[index];
  record.day = (guint16) (now - age);
  record.type = record.type > file->n_types ? 0 : record.type;
  record.zero = 0;
  cache_writer_add (writer, &record);
}

static void
write_added (CacheWriter *writer, const CacheRecord *added, const guint16 *types, guint16 now)
{
  CacheRecord record = *added;
  record.day = now;
  record.type = record.type == 0 ? 0 : types[record.type - 1];
  cache_writer_add (writer, &record);
}

static void
write_all (HashCacheSave *save, const CacheFile *file, CacheWriter *writer, const guint16 *types, guint16 now)
{
  guint n_added = 0;
  guint *added = sort_added (save, &n_added);
  guint days = get_most_days (save, file, now);
  guint old = 0;
  guint next = 0;
  while (old < file->count || next < n_added)
    {
      const CacheRecord *record = next == n_added ? NULL : saved_at (save, added[next]);
      int order = record == NULL ? -1 : old == file->count ? 1 : cache_file_compare (&file->records[old], record);
      guint age = order < 0 ? get_age (file, old, now) : 0;
      if (order >= 0)
        write_added (writer, record, types, now);
      else if (age <= days)
        write_old (writer, file, old, age, now);
      old += order <= 0 ? 1 : 0;
      next += order >= 0 ? 1 : 0;
    }
  g_free (added);
}

gboolean
hash_cache_save_write (HashCacheSave *save)
{
  const CacheFile *file = atomic_load (&save->cache->file);
  guint16 now = today ();
  CacheWriter *writer;
  GPtrArray *types;
  guint16 *numbers;
  gboolean written;
  int error;

  if (!is_worth_it (save, file, now))
    return TRUE;
  writer = cache_writer_open (save->cache->path);
  if (writer == NULL)
    return FALSE;
  numbers = g_new0 (guint16, save->n_types + 1);
  types = join_types (save, file, numbers);
  write_all (save, file, writer, numbers, now);
  written = cache_writer_close (writer, (const char *const *) types->pdata, types->len);
  error = errno;
  g_ptr_array_unref (types);
  g_free (numbers);
  errno = error;
  return written;
}

gboolean
hash_cache_save (HashCache *cache)
{
  HashCacheSave *save = hash_cache_begin_save (cache);
  gboolean saved = save == NULL || hash_cache_save_write (save);
  int error = errno;
  hash_cache_save_free (save);
  errno = error;
  return saved;
}
