/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/slice-clock.h"

#include "base/cpu.h"
#include "mailbox/post.h"

/* Each call is looked at by the processor's counter, so that a long one is seen at once. The clock is read only when the
 * counter has come so far that there may be something to see: a slice that should be over lasts as much longer at most, and
 * one for which that would be half of it has the clock read after each call.
 *
 * Even the counter costs as much as a short call. Where the same function has taken little time, it is read for one in a
 * few: all that may be overlooked is that a function which was quick becomes slow, a few times in a row.
 *
 * A host may have a clock of its own, of which the counter knows nothing. */

enum
{
  LEAST_NS = 250000, /* twice what the counter may hide */
  QUICK_NS = 4000,
  QUICK_TICKS = 8192, /* at most 8 microseconds */
  BLIND = 3
};

void
lodger__slice_clock_start (LodgerSliceClock *clock, LodgerCaller *caller, int64_t budget)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  const int64_t now = lodger__host_now (caller);
  *clock = (LodgerSliceClock) { .end = budget < LODGER_FOREVER - now ? now + budget : LODGER_FOREVER };
  clock->short_ticks = ops->now == NULL && budget >= LEAST_NS ? lodger__cpu_short_ticks () : 0;
  clock->looked = clock->last = clock->short_ticks > 0 ? lodger__cpu_ticks () : (uint64_t) now;
}

static void
note (LodgerSliceClock *clock, uintptr_t kind, bool was_quick)
{
  clock->kind = kind;
  clock->blind = was_quick ? BLIND : 0;
}

bool
lodger__slice_clock_is_over (LodgerSliceClock *clock, LodgerCaller *caller, uintptr_t kind)
{
  int64_t now;
  uint64_t ticks, passed;
  if (clock->blind > 0 && clock->kind == kind)
    {
      clock->blind--;
      return false;
    }
  if (clock->short_ticks > 0)
    {
      ticks = lodger__cpu_ticks ();
      passed = ticks - clock->last;
      clock->last = ticks;
      note (clock, kind, kind != 0 && passed < QUICK_TICKS);
      if (ticks - clock->looked < clock->short_ticks)
        return false;
      clock->looked = ticks;
      return lodger__host_now (caller) >= clock->end;
    }
  now = lodger__host_now (caller);
  note (clock, kind, kind == LODGER_KIND_YIELDED && now - (int64_t) clock->last < QUICK_NS);
  clock->last = (uint64_t) now;
  return now >= clock->end;
}
