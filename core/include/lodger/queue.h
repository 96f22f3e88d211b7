/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file queue.h
 * LodgerQueue: calls of one caller that run one at a time, in order.
 *
 * A call of a queue begins only when the one before it is done, also if that is answered later
 * (lodger_pending_defer()). So a file, a connection or a document that is given to one queue needs no lock. An item
 * that fails is logged; the next one runs.
 *
 *     lodger_queue_call (queue, save, document, document_unref);
 *
 * A queue may be found by a key instead of being kept: the queue of a file, say. Such a queue is made when it is first
 * used, and is gone when it is empty.
 *
 *     lodger_queue_call_keyed (caller, document, save, document, document_unref);
 *
 * A queue has one pending, which is there from its first call to its end. All items run in the context (context.h) of
 * the first call. The queue ends with lodger_queue_close(), with the cancel of its pending, with its scope, with the
 * stop of its caller, and when nobody refers to it any more and its last item has run.
 */
#ifndef LODGER_QUEUE_H
#define LODGER_QUEUE_H

#include <lodger/call.h>
#include <lodger/options.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** Which item of a queue is the next. */
typedef enum LodgerQueueOrder
{
  LODGER_QUEUE_FIRST_IN, /**< The oldest. */
  LODGER_QUEUE_LAST_IN,  /**< The newest. */
  LODGER_QUEUE_PRIORITY, /**< That of the highest priority; of equal ones the oldest. */
} LodgerQueueOrder;

/** What happens to an item that comes to a full queue. */
typedef enum LodgerQueueOverflow
{
  LODGER_QUEUE_BLOCK,       /**< The submitter waits, as for a full inbox: see lodger_caller_call_soon_full(). */
  LODGER_QUEUE_REFUSE,      /**< LODGER_EAGAIN. */
  LODGER_QUEUE_DROP_OLDEST, /**< The item that has waited longest is dropped. */
} LodgerQueueOverflow;

/** Options of lodger_queue_new(). Made by LODGER_QUEUE_OPTIONS(). */
typedef struct LodgerQueueOptions
{
  size_t size;      /**< sizeof (LodgerQueueOptions). LODGER_QUEUE_OPTIONS() fills it in. */
  const char *name; /**< The name of the queue in messages. Static. Optional. */
  const char *file; /**< Where the queue is made. Static. LODGER_QUEUE_OPTIONS() fills it in. */
  int line;         /**< The line of that place. */
  /** How many items may wait at most. 0 means no limit. The item that runs does not count. */
  unsigned limit;
  /** What happens beyond the limit. */
  LodgerQueueOverflow overflow;
  /** Which item is the next. */
  LodgerQueueOrder order;
  /** The end of this scope closes the queue. Optional. */
  LodgerScope *scope;
} LodgerQueueOptions;

/** Options of a queue with the given members: `LODGER_QUEUE_OPTIONS (.limit = 10)`. See options.h. */
#define LODGER_QUEUE_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerQueueOptions, __VA_ARGS__)

/** Options of lodger_queue_call_full(). Made by LODGER_QUEUE_ITEM_OPTIONS(). */
typedef struct LodgerQueueItemOptions
{
  size_t size;      /**< sizeof (LodgerQueueItemOptions). LODGER_QUEUE_ITEM_OPTIONS() fills it in. */
  const char *name; /**< The name of the item in messages. Static. Optional. */
  const char *file; /**< Where it is submitted. Static. LODGER_QUEUE_ITEM_OPTIONS() fills it in. */
  int line;         /**< The line of that place. */
  int priority;     /**< For LODGER_QUEUE_PRIORITY: the highest is the next. */
  /** The end of this scope closes the queue that the call makes. Optional, and only for
   * lodger_queue_call_keyed_full(). */
  LodgerScope *scope;
  /** The size of the stack of a spawned item, in bytes, as in LodgerCallOptions. 0 means the caller's. Only for
   * lodger_queue_spawn_full(). */
  size_t stack_size;
} LodgerQueueItemOptions;

/** Options of an item with the given members. See options.h. */
#define LODGER_QUEUE_ITEM_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerQueueItemOptions, __VA_ARGS__)

