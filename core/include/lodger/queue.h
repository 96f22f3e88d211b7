/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file queue.h
 * LodgerQueue: calls of one caller that run one at a time, in order.
 *
 * A call of a queue begins only when the one before it is done, also if that is answered later (lodger_pending_defer()). So
 * a file, a connection or a document that is given to one queue needs no lock. An item that fails is logged; the next one
 * runs.
 *
 *     lodger_queue_call (queue, save, document, document_unref);
 *
 * A queue has one pending, which is there from its first call to its end. All items run in the context (context.h) of the
 * first call. The queue ends with lodger_queue_close(), with the cancel of its pending, with its scope, with the stop of its
 * caller, and when nobody refers to it any more and its last item has run.
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

LODGER_END_DECLS

#endif
