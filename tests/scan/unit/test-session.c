/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One scan and what follows it: the report becomes what is on the disk, whatever changes there. */
#include "session-stage.h"
#include "test-suite.h"

#include <glib/gstdio.h>
#include <string.h>

enum
{
  CHANGES = 300
};

START_TEST (without_a_watch_the_report_stays)
{
  Stage stage = stage_open ();
  stage_make_file (&stage, "a", "1");
  stage_start (&stage);
  stage_run_until (&stage, stage_is_as_the_disk);
  ck_assert_int_eq (session_get_watching (stage.session), SESSION_NOT_WATCHED);
  stage_close (&stage);
}
END_TEST

START_TEST (what_changes_is_in_the_next_report)
{
  Stage stage = stage_open ();
  stage_make_folder (&stage, "sub");
  stage_make_file (&stage, "a", "1");
  stage_make_file (&stage, "sub/b", "2");
  stage_watch (&stage);
  ck_assert (stage_is_as_the_disk (&stage));
  stage_make_file (&stage, "c", "3");
  stage_run_until (&stage, stage_is_as_the_disk);
  stage_make_file (&stage, "sub/b", "22");
  stage_run_until (&stage, stage_is_as_the_disk);
  stage_remove (&stage, "a");
  stage_run_until (&stage, stage_is_as_the_disk);
  stage_rename (&stage, "c", "sub/d");
  stage_run_until (&stage, stage_is_as_the_disk);
  stage_make_folder (&stage, "sub/inner");
  stage_make_file (&stage, "sub/inner/e", "5");
  stage_run_until (&stage, stage_is_as_the_disk);
  stage_rename (&stage, "sub", "other");
  stage_run_until (&stage, stage_is_as_the_disk);
  stage_make_file (&stage, "other/inner/f", "6");
  stage_run_until (&stage, stage_is_as_the_disk);
  stage_remove (&stage, "other");
  stage_run_until (&stage, stage_is_as_the_disk);
  ck_assert_uint_eq (session_get_store (stage.session)->n_files, 0);
  stage_close (&stage);
}
END_TEST

/* A path of folders and one name, of which there are few, so that they meet. */
static char *
dice_path (TestRandom *dice)
{
  GString *path = g_string_new (NULL);
  while (test_random_below (dice, 3) > 0)
    g_string_append_printf (path, "%c/", 'a' + (char) test_random_below (dice, 3));
  g_string_append_c (path, (char) ('a' + test_random_below (dice, 3)));
  return g_string_free (path, FALSE);
}

/* What cannot be done is not done. */
static void
change (const Stage *stage, TestRandom *dice)
{
  char *name = dice_path (dice);
  char *other = dice_path (dice);
  char *path = g_build_filename (stage->folder, name, NULL);
  char text[12];
  g_snprintf (text, sizeof text, "%u", (guint) test_random_below (dice, 5));
  switch (test_random_below (dice, 6))
    {
    case 0: stage_remove (stage, name); break;
    case 1: stage_rename (stage, name, other); break;
    case 2:
    case 3: (void) g_mkdir_with_parents (path, 0700); break;
    default: (void) g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL); break;
    }
  g_free (path);
  g_free (other);
  g_free (name);
}

START_TEST (whatever_changes_the_report_becomes_the_disk)
{
  Stage stage = stage_open ();
  TestRandom dice = test_random_new (0);
  for (guint i = 0; i < CHANGES; i++)
    change (&stage, &dice);
  stage_watch (&stage);
  for (guint i = 0; i < 4; i++)
    {
      for (guint j = 0; j < CHANGES; j++)
        {
          change (&stage, &dice);
          while (test_random_below (&dice, 8) == 0 && g_main_context_iteration (NULL, FALSE))
            continue;
        }
      stage_run_until (&stage, stage_is_as_the_disk);
    }
  stage_close (&stage);
}
END_TEST

