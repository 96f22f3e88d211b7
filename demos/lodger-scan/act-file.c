/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A name can come to mean another file between any two system calls, and no call removes or moves a file by its
 * descriptor. So nothing is decided by what was true before: a file is first moved aside, into the Bin or to a name of
 * our own, and then it is checked that what has moved is the file that was compared, that it is unchanged, and that the
 * copy is still under its name and unchanged. If not, it goes back, and never over something that has come under its
 * name.
 *
 * What remains:
 * - Whoever writes into the copy after the last check changes its only copy: that is as if it had come a moment later.
 * - Whoever has opened a file that is deleted may still write into it after the last check.
 * - A write after the comparison is told by the time of the last change. A program that sets this time back at once
 *   hides it, if it does both between two of our calls: in the file before it moves, or in a copy that gets a further
 *   name.
 * - Whoever puts a file in the place of our own name, after the check and before the removal, has it removed.
 */
#include "act-file.h"

#include "bin.h"
#include "extents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Whether the copy is still under its name, as it was. A link that was made of it has changed its last time. */
static gboolean
stays_kept (const ActWay *way, const ActFile *kept, const ActOpened *before, gboolean linked)
{
  ActOpened again;
  gboolean stays = act_open (way->bases, kept, &again) == ACT_DONE
                   && (linked ? act_is_unchanged : act_is_untouched) (&again.st, &before->st);
  act_close (&again);
  return stays;
}

static int
compare (const ActWay *way, const ActOpened *kept, const ActOpened *file)
{
  struct stat after;
  switch (same_compare (kept->fd, file->fd, (guint64) file->st.st_size, way->stop, way->stop_data))
    {
    case SAME_STOPPED: return ACT_WAITING;
    case SAME_DIFFERENT: return ACT_DIFFERS;
    case SAME_FIRST_FAILED: return ACT_KEPT_GONE;
    case SAME_SECOND_FAILED: return errno == 0 ? ACT_CHANGED : errno;
    case SAME_EQUAL:
    default: break;
    }
  if (fstat (kept->fd, &after) < 0 || !act_is_untouched (&after, &kept->st))
    return ACT_KEPT_GONE;
  if (fstat (file->fd, &after) < 0 || !act_is_untouched (&after, &file->st))
    return ACT_CHANGED;
  return ACT_DONE;
}

/* ---- moved aside, checked, put back ----------------------------------------------------------------------------- */

/* Where the file is while it is checked. */
typedef struct Aside
{
  int folder;
  const char *name;
} Aside;

static char *
private_name (void)
{
  return g_strdup_printf (".lodger-scan-%08x%08x", g_random_int (), g_random_int ());
}

/* What is under that name is the file that was compared, nobody has written into it, and the copy stays, if there is
 * one. */
static int
check (const ActWay *way, const ActFile *known, const ActOpened *kept, const ActOpened *file, Aside aside,
       gboolean linked)
{
  struct stat moved;
  if (fstatat (aside.folder, aside.name, &moved, AT_SYMLINK_NOFOLLOW) < 0 || !act_is_unchanged (&moved, &file->st))
    return ACT_CHANGED;
  return kept == NULL || stays_kept (way, known, kept, linked) ? ACT_DONE : ACT_KEPT_GONE;
}

static gboolean
put_back (const ActOpened *file, Aside aside)
{
  return renameat2 (aside.folder, aside.name, file->folder, file->name, RENAME_NOREPLACE) == 0;
}

/* Moves the file. It is in its place again when this fails, unless *ret_left. */
static int
set_aside (const ActWay *way, const ActFile *known, const ActOpened *kept, const ActOpened *file, Aside aside,
           gboolean *ret_left)
{
  int reason;
  *ret_left = FALSE;
  if (renameat2 (file->folder, file->name, aside.folder, aside.name, RENAME_NOREPLACE) < 0)
    return errno == EINVAL || errno == ENOSYS ? ACT_CANNOT : errno == ENOTDIR ? ACT_CHANGED : errno;
  reason = check (way, known, kept, file, aside, FALSE);
  if (reason != ACT_DONE)
    *ret_left = !put_back (file, aside);
  return reason;
}

/* ---- the kinds -------------------------------------------------------------------------------------------------- */

/* Why there is no Bin for what is in that folder. */
static int
reason_without_bin (int error)
{
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOSPC || error == EDQUOT ? error
                                                                                                     : ACT_NO_BIN;
}

static int
move_to_bin (const ActWay *way, const ActFile *known, const ActOpened *kept, const ActOpened *file,
             const ActFile *scanned, ActResult *result)
{
  Bin bin;
  char *full, *name;
  gboolean left = FALSE;
  int reason;
  if (!bin_open (file->folder, &bin))
    return reason_without_bin (errno);
  full = g_build_filename (way->bases[scanned->base].path, scanned->path, NULL);
  name = bin_reserve (&bin, full);
  if (name == NULL)
    reason = errno;
  else
    {
      reason = set_aside (way, known, kept, file, (Aside) { bin.files, name }, &left);
      if (reason == EXDEV)
        reason = ACT_NO_BIN;
      if (left)
        reason = ACT_LEFT_IN_BIN;
      if (reason == ACT_DONE || left)
        result->moved = g_steal_pointer (&name);
      else
        bin_release (&bin, name);
    }
  g_free (name);
  g_free (full);
  bin_close (&bin);
  return reason;
}

