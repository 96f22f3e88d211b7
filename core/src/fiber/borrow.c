/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "base/thread.h"
#include "stack/stack.h"

#include <lodger/fiber.h>

/* The function is a part of the spawned call, whose frame stays the innermost; it is only elsewhere in memory. */
int
lodger_run_on_thread_stack (LodgerDirectFunc func, void *data)
{
  LodgerThread *thread = lodger__thread_peek ();
  const char *before;
  if (func == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "the function is NULL");
  if (thread == NULL || thread->strand.fiber == NULL || lodger__stack_current () == NULL)
    {
      func (data);
      return 0;
    }
  before = thread->strand.no_wait;
  thread->strand.no_wait = "a function on the thread's own stack cannot wait";
  lodger__stack_borrow (func, data);
  thread->strand.no_wait = before;
  return 0;
}
