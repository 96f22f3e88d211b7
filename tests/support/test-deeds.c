/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-deeds.h"

#include <string.h>

/* What a call does. The plain ones end by themselves, or are refused by Lodger, so that they may be waited for without
 * limit; whoever waits for another waits for a plain one. */
typedef enum Kind
{
  ANSWER,
  IDLE,           /* takes a while, and does not look at its cancellation */
  ASK,            /* submits another and waits for it */
  ACT,            /* does deeds */
  SPECIAL,        /* or the test's own */
  ABORT,          /* cancels itself */
  PLAIN,          /* how many they are */
  FOLLOW = PLAIN, /* ends as another does */
  DEFER,          /* answers later, from elsewhere */
  REFUSE,         /* is answered only by its cancellation */
  FOREVER,        /* waits for what never comes, or ends as that does */
  HANG,           /* does not end before others have */
  KINDS
} Kind;

enum
{
  DEPTH = 3,              /* of calls that calls submit */
  LONGEST_TIME = 2000000, /* nanoseconds, that a call takes */
  LONGEST_WAIT = 3000000,
  LONGEST_DELAY = 4000000
};

static const char *const names[KINDS]
    = { "answer", "idle", "ask", "act", "special", "abort", "follow", "defer", "refuse", "forever", "hang" };

static DeedsWorld *world;

/* For the process: threads that nobody joins leave them. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static Counter let_go, never;

/* Who does something: a thread of the test, or a call. */
typedef struct Doer
{
  TestRandom *random;
  LedgerBag *bag; /* NULL: a call */
  unsigned depth;
} Doer;

static void act (const Doer *doer);

static unsigned
below (const Doer *doer, unsigned limit)
{
  return test_random_below (doer->random, limit);
}

/* ---- waiting -------------------------------------------------------------------------------------------------- */

static void
wait_for (const Doer *doer, LodgerPending *pending, bool is_plain)
{
  bool may_stay = is_plain && (doer->bag == NULL || !world->hangs);
  int64_t timeout = may_stay && below (doer, 2) == 0 ? LODGER_FOREVER : (int64_t) below (doer, LONGEST_WAIT);
  LodgerWaitFlags flags = below (doer, 8);
  int code;
  /* Such a wait outlasts a stop, which may be just what it waits for: only there something is left behind for that. */
  if (timeout == LODGER_FOREVER && !world->hangs)
    flags &= ~(unsigned) LODGER_WAIT_SHIELD;
  code = below (doer, 4) == 0 ? lodger_pending_cancel_wait (pending, "no more", timeout, flags)
                              : lodger_pending_wait (pending, timeout, flags);
  atomic_fetch_add (&world->waits, 1);
  switch (code)
    {
    case 0:
    case LODGER_EFAILED:
    case LODGER_ECANCELED:
    case LODGER_EWRONGTHREAD: return;
    case LODGER_ETIMEDOUT: atomic_fetch_add (&world->timeouts, 1); break;
    case LODGER_EDEADLK: atomic_fetch_add (&world->deadlocks, 1); break;
    case LODGER_EABANDONED: test_check (!world->is_orderly); return;
    default: test_fail ("a wait ended with %d (%s)", code, lodger_error_code_string (code));
    }
  test_check (code == LODGER_ETIMEDOUT ? timeout != LODGER_FOREVER : timeout == LODGER_FOREVER);
}

/* ---- what calls do -------------------------------------------------------------------------------------------- */

static LodgerPending *submit (const Doer *doer, Kind kind);

static void
answer (LodgerPending *self, const Doer *doer)
{
  switch (below (doer, 6))
    {
    case 0: lodger_pending_return_int (self, 7); break;
    case 1: lodger_pending_return_string (self, "a string that is copied"); break;
    case 2: lodger_pending_return_new_error (self, "deeds", 3, "as it happens"); break;
    case 3:
    case 4: lodger_pending_return_pointer (self, ledger_give ("a result"), ledger_destroy); break;
    default: break;
    }
}

static void
ask (LodgerPending *self, const Doer *doer)
{
  LodgerPending *other = submit (doer, below (doer, PLAIN));
  void *pointer;
  if (other == NULL)
    return;
  wait_for (doer, other, true);
  if (lodger_pending_is_done (other) && lodger_pending_take_pointer (other, &pointer) == 0 && pointer != NULL)
    lodger_pending_return_pointer (self, pointer, ledger_destroy);
  lodger_pending_unref (other);
}

static void
follow (LodgerPending *self, const Doer *doer)
{
  LodgerPending *other = submit (doer, below (doer, PLAIN));
  lodger_pending_return_from (self, other);
  lodger_pending_unref (other);
}

