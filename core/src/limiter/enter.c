/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/context.h"
#include "base/log.h"
#include "base/options.h"
#include "base/slab.h"
#include "life/life.h"
#include "limiter/limiter.h"
#include "pending/carry.h"
#include "pending/extras.h"
#include "wait/suspend.h"

#include <assert.h>

/* A running call that enters a limiter holds a place as a call at the gate does. While it waits for one, it waits for a
 * promise, its turn, which hangs on those that have the places.
 *
 * The hold's pending is the running call: it is there from the entry to the leave, which the call itself makes. */

typedef struct Entry
{
  LodgerHold hold; /* first; without a caller */
  LodgerBracket bracket;
  LodgerExtra extra;   /* of the turn, while there is one */
  LodgerPending *turn; /* a reference; NULL: it waits for nothing */
} Entry;

static_assert (sizeof (Entry) <= 192, "it is a large piece of the slab");

LodgerPending *
lodger__limiter_turn (const LodgerHold *hold)
{
  return ((const Entry *) hold)->turn;
}

/* ---- the turn ---------------------------------------------------------------------------------------------------- */

static void
turn_blocked_on (const LodgerExtra *extra, LodgerBlockedOn *ret_blocked)
{
  const LodgerHold *hold = &lodger__owner (extra, Entry, extra)->hold;
  hold->gate->ops->blocked_on (hold->gate, hold, ret_blocked);
}

LODGER_EXTRA_KIND (turn_kind, NULL, turn_blocked_on);

static bool
turn_make (Entry *entry, LodgerLimiter *limiter)
{
  LodgerSite site = lodger__limiter_site (limiter);
  LodgerPending *turn = lodger_pending_new_full (LODGER_OPTIONS (LodgerPendingOptions, .name = "a place in the limiter",
                                                                 .file = site.file, .line = site.line,
                                                                 .flags = LODGER_PENDING_PROTECTED));
  if (lodger_pending_is_done (turn))
    {
      lodger_pending_unref (turn);
      return false;
    }
  entry->turn = turn;
  lodger__extra_add (turn, &entry->extra);
  return true;
}

/* It has its place, or has left: nobody else knows the turn by the limiter any more. */
static void
turn_drop (Entry *entry)
{
  lodger__pending_lock (entry->turn);
  lodger__extra_remove (entry->turn, &entry->extra);
  lodger__pending_unlock (entry->turn);
  lodger_pending_unref (entry->turn);
  entry->turn = NULL;
}

/* ---- entries ----------------------------------------------------------------------------------------------------- */

static void
leave_gate (Entry *entry)
{
  entry->hold.gate->ops->leave (entry->hold.gate, &entry->hold);
}

/* It has left. */
static void
entry_free (Entry *entry)
{
  entry->hold.gate->ops->unref (entry->hold.gate, &entry->hold);
  lodger__slab_free (LODGER_SLAB_LARGE, entry);
}

/* NULL without memory. */
static Entry *
entry_new (LodgerLimiter *limiter, LodgerPending *self, int priority)
{
  LodgerGate *gate = (LodgerGate *) limiter;
  Entry *entry = lodger__slab_new (LODGER_SLAB_LARGE);
  if (entry == NULL)
    return NULL;
  *entry = (Entry) { .hold = { .gate = gate, .pending = self, .priority = priority }, .extra.kind = &turn_kind };
  if (gate->ops->ref (gate))
    return entry;
  lodger__slab_free (LODGER_SLAB_LARGE, entry);
  return NULL;
}

static int
wait_for_place (Entry *entry, LodgerLimiter *limiter, int64_t timeout, LodgerThread *thread, const char *function)
{
  LodgerGate *gate = entry->hold.gate;
  int code;
  if (timeout <= 0)
    return LODGER_ETIMEDOUT;
  code = lodger__suspend_refusal (thread, function);
  if (code != 0)
    return code;
  if (!turn_make (entry, limiter))
    return lodger__misuse (function, LODGER_ENOMEM, "no memory");
  if (!gate->ops->enter (gate, &entry->hold))
    code = lodger_pending_wait (entry->turn, timeout, LODGER_WAIT_DEFAULT);
  if (code != 0)
    leave_gate (entry);
  turn_drop (entry);
  return code;
}

