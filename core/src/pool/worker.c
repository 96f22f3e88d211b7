/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/run.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/turn.h"
#include "mailbox/post.h"
#include "pool/queue.h"
#include "stop/stop.h"

/* A worker's own steps: it quits, runs something of its own inbox, waits in its call, has been idle for too long. */

typedef enum Step
{
  STEP_QUIT,
  STEP_ENGAGE,
  STEP_FORGET
} Step;

/* What was expected of it is asked of another, unless that would go the same way: it never came to work. */
static void
step_back (LodgerCaller *caller, Step step)
{
  LodgerPool *pool = lodger__pool_of (caller);
  LodgerWorker *worker = caller->pool.worker;
  LodgerWakeUp wake_up = { NULL, 0 };
  lodger__lock (&pool->lock);
  lodger__worker_leave_state (pool, caller);
  if (step == STEP_FORGET && !worker->is_forgotten)
    {
      worker->is_forgotten = true;
      pool->worker_count--;
      lodger__worker_uncount (pool, caller);
    }
  if (step == STEP_ENGAGE && !worker->is_away && !worker->is_counted && !worker->is_blocked)
    {
      worker->is_away = true;
      pool->away++;
    }
  if (lodger_pending_get_outcome (lodger_caller_get_started (caller)) == 0)
    wake_up = lodger__pool_choose (lodger__root (caller));
  lodger__unlock (&pool->lock);
  lodger__pool_wake (lodger__root (caller), wake_up);
}

/* A call that was handed to it would have to wait for the one it runs, or for ever if that waits for the call. */
void
lodger__worker_engage (LodgerCaller *caller)
{
  if (atomic_load (&caller->pool.worker->state) != LODGER_WORKER_AT_WORK)
    step_back (caller, STEP_ENGAGE);
}

/* What its loop runs beside its calls may wait, too: it is not idle meanwhile. */
void
lodger__worker_block (LodgerCaller *caller)
{
  LodgerPool *pool = lodger__pool_of (caller);
  LodgerWorker *worker = caller->pool.worker;
  LodgerWakeUp wake_up = { NULL, 0 };
  lodger__worker_engage (caller);
  lodger__lock (&pool->lock);
  if (worker->is_counted || worker->is_away)
    {
      if (worker->is_counted)
        pool->running--;
      else
        pool->away--;
      worker->is_counted = false;
      worker->is_blocked = true;
      pool->blocked++;
      wake_up = lodger__pool_choose (lodger__root (caller));
    }
  lodger__unlock (&pool->lock);
  lodger__pool_wake (lodger__root (caller), wake_up);
}

/* Outside of a slice nobody would come to it afterwards. */
void
lodger__worker_unblock (LodgerCaller *caller)
{
  LodgerPool *pool = lodger__pool_of (caller);
  LodgerWorker *worker = caller->pool.worker;
  lodger__lock (&pool->lock);
  if (worker->is_blocked)
    {
      worker->is_blocked = false;
      worker->is_counted = !worker->is_away;
      pool->blocked--;
      if (worker->is_away)
        pool->away++;
      else
        pool->running++;
    }
  lodger__unlock (&pool->lock);
  if (lodger__turn_depth (caller) == 0)
    lodger__host_post_ahead (caller);
}

/* ---- its turn ---------------------------------------------------------------------------------------------------- */

/* It has to come round once more: to take a call, or to be put on the list of the idle. Not from inside a call, which
 * may be one of its own inbox: nobody may count on it before that is over. */
static bool
is_ready (const LodgerCaller *caller)
{
  return lodger__turn_depth (caller) == 0 && lodger__worker_wants_call (caller)
         && atomic_load (&caller->pool.worker->state) != LODGER_WORKER_IDLE;
}

/* With calls of its own to come, it takes others, but is not idle: its end would cancel them. What other threads submit
 * to it at its end is cancelled with it. */
static int64_t
idle_until (const LodgerCaller *caller)
{
  const LodgerWorker *worker = caller->pool.worker;
  if (atomic_load (&worker->state) != LODGER_WORKER_IDLE || lodger__calls_are_to_come (caller))
    return LODGER_FOREVER;
  return worker->is_surplus ? 0 : atomic_load (&worker->idle_until);
}

/* Only if it is idle still: it is woken under the same mutex. */
static void
expire (LodgerCaller *caller, bool has_run)
{
  LodgerPool *pool = lodger__pool_of (caller);
  bool is_over;
  if (has_run || lodger__turn_depth (caller) > 0 || idle_until (caller) > lodger__host_now (caller))
    return;
  lodger__lock (&pool->lock);
  is_over = idle_until (caller) <= lodger__host_now (caller);
  if (is_over)
    lodger__worker_leave_state (pool, caller);
  lodger__unlock (&pool->lock);
  if (is_over)
    lodger_caller_stop (caller, true);
}

const LodgerTurnSource lodger__worker_source = { .is_ready = is_ready, .deadline = idle_until, .settle = expire };

/* ---- its stop ---------------------------------------------------------------------------------------------------- */

/* Its phase said so before, so that it does not become idle any more. */
static void
quit (LodgerCaller *caller)
{
  if (lodger__is_worker (caller))
    step_back (caller, STEP_QUIT);
}

static void
forget (LodgerCaller *caller)
{
  if (lodger__is_worker (caller))
    step_back (caller, STEP_FORGET);
}

const LodgerStopParticipant lodger__worker_participant = { .begin = quit, .left_behind = forget };
