/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A source that runs a function once in a context, and that another thread attaches.
 *
 * The thread that attaches a source may be slower than the context, which then has run and removed the source already.
 * So that thread does not own the source: the source's end in the context, or with the context, drops the source. */
#ifndef LODGER_GLIB_ONCE_SOURCE_H
#define LODGER_GLIB_ONCE_SOURCE_H

#include <glib.h>

/* `func` (data) runs in the context. Then `destroy` (data) runs there. If the context ends first, only `destroy` runs,
 * in the thread that ended it. The source's name is `name`, which is not copied. */
GSource *lodger__glib_once_new (const char *name, int priority, GSourceOnceFunc func, void *data,
                                GDestroyNotify destroy);

/* Takes the source. Any thread. The source's data may hold the reference that keeps the context alive. */
void lodger__glib_once_send (GSource *source, GMainContext *context);

#endif
