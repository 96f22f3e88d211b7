/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks of a row. */
#define _GNU_SOURCE
#include "log-lines.h"
#include "misuse.h"

#include <stdlib.h>
#include <string.h>

/* ---- log lines ----------------------------------------------------------------------------------------------------- */

enum
{
  MOST_LINES = 8
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char lines[MOST_LINES][200];
static LodgerLogLevel levels[MOST_LINES];
static unsigned count;

static void
keep (LodgerLogLevel level, const char *line, void *data)
{
  (void) data;
  pthread_mutex_lock (&mutex);
  if (count < MOST_LINES)
    {
      levels[count] = level;
      strncpy (lines[count], line, sizeof lines[count] - 1);
      count++;
    }
  pthread_mutex_unlock (&mutex);
}

void
log_lines_begin (void)
{
  lodger_set_log_func (keep, NULL);
}

void
log_lines_end (void)
{
  lodger_set_log_func (NULL, NULL);
}

void
log_lines_forget (void)
{
  pthread_mutex_lock (&mutex);
  count = 0;
  pthread_mutex_unlock (&mutex);
}

static bool
names (const char *line, const char *function)
{
  size_t size = strlen (function);
  if (size > 5 && strcmp (function + size - 5, "_full") == 0)
    size -= 5;
  if (strncmp (line, function, size) != 0)
    return false;
  line += size;
  if (strncmp (line, "_full", 5) == 0)
    line += 5;
  return *line == ':';
}

void
log_lines_expect (LodgerLogLevel level, const char *function, const char *what)
{
  bool found = false;
  pthread_mutex_lock (&mutex);
  for (unsigned i = 0; i < count; i++)
    if (names (lines[i], function))
      found = found || levels[i] == level || (level == LODGER_LOG_DEBUG && levels[i] == LODGER_LOG_WARNING);
    else if (levels[i] >= level)
      test_fail ("%s: a line names something else than %s: %s", what, function, lines[i]);
  if (!found)
    test_fail ("%s: no line names %s", what, function);
  count = 0;
  pthread_mutex_unlock (&mutex);
}

void
log_lines_expect_none (const char *what)
{
  pthread_mutex_lock (&mutex);
  for (unsigned i = 0; i < count; i++)
    if (levels[i] > LODGER_LOG_DEBUG)
      test_fail ("%s: a line that nobody expects: %s", what, lines[i]);
  count = 0;
  pthread_mutex_unlock (&mutex);
}

/* ---- answers ------------------------------------------------------------------------------------------------------- */

static void
expect_line (Fixture *s, LodgerLogLevel level, const char *what)
{
  log_lines_expect (level, s->logged_as != NULL ? s->logged_as : s->function, what);
  s->logged_as = NULL;
}

static void
expect_answer (const char *what, int actual, int code)
{
  if (actual != code)
    test_fail ("%s: %d (%s) instead of %d (%s)", what, actual, lodger_error_code_string (actual), code,
               lodger_error_code_string (code));
}

static void
expect_true (const char *what, bool is_true)
{
  if (!is_true)
    test_fail ("not true: %s", what);
}

/* The data of a refused call is destroyed by now, and the call has not run. */
static void
expect_destroyed (Fixture *s, const char *what)
{
  int destroyed = atomic_load (&s->data.destroyed);
  if (destroyed != s->data_count || atomic_load (&s->data.ran) != 0)
    test_fail ("%s: destroyed %d times instead of %d, ran %d times", what, destroyed, s->data_count,
               atomic_load (&s->data.ran));
}

static void
expect_refused (Fixture *s, const char *what, LodgerPending *refused, int code)
{
  if (refused == NULL || !lodger_pending_is_done (refused))
    test_fail ("%s: not a done pending", what);
  expect_answer (what, lodger_error_get_code (lodger_pending_get_error (refused)), code);
  lodger_pending_unref (refused);
  expect_destroyed (s, what);
}

void
misuse_answers (Fixture *s, const char *what, int actual, int code)
{
  expect_answer (what, actual, code);
  expect_line (s, LODGER_LOG_WARNING, what);
  expect_destroyed (s, what);
}

void
misuse_warns (Fixture *s, const char *what, bool is_true)
{
  expect_true (what, is_true);
  expect_line (s, LODGER_LOG_WARNING, what);
  expect_destroyed (s, what);
}

void
misuse_refuses (Fixture *s, const char *what, LodgerPending *refused, int code)
{
  expect_refused (s, what, refused, code);
  expect_line (s, LODGER_LOG_WARNING, what);
}

void
misuse_answers_late (Fixture *s, const char *what, int actual, int code)
{
  expect_answer (what, actual, code);
  expect_line (s, LODGER_LOG_DEBUG, what);
  expect_destroyed (s, what);
}

void
misuse_refuses_late (Fixture *s, const char *what, LodgerPending *refused)
{
  expect_refused (s, what, refused, LODGER_ECANCELED);
  expect_line (s, LODGER_LOG_DEBUG, what);
}

void
misuse_tells (Fixture *s, const char *what, int actual, int code)
{
  expect_answer (what, actual, code);
  log_lines_expect_none (what);
  expect_destroyed (s, what);
}

void
misuse_fine (Fixture *s, const char *what, bool is_true)
{
  (void) s;
  expect_true (what, is_true);
  log_lines_expect_none (what);
}

void
misuse_accepts (Fixture *s, const char *what, LodgerPending *accepted)
{
  loop_run_until_done (&s->loop, accepted);
  expect_answer (what, lodger_pending_get_outcome (accepted), 0);
  lodger_pending_unref (accepted);
  log_lines_expect_none (what);
}

void
misuse_ruled_out (Fixture *s, const char *why)
{
  (void) s;
  (void) why;
}

void
misuse_by (Fixture *s, const char *function)
{
  s->logged_as = function;
}

bool
is_text (char *text)
{
  bool is = text != NULL && *text != '\0';
  lodger_free (text);
  return is;
}

bool
is_caller (LodgerCaller *caller)
{
  lodger_caller_unref (caller);
  return caller != NULL;
}

bool
is_error (LodgerCaller *caller, LodgerError *error, int code)
{
  bool is = caller == NULL && lodger_error_get_code (error) == code;
  lodger_caller_unref (caller);
  lodger_error_unref (error);
  return is;
}
