/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files of a group are to go: one inode of each stays, whatever is asked for. */
#include "plan.h"
#include "test-suite.h"

#include <string.h>

typedef struct Tree
{
  Store *store;
  StoreDir *root, *a, *b;
  Report *report;
  Plan *plan;
} Tree;

static Tree
tree_new (void)
{
  Tree tree = { .store = store_new () };
  tree.root = store_add_dir (tree.store, NULL, NULL);
  tree.a = store_add_dir (tree.store, tree.root, "a");
  tree.b = store_add_dir (tree.store, tree.root, "b");
  return tree;
}

/* A file whose bytes are told by `content`; with `names`, an inode that has several. */
static guint
add (Tree *tree, StoreDir *dir, const char *name, int content, guint64 ino, gint64 mtime, gboolean names)
{
  StoreFile file = { .size = 1000, .ino = ino, .mtime = mtime, .dir = dir, .has_more_names = names != 0 };
  file.content_kind = content % 2 == 0 ? CONTENT_SHA256 : CONTENT_CLASS;
  memset (file.content, content, sizeof file.content);
  return store_add_file (tree->store, &file, name, "text/plain", 1);
}

static void
tree_plan (Tree *tree)
{
  tree->report = report_new (tree->store, "/base", 0, FALSE);
  tree->plan = plan_new (tree->report);
}

static void
tree_clear (Tree *tree)
{
  plan_free (tree->plan);
  report_free (tree->report);
  store_free (tree->store);
}

static guint
twin_of (const Tree *tree, guint number)
{
  for (guint i = 0; i < tree->report->twins->len; i++)
    if (g_ptr_array_index (tree->report->twins, i) == &g_array_index (tree->store->files, StoreFile, number))
      return i;
  test_fail ("file %u is no twin", number);
}

static gboolean
goes (const Tree *tree, guint number)
{
  return plan_goes (tree->plan, twin_of (tree, number));
}

static gboolean
set (const Tree *tree, guint number, gboolean to)
{
  return plan_set (tree->plan, twin_of (tree, number), to);
}

static void
expect_sums (const Tree *tree, guint count, guint64 bytes)
{
  ck_assert_uint_eq (plan_get_count (tree->plan), count);
  ck_assert_uint_eq (plan_get_bytes (tree->plan), bytes);
}

START_TEST (each_rule_keeps_one_of_each_group)
{
  static const struct
  {
    PlanRule rule;
    guint kept;
  } rules[] = {
    { PLAN_KEEP_OLDEST, 1 }, { PLAN_KEEP_NEWEST, 2 }, { PLAN_KEEP_SHORTEST_PATH, 0 }, { PLAN_KEEP_FIRST_FOLDER, 1 }
  };
  static char first[] = "/base/b", second[] = "/base/a";
  char *folders[] = { first, second, NULL };
  Tree tree = tree_new ();
  guint files[3], others[3];
  files[0] = add (&tree, tree.root, "x", 2, 1, 200, FALSE);
  files[1] = add (&tree, tree.b, "longer", 2, 2, 100, FALSE);
  files[2] = add (&tree, tree.a, "long", 2, 3, 300, FALSE);
  others[0] = add (&tree, tree.root, "y", 3, 4, 200, FALSE);
  others[1] = add (&tree, tree.b, "yy", 3, 5, 100, FALSE);
  others[2] = add (&tree, tree.a, "yy", 3, 6, 300, FALSE);
  add (&tree, tree.a, "alone", 4, 7, 100, FALSE);
  tree_plan (&tree);
  plan_set_folders (tree.plan, folders);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      plan_apply (tree.plan, rules[i].rule);
      expect_sums (&tree, 4, 4000);
      for (guint file = 0; file < 3; file++)
        {
          ck_assert_int_eq (goes (&tree, files[file]), file != rules[i].kept);
          ck_assert_int_eq (goes (&tree, others[file]), file != rules[i].kept);
          ck_assert_int_eq (plan_stays (tree.plan, twin_of (&tree, files[file])), file == rules[i].kept);
        }
    }
  plan_clear (tree.plan);
  expect_sums (&tree, 0, 0);
  plan_apply_to (tree.plan, PLAN_KEEP_OLDEST, 0);
  expect_sums (&tree, 2, 2000);
  tree_clear (&tree);
}
END_TEST

