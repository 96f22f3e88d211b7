/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The locks of the GLib adapter, which survive a fork.
 *
 * Each guards the first answer to a question that two threads may ask at once. No call-back of a program runs under
 * them except its log function, and none of them is taken under another. */
#ifndef LODGER_GLIB_FORK_LOCK_H
#define LODGER_GLIB_FORK_LOCK_H

typedef enum LodgerGlibLock
{
  LODGER_GLIB_LOCK_SCOPES,       /* scope.c: an object's scope */
  LODGER_GLIB_LOCK_CANCELLABLES, /* gio-cancellable.c: a pending's GCancellable */
  LODGER_GLIB_LOCKS,
} LodgerGlibLock;

/* Locks. The first lock may find no memory to notice forks: a log line then names `function`. */
void lodger__glib_lock (LodgerGlibLock lock, const char *function);
void lodger__glib_unlock (LodgerGlibLock lock);

#endif
