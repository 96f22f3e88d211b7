/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host that does not sleep but looks and looks: waking it takes a fraction of a microsecond, so that what can go wrong
 * around a wake-up is tried many thousand times more often than with a loop that sleeps. It has one operation more than
 * it must. */
#include "subject.h"

#include <lodger/host.h>
#include <sched.h>

typedef struct Hot
{
  _Atomic (LodgerHostNode *) node;
  atomic_bool closed;
} Hot;

static int
post (void *impl, LodgerHostNode *node)
{
  Hot *hot = impl;
  if (atomic_load (&hot->closed))
    return LODGER_ESHUTDOWN;
  if (atomic_exchange_explicit (&hot->node, node, memory_order_acq_rel) != NULL)
    test_fail ("the node is posted while the host still has it");
  return 0;
}

static bool
detach (void *impl)
{
  Hot *hot = impl;
  atomic_store (&hot->closed, true);
  return atomic_exchange (&hot->node, NULL) != NULL;
}

static int
open_hot (LodgerHost *host, const void *options, void **ret_impl)
{
  (void) host;
  *ret_impl = *(Hot *const *) options;
  return 0;
}

static const void *
identify_hot (const void *options)
{
  return *(Hot *const *) options;
}

static const LodgerHostOps ops
    = { .size = sizeof ops, .name = "hot", .run_sync_soon_threadsafe = post, .detach = detach };
static const LodgerHostDriver driver
    = { .size = sizeof driver, .ops = &ops, .identify = identify_hot, .open = open_hot };

static void
open_host (Subject *subject)
{
  static Hot hots[64];
  static unsigned count;
  Hot *hot = &hots[count++ % 64];
  LodgerCallerOptions options = { .size = sizeof options, .host = "hot", .host_options = &hot };
  *hot = (Hot) { .node = NULL };
  subject->impl = hot;
  test_check (lodger_host_register (&driver) == 0);
  subject->caller = lodger_caller_new (LODGER_CALLER_CURRENT_THREAD, &options, NULL);
}

static void
close_host (Subject *subject)
{
  (void) subject;
}

static void
turn (Subject *subject)
{
  Hot *hot = subject->impl;
  LodgerHostNode *node = NULL;
  for (unsigned tries = 0; tries < 10000 && node == NULL; tries++)
    if (atomic_load_explicit (&hot->node, memory_order_relaxed) != NULL)
      node = atomic_exchange_explicit (&hot->node, NULL, memory_order_acq_rel);
  if (node != NULL)
    lodger_host_run_node (node);
  else
    sched_yield ();
}

const SubjectKind subject_hot
    = { .name = "hot", .traits = SUBJECT_HOT, .open = open_host, .close = close_host, .turn = turn };
