/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fiber/inside.h"

#include "life/phase.h"
#include "loop/frames.h"
#include "mailbox/post.h"

#include <assert.h>

/* One word says where a fiber is:
 *
 *   RUNNING    it is on its thread, or about to be
 *   PARKED     it waits, and is in nobody's hands: whoever signals it sends its item
 *   SIGNALLED  it has something to look at: it is on its thread, or its item is on its way
 *
 * A signal exchanges the word for SIGNALLED, and sends the item if it was PARKED: so the item is sent at most once for
 * each time that the fiber parks, and is in no inbox when it does. The fiber parks by changing RUNNING to PARKED, which
 * fails after a signal: so that no signal is lost between its look and its sleep. What the signaller wrote before the
 * exchange is seen by the fiber after its own exchange of the same word. The fiber parks before it has left its stack.
 * That is no race, since only the thread that it is leaving can resume it.
 *
 * Its timer is an item of its own. A turn runs its timers before its inbox: so when the other item runs, the timer has
 * come, or is still in the heap, and can be taken out of it. */

static_assert (sizeof (LodgerFiber) <= LODGER_STACK_ROOM, "a fiber lies at the top of its own stack");

static LodgerFiber *
fiber_of (LodgerParker *parker)
{
  return (LodgerFiber *) parker;
}

/* ---- on and off the thread --------------------------------------------------------------------------------------- */

static LodgerCarried
carried_by (const LodgerThread *thread)
{
  return (LodgerCarried) { thread->context, thread->bracket };
}

static void
carry (LodgerThread *thread, LodgerCarried carried)
{
  thread->context = carried.context;
  thread->bracket = carried.bracket;
}

static void
run_on_stack (void *data)
{
  LodgerFiber *fiber = data;
  fiber->is_done = fiber->ops->run (fiber->caller, fiber->pending);
}

/* Owner: the fiber goes on until it waits or has ended. True: it has ended. */
static bool
switch_to (LodgerFiber *fiber, bool (*go) (LodgerFiber *fiber))
{
  LodgerThread *thread = lodger__thread_peek ();
  const LodgerCarried around = carried_by (thread);
  const LodgerStrand outer = lodger__strand_enter (thread, fiber, &fiber->parker);
  bool has_ended;
  fiber->around = around;
  lodger__guards_note (&fiber->guarded);
  has_ended = go (fiber);
  carry (thread, around);
  lodger__strand_leave (thread, outer);
  return has_ended;
}

static bool
start (LodgerFiber *fiber)
{
  return lodger__stack_start (fiber->stack, run_on_stack, fiber);
}

static bool
resume (LodgerFiber *fiber)
{
  return lodger__stack_resume (fiber->stack);
}

static inline void
go_on (LodgerFiber *fiber)
{
  if (switch_to (fiber, resume))
    lodger__stack_give (fiber->stack);
}

/* Off its thread: nobody can take the caller away meanwhile. The timer may be on its way: a loop inside of what the
 * user did when the fiber left may have taken it out of the heap, and ended before it ran. */
static void
clear_timer (LodgerFiber *fiber)
{
  if (fiber->has_timer && !lodger__timers_remove (fiber->timers, &fiber->timer))
    lodger__turn_remove_due (fiber->caller, &fiber->timeout);
  fiber->has_timer = false;
}

/* On its stack, off its thread's frames: leaves the stack as the function says, and comes back to it. */
static int
leave (LodgerFiber *fiber, bool (*may_leave) (LodgerFiber *fiber))
{
  LodgerThread *thread = lodger__thread_peek ();
  bool may;
  thread->strand.no_wait = "what an end of a scope frees cannot wait";
  may = fiber->ops->pause (fiber->frame);
  if (may)
    {
      fiber->own = carried_by (thread);
      lodger__pending_trace (LODGER_TRACE_SUSPEND, fiber->pending, fiber->caller);
      if (may_leave (fiber))
        lodger__stack_leave ();
      clear_timer (fiber);
      lodger__pending_trace (LODGER_TRACE_RESUME, fiber->pending, fiber->caller);
      carry (thread, fiber->own);
      thread->strand.no_wait = "what a wait has held up cannot wait";
      fiber->ops->go_on (fiber->frame);
    }
  thread->strand.no_wait = NULL;
  return may ? 0 : LODGER_ECANCELED;
}

/* ---- parking ----------------------------------------------------------------------------------------------------- */

static void
signal_fiber (LodgerParker *parker)
{
  LodgerFiber *fiber = fiber_of (parker);
  if (atomic_exchange (&fiber->state, SIGNALLED) == PARKED)
    lodger__push (fiber->caller, &fiber->resume);
}

static bool
park (LodgerFiber *fiber)
{
  int running = RUNNING;
  if (atomic_compare_exchange_strong (&fiber->state, &running, PARKED))
    return true;
  atomic_store (&fiber->state, RUNNING);
  return false;
}

static int
insert_timer (LodgerFiber *fiber, LodgerTimers *timers, int64_t deadline)
{
  bool is_first;
  int code = lodger__timers_insert (timers, &fiber->timer, &fiber->timeout, deadline, &is_first);
  fiber->timers = timers;
  fiber->has_timer = code == 0;
  return code;
}

/* In a stop a cleanup may have waits with a limit of their own. */
static int
set_timer (LodgerFiber *fiber, int64_t deadline)
{
  const LodgerHostOps *ops = lodger__host_ops (fiber->caller);
  int code;
  if (deadline == LODGER_FOREVER)
    return 0;
  if (ops != NULL && ops->arm == NULL)
    return LODGER_ENOSYS;
  code = insert_timer (fiber, lodger__timers (fiber->caller), deadline);
  return code == LODGER_ESHUTDOWN ? insert_timer (fiber, lodger__timers_of_stop (fiber->caller), deadline) : code;
}

