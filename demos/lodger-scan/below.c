/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "below.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

enum
{
  FOLDER_FLAGS = O_PATH | O_DIRECTORY | O_CLOEXEC,
  TRIES = 16
};

static void
close_quietly (int fd)
{
  int saved = errno;
  if (fd >= 0)
    close (fd);
  errno = saved;
}

/* Part by part: the system follows links in all parts of a path but the last. The path is changed. */
static int
open_parts (int at, char *path)
{
  int fd = -1;
  int folder = at;
  for (char *part = path, *end; part != NULL; part = end)
    {
      end = strchr (part, '/');
      if (end != NULL)
        *end++ = '\0';
      fd = openat (folder, part, FOLDER_FLAGS | O_NOFOLLOW);
      if (folder != at)
        close_quietly (folder);
      folder = fd;
      if (fd < 0)
        break;
    }
  return fd;
}

/* Opens a piece of a path that is short enough for the system. */
static int
open_piece (int at, char *piece, gboolean follow)
{
  if (follow)
    return openat (at, piece, FOLDER_FLAGS);
#ifdef SYS_openat2
  for (int i = 0; i < TRIES; i++)
    {
      struct open_how how = { .flags = (guint64) FOLDER_FLAGS,
                              .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
      int fd = (int) syscall (SYS_openat2, at, piece, &how, sizeof how);
      if (fd >= 0)
        return fd;
      /* Older systems do not have it, and some sandboxes forbid it. */
      if (errno == ENOSYS || errno == EPERM)
        break;
      if (errno != EAGAIN && errno != EINTR)
        return -1;
    }
#endif
  return open_parts (at, piece);
}

/* Piece by piece. `length` bytes of the path, none of them at the end a slash; 0 for `at` itself. */
static int
open_folder (int at, const char *path, gsize length, gboolean follow)
{
  int folder = openat (at, ".", FOLDER_FLAGS);
  while (folder >= 0 && length > 0)
    {
      gsize size = length;
      int next = -1;
      if (size >= PATH_MAX)
        for (size = PATH_MAX - 1; size > 0 && path[size] != '/'; size--)
          ;
      if (size == 0)
        errno = ENAMETOOLONG;
      else
        {
          char *piece = g_strndup (path, size);
          int saved;
          next = open_piece (folder, piece, follow);
          saved = errno;
          g_free (piece);
          errno = saved;
        }
      close_quietly (folder);
      folder = next;
      path += size;
      length -= size;
      while (length > 0 && *path == '/')
        path++, length--;
    }
  return folder;
}

int
below_open_root (const char *path)
{
  int top = AT_FDCWD;
  int root;
  if (*path == '/' && (top = open ("/", FOLDER_FLAGS)) < 0)
    return -1;
  path += strspn (path, "/");
  root = open_folder (top, path, strlen (path), TRUE);
  if (top != AT_FDCWD)
    close_quietly (top);
  return root;
}

int
below_open_parent (int root, const char *path, const char **ret_name)
{
  const char *slash = strrchr (path, '/');
  *ret_name = slash == NULL ? path : slash + 1;
  return open_folder (root, path, slash == NULL ? 0 : (gsize) (slash - path), FALSE);
}

int
below_open_file (int folder, const char *name)
{
  return openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

gboolean
below_was_replaced (int error)
{
  return error == ELOOP || error == ENOTDIR || error == EXDEV || error == ENXIO || error == EISDIR;
}
