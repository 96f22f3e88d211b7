/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wait/judge.h"

#include "life/phase.h"
#include "mailbox/owner.h"
#include "pending/extras.h"

#include <stdlib.h>

/* A wait is hopeless when its pending needs a thread that waits hopelessly: the thread that runs it, or has it in its
 * inbox, or each thread of a crew that can have no more. That is the greatest such set: all that a wait hangs on are
 * taken to be hopeless, and one that is not is taken out, until nothing changes. A promise that no caller is said to
 * answer, a deferred call, a timed wait, a thread that is not noted: each may end by itself, so it is not hopeless. Nor
 * is a wait that is about to end, though its thread has not come to that: its call was cancelled, its space is granted
 * or will never come, or it is refused already.
 *
 * The judge asks the items what they are blocked on, and knows no kind of item itself. */

static LodgerHash by_thread, by_crew;
static LodgerList found;    /* what the judge has come to */
static bool has_changed;    /* since the last round */
static LodgerItem *dropped; /* last references are let go without the lock */

void
lodger__judge_forget_all (void)
{
  by_thread = by_crew = (LodgerHash) { NULL, NULL, 0, 0 };
  found = (LodgerList) { NULL, NULL };
  dropped = NULL;
}

void
lodger__judge_know (LodgerWait *wait)
{
  lodger__hash_insert (&by_thread, &wait->by_thread, lodger__hash_of_number (wait->thread));
  if (wait->crew != NULL)
    lodger__hash_insert (&by_crew, &wait->by_crew, lodger__hash_of_pointer (wait->crew));
}

void
lodger__judge_forget (LodgerWait *wait)
{
  lodger__hash_remove (&by_thread, &wait->by_thread);
  lodger__hash_remove (&by_crew, &wait->by_crew);
}

LodgerItem *
lodger__judge_take_dropped (void)
{
  LodgerItem *items = dropped;
  dropped = NULL;
  return items;
}

/* ---- who waits hopelessly ---------------------------------------------------------------------------------------- */

static bool
room_is_going (const LodgerRoom *room)
{
  const LodgerCaller *caller = atomic_load (&room->caller);
  return caller != NULL && lodger__is_stopping (caller);
}

static bool
is_about_to_end (const LodgerWait *wait)
{
  return atomic_load (&wait->is_refused) || atomic_load (&wait->is_granted) || lodger__wait_is_cancelled (wait)
         || (wait->room != NULL && (lodger__wait_is_outdated (wait) || room_is_going (wait->room)));
}

static bool
reach (LodgerWait *wait)
{
  if (wait->found.list == NULL)
    {
      lodger__list_append (&found, &wait->found);
      wait->is_hopeless = !is_about_to_end (wait);
      has_changed = true;
    }
  return wait->is_hopeless;
}

static bool
thread_is_hopeless (uint64_t thread)
{
  lodger__hash_for (wait, &by_thread, lodger__hash_of_number (thread), LodgerWait, by_thread)
    if (wait->thread == thread)
      return reach (wait);
  return false;
}

static bool
caller_is_hopeless (const LodgerCaller *caller)
{
  return thread_is_hopeless (lodger__owner_serial (caller));
}

/* As long as nobody is known to make room, anybody may. */
static bool
room_is_hopeless (const LodgerRoom *room)
{
  const LodgerCaller *caller = atomic_load (&room->caller);
  uint64_t thread = atomic_load (&room->thread);
  return caller != NULL ? caller_is_hopeless (caller) : thread != 0 && thread_is_hopeless (thread);
}

static bool
crew_is_hopeless (const LodgerCaller *crew, unsigned size)
{
  unsigned hopeless = 0;
  if (by_crew.count < size)
    return false;
  lodger__hash_for (wait, &by_crew, lodger__hash_of_pointer (crew), LodgerWait, by_crew)
    hopeless += wait->crew == crew && reach (wait);
  return hopeless >= size;
}

