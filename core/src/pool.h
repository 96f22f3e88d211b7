/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pool, as the rooms outside of it see it: a root caller's, whose workers serve the whole tree. */
#ifndef LODGER_POOL_H
#define LODGER_POOL_H

#include "caller-private.h"

/* ---- pool.c ---- */

/* Owner, a worker: the next call of the pool. Without one it searches from here on, if it says so: then it has to come
 * back with `searches` false. */
LodgerItem *lodger__pool_take (LodgerCaller *worker, bool searches);
bool lodger__pool_has_calls (const LodgerCaller *worker);
/* Owner, a worker: its call has returned. Locked: whom it tells is known from here on. */
void lodger__pool_rest (LodgerCaller *worker, LodgerPending *pending);
bool lodger__pool_is_ready (const LodgerCaller *worker);
/* Owner, a worker: it stops. */
void lodger__pool_quit (LodgerCaller *worker);
/* Owner, a worker: something of its own inbox is going to run. */
void lodger__pool_engage (LodgerCaller *worker);
/* Owner, a worker: when it will have been idle for too long, if it is idle; and when that is now, it stops. */
int64_t lodger__pool_idle_until (const LodgerCaller *worker);
void lodger__pool_expire (LodgerCaller *worker);
/* A worker's own thread, in its call: it blocks, and goes on. */
void lodger__pool_block (LodgerCaller *worker);
void lodger__pool_unblock (LodgerCaller *worker);
/* Any thread: a worker is left behind. */
void lodger__pool_forget (LodgerCaller *worker);
/* Any thread, the root: refuse from now on. */
void lodger__pool_close (LodgerCaller *root);
/* Owner, the root, after that: what is queued still, one by one. */
LodgerItem *lodger__pool_pop (LodgerCaller *root);
bool lodger__pool_is_empty (const LodgerCaller *root);
unsigned lodger__pool_worker_count (LodgerCaller *root);
/* Owner, the root: what was submitted before the start may run. */
void lodger__pool_start (LodgerCaller *root);
/* Locked: no worker has taken it yet. */
bool lodger__pool_is_queued (const LodgerPending *pending);
/* Every worker has a thread, and there can be no more; or a thread of its own was refused. */
bool lodger__pool_is_full (LodgerCaller *root, unsigned *ret_workers);
/* A worker's thread: it could not start, and the calls that waited for it may have nobody else. */
void lodger__pool_worker_failed (LodgerCaller *worker);
/* A worker's thread, as it ends: its root may be blocked just now, and somebody wait for its place. */
void lodger__pool_worker_gone (LodgerCaller *worker);
void lodger__pool_free (LodgerPool *pool);

/* ---- given.c: what a child has given to the root's pool ---- */

LodgerPending *lodger__given_new (LodgerCaller *giver, void *data, LodgerDestroyFunc destroy,
                                  const LodgerCallOptions *options);
/* Owner, of a giver that stops. */
void lodger__given_cancel (LodgerCaller *giver);
void lodger__given_abandon (LodgerCaller *giver);

#endif
