/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations that are counted, and what each may take at most. */
#ifndef LODGER_COUNT_ROWS_H
#define LODGER_COUNT_ROWS_H

#include "count.h"
#include "test-latch.h"
#include "test-limits.h"
#include "test-loop.h"
#include "test-proc.h"
#include "test-worker.h"

#include <lodger/lodger.h>

enum
{
  N_LIMITS = 5,
  ANY = -1,          /* no limit */
  TRIES = 3,         /* of one operation */
  BATCH = 61,        /* operations at a time: no power of 2, in which spare memory comes */
  WARM = 8,          /* batches before an operation is counted */
  STEADY = 128,      /* batches before many are: spare memory has been needed in all ways by then */
  MANY = 33 * BATCH, /* times, for what only few of them take: more than a thread keeps of spare memory */
  TRIPS = 500,       /* there and back, one after the other */
};

typedef struct Row
{
  const char *name;
  void (*run) (void);  /* in a process of its own */
  unsigned times;      /* the figures are for so many */
  long most[N_LIMITS]; /* of each, at most, for all times together: see main.c */
  const char *what;
} Row;

/* table.c; ended by a row without a name. */
extern const Row rows[];

/* A second thread. It has no caller, and stays as long as the process. */
void second_begin (void);
/* Runs a function there, and waits for its end. */
void second_run (void (*func) (void));
/* The same in two steps. */
void second_give (void (*func) (void));
void second_wait (void);

/* Functions of calls that do nothing. */
void do_nothing (void *data);
void call_nothing (LodgerPending *self, void *data);
/* Begin and end a stretch. */
void do_begin (void *data);
void do_begin_less (void *data);
void do_end (void *data);
void call_begin (LodgerPending *self, void *data);
void call_begin_less (LodgerPending *self, void *data);
void call_end (LodgerPending *self, void *data);

/* The caller on a manual host in the main thread, with a pool of one worker. */
extern Loop loop;
/* Opens it, and lets the process have a second thread: a library does less in one that has none. */
void row_begin (void);
/* Runs it until nothing is ready. */
void row_settle (void);
void row_end (void);
/* A row of one operation of the main thread: `submit` is counted, and what the loop then does up to the next call. */
void row_of_one (void (*submit) (void));
/* The same without the loop's part. */
void row_of_submission (void (*submit) (void));
/* A row of MANY such operations, both parts. */
void row_of_many (void (*submit) (void));

/* To whom rows post: the caller of `loop`, unless the row has a loop of its own. */
extern LodgerCaller *row_caller;
void row_post (void);
void row_post_batch (void);
/* One post, a stretch of its own. */
void row_post_counted (void);

/* The calls that have been in a worker and come back to their caller. */
extern unsigned n_back;
void row_trip (LodgerCaller *caller);

/* posts.c */
void post_awake (void);
void post_idle (void);
void post_run (void);
void post_slice (void);
void post_batched (void);
void post_many (void);
void post_asleep (void);
/* pendings.c */
void promise (void);
void promise_then (void);
void promise_callback (void);
void soon (void);
void soon_elsewhere (void);
void soon_many (void);
void soon_cancelled (void);
void then_many (void);
/* structured.c */
void group_call (void);
void group_many (void);
void queue_call (void);
void queue_many (void);
void limiter_call (void);
void limiter_many (void);
void value_call (void);
void scope_call (void);
void channel_send (void);
void channel_many (void);
/* pool.c */
void pool_submit (void);
void pool_submit_asleep (void);
void pool_run (void);
void pool_then (void);
void pool_many (void);
void pool_trips (void);
/* timers.c */
void timer_cancelled (void);
void timer_fires (void);
void timer_many (void);
/* fibers.c */
void spawn_call (void);
void spawn_many (void);
void fiber_yield (void);
void fiber_await_done (void);
void fiber_await (void);
void fiber_many (void);
/* start.c */
void start_attach (void);
void start_first_call (void);
void start_first_job (void);
/* posts-glib.c */
void glib_post (void);
void glib_post_asleep (void);
void glib_iteration (void);
void glib_trips (void);
/* gio-glib.c */
void gio_alone (void);
void gio_future (void);
void gio_await (void);

#endif
