/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cache of hashes: what is found again by a later scan, what is not, and for how long. */
#include "cache-file.h"
#include "cache-place.h"
#include "test-loop.h"
#include "test-suite.h"

#define SECOND INT64_C (1000000000)

/* ---- what is found ---------------------------------------------------------------------------------------------- */

START_TEST (what_was_added_is_found_by_a_later_scan)
{
  Place place = place_new ();
  HashCache *cache = hash_cache_load (place.path);
  place_add (cache, 1, 1);
  ck_assert_int_eq (place_look (cache, 1), -1);
  hash_cache_unref (cache);
  ck_assert_uint_eq (place_count_known (place.path, 1), 0); /* nobody has saved it */
  place_save (place.path, PLACE_FILES, 3);
  ck_assert_uint_eq (place_count_known (place.path, 3), PLACE_FILES);
  place_free (&place);
}
END_TEST

START_TEST (a_file_that_has_changed_is_not_found)
{
  Place place = place_new ();
  HashCacheEntry entry;
  HashCache *cache;
  struct stat st;
  place_save (place.path, PLACE_FILES, 3);
  cache = hash_cache_load (place.path);
  for (guint what = 0; what < 7; what++)
    {
      st = place_get_file (5);
      st.st_dev += what == 0 ? 2 : 0;
      st.st_ino += what == 1 ? 5000 : 0;
      st.st_size += what == 2 ? 1 : 0;
      st.st_mtim.tv_sec -= what == 3 ? 1 : 0;
      st.st_mtim.tv_nsec += what == 4 ? 1 : 0;
      st.st_ctim.tv_nsec += what == 5 ? 1 : 0;
      ck_assert_int_eq (hash_cache_find (cache, &st, &entry), what == 6);
    }
  hash_cache_unref (cache);
  place_free (&place);
}
END_TEST

/* Changed so long before it was read: its inode, or with `content` only its content. */
static struct stat
file_of_age (guint number, gint64 age, gboolean content)
{
  struct stat st = place_get_file (number);
  st.st_mtim.tv_sec = (PLACE_NOW - age) / SECOND;
  st.st_mtim.tv_nsec = (PLACE_NOW - age) % SECOND;
  if (!content)
    st.st_ctim = st.st_mtim;
  return st;
}

START_TEST (a_file_that_was_changed_just_before_it_was_read_is_not_taken)
{
  static const gint64 ages[] = { -SECOND, 0, 2 * SECOND - 1, 2 * SECOND };
  Place place = place_new ();
  HashCache *cache = hash_cache_load (place.path);
  HashCacheEntry entry;
  guint8 sha256[32] = { 1 };
  struct stat st;
  for (guint i = 0; i < 8; i++)
    {
      st = file_of_age (i, ages[i % 4], i >= 4);
      hash_cache_add (cache, &st, sha256, NULL, PLACE_NOW);
    }
  ck_assert (hash_cache_save (cache));
  hash_cache_unref (cache);
  cache = hash_cache_load (place.path);
  for (guint i = 0; i < 8; i++)
    {
      st = file_of_age (i, ages[i % 4], i >= 4);
      /* A time of the content that lies ahead was set by somebody. */
      ck_assert_int_eq (hash_cache_find (cache, &st, &entry), i == 3 || i == 4 || i == 7);
    }
  hash_cache_unref (cache);
  place_free (&place);
}
END_TEST

START_TEST (the_type_of_a_file_with_several_names_is_not_kept)
{
  Place place = place_new ();
  HashCache *cache = hash_cache_load (place.path);
  struct stat st = place_get_file (0);
  HashCacheEntry entry;
  guint8 sha256[32] = { 1 };
  st.st_nlink = 2;
  hash_cache_add (cache, &st, sha256, "text/plain", PLACE_NOW);
  ck_assert (hash_cache_save (cache));
  hash_cache_unref (cache);
  cache = hash_cache_load (place.path);
  ck_assert (hash_cache_find (cache, &st, &entry));
  ck_assert_ptr_null (entry.type);
  hash_cache_unref (cache);
  place_free (&place);
}
END_TEST

START_TEST (a_name_that_is_no_type_is_not_kept)
{
  Place place = place_new ();
  HashCache *cache = hash_cache_load (place.path);
  HashCacheEntry entry;
  guint8 sha256[32] = { 1 };
  char *longer = g_strnfill (CACHE_FILE_TYPE_BYTES + 1, 'x');
  const char *const types[] = { "", "a b", "\xff", "a\nb", longer };
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      struct stat st = place_get_file (i);
      hash_cache_add (cache, &st, sha256, types[i], PLACE_NOW);
    }
  ck_assert (hash_cache_save (cache));
  hash_cache_unref (cache);
  cache = hash_cache_load (place.path);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      struct stat st = place_get_file (i);
      ck_assert (hash_cache_find (cache, &st, &entry));
      ck_assert_ptr_null (entry.type);
    }
  hash_cache_unref (cache);
  g_free (longer);
  place_free (&place);
}
END_TEST

START_TEST (the_last_content_of_an_inode_counts)
{
  Place place = place_new ();
  HashCache *cache;
  place_save (place.path, 2, 1);
  cache = hash_cache_load (place.path);
  place_add (cache, 1, 2);
  place_add (cache, 1, 3);
  ck_assert (hash_cache_save (cache));
  hash_cache_unref (cache);
  cache = hash_cache_load (place.path);
  ck_assert_int_eq (place_look (cache, 0), 1);
  ck_assert_int_eq (place_look (cache, 1), 3);
  hash_cache_unref (cache);
  place_free (&place);
}
END_TEST

