/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/heap.h"
#include "test-suite.h"

#include <stdlib.h>

enum
{
  ITEMS = 5000,
  KEYS = 300, /* so that many are equal */
  STEPS = 40000
};

typedef struct Item
{
  LodgerHeapLink link;
  int64_t key;
  unsigned number; /* of its insertion */
} Item;

static void
insert (LodgerHeap *heap, Item *item, int64_t key, unsigned number)
{
  ck_assert (lodger__heap_insert (heap, &item->link, key));
  item->key = key;
  item->number = number;
}

static Item *
pop (LodgerHeap *heap)
{
  Item *item = lodger__heap_item (lodger__heap_first (heap), Item, link);
  if (item != NULL)
    {
      ck_assert_int_eq (lodger__heap_first_entry (heap)->key, item->key);
      ck_assert (lodger__heap_remove (heap, &item->link));
      ck_assert (!lodger__heap_remove (heap, &item->link));
    }
  return item;
}

/* All that is left, in order. */
static unsigned
pop_all (LodgerHeap *heap)
{
  const Item *last = NULL;
  unsigned count = 0;
  for (const Item *item = pop (heap); item != NULL; item = pop (heap))
    {
      ck_assert (last == NULL || last->key < item->key || (last->key == item->key && last->number < item->number));
      last = item;
      count++;
    }
  ck_assert_ptr_null (lodger__heap_first_entry (heap));
  return count;
}

START_TEST (an_empty_heap_has_nothing)
{
  LodgerHeap heap = { .entries = NULL };
  Item item = { .key = 1 };
  ck_assert_ptr_null (lodger__heap_first (&heap));
  ck_assert_ptr_null (lodger__heap_first_entry (&heap));
  ck_assert (!lodger__heap_remove (&heap, &item.link));
  lodger__heap_clear (&heap);
}
END_TEST

START_TEST (items_come_by_key_then_insertion)
{
  LodgerHeap heap = { .entries = NULL };
  Item *items = calloc (ITEMS, sizeof *items);
  TestRandom random = test_random_new (0);
  for (unsigned count = 0; count <= ITEMS; count = count < 40 ? count + 1 : count * 5)
    {
      for (unsigned i = 0; i < count; i++)
        insert (&heap, &items[i], (int64_t) test_random_below (&random, KEYS) - KEYS / 2, i);
      ck_assert_uint_eq (pop_all (&heap), count);
    }
  lodger__heap_clear (&heap);
  free (items);
}
END_TEST

/* One that is put back has its old place among those with its key. */
START_TEST (those_left_keep_their_order_whichever_are_removed_or_put_back)
{
  LodgerHeap heap = { .entries = NULL };
  Item *items = calloc (ITEMS, sizeof *items);
  TestRandom random = test_random_new (0);
  unsigned count = 0;
  for (unsigned step = 0; step < STEPS; step++)
    {
      Item *item = &items[test_random_below (&random, ITEMS)];
      if (!lodger__heap_remove (&heap, &item->link))
        {
          insert (&heap, item, (int64_t) test_random_below (&random, KEYS), step);
          count++;
        }
      else if (test_random_below (&random, 2) == 0)
        lodger__heap_put_back (&heap, &item->link);
      else
        count--;
      ck_assert_uint_eq (heap.count, count);
    }
  ck_assert_uint_gt (count, 0);
  ck_assert_uint_eq (pop_all (&heap), count);
  lodger__heap_clear (&heap);
  free (items);
}
END_TEST

START_TEST (what_comes_and_goes_needs_no_new_memory_and_a_flood_leaves_little)
{
  enum
  {
    FEW = 200
  };
  LodgerHeap heap = { .entries = NULL };
  Item *items = calloc (ITEMS, sizeof *items);
  const LodgerHeapEntry *entries;
  size_t slots;
  for (unsigned i = 0; i < FEW; i++)
    insert (&heap, &items[i], (int64_t) (i % 7), i);
  ck_assert_uint_eq (pop_all (&heap), FEW);
  entries = heap.entries;
  slots = heap.slots;
  for (unsigned i = 0; i < FEW; i++)
    insert (&heap, &items[i], (int64_t) (i % 7), i);
  ck_assert_uint_eq (pop_all (&heap), FEW);
  ck_assert_ptr_eq (heap.entries, entries);
  for (unsigned i = 0; i < ITEMS; i++)
    insert (&heap, &items[i], (int64_t) (i % 7), i);
  ck_assert_uint_ge (heap.slots, ITEMS);
  ck_assert_uint_eq (pop_all (&heap), ITEMS);
  ck_assert_uint_le (heap.slots, slots);
  lodger__heap_clear (&heap);
  free (items);
}
END_TEST

START_TEST (room_that_was_reserved_stays_in_a_flood)
{
  LodgerHeap heap = { .entries = NULL };
  Item *items = calloc (ITEMS, sizeof *items);
  size_t slots;
  for (unsigned i = 0; i < ITEMS; i++)
    ck_assert (lodger__heap_reserve (&heap));
  slots = heap.slots;
  for (unsigned i = 0; i < ITEMS; i++)
    insert (&heap, &items[i], 0, i);
  ck_assert_uint_eq (pop_all (&heap), ITEMS);
  ck_assert_uint_eq (heap.slots, slots);
  for (unsigned i = 0; i < ITEMS; i++)
    lodger__heap_unreserve (&heap);
  lodger__heap_clear (&heap);
  free (items);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("heap");
  test_add (suite, an_empty_heap_has_nothing);
  test_add (suite, items_come_by_key_then_insertion);
  test_add (suite, those_left_keep_their_order_whichever_are_removed_or_put_back);
  test_add (suite, what_comes_and_goes_needs_no_new_memory_and_a_flood_leaves_little);
  test_add (suite, room_that_was_reserved_stays_in_a_flood);
  return test_main (suite, argc, argv);
}
