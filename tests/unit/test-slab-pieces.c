/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Slabs by themselves: whose pieces are whose, where they come back to, and what the system gets back. */
#define _GNU_SOURCE
#include "base/depot.h"
#include "base/slab.h"
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* The linker puts it in the place of the library's: there are slabs under a memory checker, too. */
#pragma GCC visibility push(default)
bool __real_lodger__port_is_checked (void);
bool __wrap_lodger__port_is_checked (void);
#pragma GCC visibility pop

bool
__wrap_lodger__port_is_checked (void)
{
  return false;
}

enum
{
  MOST_SLABS = 8192,
  SMALL_PIECES = (LODGER_SLAB_SIZE - LODGER_SLAB_HEAD) / 64, /* of a slab */
  AT_HAND = 3 * LODGER_SLAB_FREED /* slabs that two or three threads may keep to themselves */
};

/* The slabs that pieces have come from. */
typedef struct Seen
{
  uintptr_t slabs[MOST_SLABS];
  unsigned count;
} Seen;

static void
seen_add (Seen *seen, const void *piece)
{
  const uintptr_t slab = (uintptr_t) piece & ~(uintptr_t) (LODGER_SLAB_SIZE - 1);
  for (unsigned i = seen->count; i > 0; i--)
    if (seen->slabs[i - 1] == slab)
      return;
  ck_assert_uint_lt (seen->count, MOST_SLABS);
  seen->slabs[seen->count++] = slab;
}

/* How many of them have a page in memory. */
static unsigned
seen_resident (const Seen *seen)
{
  const size_t page = (size_t) sysconf (_SC_PAGESIZE);
  unsigned resident = 0;
  for (unsigned i = 0; i < seen->count; i++)
    {
      unsigned char pages[LODGER_SLAB_SIZE / 1024] = { 0 };
      bool is_there = false;
      void *begin = (void *) (seen->slabs[i] & ~(uintptr_t) (page - 1));
      ck_assert_int_eq (mincore (begin, LODGER_SLAB_SIZE, pages), 0);
      for (size_t k = 0; k < (LODGER_SLAB_SIZE + page - 1) / page; k++)
        is_there = is_there || (pages[k] & 1);
      resident += is_there ? 1 : 0;
    }
  return resident;
}

typedef struct Flood
{
  void *pieces[65536];
  unsigned class, count;
  Seen *seen;
} Flood;

static void
flood_begin (Flood *flood, unsigned class, unsigned count)
{
  flood->class = class;
  flood->count = count;
  for (unsigned i = 0; i < count; i++)
    {
      flood->pieces[i] = lodger__slab_new (class);
      ck_assert_ptr_nonnull (flood->pieces[i]);
      ck_assert_uint_eq ((uintptr_t) flood->pieces[i] % 64, 0);
      memset (flood->pieces[i], 0x5a, 64);
      seen_add (flood->seen, flood->pieces[i]);
    }
}

static void
flood_end (Flood *flood)
{
  for (unsigned i = 0; i < flood->count; i++)
    if (flood->pieces[i] != NULL)
      lodger__slab_free (flood->class, flood->pieces[i]);
  flood->count = 0;
}

static void *
end_flood (void *flood)
{
  flood_end (flood);
  return NULL;
}

static void *
begin_flood (void *data)
{
  Flood *flood = data;
  flood_begin (flood, flood->class, flood->count);
  return NULL;
}

static Seen seen;
static Flood flood = { .seen = &seen };

/* ---- one thread's pieces, freed by another ----------------------------------------------------------------------- */

typedef struct Partner
{
  Barrier barrier;
  unsigned rounds;
} Partner;

static void *
end_each_flood (void *data)
{
  Partner *partner = data;
  for (unsigned i = 0; i < partner->rounds; i++)
    {
      barrier_wait (&partner->barrier);
      flood_end (&flood);
      barrier_wait (&partner->barrier);
    }
  return NULL;
}

START_TEST (what_another_thread_frees_comes_back)
{
  Partner partner = { .rounds = 200 };
  pthread_t thread;
  barrier_init (&partner.barrier, 2);
  thread = thread_start (end_each_flood, &partner);
  for (unsigned i = 0; i < partner.rounds; i++)
    {
      flood_begin (&flood, LODGER_SLAB_SMALL, 10 * SMALL_PIECES);
      barrier_wait (&partner.barrier);
      barrier_wait (&partner.barrier);
    }
  thread_join (thread);
  barrier_clear (&partner.barrier);
  ck_assert_uint_le (seen.count, 10 + AT_HAND);
}
END_TEST

