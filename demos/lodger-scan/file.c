/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file.h"

#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <unistd.h>

/* GIO looks at all the bytes that it gets, one worker at a time: that takes longer than to read a small file. */
enum
{
  SNIFFED = 4096,
  SNIFFED_ALONE = 512, /* of a file that is opened for its type alone */
  CHUNK = FILE_BUFFER / 2
};

void
file_reader_init (FileReader *reader, LodgerPending *self, _Atomic (guint64) *counted, gboolean stops_short)
{
  reader->self = self;
  reader->stops_short = stops_short;
  reader->counted = counted;
  reader->checksum = NULL;
  reader->buffer = NULL;
}

void
file_reader_clear (FileReader *reader)
{
  g_free (reader->buffer);
  g_clear_pointer (&reader->checksum, g_checksum_free);
}

guint8 *
file_reader_get_buffer (FileReader *reader)
{
  if (reader->buffer == NULL)
    reader->buffer = g_malloc (FILE_BUFFER);
  return reader->buffer;
}

gint64
file_time_of (const struct stat *st)
{
  return (gint64) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static gboolean
take_figures (FileInfo *info, const struct stat *st)
{
  info->reason = store_reason_of_mode (st->st_mode);
  info->st = *st;
  info->seen = g_get_real_time () * 1000;
  info->size = (guint64) st->st_size;
  return info->reason == REASON_NONE;
}

gboolean
file_examine (int at, const char *name, FileInfo *ret_info)
{
  struct stat st;
  if (fstatat (at, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
    return take_figures (ret_info, &st);
  ret_info->reason = errno;
  return FALSE;
}

int
file_open (int at, const char *path, FileInfo *ret_info)
{
  struct stat st;
  int fd = folder_open_below (at, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 || fstat (fd, &st) < 0)
    ret_info->reason = errno;
  else if (take_figures (ret_info, &st))
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
is_same (const FileRef *ref, const struct stat *st)
{
  return st->st_dev == ref->dev && st->st_ino == ref->ino && (guint64) st->st_size == ref->size
         && file_time_of (st) == ref->mtime;
}

int
file_open_again (const FileRef *ref, FileInfo *ret_info)
{
  int fd = file_open (ref->at, ref->path, ret_info);
  if (fd < 0 || is_same (ref, &ret_info->st))
    return fd;
  ret_info->reason = REASON_CHANGED;
  close (fd);
  return -1;
}

gboolean
file_check (const FileRef *ref, int fd, int *ret_reason)
{
  struct stat st;
  if (fstat (fd, &st) == 0 && is_same (ref, &st))
    return TRUE;
  *ret_reason = REASON_CHANGED;
  return FALSE;
}

static ssize_t
read_some (int fd, guint8 *buffer, gsize size)
{
  ssize_t got;
  do
    got = read (fd, buffer, size);
  while (got < 0 && errno == EINTR);
  return got;
}

/* Whether the file is still what it was. */
static gboolean
is_steady (int fd, const FileInfo *info)
{
  struct stat st;
  return fstat (fd, &st) == 0 && info->size == (guint64) st.st_size && info->st.st_size == st.st_size
         && info->st.st_mtim.tv_sec == st.st_mtim.tv_sec && info->st.st_mtim.tv_nsec == st.st_mtim.tv_nsec
         && info->st.st_ctim.tv_sec == st.st_ctim.tv_sec && info->st.st_ctim.tv_nsec == st.st_ctim.tv_nsec;
}

/* Reads as many bytes as the file had when it was opened, or fewer if it became shorter. A file of size 0 is read to
 * its end, for the sake of /proc, unless it proves to be a growing one. */
gboolean
file_read (FileReader *reader, int fd, const char *name, FileInfo *info)
{
  gsize length = STORE_HASH_BYTES;
  guint64 limit = info->size;
  guint8 *buffer = file_reader_get_buffer (reader);
  struct stat st;

  if (reader->checksum == NULL)
    reader->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_reset (reader->checksum);
  info->size = 0;
  for (;;)
    {
      gsize want = limit == 0 ? CHUNK : (gsize) MIN (CHUNK, limit - info->size);
      ssize_t got = want == 0 ? 0 : read_some (fd, buffer, want);
      if (lodger_pending_is_cancelled (reader->self))
        return FALSE;
      if (got < 0)
        info->reason = errno;
      else if (info->type == NULL)
        info->type = g_content_type_guess (name, buffer, MIN ((gsize) got, SNIFFED), NULL);
      if (got <= 0)
        break;
      g_checksum_update (reader->checksum, buffer, got);
      info->size += (guint64) got;
      atomic_fetch_add (reader->counted, (guint64) got);
      if (limit == 0 && fstat (fd, &st) == 0 && st.st_size > 0)
        limit = MAX ((guint64) st.st_size, info->size);
    }
  g_checksum_get_digest (reader->checksum, info->sha256, &length);
  info->hashed = info->reason == REASON_NONE;
  info->steady = is_steady (fd, info);
  return TRUE;
}

void
file_find_type (FileReader *reader, int at, const char *name, FileInfo *info)
{
  gboolean uncertain = FALSE;
  FileInfo opened = { 0 };
  guint8 *buffer = file_reader_get_buffer (reader);
  ssize_t got;
  int fd;
  if (info->size == 0)
    info->type = g_content_type_guess (name, buffer, 0, NULL);
  else
    info->type = g_content_type_guess (name, NULL, 0, &uncertain);
  if (!uncertain)
    return;
  fd = file_open (at, name, &opened);
  got = fd < 0 ? -1 : read_some (fd, buffer, SNIFFED_ALONE);
  if (got > 0)
    {
      g_free (info->type);
      info->type = g_content_type_guess (name, buffer, (gsize) got, NULL);
    }
  if (fd >= 0)
    close (fd);
}
