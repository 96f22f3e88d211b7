/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of manual host: a registered driver for each combination of flags. A driver's table shows which operations
 * its host lacks, so each combination needs a table of its own. */
#include "manual-private.h"

#include <lodger/error.h>

static const char *const names[LODGER_MANUAL_KINDS] = {
  "manual",
  "manual-no-before-wait",
  "manual-no-arm",
  "manual-no-before-wait-no-arm",
  "manual-real",
  "manual-no-before-wait-real",
  "manual-no-arm-real",
  "manual-no-before-wait-no-arm-real",
  "manual-no-detach",
  "manual-no-before-wait-no-detach",
  "manual-no-arm-no-detach",
  "manual-no-before-wait-no-arm-no-detach",
  "manual-real-no-detach",
  "manual-no-before-wait-real-no-detach",
  "manual-no-arm-real-no-detach",
  "manual-no-before-wait-no-arm-real-no-detach",
};

static LodgerHostOps tables[LODGER_MANUAL_KINDS];
static LodgerHostDriver drivers[LODGER_MANUAL_KINDS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int
real_mainloop (void *impl)
{
  return lodger__manual_run (((ManualPort *) impl)->loop);
}

static void
real_quit (void *impl)
{
  ((ManualPort *) impl)->loop->quits = true;
}

static void
fill_in (void)
{
  for (unsigned kind = 0; kind < LODGER_MANUAL_KINDS; kind++)
    {
      LodgerHostOps *ops = &tables[kind];
      *ops = lodger__manual_ops;
      ops->name = names[kind];
      if ((kind & LODGER_MANUAL_NO_BEFORE_WAIT) != 0)
        ops->want_before_wait = NULL;
      if ((kind & LODGER_MANUAL_NO_ARM) != 0)
        ops->arm = NULL;
      if ((kind & LODGER_MANUAL_NO_DETACH) != 0)
        ops->detach = NULL;
      if ((kind & LODGER_MANUAL_REAL) != 0)
        {
          ops->mainloop = real_mainloop;
          ops->quit = real_quit;
        }
      drivers[kind] = (LodgerHostDriver) { .size = sizeof (LodgerHostDriver), .ops = ops, .open = lodger__manual_open };
    }
}

int
lodger_manual_register (void)
{
  int result = 0;
  pthread_once (&once, fill_in);
  for (unsigned kind = 0; kind < LODGER_MANUAL_KINDS && result == 0; kind++)
    result = lodger_host_register (&drivers[kind]);
  return result;
}

const char *
lodger_manual_host_get_name (const LodgerManualHost *host)
{
  return host != NULL ? names[host->flags] : NULL;
}
