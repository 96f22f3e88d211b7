/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of a caller that any thread reaches: its inbox, its host's node, and in which thread it lives. */
#ifndef LODGER_MAILBOX_PART_H
#define LODGER_MAILBOX_PART_H

#include "base/hash.h"
#include "base/thread.h"
#include "mailbox/inbox.h"

#include <lodger/host.h>

struct LodgerHost
{
  LodgerHostNode node; /* first */
  const LodgerHostDriver *driver;
  _Atomic (const LodgerHostOps *) ops; /* NULL before it is open; publishes impl */
  void *impl;
  const void *identity;
  atomic_bool has_handles; /* `attach` has succeeded, and `detach` has to come */
  atomic_bool attached;    /* its operations may be called */
  atomic_bool has_node;
  atomic_bool is_closed;
};

typedef struct LodgerMailbox
{
  LodgerInbox inbox; /* first: aligned to a cache line */
  LodgerHost host;
  LodgerThreadParker gap;    /* where whoever closes the inbox waits for a producer */
  LodgerThreadParker parker; /* where the owner sleeps while it serves without its host */
  atomic_bool serves_alone;  /* it does */
  _Atomic (uint64_t) owner;  /* serial of its thread; 0: none */
  LodgerLink in_thread;      /* on its thread's list */
  LodgerHashLink by_loop;    /* owner.c */
  atomic_int system_thread;  /* the system's number of its thread */
} LodgerMailbox;

#endif
