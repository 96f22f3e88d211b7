/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings: what is kept, what a damaged file does, and when the file is written. */
#include "settings.h"
#include "test-loop.h"
#include "test-suite.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Place
{
  char *folder, *path;
} Place;

static Place
place_new (void)
{
  Place place = { .folder = g_dir_make_tmp ("lodger-scan-settings-XXXXXX", NULL) };
  ck_assert_ptr_nonnull (place.folder);
  place.path = g_build_filename (place.folder, "some", "where", "settings", NULL);
  return place;
}

static void
place_free (Place *place)
{
  tree_remove (place->folder);
  g_free (place->folder);
  g_free (place->path);
}

static void
place_write (const Place *place, const char *text, gssize length)
{
  char *folder = g_path_get_dirname (place->path);
  ck_assert_int_eq (g_mkdir_with_parents (folder, 0700), 0);
  ck_assert (g_file_set_contents (place->path, text, length, NULL));
  g_free (folder);
}

static void
write_now (Loop *loop, Settings *settings)
{
  LodgerPending *written = settings_write (settings);
  loop_run_until_done (loop, written);
  lodger_pending_unref (written);
}

static void
set_all (Settings *settings)
{
  const char *const list[] = { "one;", "two", "", NULL };
  const char *const paths[] = { "/home/caf\xe9", "/", "/with space;and\nline", NULL };
  settings_set_boolean (settings, "dark", TRUE);
  settings_set_int (settings, "width", -1234);
  settings_set_string (settings, "page", " files\n[x]=1 ä");
  settings_set_list (settings, "columns", list);
  settings_set_paths (settings, "folders", paths);
}

static void
check_all (const Settings *settings)
{
  char *page = settings_get_string (settings, "page", NULL);
  char **list = settings_get_list (settings, "columns");
  char **paths = settings_get_paths (settings, "folders");
  ck_assert (settings_get_boolean (settings, "dark", FALSE));
  ck_assert_int_eq (settings_get_int (settings, "width", 5, -2000, 0), -1234);
  ck_assert_str_eq (page, " files\n[x]=1 ä");
  ck_assert_uint_eq (g_strv_length (list), 3);
  ck_assert_str_eq (list[0], "one;");
  ck_assert_str_eq (list[2], "");
  ck_assert_uint_eq (g_strv_length (paths), 3);
  ck_assert_str_eq (paths[0], "/home/caf\xe9");
  ck_assert_str_eq (paths[2], "/with space;and\nline");
  g_free (page);
  g_strfreev (list);
  g_strfreev (paths);
}

static void
check_empty (const Settings *settings)
{
  char *page = settings_get_string (settings, "page", "otherwise");
  char **list = settings_get_list (settings, "columns");
  ck_assert (settings_get_boolean (settings, "dark", TRUE));
  ck_assert (!settings_get_boolean (settings, "dark", FALSE));
  ck_assert_int_eq (settings_get_int (settings, "width", 5, 0, 10), 5);
  ck_assert_str_eq (page, "otherwise");
  ck_assert_ptr_null (settings_get_string (settings, "page", NULL));
  ck_assert_ptr_null (list[0]);
  g_free (page);
  g_strfreev (list);
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

START_TEST (in_memory_they_are_kept_as_long_as_they_live)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Settings *settings = settings_new (NULL);
  check_empty (settings);
  settings_begin_to_write (settings, loop.caller);
  set_all (settings);
  check_all (settings);
  settings_set_string (settings, "page", NULL);
  ck_assert_ptr_null (settings_get_string (settings, "page", NULL));
  write_now (&loop, settings);
  settings_free (settings);
  settings_free (NULL);
  loop_close (&loop);
}
END_TEST

START_TEST (they_are_there_in_the_next_run)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Place place = place_new ();
  Settings *settings = settings_new (place.path);
  settings_begin_to_write (settings, loop.caller);
  set_all (settings);
  write_now (&loop, settings);
  settings_free (settings);
  settings = settings_new (place.path);
  check_all (settings);
  settings_free (settings);
  place_free (&place);
  loop_close (&loop);
}
END_TEST

