/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which Bin a file goes to, and what happens where there is none or no room. File systems are mounted where nobody else
 * sees them; what the system does not allow is left out.
 */
#include "acting.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/fs.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static Acting acting;

static void
write_text (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY);
  if (fd >= 0)
    (void) !write (fd, text, strlen (text));
  if (fd >= 0)
    close (fd);
}

/* From now on this process has mounts of its own. FALSE: it may not. */
static gboolean
own_mounts (void)
{
  char map[64];
  guint uid = (guint) geteuid (), gid = (guint) getegid ();
  if (unshare (CLONE_NEWNS) < 0)
    {
      if (unshare (CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return FALSE;
      write_text ("/proc/self/setgroups", "deny");
      snprintf (map, sizeof map, "%u %u 1", uid, uid);
      write_text ("/proc/self/uid_map", map);
      snprintf (map, sizeof map, "%u %u 1", gid, gid);
      write_text ("/proc/self/gid_map", map);
    }
  return mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* Three copies in a file system of its own: `in` is its top. FALSE: it cannot be mounted. */
static gboolean
begin_on_disk (const char *options)
{
  gboolean mounts = own_mounts ();
  acting_begin (&acting);
  if (!mounts || mount ("none", acting.in, "tmpfs", 0, options) < 0)
    {
      acting_end (&acting);
      return FALSE;
    }
  acting_write (&acting, "in/a/kept", "the content");
  acting_write (&acting, "in/b/second", "the content");
  acting_write (&acting, "in/third", "the content");
  return TRUE;
}

static void
end_on_disk (void)
{
  act_free (g_steal_pointer (&acting.act));
  loop_run (&acting.loop);
  (void) umount2 (acting.in, MNT_DETACH);
  acting_end (&acting);
}

static char *
own_name (const char *format)
{
  return g_strdup_printf (format, (guint) geteuid ());
}

/* Whether both duplicates are in that Bin, told as they are found from its top. */
static void
expect_in_bin (const char *bin)
{
  char *name = g_strconcat (bin, "/files/second", NULL);
  char *info = g_strconcat (acting.base, "/", bin, "/info/second.trashinfo", NULL);
  char *text = NULL;
  ck_assert_int_eq (acting_reason (&acting, "b/second"), ACT_DONE);
  ck_assert_uint_eq (act_get_succeeded (acting.act), 2);
  ck_assert (acting_has (&acting, name, "the content"));
  ck_assert (g_file_get_contents (info, &text, NULL, NULL));
  ck_assert_msg (g_str_has_prefix (text, "[Trash Info]\nPath=b/second\nDeletionDate="), "%s", text);
  ck_assert (!acting_is_there (&acting, "data/Trash/files"));
  g_free (text);
  g_free (info);
  g_free (name);
}

static void
expect_stayed (int reason)
{
  ck_assert_int_eq (acting_reason (&acting, "b/second"), reason);
  ck_assert_int_eq (acting_reason (&acting, "third"), reason);
  ck_assert (acting_has (&acting, "in/b/second", "the content") && acting_has (&acting, "in/third", "the content"));
}

START_TEST (another_file_system_has_its_bin_at_the_top)
{
  char *bin = own_name ("in/.Trash-%u");
  if (begin_on_disk (NULL))
    {
      struct stat st;
      char *path = acting_path (&acting, bin);
      ActEvents events = acting_events (&acting);
      Act *undo;
      acting_scan (&acting, CONTENT_SHA256);
      acting_run (&acting, ACT_BIN, FALSE);
      expect_in_bin (bin);
      ck_assert_int_eq (stat (path, &st), 0);
      ck_assert_int_eq (st.st_mode & 0777, 0700);
      g_free (path);
      undo = act_undo (acting.act, &events);
      act_free (acting.act);
      acting.act = undo;
      acting.finished = 0;
      acting_wait (&acting);
      ck_assert_uint_eq (act_get_succeeded (undo), 2);
      ck_assert (acting_has (&acting, "in/b/second", "the content") && acting_has (&acting, "in/third", "the content"));
      end_on_disk ();
    }
  g_free (bin);
}
END_TEST

/* 0: sticky, 1: not, 2: a link. */
START_TEST (a_folder_for_the_bins_of_all_has_to_be_sticky)
{
  char *shared = own_name ("in/.Trash/%u");
  char *own = own_name ("in/.Trash-%u");
  if (begin_on_disk (NULL))
    {
      char *path = acting_path (&acting, _i == 2 ? "in/elsewhere" : "in/.Trash");
      char *link = acting_path (&acting, "in/.Trash");
      ck_assert_int_eq (g_mkdir (path, 0777), 0);
      ck_assert_int_eq (g_chmod (path, _i == 1 ? 0777 : 01777), 0);
      if (_i == 2)
        ck_assert_int_eq (symlink ("elsewhere", link), 0);
      acting_scan (&acting, CONTENT_SHA256);
      acting_run (&acting, ACT_BIN, FALSE);
      expect_in_bin (_i == 0 ? shared : own);
      g_free (link);
      g_free (path);
      end_on_disk ();
    }
  g_free (shared);
  g_free (own);
}
END_TEST

START_TEST (a_bin_at_the_top_that_is_a_link_is_not_used)
{
  char *own = own_name ("in/.Trash-%u");
  if (begin_on_disk (NULL))
    {
      char *path = acting_path (&acting, own);
      char *elsewhere = acting_path (&acting, "in/elsewhere");
      ck_assert_int_eq (g_mkdir (elsewhere, 0700), 0);
      ck_assert_int_eq (symlink ("elsewhere", path), 0);
      acting_scan (&acting, CONTENT_SHA256);
      acting_run (&acting, ACT_BIN, FALSE);
      expect_stayed (ACT_NO_BIN);
      ck_assert_uint_eq (acting_count (&acting, "in/elsewhere"), 0);
      g_free (path);
      g_free (elsewhere);
      end_on_disk ();
    }
  g_free (own);
}
END_TEST

START_TEST (in_a_full_file_system_the_file_stays)
{
  /* The top, two folders and three files take six; the Bin three; then there is nothing left for the info. */
  if (begin_on_disk ("nr_inodes=9"))
    {
      acting_scan (&acting, CONTENT_SHA256);
      acting_run (&acting, ACT_BIN, FALSE);
      expect_stayed (ENOSPC);
      end_on_disk ();
    }
}
END_TEST

START_TEST (where_nothing_can_be_written_the_file_stays)
{
  if (begin_on_disk (NULL))
    {
      acting_scan (&acting, CONTENT_SHA256);
      ck_assert_int_eq (mount (NULL, acting.in, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
      acting_run (&acting, (ActKind) _i, FALSE);
      expect_stayed (_i == ACT_BIN ? ACT_NO_BIN : EROFS);
      end_on_disk ();
    }
}
END_TEST

/* The same file system, mounted once more: nothing can be moved from one mount to the other. */
START_TEST (a_folder_that_is_mounted_twice_has_a_bin_of_its_own)
{
  char *bin = own_name ("in/.Trash-%u");
  gboolean mounts = own_mounts ();
  acting_begin (&acting);
  acting_write (&acting, "disk/a/kept", "the content");
  acting_write (&acting, "disk/b/second", "the content");
  acting_write (&acting, "disk/third", "the content");
  if (mounts)
    {
      char *disk = acting_path (&acting, "disk");
      ck_assert_int_eq (mount (disk, acting.in, NULL, MS_BIND, NULL), 0);
      acting_scan (&acting, CONTENT_SHA256);
      acting_run (&acting, ACT_BIN, FALSE);
      expect_in_bin (bin);
      g_free (disk);
      end_on_disk ();
    }
  else
    acting_end (&acting);
  g_free (bin);
}
END_TEST

/* ---- the Bin of the home ---------------------------------------------------------------------------------------- */

static void
begin_at_home (void)
{
  acting_begin (&acting);
  acting_write (&acting, "in/a/kept", "the content");
  acting_write (&acting, "in/b/second", "the content");
  acting_write (&acting, "in/third", "the content");
  acting_scan (&acting, CONTENT_SHA256);
}

START_TEST (a_home_bin_that_is_a_link_is_not_used)
{
  static const char *const names[] = { "data/Trash", "data/Trash/files", "data/Trash/info" };
  char *link, *folder, *elsewhere;
  begin_at_home ();
  link = acting_path (&acting, names[_i]);
  folder = g_path_get_dirname (link);
  elsewhere = acting_path (&acting, "elsewhere");
  ck_assert_int_eq (g_mkdir_with_parents (folder, 0700), 0);
  ck_assert_int_eq (g_mkdir (elsewhere, 0700), 0);
  ck_assert_int_eq (symlink (elsewhere, link), 0);
  acting_run (&acting, ACT_BIN, FALSE);
  expect_stayed (ACT_NO_BIN);
  ck_assert_uint_eq (acting_count (&acting, "elsewhere"), 0);
  g_free (link);
  g_free (folder);
  g_free (elsewhere);
  acting_end (&acting);
}
END_TEST

START_TEST (a_home_bin_of_another_user_is_not_used)
{
  char *path;
  begin_at_home ();
  path = acting_path (&acting, "data/Trash");
  ck_assert_int_eq (g_mkdir_with_parents (path, 0777), 0);
  if (chown (path, 12345, 12345) == 0)
    {
      acting_run (&acting, ACT_BIN, FALSE);
      expect_stayed (ACT_NO_BIN);
      ck_assert_uint_eq (acting_count (&acting, "data/Trash"), 0);
    }
  g_free (path);
  acting_end (&acting);
}
END_TEST

START_TEST (a_home_that_is_not_there_is_not_made)
{
  char *bin = own_name ("in/.Trash-%u");
  if (begin_on_disk (NULL))
    {
      char *home = acting_path (&acting, "nobody");
      g_unsetenv ("XDG_DATA_HOME");
      g_setenv ("HOME", home, TRUE);
      acting_scan (&acting, CONTENT_SHA256);
      acting_run (&acting, ACT_BIN, FALSE);
      expect_in_bin (bin);
      ck_assert (!acting_is_there (&acting, "nobody"));
      g_free (home);
      end_on_disk ();
    }
  g_free (bin);
}
END_TEST

/* ---- rights ----------------------------------------------------------------------------------------------------- */

START_TEST (what_may_not_be_moved_stays)
{
  begin_at_home ();
  if (geteuid () == 0)
    {
      char *folder = acting_path (&acting, "in/b");
      static const char *const names[] = { "", "in", "in/a", "in/a/kept", "in/b", "in/b/second", "in/third" };
      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        {
          char *path = acting_path (&acting, names[i]);
          ck_assert_int_eq (chown (path, 65534, 65534), 0);
          g_free (path);
        }
      ck_assert_int_eq (g_chmod (folder, 0555), 0);
      g_free (folder);
      ck_assert_int_eq (setresuid (65534, 65534, 65534), 0);
    }
  else
    {
      char *folder = acting_path (&acting, "in/b");
      ck_assert_int_eq (g_chmod (folder, 0555), 0);
      g_free (folder);
    }
  acting_run (&acting, (ActKind) _i, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "b/second"), EACCES);
  ck_assert_int_eq (acting_reason (&acting, "third"), ACT_DONE);
  ck_assert (acting_has (&acting, "in/b/second", "the content"));
  {
    char *folder = acting_path (&acting, "in/b");
    ck_assert_int_eq (g_chmod (folder, 0755), 0);
    g_free (folder);
  }
  acting_end (&acting);
}
END_TEST

static gboolean
set_immutable (const char *name, gboolean immutable)
{
  char *path = acting_path (&acting, name);
  int fd = open (path, O_RDONLY);
  int flags = 0;
  gboolean set = ioctl (fd, FS_IOC_GETFLAGS, &flags) == 0;
  flags = immutable ? flags | FS_IMMUTABLE_FL : flags & ~FS_IMMUTABLE_FL;
  set = set && ioctl (fd, FS_IOC_SETFLAGS, &flags) == 0;
  close (fd);
  g_free (path);
  return set;
}

START_TEST (what_is_immutable_stays)
{
  begin_at_home ();
  if (set_immutable ("in/third", TRUE))
    {
      acting_run (&acting, (ActKind) _i, FALSE);
      ck_assert_int_eq (acting_reason (&acting, "third"), EPERM);
      ck_assert_int_eq (acting_reason (&acting, "b/second"), ACT_DONE);
      ck_assert (acting_has (&acting, "in/third", "the content"));
      ck_assert (set_immutable ("in/third", FALSE));
      ck_assert_uint_eq (acting_count (&acting, "in"), 3);
    }
  acting_end (&acting);
}
END_TEST

/* ---- reflinks --------------------------------------------------------------------------------------------------- */

START_TEST (most_file_systems_have_no_reflinks)
{
  if (begin_on_disk (NULL))
    {
      acting_scan (&acting, CONTENT_SHA256);
      acting_run (&acting, ACT_REFLINK, FALSE);
      expect_stayed (ACT_CANNOT);
      end_on_disk ();
    }
}
END_TEST

/* Makes a file system in a file, and mounts it. */
static gboolean
begin_on (const char *kind)
{
  char *image, *command;
  gboolean mounted;
  if (!own_mounts ())
    return FALSE;
  acting_begin (&acting);
  image = acting_path (&acting, "image");
  command = g_strdup_printf ("PATH=$PATH:/usr/sbin:/sbin; truncate -s 512M %s && mkfs.%s -q %s && mount -o loop %s %s",
                             image, kind, image, image, acting.in);
  mounted = system (command) == 0;
  g_free (command);
  g_free (image);
  if (!mounted)
    acting_end (&acting);
  return mounted;
}

START_TEST (files_share_their_bytes_where_the_file_system_can)
{
  static const char *const kinds[] = { "xfs", "btrfs" };
  if (!begin_on (kinds[_i]))
    return;
  {
    char *big = g_strnfill (20 * 1024 * 1024, 'x');
    char *other;
    acting_write (&acting, "in/a/kept", big);
    acting_write (&acting, "in/b/second", big);
    big[19 * 1024 * 1024] = 'y';
    acting_write (&acting, "in/liar", big);
    g_free (big);
    sync ();
    acting_scan (&acting, CONTENT_CLASS);
    other = acting_path (&acting, "in/b/second");
    ck_assert_int_eq (g_chmod (other, 0600), 0);
    g_free (other);
  }
  acting_run (&acting, ACT_REFLINK, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "b/second"), ACT_DONE);
  ck_assert_int_eq (acting_reason (&acting, "liar"), ACT_DIFFERS);
  ck_assert_uint_eq (act_get_bytes (acting.act), 20 * 1024 * 1024);
  act_free (g_steal_pointer (&acting.act));
  acting.finished = 0;
  sync ();
  acting_run (&acting, ACT_REFLINK, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "b/second"), ACT_SAME);
  act_free (g_steal_pointer (&acting.act));
  acting.finished = 0;
  acting_run (&acting, ACT_DELETE, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "b/second"), ACT_DONE);
  ck_assert_uint_eq (act_get_bytes (acting.act), 0);
  end_on_disk ();
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("bin");
  test_add (suite, another_file_system_has_its_bin_at_the_top);
  test_add_variants (suite, a_folder_for_the_bins_of_all_has_to_be_sticky, 3);
  test_add (suite, a_bin_at_the_top_that_is_a_link_is_not_used);
  test_add (suite, in_a_full_file_system_the_file_stays);
  test_add_variants (suite, where_nothing_can_be_written_the_file_stays, 3);
  test_add (suite, a_folder_that_is_mounted_twice_has_a_bin_of_its_own);
  test_add_variants (suite, a_home_bin_that_is_a_link_is_not_used, 3);
  test_add (suite, a_home_bin_of_another_user_is_not_used);
  test_add (suite, a_home_that_is_not_there_is_not_made);
  test_add_variants (suite, what_may_not_be_moved_stays, 3);
  test_add_variants (suite, what_is_immutable_stays, 3);
  test_add (suite, most_file_systems_have_no_reflinks);
  test_add_variants (suite, files_share_their_bytes_where_the_file_system_can, 2);
  return test_main (suite, argc, argv);
}
