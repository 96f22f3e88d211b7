/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A start/stop task: its call, its three signals, and who is inside. */
#ifndef LODGER_TASK_PRIVATE_H
#define LODGER_TASK_PRIVATE_H

#include "base/thread.h"
#include "call/latch.h"
#include "call/time-limit.h"
#include "pending/extras.h"

#include <lodger/task.h>

struct LodgerTask
{
  atomic_uint refs;  /* users */
  atomic_uint holds; /* the memory: all of them, the data of its call, listeners */
  uint16_t generation;
  LodgerCaller *caller; /* a reference */
  LodgerTaskOptions options;
  LodgerTaskFunc func;
  void *data;
  LodgerDestroyFunc destroy;
  LodgerLatch *latch;                            /* its call waits there for the start */
  LodgerPending *call;                           /* a reference */
  LodgerPending *started, *stopping, *stopped;   /* references */
  LodgerListener end_listener, closing_listener; /* of its call; of `stopping` of its caller */
  LodgerBracket bracket;
  atomic_bool has_begun, has_ended; /* its function; its call, written under the mutex */

  pthread_mutex_t mutex; /* all that follows */
  LodgerParker *entered_in;
  LodgerTimeLimit *patience;
  bool was_entered, is_started, is_stopped; /* the latter two: as asked */
  bool has_patience, data_is_gone, is_over;
};

/* 0; LODGER_EINVAL for NULL; LODGER_ECHILD. Logs what is not 0. */
int lodger__task_check (const LodgerTask *task, const char *function);
void lodger__task_hold (LodgerTask *task);
void lodger__task_release (LodgerTask *task);
int lodger__task_start (LodgerTask *task);
void lodger__task_stop (LodgerTask *task);

/* ---- life.c ---- */

/* Its signals, and its call, which the latch keeps. False without memory. */
bool lodger__task_prepare (LodgerTask *task);
void lodger__task_submit (LodgerTask *task);
void lodger__task_unprepare (LodgerTask *task);

#endif
