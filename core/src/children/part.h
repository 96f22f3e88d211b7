/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of a caller that knows its children, and the part of a child that its parent knows. */
#ifndef LODGER_CHILDREN_PART_H
#define LODGER_CHILDREN_PART_H

#include "base/hash.h"
#include "mailbox/inbox.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct LodgerChildren
{
  LodgerList list;     /* the youngest first; under the caller's mutex, as the next three */
  LodgerHash by_name;  /* those that are found by their names: no workers of a pool */
  uint64_t births;     /* how many there were */
  atomic_uint awaited; /* the end waits for as many */

  LodgerLink sibling; /* on its parent's list; under the parent's mutex, as all that follows */
  LodgerHashLink by_name_link;
  uint64_t birth;      /* the number of this child */
  bool is_left_behind; /* not waited for any more */
  pthread_t thread;
  LodgerItem gone_item; /* tells the parent that the thread has returned */
} LodgerChildren;

#endif
