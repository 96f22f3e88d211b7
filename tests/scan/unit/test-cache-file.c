/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of the cache: where it lies, what becomes of it when several write it, and that a damaged or hostile one
 * does nothing. */
#include "cache-file.h"
#include "cache-place.h"
#include "test-suite.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  DAY = 24 * 60 * 60,
  MUTANTS = 10000,
  HEADER = 40 /* bytes */
};

/* ---- the file --------------------------------------------------------------------------------------------------- */

START_TEST (the_file_and_its_folder_are_the_users_alone)
{
  Place place = place_new ();
  char *folder = g_path_get_dirname (place.path);
  struct stat st;
  umask (0);
  place_save (place.path, 1, 1);
  ck_assert_int_eq (stat (place.path, &st), 0);
  ck_assert_uint_eq (st.st_mode & 07777, 0600);
  ck_assert_int_eq (stat (folder, &st), 0);
  ck_assert_uint_eq (st.st_mode & 07777, 0700);
  g_free (folder);
  place_free (&place);
}
END_TEST

START_TEST (it_lies_among_the_users_other_caches)
{
  Place place = place_new ();
  g_setenv ("XDG_CACHE_HOME", place.folder, TRUE);
  place_save (NULL, PLACE_FILES, 1);
  ck_assert_uint_eq (place_count_known (place.path, 1), PLACE_FILES);
  place_free (&place);
}
END_TEST

START_TEST (what_is_no_regular_file_is_an_empty_cache)
{
  Place place = place_new ();
  ck_assert_int_eq (g_mkdir_with_parents (place.path, 0700), 0);
  ck_assert_uint_eq (place_count_known (place.path, 1), 0);
  {
    HashCache *cache = hash_cache_load (place.path);
    place_add (cache, 0, 1);
    ck_assert (!hash_cache_save (cache));
    ck_assert_int_eq (errno, EISDIR);
    hash_cache_unref (cache);
  }
  ck_assert_uint_eq (place_count_names (&place), 1);
  g_rmdir (place.path);
  ck_assert_int_eq (mkfifo (place.path, 0600), 0);
  ck_assert_uint_eq (place_count_known (place.path, 1), 0);
  g_remove (place.path);
  ck_assert_int_eq (symlink ("/dev/zero", place.path), 0);
  ck_assert_uint_eq (place_count_known (place.path, 1), 0);
  place_free (&place);
}
END_TEST

START_TEST (a_folder_that_cannot_be_made_is_told)
{
  Place place = place_new ();
  char *below = g_build_filename (place.folder, "file", "folder", "hashes", NULL);
  char *file = g_build_filename (place.folder, "file", NULL);
  HashCache *cache = hash_cache_load (below);
  ck_assert (g_file_set_contents (file, "x", 1, NULL));
  place_add (cache, 0, 1);
  ck_assert (!hash_cache_save (cache));
  ck_assert_int_eq (errno, ENOTDIR);
  hash_cache_unref (cache);
  g_free (file);
  g_free (below);
  place_free (&place);
}
END_TEST

START_TEST (a_full_disk_leaves_the_old_file)
{
  Place place = place_new ();
  struct rlimit before, limit;
  HashCache *cache;
  place_save (place.path, PLACE_FILES, 1);
  cache = hash_cache_load (place.path);
  for (guint i = 0; i < PLACE_FILES; i++)
    place_add (cache, i, 2);
  signal (SIGXFSZ, SIG_IGN);
  ck_assert_int_eq (getrlimit (RLIMIT_FSIZE, &before), 0);
  limit = before;
  limit.rlim_cur = 1000;
  ck_assert_int_eq (setrlimit (RLIMIT_FSIZE, &limit), 0);
  ck_assert (!hash_cache_save (cache));
  ck_assert_int_eq (errno, EFBIG);
  ck_assert_int_eq (setrlimit (RLIMIT_FSIZE, &before), 0); /* Check has a file of its own */
  hash_cache_unref (cache);
  ck_assert_uint_eq (place_count_known (place.path, 1), PLACE_FILES);
  ck_assert_uint_eq (place_count_names (&place), 1);
  place_free (&place);
}
END_TEST