START_TEST (a_value_that_is_wrong_or_out_of_range_is_not_taken)
{
  Place place = place_new ();
  Settings *settings;
  place_write (&place,
               "[lodger-scan]\nwidth=99\nheight=many\ndark=perhaps\nfolders=relative;http://x/y;file:///good;\n", -1);
  settings = settings_new (place.path);
  ck_assert_int_eq (settings_get_int (settings, "width", 5, 100, 200), 5);
  ck_assert_int_eq (settings_get_int (settings, "width", 5, 0, 98), 5);
  ck_assert_int_eq (settings_get_int (settings, "width", 5, 99, 99), 99);
  ck_assert_int_eq (settings_get_int (settings, "height", 5, 0, 10), 5);
  ck_assert (settings_get_boolean (settings, "dark", TRUE));
  {
    char **paths = settings_get_paths (settings, "folders");
    ck_assert_uint_eq (g_strv_length (paths), 1);
    ck_assert_str_eq (paths[0], "/good");
    g_strfreev (paths);
  }
  settings_free (settings);
  place_free (&place);
}
END_TEST

START_TEST (the_newest_path_is_the_first_and_there_once)
{
  Settings *settings = settings_new (NULL);
  static const char *const added[] = { "/a", "/b", "/c", "/a", "/d", "/d" };
  char **paths;
  for (guint i = 0; i < G_N_ELEMENTS (added); i++)
    settings_add_path (settings, "folders", added[i], 3);
  paths = settings_get_paths (settings, "folders");
  ck_assert_uint_eq (g_strv_length (paths), 3);
  ck_assert_str_eq (paths[0], "/d");
  ck_assert_str_eq (paths[1], "/a");
  ck_assert_str_eq (paths[2], "/c");
  g_strfreev (paths);
  settings_free (settings);
}
END_TEST

START_TEST (text_that_is_not_utf_8_is_not_taken)
{
  Settings *settings = settings_new (NULL);
  settings_set_string (settings, "page", "caf\xe9");
  ck_assert_ptr_null (settings_get_string (settings, "page", NULL));
  settings_free (settings);
}
END_TEST

/* ---- a file that is damaged ------------------------------------------------------------------------------------- */

START_TEST (a_damaged_file_is_as_none)
{
  static const char *const texts[] = {
    "",    "[lodger-scan", "dark=true\n", "\xff\xfe", "[lodger-scan]\ndark=true\nnonsense\n", "[other]\ndark=true\n",
    "[]\n"
  };
  static const char with_zero[] = "[lodger-scan]\ndark=true\n\0width=1\n";
  Place place = place_new ();
  Settings *settings;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      place_write (&place, texts[i], -1);
      settings = settings_new (place.path);
      check_empty (settings);
      settings_set_boolean (settings, "dark", TRUE);
      ck_assert (settings_get_boolean (settings, "dark", FALSE));
      settings_free (settings);
    }
  place_write (&place, with_zero, sizeof with_zero - 1);
  settings = settings_new (place.path);
  check_empty (settings);
  settings_free (settings);
  place_free (&place);
}
END_TEST

START_TEST (a_file_that_is_too_large_is_as_none)
{
  Place place = place_new ();
  GString *text = g_string_new ("[lodger-scan]\ndark=true\n");
  Settings *settings;
  while (text->len < (1 << 20))
    g_string_append (text, "# nothing but a comment that goes on and on and on\n");
  place_write (&place, text->str, (gssize) text->len);
  settings = settings_new (place.path);
  check_empty (settings);
  settings_free (settings);
  g_string_free (text, TRUE);
  place_free (&place);
}
END_TEST

START_TEST (a_fifo_a_folder_or_nothing_in_its_place_is_as_none)
{
  Place place = place_new ();
  Settings *settings;
  place_write (&place, "", 0);
  ck_assert_int_eq (unlink (place.path), 0);
  settings = settings_new (place.path);
  check_empty (settings);
  settings_free (settings);
  ck_assert_int_eq (mkfifo (place.path, 0600), 0);
  settings = settings_new (place.path);
  check_empty (settings);
  settings_free (settings);
  ck_assert_int_eq (unlink (place.path), 0);
  ck_assert_int_eq (mkdir (place.path, 0700), 0);
  settings = settings_new (place.path);
  check_empty (settings);
  settings_free (settings);
  place_free (&place);
}
END_TEST

