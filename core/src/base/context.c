/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/context.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

/* One value, which the contexts that have it share. */
typedef struct Value
{
  atomic_uint refs;
  const LodgerContextKey *key;
  void *value;
  LodgerDestroyFunc destroy;
  const LodgerTrackerOps *tracker; /* NULL: it is told of no calls */
} Value;

struct LodgerContext
{
  atomic_uint refs;
  unsigned tracked; /* the kinds of trackers in it */
  unsigned count;
  Value *values[];
};

static LodgerContext nothing = { .refs = 1 };
LodgerContext *const lodger__no_context = &nothing;

static void
value_unref (Value *value)
{
  if (atomic_fetch_sub_explicit (&value->refs, 1, memory_order_acq_rel) != 1)
    return;
  if (value->destroy != NULL)
    lodger__destroy (value->destroy, value->value);
  free (value);
}

LodgerContext *
lodger_context_ref (LodgerContext *context)
{
  if (context != NULL)
    atomic_fetch_add_explicit (&context->refs, 1, memory_order_relaxed);
  return context;
}

void
lodger_context_unref (LodgerContext *context)
{
  if (context == NULL || atomic_fetch_sub_explicit (&context->refs, 1, memory_order_acq_rel) != 1)
    return;
  for (unsigned i = 0; i < context->count; i++)
    value_unref (context->values[i]);
  free (context);
}

static LodgerContext *
context_new (unsigned room)
{
  LodgerContext *context = malloc (sizeof *context + room * sizeof (Value *));
  if (context == NULL)
    return NULL;
  atomic_init (&context->refs, 1);
  context->tracked = context->count = 0;
  return context;
}

static void
add (LodgerContext *context, Value *value)
{
  atomic_fetch_add_explicit (&value->refs, 1, memory_order_relaxed);
  context->values[context->count++] = value;
  context->tracked |= value->tracker != NULL ? value->tracker->kind : 0;
}

/* Without memory it destroys nothing. */
static Value *
value_new (const LodgerContextKey *key, void *given, LodgerDestroyFunc destroy, const LodgerTrackerOps *tracker)
{
  Value *value = malloc (sizeof *value);
  if (value != NULL)
    *value = (Value) { .refs = 1, .key = key, .value = given, .destroy = destroy, .tracker = tracker };
  return value;
}

LodgerContext *
lodger__context_with (const LodgerContext *base, const LodgerContextKey *key, void *given, LodgerDestroyFunc destroy,
                      const LodgerTrackerOps *tracker)
{
  Value *value = value_new (key, given, destroy, tracker);
  LodgerContext *context = value != NULL ? context_new ((base != NULL ? base->count : 0) + 1) : NULL;
  if (context == NULL)
    {
      free (value);
      if (destroy != NULL)
        destroy (given);
      return NULL;
    }
  for (unsigned i = 0; base != NULL && i < base->count; i++)
    if (base->values[i]->key != key)
      add (context, base->values[i]);
  if (given != NULL)
    add (context, value);
  value_unref (value);
  return context;
}

LodgerContext *
lodger_context_new (LodgerContext *base, const LodgerContextKey *key, void *value, LodgerDestroyFunc destroy)
{
  LodgerContext *context = NULL;
  if (!lodger__is_null (key, __func__))
    {
      context = lodger__context_with (base, key, value, destroy, NULL);
      if (context == NULL)
        lodger__misuse (__func__, LODGER_ENOMEM, "no memory");
    }
  else if (destroy != NULL)
    destroy (value);
  return context;
}

/* A reference. Without values it goes, and is none. */
static LodgerContext *
or_none (LodgerContext *context)
{
  if (context == NULL || context->count > 0)
    return context;
  lodger_context_unref (context);
  return NULL;
}

/* ---- a part of a context ----------------------------------------------------------------------------------------- */

static bool
is_kept (const Value *value, unsigned kinds, const LodgerContextKey *const *keys)
{
  if (value->tracker == NULL || (value->tracker->kind & kinds) != 0)
    return true;
  for (; keys != NULL && *keys != NULL; keys++)
    if (*keys == value->key)
      return true;
  return false;
}

bool
lodger__context_narrow (LodgerContext *context, unsigned kinds, const LodgerContextKey *const *keys,
                        LodgerContext **ret_context)
{
  LodgerContext *narrow;
  *ret_context = context;
  if (context == NULL || (context->tracked & ~kinds) == 0)
    {
      lodger_context_ref (context);
      return true;
    }
  narrow = context_new (context->count);
  if (narrow == NULL)
    return false;
  for (unsigned i = 0; i < context->count; i++)
    if (is_kept (context->values[i], kinds, keys))
      add (narrow, context->values[i]);
  *ret_context = or_none (narrow);
  return true;
}

bool
lodger__context_prepare (const LodgerContext *context, LodgerPending *pending)
{
  for (unsigned i = 0; context != NULL && context->tracked != 0 && i < context->count; i++)
    if (context->values[i]->tracker != NULL
        && !context->values[i]->tracker->prepare (context->values[i]->value, pending))
      return false;
  return true;
}

/* ---- the current one --------------------------------------------------------------------------------------------- */

void *
lodger__context_value (const LodgerContext *context, const LodgerContextKey *key, const LodgerTrackerOps *tracker)
{
  for (unsigned i = 0; context != NULL && i < context->count; i++)
    if (context->values[i]->key == key)
      return context->values[i]->tracker == tracker ? context->values[i]->value : NULL;
  return NULL;
}

LodgerContext *
lodger_context_current (void)
{
  const LodgerThread *thread = lodger__thread_peek ();
  return thread != NULL ? thread->context : NULL;
}

void *
lodger_context_get (const LodgerContextKey *key)
{
  return lodger__context_value (lodger_context_current (), key, NULL);
}

LodgerContext *
lodger__context_swap (LodgerThread *thread, LodgerContext **place, LodgerContext *context)
{
  LodgerContext *before = *place;
  *place = thread->context = or_none (context);
  return before;
}
