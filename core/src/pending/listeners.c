/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pending/pending.h"

/* Those who are told that a pending is done, in the order in which they asked. */

void
lodger__pending_add_listener (LodgerPending *pending, LodgerListener *listener)
{
  LodgerListener *newest = pending->listeners;
  listener->next = newest != NULL ? newest->next : listener;
  if (newest != NULL)
    newest->next = listener;
  pending->listeners = listener;
}

bool
lodger__pending_listen (LodgerPending *pending, LodgerListener *listener)
{
  bool listens;
  lodger__pending_lock (pending);
  listens = !(lodger__pending_state (pending) & P_DONE);
  if (listens)
    lodger__pending_add_listener (pending, listener);
  lodger__pending_unlock (pending);
  return listens;
}

static void
take_out (LodgerPending *pending, LodgerListener *prev)
{
  LodgerListener *listener = prev->next;
  prev->next = listener->next;
  if (prev == listener)
    pending->listeners = NULL;
  else if (pending->listeners == listener)
    pending->listeners = prev;
  listener->next = NULL;
}

static LodgerListener *
pop (LodgerPending *pending)
{
  LodgerListener *newest = pending->listeners;
  LodgerListener *oldest = newest != NULL ? newest->next : NULL;
  if (oldest != NULL)
    take_out (pending, newest);
  return oldest;
}

bool
lodger__pending_unlink (LodgerPending *pending, LodgerListener *listener)
{
  LodgerListener *prev = pending->listeners;
  if (prev == NULL)
    return false;
  do
    {
      if (prev->next == listener)
        {
          take_out (pending, prev);
          return true;
        }
      prev = prev->next;
    }
  while (prev != pending->listeners);
  return false;
}

bool
lodger__pending_unlisten (LodgerPending *pending, LodgerListener *listener)
{
  bool found;
  lodger__pending_lock (pending);
  found = lodger__pending_unlink (pending, listener);
  lodger__pending_unlock (pending);
  return found;
}

LodgerListener *
lodger__pending_find_listener (const LodgerPending *pending,
                               bool (*matches) (const LodgerListener *listener, const void *what), const void *what)
{
  LodgerListener *at = pending->listeners;
  if (at == NULL)
    return NULL;
  do
    {
      if (matches (at, what))
        return at;
      at = at->next;
    }
  while (at != pending->listeners);
  return NULL;
}

static bool
is_loud (const LodgerListener *listener, const void *what)
{
  (void) what;
  return !listener->is_quiet;
}

bool
lodger__pending_tells_user_code (const LodgerPending *pending)
{
  return lodger__pending_destroys_canceller (pending) || lodger__pending_find_listener (pending, is_loud, NULL) != NULL;
}

void
lodger__pending_complete (LodgerPending *pending)
{
  LodgerListener *listener;
  bool has_canceller = lodger__pending_has_canceller (pending);
  if (lodger__pending_state (pending) & P_DONE)
    {
      lodger__pending_unlock (pending);
      return;
    }
  lodger_pending_ref (pending);
  lodger__pending_add_state (pending, P_DONE);
  while ((listener = pop (pending)) != NULL)
    {
      if (listener->locked)
        {
          listener->notify (listener, pending);
          continue;
        }
      lodger__pending_unlock (pending);
      listener->notify (listener, pending);
      lodger__pending_lock (pending);
    }
  lodger__pending_unlock (pending);
  if (has_canceller)
    lodger__pending_release_canceller (pending);
  lodger_pending_unref (pending);
}

void
lodger__pending_discard_listeners (LodgerPending *pending)
{
  LodgerListener *listener;
  while ((listener = pop (pending)) != NULL)
    if (listener->discard != NULL)
      listener->discard (listener);
}
