/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Switches between stacks, 200,000 times; prints what came of it. */
#include "stack/stack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  STACKS = 10,
  ROUNDS = 20000
};

static unsigned long sum;
static unsigned depth;

/* Arrays on the stack, so that the compiler protects it. */
static unsigned __attribute__ ((noinline)) fill (unsigned seed)
{
  char text[300];
  memset (text, (int) (seed % 100) + 1, sizeof text);
  snprintf (text, sizeof text, "%u", seed);
  return (unsigned) strlen (text);
}

static void
add_on_own_stack (void *data)
{
  char much[512 * 1024];
  memset (much, *(int *) data, sizeof much);
  if (lodger__stack_current () == NULL)
    sum += (unsigned) much[sizeof much - 1];
}

static void
count (void *data)
{
  int number = *(int *) data;
  for (int i = 0; i < ROUNDS; i++)
    {
      errno = number;
      sum += fill ((unsigned) i) > 0;
      lodger__stack_leave ();
      if (errno != number)
        abort ();
    }
  lodger__stack_borrow (add_on_own_stack, &number);
}

static void
nest (void *data)
{
  LodgerStack *stack;
  if (++depth == STACKS)
    return;
  stack = lodger__stack_take (0);
  if (!lodger__stack_start (stack, nest, data))
    abort ();
  lodger__stack_give (stack);
}

int
main (void)
{
  LodgerStack *stacks[STACKS];
  int numbers[STACKS], alive = STACKS;
  for (int i = 0; i < STACKS; i++)
    {
      numbers[i] = i + 1;
      stacks[i] = lodger__stack_take (0);
      if (lodger__stack_start (stacks[i], count, &numbers[i]))
        return 1;
    }
  while (alive > 0)
    for (int i = 0; i < STACKS; i++)
      if (stacks[i] != NULL && lodger__stack_resume (stacks[i]))
        {
          lodger__stack_give (stacks[i]);
          stacks[i] = NULL;
          alive--;
        }
  nest (NULL);
  printf ("sum %lu depth %u\n", sum, depth);
  return 0;
}
