/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of run.h. */
#ifndef LODGER_RANDOM_RUN_PRIVATE_H
#define LODGER_RANDOM_RUN_PRIVATE_H

#include "run.h"

#include <lodger-manual.h>
#include <lodger/lodger.h>

/* So long that an alarm of the real clock never rings meanwhile. */
#define TICK LODGER_SECONDS (3600)

typedef struct Run
{
  const Program *program;
  ModelFailFunc fail;
  bool is_loud;
  LodgerManualHost *hosts[CALLERS];
  LodgerCaller *callers[CALLERS];
  LodgerQueue *queues[QUEUES];
  LodgerLimiter *limiters[LIMITERS];
  LodgerSlot *slots[SLOTS];
  LodgerGroup *groups[GROUPS];
  LodgerScope *scopes[SCOPES];
  LodgerChannel *channels[CHANNELS];
  bool is_watched_queue[QUEUES], is_watched_limiter[LIMITERS], has_delivered[STEPS];
  int numbers[STEPS];             /* the data of calls and items: their number */
  LodgerPending *pendings[STEPS]; /* references; NULL: there is none, or none yet */
  LodgerReply *replies[STEPS];    /* of what has deferred */
} Run;

extern Run run;

/* What the context has, for the model. */
extern const LodgerContextKey run_key;

/* If it is loud. */
void run_say (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
Code run_code (int code);

/* ---- run.c ---- */

void run_loop (int caller, bool until_idle);
void run_stop (int caller);
void run_advance (int ticks);

/* ---- run-calls.c ---- */

int run_context (void);
int run_group (void); /* the number of the current group */
/* Functions whose data is one of `numbers`. */
void run_call (LodgerPending *self, void *data);
void run_then (LodgerPending *self, LodgerPending *done, void *data);
void run_direct (void *data);
void run_batch (LodgerPending *self, void **items, size_t count, void *data);
void run_destroyed (void *data);
void run_item_destroyed (void *data);
void run_merge (void *last, void *item, void *data);
/* The pending is a new reference, which is kept. */
void run_keep (int number, LodgerPending *pending);
void run_watch_delivery (int number, LodgerPending *pending);
void run_watch (Thing thing, int number, LodgerPending *pending);
/* The reply of that call or batch, which is taken. */
LodgerReply *run_take_reply (int number);

/* ---- run-steps.c ---- */

/* The steps of that call, or of the main program. */
void run_steps (int in);

#endif
