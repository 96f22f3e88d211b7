/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Follows what changes after a scan: it watches the folders, gathers those in which something has changed, and has the
 * engine look into them anew, when nobody else needs the store to stay as it is. All functions belong to the caller's
 * thread, and none blocks.
 */
#ifndef LODGER_SCAN_FOLLOW_H
#define LODGER_SCAN_FOLLOW_H

#include "engine.h"

G_BEGIN_DECLS

typedef struct Follow Follow;

/* A scan that is over is followed from now on. What was changed at `since` or later (ns since 1970) may have been
 * changed after it was scanned. `told` runs when one of the functions below has another answer, and may run inside
 * of those above. NULL: the caller's kind of loop cannot. */
Follow *follow_start (LodgerCaller *caller, Engine *engine, gint64 since, void (*told) (void *data), void *data);
/* Nothing is told any more, and the engine may go. NULL is ignored. */
void follow_end (Follow *follow);

/* The store has to stay as it is until follow_release(). The engine's `finished` has to do that, too: then the
 * update and all that is made of it counts as one. NULL is ignored. */
void follow_hold (Follow *follow);
void follow_release (Follow *follow);

/* A folder is to be looked into, although nobody may have told of a change. NULL is ignored. */
void follow_look_into (Follow *follow, StoreDir *dir);

/* Whether the engine looks into folders now. NULL gives FALSE. */
gboolean follow_is_updating (const Follow *follow);
/* Whether all folders are watched for which there is room. */
gboolean follow_is_complete (const Follow *follow);
/* How many folders are not watched, because there is no room for all or they cannot be. */
guint follow_get_left_out (const Follow *follow);

G_END_DECLS

#endif
