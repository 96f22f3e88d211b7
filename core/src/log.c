/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log.h"
#include "fork.h"

#include <lodger/caller.h>
#include <lodger/host.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tracing is on until the environment has been read, so that the first event reads it. */
atomic_bool lodger__tracing = true;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static LodgerLogFunc log_func;
static void *log_data;
static LodgerTraceFunc trace_func;
static void *trace_data;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned asked; /* bits of LodgerTraceKind */

static unsigned
asked_by (const char *word, size_t length)
{
  static const struct
  {
    const char *word;
    unsigned kinds;
  } words[] = {
    { "calls", 1u << LODGER_TRACE_SUBMIT | 1u << LODGER_TRACE_START | 1u << LODGER_TRACE_END },
    { "wakes", 1u << LODGER_TRACE_WAKE },
    { "states", 1u << LODGER_TRACE_STATE },
    { "all", ~0u },
  };
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strlen (words[i].word) == length && strncmp (words[i].word, word, length) == 0)
      return words[i].kinds;
  if (length > 0)
    fprintf (stderr, "lodger: LODGER_DEBUG knows calls, wakes, states and all, not %.*s\n", (int) length, word);
  return 0;
}

static void
read_environment (void)
{
  const char *word = getenv ("LODGER_DEBUG");
  while (word != NULL)
    {
      const char *comma = strchr (word, ',');
      asked |= asked_by (word, comma != NULL ? (size_t) (comma - word) : strlen (word));
      word = comma != NULL ? comma + 1 : NULL;
    }
  pthread_mutex_lock (&mutex);
  atomic_store (&lodger__tracing, asked != 0 || trace_func != NULL);
  pthread_mutex_unlock (&mutex);
}

void
lodger_set_log_func (LodgerLogFunc func, void *data)
{
  pthread_mutex_lock (&mutex);
  log_func = func;
  log_data = data;
  pthread_mutex_unlock (&mutex);
}

void
lodger__log (LodgerLogLevel level, const char *format, ...)
{
  char line[512];
  LodgerLogFunc func;
  void *data;
  va_list args;
  pthread_once (&once, read_environment);
  va_start (args, format);
  vsnprintf (line, sizeof line, format, args);
  va_end (args);
  pthread_mutex_lock (&mutex);
  func = log_func;
  data = log_data;
  pthread_mutex_unlock (&mutex);
  if (func != NULL)
    func (level, line, data);
  else if (level != LODGER_LOG_DEBUG || asked != 0)
    fprintf (stderr, "lodger: %s\n", line);
}

int
lodger__misuse (const char *function, int code, const char *reason)
{
  lodger__log (LODGER_LOG_WARNING, "%s: %s", function, reason);
  return code;
}

int
lodger_host_misuse (const char *function, int code, const char *reason)
{
  return lodger__misuse (function != NULL ? function : __func__, code,
                         reason != NULL ? reason : lodger_error_code_string (code));
}

void
lodger_set_trace_func (LodgerTraceFunc func, void *data)
{
  pthread_once (&once, read_environment);
  pthread_mutex_lock (&mutex);
  trace_func = func;
  trace_data = data;
  atomic_store (&lodger__tracing, asked != 0 || func != NULL);
  pthread_mutex_unlock (&mutex);
}

static void
print_event (const LodgerTraceEvent *event)
{
  static const char *const words[] = { "submit", "start", "end", "wake", "state" };
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
  pthread_once (&once, read_environment);
  if (asked & 1u << kind)
    print_event (&event);
  pthread_mutex_lock (&mutex);
  func = trace_func;
  data = trace_data;
  pthread_mutex_unlock (&mutex);
  if (func != NULL)
    func (&event, data);
}

void
lodger__log_lock (void)
{
  pthread_mutex_lock (&mutex);
}

void
lodger__log_unlock (void)
{
  pthread_mutex_unlock (&mutex);
}
