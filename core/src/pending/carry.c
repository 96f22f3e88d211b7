/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pending/carry.h"

#include "base/context.h"
#include "base/log.h"
#include "base/slab.h"
#include "pending/extras.h"

#include <assert.h>

/* The context that a call carries from its submission to its thread. It is an extra of the call, made at submission if
 * there are values, or by the call itself when it sets its first one. Only the thread that runs the call changes it,
 * under the lock: whoever cancels the call may just look.
 *
 * It is the first of the extras as long as the call lives: others are added behind it. So it is found without the lock
 * by whoever has seen P_CARRIES, which is set once it is there. */

typedef struct Carry
{
  LodgerExtra extra;      /* first */
  LodgerContext *context; /* a reference, or NULL */
  LodgerJoiner *joiners;  /* not changed once the call is shared */
} Carry;

static_assert (sizeof (Carry) <= 64, "a carry is a small piece of the slab");

static void
carry_free (LodgerExtra *extra)
{
  lodger_context_unref (((Carry *) extra)->context);
  lodger__slab_free (LODGER_SLAB_SMALL, extra);
}

LODGER_EXTRA_KIND (carry_kind, carry_free, NULL);

static Carry *
carry_of (const LodgerPending *pending)
{
  return lodger__pending_state (pending) & P_CARRIES ? (Carry *) pending->extras : NULL;
}

/* Locked, or not shared yet. NULL without memory. */
static Carry *
need (LodgerPending *pending)
{
  Carry *carry = carry_of (pending);
  if (carry == NULL && (carry = lodger__slab_new (LODGER_SLAB_SMALL)) != NULL)
    {
      *carry = (Carry) { .extra = { .kind = &carry_kind, .next = pending->extras } };
      pending->extras = &carry->extra;
      lodger__pending_add_state (pending, P_CARRIES);
    }
  return carry;
}

static unsigned
tracked_kinds (LodgerTracking tracking, unsigned usual)
{
  switch (tracking)
    {
    case LODGER_TRACK_ALL: return LODGER_TRACKED_GROUPS | LODGER_TRACKED_MANAGERS;
    case LODGER_TRACK_GROUPS: return LODGER_TRACKED_GROUPS;
    case LODGER_TRACK_MANAGERS: return LODGER_TRACKED_MANAGERS;
    case LODGER_TRACK_NONE:
    case LODGER_TRACK_NAMED: return 0;
    case LODGER_TRACK_DEFAULT: break;
    }
  return usual;
}

/* Not shared yet: a part of that context. */
static bool
set (LodgerPending *pending, LodgerContext *context, unsigned kinds, const LodgerContextKey *const *keys)
{
  Carry *carry;
  if (context == NULL || context == lodger__no_context)
    return true;
  carry = need (pending);
  return carry != NULL && lodger__context_narrow (context, kinds, keys, &carry->context)
         && lodger__context_prepare (carry->context, pending);
}

bool
lodger__carry_set (LodgerPending *pending, const LodgerCallOptions *options)
{
  LodgerContext *context = lodger_context_current ();
  LodgerTracking tracking = options != NULL ? options->trackers : LODGER_TRACK_DEFAULT;
  if (options != NULL && options->context != NULL)
    context = options->context;
  if (tracking == LODGER_TRACK_LENT)
    return context == lodger__no_context || lodger__carry_lend (pending, context);
  return set (pending, context, tracked_kinds (tracking, LODGER_TRACKED_GROUPS | LODGER_TRACKED_MANAGERS),
              tracking == LODGER_TRACK_NAMED ? options->tracked_by : NULL);
}

bool
lodger__carry_set_promise (LodgerPending *promise, const LodgerPendingOptions *options)
{
  const LodgerTracking tracking = options->trackers;
  return tracking == LODGER_TRACK_DEFAULT || tracking == LODGER_TRACK_NONE
         || set (promise, lodger_context_current (), tracked_kinds (tracking, 0),
                 tracking == LODGER_TRACK_NAMED ? options->tracked_by : NULL);
}

bool
lodger__carry_lend (LodgerPending *pending, LodgerContext *context)
{
  Carry *carry;
  if (context == NULL)
    return true;
  carry = need (pending);
  if (carry == NULL)
    return false;
  carry->context = lodger_context_ref (context);
  return true;
}

void
lodger__carry_add_joiner (LodgerPending *pending, LodgerJoiner *joiner)
{
  LodgerJoiner **at;
  for (at = &carry_of (pending)->joiners; *at != NULL; at = &(*at)->next)
    ;
  *at = joiner;
}

void
lodger__carry_join (LodgerPending *pending)
{
  const Carry *carry = carry_of (pending);
  for (LodgerJoiner *joiner = carry != NULL ? carry->joiners : NULL; joiner != NULL; joiner = joiner->next)
    joiner->join (joiner);
}

/* ---- what is current --------------------------------------------------------------------------------------------- */

LodgerContext *
lodger__carry_context (LodgerPending *pending)
{
  const Carry *carry = carry_of (pending);
  return carry != NULL ? carry->context : NULL;
}

LodgerContext *
lodger__carry_hold (LodgerPending *pending)
{
  const Carry *carry = carry_of (pending);
  LodgerContext *context;
  if (carry == NULL)
    return NULL;
  lodger__pending_lock (pending);
  context = lodger_context_ref (carry->context);
  lodger__pending_unlock (pending);
  return context;
}

