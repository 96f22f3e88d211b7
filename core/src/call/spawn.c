/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "call/spawn.h"

#include "call/submit.h"
#include "life/life.h"

#include <lodger/fiber.h>

enum
{
  ORDER_LEAST = 16,
  ORDER_MOST = 30,
  ORDER_OF_WORKERS = 18,
  ORDER_OF_GUIS = 23 /* Pango, toolkits and drivers of graphics processors need much */
};

unsigned
lodger__spawn_stack_order (size_t size)
{
  unsigned order = ORDER_LEAST;
  if (size == 0)
    return 0;
  while (order < ORDER_MOST && ((size_t) 1 << order) < size)
    order++;
  return order;
}

void
lodger__spawn_set_stack_size (LodgerCaller *caller, size_t size)
{
  caller->calls.stack_size = size;
}

size_t
lodger__spawn_stack_size (const LodgerCaller *caller, size_t size)
{
  if (size == 0)
    size = caller->calls.stack_size;
  if (size == 0)
    size = (size_t) 1 << (lodger__is_driven (caller) ? ORDER_OF_WORKERS : ORDER_OF_GUIS);
  return size <= (size_t) 1 << ORDER_MOST ? size : 0;
}

int
lodger__spawn_options (const LodgerCaller *caller, const LodgerCallOptions *given, LodgerCallOptions *own,
                       const char *function)
{
  LodgerCallOptions read;
  const char *reason;
  given = lodger__options (given, &read, sizeof read, &reason);
  *own = given != NULL ? *given : (LodgerCallOptions) { .size = sizeof *own };
  if (reason == NULL && caller != NULL)
    {
      own->stack_size = lodger__spawn_stack_size (caller, own->stack_size);
      if (own->stack_size == 0)
        reason = "a stack of more than 1 GiB";
    }
  return reason == NULL ? 0 : lodger__submit_misuse (function, LODGER_EINVAL, reason, given);
}

LodgerPending *
lodger_caller_spawn_full (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                          const LodgerCallOptions *options)
{
  static const char function[] = "lodger_caller_spawn";
  const LodgerWork work = lodger__work (func, data, destroy);
  LodgerCallOptions own;
  int code = lodger__spawn_options (caller, options, &own, function);
  return code == 0 ? lodger__submit_soon (function, caller, &work, &own)
                   : lodger__submit_refuse (code, caller, function, &work, &own);
}

LodgerPending *
lodger_caller_spawn (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_caller_spawn_full (caller, func, data, destroy, NULL);
}
