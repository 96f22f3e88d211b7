/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A queue: what waits in it, and who serves it. */
#ifndef LODGER_QUEUE_PRIVATE_H
#define LODGER_QUEUE_PRIVATE_H

#include "base/heap.h"
#include "call/admission.h"
#include "pending/pending.h"

#include <lodger/queue.h>

struct LodgerQueue
{
  atomic_uint refs;  /* users */
  atomic_uint holds; /* the memory: all of them, items, tokens, its pending */
  uint16_t generation;
  LodgerCaller *caller; /* a reference */
  LodgerQueueOptions options;
  LodgerAdmission admission;

  pthread_mutex_t mutex;  /* up to the blank line */
  LodgerPending *pending; /* made by the first call */
  LodgerHeap waiting;     /* items, the next one first */
  LodgerList by_age;      /* the same */
  LodgerList dropped;     /* items that the owner is to drop */
  LodgerContext *context; /* of its items: that of the first call; a reference */
  bool has_begun, is_closed, is_released;

  LodgerItem pump;     /* to the owner: look at the queue */
  atomic_bool is_sent; /* the pump is on its way */
  atomic_bool is_back; /* the item that ran is done */
  LodgerListener listener, end_listener;

  LodgerPending *running; /* owner, as the next; written under the mutex; a reference */
  unsigned owed;          /* tokens that came while it could run nothing */
  LodgerReply *reply;     /* of its pending */
};

/* An item of a queue. For each there is a token in the caller's inbox, so that a queue keeps the order in which its thread
 * was given everything; which item a token runs is the queue's order. */
typedef struct LodgerQueueItem
{
  LodgerPending pending; /* first */
  LodgerHeapLink order;
  LodgerLink age; /* or among the dropped ones */
  LodgerQueue *queue;
} LodgerQueueItem;

void lodger__queue_hold (LodgerQueue *queue);
void lodger__queue_release (LodgerQueue *queue);

/* ---- serve.c ---- */

extern const LodgerItemOps lodger__queue_item_ops;
extern const LodgerItemOps lodger__queue_pump_ops;
/* NULL without memory. It holds the queue. */
LodgerItem *lodger__queue_token_new (LodgerQueue *queue);
void lodger__queue_token_free (LodgerItem *token);
/* Any thread: the owner looks at the queue. */
void lodger__queue_pump (LodgerQueue *queue);
/* Its pending's function. */
void lodger__queue_begin (LodgerPending *self, void *queue);
/* Any thread, from a cancel: nothing is accepted any more; what runs is cancelled, and what waits is dropped. */
void lodger__queue_end (LodgerQueue *queue, const char *message);

#endif
