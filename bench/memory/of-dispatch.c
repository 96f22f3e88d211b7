/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libdispatch's: calls that wait in the main queue, and timers. */
#include "../dispatch-headers.h"
#include "memory.h"

static void
never (void *data)
{
  (void) data;
  bench_fail ("a call has run");
}

void
memory_dispatch_calls (uint64_t count)
{
  for (uint64_t i = 0; i < count; i++)
    dispatch_async_f (dispatch_get_main_queue (), NULL, never);
}

void
memory_dispatch_timers (uint64_t count)
{
  for (uint64_t i = 0; i < count; i++)
    {
      dispatch_source_t timer = dispatch_source_create (DISPATCH_SOURCE_TYPE_TIMER, 0, 0, dispatch_get_main_queue ());

      dispatch_source_set_event_handler_f (timer, never);
      dispatch_source_set_timer (timer, dispatch_time (DISPATCH_TIME_NOW, MEMORY_LONG * (int64_t) NSEC_PER_MSEC),
                                 DISPATCH_TIME_FOREVER, 0);
      dispatch_resume (timer);
      memory_keep (timer);
    }
}
