/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <lodger-uv.h>
#include <stdio.h>

static int64_t value;

static void
answer (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 42);
}

static void
show (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  lodger_pending_get_int (done, &value);
  lodger_caller_stop (data, true);
}

int
main (void)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_uv_attach (NULL, &error);
  if (!caller)
    {
      fprintf (stderr, "not attached: %s\n", lodger_error_get_message (error));
      return 1;
    }

  LodgerPending *work = lodger_caller_to_thread (caller, answer, NULL, NULL);
  lodger_pending_unref (lodger_pending_then (work, caller, show, caller, NULL));
  lodger_pending_unref (work);
  uv_run (uv_default_loop (), UV_RUN_DEFAULT);

  lodger_caller_unref (caller);
  printf ("result %d\n", (int) value);
  return 0;
}
