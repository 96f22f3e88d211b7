/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stacks of a thread that nobody uses. They stay in their thread, as calls do that run on a stack: there is no
 * lock.
 *
 * The one that was given last is taken first, since its memory is warm. After a flood there are as many as the flood
 * needed; that pays when the next one comes soon. Those that have lain there unused for a while are given back, a few
 * at a time, the oldest first; those that stay give back what frames have used deep down. */
#include "base/thread.h"
#include "stack/inside.h"

#include <stdlib.h>

enum
{
  KEPT = 64,       /* of a class, that are never given back */
  MOST = 16384,    /* of a class: what exceeds that goes back at once */
  GIVEN_BACK = 16, /* at a time */
  LARGE = 4,       /* the class from which on a used one may be trimmed: 1 MiB */
  KEPT_USED = 8    /* of these, that are no surplus */
};

typedef struct LodgerStacks
{
  LodgerList idle[LODGER_STACK_CLASSES]; /* the last given at the end */
  unsigned count[LODGER_STACK_CLASSES];
  unsigned lowest[LODGER_STACK_CLASSES]; /* that the count has been since the watch began */
  unsigned surplus;                      /* how many exceed KEPT, over all classes */
  unsigned used;                         /* idle ones that could be trimmed */
  void *signal_stack;                    /* NULL: the thread has one of its own, or there is none */
  size_t signal_stack_size;
} LodgerStacks;

static void
end_stacks (LodgerStacks *stacks)
{
  for (unsigned i = 0; i < LODGER_STACK_CLASSES; i++)
    {
      LodgerLink *link;
      while ((link = lodger__list_pop (&stacks->idle[i])) != NULL)
        lodger__stack_unmap (lodger__list_item (link, LodgerStack, idle));
    }
  lodger__stack_lose (lodger__stack_current ());
  lodger__overflow_close (stacks->signal_stack, stacks->signal_stack_size);
  free (stacks);
}

static LodgerStacks *
own_stacks (void)
{
  LodgerThread *thread = lodger__thread ();
  if (thread == NULL)
    return NULL;
  if (thread->stacks == NULL && (thread->stacks = calloc (1, sizeof *thread->stacks)) != NULL)
    {
      thread->stacks_at_end = end_stacks;
      thread->stacks->signal_stack = lodger__overflow_open (&thread->stacks->signal_stack_size);
    }
  return thread->stacks;
}

/* LODGER_STACK_CLASSES: it is too large. */
static unsigned
class_of (size_t size)
{
  unsigned class = 0;
  while (class < LODGER_STACK_CLASSES && (size_t) LODGER_STACK_LEAST << class < size)
    class += 1;
  return class;
}

static bool
is_trimmable (const LodgerStack *stack)
{
  return stack->is_used && stack->class >= LARGE;
}

/* The link is one of the ends of the list of its class. */
static LodgerStack *
take_out (LodgerStacks *stacks, LodgerLink *link)
{
  LodgerStack *stack = lodger__list_item (link, LodgerStack, idle);
  const unsigned class = stack->class;
  lodger__list_remove (link);
  stacks->used -= is_trimmable (stack);
  stacks->surplus -= stacks->count[class]-- > KEPT;
  if (stacks->count[class] < stacks->lowest[class])
    stacks->lowest[class] = stacks->count[class];
  return stack;
}

LodgerStack *
lodger__stack_take (size_t size)
{
  const unsigned class = class_of (size);
  LodgerStacks *stacks = own_stacks ();
  if (stacks == NULL || class == LODGER_STACK_CLASSES)
    return NULL;
  return stacks->idle[class].last != NULL ? take_out (stacks, stacks->idle[class].last) : lodger__stack_map (class);
}

void
lodger__stack_give (LodgerStack *stack)
{
  LodgerStacks *stacks = own_stacks ();
  lodger__stack_check (stack);
  if (stacks == NULL || stacks->count[stack->class] == MOST)
    {
      lodger__stack_unmap (stack);
      return;
    }
  stack->is_used = true;
  stacks->used += is_trimmable (stack);
  stacks->surplus += ++stacks->count[stack->class] > KEPT;
  lodger__list_append (&stacks->idle[stack->class], &stack->idle);
}

void
lodger__stack_drop (LodgerStack *stack)
{
  lodger__stack_lose (stack);
  lodger__stack_unmap (stack);
}

void *
lodger__stack_room (LodgerStack *stack)
{
  return stack->room;
}

size_t
lodger__stack_size (const LodgerStack *stack)
{
  return (size_t) LODGER_STACK_LEAST << stack->class;
}

static LodgerStacks *
known_stacks (void)
{
  const LodgerThread *thread = lodger__thread_peek ();
  return thread != NULL ? thread->stacks : NULL;
}

bool
lodger__stack_have_surplus (void)
{
  const LodgerStacks *stacks = known_stacks ();
  return stacks != NULL && (stacks->surplus > 0 || stacks->used > KEPT_USED);
}

void
lodger__stack_begin_watch (void)
{
  LodgerStacks *stacks = known_stacks ();
  for (unsigned i = 0; stacks != NULL && i < LODGER_STACK_CLASSES; i++)
    stacks->lowest[i] = stacks->count[i];
}

/* The oldest `unused` ones of a class. */
static void
trim (LodgerStacks *stacks, unsigned class, unsigned unused)
{
  lodger__list_for (stack, &stacks->idle[class], LodgerStack, idle)
    {
      if (unused-- == 0)
        break;
      if (!is_trimmable (stack))
        continue;
      lodger__stack_trim (stack);
      stacks->used--;
    }
}

bool
lodger__stack_give_back (void)
{
  LodgerStacks *stacks = known_stacks ();
  bool has_more = false;
  for (unsigned i = 0; stacks != NULL && i < LODGER_STACK_CLASSES; i++)
    {
      for (unsigned given = 0; given < GIVEN_BACK && stacks->lowest[i] > KEPT; given++)
        {
          stacks->lowest[i]--;
          lodger__stack_unmap (take_out (stacks, stacks->idle[i].first));
        }
      if (stacks->lowest[i] > KEPT)
        has_more = true;
      else
        trim (stacks, i, stacks->lowest[i]);
    }
  return has_more;
}
