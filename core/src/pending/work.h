/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LODGER_WORK_H
#define LODGER_WORK_H

#include <lodger/call.h>

/* A call's function and its data. */
typedef struct LodgerWork
{
  union
  {
    LodgerCallFunc call;
    LodgerThenFunc then;
  };
  void *data;
  LodgerDestroyFunc destroy;
} LodgerWork;

static inline LodgerWork
lodger__work (LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return (LodgerWork) { .call = func, .data = data, .destroy = destroy };
}

static inline LodgerWork
lodger__work_then (LodgerThenFunc func, void *data, LodgerDestroyFunc destroy)
{
  return (LodgerWork) { .then = func, .data = data, .destroy = destroy };
}

static inline bool
lodger__work_has_func (const LodgerWork *work)
{
  return work->call != NULL;
}

/* For a call that is refused. */
static inline void
lodger__work_destroy (const LodgerWork *work)
{
  if (work->destroy != NULL)
    lodger__destroy (work->destroy, work->data);
}

static inline void *
lodger__work_data (const LodgerWork *work)
{
  return work->data;
}

/* As that of a call. */
static inline void
lodger__work_call (const LodgerWork *work, LodgerPending *self)
{
  work->call (self, work->data);
}

/* As that of a continuation. */
static inline void
lodger__work_continue (const LodgerWork *work, LodgerPending *self, LodgerPending *done)
{
  work->then (self, done, work->data);
}

#endif
