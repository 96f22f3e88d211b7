/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "base/error.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/thread.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Domain
{
  struct Domain *next;
  char name[];
} Domain;

LodgerError lodger__no_memory
    = { .code = LODGER_ENOMEM, .domain = LODGER_ERROR_DOMAIN, .message = (char[]) { "no memory" }, .is_static = true };
LodgerError lodger__cancelled = {
  .code = LODGER_ECANCELED, .domain = LODGER_ERROR_DOMAIN, .message = (char[]) { "cancelled" }, .is_static = true
};
LodgerError lodger__abandoned = { .code = LODGER_EABANDONED,
                                  .domain = LODGER_ERROR_DOMAIN,
                                  .message = (char[]) { "did not end in time, and was left behind" },
                                  .is_static = true };
LodgerError lodger__timed_out = {
  .code = LODGER_ETIMEDOUT, .domain = LODGER_ERROR_DOMAIN, .message = (char[]) { "the time is over" }, .is_static = true
};

static pthread_mutex_t domains_mutex = PTHREAD_MUTEX_INITIALIZER;
LODGER_FORK_LOCK (domains_mutex, LODGER_RANK_ERRORS, NULL);
static Domain *domains;

static const char *
intern (const char *name)
{
  Domain *domain;
  if (name == NULL || strcmp (name, lodger__no_memory.domain) == 0)
    return lodger__no_memory.domain;
  pthread_mutex_lock (&domains_mutex);
  for (domain = domains; domain != NULL && strcmp (domain->name, name) != 0; domain = domain->next)
    ;
  if (domain == NULL)
    {
      size_t size = strlen (name) + 1;
      domain = malloc (sizeof *domain + size);
      if (domain != NULL)
        {
          memcpy (domain->name, name, size);
          domain->next = domains;
          domains = domain;
        }
    }
  pthread_mutex_unlock (&domains_mutex);
  return domain != NULL ? domain->name : NULL;
}

static LodgerError *
error_new_take (const char *domain, int code, char *message, const LodgerErrorPayloadOps *ops, void *payload,
                void (*destroy) (void *payload))
{
  LodgerError *error = malloc (sizeof *error);
  const char *interned = intern (domain);
  if (error == NULL || interned == NULL || message == NULL)
    {
      free (error);
      free (message);
      if (destroy != NULL)
        destroy (payload);
      return &lodger__no_memory;
    }
  atomic_init (&error->refs, 1);
  error->is_static = false;
  error->code = code;
  error->domain = interned;
  error->ops = ops;
  error->payload = payload;
  error->destroy = destroy;
  error->message = message;
  return error;
}

LodgerError *
lodger_error_new_with_payload (const char *domain, int code, const char *message, const LodgerErrorPayloadOps *ops,
                               void *payload)
{
  LodgerErrorPayloadOps own;
  const char *reason;
  const LodgerErrorPayloadOps *read = lodger__options (ops, &own, sizeof own, &reason);
  if (reason != NULL)
    {
      lodger__misuse (__func__, LODGER_EINVAL, reason);
      read = ops = NULL;
    }
  return error_new_take (domain, code, strdup (message != NULL ? message : lodger_error_code_string (code)), ops,
                         payload, read != NULL ? read->destroy : NULL);
}

LodgerError *
lodger_error_new (const char *domain, int code, const char *message)
{
  return lodger_error_new_with_payload (domain, code, message, NULL, NULL);
}

LodgerError *
lodger__error_new_va (const char *domain, int code, const char *format, va_list args)
{
  char *message = NULL;
  if (format == NULL)
    return lodger_error_new (domain, code, NULL);
  if (vasprintf (&message, format, args) < 0)
    message = NULL;
  return error_new_take (domain, code, message, NULL, NULL, NULL);
}

LodgerError *
lodger_error_newf (const char *domain, int code, const char *format, ...)
{
  LodgerError *error;
  va_list args;
  va_start (args, format);
  error = lodger__error_new_va (domain, code, format, args);
  va_end (args);
  return error;
}

LodgerError *
lodger_error_ref (LodgerError *error)
{
  if (error != NULL && !error->is_static)
    atomic_fetch_add_explicit (&error->refs, 1, memory_order_relaxed);
  return error;
}

void
lodger_error_unref (LodgerError *error)
{
  if (error == NULL || error->is_static || atomic_fetch_sub_explicit (&error->refs, 1, memory_order_acq_rel) != 1)
    return;
  if (error->destroy != NULL)
    lodger__destroy (error->destroy, error->payload);
  free (error->message);
  free (error);
}

const char *
lodger_error_get_domain (const LodgerError *error)
{
  return error != NULL ? error->domain : NULL;
}

int
lodger_error_get_code (const LodgerError *error)
{
  return error != NULL ? error->code : 0;
}

const char *
lodger_error_get_message (const LodgerError *error)
{
  return error != NULL ? error->message : "";
}

void *
lodger_error_get_payload (const LodgerError *error, const LodgerErrorPayloadOps *ops)
{
  if (error == NULL || error->ops == NULL || (ops != NULL && error->ops != ops))
    return NULL;
  return error->payload;
}

bool
lodger_error_matches (const LodgerError *error, const char *domain, int code)
{
  return error != NULL && error->code == code
         && strcmp (error->domain, domain != NULL ? domain : LODGER_ERROR_DOMAIN) == 0;
}

const char *
lodger_error_code_string (int code)
{
  switch (code)
    {
    case LODGER_OK: return "success";
    case LODGER_EINVAL: return "an argument is wrong";
    case LODGER_ENOMEM: return "no memory";
    case LODGER_EAGAIN: return "the system refuses a thread or a descriptor just now";
    case LODGER_ESHUTDOWN: return "the caller is stopping or has stopped";
    case LODGER_ECANCELED: return "cancelled";
    case LODGER_ENOTDONE: return "there is no outcome yet";
    case LODGER_ETIMEDOUT: return "the time is over";
    case LODGER_EDEADLK: return "waiting could never end";
    case LODGER_EWRONGTHREAD: return "not allowed in this thread";
    case LODGER_EBUSY: return "not from inside a call, or while something is at work";
    case LODGER_EALREADY: return "has been done before";
    case LODGER_ESTATE: return "not in this state";
    case LODGER_EMISMATCH: return "a name, host or backend is not the one that is there";
    case LODGER_ENOENT: return "no host, backend or key of that name";
    case LODGER_ENOSYS: return "the host lacks the operation that this needs";
    case LODGER_ETYPE: return "the outcome is of another type";
    case LODGER_EFAILED: return "the call failed";
    case LODGER_EUNANSWERED: return "the reply of a deferred call was freed unanswered";
    case LODGER_EFOREIGN: return "an error of another domain";
    case LODGER_EABANDONED: return "did not end in time, and was left behind";
    case LODGER_ECHILD: return "a forked child cannot use what its parent made";
    default: return "unknown error";
    }
}

void
lodger_free (void *memory)
{
  free (memory);
}
