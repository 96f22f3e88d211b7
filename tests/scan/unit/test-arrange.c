/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker that puts files in order: what is asked for last counts, a store that grows, files that go, and who
 * holds the store. */
#include "arrange.h"
#include "made-store.h"
#include "test-loop.h"
#include "test-suite.h"

enum
{
  FILES = 200000, /* more than is looked at in one step */
  A_PORTION = 70000
};

typedef struct Stage
{
  Loop loop;
  Store *store;
  Arranger *arranger;
  GArray *shown; /* what came last; NULL: nothing */
  guint times, held, steps;
  gboolean is_dropped;
} Stage;

static void
on_arranged (GArray *numbers, void *data)
{
  Stage *stage = data;
  if (stage->shown != NULL)
    g_array_unref (stage->shown);
  stage->shown = numbers;
  stage->times++;
}

static void *
hold (void *data)
{
  ((Stage *) data)->held++;
  return data;
}

static void
release (void *data)
{
  Stage *stage = data;
  ck_assert_uint_gt (stage->held, 0);
  if (--stage->held == 0)
    g_clear_pointer (&stage->store, store_free);
}

static void
stage_open (Stage *stage, guint files)
{
  *stage = (Stage) { .loop = loop_open (LODGER_MANUAL_DEFAULT), .store = made_store_new () };
  made_store_grow (stage->store, files);
  stage->arranger = arranger_new (stage->loop.caller, &(ArrangerEvents) { on_arranged, stage });
  arranger_set_store (stage->arranger, stage->store, &(ArrangerOwner) { hold, release, stage });
  ck_assert_uint_eq (stage->held, 1);
}

static void
stage_close (Stage *stage)
{
  if (stage->arranger != NULL)
    arranger_free (stage->arranger);
  loop_close (&stage->loop);
  ck_assert_uint_eq (stage->held, 0);
  ck_assert_ptr_null (stage->store);
  if (stage->shown != NULL)
    g_array_unref (stage->shown);
}

static Filter *
look_for (const char *text)
{
  FilterCriteria criteria = FILTER_CRITERIA_NONE;
  criteria.text = text;
  return filter_new (&criteria);
}

static void
ask (Stage *stage, Order order, const char *text)
{
  Filter *filter = text == NULL ? NULL : look_for (text);
  arranger_ask (stage->arranger, &order, filter);
  filter_unref (filter);
}

static void
iterate (Stage *stage)
{
  lodger_manual_iterate (stage->loop.host, false);
  lodger_manual_wait_posted (stage->loop.host, 1000000);
}

/* Steps until there is nothing left to do. */
static void
settle (Stage *stage, gboolean stable)
{
  int64_t until = test_now () + test_limit_ns ();
  while (arranger_step (stage->arranger, stable))
    {
      stage->steps++;
      iterate (stage);
      if (test_now () > until)
        test_fail ("hangs: it does not settle");
    }
}

static const StoreFile *
file_at (const Stage *stage, guint number)
{
  return &g_array_index (stage->store->files, StoreFile, number);
}

static void
check_names (const Stage *stage, const char *begin, guint least)
{
  ck_assert_ptr_nonnull (stage->shown);
  ck_assert_uint_ge (stage->shown->len, least);
  for (guint i = 0; i < stage->shown->len; i++)
    ck_assert (g_str_has_prefix (file_at (stage, g_array_index (stage->shown, guint, i))->name, begin));
}

static const Order by_size = { .keys = { { ORDER_BY_SIZE, FALSE } }, .n_keys = 1 };
static const Order as_found = { .n_keys = 0 };

static void
check_sizes (const Stage *stage)
{
  ck_assert_ptr_nonnull (stage->shown);
  ck_assert_uint_eq (stage->shown->len, stage->store->n_files);
  for (guint i = 1; i < stage->shown->len; i++)
    ck_assert_uint_le (file_at (stage, g_array_index (stage->shown, guint, i - 1))->size,
                       file_at (stage, g_array_index (stage->shown, guint, i))->size);
}

START_TEST (nothing_is_done_before_something_is_asked_for)
{
  Stage stage;
  stage_open (&stage, 10);
  ck_assert (!arranger_step (stage.arranger, TRUE));
  loop_run (&stage.loop);
  ck_assert_ptr_null (stage.shown);
  arranger_set_store (stage.arranger, NULL, NULL);
  ask (&stage, by_size, NULL);
  ck_assert (!arranger_step (stage.arranger, TRUE));
  stage_close (&stage);
}
END_TEST

START_TEST (a_store_is_looked_at_in_portions_and_put_in_order)
{
  Stage stage;
  stage_open (&stage, FILES);
  ask (&stage, by_size, NULL);
  settle (&stage, TRUE);
  check_sizes (&stage);
  ck_assert_uint_eq (stage.times, 1);
  ck_assert_uint_ge (stage.steps, FILES / A_PORTION);
  stage_close (&stage);
}
END_TEST

START_TEST (a_filter_shows_what_was_found_before_all_was_looked_at)
{
  Stage stage;
  stage_open (&stage, FILES);
  ask (&stage, as_found, "draft");
  ck_assert (arranger_step (stage.arranger, TRUE));
  while (stage.times == 0)
    iterate (&stage);
  ck_assert_uint_gt (stage.shown->len, 0);
  ck_assert_uint_lt (g_array_index (stage.shown, guint, stage.shown->len - 1), A_PORTION);
  settle (&stage, TRUE);
  check_names (&stage, "draft", FILES / 10);
  ck_assert_uint_gt (g_array_index (stage.shown, guint, stage.shown->len - 1), FILES - 1000);
  stage_close (&stage);
}
END_TEST

