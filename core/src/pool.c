/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "pool.h"

#include <stdlib.h>

enum
{
  IDLE_LIMIT = 10,
  WORKERS_MIN = 8,
  WORKERS_PER_CPU = 4
};

/* Under the mutex; others only look. */
static void
count_queued (LodgerPool *pool, int change)
{
  unsigned queued = atomic_load_explicit (&pool->queued, memory_order_relaxed);
  atomic_store_explicit (&pool->queued, queued + (unsigned) change, memory_order_relaxed);
}

/* None is made after a stop has looked for it: that sets the state under the same mutex. */
static LodgerPool *
pool_of (LodgerCaller *root, int *ret_code)
{
  LodgerPool *pool = atomic_load_explicit (&root->pool, memory_order_acquire);
  if (pool != NULL)
    return pool;
  pthread_mutex_lock (&root->mutex);
  pool = root->pool;
  if (lodger_caller_get_state (root) >= LODGER_CALLER_STOPPING)
    {
      pool = NULL;
      *ret_code = LODGER_ECANCELED;
    }
  else if (pool == NULL)
    {
      pool = calloc (1, sizeof *pool);
      *ret_code = LODGER_ENOMEM;
      if (pool != NULL)
        {
          unsigned usual = WORKERS_PER_CPU * lodger__port_cpu_count ();
          lodger__port_mutex_init (&pool->mutex);
          pool->worker_max = root->max_workers;
          if (pool->worker_max == 0)
            pool->worker_max = usual > WORKERS_MIN ? usual : WORKERS_MIN;
          root->pool = pool;
        }
    }
  pthread_mutex_unlock (&root->mutex);
  return pool;
}

void
lodger__pool_free (LodgerPool *pool)
{
  if (pool == NULL)
    return;
  pthread_mutex_destroy (&pool->mutex);
  free (pool);
}

/* ---- the calls ---------------------------------------------------------------------------------------------------- */

static void
pool_call_drop (LodgerCaller *caller, LodgerItem *item)
{
  LodgerPending *pending = (LodgerPending *) item;
  (void) caller;
  lodger_pending_cancel (pending, lodger__closed_message);
  lodger__turn_skip (pending);
  lodger_pending_unref (pending);
}

static void put_back (LodgerCaller *root, LodgerItem *item);

static void
pool_call_run (LodgerCaller *worker, LodgerItem *item)
{
  LodgerPending *pending = (LodgerPending *) item;
  if (lodger_caller_get_state (worker->root) >= LODGER_CALLER_STOPPING)
    {
      pool_call_drop (worker, item);
      return;
    }
  if (lodger_caller_get_state (worker) >= LODGER_CALLER_STOPPING)
    {
      put_back (worker->root, item);
      return;
    }
  lodger__pending_lock (pending);
  pending->caller = worker;
  lodger__pending_unlock (pending);
  worker->busy_with = pending;
  worker->has_run = true;
  if (lodger__turn_call (worker, pending, NULL) && worker->busy_with == pending)
    worker->busy_with = NULL;
}

const LodgerItemOps lodger__pool_call_ops
    = { .run = pool_call_run, .drop = pool_call_drop, .node_class = LODGER_NODE_MEDIUM };

/* ---- owner: the worker's side ------------------------------------------------------------------------------------- */

static bool
wants_call (const LodgerCaller *worker)
{
  return worker->busy_with == NULL && lodger_caller_get_state (worker) < LODGER_CALLER_STOPPING;
}

/* It has to come round once more: to take a call, or to be put on the list of the idle. */
bool
lodger__pool_is_ready (const LodgerCaller *worker)
{
  return wants_call (worker) && atomic_load (&worker->place) != LODGER_PLACE_IDLE;
}

bool
lodger__pool_has_calls (const LodgerCaller *worker)
{
  return atomic_load_explicit (&worker->root->pool->queued, memory_order_relaxed) > 0;
}

/* ---- under the mutex ---------------------------------------------------------------------------------------------- */

