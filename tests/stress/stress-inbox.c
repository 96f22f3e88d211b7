/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inbox alone, between four producers and an owner that looks only when it is woken.
 *
 * First all race. Then each producer in turn races alone with the owner: it pushes the second of two items just when
 * the owner looks for the first. Only the memory order of the inbox prevents a lost wake-up here, so a weak order shows at
 * once.
 *
 *   stress-inbox [missing] [slabs]      LODGER_STRESS_CALLS (200000), LODGER_STRESS_ROUNDS (1), LODGER_SEED
 *
 * missing: as on a system without the barrier. slabs: under a memory checker, too, the items are pieces of slabs. */
#include "base/barrier.h"
#include "base/port.h"
#include "base/slab.h"
#include "mailbox/inbox.h"
#include "mailbox/item.h"
#include "test-latch.h"
#include "test-limits.h"

#include <assert.h>
#include <sched.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  PRODUCERS = 4,
  PHASES = 8,         /* each a race of all and four races alone */
  LONGEST_PAUSE = 100 /* turns of an empty loop */
};

typedef struct Producer Producer;

typedef struct Numbered
{
  LodgerItem item; /* first */
  Producer *producer;
  unsigned sequence;
  uint64_t checksum;
} Numbered;

typedef struct Shared
{
  LodgerInbox inbox;
  alignas (64) atomic_int woken; /* the owner has to look; set once until it has looked */
  alignas (64) atomic_bool over;
  Barrier barrier;
  Producer *producers;
} Shared;

struct Producer
{
  Shared *shared;
  TestRandom random;
  unsigned number;
  unsigned count;
  unsigned pushed;
  unsigned expected; /* the owner's */
  alignas (64) atomic_uint served;
};

/* The linker puts it in the place of the library's. */
#pragma GCC visibility push(default)
bool __real_lodger__port_is_checked (void);
bool __wrap_lodger__port_is_checked (void);
#pragma GCC visibility pop

static bool has_slabs;

bool
__wrap_lodger__port_is_checked (void)
{
  return !has_slabs && __real_lodger__port_is_checked ();
}

static uint64_t
checksum (const Numbered *numbered)
{
  uint64_t x = test_seed () + numbered->sequence + ((uint64_t) numbered->producer->number << 40);
  return (x ^ x >> 29) * UINT64_C (0x2545F4914F6CDD1D);
}

/* Every other one may stay in the inbox when it is taken as the last one. */
static const LodgerItemOps leaving_ops = { .slab_class = LODGER_SLAB_SMALL };
static const LodgerItemOps staying_ops = { .slab_class = LODGER_SLAB_SMALL, .may_stay = true };

static void
push (Producer *producer)
{
  Numbered *numbered = lodger__slab_new (LODGER_SLAB_SMALL);
  static_assert (sizeof *numbered <= 64, "it is a small piece of the slab");
  test_check (numbered != NULL);
  numbered->item.ops = producer->pushed % 2 == 0 ? &leaving_ops : &staying_ops;
  numbered->producer = producer;
  numbered->sequence = producer->pushed++;
  numbered->checksum = checksum (numbered);
  if (lodger__inbox_push (&producer->shared->inbox, &numbered->item) == LODGER_PUSH_WAKE
      && atomic_exchange_explicit (&producer->shared->woken, 1, memory_order_release) != 0)
    test_fail ("the owner is woken again before it has looked");
}

static void
wait_until_served (Producer *producer)
{
  unsigned tries = 0;
  int64_t until = 0;
  while (atomic_load_explicit (&producer->served, memory_order_acquire) < producer->pushed)
    {
      if (++tries % 2048 != 0)
        continue;
      sched_yield ();
      if (until == 0)
        until = test_now () + test_limit_ns ();
      else if (test_now () > until)
        test_fail ("a wake-up is lost: producer %u pushed %u, %u came; the owner %s", producer->number,
                   producer->pushed, atomic_load (&producer->served),
                   atomic_load (&producer->shared->woken) ? "does not look" : "was not woken");
    }
}

static void
race (Producer *producer, unsigned until)
{
  while (producer->pushed < until)
    {
      push (producer);
      if (test_random_below (&producer->random, 64) == 0)
        wait_until_served (producer);
      else if (test_random_below (&producer->random, 64) == 0)
        sched_yield ();
    }
  wait_until_served (producer);
}

