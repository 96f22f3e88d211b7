/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of this wing share.
 *
 * Memory of a stack, from low to high addresses:
 *
 *   guard    LODGER_STACK_GUARD bytes that must not be touched
 *   low      frames, which grow down from `stack` to `low`
 *   stack    the LodgerStack itself, up to the end
 *
 * A debugger finds the registers of a stack that is not running in `place.registers`, as _setjmp() writes them: on
 * x86-64 rbx, rbp, r12 to r15, rsp, rip, of which rbp, rsp and rip are rotated left by 17 bits after an exclusive or
 * with the word at fs:0x30; on aarch64 x19 to x30, a free word, sp, then d8 to d15, of which x30 and sp are under an
 * exclusive or with __pointer_chk_guard. Of x86-64's, only rbp, rsp and rip may be there: the others are on the stack
 * then, where the compiler's tables say. Where the processor has a shadow stack in use, `place.context` is not NULL,
 * and has them unchanged. `resumer` is not NULL on a stack that runs, or that waits for one which it has resumed
 * itself: the registers of whoever waits for it are in resumer->place. `current` in switch.c is the one that a thread
 * runs on. */
#ifndef LODGER_STACK_INSIDE_H
#define LODGER_STACK_INSIDE_H

#include "base/list.h"
#include "stack/control.h"
#include "stack/stack.h"
#include "stack/tools.h"

#include <setjmp.h>
#include <stdalign.h>
#include <ucontext.h>

enum
{
  LODGER_STACK_CLASSES = 15,      /* powers of two from the least size on */
  LODGER_STACK_LEAST = 64 * 1024, /* bytes */
  LODGER_STACK_GUARD = 64 * 1024, /* bytes; no page is larger */
  LODGER_STACK_CHECKED = 256      /* bytes below `low` that are looked at where no page guards it */
};

/* Where a context is suspended. */
typedef struct LodgerPlace
{
  jmp_buf registers;   /* first */
  ucontext_t *context; /* instead, on the suspended stack itself; NULL unless there is a shadow stack */
  LodgerToolStack *tool;
  LodgerControl control; /* what it had when it left; not while it borrows */
} LodgerPlace;

/* Who has started or resumed a stack, on the stack of that one. */
typedef struct LodgerResumer
{
  LodgerPlace place;
  LodgerStack *stack;    /* its own; NULL: the thread's */
  LodgerStack *borrower; /* wants `func` to be run here; NULL: nobody does */
  void (*func) (void *data);
  void *data;
} LodgerResumer;

typedef enum LodgerGuardKind
{
  LODGER_GUARD_MARKERS, /* of the system, in the page table: they split no mapping */
  LODGER_GUARD_PAGES,   /* a mapping of their own */
  LODGER_GUARD_NONE     /* what is below `low` is looked at */
} LodgerGuardKind;

struct LodgerStack
{
  LodgerPlace place;
  LodgerResumer *resumer;
  void (*func) (void *data);
  void *data;
  char *low;
  LodgerLink idle; /* in the pool */
  unsigned char class;
  unsigned char guard; /* LodgerGuardKind */
  bool has_context;    /* it has run before: its context waits for the next function */
  bool has_returned;
  bool is_used;           /* frames may have used all of it since its memory was given back */
  unsigned memory_number; /* valgrind's */
  LodgerToolStack tool;
  alignas (16) unsigned char room[LODGER_STACK_ROOM];
};

/* switch.c. This thread ends, and does not run on that stack any more, if it did. */
void lodger__stack_lose (const LodgerStack *stack);

/* guard.c. Memory for a stack of a class; NULL: there is none. */
LodgerStack *lodger__stack_map (unsigned class);
void lodger__stack_unmap (LodgerStack *stack);
/* Gives the memory back that frames have used, but for the highest pages. */
void lodger__stack_trim (LodgerStack *stack);
/* Ends the program if frames have reached below `low` of a stack that no page guards. */
void lodger__stack_check_below (LodgerStack *stack);
static inline void
lodger__stack_check (LodgerStack *stack)
{
  if (__builtin_expect (stack->guard == LODGER_GUARD_NONE, 0))
    lodger__stack_check_below (stack);
}
/* For tests: whether the system's markers are used, and how many stacks may have pages instead. */
void lodger__stack_limit_guards (bool may_mark, unsigned most);

/* overflow.c. Once a thread: an overflow is told from other faults from now on. The signal stack for it, or NULL. */
void *lodger__overflow_open (size_t *ret_size);
void lodger__overflow_close (void *signal_stack, size_t size);
/* Writes to the standard error which call has overflown. Safe in a signal handler. */
void lodger__overflow_say (LodgerStack *stack);

#endif
