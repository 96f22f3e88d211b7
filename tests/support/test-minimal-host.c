/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-minimal-host.h"

#include "test-limits.h"

static int
minimal_host_post (void *impl, LodgerHostNode *node)
{
  MinimalHost *minimal = impl;
  int code = 0;
  pthread_mutex_lock (&minimal->mutex);
  if (minimal->node != NULL)
    test_fail ("the node is posted while the host still has it");
  if (minimal->closing)
    {
      minimal->refused++;
      code = LODGER_ESHUTDOWN;
    }
  else
    {
      minimal->node = node;
      minimal->posts++;
    }
  pthread_mutex_unlock (&minimal->mutex);
  if (code == 0 && minimal->posted != NULL)
    minimal->posted (minimal->posted_data);
  if (minimal->passed != NULL && !pthread_equal (pthread_self (), minimal->thread))
    latch_wait (minimal->passed);
  return code;
}

static int
minimal_host_open (LodgerHost *host, const void *options, void **ret_impl)
{
  MinimalHost *minimal = *(MinimalHost *const *) options;
  if (minimal->open_code != 0)
    return minimal->open_code;
  minimal->host = host;
  minimal->thread = pthread_self ();
  *ret_impl = minimal;
  return 0;
}

static const void *
minimal_host_identify (const void *options)
{
  return *(MinimalHost *const *) options;
}

const LodgerHostOps minimal_host_ops
    = { .size = sizeof minimal_host_ops, .name = "minimal", .run_sync_soon_threadsafe = minimal_host_post };
const LodgerHostDriver minimal_host_driver = { .size = sizeof minimal_host_driver,
                                               .ops = &minimal_host_ops,
                                               .identify = minimal_host_identify,
                                               .open = minimal_host_open };

LodgerHostNode *
minimal_host_take_node (MinimalHost *minimal)
{
  LodgerHostNode *node;
  pthread_mutex_lock (&minimal->mutex);
  node = minimal->node;
  minimal->node = NULL;
  pthread_mutex_unlock (&minimal->mutex);
  return node;
}

int
minimal_host_run (MinimalHost *minimal)
{
  LodgerHostNode *node;
  int runs = 0;
  while ((node = minimal_host_take_node (minimal)) != NULL)
    {
      lodger_host_run_node (node);
      runs++;
    }
  return runs;
}

LodgerCaller *
minimal_host_attach (MinimalHost *minimal, LodgerError **ret_error)
{
  LodgerCallerOptions options = { .size = sizeof options, .host = "minimal", .host_options = &minimal };
  test_check (lodger_host_register (&minimal_host_driver) == 0);
  return lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, &options, ret_error);
}

void *
minimal_host_close (void *data)
{
  MinimalHost *minimal = data;
  pthread_mutex_lock (&minimal->mutex);
  minimal->closing = true;
  minimal->node = NULL;
  pthread_mutex_unlock (&minimal->mutex);
  lodger_host_closed (minimal->host);
  return NULL;
}
