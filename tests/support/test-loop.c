/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-loop.h"

#include "test-limits.h"

static Loop
open_with (LodgerManualFlags flags)
{
  Loop loop = { .host = lodger_manual_host_new (flags) };
  if (loop.host == NULL)
    test_fail ("no manual host");
  return loop;
}

Loop
loop_open_full (LodgerManualFlags flags, const LodgerCallerOptions *options)
{
  LodgerError *error = NULL;
  Loop loop = open_with (flags);
  loop.caller = lodger_manual_attach (loop.host, options, &error);
  if (loop.caller == NULL)
    test_fail ("cannot attach: %s", lodger_error_get_message (error));
  return loop;
}

Loop
loop_open (LodgerManualFlags flags)
{
  return loop_open_full (flags, NULL);
}

Loop
loop_open_initial (LodgerManualFlags flags)
{
  static const LodgerCallerOptions options = { .size = sizeof options };
  return loop_open_initial_full (flags, &options);
}

Loop
loop_open_initial_full (LodgerManualFlags flags, const LodgerCallerOptions *options)
{
  LodgerError *error = NULL;
  Loop loop = open_with (flags);
  LodgerCallerOptions own = *options;
  own.host = lodger_manual_host_get_name (loop.host);
  own.host_options = loop.host;
  test_check (lodger_manual_register () == 0);
  loop.caller = lodger_caller_open (LODGER_CALLER_MANUAL, &own, &error);
  if (loop.caller == NULL)
    test_fail ("no caller: %s", lodger_error_get_message (error));
  return loop;
}

void
loop_run (Loop *loop)
{
  lodger_manual_run_until_idle (loop->host);
}

void
loop_run_until_done (Loop *loop, LodgerPending *pending)
{
  int64_t until = test_now () + test_limit_ns ();
  while (!lodger_pending_is_done (pending))
    {
      lodger_manual_iterate (loop->host, false);
      lodger_manual_wait_posted (loop->host, 1000000);
      if (test_now () > until)
        test_fail ("hangs: the pending is not done");
    }
}

void
loop_close (Loop *loop)
{
  lodger_caller_stop (loop->caller, true);
  loop_run_until_done (loop, lodger_caller_get_stopped (loop->caller));
  lodger_caller_unref (loop->caller);
  lodger_manual_host_unref (loop->host);
}
