/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of lodger-structured share: what it costs that a call is one of a group, a queue, a limiter, or has a
 * context value.
 *
 *   main.c    the command line, the pairs, the lines
 *   calls.c   the calls
 *
 * The ledger (ledger.c) and the statistics (stats.c) are those of lodger-bench.
 */
#ifndef LODGER_STRUCTURED_H
#define LODGER_STRUCTURED_H

#include "../bench.h"

#include <lodger/lodger.h>

enum
{
  BATCH = 100 /* calls that are under way at once */
};

/* One way to submit calls to the main thread. A batch is opened and closed by the thread that submits. */
typedef struct Kind
{
  const char *name;
  const char *what;
  int target; /* ns more than a plain call; 0: it is the plain call */
  void (*set_up) (LodgerCaller *caller);
  void (*tear_down) (void);
  void (*open) (void);
  void (*submit) (LodgerCaller *caller, void *data);
  void (*close) (void);
} Kind;

/* Where they are submitted. */
typedef struct Place
{
  const char *name;
  const char *what;
  /* One run: the processor's time of all threads, in nanoseconds. Checked. */
  int64_t (*run) (const Kind *kind, uint64_t batches);
} Place;

extern const Kind structured_kinds[]; /* the plain call is the first */
extern const size_t structured_n_kinds;
extern const Place structured_places[];
extern const size_t structured_n_places;

/* Attaches to the main thread's loop, and ends that. */
void structured_begin (void);
void structured_end (void);

#endif
