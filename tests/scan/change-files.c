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
 *   folder-swaps        a folder, becomes a link to ../outside before it is opened
 *   swaps-its-folder    the folder that it is in becomes a link to ../outside once its first byte was read
 *
 * All entries are listed without their kind, as some file systems do. What a folder was before it became a link is
 * beside it, with ".moved" behind its name.
 *
 * LODGER_SCAN_OPENED is a file to which the names of opened files that begin with "counted" are added, as lines.
 * LODGER_SCAN_LATER is how many seconds the time of day is later than it is.
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
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

typedef int (*OpenatFunc) (int at, const char *path, int flags, ...);
typedef ssize_t (*ReadFunc) (int fd, void *buffer, size_t size);
typedef ssize_t (*PreadFunc) (int fd, void *buffer, size_t size, off_t offset);
typedef long (*SyscallFunc) (long number, ...);
typedef int (*TimeFunc) (struct timeval *ret_time, void *zone);
typedef struct dirent *(*ReaddirFunc) (DIR *stream);
typedef struct dirent64 *(*Readdir64Func) (DIR *stream);

int openat (int at, const char *path, int flags, ...);
int openat64 (int at, const char *path, int flags, ...);
ssize_t read (int fd, void *buffer, size_t size);
ssize_t pread (int fd, void *buffer, size_t size, off_t offset);
ssize_t pread64 (int fd, void *buffer, size_t size, off64_t offset);
long syscall (long number, ...);
int gettimeofday (struct timeval *restrict ret_time, void *restrict zone);
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

static void
count (const char *name)
{
  const char *place = getenv ("LODGER_SCAN_OPENED");
  int fd = place == NULL || strncmp (name, "counted", 7) != 0
               ? -1
               : open (place, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return;
  if (dprintf (fd, "%s\n", name) < 0)
    abort ();
  close (fd);
}

static void
before_open (int at, const char *path)
{
  const char *name = last_part (path);
  char moved[4096];
  int saved = errno;
  count (name);
  snprintf (moved, sizeof moved, "%s.moved", path);
  if (strcmp (name, "vanishes") == 0)
    unlinkat (at, path, 0);
  else if (strcmp (name, "folder-vanishes") == 0)
    unlinkat (at, path, AT_REMOVEDIR);
  else if (strcmp (name, "turns-fifo") == 0 && unlinkat (at, path, 0) == 0)
    mkfifoat (at, path, 0600);
  else if (strcmp (name, "turns-link") == 0 && unlinkat (at, path, 0) == 0)
    symlinkat ("../outside", at, path);
  else if (strcmp (name, "folder-swaps") == 0 && renameat (at, path, at, moved) == 0)
    symlinkat ("../outside", at, path);
  errno = saved;
}

int
openat (int at, const char *path, int flags, ...)
{
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0)
    {
      va_list arguments;
      va_start (arguments, flags);
      mode = va_arg (arguments, mode_t);
      va_end (arguments);
    }
  before_open (at, path);
  return ((OpenatFunc) next ("openat")) (at, path, flags, mode);
}

/* openat2() has no function of its own in the C library. */
long
syscall (long number, ...)
{
  long given[6];
  va_list arguments;
  va_start (arguments, number);
  for (int i = 0; i < 6; i++)
    given[i] = va_arg (arguments, long);
  va_end (arguments);
#ifdef SYS_openat2
  if (number == SYS_openat2)
    before_open ((int) given[0], (const char *) given[1]);
#endif
  return ((SyscallFunc) next ("syscall")) (number, given[0], given[1], given[2], given[3], given[4], given[5]);
}

/* What GLib asks for the time of day. */
int
gettimeofday (struct timeval *restrict ret_time, void *restrict zone)
{
  const char *later = getenv ("LODGER_SCAN_LATER");
  int result = ((TimeFunc) next ("gettimeofday")) (ret_time, zone);
  if (later != NULL)
    ret_time->tv_sec += atoi (later);
  return result;
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

/* The scanner's descriptors are for reading only. */
static int
open_again (int fd)
{
  char path[64];
  snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  return open (path, O_WRONLY | O_APPEND | O_CLOEXEC);
}

static void
grow (int fd)
{
  int end = open_again (fd);
  if (end < 0)
    return;
  if (write (end, "+", 1) != 1)
    abort ();
  close (end);
}

static void
shrink (int fd)
{
  struct stat st;
  int end = open_again (fd);
  if (end < 0)
    return;
  if (fstat (fd, &st) < 0 || ftruncate (end, st.st_size / 2) < 0)
    abort ();
  close (end);
}

/* The folder that the file is in becomes a link, once. */
static void
swap_folder (int fd)
{
  char link[64];
  char folder[4096];
  char moved[4096 + 8];
  ssize_t length;
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink (link, folder, sizeof folder - 1);
  folder[length < 0 ? 0 : length] = '\0';
  if (strrchr (folder, '/') == NULL)
    return;
  *strrchr (folder, '/') = '\0';
  snprintf (moved, sizeof moved, "%s.moved", folder);
  if (rename (folder, moved) == 0 && symlink ("../outside", folder) != 0)
    abort ();
}

/* What happens to a file that is read. `at_start`: it was not read before. Returns how many bytes may be read, or
 * -1. */
static ssize_t
before_read (int fd, size_t size, int at_start)
{
  char name[256];
  int saved = errno;
  name_of (fd, name, sizeof name);
  errno = saved;
  while (strcmp (name, "blocks") == 0)
    pause ();
  if (strcmp (name, "fails") == 0)
    {
      errno = EIO;
      return -1;
    }
  if (strncmp (name, "grows", 5) == 0)
    grow (fd);
  errno = saved;
  return strcmp (name, "shrinks") == 0 && at_start ? 1 : (ssize_t) size;
}

static void
after_read (int fd, int at_start)
{
  char name[256];
  int saved = errno;
  name_of (fd, name, sizeof name);
  if (strcmp (name, "shrinks") == 0 && at_start)
    shrink (fd);
  else if (strcmp (name, "swaps-its-folder") == 0)
    swap_folder (fd);
  errno = saved;
}

ssize_t
read (int fd, void *buffer, size_t size)
{
  ReadFunc real_read = (ReadFunc) next ("read");
  int saved = errno;
  int at_start = lseek (fd, 0, SEEK_CUR) == 0;
  ssize_t result;
  errno = saved;
  result = before_read (fd, size, at_start);
  if (result < 0)
    return result;
  result = real_read (fd, buffer, (size_t) result);
  after_read (fd, at_start);
  return result;
}

ssize_t
pread (int fd, void *buffer, size_t size, off_t offset)
{
  PreadFunc real_pread = (PreadFunc) next ("pread");
  ssize_t result = before_read (fd, size, offset == 0);
  if (result < 0)
    return result;
  result = real_pread (fd, buffer, (size_t) result, offset);
  after_read (fd, offset == 0);
  return result;
}

ssize_t
pread64 (int fd, void *buffer, size_t size, off64_t offset)
{
  return pread (fd, buffer, size, offset);
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
