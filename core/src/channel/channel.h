/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A channel: what waits in it, and who takes it out. */
#ifndef LODGER_CHANNEL_PRIVATE_H
#define LODGER_CHANNEL_PRIVATE_H

#include "call/admission.h"
#include "call/time-limit.h"
#include "pending/pending.h"
#include "wait/suspend.h"

#include <lodger/channel.h>

/* An item that waits. */
typedef struct LodgerChannelEntry
{
  LodgerLink link;
  void *item;
  void (*gone) (void *data); /* it waits no more; NULL: nobody has to know */
  void *gone_data;
  bool is_busy; /* another item is being merged into it: it stays, and so does all that is behind it */
} LodgerChannelEntry;

/* The delivery to a caller. All is the owner's, unless it says something else. */
typedef struct LodgerDelivery
{
  LodgerCaller *caller;   /* a reference; as the next, written once, under the channel's mutex, before it is there */
  LodgerPending *pending; /* a reference */
  LodgerBatchFunc func;
  LodgerWork user;         /* its data */
  const char *name, *file; /* of its pending */
  int line;
  LodgerScope *scope; /* a reference, or NULL */
  LodgerListener end_listener;

  LodgerItem pump;     /* to the owner: look at the channel */
  atomic_bool is_sent; /* the pump is on its way */
  atomic_bool is_back; /* the batch that ran is done */
  LodgerListener listener;
  LodgerPending *running;   /* the batch; written under the mutex; a reference */
  LodgerReply *reply;       /* of its pending */
  LodgerError *failure;     /* why it has left; a reference, or NULL */
  bool has_come, has_begun; /* its pending was given its turn; has run */
  uint64_t slice;           /* of the last batch */
  int64_t last;             /* when that began */
  bool has_delivered;
  LodgerTimeLimit *timer; /* until the next batch may come; NULL: it is not under way */
  atomic_bool is_time;    /* that time is over */
} LodgerDelivery;

typedef struct LodgerChannelReceiver
{
  LodgerWait wait; /* first */
  LodgerLink link;
  LodgerChannel *channel;
  void *item;
} LodgerChannelReceiver;

struct LodgerChannel
{
  atomic_uint refs;  /* users */
  atomic_uint holds; /* the memory: all of them, and what its delivery has */
  uint16_t generation;
  LodgerChannelOptions options;
  LodgerAdmission admission; /* with LODGER_CHANNEL_BLOCK */

  pthread_mutex_t mutex; /* up to the blank line */
  LodgerList waiting;    /* entries */
  size_t count;
  LodgerError *error;   /* of the close; a reference, or NULL; written once */
  bool is_closed;       /* by a producer */
  bool is_left;         /* by the consumer */
  uint64_t receiver;    /* serial of the thread that receives; 0: none */
  LodgerList receivers; /* that wait: a thread, or spawned calls of it */
  bool is_delivered;

  LodgerDelivery delivery;
};

extern const char lodger__channel_left_message[];
int lodger__channel_check (const LodgerChannel *channel, const char *function);
void lodger__channel_hold (LodgerChannel *channel);
/* It may be the last one, which destroys what waits. */
void lodger__channel_release (LodgerChannel *channel);
/* Under the mutex: the oldest, which waits no more; NULL: there is none that can be taken now. */
LodgerChannelEntry *lodger__channel_take (LodgerChannel *channel);
/* No lock: so many were taken, and there is room for others. */
void lodger__channel_taken (LodgerChannel *channel, size_t count);
/* Under the mutex: whoever takes items looks again. True: the owner has to be told, too, once it is unlocked. */
bool lodger__channel_wake (LodgerChannel *channel);
/* Under the mutex: nothing waits, and nothing comes. */
bool lodger__channel_is_over (const LodgerChannel *channel);
/* No lock. */
void lodger__channel_entry_free (LodgerChannelEntry *entry);
void lodger__channel_destroy_item (const LodgerChannel *channel, void *item);
/* Any thread: the consumer takes nothing more, and nothing more is accepted. False: that was so before. */
bool lodger__channel_end (LodgerChannel *channel);
/* Of one that was left: destroys at most so many of those that wait. True: more are left that can be. */
bool lodger__channel_drop (LodgerChannel *channel, size_t most);

/* ---- send.c ---- */

/* lodger_channel_send() in the name of another function. After 0, `gone` is called once in some thread, under no lock,
 * when the item waits no more, and runs no user code. */
int lodger__channel_send (LodgerChannel *channel, void *item, void (*gone) (void *data), void *data,
                          const char *function);

/* ---- batch.c ---- */

/* Its caller. False: nothing could be taken. */
bool lodger__channel_deliver_batch (LodgerCaller *caller, LodgerChannel *channel);
/* Its caller: the batch that ran is done. */
void lodger__channel_end_batch (LodgerChannel *channel);

/* ---- serve.c ---- */

/* Any thread, no lock, if it is delivered: the owner looks at the channel. */
void lodger__channel_pump (LodgerChannel *channel);
extern const LodgerItemOps lodger__channel_pump_ops;

#endif
