/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The slabs that no thread has, and the memory that they come from. */
#ifndef LODGER_DEPOT_H
#define LODGER_DEPOT_H

#include "base/list.h"
#include "base/slab.h"

#include <stdatomic.h>

enum
{
  LODGER_SLAB_SIZE = 8192, /* and alignment */
  LODGER_SLAB_HEAD = 64    /* the pieces are behind it */
};

struct LodgerPiece
{
  LodgerPiece *next;
};

/* Who may allocate from a slab. */
typedef enum LodgerSlabState
{
  LODGER_SLAB_OWNED, /* a thread does. Pages that were given back read as this, too */
  LODGER_SLAB_FULL,  /* nobody: hardly anything of it is free */
  LODGER_SLAB_PART,  /* whoever takes it from the depot: enough of it is free */
  LODGER_SLAB_FREE   /* the same, for pieces of any class: all of it is free */
} LodgerSlabState;

struct LodgerSlab
{
  _Atomic (unsigned) word; /* slab.c: the state, how many pieces others have freed, and the first of those */
  unsigned class;
  struct Region *region;
  LodgerLink link; /* in the depot; under its lock */
};

/* A slab in the state OWNED, for one thread; its class is set, and *ret_word what its word was. NULL without memory. */
LodgerSlab *lodger__depot_take (unsigned class, unsigned *ret_word);
/* Its state has changed to PART or FREE: it goes where others find it. */
void lodger__depot_place (LodgerSlab *slab);

/* ---- the word: slab.c ---- */

LodgerSlabState lodger__slab_state (const LodgerSlab *slab);
/* It is OWNED from here on: what the word was. */
unsigned lodger__slab_own (LodgerSlab *slab);

#endif
