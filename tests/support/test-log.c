/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-log.h"

#include "test-limits.h"

#include <lodger/trace.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_grown = PTHREAD_COND_INITIALIZER;
static char *text;
static size_t length;
static size_t count;

static void
keep (LodgerLogLevel level, const char *line, void *data)
{
  size_t size = strlen (line);
  (void) data;
  if (level == LODGER_LOG_DEBUG)
    return;
  if (strchr (line, '\n') != NULL)
    test_fail ("a log line has a newline: %s", line);
  pthread_mutex_lock (&mutex);
  text = realloc (text, length + size + 2);
  if (text == NULL)
    test_fail ("no memory");
  memcpy (text + length, line, size);
  text[length + size] = '\n';
  text[length + size + 1] = '\0';
  length += size + 1;
  count++;
  pthread_cond_broadcast (&has_grown);
  pthread_mutex_unlock (&mutex);
}

void
log_capture_begin (void)
{
  log_capture_forget ();
  lodger_set_log_func (keep, NULL);
}

void
log_capture_end (void)
{
  lodger_set_log_func (NULL, NULL);
  log_capture_forget ();
}

void
log_capture_forget (void)
{
  pthread_mutex_lock (&mutex);
  free (text);
  text = NULL;
  length = count = 0;
  pthread_mutex_unlock (&mutex);
}

size_t
log_capture_count (void)
{
  size_t result;
  pthread_mutex_lock (&mutex);
  result = count;
  pthread_mutex_unlock (&mutex);
  return result;
}

bool
log_capture_has (const char *wanted)
{
  bool found;
  pthread_mutex_lock (&mutex);
  found = text != NULL && strstr (text, wanted) != NULL;
  pthread_mutex_unlock (&mutex);
  return found;
}

size_t
log_capture_count_of (const char *wanted)
{
  size_t found = 0;
  pthread_mutex_lock (&mutex);
  for (const char *at = text; at != NULL && (at = strstr (at, wanted)) != NULL; at++)
    found++;
  pthread_mutex_unlock (&mutex);
  return found;
}

void
log_capture_wait_at (const char *wanted, const char *file, int line)
{
  struct timespec until;
  int code = 0;
  clock_gettime (CLOCK_REALTIME, &until);
  until.tv_sec += test_limit_ns () / 1000000000;
  pthread_mutex_lock (&mutex);
  while (code == 0 && (text == NULL || strstr (text, wanted) == NULL))
    code = pthread_cond_timedwait (&has_grown, &mutex, &until);
  if (code != 0)
    test_fail_at (file, line, "hangs: no line has '%s', but:\n%s", wanted, text != NULL ? text : "");
  pthread_mutex_unlock (&mutex);
}
