/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Lodger keeps for each thread that uses it: its callers, the calls on its stack, its spare memory. */
#ifndef LODGER_THREAD_H
#define LODGER_THREAD_H

#include "base/list.h"
#include "base/port.h"
#include "base/slab.h"
#include "base/text.h"

#include <lodger/types.h>
#include <stdatomic.h>

/* A call that is on this thread's C stack. */
typedef struct LodgerFrame
{
  struct LodgerFrame *outer;
  uintptr_t outer_running; /* ownership.h: what `running` of its caller was before */
  LodgerCaller *caller;
  LodgerPending *pending; /* NULL in a call_direct */
  const LodgerSite *site;
  LodgerGuest *guest;                    /* it is in this loop, a guest of its caller's thread; NULL: in none */
  int64_t since;                         /* when it was entered; 0: nobody watched */
  _Atomic (LodgerPending *) awaited;     /* it blocks until that is done */
  _Atomic (LodgerCaller *) awaited_room; /* or until there is room in something of that caller; NULL: of none */
  atomic_bool waits;                     /* it blocks */
  bool is_published;                     /* in `running` of its caller */
} LodgerFrame;

/* Something that this thread has entered, and leaves before its call returns: it has a context of its own, and may be
 * cancelled by itself. Whoever enters it keeps it, on its stack or elsewhere. */
typedef struct LodgerBracket LodgerBracket;
typedef struct LodgerBracketOps
{
  bool (*is_cancelled) (const LodgerBracket *bracket); /* any thread, while its thread waits in it */
  bool (*is_shield) (const LodgerBracket *bracket);    /* what is around it does not cancel what is in it */
  void (*is_left) (LodgerBracket *bracket); /* the call has returned, or ended its thread, without leaving it */
} LodgerBracketOps;

struct LodgerBracket
{
  LodgerBracket *outer;        /* of the same call */
  LodgerContext *context;      /* a reference, or NULL */
  const LodgerBracketOps *ops; /* NULL: it is only a context */
  LodgerLink link;             /* among those of its thread that have operations */
};

/* On which stack this thread runs just now: its own, or that of a spawned call. */
typedef struct LodgerFiber LodgerFiber; /* fiber/inside.h */
typedef struct LodgerStrand
{
  LodgerFiber *fiber;   /* NULL: the thread's own */
  LodgerParker *parker; /* where it sleeps */
  const char *no_wait;  /* why the fiber must not wait just now; NULL: it may */
} LodgerStrand;

typedef struct LodgerThread LodgerThread;
struct LodgerThread
{
  LodgerStrand strand;
  LodgerFrame *frame;         /* innermost */
  LodgerContext *context;     /* the current one, borrowed from whoever keeps it; NULL: no values */
  LodgerBracket *bracket;     /* the innermost one of the innermost call; NULL: there is none */
  LodgerContext *own_context; /* a reference, or NULL: outside of all calls and brackets */
  LodgerList brackets;        /* those with operations, of all its calls, which are not on its stack */
  LodgerList callers;         /* the first attached first: owner.h */
  LodgerList claims;          /* callers that may start here, and have not */
  uint64_t serial;            /* never used twice, as an address may be */
  LodgerSlabs slabs;
  LodgerThreadParker parker;                           /* that of its own stack */
  struct LodgerStacks *stacks;                         /* idle ones: stack/pool.c; NULL: it has never had one */
  void (*stacks_at_end) (struct LodgerStacks *stacks); /* after at_end; set with them */
  void (*at_end) (LodgerThread *thread);               /* NULL: it has never had a caller */
};

/* Starts a thread of Lodger's own, as pthread_create does. Signals are the program's: the thread blocks them. */
int lodger__thread_create (pthread_t *ret_thread, void *(*func) (void *data), void *data);

/* This thread's, made on first use; NULL only without memory. */
LodgerThread *lodger__thread (void);
/* This thread: its stack is gone, with the calls on it. What they had entered is left. */
void lodger__thread_drop_stack (LodgerThread *thread);
/* This thread's if it has one. A stack stays in its thread: so it does not change when a call suspends. */
extern _Thread_local LodgerThread *lodger__thread_here
    __attribute__ ((tls_model ("initial-exec"), visibility ("hidden")));
static inline LodgerThread *
lodger__thread_peek (void)
{
  return lodger__thread_here;
}

/* Of a thread, or of a fiber: never used twice. */
uint64_t lodger__serial_new (void);

/* From here on this thread runs as that; and as before. */
static inline LodgerStrand
lodger__strand_enter (LodgerThread *thread, LodgerFiber *fiber, LodgerParker *parker)
{
  const LodgerStrand outer = thread->strand;
  thread->strand = (LodgerStrand) { fiber, parker, NULL };
  return outer;
}

static inline void
lodger__strand_leave (LodgerThread *thread, LodgerStrand outer)
{
  thread->strand = outer;
}

/* In a forked child, which has forgotten its calls: it still runs on the stack of one. */
static inline bool
lodger__strand_is_left (const LodgerThread *thread)
{
  return thread->strand.fiber == NULL && thread->strand.no_wait != NULL;
}

/* The user's code that frees a thing: a fiber must not wait in it. */
void lodger__destroy (LodgerDestroyFunc destroy, void *data);

/* A number of this thread, which needs no memory: no other thread that there is now has it. Never 0. */
static inline uintptr_t
lodger__thread_mark (void)
{
  static _Thread_local char mark __attribute__ ((tls_model ("initial-exec")));
  return (uintptr_t) &mark;
}

/* The innermost call of this thread, or NULL. */
static inline LodgerPending *
lodger__thread_pending (const LodgerThread *thread)
{
  return thread != NULL && thread->frame != NULL ? thread->frame->pending : NULL;
}

#endif
