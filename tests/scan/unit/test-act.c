/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an act does when nothing disturbs it, and what stays because it was changed before. */
#include "acting.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static Acting acting;

static struct stat
stat_of (const char *name)
{
  char *path = acting_path (&acting, name);
  struct stat st;
  test_check (lstat (path, &st) == 0);
  g_free (path);
  return st;
}

static void
three_copies (void)
{
  acting_begin (&acting);
  acting_write (&acting, "in/a/kept", "the content");
  acting_write (&acting, "in/b/second", "the content");
  acting_write (&acting, "in/third", "the content");
  acting_write (&acting, "in/other", "another one");
}

static void
expect_kept (void)
{
  ck_assert (acting_has (&acting, "in/a/kept", "the content"));
  ck_assert (acting_has (&acting, "in/other", "another one"));
}

/* ---- what is done ----------------------------------------------------------------------------------------------- */

START_TEST (duplicates_go_to_the_bin_and_come_back)
{
  char *info, *expected, *path, *in;
  ActEvents events = acting_events (&acting);
  Act *undo;
  three_copies ();
  acting_scan (&acting, CONTENT_SHA256);
  acting_run (&acting, ACT_BIN, FALSE);
  expect_kept ();
  ck_assert_int_eq (acting_reason (&acting, "b/second"), ACT_DONE);
  ck_assert_int_eq (acting_reason (&acting, "third"), ACT_DONE);
  ck_assert (!acting_is_there (&acting, "in/b/second") && !acting_is_there (&acting, "in/third"));
  ck_assert_uint_eq (act_get_done (acting.act), 2);
  ck_assert_uint_eq (act_get_succeeded (acting.act), 2);
  ck_assert_uint_eq (act_get_bytes (acting.act), 22);
  ck_assert_str_eq (acting_item (&acting, "b/second")->moved, "second");
  ck_assert (acting_has (&acting, "data/Trash/files/second", "the content"));
  ck_assert (acting_has (&acting, "data/Trash/files/third", "the content"));
  path = acting_path (&acting, "data/Trash/info/second.trashinfo");
  in = realpath (acting.in, NULL);
  ck_assert (g_file_get_contents (path, &info, NULL, NULL));
  expected = g_strdup_printf ("[Trash Info]\nPath=%s/b/second\nDeletionDate=20", in);
  ck_assert_msg (g_str_has_prefix (info, expected), "%s", info);
  ck_assert_uint_eq (strlen (info), strlen (expected) + strlen ("yy-mm-ddThh:mm:ss\n"));
  free (in);
  g_free (info);
  g_free (expected);
  g_free (path);

  undo = act_undo (acting.act, &events);
  act_free (acting.act);
  acting.act = undo;
  acting.finished = 0;
  acting_wait (&acting);
  expect_kept ();
  ck_assert (act_is_undo (undo));
  ck_assert_uint_eq (act_get_succeeded (undo), 2);
  ck_assert_uint_eq (act_get_bytes (undo), 22);
  ck_assert (acting_has (&acting, "in/b/second", "the content"));
  ck_assert (acting_has (&acting, "in/third", "the content"));
  ck_assert_uint_eq (acting_count (&acting, "data/Trash/files"), 0);
  ck_assert_uint_eq (acting_count (&acting, "data/Trash/info"), 0);
  acting_end (&acting);
}
END_TEST

static guint
number_of (const char *name)
{
  const Store *store = acting.found.store;
  for (guint i = 0; i < store->files->len; i++)
    if (strcmp (g_array_index (store->files, StoreFile, i).name, name) == 0)
      return i;
  test_fail ("there is no %s", name);
}

/* What the plan says, and two files that have no copy. */
static void
run_bin (const char *one, const char *two)
{
  const guint alone[] = { number_of (one), number_of (two) };
  const ActEvents events = acting_events (&acting);
  acting.act = act_start_bin (acting.loop.caller, acting.plan, alone, G_N_ELEMENTS (alone), &events);
  acting_wait (&acting);
}

static int
reason_of (guint item)
{
  return g_array_index (act_get_items (acting.act), ActItem, item).reason;
}

