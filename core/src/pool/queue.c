/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "pool/queue.h"

#include "base/slab.h"
#include "call/gate.h"
#include "call/run.h"
#include "call/scope.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"

/* The calls of a pool: what they are, and how workers take them. */

/* ---- the calls --------------------------------------------------------------------------------------------------- */

static void
drop (LodgerCaller *caller, LodgerItem *item)
{
  lodger__run_drop (lodger__is_worker (caller) ? lodger__root (caller) : caller, (LodgerPending *) item);
}

/* The worker that took it is stopped by itself, while the root runs on: the call stays the next. If the root stops
 * after all, it may have ended without its workers, and would not look again. */
static void
put_back (LodgerCaller *worker, LodgerItem *item)
{
  if (!lodger__pool_put_back (worker, item))
    drop (worker, item);
}

static void
run (LodgerCaller *caller, LodgerItem *item)
{
  LodgerPending *pending = (LodgerPending *) item;
  LodgerWorker *worker = caller->pool.worker;
  if (lodger__is_stopping (lodger__root (caller)))
    {
      drop (caller, item);
      return;
    }
  if (lodger__is_stopping (caller))
    {
      put_back (caller, item);
      return;
    }
  worker->busy_with = pending;
  worker->has_run = true;
  if (lodger__run_call (caller, pending, NULL) && worker->busy_with == pending)
    worker->busy_with = NULL;
}

static void
exited (LodgerCaller *caller, LodgerItem *item)
{
  lodger__run_exited (caller, (LodgerPending *) item);
}

/* A search between the call and the sleep does not make its use later. Under the mutex. */
static void
note_use (LodgerPool *pool, LodgerWorker *worker)
{
  if (worker->has_run)
    {
      worker->last_use = ++pool->uses;
      worker->idle_since = 0;
    }
  worker->has_run = false;
}

/* Before the outcome is published, so that whoever learns that the call is done finds its worker free: idle, or on its
 * way to a call that waits, so that one more call does not ask for one more thread. With so many calls that all workers
 * are needed, nobody has to find it. Not if user code is going to be told in this thread: a call for this worker would
 * have to wait for that. The pending is locked, so that nobody asks to be told between the look and the end. A call
 * that stays unfinished leaves its worker free too: it needs no thread, and what it waits for may need this one. */
static void
returned (LodgerCaller *caller, LodgerPending *pending)
{
  LodgerPool *pool = lodger__pool_of (caller);
  LodgerWorker *worker = caller->pool.worker;
  bool is_unfinished = (lodger__pending_state (pending) & (P_DEFERRED | P_FOLLOWS)) != 0;
  if (worker->busy_with != pending || (!is_unfinished && lodger__pending_tells_user_code (pending)))
    return;
  worker->busy_with = NULL;
  if (is_unfinished || !lodger__worker_wants_call (caller) || lodger__pool_is_full (pool))
    return;
  lodger__lock (&pool->lock);
  note_use (pool, worker);
  lodger__worker_uncount (pool, caller);
  lodger__pool_look (pool);
  if (pool->queue.first == NULL)
    lodger__worker_make_idle (pool, caller);
  else
    lodger__worker_comes (pool, caller);
  lodger__unlock (&pool->lock);
}

/* A call that no worker has taken hangs on all of them, once there can be no more. */
static void
blocked_on (LodgerPending *pending, LodgerBlockedOn *ret_blocked)
{
  LodgerPool *pool;
  if (lodger__gate_keeps (pending))
    return;
  if (!(lodger__pending_state (pending) & P_UNASSIGNED))
    {
      lodger__run_blocked_on (pending, ret_blocked);
      return;
    }
  pool = lodger__pool_of (lodger__pending_caller (pending));
  lodger__lock (&pool->lock);
  ret_blocked->crew = lodger__pending_caller (pending);
  ret_blocked->crew_size = pool->worker_count >= pool->worker_max ? pool->worker_count : 0;
  lodger__unlock (&pool->lock);
}

