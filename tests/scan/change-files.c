/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into lodger-scan. It changes files while they are scanned, at the worst moment and every time.
 *
 * The name of a file selects the change:
 *
 *   vanishes       is removed before it is opened
 *   turns-fifo     becomes a fifo before it is opened
 *   turns-link     becomes a link to ../outside before it is opened
 *   shrinks        is cut to half once its first byte was read
 *   grows          is one byte longer after each read
 *   grows-from-0   the same, and was empty when it was opened
 *   fails          cannot be read: EIO
 *   blocks         is never read to its end, as on a server that has gone
 *   folder-vanishes     a folder, is removed before it is opened
 *   folder-turns-link   a folder, becomes a link to ../outside once it was listed
 *
 * All entries are listed without their kind, as some file systems do.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int (*OpenatFunc) (int at, const char *path, int flags, ...);
typedef ssize_t (*ReadFunc) (int fd, void *buffer, size_t size);
typedef struct dirent *(*ReaddirFunc) (DIR *stream);
typedef struct dirent64 *(*Readdir64Func) (DIR *stream);

int openat (int at, const char *path, int flags, ...);
int openat64 (int at, const char *path, int flags, ...);
ssize_t read (int fd, void *buffer, size_t size);
struct dirent *readdir (DIR *stream);
struct dirent64 *readdir64 (DIR *stream);

static void *
next (const char *name)
{
  return dlsym (RTLD_NEXT, name);
}

static const char *
last_part (const char *path)
{
  const char *slash = strrchr (path, '/');
  return slash == NULL ? path : slash + 1;
}

int
openat (int at, const char *path, int flags, ...)
{
  const char *name = last_part (path);
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0)
    {
      va_list arguments;
      va_start (arguments, flags);
      mode = va_arg (arguments, mode_t);
      va_end (arguments);
    }
  if (strcmp (name, "vanishes") == 0)
    unlinkat (at, path, 0);
  else if (strcmp (name, "folder-vanishes") == 0)
    unlinkat (at, path, AT_REMOVEDIR);
  else if (strcmp (name, "turns-fifo") == 0 && unlinkat (at, path, 0) == 0)
    mkfifoat (at, path, 0600);
  else if (strcmp (name, "turns-link") == 0 && unlinkat (at, path, 0) == 0)
    symlinkat ("../outside", at, path);
  return ((OpenatFunc) next ("openat")) (at, path, flags, mode);
}

int
openat64 (int at, const char *path, int flags, ...)
{
  return openat (at, path, flags);
}

static void
name_of (int fd, char *ret_name, size_t size)
{
  char link[64];
  char path[4096];
  ssize_t length;
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink (link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = '\0';
  length = (ssize_t) strnlen (last_part (path), size - 1);
  memcpy (ret_name, last_part (path), (size_t) length);
  ret_name[length] = '\0';
}

ssize_t
read (int fd, void *buffer, size_t size)
{
  ReadFunc real_read = (ReadFunc) next ("read");
  char name[256];
  struct stat st;
  int saved = errno;
  ssize_t got;

  name_of (fd, name, sizeof name);
  errno = saved;
  while (strcmp (name, "blocks") == 0)
    pause ();
  if (strcmp (name, "fails") == 0)
    {
      errno = EIO;
      return -1;
    }
  if (strcmp (name, "shrinks") == 0 && lseek (fd, 0, SEEK_CUR) == 0)
    {
      /* The scanner's descriptor is for reading only. */
      char path[64];
      snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
      got = real_read (fd, buffer, 1);
      if (fstat (fd, &st) == 0 && truncate (path, st.st_size / 2) == 0)
        return got;
    }
  if (strncmp (name, "grows", 5) == 0)
    {
      char path[64];
      int end;
      snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
      end = open (path, O_WRONLY | O_APPEND | O_CLOEXEC);
      if (end >= 0)
        {
          if (write (end, "+", 1) != 1)
            errno = EIO;
          close (end);
        }
    }
  return real_read (fd, buffer, size);
}

static void
at_end_of_listing (DIR *stream)
{
  char link[64];
  char path[4096];
  char moved[4096 + 8];
  ssize_t length;
  int saved = errno;
  snprintf (link, sizeof link, "/proc/self/fd/%d", dirfd (stream));
  length = readlink (link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = '\0';
  snprintf (moved, sizeof moved, "%s.moved", path);
  if (strcmp (last_part (path), "folder-turns-link") == 0
      && (rename (path, moved) != 0 || symlink ("../outside", path) != 0))
    abort ();
  errno = saved;
}

struct dirent *
readdir (DIR *stream)
{
  struct dirent *found = ((ReaddirFunc) next ("readdir")) (stream);
  if (found != NULL)
    found->d_type = DT_UNKNOWN;
  else
    at_end_of_listing (stream);
  return found;
}

struct dirent64 *
readdir64 (DIR *stream)
{
  struct dirent64 *found = ((Readdir64Func) next ("readdir64")) (stream);
  if (found != NULL)
    found->d_type = DT_UNKNOWN;
  else
    at_end_of_listing (stream);
  return found;
}
