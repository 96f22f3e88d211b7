/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private face of the GLib adapter: one attached main context, and the files that share it.
 *
 * Order, lowest first; a file calls only files before it: wake-state.h, drop-pending.h, fork-lock.c, host.c, sources.c,
 * host-ops.c, backend.c, gerror.c, application.c, attach.c, hold.c. Beside these stand scope.c, which uses fork-lock.c
 * alone, and the gio files, whose order is in gio-private.h. To report upward, a source calls <lodger/host.h>. The core calls host-ops.c
 * by its table. */
#ifndef LODGER_GLIB_PRIVATE_H
#define LODGER_GLIB_PRIVATE_H

#include "lodger-glib.h"
#include "wake-state.h"

#include <lodger/backend.h>
#include <lodger/host.h>
#include <pthread.h>

#define LODGER_GLIB_SLICE   INT64_C (1000000)
#define LODGER_GLIB_SOURCES 3

typedef struct LodgerGlibHost
{
  LodgerGlibWake wake;
  atomic_uint refs; /* the core's, and one for each source that is not destroyed or is being dispatched */
  LodgerHost *host;
  GMainContext *context;
  pthread_t owner;
  LodgerGlibHostFlags flags;
  int64_t (*ask_slice) (void *data); /* Optional. */
  void *slice_data;
  _Atomic (LodgerHostNode *) node; /* always the same node; NULL before the first post */

  /* The owner's alone. */
  GSource *sources[LODGER_GLIB_SOURCES];
  GMainLoop *loop;       /* while `mainloop` runs */
  int64_t deadline;      /* LODGER_FOREVER: not armed */
  int64_t waiting_since; /* when the ageing source first saw unserved work; 0: there is none */
  int64_t slice;         /* the length of the slice that starts now */
  bool wants_before_wait;
  bool is_before_wait; /* inside lodger_host_before_wait() */
  bool has_warned;
} LodgerGlibHost;

/* ---- host.c ---- */

/* The context that the options name. Without options or without a context: the default one. */
GMainContext *lodger__glib_context_of (const LodgerGlibHostOptions *options);
/* One reference, for the core. NULL without memory. This thread is the owner. */
LodgerGlibHost *lodger__glib_host_new (LodgerHost *lodger_host, GMainContext *context,
                                       const LodgerGlibHostOptions *options);
LodgerGlibHost *lodger__glib_host_ref (LodgerGlibHost *host);
void lodger__glib_host_unref (LodgerGlibHost *host);

/* ---- sources.c ---- */

/* Makes the sources and attaches them to the context. */
void lodger__glib_sources_attach (LodgerGlibHost *host);
/* Destroys the sources, and drops those that the program has destroyed. */
void lodger__glib_sources_detach (LodgerGlibHost *host);

/* ---- host-ops.c, backend.c, application.c ---- */

extern const LodgerHostDriver lodger__glib_driver;
extern const LodgerBackendOps lodger__glib_backend;

/* The shutdown of the default application is heard, like that of each application that starts from now on. */
void lodger__glib_hear_default_application (void);

#endif
