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

/* A thread's own, of one class. */
typedef struct LodgerSpares
{
  void *first;
  unsigned count;
} LodgerSpares;

void *lodger__slab_new (unsigned class);
void lodger__slab_free (unsigned class, void *memory);
/* There is more than is kept for ever. */
bool lodger__slab_have_surplus (void);
/* From here on it is seen how much is not used; some of that goes back to the system; true when more is left. */
void lodger__slab_begin_watch (void);
bool lodger__slab_give_back (void);
/* The thread ends: its spares go back to the system. */
void lodger__slab_release (LodgerSpares spares[LODGER_SLAB_CLASSES]);

#endif
