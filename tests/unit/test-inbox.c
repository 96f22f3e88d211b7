/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mailbox/inbox.h"
#include "test-suite.h"

#include <sched.h>
#include <stdlib.h>

typedef struct Numbered
{
  LodgerItem item; /* first */
  unsigned producer;
  unsigned number;
} Numbered;

static LodgerPush
push_number (LodgerInbox *inbox, Numbered *numbered, unsigned number)
{
  numbered->number = number;
  return lodger__inbox_push (inbox, &numbered->item);
}

static unsigned
pop_number (LodgerInbox *inbox)
{
  Numbered *numbered = (Numbered *) lodger__inbox_pop (inbox);
  return numbered != NULL ? numbered->number : 0;
}

START_TEST (the_oldest_comes_out_first)
{
  LodgerInbox inbox;
  Numbered items[10];
  lodger__inbox_init (&inbox);
  ck_assert_ptr_null (lodger__inbox_pop (&inbox));
  ck_assert (!lodger__inbox_is_ready (&inbox));
  for (unsigned round = 0; round < 3; round++)
    {
      for (unsigned i = 0; i < 10; i++)
        push_number (&inbox, &items[i], i + 1);
      for (unsigned i = 0; i < 10; i++)
        {
          ck_assert (lodger__inbox_is_ready (&inbox));
          ck_assert_uint_eq (pop_number (&inbox), i + 1);
        }
      ck_assert (!lodger__inbox_is_ready (&inbox));
      ck_assert_uint_eq (pop_number (&inbox), 0);
    }
}
END_TEST

START_TEST (an_item_may_be_pushed_again_as_soon_as_it_is_out)
{
  LodgerInbox inbox;
  Numbered item = { .number = 7 };
  lodger__inbox_init (&inbox);
  for (int i = 0; i < 100; i++)
    {
      lodger__inbox_push (&inbox, &item.item);
      ck_assert_uint_eq (pop_number (&inbox), 7);
    }
}
END_TEST

START_TEST (the_first_push_after_a_look_wakes_and_only_that)
{
  LodgerInbox inbox;
  Numbered items[4];
  lodger__inbox_init (&inbox);
  ck_assert_int_eq (push_number (&inbox, &items[0], 0), LODGER_PUSH_WAKE);
  ck_assert_int_eq (push_number (&inbox, &items[1], 1), LODGER_PUSH_QUIET);
  ck_assert (!lodger__inbox_claim (&inbox));
  lodger__inbox_look (&inbox);
  ck_assert_int_eq (push_number (&inbox, &items[2], 2), LODGER_PUSH_WAKE);
  lodger__inbox_look (&inbox);
  ck_assert (lodger__inbox_claim (&inbox));
  ck_assert (!lodger__inbox_claim (&inbox));
  ck_assert_int_eq (push_number (&inbox, &items[3], 3), LODGER_PUSH_QUIET);
}
END_TEST

START_TEST (a_closed_inbox_says_so)
{
  LodgerInbox inbox;
  Numbered item = { .number = 3 };
  lodger__inbox_init (&inbox);
  ck_assert (!lodger__inbox_is_empty (&inbox));
  lodger__inbox_close (&inbox);
  ck_assert (lodger__inbox_is_empty (&inbox));
  ck_assert (!lodger__inbox_is_ready (&inbox));
  ck_assert_ptr_null (lodger__inbox_pop (&inbox));
  ck_assert (!lodger__inbox_is_ready (&inbox));
  ck_assert_int_eq (lodger__inbox_push (&inbox, &item.item), LODGER_PUSH_CLOSED);
  ck_assert (!lodger__inbox_claim (&inbox));
  ck_assert_uint_eq (pop_number (&inbox), 0);
  ck_assert (lodger__inbox_is_empty (&inbox));
  ck_assert (!lodger__inbox_is_ready (&inbox));
}
END_TEST

/* Whatever is popped or not before: the anchor may be anywhere in it. */
START_TEST (a_closed_inbox_gives_what_came_before)
{
  for (unsigned popped = 0; popped < 4; popped++)
    {
      LodgerInbox inbox;
      Numbered items[4], late = { .number = 9 };
      lodger__inbox_init (&inbox);
      for (unsigned i = 0; i < 2; i++)
        push_number (&inbox, &items[i], i + 1);
      for (unsigned i = 0; i < popped && i < 2; i++)
        ck_assert_uint_eq (pop_number (&inbox), i + 1);
      for (unsigned i = 2; i < 4; i++)
        push_number (&inbox, &items[i], i + 1);
      if (popped == 3)
        ck_assert_uint_eq (pop_number (&inbox), 3);
      lodger__inbox_close (&inbox);
      ck_assert_int_eq (lodger__inbox_push (&inbox, &late.item), LODGER_PUSH_CLOSED);
      for (unsigned i = popped; i < 4; i++)
        {
          ck_assert (!lodger__inbox_is_empty (&inbox));
          ck_assert_uint_eq (pop_number (&inbox), i + 1);
        }
      ck_assert (lodger__inbox_is_empty (&inbox));
      ck_assert_uint_eq (pop_number (&inbox), 0);
      ck_assert (!lodger__inbox_is_ready (&inbox));
    }
}
END_TEST

