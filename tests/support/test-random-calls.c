/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-random-actions-private.h"

enum
{
  LONGEST_TIME = 2000000, /* nanoseconds, that a call takes */
  LONGEST_WAIT = 3000000
};

/* Never cleared: abandoned threads use them for the life of the process. */
static Counter let_go, never;

void
random_calls_init (void)
{
  counter_init (&let_go);
  counter_init (&never);
}

void
random_actions_let_go (bool all)
{
  counter_add (&let_go, all ? 1000 : 1);
}

/* ---- waiting -------------------------------------------------------------------------------------------------- */

void
random_calls_wait_for (const Actor *actor, LodgerPending *pending, bool is_plain)
{
  bool may_stay = is_plain && (actor->ring == NULL || !random_actions->hangs);
  int64_t timeout = may_stay && below (actor, 2) == 0 ? LODGER_FOREVER : (int64_t) below (actor, LONGEST_WAIT);
  LodgerWaitFlags flags = below (actor, 8);
  int code;
  /* A shielded wait outlasts a stop, and may wait for the end of that stop. It would have to be abandoned. */
  if (timeout == LODGER_FOREVER && !random_actions->hangs)
    flags &= ~(unsigned) LODGER_WAIT_SHIELD;
  code = below (actor, 4) == 0 ? lodger_pending_cancel_wait (pending, "no more", timeout, flags)
                               : lodger_pending_wait (pending, timeout, flags);
  atomic_fetch_add (&random_actions->waits, 1);
  switch (code)
    {
    case 0:
    case LODGER_EFAILED:
    case LODGER_ECANCELED:
    case LODGER_EWRONGTHREAD: return;
    case LODGER_ETIMEDOUT: atomic_fetch_add (&random_actions->timeouts, 1); break;
    case LODGER_EDEADLK: atomic_fetch_add (&random_actions->deadlocks, 1); break;
    case LODGER_EABANDONED: test_check (!random_actions->is_orderly); return;
    default: test_fail ("a wait ended with %d (%s)", code, lodger_error_code_string (code));
    }
  test_check (code == LODGER_ETIMEDOUT ? timeout != LODGER_FOREVER : timeout == LODGER_FOREVER);
}

/* ---- what calls do -------------------------------------------------------------------------------------------- */

static void
answer (LodgerPending *self, const Actor *actor)
{
  switch (below (actor, 6))
    {
    case 0: lodger_pending_return_int (self, 7); break;
    case 1: lodger_pending_return_string (self, "a string that is copied"); break;
    case 2: lodger_pending_return_new_error (self, "random-actions", 3, "as it happens"); break;
    case 3:
    case 4: lodger_pending_return_pointer (self, ledger_create_data ("a result"), ledger_destroy); break;
    default: break;
    }
}

static void
ask (LodgerPending *self, const Actor *actor)
{
  LodgerPending *other = random_actions_submit (actor, below (actor, PLAIN));
  void *pointer;
  if (other == NULL)
    return;
  random_calls_wait_for (actor, other, true);
  if (lodger_pending_is_done (other) && lodger_pending_take_pointer (other, &pointer) == 0 && pointer != NULL)
    lodger_pending_return_pointer (self, pointer, ledger_destroy);
  lodger_pending_unref (other);
}

static void
follow (LodgerPending *self, const Actor *actor)
{
  LodgerPending *other = random_actions_submit (actor, below (actor, PLAIN));
  lodger_pending_return_from (self, other);
  lodger_pending_unref (other);
}

/* A cancel ends a promise of its own. The common promise is protected: a call that follows it has to be abandoned. */
static void
follow_for_ever (LodgerPending *self)
{
  LodgerPending *promise
      = random_actions->hangs ? lodger_pending_ref (random_actions->promise) : lodger_pending_new (0);
  lodger_pending_return_from (self, promise);
  lodger_pending_unref (promise);
}

/* Answers a deferred call. If this call never runs, the reply is freed unanswered. */
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