/* A cancel reaches a promise of its own. The common one is protected: who follows that, has to be left behind. */
static void
follow_for_ever (LodgerPending *self)
{
  LodgerPending *promise = world->hangs ? lodger_pending_ref (world->promise) : lodger_pending_new (0);
  lodger_pending_return_from (self, promise);
  lodger_pending_unref (promise);
}

/* A datum that answers a deferred call when it runs; when it never does, the reply is freed unanswered. */
static void
carry (LodgerPending *self, void *data)
{
  LedgerEntry *entry = data;
  (void) self;
  ledger_run (entry);
  lodger_reply_return_int (entry->data, 5);
  entry->data = NULL;
}

static void
drop_carrier (void *data)
{
  LedgerEntry *entry = data;
  lodger_reply_free (entry->data);
  entry->data = NULL;
  ledger_destroy (entry);
}

static void
defer (LodgerPending *self, const Doer *doer)
{
  LodgerCaller *caller = world->pick (doer->random, doer->bag == NULL || !world->hangs);
  LodgerReply *reply = lodger_pending_defer (self);
  LodgerPending *pending;
  LedgerEntry *entry;
  unsigned mark;
  test_check (reply != NULL);
  if (caller == NULL)
    {
      lodger_reply_return_nothing (reply);
      return;
    }
  entry = ledger_open ("carry", caller);
  entry->data = reply;
  mark = ledger_mark ();
  switch (below (doer, world->hangs ? 3 : 2))
    {
    case 0: pending = lodger_caller_call_soon (caller, carry, entry, drop_carrier); break;
    case 1: pending = lodger_caller_call_later (caller, below (doer, LONGEST_DELAY), carry, entry, drop_carrier); break;
    default: pending = lodger_caller_to_thread (caller, carry, entry, drop_carrier);
    }
  ledger_submitted (entry, mark, pending, LEDGER_TELL, NULL);
  lodger_caller_unref (caller);
}

static void
answer_when_cancelled (LodgerPending *pending, const char *message, void *reply)
{
  (void) pending;
  (void) message;
  lodger_reply_return_nothing (reply);
}

static void
refuse (LodgerPending *self)
{
  LodgerReply *reply = lodger_pending_defer (self);
  test_check (reply != NULL);
  test_check (lodger_pending_set_canceller (self, answer_when_cancelled, reply, NULL) == 0);
}

/* Only where Lodger drives the thread: there a stop can leave it behind. */
static void
hang (const Doer *doer)
{
  LodgerCaller *current = lodger_caller_current ();
  if (!world->hangs || current == NULL || lodger_caller_get_backend (current) == NULL)
    return;
  atomic_fetch_add (&world->hung, 1);
  counter_wait_until (&let_go, counter_get (&let_go) + 1 + (long) below (doer, 3), INT64_MAX);
}

static void
run (LodgerPending *self, LedgerEntry *entry)
{
  TestRandom random = { entry->seed };
  Doer doer = { .random = &random, .depth = entry->depth + 1 };
  ledger_run (entry);
  test_check (lodger_pending_current () == self);
  switch ((Kind) entry->kind)
    {
    case IDLE: counter_wait_until (&never, 1, test_now () + below (&doer, LONGEST_TIME)); break;
    case ASK: ask (self, &doer); break;
    case FOLLOW: follow (self, &doer); return;
    case ACT: act (&doer); break;
    case SPECIAL: world->special (&random); break;
    case ABORT: lodger_pending_cancel (self, "not wanted"); break;
    case DEFER: defer (self, &doer); return;
    case REFUSE: refuse (self); return;
    case FOREVER:
      if (below (&doer, 2) == 0)
        follow_for_ever (self);
      else
        lodger_pending_wait (world->promise, world->hangs ? LODGER_FOREVER : LONGEST_WAIT, LODGER_WAIT_PROTECT);
      break;
    case HANG: hang (&doer); break;
    default: break;
    }
  ledger_check (entry);
  answer (self, &doer);
}

static void
run_call (LodgerPending *self, void *data)
{
  run (self, data);
}

static void
run_then (LodgerPending *self, LodgerPending *done, void *data)
{
  test_check (lodger_pending_is_done (done));
  run (self, data);
}

