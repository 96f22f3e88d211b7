/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/guest.h"

#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"
#include "stop/stop.h"

#include <stdlib.h>

/* The life of a guest. Its caller's list refers to it from its start to its end, so that it needs no user. The end is the
 * owner's alone: a loop may be closed only in its thread. */

/* ---- memory ---------------------------------------------------------------------------------------------------------- */

void
lodger__guest_hold (LodgerGuest *guest)
{
  atomic_fetch_add_explicit (&guest->holds, 1, memory_order_relaxed);
}

void
lodger__guest_release (LodgerGuest *guest)
{
  if (atomic_fetch_sub_explicit (&guest->holds, 1, memory_order_acq_rel) != 1)
    return;
  lodger__release (guest->caller);
  free (guest);
}

LodgerGuest *
lodger_guest_ref (LodgerGuest *guest)
{
  if (guest != NULL)
    lodger__guest_hold (guest);
  return guest;
}

void
lodger_guest_unref (LodgerGuest *guest)
{
  if (guest != NULL)
    lodger__guest_release (guest);
}

int
lodger__guest_check (const LodgerGuest *guest, const char *function)
{
  if (guest == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "the guest is NULL");
  return lodger__is_before_fork (guest->caller) ? lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message)
                                                : 0;
}

/* ---- the start ------------------------------------------------------------------------------------------------------- */

LodgerGuest *
lodger__guest_find (const LodgerCaller *caller, const LodgerBackendOps *backend, const void *identity)
{
  lodger__list_for (guest, &caller->guests.list, LodgerGuest, link)
    if (guest->backend == backend && guest->identity == identity && !guest->is_ending
        && !atomic_load (&guest->is_unwanted))
      return lodger_guest_ref (guest);
  return NULL;
}

LodgerGuest *
lodger__guest_open (LodgerCaller *caller, const LodgerBackendOps *backend, const void *identity, const void *options,
                    int *ret_code)
{
  LodgerGuest *guest = calloc (1, sizeof *guest);
  *ret_code = guest != NULL ? backend->guest_open (options, &guest->impl) : LODGER_ENOMEM;
  if (*ret_code != 0)
    {
      free (guest);
      return NULL;
    }
  guest->item.ops = &lodger__guest_item_ops;
  atomic_init (&guest->holds, 2);
  guest->backend = backend;
  guest->identity = identity;
  guest->site.name = backend->name;
  guest->thread = lodger__owner_serial (caller);
  guest->fd = -1;
  guest->deadline = LODGER_FOREVER;
  guest->caller = caller;
  lodger__hold (caller);
  lodger__caller_lock (caller);
  lodger__list_append (&caller->guests.list, &guest->link);
  lodger__caller_unlock (caller);
  lodger__turn_want_before_wait (caller);
  lodger_guest_kick (guest);
  return guest;
}

/* ---- the end --------------------------------------------------------------------------------------------------------- */

void
lodger__guest_close (LodgerGuest *guest)
{
  LodgerCaller *caller = guest->caller;
  bool was_there;
  lodger__caller_lock (caller);
  was_there = lodger__list_remove (&guest->link);
  lodger__caller_unlock (caller);
  if (!was_there)
    return;
  atomic_store (&guest->is_over, true);
  lodger__guest_watch_nothing (guest);
  guest->backend->guest_close (guest->impl);
  lodger__turn_want_before_wait (caller);
  lodger__guest_release (guest);
}

bool
lodger__guest_close_if_left (LodgerGuest *guest)
{
  bool is_left = guest->depth == 0 && guest->caller->guests.looks == 0;
  if (is_left)
    lodger__guest_close (guest);
  return is_left;
}

/* What is inside may run a loop, which the guest does not wake any more. */
void
lodger__guest_end (LodgerGuest *guest)
{
  guest->is_ending = true;
  guest->deadline = LODGER_FOREVER;
  lodger__guest_watch_nothing (guest);
  lodger__guest_close_if_left (guest);
}

void
lodger__guest_dismiss (LodgerGuest *guest)
{
  atomic_store (&guest->is_unwanted, true);
  lodger_guest_kick (guest);
}

/* In the owner's thread, a stop ends them in order, before its hook: nothing that it waits for could still come by one of
 * them. Those of a caller that was taken end as the last act in their thread. */
static void
end_all (LodgerCaller *caller)
{
  LodgerGuest *guest;
  while ((guest = lodger__list_first (&caller->guests.list, LodgerGuest, link)) != NULL)
    lodger__guest_close (guest);
}

