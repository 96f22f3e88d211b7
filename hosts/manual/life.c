/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a manual host: its memory, the port it runs for, its close. Every other file is above this one. */
#include "manual-private.h"

#include <lodger/error.h>
#include <stdlib.h>

static bool
init_changed (pthread_cond_t *changed)
{
  pthread_condattr_t attributes;
  bool done;
  if (pthread_condattr_init (&attributes) != 0)
    return false;
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  done = pthread_cond_init (changed, &attributes) == 0;
  pthread_condattr_destroy (&attributes);
  return done;
}

LodgerManualHost *
lodger_manual_host_new (LodgerManualFlags flags)
{
  LodgerManualHost *host;
  if ((unsigned) flags >= LODGER_MANUAL_KINDS)
    {
      lodger_host_misuse (__func__, LODGER_EINVAL, "unknown flags");
      return NULL;
    }
  host = calloc (1, sizeof *host);
  if (host == NULL)
    return NULL;
  atomic_init (&host->refs, 1);
  host->flags = flags;
  host->clock = LODGER_MANUAL_SECOND;
  atomic_init (&host->slice, LODGER_MANUAL_SECOND / 1000);
  if (!init_changed (&host->changed))
    {
      free (host);
      return NULL;
    }
  pthread_mutex_init (&host->mutex, NULL);
  return host;
}

LodgerManualHost *
lodger_manual_host_ref (LodgerManualHost *host)
{
  if (host != NULL)
    atomic_fetch_add_explicit (&host->refs, 1, memory_order_relaxed);
  return host;
}

void
lodger_manual_host_unref (LodgerManualHost *host)
{
  if (host == NULL || atomic_fetch_sub_explicit (&host->refs, 1, memory_order_acq_rel) != 1)
    return;
  pthread_cond_destroy (&host->changed);
  pthread_mutex_destroy (&host->mutex);
  free (host);
}

int
lodger__manual_connect (LodgerManualHost *host, ManualPort *port)
{
  int result = 0;
  pthread_mutex_lock (&host->mutex);
  if (host->closed)
    result = LODGER_ESHUTDOWN;
  else if (host->port != NULL && (host->flags & LODGER_MANUAL_NO_DETACH) == 0)
    result = LODGER_EALREADY;
  else
    {
      if (host->port != NULL)
        host->port->refuses = true;
      host->port = port;
      host->owner = pthread_self ();
    }
  pthread_mutex_unlock (&host->mutex);
  return result;
}

bool
lodger__manual_disconnect (ManualPort *port)
{
  LodgerManualHost *host = port->loop;
  bool had_node;
  pthread_mutex_lock (&host->mutex);
  had_node = port->node != NULL;
  port->refuses = true;
  port->node = NULL;
  if (host->port == port)
    host->port = NULL;
  pthread_mutex_unlock (&host->mutex);
  return had_node;
}

void
lodger_manual_close (LodgerManualHost *host)
{
  ManualPort *port = NULL;
  if (lodger__manual_is_null (host, __func__))
    return;
  pthread_mutex_lock (&host->mutex);
  if (!host->closed)
    {
      host->closed = true;
      port = host->port;
      host->port = NULL;
      if (port != NULL)
        {
          port->refuses = true;
          port->node = NULL;
        }
      pthread_cond_broadcast (&host->changed);
    }
  pthread_mutex_unlock (&host->mutex);
  if (port != NULL)
    lodger_host_closed (port->host);
}

/* ---- misuse ------------------------------------------------------------------------------------------------------ */

bool
lodger__manual_is_null (const LodgerManualHost *host, const char *function)
{
  if (host == NULL)
    lodger_host_misuse (function, LODGER_EINVAL, "NULL given");
  return host == NULL;
}

bool
lodger__manual_is_wrong (LodgerManualHost *host, const char *function)
{
  bool is_owner;
  if (lodger__manual_is_null (host, function))
    return true;
  pthread_mutex_lock (&host->mutex);
  is_owner = host->port == NULL || pthread_equal (host->owner, pthread_self ());
  pthread_mutex_unlock (&host->mutex);
  if (!is_owner)
    lodger_host_misuse (function, LODGER_EWRONGTHREAD, "only in the thread that has attached its caller");
  return !is_owner;
}