START_TEST (files_without_a_copy_go_to_the_bin_and_come_back)
{
  const ActEvents events = acting_events (&acting);
  Act *undo;
  three_copies ();
  acting_write (&acting, "in/d/alone", "nobody has this");
  acting_scan (&acting, CONTENT_SHA256);
  run_bin ("other", "alone");
  ck_assert_uint_eq (act_get_items (acting.act)->len, 4);
  ck_assert_uint_eq (act_get_succeeded (acting.act), 4);
  ck_assert_uint_eq (act_get_bytes (acting.act), 22 + 11 + 15);
  ck_assert_uint_eq (g_array_index (act_get_items (acting.act), ActItem, 2).twin, ACT_NO_TWIN);
  ck_assert (acting_has (&acting, "in/a/kept", "the content"));
  ck_assert (acting_has (&acting, "data/Trash/files/other", "another one"));
  ck_assert (acting_has (&acting, "data/Trash/files/alone", "nobody has this"));
  undo = act_undo (acting.act, &events);
  act_free (acting.act);
  acting.act = undo;
  acting.finished = 0;
  acting_wait (&acting);
  ck_assert_uint_eq (act_get_succeeded (undo), 4);
  ck_assert (acting_has (&acting, "in/other", "another one"));
  ck_assert (acting_has (&acting, "in/d/alone", "nobody has this"));
  acting_end (&acting);
}
END_TEST

START_TEST (a_file_without_a_copy_stays_if_it_is_not_the_one_that_was_scanned)
{
  char *link, *outside;
  three_copies ();
  acting_write (&acting, "in/d/alone", "nobody has this");
  acting_write (&acting, "outside/alone", "nobody has this");
  acting_scan (&acting, CONTENT_SHA256);
  plan_clear (acting.plan);
  acting_write (&acting, "in/other", "yet another");
  acting_move (&acting, "in/d", "was-d");
  link = acting_path (&acting, "in/d");
  outside = acting_path (&acting, "outside");
  ck_assert_int_eq (symlink (outside, link), 0);
  run_bin ("other", "alone");
  ck_assert_uint_eq (act_get_succeeded (acting.act), 0);
  ck_assert_int_eq (reason_of (0), ACT_CHANGED);
  ck_assert_int_ne (reason_of (1), ACT_DONE);
  ck_assert (acting_has (&acting, "in/other", "yet another"));
  ck_assert (acting_has (&acting, "outside/alone", "nobody has this"));
  ck_assert_uint_eq (acting_count (&acting, "data/Trash/files"), 0);
  g_free (link);
  g_free (outside);
  acting_end (&acting);
}
END_TEST

START_TEST (names_in_the_bin_are_not_taken_twice)
{
  three_copies ();
  acting_write (&acting, "in/c/third", "the content");
  acting_write (&acting, "data/Trash/files/second", "older");
  acting_scan (&acting, CONTENT_CLASS);
  acting_run (&acting, ACT_BIN, FALSE);
  ck_assert_uint_eq (act_get_succeeded (acting.act), 3);
  ck_assert (acting_has (&acting, "data/Trash/files/second", "older"));
  ck_assert (acting_has (&acting, "data/Trash/files/second.2", "the content"));
  ck_assert (acting_has (&acting, "data/Trash/files/third", "the content"));
  ck_assert (acting_has (&acting, "data/Trash/files/third.2", "the content"));
  ck_assert_uint_eq (acting_count (&acting, "data/Trash/info"), 3);
  acting_end (&acting);
}
END_TEST

START_TEST (duplicates_are_deleted)
{
  three_copies ();
  acting_scan (&acting, CONTENT_SHA256);
  acting_run (&acting, ACT_DELETE, FALSE);
  expect_kept ();
  ck_assert_uint_eq (act_get_succeeded (acting.act), 2);
  ck_assert_uint_eq (act_get_bytes (acting.act), 22);
  ck_assert_uint_eq (acting_count (&acting, "in"), 3);
  ck_assert_uint_eq (acting_count (&acting, "in/b"), 0);
  ck_assert (!acting_is_there (&acting, "data/Trash"));
  acting_end (&acting);
}
END_TEST

