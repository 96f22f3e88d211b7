/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "children/children.h"

#include "base/log.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/post.h"

#include <stdlib.h>
#include <string.h>

/* The list is under the parent's mutex, under which a stop also changes the phase: so no child comes after the stop has told
 * all. */

/* Under the mutex. Whoever leaves a child behind may come to this after its thread has returned, and has gone. */
static void
await_no_more (LodgerCaller *parent, LodgerCaller *child)
{
  if (!child->children.is_left_behind)
    atomic_fetch_sub (&parent->children.awaited, 1);
  child->children.is_left_behind = true;
}

/* Under the mutex. */
static LodgerCaller *
named_child (const LodgerCaller *parent, const char *name)
{
  const uint64_t hash = lodger__hash_of_string (name);
  lodger__hash_for (child, &parent->children.by_name, hash, LodgerCaller, children.by_name_link)
    if (strcmp (lodger__name (child), name) == 0 && !lodger__is_stopping (child))
      return child;
  return NULL;
}

/* Under the mutex, both. */
static void
add (LodgerCaller *parent, LodgerCaller *child, LodgerChildKind kind)
{
  child->children.birth = ++parent->children.births;
  lodger__list_prepend (&parent->children.list, &child->children.sibling);
  if (kind != LODGER_CHILD_WORKER)
    lodger__hash_insert (&parent->children.by_name, &child->children.by_name_link,
                         lodger__hash_of_string (lodger__name (child)));
}

static void
take_out (LodgerCaller *parent, LodgerCaller *child)
{
  lodger__list_remove (&child->children.sibling);
  lodger__hash_remove (&parent->children.by_name, &child->children.by_name_link);
}

void
lodger__children_clear (LodgerCaller *caller)
{
  lodger__hash_clear (&caller->children.by_name);
}

/* The reference to the child is the one that its thread had. */
static void
gone_run (LodgerCaller *parent, LodgerItem *item)
{
  LodgerCaller *child = lodger__list_item (item, LodgerCaller, children.gone_item);
  pthread_join (child->children.thread, NULL);
  lodger__caller_lock (parent);
  take_out (parent, child);
  await_no_more (parent, child);
  lodger__caller_unlock (parent);
  lodger_caller_unref (child);
}

/* The parent has ended before: its `stopped` may wait for this. */
static void
gone_drop (LodgerCaller *parent, LodgerItem *item)
{
  LodgerCaller *child = lodger__list_item (item, LodgerCaller, children.gone_item);
  lodger__caller_lock (parent);
  take_out (parent, child);
  await_no_more (parent, child);
  lodger__caller_unlock (parent);
  pthread_detach (child->children.thread);
  lodger_caller_unref (child);
  lodger__stop_publish (parent);
}

static const LodgerItemOps gone_ops = { .run = gone_run, .drop = gone_drop };

int
lodger__children_start (LodgerCaller *parent, LodgerCaller *child, LodgerChildKind kind, LodgerThreadStart start)
{
  int code = 0;
  child->children.gone_item.ops = &gone_ops;
  lodger__caller_lock (parent);
  if (lodger__is_stopping (parent))
    code = LODGER_ESHUTDOWN;
  else if (kind == LODGER_CHILD_NAMED && named_child (parent, lodger__name (child)) != NULL)
    code = LODGER_EALREADY;
  else
    {
      add (parent, child, kind);
      code = start (child);
      if (code == 0)
        atomic_fetch_add (&parent->children.awaited, 1);
      else
        take_out (parent, child);
    }
  lodger__caller_unlock (parent);
  return code;
}

pthread_t *
lodger__child_thread (LodgerCaller *child)
{
  return &child->children.thread;
}

void
lodger__child_gone (LodgerCaller *parent, LodgerCaller *child)
{
  lodger__push (parent, &child->children.gone_item);
}

LodgerCaller *
lodger__children_find (LodgerCaller *parent, const char *name)
{
  LodgerCaller *child;
  lodger__caller_lock (parent);
  child = lodger_caller_ref (named_child (parent, name));
  lodger__caller_unlock (parent);
  return child;
}

