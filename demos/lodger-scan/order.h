/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * In which order files are shown, and which of them. Putting 300,000 files in order takes a fraction of a second,
 * which is too long for a window: a worker does it.
 *
 * The worker does not look at the store, which may change meanwhile. It has a snapshot: a copy of what an order can
 * depend on. The names and the folders in it are still the store's, but those never change, and stay where they are
 * as long as the store is there.
 */
#ifndef LODGER_SCAN_ORDER_H
#define LODGER_SCAN_ORDER_H

#include "filter.h"

G_BEGIN_DECLS

/* ---- the snapshot ----------------------------------------------------------------------------------------------- */

typedef struct Snapshot Snapshot;

/* `with_twice`: it tells of each file whether it is there twice, which takes longer to find out. */
Snapshot *snapshot_new (gboolean with_twice);
/* Any thread. */
Snapshot *snapshot_ref (Snapshot *snapshot);
void snapshot_unref (void *snapshot);
/* Copies what there is of the store's next files, but not of more than `most`; those that have gone are left out.
 * Not while another thread does the same. */
void snapshot_grow (Snapshot *snapshot, const Store *store, guint most);
gboolean snapshot_has_twice (const Snapshot *snapshot);
/* How many of the store's files it has seen. */
guint snapshot_get_seen (const Snapshot *snapshot);

/* What the snapshot has at a moment: it may grow, and this stays as it is. */
typedef struct SnapshotPart SnapshotPart;
/* In the thread that lets it grow. */
SnapshotPart *snapshot_part_new (Snapshot *snapshot, const Store *store);
/* Any thread. */
void snapshot_part_free (SnapshotPart *part);
guint snapshot_part_get_seen (const SnapshotPart *part);

/* ---- the order -------------------------------------------------------------------------------------------------- */

typedef enum OrderBy
{
  ORDER_BY_NAME,
  ORDER_BY_FOLDER,
  ORDER_BY_SIZE,
  ORDER_BY_DISK,
  ORDER_BY_TYPE,
  ORDER_BY_CHANGED,
  ORDER_BY_TWICE,
  ORDER_N
} OrderBy;

typedef struct OrderKey
{
  OrderBy by;
  gboolean descending;
} OrderKey;

/* The first key is the most important one. Files that are equal in all of them stay in the order of their numbers. */
typedef struct Order
{
  OrderKey keys[ORDER_N];
  guint n_keys;
} Order;

gboolean order_is_equal (const Order *a, const Order *b);
/* Whether one of the keys is ORDER_BY_TWICE. */
gboolean order_needs_twice (const Order *order);
/* The numbers (guint) of the files that the filter wants, in order. `filter` is optional. Any thread. NULL when
 * is_cancelled() has said so. */
GArray *order_make (const Order *order, const Filter *filter, const SnapshotPart *part,
                    gboolean (*is_cancelled) (void *data), void *data);

G_END_DECLS

#endif