static int
remove_file (const ActWay *way, const ActFile *known, const ActOpened *kept, const ActOpened *file, ActResult *result)
{
  char *name = private_name ();
  gboolean left = FALSE;
  Aside aside = { file->folder, name };
  int reason = set_aside (way, known, kept, file, aside, &left);
  if (reason == ACT_DONE && unlinkat (aside.folder, aside.name, 0) < 0)
    {
      reason = errno;
      left = !put_back (file, aside);
    }
  if (left)
    result->moved = g_steal_pointer (&name);
  g_free (name);
  return left ? ACT_LEFT_ASIDE : reason;
}

/* Whether both have the same value of an attribute, or neither has one. */
static gboolean
has_same_attribute (int a, int b, const char *name)
{
  char value_a[4096], value_b[4096];
  ssize_t size_a = fgetxattr (a, name, value_a, sizeof value_a);
  ssize_t size_b = fgetxattr (b, name, value_b, sizeof value_b);
  return size_a >= 0 && size_a == size_b && memcmp (value_a, value_b, (gsize) size_a) == 0;
}

/* Access lists, capabilities and the like are attributes. Too many or too large ones count as different. */
static gboolean
has_same_attributes (int a, int b)
{
  char names_a[4096], names_b[4096];
  ssize_t size_a = flistxattr (a, names_a, sizeof names_a);
  ssize_t size_b = flistxattr (b, names_b, sizeof names_b);
  if (size_a < 0 || size_b < 0)
    return size_a < 0 && size_b < 0 && errno == EOPNOTSUPP;
  if (size_a != size_b)
    return FALSE;
  for (const char *name = names_a; name < names_a + size_a; name += strlen (name) + 1)
    if (!has_same_attribute (a, b, name))
      return FALSE;
  return TRUE;
}

static int
may_link (const ActOpened *kept, const ActOpened *file)
{
  const struct stat *a = &kept->st;
  const struct stat *b = &file->st;
  if (a->st_dev != b->st_dev)
    return ACT_CANNOT;
  return a->st_mode == b->st_mode && a->st_uid == b->st_uid && a->st_gid == b->st_gid
                 && has_same_attributes (kept->fd, file->fd)
             ? ACT_DONE
             : ACT_OTHER_RIGHTS;
}

/* A further name for what is open: without /proc, for whatever has the name now. */
static int
link_kept (const ActOpened *kept, Aside aside)
{
  char path[64];
  struct stat st;
  snprintf (path, sizeof path, "/proc/self/fd/%d", kept->fd);
  if (linkat (AT_FDCWD, path, aside.folder, aside.name, AT_SYMLINK_FOLLOW) < 0
      && linkat (kept->folder, kept->name, aside.folder, aside.name, 0) < 0)
    return errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EXDEV ? ACT_CANNOT : errno;
  if (fstatat (aside.folder, aside.name, &st, AT_SYMLINK_NOFOLLOW) == 0 && act_is_inode (&st, &kept->st))
    return ACT_DONE;
  unlinkat (aside.folder, aside.name, 0);
  return ACT_KEPT_GONE;
}

