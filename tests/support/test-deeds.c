/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-deeds-private.h"

enum
{
  DEPTH = 3 /* of calls that calls submit */
};

static const char *const names[KINDS]
    = { "answer", "idle", "ask", "act", "special", "abort", "follow", "defer", "refuse", "forever", "hang" };

DeedsWorld *deeds_world;

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- submitting ----------------------------------------------------------------------------------------------- */

typedef enum How
{
  SOON,
  LATER,
  NEVER, /* in an hour: only a cancel or a stop ends it */
  TO_THREAD,
  TO_NAMED,
  THEN,
  HOWS
} How;

static LodgerPending *
submit_how (How how, int64_t delay, LodgerCaller *caller, LedgerEntry *entry, LodgerCallOptions *options,
            LodgerPending *source)
{
  switch (how)
    {
    case SOON: return lodger_caller_call_soon_full (caller, deeds_run_call, entry, ledger_destroy, options);
    case THEN: return lodger_pending_then (source, caller, deeds_run_then, entry, ledger_destroy);
    case TO_NAMED: options->worker = "by name"; /* fall through */
    case TO_THREAD: return lodger_caller_to_thread_full (caller, deeds_run_call, entry, ledger_destroy, options);
    default: return lodger_caller_call_later_full (caller, delay, deeds_run_call, entry, ledger_destroy, options);
    }
}

/* Gives a reference to the outcome. The caller may be another: one whose inbox is not blocked by an hour's delay. */
static LodgerPending *
submit_to (const Doer *doer, LodgerCaller *caller, Kind kind)
{
  static const LedgerWay ways[] = { LEDGER_TELL, LEDGER_TELL, LEDGER_KEEP, LEDGER_DROP };
  LodgerCallOptions options = { .size = sizeof options, .name = names[kind], .file = __FILE__, .line = __LINE__ };
  How how = below (doer, HOWS + 2) % HOWS;
  int64_t delay = how == NEVER ? INT64_C (3600000000000) : (int64_t) below (doer, LONGEST_DELAY);
  LodgerPending *source = NULL, *pending;
  LedgerEntry *entry;
  LodgerCaller *wide = how == NEVER && kind >= PLAIN ? deeds_world->pick (doer->random, false) : NULL;
  unsigned mark;
  if (wide != NULL)
    caller = wide;
  else if (how == NEVER)
    how = SOON;
  /* A call that has not ended keeps its place among those that may run, and plain ones would wait for it. */
  if (how == TO_THREAD && kind >= PLAIN && !deeds_world->hangs)
    how = SOON;
  entry = ledger_open (names[kind], caller);
  entry->kind = kind;
  entry->depth = doer->depth;
  entry->seed = test_random_next (doer->random);
  if (how == THEN && (kind < PLAIN || below (doer, 2) == 0))
    source = deeds_submit (doer, ANSWER);
  else if (how == THEN)
    source = lodger_pending_ref (deeds_world->promise);
  if (how == THEN && source == NULL)
    how = SOON;
  options.flags = below (doer, 16) == 0 ? LODGER_PENDING_PROTECTED : LODGER_PENDING_DEFAULT;
  options.result_home = below (doer, 6) == 0 ? deeds_world->pick (doer->random, true) : NULL;
  mark = ledger_mark ();
  pending = submit_how (how, delay, caller, entry, &options, source);
  test_check (pending != NULL);
  ledger_submitted (entry, mark, lodger_pending_ref (pending), ways[below (doer, 4)], doer->bag);
  lodger_caller_unref (options.result_home);
  lodger_caller_unref (wide);
  lodger_pending_unref (source);
  return pending;
}

static void
submit_direct_to (const Doer *doer, LodgerCaller *caller)
{
  LedgerEntry *entry = ledger_open ("direct", caller);
  unsigned mark = ledger_mark ();
  entry->kind = KINDS;
  entry->depth = doer->depth;
  entry->seed = test_random_next (doer->random);
  ledger_submitted_direct (entry, mark, lodger_caller_call_direct (caller, deeds_run_direct, entry, ledger_destroy));
}

/* A call may well mean the one that it is in, a worker. */
static LodgerCaller *
pick (const Doer *doer)
{
  if (doer->bag == NULL && below (doer, 6) == 0)
    return lodger_caller_ref (lodger_caller_current ());
  return deeds_world->pick (doer->random, doer->bag == NULL || !deeds_world->hangs);
}

LodgerPending *
deeds_submit (const Doer *doer, Kind kind)
{
  LodgerCaller *caller = pick (doer);
  LodgerPending *pending = caller != NULL ? submit_to (doer, caller, doer->depth < DEPTH ? kind : ANSWER) : NULL;
  lodger_caller_unref (caller);
  return pending;
}

static Kind
any_kind (const Doer *doer)
{
  return below (doer, 3) == 0 ? below (doer, deeds_world->hangs ? KINDS : HANG) : below (doer, PLAIN);
}

void
deeds_act (const Doer *doer)
{
  Kind kind = any_kind (doer);
  LodgerCaller *caller;
  LodgerPending *pending;
  switch (below (doer, 8))
    {
    case 0: deeds_world->special (doer->random); return;
    case 1:
      caller = pick (doer);
      if (caller != NULL)
        submit_direct_to (doer, caller);
      lodger_caller_unref (caller);
      return;
    default: break;
    }
  pending = deeds_submit (doer, kind);
  if (pending == NULL)
    return;
  switch (below (doer, 8))
    {
    case 0: lodger_pending_cancel (pending, "a change of mind"); break;
    case 1: deeds_wait_for (doer, pending, kind < PLAIN); break;
    default: break;
    }
  lodger_pending_unref (pending);
}

/* ---- for threads of the test ---------------------------------------------------------------------------------- */

void
deeds_begin (DeedsWorld *new_world)
{
  deeds_world = new_world;
  deeds_world->promise = lodger_pending_new (LODGER_PENDING_PROTECTED);
  pthread_once (&once, deeds_init_calls);
}

void
deeds_end (DeedsWorld *old_world)
{
  lodger_pending_unref (old_world->promise);
  deeds_world = NULL;
}

void
deed (TestRandom *random, LedgerBag *bag)
{
  const Doer doer = { .random = random, .bag = bag };
  deeds_act (&doer);
}