START_TEST (of_equal_ones_the_first_by_path_stays)
{
  Tree tree = tree_new ();
  guint second = add (&tree, tree.b, "x", 2, 1, 100, FALSE);
  guint first = add (&tree, tree.a, "x", 2, 2, 100, FALSE);
  tree_plan (&tree);
  for (int rule = 0; rule < PLAN_N_RULES; rule++)
    {
      plan_apply (tree.plan, (PlanRule) rule);
      ck_assert (!goes (&tree, first) && goes (&tree, second));
    }
  tree_clear (&tree);
}
END_TEST

START_TEST (by_hand_the_last_one_of_a_group_stays)
{
  Tree tree = tree_new ();
  guint one = add (&tree, tree.a, "1", 2, 1, 100, FALSE);
  guint two = add (&tree, tree.a, "2", 2, 2, 100, FALSE);
  guint three = add (&tree, tree.a, "3", 2, 3, 100, FALSE);
  tree_plan (&tree);
  ck_assert (set (&tree, one, TRUE));
  ck_assert (set (&tree, one, TRUE));
  ck_assert (set (&tree, two, TRUE));
  expect_sums (&tree, 2, 2000);
  ck_assert (!set (&tree, three, TRUE));
  expect_sums (&tree, 2, 2000);
  ck_assert (set (&tree, one, FALSE));
  ck_assert (set (&tree, three, TRUE));
  ck_assert (!goes (&tree, one) && goes (&tree, two) && goes (&tree, three));
  expect_sums (&tree, 2, 2000);
  tree_clear (&tree);
}
END_TEST

START_TEST (all_names_of_the_inode_that_stays_do)
{
  Tree tree = tree_new ();
  guint one = add (&tree, tree.a, "1", 2, 1, 100, TRUE);
  guint two = add (&tree, tree.a, "2", 2, 2, 200, TRUE);
  guint other_two = add (&tree, tree.a, "3", 2, 2, 200, TRUE);
  guint other_one = add (&tree, tree.b, "4", 2, 1, 100, TRUE);
  tree_plan (&tree);
  plan_apply (tree.plan, PLAN_KEEP_OLDEST);
  ck_assert (!goes (&tree, one) && !goes (&tree, other_one));
  ck_assert (goes (&tree, two) && goes (&tree, other_two));
  expect_sums (&tree, 2, 1000);
  ck_assert (set (&tree, two, FALSE));
  expect_sums (&tree, 1, 0);
  ck_assert (set (&tree, two, TRUE));
  expect_sums (&tree, 2, 1000);
  /* It may go by hand: that frees nothing. */
  ck_assert (set (&tree, one, TRUE));
  expect_sums (&tree, 3, 1000);
  ck_assert (!set (&tree, other_one, TRUE));
  tree_clear (&tree);
}
END_TEST

START_TEST (groups_that_waste_nothing_are_left_alone)
{
  Tree tree = tree_new ();
  StoreFile empty = { .dir = tree.a, .content_kind = CONTENT_SHA256, .ino = 10 };
  guint first = store_add_file (tree.store, &empty, "e1", "text/plain", 1), second;
  empty.ino = 11;
  second = store_add_file (tree.store, &empty, "e2", "text/plain", 1);
  add (&tree, tree.a, "1", 2, 1, 100, TRUE);
  add (&tree, tree.a, "2", 2, 1, 100, TRUE);
  tree_plan (&tree);
  plan_apply (tree.plan, PLAN_KEEP_OLDEST);
  expect_sums (&tree, 0, 0);
  ck_assert (set (&tree, first, TRUE));
  ck_assert (!set (&tree, second, TRUE));
  expect_sums (&tree, 1, 0);
  tree_clear (&tree);
}
END_TEST

