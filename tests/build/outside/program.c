/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include <lodger/lodger.h>

static void
answer (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 42);
}

int
main (void)
{
  LodgerError *error = NULL;
  LodgerCaller *caller
      = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.name = "outside"), &error);
  if (!caller)
    {
      fprintf (stderr, "no caller: %s\n", lodger_error_get_message (error));
      lodger_error_unref (error);
      return 1;
    }

  int64_t value = 0;
  LodgerPending *pending = lodger_caller_call_soon (caller, answer, NULL, NULL);
  int outcome = lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  if (outcome == 0)
    outcome = lodger_pending_get_int (pending, &value);
  lodger_pending_unref (pending);

  lodger_caller_stop (caller, true);
  lodger_pending_wait (lodger_caller_get_stopped (caller), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_caller_unref (caller);

  if (outcome != 0)
    {
      fprintf (stderr, "no result: %s\n", lodger_error_code_string (outcome));
      return 1;
    }
  printf ("result %d\n", (int) value);
  return 0;
}
