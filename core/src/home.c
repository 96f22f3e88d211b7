/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"

#include <stdlib.h>

/* A result's way home: where its pointer is destroyed, wherever the last reference goes. The node for the way is made when
 * the call is accepted. A home that has stopped has a closed inbox: the pointer is then destroyed by whoever brings it. */

static void
arrive (LodgerCaller *caller, LodgerItem *item)
{
  LodgerHome *home = (LodgerHome *) item;
  home->destroy (home->pointer);
  free (home);
  lodger__caller_release (caller);
}

static const LodgerItemOps home_ops = { .run = arrive, .drop = arrive };

int
lodger__home_set (LodgerPending *pending, LodgerCaller *caller)
{
  LodgerHome *home = lodger__pending_side (pending) != NULL ? malloc (sizeof *home) : NULL;
  if (home == NULL)
    return LODGER_ENOMEM;
  lodger__caller_hold (caller);
  *home = (LodgerHome) { .item.ops = &home_ops, .caller = caller };
  pending->side->home = home;
  return 0;
}

/* In a forked child there is no way to the parent's threads. */
void
lodger__home_send (LodgerHome *home, void *pointer, LodgerDestroyFunc destroy)
{
  LodgerCaller *caller = home->caller;
  if (destroy == NULL || lodger__is_foreign (caller))
    {
      free (home);
      lodger__caller_release (caller);
      return;
    }
  home->pointer = pointer;
  home->destroy = destroy;
  lodger__caller_hold (caller);
  if (lodger__caller_is_in_thread (caller, lodger__thread_peek ()))
    arrive (caller, &home->item);
  else
    lodger__caller_push (caller, &home->item);
  lodger__caller_release (caller);
}

bool
lodger__home_keeps (const LodgerPending *pending, const LodgerValue *value)
{
  return pending->side != NULL && pending->side->home != NULL && value->type == V_POINTER && value->destroy != NULL
         && pending->value_type == V_NOTHING;
}
