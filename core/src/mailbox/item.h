/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller can do with an item that it was given. To add a kind of item, write its operations; nothing else here
 * or in the wings above has to know it. */
#ifndef LODGER_ITEM_H
#define LODGER_ITEM_H

#include "mailbox/inbox.h"

#include <string.h>

/* Who would have to act for a call to end: what a wait for it hangs on. Zeroed: nobody in particular. */
typedef struct LodgerBlockedOn
{
  const LodgerCaller *caller; /* the thread of this caller */
  uint64_t fiber;             /* and the fiber with this serial; 0: none */
  const LodgerCaller *crew;   /* or any one of the threads of this root's pool */
  unsigned crew_size;         /* how many they are, if they can be no more; 0: more may come */
  LodgerPending *next;        /* and then another pending, a new reference */
  LodgerPending **all;        /* and each of these, new references, in memory of malloc(); NULL: none */
  size_t all_count;
  LodgerPending **any; /* or any one of these, in the same way */
  size_t any_count;
} LodgerBlockedOn;

struct LodgerItemOps
{
  /* Owner's turn: run it, or see to its end if it was cancelled meanwhile. */
  void (*run) (LodgerCaller *caller, LodgerItem *item);
  /* It will never run: cancel it and destroy its data, in this thread. */
  void (*drop) (LodgerCaller *caller, LodgerItem *item);
  /* It runs a call, which has ended the owner's thread instead of returning: settle the call, and do what `run` has
   * still to do. In that thread. NULL: it runs no call. */
  void (*exited) (LodgerCaller *caller, LodgerItem *item);

  /* The others are for items that are pendings. */

  /* It was cancelled before it started: make it reach its caller, which destroys its data. No lock is held. NULL: it is
   * on its way. */
  void (*withdraw) (LodgerPending *pending);
  /* Any thread, no lock: it may go to its thread now. NULL: there is no gate for this kind. */
  void (*deliver) (LodgerPending *pending);
  /* Owner, locked: its function has returned, and its outcome is about to be published. NULL: nothing to do. */
  void (*returned) (LodgerCaller *caller, LodgerPending *pending);
  /* It had returned unfinished, and is done now. Any thread, no lock. Never NULL in a call. */
  void (*ended) (LodgerPending *pending);
  /* Locked, not done: who would have to act. NULL: nobody in particular. */
  void (*blocked_on) (LodgerPending *pending, LodgerBlockedOn *ret_blocked);
  unsigned slab_class;
  /* `run` copies what is in it before it runs user code: the inbox may keep its memory until then. */
  bool may_stay;
  unsigned function_at; /* where in the item the address of the user's function is; 0: it has none */
};

/* The user's function, to be compared with another one's; 0: it has none. */
static inline uintptr_t
lodger__item_function (const LodgerItem *item)
{
  uintptr_t function = 0;
  if (item->ops->function_at > 0)
    memcpy (&function, (const char *) item + item->ops->function_at, sizeof function);
  return function;
}

#endif
