/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a call carries with it: its context, and those who track it. */
#ifndef LODGER_CARRY_H
#define LODGER_CARRY_H

#include "base/context.h"
#include "pending/pending.h"

/* Kinds of trackers. */
enum
{
  LODGER_TRACKED_GROUPS = 1 << 0,
  LODGER_TRACKED_MANAGERS = 1 << 1
};

/* For options: the call has the context with its trackers, which do not know the call: it is a part of another one that
 * they know. */
#define LODGER_TRACK_LENT ((LodgerTracking) -1)

/* Whoever submits, before the call is shared: it has the options' context, or the current one, with the trackers that
 * the options say. False without memory. */
bool lodger__carry_set (LodgerPending *pending, const LodgerCallOptions *options);
/* The same of a promise, which has none unless its trackers are named. */
bool lodger__carry_set_promise (LodgerPending *promise, const LodgerPendingOptions *options);
/* Not shared yet, submitted without one: it has that context, and its trackers do not know the call. False without
 * memory. */
bool lodger__carry_lend (LodgerPending *pending, LodgerContext *context);
/* What joins its tracker once the call has been accepted. It lives as long as the call. */
typedef struct LodgerJoiner LodgerJoiner;
struct LodgerJoiner
{
  void (*join) (LodgerJoiner *joiner);
  LodgerJoiner *next;
};

/* A tracker that prepares for a call. */
void lodger__carry_add_joiner (LodgerPending *pending, LodgerJoiner *joiner);
/* Whoever submits, no lock, with a reference, once the call has been accepted. It may be running already, or done. */
void lodger__carry_join (LodgerPending *pending);

/* What was current around a call. */
typedef struct LodgerCarried
{
  LodgerContext *context;
  LodgerBracket *bracket;
} LodgerCarried;

/* A bracket with a context, which may be NULL: in it, values can be set that are gone after it. */
void lodger__bracket_enter (LodgerThread *thread, LodgerBracket *bracket, LodgerContext *context);
void lodger__bracket_leave (LodgerThread *thread, LodgerBracket *bracket);

/* The user's code of a call that runs elsewhere, or of none: in a context, and apart from what this thread is in. */
typedef struct LodgerAside
{
  LodgerCarried outer;
  LodgerBracket bracket;
  const char *no_wait; /* what it was before */
} LodgerAside;

void lodger__aside_enter (LodgerThread *thread, LodgerAside *aside, LodgerContext *context);
void lodger__aside_leave (LodgerThread *thread, LodgerAside *aside);

/* lodger_context_set() of a value that may track, in the name of a function. */
int lodger__context_set (const LodgerContextKey *key, void *value, LodgerDestroyFunc destroy,
                         const LodgerTrackerOps *tracker, const char *function);

/* Of a promise, or of a call whose thread this is: its context, or NULL. It lives until the call sets a value. */
LodgerContext *lodger__carry_context (LodgerPending *pending);
/* Any thread: a reference to it. */
LodgerContext *lodger__carry_hold (LodgerPending *pending);

/* Before the user's code of a call runs: its context is the current one. NULL: none is. */
static inline LodgerCarried
lodger__carry_enter (LodgerThread *thread, LodgerPending *pending)
{
  const LodgerCarried outer = { thread->context, thread->bracket };
  const bool carries = pending != NULL && (lodger__pending_state (pending) & P_CARRIES);
  thread->context = carries ? lodger__carry_context (pending) : NULL;
  thread->bracket = NULL;
  return outer;
}

/* It has returned, or ended its thread, without leaving its brackets. */
void lodger__brackets_abandon (LodgerThread *thread);

/* And afterwards. */
static inline void
lodger__carry_leave (LodgerThread *thread, LodgerCarried outer)
{
  if (thread->bracket != NULL)
    lodger__brackets_abandon (thread);
  thread->context = outer.context;
  thread->bracket = outer.bracket;
}

#endif
