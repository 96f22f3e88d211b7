/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "custody.h"
#include "ending.h"
#include "pool.h"
#include "scope.h"

enum
{
  SPIN_NS = 20000,
  SPIN_CREDIT_MAX = 16,
  SPIN_REWARD = 4,
  SPIN_RETRY = -64
};

static const int64_t TIDY_AFTER = INT64_C (1000000000);
static const int64_t TIDY_AGAIN = INT64_C (10000000);

int64_t
lodger__turn_now (const LodgerCaller *caller)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  return ops != NULL && ops->now != NULL ? ops->now (caller->host.impl) : lodger__port_now ();
}

int64_t
lodger__turn_deadline (const LodgerCaller *caller)
{
  int64_t earliest = lodger__timers_earliest (&caller->timers);
  int64_t idle_until = caller->is_pooled ? lodger__pool_idle_until (caller) : LODGER_FOREVER;
  if (idle_until < earliest)
    earliest = idle_until;
  return earliest < caller->tidy_at ? earliest : caller->tidy_at;
}

/* ---- running ------------------------------------------------------------------------------------------------------ */

void
lodger__turn_direct (LodgerCaller *caller, LodgerDirectFunc func, void *data)
{
  LodgerFrame frame;
  lodger__custody_enter (&frame, caller, NULL);
  func (data);
  lodger__custody_leave (&frame);
}

int
lodger__turn_start_hook (LodgerCaller *caller)
{
  LodgerFrame frame;
  int code = 0;
  lodger__custody_enter (&frame, caller, NULL);
  if (caller->hooks.on_start != NULL)
    code = caller->hooks.on_start (caller, caller->hooks.data);
  if (!lodger__custody_leave (&frame) || code > 0)
    code = 0;
  caller->has_hooked = code == 0;
  return code;
}

void
lodger__turn_stop_hook (LodgerCaller *caller)
{
  LodgerFrame frame;
  if (!caller->has_hooked || caller->hooks.on_stop == NULL)
    return;
  caller->has_hooked = false;
  lodger__custody_enter (&frame, caller, NULL);
  caller->hooks.on_stop (caller, caller->hooks.data);
  lodger__custody_leave (&frame);
}

void
lodger__turn_skip (LodgerPending *pending)
{
  lodger__pending_destroy_data (pending);
  lodger__pending_lock (pending);
  if (!(lodger__pending_state (pending) & P_DONE))
    lodger__pending_add_state (pending, P_CANCELLED);
  lodger__pending_complete (pending);
}

/* A call that was taken away with its caller has its outcome already, and the caller's inside is not to be touched any
 * more: what is left to do here is to destroy its data. */
bool
lodger__turn_call (LodgerCaller *caller, LodgerPending *pending, LodgerPending *done)
{
  LodgerFrame frame;
  LodgerScope *held = NULL;
  unsigned state;
  bool is_ours;
  if (!lodger__custody_enter (&frame, caller, pending))
    lodger_pending_cancel (pending, lodger__closed_message);
  lodger__scope_enter (pending, &held);
  lodger__pending_lock (pending);
  state = lodger__pending_state (pending);
  if (!(state & P_CANCELLED))
    lodger__pending_add_state (pending, P_STARTED);
  lodger__pending_unlock (pending);
  if (state & P_CANCELLED)
    {
      lodger__custody_leave (&frame);
      lodger__turn_skip (pending);
      lodger_pending_unref (pending);
      lodger__scope_leave (held);
      return true;
    }

  lodger__trace (LODGER_TRACE_START, caller, pending, pending->file, pending->line, pending->name);
  if (done != NULL)
    pending->func.then (pending, done, pending->data);
  else
    pending->func.call (pending, pending->data);
  lodger__trace (LODGER_TRACE_END, caller, pending, pending->file, pending->line, pending->name);
  is_ours = lodger__custody_leave (&frame);
  if (lodger__is_foreign (caller))
    return true;

  state = lodger__pending_state (pending);
  if (!(state & (P_DEFERRED | P_FOLLOWS)))
    {
      lodger__pending_destroy_data (pending);
      lodger__pending_lock (pending);
      if (is_ours && caller->busy_with == pending)
        lodger__pool_rest (caller, pending);
      lodger__pending_add_state (pending, P_RETURNED);
      lodger__pending_complete (pending);
      lodger_pending_unref (pending);
      lodger__scope_leave (held);
      return true;
    }
  if (is_ours && (state & P_FOLLOWS) && caller->busy_with == pending)
    caller->busy_with = NULL;
  lodger__caller_suspend (caller, pending);
  lodger__pending_lock (pending);
  lodger__pending_add_state (pending, P_RETURNED);
  state = lodger__pending_state (pending);
  if (state & P_FOLLOWS)
    lodger__pending_follow (pending);
  else if (state & P_ANSWERED)
    lodger__pending_end_call (pending);
  else
    lodger__pending_unlock (pending);
  lodger__scope_leave (held);
  return false;
}

