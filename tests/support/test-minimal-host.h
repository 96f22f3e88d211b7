/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host with the one mandatory operation. It fails the test when its node is posted twice. */
#ifndef LODGER_TEST_MINIMAL_HOST_H
#define LODGER_TEST_MINIMAL_HOST_H

#include "test-latch.h"

#include <lodger/host.h>
#include <lodger/lodger.h>
#include <pthread.h>

typedef struct MinimalHost
{
  pthread_mutex_t mutex;
  LodgerHost *host;
  pthread_t thread;     /* of the host */
  LodgerHostNode *node; /* posted and not yet taken, or NULL */
  bool closing;
  int posts;     /* accepted */
  int refused;   /* posts after the close */
  int open_code; /* Optional. The error code of `open`. */
  /* Optional. Called in each post that is accepted, without the mutex. */
  void (*posted) (void *data);
  void *posted_data;
  Latch *passed; /* Optional. A post in another thread than the host's returns when it is open. */
} MinimalHost;

/* Attaches this thread's caller. */
LodgerCaller *minimal_host_attach (MinimalHost *minimal, LodgerError **ret_error);
/* Takes the posted node out of the host. Returns NULL when none is posted. */
LodgerHostNode *minimal_host_take_node (MinimalHost *minimal);
/* Runs the node while it is posted. Returns the number of runs. */
int minimal_host_run (MinimalHost *minimal);
/* Closes the host. A function of a thread, whose data is the MinimalHost; tests also call it directly. */
void *minimal_host_close (void *data);

extern const LodgerHostOps minimal_host_ops;
extern const LodgerHostDriver minimal_host_driver;

#endif
