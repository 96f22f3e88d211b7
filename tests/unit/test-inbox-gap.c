/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An inbox, and a producer that has fixed the place of its item and has not linked it. The barrier is the test's own,
 * so that the link comes at the worst moment. */
#include "base/barrier.h"
#include "base/slab.h"
#include "mailbox/inbox.h"
#include "mailbox/item.h"
#include "test-suite.h"

#include <stdio.h>

/* ---- the barrier, in place of the library's ---------------------------------------------------------------------- */

typedef struct Late
{
  LodgerItem *from, *to;
  int passed;    /* how often the owner has asked for a barrier */
  bool is_there; /* the store is older than the barrier */
  bool refuses;
} Late;

static Late late;
static Latch asked;
atomic_int lodger__barrier_state;

void
lodger__barrier_prepare (void)
{
}

static void
link_late (void)
{
  atomic_store (&late.from->next, late.to);
}

bool
lodger__barrier_pass (void)
{
  late.passed++;
  if (late.is_there)
    link_late ();
  if (late.refuses)
    latch_open (&asked);
  return !late.refuses;
}

/* ---- the producer ------------------------------------------------------------------------------------------------ */

static const LodgerItemOps leaving_ops = { .slab_class = LODGER_SLAB_SMALL };
static const LodgerItemOps staying_ops = { .slab_class = LODGER_SLAB_SMALL, .may_stay = true };

static LodgerItem *
item_new (bool may_stay)
{
  LodgerItem *item = lodger__slab_new (LODGER_SLAB_SMALL);
  item->ops = may_stay ? &staying_ops : &leaving_ops;
  atomic_store (&item->next, NULL);
  return item;
}

/* It has changed `tail`, and has not been seen to link. */
static void
begin_push (LodgerInbox *inbox, LodgerItem *item)
{
  late.from = atomic_exchange (&inbox->tail, item);
  late.to = item;
}

/* What the inbox begins with: nothing; one item that was popped; one that was taken and stays; one that waits. */
typedef enum Begin
{
  EMPTY,
  POPPED,
  STAYS,
  WAITS,
  BEGINS
} Begin;

static const char *const begin_names[BEGINS] = { "empty", "popped", "stays", "waits" };

static void
inbox_begin (LodgerInbox *inbox, Begin begin)
{
  LodgerItem *item;
  bool stays;
  late = (Late) { .from = NULL };
  atomic_store (&lodger__barrier_state, LODGER_BARRIER_THERE);
  lodger__inbox_init (inbox);
  lodger__inbox_look (inbox);
  if (begin == EMPTY)
    return;
  item = item_new (begin == STAYS);
  ck_assert_int_eq (lodger__inbox_push (inbox, item), LODGER_PUSH_WAKE);
  lodger__inbox_look (inbox);
  if (begin == WAITS)
    return;
  ck_assert_ptr_eq (lodger__inbox_take (inbox, &stays), item);
  ck_assert_int_eq (stays, begin == STAYS);
  if (!stays)
    lodger__slab_free (LODGER_SLAB_SMALL, item);
}

static void
take_all (LodgerInbox *inbox, unsigned count)
{
  LodgerItem *item;
  bool stays;
  for (; count > 0; count--)
    {
      ck_assert (lodger__inbox_is_ready (inbox));
      item = lodger__inbox_take (inbox, &stays);
      ck_assert_ptr_nonnull (item);
      if (!stays)
        lodger__slab_free (LODGER_SLAB_SMALL, item);
    }
  ck_assert (!lodger__inbox_is_ready (inbox));
}

static void
inbox_end (LodgerInbox *inbox)
{
  lodger__inbox_close (inbox);
  ck_assert (lodger__inbox_is_empty (inbox));
  lodger__inbox_clear (inbox);
}

/* ---- the tests --------------------------------------------------------------------------------------------------- */

START_TEST (law_6_a_link_that_the_barrier_brings_is_seen)
{
  LodgerInbox inbox;
  inbox_begin (&inbox, (Begin) _i);
  late.is_there = true;
  begin_push (&inbox, item_new (true));
  ck_assert (lodger__inbox_is_ready (&inbox));
  ck_assert_int_eq (late.passed, 1);
  take_all (&inbox, _i == WAITS ? 2 : 1);
  inbox_end (&inbox);
}
END_TEST

/* The producer has still to read `signal`: it is going to wake, and the owner does not turn in a circle. */
START_TEST (law_6_a_producer_that_was_preempted_is_not_waited_for)
{
  LodgerInbox inbox;
  inbox_begin (&inbox, (Begin) _i);
  begin_push (&inbox, item_new (false));
  ck_assert (!lodger__inbox_is_ready (&inbox));
  ck_assert_int_eq (late.passed, 1);
  ck_assert_ptr_null (lodger__inbox_pop (&inbox));
  link_late ();
  take_all (&inbox, _i == WAITS ? 2 : 1);
  inbox_end (&inbox);
}
END_TEST

static void *
run_link_late (void *data)
{
  (void) data;
  latch_wait (&asked);
  link_late ();
  return NULL;
}

START_TEST (law_6_without_the_barrier_that_was_there_the_owner_waits_for_the_link)
{
  LodgerInbox inbox;
  pthread_t thread;
  latch_init (&asked);
  inbox_begin (&inbox, (Begin) _i);
  late.refuses = true;
  begin_push (&inbox, item_new (true));
  thread = thread_start (run_link_late, NULL);
  ck_assert (lodger__inbox_is_ready (&inbox));
  thread_join (thread);
  latch_clear (&asked);
  take_all (&inbox, _i == WAITS ? 2 : 1);
  inbox_end (&inbox);
}
END_TEST