static void
run_direct (void *data)
{
  LedgerEntry *entry = data;
  TestRandom random = { entry->seed };
  Doer doer = { .random = &random, .depth = entry->depth + 1 };
  ledger_run (entry);
  test_check (lodger_pending_current () == NULL);
  if (below (&doer, 4) == 0)
    {
      LodgerPending *pending = submit (&doer, ANSWER);
      if (pending != NULL && !lodger_pending_is_done (pending))
        {
          int code = lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_PROTECT);
          test_check (code == LODGER_ESTATE || lodger_pending_is_done (pending));
        }
      lodger_pending_unref (pending);
    }
  ledger_check (entry);
}

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
    case SOON: return lodger_caller_call_soon_full (caller, run_call, entry, ledger_destroy, options);
    case THEN: return lodger_pending_then (source, caller, run_then, entry, ledger_destroy);
    case TO_NAMED: options->worker = "by name"; /* fall through */
    case TO_THREAD: return lodger_caller_to_thread_full (caller, run_call, entry, ledger_destroy, options);
    default: return lodger_caller_call_later_full (caller, delay, run_call, entry, ledger_destroy, options);
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
  LodgerCaller *wide = how == NEVER && kind >= PLAIN ? world->pick (doer->random, false) : NULL;
  unsigned mark;
  if (wide != NULL)
    caller = wide;
  else if (how == NEVER)
    how = SOON;
  /* A call that has not ended keeps its place among those that may run, and plain ones would wait for it. */
  if (how == TO_THREAD && kind >= PLAIN && !world->hangs)
    how = SOON;
  entry = ledger_open (names[kind], caller);
  entry->kind = kind;
  entry->depth = doer->depth;
  entry->seed = test_random_next (doer->random);
  if (how == THEN && (kind < PLAIN || below (doer, 2) == 0))
    source = submit (doer, ANSWER);
  else if (how == THEN)
    source = lodger_pending_ref (world->promise);
  if (how == THEN && source == NULL)
    how = SOON;
  options.flags = below (doer, 16) == 0 ? LODGER_PENDING_PROTECTED : LODGER_PENDING_DEFAULT;
  options.result_home = below (doer, 6) == 0 ? world->pick (doer->random, true) : NULL;
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
  ledger_submitted_direct (entry, mark, lodger_caller_call_direct (caller, run_direct, entry, ledger_destroy));
}

/* A call may well mean the one that it is in, a worker. */
static LodgerCaller *
pick (const Doer *doer)
{
  if (doer->bag == NULL && below (doer, 6) == 0)
    return lodger_caller_ref (lodger_caller_current ());
  return world->pick (doer->random, doer->bag == NULL || !world->hangs);
}

static LodgerPending *
submit (const Doer *doer, Kind kind)
{
  LodgerCaller *caller = pick (doer);
  LodgerPending *pending = caller != NULL ? submit_to (doer, caller, doer->depth < DEPTH ? kind : ANSWER) : NULL;
  lodger_caller_unref (caller);
  return pending;
}

static Kind
any_kind (const Doer *doer)
{
  return below (doer, 3) == 0 ? below (doer, world->hangs ? KINDS : HANG) : below (doer, PLAIN);
}

static void
act (const Doer *doer)
{
  Kind kind = any_kind (doer);
  LodgerCaller *caller;
  LodgerPending *pending;
  switch (below (doer, 8))
    {
    case 0: world->special (doer->random); return;
    case 1:
      caller = pick (doer);
      if (caller != NULL)
        submit_direct_to (doer, caller);
      lodger_caller_unref (caller);
      return;
    default: break;
    }
  pending = submit (doer, kind);
  if (pending == NULL)
    return;
  switch (below (doer, 8))
    {
    case 0: lodger_pending_cancel (pending, "a change of mind"); break;
    case 1: wait_for (doer, pending, kind < PLAIN); break;
    default: break;
    }
  lodger_pending_unref (pending);
}

/* ---- for threads of the test ---------------------------------------------------------------------------------- */

static void
init_counters (void)
{
  counter_init (&let_go);
  counter_init (&never);
}

void
deeds_let_go (bool all)
{
  counter_add (&let_go, all ? 1000 : 1);
}

void
deeds_begin (DeedsWorld *new_world)
{
  world = new_world;
  world->promise = lodger_pending_new (LODGER_PENDING_PROTECTED);
  pthread_once (&once, init_counters);
}

void
deeds_end (DeedsWorld *old_world)
{
  lodger_pending_unref (old_world->promise);
  world = NULL;
}

void
deed (TestRandom *random, LedgerBag *bag)
{
  const Doer doer = { .random = random, .bag = bag };
  act (&doer);
}

void
deed_for (TestRandom *random, LodgerCaller *caller, LedgerBag *bag)
{
  const Doer doer = { .random = random, .bag = bag };
  lodger_pending_unref (submit_to (&doer, caller, below (&doer, PLAIN)));
}
