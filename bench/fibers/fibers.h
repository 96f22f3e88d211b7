/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of lodger-fibers share: what spawned calls cost, beside plain calls, bare switches and libdex.
 *
 *   main.c       the command line, the rows, the pairs, the lines
 *   works.c      Lodger's works, in the main thread's loop and in a worker
 *   bare.c       two stacks, and nothing but the switch between them
 *   peer-glib.c  idle sources and GTask
 *   peer-dex.c   libdex, where it is found
 *   parked.c     what many of them cost that wait, each way in a process of its own
 *
 * The statistics (stats.c) and bench_fail() (ledger.c) are those of lodger-bench.
 */
#ifndef LODGER_FIBERS_H
#define LODGER_FIBERS_H

#include "../bench.h"

/* Does something `count` times, and answers how many nanoseconds of the processor that took, of this thread. It fails
 * the program unless exactly that many were done. */
typedef int64_t Work (uint64_t count);

/* One side of a row. */
typedef struct Side
{
  const char *name;
  Work *work;
} Side;

typedef struct Row
{
  const char *name;
  const char *what;
  uint64_t count; /* of one run */
  Side lodger, peer;
  int target;   /* ns; 0: none */
  bool is_more; /* the target is for the difference of both sides */
} Row;

/* The processor's time of this thread. */
int64_t fibers_clock (void);
/* That of all threads. */
int64_t fibers_process_clock (void);

/* works.c: in the main thread's loop, and in a worker's. */
void works_begin (void);
void works_end (void);
#define LODGER_WORKS(X)   X (call) X (spawn) X (yield) X (yield2) X (kept) X (done) X (soon) X (own)
#define LODGER_WORK(name) extern Work name##_gui, name##_worker;
LODGER_WORKS (LODGER_WORK)

/* bare.c */
extern Work bare_switch, bare_swapcontext;

/* peer-glib.c */
extern Work glib_idle, glib_again, glib_task;

/* peer-dex.c */
void dex_begin (void);
extern Work dex_spawned, dex_done, dex_answered;

/* In a process of its own: begins that many fibers which wait, and ends them. How many have ended. */
uint64_t dex_park (uint64_t count);

/* parked.c: a line for each way, each in a process of its own. Before anything else has begun. */
void parked_print (uint64_t count);
/* All are parked now; and all have ended. */
void parked_all (void);
void parked_over (void);

#endif
