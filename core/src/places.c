/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pool-private.h"

/* Where the workers of a pool are, how many of them count, and who is called next. All but the last part is under the
 * pool's mutex. */

bool
lodger__pool_wants_call (const LodgerCaller *worker)
{
  return worker->busy_with == NULL && lodger_caller_get_state (worker) < LODGER_CALLER_STOPPING;
}

/* A look around between a call and the sleep is no use of it. */
void
lodger__pool_note_idle (LodgerCaller *worker)
{
  int64_t duration = atomic_load (&worker->root->idle_duration);
  if (worker->idle_since == 0)
    worker->idle_since = lodger__turn_now (worker);
  atomic_store (&worker->idle_until, duration > 0 && duration < LODGER_FOREVER - worker->idle_since
                                         ? worker->idle_since + duration
                                         : LODGER_FOREVER);
}

bool
lodger__pool_make_idle (LodgerPool *pool, LodgerCaller *worker)
{
  const LodgerCaller *root = worker->root;
  LodgerCaller **at;
  if (pool->closed || !lodger__pool_wants_call (worker)
      || (pool->idle_count >= atomic_load (&root->idle_limit) && worker->suspended == NULL
          && atomic_load (&pool->queued) == 0))
    return false;
  lodger__pool_note_idle (worker);
  atomic_store (&worker->place, LODGER_PLACE_IDLE);
  for (at = &pool->idle; *at != NULL && (*at)->last_use > worker->last_use; at = &(*at)->next_idle)
    ;
  worker->next_idle = *at;
  *at = worker;
  pool->idle_count++;
  return true;
}

void
lodger__pool_leave_place (LodgerPool *pool, LodgerCaller *worker)
{
  LodgerCaller **at;
  switch ((LodgerPlace) atomic_load (&worker->place))
    {
    case LODGER_PLACE_AT_WORK: return;
    case LODGER_PLACE_CALLED: pool->called--; break;
    case LODGER_PLACE_SEARCHING: pool->is_searched = false; break;
    case LODGER_PLACE_IDLE:
      for (at = &pool->idle; *at != worker; at = &(*at)->next_idle)
        ;
      *at = worker->next_idle;
      pool->idle_count--;
      break;
    }
  atomic_store (&worker->place, LODGER_PLACE_AT_WORK);
}

void
lodger__pool_uncount (LodgerPool *pool, LodgerCaller *worker)
{
  if (worker->is_counted)
    pool->running--;
  if (worker->is_blocked)
    pool->blocked--;
  else if (worker->is_away)
    pool->away--;
  worker->is_counted = worker->is_blocked = worker->is_away = false;
}

LodgerHelp
lodger__pool_find_help (LodgerCaller *root)
{
  LodgerPool *pool = root->pool;
  LodgerHelp help = { NULL, 0 };
  if (atomic_load_explicit (&pool->queued, memory_order_relaxed) <= pool->called || pool->is_searched || pool->closed
      || pool->running + pool->called >= pool->running_max || lodger_caller_get_state (root) == LODGER_CALLER_INITIAL)
    return help;
  if (pool->idle != NULL)
    {
      help.worker = lodger_caller_ref (pool->idle);
      lodger__pool_leave_place (pool, help.worker);
      atomic_store (&help.worker->place, LODGER_PLACE_CALLED);
      pool->called++;
    }
  else if (pool->worker_count < pool->worker_max && pool->worker_count - pool->blocked - pool->away < pool->running_max)
    {
      pool->worker_count++;
      pool->called++;
      help.grows = ++pool->made;
    }
  return help;
}

/* ---- without the mutex ------------------------------------------------------------------------------------------------ */

typedef enum Step
{
  STEP_QUIT,
  STEP_ENGAGE,
  STEP_FORGET
} Step;

/* What was expected of it is asked of another, unless that would go the same way: it never came to work. */
static void
step_back (LodgerCaller *worker, Step step)
{
  LodgerPool *pool = worker->root->pool;
  LodgerHelp help = { NULL, 0 };
  pthread_mutex_lock (&pool->mutex);
  lodger__pool_leave_place (pool, worker);
  if (step == STEP_FORGET && !worker->is_forgotten)
    {
      worker->is_forgotten = true;
      pool->worker_count--;
      lodger__pool_uncount (pool, worker);
    }
  if (step == STEP_ENGAGE && !worker->is_away && !worker->is_counted && !worker->is_blocked)
    {
      worker->is_away = true;
      pool->away++;
    }
  if (lodger_pending_get_outcome (worker->started) == 0)
    help = lodger__pool_find_help (worker->root);
  pthread_mutex_unlock (&pool->mutex);
  lodger__pool_call_for_help (worker->root, help);
}

/* Its state said so before, so that it does not become idle any more. */
void
lodger__pool_quit (LodgerCaller *worker)
{
  step_back (worker, STEP_QUIT);
}

void
lodger__pool_forget (LodgerCaller *worker)
{
  step_back (worker, STEP_FORGET);
}

/* A call that was handed to it would have to wait for what it runs, or for ever if that waits for the call. */
void
lodger__pool_engage (LodgerCaller *worker)
{
  if (atomic_load (&worker->place) != LODGER_PLACE_AT_WORK)
    step_back (worker, STEP_ENGAGE);
}

void
lodger__pool_block (LodgerCaller *worker)
{
  LodgerPool *pool = worker->root->pool;
  LodgerHelp help = { NULL, 0 };
  pthread_mutex_lock (&pool->mutex);
  if (worker->is_counted || worker->is_away)
    {
      if (worker->is_counted)
        pool->running--;
      else
        pool->away--;
      worker->is_counted = false;
      worker->is_blocked = true;
      pool->blocked++;
      help = lodger__pool_find_help (worker->root);
    }
  pthread_mutex_unlock (&pool->mutex);
  lodger__pool_call_for_help (worker->root, help);
}

void
lodger__pool_unblock (LodgerCaller *worker)
{
  LodgerPool *pool = worker->root->pool;
  pthread_mutex_lock (&pool->mutex);
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
  pthread_mutex_unlock (&pool->mutex);
}

/* With calls of its own that have returned and are not done, it takes others, but is not idle: its end would cancel them. */
int64_t
lodger__pool_idle_until (const LodgerCaller *worker)
{
  return worker->suspended == NULL && atomic_load (&worker->place) == LODGER_PLACE_IDLE
             ? atomic_load (&worker->idle_until)
             : LODGER_FOREVER;
}

/* Only if it is idle still: it is called under the same mutex. */
void
lodger__pool_expire (LodgerCaller *worker)
{
  LodgerPool *pool = worker->root->pool;
  bool is_over;
  if (lodger__pool_idle_until (worker) > lodger__turn_now (worker))
    return;
  pthread_mutex_lock (&pool->mutex);
  is_over = lodger__pool_idle_until (worker) <= lodger__turn_now (worker);
  if (is_over)
    lodger__pool_leave_place (pool, worker);
  pthread_mutex_unlock (&pool->mutex);
  if (is_over)
    lodger_caller_stop (worker, true);
}
