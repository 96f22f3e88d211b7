/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What files waste that share their blocks. The file system is made up: the test says which blocks files have. */
#include "extents.h"
#include "made-store.h"
#include "plan.h"
#include "session-stage.h"
#include "test-suite.h"

#include <stdatomic.h>
#include <string.h>

enum
{
  SIZE = 1000,
  TEXT = 9
};

static const char text[TEXT + 1] = "some text";
static _Atomic (guint64) mark_of_all;
static atomic_uint asked;

gboolean __wrap_extents_can_be_shared (int fd);
guint64 __wrap_extents_get_mark (int fd);

gboolean
__wrap_extents_can_be_shared (int fd G_GNUC_UNUSED)
{
  return TRUE;
}

guint64
__wrap_extents_get_mark (int fd G_GNUC_UNUSED)
{
  atomic_fetch_add (&asked, 1);
  return atomic_load (&mark_of_all);
}

/* ---- the store -------------------------------------------------------------------------------------------------- */

static guint
add (Store *store, const char *name, int content, guint64 size, guint64 ino, gboolean names)
{
  StoreFile file = { .size = size, .ino = ino, .dir = store_get_root (store), .has_more_names = names != 0 };
  file.content_kind = CONTENT_SHA256;
  memset (file.content, content, sizeof file.content);
  return store_add_file (store, &file, name, "text/plain", 1);
}

static void
expect_waste (const Store *store, guint64 twins, guint64 wasted)
{
  Report *report = report_new (store, "/", 0, FALSE);
  ck_assert_uint_eq (store->twins, twins);
  ck_assert_uint_eq (store->wasted, wasted);
  ck_assert_uint_eq (report->wasted, wasted);
  report_free (report);
}

START_TEST (blocks_that_several_files_have_count_once)
{
  Store *store = made_store_new ();
  guint files[4];
  for (guint i = 0; i < 4; i++)
    files[i] = add (store, "x", 1, SIZE, i + 1, FALSE);
  expect_waste (store, 3, 3 * SIZE);
  store_set_blocks (store, files[0], 77);
  expect_waste (store, 3, 3 * SIZE);
  store_set_blocks (store, files[1], 77);
  store_set_blocks (store, files[1], 77);
  expect_waste (store, 2, 2 * SIZE);
  store_set_blocks (store, files[2], 88);
  store_set_blocks (store, files[3], 88);
  expect_waste (store, 1, SIZE);
  store_set_blocks (store, files[3], 0);
  expect_waste (store, 2, 2 * SIZE);
  store_remove_file (store, files[0]);
  expect_waste (store, 2, 2 * SIZE);
  store_remove_file (store, files[2]);
  expect_waste (store, 1, SIZE);
  store_remove_file (store, files[1]);
  store_remove_file (store, files[3]);
  expect_waste (store, 0, 0);
  store_free (store);
}
END_TEST

START_TEST (names_of_an_inode_and_blocks_count_once_together)
{
  Store *store = made_store_new ();
  guint a = add (store, "a", 1, SIZE, 5, TRUE);
  guint b = add (store, "b", 1, SIZE, 5, TRUE);
  guint c = add (store, "c", 1, SIZE, 6, FALSE);
  expect_waste (store, 1, SIZE);
  store_set_blocks (store, a, 9);
  store_set_blocks (store, b, 9);
  store_set_blocks (store, c, 9);
  expect_waste (store, 0, 0);
  store_remove_file (store, a);
  store_remove_file (store, c);
  expect_waste (store, 0, 0);
  store_free (store);
}
END_TEST

/* An inode that was changed between two of its names has two contents. */
START_TEST (each_content_of_an_inode_counts_for_itself)
{
  Store *store = made_store_new ();
  guint a = add (store, "a", 1, SIZE, 5, TRUE);
  guint b = add (store, "b", 2, SIZE, 5, TRUE);
  guint c = add (store, "c", 2, SIZE, 6, FALSE);
  expect_waste (store, 1, SIZE);
  store_remove_file (store, a);
  expect_waste (store, 1, SIZE);
  store_remove_file (store, b);
  expect_waste (store, 0, 0);
  store_remove_file (store, c);
  expect_waste (store, 0, 0);
  store_free (store);
}
END_TEST

START_TEST (a_report_tells_why_a_group_wastes_nothing)
{
  static const ReportWhy whys[] = { REPORT_COPIES, REPORT_EMPTY, REPORT_HARD_LINKS, REPORT_SHARED };
  Store *store = made_store_new ();
  Report *report;
  (void) add (store, "a", 1, SIZE, 1, FALSE);
  (void) add (store, "aa", 1, SIZE, 2, FALSE);
  (void) add (store, "b", 2, 0, 3, FALSE);
  (void) add (store, "bb", 2, 0, 4, FALSE);
  (void) add (store, "c", 3, SIZE, 5, TRUE);
  (void) add (store, "cc", 3, SIZE, 5, TRUE);
  store_set_blocks (store, add (store, "d", 4, SIZE, 6, FALSE), 1);
  store_set_blocks (store, add (store, "dd", 4, SIZE, 7, FALSE), 1);
  report = report_new (store, "/", 0, FALSE);
  ck_assert_uint_eq (report->groups->len, G_N_ELEMENTS (whys));
  for (guint i = 0; i < G_N_ELEMENTS (whys); i++)
    ck_assert_int_eq (g_array_index (report->groups, ReportGroup, i).why, whys[i]);
  ck_assert_uint_eq (report->wasted, SIZE);
  report_free (report);
  store_free (store);
}
END_TEST

