/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of files: by what, with which of them, and of a snapshot that grows meanwhile. */
#include "made-store.h"
#include "order.h"
#include "test-suite.h"

enum
{
  FILES = 20000 /* more than one block */
};

static gboolean
never (void *data)
{
  (void) data;
  return FALSE;
}

static Snapshot *
take_all (const Store *store, gboolean with_twice)
{
  Snapshot *snapshot = snapshot_new (with_twice);
  snapshot_grow (snapshot, store, G_MAXUINT);
  ck_assert_uint_eq (snapshot_get_seen (snapshot), store->files->len);
  return snapshot;
}

static GArray *
arrange (const Store *store, const Order *order, const Filter *filter)
{
  Snapshot *snapshot = take_all (store, TRUE);
  SnapshotPart *part = snapshot_part_new (snapshot, store);
  GArray *numbers = order_make (order, filter, part, never, NULL);
  ck_assert_ptr_nonnull (numbers);
  snapshot_part_free (part);
  snapshot_unref (snapshot);
  return numbers;
}

static const StoreFile *
file_at (const Store *store, guint number)
{
  return &g_array_index (store->files, StoreFile, number);
}

/* The plain way to compare two files. */
static int
compare (const Store *store, OrderBy by, guint a, guint b)
{
  const StoreFile *file_a = file_at (store, a), *file_b = file_at (store, b);
  int order;
  switch (by)
    {
    case ORDER_BY_NAME:
      order = g_ascii_strcasecmp (file_a->name, file_b->name);
      return order != 0 ? order : strcmp (file_a->name, file_b->name);
    case ORDER_BY_FOLDER: return store_compare_paths (file_a->dir, NULL, file_b->dir, NULL);
    case ORDER_BY_SIZE: return (file_a->size > file_b->size) - (file_a->size < file_b->size);
    case ORDER_BY_DISK: return (file_a->disk > file_b->disk) - (file_a->disk < file_b->disk);
    case ORDER_BY_TYPE:
      return strcmp (g_array_index (store->types, StoreType, file_a->type).name,
                     g_array_index (store->types, StoreType, file_b->type).name);
    case ORDER_BY_CHANGED: return (file_a->mtime > file_b->mtime) - (file_a->mtime < file_b->mtime);
    default: return store_has_twin (store, file_a) - store_has_twin (store, file_b);
    }
}

static void
check_order (const Store *store, const Order *order, const GArray *numbers)
{
  for (guint i = 1; i < numbers->len; i++)
    {
      guint before = g_array_index (numbers, guint, i - 1), after = g_array_index (numbers, guint, i);
      int result = 0;
      for (guint j = 0; j < order->n_keys && result == 0; j++)
        {
          result = compare (store, order->keys[j].by, before, after);
          result = order->keys[j].descending ? -result : result;
        }
      ck_assert_msg (result < 0 || (result == 0 && before < after), "%u before %u", before, after);
    }
}

START_TEST (each_column_sorts_in_both_directions)
{
  Store *store = made_store_new ();
  made_store_grow (store, FILES);
  for (OrderBy by = 0; by < ORDER_N; by++)
    for (int descending = 0; descending < 2; descending++)
      {
        Order order = { .keys = { { by, descending } }, .n_keys = 1 };
        GArray *numbers = arrange (store, &order, NULL);
        ck_assert_uint_eq (numbers->len, FILES);
        check_order (store, &order, numbers);
        ck_assert_int_eq (order_needs_twice (&order), by == ORDER_BY_TWICE);
        g_array_unref (numbers);
      }
  store_free (store);
}
END_TEST

START_TEST (what_is_equal_in_one_column_is_sorted_by_the_next)
{
  Store *store = made_store_new ();
  Order order
      = { .keys = { { ORDER_BY_TWICE, TRUE }, { ORDER_BY_TYPE, FALSE }, { ORDER_BY_NAME, TRUE } }, .n_keys = 3 };
  GArray *numbers;
  made_store_grow (store, FILES);
  numbers = arrange (store, &order, NULL);
  ck_assert_uint_eq (numbers->len, FILES);
  check_order (store, &order, numbers);
  g_array_unref (numbers);
  store_free (store);
}
END_TEST

START_TEST (extreme_sizes_and_times_are_in_order)
{
  Store *store = made_store_new ();
  const gint64 times[] = { 0, G_MAXINT64, -1, 1, G_MININT64 };
  const guint64 sizes[] = { 0, G_MAXUINT64, G_GUINT64_CONSTANT (1) << 63, 1, (G_GUINT64_CONSTANT (1) << 63) - 1 };
  Order by_time = { .keys = { { ORDER_BY_CHANGED, FALSE } }, .n_keys = 1 };
  Order by_size = { .keys = { { ORDER_BY_SIZE, FALSE } }, .n_keys = 1 };
  GArray *numbers;
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    (void) made_store_add (store, "x", sizes[i], "text/plain", times[i]);
  numbers = arrange (store, &by_time, NULL);
  check_order (store, &by_time, numbers);
  g_array_unref (numbers);
  numbers = arrange (store, &by_size, NULL);
  check_order (store, &by_size, numbers);
  g_array_unref (numbers);
  store_free (store);
}
END_TEST

START_TEST (names_are_compared_beyond_their_first_bytes)
{
  static const char *const names[]
      = { "same-beginning-b", "Same-Beginning-A", "same-beginning-a", "same", "", "\xff", "Z" };
  Store *store = made_store_new ();
  Order order = { .keys = { { ORDER_BY_NAME, FALSE } }, .n_keys = 1 };
  GArray *numbers;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    (void) made_store_add (store, names[i], 0, "text/plain", 0);
  numbers = arrange (store, &order, NULL);
  ck_assert_uint_eq (numbers->len, G_N_ELEMENTS (names));
  check_order (store, &order, numbers);
  g_array_unref (numbers);
  store_free (store);
}
END_TEST

