/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "calls.h"

#include "text.h"

/* All but `id` belong to the caller's thread, in which its calls start and end. */
static struct
{
  guint64 id; /* of the caller */
  guint depth;
  gint64 since, begun, spent, longest, since_frame, most;
} calls;

static void
on_event (const LodgerTraceEvent *event, void *data G_GNUC_UNUSED)
{
  gint64 spent;
  if ((event->kind != LODGER_TRACE_START && event->kind != LODGER_TRACE_END)
      || lodger_caller_get_id (event->caller) != calls.id)
    return;
  if (event->kind == LODGER_TRACE_START)
    {
      if (calls.depth++ == 0)
        calls.begun = g_get_monotonic_time ();
    }
  else if (--calls.depth == 0)
    {
      spent = g_get_monotonic_time () - calls.begun;
      calls.longest = MAX (calls.longest, spent);
      calls.since_frame += spent;
      calls.spent += spent;
    }
}

void
calls_begin (LodgerCaller *caller)
{
  calls.id = lodger_caller_get_id (caller);
  calls.since = g_get_monotonic_time ();
  lodger_set_trace_func (on_event, NULL);
}

void
calls_end (void)
{
  lodger_set_trace_func (NULL, NULL);
}

void
calls_frame (void)
{
  calls.most = MAX (calls.most, calls.since_frame);
  calls.since_frame = 0;
}

gboolean
calls_get_spent (gint64 *ret_since, gint64 *ret_spent)
{
  *ret_since = calls.since == 0 ? 0 : g_get_monotonic_time () - calls.since;
  *ret_spent = calls.spent;
  return calls.since != 0;
}

void
calls_get_longest (gint64 *ret_most, gint64 *ret_longest)
{
  *ret_most = calls.most;
  *ret_longest = calls.longest;
}

void
calls_append_summary (GString *text)
{
  g_string_append (text, "calls: at most ");
  text_append_tenths (text, (double) calls.most / 1000);
  g_string_append (text, " ms between two frames, the longest ");
  text_append_tenths (text, (double) calls.longest / 1000);
  g_string_append (text, " ms\n");
}
