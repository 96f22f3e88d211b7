/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of a caller: what it is, and how far its life is. */
#ifndef LODGER_LIFE_PART_H
#define LODGER_LIFE_PART_H

#include "base/lock.h"

#include <lodger/types.h>
#include <stdalign.h>
#include <stdatomic.h>

/* Immutable once the caller is known to others. */
typedef struct LodgerIdentity
{
  uint64_t number;
  char *name;
  unsigned generation;  /* base/fork.h */
  LodgerCaller *root;   /* itself, or its parent's: the one with the pool */
  LodgerCaller *parent; /* a reference, or NULL */
  bool is_driven;       /* Lodger runs this thread's loop */
  bool is_main;         /* lives in the main thread */
  bool is_protected;    /* only a forced stop ends it */
  bool is_hidden;       /* left out of the trace, the dump and the stall watch */
} LodgerIdentity;

/* What happens to a caller that nobody refers to. */
typedef struct LodgerLifeOps
{
  void (*forgotten) (LodgerCaller *caller); /* the last user's reference to a caller that was never started is gone */
  void (*free) (LodgerCaller *caller);      /* the last reference of all is gone */
} LodgerLifeOps;

/* The phase is read by all threads for each call: it is apart from what is written for many of them. */
typedef struct LodgerLife
{
  alignas (64) atomic_uint refs; /* users' */
  atomic_uint holds;             /* all: its memory goes with the last */
  LodgerLock lock;               /* "the caller's mutex" */
  alignas (64) atomic_int phase; /* phase.h, as the next two */
  atomic_int lateness, cause;
  atomic_bool holds_itself; /* from its start until it is out of its thread */
  const LodgerLifeOps *ops;
  LodgerPending *started, *stopping, *stopped;
  _Atomic (LodgerError *) start_error; /* NULL: it could start, or has not tried to. Written once */
} LodgerLife;

#endif
