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

static const LodgerAwaitGuard *
guard_at (unsigned i)
{
  return i < LODGER_AWAIT_GUARDS_MOST ? atomic_load_explicit (&guards[i], memory_order_acquire) : NULL;
}

static void
note_from (LodgerGuarded *guarded, unsigned i)
{
  const LodgerAwaitGuard *guard;
  for (; (guard = guard_at (i)) != NULL; i++)
    guard->note (guarded->states[i]);
  guarded->count = i;
}

void
lodger__guards_note (LodgerGuarded *guarded)
{
  note_from (guarded, 0);
}

/* One that came since has nothing to compare with before now. */
const char *
lodger__guards_refusal (LodgerGuarded *guarded)
{
  const char *reason = NULL;
  note_from (guarded, guarded->count);
  for (unsigned i = 0; reason == NULL && i < guarded->count; i++)
    reason = guard_at (i)->refusal (guarded->states[i]);
  return reason;
}