/* It is counted from its reference on: a close that this does not see waits for it. */
static int
take_place (Entry *entry, LodgerLimiter *limiter, int64_t timeout, LodgerThread *thread, const char *function)
{
  LodgerGate *gate = entry->hold.gate;
  int code = gate->ops->check (gate);
  if (code != 0 || gate->ops->pass (gate, &entry->hold))
    return code;
  return wait_for_place (entry, limiter, timeout, thread, function);
}

/* ---- the bracket ------------------------------------------------------------------------------------------------- */

static Entry *
entry_of (const LodgerBracket *bracket)
{
  return lodger__list_owner (bracket, offsetof (Entry, bracket));
}

static bool
says_no (const LodgerBracket *bracket)
{
  (void) bracket;
  return false;
}

static void
pop (Entry *entry)
{
  lodger__bracket_leave (lodger__thread_peek (), &entry->bracket);
  leave_gate (entry);
  entry_free (entry);
}

static void
is_left (LodgerBracket *bracket)
{
  Entry *entry = entry_of (bracket);
  LodgerSite site = lodger__limiter_site ((LodgerLimiter *) entry->hold.gate);
  char *name = lodger_pending_describe (entry->hold.pending);
  lodger__log (LODGER_LOG_WARNING, "%s has returned without leaving its limiter (%s:%d)",
               name != NULL ? name : "a call", site.file != NULL ? site.file : "?", site.line);
  lodger_free (name);
  pop (entry);
}

static const LodgerBracketOps bracket_ops = { .is_cancelled = says_no, .is_shield = says_no, .is_left = is_left };

/* 0, or what speaks against it, which is logged. */
static int
check (LodgerLimiter *limiter, const char *function)
{
  LodgerGate *gate = (LodgerGate *) limiter;
  if (limiter == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "the limiter is NULL");
  if (gate->ops->check (gate) == LODGER_ECHILD)
    return lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message);
  return 0;
}

static int
enter (LodgerLimiter *limiter, int64_t timeout, int priority, const char *function)
{
  LodgerThread *thread = lodger__thread_peek ();
  LodgerPending *self = lodger__thread_pending (thread);
  Entry *entry = NULL;
  int code = check (limiter, function);
  if (code == 0 && self == NULL)
    code = lodger__misuse (function, LODGER_ESTATE, "only a call enters a limiter, and no call_direct");
  if (code == 0 && (entry = entry_new (limiter, self, priority)) == NULL)
    code = lodger__misuse (function, LODGER_ENOMEM, "no memory");
  if (code == 0)
    code = take_place (entry, limiter, timeout, thread, function);
  if (code == 0)
    {
      entry->bracket.ops = &bracket_ops;
      lodger__bracket_enter (thread, &entry->bracket, thread->context);
    }
  else if (entry != NULL)
    entry_free (entry);
  return code;
}

int
lodger_limiter_enter (LodgerLimiter *limiter, int64_t timeout)
{
  return enter (limiter, timeout, 0, __func__);
}

int
lodger_limiter_enter_full (LodgerLimiter *limiter, int64_t timeout, const LodgerLimiterEntryOptions *options)
{
  static const char function[] = "lodger_limiter_enter";
  LodgerLimiterEntryOptions own;
  const char *reason;
  options = lodger__options (options, &own, sizeof own, &reason);
  if (reason != NULL)
    return lodger__misuse (function, LODGER_EINVAL, reason);
  return enter (limiter, timeout, options != NULL ? options->priority : 0, function);
}

int
lodger_limiter_leave (LodgerLimiter *limiter)
{
  LodgerThread *thread = lodger__thread_peek ();
  LodgerBracket *bracket = thread != NULL ? thread->bracket : NULL;
  int code = check (limiter, __func__);
  if (code != 0)
    return code;
  if (bracket == NULL || bracket->ops != &bracket_ops || entry_of (bracket)->hold.gate != (LodgerGate *) limiter)
    return lodger__misuse (__func__, LODGER_ESTATE, "it is not what this call has entered last");
  pop (entry_of (bracket));
  return 0;
}
