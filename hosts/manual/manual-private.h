/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loop that is turned by hand, as its tool (manual.c, life.c), its port to Lodger (port.c) and its kinds (kinds.c) see
 * it. */
#ifndef LODGER_MANUAL_PRIVATE_H
#define LODGER_MANUAL_PRIVATE_H

#include "lodger-manual.h"

#include <lodger/host.h>
#include <pthread.h>
#include <stdatomic.h>

#define LODGER_MANUAL_KINDS  16
#define LODGER_MANUAL_SECOND INT64_C (1000000000)

/* What one attached caller wants of the loop. */
typedef struct ManualPort
{
  LodgerManualHost *loop;
  LodgerHost *host;
  _Atomic (int64_t) deadline;
  bool wants_before_wait; /* owner */
  LodgerHostNode *node;   /* NULL: not posted; under the loop's mutex, as the next */
  bool refuses;
} ManualPort;

struct LodgerManualHost
{
  atomic_uint refs;
  LodgerManualFlags flags;
  _Atomic (int64_t) slice;
  LodgerManualRedrawFunc redraw; /* owner, as the next two */
  void *redraw_data;
  bool quits;
  pthread_mutex_t mutex; /* for all below */
  pthread_cond_t changed;
  ManualPort *port; /* NULL: nothing attached */
  pthread_t owner;  /* the thread that attached it */
  bool closed;
  int64_t clock;
  uint64_t redraws;
  uint64_t posts;
  uint64_t before_waits;
};

extern const LodgerHostOps lodger__manual_ops;
int lodger__manual_open (LodgerHost *host, const void *options, void **ret_impl);
/* From here on the loop turns for this port; 0, or a negative code. */
int lodger__manual_connect (LodgerManualHost *loop, ManualPort *port);
/* No more: posts are refused. True if the loop had the node. */
bool lodger__manual_disconnect (ManualPort *port);
/* Misuse, which is logged: there is none, or this is not its owner (anybody is, while nothing is attached). */
bool lodger__manual_is_null (const LodgerManualHost *loop, const char *function);
bool lodger__manual_is_wrong (LodgerManualHost *loop, const char *function);
/* Turns the loop until `quits`. */
int lodger__manual_run (LodgerManualHost *loop);

#endif
