/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watching the folders of a store: what is told, how often, and what becomes of folders that come and go. */
#include "test-suite.h"
#include "watch-scene.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* ---- what is told ----------------------------------------------------------------------------------------------- */

START_TEST (what_changes_is_told_with_its_folder)
{
  Scene scene = scene_open ();
  StoreDir *sub = scene_know (&scene, scene.root, "sub");
  char *from, *to;
  scene_make_folder (&scene, "sub");
  scene_watch (&scene);
  ck_assert_uint_eq (watch_get_count (scene.watch), 2);
  scene_make_file (&scene, "sub/a");
  scene_expect_told (&scene, sub);
  scene_make_file (&scene, "b");
  scene_expect_told (&scene, scene.root);
  scene_remove (&scene, "sub/a");
  scene_expect_told (&scene, sub);
  scene_make_folder (&scene, "sub/inner");
  scene_expect_told (&scene, sub);
  from = scene_path (&scene, "b");
  to = scene_path (&scene, "c");
  ck_assert_int_eq (g_rename (from, to), 0);
  scene_expect_told (&scene, scene.root);
  ck_assert_int_eq (g_chmod (to, 0400), 0);
  scene_expect_told (&scene, scene.root);
  g_free (to);
  g_free (from);
  scene_close (&scene);
}
END_TEST

START_TEST (many_changes_are_told_at_once)
{
  Scene scene = scene_open ();
  StoreDir *sub = scene_know (&scene, scene.root, "sub");
  guint messages = 0;
  char name[20];
  scene_make_folder (&scene, "sub");
  scene_watch (&scene);
  for (guint i = 0; i < 1000; i++)
    {
      g_snprintf (name, sizeof name, "sub/%u", i);
      scene_make_file (&scene, name);
    }
  scene_make_file (&scene, "last");
  while (!g_hash_table_contains (scene.folders, scene.root))
    {
      scene.told = 0;
      scene_run_until (&scene, scene_was_told);
      messages++;
    }
  ck_assert (g_hash_table_contains (scene.folders, sub));
  ck_assert_uint_lt (messages, 100);
  scene_close (&scene);
}
END_TEST

START_TEST (a_file_that_is_written_is_told_when_that_is_over)
{
  Scene scene = scene_open ();
  StoreDir *sub = scene_know (&scene, scene.root, "sub");
  char *path = scene_path (&scene, "file");
  int fd;
  scene_make_folder (&scene, "sub");
  scene_make_file (&scene, "file");
  scene_watch (&scene);
  fd = open (path, O_WRONLY);
  ck_assert_int_eq (write (fd, "yz", 2), 2);
  scene_make_file (&scene, "sub/mark");
  scene_expect_told_only (&scene, sub); /* and not the file that has two bytes more */
  close (fd);
  scene_expect_told (&scene, scene.root);
  g_free (path);
  scene_close (&scene);
}
END_TEST

START_TEST (a_folder_that_changed_while_it_was_scanned_is_told)
{
  Scene scene = scene_open ();
  scene_watch_since (&scene, g_get_real_time () * 1000);
  scene_expect_told (&scene, scene.root);
  scene_close (&scene);
}
END_TEST

/* ---- folders that come and go ----------------------------------------------------------------------------------- */

START_TEST (a_folder_that_comes_is_watched)
{
  Scene scene = scene_open ();
  StoreDir *sub;
  scene_watch (&scene);
  scene_make_folder (&scene, "sub");
  scene_expect_told (&scene, scene.root);
  sub = scene_know (&scene, scene.root, "sub");
  scene_follow (&scene);
  ck_assert_uint_eq (watch_get_count (scene.watch), 2);
  scene_make_file (&scene, "sub/a");
  scene_expect_told (&scene, sub);
  scene_close (&scene);
}
END_TEST

START_TEST (a_folder_that_has_gone_may_come_back)
{
  Scene scene = scene_open ();
  StoreDir *sub = scene_know (&scene, scene.root, "sub");
  scene_make_folder (&scene, "sub");
  scene_watch (&scene);
  scene_remove (&scene, "sub");
  while (!g_hash_table_contains (scene.folders, scene.root) || !g_hash_table_contains (scene.folders, sub))
    {
      scene.told = 0;
      scene_run_until (&scene, scene_was_told);
    }
  scene_forget_news (&scene);
  ck_assert_uint_eq (watch_get_count (scene.watch), 1);
  scene_make_folder (&scene, "sub");
  scene_expect_told (&scene, scene.root);
  scene_follow (&scene);
  ck_assert_uint_eq (watch_get_count (scene.watch), 2);
  scene_make_file (&scene, "sub/a");
  scene_expect_told (&scene, sub);
  scene_close (&scene);
}
END_TEST