START_TEST (duplicates_become_hard_links)
{
  struct stat kept;
  three_copies ();
  acting_scan (&acting, CONTENT_SHA256);
  acting_run (&acting, ACT_HARD_LINK, FALSE);
  expect_kept ();
  kept = stat_of ("in/a/kept");
  ck_assert_uint_eq (kept.st_nlink, 3);
  ck_assert_uint_eq (stat_of ("in/b/second").st_ino, kept.st_ino);
  ck_assert_uint_eq (stat_of ("in/third").st_ino, kept.st_ino);
  ck_assert_uint_eq (act_get_bytes (acting.act), 22);
  ck_assert_uint_eq (acting_count (&acting, "in"), 4);
  acting_end (&acting);
}
END_TEST

/* Owner, permissions and attributes are those of the inode: a link would change them. */
START_TEST (a_link_changes_no_rights)
{
  char *second, *third;
  three_copies ();
  second = acting_path (&acting, "in/b/second");
  third = acting_path (&acting, "in/third");
  ck_assert_int_eq (g_chmod (second, 0600), 0);
  if (setxattr (third, "user.lodger", "x", 1, 0) < 0)
    ck_assert_int_eq (g_chmod (third, 0755), 0);
  acting_scan (&acting, CONTENT_SHA256);
  acting_run (&acting, ACT_HARD_LINK, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "b/second"), ACT_OTHER_RIGHTS);
  ck_assert_int_eq (acting_reason (&acting, "third"), ACT_OTHER_RIGHTS);
  ck_assert_uint_eq (stat_of ("in/a/kept").st_nlink, 1);
  ck_assert_uint_eq (act_get_bytes (acting.act), 0);
  g_free (second);
  g_free (third);
  acting_end (&acting);
}
END_TEST

START_TEST (names_of_the_copy_that_stays_are_left)
{
  for (int kind = ACT_BIN; kind <= ACT_REFLINK; kind++)
    {
      char *kept, *name;
      three_copies ();
      kept = acting_path (&acting, "in/a/kept");
      name = acting_path (&acting, "in/name");
      ck_assert_int_eq (link (kept, name), 0);
      acting_scan (&acting, CONTENT_SHA256);
      ck_assert (!plan_goes (acting.plan, found_twin (&acting.found, "name")));
      ck_assert (plan_set (acting.plan, found_twin (&acting.found, "name"), TRUE));
      acting_run (&acting, (ActKind) kind, FALSE);
      expect_kept ();
      ck_assert_int_eq (acting_reason (&acting, "name"), ACT_SAME);
      ck_assert (acting_has (&acting, "in/name", "the content"));
      g_free (kept);
      g_free (name);
      acting_end (&acting);
    }
}
END_TEST

/* An inode is free when its last name has gone. */
START_TEST (bytes_are_counted_once_for_all_names)
{
  for (int kind = ACT_BIN; kind <= ACT_HARD_LINK; kind++)
    {
      char *second, *name;
      three_copies ();
      second = acting_path (&acting, "in/b/second");
      name = acting_path (&acting, "in/name");
      ck_assert_int_eq (link (second, name), 0);
      acting_scan (&acting, CONTENT_SHA256);
      acting_run (&acting, (ActKind) kind, FALSE);
      ck_assert_uint_eq (act_get_succeeded (acting.act), 3);
      ck_assert_uint_eq (act_get_bytes (acting.act), plan_get_bytes (acting.plan));
      ck_assert_uint_eq (act_get_bytes (acting.act), 22);
      g_free (second);
      g_free (name);
      acting_end (&acting);
    }
}
END_TEST

START_TEST (a_dry_run_does_nothing)
{
  for (int kind = ACT_BIN; kind <= ACT_REFLINK; kind++)
    {
      three_copies ();
      acting_write (&acting, "in/liar", "the c0ntent");
      acting_scan (&acting, CONTENT_CLASS);
      acting_run (&acting, (ActKind) kind, TRUE);
      ck_assert (act_is_dry_run (acting.act));
      ck_assert_int_eq (acting_reason (&acting, "third"), ACT_DONE);
      ck_assert_int_eq (acting_reason (&acting, "liar"), ACT_DIFFERS);
      ck_assert_uint_eq (act_get_succeeded (acting.act), 2);
      ck_assert_uint_eq (act_get_bytes (acting.act), 22);
      ck_assert (acting_has (&acting, "in/b/second", "the content") && acting_has (&acting, "in/third", "the content"));
      ck_assert_uint_eq (stat_of ("in/a/kept").st_nlink, 1);
      ck_assert (!acting_is_there (&acting, "data"));
      acting_end (&acting);
    }
}
END_TEST

