/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hash.h"
#include "test-suite.h"

#include <stdlib.h>

enum
{
  ITEMS = 10000
};

typedef struct Item
{
  LodgerHashLink link;
  uint64_t number;
} Item;

static size_t
count_of (const LodgerHash *table, uint64_t number)
{
  size_t count = 0;
  lodger__hash_for (item, table, lodger__hash_of_number (number), Item, link)
    count += item->number == number;
  return count;
}

START_TEST (an_empty_table_has_nothing)
{
  LodgerHash table = { NULL, NULL, 0, 0 };
  Item item = { .number = 1 };
  ck_assert_uint_eq (count_of (&table, 1), 0);
  ck_assert (!lodger__hash_remove (&table, &item.link));
  lodger__hash_clear (&table);
}
END_TEST

START_TEST (each_is_found_while_the_table_grows_and_shrinks)
{
  LodgerHash table = { NULL, NULL, 0, 0 };
  Item *items = calloc (ITEMS, sizeof *items);
  size_t largest;
  for (uint64_t i = 0; i < ITEMS; i++)
    {
      items[i].number = i;
      lodger__hash_insert (&table, &items[i].link, lodger__hash_of_number (i));
      ck_assert_uint_eq (count_of (&table, i / 2), 1);
      ck_assert_uint_eq (count_of (&table, i + 1), 0);
    }
  largest = table.size;
  ck_assert_uint_eq (table.count, ITEMS);
  ck_assert_uint_ge (largest, ITEMS / 2);
  for (uint64_t i = 0; i < ITEMS; i++)
    {
      ck_assert (lodger__hash_remove (&table, &items[i].link));
      ck_assert (!lodger__hash_remove (&table, &items[i].link));
      ck_assert_uint_eq (count_of (&table, i), 0);
      ck_assert_uint_eq (count_of (&table, ITEMS - 1), i < ITEMS - 1);
    }
  ck_assert_uint_eq (table.count, 0);
  ck_assert_uint_lt (table.size, largest);
  lodger__hash_clear (&table);
  free (items);
}
END_TEST

START_TEST (all_of_one_key_are_found)
{
  LodgerHash table = { NULL, NULL, 0, 0 };
  Item items[100];
  for (int i = 0; i < 100; i++)
    {
      items[i] = (Item) { .number = (uint64_t) (i % 2) };
      lodger__hash_insert (&table, &items[i].link, lodger__hash_of_number (items[i].number));
    }
  ck_assert_uint_eq (count_of (&table, 0), 50);
  ck_assert_uint_eq (count_of (&table, 1), 50);
  lodger__hash_remove (&table, &items[0].link);
  ck_assert_uint_eq (count_of (&table, 0), 49);
  lodger__hash_clear (&table);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("hash");
  test_add (suite, an_empty_table_has_nothing);
  test_add (suite, each_is_found_while_the_table_grows_and_shrinks);
  test_add (suite, all_of_one_key_are_found);
  return test_main (suite, argc, argv);
}