START_TEST (what_changes_while_it_is_scanned_is_found)
{
  Stage stage = stage_open ();
  TestRandom dice = test_random_new (0);
  for (guint i = 0; i < CHANGES; i++)
    change (&stage, &dice);
  stage_start (&stage);
  session_watch (stage.session);
  while (!stage_is_watched (&stage))
    {
      change (&stage, &dice);
      (void) g_main_context_iteration (NULL, FALSE);
    }
  stage_run_until (&stage, stage_is_as_the_disk);
  stage_close (&stage);
}
END_TEST

START_TEST (what_the_program_takes_away_is_in_no_later_report)
{
  Stage stage = stage_open ();
  guint number;
  stage_make_file (&stage, "a", "1");
  stage_make_file (&stage, "b", "1");
  stage_start (&stage);
  stage_run_until (&stage, stage_is_done);
  number = strcmp (g_array_index (session_get_store (stage.session)->files, StoreFile, 0).name, "a") == 0 ? 0 : 1;
  stage_remove (&stage, "a");
  session_forget (stage.session, &number, 1);
  session_forget (stage.session, &number, 1); /* while the report is being made */
  stage_run_until (&stage, stage_is_as_the_disk);
  ck_assert_uint_eq (session_get_report (stage.session)->groups->len, 0);
  stage_close (&stage);
}
END_TEST

START_TEST (it_can_be_dropped_during_an_update)
{
  Stage stage = stage_open ();
  char name[20];
  stage_watch (&stage);
  for (guint i = 0; i < 1000; i++)
    {
      g_snprintf (name, sizeof name, "%u", i);
      stage_make_file (&stage, name, name);
    }
  stage_run_until (&stage, stage_is_updating);
  stage_close (&stage);
}
END_TEST

START_TEST (a_later_session_knows_what_was_read)
{
  Stage stage = stage_open ();
  const StoreFile *file;
  guint8 content[STORE_HASH_BYTES];
  HashCache *cache;
  struct stat st;
  char *path = g_build_filename (stage.folder, "a", NULL);
  stage_make_file (&stage, "a", "1");
  ck_assert_int_eq (g_stat (path, &st), 0);
  /* What it says of the file is wrong, so that it can be told from what is in the file. */
  memset (content, 7, sizeof content);
  cache = hash_cache_load (stage.hashes);
  hash_cache_add (cache, &st, content, "text/plain", g_get_real_time () * 1000 + LODGER_SECONDS (10));
  ck_assert (hash_cache_save (cache));
  hash_cache_unref (cache);
  stage_start (&stage);
  stage_run_until (&stage, stage_is_done);
  file = g_ptr_array_index (session_get_report (stage.session)->files, 0);
  ck_assert_mem_eq (file->content, content, sizeof content);
  g_free (path);
  stage_close (&stage);
}
END_TEST

static gboolean
is_saved (const Stage *stage)
{
  return g_file_test (stage->hashes, G_FILE_TEST_EXISTS);
}

START_TEST (what_was_read_is_saved)
{
  Stage stage = stage_open ();
  char *own = stage.folder;
  stage.folder = g_build_filename (g_getenv ("LODGER_SOURCE"), "docs", NULL); /* has not changed just now */
  stage_start (&stage);
  stage_run_until (&stage, stage_is_done);
  stage_run_until (&stage, is_saved);
  g_free (stage.folder);
  stage.folder = own;
  stage_close (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("session");
  test_add (suite, without_a_watch_the_report_stays);
  test_add (suite, what_changes_is_in_the_next_report);
  test_add (suite, whatever_changes_the_report_becomes_the_disk);
  test_add (suite, what_changes_while_it_is_scanned_is_found);
  test_add (suite, what_the_program_takes_away_is_in_no_later_report);
  test_add (suite, it_can_be_dropped_during_an_update);
  test_add (suite, a_later_session_knows_what_was_read);
  test_add (suite, what_was_read_is_saved);
  return test_main (suite, argc, argv);
}
