/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crowds.h"

#include <lodger/host.h>

/* ---- a loop that never comes round -------------------------------------------------------------------------------- */

static int
post (void *impl, LodgerHostNode *node)
{
  (void) impl;
  (void) node;
  return 0;
}

static int
open_loop (LodgerHost *host, const void *options, void **ret_impl)
{
  (void) host;
  *ret_impl = (void *) (uintptr_t) options;
  return 0;
}

static const LodgerHostOps ops = { .size = sizeof ops, .name = "crowd", .run_sync_soon_threadsafe = post };
static const LodgerHostDriver driver = { .size = sizeof driver, .ops = &ops, .open = open_loop };

/* ---- many of them ------------------------------------------------------------------------------------------------- */

static LodgerCaller *
open_caller (const char *loop)
{
  return lodger_caller_open (LODGER_CALLER_CURRENT_THREAD,
                             LODGER_CALLER_OPTIONS (.name = "crowd", .host = "crowd", .host_options = loop), NULL);
}

/* Each is found by its loop and its number while the others are there. */
static size_t
find_callers (LodgerCaller **callers, const char *loops, size_t count)
{
  size_t found = 0;
  for (size_t i = 0; i < count; i++)
    {
      LodgerCaller *by_loop = lodger_caller_find ("crowd", &loops[i]), *again = open_caller (&loops[i]);
      LodgerCaller *by_id = lodger_caller_find_id (lodger_caller_get_id (callers[i]));
      found += by_loop == callers[i] && again == callers[i] && by_id == callers[i];
      lodger_caller_unref (by_loop);
      lodger_caller_unref (again);
      lodger_caller_unref (by_id);
    }
  return found;
}

/* Callers of one thread, on a loop each. */
int64_t
crowd_callers (size_t count)
{
  LodgerCaller **callers = g_new0 (LodgerCaller *, count);
  char *loops = g_malloc (count);
  size_t found;
  int64_t start = crowd_now ();
  lodger_host_register (&driver);
  for (size_t i = 0; i < count; i++)
    {
      callers[i] = open_caller (&loops[i]);
      lodger_caller_enter (callers[i]);
    }
  found = find_callers (callers, loops, count);
  for (size_t i = count; i > 0; i--)
    {
      lodger_caller_leave (callers[i - 1]);
      lodger_caller_unref (callers[i - 1]);
    }
  start = crowd_now () - start;
  crowd_expect ("callers found", found, count);
  g_free (callers);
  g_free (loops);
  return start;
}
