/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"
#include "ending.h"

#include <stdlib.h>
#include <string.h>

/* Parents and children: every child is a thread that its parent starts, tells to stop, waits for and joins. The list is
 * under the parent's mutex, under which a stop also sets the state: so no child comes after the stop has told all. */

static void
unlink_child (LodgerCaller *parent, LodgerCaller *child)
{
  LodgerCaller **at;
  for (at = &parent->children; *at != child; at = &(*at)->next_sibling)
    ;
  *at = child->next_sibling;
}

static LodgerCaller *
child_of (LodgerItem *item)
{
  return (LodgerCaller *) ((char *) item - offsetof (LodgerCaller, gone_item));
}

/* Under the mutex. Whoever leaves a child behind may come to this after its thread has returned, and has gone. */
static void
await_no_more (LodgerCaller *parent, LodgerCaller *child)
{
  if (!child->is_left_behind)
    atomic_fetch_sub (&parent->awaited, 1);
  child->is_left_behind = true;
}

/* The reference to the child is the one that its thread had. */
static void
gone_run (LodgerCaller *parent, LodgerItem *item)
{
  LodgerCaller *child = child_of (item);
  pthread_join (child->thread, NULL);
  pthread_mutex_lock (&parent->mutex);
  unlink_child (parent, child);
  await_no_more (parent, child);
  pthread_mutex_unlock (&parent->mutex);
  lodger_caller_unref (child);
}

/* The parent has ended before, and this is the child's own thread. */
static void
gone_drop (LodgerCaller *parent, LodgerItem *item)
{
  LodgerCaller *child = child_of (item);
  pthread_mutex_lock (&parent->mutex);
  unlink_child (parent, child);
  pthread_mutex_unlock (&parent->mutex);
  pthread_detach (child->thread);
  lodger_caller_unref (child);
}

static const LodgerItemOps gone_ops = { .run = gone_run, .drop = gone_drop };

/* Under the mutex. */
static LodgerCaller *
named_child (const LodgerCaller *parent, const char *name)
{
  LodgerCaller *child;
  for (child = parent->children; child != NULL; child = child->next_sibling)
    if (!child->is_pooled && strcmp (child->name, name) == 0
        && lodger_caller_get_state (child) < LODGER_CALLER_STOPPING)
      break;
  return child;
}

int
lodger__family_start (LodgerCaller *parent, LodgerCaller *child, bool is_only)
{
  int code = 0;
  child->gone_item.ops = &gone_ops;
  pthread_mutex_lock (&parent->mutex);
  if (lodger_caller_get_state (parent) >= LODGER_CALLER_STOPPING)
    code = LODGER_ESHUTDOWN;
  else if (is_only && named_child (parent, child->name) != NULL)
    code = LODGER_EALREADY;
  else
    {
      child->birth = ++parent->births;
      child->next_sibling = parent->children;
      parent->children = child;
      code = lodger__worker_start (child);
      if (code == 0)
        atomic_fetch_add (&parent->awaited, 1);
      else
        parent->children = child->next_sibling;
    }
  pthread_mutex_unlock (&parent->mutex);
  return code;
}

void
lodger__family_gone (LodgerCaller *parent, LodgerCaller *child)
{
  lodger__caller_push (parent, &child->gone_item);
}

void
lodger__family_leave_behind (LodgerCaller *child)
{
  LodgerCaller *parent = child->parent;
  if (parent == NULL)
    return;
  pthread_mutex_lock (&parent->mutex);
  await_no_more (parent, child);
  pthread_mutex_unlock (&parent->mutex);
  lodger__caller_poke (parent);
}

/* ---- each of them, without the mutex --------------------------------------------------------------------------------- */

static LodgerCaller *
next_untold (LodgerCaller *parent)
{
  LodgerCaller *child;
  pthread_mutex_lock (&parent->mutex);
  for (child = parent->children; child != NULL && child->is_told; child = child->next_sibling)
    ;
  if (child != NULL)
    {
      child->is_told = true;
      lodger_caller_ref (child);
    }
  pthread_mutex_unlock (&parent->mutex);
  return child;
}

/* The parent's deadline is theirs as well; only one with less time is watched by itself. */
void
lodger__family_stop (LodgerCaller *parent)
{
  LodgerCaller *child;
  while ((child = next_untold (parent)) != NULL)
    {
      lodger_caller_stop (child, true);
      lodger_caller_unref (child);
    }
}

LodgerCaller **
lodger__family_list (LodgerCaller *parent, size_t *ret_count)
{
  LodgerCaller **list;
  LodgerCaller *child;
  size_t count = 0;
  pthread_mutex_lock (&parent->mutex);
  for (child = parent->children; child != NULL; child = child->next_sibling)
    count++;
  list = count > 0 ? malloc (count * sizeof (LodgerCaller *)) : NULL;
  count = 0;
  for (child = parent->children; list != NULL && child != NULL; child = child->next_sibling)
    if (lodger_caller_get_state (child) != LODGER_CALLER_STOPPED)
      list[count++] = lodger_caller_ref (child);
  pthread_mutex_unlock (&parent->mutex);
  if (count == 0)
    {
      free (list);
      list = NULL;
    }
  *ret_count = count;
  return list;
}

/* Nothing may be allocated here, and children come and go meanwhile: the next is the youngest that is older than the one
 * before. */
static void
for_each (LodgerCaller *parent, void (*see_to) (LodgerCaller *child))
{
  uint64_t younger = UINT64_MAX;
  for (;;)
    {
      LodgerCaller *child;
      pthread_mutex_lock (&parent->mutex);
      for (child = parent->children; child != NULL && child->birth >= younger; child = child->next_sibling)
        ;
      lodger_caller_ref (child);
      pthread_mutex_unlock (&parent->mutex);
      if (child == NULL)
        return;
      younger = child->birth;
      see_to (child);
      lodger_caller_unref (child);
    }
}

void
lodger__family_late (LodgerCaller *parent)
{
  for_each (parent, lodger__abandon_late);
}

static void
abandon_at_last (LodgerCaller *child)
{
  lodger__abandon_at_last (child);
}

/* They have had their parent's time, and go before it. */
void
lodger__family_at_last (LodgerCaller *parent)
{
  for_each (parent, abandon_at_last);
}

/* Whoever stops one that has not been told yet finds a parent that has stopped, and has it watched then. */
static void
watch (LodgerCaller *child)
{
  if (lodger_caller_get_state (child) == LODGER_CALLER_STOPPING)
    lodger__watch_begin (child, child->stop_until);
}

void
lodger__family_watch (LodgerCaller *parent)
{
  if (atomic_load (&parent->awaited) > 0)
    for_each (parent, watch);
}

LodgerCaller *
lodger__family_find (LodgerCaller *parent, const char *name)
{
  LodgerCaller *child;
  pthread_mutex_lock (&parent->mutex);
  child = lodger_caller_ref (named_child (parent, name));
  pthread_mutex_unlock (&parent->mutex);
  return child;
}
