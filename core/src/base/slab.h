/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory for calls, recycled per thread. It may be freed in another thread than the one that made it. */
#ifndef LODGER_SLAB_H
#define LODGER_SLAB_H

#include <stdbool.h>

enum
{
  LODGER_SLAB_SMALL,  /* a direct call */
  LODGER_SLAB_MEDIUM, /* a pending */
  LODGER_SLAB_LARGE,  /* a pending that is delayed, or follows another */
  LODGER_SLAB_CLASSES
};

enum
{
  LODGER_SLAB_FREED = 4 /* slabs of which a thread gathers what it frees */
};

typedef struct LodgerSlab LodgerSlab;   /* base/depot.h */
typedef struct LodgerPiece LodgerPiece; /* a piece that is not in use */

/* A thread's own, of one class. */
typedef struct LodgerSpares
{
  LodgerPiece *first; /* freed ones of the slab */
  char *fresh, *end;  /* those of the slab that were never used */
  LodgerSlab *slab;   /* the one that this thread has; NULL: none */
} LodgerSpares;

/* What a thread has freed of another's slab, and not brought back yet. */
typedef struct LodgerFreed
{
  LodgerSlab *slab; /* NULL: nothing */
  LodgerPiece *first, *last;
  unsigned count;
} LodgerFreed;

typedef struct LodgerSlabs
{
  LodgerSpares spares[LODGER_SLAB_CLASSES];
  LodgerFreed freed[LODGER_SLAB_FREED];
} LodgerSlabs;

/* Aligned to a cache line, unless a memory checker looks on. NULL without memory. */
void *lodger__slab_new (unsigned class);
void lodger__slab_free (unsigned class, void *memory);
/* There is more than is kept for ever. */
bool lodger__slab_have_surplus (void);
/* From here on it is seen how much is not used; some of that goes back to the system; true when more is left. */
void lodger__slab_begin_watch (void);
bool lodger__slab_give_back (void);
/* The thread ends: what it has belongs to all. */
void lodger__slab_release (LodgerSlabs *slabs);

#endif
