/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "pool-private.h"
#include "scope.h"

#include <stdlib.h>

/* The calls of a pool: how they come in, and how workers take them. */

enum
{
  WORKERS_MIN = 8,
  WORKERS_PER_CPU = 4,
  THREADS_MAX = 256
};

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
      if (pool == NULL)
        *ret_code = LODGER_ENOMEM;
      else
        {
          unsigned usual = WORKERS_PER_CPU * lodger__port_cpu_count ();
          lodger__port_mutex_init (&pool->mutex);
          pool->running_max = root->max_workers;
          if (pool->running_max == 0)
            pool->running_max = usual > WORKERS_MIN ? usual : WORKERS_MIN;
          pool->worker_max = root->max_threads > 0 ? root->max_threads : THREADS_MAX;
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

static void put_back (LodgerCaller *worker, LodgerItem *item);

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
      put_back (worker, item);
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
const LodgerItemOps lodger__given_call_ops
    = { .run = pool_call_run, .drop = pool_call_drop, .node_class = LODGER_NODE_LARGE };

bool
lodger__pool_is_queued (const LodgerPending *pending)
{
  return (pending->item.ops == &lodger__pool_call_ops || pending->item.ops == &lodger__given_call_ops)
         && !pending->caller->is_pooled;
}

/* ---- owner: the worker's side ------------------------------------------------------------------------------------- */

/* It has to come round once more: to take a call, or to be put on the list of the idle. Not from inside a call, which may
 * be one of its own inbox: nobody may count on it before that is over. */
bool
lodger__pool_is_ready (const LodgerCaller *worker)
{
  return worker->depth == 0 && lodger__pool_wants_call (worker) && atomic_load (&worker->place) != LODGER_PLACE_IDLE;
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
      lodger__pool_count_queued (pool, -1);
    }
  return item;
}

/* A search between the call and the sleep does not make its use later. */
static void
note_use (LodgerPool *pool, LodgerCaller *worker)
{
  if (worker->has_run)
    {
      worker->last_use = ++pool->uses;
      worker->idle_since = 0;
    }
  worker->has_run = false;
}

/* ---- owner: the worker's side ------------------------------------------------------------------------------------- */

/* Whoever took it is stopped by itself, while the root runs on: it stays the next. If the root stops after all, it may have
 * ended without its workers, and would not look again. */
static void
put_back (LodgerCaller *worker, LodgerItem *item)
{
  LodgerCaller *root = worker->root;
  LodgerPool *pool = root->pool;
  LodgerHelp help = { NULL, 0 };
  bool is_closed;
  pthread_mutex_lock (&pool->mutex);
  lodger__pool_uncount (pool, worker);
  is_closed = pool->closed;
  if (!is_closed)
    {
      atomic_store_explicit (&item->next, pool->first, memory_order_relaxed);
      if (pool->first == NULL)
        pool->last = item;
      pool->first = item;
      lodger__pool_count_queued (pool, 1);
      help = lodger__pool_find_help (root);
    }
  pthread_mutex_unlock (&pool->mutex);
  lodger__pool_call_for_help (root, help);
  if (is_closed)
    pool_call_drop (worker, item);
}

/* One that finds nothing goes on to search, if it says so, else it goes to sleep. */
LodgerItem *
lodger__pool_take (LodgerCaller *worker, bool searches)
{
  LodgerPool *pool = worker->root->pool;
  LodgerItem *item;
  LodgerHelp help = { NULL, 0 };
  bool surplus = false;
  if (!lodger__pool_wants_call (worker) || (!searches && atomic_load (&worker->place) == LODGER_PLACE_IDLE))
    return NULL;
  pthread_mutex_lock (&pool->mutex);
  lodger__pool_leave_place (pool, worker);
  lodger__pool_uncount (pool, worker);
  note_use (pool, worker);
  item = pool->running < pool->running_max ? pop (pool) : NULL;
  if (item != NULL)
    {
      worker->is_counted = true;
      pool->running++;
      help = lodger__pool_find_help (worker->root);
    }
  else if (searches && !pool->closed && !pool->is_searched && pool->first == NULL)
    {
      pool->is_searched = true;
      atomic_store (&worker->place, LODGER_PLACE_SEARCHING);
    }
  else
    surplus = !pool->closed && !lodger__pool_make_idle (pool, worker);
  pthread_mutex_unlock (&pool->mutex);
  if (surplus)
    lodger_caller_stop (worker, true);
  lodger__pool_call_for_help (worker->root, help);
  return item;
}

/* Before the outcome is published, so that whoever learns that the call is done finds its worker free. Not if user code
 * is going to be told in this thread: a call for this worker would have to wait for that. The pending is locked, so that
 * nobody asks to be told between the look and the end. */
