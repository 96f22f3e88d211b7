/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-backend.h"

#include "caller/caller.h"
#include "test-limits.h"

static LodgerBackendOps stuck, broken, polled;
static const LodgerBackendOps *base_of_stuck, *base_of_polled;
static LodgerHostDriver polled_driver;
static LodgerHostOps polled_host;
static BlockedCall *blocks_stuck;
static int code_of_broken;

static int
stuck_open (const void *options, void **ret_impl)
{
  blocked_call_direct (blocks_stuck);
  blocked_call_destroy (blocks_stuck);
  return base_of_stuck->open (options, ret_impl);
}

static int
broken_open (const void *options, void **ret_impl)
{
  (void) options;
  (void) ret_impl;
  return code_of_broken;
}

static void
register_as (LodgerBackendOps *ops, const char *name, const char *base, int (*open) (const void *, void **))
{
  base_of_stuck = lodger__registry_backend (base);
  test_check (base_of_stuck != NULL);
  *ops = *base_of_stuck;
  ops->name = name;
  ops->open = open;
  test_check (lodger_backend_register (ops) == 0);
}

void
backend_register_stuck (const char *base, BlockedCall *blocked)
{
  blocks_stuck = blocked;
  register_as (&stuck, "stuck", base, stuck_open);
}

void
backend_register_broken (const char *base, int code)
{
  code_of_broken = code;
  register_as (&broken, "broken", base, broken_open);
}

static void
copy_host (const LodgerHostDriver *driver)
{
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock (&mutex);
  if (polled_driver.ops == NULL)
    {
      polled_host = *driver->ops;
      polled_host.watch_fd = NULL;
      polled_host.unwatch_fd = NULL;
      polled_driver = *driver;
      polled_driver.ops = &polled_host;
    }
  pthread_mutex_unlock (&mutex);
}

static const LodgerHostDriver *
host_of_polled (void *impl, const void **ret_options)
{
  copy_host (base_of_polled->host (impl, ret_options));
  return &polled_driver;
}

void
backend_register_polled (const char *base)
{
  base_of_polled = lodger__registry_backend (base);
  test_check (base_of_polled != NULL);
  polled = *base_of_polled;
  polled.name = "polled";
  polled.host = host_of_polled;
  test_check (lodger_backend_register (&polled) == 0);
}
