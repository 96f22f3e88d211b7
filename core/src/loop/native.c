/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/native.h"

#include "base/port.h"

#include <lodger/error.h>
#include <stdlib.h>

/* The loop of a worker that needs no other. One object is both the backend's loop and its host; the backend may be
 * closed before the caller's last reference goes, so that it is counted.
 *
 * Sleeping: `signal` changes only by read-modify-write. A post sets POSTED and writes the wake-up descriptor only if it
 * found ASLEEP. The loop goes to sleep by AWAKE -> ASLEEP, which fails if POSTED is there; so either the loop sees the
 * post before it sleeps, or the post sees that it sleeps. */

enum
{
  AWAKE,
  ASLEEP,
  POSTED,
  CLOSED
};

typedef struct Native
{
  LodgerPoller poller;
  atomic_int signal;
  atomic_uint refs;
  LodgerHost *host;
  LodgerHostNode *node; /* the host has but one */
  int64_t deadline;
  bool before_wait;
  bool quits;
} Native;

static void
native_unref (Native *native)
{
  if (atomic_fetch_sub (&native->refs, 1) != 1)
    return;
  lodger__poller_close (&native->poller);
  free (native);
}

/* ---- as a host -------------------------------------------------------------------------------------------------------- */

static int
host_open (LodgerHost *host, const void *options, void **ret_impl)
{
  Native *native = (Native *) (uintptr_t) options;
  native->host = host;
  native->node = (LodgerHostNode *) host;
  atomic_fetch_add (&native->refs, 1);
  *ret_impl = native;
  return 0;
}

static int
run_sync_soon (void *impl, LodgerHostNode *node)
{
  Native *native = impl;
  int before = atomic_load (&native->signal);
  (void) node;
  do
    if (before == CLOSED)
      return LODGER_ESHUTDOWN;
  while (!atomic_compare_exchange_weak (&native->signal, &before, POSTED));
  if (before == ASLEEP)
    lodger__poller_wake (&native->poller);
  return 0;
}

static void
want_before_wait (void *impl, bool on)
{
  ((Native *) impl)->before_wait = on;
}

static void
arm (void *impl, int64_t deadline)
{
  ((Native *) impl)->deadline = deadline;
}

static bool
detach (void *impl)
{
  Native *native = impl;
  native->deadline = LODGER_FOREVER;
  return atomic_exchange (&native->signal, CLOSED) == POSTED;
}

static void
destroy (void *impl)
{
  native_unref (impl);
}

static const LodgerHostOps host_ops = {
  .size = sizeof host_ops,
  .name = "native",
  .worker_backend = "native",
  .run_sync_soon_threadsafe = run_sync_soon,
  .want_before_wait = want_before_wait,
  .arm = arm,
  .detach = detach,
  .destroy = destroy,
};

const LodgerHostDriver lodger__native_driver
    = { .size = sizeof lodger__native_driver, .ops = &host_ops, .open = host_open };

/* ---- as a backend ------------------------------------------------------------------------------------------------------ */

static int
backend_open (const void *options, void **ret_impl)
{
  Native *native = calloc (1, sizeof *native);
  int code;
  (void) options;
  if (native == NULL)
    return LODGER_ENOMEM;
  code = lodger__poller_open (&native->poller);
  if (code != 0)
    {
      free (native);
      return code;
    }
  atomic_init (&native->signal, AWAKE);
  atomic_init (&native->refs, 1);
  native->deadline = LODGER_FOREVER;
  *ret_impl = native;
  return 0;
}

static const LodgerHostDriver *
backend_host (void *impl, const void **ret_host_options)
{
  *ret_host_options = impl;
  return &lodger__native_driver;
}

static void
sleep_until_needed (Native *native)
{
  int64_t until = native->deadline;
  int expected = AWAKE;
  if (native->before_wait)
    {
      int64_t latest = lodger_host_before_wait (native->host);
      if (latest < until)
        until = latest;
    }
  if (!atomic_compare_exchange_strong (&native->signal, &expected, ASLEEP))
    until = 0;
  lodger__poller_wait (&native->poller, until);
  expected = ASLEEP;
  atomic_compare_exchange_strong (&native->signal, &expected, AWAKE);
}

static int
backend_run (void *impl)
{
  Native *native = impl;
  while (!native->quits)
    {
      int expected = POSTED;
      if (atomic_compare_exchange_strong (&native->signal, &expected, AWAKE))
        lodger_host_run_node (native->node);
      if (!native->quits && native->deadline != LODGER_FOREVER && native->deadline <= lodger__port_now ())
        {
          native->deadline = LODGER_FOREVER;
          lodger_host_deadline (native->host);
        }
      if (!native->quits)
        sleep_until_needed (native);
    }
  return 0;
}

static void
backend_quit (void *impl)
{
  ((Native *) impl)->quits = true;
}

static void
backend_close (void *impl)
{
  native_unref (impl);
}

const LodgerBackendOps lodger__native_backend = {
  .size = sizeof lodger__native_backend,
  .name = "native",
  .open = backend_open,
  .host = backend_host,
  .run = backend_run,
  .quit = backend_quit,
  .close = backend_close,
};