/* The order of the link's store and the load of `signal` is enough there. */
START_TEST (a_system_without_the_barrier_is_not_asked_for_it)
{
  LodgerInbox inbox;
  inbox_begin (&inbox, (Begin) _i);
  atomic_store (&lodger__barrier_state, LODGER_BARRIER_MISSING);
  begin_push (&inbox, item_new (true));
  ck_assert (!lodger__inbox_is_ready (&inbox));
  ck_assert_int_eq (late.passed, 0);
  link_late ();
  take_all (&inbox, _i == WAITS ? 2 : 1);
  inbox_end (&inbox);
}
END_TEST

/* The item before the gap may be taken, wherever it stays. */
START_TEST (what_is_before_a_gap_may_stay)
{
  LodgerInbox inbox;
  LodgerItem *first = item_new (true);
  bool stays;
  inbox_begin (&inbox, EMPTY);
  lodger__inbox_push (&inbox, first);
  begin_push (&inbox, item_new (false));
  ck_assert_ptr_eq (lodger__inbox_take (&inbox, &stays), first);
  ck_assert (stays);
  ck_assert_ptr_null (lodger__inbox_take (&inbox, &stays));
  ck_assert (!lodger__inbox_is_ready (&inbox));
  link_late ();
  take_all (&inbox, 1);
  inbox_end (&inbox);
}
END_TEST

/* A pop has appended the anchor behind an item that came meanwhile: the first item's link, and then the second one's to the
 * anchor, come late. */
START_TEST (nothing_stays_while_the_anchor_is_behind_it)
{
  LodgerInbox inbox;
  LodgerItem *first = item_new (false), *second = item_new (true);
  bool stays;
  inbox_begin (&inbox, EMPTY);
  lodger__inbox_push (&inbox, first);
  ck_assert_ptr_eq (lodger__inbox_take (&inbox, &stays), first);
  ck_assert (inbox.has_anchor);
  lodger__inbox_push (&inbox, first);
  ck_assert (lodger__inbox_is_ready (&inbox));
  begin_push (&inbox, second);
  atomic_store (&inbox.anchor.next, NULL);
  atomic_store (&inbox.tail, &inbox.anchor);
  inbox.has_anchor = true;
  link_late ();
  inbox.head = first;
  ck_assert_ptr_eq (lodger__inbox_take (&inbox, &stays), first);
  ck_assert (!stays);
  ck_assert_ptr_null (lodger__inbox_take (&inbox, &stays));
  atomic_store (&second->next, &inbox.anchor);
  ck_assert_ptr_eq (lodger__inbox_take (&inbox, &stays), second);
  ck_assert (!stays);
  ck_assert_ptr_null (lodger__inbox_take (&inbox, &stays));
  ck_assert (!lodger__inbox_is_ready (&inbox));
  lodger__slab_free (LODGER_SLAB_SMALL, first);
  lodger__slab_free (LODGER_SLAB_SMALL, second);
  inbox_end (&inbox);
}
END_TEST

/* Only the last one stays, one whose operations say nothing of it is taken out, and the mark knows what was taken. */
START_TEST (the_last_one_stays_until_the_owner_goes_on)
{
  LodgerInbox inbox;
  LodgerItem *items[3];
  bool stays;
  inbox_begin (&inbox, EMPTY);
  for (unsigned i = 0; i < 3; i++)
    lodger__inbox_push (&inbox, items[i] = item_new (i < 2));
  ck_assert_ptr_eq (lodger__inbox_take (&inbox, &stays), items[0]);
  ck_assert (!stays);
  lodger__slab_free (LODGER_SLAB_SMALL, items[0]);
  ck_assert_ptr_eq (lodger__inbox_pop (&inbox), items[1]);
  ck_assert_ptr_eq (lodger__inbox_mark (&inbox), items[2]);
  ck_assert_ptr_eq (lodger__inbox_take (&inbox, &stays), items[2]);
  ck_assert (!stays);
  ck_assert_ptr_null (lodger__inbox_mark (&inbox));
  lodger__inbox_push (&inbox, items[1]);
  ck_assert_ptr_eq (lodger__inbox_mark (&inbox), items[1]);
  ck_assert_ptr_eq (lodger__inbox_take (&inbox, &stays), items[1]);
  ck_assert (stays);
  ck_assert_ptr_null (lodger__inbox_mark (&inbox));
  ck_assert (!lodger__inbox_is_ready (&inbox));
  ck_assert_ptr_null (lodger__inbox_pop (&inbox));
  lodger__inbox_push (&inbox, items[2]);
  ck_assert_ptr_eq (lodger__inbox_pop (&inbox), items[2]);
  lodger__slab_free (LODGER_SLAB_SMALL, items[2]);
  ck_assert_ptr_null (lodger__inbox_mark (&inbox));
  inbox_end (&inbox);
}
END_TEST

static void
add_for_each_begin (Suite *suite, const TTest *test)
{
  for (int i = 0; i < BEGINS; i++)
    {
      char name[128];
      snprintf (name, sizeof name, "%s/%s", test->name, begin_names[i]);
      test_add_variant (suite, name, test, i);
    }
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("inbox-gap");
  add_for_each_begin (suite, law_6_a_link_that_the_barrier_brings_is_seen);
  add_for_each_begin (suite, law_6_a_producer_that_was_preempted_is_not_waited_for);
  add_for_each_begin (suite, law_6_without_the_barrier_that_was_there_the_owner_waits_for_the_link);
  add_for_each_begin (suite, a_system_without_the_barrier_is_not_asked_for_it);
  test_add (suite, what_is_before_a_gap_may_stay);
  test_add (suite, nothing_stays_while_the_anchor_is_behind_it);
  test_add (suite, the_last_one_stays_until_the_owner_goes_on);
  return test_main (suite, argc, argv);
}
