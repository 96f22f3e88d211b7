/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stacks beside the thread's own, and the switch between them. A stack is taken, started, resumed and given in one
 * thread. */
#ifndef LODGER_STACK_H
#define LODGER_STACK_H

#include "base/site.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct LodgerStack
    LodgerStack; /* a stack, and the context that is suspended on it; at the top of its own memory */

enum
{
  LODGER_STACK_ROOM = 512 /* bytes of the user's own beside it */
};

/* From this thread's pool, with at least `size` bytes (0: the least there is). NULL: no memory, or too large. */
LodgerStack *lodger__stack_take (size_t size);
/* To the pool: its function has returned. */
void lodger__stack_give (LodgerStack *stack);
/* Its function has not returned, and never goes on: what is on the stack is lost, and its memory freed. A thread that
 * ends on a stack, by pthread_exit(), keeps it, since its room may be in use: whoever has taken it drops it then. */
void lodger__stack_drop (LodgerStack *stack);
/* LODGER_STACK_ROOM bytes, aligned to 16; what was there before stays there from one take to the next, or is 0. */
void *lodger__stack_room (LodgerStack *stack);
/* How many bytes it has. */
size_t lodger__stack_size (const LodgerStack *stack);

/* Runs func (data) on it until it leaves or returns. True: it has returned. It begins with the errno and the
 * floating-point control of who starts it, and has its own ones from then on; flags of floating-point exceptions are
 * the thread's. */
bool lodger__stack_start (LodgerStack *stack, void (*func) (void *data), void *data);
/* The same, going on where it left. */
bool lodger__stack_resume (LodgerStack *stack);
/* On a stack: back to who started or resumed it. Returns when it is resumed. */
void lodger__stack_leave (void);
/* Runs func (data) on the thread's own stack, wherever in each other the stacks are, as if it was called here. No stack
 * is current in it. It may start and resume other stacks, which may borrow in turn; it may not leave. On the thread's
 * own stack it is a plain call. */
void lodger__stack_borrow (void (*func) (void *data), void *data);
/* The one this code runs on; NULL: the thread's own. Safe in a signal handler. */
LodgerStack *lodger__stack_current (void);

/* The pool of this thread holds more than it needs for long, as in base/slab.h. */
bool lodger__stack_have_surplus (void);
void lodger__stack_begin_watch (void);
/* Gives some of it back that has not been used since then. True: there is more. */
bool lodger__stack_give_back (void);

/* Which call is on the stack of that room, for the report of an overflow; the strings stay. In a signal handler. NULL:
 * it is not known. */
typedef const LodgerSite *LodgerStackNamer (void *room);
extern _Atomic (LodgerStackNamer *) lodger__stack_namer;

#endif
