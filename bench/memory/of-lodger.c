/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lodger's: promises, calls that have not begun, delayed calls, and spawned calls that wait. */
#include "memory.h"

#include <glib.h>
#include <lodger-glib.h>
#include <lodger/lodger.h>

static LodgerPending *awaited;
static uint64_t n_wanted, n_waiting;

static LodgerCaller *
get_caller (void)
{
  static LodgerCaller *caller;
  GError *error = NULL;

  if (!caller)
    caller = lodger_glib_attach (NULL, &error);
  if (!caller)
    bench_fail ("cannot attach: %s", error->message);
  return caller;
}

static void
never (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  bench_fail ("a call has run");
}

void
memory_lodger_promises (uint64_t count)
{
  for (uint64_t i = 0; i < count; i++)
    memory_keep (lodger_pending_new (LODGER_PENDING_DEFAULT));
}

void
memory_lodger_calls (uint64_t count)
{
  LodgerCaller *caller = get_caller ();

  for (uint64_t i = 0; i < count; i++)
    memory_keep (lodger_caller_call_soon_full (caller, never, NULL, NULL, LODGER_CALL_OPTIONS (.name = "never")));
}

void
memory_lodger_timers (uint64_t count)
{
  LodgerCaller *caller = get_caller ();

  for (uint64_t i = 0; i < count; i++)
    memory_keep (lodger_caller_call_later (caller, MEMORY_LONG * INT64_C (1000000), never, NULL, NULL));
}

static void
wait_for_it (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  n_waiting++;
  lodger_await (lodger_pending_ref (awaited), NULL);
}

void
memory_lodger_spawned (uint64_t count)
{
  LodgerCaller *caller = get_caller ();

  if (!awaited)
    awaited = lodger_pending_new (LODGER_PENDING_DEFAULT);
  n_wanted += count;
  for (uint64_t i = 0; i < count; i++)
    memory_keep (lodger_caller_spawn (caller, wait_for_it, NULL, NULL));
  while (n_waiting < n_wanted)
    g_main_context_iteration (NULL, TRUE);
}
