/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine: what an update finds, and when no event comes any more. */
#include "engine.h"
#include "test-loop.h"
#include "test-suite.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder, and the engine that has scanned it. */
typedef struct Scan
{
  Loop loop;
  char *folder;
  Engine *engine;
  LodgerPending *finished; /* answered by the next `finished` */
  guint n_finished;
} Scan;

static void
on_progress (Engine *engine G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
}

static void
on_finished (Engine *engine G_GNUC_UNUSED, void *data)
{
  Scan *scan = data;
  scan->n_finished++;
  (void) lodger_pending_return_int (scan->finished, 0);
}

static void
expect_finish (Scan *scan)
{
  lodger_pending_unref (scan->finished);
  scan->finished = lodger_pending_new (0);
}

static void
make_file (const Scan *scan, const char *name, const char *content)
{
  char *path = g_build_filename (scan->folder, name, NULL);
  char *folder = g_path_get_dirname (path);
  ck_assert_int_eq (g_mkdir_with_parents (folder, 0700), 0);
  ck_assert (g_file_set_contents (path, content, -1, NULL));
  g_free (folder);
  g_free (path);
}

static void
remove_name (const Scan *scan, const char *name)
{
  char *path = g_build_filename (scan->folder, name, NULL);
  ck_assert_int_eq (g_remove (path), 0);
  g_free (path);
}

static Scan *
scan_new (void)
{
  Scan *scan = g_new0 (Scan, 1);
  scan->loop = loop_open (0);
  scan->folder = g_dir_make_tmp ("lodger-scan-engine-XXXXXX", NULL);
  return scan;
}

static void
scan_start (Scan *scan, EngineReading reading)
{
  char *folders[] = { scan->folder, NULL };
  EngineOptions what = { .folders = folders, .reading = reading };
  EngineEvents events = { on_progress, on_finished, scan };
  char *message = NULL;
  expect_finish (scan);
  scan->engine = engine_start (scan->loop.caller, &what, &events, &message);
  ck_assert_ptr_nonnull (scan->engine);
}

static void
scan_run (Scan *scan, EngineReading reading)
{
  scan_start (scan, reading);
  loop_run_until_done (&scan->loop, scan->finished);
}

/* Looks anew into the folders with these names; NULL is the scanned folder. */
static void
scan_update (Scan *scan, const char *name)
{
  const Store *store = engine_get_store (scan->engine);
  GPtrArray *folders = g_ptr_array_new ();
  for (guint i = 0; i < store->dirs->len; i++)
    {
      StoreDir *dir = g_ptr_array_index (store->dirs, i);
      if (name == NULL ? dir->parent == NULL : strcmp (dir->name, name) == 0)
        g_ptr_array_add (folders, dir);
    }
  ck_assert_uint_eq (folders->len, 1);
  expect_finish (scan);
  engine_update (scan->engine, folders);
  g_ptr_array_unref (folders);
  loop_run_until_done (&scan->loop, scan->finished);
}

