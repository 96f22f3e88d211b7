/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run: work in another thread for a view, and what comes back of it.
 *
 * The work and its continuation are two calls that share the Run. The continuation is bound to the view's scope, and
 * the work, too, unless it holds. With a slot there is a third call, which is bound to the place in the slot. The place
 * ends when another run has it: then the button and the progress are let go, although the work may go on for a while.
 *
 * A Run has users: its calls, and whoever runs an operation of the view. They end in the view's thread. The last user
 * ends the view. The memory has holders besides: the metadata of the work, and the deliveries of the streams.
 *
 * Order of the files, lowest first: run.c, outcome.c, streams.c, screen.c, start.c. */
#ifndef LODGER_VIEW_PRIVATE_H
#define LODGER_VIEW_PRIVATE_H

#include "base/port.h"

#include <lodger/host-view.h>
#include <lodger/host.h>
#include <stdatomic.h>

typedef struct LodgerViewRun
{
  atomic_uint holds; /* the memory; one for all users */
  atomic_uint users;
  atomic_bool is_left; /* the view is gone */
  const LodgerHostViewOps *ops;
  void *view;
  LodgerHostViewOptions options; /* the objects in it are valid only during the start */

  LodgerScope *view_scope; /* these three are references; nothing is told or shown when one of them has ended */
  LodgerScope *scope;      /* the program's; may be NULL */
  LodgerScope *place;      /* in a slot; may be NULL */

  LodgerChannel *reports, *items; /* NULL: nobody looks at them; as the next, written before the work is shared */
  LodgerPending *shown, *taken;   /* their deliveries */

  /* The view's thread alone. */
  LodgerPending *pending; /* the work's, or the refusal */
  LodgerPending *timer;   /* NULL: no time limit, or none any more */
  bool holds_time;        /* the timer lasts as long as the work */
  bool is_told;           /* one of the functions of the outcome has begun */
} LodgerViewRun;

/* ---- run.c ---- */

/* With one user. NULL without memory; then the view is not ended. */
LodgerViewRun *lodger__view_run_new (const LodgerHostViewOps *ops, void *view, const LodgerHostViewOptions *options);
void lodger__view_use (LodgerViewRun *run);
void lodger__view_end_use (void *run);
/* Any thread. */
void lodger__view_hold (LodgerViewRun *run);
void lodger__view_release (void *run);
/* Any thread: nothing may be told or shown any more. */
bool lodger__view_is_over (const LodgerViewRun *run);
/* The view's object is there while the program's functions run. */
void lodger__view_keep_object (const LodgerViewRun *run);
void lodger__view_release_object (const LodgerViewRun *run);

/* ---- outcome.c ---- */

/* Runs the function of this outcome, or of a cancellation that has come since. The object of the program's scope is
 * held. */
void lodger__view_tell (const LodgerViewRun *run, LodgerPending *outcome);
/* Tells that the time is over, outside of a bound call. */
void lodger__view_tell_late (const LodgerViewRun *run);
/* Tells the refusal in `pending` without a caller, unless a scope ends before. Consumes one use. */
void lodger__view_tell_refusal_soon (LodgerViewRun *run);

/* ---- streams.c ---- */

/* False without memory. */
bool lodger__view_begin_streams (LodgerViewRun *run);
/* From now on lodger_host_report() and lodger_host_send() find the run. In the work's thread. */
void lodger__view_find_by (LodgerViewRun *run, LodgerPending *self);
/* Gives what waits to the view now. */
void lodger__view_flush (LodgerViewRun *run);
/* Gives it nothing from now on. */
void lodger__view_end_streams (LodgerViewRun *run);

/* ---- screen.c ---- */

/* What speaks to the user, as long as the work is what counts: the run has its pending. */
void lodger__view_begin_screen (LodgerViewRun *run);

#endif
