/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-backend.h"

#include "caller/caller.h"
#include "test-limits.h"

static LodgerBackendOps stuck, broken;
static const LodgerBackendOps *base_of_stuck;
static BlockedCall *blocks_stuck;
static int code_of_broken;

static int
stuck_open (const void *options, void **ret_impl)
{
  blocked_call_direct (blocks_stuck);
  blocked_call_destroy (blocks_stuck);
  return base_of_stuck->open (options, ret_impl);
}

static int
broken_open (const void *options, void **ret_impl)
{
  (void) options;
  (void) ret_impl;
  return code_of_broken;
}

static void
register_as (LodgerBackendOps *ops, const char *name, const char *base, int (*open) (const void *, void **))
{
  base_of_stuck = lodger__registry_backend (base);
  test_check (base_of_stuck != NULL);
  *ops = *base_of_stuck;
  ops->name = name;
  ops->open = open;
  test_check (lodger_backend_register (ops) == 0);
}

void
backend_register_stuck (const char *base, BlockedCall *blocked)
{
  blocks_stuck = blocked;
  register_as (&stuck, "stuck", base, stuck_open);
}

void
backend_register_broken (const char *base, int code)
{
  code_of_broken = code;
  register_as (&broken, "broken", base, broken_open);
}
