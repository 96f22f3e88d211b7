/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two stacks, and nothing but the switch between them: there and back is one. */
#include "fibers.h"
#include "stack/stack.h"

#include <stdlib.h>
#include <ucontext.h>

static uint64_t n_left;

/* ---- Lodger's own ------------------------------------------------------------------------------------------------ */

static void
leave_often (void *data)
{
  uint64_t count = *(uint64_t *) data;
  for (uint64_t i = 0; i < count; i++)
    {
      n_left++;
      lodger__stack_leave ();
    }
}

int64_t
bare_switch (uint64_t count)
{
  LodgerStack *stack = lodger__stack_take (0);
  int64_t start;
  bool has_ended;
  if (stack == NULL)
    bench_fail ("no memory for a stack");
  n_left = 0;
  start = fibers_clock ();
  has_ended = lodger__stack_start (stack, leave_often, &count);
  while (!has_ended)
    has_ended = lodger__stack_resume (stack);
  start = fibers_clock () - start;
  lodger__stack_give (stack);
  if (n_left != count)
    bench_fail ("%llu of %llu switches", (unsigned long long) n_left, (unsigned long long) count);
  return start;
}

/* ---- the C library's --------------------------------------------------------------------------------------------- */

static ucontext_t here, there;

static void
swap_for_ever (void)
{
  for (;;)
    {
      n_left++;
      swapcontext (&there, &here);
    }
}

int64_t
bare_swapcontext (uint64_t count)
{
  static char memory[64 * 1024];
  int64_t start;
  getcontext (&there);
  there.uc_stack.ss_sp = memory;
  there.uc_stack.ss_size = sizeof memory;
  there.uc_link = NULL;
  makecontext (&there, swap_for_ever, 0);
  n_left = 0;
  start = fibers_clock ();
  for (uint64_t i = 0; i < count; i++)
    swapcontext (&here, &there);
  start = fibers_clock () - start;
  if (n_left != count)
    bench_fail ("%llu of %llu switches", (unsigned long long) n_left, (unsigned long long) count);
  return start;
}