START_TEST (a_filter_leaves_the_others_out)
{
  Store *store = made_store_new ();
  FilterCriteria criteria = FILTER_CRITERIA_NONE;
  Order order = { .keys = { { ORDER_BY_SIZE, TRUE } }, .n_keys = 1 }, none = { .n_keys = 0 };
  Filter *filter;
  GArray *numbers;
  guint count = 0;
  made_store_grow (store, FILES);
  criteria.text = "INVOICE";
  filter = filter_new (&criteria);
  numbers = arrange (store, &order, filter);
  for (guint i = 0; i < FILES; i++)
    count += g_str_has_prefix (file_at (store, i)->name, "Invoice") ? 1 : 0;
  ck_assert_uint_gt (count, 0);
  ck_assert_uint_eq (numbers->len, count);
  check_order (store, &order, numbers);
  g_array_unref (numbers);
  numbers = arrange (store, &none, filter);
  ck_assert_uint_eq (numbers->len, count);
  check_order (store, &none, numbers);
  g_array_unref (numbers);
  filter_unref (filter);
  store_free (store);
}
END_TEST

START_TEST (what_has_gone_is_left_out)
{
  Store *store = made_store_new ();
  Order order = { .n_keys = 0 };
  GArray *numbers;
  made_store_grow (store, 100);
  for (guint i = 0; i < 100; i += 3)
    store_remove_file (store, i);
  numbers = arrange (store, &order, NULL);
  ck_assert_uint_eq (numbers->len, store->n_files);
  for (guint i = 0; i < numbers->len; i++)
    ck_assert_uint_ne (g_array_index (numbers, guint, i) % 3, 0);
  g_array_unref (numbers);
  store_free (store);
}
END_TEST

START_TEST (an_empty_store_gives_an_empty_list)
{
  Store *store = made_store_new ();
  Order order = { .keys = { { ORDER_BY_FOLDER, TRUE } }, .n_keys = 1 };
  GArray *numbers = arrange (store, &order, NULL);
  ck_assert_uint_eq (numbers->len, 0);
  g_array_unref (numbers);
  store_free (store);
}
END_TEST

/* The parts are taken while the snapshot grows from one block into the next, and are looked at afterwards. */
START_TEST (a_part_stays_as_it_is_while_the_snapshot_grows)
{
  Store *store = made_store_new ();
  Snapshot *snapshot = snapshot_new (FALSE);
  SnapshotPart *parts[FILES / 1000];
  Order order = { .n_keys = 0 };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      made_store_grow (store, (i + 1) * 1000);
      snapshot_grow (snapshot, store, 700);
      snapshot_grow (snapshot, store, 700);
      parts[i] = snapshot_part_new (snapshot, store);
      ck_assert_uint_eq (snapshot_part_get_seen (parts[i]), (i + 1) * 1000);
    }
  ck_assert (!snapshot_has_twice (snapshot));
  snapshot_unref (snapshot);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      GArray *numbers = order_make (&order, NULL, parts[i], never, NULL);
      ck_assert_uint_eq (numbers->len, (i + 1) * 1000);
      check_order (store, &order, numbers);
      g_array_unref (numbers);
      snapshot_part_free (parts[i]);
    }
  store_free (store);
}
END_TEST

static gboolean
count_down (void *data)
{
  return --*(int *) data < 0;
}

START_TEST (a_cancel_ends_it_at_any_time)
{
  Store *store = made_store_new ();
  Order order = { .keys = { { ORDER_BY_NAME, FALSE }, { ORDER_BY_SIZE, FALSE } }, .n_keys = 2 };
  Snapshot *snapshot;
  SnapshotPart *part;
  GArray *numbers = NULL;
  int looks;
  made_store_grow (store, FILES);
  snapshot = take_all (store, FALSE);
  part = snapshot_part_new (snapshot, store);
  for (looks = 0; numbers == NULL && looks < 100; looks++)
    {
      int left = looks;
      numbers = order_make (&order, NULL, part, count_down, &left);
    }
  ck_assert_ptr_nonnull (numbers);
  ck_assert_int_gt (looks, 3);
  g_array_unref (numbers);
  snapshot_part_free (part);
  snapshot_unref (snapshot);
  store_free (store);
}
END_TEST

START_TEST (orders_are_compared)
{
  Order a = { .keys = { { ORDER_BY_NAME, FALSE } }, .n_keys = 1 };
  Order b = a;
  ck_assert (order_is_equal (&a, &b));
  b.keys[0].descending = TRUE;
  ck_assert (!order_is_equal (&a, &b));
  b = a;
  b.keys[0].by = ORDER_BY_SIZE;
  ck_assert (!order_is_equal (&a, &b));
  b = a;
  b.n_keys = 0;
  ck_assert (!order_is_equal (&a, &b));
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("scan-order");
  test_add (suite, each_column_sorts_in_both_directions);
  test_add (suite, what_is_equal_in_one_column_is_sorted_by_the_next);
  test_add (suite, extreme_sizes_and_times_are_in_order);
  test_add (suite, names_are_compared_beyond_their_first_bytes);
  test_add (suite, a_filter_leaves_the_others_out);
  test_add (suite, what_has_gone_is_left_out);
  test_add (suite, an_empty_store_gives_an_empty_list);
  test_add (suite, a_part_stays_as_it_is_while_the_snapshot_grows);
  test_add (suite, a_cancel_ends_it_at_any_time);
  test_add (suite, orders_are_compared);
  return test_main (suite, argc, argv);
}
