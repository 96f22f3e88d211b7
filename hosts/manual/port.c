/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One half of a port: what Lodger asks of a loop. The other half, the calls back into Lodger, is where the loop runs:
 * lodger_manual_iterate() and lodger_manual_close(). */
#include "manual-private.h"

#include <lodger/error.h>
#include <stdlib.h>

int
lodger__manual_open (LodgerHost *host, const void *options, void **ret_impl)
{
  LodgerManualHost *loop = (LodgerManualHost *) (uintptr_t) options;
  ManualPort *port = loop != NULL ? calloc (1, sizeof *port) : NULL;
  int result;
  if (port == NULL)
    return loop == NULL ? LODGER_EINVAL : LODGER_ENOMEM;
  port->loop = lodger_manual_host_ref (loop);
  port->host = host;
  atomic_init (&port->deadline, LODGER_FOREVER);
  result = lodger__manual_connect (loop, port);
  if (result == 0)
    *ret_impl = port;
  else
    lodger__manual_ops.destroy (port);
  return result;
}

/* Remembers the node, and wakes a loop that sleeps. */
static int
port_post (void *impl, LodgerHostNode *node)
{
  ManualPort *port = impl;
  bool refused;
  pthread_mutex_lock (&port->loop->mutex);
  refused = port->refuses;
  if (!refused)
    {
      port->node = node;
      port->loop->posts++;
      pthread_cond_broadcast (&port->loop->changed);
    }
  pthread_mutex_unlock (&port->loop->mutex);
  return refused ? LODGER_ESHUTDOWN : 0;
}

static void
port_want_before_wait (void *impl, bool on)
{
  ((ManualPort *) impl)->wants_before_wait = on;
}

static void
port_arm (void *impl, int64_t deadline)
{
  atomic_store (&((ManualPort *) impl)->deadline, deadline);
}

static int64_t
port_now (void *impl)
{
  return lodger_manual_now (((ManualPort *) impl)->loop);
}

static int64_t
port_slice (void *impl)
{
  return atomic_load (&((ManualPort *) impl)->loop->slice);
}

/* From now on posts are refused, and no node is remembered. */
static bool
port_detach (void *impl)
{
  return lodger__manual_disconnect (impl);
}

static void
port_destroy (void *impl)
{
  lodger__manual_disconnect (impl);
  lodger_manual_host_unref (((ManualPort *) impl)->loop);
  free (impl);
}

/* The kinds of manual host (kinds.c) have copies of this table with other names, and with operations left out or
 * added. */
const LodgerHostOps lodger__manual_ops = {
  .size = sizeof (LodgerHostOps),
  .name = "manual",
  .run_sync_soon_threadsafe = port_post,
  .want_before_wait = port_want_before_wait,
  .arm = port_arm,
  .now = port_now,
  .slice_ns = port_slice,
  .detach = port_detach,
  .destroy = port_destroy,
};
