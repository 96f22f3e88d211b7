/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "fiber/fiber.h"

#include <lodger/host.h>

/* They are few, and stay for ever: each place is taken once, by a compare-and-swap of NULL. */
static _Atomic (const LodgerAwaitGuard *) guards[LODGER_AWAIT_GUARDS_MOST];

int
lodger_host_guard_awaits (const LodgerAwaitGuard *guard)
{
  if (guard == NULL || guard->size < sizeof *guard || guard->note == NULL || guard->refusal == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL, a wrong size, or a guard without its operations");
  for (size_t i = 0; i < LODGER_AWAIT_GUARDS_MOST; i++)
    {
      const LodgerAwaitGuard *there = NULL;
      if (atomic_compare_exchange_strong (&guards[i], &there, guard) || there == guard)
        return 0;
    }
  return lodger__misuse (__func__, LODGER_EAGAIN, "there are too many guards");
}

void
lodger__guards_note (LodgerGuardState states[LODGER_AWAIT_GUARDS_MOST])
{
  const LodgerAwaitGuard *guard;
  for (size_t i = 0; i < LODGER_AWAIT_GUARDS_MOST; i++)
    {
      guard = atomic_load_explicit (&guards[i], memory_order_acquire);
      if (guard == NULL)
        return;
      guard->note (states[i]);
    }
}

const char *
lodger__guards_refusal (LodgerGuardState states[LODGER_AWAIT_GUARDS_MOST])
{
  const LodgerAwaitGuard *guard;
  const char *reason = NULL;
  for (size_t i = 0; reason == NULL && i < LODGER_AWAIT_GUARDS_MOST; i++)
    {
      guard = atomic_load_explicit (&guards[i], memory_order_acquire);
      if (guard == NULL)
        return NULL;
      reason = guard->refusal (states[i]);
    }
  return reason;
}