START_TEST (what_an_interrupted_save_has_left_is_removed_a_day_later)
{
  Place place = place_new ();
  char *stale = g_strconcat (place.path, ".new-1-2", NULL);
  char *fresh = g_strconcat (place.path, ".new-3-4", NULL);
  struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = time (NULL) - DAY - 100 } };
  place_save (place.path, 1, 1);
  ck_assert (g_file_set_contents (stale, "x", 1, NULL) && g_file_set_contents (fresh, "x", 1, NULL));
  ck_assert_int_eq (utimensat (AT_FDCWD, stale, times, 0), 0);
  place_save (place.path, PLACE_FILES, 1);
  ck_assert (!g_file_test (stale, G_FILE_TEST_EXISTS));
  ck_assert (g_file_test (fresh, G_FILE_TEST_EXISTS));
  ck_assert_uint_eq (place_count_names (&place), 2);
  g_free (fresh);
  g_free (stale);
  place_free (&place);
}
END_TEST

/* The content that all known files have in common; 0 when there is none. */
static int
get_only_content (const char *path)
{
  HashCache *cache = hash_cache_load (path);
  int content = place_look (cache, 0);
  for (guint i = 1; i < PLACE_FILES; i++)
    ck_assert_int_eq (place_look (cache, i), content);
  hash_cache_unref (cache);
  return content == -1 ? 0 : content;
}

START_TEST (programs_that_save_at_once_are_not_mixed)
{
  Place place = place_new ();
  pid_t children[4];
  guint running = 4;
  place_save (place.path, PLACE_FILES, 9);
  for (guint8 i = 0; i < 4; i++)
    {
      children[i] = fork ();
      ck_assert_int_ge (children[i], 0);
      for (guint j = 0; children[i] == 0 && j < 100; j++)
        place_save (place.path, PLACE_FILES, i + 1);
      if (children[i] == 0)
        _exit (0);
    }
  while (running > 0)
    {
      int status = 0;
      ck_assert_int_ne (get_only_content (place.path), 0);
      if (waitpid (-1, &status, WNOHANG) > 0)
        {
          ck_assert_int_eq (status, 0);
          running--;
        }
    }
  ck_assert_int_lt (get_only_content (place.path), 5);
  ck_assert_uint_eq (place_count_names (&place), 1);
  place_free (&place);
}
END_TEST

/* ---- damage ----------------------------------------------------------------------------------------------------- */

typedef struct Bytes
{
  char *data;
  gsize length;
} Bytes;

static Bytes
bytes_of (const char *path)
{
  Bytes bytes;
  ck_assert (g_file_get_contents (path, &bytes.data, &bytes.length, NULL));
  return bytes;
}