/**
 * Makes a queue of @p caller.
 *
 * Any thread; does not block. Nothing runs before the first call.
 *
 * @param options Optional. NULL means all defaults.
 * @return a new reference, or NULL.
 * Errors: LODGER_EINVAL (NULL @p caller, wrong options, an unknown order or overflow), LODGER_ENOMEM (no memory),
 * LODGER_ECHILD (a forked child).
 * Test: unit/queue edge_28_items_run_one_at_a_time_in_order
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerQueue *lodger_queue_new (LodgerCaller *caller, const LodgerQueueOptions *options);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/queue a_queue_that_nobody_refers_to_ends_after_its_last_item
 * Since: 0.2
 */
LODGER_API LodgerQueue *lodger_queue_ref (LodgerQueue *queue);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. After the last one, the items that wait still run, and then the queue ends.
 *
 * Errors: none.
 * Test: unit/queue a_queue_that_nobody_refers_to_ends_after_its_last_item
 * Since: 0.2
 */
LODGER_API void lodger_queue_unref (LodgerQueue *queue);

/**
 * Runs @p func in the queue's caller, after the items before it.
 *
 * Any thread. Does not block, unless the queue or its caller is full. The first call makes the queue's pending
 * (lodger_queue_get_pending()). @p func may answer later. Its failure is logged.
 *
 * @return 0, or a negative code. The data is consumed, also by a refusal.
 * Errors: LODGER_EINVAL (NULL @p queue or @p func, wrong options, a scope), LODGER_ESHUTDOWN (the queue has ended, or
 * its caller is stopping), LODGER_ECANCELED (its scope has ended, or the submitter's own call was cancelled while it
 * waited for room), LODGER_ENOMEM (no memory), LODGER_EAGAIN (it is full, and refuses, or this thread may not block),
 * LODGER_EDEADLK (it is full, and the wait could never end), LODGER_ECHILD (a forked child).
 * Test: unit/queue edge_28_items_run_one_at_a_time_in_order
 * Since: 0.2
 */
LODGER_API int lodger_queue_call_full (LodgerQueue *queue, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                                       const LodgerQueueItemOptions *options);

/**
 * Runs lodger_queue_call_full() with defaults.
 *
 * In C and C++ it also records file and line.
 *
 * Errors: as lodger_queue_call_full().
 * Test: unit/queue edge_28_items_run_one_at_a_time_in_order
 * Since: 0.2
 */
LODGER_API int lodger_queue_call (LodgerQueue *queue, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy);

/**
 * lodger_queue_call_full() of a spawned call (fiber.h): an item that may wait without keeping its thread.
 *
 * The next item waits until this one is done, also while it is suspended.
 *
 * @return 0, or a negative code. The data is consumed, also by a refusal.
 * Errors: as lodger_queue_call_full().
 * Test: unit/fiber a_spawned_item_keeps_its_queue_while_it_waits
 * Since: 0.2
 */
LODGER_API int lodger_queue_spawn_full (LodgerQueue *queue, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                                        const LodgerQueueItemOptions *options);

/**
 * Runs lodger_queue_spawn_full() with defaults.
 *
 * In C and C++ it also records file and line.
 *
 * Errors: as lodger_queue_call_full().
 * Test: unit/fiber a_spawned_item_keeps_its_queue_while_it_waits
 * Since: 0.2
 */
LODGER_API int lodger_queue_spawn (LodgerQueue *queue, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy);

/**
 * Ends the queue: the items that wait are dropped, and the one that runs is cancelled.
 *
 * Any thread; does not block. The data of the items goes in the caller's thread. It is the cancel of the queue's
 * pending.
 *
 * @param message Optional. It is copied. It is the cancel message.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/queue edge_29_a_close_drops_what_waits_and_cancels_what_runs
 * Since: 0.2
 */
LODGER_API void lodger_queue_close (LodgerQueue *queue, const char *message);

/**
 * Returns the queue's pending, borrowed: it is done when the queue has ended.
 *
 * Any thread; does not block. It lives as long as a reference to the queue. Managers track it, groups do not.
 *
 * @return the pending; NULL before the first call, and for NULL.
 * Errors: none.
 * Test: unit/queue edge_31_the_cancel_of_the_pending_ends_the_queue
 * Since: 0.2
 */
