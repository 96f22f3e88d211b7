/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One attached main context, as its operations (host.c) and its sources (sources.c) see it. */
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
  int64_t (*ask_slice) (void *data); /* or NULL */
  void *slice_data;
  _Atomic (LodgerHostNode *) node; /* always the same one, known from the first post on */

  /* the owner's */
  GSource *sources[LODGER_GLIB_SOURCES];
  GMainLoop *loop;       /* while `mainloop` runs */
  int64_t deadline;      /* LODGER_FOREVER: not armed */
  int64_t waiting_since; /* when the ageing source first saw something unserved; 0: nothing is */
  int64_t slice;         /* how long the slice that starts now may take */
  bool wants_before_wait;
  bool is_before_wait; /* inside lodger_host_before_wait() */
  bool has_warned;
} LodgerGlibHost;

extern const LodgerHostDriver lodger__glib_driver;
extern const LodgerBackendOps lodger__glib_backend;

void lodger__glib_host_unref (void *impl);

/* Makes the sources and attaches them to the context. */
void lodger__glib_sources_attach (LodgerGlibHost *host);
/* Destroys them, those that somebody else has destroyed included. */
void lodger__glib_sources_detach (LodgerGlibHost *host);

/* When the default application, if there is one, shuts down, the caller stops. */
void lodger__glib_end_with_application (LodgerCaller *caller);

/* Runs a main loop in the context, as this thread's default, until it is quit. */
void lodger__glib_run (GMainContext *context, GMainLoop *loop);

#endif