static bool
is_hopeless (const LodgerBlockedOn *blocked)
{
  return (blocked->caller != NULL && caller_is_hopeless (blocked->caller))
         || (blocked->fiber != 0 && thread_is_hopeless (blocked->fiber))
         || (blocked->crew_size > 0 && crew_is_hopeless (blocked->crew, blocked->crew_size));
}

/* ---- what a pending hangs on ------------------------------------------------------------------------------------- */

enum
{
  STEPS_MOST = 1 << 16, /* groups can be members of each other: then there may be no end */
  DEPTH_MOST = 16       /* places that are had by those who wait for places */
};

/* References to pendings that are still to be looked at. */
typedef struct Trail
{
  LodgerPending **items;
  size_t count, size;
  unsigned steps;
} Trail;

/* Consumes the reference. Without memory the pending is left out, so that there is hope. */
static void
trail_add (Trail *trail, LodgerPending *pending)
{
  if (pending != NULL && trail->count == trail->size)
    {
      size_t size = trail->size > 0 ? trail->size * 2 : 16;
      LodgerPending **items = realloc (trail->items, size * sizeof (LodgerPending *));
      if (items == NULL)
        {
          lodger__pending_drop (pending, &dropped);
          return;
        }
      trail->items = items;
      trail->size = size;
    }
  if (pending != NULL)
    trail->items[trail->count++] = pending;
}

static void
trail_follow (Trail *trail, LodgerBlockedOn *blocked)
{
  trail_add (trail, blocked->next);
  for (size_t i = 0; i < blocked->all_count; i++)
    trail_add (trail, blocked->all[i]);
  free (blocked->all);
}

/* To find a circle, not to judge it: each of any of them, too. */
static void
trail_follow_any (Trail *trail, LodgerBlockedOn *blocked)
{
  for (size_t i = 0; i < blocked->any_count; i++)
    trail_add (trail, blocked->any[i]);
  free (blocked->any);
}

/* NULL: there is nothing left, or there was too much. */
static LodgerPending *
trail_next (Trail *trail)
{
  return trail->count > 0 && trail->steps++ < STEPS_MOST ? trail->items[--trail->count] : NULL;
}

static void
trail_clear (Trail *trail)
{
  while (trail->count > 0)
    lodger__pending_drop (trail->items[--trail->count], &dropped);
  free (trail->items);
}

static bool is_hopeless_at (LodgerPending *pending, unsigned depth);

/* Consumes them. */
static bool
all_are_hopeless (LodgerBlockedOn *blocked, unsigned depth)
{
  bool hopeless = blocked->any_count > 0 && depth < DEPTH_MOST;
  for (size_t i = 0; i < blocked->any_count; i++)
    {
      hopeless = hopeless && is_hopeless_at (blocked->any[i], depth + 1);
      lodger__pending_drop (blocked->any[i], &dropped);
    }
  free (blocked->any);
  return hopeless;
}

/* The lock keeps its caller there. */
static bool
is_hopeless_at (LodgerPending *pending, unsigned depth)
{
  Trail trail = { NULL, 0, 0, 0 };
  LodgerPending *at;
  bool hopeless = false;
  trail_add (&trail, lodger_pending_ref (pending));
  while (!hopeless && (at = trail_next (&trail)) != NULL)
    {
      LodgerBlockedOn blocked;
      lodger__pending_lock (at);
      blocked = lodger__pending_blocked_on (at, &dropped);
      hopeless = is_hopeless (&blocked);
      lodger__pending_unlock (at);
      lodger__pending_drop (at, &dropped);
      trail_follow (&trail, &blocked);
      hopeless = all_are_hopeless (&blocked, depth) || hopeless;
    }
  trail_clear (&trail);
  return hopeless;
}