/* Fewer than a slab has: they come back to it without the depot. */
START_TEST (a_slab_that_a_thread_has_gets_its_pieces_back)
{
  Partner partner = { .rounds = 2000 };
  pthread_t thread;
  barrier_init (&partner.barrier, 2);
  thread = thread_start (end_each_flood, &partner);
  for (unsigned i = 0; i < partner.rounds; i++)
    {
      flood_begin (&flood, LODGER_SLAB_MEDIUM, 3);
      barrier_wait (&partner.barrier);
      barrier_wait (&partner.barrier);
    }
  thread_join (thread);
  barrier_clear (&partner.barrier);
  ck_assert_uint_le (seen.count, AT_HAND);
}
END_TEST

/* A thread that Lodger does not know frees, too. */
START_TEST (a_strangers_free_comes_back_at_once)
{
  for (unsigned i = 0; i < 100; i++)
    {
      flood_begin (&flood, LODGER_SLAB_LARGE, 400);
      thread_join (thread_start (end_flood, &flood));
    }
  ck_assert_uint_le (seen.count, 10 + AT_HAND);
}
END_TEST

/* ---- what stays in use ------------------------------------------------------------------------------------------- */

/* A slab with pieces that are kept serves others all the same. */
START_TEST (a_kept_piece_does_not_keep_its_slab)
{
  enum
  {
    FLOODS = 100,
    PIECES = 6000,
    EVERY = 60
  };
  static void *kept[FLOODS * PIECES / EVERY];
  unsigned count = 0;
  for (unsigned i = 0; i < FLOODS; i++)
    {
      flood_begin (&flood, LODGER_SLAB_SMALL, PIECES);
      for (unsigned k = 0; k < PIECES; k += EVERY)
        {
          kept[count++] = flood.pieces[k];
          flood.pieces[k] = NULL;
        }
      flood_end (&flood);
    }
  /* A quarter of a slab may be left unused. */
  ck_assert_uint_le (seen.count, (count + PIECES) / (SMALL_PIECES * 3 / 4) + 2 + AT_HAND);
  while (count > 0)
    lodger__slab_free (LODGER_SLAB_SMALL, kept[--count]);
}
END_TEST

START_TEST (a_free_slab_serves_any_size)
{
  unsigned before;
  flood_begin (&flood, LODGER_SLAB_SMALL, 40 * SMALL_PIECES);
  flood_end (&flood);
  before = seen.count;
  flood_begin (&flood, LODGER_SLAB_LARGE, 30 * (LODGER_SLAB_SIZE / 192));
  flood_end (&flood);
  flood_begin (&flood, LODGER_SLAB_MEDIUM, 30 * (LODGER_SLAB_SIZE / 128));
  flood_end (&flood);
  ck_assert_uint_le (seen.count, before + 2 * AT_HAND);
}
END_TEST

/* ---- the end of a thread ----------------------------------------------------------------------------------------- */

static void *
live_and_end (void *data)
{
  (void) data;
  for (unsigned class = 0; class < LODGER_SLAB_CLASSES; class ++)
    {
      flood_begin (&flood, class, 20);
      flood_end (&flood);
    }
  return NULL;
}

START_TEST (a_thread_that_ends_leaves_its_slabs_to_others)
{
  for (unsigned i = 0; i < 200; i++)
    thread_join (thread_start (live_and_end, NULL));
  ck_assert_uint_le (seen.count, LODGER_SLAB_CLASSES);
}
END_TEST

START_TEST (pieces_outlive_their_thread)
{
  for (unsigned i = 0; i < 200; i++)
    {
      flood.class = LODGER_SLAB_SMALL;
      flood.count = 3 * SMALL_PIECES / 2;
      thread_join (thread_start (begin_flood, &flood));
      for (unsigned k = 0; k < flood.count; k++)
        ck_assert_uint_eq (*(unsigned char *) flood.pieces[k], 0x5a);
      flood_end (&flood);
    }
  ck_assert_uint_le (seen.count, 2 + AT_HAND);
}
END_TEST

/* ---- after a flood ----------------------------------------------------------------------------------------------- */

START_TEST (the_system_gets_back_what_is_not_used)
{
  unsigned most;
  flood_begin (&flood, LODGER_SLAB_SMALL, 400 * SMALL_PIECES);
  most = seen_resident (&seen);
  ck_assert_uint_ge (most, 400);
  flood_end (&flood);
  ck_assert (lodger__slab_have_surplus ());
  lodger__slab_begin_watch ();
  while (lodger__slab_give_back ())
    continue;
  ck_assert (!lodger__slab_have_surplus ());
  ck_assert_uint_le (seen_resident (&seen), 128 + AT_HAND);
  flood_begin (&flood, LODGER_SLAB_LARGE, 30000);
  flood_end (&flood);
}
END_TEST

