/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/run.h"
#include "guest/guest.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "mailbox/post.h"
#include "pending/carry.h"

/* A guest has its turn: it dispatches as long as it has something, and gives way to what else is ready in the turn, and at
 * the end of the slice.
 *
 * Each dispatch is user code, which has a frame as a call has: it may run a loop, in which the same guest has its turn
 * again; end the guest; or end its thread. The item is not used meanwhile, so that the guest can be on its way again. */

enum
{
  ROUND = 16,  /* dispatches before others have their turn */
  MOST = 1000, /* dispatches in a slice whose clock stands still */
};

typedef enum After
{
  IS_IDLE,
  GIVES_WAY, /* to what is in the turn */
  HAS_MORE,  /* in the next slice */
  IS_GONE,   /* the caller was taken, or this is a forked child */
} After;

void
lodger__guest_enter (LodgerGuest *guest)
{
  guest->depth++;
  if (guest->backend->guest_enter != NULL)
    guest->backend->guest_enter (guest->impl);
}

void
lodger__guest_leave_loop (LodgerGuest *guest)
{
  if (guest->backend->guest_leave != NULL)
    guest->backend->guest_leave (guest->impl);
}

void
lodger__guest_leave (LodgerGuest *guest)
{
  guest->depth--;
  if (guest->is_ending)
    lodger__guest_close_if_left (guest);
}

/* False: there is nothing more, or the owner has nothing to do here any more, which *ret_is_gone says. */
static bool
dispatch (LodgerGuest *guest, bool *ret_is_gone)
{
  LodgerCaller *caller = guest->caller;
  LodgerThread *thread = lodger__thread_peek ();
  const LodgerCarried outer = lodger__carry_enter (thread, NULL);
  LodgerFrame frame;
  bool has_more;
  lodger__ownership_enter (&frame, caller, NULL, &guest->site);
  frame.guest = guest;
  has_more = guest->backend->guest_dispatch (guest->impl);
  *ret_is_gone = !lodger__ownership_leave (&frame) || lodger__is_before_fork (caller);
  lodger__carry_leave (thread, outer);
  return has_more && !*ret_is_gone;
}

static After
serve (LodgerGuest *guest)
{
  LodgerCaller *caller = guest->caller;
  bool is_gone = false;
  for (unsigned count = 1; dispatch (guest, &is_gone); count++)
    {
      if (guest->is_ending)
        return IS_IDLE;
      if (count == MOST || !lodger__turn_has_time (caller))
        return HAS_MORE;
      if (count % ROUND == 0 && lodger__turn_is_ready (caller))
        return GIVES_WAY;
    }
  return is_gone ? IS_GONE : IS_IDLE;
}

/* While the caller stops, what has returned unfinished may end by way of a guest. */
static bool
is_over (const LodgerGuest *guest)
{
  const LodgerCaller *caller = guest->caller;
  return guest->is_ending || atomic_load (&guest->is_unwanted)
         || (lodger__is_draining (caller) && lodger__turn_depth (caller) == 1 && lodger__unfinished_is_empty (caller));
}

/* Its item goes on, unless it has been sent again meanwhile. */
static void
go_on (LodgerGuest *guest, After after)
{
  if (atomic_exchange (&guest->is_sent, true))
    return;
  lodger__guest_hold (guest);
  if (after == HAS_MORE)
    lodger__turn_postpone (guest->caller, &guest->item);
  else
    {
      lodger__host_post_ahead (guest->caller);
      lodger__push (guest->caller, &guest->item);
    }
}

static void
visit (LodgerGuest *guest)
{
  After after;
  if (is_over (guest))
    {
      lodger__guest_end (guest);
      return;
    }
  guest->deadline = LODGER_FOREVER;
  guest->has_run = true;
  lodger__guest_enter (guest);
  after = serve (guest);
  if (after == IS_GONE && lodger__is_before_fork (guest->caller))
    return;
  lodger__guest_leave_loop (guest);
  if (after == IS_GONE)
    return;
  if (!guest->is_ending && after != IS_IDLE)
    go_on (guest, after);
  lodger__guest_leave (guest);
}

/* Until its end, the list keeps it. */
static void
item_run (LodgerCaller *caller, LodgerItem *item)
{
  LodgerGuest *guest = (LodgerGuest *) item;
  bool is_over = atomic_load (&guest->is_over);
  (void) caller;
  atomic_store (&guest->is_sent, false);
  lodger__guest_release (guest);
  if (!is_over)
    visit (guest);
}

static void
item_drop (LodgerCaller *caller, LodgerItem *item)
{
  (void) caller;
  lodger__guest_release ((LodgerGuest *) item);
}

const LodgerItemOps lodger__guest_item_ops = { .run = item_run, .drop = item_drop };
