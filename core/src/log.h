/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Log lines, trace events, and errors made from a format. */
#ifndef LODGER_LOG_H
#define LODGER_LOG_H

#include <lodger/error.h>
#include <lodger/trace.h>
#include <stdarg.h>
#include <stdatomic.h>

void lodger__log (LodgerLogLevel level, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
/* Logs `function: reason` and gives the code back: the answer to misuse. */
int lodger__misuse (const char *function, int code, const char *reason);
LodgerError *lodger__error_new_va (const char *domain, int code, const char *format, va_list args)
    __attribute__ ((format (printf, 3, 0)));

struct LodgerError
{
  atomic_uint refs;
  int code;
  const char *domain;
  const LodgerErrorPayloadOps *ops;
  void *payload;
  char *message;
  bool is_static; /* shared: neither counted nor freed */
};

/* For when there is no memory for another; the latter two stand for a cancelled and an abandoned call. */
extern LodgerError lodger__no_memory, lodger__cancelled, lodger__abandoned;

extern atomic_bool lodger__tracing;
void lodger__trace_emit (LodgerTraceKind kind, LodgerCaller *caller, LodgerPending *pending, const char *file, int line,
                         const char *name);

#define lodger__trace(...)                                                                                             \
  do                                                                                                                   \
    {                                                                                                                  \
      if (atomic_load_explicit (&lodger__tracing, memory_order_relaxed))                                               \
        lodger__trace_emit (__VA_ARGS__);                                                                              \
    }                                                                                                                  \
  while (0)

#endif
