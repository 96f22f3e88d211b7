/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-open.h"

#include "below.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

/* Two changes in less time than that may have the same time. */
#define CLOCK_STEP (INT64_C (20) * 1000 * 1000)

static gint64
ns_of (const struct timespec *time)
{
  return (gint64) time->tv_sec * 1000000000 + time->tv_nsec;
}

gboolean
act_is_inode (const struct stat *a, const struct stat *b)
{
  return a->st_ino == b->st_ino && a->st_dev == b->st_dev && S_ISREG (a->st_mode) && S_ISREG (b->st_mode);
}

gboolean
act_is_unchanged (const struct stat *a, const struct stat *b)
{
  return act_is_inode (a, b) && a->st_size == b->st_size && ns_of (&a->st_mtim) == ns_of (&b->st_mtim);
}

gboolean
act_is_untouched (const struct stat *a, const struct stat *b)
{
  return act_is_unchanged (a, b) && ns_of (&a->st_ctim) == ns_of (&b->st_ctim);
}

static int
reason_of (int error)
{
  return below_was_replaced (error) ? ACT_CHANGED : error;
}

void
act_close (ActOpened *opened)
{
  if (opened->fd >= 0)
    close (opened->fd);
  if (opened->folder >= 0)
    close (opened->folder);
  opened->folder = opened->fd = -1;
}

/* The file that was scanned, and no other. A file that was changed just now could be changed again without a sign. */
int
act_open (int root, const ActFile *file, ActOpened *ret_opened)
{
  struct stat *st = &ret_opened->st;
  struct timespec now;
  ret_opened->fd = -1;
  ret_opened->folder = below_open_parent (root, file->path, &ret_opened->name);
  if (ret_opened->folder >= 0)
    ret_opened->fd = below_open_file (ret_opened->folder, ret_opened->name);
  if (ret_opened->fd < 0 || fstat (ret_opened->fd, st) < 0 || clock_gettime (CLOCK_REALTIME, &now) < 0)
    return reason_of (errno);
  if (!S_ISREG (st->st_mode) || st->st_dev != file->dev || st->st_ino != file->ino
      || (guint64) st->st_size != file->size || ns_of (&st->st_mtim) != file->mtime)
    return ACT_CHANGED;
  return ns_of (&now) - file->mtime >= 0 && ns_of (&now) - file->mtime < CLOCK_STEP ? ACT_CHANGED : ACT_DONE;
}

/* What went wrong with the copy that stays is no fault of the file's. But that there are no descriptors or no memory is
 * told as it is. */
int
act_open_kept (int root, const ActFile *kept, ActOpened *ret_opened)
{
  int reason = act_open (root, kept, ret_opened);
  if (reason == ACT_DONE || reason == EMFILE || reason == ENFILE || reason == ENOMEM)
    return reason;
  return ACT_KEPT_GONE;
}