START_TEST (a_plan_counts_blocks_when_all_their_files_go)
{
  Store *store = made_store_new ();
  guint files[4];
  Report *report;
  Plan *plan;
  for (guint i = 0; i < 4; i++)
    files[i] = add (store, i == 0 ? "a" : i == 1 ? "b" : i == 2 ? "c" : "d", 1, SIZE, i + 1, FALSE);
  for (guint i = 0; i < 4; i++)
    store_set_blocks (store, files[i], i < 2 ? 7 : 8);
  report = report_new (store, "/", 0, FALSE);
  plan = plan_new (report);
  plan_apply (plan, PLAN_KEEP_SHORTEST_PATH);
  ck_assert (!plan_goes (plan, 0) && !plan_goes (plan, 1) && plan_goes (plan, 2) && plan_goes (plan, 3));
  ck_assert_uint_eq (plan_get_bytes (plan), SIZE);
  ck_assert (plan_set (plan, 3, FALSE));
  ck_assert_uint_eq (plan_get_bytes (plan), 0);
  ck_assert (plan_set (plan, 1, TRUE));
  ck_assert_uint_eq (plan_get_bytes (plan), 0);
  plan_free (plan);
  report_free (report);
  store_free (store);
}
END_TEST

/* ---- sums ------------------------------------------------------------------------------------------------------- */

START_TEST (sums_of_sizes_end_at_the_largest_number)
{
  const guint64 huge = G_MAXINT64;
  Store *store = made_store_new ();
  Report *report;
  Plan *plan;
  guint files[5];
  for (guint i = 0; i < 5; i++)
    files[i] = add (store, "huge", 1, huge, i + 1, FALSE);
  ck_assert_uint_eq (store->bytes, G_MAXUINT64);
  ck_assert_uint_eq (store_get_root (store)->bytes, G_MAXUINT64);
  ck_assert_uint_eq (g_array_index (store->types, StoreType, 0).bytes, G_MAXUINT64);
  expect_waste (store, 4, G_MAXUINT64);
  report = report_new (store, "/", 0, FALSE);
  plan = plan_new (report);
  plan_apply (plan, PLAN_KEEP_OLDEST);
  ck_assert_uint_eq (plan_get_count (plan), 4);
  ck_assert_uint_eq (plan_get_bytes (plan), G_MAXUINT64);
  plan_clear (plan);
  ck_assert_uint_eq (plan_get_bytes (plan), 0);
  plan_free (plan);
  report_free (report);
  for (guint i = 0; i < 5; i++)
    store_remove_file (store, files[i]);
  ck_assert_uint_eq (store->bytes, G_MAXUINT64);
  ck_assert_uint_eq (store->n_files, 0);
  store_free (store);
}
END_TEST

/* ---- a scan ----------------------------------------------------------------------------------------------------- */

static guint64
get_waste (const Stage *stage)
{
  const Report *report = session_get_report (stage->session);
  return report == NULL ? G_MAXUINT64 : report->wasted;
}

static gboolean
wastes_nothing (const Stage *stage)
{
  return get_waste (stage) == 0;
}

static gboolean
wastes_two (const Stage *stage)
{
  return get_waste (stage) == (guint64) 2 * TEXT;
}

static void
make_twins (Stage *stage)
{
  *stage = stage_open ();
  stage_make_file (stage, "a", text);
  stage_make_file (stage, "b", text);
  stage_make_file (stage, "c", text);
  stage_make_file (stage, "alone", "other");
}

START_TEST (a_scan_asks_for_the_blocks_of_twins)
{
  Stage stage;
  make_twins (&stage);
  atomic_store (&mark_of_all, 5);
  atomic_store (&asked, 0);
  stage_start (&stage);
  stage_run_until (&stage, stage_is_done);
  ck_assert (wastes_nothing (&stage));
  ck_assert_uint_eq (atomic_load (&asked), 3);
  stage_close (&stage);
}
END_TEST

START_TEST (a_new_twin_has_all_of_its_group_asked_for_again)
{
  Stage stage;
  make_twins (&stage);
  atomic_store (&mark_of_all, 0);
  stage_watch (&stage);
  ck_assert (wastes_two (&stage));
  atomic_store (&mark_of_all, 5);
  stage_make_file (&stage, "d", text);
  stage_run_until (&stage, wastes_nothing);
  stage_close (&stage);
}
END_TEST

START_TEST (what_has_become_shared_is_in_the_next_report)
{
  Stage stage;
  const guint number = 0;
  make_twins (&stage);
  stage_remove (&stage, "alone");
  atomic_store (&mark_of_all, 0);
  stage_watch (&stage);
  ck_assert (wastes_two (&stage));
  atomic_store (&mark_of_all, 5);
  session_ask_for_blocks (stage.session, &number, 1);
  stage_run_until (&stage, wastes_nothing);
  stage_close (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("sharing");
  test_add (suite, blocks_that_several_files_have_count_once);
  test_add (suite, names_of_an_inode_and_blocks_count_once_together);
  test_add (suite, each_content_of_an_inode_counts_for_itself);
  test_add (suite, a_report_tells_why_a_group_wastes_nothing);
  test_add (suite, a_plan_counts_blocks_when_all_their_files_go);
  test_add (suite, sums_of_sizes_end_at_the_largest_number);
  test_add (suite, a_scan_asks_for_the_blocks_of_twins);
  test_add (suite, a_new_twin_has_all_of_its_group_asked_for_again);
  test_add (suite, what_has_become_shared_is_in_the_next_report);
  return test_main (suite, argc, argv);
}
