/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Callers in random trees: four threads make a root each (a worker, or a manual host of their own), let it grow children
 * and grandchildren, submit in every way to all the trees there are, stop a child, a branch or a whole tree at any moment
 * and from anywhere, and begin anew. In some rounds roots end badly, or calls hang and stops do not wait for long.
 *
 * In the end each datum was destroyed once and each call has ended once (test-ledger.h); children have stopped before
 * their parents; no thread, no descriptor and no byte is left. What hangs, the watchdog names.
 *
 *   stress-trees      LODGER_STRESS_CALLERS (10000), LODGER_STRESS_ROUNDS (12), LODGER_SEED,
 *                     LODGER_STRESS_MOOD (3: one after the other; 0, 1, 2: only that, see test-tree.h) */
#include "test-deeds.h"
#include "test-grove.h"
#include "test-memory.h"
#include "test-proc.h"
#include "test-watchdog.h"

#include <stdlib.h>
#include <string.h>

#ifdef LODGER_HAVE_GLIB
#include <lodger-glib.h>
#endif

enum
{
  DEEDS = 300,           /* at most, in a tree's life */
  TOLERANCE = 256 * 1024 /* bytes: about forty for each caller */
};

/* How a tree's root lives and ends. */
typedef enum RootKind
{
  WORKER = 4,      /* up to that: a thread of its own */
  HOST = 6,        /* a manual host, which ends in order */
  CLOSED_HOST = 7, /* one that is closed, by anybody */
  LOST_THREAD = 8, /* one whose thread just ends */
  ROOT_KINDS = 8
} RootKind;

typedef struct Gardener
{
  unsigned number;
  pthread_t thread;
  TestRandom random;
  LedgerBag bag;
  long until; /* so many callers */
} Gardener;

static DeedsWorld world;
static TreeMood mood;
static atomic_long tree_count, left_behind;

/* ---- a tree's life -------------------------------------------------------------------------------------------- */

static void
note (const Gardener *gardener, const char *what)
{
  watchdog_note (gardener->number, what, lodger_caller_get_id (grove[gardener->number].nodes[0].caller));
}

static void
tend (Gardener *gardener)
{
  unsigned deeds = test_random_below (&gardener->random, DEEDS);
  for (unsigned i = 0; i < deeds; i++)
    {
      note (gardener, "does deeds, its tree is");
      if (test_random_below (&gardener->random, 4) == 0)
        tree_grow (&grove[gardener->number], &gardener->random);
      else
        deed (&gardener->random, &gardener->bag);
      if (grove_host != NULL)
        lodger_manual_iterate (grove_host, false);
    }
}

static void
plant (Gardener *gardener, LodgerCaller *root, const LodgerCallerOptions *options, bool is_torn)
{
  test_check (root != NULL);
  tree_plant (&grove[gardener->number], root, options->inbox_limit != 0, is_torn, mood);
  atomic_fetch_add (&tree_count, 1);
}

static void
stop_call (LodgerPending *self, void *data)
{
  (void) self;
  ledger_run (data);
  lodger_caller_stop (lodger_caller_current (), true);
}

static void
stop_inside (LodgerCaller *root)
{
  LedgerEntry *entry = ledger_open ("stop", root);
  unsigned mark = ledger_mark ();
  ledger_submitted (entry, mark, lodger_caller_call_soon (root, stop_call, entry, ledger_destroy), LEDGER_TELL, NULL);
}

static void
live_as_worker (Gardener *gardener)
{
  TestRandom *random = &gardener->random;
  LodgerCallerOptions options = tree_options (random, true, mood);
  LodgerError *error = NULL;
  LodgerCaller *root = lodger_caller_new (LODGER_CALLER_NEW_THREAD, &options, &error);
  if (root == NULL)
    test_fail ("no caller: %s", lodger_error_get_message (error));
  plant (gardener, root, &options, false);
  tend (gardener);
  note (gardener, "stops its worker");
  if (options.inbox_limit == 0 && test_random_below (random, 2) == 0)
    stop_inside (root);
  else
    lodger_caller_stop (root, true);
  if (world.hangs)
    lodger_caller_stop (root, true);
  note (gardener, "waits for its worker to stop");
  test_check (lodger_pending_wait (lodger_caller_get_stopped (root), LODGER_FOREVER, LODGER_WAIT_DEFAULT) == 0);
}

