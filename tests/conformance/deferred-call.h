/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call that records its run and is answered by the test. */
#ifndef LODGER_TEST_DEFERRED_CALL_H
#define LODGER_TEST_DEFERRED_CALL_H

#include "subject.h"

typedef struct DeferredCall
{
  Recorder recorder; /* first */
  LodgerReply *reply;
  LodgerPending *pending; /* a reference; NULL: not started by deferred_calls_start() */
} DeferredCall;

/* A function of a call, whose data is the DeferredCall. */
void deferred_call_run (LodgerPending *self, void *deferred);

/* The test's thread: submits calls to the loop, and runs it until all of them have begun. */
void deferred_calls_start (DeferredCall *calls, size_t count, Subject *subject);
/* The test's thread: answers those that have no answer yet, and drops the references. */
void deferred_calls_finish (DeferredCall *calls, size_t count, Subject *subject);

/* Any thread. */
int deferred_call_answer (DeferredCall *call);
/* The test's thread: the loop's thread answers with a value, or with an error. */
void deferred_call_answer_inside (DeferredCall *call, Subject *subject);
void deferred_call_fail_inside (DeferredCall *call, Subject *subject);

#endif
