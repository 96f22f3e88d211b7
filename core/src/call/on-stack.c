/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "call/run.h"
#include "call/scope.h"
#include "fiber/fiber.h"
#include "life/life.h"

/* Calls that are on their owner's C stack. A call may end its thread (pthread_exit, a cancel of the thread): the stack
 * is unwound without coming back here, and its frames cannot be read any more. So each call is on a list, too. It is
 * linked by the pointer that an item needs only in a queue: it has been taken out of one, and is not put into another
 * before it has returned. */

void
lodger__on_stack_exit (LodgerCaller *caller)
{
  LodgerOutermost outermost;
  LodgerItem *item;
  while ((item = caller->calls.on_stack) != NULL)
    {
      lodger__on_stack_pop (caller);
      item->ops->exited (caller, item);
    }
  outermost = caller->calls.outermost;
  caller->calls.outermost.destroy = NULL;
  if (outermost.destroy != NULL)
    lodger__destroy (outermost.destroy, outermost.data);
}

/* It is told first: whoever goes on with it learns that nobody waits any more. */
void
lodger__run_exited (LodgerCaller *caller, LodgerPending *pending)
{
  char *line;
  lodger_pending_cancel (pending, "the call has ended its thread");
  if (!lodger_pending_is_done (pending))
    {
      line = lodger_pending_describe (pending);
      lodger__log (LODGER_LOG_ERROR, "%s: a call has ended its thread and is given up: %s", lodger__name (caller),
                   line != NULL ? line : "a call");
      lodger_free (line);
      lodger__pending_abandon (pending);
    }
  lodger__pending_destroy_data (pending);
  if (lodger__fiber_exited (pending))
    lodger__unfinished_forget (lodger__pending_caller (pending), pending);
  lodger__scope_exited (pending);
  lodger_pending_unref (pending);
}
