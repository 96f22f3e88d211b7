/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <lodger-glib.h>
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
  g_main_loop_quit (data);
}

int
main (void)
{
  GError *error = NULL;
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);
  LodgerCaller *caller = lodger_glib_attach (NULL, &error);
  if (!caller)
    {
      fprintf (stderr, "not attached: %s\n", error->message);
      return 1;
    }

  LodgerPending *work = lodger_caller_to_thread (caller, answer, NULL, NULL);
  lodger_pending_unref (lodger_pending_then (work, caller, show, loop, NULL));
  lodger_pending_unref (work);
  g_main_loop_run (loop);

  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
  g_main_loop_unref (loop);
  printf ("result %d\n", (int) value);
  return 0;
}