/* ---- what stays ------------------------------------------------------------------------------------------------- */

START_TEST (what_differs_stays)
{
  for (int kind = ACT_BIN; kind <= ACT_HARD_LINK; kind++)
    {
      acting_begin (&acting);
      acting_write (&acting, "in/1", "the content");
      acting_write (&acting, "in/2", "the contenT");
      acting_write (&acting, "in/3", "The content");
      acting_scan (&acting, CONTENT_CLASS);
      acting_run (&acting, (ActKind) kind, FALSE);
      ck_assert_int_eq (acting_reason (&acting, "2"), ACT_DIFFERS);
      ck_assert_int_eq (acting_reason (&acting, "3"), ACT_DIFFERS);
      ck_assert (acting_has (&acting, "in/2", "the contenT") && acting_has (&acting, "in/3", "The content"));
      ck_assert_uint_eq (acting_count (&acting, "in"), 3);
      acting_end (&acting);
    }
}
END_TEST

static void
set_time (const char *name, int seconds)
{
  struct timespec times[2] = { { 1600000000 + seconds, 0 }, { 1600000000 + seconds, 0 } };
  char *path = acting_path (&acting, name);
  ck_assert_int_eq (utimensat (AT_FDCWD, path, times, 0), 0);
  g_free (path);
}

/* What has its name after the scan is another file, or another kind of file. */
START_TEST (what_was_changed_after_the_scan_stays)
{
  char *six, *seven, *eight;
  acting_begin (&acting);
  acting_write (&acting, "in/1", "the content");
  for (char name[] = "in/2"; name[3] <= '9'; name[3]++)
    acting_write (&acting, name, "the content");
  acting_write (&acting, "in/d/file", "the content");
  acting_write (&acting, "out/file", "the content");
  acting_scan (&acting, CONTENT_SHA256);
  /* Each with all the rest as it was: the size, the time, the inode. */
  acting_write (&acting, "in/2", "the content and more");
  set_time ("in/2", 1);
  acting_write (&acting, "in/3", "the content");
  acting_move (&acting, "in/4", "in/moved");
  acting_move (&acting, "in/5", "in/6");
  set_time ("in/6", 5);
  six = acting_path (&acting, "in/5");
  ck_assert_int_eq (mkfifo (six, 0600), 0);
  seven = acting_path (&acting, "in/7");
  ck_assert_int_eq (unlink (seven), 0);
  ck_assert_int_eq (symlink ("1", seven), 0);
  eight = acting_path (&acting, "in/8");
  ck_assert_int_eq (unlink (eight), 0);
  ck_assert_int_eq (g_mkdir (eight, 0700), 0);
  g_free (six);
  g_free (seven);
  g_free (eight);
  acting_move (&acting, "in/d", "in/e");
  six = acting_path (&acting, "in/d");
  ck_assert_int_eq (symlink ("../out", six), 0);
  g_free (six);
  acting_run (&acting, ACT_DELETE, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "2"), ACT_CHANGED);
  ck_assert_int_eq (acting_reason (&acting, "3"), ACT_CHANGED);
  ck_assert_int_eq (acting_reason (&acting, "4"), ENOENT);
  ck_assert_int_eq (acting_reason (&acting, "5"), ACT_CHANGED);
  ck_assert_int_eq (acting_reason (&acting, "6"), ACT_CHANGED);
  ck_assert_int_eq (acting_reason (&acting, "7"), ACT_CHANGED);
  ck_assert_int_eq (acting_reason (&acting, "8"), ACT_CHANGED);
  ck_assert_int_eq (acting_reason (&acting, "9"), ACT_DONE);
  ck_assert_int_eq (acting_reason (&acting, "d/file"), ACT_CHANGED);
  ck_assert (acting_has (&acting, "in/1", "the content") && acting_has (&acting, "out/file", "the content"));
  ck_assert (acting_has (&acting, "in/e/file", "the content") && acting_has (&acting, "in/6", "the content"));
  ck_assert_uint_eq (act_get_succeeded (acting.act), 1);
  ck_assert_uint_eq (act_get_done (acting.act), 9);
  acting_end (&acting);
}
END_TEST