LODGER_API LodgerPending *lodger_queue_get_pending (LodgerQueue *queue);

/* ---- queues that are found by a key ------------------------------------------------------------------------------ */

/**
 * Finds the queue that @p caller has for @p key, or makes it.
 *
 * Any thread; does not block. A caller has one queue for a key. It is forgotten when it ends: with a close, with its
 * scope, with its caller, and when it is empty and nobody refers to it. The next use of the key then makes another one,
 * which waits for nothing that the earlier one has left. The reference keeps an empty queue.
 *
 * @param key any address that stands for something of the program: a document, a static variable. It is not read.
 * @param options Optional. They are looked at when the queue is made; a scope has to be that of the queue.
 * @return a new reference, or NULL.
 * Errors: as lodger_queue_new(), LODGER_EINVAL (NULL @p key), LODGER_EMISMATCH (the queue has another scope, or none).
 * Test: unit/queue-keyed a_reference_keeps_the_queue_of_a_key
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerQueue *lodger_queue_open (LodgerCaller *caller, const void *key,
                                                        const LodgerQueueOptions *options);

/**
 * Finds the queue that @p caller has for @p key.
 *
 * Any thread; does not block. The reference keeps an empty queue.
 *
 * @return a new reference; NULL if there is none.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/queue-keyed a_queue_with_a_key_is_gone_when_it_is_empty
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerQueue *lodger_queue_find (LodgerCaller *caller, const void *key);

/**
 * Runs @p func in the queue that @p caller has for @p key, which is made if there is none.
 *
 * It is lodger_queue_open() and lodger_queue_call_full(). All calls with one key run one at a time. The data is
 * consumed, also by a refusal.
 *
 * @param options Optional. NULL means all defaults.
 * @return 0, or a negative code.
 * Errors: as lodger_queue_call_full(), LODGER_EINVAL (NULL @p caller or @p key), LODGER_EMISMATCH (the queue has
 * another scope, or none).
 * Test: unit/queue-keyed calls_of_one_key_run_one_at_a_time_in_order
 * Since: 0.2
 */
LODGER_API int lodger_queue_call_keyed_full (LodgerCaller *caller, const void *key, LodgerCallFunc func, void *data,
                                             LodgerDestroyFunc destroy, const LodgerQueueItemOptions *options);

/**
 * Runs lodger_queue_call_keyed_full() with defaults.
 *
 * In C and C++ it also records file and line.
 *
 * Errors: as lodger_queue_call_keyed_full().
 * Test: unit/queue-keyed calls_of_one_key_run_one_at_a_time_in_order
 * Since: 0.2
 */
LODGER_API int lodger_queue_call_keyed (LodgerCaller *caller, const void *key, LodgerCallFunc func, void *data,
                                        LodgerDestroyFunc destroy);

/**
 * Ends the queue that @p caller has for @p key, as lodger_queue_close() does.
 *
 * Any thread; does not block. A call that comes later with the same key has another queue, and runs at once: also while
 * the item that is cancelled here still cleans up.
 *
 * @param message Optional. It is copied. It is the cancel message.
 * @return true; false if there is none.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/queue-keyed edge_34_a_key_that_was_closed_has_a_new_queue_at_once
 * Since: 0.2
 */
LODGER_API bool lodger_queue_close_keyed (LodgerCaller *caller, const void *key, const char *message);

LODGER_END_DECLS

#ifndef LODGER_NO_CALL_SITES

#define lodger_queue_call(queue, func, data, destroy)                                                                  \
  lodger_queue_call_full (queue, func, data, destroy, LODGER_PLACE (LodgerQueueItemOptions))
#define lodger_queue_spawn(queue, func, data, destroy)                                                                 \
  lodger_queue_spawn_full (queue, func, data, destroy, LODGER_PLACE (LodgerQueueItemOptions))
#define lodger_queue_call_keyed(caller, key, func, data, destroy)                                                      \
  lodger_queue_call_keyed_full (caller, key, func, data, destroy, LODGER_PLACE (LodgerQueueItemOptions))

#endif

#endif
