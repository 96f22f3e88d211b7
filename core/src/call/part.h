/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of a caller: the calls that are neither queued nor on its stack, and how many its inbox admits. */
#ifndef LODGER_CALL_PART_H
#define LODGER_CALL_PART_H

#include "base/list.h"
#include "mailbox/inbox.h"
#include "wait/room.h"

#include <pthread.h>
#include <stdatomic.h>

/* At most so many things wait somewhere: calls in a caller or in a queue, items in a channel. */
typedef struct LodgerAdmission
{
  LodgerRoom room; /* who makes it */
  unsigned limit;
  atomic_uint queued; /* things that count */
  atomic_bool has_waiters;
  atomic_bool is_closed; /* there will be no more space */
  pthread_mutex_t mutex;
  LodgerList waiters; /* threads that wait for space, under the mutex */
} LodgerAdmission;

/* The outermost call on the owner's stack, if it is one whose memory the inbox has: what is to be destroyed. */
typedef struct LodgerOutermost
{
  LodgerDestroyFunc destroy;
  void *data;
} LodgerOutermost;

typedef struct LodgerCalls
{
  LodgerItem *on_stack;       /* owner: calls that it runs, the innermost first: on-stack.c */
  LodgerOutermost outermost;  /* owner: around them */
  LodgerList unfinished;      /* owner: calls that have returned and are not done */
  LodgerList cancelled;       /* owner: those of them that a stop has cancelled */
  LodgerList thens;           /* accepted continuations, under the caller's mutex, as the next */
  LodgerList coming_thens;    /* those of them that a stop has found on their way */
  atomic_bool has_thens;      /* whether either has one; written under the mutex */
  LodgerList held;            /* calls at gates, under the caller's mutex, as the next */
  unsigned coming;            /* those that have been let go, and are not delivered */
  atomic_bool has_held;       /* whether there is one of either; written under the mutex */
  LodgerAdmission *admission; /* NULL: its inbox has no limit */
  size_t stack_size;          /* of its spawned calls; 0: the usual one */
} LodgerCalls;

#endif
