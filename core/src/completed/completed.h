/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An iteration over pendings as they are done: where they come from, and those that have not come yet. */
#ifndef LODGER_COMPLETED_PRIVATE_H
#define LODGER_COMPLETED_PRIVATE_H

#include "pending/pending.h"

#include <lodger/completed.h>

struct LodgerCompleted
{
  uint16_t generation;
  LodgerCompletedOptions options;
  atomic_bool is_used;

  /* The source. Whoever uses the iteration. */
  LodgerPending **pendings; /* references, from `at` on; NULL: a function gives them */
  size_t at, count;
  LodgerCompletedFunc func;
  void *data;
  LodgerDestroyFunc destroy;
  bool has_ended;
  LodgerError *error;
  size_t limit; /* 0: it has not been asked yet */

  LodgerList items; /* given, and not come yet. Whoever uses the iteration; each.c: under the mutex */
  size_t item_count;

  pthread_mutex_t mutex;
  LodgerList done; /* items */
  LodgerParker *parker;
};

typedef struct LodgerCompletedItem
{
  LodgerListener listener;
  LodgerLink link, done;
  LodgerPending *pending; /* a reference */
  LodgerCompleted *completed;
  LodgerPending *then; /* each.c: a reference */
} LodgerCompletedItem;

static inline LodgerCompletedItem *
lodger__completed_item (LodgerLink *link)
{
  return lodger__list_item (link, LodgerCompletedItem, link);
}

/* 0 and the next one of the source, which is on no list yet, at the begin of zeroed memory of that size; or NULL, at its end
 * or at the limit. LODGER_ENOMEM: nothing was asked. Runs the user's function. */
int lodger__completed_ask (LodgerCompleted *completed, size_t size, LodgerCompletedItem **ret_item);
void lodger__completed_item_free (LodgerCompletedItem *item);
/* It is in use from here on. False: it was before. */
bool lodger__completed_take (LodgerCompleted *completed);
void lodger__completed_give_back (LodgerCompleted *completed);
/* It is used no more, and its items are gone. */
void lodger__completed_clear (LodgerCompleted *completed);

#endif
