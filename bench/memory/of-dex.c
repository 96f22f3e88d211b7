/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libdex's: promises, and fibers of the main thread that wait for one. */
#include "memory.h"

#include <libdex.h>

static DexPromise *awaited;
static uint64_t n_wanted, n_waiting;

void
memory_dex_promises (uint64_t count)
{
  dex_init ();
  for (uint64_t i = 0; i < count; i++)
    memory_keep (dex_promise_new ());
}

static DexFuture *
wait_for_it (gpointer data)
{
  (void) data;
  n_waiting++;
  dex_await (dex_ref (awaited), NULL);
  return dex_future_new_true ();
}

void
memory_dex_fibers (uint64_t count)
{
  dex_init ();
  if (!awaited)
    awaited = dex_promise_new ();
  n_wanted += count;
  for (uint64_t i = 0; i < count; i++)
    memory_keep (dex_scheduler_spawn (dex_scheduler_get_default (), 0, wait_for_it, NULL, NULL));
  while (n_waiting < n_wanted)
    g_main_context_iteration (NULL, TRUE);
}
