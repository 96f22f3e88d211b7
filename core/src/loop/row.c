/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "life/life.h"
#include "life/phase.h"
#include "loop/turn.h"
#include "mailbox/item.h"
#include "mailbox/post.h"

/* Items of one kind, one after the other, need not go through the whole turn for each: between two of them it would find
 * nothing to do but to take the next one. What user code may have changed since is looked at here. In a slice whose items
 * may stay, the host has not to be asked ahead of each. A worker that runs an item of its own inbox has been engaged for
 * it, and stays so until it asks for a call of its pool.
 *
 * One of them may have lost the caller. Whoever has taken it empties the inbox, and takes no caller that does not stop:
 * so that is looked at before the inbox is. */
LodgerItem *
lodger__turn_next_alike (LodgerCaller *caller, const LodgerItemOps *ops, uintptr_t function)
{
  LodgerTurn *turn = &caller->turn;
  LodgerSlice *slice = &turn->slice;
  LodgerInbox *inbox = lodger__inbox (caller);
  LodgerItem *item;
  if (lodger__is_stopping (caller) || !slice->may_stay || turn->mark == NULL || turn->due != NULL)
    return NULL;
  item = lodger__inbox_peek (inbox);
  if (item == NULL || item->ops != ops || lodger__item_function (item) != function)
    return NULL;
  slice->is_over = lodger__slice_clock_is_over (&slice->clock, caller, function);
  if (slice->is_over)
    return NULL;
  lodger__inbox_take (inbox, &slice->stays);
  if (item == turn->mark)
    turn->mark = NULL;
  slice->lately++;
  return item;
}
