/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pending/extras.h"

#include "base/port.h"

#include <stdlib.h>

void
lodger__extra_add (LodgerPending *pending, LodgerExtra *extra)
{
  LodgerExtra **at;
  for (at = &pending->extras; *at != NULL; at = &(*at)->next)
    ;
  extra->next = NULL;
  *at = extra;
  if (!(lodger__pending_state (pending) & P_EXTRAS))
    lodger__pending_add_state (pending, P_EXTRAS);
}

LodgerExtra *
lodger__extra_find (const LodgerPending *pending, const LodgerExtraKind *kind)
{
  LodgerExtra *extra = pending->extras;
  if (extra != NULL && lodger__pending_is_torn (pending))
    return NULL;
  while (extra != NULL && extra->kind != kind)
    extra = extra->next;
  return extra;
}

LodgerExtra *
lodger__extra_next (const LodgerExtra *extra)
{
  LodgerExtra *next = extra->next;
  while (next != NULL && next->kind != extra->kind)
    next = next->next;
  return next;
}

LodgerExtra *
lodger__extra_need (LodgerPending *pending, const LodgerExtraKind *kind, size_t size)
{
  LodgerExtra *extra = lodger__extra_find (pending, kind);
  if (extra == NULL && !lodger__pending_is_torn (pending) && (extra = calloc (1, size)) != NULL)
    {
      extra->kind = kind;
      lodger__extra_add (pending, extra);
    }
  return extra;
}

static LodgerExtra **
place_of (LodgerPending *pending, const LodgerExtra *extra)
{
  LodgerExtra **at;
  for (at = &pending->extras; *at != extra; at = &(*at)->next)
    ;
  return at;
}

void
lodger__extra_remove (LodgerPending *pending, LodgerExtra *extra)
{
  *place_of (pending, extra) = extra->next;
}

void
lodger__extras_free (LodgerPending *pending)
{
  LodgerExtra *extra;
  while ((extra = pending->extras) != NULL)
    {
      pending->extras = extra->next;
      if (extra->kind->free != NULL)
        extra->kind->free (extra);
      else
        free (extra);
    }
}

/* Its kind of item says, and its extras; whose outcome it takes, it says itself. */
LodgerBlockedOn
lodger__pending_blocked_on (LodgerPending *pending, LodgerItem **dropped)
{
  LodgerBlockedOn blocked = { .caller = NULL };
  unsigned state = lodger__pending_state (pending);
  if (state & P_DONE)
    return blocked;
  if (pending->item.ops->blocked_on != NULL)
    pending->item.ops->blocked_on (pending, &blocked);
  for (LodgerExtra *extra = pending->extras; extra != NULL && !(state & P_ANSWERED); extra = extra->next)
    if (extra->kind->blocked_on != NULL)
      extra->kind->blocked_on (extra, &blocked);
  if (state & P_FOLLOWS)
    {
      lodger__pending_drop (blocked.next, dropped);
      blocked.next = lodger__pending_beyond (pending);
    }
  return blocked;
}

LodgerBlockedOn
lodger__pending_hangs_on (LodgerPending *pending, LodgerItem **dropped)
{
  LodgerBlockedOn blocked = lodger__pending_blocked_on (pending, dropped);
  if (blocked.next != NULL && (lodger__pending_state (pending) & P_FOLLOWS))
    {
      lodger__pending_drop (blocked.next, dropped);
      blocked.next = lodger__pending_leader (pending);
    }
  return blocked;
}

static void
drop_all (LodgerPending ***pendings, size_t *count, LodgerItem **dropped)
{
  for (size_t i = 0; i < *count; i++)
    lodger__pending_drop ((*pendings)[i], dropped);
  free (*pendings);
  *pendings = NULL;
  *count = 0;
}

void
lodger__blocked_drop_all (LodgerBlockedOn *blocked, LodgerItem **dropped)
{
  drop_all (&blocked->all, &blocked->all_count, dropped);
  drop_all (&blocked->any, &blocked->any_count, dropped);
}

/* The lock keeps them all there: the caller, the crew's root, and what this one waits for in its turn, whose reference is
 * not the last. */
void
lodger__blocked_write (LodgerPending *pending, LodgerItem **dropped, LodgerText *text)
{
  LodgerBlockedOn blocked;
  lodger__pending_write (pending, text);
  lodger__pending_lock (pending);
  blocked = lodger__pending_blocked_on (pending, dropped);
  if (blocked.caller != NULL)
    lodger__text_add (text, ", in %s #%llu", lodger_caller_get_name (blocked.caller),
                      (unsigned long long) lodger_caller_get_id (blocked.caller));
  else if (blocked.crew != NULL)
    lodger__text_add (text, ", in the pool of %s #%llu", lodger_caller_get_name (blocked.crew),
                      (unsigned long long) lodger_caller_get_id (blocked.crew));
  if (blocked.next != NULL)
    {
      lodger__text_add (text, ", waits for ");
      lodger__pending_write (blocked.next, text);
      lodger__pending_drop (blocked.next, dropped);
    }
  if (blocked.all != NULL)
    lodger__text_add (text, ", waits for %zu calls of its group", blocked.all_count);
  if (blocked.any != NULL)
    lodger__text_add (text, ", waits for one of %zu calls", blocked.any_count);
  lodger__blocked_drop_all (&blocked, dropped);
  lodger__pending_unlock (pending);
  lodger__text_add (text, "\n");
}

/* ---- sleepers -------------------------------------------------------------------------------------------------------- */

static const LodgerExtraKind sleeper_kind = { .free = NULL };

void
lodger__sleeper_enter (LodgerPending *self, LodgerSleeper *sleeper, LodgerParker *parker)
{
  *sleeper = (LodgerSleeper) { .extra.kind = &sleeper_kind, .parker = parker };
  if (self == NULL)
    return;
  lodger__pending_lock (self);
  lodger__extra_add (self, &sleeper->extra);
  lodger__pending_unlock (self);
}

void
lodger__sleeper_leave (LodgerPending *self, LodgerSleeper *sleeper)
{
  if (self == NULL)
    return;
  lodger__pending_lock (self);
  lodger__extra_remove (self, &sleeper->extra);
  lodger__pending_unlock (self);
}

/* Whoever sleeps looks at P_CANCELLED first: a cancel sets it, and then looks for sleepers under the lock. */
void
lodger__sleepers_wake (LodgerPending *pending)
{
  for (LodgerExtra *extra = pending->extras; extra != NULL; extra = extra->next)
    if (extra->kind == &sleeper_kind)
      lodger__parker_signal (((LodgerSleeper *) extra)->parker);
}
