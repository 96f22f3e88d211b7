/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Log lines, and what LODGER_DEBUG asks for. */
#ifndef LODGER_LOG_H
#define LODGER_LOG_H

#include <lodger/error.h>
#include <lodger/trace.h>

void lodger__log (LodgerLogLevel level, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
/* Logs `function: reason` and returns the code: the answer to misuse. */
int lodger__misuse (const char *function, int code, const char *reason);
/* The function that the program has called: of an adapter that speaks for itself, or the given one. */
const char *lodger__spoken_for (const char *function);
/* The same with the place in the program, if it is known. */
int lodger__misuse_at (const char *function, int code, const char *reason, const char *file, int line);
/* Logs, and is true, if an argument is NULL that may not be. */
bool lodger__is_null (const void *argument, const char *function);
/* Returns `answer` from a public function whose argument is wrong; `guard` in it is the code of the check. */
#define lodger__guard(check, answer)                                                                                   \
  do                                                                                                                   \
    {                                                                                                                  \
      const int guard = (check);                                                                                       \
      if (guard != 0)                                                                                                  \
        return (answer);                                                                                               \
    }                                                                                                                  \
  while (0)
/* The kinds of trace events that LODGER_DEBUG asks for, as bits of LodgerTraceKind. */
unsigned lodger__debug_kinds (void);
/* It asks for the stall watch. */
bool lodger__debug_wants_stalls (void);

#endif
