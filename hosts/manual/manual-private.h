/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loop that is run by hand, and its port to Lodger.
 *
 * Order, lowest first; a file calls only files before it: life.c (the loop's memory, and its close), manual.c (running
 * the loop), port.c (what Lodger asks of it), kinds.c (a driver for each combination of flags), attach.c. To report
 * upward, the loop calls <lodger/host.h>. The core calls port.c by its table. */
#ifndef LODGER_MANUAL_PRIVATE_H
#define LODGER_MANUAL_PRIVATE_H

#include "lodger-manual.h"

#include <lodger/host.h>
#include <pthread.h>
#include <stdatomic.h>

#define LODGER_MANUAL_KINDS  16
#define LODGER_MANUAL_SECOND INT64_C (1000000000)

/* One attached caller's requests to the loop. */
typedef struct ManualPort
{
  LodgerManualHost *loop;
  LodgerHost *host;
  _Atomic (int64_t) deadline;
  bool wants_before_wait; /* the owner's alone */
  LodgerHostNode *node;   /* NULL: not posted; under the loop's mutex */
  bool refuses;           /* posts; under the loop's mutex */
} ManualPort;

struct LodgerManualHost
{
  atomic_uint refs;
  LodgerManualFlags flags;
  _Atomic (int64_t) slice;

  /* The owner's alone. */
  LodgerManualRedrawFunc redraw;
  void *redraw_data;
  bool quits;

  pthread_mutex_t mutex; /* guards everything below */
  pthread_cond_t changed;
  ManualPort *port; /* NULL: no caller is attached */
  pthread_t owner;  /* the thread that attached the port */
  bool closed;
  int64_t clock;
  uint64_t redraws;
  uint64_t posts;
  uint64_t before_waits;
};

/* ---- life.c ---- */

/* Makes the loop run for this port. 0 or a negative code. */
int lodger__manual_connect (LodgerManualHost *loop, ManualPort *port);
/* Refuses the port's posts from now on. True if the loop had the node. */
bool lodger__manual_disconnect (ManualPort *port);
/* Whether the host is NULL. This is logged as misuse of `function`. */
bool lodger__manual_is_null (const LodgerManualHost *loop, const char *function);
/* Whether the host is NULL, or this thread is not its owner. This is logged as misuse of `function`. Every thread is
 * the owner while no caller is attached. */
bool lodger__manual_is_wrong (LodgerManualHost *loop, const char *function);

/* ---- manual.c ---- */

/* Runs the loop until `quits`. */
int lodger__manual_run (LodgerManualHost *loop);

/* ---- port.c ---- */

extern const LodgerHostOps lodger__manual_ops;
int lodger__manual_open (LodgerHost *host, const void *options, void **ret_impl);

#endif
