/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A repeating call, and its runs. */
#ifndef LODGER_REPEAT_PRIVATE_H
#define LODGER_REPEAT_PRIVATE_H

#include "pending/pending.h"

#include <lodger/repeat.h>

typedef struct LodgerRun LodgerRun;

struct LodgerRepeat
{
  atomic_uint holds; /* the memory: users, the data of its pending, runs */
  atomic_uint uses;  /* the data: its pending, runs */
  uint16_t generation;
  LodgerCaller *caller; /* a reference */
  LodgerRepeatOptions options;
  LodgerRepeatFunc func;
  void *data;
  LodgerDestroyFunc destroy;
  int64_t base, interval;
  LodgerPending *pending; /* a reference */
  LodgerContext *context; /* of its runs; written before the first of them; a reference */

  pthread_mutex_t mutex; /* all that follows */
  LodgerReply *reply;    /* of its pending; NULL: it has not begun, or is over */
  LodgerRun *run;        /* the one that waits for its time, or is at work; or NULL */
  int64_t last, next;    /* which due times they have, counted from 0; -1: none */
  unsigned pauses;
  bool is_stopped, is_cancelled;
};

/* It may be done, and gone, before it has begun: when nobody needs it any more. */
struct LodgerRun
{
  atomic_uint holds;    /* the data of its calls, and the listener */
  LodgerRepeat *repeat; /* held */
  LodgerListener listener;
  uint64_t skipped;

  LodgerPending *pending; /* under the mutex, as the next; a reference; NULL: it is just being submitted */
  bool has_begun;
};

/* Its calls are submitted in the name of this one. */
extern const char lodger__repeat_function[];

void lodger__repeat_hold (LodgerRepeat *repeat);
void lodger__repeat_release (LodgerRepeat *repeat);
/* Whoever holds it: its data is not needed any more. */
void lodger__repeat_end_use (LodgerRepeat *repeat);

/* ---- runs.c ---- */

/* Any thread, no lock: whatever comes next: the next run, or the end. */
void lodger__repeat_go_on (LodgerRepeat *repeat);
/* Under the mutex: a run that has not begun is not to begin any more. A reference, to be cancelled without it, or NULL. */
LodgerPending *lodger__repeat_take_back (LodgerRepeat *repeat);

#endif
