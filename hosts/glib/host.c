/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of one attached main context: made by the driver's `open`, shared by the core and the sources. */
#include "glib-private.h"
#include "hand-over.h"

#include <sys/eventfd.h>
#include <unistd.h>

GMainContext *
lodger__glib_context_of (const LodgerGlibHostOptions *options)
{
  return options != NULL && options->context != NULL ? options->context : g_main_context_default ();
}

LodgerGlibHost *
lodger__glib_host_new (LodgerHost *lodger_host, GMainContext *context, const LodgerGlibHostOptions *options)
{
  LodgerGlibHost *host = g_try_new0 (LodgerGlibHost, 1);
  if (host == NULL)
    return NULL;
  lodger__glib_wake_init (&host->wake);
  atomic_init (&host->refs, 1);
  atomic_init (&host->node, NULL);
  host->host = lodger_host;
  host->context = g_main_context_ref (context);
  host->owner = pthread_self ();
  host->flags = options != NULL ? options->flags : LODGER_GLIB_HOST_DEFAULT;
  host->ask_slice = options != NULL ? options->slice : NULL;
  host->slice_data = options != NULL ? options->slice_data : NULL;
  host->deadline = LODGER_FOREVER;
  host->slice = LODGER_GLIB_SLICE;
  return host;
}

LodgerGlibHost *
lodger__glib_host_ref (LodgerGlibHost *host)
{
  atomic_fetch_add_explicit (&host->refs, 1, memory_order_relaxed);
  return host;
}

void
lodger__glib_host_unref (LodgerGlibHost *host)
{
  if (atomic_fetch_sub_explicit (&host->refs, 1, memory_order_acq_rel) != 1)
    return;
  lodger__glib_context_unref (host->context);
  g_free (host);
}

bool
lodger__glib_has_descriptor (void)
{
  int fd = eventfd (0, EFD_CLOEXEC);
  if (fd >= 0)
    close (fd);
  return fd >= 0;
}