/* It comes from its gate. */
static void
deliver (LodgerPending *pending)
{
  LodgerCaller *root = lodger__pending_caller (pending);
  if (!lodger__pool_put (root, lodger__pending_item (pending)))
    drop (root, lodger__pending_item (pending));
}

static const LodgerItemOps pool_call_ops = { .run = run,
                                             .drop = drop,
                                             .exited = exited,
                                             .deliver = deliver,
                                             .returned = returned,
                                             .ended = lodger__unfinished_ended,
                                             .blocked_on = blocked_on,
                                             .slab_class = LODGER_SLAB_MEDIUM };
static const LodgerItemOps child_call_ops = { .run = run,
                                              .drop = drop,
                                              .exited = exited,
                                              .deliver = deliver,
                                              .returned = returned,
                                              .ended = lodger__unfinished_ended,
                                              .blocked_on = blocked_on,
                                              .slab_class = LODGER_SLAB_LARGE };

/* ---- owner: the worker's side ------------------------------------------------------------------------------------ */

/* Under the mutex: after its call the next one, in a pool in which nobody is to be chosen. Nothing changes then but the
 * queue. */
static LodgerItem *
go_on (LodgerPool *pool, LodgerWorker *worker)
{
  return worker->is_counted && pool->is_quiet && pool->running <= pool->running_max
                 && atomic_load_explicit (&worker->state, memory_order_relaxed) == LODGER_WORKER_AT_WORK
             ? lodger__pool_next (pool)
             : NULL;
}

static LodgerItem *
next_call (LodgerPool *pool)
{
  return pool->running < pool->running_max ? lodger__pool_next (pool) : NULL;
}

/* One that finds nothing goes on to search, if it may, else it goes to sleep. */
static LodgerItem *
take (LodgerCaller *caller, bool may_search, bool *ret_searches)
{
  LodgerPool *pool = lodger__pool_of (caller);
  LodgerWorker *worker = caller->pool.worker;
  LodgerItem *item;
  LodgerWakeUp wake_up = { NULL, 0 };
  bool searches, surplus = false;
  *ret_searches = false;
  if (!lodger__worker_wants_call (caller) || (!may_search && atomic_load (&worker->state) == LODGER_WORKER_IDLE))
    return NULL;
  lodger__lock (&pool->lock);
  note_use (pool, worker);
  item = go_on (pool, worker);
  if (item != NULL)
    {
      lodger__unlock (&pool->lock);
      return item;
    }
  lodger__worker_leave_state (pool, caller);
  lodger__worker_uncount (pool, caller);
  item = next_call (pool);
  searches = item == NULL && may_search && !pool->closed && !pool->is_searched && pool->queue.first == NULL;
  if (item == NULL && !searches)
    {
      lodger__pool_look (pool);
      item = next_call (pool);
    }
  if (item != NULL)
    {
      worker->is_counted = true;
      pool->running++;
      wake_up = lodger__pool_choose (lodger__root (caller));
    }
  else if (searches)
    {
      pool->is_searched = true;
      lodger__pool_hush (pool);
      atomic_store (&worker->state, LODGER_WORKER_SEARCHING);
    }
  else
    surplus = !pool->closed && !lodger__worker_make_idle (pool, caller);
  lodger__unlock (&pool->lock);
  if (surplus)
    lodger_caller_stop (caller, true);
  lodger__pool_wake (lodger__root (caller), wake_up);
  *ret_searches = searches;
  return item;
}

static bool
has_calls (const LodgerCaller *caller)
{
  return lodger__pool_has_calls (lodger__pool_of (caller));
}

const LodgerCrew lodger__worker_crew = { .take = take,
                                         .has_calls = has_calls,
                                         .engage = lodger__worker_engage,
                                         .block = lodger__worker_block,
                                         .unblock = lodger__worker_unblock };

/* ---- any thread: the submitter's side ---------------------------------------------------------------------------- */

/* A stop of the giver sets its phase and then looks for what it has given; here it has been given, and then its phase
 * is looked at: so the one sees the other. */