void
lodger__pool_rest (LodgerCaller *worker, LodgerPending *pending)
{
  LodgerPool *pool = worker->root->pool;
  if (lodger__pending_tells_user_code (pending))
    return;
  worker->busy_with = NULL;
  if (!lodger__pool_wants_call (worker) || lodger__pool_has_calls (worker))
    return;
  pthread_mutex_lock (&pool->mutex);
  note_use (pool, worker);
  if (pool->first == NULL)
    {
      lodger__pool_uncount (pool, worker);
      lodger__pool_make_idle (pool, worker);
    }
  pthread_mutex_unlock (&pool->mutex);
}

/* ---- any thread: the submitter's side ------------------------------------------------------------------------------ */

/* A child that is not a worker has its calls on a list, since its own stop cancels them. */
static LodgerPending *
new_call (LodgerCaller *caller, void *data, LodgerDestroyFunc destroy, const LodgerCallOptions *options)
{
  if (caller->root == caller || caller->is_pooled)
    return lodger__pending_new_call (&lodger__pool_call_ops, data, destroy, options);
  return lodger__given_new (caller, data, destroy, options);
}

/* A stop of the giver sets its state and then looks for what it has given; here it has been given, and then its state is
 * looked at: so the one sees the other. */
static bool
is_given_too_late (const LodgerCaller *giver, const LodgerPending *pending)
{
  return pending->item.ops == &lodger__given_call_ops && lodger_caller_get_state (giver) >= LODGER_CALLER_STOPPING;
}

static int
put_in (LodgerCaller *root, LodgerItem *item)
{
  LodgerPool *pool = root->pool;
  LodgerHelp help = { NULL, 0 };
  bool is_closed;
  atomic_store_explicit (&item->next, NULL, memory_order_relaxed);
  pthread_mutex_lock (&pool->mutex);
  is_closed = pool->closed;
  if (!is_closed)
    {
      if (pool->first == NULL)
        pool->first = item;
      else
        atomic_store_explicit (&pool->last->next, item, memory_order_relaxed);
      pool->last = item;
      lodger__pool_count_queued (pool, 1);
      help = lodger__pool_find_help (root);
    }
  pthread_mutex_unlock (&pool->mutex);
  lodger__pool_call_for_help (root, help);
  return is_closed ? LODGER_ECANCELED : 0;
}

/* In the child of that name, whose inbox keeps the order. */
static LodgerPending *
to_named_worker (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                 const LodgerCallOptions *options)
{
  const LodgerCallerOptions named = { .size = sizeof named, .name = options->worker };
  LodgerError *error = NULL;
  LodgerCaller *worker = lodger_caller_get (caller, &named, &error);
  LodgerPending *pending;
  if (worker != NULL)
    pending = lodger__call_soon ("lodger_caller_to_thread", worker, func, data, destroy, options);
  else
    {
      int code = lodger_error_get_code (error);
      if (destroy != NULL)
        destroy (data);
      pending = lodger__submit_refused (code == LODGER_ESHUTDOWN ? LODGER_ECANCELED : code, "lodger_caller_to_thread",
                                        options);
    }
  lodger_error_unref (error);
  lodger_caller_unref (worker);
  return pending;
}

LodgerPending *
lodger_caller_to_thread_full (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                              const LodgerCallOptions *options)
{
  static const char function[] = "lodger_caller_to_thread";
  LodgerPending *pending = NULL;
  int code = lodger__submit_check (caller, func != NULL, options, function);
  bool names_worker = options != NULL && options->worker != NULL;
  if (code == 0 && names_worker && lodger_caller_get_state (caller) == LODGER_CALLER_INITIAL)
    code = lodger__misuse (function, LODGER_ESTATE, "a caller that has not started has no named workers");
  if (code == 0 && names_worker)
    return to_named_worker (caller, func, data, destroy, options);
  if (code == 0 && pool_of (caller->root, &code) != NULL)
    {
      pending = new_call (caller, data, destroy, options);
      code = pending != NULL ? 0 : LODGER_ENOMEM;
    }
  if (code != 0)
    {
      if (destroy != NULL)
        destroy (data);
      return lodger__submit_refused (code, function, options);
    }
  pending->caller = caller->root;
  pending->func.call = func;
  lodger__trace (LODGER_TRACE_SUBMIT, caller, pending, pending->file, pending->line, pending->name);
  if (is_given_too_late (caller, pending) || put_in (caller->root, &pending->item) != 0)
    pool_call_drop (caller, &pending->item);
  lodger__scope_link (pending);
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