static LodgerCaller *
attach (Gardener *gardener, bool is_torn)
{
  LodgerCallerOptions options = tree_options (&gardener->random, true, mood);
  LodgerError *error = NULL;
  LodgerCaller *root;
  options.backend = NULL;
  grove_host = lodger_manual_host_new (
      LODGER_MANUAL_REAL
      | (test_random_below (&gardener->random, 2) == 0 ? LODGER_MANUAL_NO_BEFORE_WAIT : LODGER_MANUAL_DEFAULT));
  root = lodger_manual_attach (grove_host, &options, &error);
  if (root != NULL)
    plant (gardener, root, &options, is_torn);
  else if (lodger_error_get_code (error) != LODGER_EAGAIN || options.on_start == NULL)
    test_fail ("no caller: %s", lodger_error_get_message (error));
  lodger_error_unref (error);
  return root;
}

static void
let_host_go (void)
{
  lodger_manual_host_unref (grove_host);
  grove_host = NULL;
}

static void
turn_until_stopped (LodgerCaller *root)
{
  while (!lodger_pending_is_done (lodger_caller_get_stopped (root)))
    lodger_manual_iterate (grove_host, true);
}

static void
expect_ended (int code)
{
  test_check (code == 0 || (code == LODGER_EABANDONED && world.hangs));
}

static void
live_as_host (Gardener *gardener)
{
  LodgerCaller *root = attach (gardener, false);
  if (root != NULL)
    {
      tend (gardener);
      note (gardener, "stops its host");
      switch (test_random_below (&gardener->random, 4))
        {
        case 0: expect_ended (lodger_caller_leave (root)); break;
        case 1: expect_ended (lodger_caller_stop_wait (root)); break;
        case 2: stop_inside (root); /* fall through */
        default: lodger_caller_stop (root, true); turn_until_stopped (root);
        }
    }
  let_host_go ();
}

static void *
close_host (void *host)
{
  lodger_manual_close (host);
  return NULL;
}

static void
live_until_closed (Gardener *gardener)
{
  LodgerCaller *root = attach (gardener, true);
  if (root != NULL)
    {
      tend (gardener);
      note (gardener, "has its host closed");
      if (test_random_below (&gardener->random, 2) == 0)
        lodger_manual_close (grove_host);
      else
        {
          pthread_t thread = thread_start (close_host, grove_host);
          tend (gardener);
          thread_join (thread);
        }
      turn_until_stopped (root);
    }
  let_host_go ();
}

static void *
lose (void *data)
{
  Gardener *gardener = data;
  if (attach (gardener, true) != NULL)
    tend (gardener);
  let_host_go ();
  return NULL;
}

static void *
live (void *data)
{
  Gardener *gardener = data;
  while (tree_sums.callers < gardener->until)
    {
      RootKind kind = test_random_below (&gardener->random, mood == TREE_ORDERLY ? HOST : ROOT_KINDS);
      if (kind < WORKER)
        live_as_worker (gardener);
      else if (kind < HOST)
        live_as_host (gardener);
      else if (kind < CLOSED_HOST)
        live_until_closed (gardener);
      else
        thread_join (thread_start (lose, gardener));
      note (gardener, "waits for the rest of its tree");
      tree_end (&grove[gardener->number]);
      deeds_let_go (false);
    }
  watchdog_note (gardener->number, "is ready, tree", 0);
  return NULL;
}

/* ---- a round -------------------------------------------------------------------------------------------------- */

