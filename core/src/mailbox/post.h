/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From any thread to the owner: items go into the inbox, and the host is asked to call the owner back. */
#ifndef LODGER_POST_H
#define LODGER_POST_H

#include "mailbox/item.h"
#include "parts.h"

int lodger__mailbox_init (LodgerCaller *caller);
void lodger__mailbox_clear (LodgerCaller *caller);

/* ---- any thread ---- */

/* Puts an item in and gets the owner called back. The caller has to live until this returns, also if the item was what
 * held it. */
void lodger__push (LodgerCaller *caller, LodgerItem *item);
/* The same, but in a closed inbox: false, and the item stays this thread's. The other drops it here. */
bool lodger__try_push (LodgerCaller *caller, LodgerItem *item);
/* The same, for one who has a lock: *ret_wakes says that he has to call lodger__host_post() without it. */
bool lodger__push_locked (LodgerCaller *caller, LodgerItem *item, bool *ret_wakes);
/* Has the owner look round, without an item. */
void lodger__poke (LodgerCaller *caller);
/* After a push or a claim said so: has the node called back. */
void lodger__host_post (LodgerCaller *caller);

/* ---- owner, or whoever ends the caller ---- */

/* Last of all: closes the inbox, and drops what is in it, here. */
void lodger__mailbox_close (LodgerCaller *caller);

/* ---- owner ---- */

/* The same if there is need. */
void lodger__host_post_ahead (LodgerCaller *caller);
/* It serves without its host, and a post wakes its parker instead. */
void lodger__serve_alone (LodgerCaller *caller, bool on);
bool lodger__is_serving_alone (const LodgerCaller *caller);
/* Where it sleeps then. Any thread: whoever ends the caller signals it. */
LodgerParker *lodger__mailbox_parker (LodgerCaller *caller);

/* ---- the host ---- */

/* Which host it will be, before it is in a thread; then its state is made: 0, or the driver's code. */
void lodger__host_choose (LodgerCaller *caller, const LodgerHostDriver *driver, const void *options);
int lodger__host_open (LodgerCaller *caller, const void *options);
/* Any thread: is it this one? */
bool lodger__host_is (const LodgerCaller *caller, const LodgerHostDriver *driver, const void *identity);
const void *lodger__host_identify (const LodgerHostDriver *driver, const void *options);
/* Owner, at its start: it makes what only the owner may take away. 0, or the host's code: then there is nothing. */
int lodger__host_attach (LodgerCaller *caller);
/* Owner: its operations may be called from here on. */
void lodger__host_begin (LodgerCaller *caller);
/* Owner, or whoever ends a caller that is not attached: no more. `detach` is called once, if `attach` has succeeded and the
 * host has not closed. */
void lodger__host_detach (LodgerCaller *caller);
/* Any thread, from the host: it has closed by itself. False: that was known. */
bool lodger__host_close (LodgerCaller *caller);
/* The host's node is the core's again. */
LodgerCaller *lodger__host_take_node (LodgerHostNode *node);
LodgerCaller *lodger__host_caller (LodgerHost *host);
LodgerHost *lodger__host_of (LodgerCaller *caller);

/* Any thread: NULL while there is none. */
static inline const LodgerHostOps *
lodger__host_ops (const LodgerCaller *caller)
{
  return atomic_load_explicit (&caller->mailbox.host.ops, memory_order_acquire);
}

static inline bool
lodger__host_is_attached (const LodgerCaller *caller)
{
  return atomic_load (&caller->mailbox.host.attached);
}

/* Once there are operations. */
static inline void *
lodger__host_impl (const LodgerCaller *caller)
{
  return caller->mailbox.host.impl;
}

static inline LodgerInbox *
lodger__inbox (LodgerCaller *caller)
{
  return &caller->mailbox.inbox;
}

/* Owner: the inbox has an item. */
static inline bool
lodger__mailbox_is_ready (const LodgerCaller *caller)
{
  return lodger__inbox_is_ready (&caller->mailbox.inbox);
}

/* The time that the host tells, or the system's. */
int64_t lodger__host_now (const LodgerCaller *caller);

#endif
