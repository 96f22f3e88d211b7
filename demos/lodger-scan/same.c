/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "same.h"

#include "extents.h"

#include <errno.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  BLOCK = 512 * 1024,
  SHARED_AT_ONCE = 16 * 1024 * 1024 /* btrfs takes no more */
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

gboolean
same_is_shared (int first, int second)
{
  struct stat st_a, st_b;
  guint64 mark;
  if (fstat (first, &st_a) < 0 || fstat (second, &st_b) < 0 || st_a.st_dev != st_b.st_dev
      || st_a.st_size != st_b.st_size)
    return FALSE;
  mark = extents_get_mark (first);
  return mark != 0 && mark == extents_get_mark (second);
}
