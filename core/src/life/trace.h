/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trace events. They cost one relaxed load while nobody asks for them. */
#ifndef LODGER_TRACE_PRIVATE_H
#define LODGER_TRACE_PRIVATE_H

#include <lodger/trace.h>
#include <stdatomic.h>

/* True until the first event has found out who asks. */
extern atomic_bool lodger__tracing;

void lodger__trace_emit (LodgerTraceKind kind, LodgerCaller *caller, LodgerPending *pending, const char *file, int line,
                         const char *name);

static inline bool
lodger__is_traced (void)
{
  return atomic_load_explicit (&lodger__tracing, memory_order_relaxed);
}

#define lodger__trace(...)                                                                                             \
  do                                                                                                                   \
    {                                                                                                                  \
      if (lodger__is_traced ())                                                                                        \
        lodger__trace_emit (__VA_ARGS__);                                                                              \
    }                                                                                                                  \
  while (0)

#define lodger__trace_caller(kind, caller) lodger__trace ((kind), (caller), NULL, NULL, 0, NULL)

#endif
