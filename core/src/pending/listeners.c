/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pending/pending.h"

/* Those who are told that a pending is done, in the order in which they asked. */

/* The state is to have these bits then. */
static unsigned
put_last (LodgerPending *pending, LodgerListener *listener)
{
  LodgerListener *oldest = pending->listeners;
  if (oldest == NULL)
    pending->listeners = oldest = listener->prev = listener;
  listener->next = oldest;
  listener->prev = oldest->prev;
  listener->prev->next = listener;
  oldest->prev = listener;
  return listener->ops->is_late ? P_LISTENED | P_TELLS : P_LISTENED;
}

void
lodger__pending_add_listener (LodgerPending *pending, LodgerListener *listener)
{
  lodger__pending_add_state (pending, put_last (pending, listener));
}

void
lodger__pending_add_first_listener (LodgerPending *pending, LodgerListener *listener)
{
  lodger__pending_add_listener (pending, listener);
  pending->listeners = listener;
}

bool
lodger__pending_listen (LodgerPending *pending, LodgerListener *listener)
{
  bool listens;
  lodger__pending_lock (pending);
  listens = !(lodger__pending_state (pending) & P_DONE);
  lodger__pending_unlock_with (pending, listens ? put_last (pending, listener) : 0);
  return listens;
}

static void
take_out (LodgerPending *pending, LodgerListener *listener)
{
  LodgerListener *next = listener->next;
  next->prev = listener->prev;
  listener->prev->next = next;
  if (pending->listeners == listener)
    pending->listeners = next != listener ? next : NULL;
  listener->prev = listener->next = NULL;
}

LodgerListener *
lodger__pending_pop_listener (LodgerPending *pending)
{
  LodgerListener *oldest = pending->listeners;
  if (oldest != NULL)
    take_out (pending, oldest);
  return oldest;
}

bool
lodger__pending_unlisten (LodgerPending *pending, LodgerListener *listener)
{
  bool listens;
  lodger__pending_lock (pending);
  listens = listener->next != NULL && !lodger__pending_is_torn (pending);
  if (listens)
    take_out (pending, listener);
  lodger__pending_unlock (pending);
  return listens;
}

void
lodger__pending_discard_listeners (LodgerPending *pending)
{
  LodgerListener *listener;
  while ((listener = lodger__pending_pop_listener (pending)) != NULL)
    if (listener->ops->discard != NULL)
      listener->ops->discard (listener);
}
