/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only file that switches. A checked longjmp() ends the program when it goes to a frame that is not above its own
 * one on the same stack, which no switch between stacks does: the checks are turned off before any header is read. */
#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include "stack/inside.h"

#include <errno.h>
#include <stdlib.h>

/* The checkers know _setjmp() and _longjmp(). */
#if defined(__x86_64__) && defined(__LP64__) && defined(__GLIBC__) && !defined(LODGER_TOOL_ADDRESS)                    \
    && !defined(LODGER_TOOL_THREAD)
#include "stack/jump-x86-64.h"
#endif

/* makecontext() is called once for each stack, since it is slow, and may leave a shadow stack behind each time. Its
 * function never returns: it waits for the next function to run. From then on _setjmp() and _longjmp() switch, without
 * a system call. A processor may have a file that does without all four.
 *
 * They do not change the shadow stack of return addresses, if there is one. On x86 _longjmp() even walks up the present
 * one until it finds the target, which is on another. swapcontext() changes it, with two system calls. Which of both it
 * is cannot change while the process runs.
 *
 * A switch is a call, and the compiler must not know more of it: it is never inlined, so that whoever calls it expects
 * all memory to change. AddressSanitizer would put variables of these functions in memory that it has taken away by
 * then. */
#if defined(__clang__)
#define OPAQUE __attribute__ ((noinline, no_sanitize_address))
#else
#define OPAQUE __attribute__ ((noinline, noclone, noipa, no_sanitize_address))
#endif

static _Thread_local LodgerStack *current __attribute__ ((tls_model ("initial-exec")));
static _Thread_local LodgerToolStack own_tool __attribute__ ((tls_model ("initial-exec")));
static _Thread_local LodgerToolStack *left __attribute__ ((tls_model ("initial-exec"))); /* by the last switch */

static bool
has_shadow_stack (void)
{
#if defined(LODGER_STACK_CONTEXTS) /* a build for tests: as if there was one */
  return true;
#elif defined(__x86_64__)
  uint64_t top = 0;
  /* rdsspq %rax, by its bytes: nothing happens where there is none. */
  __asm__ volatile(".byte 0xf3, 0x48, 0x0f, 0x1e, 0xc8" : "+a"(top));
  return top != 0;
#elif defined(__aarch64__)
  /* chkfeat x16: clears the bit if there is one, else nothing happens. */
  uint64_t is_missing;
  __asm__ volatile("mov x16, #1\n\thint #40\n\tmov %0, x16" : "=r"(is_missing) : : "x16");
  return is_missing == 0;
#else
  return false;
#endif
}

static bool
needs_contexts (void)
{
  static atomic_int known; /* 0: not yet */
  int is_needed = atomic_load_explicit (&known, memory_order_relaxed);
  if (is_needed == 0)
    {
      is_needed = has_shadow_stack () ? 1 : -1;
      atomic_store_explicit (&known, is_needed, memory_order_relaxed);
    }
  return is_needed > 0;
}

static OPAQUE void
swap (LodgerPlace *from, const ucontext_t *to)
{
  ucontext_t here;
  from->context = &here;
  swapcontext (&here, to);
}

#ifdef LODGER_HAS_JUMP

#define GO(from, to, keeps)                                                                                            \
  do                                                                                                                   \
    {                                                                                                                  \
      left = (from)->tool;                                                                                             \
      if (__builtin_expect ((to)->context != NULL, 0))                                                                 \
        swap (from, (to)->context);                                                                                    \
      else                                                                                                             \
        lodger__jump ((from)->registers, (to)->registers);                                                             \
    }                                                                                                                  \
  while (0)

#else

/* The checkers change stacks last: they look for the frame that _setjmp() has told them of on the stack that is current
 * when _longjmp() is called. */
static inline void
jump (LodgerPlace *from, LodgerPlace *to, bool keeps)
{
  left = from->tool;
  lodger__tool_switch (from->tool, to->tool, keeps);
  if (__builtin_expect (to->context != NULL, 0))
    swap (from, to->context);
  else
    _longjmp (to->registers, 1);
}

/* Keeps `from` and goes on at `to`. Returns when somebody goes on at `from`. It is no function, since each return that
 * the processor has not seen the call of costs as much as all the rest. */
