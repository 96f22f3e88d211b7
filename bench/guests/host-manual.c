/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guests.h"

#include <lodger-manual.h>

static LodgerManualHost *host;
static LodgerCaller *caller;
static bool is_over;

static LodgerCaller *
open_host (void)
{
  LodgerError *error = NULL;

  host = lodger_manual_host_new (LODGER_MANUAL_REAL);
  caller = lodger_manual_attach (host, NULL, &error);
  if (caller == NULL)
    bench_fail ("cannot attach: %s", lodger_error_get_message (error));
  return caller;
}

static void
run (void)
{
  is_over = false;
  while (!is_over)
    lodger_manual_iterate (host, true);
}

static void
quit (void)
{
  is_over = true;
}

static void
close_host (void)
{
  int code;

  lodger_manual_run_until_idle (host);
  code = lodger_caller_leave (caller);
  if (code)
    bench_fail ("cannot leave: %s", lodger_error_code_string (code));
  lodger_caller_unref (caller);
  lodger_manual_host_unref (host);
}

const Host host_manual = {
  .name = "manual",
  .way = "poller",
  .open = open_host,
  .run = run,
  .quit = quit,
  .close = close_host,
};