/* Undoes the exchange. FALSE: something is left under the private name. */
static gboolean
exchange_back (const ActOpened *kept, const ActOpened *file, Aside aside)
{
  struct stat st;
  if (renameat2 (aside.folder, aside.name, file->folder, file->name, RENAME_EXCHANGE) < 0)
    return errno == ENOENT && put_back (file, aside);
  if (fstatat (aside.folder, aside.name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !act_is_inode (&st, &kept->st))
    return FALSE;
  return unlinkat (aside.folder, aside.name, 0) == 0;
}

/* There is no moment without a file under the name: the link is made beside, and both are exchanged. */
static int
replace_by_link (const ActWay *way, const ActFile *known, const ActOpened *kept, const ActOpened *file,
                 ActResult *result)
{
  char *name = private_name ();
  Aside aside = { file->folder, name };
  gboolean left = FALSE;
  int reason = link_kept (kept, aside);
  if (reason == ACT_DONE && renameat2 (aside.folder, aside.name, file->folder, file->name, RENAME_EXCHANGE) < 0)
    {
      reason = errno == EINVAL || errno == ENOSYS ? ACT_CANNOT : errno;
      unlinkat (aside.folder, aside.name, 0);
    }
  else if (reason == ACT_DONE)
    {
      reason = check (way, known, kept, file, aside, TRUE);
      if (reason == ACT_DONE && unlinkat (aside.folder, aside.name, 0) < 0)
        reason = errno;
      if (reason != ACT_DONE)
        left = !exchange_back (kept, file, aside);
    }
  if (left)
    result->moved = g_steal_pointer (&name);
  g_free (name);
  return left ? ACT_LEFT_ASIDE : reason;
}

/* The file system compares and changes in one step, and nothing is moved. */
static int
share (const ActWay *way, const ActOpened *kept, const ActOpened *file)
{
  switch (same_share (kept->fd, file->fd, (guint64) file->st.st_size, way->stop, way->stop_data))
    {
    case SAME_STOPPED: return ACT_WAITING;
    case SAME_DIFFERENT: return ACT_DIFFERS;
    case SAME_EQUAL: return ACT_DONE;
    case SAME_FIRST_FAILED:
    case SAME_SECOND_FAILED:
    default: return errno == EOPNOTSUPP ? ACT_CANNOT : errno;
    }
}

/* ---- one file --------------------------------------------------------------------------------------------------- */

static int
do_opened (const ActWay *way, const ActFile *known, const ActOpened *kept, const ActOpened *file,
           const ActFile *scanned, ActResult *result)
{
  int reason = ACT_DONE;
  if (act_is_inode (&kept->st, &file->st))
    return ACT_SAME;
  result->names = (guint) file->st.st_nlink;
  result->own = !same_is_shared (kept->fd, file->fd);
  if (way->kind == ACT_REFLINK && (!result->own || file->st.st_size == 0))
    return ACT_SAME;
  if (way->kind == ACT_HARD_LINK)
    reason = may_link (kept, file);
  if (reason == ACT_DONE && (way->kind != ACT_REFLINK || way->dry_run))
    reason = compare (way, kept, file);
  if (reason != ACT_DONE || way->dry_run)
    return reason;
  switch (way->kind)
    {
    case ACT_BIN: return move_to_bin (way, known, kept, file, scanned, result);
    case ACT_DELETE: return remove_file (way, known, kept, file, result);
    case ACT_HARD_LINK: return replace_by_link (way, known, kept, file, result);
    case ACT_REFLINK:
    default: return share (way, kept, file);
    }
}

int
act_file_do (const ActWay *way, const ActFile *kept, const ActFile *file, ActResult *ret_result)
{
  ActOpened opened_kept, opened = { -1, -1, NULL, { 0 } };
  int reason = act_open_kept (way->bases, kept, &opened_kept);
  *ret_result = (ActResult) { NULL, 0, FALSE };
  if (reason == ACT_DONE)
    reason = act_open (way->bases, file, &opened);
  if (reason == ACT_DONE)
    reason = do_opened (way, kept, &opened_kept, &opened, file, ret_result);
  act_close (&opened);
  act_close (&opened_kept);
  return reason;
}

int
act_file_bin (const ActWay *way, const ActFile *file, ActResult *ret_result)
{
  ActOpened opened;
  int reason = act_open (way->bases, file, &opened);
  *ret_result = (ActResult) { NULL, 0, FALSE };
  if (reason == ACT_DONE)
    {
      ret_result->names = (guint) opened.st.st_nlink;
      ret_result->own = extents_get_mark (opened.fd) == 0;
      if (!way->dry_run)
        reason = move_to_bin (way, NULL, NULL, &opened, file, ret_result);
    }
  act_close (&opened);
  return reason;
}

/* Whether what has that name is the file, whatever is in it. */
static int
check_identity (int folder, const char *name, const ActFile *file)
{
  struct stat st;
  if (fstatat (folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
    return errno;
  return st.st_dev == file->dev && st.st_ino == file->ino ? ACT_DONE : ACT_CHANGED;
}

static int
move_back (const Bin *bin, const char *moved, int folder, const char *name, const ActFile *file)
{
  if (renameat2 (bin->files, moved, folder, name, RENAME_NOREPLACE) < 0)
    return errno;
  if (check_identity (folder, name, file) == ACT_DONE)
    {
      bin_release (bin, moved);
      return ACT_DONE;
    }
  /* Something else was put into the Bin under that name: it goes where it was. */
  (void) renameat2 (folder, name, bin->files, moved, RENAME_NOREPLACE);
  return ACT_CHANGED;
}

/* Its content may have been changed in the Bin: it is restored as it is. */
int
act_file_restore (const ActWay *way, const ActFile *file, const char *moved)
{
  const char *name;
  Bin bin = { -1, -1, -1 };
  int reason = ACT_DONE;
  int folder = act_open_folder (way->bases, file, &name, &reason);
  if (folder < 0)
    return reason;
  if (bin_open (folder, &bin))
    reason = check_identity (bin.files, moved, file);
  else
    reason = reason_without_bin (errno);
  if (reason == ACT_DONE && !way->dry_run)
    reason = move_back (&bin, moved, folder, name, file);
  bin_close (&bin);
  close (folder);
  return reason;
}