START_TEST (saves_of_one_cache_add_up)
{
  Place place = place_new ();
  HashCache *cache = hash_cache_load (place.path);
  place_add (cache, 0, 1);
  ck_assert (hash_cache_save (cache));
  place_add (cache, 1, 1);
  ck_assert (hash_cache_save (cache));
  hash_cache_unref (cache);
  ck_assert_uint_eq (place_count_known (place.path, 1), 2);
  place_free (&place);
}
END_TEST

START_TEST (what_is_added_during_a_save_is_in_the_next)
{
  Place place = place_new ();
  HashCache *cache = hash_cache_load (place.path);
  HashCacheSave *save;
  place_add (cache, 0, 1);
  save = hash_cache_begin_save (cache);
  for (guint i = 1; i < PLACE_FILES; i++)
    place_add (cache, i, 1);
  ck_assert (hash_cache_save_write (save));
  hash_cache_save_free (save);
  ck_assert_uint_eq (place_count_known (place.path, 1), 1);
  ck_assert (hash_cache_save (cache));
  hash_cache_unref (cache);
  ck_assert_uint_eq (place_count_known (place.path, 1), PLACE_FILES);
  place_free (&place);
}
END_TEST

static void
find_in_worker (LodgerPending *self, void *data)
{
  (void) lodger_pending_return_int (self, place_look (data, 1));
}

START_TEST (a_worker_waits_until_it_is_loaded)
{
  Place place = place_new ();
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *found;
  HashCache *cache;
  int64_t content = 0;
  place_save (place.path, PLACE_FILES, 3);
  cache = hash_cache_open (loop.caller, place.path);
  found = lodger_caller_to_thread (loop.caller, find_in_worker, hash_cache_ref (cache), hash_cache_unref);
  hash_cache_unref (cache);
  loop_run_until_done (&loop, found);
  expect_code (lodger_pending_get_int (found, &content), LODGER_OK);
  ck_assert_int_eq (content, 3);
  lodger_pending_unref (found);
  loop_close (&loop);
  place_free (&place);
}
END_TEST

/* ---- age -------------------------------------------------------------------------------------------------------- */

/* The days of the records in the file, up to a 0. */
static void
expect_days (const char *path, const guint *ages, guint count)
{
  guint today = (guint) (g_get_real_time () / G_TIME_SPAN_DAY);
  CacheFile *file = cache_file_load (path);
  ck_assert_uint_eq (file->count, count);
  for (guint i = 0; i < count; i++)
    ck_assert_uint_eq (today - file->records[i].day, ages[i]);
  cache_file_free (file);
}

static void
write_ages (const char *path, const guint *ages, guint count)
{
  guint today = (guint) (g_get_real_time () / G_TIME_SPAN_DAY);
  CacheWriter *writer = cache_writer_open (path);
  for (guint i = 0; i < count; i++)
    cache_writer_add (writer, &(CacheRecord) { .dev = 1, .ino = i, .day = (guint16) (today - ages[i]) });
  ck_assert (cache_writer_close (writer, NULL, 0));
}

START_TEST (what_was_not_used_for_90_days_is_dropped)
{
  static const guint before[] = { 0, 90, 91, 200 };
  static const guint after[] = { 0, 90, 0 };
  Place place = place_new ();
  struct stat st = { .st_dev = 1, .st_ino = 3 };
  HashCacheEntry entry;
  HashCache *cache;
  write_ages (place.path, before, 4);
  cache = hash_cache_load (place.path);
  ck_assert (hash_cache_find (cache, &st, &entry)); /* which is a use */
  ck_assert (hash_cache_save (cache));
  hash_cache_unref (cache);
  expect_days (place.path, after, 3);
  place_free (&place);
}
END_TEST

START_TEST (the_file_is_not_written_when_there_is_nothing_new)
{
  static const guint ages[] = { 7, 90 };
  Place place = place_new ();
  struct stat st = { .st_dev = 1, .st_ino = 0 };
  struct stat before, after;
  HashCacheEntry entry;
  HashCache *cache;
  write_ages (place.path, ages, 2);
  ck_assert_int_eq (stat (place.path, &before), 0);
  cache = hash_cache_load (place.path);
  ck_assert (hash_cache_find (cache, &st, &entry));
  ck_assert (hash_cache_save (cache));
  hash_cache_unref (cache);
  ck_assert_int_eq (stat (place.path, &after), 0);
  ck_assert_uint_eq (before.st_ino, after.st_ino);
  expect_days (place.path, ages, 2);
  place_free (&place);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("cache");
  test_add (suite, what_was_added_is_found_by_a_later_scan);
  test_add (suite, a_file_that_has_changed_is_not_found);
  test_add (suite, a_file_that_was_changed_just_before_it_was_read_is_not_taken);
  test_add (suite, the_type_of_a_file_with_several_names_is_not_kept);
  test_add (suite, a_name_that_is_no_type_is_not_kept);
  test_add (suite, the_last_content_of_an_inode_counts);
  test_add (suite, saves_of_one_cache_add_up);
  test_add (suite, what_is_added_during_a_save_is_in_the_next);
  test_add (suite, a_worker_waits_until_it_is_loaded);
  test_add (suite, what_was_not_used_for_90_days_is_dropped);
  test_add (suite, the_file_is_not_written_when_there_is_nothing_new);
  return test_main (suite, argc, argv);
}
