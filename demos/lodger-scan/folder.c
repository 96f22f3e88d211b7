/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folder.h"

#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Part by part: the system follows links in all parts of a path but the last. */
static int
open_below (int root, const char *path)
{
  const char *slash;
  int at = root;
  int fd;
  while ((slash = strchr (path, '/')) != NULL)
    {
      char *part = g_strndup (path, (gsize) (slash - path));
      fd = openat (at, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      g_free (part);
      if (at != root)
        close (at);
      if (fd < 0)
        return fd;
      at = fd;
      path = slash + 1;
    }
  fd = openat (at, *path == '\0' ? "." : path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (at != root)
    close (at);
  return fd;
}

Folder *
folder_open (int root, const char *path, int *ret_reason)
{
  struct stat st;
  Folder *folder;
  int fd = open_below (root, path);
  int fd_of_stream = fd < 0 ? -1 : fcntl (fd, F_DUPFD_CLOEXEC, 0);
  DIR *stream = fd_of_stream < 0 ? NULL : fdopendir (fd_of_stream);

  if (stream == NULL || fstat (fd, &st) < 0)
    {
      *ret_reason = errno;
      if (stream != NULL)
        closedir (stream);
      else if (fd_of_stream >= 0)
        close (fd_of_stream);
      if (fd >= 0)
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
  if (folder->stream != NULL)
    closedir (folder->stream);
  close (folder->fd);
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

static void
examine (const Folder *folder, FolderEntry *entry)
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
  do
    {
      errno = 0;
      found = readdir (folder->stream);
    }
  while (found != NULL && (strcmp (found->d_name, ".") == 0 || strcmp (found->d_name, "..") == 0));

  if (found == NULL)
    {
      *ret_reason = errno;
      closedir (folder->stream);
      folder->stream = NULL;
      return FALSE;
    }
  *ret_entry = (FolderEntry) { .name = g_strdup (found->d_name), .kind = found->d_type };
  examine (folder, ret_entry);
  return TRUE;
}
