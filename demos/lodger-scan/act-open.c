/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-open.h"

#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
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

/* What is no folder, no file or a link now was another thing when it was scanned. */
int
act_open_reason (int error)
{
  return error == ELOOP || error == ENOTDIR || error == EXDEV || error == ENXIO || error == EISDIR ? ACT_CHANGED
                                                                                                   : error;
}

/* Where an open folder is, without links in its path, if the system tells. */
static char *
path_of (int fd, const char *otherwise)
{
  char link[64];
  char path[PATH_MAX];
  ssize_t size;
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  size = readlink (link, path, sizeof path);
  return size > 0 && size < (ssize_t) sizeof path ? g_strndup (path, (gsize) size) : g_strdup (otherwise);
}

ActBase
act_open_base (const ActFolder *folder)
{
  struct stat st;
  ActBase base = { open (folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC), ACT_DONE, NULL };
  if (base.fd < 0 || fstat (base.fd, &st) < 0)
    base.reason = act_open_reason (errno);
  else if (folder->ino != 0 && (st.st_dev != folder->dev || st.st_ino != folder->ino))
    base.reason = ACT_CHANGED;
  else
    base.path = path_of (base.fd, folder->path);
  if (base.reason != ACT_DONE && base.fd >= 0)
    {
      close (base.fd);
      base.fd = -1;
    }
  return base;
}

int
act_open_folder (const ActBase *bases, const ActFile *file, const char **ret_name, int *ret_reason)
{
  const ActBase *base = &bases[file->base];
  const char *slash = strrchr (file->path, '/');
  char *above = g_strndup (file->path, slash == NULL ? 0 : (gsize) (slash - file->path));
  int fd = base->fd < 0 ? -1 : folder_open_below (base->fd, above, O_PATH | O_DIRECTORY);
  *ret_reason = base->fd < 0 ? base->reason : act_open_reason (errno);
  *ret_name = slash == NULL ? file->path : slash + 1;
  g_free (above);
  return fd;
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
act_open (const ActBase *bases, const ActFile *file, ActOpened *ret_opened)
{
  struct stat *st = &ret_opened->st;
  struct timespec now;
  int reason;
  ret_opened->fd = -1;
  ret_opened->folder = act_open_folder (bases, file, &ret_opened->name, &reason);
  if (ret_opened->folder < 0)
    return reason;
  /* A fifo that has its name by now is not waited for. */
  ret_opened->fd
      = openat (ret_opened->folder, ret_opened->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (ret_opened->fd < 0 || fstat (ret_opened->fd, st) < 0 || clock_gettime (CLOCK_REALTIME, &now) < 0)
    return act_open_reason (errno);
  if (!S_ISREG (st->st_mode) || st->st_dev != file->dev || st->st_ino != file->ino
      || (guint64) st->st_size != file->size || ns_of (&st->st_mtim) != file->mtime)
    return ACT_CHANGED;
  return ns_of (&now) - file->mtime >= 0 && ns_of (&now) - file->mtime < CLOCK_STEP ? ACT_CHANGED : ACT_DONE;
}

/* What went wrong with the copy that stays is no fault of the file's. But that there are no descriptors or no memory is
 * told as it is. */
int
act_open_kept (const ActBase *bases, const ActFile *kept, ActOpened *ret_opened)
{
  int reason = act_open (bases, kept, ret_opened);
  if (reason == ACT_DONE || reason == EMFILE || reason == ENFILE || reason == ENOMEM)
    return reason;
  return ACT_KEPT_GONE;
}
