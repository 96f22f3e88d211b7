/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who makes room in something that is full: what a wait for room hangs on. It may become known later. */
#ifndef LODGER_ROOM_H
#define LODGER_ROOM_H

#include <lodger/types.h>
#include <stdatomic.h>

typedef struct LodgerRoom
{
  const char *where;               /* "the inbox", for messages */
  _Atomic (LodgerCaller *) caller; /* the thread of this caller, which is kept by whoever waits; NULL: none is known */
  _Atomic (uint64_t) thread;       /* or the thread with this serial; 0: none is known */
  atomic_uint changes;             /* how often the two have changed: whoever waits has to be judged anew then */
} LodgerRoom;

#endif