LodgerCaller **
lodger_caller_list_children (LodgerCaller *caller, size_t *ret_count)
{
  LodgerCaller **list;
  size_t count = 0;
  if (ret_count != NULL)
    *ret_count = 0;
  if (lodger__is_null (caller, __func__) || lodger__is_null (ret_count, __func__))
    return NULL;
  lodger__caller_lock (caller);
  lodger__list_for (child, &caller->children.list, LodgerCaller, children.sibling)
    count++;
  list = count > 0 ? malloc (count * sizeof (LodgerCaller *)) : NULL;
  count = 0;
  lodger__list_for (child, &caller->children.list, LodgerCaller, children.sibling)
    if (list != NULL && lodger__phase (child) != LODGER_PHASE_STOPPED)
      list[count++] = lodger_caller_ref (child);
  lodger__caller_unlock (caller);
  if (count == 0)
    {
      free (list);
      list = NULL;
    }
  *ret_count = count;
  return list;
}

/* ---- a stop ---------------------------------------------------------------------------------------------------------- */

/* Under the mutex: the next older one. If the last one is gone from the list, all that are left are asked for their age. */
static LodgerCaller *
next_older (LodgerCaller *parent, LodgerCaller *last, uint64_t birth)
{
  LodgerCaller *child;
  if (last != NULL && last->children.sibling.list != NULL)
    return lodger__list_next (last, LodgerCaller, children.sibling);
  child = lodger__list_first (&parent->children.list, LodgerCaller, children.sibling);
  while (child != NULL && child->children.birth >= birth)
    child = lodger__list_next (child, LodgerCaller, children.sibling);
  return child;
}

/* Nothing may be allocated here, and children come and go meanwhile. Without the mutex. */
static void
for_each (LodgerCaller *parent, void (*see_to) (LodgerCaller *child))
{
  LodgerCaller *last = NULL, *child;
  uint64_t birth = UINT64_MAX;
  for (;;)
    {
      lodger__caller_lock (parent);
      child = lodger_caller_ref (next_older (parent, last, birth));
      lodger__caller_unlock (parent);
      lodger_caller_unref (last);
      if (child == NULL)
        return;
      birth = child->children.birth;
      see_to (child);
      last = child;
    }
}

static void
stop_child (LodgerCaller *child)
{
  lodger_caller_stop (child, true);
}

/* The parent's deadline is theirs as well; only one with less time is watched by itself. None comes any more. */
static void
tell (LodgerCaller *parent)
{
  for_each (parent, stop_child);
}

static bool
awaits (const LodgerCaller *parent)
{
  return atomic_load (&parent->children.awaited) > 0;
}

static void
late (LodgerCaller *parent)
{
  for_each (parent, lodger__abandon_late);
}

static void
abandon_at_last (LodgerCaller *child)
{
  lodger__abandon_at_last (child);
}

/* They have had their parent's time, and go before it. */
static bool
at_last (LodgerCaller *parent)
{
  if (!awaits (parent))
    return false;
  for_each (parent, abandon_at_last);
  return true;
}

/* Whoever stops one that has not been told yet finds a parent that has stopped, and has it watched then. */
static void
watch (LodgerCaller *child)
{
  if (lodger_caller_get_state (child) == LODGER_CALLER_STOPPING)
    lodger__deadline_begin_own (child);
}

/* Their parent waits for them no more, so that their deadlines are their own. */
static void
stopped (LodgerCaller *parent)
{
  if (awaits (parent))
    for_each (parent, watch);
}

/* As a child: nobody waits for it any more. */
static void
left_behind (LodgerCaller *child)
{
  LodgerCaller *parent = lodger__parent (child);
  if (parent == NULL)
    return;
  lodger__caller_lock (parent);
  await_no_more (parent, child);
  lodger__caller_unlock (parent);
  lodger__poke (parent);
  lodger__stop_publish (parent);
}

const LodgerStopParticipant lodger__children_participant = {
  .refuse = tell,
  .awaits = awaits,
  .holds_up = awaits,
  .late = late,
  .at_last = at_last,
  .stopped = stopped,
  .left_behind = left_behind,
};
