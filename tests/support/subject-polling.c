/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host that polls instead of sleeping.
 *
 * Waking it takes a fraction of a microsecond, so races around a wake-up are tried many thousand times more often than
 * with a loop that sleeps. Besides the mandatory operation it has `detach`. */
#include "subject.h"

#include <lodger/host.h>
#include <sched.h>

typedef struct PollingHost
{
  _Atomic (LodgerHostNode *) node;
  atomic_bool closed;
} PollingHost;

static int
post (void *impl, LodgerHostNode *node)
{
  PollingHost *polling = impl;
  if (atomic_load (&polling->closed))
    return LODGER_ESHUTDOWN;
  if (atomic_exchange_explicit (&polling->node, node, memory_order_acq_rel) != NULL)
    test_fail ("the node is posted while the host still has it");
  return 0;
}

static bool
detach (void *impl)
{
  PollingHost *polling = impl;
  atomic_store (&polling->closed, true);
  return atomic_exchange (&polling->node, NULL) != NULL;
}

static int
open_polling (LodgerHost *host, const void *options, void **ret_impl)
{
  (void) host;
  *ret_impl = *(PollingHost *const *) options;
  return 0;
}

static const void *
identify_polling (const void *options)
{
  return *(PollingHost *const *) options;
}

static const LodgerHostOps ops
    = { .size = sizeof ops, .name = "polling", .run_sync_soon_threadsafe = post, .detach = detach };
static const LodgerHostDriver driver
    = { .size = sizeof driver, .ops = &ops, .identify = identify_polling, .open = open_polling };

static void
open_host (Subject *subject)
{
  static PollingHost polling_hosts[64];
  static unsigned count;
  PollingHost *polling = &polling_hosts[count++ % 64];
  LodgerCallerOptions options = { .size = sizeof options, .host = "polling", .host_options = &polling };
  *polling = (PollingHost) { .node = NULL };
  subject->impl = polling;
  test_check (lodger_host_register (&driver) == 0);
  subject->caller = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, &options, NULL);
}

static void
close_host (Subject *subject)
{
  (void) subject;
}

static void
turn (Subject *subject)
{
  PollingHost *polling = subject->impl;
  LodgerHostNode *node = NULL;
  for (unsigned tries = 0; tries < 10000 && node == NULL; tries++)
    if (atomic_load_explicit (&polling->node, memory_order_relaxed) != NULL)
      node = atomic_exchange_explicit (&polling->node, NULL, memory_order_acq_rel);
  if (node != NULL)
    lodger_host_run_node (node);
  else
    sched_yield ();
}

const SubjectKind subject_polling = {
  .name = "polling", .backend = "native", .traits = SUBJECT_POLLS, .open = open_host, .close = close_host, .turn = turn
};