/* The other folder even has further names of the same files. */
START_TEST (a_folder_that_was_exchanged_is_not_touched)
{
  static const char *const names[] = { "a/kept", "b/second", "third" };
  char *link_path;
  three_copies ();
  acting_write (&acting, "other/a/x", "x");
  acting_write (&acting, "other/b/x", "x");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char *from = g_build_filename (acting.in, names[i], NULL);
      char *to = g_build_filename (acting.base, "other", names[i], NULL);
      ck_assert_int_eq (link (from, to), 0);
      g_free (from);
      g_free (to);
    }
  acting_scan (&acting, CONTENT_SHA256);
  acting_move (&acting, "in", "was");
  link_path = acting_path (&acting, "in");
  ck_assert_int_eq (symlink ("other", link_path), 0);
  acting_run (&acting, ACT_DELETE, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "b/second"), ACT_KEPT_GONE);
  ck_assert (acting_has (&acting, "other/b/second", "the content"));
  ck_assert (acting_has (&acting, "was/b/second", "the content"));
  g_free (link_path);
  acting_end (&acting);
}
END_TEST

START_TEST (another_copy_that_was_to_stay_takes_its_place)
{
  for (int kind = ACT_BIN; kind <= ACT_HARD_LINK; kind++)
    {
      three_copies ();
      acting_write (&acting, "in/fourth", "the content");
      acting_scan (&acting, CONTENT_SHA256);
      ck_assert (plan_set (acting.plan, found_twin (&acting.found, "third"), FALSE));
      acting_write (&acting, "in/a/kept", "the c0ntent");
      acting_run (&acting, (ActKind) kind, FALSE);
      ck_assert_int_eq (acting_reason (&acting, "b/second"), ACT_DONE);
      ck_assert_int_eq (acting_reason (&acting, "fourth"), ACT_DONE);
      ck_assert (acting_has (&acting, "in/third", "the content"));
      ck_assert (acting_has (&acting, "in/a/kept", "the c0ntent"));
      acting_end (&acting);
    }
}
END_TEST

START_TEST (nothing_goes_when_no_copy_is_left_that_was_to_stay)
{
  for (int kind = ACT_BIN; kind <= ACT_HARD_LINK; kind++)
    {
      char *path;
      three_copies ();
      acting_write (&acting, "in/fourth", "the content");
      acting_scan (&acting, CONTENT_SHA256);
      ck_assert (plan_set (acting.plan, found_twin (&acting.found, "third"), FALSE));
      acting_write (&acting, "in/third", "the content");
      path = acting_path (&acting, "in/a/kept");
      ck_assert_int_eq (unlink (path), 0);
      acting_run (&acting, (ActKind) kind, FALSE);
      ck_assert_int_eq (acting_reason (&acting, "b/second"), ACT_KEPT_GONE);
      ck_assert_int_eq (acting_reason (&acting, "fourth"), ACT_KEPT_GONE);
      ck_assert (acting_has (&acting, "in/b/second", "the content")
                 && acting_has (&acting, "in/fourth", "the content"));
      g_free (path);
      acting_end (&acting);
    }
}
END_TEST

START_TEST (what_has_gone_from_the_store_is_no_part_of_it)
{
  three_copies ();
  acting_scan (&acting, CONTENT_SHA256);
  for (guint i = 0; i < acting.found.store->files->len; i++)
    store_remove_file (acting.found.store, i);
  acting_run (&acting, ACT_DELETE, FALSE);
  ck_assert_uint_eq (act_get_items (acting.act)->len, 0);
  ck_assert (acting_has (&acting, "in/b/second", "the content"));
  acting_end (&acting);
}
END_TEST

/* ---- paths ------------------------------------------------------------------------------------------------------ */