#define GO(from, to, keeps)                                                                                            \
  do                                                                                                                   \
    {                                                                                                                  \
      if (_setjmp ((from)->registers) == 0)                                                                            \
        jump (from, to, keeps);                                                                                        \
      lodger__tool_arrive ((from)->tool, left);                                                                        \
    }                                                                                                                  \
  while (0)

#endif

static OPAQUE void
run_functions (void)
{
  LodgerStack *stack = current;
  lodger__tool_arrive (&stack->tool, left);
  for (;;)
    {
      stack->func (stack->data);
      stack->has_returned = true;
      lodger__control_get (&stack->place.control);
      GO (&stack->place, &stack->resumer->place, false);
    }
}

/* Makes the context of a stack, and goes there. */
static OPAQUE void
enter (LodgerPlace *from, LodgerStack *stack)
{
  ucontext_t fresh;
  stack->has_context = true;
#ifdef LODGER_HAS_JUMP
  if (!needs_contexts ())
    {
      lodger__jump_prepare (stack->place.registers, stack, run_functions);
      GO (from, &stack->place, true);
      return;
    }
#endif
  getcontext (&fresh);
  fresh.uc_stack.ss_sp = stack->low;
  fresh.uc_stack.ss_size = (size_t) ((char *) stack - stack->low);
  fresh.uc_link = NULL;
  makecontext (&fresh, run_functions, 0);
  left = from->tool;
  if (needs_contexts ())
    {
      lodger__tool_switch (from->tool, &stack->tool, true);
      swap (from, &fresh);
    }
  else if (_setjmp (from->registers) == 0)
    {
      lodger__tool_switch (from->tool, &stack->tool, true);
      setcontext (&fresh);
    }
  lodger__tool_arrive (from->tool, left);
}

static LodgerToolStack *
tool_here (void)
{
  if (current != NULL)
    return &current->tool;
  if (!own_tool.is_known)
    lodger__tool_know_own (&own_tool);
  return &own_tool;
}

/* Whoever borrows this stack in between gets it here. */
OPAQUE bool
lodger__stack_resume (LodgerStack *stack)
{
  LodgerResumer resumer;
  const int error = errno;
  resumer.place.context = NULL;
  resumer.place.tool = tool_here ();
  lodger__control_get (&resumer.place.control);
  resumer.stack = current;
  resumer.borrower = NULL;
  stack->resumer = &resumer;
  current = stack;
  if (__builtin_expect (stack->has_context, 1))
    GO (&resumer.place, &stack->place, true);
  else
    enter (&resumer.place, stack);
  while (__builtin_expect (resumer.borrower != NULL, 0))
    {
      LodgerStack *borrower = resumer.borrower;
      resumer.borrower = NULL;
      current = resumer.stack;
      resumer.func (resumer.data);
      current = borrower;
      GO (&resumer.place, &borrower->place, true);
    }
  current = resumer.stack;
  stack->resumer = NULL;
  errno = error;
  lodger__control_change (&stack->place.control, &resumer.place.control);
  return stack->has_returned;
}

bool
lodger__stack_start (LodgerStack *stack, void (*func) (void *data), void *data)
{
  stack->func = func;
  stack->data = data;
  stack->has_returned = false;
  return lodger__stack_resume (stack);
}

OPAQUE void
lodger__stack_leave (void)
{
  LodgerStack *stack = current;
  const int error = errno;
  if (stack == NULL)
    abort (); /* there is nowhere to go */
  lodger__stack_check (stack);
  lodger__control_get (&stack->place.control);
  GO (&stack->place, &stack->resumer->place, true);
  errno = error;
  lodger__control_change (&stack->resumer->place.control, &stack->place.control);
}

/* The thread's own stack is suspended where it has started or resumed the outermost of the stacks that are in each
 * other. errno and the floating-point control pass through both ways, as in a plain call. */
OPAQUE void
lodger__stack_borrow (void (*func) (void *data), void *data)
{
  LodgerStack *stack = current;
  LodgerResumer *own;
  if (stack == NULL)
    {
      func (data);
      return;
    }
  own = stack->resumer;
  while (own->stack != NULL)
    own = own->stack->resumer;
  own->borrower = stack;
  own->func = func;
  own->data = data;
  GO (&stack->place, &own->place, true);
}

LodgerStack *
lodger__stack_current (void)
{
  return current;
}

void
lodger__stack_lose (const LodgerStack *stack)
{
  if (current == stack)
    current = NULL;
}
