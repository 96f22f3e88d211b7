/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"

#include "base/fork.h"

#include <lodger/host.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
LODGER_FORK_LOCK (mutex, LODGER_RANK_LOG, NULL);
static LodgerLogFunc log_func;
static void *log_data;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned asked; /* bits of LodgerTraceKind */
static bool stalls_asked;
static _Thread_local bool is_in_func __attribute__ ((tls_model ("initial-exec"))); /* this thread, in the user's */

static unsigned
asked_by (const char *word, size_t length)
{
  static const struct
  {
    const char *word;
    unsigned kinds;
  } words[] = {
    { "calls", 1u << LODGER_TRACE_SUBMIT | 1u << LODGER_TRACE_START | 1u << LODGER_TRACE_END
                   | 1u << LODGER_TRACE_SUSPEND | 1u << LODGER_TRACE_RESUME },
    { "wakes", 1u << LODGER_TRACE_WAKE },
    { "states", 1u << LODGER_TRACE_STATE },
    { "all", ~0u },
  };
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strlen (words[i].word) == length && strncmp (words[i].word, word, length) == 0)
      return words[i].kinds;
  if (length == strlen ("stalls") && strncmp ("stalls", word, length) == 0)
    stalls_asked = true;
  else if (length > 0)
    fprintf (stderr, "lodger: LODGER_DEBUG knows calls, wakes, states, all and stalls, not %.*s\n", (int) length, word);
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
}

unsigned
lodger__debug_kinds (void)
{
  pthread_once (&once, read_environment);
  return asked;
}

bool
lodger__debug_wants_stalls (void)
{
  pthread_once (&once, read_environment);
  return stalls_asked;
}

void
lodger_set_log_func (LodgerLogFunc func, void *data)
{
  pthread_mutex_lock (&mutex);
  log_func = func;
  log_data = data;
  pthread_mutex_unlock (&mutex);
}

/* What the user's function does may cause a line in turn: that one goes past it, or there would be no end. */
void
lodger__log (LodgerLogLevel level, const char *format, ...)
{
  char line[512];
  LodgerLogFunc func;
  void *data;
  va_list args;
  va_start (args, format);
  vsnprintf (line, sizeof line, format, args);
  va_end (args);
  pthread_mutex_lock (&mutex);
  func = log_func;
  data = log_data;
  pthread_mutex_unlock (&mutex);
  if (func != NULL && !is_in_func)
    {
      is_in_func = true;
      func (level, line, data);
      is_in_func = false;
    }
  else if (level != LODGER_LOG_DEBUG || lodger__debug_kinds () != 0)
    fprintf (stderr, "lodger: %s\n", line);
}

static _Thread_local const char *spoken_for;

const char *
lodger_host_speak_for (const char *function)
{
  const char *before = spoken_for;
  if (before == NULL || function == NULL)
    spoken_for = function;
  return before;
}

const char *
lodger__spoken_for (const char *function)
{
  return spoken_for != NULL ? spoken_for : function;
}

int
lodger__misuse (const char *function, int code, const char *reason)
{
  lodger__log (LODGER_LOG_WARNING, "%s: %s", lodger__spoken_for (function), reason);
  return code;
}

int
lodger__misuse_at (const char *function, int code, const char *reason, const char *file, int line)
{
  if (file == NULL)
    return lodger__misuse (function, code, reason);
  lodger__log (LODGER_LOG_WARNING, "%s: %s (%s:%d)", lodger__spoken_for (function), reason, file, line);
  return code;
}

bool
lodger__is_null (const void *argument, const char *function)
{
  if (argument == NULL)
    lodger__misuse (function, LODGER_EINVAL, "NULL given");
  return argument == NULL;
}

int
lodger_host_misuse (const char *function, int code, const char *reason)
{
  return lodger__misuse (function != NULL ? function : __func__, code,
                         reason != NULL ? reason : lodger_error_code_string (code));
}