static int
fiber_wait (LodgerParker *parker, int64_t deadline)
{
  LodgerFiber *fiber = fiber_of (parker);
  int code;
  if (atomic_exchange (&fiber->state, RUNNING) == SIGNALLED)
    return 0;
  fiber->has_timed_out = false;
  code = set_timer (fiber, deadline);
  if (code != 0)
    return code;
  code = leave (fiber, park);
  if (fiber->has_timer) /* it has not left its thread, and its caller may be another thread's */
    lodger__timers_remove (fiber->timers, &fiber->timer);
  fiber->has_timer = false;
  return code == 0 && fiber->has_timed_out ? LODGER_ETIMEDOUT : code;
}

static const LodgerParkerOps parker_ops = { signal_fiber, fiber_wait };

/* A stop runs it, too: the fiber was cancelled then, and comes to its end. */
static void
resume_run (LodgerCaller *caller, LodgerItem *item)
{
  LodgerFiber *fiber = lodger__list_owner (item, offsetof (LodgerFiber, resume));
  (void) caller;
  atomic_exchange (&fiber->state, RUNNING);
  go_on (fiber);
}

/* A stop takes out all timers, whether their time has come or not. A fiber that waits then is cancelled, unless it must
 * not be. */
static bool
is_too_early (LodgerFiber *fiber)
{
  const int64_t deadline = fiber->timer.link.key;
  return lodger__is_draining (fiber->caller) && lodger__host_now (fiber->caller) < deadline
         && insert_timer (fiber, lodger__timers_of_stop (fiber->caller), deadline) == 0;
}

/* One that runs is not off its thread yet: it is in a loop inside of what the user does when
 * it leaves. It looks at the time again. */
static void
timeout_run (LodgerCaller *caller, LodgerItem *item)
{
  LodgerFiber *fiber = lodger__list_owner (item, offsetof (LodgerFiber, timeout));
  int parked = PARKED;
  (void) caller;
  fiber->has_timer = false;
  if (is_too_early (fiber))
    return;
  if (!atomic_compare_exchange_strong (&fiber->state, &parked, RUNNING))
    {
      atomic_store (&fiber->state, SIGNALLED);
      return;
    }
  fiber->has_timed_out = true;
  go_on (fiber);
}

/* The caller has ended, and the fiber was given up: it is left where it waits. */
static void
leave_behind (LodgerCaller *caller, LodgerItem *item)
{
  (void) caller;
  (void) item;
}

/* It was in its owner's hands only, and nobody signals it. */
static void
yielded_run (LodgerCaller *caller, LodgerItem *item)
{
  (void) caller;
  go_on (lodger__list_owner (item, offsetof (LodgerFiber, resume)));
}

static const LodgerItemOps resume_ops = { .run = resume_run, .drop = leave_behind };
static const LodgerItemOps yielded_ops = { .run = yielded_run, .drop = leave_behind };
static const LodgerItemOps timeout_ops = { .run = timeout_run, .drop = leave_behind };

static bool
yield (LodgerFiber *fiber)
{
  fiber->resume.ops = &yielded_ops;
  lodger__turn_yield (fiber->caller, &fiber->resume);
  return true;
}

int
lodger__fiber_yield (LodgerFiber *fiber)
{
  int code = leave (fiber, yield);
  fiber->resume.ops = &resume_ops;
  return code;
}

/* ---- begin and end ----------------------------------------------------------------------------------------------- */

/* In a signal handler of a thread that is on that stack. */
static const LodgerSite *
name_call (void *room)
{
  const LodgerFiber *fiber = room;
  return lodger__pending_site (fiber->pending);
}

int
lodger__fiber_run (LodgerCaller *caller, LodgerPending *pending, const LodgerFiberOps *ops, bool *ret_is_done)
{
  LodgerStack *stack = lodger__stack_take ((size_t) 1 << lodger__pending_stack_order (pending));
  LodgerFiber *fiber;
  if (stack == NULL)
    return LODGER_ENOMEM;
  atomic_store_explicit (&lodger__stack_namer, name_call, memory_order_relaxed);
  fiber = lodger__stack_room (stack);
  fiber->parker.ops = &parker_ops;
  atomic_init (&fiber->state, RUNNING);
  fiber->has_waited = fiber->has_timer = false;
  fiber->resume.ops = &resume_ops;
  fiber->timeout.ops = &timeout_ops;
  fiber->ops = ops;
  fiber->stack = stack;
  fiber->caller = caller;
  fiber->pending = pending;
  fiber->frame = NULL;
  *ret_is_done = switch_to (fiber, start);
  if (*ret_is_done)
    {
      *ret_is_done = fiber->is_done;
      lodger__stack_give (stack);
    }
  return 0;
}

void
lodger__fiber_entered (LodgerThread *thread, LodgerFrame *frame)
{
  if (thread->strand.fiber != NULL && thread->strand.fiber->pending == frame->pending)
    thread->strand.fiber->frame = frame;
}

bool
lodger__fiber_returned (LodgerThread *thread)
{
  LodgerFiber *fiber = thread->strand.fiber;
  if (fiber == NULL || fiber->frame != thread->frame)
    return false;
  if (fiber->has_waited)
    lodger__fiber_forget (fiber);
  fiber->frame = NULL;
  carry (thread, fiber->around);
  thread->strand = (LodgerStrand) { NULL, &thread->parker.parker, NULL };
  return fiber->has_waited;
}
