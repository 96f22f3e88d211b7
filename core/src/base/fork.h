/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fork: the generation that tells the parent's objects from the child's, and the shared locks that are held across it. */
#ifndef LODGER_FORK_H
#define LODGER_FORK_H

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* The order in which a thread may take shared locks, the first one first. */
typedef enum LodgerLockRank
{
  LODGER_RANK_FOLLOW,
  LODGER_RANK_WAITS,
  LODGER_RANK_REGISTRY,
  LODGER_RANK_PENDINGS,
  LODGER_RANK_DEADLINES,
  LODGER_RANK_ALARMS,
  LODGER_RANK_WATCH,
  LODGER_RANK_THREADS,
  LODGER_RANK_SCOPES,
  LODGER_RANK_QUEUES,
  LODGER_RANK_DESCRIPTORS,
  LODGER_RANK_SLAB,
  LODGER_RANK_ERRORS,
  LODGER_RANK_LOG,
  LODGER_RANKS
} LodgerLockRank;

typedef struct LodgerForkLock
{
  pthread_mutex_t *mutex;
  size_t stride; /* bytes from one mutex to the next */
  unsigned count;
  LodgerLockRank rank;
  void (*in_child) (void); /* forgets the parent's; with all locks held. NULL: there is nothing to forget */
} LodgerForkLock;

/* Registers `count_` mutexes, `stride_` bytes apart, without a call: the linker gathers the entries of all files in one
 * section, which is an array. A linker that collects unused sections keeps them. */
#if __has_attribute(retain)
#define LODGER_FORK_ENTRY section ("lodger_locks"), aligned (alignof (LodgerForkLock)), used, retain
#else
#define LODGER_FORK_ENTRY section ("lodger_locks"), aligned (alignof (LodgerForkLock)), used
#endif
#define LODGER_FORK_LOCKS(name_, mutex_, stride_, count_, rank_, in_child_)                                            \
  static const LodgerForkLock name_ __attribute__ ((LODGER_FORK_ENTRY))                                                \
  = { .mutex = (mutex_), .stride = (stride_), .count = (count_), .rank = (rank_), .in_child = (in_child_) }
#define LODGER_FORK_LOCK(mutex_, rank_, in_child_)                                                                     \
  LODGER_FORK_LOCKS (mutex_##_across_fork, &mutex_, 0, 1, rank_, in_child_)

/* Before the first caller or thread is made. */
void lodger__fork_notice (void);

/* How many forks lie between the first process and this one. An object of another generation is refused. */
extern atomic_uint lodger__generation;

static inline unsigned
lodger__generation_now (void)
{
  return atomic_load_explicit (&lodger__generation, memory_order_relaxed);
}

#endif