/* An abandoned call gets no reply any more. */
static void
defer (LodgerPending *self, const Actor *actor)
{
  LodgerCaller *caller = random_actions->pick (actor->random, actor->ring == NULL || !random_actions->hangs);
  LodgerReply *reply = lodger_pending_defer (self);
  LodgerPending *pending;
  LedgerEntry *entry;
  unsigned mark;
  test_check (reply != NULL || !random_actions->is_orderly);
  if (caller == NULL || reply == NULL)
    {
      if (reply != NULL)
        lodger_reply_return_nothing (reply);
      lodger_caller_unref (caller);
      return;
    }
  entry = ledger_open ("carry", caller);
  entry->data = reply;
  mark = ledger_mark ();
  switch (below (actor, random_actions->hangs ? 3 : 2))
    {
    case 0: pending = lodger_caller_call_soon (caller, carry, entry, drop_carrier); break;
    case 1:
      pending = lodger_caller_call_later (caller, below (actor, LONGEST_DELAY), carry, entry, drop_carrier);
      break;
    default: pending = lodger_caller_to_thread (caller, carry, entry, drop_carrier);
    }
  ledger_submitted (entry, mark, pending, LEDGER_BY_CALLBACK, NULL);
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
  test_check (reply != NULL || !random_actions->is_orderly);
  if (reply == NULL || lodger_pending_set_canceller (self, answer_when_cancelled, reply, NULL) == 0)
    return;
  test_check (!random_actions->is_orderly);
  lodger_reply_free (reply);
}

/* Only where Lodger drives the thread: there a stop can abandon the call. */
static void
hang (const Actor *actor)
{
  LodgerCaller *current = lodger_caller_current ();
  if (!random_actions->hangs || current == NULL || lodger_caller_get_backend (current) == NULL)
    return;
  atomic_fetch_add (&random_actions->hung, 1);
  counter_wait_until (&let_go, counter_get (&let_go) + 1 + (long) below (actor, 3), INT64_MAX);
}

static void
run (LodgerPending *self, LedgerEntry *entry)
{
  TestRandom random = { entry->seed };
  Actor actor = { .random = &random, .depth = entry->depth + 1 };
  ledger_run (entry);
  test_check (lodger_pending_current () == self);
  switch ((Kind) entry->kind)
    {
    case IDLE: counter_wait_until (&never, 1, test_now () + below (&actor, LONGEST_TIME)); break;
    case ASK: ask (self, &actor); break;
    case FOLLOW: follow (self, &actor); return;
    case ACT: random_actions_act (&actor); break;
    case SPECIAL: random_actions->special (&random); break;
    case ABORT: lodger_pending_cancel (self, "not wanted"); break;
    case DEFER: defer (self, &actor); return;
    case REFUSE: refuse (self); return;
    case FOREVER:
      if (below (&actor, 2) == 0)
        follow_for_ever (self);
      else
        lodger_pending_wait (random_actions->promise, random_actions->hangs ? LODGER_FOREVER : LONGEST_WAIT,
                             LODGER_WAIT_PROTECT);
      break;
    case HANG: hang (&actor); break;
    default: break;
    }
  ledger_check (entry);
  answer (self, &actor);
}

void
random_calls_run_call (LodgerPending *self, void *data)
{
  run (self, data);
}

void
random_calls_run_then (LodgerPending *self, LodgerPending *done, void *data)
{
  test_check (lodger_pending_is_done (done));
  run (self, data);
}

void
random_calls_run_direct (void *data)
{
  LedgerEntry *entry = data;
  TestRandom random = { entry->seed };
  Actor actor = { .random = &random, .depth = entry->depth + 1 };
  ledger_run (entry);
  test_check (lodger_pending_current () == NULL);
  if (below (&actor, 4) == 0)
    {
      LodgerPending *pending = random_actions_submit (&actor, ANSWER);
      if (pending != NULL && !lodger_pending_is_done (pending))
        {
          int code = lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_PROTECT);
          test_check (code == LODGER_ESTATE || lodger_pending_is_done (pending));
        }
      lodger_pending_unref (pending);
    }
  ledger_check (entry);
}
