/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two files of scopes share: scope.c has their life, and scope-bound.c what is bound to them. */
#ifndef LODGER_SCOPE_BOUND_H
#define LODGER_SCOPE_BOUND_H

#include "base/fork.h"
#include "call/scope.h"
#include "pending/extras.h"

struct LodgerScope
{
  atomic_uint refs;
  uint16_t generation; /* base/fork.h */
  atomic_bool ended;   /* written under the mutex */
  uint64_t thread;     /* serial of its own */
  pthread_mutex_t mutex;
  LodgerList bound; /* calls, oldest first */
  char *message;    /* written once, before `ended` */
  LodgerScopeOptions options;
  LodgerLink known; /* on the list of all, under its mutex */
  uint64_t number;
};

/* A call's tie to its scope. */
typedef struct LodgerBinding
{
  LodgerExtra extra; /* first */
  LodgerPending *pending;
  LodgerScope *scope; /* a reference */
  LodgerListener listener;
  LodgerLink link; /* on the scope's list, under its mutex */
  bool is_held;    /* owner: the call has begun, and holds the object */
} LodgerBinding;

static inline bool
lodger__scope_is_before_fork (const LodgerScope *scope)
{
  return scope->generation != (uint16_t) lodger__generation_now ();
}

/* Of one that has ended. */
static inline const char *
lodger__scope_end_message (const LodgerScope *scope)
{
  return scope->message != NULL ? scope->message : lodger__scope_message;
}

#endif
