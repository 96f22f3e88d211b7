/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sections have in common. */
#include "tour.h"

#include <stdarg.h>
#include <stdio.h>

void
tour_say (const char *format, ...)
{
  char line[256];
  va_list arguments;
  va_start (arguments, format);
  vsnprintf (line, sizeof line, format, arguments);
  va_end (arguments);
  printf ("  %s\n", line);
}

LodgerCaller *
tour_open (const char *name)
{
  LodgerCaller *caller = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.name = name), NULL);
  lodger_pending_wait (lodger_caller_get_started (caller), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  return caller;
}

void
tour_close (LodgerCaller *caller)
{
  lodger_caller_stop (caller, true);
  lodger_pending_wait (lodger_caller_get_stopped (caller), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_caller_unref (caller);
}

int
tour_finish (LodgerPending *pending)
{
  const int code = lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (pending);
  return code;
}

int
tour_number (LodgerPending *pending)
{
  int64_t number = 0;
  int code = lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  if (code == 0)
    code = lodger_pending_get_int (pending, &number);
  lodger_pending_unref (pending);
  return code == 0 ? (int) number : code;
}

void
tour_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

void
tour_double (LodgerPending *self, void *number)
{
  lodger_pending_return_int (self, 2 * *(int *) number);
}

void
tour_fail (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_new_error (self, NULL, LODGER_EFAILED, "it has failed");
}
