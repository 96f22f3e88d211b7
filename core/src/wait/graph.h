/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which thread waits for which, so that a wait which nobody could end is refused. */
#ifndef LODGER_WAIT_GRAPH_H
#define LODGER_WAIT_GRAPH_H

#include "parts.h"
#include "pending/pending.h"

/* A thread that waits, either for a pending or for space in an inbox. */
typedef struct LodgerWait
{
  LodgerPending *pending;
  LodgerCaller *inbox_of; /* has a full inbox */

  LodgerLink link;
  uint64_t thread;         /* its serial */
  LodgerCaller *crew_hand; /* its caller, if that thread belongs to a crew; else NULL */
  const LodgerCaller *crew;
  bool is_noted; /* it is without limit */
  bool is_hopeless;
} LodgerWait;

/* 0, or LODGER_EDEADLK when nobody could ever end it: then it is not noted, and the log names both ends. */
int lodger__wait_begin (LodgerWait *wait, const LodgerThread *thread, bool is_bounded, const char *function);
void lodger__wait_end (LodgerWait *wait);

#endif
