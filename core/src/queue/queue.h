/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A queue: what waits in it, and who serves it. */
#ifndef LODGER_QUEUE_PRIVATE_H
#define LODGER_QUEUE_PRIVATE_H

#include "base/hash.h"
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
  const void *key;       /* NULL: it is not found by one */
  LodgerHashLink by_key; /* under the mutex of keyed.c */

  pthread_mutex_t mutex;                         /* up to the blank line */
  LodgerPending *pending;                        /* made by the first call */
  LodgerHeap waiting;                            /* items, the next one first */
  LodgerList by_age;                             /* the same */
  LodgerList dropped;                            /* items that the owner is to drop */
  LodgerContext *context;                        /* of its items: that of the first call; a reference */
  atomic_bool has_begun, is_closed, is_released; /* read without it, too */

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
/* 0, or what speaks against it: that is logged. */
int lodger__queue_check (const LodgerQueue *queue, const char *function, const LodgerQueueItemOptions *options);
/* The same for a new one, whose options are read. */
int lodger__queue_read (const LodgerCaller *caller, const LodgerQueueOptions *given, LodgerQueueOptions *ret_options,
                        const char *function);
/* NULL without memory. */
LodgerQueue *lodger__queue_new (LodgerCaller *caller, const LodgerQueueOptions *options, const char *function);
/* Whoever holds it: takes a reference, also if nobody else has one any more. False: it has ended, or is going to. */
bool lodger__queue_revive (LodgerQueue *queue);
/* The first call begins the queue, in its context. 0, or why it could not. */
int lodger__queue_start (LodgerQueue *queue);

/* ---- items.c ---- */

/* 0, or LODGER_EINVAL: that is logged. */
int lodger__queue_read_item (const LodgerQueueItemOptions *given, const LodgerWork *work,
                             LodgerQueueItemOptions *ret_options, const char *function);
/* 0, or a code: then the data stays the giver's. */
int lodger__queue_call (LodgerQueue *queue, const LodgerWork *work, const LodgerQueueItemOptions *options,
                        const char *function);

/* ---- keyed.c ---- */

/* Whoever has closed it, and holds it: its key finds it no more. */
void lodger__queue_forget (LodgerQueue *queue);

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