START_TEST (a_mark_ends_the_items_before_it)
{
  LodgerInbox inbox;
  Numbered items[5];
  const LodgerItem *mark;
  lodger__inbox_init (&inbox);
  ck_assert_ptr_null (lodger__inbox_mark (&inbox));
  for (unsigned i = 0; i < 3; i++)
    push_number (&inbox, &items[i], i + 1);
  mark = lodger__inbox_mark (&inbox);
  ck_assert_ptr_eq (mark, &items[2].item);
  push_number (&inbox, &items[3], 4);
  for (unsigned i = 0; i < 3; i++)
    {
      LodgerItem *item = lodger__inbox_pop (&inbox);
      ck_assert_int_eq (item == mark, i == 2);
    }
  ck_assert (lodger__inbox_is_ready (&inbox));
  ck_assert_uint_eq (pop_number (&inbox), 4);
  ck_assert_ptr_null (lodger__inbox_mark (&inbox));
}
END_TEST

enum
{
  PRODUCERS = 3
};

typedef struct Field
{
  LodgerInbox inbox;
  atomic_int wakes; /* outstanding call-backs: at most one */
  unsigned count;
  Barrier barrier;
} Field;

typedef struct Producer
{
  Field *field;
  unsigned number;
  pthread_t thread;
  Numbered *items;
} Producer;

static void *
produce (void *data)
{
  Producer *producer = data;
  Field *field = producer->field;
  TestRandom random = test_random_new (producer->number);
  barrier_wait (&field->barrier);
  for (unsigned i = 0; i < field->count; i++)
    {
      Numbered *item = &producer->items[i];
      item->producer = producer->number;
      item->number = i + 1;
      if (lodger__inbox_push (&field->inbox, &item->item) == LODGER_PUSH_WAKE)
        test_check (atomic_fetch_add (&field->wakes, 1) == 0);
      if (test_random_below (&random, 8) == 0)
        sched_yield ();
    }
  return NULL;
}

/* The consumer looks only when it was woken, as a caller does. */
START_TEST (nothing_is_lost_between_threads)
{
  Field field = { .count = test_scaled (200000) };
  Producer producers[PRODUCERS];
  unsigned last[PRODUCERS] = { 0 }, total = 0;
  lodger__inbox_init (&field.inbox);
  barrier_init (&field.barrier, PRODUCERS + 1);
  for (unsigned i = 0; i < PRODUCERS; i++)
    {
      producers[i] = (Producer) { .field = &field, .number = i, .items = calloc (field.count, sizeof (Numbered)) };
      producers[i].thread = thread_start (produce, &producers[i]);
    }
  barrier_wait (&field.barrier);
  while (total < PRODUCERS * field.count)
    {
      Numbered *item;
      const int64_t until = test_now () + test_limit_ns ();
      while (atomic_load (&field.wakes) == 0)
        {
          sched_yield ();
          if (test_now () > until)
            test_fail ("a wake-up is lost: %u of %u came", total, PRODUCERS * field.count);
        }
      atomic_fetch_sub (&field.wakes, 1);
      lodger__inbox_look (&field.inbox);
      do
        while ((item = (Numbered *) lodger__inbox_pop (&field.inbox)) != NULL)
          {
            test_check (item->number == last[item->producer] + 1);
            last[item->producer]++;
            total++;
          }
      while (lodger__inbox_is_ready (&field.inbox));
    }
  for (unsigned i = 0; i < PRODUCERS; i++)
    {
      thread_join (producers[i].thread);
      free (producers[i].items);
    }
  barrier_clear (&field.barrier);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("inbox");
  test_add (suite, the_oldest_comes_out_first);
  test_add (suite, an_item_may_be_pushed_again_as_soon_as_it_is_out);
  test_add (suite, the_first_push_after_a_look_wakes_and_only_that);
  test_add (suite, a_closed_inbox_says_so);
  test_add (suite, a_closed_inbox_gives_what_came_before);
  test_add (suite, a_mark_ends_the_items_before_it);
  test_add (suite, nothing_is_lost_between_threads);
  return test_main (suite, argc, argv);
}
