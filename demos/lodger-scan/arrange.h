/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A worker that puts the files of a store in order, again and again while the store grows. What is asked for last
 * counts: older work is cancelled, and nobody hears of it. All functions belong to the caller's thread, and none
 * blocks.
 *
 * The worker may still be at work when the store is not wanted any more. So the store has an owner, which is held
 * until then.
 */
#ifndef LODGER_SCAN_ARRANGE_H
#define LODGER_SCAN_ARRANGE_H

#include "order.h"

#include <lodger/lodger.h>

G_BEGIN_DECLS

typedef struct Arranger Arranger;

/* What keeps a store. Both functions run in the caller's thread. */
typedef struct ArrangerOwner
{
  void *(*ref) (void *owner);
  void (*unref) (void *owner);
  void *owner;
} ArrangerOwner;

/* Runs as a call of the caller. */
typedef struct ArrangerEvents
{
  /* The numbers (guint) of the files to be shown, in order; they are consumed. */
  void (*arranged) (GArray *numbers, void *data);
  void *data;
} ArrangerEvents;

Arranger *arranger_new (LodgerCaller *caller, const ArrangerEvents *events);
/* No event comes after this. */
void arranger_free (Arranger *arranger);

/* The store from now on. NULL: none. `owner` is copied; NULL if the store outlives the caller. Nothing is asked for. */
void arranger_set_store (Arranger *arranger, const Store *store, const ArrangerOwner *owner);
/* What is wanted from now on; `filter` is optional and is not consumed. */
void arranger_ask (Arranger *arranger, const Order *order, Filter *filter);
/* Nothing is wanted. */
void arranger_stop (Arranger *arranger);
/* Again and again, as once a frame, for as long as it returns TRUE: looks at a portion of the store, and gives the
 * worker what there is to do. `stable`: the store grows only now and then. */
gboolean arranger_step (Arranger *arranger, gboolean stable);

G_END_DECLS

#endif