static void
race_alone (Producer *producer, unsigned until)
{
  while (producer->pushed < until)
    {
      push (producer);
      for (unsigned i = test_random_below (&producer->random, LONGEST_PAUSE); i > 0; i--)
        atomic_signal_fence (memory_order_seq_cst);
      if (producer->pushed < until)
        push (producer);
      wait_until_served (producer);
    }
}

static void *
produce (void *data)
{
  Producer *producer = data;
  for (unsigned phase = 0; phase < PHASES; phase++)
    {
      unsigned begin = producer->pushed;
      unsigned end = (unsigned) ((uint64_t) producer->count * (phase + 1) / PHASES);
      barrier_wait (&producer->shared->barrier);
      race (producer, begin + (end - begin) / 2);
      for (unsigned k = 0; k < PRODUCERS; k++)
        {
          barrier_wait (&producer->shared->barrier);
          if (k == producer->number)
            race_alone (producer, end);
        }
    }
  return NULL;
}

static void
take (const Numbered *numbered)
{
  Producer *producer = numbered->producer;
  if (numbered->checksum != checksum (numbered))
    test_fail ("producer %u: item %u is damaged", producer->number, numbered->sequence);
  if (numbered->sequence != producer->expected)
    test_fail ("producer %u: item %u came instead of %u", producer->number, numbered->sequence, producer->expected);
  atomic_store_explicit (&producer->served, ++producer->expected, memory_order_release);
}

static void *
own (void *data)
{
  Shared *shared = data;
  unsigned tries = 0;
  while (!atomic_load (&shared->over))
    {
      LodgerItem *item;
      bool stays;
      if (atomic_load_explicit (&shared->woken, memory_order_relaxed) == 0)
        {
          if (++tries % 2048 == 0)
            sched_yield ();
          continue;
        }
      atomic_exchange_explicit (&shared->woken, 0, memory_order_acquire);
      lodger__inbox_look (&shared->inbox);
      do
        while ((item = lodger__inbox_take (&shared->inbox, &stays)) != NULL)
          {
            take ((const Numbered *) item);
            if (!stays)
              lodger__slab_free (LODGER_SLAB_SMALL, item);
          }
      while (lodger__inbox_is_ready (&shared->inbox));
    }
  return NULL;
}

static void
run (unsigned calls, unsigned stream)
{
  static Shared shared;
  static Producer producers[PRODUCERS];
  pthread_t threads[PRODUCERS], owner;
  shared = (Shared) { .producers = producers };
  lodger__inbox_init (&shared.inbox);
  barrier_init (&shared.barrier, PRODUCERS);
  owner = thread_start (own, &shared);
  for (unsigned i = 0; i < PRODUCERS; i++)
    {
      producers[i] = (Producer) { .shared = &shared, .number = i, .count = calls / PRODUCERS };
      producers[i].random = test_random_new (stream * PRODUCERS + i);
      threads[i] = thread_start (produce, &producers[i]);
    }
  for (unsigned i = 0; i < PRODUCERS; i++)
    thread_join (threads[i]);
  atomic_store (&shared.over, true);
  thread_join (owner);
  for (unsigned i = 0; i < PRODUCERS; i++)
    test_check (producers[i].expected == producers[i].count);
  lodger__inbox_clear (&shared.inbox);
  barrier_clear (&shared.barrier);
}

int
main (int argc, char **argv)
{
  unsigned calls = (unsigned) test_env ("LODGER_STRESS_CALLS", test_scaled (200000));
  unsigned rounds = (unsigned) test_env ("LODGER_STRESS_ROUNDS", 1);
  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "missing") == 0)
      atomic_store (&lodger__barrier_state, LODGER_BARRIER_MISSING);
    else if (strcmp (argv[i], "slabs") == 0)
      has_slabs = true;
    else
      test_fail ("what is %s?", argv[i]);
  test_seed ();
  for (unsigned round = 0; round < rounds; round++)
    {
      int64_t start = test_now ();
      test_expect_end ();
      run (calls, round);
      printf ("round %u of %u: %u items in %lld ms\n", round + 1, rounds, calls,
              (long long) (test_now () - start) / 1000000);
      fflush (stdout);
    }
  return EXIT_SUCCESS;
}
