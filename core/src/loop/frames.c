/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/frames.h"

#include "life/life.h"
#include "loop/ownership.h"
#include "pending/extras.h"

#include <stdio.h>
#include <stdlib.h>

/* Under the mutex a frame stays, and all that it refers to: its pending runs, and what is awaited is kept by the one
 * who waits until it has taken the mutex once more. */

LodgerGlance
lodger__frames_glance (LodgerCaller *caller)
{
  LodgerGlance glance = { .is_at_work = lodger__ownership_is_at_work (caller) };
  LodgerText text = { 0 };
  const LodgerFrame *frame;
  char *line;
  lodger__caller_lock (caller);
  frame = lodger__ownership_frame (caller);
  if (frame != NULL)
    {
      lodger__text_site (&text, frame->site, "call");
      glance.waits = atomic_load (&frame->waits);
      glance.since = frame->since;
    }
  glance.here_at = lodger__ownership_last_here (caller);
  lodger__caller_unlock (caller);
  line = lodger__text_take (&text);
  snprintf (glance.call, sizeof glance.call, "%s", line != NULL ? line : frame != NULL ? "a call" : "");
  free (line);
  return glance;
}

void
lodger__frame_write (const LodgerFrame *frame, const char *label, LodgerItem **dropped, LodgerText *text)
{
  LodgerPending *awaited = atomic_load (&frame->awaited);
  LodgerCaller *room = atomic_load (&frame->awaited_room);
  lodger__text_label (text, 1, label);
  lodger__text_site (text, frame->site, frame->pending != NULL ? "call" : "direct call");
  if (frame->pending != NULL && lodger_pending_is_cancelled (frame->pending))
    lodger__text_add (text, ", cancelled");
  if (frame->since != 0)
    {
      lodger__text_add (text, ", for ");
      lodger__text_duration (text, lodger__port_now () - frame->since);
    }
  lodger__text_add (text, "\n");
  if (!atomic_load (&frame->waits))
    return;
  lodger__text_label (text, 2, "waits for");
  if (awaited != NULL)
    lodger__blocked_write (awaited, dropped, text);
  else if (room == NULL)
    lodger__text_add (text, "another thread\n");
  else
    lodger__text_add (text, "room in the inbox of %s #%llu\n", lodger__name (room),
                      (unsigned long long) lodger_caller_get_id (room));
}

void
lodger__frames_write (LodgerCaller *caller, LodgerText *text)
{
  LodgerItem *dropped = NULL;
  unsigned count = 0;
  lodger__caller_lock (caller);
  for (const LodgerFrame *frame = lodger__ownership_frame (caller); frame != NULL;
       frame = lodger__ownership_outer (frame))
    if (count++ < LODGER_TEXT_MOST)
      lodger__frame_write (frame, count == 1 ? "runs" : "inside of", &dropped, text);
  lodger__caller_unlock (caller);
  lodger__pending_free_dropped (dropped);
  lodger__text_rest (text, 1, "inside of", count);
}
