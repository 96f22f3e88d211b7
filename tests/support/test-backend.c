/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-backend.h"

#include "caller/caller.h"
#include "test-limits.h"

#include <stdio.h>

/* A copy of a host that cannot watch descriptors. */
typedef struct PolledHost
{
  const LodgerHostDriver *of;
  LodgerHostDriver driver;
  LodgerHostOps ops;
  char name[40];
} PolledHost;

static LodgerBackendOps stuck, broken, polled;
static const LodgerBackendOps *base_of_stuck, *base_of_polled;
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

/* The same copy for the same host. */
static const LodgerHostDriver *
polled_of (const LodgerHostDriver *driver)
{
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static PolledHost copies[4];
  PolledHost *copy = copies;
  pthread_mutex_lock (&mutex);
  while (copy->of != NULL && copy->of != driver)
    copy++;
  test_check (copy < copies + 4);
  if (copy->of == NULL)
    {
      snprintf (copy->name, sizeof copy->name, "%s-polled", driver->ops->name);
      copy->ops = *driver->ops;
      copy->ops.name = copy->name;
      copy->ops.watch_fd = NULL;
      copy->ops.unwatch_fd = NULL;
      copy->driver = *driver;
      copy->driver.ops = &copy->ops;
      copy->of = driver;
    }
  pthread_mutex_unlock (&mutex);
  return &copy->driver;
}

static const LodgerHostDriver *
host_of_polled (void *impl, const void **ret_options)
{
  return polled_of (base_of_polled->host (impl, ret_options));
}

/* Threads of it may still be about when it is registered again: nothing is written then. */
void
backend_register_polled (const char *base)
{
  const LodgerBackendOps *ops = lodger__registry_backend (base);
  test_check (ops != NULL && (base_of_polled == NULL || base_of_polled == ops));
  if (base_of_polled == NULL)
    {
      base_of_polled = ops;
      polled = *ops;
      polled.name = "polled";
      polled.host = host_of_polled;
    }
  test_check (lodger_backend_register (&polled) == 0);
}

const char *
backend_register_polled_host (const char *base)
{
  const LodgerHostDriver *driver = lodger__registry_host (base);
  test_check (driver != NULL);
  driver = polled_of (driver);
  test_check (lodger_host_register (driver) == 0);
  return driver->ops->name;
}