/* What has gone is told from the store at any time. */
START_TEST (what_has_gone_is_no_copy_that_stays)
{
  Tree tree = tree_new ();
  guint one = add (&tree, tree.a, "1", 2, 1, 100, FALSE);
  guint two = add (&tree, tree.a, "2", 2, 2, 200, FALSE);
  guint three = add (&tree, tree.a, "3", 2, 3, 300, FALSE);
  tree_plan (&tree);
  store_remove_file (tree.store, one);
  ck_assert (!set (&tree, one, TRUE));
  plan_apply (tree.plan, PLAN_KEEP_OLDEST);
  ck_assert (!goes (&tree, one) && !goes (&tree, two) && goes (&tree, three));
  ck_assert (!plan_stays (tree.plan, twin_of (&tree, one)));
  ck_assert (!set (&tree, two, TRUE));
  store_remove_file (tree.store, three);
  ck_assert (!goes (&tree, three));
  tree_clear (&tree);
}
END_TEST

START_TEST (what_is_in_a_bin_neither_goes_nor_stays)
{
  Tree tree = tree_new ();
  StoreDir *trash = store_add_dir (tree.store, tree.root, ".Trash-1000");
  StoreDir *files = store_add_dir (tree.store, trash, "files");
  guint binned = add (&tree, files, "1", 2, 1, 100, FALSE);
  guint two = add (&tree, tree.a, "2", 2, 2, 200, FALSE);
  guint three = add (&tree, tree.a, "3", 2, 3, 300, FALSE);
  /* A name that is only like it. */
  guint like = add (&tree, store_add_dir (tree.store, tree.a, "Trash"), "4", 2, 4, 400, FALSE);
  tree_plan (&tree);
  plan_apply (tree.plan, PLAN_KEEP_OLDEST);
  ck_assert (!goes (&tree, binned) && !goes (&tree, two) && goes (&tree, three) && goes (&tree, like));
  ck_assert (!set (&tree, binned, TRUE));
  ck_assert (!set (&tree, two, TRUE));
  tree_clear (&tree);
}
END_TEST

START_TEST (the_home_bin_is_told_by_its_path)
{
  Tree tree = tree_new ();
  StoreDir *share = store_add_dir (tree.store, tree.root, "share");
  StoreDir *files = store_add_dir (tree.store, store_add_dir (tree.store, share, "Trash"), "files");
  guint binned, other;
  g_setenv ("XDG_DATA_HOME", "/base/share", TRUE);
  binned = add (&tree, files, "1", 2, 1, 100, FALSE);
  other = add (&tree, tree.a, "2", 2, 2, 200, FALSE);
  tree_plan (&tree);
  plan_apply (tree.plan, PLAN_KEEP_OLDEST);
  ck_assert (!goes (&tree, binned) && !goes (&tree, other));
  ck_assert (!set (&tree, binned, TRUE) && !set (&tree, other, TRUE));
  tree_clear (&tree);
}
END_TEST

START_TEST (folders_may_be_one_in_the_other_or_not_there)
{
  static char deep[] = "/base/a/deep", gone[] = "/base/none", all[] = "/base", away[] = "/elsewhere";
  char *folders[] = { away, gone, deep, all, NULL };
  Tree tree = tree_new ();
  guint above = add (&tree, tree.a, "1", 2, 1, 100, FALSE);
  guint below = add (&tree, store_add_dir (tree.store, tree.a, "deep"), "2", 2, 2, 200, FALSE);
  tree_plan (&tree);
  plan_set_folders (tree.plan, folders);
  plan_apply (tree.plan, PLAN_KEEP_FIRST_FOLDER);
  ck_assert (goes (&tree, above) && !goes (&tree, below));
  tree_clear (&tree);
}
END_TEST

