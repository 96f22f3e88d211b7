/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pool, as the files outside of it see it: a root caller's, whose workers serve the whole tree. */
#ifndef LODGER_POOL_H
#define LODGER_POOL_H

#include "parts.h"
#include "pending/pending.h"

void lodger__pool_init (LodgerCaller *caller, unsigned max_workers, unsigned max_threads, LodgerWorkerSpawn spawn);
void lodger__pool_clear (LodgerCaller *caller);
/* It is a worker from here on; false without memory. */
bool lodger__worker_init (LodgerCaller *caller);
bool lodger__is_worker (const LodgerCaller *caller);

/* How a worker takes part in its turn, and how all callers take part in a stop. */
extern const LodgerTurnSource lodger__worker_source;
extern const LodgerCrew lodger__worker_crew;
extern const LodgerStopParticipant lodger__pool_participant, lodger__worker_participant,
    lodger__child_calls_participant;

/* Any thread: a call for the pool of its root. */
LodgerPending *lodger__pool_submit (const char *function, LodgerCaller *caller, const LodgerWork *work,
                                    const LodgerCallOptions *options);
/* Owner, the root: what was submitted before the start may run. */
void lodger__pool_start (LodgerCaller *root);
unsigned lodger__pool_worker_count (const LodgerCaller *root);
/* Any thread: how many workers of its root may be idle. */
unsigned lodger__pool_idle_limit (const LodgerCaller *caller);
/* Any thread: the pool, if the root has one, and the calls that wait there, a line each. */
void lodger__pool_write (const LodgerCaller *root, LodgerText *text);

/* Whoever made it: its thread could not be started. */
void lodger__worker_never_came (LodgerCaller *worker);
/* A worker's thread: it could not start, and the calls that waited for it may have nobody else. */
void lodger__worker_failed (LodgerCaller *worker);
/* A worker's thread, as it ends: its root may be blocked just now, and somebody wait for its place. */
void lodger__worker_gone (LodgerCaller *worker);

#endif
