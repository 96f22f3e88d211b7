/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "found.h"

#include "test-limits.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void
read_content (int fd, StoreFile *file)
{
  gsize size = STORE_HASH_BYTES;
  GChecksum *sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 buffer[65536];
  ssize_t got;
  if (file->content_kind == CONTENT_CLASS)
    g_checksum_update (sum, (const guint8 *) &file->size, sizeof file->size);
  else
    while ((got = read (fd, buffer, sizeof buffer)) > 0)
      g_checksum_update (sum, buffer, got);
  g_checksum_get_digest (sum, file->content, &size);
  g_checksum_free (sum);
}

static void
add_file (Store *store, StoreDir *dir, int fd, const char *name, const struct stat *st, guint8 kind)
{
  StoreFile file = { .size = (guint64) st->st_size,
                     .disk = (guint64) st->st_blocks * 512,
                     .ino = st->st_ino,
                     .mtime = (gint64) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
                     .dir = dir,
                     .content_kind = kind,
                     .has_more_names = st->st_nlink > 1 };
  read_content (fd, &file);
  (void) store_add_file (store, &file, name, "text/plain", st->st_dev);
}

/* The descriptor is consumed. */
static void
add_folder (Store *store, StoreDir *dir, int fd, guint8 kind)
{
  struct stat st;
  DIR *stream = fdopendir (fd);
  struct dirent *entry;
  test_check (stream != NULL && fstat (fd, &st) == 0);
  (void) store_open_dir (store, dir, st.st_dev, st.st_ino);
  while ((entry = readdir (stream)) != NULL)
    {
      int below;
      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
        continue;
      below = openat (fd, entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
      if (below >= 0 && fstat (below, &st) == 0 && S_ISDIR (st.st_mode))
        {
          add_folder (store, store_add_dir (store, dir, entry->d_name), below, kind);
          continue;
        }
      if (below >= 0 && S_ISREG (st.st_mode))
        add_file (store, dir, below, entry->d_name, &st, kind);
      if (below >= 0)
        close (below);
    }
  closedir (stream);
}

Found
found_in (const char *folder, guint8 kind)
{
  Found found = { store_new (), NULL };
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  test_check (fd >= 0);
  add_folder (found.store, store_add_dir (found.store, NULL, NULL), fd, kind);
  found.report = report_new (found.store, folder, 0, FALSE);
  return found;
}

Found
found_in_several (char *const *folders)
{
  Found found = { store_new (), NULL };
  StoreDir *top = store_add_dir (found.store, NULL, NULL);
  for (; *folders != NULL; folders++)
    {
      int fd = open (*folders, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      test_check (fd >= 0);
      add_folder (found.store, store_add_dir (found.store, top, *folders + 1), fd, CONTENT_SHA256);
    }
  found.report = report_new (found.store, "/", 0, FALSE);
  return found;
}

void
found_clear (Found *found)
{
  report_free (found->report);
  store_free (found->store);
  *found = (Found) { NULL, NULL };
}

guint
found_twin (const Found *found, const char *path)
{
  GString *other = g_string_new (NULL);
  guint twin = 0;
  for (; twin < found->report->twins->len; twin++)
    {
      const StoreFile *file = g_ptr_array_index (found->report->twins, twin);
      g_string_truncate (other, 0);
      store_append_path (other, file->dir, file->name);
      if (strcmp (other->str, path) == 0)
        break;
    }
  if (twin == found->report->twins->len)
    test_fail ("no twin: %s", path);
  g_string_free (other, TRUE);
  return twin;
}
