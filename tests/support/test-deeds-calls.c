/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-deeds-private.h"

enum
{
  LONGEST_TIME = 2000000, /* nanoseconds, that a call takes */
  LONGEST_WAIT = 3000000
};

/* For the process: threads that nobody joins leave them. */
static Counter let_go, never;

void
deeds_init_calls (void)
{
  counter_init (&let_go);
  counter_init (&never);
}

void
deeds_let_go (bool all)
{
  counter_add (&let_go, all ? 1000 : 1);
}

/* ---- waiting -------------------------------------------------------------------------------------------------- */

void
deeds_wait_for (const Doer *doer, LodgerPending *pending, bool is_plain)
{
  bool may_stay = is_plain && (doer->bag == NULL || !deeds_world->hangs);
  int64_t timeout = may_stay && below (doer, 2) == 0 ? LODGER_FOREVER : (int64_t) below (doer, LONGEST_WAIT);
  LodgerWaitFlags flags = below (doer, 8);
  int code;
  /* Such a wait outlasts a stop, which may be just what it waits for: only there something is left behind for that. */
  if (timeout == LODGER_FOREVER && !deeds_world->hangs)
    flags &= ~(unsigned) LODGER_WAIT_SHIELD;
  code = below (doer, 4) == 0 ? lodger_pending_cancel_wait (pending, "no more", timeout, flags)
                              : lodger_pending_wait (pending, timeout, flags);
  atomic_fetch_add (&deeds_world->waits, 1);
  switch (code)
    {
    case 0:
    case LODGER_EFAILED:
    case LODGER_ECANCELED:
    case LODGER_EWRONGTHREAD: return;
    case LODGER_ETIMEDOUT: atomic_fetch_add (&deeds_world->timeouts, 1); break;
    case LODGER_EDEADLK: atomic_fetch_add (&deeds_world->deadlocks, 1); break;
    case LODGER_EABANDONED: test_check (!deeds_world->is_orderly); return;
    default: test_fail ("a wait ended with %d (%s)", code, lodger_error_code_string (code));
    }
  test_check (code == LODGER_ETIMEDOUT ? timeout != LODGER_FOREVER : timeout == LODGER_FOREVER);
}

/* ---- what calls do -------------------------------------------------------------------------------------------- */

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
  LodgerPending *other = deeds_submit (doer, below (doer, PLAIN));
  void *pointer;
  if (other == NULL)
    return;
  deeds_wait_for (doer, other, true);
  if (lodger_pending_is_done (other) && lodger_pending_take_pointer (other, &pointer) == 0 && pointer != NULL)
    lodger_pending_return_pointer (self, pointer, ledger_destroy);
  lodger_pending_unref (other);
}

static void
follow (LodgerPending *self, const Doer *doer)
{
  LodgerPending *other = deeds_submit (doer, below (doer, PLAIN));
  lodger_pending_return_from (self, other);
  lodger_pending_unref (other);
}

/* A cancel reaches a promise of its own. The common one is protected: who follows that, has to be left behind. */
static void
follow_for_ever (LodgerPending *self)
{
  LodgerPending *promise = deeds_world->hangs ? lodger_pending_ref (deeds_world->promise) : lodger_pending_new (0);
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

/* A call that has been given up by now gets no reply any more. */
static void
defer (LodgerPending *self, const Doer *doer)
{
  LodgerCaller *caller = deeds_world->pick (doer->random, doer->bag == NULL || !deeds_world->hangs);
  LodgerReply *reply = lodger_pending_defer (self);
  LodgerPending *pending;
  LedgerEntry *entry;
  unsigned mark;
  test_check (reply != NULL || !deeds_world->is_orderly);
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
  switch (below (doer, deeds_world->hangs ? 3 : 2))
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
  test_check (reply != NULL || !deeds_world->is_orderly);
  if (reply == NULL || lodger_pending_set_canceller (self, answer_when_cancelled, reply, NULL) == 0)
    return;
  test_check (!deeds_world->is_orderly);
  lodger_reply_free (reply);
}

/* Only where Lodger drives the thread: there a stop can leave it behind. */
static void
hang (const Doer *doer)
{
  LodgerCaller *current = lodger_caller_current ();
  if (!deeds_world->hangs || current == NULL || lodger_caller_get_backend (current) == NULL)
    return;
  atomic_fetch_add (&deeds_world->hung, 1);
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
    case ACT: deeds_act (&doer); break;
    case SPECIAL: deeds_world->special (&random); break;
    case ABORT: lodger_pending_cancel (self, "not wanted"); break;
    case DEFER: defer (self, &doer); return;
    case REFUSE: refuse (self); return;
    case FOREVER:
      if (below (&doer, 2) == 0)
        follow_for_ever (self);
      else
        lodger_pending_wait (deeds_world->promise, deeds_world->hangs ? LODGER_FOREVER : LONGEST_WAIT,
                             LODGER_WAIT_PROTECT);
      break;
    case HANG: hang (&doer); break;
    default: break;
    }
  ledger_check (entry);
  answer (self, &doer);
}

void
deeds_run_call (LodgerPending *self, void *data)
{
  run (self, data);
}

void
deeds_run_then (LodgerPending *self, LodgerPending *done, void *data)
{
  test_check (lodger_pending_is_done (done));
  run (self, data);
}

void
deeds_run_direct (void *data)
{
  LedgerEntry *entry = data;
  TestRandom random = { entry->seed };
  Doer doer = { .random = &random, .depth = entry->depth + 1 };
  ledger_run (entry);
  test_check (lodger_pending_current () == NULL);
  if (below (&doer, 4) == 0)
    {
      LodgerPending *pending = deeds_submit (&doer, ANSWER);
      if (pending != NULL && !lodger_pending_is_done (pending))
        {
          int code = lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_PROTECT);
          test_check (code == LODGER_ESTATE || lodger_pending_is_done (pending));
        }
      lodger_pending_unref (pending);
    }
  ledger_check (entry);
}
