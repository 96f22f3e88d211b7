/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "compare.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

gsize
compare_head_of (guint64 size)
{
  return size <= COMPARE_WHOLE ? (gsize) size : COMPARE_HEAD;
}

static gboolean
is_short (int reason)
{
  return reason == EMFILE || reason == ENFILE;
}

/* Whether it is not to be gone on after that reason. */
static gboolean
has_to_stop (const FileReader *reader, int reason)
{
  return lodger_pending_is_cancelled (reader->self) || (reader->stops_short && is_short (reason));
}

/* -1 with a reason. */
static int
open_file (CompareFile *file)
{
  FileInfo info = { 0 };
  int fd = file_open_again (&file->ref, &info);
  file->reason = info.reason;
  return fd;
}

/* Reads `size` bytes, unless the file ends before. FALSE with a reason. */
static gboolean
read_block (FileReader *reader, CompareFile *file, int fd, guint8 *block, gsize size, guint64 from)
{
  gsize done = 0;
  while (done < size)
    {
      ssize_t got = pread (fd, block + done, size - done, (off_t) (from + done));
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        {
          if (got < 0)
            file->reason = errno;
          else
            (void) file_check (&file->ref, fd, &file->reason);
          file->is_left_out = TRUE;
          return FALSE;
        }
      done += (gsize) got;
    }
  atomic_fetch_add (reader->counted, (guint64) size);
  return TRUE;
}

/* Of a file that says it is empty: those in /proc are not. */
static gboolean
is_empty (CompareFile *file, int fd)
{
  guint8 byte;
  ssize_t got = read (fd, &byte, 1);
  if (got < 0)
    file->reason = errno;
  file->is_left_out = got != 0;
  return got == 0;
}

/* A mark of a block: blocks with different marks are different. */
static guint64
hash_block (const guint8 *block, gsize size)
{
  guint64 hash = size * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  guint64 word;
  for (; size >= sizeof word; block += sizeof word, size -= sizeof word)
    {
      memcpy (&word, block, sizeof word);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
      hash ^= hash >> 32;
    }
  word = 0;
  memcpy (&word, block, size);
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);
  return hash ^ (hash >> 29);
}

/* ---- the beginnings --------------------------------------------------------------------------------------------- */

typedef struct Head
{
  const guint8 *bytes;
  CompareFile *file;
} Head;

static int
compare_bytes (const void *a, const void *b, void *data)
{
  return memcmp (((const Head *) a)->bytes, ((const Head *) b)->bytes, *(gsize *) data);
}

/* Gives the same mark to files whose heads are the same. */
static void
mark_heads (Head *heads, guint count, gsize size)
{
  guint64 mark = 0;
  g_qsort_with_data (heads, (int) count, sizeof *heads, compare_bytes, &size);
  for (guint i = 0; i < count; i++)
    {
      if (i > 0 && memcmp (heads[i - 1].bytes, heads[i].bytes, size) != 0)
        mark++;
      heads[i].file->mark = mark;
    }
}

gboolean
compare_heads (FileReader *reader, CompareFile *files, guint count, gboolean by_hash)
{
  gsize size = compare_head_of (files->ref.size);
  guint8 *bytes = g_malloc (MAX (size, 1) * (by_hash ? 1 : count));
  Head *heads = g_new (Head, count);
  guint n_heads = 0;
  gboolean goes_on = TRUE;
  for (guint i = 0; i < count && goes_on; i++)
    {
      CompareFile *file = &files[i];
      guint8 *head = bytes + (by_hash ? 0 : size * n_heads);
      int fd = open_file (file);
      goes_on = !has_to_stop (reader, file->reason);
      if (fd >= 0 && (size == 0 ? is_empty (file, fd) : read_block (reader, file, fd, head, size, 0)))
        {
          heads[n_heads++] = (Head) { head, file };
          file->mark = by_hash ? hash_block (head, size) : 0;
        }
      if (fd >= 0)
        close (fd);
    }
  if (!by_hash && goes_on)
    mark_heads (heads, n_heads, size);
  g_free (heads);
  g_free (bytes);
  return goes_on;
}

/* ---- the rest --------------------------------------------------------------------------------------------------- */

static gboolean
is_compared (const CompareFile *file)
{
  return file->reason == REASON_NONE && !file->is_left_out && file->differs == COMPARE_NOWHERE;
}

/* Whether there is still something to compare with the first one. */
static gboolean
any_compared (const CompareFile *files, guint count)
{
  for (guint i = 1; i < count && is_compared (&files[0]); i++)
    if (is_compared (&files[i]))
      return TRUE;
  return FALSE;
}

/* Opens the files, as long as there are descriptors. The others are opened for each block. */
static void
open_files (CompareFile *files, int *fds, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      fds[i] = open_file (&files[i]);
      if (is_short (files[i].reason))
        {
          files[i].reason = REASON_NONE;
          if (i > 0 && fds[i - 1] >= 0)
            close (fds[i - 1]);
          if (i > 0)
            fds[i - 1] = -1;
          return;
        }
    }
}

/* FALSE when it has to stop. */
static gboolean
read_block_of (FileReader *reader, CompareFile *file, int kept, guint8 *block, gsize size, guint64 at)
{
  int fd = kept >= 0 ? kept : open_file (file);
  if (fd >= 0)
    (void) read_block (reader, file, fd, block, size, at);
  if (fd >= 0 && fd != kept)
    close (fd);
  return !has_to_stop (reader, file->reason);
}

static gboolean
compare_blocks (FileReader *reader, CompareFile *files, const int *fds, guint count, guint64 from, guint64 to)
{
  guint8 *first = file_reader_get_buffer (reader);
  guint8 *block = first + COMPARE_BLOCK;
  gboolean goes_on = TRUE;
  gsize size = COMPARE_FIRST_BLOCK;
  for (guint64 at = from; at < to && goes_on && any_compared (files, count); at += size, size = COMPARE_BLOCK)
    {
      size = (gsize) MIN (size, to - at);
      goes_on = read_block_of (reader, &files[0], fds[0], first, size, at);
      for (guint i = 1; i < count && goes_on && is_compared (&files[0]); i++)
        {
          if (!is_compared (&files[i]))
            continue;
          goes_on = read_block_of (reader, &files[i], fds[i], block, size, at);
          if (is_compared (&files[i]) && memcmp (first, block, size) != 0)
            {
              files[i].differs = at;
              files[i].mark = hash_block (block, size);
            }
        }
    }
  return goes_on;
}

gboolean
compare_range (FileReader *reader, CompareFile *files, guint count, guint64 from, guint64 to)
{
  int *fds = g_new (int, count);
  gboolean done;
  for (guint i = 0; i < count; i++)
    {
      files[i].reason = REASON_NONE;
      files[i].is_left_out = FALSE;
      files[i].differs = COMPARE_NOWHERE;
      fds[i] = -1;
    }
  if (to - from > COMPARE_FIRST_BLOCK)
    open_files (files, fds, count);
  done = compare_blocks (reader, files, fds, count, from, to);
  for (guint i = 0; i < count; i++)
    if (fds[i] >= 0)
      {
        if (files[i].reason == REASON_NONE)
          (void) file_check (&files[i].ref, fds[i], &files[i].reason);
        close (fds[i]);
      }
  g_free (fds);
  return done;
}
