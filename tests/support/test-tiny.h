/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The least host there can be: one operation, and a check that the node is never posted twice. */
#ifndef LODGER_TEST_TINY_H
#define LODGER_TEST_TINY_H

#include <lodger/host.h>
#include <lodger/lodger.h>
#include <pthread.h>

typedef struct Tiny
{
  pthread_mutex_t mutex;
  LodgerHost *host;
  LodgerHostNode *node;
  bool closing;
  int posts;
  int refused;
  int open_code;
} Tiny;

/* Attaches this thread's caller. */
LodgerCaller *tiny_attach (Tiny *tiny, LodgerError **ret_error);
/* Takes the node away from it; NULL: it has not got it. */
LodgerHostNode *tiny_take (Tiny *tiny);
/* Runs the node as long as it is posted; how often that was. */
int tiny_run (Tiny *tiny);
/* A thread's function, or a plain call: the host, given as data, closes. */
void *tiny_dies (void *data);

extern const LodgerHostOps tiny_ops;
extern const LodgerHostDriver tiny_driver;

#endif
