/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tour: each section shows one feature in about ten lines, and prints what it does. A file has the sections of one
 * topic. */
#ifndef LODGER_TOUR_H
#define LODGER_TOUR_H

#include <lodger/lodger.h>

typedef struct TourSection
{
  const char *name, *subject;
  void (*show) (void);
} TourSection;

/* The sections of a file, up to one without a name. */
extern const TourSection tour_callers[], tour_calls[], tour_loops[], tour_pendings[], tour_several[], tour_fibers[],
    tour_iopub[];

/* ---- helpers of the sections ------------------------------------------------------------------------------------- */

/* A line of the output, from any thread. */
void tour_say (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

/* A new caller with a thread of its own, which has started. tour_close() stops it and waits. */
LodgerCaller *tour_open (const char *name);
void tour_close (LodgerCaller *caller);

/* Waits for the outcome, and drops the pending. tour_number() gives the number of the answer, or the code. */
int tour_finish (LodgerPending *pending);
int tour_number (LodgerPending *pending);

/* A text as the data of a call, which only reads it. */
static inline void *
tour_text (const char *text)
{
  return (void *) (uintptr_t) text;
}

/* Calls: one that does nothing, one that returns the number at `data`, one that fails. */
void tour_nothing (LodgerPending *self, void *data);
void tour_double (LodgerPending *self, void *number);
void tour_fail (LodgerPending *self, void *data);

#endif