/* ---- order -------------------------------------------------------------------------------------------------------- */

/* A turn is opened only when the one before is used up: what is submitted during a turn belongs to a later one. Its
 * part of the inbox is what was there when it was opened; its timers are those due by then, and go first. */
static void
open_turn (LodgerCaller *caller)
{
  LodgerTurn *turn = &caller->turn;
  if (!caller->stop_begun && lodger__timers_earliest (&caller->timers) != LODGER_FOREVER)
    {
      int64_t now = lodger__turn_now (caller);
      LodgerDelayed *delayed;
      while ((delayed = lodger__timers_pop (&caller->timers, now)) != NULL)
        {
          LodgerItem *item = &delayed->pending.item;
          atomic_store_explicit (&item->next, NULL, memory_order_relaxed);
          if (turn->due == NULL)
            turn->due = item;
          else
            atomic_store_explicit (&turn->last_due->next, item, memory_order_relaxed);
          turn->last_due = item;
        }
    }
  turn->mark = lodger__inbox_mark (&caller->inbox);
}

LodgerItem *
lodger__turn_next_due (LodgerCaller *caller)
{
  LodgerItem *item = caller->turn.due;
  if (item != NULL)
    caller->turn.due = atomic_load_explicit (&item->next, memory_order_relaxed);
  return item;
}

static LodgerItem *
next_of_turn (LodgerCaller *caller)
{
  LodgerTurn *turn = &caller->turn;
  LodgerItem *item = lodger__turn_next_due (caller);
  if (item != NULL)
    return item;
  if (turn->mark != NULL && lodger__inbox_passed (&caller->inbox, turn->mark))
    turn->mark = NULL;
  if (turn->mark == NULL)
    return NULL;
  item = lodger__inbox_pop (&caller->inbox);
  if (item == turn->mark)
    turn->mark = NULL;
  return item;
}

static LodgerItem *
next_item (LodgerCaller *caller)
{
  LodgerItem *item = next_of_turn (caller);
  if (item == NULL && caller->turn.mark == NULL)
    {
      open_turn (caller);
      item = next_of_turn (caller);
    }
  return item != NULL ? item : lodger__stop_next (caller);
}

bool
lodger__turn_is_ready (const LodgerCaller *caller)
{
  return caller->turn.due != NULL || lodger__inbox_is_ready (&caller->inbox) || lodger__stop_has_next (caller)
         || (caller->is_pooled && lodger__pool_is_ready (caller));
}

/* ---- budget ------------------------------------------------------------------------------------------------------- */

/* A worker with nothing to do looks for more for a moment before it sleeps: waking a sleeping processor costs more than
 * that. While it looks, the claimed signal keeps submitters from waking it; after it has been given up, one more look
 * finds what they left. It earns credit by finding something, and with none left it hardly tries. */
static bool
may_spin (LodgerCaller *caller)
{
  return caller->is_driven && caller->depth == 1 && (caller->spin_credit > 0 || --caller->spin_credit <= SPIN_RETRY);
}

static bool
finds (const LodgerCaller *caller)
{
  return lodger__inbox_is_ready (&caller->inbox) || (caller->is_pooled && lodger__pool_has_calls (caller));
}

static void
spin (LodgerCaller *caller)
{
  int64_t end;
  bool found = false;
  if (!lodger__inbox_claim (&caller->inbox))
    return;
  end = lodger__port_now () + SPIN_NS;
  do
    for (int i = 0; i < 16 && !found; i++)
      {
        lodger__port_relax ();
        found = finds (caller);
      }
  while (!found && lodger__port_now () < end);
  lodger__inbox_look (&caller->inbox);
  if (found)
    caller->spin_credit = caller->spin_credit < 0 ? SPIN_REWARD : caller->spin_credit + SPIN_REWARD;
  else
    caller->spin_credit = caller->spin_credit > 0 ? caller->spin_credit - 1 : 0;
  if (caller->spin_credit > SPIN_CREDIT_MAX)
    caller->spin_credit = SPIN_CREDIT_MAX;
}