START_TEST (names_may_be_any_bytes)
{
  static const char name[] = "in/caf\xe9 \n%\"";
  char *path, *info;
  acting_begin (&acting);
  acting_write (&acting, "in/1", "the content");
  path = acting_path (&acting, name);
  g_free (path);
  acting_write (&acting, "in/2", "the content");
  acting_move (&acting, "in/2", name);
  acting_scan (&acting, CONTENT_SHA256);
  acting_run (&acting, ACT_BIN, FALSE);
  ck_assert_uint_eq (act_get_succeeded (acting.act), 1);
  ck_assert (acting_has (&acting, "data/Trash/files/caf\xe9 \n%\"", "the content"));
  path = acting_path (&acting, "data/Trash/info/caf\xe9 \n%\".trashinfo");
  ck_assert (g_file_get_contents (path, &info, NULL, NULL));
  ck_assert_msg (strstr (info, "/in/caf%E9%20%0A%25%22\nDeletionDate=") != NULL, "%s", info);
  g_free (info);
  g_free (path);
  acting_end (&acting);
}
END_TEST

/* A chain of folders that no system call takes as a whole. */
START_TEST (paths_may_be_longer_than_the_system_takes)
{
  char part[201];
  GString *deep = g_string_new (NULL);
  int at;
  memset (part, 'd', 200);
  part[200] = '\0';
  acting_begin (&acting);
  acting_write (&acting, "in/1", "the content");
  acting_write (&acting, "in/2", "the content");
  at = open (acting.in, O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < 40; i++)
    {
      int next;
      ck_assert_int_eq (mkdirat (at, part, 0755), 0);
      next = openat (at, part, O_RDONLY | O_DIRECTORY);
      close (at);
      at = next;
      g_string_append_printf (deep, "%s/", part);
    }
  {
    char *two = acting_path (&acting, "in/2");
    ck_assert_int_eq (renameat (AT_FDCWD, two, at, "2"), 0);
    g_free (two);
  }
  g_string_append (deep, "2");
  acting_scan (&acting, CONTENT_SHA256);
  acting_run (&acting, ACT_BIN, FALSE);
  ck_assert_int_eq (acting_reason (&acting, deep->str), ACT_DONE);
  ck_assert_int_eq (faccessat (at, "2", F_OK, 0), -1);
  ck_assert (acting_has (&acting, "data/Trash/files/2", "the content"));
  {
    ActEvents events = acting_events (&acting);
    Act *undo = act_undo (acting.act, &events);
    act_free (acting.act);
    acting.act = undo;
    acting.finished = 0;
    acting_wait (&acting);
    ck_assert_uint_eq (act_get_succeeded (undo), 1);
    ck_assert_int_eq (faccessat (at, "2", F_OK, 0), 0);
  }
  close (at);
  g_string_free (deep, TRUE);
  acting_end (&acting);
}
END_TEST

/* A name of 255 bytes leaves no room for what the Bin adds. */
START_TEST (names_may_be_as_long_as_the_system_takes)
{
  GString *name = g_string_new ("in/");
  acting_begin (&acting);
  for (int i = 0; i < 127; i++)
    g_string_append (name, "\xc3\xa9");
  acting_write (&acting, "in/1", "the content");
  acting_write (&acting, "in/2", "the content");
  acting_write (&acting, "in/3", "the content");
  acting_move (&acting, "in/2", name->str);
  g_string_append (name, "x");
  acting_move (&acting, "in/3", name->str);
  acting_scan (&acting, CONTENT_SHA256);
  acting_run (&acting, ACT_BIN, FALSE);
  ck_assert_uint_eq (act_get_succeeded (acting.act), 2);
  ck_assert_uint_eq (acting_count (&acting, "data/Trash/files"), 2);
  for (guint i = 0; i < 2; i++)
    ck_assert (g_utf8_validate (g_array_index (act_get_items (acting.act), ActItem, i).moved, -1, NULL));
  g_string_free (name, TRUE);
  acting_end (&acting);
}
END_TEST

