/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "call/run.h"
#include "call/scope.h"
#include "debug/debug.h"
#include "fiber/fiber.h"
#include "guest/guest.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/frames.h"
#include "loop/ownership.h"
#include "pool/pool.h"
#include "wait/graph.h"

#include <stdlib.h>
#include <string.h>

/* Each wing writes what it knows, under its own lock and no longer than that. So the text is no single moment of the
 * program, but each part of it is true. No user code runs here, and no reference is taken which could be the last: a
 * result must not be destroyed in the thread that dumps. Callers are held instead. */

static void
write_stop (const LodgerCaller *caller, LodgerText *text)
{
  static const char *const phases[]
      = { "not started", "starting", "running", "refusing", "draining", "cancelling", "ending", "ended", "stopped" };
  static const char *const latenesses[] = { "", ", late", ", overdue" };
  static const char *const causes[] = { "", ", its loop is gone", ", taken from its thread" };
  LodgerPhase phase = lodger__phase (caller);
  if (phase < LODGER_PHASE_REFUSING)
    return;
  lodger__text_label (text, 1, "stop");
  lodger__text_add (text, "%s%s%s\n", phases[phase], latenesses[lodger__lateness (caller)],
                    causes[lodger__cause (caller)]);
}

static void
write_caller (LodgerCaller *caller, const LodgerDebugOps *ops, LodgerText *text)
{
  LodgerCaller *parent = lodger__parent (caller);
  char *line = ops->describe (caller);
  size_t before;
  lodger__text_add (text, "%s", line != NULL ? line : lodger__name (caller));
  lodger_free (line);
  if (parent != NULL)
    lodger__text_add (text, ", child of %s #%llu", lodger__name (parent),
                      (unsigned long long) lodger_caller_get_id (parent));
  lodger__text_add (text, "\n");
  write_stop (caller, text);
  before = text->length;
  lodger__frames_write (caller, text);
  if (before == text->length && lodger__ownership_is_at_work (caller))
    {
      lodger__text_label (text, 1, "runs");
      lodger__text_add (text, "something between two calls\n");
    }
  lodger__fibers_write (caller, text);
  lodger__guests_write (caller, text);
  lodger__thens_write (caller, text);
  lodger__pool_write (caller, text);
}

static void
write_callers (const LodgerDebugOps *ops, LodgerText *text)
{
  size_t count = 0, hidden = 0;
  LodgerCaller **callers = ops != NULL ? ops->hold_all (&count) : NULL;
  for (size_t i = 0; i < count; i++)
    hidden += lodger__is_hidden (callers[i]);
  lodger__text_add (text, "%zu caller%s", count - hidden, count - hidden == 1 ? "" : "s");
  if (hidden > 0)
    lodger__text_add (text, ", %zu left out", hidden);
  lodger__text_add (text, "\n");
  for (size_t i = 0; i < count; i++)
    if (!lodger__is_hidden (callers[i]))
      write_caller (callers[i], ops, text);
  lodger__debug_release_all (callers, count);
}

char *
lodger_dump (void)
{
  LodgerText text = { 0 };
  atomic_fetch_add (&lodger__ownership_readers, LODGER_OWNERSHIP_READER);
  write_callers (lodger__debug_ops (), &text);
  lodger__waits_write (&text);
  lodger__scopes_write (&text);
  atomic_fetch_sub (&lodger__ownership_readers, LODGER_OWNERSHIP_READER);
  return lodger__text_take (&text);
}

void
lodger__dump_log (void)
{
  char *text = lodger_dump ();
  char *line = text;
  if (text == NULL)
    lodger__log (LODGER_LOG_WARNING, "no memory for a dump");
  while (line != NULL && *line != '\0')
    {
      char *end = strchr (line, '\n');
      if (end != NULL)
        *end = '\0';
      lodger__log (LODGER_LOG_WARNING, "%s", line);
      line = end != NULL ? end + 1 : NULL;
    }
  free (text);
}
