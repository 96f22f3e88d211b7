/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches the folders of a store, and tells which of them have changed. A worker of its own does that: it gets copies
 * of their paths, some at a time, and never sees the store. When the system has no room for all folders, the rest is
 * not watched.
 *
 * All functions belong to the caller's thread, and none blocks.
 */
#ifndef LODGER_SCAN_WATCH_H
#define LODGER_SCAN_WATCH_H

#include "store.h"

#include <lodger/lodger.h>

G_BEGIN_DECLS

typedef struct Watch Watch;

/* Both run as calls of the caller, or inside of watch_follow(). */
typedef struct WatchEvents
{
  /* Something has changed in these folders (StoreDir). */
  void (*changed) (Watch *watch, const GPtrArray *folders, void *data);
  /* All folders are watched now for which there is room. Once, and again when watch_follow() has found others. */
  void (*covered) (Watch *watch, void *data);
  void *data;
} WatchEvents;

/* `root` is what the paths of the store are relative to. A folder that was changed at `since` or later (ns since
 * 1970) is told of as soon as it is watched. The store has to stay until watch_end(). NULL: the caller cannot have
 * such a worker; it needs GLib's kind ("glib"). */
Watch *watch_start (LodgerCaller *caller, const Store *store, const char *root, gint64 since,
                    const WatchEvents *events);
/* Watches folders that have come, and forgets those that have gone. */
void watch_follow (Watch *watch);
/* No event comes any more. Does not wait for the worker, which may hang. NULL is ignored. */
void watch_end (Watch *watch);

guint watch_get_count (const Watch *watch);
/* How many folders are not watched, because there is no room or they cannot be. */
guint watch_get_left_out (const Watch *watch);

G_END_DECLS

#endif
