/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "slot/slot.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/port.h"
#include "call/scope.h"
#include "life/life.h"

#include <lodger/host.h>
#include <stdlib.h>

/* A slot's life. The scope of its options ends it by a promise that is bound to the scope. The promise is cancelled, too,
 * when nobody refers to the slot any more: so that the scope knows nothing of it. */

bool
lodger__slot_is_before_fork (const LodgerSlot *slot)
{
  return slot->generation != (uint16_t) lodger__generation_now ();
}

LodgerSlot *
lodger_slot_ref (LodgerSlot *slot)
{
  if (slot != NULL)
    atomic_fetch_add_explicit (&slot->refs, 1, memory_order_relaxed);
  return slot;
}

static void
release (LodgerSlot *slot)
{
  if (atomic_fetch_sub_explicit (&slot->holds, 1, memory_order_acq_rel) != 1)
    return;
  lodger_pending_unref (slot->watch);
  lodger_scope_unref (slot->options.scope);
  lodger_scope_unref (slot->scope);
  lodger_scope_unref (slot->counting);
  if (!lodger__slot_is_before_fork (slot))
    pthread_mutex_destroy (&slot->mutex);
  free (slot);
}

void
lodger_slot_unref (LodgerSlot *slot)
{
  if (slot == NULL || atomic_fetch_sub_explicit (&slot->refs, 1, memory_order_acq_rel) != 1)
    return;
  if (slot->watch != NULL && !lodger__slot_is_before_fork (slot))
    lodger_pending_cancel (slot->watch, NULL);
  release (slot);
}

/* ---- its scope --------------------------------------------------------------------------------------------------------- */

static void
watch_done (LodgerListener *listener, LodgerPending *done)
{
  LodgerSlot *slot = lodger__owner (listener, LodgerSlot, listener);
  (void) done;
  if (lodger_scope_has_ended (slot->options.scope))
    lodger__slot_cancel (slot, lodger__scope_message, true);
  release (slot);
}

LODGER_LATE_LISTENER_OPS (watch_ops, watch_done);

/* False without memory. */
static bool
watch_scope (LodgerSlot *slot)
{
  LodgerPending *watch = lodger_pending_new (LODGER_PENDING_DEFAULT);
  if (lodger_pending_is_done (watch) || !lodger__scope_bind (watch, slot->options.scope))
    {
      lodger_pending_unref (watch);
      return false;
    }
  slot->watch = watch;
  slot->listener = lodger__listener (&watch_ops);
  lodger__pending_add_listener (watch, &slot->listener);
  atomic_fetch_add_explicit (&slot->holds, 1, memory_order_relaxed);
  lodger__scope_link (watch);
  return true;
}

/* ---- public functions -------------------------------------------------------------------------------------------------- */

static const char *
refusal (const LodgerSlotOptions *options)
{
  if ((unsigned) options->policy > LODGER_SLOT_FIRST)
    return "an unknown policy";
  return options->debounce < 0 || options->throttle < 0 ? "a time below 0" : NULL;
}

/* NULL without memory. */
static LodgerSlot *
make (const LodgerSlotOptions *options)
{
  LodgerSlot *slot = calloc (1, sizeof *slot);
  if (slot == NULL)
    return NULL;
  slot->gate.ops = &lodger__slot_gate_ops;
  atomic_init (&slot->refs, 1);
  atomic_init (&slot->holds, 1);
  slot->generation = (uint16_t) lodger__generation_now ();
  slot->options = *options;
  lodger_scope_ref (options->scope);
  lodger__port_mutex_init (&slot->mutex);
  if (options->scope == NULL || watch_scope (slot))
    return slot;
  release (slot);
  return NULL;
}

LodgerSlot *
lodger_slot_new (const LodgerSlotOptions *given)
{
  LodgerSlotOptions own, options = { .size = sizeof options };
  LodgerSlot *slot = NULL;
  const char *reason;
  int code = LODGER_EINVAL;
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  if (reason == NULL)
    reason = refusal (&options);
  if (reason == NULL && (slot = make (&options)) == NULL)
    {
      code = LODGER_ENOMEM;
      reason = "no memory";
    }
  if (slot == NULL)
    lodger__misuse_at (__func__, code, reason, options.file, options.line);
  return slot;
}

static int
check (const LodgerSlot *slot, const char *function)
{
  if (slot == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "the slot is NULL");
  return lodger__slot_is_before_fork (slot) ? lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message) : 0;
}

void
lodger_slot_cancel (LodgerSlot *slot, const char *message)
{
  if (check (slot, __func__) == 0)
    lodger__slot_cancel (slot, message != NULL ? message : "its slot was cancelled", false);
}

LodgerScope *
lodger_slot_get_scope (LodgerSlot *slot)
{
  LodgerScope *scope, *mine = NULL;
  if (slot == NULL || lodger__slot_is_before_fork (slot))
    return NULL;
  pthread_mutex_lock (&slot->mutex);
  scope = slot->scope;
  pthread_mutex_unlock (&slot->mutex);
  if (scope != NULL || (mine = lodger_scope_new (NULL)) == NULL)
    return scope;
  pthread_mutex_lock (&slot->mutex);
  if (slot->scope == NULL)
    {
      slot->scope = mine;
      mine = NULL;
    }
  scope = slot->scope;
  pthread_mutex_unlock (&slot->mutex);
  lodger_scope_unref (mine);
  return scope;
}

bool
lodger_slot_is_busy (LodgerSlot *slot)
{
  bool is_busy;
  if (slot == NULL || lodger__slot_is_before_fork (slot))
    return false;
  pthread_mutex_lock (&slot->mutex);
  is_busy = slot->at_work.first != NULL || slot->waiting != NULL;
  pthread_mutex_unlock (&slot->mutex);
  return is_busy;
}

/* ---- for an adapter ---------------------------------------------------------------------------------------------------- */

/* Under the mutex. By a policy that replaces calls, a call does not count any more when the next one has come, even if it
 * has left the slot before; by another, only a call that has waited can be replaced. */
static bool
was_replaced (const LodgerSlot *slot, const LodgerHold *hold)
{
  return hold->is_replaced || (lodger__slot_replaces (slot) && hold->number != 0 && hold->number != slot->calls);
}

/* Under the mutex. */
static bool
may_be_replaced (const LodgerSlot *slot, const LodgerHold *hold)
{
  return hold->number != 0 && hold->number == slot->calls && (lodger__slot_replaces (slot) || slot->waiting == hold);
}

int
lodger_host_end_when_replaced (LodgerPending *call, LodgerScope *scope)
{
  LodgerScope *before = NULL;
  LodgerSlot *slot;
  LodgerHold *hold;
  bool is_now;
  lodger__guard_pending (call, guard);
  if (scope == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "the scope is NULL");
  hold = lodger__gate_hold_of (call);
  if (hold == NULL || hold->gate->ops != &lodger__slot_gate_ops)
    return 0;
  slot = (LodgerSlot *) hold->gate;
  pthread_mutex_lock (&slot->mutex);
  is_now = was_replaced (slot, hold);
  if (may_be_replaced (slot, hold))
    {
      before = slot->counting;
      slot->counting = lodger_scope_ref (scope);
    }
  pthread_mutex_unlock (&slot->mutex);
  lodger_scope_unref (before);
  if (is_now)
    lodger_scope_end (scope, lodger__slot_replaced_message);
  return 0;
}
