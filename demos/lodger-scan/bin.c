/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INFO_SUFFIX ".trashinfo"

enum
{
  FOLDER_FLAGS = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
  NAME_BYTES = 200, /* of a name in the Bin: it leaves room for a number and the suffix */
  NUMBERS = 9,
  TRIES = 100
};

/* A file can be moved between two folders if they are the same in both. */
typedef struct Place
{
  guint64 device, mount;
} Place;

static gboolean
place_of (int folder, Place *ret_place)
{
  struct stat st;
  *ret_place = (Place) { 0, 0 };
  if (fstat (folder, &st) < 0)
    return FALSE;
  ret_place->device = st.st_dev;
#ifdef STATX_MNT_ID
  {
    struct statx stx;
    if (statx (folder, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_MNT_ID, &stx) == 0
        && (stx.stx_mask & STATX_MNT_ID) != 0)
      ret_place->mount = stx.stx_mnt_id;
  }
#endif
  return TRUE;
}

static gboolean
place_equal (const Place *a, const Place *b)
{
  return a->device == b->device && a->mount == b->mount;
}

static void
close_quietly (int fd)
{
  int saved = errno;
  if (fd >= 0)
    close (fd);
  errno = saved;
}

/* A folder that nobody else may exchange: no link, and this user's. -1 with errno. */
static int
open_own (int at, const char *name)
{
  struct stat st;
  int fd = openat (at, name, FOLDER_FLAGS);
  if (fd < 0 || (fstat (fd, &st) == 0 && st.st_uid == geteuid ()))
    return fd;
  close (fd);
  errno = EPERM;
  return -1;
}

static int
make_own (int at, const char *name)
{
  if (mkdirat (at, name, 0700) < 0 && errno != EEXIST)
    return -1;
  return open_own (at, name);
}

/* ---- the Bin of the home ---------------------------------------------------------------------------------------- */

