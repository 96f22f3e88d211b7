/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Callers in random trees.
 *
 * Four threads each create a root, which is a worker or a caller on a manual host of the thread. They let it grow children
 * and grandchildren, submit in every way to all trees, and stop a child, a branch or a whole tree at any moment and from
 * anywhere. Then they begin anew. In some rounds roots end badly, or calls hang and stops have short deadlines.
 *
 * In the end each datum was destroyed once and each call has ended once (test-ledger.h). Children have stopped before
 * their parents. No thread, no descriptor and no byte is left. The watchdog reports what hangs.
 *
 *   stress-trees      LODGER_STRESS_CALLERS (10000), LODGER_STRESS_ROUNDS (12), LODGER_SEED,
 *                     LODGER_STRESS_MODE (3: one after the other; 0, 1, 2: only that mode, see test-tree.h) */
#include "test-forest.h"
#include "test-memory.h"
#include "test-proc.h"
#include "test-random-actions.h"
#include "test-watchdog.h"

#include <stdlib.h>
#include <string.h>

#ifdef LODGER_HAVE_GLIB
#include <lodger-glib.h>
#endif

enum
{
  ACTIONS = 300,         /* at most, in a tree's life */
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

typedef struct TreeThread
{
  unsigned number;
  pthread_t thread;
  TestRandom random;
  LedgerRing ring;
  long until; /* so many callers */
} TreeThread;

static RandomActions random_setup;
static TreeMode mode;
static atomic_long tree_count, abandoned_lines;

/* ---- a tree's life -------------------------------------------------------------------------------------------- */

static void
note (const TreeThread *owner, const char *what)
{
  watchdog_note (owner->number, what, lodger_caller_get_id (forest[owner->number].nodes[0].caller));
}

static void
act (TreeThread *owner)
{
  unsigned actions = test_random_below (&owner->random, ACTIONS);
  for (unsigned i = 0; i < actions; i++)
    {
      note (owner, "acts, its tree is");
      if (test_random_below (&owner->random, 4) == 0)
        tree_grow (&forest[owner->number], &owner->random);
      else
        random_action (&owner->random, &owner->ring);
      if (forest_host != NULL)
        lodger_manual_iterate (forest_host, false);
    }
}

static void
begin_tree (TreeThread *owner, LodgerCaller *root, const LodgerCallerOptions *options)
{
  test_check (root != NULL);
  tree_begin (&forest[owner->number], root, options->inbox_limit != 0, mode);
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
  ledger_submitted (entry, mark, lodger_caller_call_soon (root, stop_call, entry, ledger_destroy), LEDGER_BY_CALLBACK,
                    NULL);
}

static void
live_as_worker (TreeThread *owner)
{
  TestRandom *random = &owner->random;
  LodgerCallerOptions options = tree_options (random, true, mode);
  LodgerError *error = NULL;
  LodgerCaller *root = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, &error);
  if (root == NULL)
    test_fail ("no caller: %s", lodger_error_get_message (error));
  begin_tree (owner, root, &options);
  act (owner);
  note (owner, "stops its worker");
  if (options.inbox_limit == 0 && test_random_below (random, 2) == 0)
    stop_inside (root);
  else
    lodger_caller_stop (root, true);
  if (random_setup.hangs)
    lodger_caller_stop (root, true);
  note (owner, "waits for its worker to stop");
  test_check (lodger_pending_wait (lodger_caller_get_stopped (root), LODGER_FOREVER, LODGER_WAIT_DEFAULT) == 0);
}

static LodgerCaller *
attach (TreeThread *owner)
{
  LodgerCallerOptions options = tree_options (&owner->random, true, mode);
  LodgerError *error = NULL;
  LodgerCaller *root;
  options.backend = NULL;
  forest_host = lodger_manual_host_new (
      LODGER_MANUAL_REAL
      | (test_random_below (&owner->random, 2) == 0 ? LODGER_MANUAL_NO_BEFORE_WAIT : LODGER_MANUAL_DEFAULT));
  root = lodger_manual_attach (forest_host, &options, &error);
  if (root != NULL)
    begin_tree (owner, root, &options);
  else if (lodger_error_get_code (error) != LODGER_EAGAIN || options.on_start == NULL)
    test_fail ("no caller: %s", lodger_error_get_message (error));
  lodger_error_unref (error);
  return root;
}

static void
let_host_go (void)
{
  lodger_manual_host_unref (forest_host);
  forest_host = NULL;
}

static void
turn_until_stopped (LodgerCaller *root)
{
  while (!lodger_pending_is_done (lodger_caller_get_stopped (root)))
    lodger_manual_iterate (forest_host, true);
}

static void
expect_ended (int code)
{
  test_check (code == 0 || (code == LODGER_EABANDONED && random_setup.hangs));
}