/* What was used while somebody watched is not given back. */
START_TEST (what_was_used_meanwhile_stays)
{
  unsigned before;
  flood_begin (&flood, LODGER_SLAB_SMALL, 400 * SMALL_PIECES);
  flood_end (&flood);
  before = seen_resident (&seen);
  lodger__slab_begin_watch ();
  flood_begin (&flood, LODGER_SLAB_SMALL, 400 * SMALL_PIECES);
  flood_end (&flood);
  ck_assert (!lodger__slab_give_back ());
  ck_assert_uint_ge (seen_resident (&seen), before);
}
END_TEST

/* ---- no memory --------------------------------------------------------------------------------------------------- */

START_TEST (law_10_without_address_space_a_call_is_refused)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder refused = { 0 }, accepted = { 0 };
  struct rlimit before, none;
  void **all = NULL, **piece;
  if (__real_lodger__port_is_checked ())
    return; /* it needs address space of its own */
  log_capture_begin ();
  ck_assert_int_eq (getrlimit (RLIMIT_AS, &before), 0);
  none = before;
  none.rlim_cur = 4096;
  ck_assert_int_eq (setrlimit (RLIMIT_AS, &none), 0);
  while ((piece = lodger__slab_new (LODGER_SLAB_SMALL)) != NULL)
    {
      *piece = (void *) all;
      all = piece;
    }
  expect_code (lodger_caller_call_direct (loop.caller, recorder_direct, &refused, recorder_destroy), LODGER_ENOMEM);
  recorder_expect (&refused, 0, 1);
  for (; all != NULL; all = piece)
    {
      piece = (void **) *all;
      lodger__slab_free (LODGER_SLAB_SMALL, (void *) all);
    }
  expect_code (lodger_caller_call_direct (loop.caller, recorder_direct, &accepted, recorder_destroy), 0);
  ck_assert_int_eq (setrlimit (RLIMIT_AS, &before), 0);
  loop_run (&loop);
  recorder_expect (&accepted, 1, 1);
  loop_close (&loop);
  log_capture_end ();
}
END_TEST

/* ---- all at once ------------------------------------------------------------------------------------------------- */

enum
{
  THREADS = 3,
  SLOTS = 1024
};

typedef struct Exchanged
{
  unsigned class;
  uintptr_t self; /* its own address, backwards */
  uint64_t more[6];
} Exchanged;

static _Atomic (Exchanged *) slots[SLOTS];

static void
exchange_one (TestRandom *random)
{
  const unsigned class = test_random_below (random, LODGER_SLAB_CLASSES);
  Exchanged *mine = lodger__slab_new (class), *other;
  test_check (mine != NULL);
  *mine = (Exchanged) { .class = class, .self = ~(uintptr_t) mine };
  for (unsigned i = 0; i < 6; i++)
    mine->more[i] = mine->self + i;
  other = atomic_exchange (&slots[test_random_below (random, SLOTS)], mine);
  if (other == NULL)
    return;
  test_check (other->self == ~(uintptr_t) other);
  for (unsigned i = 0; i < 6; i++)
    test_check (other->more[i] == other->self + i);
  other->self = 0;
  lodger__slab_free (other->class, other);
}

static void *
exchange (void *data)
{
  TestRandom random = test_random_new ((unsigned) (uintptr_t) data);
  for (unsigned i = test_scaled (300000); i > 0; i--)
    exchange_one (&random);
  return NULL;
}

/* Each thread ends now and then, and so leaves its slabs. */
START_TEST (a_piece_is_one_threads_alone)
{
  pthread_t threads[THREADS];
  for (uintptr_t round = 0; round < 4; round++)
    {
      for (uintptr_t i = 0; i < THREADS; i++)
        threads[i] = thread_start (exchange, (void *) (round * THREADS + i)); /* NOLINT(performance-no-int-to-ptr) */
      for (unsigned i = 0; i < THREADS; i++)
        thread_join (threads[i]);
      lodger__slab_begin_watch ();
      lodger__slab_give_back ();
    }
  for (unsigned i = 0; i < SLOTS; i++)
    if (slots[i] != NULL)
      lodger__slab_free (slots[i]->class, slots[i]);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("slab-pieces");
  test_add (suite, what_another_thread_frees_comes_back);
  test_add (suite, a_slab_that_a_thread_has_gets_its_pieces_back);
  test_add (suite, a_strangers_free_comes_back_at_once);
  test_add (suite, a_kept_piece_does_not_keep_its_slab);
  test_add (suite, a_free_slab_serves_any_size);
  test_add (suite, a_thread_that_ends_leaves_its_slabs_to_others);
  test_add (suite, pieces_outlive_their_thread);
  test_add (suite, the_system_gets_back_what_is_not_used);
  test_add (suite, what_was_used_meanwhile_stays);
  test_add (suite, law_10_without_address_space_a_call_is_refused);
  test_add (suite, a_piece_is_one_threads_alone);
  return test_main (suite, argc, argv);
}
