/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/watch.h"

#include "loop/ownership.h"
#include "mailbox/post.h"

#include <stdlib.h>

/* The list of a caller's watches belongs to whoever is at work on the caller, as its turn does.
 *
 * A host that closes by itself, in whatever thread, ends its watches, and tells of none any more once it has said so. It may
 * say so while the owner is on its way from an event of the host to the caller, and whoever ends the caller may then be done
 * before the owner has come: so what the host has of a watch stays as long as the caller. The owner finds there that the
 * watch has ended, after it has got the caller or has not.
 *
 * A caller that was taken from a thread that hangs keeps its watches: the loop of that thread still has them. They end when
 * it comes back. */

int
lodger__watch_begin (LodgerWatch *watch, int fd, uint32_t events)
{
  LodgerCaller *caller = watch->caller;
  const LodgerHostOps *ops = lodger__host_ops (caller);
  LodgerWatched *watched;
  int code;
  if (!lodger__host_is_attached (caller))
    return LODGER_ESHUTDOWN;
  watched = calloc (1, sizeof *watched);
  if (watched == NULL)
    return LODGER_ENOMEM;
  watched->caller = caller;
  watched->watch = watch;
  code = ops->watch_fd != NULL ? ops->watch_fd (lodger__host_impl (caller), &watched->host, fd, events)
                               : lodger__polls_add (watched, fd, events);
  if (code < 0)
    {
      free (watched);
      return code;
    }
  watch->at = watched;
  lodger__list_append (&caller->turn.watches.all, &watched->link);
  return 0;
}

void
lodger__watch_end (LodgerWatch *watch)
{
  LodgerCaller *caller = watch->caller;
  const LodgerHostOps *ops = lodger__host_ops (caller);
  LodgerWatched *watched = watch->at;
  bool is_gone = true;
  if (watched == NULL)
    return;
  watch->at = NULL;
  watched->watch = NULL;
  lodger__list_remove (&watched->link);
  if (ops->watch_fd == NULL)
    lodger__polls_remove (watched);
  else if (lodger__host_is_attached (caller))
    ops->unwatch_fd (lodger__host_impl (caller), &watched->host);
  else
    is_gone = false;
  if (is_gone)
    free (watched);
  else
    lodger__list_append (&caller->turn.watches.left, &watched->link);
}

void
lodger__watch_tell (LodgerWatched *watched, uint32_t revents)
{
  LodgerCaller *caller = watched->caller;
  LodgerHeld held = lodger__ownership_begin (caller);
  if (held == LODGER_OWNERSHIP_NONE)
    return;
  if (watched->watch != NULL)
    watched->watch->ready (watched->watch, revents);
  lodger__ownership_end (caller, held);
}

void
lodger__watch_end_all (LodgerCaller *caller)
{
  LodgerWatched *watched;
  while ((watched = lodger__list_first (&caller->turn.watches.all, LodgerWatched, link)) != NULL)
    {
      LodgerWatch *watch = watched->watch;
      lodger__watch_end (watch);
      if (watch->forgotten != NULL)
        watch->forgotten (watch);
    }
  lodger__polls_close (caller);
}

void
lodger__watch_detach (LodgerCaller *caller)
{
  lodger__watch_end_all (caller);
  lodger__host_detach (caller);
}

void
lodger__watch_clear (LodgerCaller *caller)
{
  LodgerLink *link;
  while ((link = lodger__list_pop (&caller->turn.watches.left)) != NULL)
    free (lodger__owner (link, LodgerWatched, link));
}
