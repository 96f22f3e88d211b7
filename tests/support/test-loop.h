/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A caller on a manual host in the test's own thread. What happens is the same every time. */
#ifndef LODGER_TEST_LOOP_H
#define LODGER_TEST_LOOP_H

#include <lodger-manual.h>
#include <lodger/lodger.h>

typedef struct Loop
{
  LodgerManualHost *host;
  LodgerCaller *caller;
} Loop;

/* Opens a loop whose caller is attached, entered and running. */
Loop loop_open (LodgerManualFlags flags);
/* The same with options. */
Loop loop_open_full (LodgerManualFlags flags, const LodgerCallerOptions *options);
/* Opens a loop whose caller is not started. */
Loop loop_open_initial (LodgerManualFlags flags);
/* The same with options. */
Loop loop_open_initial_full (LodgerManualFlags flags, const LodgerCallerOptions *options);
/* Runs until nothing is ready. */
void loop_run (Loop *loop);
/* Iterates the host until the pending is done. */
void loop_run_until_done (Loop *loop, LodgerPending *pending);
/* Stops, iterates until stopped, and drops the references; works in every state. */
void loop_close (Loop *loop);

#endif
