/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of lodger-guests share: what it costs that a loop is a guest of another one.
 *
 *   main.c      the command line, the pairs, the lines
 *   works.c     what is done in a loop, the same in each: echo, timers, wake-ups
 *   calm.c      what a guest does to its host: redraws while it is busy, wake-ups while it sleeps
 *   loop-*.c    the loops that are guests, and run by themselves for comparison
 *   host-*.c    the hosts
 *
 * The ledger's clock and failures (ledger.c) and the statistics (stats.c) are those of lodger-bench. All of it is in
 * the main thread, one loop at a time.
 *
 * A new host is a file and a row in main.c's table; so is a new loop.
 */
#ifndef LODGER_GUESTS_H
#define LODGER_GUESTS_H

#include "../bench.h"

#include <lodger/lodger.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void Func (void *data);

/* ---- loops that are guests -------------------------------------------------------------------------------------- */

typedef enum ItemKind
{
  ITEM_READABLE, /* while the descriptor is */
  ITEM_TIMER,    /* once for each start */
  ITEM_WAKE,     /* once for each wake */
  ITEM_KICK,     /* the same, but a guest that may sleep has to be kicked; where has_kick */
  ITEM_BUSY,     /* again and again */
} ItemKind;

/* What a loop calls back. */
typedef struct Item Item;

/* All of it in the main thread, but `wake`. An item is not removed inside its own call-back. */
typedef struct Loop
{
  const char *name;
  const char *backend; /* of Lodger's */
  bool has_kick;
  void (*open) (void);
  const void *(*get_options) (void); /* of the guest; they live until `close` */
  void (*run) (void);                /* by itself, until `quit` */
  void (*quit) (void);
  void (*close) (void);
  Item *(*add) (ItemKind kind, int fd, Func *func, void *data);
  void (*start) (Item *timer, unsigned ms);
  void (*wake) (Item *item); /* any thread */
  void (*remove) (Item *item);
} Loop;

extern const Loop loop_glib, loop_uv;

/* ---- hosts ------------------------------------------------------------------------------------------------------ */

/* A loop of the main thread with a caller in it. `quit` comes inside `run`. */
typedef struct Host
{
  const char *name;
  const char *way; /* how a guest's descriptor is watched: by the host, or by Lodger's poller */
  LodgerCaller *(*open) (void);
  void (*run) (void);
  void (*quit) (void);
  void (*close) (void);
  /* Has `tick` called where the host redraws, TICKS_HZ times a second. A tick that is late by a whole period is left
   * out. NULL: the host does not redraw. */
  void (*start_ticks) (Func *tick, void *data);
  void (*stop_ticks) (void);
} Host;

enum
{
  TICKS_HZ = 60
};

extern const Host host_glib, host_manual, host_qt, host_qt_unix;

/* ---- what is done in them --------------------------------------------------------------------------------------- */

typedef struct Work
{
  const char *name;
  const char *what;
  uint64_t count, quick_count;
  bool is_latency; /* works_get_latency() after the run is the figure, else the rate */
  bool needs_kick;
  bool has_thread; /* beside the loop's: then both are on one processor */
  /* Adds the items that do it `count` times and call guests_over() at the end. */
  void (*begin) (const Loop *loop, uint64_t count);
  /* Removes them, and checks. */
  void (*end) (void);
} Work;

extern const Work works[];
extern const size_t n_works;

/* The median of the last run, in nanoseconds. */
double works_get_latency (void);

/* ---- runs ------------------------------------------------------------------------------------------------------- */

typedef void GuestsBegin (LodgerCaller *caller, const Loop *loop, const void *data);
typedef void GuestsEnd (const Loop *loop);

/* Runs the host until guests_over(), with the loop as its guest; NULL: it has none. The answer is how long it took. */
int64_t guests_run (const Host *host, const Loop *loop, GuestsBegin *begin, GuestsEnd *end, const void *data);
/* Any thread: the guest that runs now; NULL: the loop runs by itself. */
LodgerGuest *guests_current (void);
/* Ends the run that is on. */
void guests_over (void);
/* Ends the program unless this is the main thread. */
void guests_check_thread (void);

/* What a guest does to its host; and the number beside that of the host alone. */
typedef struct Count
{
  const char *name;
  const char *what;
  uint64_t (*run) (const Host *host, const Loop *loop, unsigned seconds);
  unsigned seconds, quick_seconds;
  bool is_of_ticks; /* the host has to have them, and TICKS_HZ a second are wanted; else no more than the host alone */
} Count;

extern const Count counts[];
extern const size_t n_counts;

#ifdef __cplusplus
}
#endif

#endif
