/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "queue/queue.h"

#include "base/fork.h"
#include "base/log.h"
#include "life/life.h"
#include "life/phase.h"

/* Queues that are found by their caller and a key. The table does not hold them: whoever closes a queue holds it, and
 * takes it out. So what is in the table is there, and one that is closed is skipped until then. A queue in the table
 * may have lost its last reference: as long as it is not empty, whoever finds it refers to it again. */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static LodgerHash by_key;

static void
forget_queues (void)
{
  by_key = (LodgerHash) { NULL, NULL, 0, 0 };
}

LODGER_FORK_LOCK (mutex, LODGER_RANK_QUEUES, forget_queues);

static uint64_t
hash_of (const LodgerCaller *caller, const void *key)
{
  return lodger__hash_of_number (lodger__hash_of_pointer (caller) ^ (uintptr_t) key);
}

/* Under the mutex: a new reference, or NULL. */
static LodgerQueue *
find (const LodgerCaller *caller, const void *key)
{
  lodger__hash_for (queue, &by_key, hash_of (caller, key), LodgerQueue, by_key)
    if (queue->caller == caller && queue->key == key && lodger__queue_revive (queue))
      return queue;
  return NULL;
}

static LodgerQueue *
find_locked (const LodgerCaller *caller, const void *key)
{
  LodgerQueue *queue;
  pthread_mutex_lock (&mutex);
  queue = find (caller, key);
  pthread_mutex_unlock (&mutex);
  return queue;
}

void
lodger__queue_forget (LodgerQueue *queue)
{
  if (queue->key == NULL)
    return;
  pthread_mutex_lock (&mutex);
  lodger__hash_remove (&by_key, &queue->by_key);
  pthread_mutex_unlock (&mutex);
}

/* A queue that another thread has made meanwhile goes before this one. */
static LodgerQueue *
add (LodgerQueue *made, const void *key)
{
  LodgerQueue *queue;
  made->key = key;
  pthread_mutex_lock (&mutex);
  queue = find (made->caller, key);
  if (queue == NULL)
    {
      lodger__hash_insert (&by_key, &made->by_key, hash_of (made->caller, key));
      queue = lodger_queue_ref (made);
    }
  pthread_mutex_unlock (&mutex);
  lodger_queue_unref (made);
  return queue;
}

/* A new reference, or NULL and why. */
static LodgerQueue *
open_queue (LodgerCaller *caller, const void *key, const LodgerQueueOptions *options, const char *function,
            int *ret_code)
{
  LodgerQueue *queue = find_locked (caller, key);
  *ret_code = 0;
  if (queue == NULL && (queue = lodger__queue_new (caller, options, function)) != NULL)
    queue = add (queue, key);
  if (queue == NULL)
    *ret_code = LODGER_ENOMEM;
  else if (options->scope != NULL && options->scope != queue->options.scope)
    {
      *ret_code = lodger__misuse_at (function, LODGER_EMISMATCH, "the queue of this key has another scope, or none",
                                     options->file, options->line);
      lodger_queue_unref (queue);
      queue = NULL;
    }
  return queue;
}

static int
check (const LodgerCaller *caller, const void *key, const char *function, const char *file, int line)
{
  const char *reason = caller == NULL                    ? "the caller is NULL"
                       : key == NULL                     ? "the key is NULL"
                       : lodger__is_before_fork (caller) ? lodger__before_fork_message
                                                         : NULL;
  if (reason == NULL)
    return 0;
  return lodger__misuse_at (function, caller == NULL || key == NULL ? LODGER_EINVAL : LODGER_ECHILD, reason, file,
                            line);
}

LodgerQueue *
lodger_queue_open (LodgerCaller *caller, const void *key, const LodgerQueueOptions *given)
{
  LodgerQueueOptions options;
  int code = lodger__queue_read (caller, given, &options, __func__);
  if (code == 0)
    code = check (caller, key, __func__, options.file, options.line);
  return code == 0 ? open_queue (caller, key, &options, __func__, &code) : NULL;
}

LodgerQueue *
lodger_queue_find (LodgerCaller *caller, const void *key)
{
  return check (caller, key, __func__, NULL, 0) == 0 ? find_locked (caller, key) : NULL;
}

bool
lodger_queue_close_keyed (LodgerCaller *caller, const void *key, const char *message)
{
  LodgerQueue *queue = check (caller, key, __func__, NULL, 0) == 0 ? find_locked (caller, key) : NULL;
  if (queue != NULL)
    lodger_queue_close (queue, message);
  lodger_queue_unref (queue);
  return queue != NULL;
}

/* A queue that was closed since it was found is not the queue of the key any more. */
static int
call (LodgerCaller *caller, const void *key, const LodgerWork *work, const LodgerQueueItemOptions *item,
      const char *function)
{
  const LodgerQueueOptions options
      = { .size = sizeof options, .file = item->file, .line = item->line, .scope = item->scope };
  int code;
  do
    {
      LodgerQueue *queue = open_queue (caller, key, &options, function, &code);
      if (queue == NULL)
        return code;
      code = lodger__queue_call (queue, work, item, function);
      lodger_queue_unref (queue);
    }
  while (code == LODGER_ESHUTDOWN && !lodger__is_stopping (caller));
  return code;
}

int
lodger_queue_call_keyed_full (LodgerCaller *caller, const void *key, LodgerCallFunc func, void *data,
                              LodgerDestroyFunc destroy, const LodgerQueueItemOptions *given)
{
  static const char function[] = "lodger_queue_call_keyed";
  const LodgerWork work = lodger__work (func, data, destroy);
  LodgerQueueItemOptions options;
  int code = lodger__queue_read_item (given, &work, &options, function);
  if (code == 0 && options.stack_size != 0)
    code = lodger__misuse_at (function, LODGER_EINVAL, "only a spawned item has a stack of its own", options.file,
                              options.line);
  if (code == 0)
    code = check (caller, key, function, options.file, options.line);
  if (code == 0)
    code = call (caller, key, &work, &options, function);
  if (code != 0)
    lodger__work_destroy (&work);
  return code;
}

int
lodger_queue_call_keyed (LodgerCaller *caller, const void *key, LodgerCallFunc func, void *data,
                         LodgerDestroyFunc destroy)
{
  return lodger_queue_call_keyed_full (caller, key, func, data, destroy, NULL);
}
