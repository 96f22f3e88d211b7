/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "caller-private.h"

#include <stdio.h>
#include <stdlib.h>

enum
{
  IDLE_LIMIT = 10,
  WORKERS_MIN = 8,
  WORKERS_PER_CPU = 4
};

/* Belongs to a root caller; its workers serve the whole tree. Calls wait in one list, first in, first out, until a worker
 * takes them. A worker without a call searches for a moment, and then sleeps on the list of the idle.
 *
 * Who is called when: while one searches (never two: they would only take the processor from those who work), nobody
 * else is called, since it is going to find the call; and whoever takes a call and leaves more behind calls the next (an idle one, or a new thread). So a stream of short calls is served
 * without a wake-up for each, and a burst of long ones soon has all workers. Nothing is left lying: a search ends under
 * the mutex with a last look, after which the worker either has a call or is on the list of the idle, and a call is put
 * in, and it is seen whether one searches, under the same mutex. */
struct LodgerPool
{
  pthread_mutex_t mutex;
  LodgerItem *first, *last;
  atomic_uint queued;
  LodgerCaller *workers;
  LodgerCaller *idle; /* the most recently used first: its caches are warm */
  unsigned worker_count, idle_count, worker_max, made;
  unsigned thread_count; /* to be joined: a worker that could not start is none, but a thread still */
  bool is_searched;      /* by one worker */
  bool closed;
};

/* What remains to be done, without the mutex, for calls that wait. */
typedef struct Help
{
  LodgerCaller *worker; /* to be called, a reference */
  unsigned grows;       /* number of a new one */
} Help;

/* None is made after a stop has looked for it: that sets the state under the same mutex. */
static LodgerPool *
pool_of (LodgerCaller *root, int *ret_code)
{
  LodgerPool *pool;
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
  return wants_call (worker) && !atomic_load (&worker->is_idle);
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
      atomic_fetch_sub_explicit (&pool->queued, 1, memory_order_relaxed);
    }
  return item;
}

static bool
make_idle (LodgerPool *pool, LodgerCaller *worker)
{
  if (pool->closed || !wants_call (worker) || (pool->idle_count >= IDLE_LIMIT && worker->suspended == NULL))
    return false;
  atomic_store (&worker->is_idle, true);
  worker->next_idle = pool->idle;
  pool->idle = worker;
  pool->idle_count++;
  return true;
}

static void
unmake_idle (LodgerPool *pool, LodgerCaller *worker)
{
  LodgerCaller **at;
  for (at = &pool->idle; *at != worker; at = &(*at)->next_idle)
    ;
  *at = worker->next_idle;
  pool->idle_count--;
  atomic_store (&worker->is_idle, false);
}

static Help
find_help (LodgerCaller *root)
{
  LodgerPool *pool = root->pool;
  Help help = { NULL, 0 };
  if (pool->first == NULL || pool->is_searched || pool->closed
      || lodger_caller_get_state (root) == LODGER_CALLER_INITIAL)
    return help;
  if (pool->idle != NULL)
    {
      help.worker = lodger_caller_ref (pool->idle);
      unmake_idle (pool, pool->idle);
    }
  else if (pool->worker_count < pool->worker_max)
    {
      pool->worker_count++;
      help.grows = ++pool->made;
    }
  return help;
}

static void call_for_help (LodgerCaller *root, Help help);

/* ---- owner: the worker's side ------------------------------------------------------------------------------------- */

/* Whoever took it is stopped by itself, while the root runs on: it stays the next. */
static void
put_back (LodgerCaller *root, LodgerItem *item)
{
  LodgerPool *pool = root->pool;
  Help help;
  pthread_mutex_lock (&pool->mutex);
  atomic_store_explicit (&item->next, pool->first, memory_order_relaxed);
  if (pool->first == NULL)
    pool->last = item;
  pool->first = item;
  atomic_fetch_add_explicit (&pool->queued, 1, memory_order_relaxed);
  help = find_help (root);
  pthread_mutex_unlock (&pool->mutex);
  call_for_help (root, help);
}

/* One that finds nothing goes on to search, if it says so, else it goes to sleep. */
LodgerItem *
lodger__pool_take (LodgerCaller *worker, bool searches)
{
  LodgerPool *pool = worker->root->pool;
  LodgerItem *item;
  Help help = { NULL, 0 };
  bool surplus = false;
  if (!wants_call (worker) || (!searches && atomic_load (&worker->is_idle)))
    return NULL;
  pthread_mutex_lock (&pool->mutex);
  if (atomic_load (&worker->is_idle))
    unmake_idle (pool, worker);
  if (worker->is_searching)
    pool->is_searched = worker->is_searching = false;
  item = pop (pool);
  if (item != NULL)
    help = find_help (worker->root);
  else if (searches && !pool->closed && !pool->is_searched)
    pool->is_searched = worker->is_searching = true;
  else
    surplus = !pool->closed && !make_idle (pool, worker);
  pthread_mutex_unlock (&pool->mutex);
  if (surplus)
    lodger_caller_stop (worker, true);
  call_for_help (worker->root, help);
  return item;
}