START_TEST (a_place_that_cannot_be_written_changes_nothing_else)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Settings *settings = settings_new ("/dev/null/lodger-scan/settings");
  LodgerPending *written;
  bool is_written = true;
  settings_begin_to_write (settings, loop.caller);
  set_all (settings);
  written = settings_write (settings);
  loop_run_until_done (&loop, written);
  expect_code (lodger_pending_get_boolean (written, &is_written), 0);
  ck_assert (!is_written);
  lodger_pending_unref (written);
  check_all (settings);
  settings_free (settings);
  loop_close (&loop);
}
END_TEST

/* ---- when it is written ----------------------------------------------------------------------------------------- */

static gboolean
is_there (const Place *place)
{
  return g_file_test (place->path, G_FILE_TEST_EXISTS);
}

START_TEST (nothing_is_written_before_somebody_says_so_or_without_a_change)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Place place = place_new ();
  Settings *settings = settings_new (place.path);
  set_all (settings);
  write_now (&loop, settings);
  ck_assert (!is_there (&place));
  settings_free (settings);

  place_write (&place, "[lodger-scan]\ndark=true\nwidth=3\n", -1);
  settings = settings_new (place.path);
  settings_begin_to_write (settings, loop.caller);
  ck_assert_int_eq (unlink (place.path), 0);
  settings_set_boolean (settings, "dark", TRUE);
  settings_set_int (settings, "width", 3);
  settings_set_string (settings, "page", NULL);
  settings_set_list (settings, "columns", (const char *const[]) { NULL });
  write_now (&loop, settings);
  ck_assert (!is_there (&place));
  settings_free (settings);
  place_free (&place);
  loop_close (&loop);
}
END_TEST

START_TEST (a_write_comes_a_moment_after_the_last_change)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Place place = place_new ();
  Settings *settings = settings_new (place.path);
  settings_begin_to_write (settings, loop.caller);
  for (int i = 0; i < 10; i++)
    {
      settings_set_int (settings, "width", i);
      lodger_manual_advance (loop.host, LODGER_MILLISECONDS (500));
      loop_run (&loop);
    }
  ck_assert (!is_there (&place));
  lodger_manual_advance (loop.host, LODGER_MILLISECONDS (500));
  loop_run (&loop);
  write_now (&loop, settings); /* the one that has begun */
  ck_assert (is_there (&place));
  settings_free (settings);
  settings = settings_new (place.path);
  ck_assert_int_eq (settings_get_int (settings, "width", -1, 0, 100), 9);
  settings_free (settings);
  place_free (&place);
  loop_close (&loop);
}
END_TEST

START_TEST (the_last_of_many_writes_counts)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Place place = place_new ();
  Settings *settings = settings_new (place.path);
  settings_begin_to_write (settings, loop.caller);
  for (int i = 0; i < 100; i++)
    {
      settings_set_int (settings, "width", i);
      lodger_pending_disown (settings_write (settings));
    }
  write_now (&loop, settings);
  settings_free (settings);
  settings = settings_new (place.path);
  ck_assert_int_eq (settings_get_int (settings, "width", -1, 0, 100), 99);
  settings_free (settings);
  place_free (&place);
  loop_close (&loop);
}
END_TEST

START_TEST (the_default_place_is_in_the_users_folder_for_configuration)
{
  char *path = settings_get_default_path ();
  ck_assert (g_str_has_prefix (path, g_get_user_config_dir ()));
  ck_assert (g_str_has_suffix (path, "/lodger-scan/settings"));
  g_free (path);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("scan-settings");
  test_add (suite, in_memory_they_are_kept_as_long_as_they_live);
  test_add (suite, they_are_there_in_the_next_run);
  test_add (suite, a_value_that_is_wrong_or_out_of_range_is_not_taken);
  test_add (suite, the_newest_path_is_the_first_and_there_once);
  test_add (suite, text_that_is_not_utf_8_is_not_taken);
  test_add (suite, a_damaged_file_is_as_none);
  test_add (suite, a_file_that_is_too_large_is_as_none);
  test_add (suite, a_fifo_a_folder_or_nothing_in_its_place_is_as_none);
  test_add (suite, a_place_that_cannot_be_written_changes_nothing_else);
  test_add (suite, nothing_is_written_before_somebody_says_so_or_without_a_change);
  test_add (suite, a_write_comes_a_moment_after_the_last_change);
  test_add (suite, the_last_of_many_writes_counts);
  test_add (suite, the_default_place_is_in_the_users_folder_for_configuration);
  return test_main (suite, argc, argv);
}
