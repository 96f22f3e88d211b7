/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-random-actions-private.h"

enum
{
  DEPTH = 3 /* of calls that calls submit */
};

static const char *const names[KINDS]
    = { "answer", "idle", "ask", "act", "special", "abort", "follow", "defer", "refuse", "forever", "hang" };

RandomActions *random_actions;

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- submitting ----------------------------------------------------------------------------------------------- */

typedef enum How
{
  SOON,
  SPAWN,
  LATER,
  NEVER, /* after an hour: only a cancel or a stop ends it */
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
    case SOON: return lodger_caller_call_soon_full (caller, random_calls_run_call, entry, ledger_destroy, options);
    case SPAWN: return lodger_caller_spawn_full (caller, random_calls_run_call, entry, ledger_destroy, options);
    case THEN: return lodger_pending_then (source, caller, random_calls_run_then, entry, ledger_destroy);
    case TO_NAMED: options->worker = "by name"; /* fall through */
    case TO_THREAD: return lodger_caller_to_thread_full (caller, random_calls_run_call, entry, ledger_destroy, options);
    default:
      return lodger_caller_call_later_full (caller, delay, random_calls_run_call, entry, ledger_destroy, options);
    }
}

/* Returns a new reference. An hour's delay would fill a bounded inbox, so such a call may go to another caller. */
static LodgerPending *
submit_to (const Actor *actor, LodgerCaller *caller, Kind kind)
{
  static const LedgerWatch ways[] = { LEDGER_BY_CALLBACK, LEDGER_BY_CALLBACK, LEDGER_BY_REFERENCE, LEDGER_UNWATCHED };
  LodgerCallOptions options = { .size = sizeof options, .name = names[kind], .file = __FILE__, .line = __LINE__ };
  How how = below (actor, HOWS + 2) % HOWS;
  int64_t delay = how == NEVER ? INT64_C (3600000000000) : (int64_t) below (actor, LONGEST_DELAY);
  LodgerPending *source = NULL, *pending;
  LedgerEntry *entry;
  LodgerCaller *wide = how == NEVER && kind >= PLAIN ? random_actions->pick (actor->random, false) : NULL;
  unsigned mark;
  if (wide != NULL)
    caller = wide;
  else if (how == NEVER)
    how = SOON;
  /* One that is left behind where it waits keeps its data. */
  if (how == SPAWN && !random_actions->is_orderly)
    how = SOON;
  /* A call that does not end counts among `max_workers`, and plain calls would wait for it. */
  if (how == TO_THREAD && kind >= PLAIN && !random_actions->hangs)
    how = SOON;
  entry = ledger_open (names[kind], caller);
  entry->kind = kind;
  entry->depth = actor->depth;
  entry->seed = test_random_next (actor->random);
  if (how == THEN && (kind < PLAIN || below (actor, 2) == 0))
    source = random_actions_submit (actor, ANSWER);
  else if (how == THEN)
    source = lodger_pending_ref (random_actions->promise);
  if (how == THEN && source == NULL)
    how = SOON;
  options.flags = below (actor, 16) == 0 ? LODGER_PENDING_PROTECTED : LODGER_PENDING_DEFAULT;
  options.result_home = below (actor, 6) == 0 ? random_actions->pick (actor->random, true) : NULL;
  mark = ledger_mark ();
  pending = submit_how (how, delay, caller, entry, &options, source);
  test_check (pending != NULL);
  ledger_submitted (entry, mark, lodger_pending_ref (pending), ways[below (actor, 4)], actor->ring);
  lodger_caller_unref (options.result_home);
  lodger_caller_unref (wide);
  lodger_pending_unref (source);
  return pending;
}

static void
submit_direct_to (const Actor *actor, LodgerCaller *caller)
{
  LedgerEntry *entry = ledger_open ("direct", caller);
  unsigned mark = ledger_mark ();
  entry->kind = KINDS;
  entry->depth = actor->depth;
  entry->seed = test_random_next (actor->random);
  ledger_submitted_direct (entry, mark,
                           lodger_caller_call_direct (caller, random_calls_run_direct, entry, ledger_destroy));
}

/* A call sometimes picks the caller that it runs in. */
static LodgerCaller *
pick (const Actor *actor)
{
  if (actor->ring == NULL && below (actor, 6) == 0)
    return lodger_caller_ref (lodger_caller_current ());
  return random_actions->pick (actor->random, actor->ring == NULL || !random_actions->hangs);
}

LodgerPending *
random_actions_submit (const Actor *actor, Kind kind)
{
  LodgerCaller *caller = pick (actor);
  LodgerPending *pending = caller != NULL ? submit_to (actor, caller, actor->depth < DEPTH ? kind : ANSWER) : NULL;
  lodger_caller_unref (caller);
  return pending;
}

static Kind
any_kind (const Actor *actor)
{
  return below (actor, 3) == 0 ? below (actor, random_actions->hangs ? KINDS : HANG) : below (actor, PLAIN);
}

void
random_actions_act (const Actor *actor)
{
  Kind kind = any_kind (actor);
  LodgerCaller *caller;
  LodgerPending *pending;
  switch (below (actor, 8))
    {
    case 0: random_actions->special (actor->random); return;
    case 1:
      caller = pick (actor);
      if (caller != NULL)
        submit_direct_to (actor, caller);
      lodger_caller_unref (caller);
      return;
    default: break;
    }
  pending = random_actions_submit (actor, kind);
  if (pending == NULL)
    return;
  switch (below (actor, 8))
    {
    case 0: lodger_pending_cancel (pending, "a change of mind"); break;
    case 1: random_calls_wait_for (actor, pending, kind < PLAIN); break;
    default: break;
    }
  lodger_pending_unref (pending);
}

/* ---- for threads of the test ---------------------------------------------------------------------------------- */

void
random_actions_begin (RandomActions *actions)
{
  random_actions = actions;
  random_actions->promise = lodger_pending_new (LODGER_PENDING_PROTECTED);
  pthread_once (&once, random_calls_init);
}

void
random_actions_end (RandomActions *actions)
{
  lodger_pending_unref (actions->promise);
  random_actions = NULL;
}

void
random_action (TestRandom *random, LedgerRing *ring)
{
  const Actor actor = { .random = random, .ring = ring };
  random_actions_act (&actor);
}