static LodgerItem *
own_item (LodgerCaller *caller)
{
  LodgerItem *item = next_item (caller);
  if (item != NULL && caller->is_pooled)
    lodger__pool_engage (caller);
  return item;
}

/* The owner's own inbox goes before the pool: that is where its stop comes from. A nested loop takes no calls of the pool. */
static LodgerItem *
next_for_slice (LodgerCaller *caller)
{
  LodgerItem *item = own_item (caller);
  bool is_pooled = caller->is_pooled && caller->depth == 1;
  bool spins;
  if (item != NULL || caller->turn.mark != NULL)
    return item;
  spins = may_spin (caller);
  if (is_pooled)
    item = lodger__pool_take (caller, spins);
  if (item != NULL || !spins || (is_pooled && atomic_load (&caller->place) != LODGER_PLACE_SEARCHING))
    return item;
  spin (caller);
  item = own_item (caller);
  if (item == NULL && is_pooled)
    item = lodger__pool_take (caller, false);
  return item;
}

/* What a flood has left, and nobody has used for a while, is given back bit by bit. */
static void
tidy (LodgerCaller *caller)
{
  bool is_watching = caller->tidy_at != LODGER_FOREVER;
  int64_t now;
  if (!is_watching && !lodger__nodes_have_surplus ())
    return;
  now = lodger__turn_now (caller);
  if (is_watching && now < caller->tidy_at)
    return;
  if (is_watching && lodger__nodes_give_back ())
    caller->tidy_at = now + TIDY_AGAIN;
  else if (lodger__nodes_have_surplus ())
    {
      lodger__nodes_begin_watch ();
      caller->tidy_at = now + TIDY_AFTER;
    }
  else
    caller->tidy_at = LODGER_FOREVER;
}

/* Owner, at the end of a slice: arm, ask to be called again, and see to the end if this stops. */
static void
settle_down (LodgerCaller *caller, bool has_run)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  if (caller->depth == 0)
    tidy (caller);
  if (caller->depth == 0 && caller->is_pooled && !has_run)
    lodger__pool_expire (caller);
  lodger__host_arm (caller);
  if (lodger__turn_is_ready (caller))
    lodger__host_post_ahead (caller);
  if (caller->depth == 0 && ops->want_before_wait != NULL && atomic_load (&caller->host.attached))
    ops->want_before_wait (caller->host.impl, false);
  lodger__caller_try_end (caller);
}

/* It looks only once the caller is its own: whoever has ended it has closed the inbox, and a look would open it again. */
void
lodger__turn_slice (LodgerCaller *caller, int64_t budget, bool looks)
{
  LodgerHost *host = &caller->host;
  const LodgerHostOps *ops = lodger__host_ops (caller);
  bool asks = ops->want_before_wait != NULL && atomic_load (&host->attached);
  int64_t start = lodger__turn_now (caller);
  LodgerCustody custody = lodger__custody_begin (caller);
  bool has_run = false;
  LodgerItem *item;
  if (custody == LODGER_CUSTODY_NONE)
    return;
  lodger__caller_hold (caller);
  if (looks)
    lodger__inbox_look (&caller->inbox);
  if (caller->depth++ == 0 && asks)
    ops->want_before_wait (host->impl, true);
  for (;;)
    {
      item = next_for_slice (caller);
      if (item == NULL)
        break;
      if (!asks)
        {
          lodger__host_arm (caller);
          if (lodger__turn_is_ready (caller))
            lodger__host_post_ahead (caller);
        }
      has_run = true;
      item->ops->run (caller, item);
      if (caller->ended || caller->taken || lodger__is_foreign (caller) || lodger__turn_now (caller) - start >= budget)
        break;
    }
  caller->depth--;
  if (caller->taken)
    {
      if (caller->depth == 0)
        lodger__stop_come_back (caller);
    }
  else
    {
      if (!caller->ended && !lodger__is_foreign (caller))
        settle_down (caller, has_run);
      lodger__custody_end (caller, custody);
    }
  lodger__caller_release (caller);
}
