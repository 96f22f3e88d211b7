/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The monitors of folders: GIO's objects that tell what changes in a folder. They live in one worker, whose loop is one
 * of GLib, and what they tell is gathered there for a while: a folder in which thousands of files change is told of
 * once.
 *
 * The system watches a folder by its number of inode, and no more of them than it has room for. Here they take half of
 * that room at most: other programs of the user have their part. All functions but references belong to the worker.
 * They may block on a slow file system.
 */
#ifndef LODGER_SCAN_MONITORS_H
#define LODGER_SCAN_MONITORS_H

#include <glib.h>

G_BEGIN_DECLS

/* How long changes are gathered, in nanoseconds. */
#define MONITORS_GATHER (INT64_C (500) * 1000 * 1000)

typedef struct Monitors Monitors;

/* What has happened since it was told last. Numbers of folders, each once in an array. */
typedef struct MonitorsNews
{
  GArray *changed; /* guint: something in them */
  GArray *lost;    /* guint: they have gone, and are not watched any more. They are in `changed`, too. */
} MonitorsNews;

/* Runs in the worker. The news are consumed. */
typedef void (*MonitorsTellFunc) (MonitorsNews *news, void *data);

/* In any thread. The data is destroyed with the last reference. */
Monitors *monitors_new (MonitorsTellFunc tell, void *data, GDestroyNotify destroy);
void *monitors_ref (Monitors *monitors);
void monitors_unref (void *monitors);
/* Ends all of them; the last thing in the worker. */
void monitors_end (Monitors *monitors);

typedef enum MonitorsAnswer
{
  MONITORS_ADDED,
  MONITORS_NOT_THERE,
  MONITORS_CANNOT /* there is no room, or no way */
} MonitorsAnswer;

/* Watches a folder from now on. If it or a file in it was changed at `since` or later (ns since 1970), that is told,
 * too: nobody knows whether it was looked at before or after that. */
MonitorsAnswer monitors_add (Monitors *monitors, guint number, const char *path, gint64 since);
/* Does nothing when it is not watched. */
void monitors_remove (Monitors *monitors, guint number);

void monitors_news_free (void *news);

G_END_DECLS

#endif
