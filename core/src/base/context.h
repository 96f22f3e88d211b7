/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contexts: which values there are, and which context is a thread's current one.
 *
 * Whoever makes a context current keeps it: a thread for itself, a bracket on the stack, or the call that runs. `context` of
 * the thread is borrowed from that one, so that a thread which ends inside a call has nothing to give back. */
#ifndef LODGER_CONTEXT_PRIVATE_H
#define LODGER_CONTEXT_PRIVATE_H

#include "base/thread.h"

#include <lodger/context.h>

/* A value that is told of the calls which are made in its context. */
typedef struct LodgerTrackerOps
{
  /* Not shared yet: the call is going to join (pending/carry.h). False without memory. */
  bool (*prepare) (void *value, LodgerPending *pending);
  unsigned kind; /* one of LODGER_TRACKED_… */
} LodgerTrackerOps;

/* It has no values. It stands for "none at all" in options, and is not referred to. */
extern LodgerContext *const lodger__no_context;

/* As lodger_context_new(), of a value that tracks if it has operations. */
LodgerContext *lodger__context_with (const LodgerContext *base, const LodgerContextKey *key, void *value,
                                     LodgerDestroyFunc destroy, const LodgerTrackerOps *tracker);
/* The context without the trackers that are of none of the kinds and have none of the keys (up to NULL; may be NULL); a
 * reference, or NULL if nothing is left. False without memory. */
bool lodger__context_narrow (LodgerContext *context, unsigned kinds, const LodgerContextKey *const *keys,
                             LodgerContext **ret_context);
/* The call, not shared yet, is going to have this context, which may be NULL: its trackers prepare for it. False without
 * memory. */
bool lodger__context_prepare (const LodgerContext *context, LodgerPending *pending);
/* The value, if it has these operations (NULL: it tracks nothing); or NULL. */
void *lodger__context_value (const LodgerContext *context, const LodgerContextKey *key,
                             const LodgerTrackerOps *tracker);

/* The place keeps the context, a reference, from now on, and it is the current one. Returns what the place has kept before:
 * a reference, or NULL. The destruction of its values may look at what is current. */
LodgerContext *lodger__context_swap (LodgerThread *thread, LodgerContext **place, LodgerContext *context);

/* This thread has left all its calls and brackets without a return. */
static inline void
lodger__context_leave_all (LodgerThread *thread)
{
  thread->bracket = NULL;
  thread->context = thread->own_context;
}

#endif
