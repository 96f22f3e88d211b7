/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folder.h"

#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

/* The system follows links in all parts of a path but the last, unless it knows openat2(). -1 with ENOSYS if it does
 * not know it. */
static int
open_without_links (int at, const char *path, int flags)
{
  int fd;
#ifdef SYS_openat2
  struct open_how how = { .flags = (guint64) (guint) flags, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH };
  fd = (int) syscall (SYS_openat2, at, path, &how, sizeof how);
  if (fd < 0 && errno == EPERM) /* what a sandbox says to a call that it does not know */
    errno = ENOSYS;
#else
  fd = -1;
  errno = ENOSYS;
#endif
  return fd;
}

/* Opens a piece from the beginning of the path: as long a piece as the system takes, or one part of it. *ret_length is
 * the length of the piece. */
static int
open_piece (int at, const char *path, int flags, gsize *ret_length)
{
  char piece[PATH_MAX];
  int fd = -1;
  gsize first = strcspn (path, "/");
  gsize length = strlen (path);

  if (length >= sizeof piece)
    for (length = sizeof piece - 1; length > first && path[length] != '/'; length--)
      ;
  errno = length >= sizeof piece ? ENAMETOOLONG : ENOSYS;
  while (fd < 0 && errno == ENOSYS && length >= first)
    {
      int use = path[length] == '\0' ? flags : O_PATH | O_DIRECTORY;
      memcpy (piece, path, length);
      piece[length] = '\0';
      *ret_length = length;
      if (length > first)
        fd = open_without_links (at, piece, use | O_NOFOLLOW | O_CLOEXEC);
      else
        return openat (at, length == 0 ? "." : piece, use | O_NOFOLLOW | O_CLOEXEC);
      length = first;
    }
  return fd;
}

int
folder_open_below (int at, const char *path, int flags)
{
  int above = at;
  for (;;)
    {
      gsize length = 0;
      int fd = open_piece (above, path, flags, &length);
      int why = errno;
      if (above != at)
        close (above);
      errno = why;
      if (fd < 0 || path[length] == '\0')
        return fd;
      above = fd;
      path += length + 1;
    }
}

Folder *
folder_open (int at, const char *path, int *ret_reason)
{
  struct stat st;
  Folder *folder;
  int fd = folder_open_below (at, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
  DIR *stream = fd < 0 ? NULL : fdopendir (fd);

  if (stream == NULL || fstat (fd, &st) < 0)
    {
      *ret_reason = errno;
      if (stream != NULL)
        closedir (stream);
      else if (fd >= 0)
        close (fd);
      return NULL;
    }
  folder = g_new0 (Folder, 1);
  atomic_init (&folder->refs, 1);
  folder->fd = fd;
  folder->stream = stream;
  folder->dev = st.st_dev;
  folder->ino = st.st_ino;
  return folder;
}

Folder *
folder_ref (Folder *folder)
{
  if (folder != NULL)
    atomic_fetch_add (&folder->refs, 1);
  return folder;
}

void
folder_unref (Folder *folder)
{
  if (folder == NULL || atomic_fetch_sub (&folder->refs, 1) != 1)
    return;
  closedir (folder->stream);
  g_free (folder);
}

static void
examine_link (const Folder *folder, FolderEntry *entry)
{
  struct stat st;
  if (fstatat (folder->fd, entry->name, &st, 0) == 0)
    {
      entry->to_folder = S_ISDIR (st.st_mode);
      entry->dev = st.st_dev;
      entry->ino = st.st_ino;
    }
  else if (errno == ENOENT || errno == ENOTDIR)
    entry->reason = REASON_BROKEN_LINK;
  else
    entry->reason = errno == ELOOP ? REASON_LINK_LOOP : errno;
}

void
folder_examine (const Folder *folder, FolderEntry *entry)
{
  struct stat st;
  entry->bad_name = !g_utf8_validate (entry->name, -1, NULL);
  /* Not every file system tells the kind along with the name. */
  if (entry->kind == DT_UNKNOWN)
    {
      if (fstatat (folder->fd, entry->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        {
          entry->reason = errno;
          return;
        }
      entry->kind = (guint8) IFTODT (st.st_mode);
    }
  if (entry->kind == DT_LNK)
    examine_link (folder, entry);
  else if (entry->kind != DT_DIR)
    entry->reason = store_reason_of_mode (DTTOIF ((mode_t) entry->kind));
}

gboolean
folder_next (Folder *folder, FolderEntry *ret_entry, int *ret_reason)
{
  struct dirent *found;
  if (folder->ended)
    return FALSE;
  do
    {
      errno = 0;
      found = readdir (folder->stream);
    }
  while (found != NULL && (strcmp (found->d_name, ".") == 0 || strcmp (found->d_name, "..") == 0));

  if (found == NULL)
    {
      *ret_reason = errno;
      folder->ended = TRUE;
      return FALSE;
    }
  *ret_entry = (FolderEntry) { .name = g_strdup (found->d_name), .kind = found->d_type, .ino = found->d_ino };
  return TRUE;
}
