/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of one attached event dispatcher: made by the driver's `open`, shared by the core and the carrier. */
#include "qt-private.h"

#include <new>

#include <time.h>

static const int64_t usual_slice = 1000000;

int64_t
lodger__qt_now ()
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return int64_t (now.tv_sec) * 1000000000 + now.tv_nsec;
}

LodgerQtHost *
lodger__qt_host_new (LodgerHost *lodger_host, const LodgerQtHostOptions *options)
{
  LodgerQtHost *host = new (std::nothrow) LodgerQtHost;
  if (host == nullptr)
    return nullptr;
  host->host = lodger_host;
  host->slice = usual_slice;
  if (options != nullptr)
    {
      host->ask_slice = options->slice;
      host->slice_data = options->slice_data;
    }
  return host;
}

LodgerQtHost *
lodger__qt_host_ref (LodgerQtHost *host)
{
  host->refs.fetch_add (1, std::memory_order_relaxed);
  return host;
}

void
lodger__qt_host_unref (LodgerQtHost *host)
{
  if (host->refs.fetch_sub (1, std::memory_order_acq_rel) == 1)
    delete host;
}

LodgerHostNode *
lodger__qt_host_close (LodgerQtHost *host, bool *ret_was_closed)
{
  std::unique_lock<std::mutex> lock (host->mutex);
  LodgerHostNode *node = host->node;
  *ret_was_closed = host->is_closed;
  host->is_closed = true;
  host->node = nullptr;
  host->carrier = nullptr;
  while (host->senders > 0)
    host->nobody_sends.wait (lock);
  return node;
}
