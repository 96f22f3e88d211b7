/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "life/life.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"
#include "pending/extras.h"

#include <stdlib.h>

/* The caller in whose thread a result, or a call's data, is destroyed, wherever that falls due. The item for the way
 * there is made when the call is accepted. A caller that has stopped has a closed inbox: whoever brings the pointer
 * then destroys it. */

typedef struct DestroyIn
{
  LodgerExtra extra; /* first */
  LodgerItem item;
  LodgerCaller *caller; /* held */
  void *pointer;
  LodgerDestroyFunc destroy;
} DestroyIn;

static void
give_up (LodgerExtra *extra)
{
  lodger__destroy_in_send (extra, NULL, NULL);
}

static const LodgerExtraKind result_kind = { .free = give_up };
static const LodgerExtraKind data_kind = { .free = give_up };

static void
arrive (LodgerCaller *caller, LodgerItem *item)
{
  DestroyIn *home = lodger__list_item (item, DestroyIn, item);
  lodger__destroy (home->destroy, home->pointer);
  free (home);
  lodger__release (caller);
}

static const LodgerItemOps arrive_ops = { .run = arrive, .drop = arrive };

static bool
add (LodgerPending *pending, const LodgerExtraKind *kind, LodgerCaller *caller)
{
  DestroyIn *home;
  if (caller == NULL)
    return true;
  home = (DestroyIn *) lodger__extra_need (pending, kind, sizeof *home);
  if (home == NULL)
    return false;
  lodger__hold (caller);
  home->caller = caller;
  home->item.ops = &arrive_ops;
  return true;
}

bool
lodger__destroy_in_set (LodgerPending *pending, const LodgerCallOptions *options)
{
  if (options == NULL)
    return true;
  if (options->data_home != NULL)
    lodger__pending_add_state (pending, P_DATA_HOME);
  return add (pending, &result_kind, options->result_home) && add (pending, &data_kind, options->data_home);
}

static LodgerExtra *
take (LodgerPending *pending, const LodgerExtraKind *kind)
{
  LodgerExtra *home = lodger__extra_find (pending, kind);
  if (home != NULL)
    lodger__extra_remove (pending, home);
  return home;
}

LodgerExtra *
lodger__destroy_in_take_result (LodgerPending *pending)
{
  return take (pending, &result_kind);
}

LodgerExtra *
lodger__destroy_in_take_data (LodgerPending *pending)
{
  return take (pending, &data_kind);
}

/* In a forked child there is no way to the parent's threads. */
void
lodger__destroy_in_send (LodgerExtra *extra, void *pointer, LodgerDestroyFunc destroy)
{
  DestroyIn *home = (DestroyIn *) extra;
  LodgerCaller *caller = home->caller;
  if (destroy == NULL || lodger__is_before_fork (caller))
    {
      free (home);
      lodger__release (caller);
      return;
    }
  home->pointer = pointer;
  home->destroy = destroy;
  lodger__hold (caller);
  if (lodger__owner_is_here (caller))
    arrive (caller, &home->item);
  else
    lodger__push (caller, &home->item);
  lodger__release (caller);
}

bool
lodger__destroy_in_keeps (const LodgerPending *pending, const LodgerValue *value)
{
  return value->type == V_POINTER && value->destroy != NULL && pending->outcome.type == V_NOTHING
         && lodger__extra_find (pending, &result_kind) != NULL;
}
