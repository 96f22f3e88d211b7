/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "guest/guest.h"
#include "life/life.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "mailbox/post.h"

#include <poll.h>

/* What the guests want of the host before it sleeps: its deadline, and their descriptors. */

static const int64_t TRY_AGAIN_AFTER = INT64_C (10000000);

void
lodger__guest_become_due (LodgerGuest *guest)
{
  if (atomic_exchange (&guest->is_sent, true))
    return;
  lodger__guest_hold (guest);
  lodger__turn_add_due (guest->caller, &guest->item);
}

/* ---- its descriptor -------------------------------------------------------------------------------------------------- */

static void
fd_ready (LodgerWatch *watch, uint32_t revents)
{
  (void) revents;
  lodger__guest_become_due (lodger__owner (watch, LodgerGuest, watch));
}

void
lodger__guest_watch_nothing (LodgerGuest *guest)
{
  if (guest->fd >= 0)
    lodger__watch_end (&guest->watch);
  guest->fd = -1;
  guest->lacks_watch = false;
}

static void
watch (LodgerGuest *guest, int fd)
{
  const bool was_told = fd == guest->fd && guest->lacks_watch;
  int code;
  if (fd == guest->fd && !guest->lacks_watch)
    return;
  lodger__guest_watch_nothing (guest);
  guest->fd = fd;
  if (fd < 0)
    return;
  guest->watch = (LodgerWatch) { .caller = guest->caller, .ready = fd_ready };
  code = lodger__watch_begin (&guest->watch, fd, POLLIN);
  guest->lacks_watch = code == LODGER_EAGAIN || code == LODGER_ENOMEM;
  if (code != 0 && code != LODGER_ESHUTDOWN && !was_told)
    lodger__log (LODGER_LOG_WARNING, "%s: the descriptor of its guest %s cannot be watched: %s",
                 lodger__name (guest->caller), guest->site.name, lodger_error_code_string (code));
}

/* ---- before each sleep ----------------------------------------------------------------------------------------------- */

/* The host's clock may be another one, or stand still: the guest has as long as on the system's. */
static int64_t
on_host_clock (const LodgerCaller *caller, int64_t until)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  int64_t now, away;
  if (until == LODGER_FOREVER || ops->now == NULL)
    return until;
  away = until - lodger__port_now ();
  now = lodger__host_now (caller);
  if (away <= 0)
    return now;
  return away < LODGER_FOREVER - now ? now + away : LODGER_FOREVER - 1;
}

/* A shortage passes: then it is tried again, soon. */
static void
limit_sleep (LodgerGuest *guest)
{
  int64_t soon;
  if (!guest->lacks_watch)
    return;
  soon = lodger__host_now (guest->caller) + TRY_AGAIN_AFTER;
  guest->deadline = guest->deadline < soon ? guest->deadline : soon;
}

static void
prepare (LodgerGuest *guest)
{
  int fd = guest->fd;
  int64_t until;
  until = guest->backend->guest_prepare (guest->impl, &fd);
  guest->has_run = false;
  if (guest->is_ending)
    return;
  guest->deadline = until > 0 ? on_host_clock (guest->caller, until) : LODGER_FOREVER;
  watch (guest, fd);
  limit_sleep (guest);
  if (until <= 0)
    lodger__guest_become_due (guest);
}

/* In `prepare` a guest may end itself, and others: that waits. */
static void
end_those_that_end (LodgerCaller *caller)
{
  LodgerGuest *guest = lodger__list_first (&caller->guests.list, LodgerGuest, link);
  while (guest != NULL)
    if (guest->is_ending && lodger__guest_close_if_left (guest))
      guest = lodger__list_first (&caller->guests.list, LodgerGuest, link);
    else
      guest = lodger__list_next (guest, LodgerGuest, link);
}

static void
before_wait (LodgerCaller *caller, bool is_sure)
{
  LodgerGuests *guests = &caller->guests;
  if (guests->list.first == NULL)
    return;
  guests->looks++;
  lodger__list_for (guest, &guests->list, LodgerGuest, link)
    if (!guest->is_ending && (is_sure || guest->has_run))
      prepare (guest);
  guests->looks--;
  end_those_that_end (caller);
}

static bool
has_guests (const LodgerCaller *caller)
{
  return caller->guests.list.first != NULL;
}

static int64_t
deadline (const LodgerCaller *caller)
{
  int64_t earliest = LODGER_FOREVER;
  lodger__list_for (guest, &caller->guests.list, LodgerGuest, link)
    earliest = guest->deadline < earliest ? guest->deadline : earliest;
  return earliest;
}

/* What is due on the host's clock. */
static void
begin (LodgerCaller *caller)
{
  int64_t now;
  if (caller->guests.list.first == NULL)
    return;
  now = lodger__host_now (caller);
  lodger__list_for (guest, &caller->guests.list, LodgerGuest, link)
    if (guest->deadline <= now)
      {
        guest->deadline = LODGER_FOREVER;
        lodger__guest_become_due (guest);
      }
}

const LodgerTurnSource lodger__guest_source
    = { .begin = begin, .deadline = deadline, .before_wait = before_wait, .wants_before_wait = has_guests };