static void
live_as_host (TreeThread *owner)
{
  LodgerCaller *root = attach (owner);
  if (root != NULL)
    {
      act (owner);
      note (owner, "stops its host");
      switch (test_random_below (&owner->random, 4))
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
live_until_closed (TreeThread *owner)
{
  LodgerCaller *root = attach (owner);
  if (root != NULL)
    {
      act (owner);
      note (owner, "has its host closed");
      if (test_random_below (&owner->random, 2) == 0)
        lodger_manual_close (forest_host);
      else
        {
          pthread_t thread = thread_start (close_host, forest_host);
          act (owner);
          thread_join (thread);
        }
      turn_until_stopped (root);
    }
  let_host_go ();
}

static void *
lose (void *data)
{
  TreeThread *owner = data;
  if (attach (owner) != NULL)
    act (owner);
  let_host_go ();
  return NULL;
}

static void *
live (void *data)
{
  TreeThread *owner = data;
  while (tree_totals.callers < owner->until)
    {
      RootKind kind = test_random_below (&owner->random, mode == TREE_ORDERLY ? HOST : ROOT_KINDS);
      if (kind < WORKER)
        live_as_worker (owner);
      else if (kind < HOST)
        live_as_host (owner);
      else if (kind < CLOSED_HOST)
        live_until_closed (owner);
      else
        thread_join (thread_start (lose, owner));
      note (owner, "waits for the rest of its tree");
      tree_end (&forest[owner->number]);
      random_actions_let_go (false);
    }
  watchdog_note (owner->number, "is ready, tree", 0);
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
  atomic_fetch_add (&abandoned_lines, 1);
  if (mode == TREE_ORDERLY)
    test_fail ("%s", line);
}

static void
run_round (unsigned round, long callers)
{
  TreeThread owners[FOREST_TREES];
  long until = tree_totals.callers + callers;
  memset (&random_setup, 0, sizeof random_setup);
  random_setup = (RandomActions) {
    .pick = forest_pick, .special = forest_act, .hangs = mode == TREE_HANGING, .is_orderly = mode == TREE_ORDERLY
  };
  random_actions_begin (&random_setup);
  memset (owners, 0, sizeof owners);
  for (unsigned i = 0; i < FOREST_TREES; i++)
    {
      owners[i].number = i;
      owners[i].random = test_random_new (round * FOREST_TREES + i);
      owners[i].until = until;
      owners[i].thread = thread_start (live, &owners[i]);
    }
  for (unsigned i = 0; i < FOREST_TREES; i++)
    thread_join (owners[i].thread);
  for (unsigned i = 0; i < FOREST_TREES; i++)
    ledger_empty (&owners[i].ring, mode != TREE_ORDERLY);
  random_actions_let_go (true);
  lodger_pending_return_nothing (random_setup.promise);
}

/* Abandoned calls have returned by now. */
static void
end_round (ProcCount before)
{
  proc_expect_restored (before);
  random_actions_end (&random_setup);
  ledger_expect_settled ();
}

static void
live_through (unsigned round, unsigned rounds, ProcCount before, size_t *ret_bytes)
{
  static const char *const modes[] = { "orderly", "loose", "hanging" };
  unsigned only = (unsigned) test_env ("LODGER_STRESS_MODE", 3);
  long callers = (long) test_env ("LODGER_STRESS_CALLERS", test_scaled (10000));
  int64_t start = test_now ();
  LedgerCounts counts;
  mode = only < 3 ? only : round % 3;
  run_round (round, callers / rounds + 1);
  end_round (before);
  *ret_bytes = memory_in_use ();
  counts = ledger_counts ();
  printf ("round %u of %u, %s: %ld callers in %ld trees so far; %ld calls accepted, %ld refused, %ld abandoned; %lu "
          "waits, %lu refused; %zu bytes; %lld ms\n",
          round + 1, rounds, modes[mode], (long) tree_totals.callers, (long) tree_count, counts.accepted,
          counts.refused, counts.abandoned, random_setup.waits, random_setup.deadlocks, *ret_bytes,
          (long long) (test_now () - start) / 1000000);
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
  forest_init ();
  watchdog_begin (INT64_MAX);
  /* The thread that watches stop deadlines keeps its descriptor for good. */
  before = proc_count ();
  before.fds++;
  for (unsigned round = 0; round < rounds; round++)
    live_through (round, rounds, before, &bytes[round]);
  watchdog_end ();
  /* The number of spare nodes varies a little from round to round, but it must not grow. */
  if (memory_growth (bytes, rounds, 1) > TOLERANCE)
    test_fail ("memory grows by %zu bytes", memory_growth (bytes, rounds, 1));
  forest_clear ();
  free (bytes);
  return EXIT_SUCCESS;
}
