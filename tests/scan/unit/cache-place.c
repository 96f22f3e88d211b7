/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cache-place.h"

#include "tree.h"

#include <check.h>
#include <glib/gstdio.h>
#include <string.h>

Place
place_new (void)
{
  Place place;
  place.folder = g_dir_make_tmp ("scan-cache-XXXXXX", NULL);
  place.path = g_build_filename (place.folder, "lodger-scan", "hashes", NULL);
  return place;
}

void
place_free (Place *place)
{
  tree_remove (place->folder);
  g_free (place->folder);
  g_free (place->path);
}

guint
place_count_names (const Place *place)
{
  char *folder = g_path_get_dirname (place->path);
  GDir *dir = g_dir_open (folder, 0, NULL);
  guint count = 0;
  ck_assert_ptr_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    count++;
  g_dir_close (dir);
  g_free (folder);
  return count;
}

struct stat
place_get_file (guint number)
{
  struct stat st = { .st_dev = 7 + number % 2, .st_ino = 1000 - number, .st_size = 10 * number, .st_nlink = 1 };
  st.st_mtim.tv_sec = 1600000000 + number;
  st.st_mtim.tv_nsec = 5;
  st.st_ctim.tv_sec = 1650000000 + number;
  return st;
}

static const char *
type_of (guint number)
{
  static const char *const types[] = { "text/plain", "image/png", "application/x-test", NULL };
  return types[number % 4];
}

void
place_add (HashCache *cache, guint number, guint8 content)
{
  struct stat st = place_get_file (number);
  guint8 sha256[32];
  memset (sha256, content, sizeof sha256);
  sha256[0] = (guint8) number;
  hash_cache_add (cache, &st, sha256, type_of (number), PLACE_NOW);
}

int
place_look (HashCache *cache, guint number)
{
  struct stat st = place_get_file (number);
  HashCacheEntry entry;
  if (!hash_cache_find (cache, &st, &entry))
    return -1;
  ck_assert_uint_eq (entry.sha256[0], (guint8) number);
  ck_assert_str_eq (entry.type == NULL ? "-" : entry.type, type_of (number) == NULL ? "-" : type_of (number));
  for (guint i = 2; i < sizeof entry.sha256; i++)
    ck_assert_uint_eq (entry.sha256[i], entry.sha256[1]);
  return entry.sha256[1];
}

void
place_save (const char *path, guint count, guint8 content)
{
  HashCache *cache = hash_cache_load (path);
  for (guint i = 0; i < count; i++)
    place_add (cache, i, content);
  ck_assert (hash_cache_save (cache));
  hash_cache_unref (cache);
}

guint
place_count_known (const char *path, guint8 content)
{
  HashCache *cache = hash_cache_load (path);
  guint known = 0;
  for (guint i = 0; i < PLACE_FILES; i++)
    {
      int found = place_look (cache, i);
      ck_assert (found == -1 || found == content);
      known += found == -1 ? 0 : 1;
    }
  hash_cache_unref (cache);
  return known;
}