void
lodger__brackets_abandon (LodgerThread *thread)
{
  LodgerBracket *bracket;
  while ((bracket = thread->bracket) != NULL)
    bracket->ops->is_left (bracket);
}

void
lodger__bracket_enter (LodgerThread *thread, LodgerBracket *bracket, LodgerContext *context)
{
  bracket->outer = thread->bracket;
  bracket->context = thread->context = lodger_context_ref (context);
  bracket->link = (LodgerLink) { NULL, NULL, NULL };
  if (bracket->ops != NULL)
    lodger__list_append (&thread->brackets, &bracket->link);
  thread->bracket = bracket;
}

/* The context that is current around it. */
static LodgerContext *
context_around (LodgerThread *thread, const LodgerBracket *bracket)
{
  if (bracket->outer != NULL)
    return bracket->outer->context;
  if (thread->frame == NULL)
    return thread->own_context;
  return thread->frame->pending != NULL ? lodger__carry_context (thread->frame->pending) : NULL;
}

void
lodger__bracket_leave (LodgerThread *thread, LodgerBracket *bracket)
{
  LodgerContext *context = bracket->context;
  thread->context = context_around (thread, bracket);
  thread->bracket = bracket->outer;
  lodger__list_remove (&bracket->link);
  bracket->context = NULL;
  lodger_context_unref (context);
}

/* With those in it that were not left. In a child that was forked in it, there is none any more, and the context stays
 * the parent's. */
static void
leave_up_to (LodgerThread *thread, LodgerBracket *bracket)
{
  while (thread->bracket != NULL && thread->bracket != bracket)
    thread->bracket->ops->is_left (thread->bracket);
  if (thread->bracket != NULL)
    lodger__bracket_leave (thread, bracket);
}

void
lodger__aside_enter (LodgerThread *thread, LodgerAside *aside, LodgerContext *context)
{
  aside->outer = lodger__carry_enter (thread, NULL);
  aside->no_wait = thread->strand.no_wait;
  thread->strand.no_wait = "a canceller or a hook cannot wait";
  aside->bracket.ops = NULL;
  lodger__bracket_enter (thread, &aside->bracket, context);
}

void
lodger__aside_leave (LodgerThread *thread, LodgerAside *aside)
{
  leave_up_to (thread, &aside->bracket);
  lodger__carry_leave (thread, aside->outer);
  thread->strand.no_wait = aside->no_wait;
}

/* Where the current context is kept: by a bracket, a call, or the thread. */
static int
find_place (LodgerThread *thread, LodgerContext ***ret_place)
{
  LodgerPending *pending = lodger__thread_pending (thread);
  Carry *carry;
  if (thread->bracket != NULL)
    {
      *ret_place = &thread->bracket->context;
      return 0;
    }
  *ret_place = &thread->own_context;
  if (thread->frame == NULL)
    return 0;
  if (pending == NULL)
    return LODGER_ESTATE;
  lodger__pending_lock (pending);
  carry = need (pending);
  lodger__pending_unlock (pending);
  if (carry == NULL)
    return LODGER_ENOMEM;
  *ret_place = &carry->context;
  return 0;
}

static int
find_thread (LodgerThread **ret_thread, LodgerContext ***ret_place, const char *function)
{
  LodgerThread *thread = lodger__thread ();
  int code = thread != NULL ? find_place (thread, ret_place) : LODGER_ENOMEM;
  *ret_thread = thread;
  if (code == LODGER_ESTATE)
    return lodger__misuse (function, code, "a call_direct has no context");
  return code;
}

/* Whoever cancels the call may just take the one before. */
static void
keep (LodgerThread *thread, LodgerContext **place, LodgerContext *context)
{
  LodgerPending *pending = lodger__thread_pending (thread);
  LodgerContext *before;
  if (pending != NULL)
    lodger__pending_lock (pending);
  before = lodger__context_swap (thread, place, context);
  if (pending != NULL)
    lodger__pending_unlock (pending);
  lodger_context_unref (before);
}

int
lodger__context_set (const LodgerContextKey *key, void *value, LodgerDestroyFunc destroy,
                     const LodgerTrackerOps *tracker, const char *function)
{
  LodgerThread *thread;
  LodgerContext **place, *context;
  int code = lodger__is_null (key, function) ? LODGER_EINVAL : find_thread (&thread, &place, function);
  if (code != 0)
    {
      if (destroy != NULL)
        destroy (value);
      return code;
    }
  context = lodger__context_with (thread->context, key, value, destroy, tracker);
  if (context == NULL)
    return LODGER_ENOMEM;
  keep (thread, place, context);
  return 0;
}

int
lodger_context_set (const LodgerContextKey *key, void *value, LodgerDestroyFunc destroy)
{
  return lodger__context_set (key, value, destroy, NULL, __func__);
}

int
lodger_context_run (LodgerContext *context, LodgerDirectFunc func, void *data)
{
  LodgerBracket bracket = { .ops = NULL };
  LodgerContext **place;
  LodgerThread *thread = NULL;
  int code = func != NULL ? find_thread (&thread, &place, __func__)
                          : lodger__misuse (__func__, LODGER_EINVAL, "the function is NULL");
  if (code != 0)
    return code;
  lodger__bracket_enter (thread, &bracket, context);
  func (data);
  leave_up_to (thread, &bracket);
  return 0;
}
