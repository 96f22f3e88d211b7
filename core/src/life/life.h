/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* References to a caller, its mutex, what it is, and the one guard of public functions. */
#ifndef LODGER_LIFE_H
#define LODGER_LIFE_H

#include "base/fork.h"
#include "base/log.h"
#include "parts.h"

#include <lodger/caller.h>

/* For `life_init`: what the caller will be. */
typedef struct LodgerBirth
{
  const LodgerLifeOps *ops;
  LodgerCaller *parent; /* NULL: it is a root */
  char *name;           /* given */
  LodgerPending *started, *stopping, *stopped;
  bool is_driven, is_main, is_protected, is_hidden;
} LodgerBirth;

void lodger__life_init (LodgerCaller *caller, const LodgerBirth *birth);
/* Frees the name and lets go of the parent. */
void lodger__life_clear (LodgerCaller *caller);
/* Once, before others know the caller. */
void lodger__life_set_number (LodgerCaller *caller, uint64_t number);
/* Owner, before it refuses anything because of that: it could not start. The error is consumed. */
void lodger__life_fail (LodgerCaller *caller, LodgerError *error);
/* Any thread: why it could not start, borrowed; or NULL. */
LodgerError *lodger__start_error (const LodgerCaller *caller);
/* A user's reference to a caller whose last reference may be just going; or NULL. Under the mutex of the list or table that
 * the caller was found in, and which it leaves when it ends. */
LodgerCaller *lodger__life_try_ref (LodgerCaller *caller);
/* The same, not a user's: letting go of it never stops the caller. */
bool lodger__life_try_hold (LodgerCaller *caller);

/* Any thread: keep the memory, and let go of it. */
void lodger__hold (LodgerCaller *caller);
void lodger__release (LodgerCaller *caller);
/* From its start until it is out of its thread the caller holds itself. The latter may be called twice at once. */
void lodger__hold_itself (LodgerCaller *caller);
void lodger__let_itself_go (LodgerCaller *caller);
bool lodger__holds_itself (const LodgerCaller *caller);

static inline void
lodger__caller_lock (LodgerCaller *caller)
{
  lodger__lock (&caller->life.lock);
}

static inline void
lodger__caller_unlock (LodgerCaller *caller)
{
  lodger__unlock (&caller->life.lock);
}

static inline const char *
lodger__name (const LodgerCaller *caller)
{
  return caller->id.name;
}

static inline LodgerCaller *
lodger__root (const LodgerCaller *caller)
{
  return caller->id.root;
}

/* Borrowed, or NULL. */
static inline LodgerCaller *
lodger__parent (const LodgerCaller *caller)
{
  return caller->id.parent;
}

/* Lodger runs this thread's loop. */
static inline bool
lodger__is_driven (const LodgerCaller *caller)
{
  return caller->id.is_driven;
}

static inline bool
lodger__is_main (const LodgerCaller *caller)
{
  return caller->id.is_main;
}

/* Left out of the trace, the dump and the stall watch. */
static inline bool
lodger__is_hidden (const LodgerCaller *caller)
{
  return caller->id.is_hidden;
}

/* This process is a forked child, and the caller its parent's. */
static inline bool
lodger__is_before_fork (const LodgerCaller *caller)
{
  return caller->id.generation != lodger__generation_now ();
}

/* ---- the guard ---- */

/* 0; LODGER_EINVAL for NULL; LODGER_ECHILD for a caller of before the fork. Logs what is not 0 in the function's name. */
int lodger__caller_check (const LodgerCaller *caller, const char *function);

#define lodger__guard_caller(caller, answer) lodger__guard (lodger__caller_check ((caller), __func__), answer)

extern const char lodger__before_fork_message[];

#endif
