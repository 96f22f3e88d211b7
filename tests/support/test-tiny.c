/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-tiny.h"

#include "test-limits.h"

static int
tiny_post (void *impl, LodgerHostNode *node)
{
  Tiny *tiny = impl;
  int code = 0;
  pthread_mutex_lock (&tiny->mutex);
  if (tiny->node != NULL)
    test_fail ("the node is posted while the host still has it");
  if (tiny->closing)
    {
      tiny->refused++;
      code = LODGER_ESHUTDOWN;
    }
  else
    {
      tiny->node = node;
      tiny->posts++;
    }
  pthread_mutex_unlock (&tiny->mutex);
  return code;
}

static int
tiny_open (LodgerHost *host, const void *options, void **ret_impl)
{
  Tiny *tiny = *(Tiny *const *) options;
  if (tiny->open_code != 0)
    return tiny->open_code;
  tiny->host = host;
  *ret_impl = tiny;
  return 0;
}

static const void *
tiny_identify (const void *options)
{
  return *(Tiny *const *) options;
}

const LodgerHostOps tiny_ops = { .size = sizeof tiny_ops, .name = "tiny", .run_sync_soon_threadsafe = tiny_post };
const LodgerHostDriver tiny_driver
    = { .size = sizeof tiny_driver, .ops = &tiny_ops, .identify = tiny_identify, .open = tiny_open };

LodgerHostNode *
tiny_take (Tiny *tiny)
{
  LodgerHostNode *node;
  pthread_mutex_lock (&tiny->mutex);
  node = tiny->node;
  tiny->node = NULL;
  pthread_mutex_unlock (&tiny->mutex);
  return node;
}

int
tiny_run (Tiny *tiny)
{
  LodgerHostNode *node;
  int runs = 0;
  while ((node = tiny_take (tiny)) != NULL)
    {
      lodger_host_run_node (node);
      runs++;
    }
  return runs;
}

LodgerCaller *
tiny_attach (Tiny *tiny, LodgerError **ret_error)
{
  LodgerCallerOptions options = { .size = sizeof options, .host = "tiny", .host_options = &tiny };
  test_check (lodger_host_register (&tiny_driver) == 0);
  return lodger_caller_new (LODGER_CALLER_CURRENT_THREAD, &options, ret_error);
}

void *
tiny_dies (void *data)
{
  Tiny *tiny = data;
  pthread_mutex_lock (&tiny->mutex);
  tiny->closing = true;
  tiny->node = NULL;
  pthread_mutex_unlock (&tiny->mutex);
  lodger_host_closed (tiny->host);
  return NULL;
}