static void
scan_free (Scan *scan)
{
  char *command = g_strdup_printf ("rm -rf '%s'", scan->folder);
  engine_free (scan->engine);
  loop_close (&scan->loop);
  ck_assert (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (command);
  lodger_pending_unref (scan->finished);
  g_free (scan->folder);
  g_free (scan);
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* The names of the files that are there, in the order of bytes, with a `*` at those that have a twin. */
static char *
list_files (const Scan *scan)
{
  const Store *store = engine_get_store (scan->engine);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GString *list = g_string_new (NULL);
  for (guint i = 0; i < store->files->len; i++)
    {
      const StoreFile *file = &g_array_index (store->files, StoreFile, i);
      GString *path = g_string_new (NULL);
      store_append_path (path, file->dir, file->name);
      if (store_has_twin (store, file))
        g_string_append_c (path, '*');
      if (!file->gone)
        g_ptr_array_add (names, g_strdup (path->str));
      g_string_free (path, TRUE);
    }
  g_ptr_array_sort (names, compare_names);
  ck_assert_uint_eq (names->len, store->n_files);
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (list, "%s%s", i == 0 ? "" : " ", (char *) g_ptr_array_index (names, i));
  g_ptr_array_unref (names);
  return g_string_free (list, FALSE);
}

static void
expect_files (const Scan *scan, const char *expected)
{
  char *list = list_files (scan);
  ck_assert_str_eq (list, expected);
  g_free (list);
}

static const EngineReading readings[] = { ENGINE_READ_ALL, ENGINE_READ_SAME_SIZE };

START_TEST (an_update_finds_what_is_new_gone_or_changed)
{
  Scan *scan = scan_new ();
  make_file (scan, "stays", "1");
  make_file (scan, "goes", "22");
  make_file (scan, "changes", "333");
  make_file (scan, "sub/inside", "4444");
  scan_run (scan, readings[_i]);
  expect_files (scan, "changes goes stays sub/inside");
  remove_name (scan, "goes");
  make_file (scan, "changes", "4444");
  make_file (scan, "new/folder/file", "22");
  make_file (scan, "comes", "22");
  make_file (scan, "sub/unseen", "1");
  scan_update (scan, NULL);
  expect_files (scan, "changes* comes* new/folder/file* stays sub/inside*");
  ck_assert_uint_eq (engine_get_store (scan->engine)->folders, 4);
  scan_update (scan, "sub");
  expect_files (scan, "changes* comes* new/folder/file* stays* sub/inside* sub/unseen*");
  ck_assert_uint_eq (scan->n_finished, 3);
  ck_assert_uint_eq (engine_get_store (scan->engine)->errors->len, 0);
  scan_free (scan);
}
END_TEST

START_TEST (an_update_of_what_has_not_changed_adds_nothing)
{
  Scan *scan = scan_new ();
  char *link;
  make_file (scan, "a", "1");
  make_file (scan, "b", "1");
  make_file (scan, "sub/c", "2");
  link = g_build_filename (scan->folder, "link", NULL);
  ck_assert_int_eq (symlink ("a", link), 0);
  scan_run (scan, readings[_i]);
  scan_update (scan, NULL);
  expect_files (scan, "a* b* sub/c");
  ck_assert_uint_eq (engine_get_store (scan->engine)->files->len, 3);
  ck_assert_uint_eq (engine_get_store (scan->engine)->links, 1);
  ck_assert_uint_eq (engine_get_store (scan->engine)->twins, 1);
  g_free (link);
  scan_free (scan);
}
END_TEST

START_TEST (an_update_removes_a_folder_that_has_gone)
{
  Scan *scan = scan_new ();
  make_file (scan, "sub/deep/file", "1");
  make_file (scan, "sub/other", "2");
  make_file (scan, "stays", "3");
  scan_run (scan, readings[_i]);
  remove_name (scan, "sub/deep/file");
  remove_name (scan, "sub/deep");
  remove_name (scan, "sub/other");
  remove_name (scan, "sub");
  scan_update (scan, "sub");
  expect_files (scan, "stays");
  make_file (scan, "sub/again", "4");
  scan_update (scan, NULL);
  expect_files (scan, "stays sub/again");
  ck_assert_uint_eq (engine_get_store (scan->engine)->folders, 2);
  ck_assert_uint_eq (engine_get_store (scan->engine)->errors->len, 0);
  scan_free (scan);
}
END_TEST

static void
make_link (const Scan *scan, const char *name, const char *to)
{
  char *path = g_build_filename (scan->folder, name, NULL);
  ck_assert_int_eq (symlink (to, path), 0);
  g_free (path);
}

static void
set_mode (const Scan *scan, const char *name, mode_t mode)
{
  char *path = g_build_filename (scan->folder, name, NULL);
  ck_assert_int_eq (chmod (path, mode), 0);
  g_free (path);
}

/* The paths of the errors, in order. */
static void
expect_errors (const Scan *scan, const char *expected)
{
  const GArray *errors = engine_get_store (scan->engine)->errors;
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  GString *list = g_string_new (NULL);
  for (guint i = 0; i < errors->len; i++)
    {
      const StoreError *error = &g_array_index (errors, StoreError, i);
      GString *path = g_string_new (NULL);
      store_append_path (path, error->dir, error->name);
      g_ptr_array_add (paths, g_string_free (path, FALSE));
    }
  g_ptr_array_sort (paths, compare_names);
  for (guint i = 0; i < paths->len; i++)
    g_string_append_printf (list, "%s%s", i == 0 ? "" : " ", (char *) g_ptr_array_index (paths, i));
  ck_assert_str_eq (list->str, expected);
  g_ptr_array_unref (paths);
  g_string_free (list, TRUE);
}

START_TEST (an_update_forgets_errors_that_it_does_not_find_again)
{
  Scan *scan = scan_new ();
  make_file (scan, "file", "1");
  make_file (scan, "sub/file", "22");
  make_link (scan, "broken", "nothing");
  make_link (scan, "other", "nothing");
  make_link (scan, "sub/broken", "nothing");
  make_link (scan, "sub/deep", "nothing");
  scan_run (scan, readings[_i]);
  expect_errors (scan, "broken other sub/broken sub/deep");
  remove_name (scan, "broken");
  scan_update (scan, NULL);
  expect_errors (scan, "other sub/broken sub/deep");
  scan_update (scan, NULL);
  expect_errors (scan, "other sub/broken sub/deep");
  make_file (scan, "nothing", "4444");
  scan_update (scan, NULL);
  expect_errors (scan, "sub/broken sub/deep");
  remove_name (scan, "sub/broken");
  remove_name (scan, "sub/deep");
  remove_name (scan, "sub/file");
  remove_name (scan, "sub");
  scan_update (scan, NULL);
  expect_errors (scan, "");
  scan_free (scan);
}
END_TEST

/* Whose rights count. */
static void
be_nobody (void)
{
  if (geteuid () == 0)
    ck_assert_int_eq (seteuid (65534), 0);
}

/* LeakSanitizer looks at a process of its own user only. */
static void
be_oneself (void)
{
  ck_assert_int_eq (seteuid (getuid ()), 0);
  ck_assert_int_eq (prctl (PR_SET_DUMPABLE, 1), 0);
}

START_TEST (an_update_reads_again_what_could_not_be_read)
{
  Scan *scan;
  be_nobody ();
  scan = scan_new ();
  make_file (scan, "a", "1");
  make_file (scan, "b", "1");
  make_file (scan, "sub/c", "1");
  set_mode (scan, "a", 0);
  set_mode (scan, "sub", 0);
  scan_run (scan, readings[_i]);
  expect_errors (scan, "a sub");
  scan_update (scan, NULL);
  expect_errors (scan, "a sub");
  scan_update (scan, NULL);
  expect_errors (scan, "a sub");
  set_mode (scan, "a", 0600);
  scan_update (scan, NULL);
  expect_errors (scan, "sub");
  expect_files (scan, "a* b*");
  set_mode (scan, "sub", 0700);
  scan_update (scan, NULL);
  expect_errors (scan, "");
  expect_files (scan, "a* b* sub/c*");
  scan_free (scan);
  be_oneself ();
}
END_TEST

START_TEST (an_update_that_reads_nothing_keeps_what_could_not_be_read)
{
  Scan *scan;
  be_nobody ();
  scan = scan_new ();
  make_file (scan, "a", "1");
  make_file (scan, "b", "1");
  set_mode (scan, "a", 0);
  scan_run (scan, ENGINE_COMPARE);
  expect_errors (scan, "a");
  scan_update (scan, NULL);
  expect_errors (scan, "a");
  ck_assert_uint_eq (engine_get_store (scan->engine)->files->len, 2);
  remove_name (scan, "a");
  scan_update (scan, NULL);
  expect_errors (scan, "");
  scan_free (scan);
  be_oneself ();
}
END_TEST

START_TEST (an_update_that_is_asked_for_during_a_scan_comes_at_its_end)
{
  Scan *scan = scan_new ();
  GPtrArray *folders = g_ptr_array_new ();
  make_file (scan, "a", "1");
  scan_start (scan, readings[_i]);
  g_ptr_array_add (folders, g_ptr_array_index (engine_get_store (scan->engine)->dirs, 0));
  engine_update (scan->engine, folders);
  loop_run_until_done (&scan->loop, scan->finished);
  expect_files (scan, "a");
  ck_assert_uint_eq (scan->n_finished, 1);
  g_ptr_array_unref (folders);
  scan_free (scan);
}
END_TEST

START_TEST (a_cancelled_scan_is_finished)
{
  Scan *scan = scan_new ();
  make_file (scan, "a", "1");
  scan_start (scan, readings[_i]);
  engine_cancel (scan->engine);
  loop_run_until_done (&scan->loop, scan->finished);
  expect_files (scan, "");
  ck_assert_uint_eq (scan->n_finished, 1);
  scan_free (scan);
}
END_TEST

START_TEST (no_event_comes_from_an_engine_that_was_freed)
{
  Scan *scan = scan_new ();
  guint before;
  make_file (scan, "a", "1");
  scan_start (scan, readings[_i]);
  lodger_manual_iterate (scan->loop.host, false);
  before = scan->n_finished; /* the worker may have been quick */
  engine_free (scan->engine);
  scan->engine = NULL;
  loop_run (&scan->loop);
  ck_assert_uint_eq (scan->n_finished, before);
  scan_free (scan);
}
END_TEST

/* Adds a test that reads all files, and one that reads those of one size. */
static void
add (Suite *suite, const char *name, const TTest *test, int reading)
{
  char *full = g_strconcat (name, reading == 0 ? "/all" : "/same_size", NULL);
  test_add_variant (suite, full, test, reading);
  g_free (full);
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("engine");
  for (int i = 0; i < 2; i++)
    {
      add (suite, "an_update_finds_what_is_new_gone_or_changed", an_update_finds_what_is_new_gone_or_changed, i);
      add (suite, "an_update_of_what_has_not_changed_adds_nothing", an_update_of_what_has_not_changed_adds_nothing, i);
      add (suite, "an_update_removes_a_folder_that_has_gone", an_update_removes_a_folder_that_has_gone, i);
      add (suite, "an_update_forgets_errors_that_it_does_not_find_again",
           an_update_forgets_errors_that_it_does_not_find_again, i);
      add (suite, "an_update_reads_again_what_could_not_be_read", an_update_reads_again_what_could_not_be_read, i);
      add (suite, "an_update_that_is_asked_for_during_a_scan_comes_at_its_end",
           an_update_that_is_asked_for_during_a_scan_comes_at_its_end, i);
      add (suite, "a_cancelled_scan_is_finished", a_cancelled_scan_is_finished, i);
      add (suite, "no_event_comes_from_an_engine_that_was_freed", no_event_comes_from_an_engine_that_was_freed, i);
    }
  test_add (suite, an_update_that_reads_nothing_keeps_what_could_not_be_read);
  return test_main (suite, argc, argv);
}