static void
listen (LodgerLogLevel level, const char *line, void *data)
{
  bool is_bad = strstr (line, "left behind") != NULL || strstr (line, "not watched") != NULL
                || strstr (line, "ended by itself") != NULL;
  (void) data;
  if (level != LODGER_LOG_ERROR || !is_bad)
    return;
  atomic_fetch_add (&left_behind, 1);
  if (mood == TREE_ORDERLY)
    test_fail ("%s", line);
}

static void
run_round (unsigned round, long callers)
{
  Gardener gardeners[GROVE_TREES];
  long until = tree_sums.callers + callers;
  memset (&world, 0, sizeof world);
  world = (DeedsWorld) {
    .pick = grove_pick, .special = grove_act, .hangs = mood == TREE_HANGING, .is_orderly = mood == TREE_ORDERLY
  };
  deeds_begin (&world);
  memset (gardeners, 0, sizeof gardeners);
  for (unsigned i = 0; i < GROVE_TREES; i++)
    {
      gardeners[i].number = i;
      gardeners[i].random = test_random_new (round * GROVE_TREES + i);
      gardeners[i].until = until;
      gardeners[i].thread = thread_start (live, &gardeners[i]);
    }
  for (unsigned i = 0; i < GROVE_TREES; i++)
    thread_join (gardeners[i].thread);
  for (unsigned i = 0; i < GROVE_TREES; i++)
    ledger_empty (&gardeners[i].bag, mood != TREE_ORDERLY);
  deeds_let_go (true);
  lodger_pending_return_nothing (world.promise);
}

/* Those that were left behind have come back, too. */
static void
end_round (ProcCount before)
{
  proc_expect_back (before);
  deeds_end (&world);
  ledger_expect_settled ();
}

static void
live_through (unsigned round, unsigned rounds, ProcCount before, size_t *ret_bytes)
{
  static const char *const moods[] = { "orderly", "loose", "hanging" };
  unsigned only = (unsigned) test_env ("LODGER_STRESS_MOOD", 3);
  long callers = (long) test_env ("LODGER_STRESS_CALLERS", test_scaled (10000));
  int64_t start = test_now ();
  LedgerCounts counts;
  mood = only < 3 ? only : round % 3;
  run_round (round, callers / rounds + 1);
  end_round (before);
  *ret_bytes = memory_in_use ();
  counts = ledger_counts ();
  printf ("round %u of %u, %s: %ld callers in %ld trees so far; %ld calls accepted, %ld refused, %ld abandoned; %lu "
          "waits, %lu refused; %zu bytes; %lld ms\n",
          round + 1, rounds, moods[mood], (long) tree_sums.callers, (long) tree_count, counts.accepted, counts.refused,
          counts.abandoned, world.waits, world.deadlocks, *ret_bytes, (long long) (test_now () - start) / 1000000);
  fflush (stdout);
}

int
main (void)
{
  unsigned rounds = (unsigned) test_env ("LODGER_STRESS_ROUNDS", 12);
  size_t *bytes = calloc (rounds, sizeof *bytes);
  ProcCount before;
  test_check (bytes != NULL);
  test_seed ();
#ifdef LODGER_HAVE_GLIB
  lodger_glib_register ();
#endif
  lodger_set_log_func (listen, NULL);
  ledger_begin ();
  grove_init ();
  watchdog_begin (INT64_MAX);
  /* What watches over stops keeps its descriptor for good. */
  before = proc_count ();
  before.fds++;
  for (unsigned round = 0; round < rounds; round++)
    live_through (round, rounds, before, &bytes[round]);
  watchdog_end ();
  /* Spare nodes come and go with what the rounds do: the number goes up and down a little, but it must not grow. */
  if (memory_growth (bytes, rounds, 1) > TOLERANCE)
    test_fail ("memory grows by %zu bytes", memory_growth (bytes, rounds, 1));
  grove_clear ();
  free (bytes);
  return EXIT_SUCCESS;
}
