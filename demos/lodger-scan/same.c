/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "same.h"

#include <errno.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  BLOCK = 512 * 1024,
  SHARED_AT_ONCE = 16 * 1024 * 1024, /* btrfs takes no more */
  EXTENTS = 64
};

/* Reads all of the block. FALSE: the file is shorter (errno is 0), or cannot be read. */
static gboolean
read_block (int fd, guint8 *buffer, gsize size, guint64 at)
{
  while (size > 0)
    {
      ssize_t got = pread (fd, buffer, size, (off_t) at);
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        {
          errno = got == 0 ? 0 : errno;
          return FALSE;
        }
      buffer += got;
      at += (guint64) got;
      size -= (gsize) got;
    }
  return TRUE;
}

Same
same_compare (int first, int second, guint64 size, SameStopFunc stop, void *data)
{
  gsize block = (gsize) MIN (size, BLOCK);
  guint8 *buffer_a = g_malloc (MAX (block, 1));
  guint8 *buffer_b = g_malloc (MAX (block, 1));
  Same same = SAME_EQUAL;
  int saved;
  for (guint64 at = 0; at < size && same == SAME_EQUAL; at += block)
    {
      gsize want = (gsize) MIN (block, size - at);
      if (stop (data))
        same = SAME_STOPPED;
      else if (!read_block (first, buffer_a, want, at))
        same = SAME_FIRST_FAILED;
      else if (!read_block (second, buffer_b, want, at))
        same = SAME_SECOND_FAILED;
      else if (memcmp (buffer_a, buffer_b, want) != 0)
        same = SAME_DIFFERENT;
    }
  saved = errno;
  g_free (buffer_a);
  g_free (buffer_b);
  errno = saved;
  return same;
}

Same
same_share (int first, int second, guint64 size, SameStopFunc stop, void *data)
{
  struct file_dedupe_range *range = g_malloc0 (sizeof *range + sizeof range->info[0]);
  Same same = SAME_EQUAL;
  range->dest_count = 1;
  range->info[0].dest_fd = second;
  for (guint64 at = 0; at < size && same == SAME_EQUAL;)
    {
      range->src_offset = range->info[0].dest_offset = at;
      range->src_length = MIN (SHARED_AT_ONCE, size - at);
      range->info[0].bytes_deduped = 0;
      range->info[0].status = 0;
      if (stop (data))
        same = SAME_STOPPED;
      else if (ioctl (first, FIDEDUPERANGE, range) < 0)
        same = SAME_SECOND_FAILED;
      else if (range->info[0].status == FILE_DEDUPE_RANGE_DIFFERS)
        same = SAME_DIFFERENT;
      else if (range->info[0].status < 0)
        {
          same = SAME_SECOND_FAILED;
          errno = -range->info[0].status;
        }
      else if (range->info[0].bytes_deduped == 0)
        {
          same = SAME_SECOND_FAILED;
          errno = EOPNOTSUPP;
        }
      at += range->info[0].bytes_deduped;
    }
  if (same == SAME_SECOND_FAILED
      && (errno == ENOTTY || errno == ENOSYS || errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP))
    errno = EOPNOTSUPP;
  g_free (range);
  return same;
}

/* The next extents of the file from the byte `at` on. FALSE: not known. */
static gboolean
next_extents (int fd, guint64 at, struct fiemap *map)
{
  memset (map, 0, sizeof *map);
  map->fm_start = at;
  map->fm_length = FIEMAP_MAX_OFFSET - at;
  map->fm_extent_count = EXTENTS;
  if (ioctl (fd, FS_IOC_FIEMAP, map) < 0)
    return FALSE;
  for (guint i = 0; i < map->fm_mapped_extents; i++)
    if ((map->fm_extents[i].fe_flags
         & (FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_NOT_ALIGNED | FIEMAP_EXTENT_DATA_INLINE))
        != 0)
      return FALSE;
  return TRUE;
}

/* One disk, and nothing that is in one place only: extents are compared as they are, so that files whose extents are
 * cut in another way count as not shared. */
gboolean
same_is_shared (int first, int second)
{
  gsize size = sizeof (struct fiemap) + EXTENTS * sizeof (struct fiemap_extent);
  struct fiemap *map_a = g_malloc (size);
  struct fiemap *map_b = g_malloc (size);
  struct stat st_a, st_b;
  gboolean shared = fstat (first, &st_a) == 0 && fstat (second, &st_b) == 0 && st_a.st_dev == st_b.st_dev
                    && st_a.st_size == st_b.st_size && st_a.st_blocks > 0;
  gboolean last = FALSE;
  for (guint64 at = 0; shared && !last;)
    {
      shared = next_extents (first, at, map_a) && next_extents (second, at, map_b)
               && map_a->fm_mapped_extents == map_b->fm_mapped_extents && map_a->fm_mapped_extents > 0;
      for (guint i = 0; shared && i < map_a->fm_mapped_extents; i++)
        {
          const struct fiemap_extent *a = &map_a->fm_extents[i];
          const struct fiemap_extent *b = &map_b->fm_extents[i];
          shared = a->fe_physical != 0 && a->fe_physical == b->fe_physical && a->fe_logical == b->fe_logical
                   && a->fe_length == b->fe_length;
          at = a->fe_logical + a->fe_length;
          last = (a->fe_flags & FIEMAP_EXTENT_LAST) != 0;
        }
    }
  g_free (map_a);
  g_free (map_b);
  return shared;
}