static bool
is_too_late (const LodgerCaller *giver, const LodgerPending *pending)
{
  return lodger__pending_ops (pending) == &child_call_ops && lodger__is_stopping (giver);
}

static LodgerPending *
pool_call_new (LodgerCaller *root, const LodgerWork *work, const LodgerCallOptions *options)
{
  LodgerPending *pending = lodger__submit_new (&pool_call_ops, root, work, options);
  if (pending != NULL)
    lodger__pending_begin_with (pending, P_UNASSIGNED);
  return pending;
}

LodgerPending *
lodger__pool_submit (const char *function, LodgerCaller *caller, const LodgerWork *work,
                     const LodgerCallOptions *options)
{
  LodgerCaller *root = lodger__root (caller);
  LodgerPending *pending = NULL;
  LodgerGate *gate = lodger__gate_of (options);
  int code = lodger__gate_check (gate);
  if (code == 0)
    code = lodger__pool_need (root);
  if (code == 0)
    {
      /* A child that is not a worker has its calls on a list, since its own stop cancels them. */
      if (caller == root || lodger__is_worker (caller))
        pending = pool_call_new (root, work, options);
      else
        pending = lodger__child_call_new (&child_call_ops, caller, work, options);
      code = pending != NULL ? 0 : LODGER_ENOMEM;
    }
  if (code != 0)
    return lodger__submit_refuse (code, caller, function, work, options);
  lodger__pending_trace (LODGER_TRACE_SUBMIT, pending, caller);
  if (gate != NULL && !lodger__gate_passes (pending))
    lodger__gate_send (pending);
  else if (is_too_late (caller, pending) || !lodger__pool_put (root, lodger__pending_item (pending)))
    drop (caller, lodger__pending_item (pending));
  lodger__submit_accepted (pending);
  lodger__submit_tell (pending);
  return pending;
}

/* ---- the root's end ---------------------------------------------------------------------------------------------- */

/* Just while a call goes from one to another, it may be seen in none; `next_queued` finds it. */
static bool
has_queued (const LodgerCaller *root)
{
  LodgerPool *pool = root->pool.pool;
  return pool != NULL && (lodger__pool_has_calls (pool) || lodger__queue_count (&pool->settled) > 0);
}

static LodgerItem *
next_queued (LodgerCaller *root)
{
  LodgerPool *pool = root->pool.pool;
  LodgerItem *item;
  if (pool == NULL)
    return NULL;
  lodger__lock (&pool->lock);
  item = lodger__queue_pop (&pool->settled);
  if (item == NULL)
    item = lodger__pool_next (pool);
  lodger__unlock (&pool->lock);
  return item;
}

/* The root's thread would drop what is queued, but it is in a call, which may wait for just that. So all that is queued
 * is done at once; its data is still the root's to destroy, in its thread. */
static void
settle_queued (LodgerCaller *root)
{
  LodgerPool *pool = root->pool.pool;
  LodgerPending *pending;
  if (pool == NULL)
    return;
  do
    {
      lodger__lock (&pool->lock);
      pending = lodger_pending_ref ((LodgerPending *) lodger__pool_next (pool));
      if (pending != NULL)
        lodger__queue_put (&pool->settled, lodger__pending_item (pending), false);
      lodger__unlock (&pool->lock);
      if (pending != NULL)
        {
          lodger_pending_cancel (pending, lodger__closed_message);
          lodger__pending_lock (pending);
          lodger__pending_complete (pending);
          lodger_pending_unref (pending);
        }
    }
  while (pending != NULL);
}

static void
close_pool (LodgerCaller *root)
{
  if (root->pool.pool != NULL)
    lodger__pool_close (root->pool.pool);
}

static bool
awaits_workers (const LodgerCaller *root)
{
  return lodger__pool_worker_count (root) > 0;
}

const LodgerStopParticipant lodger__pool_participant = {
  .refuse = close_pool, .in_call = settle_queued, .next = next_queued, .has_next = has_queued, .awaits = awaits_workers
};
