/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"

#include <stdlib.h>

/* The way home of a result, or of a call's data: where the pointer is destroyed, wherever that is due. The node for the way is made when
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

LodgerHome *
lodger__home_new (LodgerCaller *caller)
{
  LodgerHome *home = malloc (sizeof *home);
  if (home == NULL)
    return NULL;
  lodger__caller_hold (caller);
  *home = (LodgerHome) { .item.ops = &home_ops, .caller = caller };
  return home;
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