static void
note_over (LodgerGuest *guest)
{
  atomic_store (&guest->is_over, true);
  lodger__log (LODGER_LOG_WARNING,
               "%s: its guest %s is left behind: the caller was ended in another thread than its own",
               lodger__name (guest->caller), guest->site.name);
}

/* NULL: there is none. */
static LodgerGuest *
take_first (LodgerCaller *caller)
{
  LodgerLink *link;
  lodger__caller_lock (caller);
  link = lodger__list_pop (&caller->guests.list);
  lodger__caller_unlock (caller);
  return link != NULL ? lodger__list_item (link, LodgerGuest, link) : NULL;
}

/* Another thread ends the caller. If it was taken from a call that hangs, its thread may still be inside a guest: they are
 * closed when that has come back. If its loop has been closed, its thread may never come here again. */
static void
leave_behind (LodgerCaller *caller)
{
  LodgerGuest *guest;
  if (lodger__is_taken (caller))
    lodger__list_for (inside, &caller->guests.list, LodgerGuest, link)
      note_over (inside);
  else if (!lodger__owner_is_here (caller))
    while ((guest = take_first (caller)) != NULL)
      {
        lodger__guest_watch_nothing (guest);
        atomic_store (&guest->is_left, true);
        note_over (guest);
        lodger__guest_release (guest);
      }
}

/* In its own thread: its caller has been ended in another. */
static int
close_left (LodgerGuest *guest, const char *function)
{
  const LodgerThread *thread = lodger__thread_peek ();
  if (!atomic_load (&guest->is_left))
    return 0;
  if (thread == NULL || thread->serial != guest->thread)
    return lodger__misuse (function, LODGER_EWRONGTHREAD, "only in the thread of its caller");
  if (atomic_exchange (&guest->is_left, false))
    guest->backend->guest_close (guest->impl);
  return 0;
}

const LodgerStopParticipant lodger__guest_participant
    = { .run_hook = end_all, .give_up = leave_behind, .quit = end_all };

int
lodger_guest_end (LodgerGuest *guest)
{
  LodgerCaller *caller;
  LodgerHeld held;
  int code = lodger__guest_check (guest, __func__);
  if (code != 0)
    return code;
  if (atomic_load (&guest->is_over))
    return close_left (guest, __func__);
  caller = guest->caller;
  if (!lodger__owner_is_here (caller))
    return lodger__misuse (__func__, LODGER_EWRONGTHREAD, "only in the thread of its caller");
  held = lodger__ownership_begin (caller);
  if (held == LODGER_OWNERSHIP_NONE)
    return LODGER_ESHUTDOWN;
  lodger__guest_end (guest);
  lodger__ownership_end (caller, held);
  return 0;
}

/* ---- for all --------------------------------------------------------------------------------------------------------- */

/* Whoever wants it looked at sets `is_sent` after the change; the owner clears it, and then looks. */
int
lodger_guest_kick (LodgerGuest *guest)
{
  int code = lodger__guest_check (guest, __func__);
  if (code != 0 || atomic_load (&guest->is_over) || atomic_exchange (&guest->is_sent, true))
    return code;
  lodger__guest_hold (guest);
  lodger__push (guest->caller, &guest->item);
  return 0;
}

bool
lodger_guest_is_running (const LodgerGuest *guest)
{
  return guest != NULL && !atomic_load (&guest->is_over);
}

LodgerCaller *
lodger_guest_get_caller (const LodgerGuest *guest)
{
  return guest != NULL ? guest->caller : NULL;
}

const char *
lodger_guest_get_backend (const LodgerGuest *guest)
{
  return guest != NULL ? guest->backend->name : NULL;
}

void
lodger__guests_write (LodgerCaller *caller, LodgerText *text)
{
  unsigned count = 0;
  lodger__caller_lock (caller);
  lodger__list_for (guest, &caller->guests.list, LodgerGuest, link)
    if (count++ < LODGER_TEXT_MOST)
      {
        lodger__text_label (text, 1, "guest");
        lodger__text_add (text, "%s: %s\n", guest->backend->name,
                          atomic_load (&guest->is_over)   ? "left behind"
                          : atomic_load (&guest->is_sent) ? "has its turn soon"
                                                          : "waits for an event");
      }
  lodger__caller_unlock (caller);
  lodger__text_rest (text, 1, "guest", count);
}

LodgerGuest *
lodger_guest_current (void)
{
  const LodgerThread *thread = lodger__thread_peek ();
  return thread != NULL && thread->frame != NULL ? thread->frame->guest : NULL;
}