START_TEST (what_is_asked_for_last_counts)
{
  static const char *const texts[] = { "r", "re", "rep", "draft", "song", "holiday" };
  Stage stage;
  stage_open (&stage, FILES);
  ask (&stage, by_size, NULL);
  settle (&stage, TRUE);
  stage.times = 0;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      ask (&stage, as_found, texts[i]);
      ck_assert (arranger_step (stage.arranger, TRUE));
      if (i == G_N_ELEMENTS (texts) - 1)
        {
          /* All others were given up, although their work may be done. */
          g_array_set_size (stage.shown, 0);
          stage.times = 0;
        }
    }
  settle (&stage, TRUE);
  ck_assert_uint_eq (stage.times, 1);
  check_names (&stage, "holiday", FILES / 10);
  stage_close (&stage);
}
END_TEST

START_TEST (a_store_that_grows_is_followed)
{
  Stage stage;
  stage_open (&stage, 0);
  ask (&stage, by_size, NULL);
  for (guint count = 1000; count <= 20000; count += 1000)
    {
      made_store_grow (stage.store, count);
      (void) arranger_step (stage.arranger, FALSE);
      iterate (&stage);
    }
  settle (&stage, FALSE);
  check_sizes (&stage);
  stage_close (&stage);
}
END_TEST

START_TEST (files_that_go_are_not_shown_any_more)
{
  Stage stage;
  guint removed;
  stage_open (&stage, FILES);
  ask (&stage, by_size, NULL);
  settle (&stage, TRUE);
  removed = g_array_index (stage.shown, guint, 7);
  store_remove_file (stage.store, removed);
  stage.times = 0;
  settle (&stage, TRUE);
  ck_assert_uint_eq (stage.times, 1); /* not in portions: the list would be short for a while */
  check_sizes (&stage);
  for (guint i = 0; i < stage.shown->len; i++)
    ck_assert_uint_ne (g_array_index (stage.shown, guint, i), removed);
  stage_close (&stage);
}
END_TEST

START_TEST (what_is_there_twice_is_followed)
{
  const Order by_twice = { .keys = { { ORDER_BY_TWICE, TRUE } }, .n_keys = 1 };
  Stage stage;
  stage_open (&stage, 1000);
  ask (&stage, as_found, "-");
  settle (&stage, TRUE);
  ask (&stage, by_twice, NULL);
  settle (&stage, TRUE);
  for (guint i = 0; i < stage.shown->len; i++)
    ck_assert_int_eq (store_has_twin (stage.store, file_at (&stage, g_array_index (stage.shown, guint, i))), i < 200);
  store_remove_file (stage.store, 8); /* the twin of 9 */
  settle (&stage, TRUE);
  ck_assert_uint_eq (stage.shown->len, 999);
  for (guint i = 0; i < stage.shown->len; i++)
    ck_assert_int_eq (store_has_twin (stage.store, file_at (&stage, g_array_index (stage.shown, guint, i))), i < 198);
  stage_close (&stage);
}
END_TEST

START_TEST (the_store_is_held_until_no_worker_looks_at_it)
{
  for (int i = 0; i < 20; i++)
    {
      Stage stage;
      stage_open (&stage, 30000);
      ask (&stage, by_size, NULL);
      (void) arranger_step (stage.arranger, TRUE);
      (void) arranger_step (stage.arranger, TRUE);
      ck_assert_uint_ge (stage.held, 1);
      if (i % 2 == 0)
        arranger_set_store (stage.arranger, NULL, NULL);
      else
        arranger_free (g_steal_pointer (&stage.arranger));
      stage.times = 0;
      while (stage.held > 0)
        iterate (&stage);
      ck_assert_uint_eq (stage.times, 0);
      stage_close (&stage);
    }
}
END_TEST

START_TEST (after_a_stop_nothing_comes)
{
  Stage stage;
  stage_open (&stage, 30000);
  ask (&stage, by_size, NULL);
  (void) arranger_step (stage.arranger, TRUE);
  arranger_stop (stage.arranger);
  ck_assert (!arranger_step (stage.arranger, TRUE));
  while (stage.held > 1)
    iterate (&stage);
  loop_run (&stage.loop);
  ck_assert_uint_eq (stage.times, 0);
  ask (&stage, by_size, NULL);
  settle (&stage, TRUE);
  check_sizes (&stage);
  stage_close (&stage);
}
END_TEST

START_TEST (a_stop_of_the_caller_ends_it)
{
  Stage stage;
  stage_open (&stage, 30000);
  ask (&stage, by_size, NULL);
  (void) arranger_step (stage.arranger, TRUE);
  lodger_caller_stop (stage.loop.caller, true);
  (void) arranger_step (stage.arranger, TRUE);
  stage_close (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("scan-arrange");
  test_add (suite, nothing_is_done_before_something_is_asked_for);
  test_add (suite, a_store_is_looked_at_in_portions_and_put_in_order);
  test_add (suite, a_filter_shows_what_was_found_before_all_was_looked_at);
  test_add (suite, what_is_asked_for_last_counts);
  test_add (suite, a_store_that_grows_is_followed);
  test_add (suite, files_that_go_are_not_shown_any_more);
  test_add (suite, what_is_there_twice_is_followed);
  test_add (suite, the_store_is_held_until_no_worker_looks_at_it);
  test_add (suite, after_a_stop_nothing_comes);
  test_add (suite, a_stop_of_the_caller_ends_it);
  return test_main (suite, argc, argv);
}