/* Owner, a worker: it stops. Its state said so before, so that it is not put on the list any more. */
void
lodger__pool_quit (LodgerCaller *worker)
{
  LodgerPool *pool = worker->root->pool;
  Help help = { NULL, 0 };
  pthread_mutex_lock (&pool->mutex);
  if (atomic_load (&worker->is_idle))
    unmake_idle (pool, worker);
  if (worker->is_searching)
    pool->is_searched = worker->is_searching = false;
  if (lodger_pending_get_outcome (worker->started) == 0)
    help = find_help (worker->root);
  pthread_mutex_unlock (&pool->mutex);
  call_for_help (worker->root, help);
}

/* Owner, a worker: something of its own inbox is going to run, and a call that was handed to it would have to wait for
 * that, or for ever if that waits for the call. */
void
lodger__pool_engage (LodgerCaller *worker)
{
  LodgerPool *pool = worker->root->pool;
  if (!atomic_load (&worker->is_idle))
    return;
  pthread_mutex_lock (&pool->mutex);
  if (atomic_load (&worker->is_idle))
    unmake_idle (pool, worker);
  pthread_mutex_unlock (&pool->mutex);
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
  if (pool->first == NULL)
    make_idle (pool, worker);
  pthread_mutex_unlock (&pool->mutex);
}

/* ---- threads -------------------------------------------------------------------------------------------------------- */

static bool grow (LodgerCaller *root, LodgerPool *pool, unsigned number);

/* No thread could be had. The workers that there are will come to what is queued; without any it ends here. */
static void
shrink (LodgerCaller *root, LodgerPool *pool)
{
  LodgerItem *item = NULL;
  pthread_mutex_lock (&pool->mutex);
  if (--pool->worker_count == 0)
    {
      item = pool->first;
      pool->first = pool->last = NULL;
      atomic_store (&pool->queued, 0);
    }
  pthread_mutex_unlock (&pool->mutex);
  while (item != NULL)
    {
      LodgerPending *pending = (LodgerPending *) item;
      LodgerValue value = { .type = V_ERROR, .error = lodger_error_new (NULL, LODGER_EAGAIN, "no worker thread") };
      item = atomic_load_explicit (&item->next, memory_order_relaxed);
      lodger__pending_destroy_data (pending);
      lodger__pending_lock (pending);
      if (lodger__pending_state (pending) & P_DONE)
        lodger__pending_unlock (pending);
      else
        {
          lodger__pending_store (pending, &value);
          lodger__pending_complete (pending);
        }
      lodger__value_clear (&value);
      lodger_pending_unref (pending);
    }
  if (lodger__inbox_claim (&root->inbox))
    lodger__host_post (root);
}

static void
call_for_help (LodgerCaller *root, Help help)
{
  if (help.worker != NULL)
    {
      if (lodger__inbox_claim (&help.worker->inbox))
        lodger__host_post (help.worker);
      lodger_caller_unref (help.worker);
    }
  else if (help.grows > 0 && !grow (root, root->pool, help.grows))
    shrink (root, root->pool);
}

void
lodger__pool_worker_failed (LodgerCaller *worker)
{
  shrink (worker->root, worker->root->pool);
}

static void
gone_run (LodgerCaller *root, LodgerItem *item)
{
  LodgerCaller *worker = (LodgerCaller *) ((char *) item - offsetof (LodgerCaller, gone_item));
  LodgerPool *pool = root->pool;
  LodgerCaller **at;
  unsigned grows = 0;
  pthread_join (worker->thread, NULL);
  pthread_mutex_lock (&pool->mutex);
  for (at = &pool->workers; *at != worker; at = &(*at)->next_worker)
    ;
  *at = worker->next_worker;
  pool->thread_count--;
  if (lodger_pending_get_outcome (worker->started) == 0)
    {
      if (pool->first != NULL && !pool->closed)
        grows = ++pool->made;
      else
        pool->worker_count--;
    }
  pthread_mutex_unlock (&pool->mutex);
  call_for_help (root, (Help) { .grows = grows });
  lodger_caller_unref (worker);
}

/* The root is gone before its worker, whose own thread this is. */
static void
gone_drop (LodgerCaller *root, LodgerItem *item)
{
  LodgerCaller *worker = (LodgerCaller *) ((char *) item - offsetof (LodgerCaller, gone_item));
  (void) root;
  pthread_detach (worker->thread);
  lodger_caller_unref (worker);
}