static LodgerItem *
pop (LodgerPool *pool)
{
  LodgerItem *item = pool->first;
  if (item != NULL)
    {
      pool->first = atomic_load_explicit (&item->next, memory_order_relaxed);
      count_queued (pool, -1);
    }
  return item;
}

/* A search between the call and the sleep does not make its use later. */
static void
note_use (LodgerPool *pool, LodgerCaller *worker)
{
  if (worker->has_run)
    worker->last_use = ++pool->uses;
  worker->has_run = false;
}

static bool
make_idle (LodgerPool *pool, LodgerCaller *worker)
{
  LodgerCaller **at;
  if (pool->closed || !wants_call (worker) || (pool->idle_count >= IDLE_LIMIT && worker->suspended == NULL))
    return false;
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

LodgerHelp
lodger__pool_find_help (LodgerCaller *root)
{
  LodgerPool *pool = root->pool;
  LodgerHelp help = { NULL, 0 };
  if (atomic_load_explicit (&pool->queued, memory_order_relaxed) <= pool->called || pool->is_searched || pool->closed
      || lodger_caller_get_state (root) == LODGER_CALLER_INITIAL)
    return help;
  if (pool->idle != NULL)
    {
      help.worker = lodger_caller_ref (pool->idle);
      lodger__pool_leave_place (pool, help.worker);
      atomic_store (&help.worker->place, LODGER_PLACE_CALLED);
      pool->called++;
    }
  else if (pool->worker_count < pool->worker_max)
    {
      pool->worker_count++;
      pool->called++;
      help.grows = ++pool->made;
    }
  return help;
}

/* ---- owner: the worker's side ------------------------------------------------------------------------------------- */

/* Whoever took it is stopped by itself, while the root runs on: it stays the next. */
static void
put_back (LodgerCaller *root, LodgerItem *item)
{
  LodgerPool *pool = root->pool;
  LodgerHelp help;
  pthread_mutex_lock (&pool->mutex);
  atomic_store_explicit (&item->next, pool->first, memory_order_relaxed);
  if (pool->first == NULL)
    pool->last = item;
  pool->first = item;
  count_queued (pool, 1);
  help = lodger__pool_find_help (root);
  pthread_mutex_unlock (&pool->mutex);
  lodger__pool_call_for_help (root, help);
}

/* One that finds nothing goes on to search, if it says so, else it goes to sleep. */
LodgerItem *
lodger__pool_take (LodgerCaller *worker, bool searches)
{
  LodgerPool *pool = worker->root->pool;
  LodgerItem *item;
  LodgerHelp help = { NULL, 0 };
  bool surplus = false;
  if (!wants_call (worker) || (!searches && atomic_load (&worker->place) == LODGER_PLACE_IDLE))
    return NULL;
  pthread_mutex_lock (&pool->mutex);
  lodger__pool_leave_place (pool, worker);
  note_use (pool, worker);
  item = pop (pool);
  if (item != NULL)
    help = lodger__pool_find_help (worker->root);
  else if (searches && !pool->closed && !pool->is_searched)
    {
      pool->is_searched = true;
      atomic_store (&worker->place, LODGER_PLACE_SEARCHING);
    }
  else
    surplus = !pool->closed && !make_idle (pool, worker);
  pthread_mutex_unlock (&pool->mutex);
  if (surplus)
    lodger_caller_stop (worker, true);
  lodger__pool_call_for_help (worker->root, help);
  return item;
}

/* What was expected of it is asked of another, unless that would go the same way: it never came to work. */
static void
step_back (LodgerCaller *worker)
{
  LodgerPool *pool = worker->root->pool;
  LodgerHelp help = { NULL, 0 };
  pthread_mutex_lock (&pool->mutex);
  lodger__pool_leave_place (pool, worker);
  if (lodger_pending_get_outcome (worker->started) == 0)
    help = lodger__pool_find_help (worker->root);
  pthread_mutex_unlock (&pool->mutex);
  lodger__pool_call_for_help (worker->root, help);
}

/* Its state said so before, so that it does not become idle any more. */
void
lodger__pool_quit (LodgerCaller *worker)
{
  step_back (worker);
}

/* A call that was handed to it would have to wait for what it runs, or for ever if that waits for the call. */
void
lodger__pool_engage (LodgerCaller *worker)
{
  if (atomic_load (&worker->place) != LODGER_PLACE_AT_WORK)
    step_back (worker);
}

/* Before the outcome is published, so that whoever learns that the call is done finds its worker free. Not if user code
 * is going to be told in this thread: a call for this worker would have to wait for that. */
void
lodger__pool_rest (LodgerCaller *worker, LodgerPending *pending)
{
  LodgerPool *pool = worker->root->pool;
  if (lodger__pending_tells_user_code (pending))
    return;
  worker->busy_with = NULL;
  if (!wants_call (worker) || lodger__pool_has_calls (worker))
    return;
  pthread_mutex_lock (&pool->mutex);
  note_use (pool, worker);
  if (pool->first == NULL)
    make_idle (pool, worker);
  pthread_mutex_unlock (&pool->mutex);
}

/* ---- any thread: the submitter's side ------------------------------------------------------------------------------ */

LodgerPending *
lodger_caller_to_thread_full (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                              const LodgerCallOptions *options)
{
  LodgerPending *pending = NULL;
  LodgerPool *pool = NULL;
  LodgerHelp help = { NULL, 0 };
  int code = 0;
  if (caller == NULL || func == NULL || (options != NULL && options->size < sizeof *options))
    code = lodger__misuse ("lodger_caller_to_thread", LODGER_EINVAL, "NULL or a wrong size given");
  else if (lodger_caller_get_state (caller) >= LODGER_CALLER_STOPPING)
    code = LODGER_ECANCELED;
  else if ((pool = pool_of (caller->root, &code)) != NULL
           && (pending = lodger__pending_new_call (&lodger__pool_call_ops, data, destroy, options)) == NULL)
    code = LODGER_ENOMEM;
  if (pending != NULL)
    {
      code = 0;
      pending->func.call = func;
      atomic_store_explicit (&pending->item.next, NULL, memory_order_relaxed);
      lodger__trace (LODGER_TRACE_SUBMIT, caller, pending, pending->file, pending->line, pending->name);
      pthread_mutex_lock (&pool->mutex);
      if (pool->closed)
        code = LODGER_ECANCELED;
      else
        {
          if (pool->first == NULL)
            pool->first = &pending->item;
          else
            atomic_store_explicit (&pool->last->next, &pending->item, memory_order_relaxed);
          pool->last = &pending->item;
          count_queued (pool, 1);
          help = lodger__pool_find_help (caller->root);
        }
      pthread_mutex_unlock (&pool->mutex);
    }
  if (code != 0)
    {
      if (destroy != NULL)
        destroy (data);
      if (pending != NULL)
        lodger__node_free (LODGER_NODE_MEDIUM, pending);
      return lodger__submit_refused (code, "lodger_caller_to_thread", options);
    }
  lodger__pool_call_for_help (caller->root, help);
  return pending;
}

void
lodger__pool_start (LodgerCaller *root)
{
  LodgerPool *pool = root->pool;
  LodgerHelp help;
  if (pool == NULL)
    return;
  pthread_mutex_lock (&pool->mutex);
  help = lodger__pool_find_help (root);
  pthread_mutex_unlock (&pool->mutex);
  lodger__pool_call_for_help (root, help);
}

/* ---- the root's end ------------------------------------------------------------------------------------------------ */

LodgerItem *
lodger__pool_pop (LodgerCaller *root)
{
  LodgerPool *pool = root->pool;
  LodgerItem *item;
  if (root->root != root || pool == NULL || atomic_load (&pool->queued) == 0)
    return NULL;
  pthread_mutex_lock (&pool->mutex);
  item = pop (pool);
  pthread_mutex_unlock (&pool->mutex);
  return item;
}

bool
lodger__pool_is_empty (const LodgerCaller *root)
{
  return root->root != root || root->pool == NULL || atomic_load (&root->pool->queued) == 0;
}
