/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of one attached loop: made by the driver's `open`, shared by the core and the handles. */
#include "uv-private.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

uv_loop_t *
lodger__uv_loop_of (const LodgerUvHostOptions *options)
{
  return options != NULL && options->loop != NULL ? options->loop : uv_default_loop ();
}

int
lodger__uv_code (int uv_code)
{
  if (uv_code == 0)
    return 0;
  return uv_code == UV_ENOMEM ? LODGER_ENOMEM : LODGER_EAGAIN;
}

int64_t
lodger__uv_now (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (int64_t) now.tv_sec * LODGER_SECONDS (1) + now.tv_nsec;
}

int
lodger__uv_host_new (LodgerHost *lodger_host, const LodgerUvHostOptions *options, LodgerUvHost **ret_host)
{
  uv_loop_t *loop = lodger__uv_loop_of (options);
  LodgerUvHost *host = loop != NULL ? calloc (1, sizeof *host) : NULL;
  if (host == NULL)
    return LODGER_ENOMEM;
  lodger__uv_wake_init (&host->wake);
  atomic_init (&host->refs, 1);
  atomic_init (&host->node, NULL);
  host->host = lodger_host;
  host->loop = loop;
  host->flags = options != NULL ? options->flags : LODGER_UV_HOST_DEFAULT;
  host->deadline = host->wait_until = LODGER_FOREVER;
  lodger__uv_watches_init (&host->watches);
  host->event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (host->event_fd < 0 || !lodger__uv_own (&host->owner, loop))
    {
      int code = host->event_fd < 0 ? LODGER_EAGAIN : LODGER_EALREADY;
      if (host->event_fd >= 0)
        close (host->event_fd);
      free (host);
      return code;
    }
  *ret_host = host;
  return 0;
}

void
lodger__uv_host_ref (LodgerUvHost *host)
{
  atomic_fetch_add_explicit (&host->refs, 1, memory_order_relaxed);
}

void
lodger__uv_host_unref (LodgerUvHost *host)
{
  if (atomic_fetch_sub_explicit (&host->refs, 1, memory_order_acq_rel) != 1)
    return;
  lodger__uv_watches_clear (&host->watches);
  close (host->event_fd);
  free (host);
}
