/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "life/trace.h"

#include "base/fork.h"
#include "base/log.h"
#include "life/life.h"

#include <lodger/caller.h>
#include <stdio.h>

atomic_bool lodger__tracing = true;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
LODGER_FORK_LOCK (mutex, LODGER_RANK_LOG, NULL);
static LodgerTraceFunc trace_func;
static void *trace_data;

void
lodger_set_trace_func (LodgerTraceFunc func, void *data)
{
  pthread_mutex_lock (&mutex);
  trace_func = func;
  trace_data = data;
  atomic_store (&lodger__tracing, func != NULL || lodger__debug_kinds () != 0);
  pthread_mutex_unlock (&mutex);
}

static void
print_event (const LodgerTraceEvent *event)
{
  static const char *const words[] = { "submit", "start", "end", "wake", "state", "suspend", "resume" };
  static const char *const states[] = { "initial", "starting", "running", "stopping", "stopped" };
  const char *caller = event->caller != NULL ? lodger_caller_get_name (event->caller) : "-";
  if (event->kind == LODGER_TRACE_STATE)
    fprintf (stderr, "lodger: state %s %s\n", caller, states[lodger_caller_get_state (event->caller)]);
  else if (event->kind == LODGER_TRACE_WAKE)
    fprintf (stderr, "lodger: wake %s\n", caller);
  else
    fprintf (stderr, "lodger: %s %s %s (%s:%d)\n", words[event->kind], caller,
             event->name != NULL ? event->name : "call", event->file != NULL ? event->file : "?", event->line);
}

void
lodger__trace_emit (LodgerTraceKind kind, LodgerCaller *caller, LodgerPending *pending, const char *file, int line,
                    const char *name)
{
  LodgerTraceEvent event = {
    .size = sizeof event, .kind = kind, .line = line, .file = file, .name = name, .caller = caller, .pending = pending
  };
  LodgerTraceFunc func;
  void *data;
  if (caller != NULL && lodger__is_hidden (caller))
    return;
  if (lodger__debug_kinds () & 1u << kind)
    print_event (&event);
  pthread_mutex_lock (&mutex);
  func = trace_func;
  data = trace_data;
  atomic_store (&lodger__tracing, func != NULL || lodger__debug_kinds () != 0);
  pthread_mutex_unlock (&mutex);
  if (func != NULL)
    func (&event, data);
}