START_TEST (rules_have_names)
{
  PlanRule rule;
  for (int i = 0; i < PLAN_N_RULES; i++)
    {
      ck_assert (plan_rule_parse (plan_rule_name ((PlanRule) i), &rule));
      ck_assert_int_eq ((int) rule, i);
    }
  ck_assert (!plan_rule_parse ("largest", &rule));
  ck_assert (!plan_rule_parse ("", &rule));
}
END_TEST

/* Any order of rules, hands and clears: one of each group stays, and the sums are those of what goes. */
START_TEST (one_inode_of_each_group_stays_whatever_is_asked_for)
{
  TestRandom random = test_random_new (0);
  for (unsigned round = 0; round < test_scaled (200); round++)
    {
      Tree tree = tree_new ();
      for (guint i = 0; i < 30; i++)
        {
          char name[16];
          guint ino = 1 + test_random_below (&random, 20);
          snprintf (name, sizeof name, "%u", i);
          add (&tree, i % 2 == 0 ? tree.a : tree.b, name, 2 + (int) ino % 4, ino, test_random_below (&random, 9), TRUE);
        }
      tree_plan (&tree);
      for (guint step = 0; step < 50; step++)
        {
          guint count = 0;
          switch (test_random_below (&random, 8))
            {
            case 0: plan_apply (tree.plan, (PlanRule) test_random_below (&random, PLAN_N_RULES)); break;
            case 1: plan_clear (tree.plan); break;
            case 2:
              plan_apply_to (tree.plan, PLAN_KEEP_NEWEST, test_random_below (&random, tree.report->groups->len));
              break;
            default:
              plan_set (tree.plan, test_random_below (&random, tree.report->twins->len),
                        test_random_below (&random, 4) > 0);
              break;
            }
          for (guint group = 0; group < tree.report->groups->len; group++)
            {
              const ReportGroup *one = &g_array_index (tree.report->groups, ReportGroup, group);
              guint stays = 0;
              for (guint twin = one->first; twin < one->first + one->count; twin++)
                stays += plan_stays (tree.plan, twin) ? 1 : 0;
              ck_assert_uint_gt (stays, 0);
              count += one->count - stays;
            }
          ck_assert_uint_eq (plan_get_count (tree.plan), count);
          {
            guint64 bytes = 0;
            GHashTable *stay = g_hash_table_new (NULL, NULL), *go = g_hash_table_new (NULL, NULL);
            for (guint twin = 0; twin < tree.report->twins->len; twin++)
              {
                const StoreFile *file = g_ptr_array_index (tree.report->twins, twin);
                g_hash_table_add (plan_goes (tree.plan, twin) ? go : stay, GUINT_TO_POINTER ((guint) file->ino));
              }
            for (guint ino = 1; ino <= 20; ino++)
              if (g_hash_table_contains (go, GUINT_TO_POINTER (ino))
                  && !g_hash_table_contains (stay, GUINT_TO_POINTER (ino)))
                bytes += 1000;
            ck_assert_uint_eq (plan_get_bytes (tree.plan), bytes);
            g_hash_table_unref (stay);
            g_hash_table_unref (go);
          }
        }
      tree_clear (&tree);
    }
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("plan");
  test_add (suite, each_rule_keeps_one_of_each_group);
  test_add (suite, of_equal_ones_the_first_by_path_stays);
  test_add (suite, by_hand_the_last_one_of_a_group_stays);
  test_add (suite, all_names_of_the_inode_that_stays_do);
  test_add (suite, groups_that_waste_nothing_are_left_alone);
  test_add (suite, what_has_gone_is_no_copy_that_stays);
  test_add (suite, what_is_in_a_bin_neither_goes_nor_stays);
  test_add (suite, the_home_bin_is_told_by_its_path);
  test_add (suite, folders_may_be_one_in_the_other_or_not_there);
  test_add (suite, rules_have_names);
  test_add (suite, one_inode_of_each_group_stays_whatever_is_asked_for);
  return test_main (suite, argc, argv);
}