static const LodgerItemOps gone_ops = { .run = gone_run, .drop = gone_drop, .internal = true };

static LodgerCaller *
worker_new (LodgerCaller *root, unsigned number)
{
  char name[24];
  const LodgerCallerOptions options = { .size = sizeof options, .name = name };
  LodgerCaller *worker;
  snprintf (name, sizeof name, "worker-%u", number);
  worker = lodger__caller_make (&options);
  if (worker == NULL)
    return NULL;
  worker->root = lodger_caller_ref (root);
  worker->backend = root->worker_backend;
  worker->worker_backend = root->worker_backend;
  worker->is_driven = true;
  worker->gone_item.ops = &gone_ops;
  return worker;
}

static bool
grow (LodgerCaller *root, LodgerPool *pool, unsigned number)
{
  LodgerCaller *worker = worker_new (root, number);
  bool linked = false;
  if (worker == NULL)
    return false;
  pthread_mutex_lock (&pool->mutex);
  if (!pool->closed)
    {
      worker->next_worker = pool->workers;
      pool->workers = worker;
      linked = lodger__worker_start (worker) == 0;
      if (linked)
        pool->thread_count++;
      else
        pool->workers = worker->next_worker;
    }
  pthread_mutex_unlock (&pool->mutex);
  if (!linked)
    {
      lodger__caller_orphan (worker);
      lodger_caller_unref (worker);
    }
  return linked;
}

/* ---- any thread: the submitter's side ------------------------------------------------------------------------------ */

LodgerPending *
lodger_caller_to_thread_full (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                              const LodgerCallOptions *options)
{
  LodgerPending *pending = NULL;
  LodgerPool *pool = NULL;
  Help help = { NULL, 0 };
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
          atomic_fetch_add_explicit (&pool->queued, 1, memory_order_relaxed);
          help = find_help (caller->root);
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
  call_for_help (caller->root, help);
  return pending;
}

void
lodger__pool_start (LodgerCaller *root)
{
  LodgerPool *pool;
  Help help = { NULL, 0 };
  pthread_mutex_lock (&root->mutex);
  pool = root->pool;
  pthread_mutex_unlock (&root->mutex);
  if (pool == NULL)
    return;
  pthread_mutex_lock (&pool->mutex);
  help = find_help (root);
  pthread_mutex_unlock (&pool->mutex);
  call_for_help (root, help);
}

/* ---- the root's end ------------------------------------------------------------------------------------------------- */

unsigned
lodger__pool_worker_count (LodgerCaller *root)
{
  LodgerPool *pool;
  unsigned count = 0;
  pthread_mutex_lock (&root->mutex);
  pool = root->pool;
  pthread_mutex_unlock (&root->mutex);
  if (pool == NULL)
    return 0;
  pthread_mutex_lock (&pool->mutex);
  count = pool->worker_count > pool->thread_count ? pool->worker_count : pool->thread_count;
  pthread_mutex_unlock (&pool->mutex);
  return count;
}

LodgerCaller **
lodger__pool_workers (LodgerCaller *root, size_t *ret_count)
{
  LodgerCaller **list;
  LodgerCaller *worker;
  *ret_count = 0;
  if (root->pool == NULL)
    return NULL;
  pthread_mutex_lock (&root->pool->mutex);
  list = calloc (root->pool->thread_count + 1, sizeof (LodgerCaller *));
  for (worker = root->pool->workers; list != NULL && worker != NULL; worker = worker->next_worker)
    list[(*ret_count)++] = lodger_caller_ref (worker);
  pthread_mutex_unlock (&root->pool->mutex);
  return list;
}

static LodgerCaller *
untold_worker (LodgerPool *pool)
{
  LodgerCaller *worker;
  pthread_mutex_lock (&pool->mutex);
  for (worker = pool->workers; worker != NULL && worker->is_told; worker = worker->next_worker)
    ;
  if (worker != NULL)
    {
      worker->is_told = true;
      lodger_caller_ref (worker);
    }
  pthread_mutex_unlock (&pool->mutex);
  return worker;
}

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

void
lodger__pool_stop (LodgerCaller *root)
{
  LodgerPool *pool;
  LodgerCaller *worker;
  pthread_mutex_lock (&root->mutex);
  pool = root->pool;
  pthread_mutex_unlock (&root->mutex);
  if (pool == NULL)
    return;
  pthread_mutex_lock (&pool->mutex);
  pool->closed = true;
  while (pool->idle != NULL)
    unmake_idle (pool, pool->idle);
  pthread_mutex_unlock (&pool->mutex);
  while ((worker = untold_worker (pool)) != NULL)
    {
      lodger_caller_stop (worker, true);
      lodger_caller_unref (worker);
    }
}