static bool
pending_is_hopeless (LodgerPending *pending)
{
  return is_hopeless_at (pending, 0);
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

/* Whether something holds of what the wait needs: of any one of a set, or of each. */
static bool
holds_of (const LodgerWait *wait, bool (*holds) (LodgerPending *pending))
{
  const void *place = NULL;
  LodgerPending *at;
  if (wait->set == NULL)
    return holds (wait->pending);
  while ((at = wait->set->next (wait->set, &place)) != NULL)
    if (holds (at) == wait->set->needs_all)
      return wait->set->needs_all;
  return !wait->set->needs_all;
}

static void
judge (LodgerWait *wait)
{
  bool is_still;
  if (!wait->is_hopeless)
    return;
  is_still = wait->pending != NULL ? holds_of (wait, pending_is_hopeless)
             : wait->room != NULL  ? room_is_hopeless (wait->room)
                                   : false;
  if (!is_still)
    {
      wait->is_hopeless = false;
      has_changed = true;
    }
}

/* Forwards, since the list grows at its end; then backwards, since hope comes from there. It may be given up as soon as
 * the one that matters (NULL: none in particular) has hope. */
static void
judge_found (const LodgerWait *matters)
{
  do
    {
      has_changed = false;
      lodger__list_for (wait, &found, LodgerWait, found)
        judge (wait);
      for (LodgerLink *at = has_changed ? found.last : NULL; at != NULL; at = at->prev)
        judge (lodger__list_item (at, LodgerWait, found));
    }
  while (has_changed && (matters == NULL || matters->is_hopeless));
}

static void
forget_found (void)
{
  while (lodger__list_pop (&found) != NULL)
    ;
}

static bool
wait_is_hopeless (LodgerWait *added)
{
  reach (added);
  judge_found (added);
  forget_found ();
  return added->is_hopeless;
}

static bool
is_on_stack (LodgerPending *pending)
{
  return lodger__pending_is_on_stack (pending);
}

static bool
is_current (LodgerPending *pending)
{
  return pending == lodger_pending_current ();
}

/* No cancel helps, either: it would have to return first. What is below a fiber on its thread's stack goes on once the
 * fiber has left the thread. */
static bool
is_for_itself (const LodgerWait *wait)
{
  return wait->pending != NULL && holds_of (wait, wait->is_of_fiber ? is_current : is_on_stack);
}

bool
lodger__judge_refuses (LodgerWait *wait)
{
  return is_for_itself (wait) || wait_is_hopeless (wait);
}

/* ---- a circle that closes later ---------------------------------------------------------------------------------- */

static bool
leads_to (LodgerPending *from, const LodgerPending *to)
{
  Trail trail = { NULL, 0, 0, 0 };
  LodgerPending *at;
  bool found_it = false;
  trail_add (&trail, lodger_pending_ref (from));
  while (!found_it && (at = trail_next (&trail)) != NULL)
    {
      LodgerBlockedOn blocked;
      lodger__pending_lock (at);
      blocked = lodger__pending_hangs_on (at, &dropped);
      lodger__pending_unlock (at);
      found_it = at == to;
      lodger__pending_drop (at, &dropped);
      trail_follow (&trail, &blocked);
      trail_follow_any (&trail, &blocked);
    }
  trail_clear (&trail);
  return found_it;
}

static bool
any_leads_to (const LodgerWait *wait, const LodgerPending *to)
{
  const void *place = NULL;
  LodgerPending *at;
  if (wait->set == NULL)
    return leads_to (wait->pending, to);
  while ((at = wait->set->next (wait->set, &place)) != NULL)
    if (leads_to (at, to))
      return true;
  return false;
}

/* It lies on the circle: what the pending hangs on hangs on it, and it waits for the pending. */
static LodgerWait *
on_circle (const LodgerPending *pending)
{
  lodger__list_for (wait, &found, LodgerWait, found)
    if (wait->is_hopeless && wait->pending != NULL && any_leads_to (wait, pending))
      return wait;
  return NULL;
}

LodgerWait *
lodger__judge_find_circle (LodgerPending *pending)
{
  LodgerWait *wait = NULL;
  if (pending_is_hopeless (pending))
    {
      judge_found (NULL);
      if (pending_is_hopeless (pending))
        wait = on_circle (pending);
    }
  forget_found ();
  return wait;
}