static void
put_bytes (const char *path, const char *data, gsize length)
{
  int fd;
  g_remove (path); /* some file systems write a file to the disk at once that was made empty */
  fd = open (path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  ck_assert_int_ge (fd, 0);
  ck_assert_int_eq (write (fd, data, length), (ssize_t) length);
  close (fd);
}

/* Makes the checksum right, as somebody would who wants to be believed. */
static void
sign (char *data, gsize length)
{
  guint64 state = 0;
  memset (data + HEADER - 8, 0, 8);
  for (gsize i = 0; i < length / 8; i++)
    {
      gsize at = (i * 8 + HEADER) % (length / 8 * 8);
      guint64 word;
      memcpy (&word, data + at, 8);
      state = (state ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      state ^= state >> 32;
    }
  memcpy (data + HEADER - 8, &state, 8);
}

static gsize
mutate (const Bytes *original, char *data, GRand *dice)
{
  gsize length = original->length;
  gint32 changes = g_rand_int_range (dice, 1, 4);
  memcpy (data, original->data, length);
  if (g_rand_int_range (dice, 0, 4) == 0)
    length = (gsize) g_rand_int_range (dice, 0, (gint32) length);
  for (gint32 i = 0; i < changes && length > 0; i++)
    {
      /* As often in the header as behind it. */
      gsize most = g_rand_boolean (dice) ? MIN (length, HEADER) : length;
      data[g_rand_int_range (dice, 0, (gint32) most)] ^= (char) g_rand_int_range (dice, 1, 256);
    }
  return length;
}

START_TEST (a_damaged_file_is_an_empty_cache)
{
  Place place = place_new ();
  GRand *dice = g_rand_new_with_seed (15);
  guint empty = 0;
  Bytes original;
  char *data;
  place_save (place.path, PLACE_FILES, 3);
  original = bytes_of (place.path);
  data = g_malloc (original.length);
  for (guint i = 0; i < MUTANTS; i++)
    {
      gsize length = mutate (&original, data, dice);
      gboolean same = length == original.length && memcmp (data, original.data, length) == 0;
      put_bytes (place.path, data, length);
      ck_assert_uint_eq (place_count_known (place.path, 3), same ? PLACE_FILES : 0);
      empty += same ? 0 : 1;
    }
  ck_assert_uint_gt (empty, MUTANTS * 9 / 10);
  put_bytes (place.path, original.data, original.length);
  ck_assert_uint_eq (place_count_known (place.path, 3), PLACE_FILES);
  g_free (data);
  g_free (original.data);
  g_rand_free (dice);
  place_free (&place);
}
END_TEST

START_TEST (a_file_that_lies_with_a_right_checksum_does_no_harm)
{
  Place place = place_new ();
  GRand *dice = g_rand_new_with_seed (16);
  guint believed = 0;
  Bytes original;
  char *data;
  place_save (place.path, PLACE_FILES, 3);
  original = bytes_of (place.path);
  data = g_malloc (original.length);
  memcpy (data, original.data, original.length);
  sign (data, original.length);
  ck_assert_mem_eq (data, original.data, original.length);
  for (guint i = 0; i < MUTANTS; i++)
    {
      gsize length = mutate (&original, data, dice);
      HashCache *cache;
      if (length >= HEADER)
        sign (data, length);
      put_bytes (place.path, data, length);
      cache = hash_cache_load (place.path);
      for (guint j = 0; j < PLACE_FILES; j++)
        {
          struct stat st = place_get_file (j);
          HashCacheEntry entry;
          gboolean found = hash_cache_find (cache, &st, &entry);
          believed += found ? 1 : 0;
          if (found && entry.type != NULL)
            ck_assert (cache_file_takes_type (entry.type));
        }
      place_add (cache, PLACE_FILES + i % 2, 4);
      if (i % 10 == 0)
        ck_assert (hash_cache_save (cache));
      hash_cache_unref (cache);
    }
  ck_assert_uint_gt (believed, 0);
  g_free (data);
  g_free (original.data);
  g_rand_free (dice);
  place_free (&place);
}
END_TEST

START_TEST (a_file_of_another_byte_order_is_an_empty_cache)
{
  Place place = place_new ();
  Bytes original;
  place_save (place.path, PLACE_FILES, 3);
  original = bytes_of (place.path);
  for (gsize i = 8; i < 24; i += 4)
    {
      guint32 word;
      memcpy (&word, original.data + i, sizeof word);
      word = GUINT32_SWAP_LE_BE (word);
      memcpy (original.data + i, &word, sizeof word);
    }
  sign (original.data, original.length);
  put_bytes (place.path, original.data, original.length);
  ck_assert_uint_eq (place_count_known (place.path, 3), 0);
  place_save (place.path, PLACE_FILES, 4); /* it is written anew */
  ck_assert_uint_eq (place_count_known (place.path, 4), PLACE_FILES);
  g_free (original.data);
  place_free (&place);
}
END_TEST

START_TEST (a_huge_file_is_an_empty_cache)
{
  Place place = place_new ();
  place_save (place.path, PLACE_FILES, 3);
  ck_assert_int_eq (truncate (place.path, INT64_C (1) << 40), 0);
  ck_assert_uint_eq (place_count_known (place.path, 3), 0);
  place_free (&place);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("cache-file");
  test_add (suite, the_file_and_its_folder_are_the_users_alone);
  test_add (suite, it_lies_among_the_users_other_caches);
  test_add (suite, what_is_no_regular_file_is_an_empty_cache);
  test_add (suite, a_folder_that_cannot_be_made_is_told);
  test_add (suite, a_full_disk_leaves_the_old_file);
  test_add (suite, what_an_interrupted_save_has_left_is_removed_a_day_later);
  test_add (suite, programs_that_save_at_once_are_not_mixed);
  test_add_long (suite, a_damaged_file_is_an_empty_cache, 2);
  test_add_long (suite, a_file_that_lies_with_a_right_checksum_does_no_harm, 2);
  test_add (suite, a_file_of_another_byte_order_is_an_empty_cache);
  test_add (suite, a_huge_file_is_an_empty_cache);
  return test_main (suite, argc, argv);
}