/* One of them was given as a link: that is followed, as it was by the scan, and none below it. */
START_TEST (several_folders_may_be_given_and_be_links)
{
  char *folders[3] = { NULL, NULL, NULL };
  char *link;
  three_copies ();
  acting_write (&acting, "other/deep/fourth", "the content");
  acting_write (&acting, "out/fourth", "the content");
  folders[0] = g_strdup (acting.in);
  folders[1] = acting_path (&acting, "link");
  ck_assert_int_eq (symlink ("other", folders[1]), 0);
  acting.found = found_in_several (folders);
  acting.plan = plan_new (acting.found.report);
  plan_set_folders (acting.plan, folders + 1);
  plan_apply (acting.plan, PLAN_KEEP_FIRST_FOLDER);
  ck_assert_uint_eq (plan_get_count (acting.plan), 3);
  plan_apply (acting.plan, PLAN_KEEP_OLDEST);
  ck_assert_uint_eq (plan_get_count (acting.plan), 3);
  if (_i > 0)
    {
      acting_move (&acting, "other/deep", "other/was");
      link = acting_path (&acting, "other/deep");
      ck_assert_int_eq (symlink ("../out", link), 0);
      g_free (link);
    }
  acting_run (&acting, _i == 2 ? ACT_BIN : ACT_DELETE, FALSE);
  expect_kept ();
  link = g_build_filename (folders[1], "deep/fourth", NULL);
  for (guint i = 0; i < 3; i++)
    {
      const ActItem *item = &g_array_index (act_get_items (acting.act), ActItem, i);
      int expected = strcmp (item->path, link) == 0 && _i > 0 ? ACT_CHANGED : ACT_DONE;
      ck_assert_msg (item->reason == expected, "%s: %s", item->path, act_reason_text (item->reason));
    }
  ck_assert (acting_has (&acting, "out/fourth", "the content"));
  ck_assert_int_eq (acting_is_there (&acting, _i > 0 ? "other/was/fourth" : "other/deep/fourth"), _i > 0);
  if (_i == 2)
    {
      ActEvents events = acting_events (&acting);
      Act *undo = act_undo (acting.act, &events);
      act_free (acting.act);
      acting.act = undo;
      acting.finished = 0;
      acting_wait (&acting);
      ck_assert_uint_eq (act_get_succeeded (undo), 2);
      ck_assert (acting_has (&acting, "in/b/second", "the content") && acting_has (&acting, "in/third", "the content"));
    }
  g_free (link);
  g_free (folders[0]);
  g_free (folders[1]);
  acting_end (&acting);
}
END_TEST

START_TEST (a_report_names_what_stayed_and_why)
{
  GString *text = g_string_new (NULL);
  char *expected;
  three_copies ();
  acting_scan (&acting, CONTENT_SHA256);
  acting_write (&acting, "in/third", "the c0ntent");
  acting_run (&acting, ACT_BIN, FALSE);
  act_append_report (text, acting.act);
  expected = g_strdup_printf ("%s/third: it was changed after the scan\nmoved to the Bin: 1 file, 11 B; stayed: 1\n",
                              acting.in);
  ck_assert_str_eq (text->str, expected);
  g_free (expected);
  g_string_free (text, TRUE);
  acting_end (&acting);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("act");
  test_add (suite, duplicates_go_to_the_bin_and_come_back);
  test_add (suite, files_without_a_copy_go_to_the_bin_and_come_back);
  test_add (suite, a_file_without_a_copy_stays_if_it_is_not_the_one_that_was_scanned);
  test_add (suite, names_in_the_bin_are_not_taken_twice);
  test_add (suite, duplicates_are_deleted);
  test_add (suite, duplicates_become_hard_links);
  test_add (suite, a_link_changes_no_rights);
  test_add (suite, names_of_the_copy_that_stays_are_left);
  test_add (suite, bytes_are_counted_once_for_all_names);
  test_add (suite, a_dry_run_does_nothing);
  test_add (suite, what_differs_stays);
  test_add (suite, what_was_changed_after_the_scan_stays);
  test_add (suite, a_folder_that_was_exchanged_is_not_touched);
  test_add (suite, another_copy_that_was_to_stay_takes_its_place);
  test_add (suite, nothing_goes_when_no_copy_is_left_that_was_to_stay);
  test_add (suite, what_has_gone_from_the_store_is_no_part_of_it);
  test_add (suite, names_may_be_any_bytes);
  test_add (suite, paths_may_be_longer_than_the_system_takes);
  test_add (suite, names_may_be_as_long_as_the_system_takes);
  for (int i = 0; i < 3; i++)
    {
      static const char *const names[]
          = { "several_folders_may_be_given_and_be_links/as-they-were",
              "several_folders_may_be_given_and_be_links/swapped", "several_folders_may_be_given_and_be_links/bin" };
      test_add_variant (suite, names[i], several_folders_may_be_given_and_be_links, i);
    }
  test_add (suite, a_report_names_what_stayed_and_why);
  return test_main (suite, argc, argv);
}
