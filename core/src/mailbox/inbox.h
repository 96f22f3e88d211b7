/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inbox: any thread puts items in, the owner takes them out in order. The only file with wake-up atomics. */
#ifndef LODGER_INBOX_H
#define LODGER_INBOX_H

#include <lodger/types.h>
#include <stdalign.h>
#include <stdatomic.h>

typedef struct LodgerItem LodgerItem;
typedef struct LodgerItemOps LodgerItemOps;

struct LodgerItem
{
  _Atomic (LodgerItem *) next;
  const LodgerItemOps *ops;
};

typedef enum LodgerInboxSignal
{
  LODGER_INBOX_IDLE,   /* whoever pushes next must get the owner called back */
  LODGER_INBOX_POSTED, /* the owner is going to look: the host has the node, or the owner is about to look again */
  LODGER_INBOX_CLOSED, /* the last look: whoever closes it takes out what is in it */
} LodgerInboxSignal;

typedef struct LodgerInbox
{
  alignas (64) _Atomic (LodgerItem *) tail;
  _Atomic (int) signal;
  alignas (64) LodgerItem *head; /* the oldest one, or what is left of the one before it: `hollow` */
  const LodgerItem *hollow;      /* the anchor, or an item that was taken where it is: it has only a link */
  bool has_anchor;               /* the anchor is in the queue */
  LodgerItem anchor;
  LodgerItem end; /* the last one of a closed inbox */
} LodgerInbox;

typedef enum LodgerPush
{
  LODGER_PUSH_QUIET,  /* the owner is going to see it */
  LODGER_PUSH_WAKE,   /* this thread has to get the owner called back, now */
  LODGER_PUSH_LAST,   /* it is being closed, and whoever does that may wait for this item: he is to be woken */
  LODGER_PUSH_CLOSED, /* the inbox is closed, and the item not in it */
} LodgerPush;

void lodger__inbox_init (LodgerInbox *inbox);
/* Nobody pushes any more, and it is empty. */
void lodger__inbox_clear (LodgerInbox *inbox);

/* Any thread. */
LodgerPush lodger__inbox_push (LodgerInbox *inbox, LodgerItem *item);
/* Any thread: "somebody is going to look". True if this call made it so, and so has to see to it. */
bool lodger__inbox_claim (LodgerInbox *inbox);

/* Any thread: it looks as if there were an item. Only the owner can know. */
bool lodger__inbox_seems_ready (const LodgerInbox *inbox);

/* Owner: from here on a push asks for a call-back again. To be called before looking, never after. */
void lodger__inbox_look (LodgerInbox *inbox);
/* Owner: the oldest item, or NULL when there is none to be seen. */
LodgerItem *lodger__inbox_pop (LodgerInbox *inbox);
/* Owner: the same. A last item whose operations allow it is taken where it is: its memory stays the inbox's. */
LodgerItem *lodger__inbox_take_last (LodgerInbox *inbox, bool *ret_stays);
static inline LodgerItem *
lodger__inbox_take (LodgerInbox *inbox, bool *ret_stays)
{
  LodgerItem *head = inbox->head;
  LodgerItem *next = atomic_load_explicit (&head->next, memory_order_acquire);
  *ret_stays = false;
  if (next == NULL || head == inbox->hollow)
    return lodger__inbox_take_last (inbox, ret_stays);
  inbox->head = next;
  return head;
}
/* Owner: the item that was taken out last had another one behind it. */
static inline bool
lodger__inbox_has_more (const LodgerInbox *inbox)
{
  return inbox->head != inbox->hollow;
}
/* Owner: the item that is the next to be taken out, if another one is behind it; or NULL. */
static inline LodgerItem *
lodger__inbox_peek (const LodgerInbox *inbox)
{
  LodgerItem *head = inbox->head;
  return head != inbox->hollow && atomic_load_explicit (&head->next, memory_order_acquire) != NULL ? head : NULL;
}
/* Owner: whether a pop would give one. Whoever has called `look`, and is told no, may sleep: no push that the owner has
 * not seen goes without a wake-up. A pop alone says nothing of that. */
bool lodger__inbox_is_ready (const LodgerInbox *inbox);
/* Owner: marks the end of what is there now; NULL when nothing is. */
const LodgerItem *lodger__inbox_mark (const LodgerInbox *inbox);
/* Owner: whether all up to a mark that no popped item was has been popped. */
bool lodger__inbox_passed (const LodgerInbox *inbox, const LodgerItem *mark);
/* Owner, last of all: pushes are answered with CLOSED from here on. What is in it has to be popped until it is empty: a pop
 * that gives nothing before has met a producer in a gap, whose push is going to be answered with LAST. */
void lodger__inbox_close (LodgerInbox *inbox);
bool lodger__inbox_is_empty (const LodgerInbox *inbox);

#endif