START_TEST (a_folder_that_is_no_longer_in_the_store_is_not_watched)
{
  Scene scene = scene_open ();
  StoreDir *sub = scene_know (&scene, scene.root, "sub");
  scene_make_folder (&scene, "sub");
  scene_watch (&scene);
  sub->opened = FALSE;
  scene_follow (&scene);
  ck_assert_uint_eq (watch_get_count (scene.watch), 1);
  scene_make_file (&scene, "sub/a");
  scene_make_file (&scene, "b");
  scene_expect_told_only (&scene, scene.root);
  scene_close (&scene);
}
END_TEST

START_TEST (many_folders_are_watched_some_at_a_time)
{
  Scene scene = scene_open ();
  StoreDir *last = NULL;
  char name[20];
  for (guint i = 0; i < 1000; i++)
    {
      g_snprintf (name, sizeof name, "%u", i);
      scene_make_folder (&scene, name);
      last = scene_know (&scene, scene.root, name);
    }
  scene_watch (&scene);
  ck_assert_uint_eq (watch_get_count (scene.watch), 1001);
  scene_make_file (&scene, "999/a");
  scene_expect_told (&scene, last);
  scene_close (&scene);
}
END_TEST

/* ---- limits ----------------------------------------------------------------------------------------------------- */

START_TEST (what_cannot_be_watched_is_left_out)
{
  Scene scene = scene_open ();
  StoreDir *dir = scene.root;
  char name[201] = { 0 };
  memset (name, 'x', 200);
  for (guint i = 0; i < PATH_MAX / 200 + 1; i++)
    dir = scene_know (&scene, dir, name);
  scene_watch (&scene);
  ck_assert_uint_eq (watch_get_count (scene.watch), 1);
  ck_assert_uint_eq (watch_get_left_out (scene.watch),
                     1); /* the last one: the path is too long; the others are not there */
  scene_make_file (&scene, "a");
  scene_expect_told (&scene, scene.root);
  scene_close (&scene);
}
END_TEST

START_TEST (where_there_is_no_room_the_rest_is_left_out)
{
  Scene scene = scene_open ();
  char name[20];
  scene_watch (&scene);
  scene_has_no_room = TRUE;
  for (guint i = 0; i < 100; i++)
    {
      g_snprintf (name, sizeof name, "%u", i);
      scene_make_folder (&scene, name);
      (void) scene_know (&scene, scene.root, name);
    }
  scene_follow (&scene);
  /* Somebody asks the system with each 32nd. */
  ck_assert_uint_eq (watch_get_count (scene.watch), 32);
  ck_assert_uint_eq (watch_get_left_out (scene.watch), 69);
  scene_close (&scene);
}
END_TEST

/* ---- the end ---------------------------------------------------------------------------------------------------- */

START_TEST (the_end_does_not_wait_for_a_folder_that_hangs)
{
  Scene scene = scene_open_full (LODGER_CALLER_OPTIONS (.stop_deadline = LODGER_MILLISECONDS (10)));
  Latch latch;
  latch_init (&latch);
  scene_hangs_at = &latch;
  log_capture_begin ();
  scene_watch_since (&scene, G_MAXINT64);
  latch_wait (&scene_hanging);
  watch_end (scene.watch);
  scene.watch = NULL;
  lodger_caller_stop (scene.loop.caller, true);
  loop_run_until_done (&scene.loop, lodger_caller_get_stopped (scene.loop.caller));
  log_capture_end ();
  latch_open (&latch);
  scene_close (&scene);
}
END_TEST

START_TEST (nothing_is_told_after_the_end)
{
  Scene scene = scene_open ();
  scene_watch (&scene);
  scene_make_file (&scene, "a");
  watch_end (scene.watch);
  scene.watch = NULL;
  loop_run (&scene.loop);
  ck_assert_uint_eq (scene.told, 0);
  scene_close (&scene);
  ck_assert_uint_eq (scene.told, 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("watch");
  test_add (suite, what_changes_is_told_with_its_folder);
  test_add (suite, many_changes_are_told_at_once);
  test_add (suite, a_file_that_is_written_is_told_when_that_is_over);
  test_add (suite, a_folder_that_changed_while_it_was_scanned_is_told);
  test_add (suite, a_folder_that_comes_is_watched);
  test_add (suite, a_folder_that_has_gone_may_come_back);
  test_add (suite, a_folder_that_is_no_longer_in_the_store_is_not_watched);
  test_add (suite, many_folders_are_watched_some_at_a_time);
  test_add (suite, what_cannot_be_watched_is_left_out);
  test_add (suite, where_there_is_no_room_the_rest_is_left_out);
  test_add (suite, the_end_does_not_wait_for_a_folder_that_hangs);
  test_add (suite, nothing_is_told_after_the_end);
  return test_main (suite, argc, argv);
}