/* The folder that the home's Bin is in. It is made, but a home that is not there is not. -1: there is none. */
static int
open_data (void)
{
  const char *data = g_get_user_data_dir ();
  int fd = open (data, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0 || errno != ENOENT)
    return fd;
  if (g_getenv ("XDG_DATA_HOME") == NULL && access (g_get_home_dir (), F_OK) < 0)
    return -1;
  if (g_mkdir_with_parents (data, 0700) < 0)
    return -1;
  return open (data, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* ---- the Bin at the top of a file system ------------------------------------------------------------------------ */

/* The topmost folder of the same file system, upwards from `folder`. -1 with errno. */
static int
open_top (int folder, const Place *place, int *ret_levels)
{
  struct stat here, above;
  int top = openat (folder, ".", FOLDER_FLAGS);
  *ret_levels = 0;
  while (top >= 0)
    {
      Place next;
      int up = openat (top, "..", FOLDER_FLAGS);
      if (up < 0 || fstat (top, &here) < 0 || fstat (up, &above) < 0 || !place_of (up, &next))
        {
          close_quietly (up);
          close_quietly (top);
          return -1;
        }
      if (!place_equal (&next, place) || (here.st_ino == above.st_ino && here.st_dev == above.st_dev))
        {
          close (up);
          return top;
        }
      close (top);
      top = up;
      ++*ret_levels;
    }
  return top;
}

/* The specification's first choice: a folder for all users, which has to be sticky and no link, with one for each. */
static int
open_shared (int top, const char *user)
{
  struct stat st;
  int own;
  int all = openat (top, ".Trash", FOLDER_FLAGS);
  if (all < 0)
    return -1;
  if (fstat (all, &st) < 0 || (st.st_mode & S_ISVTX) == 0)
    {
      close (all);
      return -1;
    }
  own = make_own (all, user);
  close_quietly (all);
  return own;
}

static int
open_topmost (int top)
{
  char *user = g_strdup_printf ("%u", (guint) geteuid ());
  char *name = g_strdup_printf (".Trash-%s", user);
  int own = open_shared (top, user);
  int saved;
  if (own < 0)
    own = make_own (top, name);
  saved = errno;
  g_free (name);
  g_free (user);
  errno = saved;
  return own;
}

/* ---- both ------------------------------------------------------------------------------------------------------- */

static int
open_trash (int folder, const Place *place, int *ret_levels)
{
  Place there;
  int data = open_data ();
  int top, trash;
  if (data >= 0 && place_of (data, &there) && place_equal (&there, place))
    {
      trash = make_own (data, "Trash");
      close_quietly (data);
      *ret_levels = -1;
      return trash;
    }
  close_quietly (data);
  top = open_top (folder, place, ret_levels);
  if (top < 0)
    return -1;
  trash = open_topmost (top);
  close_quietly (top);
  return trash;
}

gboolean
bin_open (int folder, Bin *ret_bin)
{
  Place place, there;
  int trash;
  *ret_bin = (Bin) { -1, -1, -1 };
  trash = place_of (folder, &place) ? open_trash (folder, &place, &ret_bin->levels) : -1;
  if (trash < 0)
    return FALSE;
  ret_bin->files = make_own (trash, "files");
  if (ret_bin->files >= 0)
    ret_bin->info = make_own (trash, "info");
  close_quietly (trash);
  if (ret_bin->info >= 0 && place_of (ret_bin->files, &there))
    {
      if (place_equal (&there, &place))
        return TRUE;
      errno = EXDEV;
    }
  bin_close (ret_bin);
  return FALSE;
}

void
bin_close (Bin *bin)
{
  close_quietly (bin->files);
  close_quietly (bin->info);
  bin->files = bin->info = -1;
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

/* The end of the path from the last but `levels` folders on. */
static const char *
last_parts (const char *path, int levels)
{
  const char *at = strrchr (path, '/');
  if (levels < 0 || at == NULL)
    return path;
  while (levels > 0 && at > path)
    {
      at--;
      while (at > path && *at != '/')
        at--;
      levels--;
    }
  return *at == '/' ? at + 1 : at;
}

static gboolean
write_all (int fd, const char *text, gsize size)
{
  while (size > 0)
    {
      ssize_t written = write (fd, text, size);
      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        {
          errno = written == 0 ? ENOSPC : errno;
          return FALSE;
        }
      text += written;
      size -= (gsize) written;
    }
  return TRUE;
}

/* Where the file was, and when it was deleted, in the time of the place. */
static char *
describe (const Bin *bin, const char *path)
{
  const char *told = last_parts (path, bin->levels);
  char *escaped = g_uri_escape_bytes ((const guint8 *) told, strlen (told), "/");
  GDateTime *now = g_date_time_new_now_local ();
  char *date = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");
  char *text = g_strdup_printf ("[Trash Info]\nPath=%s\nDeletionDate=%s\n", escaped, date);
  g_free (date);
  g_date_time_unref (now);
  g_free (escaped);
  return text;
}

/* The name as it is, then with numbers, then with random ones: a Bin may hold thousands of one name. */
static char *
nth_name (const char *name, int n)
{
  gsize size = strlen (name);
  if (size > NAME_BYTES)
    for (size = NAME_BYTES; size > 0 && ((guint8) name[size] & 0xc0) == 0x80; size--)
      ;
  if (n == 0)
    return g_strndup (name, size);
  if (n < NUMBERS)
    return g_strdup_printf ("%.*s.%d", (int) size, name, n + 1);
  return g_strdup_printf ("%.*s.%08x", (int) size, name, g_random_int ());
}

static char *
info_name (const char *name)
{
  return g_strconcat (name, INFO_SUFFIX, NULL);
}

/* FALSE with errno; EEXIST: the name is taken. The file whose name is free for the info may be there all the same, left
 * over: the move then finds that out. */
static gboolean
write_info (const Bin *bin, const char *name, const char *text)
{
  struct stat st;
  char *info = info_name (name);
  gboolean written = FALSE;
  int fd = openat (bin->info, info, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd >= 0)
    {
      written = write_all (fd, text, strlen (text));
      /* Some file systems tell only now that they are full. */
      if (close (fd) < 0)
        written = FALSE;
      if (written && fstatat (bin->files, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        {
          written = FALSE;
          errno = EEXIST;
        }
      if (!written)
        {
          int saved = errno;
          unlinkat (bin->info, info, 0);
          errno = saved;
        }
    }
  g_free (info);
  return written;
}

char *
bin_reserve (const Bin *bin, const char *path)
{
  const char *slash = strrchr (path, '/');
  char *text = describe (bin, path);
  char *name = NULL;
  int error = EEXIST;
  for (int n = 0; n < TRIES && name == NULL && error == EEXIST; n++)
    {
      name = nth_name (slash == NULL ? path : slash + 1, n);
      if (write_info (bin, name, text))
        break;
      error = errno;
      g_clear_pointer (&name, g_free);
    }
  g_free (text);
  errno = error;
  return name;
}

void
bin_release (const Bin *bin, const char *name)
{
  char *info = info_name (name);
  int saved = errno;
  unlinkat (bin->info, info, 0);
  errno = saved;
  g_free (info);
}

/* ---- paths ------------------------------------------------------------------------------------------------------ */

gboolean
bin_has_path (const char *path)
{
  char *home = g_build_filename (g_get_user_data_dir (), "Trash", NULL);
  gsize size = strlen (home);
  gboolean has = strncmp (path, home, size) == 0 && path[size] == '/';
  g_free (home);
  for (const char *part = path; !has && part != NULL; part = strchr (part, '/'))
    {
      part += strspn (part, "/");
      has = strncmp (part, ".Trash", 6) == 0 && (part[6] == '/' || part[6] == '-') && strchr (part, '/') != NULL;
    }
  return has;
}
