/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of an error, and the errors that need no memory. */
#ifndef LODGER_ERROR_PRIVATE_H
#define LODGER_ERROR_PRIVATE_H

#include <lodger/error.h>
#include <stdarg.h>
#include <stdatomic.h>

struct LodgerError
{
  atomic_uint refs;
  int code;
  const char *domain;
  const LodgerErrorPayloadOps *ops; /* the kind; they may be of another version, and are not read */
  void *payload;
  void (*destroy) (void *payload);
  char *message;
  bool is_static; /* shared: neither counted nor freed */
};

/* For when there is no memory for another; the latter two stand for a cancelled and an abandoned call. */
extern LodgerError lodger__no_memory, lodger__cancelled, lodger__abandoned, lodger__timed_out;

LodgerError *lodger__error_new_va (const char *domain, int code, const char *format, va_list args)
    __attribute__ ((format (printf, 3, 0)));

#endif
