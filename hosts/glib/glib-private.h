/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private face of the GLib adapter: one attached main context, and the files that share it.
 *
 * Order, lowest first; a file calls only files before it: wake-state.h, drop-pending.h, fork-lock.c, host.c, sources.c,
 * watches.c, host-ops.c, fd-set.c, guest.c, backend.c, gerror.c, application.c, await-guard.c, attach.c, hold.c. Beside
 * these stand scope.c, which uses fork-lock.c alone, and the gio files, whose order is in gio-private.h. To report
 * upward, a source calls <lodger/host.h>. The core calls host-ops.c by its table. */
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
  GMainLoop *loop; /* while `mainloop` runs */
  struct LodgerGlibWatch *watches;
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
/* Whether there is a descriptor left. GLib aborts the program if it gets none for a context's wake-up. Another thread
 * may still get the last descriptor before GLib does, but as a rule this finds a shortage. */
bool lodger__glib_has_descriptor (void);

/* ---- sources.c ---- */

#define LODGER_GLIB_AGE        INT64_C (10000000)
#define LODGER_GLIB_AGED_SHARE 8
#define LODGER_GLIB_AGED_SLICE INT64_C (8000000)

enum
{
  LODGER_GLIB_PRIORITY_SLICE = G_PRIORITY_DEFAULT_IDLE,
  LODGER_GLIB_PRIORITY_AGEING = G_PRIORITY_DEFAULT,
  LODGER_GLIB_PRIORITY_BEFORE_WAIT = G_MAXINT,
};

/* The priority of what runs calls. */
int lodger__glib_priority (const LodgerGlibHost *host);
/* Whether this thread is the owner. Any thread may run a context for a while: the calls wait for the owner. */
bool lodger__glib_is_owner (LodgerGlibHost *host);
/* How long a slice may take that was not waited for. */
int64_t lodger__glib_ask_slice (LodgerGlibHost *host);
/* How long a slice may take that was waited for so long, at least LODGER_GLIB_AGE. */
int64_t lodger__glib_aged_slice (int64_t waited);

/* Makes the sources and attaches them to the context. */
void lodger__glib_sources_attach (LodgerGlibHost *host);
/* Destroys the sources, and drops those that the program has destroyed. */
void lodger__glib_sources_detach (LodgerGlibHost *host);

/* ---- watches.c ---- */

/* Operations of the host. */
int lodger__glib_watch_fd (void *impl, LodgerHostWatch *watch, int fd, uint32_t events);
void lodger__glib_unwatch_fd (void *impl, LodgerHostWatch *watch);
/* Ends the watches of a host that has closed. */
void lodger__glib_watches_free (LodgerGlibHost *host);

/* ---- guest.c: operations of the backend ---- */

const void *lodger__glib_guest_identify (const void *options);
int lodger__glib_guest_open (const void *options, void **ret_impl);
int64_t lodger__glib_guest_prepare (void *impl, int *ret_fd);
bool lodger__glib_guest_dispatch (void *impl);
void lodger__glib_guest_enter (void *impl);
void lodger__glib_guest_leave (void *impl);
void lodger__glib_guest_close (void *impl);

/* ---- host-ops.c, backend.c, application.c ---- */

extern const LodgerHostDriver lodger__glib_driver;
extern const LodgerBackendOps lodger__glib_backend;

/* ---- await-guard.c ---- */

/* No spawned call waits where GLib would be confused by it. 0, or a negative code. */
int lodger__glib_guard_awaits (void);
/* lodger_await_check() for an operation that the loop of this thread brings back. A plain call of a worker would wait
 * for itself. */
int lodger__glib_await_check (const char **ret_reason);

/* The shutdown of the default application is heard, like that of each application that starts from now on. */
void lodger__glib_hear_default_application (void);

#endif
