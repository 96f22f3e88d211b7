/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of test-torture.c: windows that are opened and destroyed, and calls that are bound to them. */
#ifndef LODGER_TEST_GTK_TORTURE_H
#define LODGER_TEST_GTK_TORTURE_H

#include "test-ledger.h"
#include "test-limits.h"

#include <lodger-gtk4.h>
#include <stdatomic.h>

/* What a call can be bound to. */
typedef enum PaneScope
{
  PANE_LABEL,  /* the label as a widget */
  PANE_WINDOW, /* the window as a widget */
  PANE_OBJECT, /* the window as an object */
  PANE_SCOPES
} PaneScope;

/* How many ways pane_harm() knows. */
#define PANE_HARMS 8

/* What a spawned call waits for. */
typedef enum FiberWait
{
  FIBER_SLEEPS,
  FIBER_YIELDS,
  FIBER_LOADS,       /* a file, by GIO */
  FIBER_HEARS_TITLE, /* a signal of the window */
  FIBER_HEARS_CLICK, /* a signal of the button */
  FIBER_GATHERS,     /* the members of a group */
  FIBER_WAITS
} FiberWait;

/* A tested window. All threads have references. Only the GUI thread uses the widgets, which are NULL once disposed
 * of. */
typedef struct Pane
{
  atomic_int refs;
  LodgerScope *scopes[PANE_SCOPES];
  atomic_bool over[PANE_SCOPES]; /* the scope has ended, so no bound call runs any more; set in the GUI thread */
  GCancellable *cancellable;
  GtkWindow *window;
  GtkWindow *other; /* where the label has moved to, or NULL */
  GtkWidget *box, *inner, *label, *button, *bar;
  GtkWindow *kept_window; /* references beyond the end of the pane */
  GtkWidget *kept_label;
} Pane;

/* What all threads share. */
typedef struct Torture
{
  LodgerCaller *caller;
  pthread_t gui;
  atomic_bool stops_early; /* the caller stops while everything is running */
  bool
      may_defer; /* calls may be answered by a reply that GIO's call-back has, which a stop of the GUI's caller would wait for in vain */
  atomic_long live_panes;   /* these must come back to 0 */
  atomic_long live_objects; /* widgets, finalized or not */
  atomic_long live_loads;   /* GIO operations */
  unsigned depth;           /* of loops in calls; the GUI thread's */
  unsigned long touches;    /* looks at widgets in bound calls */
  unsigned long harms[PANE_HARMS];
  unsigned long waits[FIBER_WAITS][2]; /* of spawned calls: by what, and whether the wait was 0 */
  unsigned long parked;                /* spawned calls that wait now; the GUI thread's */
  unsigned long most_parked;
} Torture;

extern Torture torture;

/* ---- windows: support-torture-panes.c ---- */

Pane *pane_new (TestRandom *random);
Pane *pane_ref (Pane *pane);
void pane_unref (void *pane);
/* GUI thread, from here on. To be called in a bound call: checks that its scope has not ended and its widget is
 * there. */
void pane_touch (Pane *pane, PaneScope scope);
/* The same later in the call: the widget is still there, even if its window was destroyed meanwhile. */
void pane_touch_held (Pane *pane, PaneScope scope);
/* pane_destroy() ends the pane. pane_harm() ends it or a part of it in one of several ways, and may be repeated. */
void pane_destroy (Pane *pane);
void pane_harm (Pane *pane, TestRandom *random);
/* A loop inside a call, in which it may be destroyed. */
void pane_nest (Pane *pane, TestRandom *random);
/* By a timer of GLib. */
void pane_destroy_later (Pane *pane, TestRandom *random);
/* Destroys what there still is, and lets go of it. */
void pane_finish (Pane *pane);
/* Whether every widget of it has been disposed of. */
bool pane_is_gone (const Pane *pane);

/* ---- calls: support-torture-calls.c ---- */

/* Submits something that is bound to it, in any thread. */
void torture_submit (Pane *pane, TestRandom *random, unsigned depth);
/* An unbound call in the GUI thread, which has the pane. */
void torture_call (const char *what, Pane *pane, void (*func) (Pane *pane));
/* lodger_gtk_run() and its siblings; in the GUI thread. */
void torture_run_work (Pane *pane, TestRandom *random);
/* Cancels something that anybody has submitted; any thread. */
void torture_cancel (TestRandom *random);
/* Lets go of what could be cancelled. */
void torture_forget (void);

/* ---- spawned calls, in the GUI thread: support-torture-fibers.c ---- */

/* Waits a few times. */
void torture_wait (LodgerPending *self, Pane *pane, PaneScope scope, TestRandom *random);

/* ---- GIO, in the GUI thread: support-torture-gio.c ---- */

/* Starts an operation that reads a file. Returns its pending, a new reference. */
LodgerPending *torture_start_load (Pane *pane, TestRandom *random);
/* Answers a call with the outcome of such an operation, or by a reply when another operation has ended. */
void torture_load (LodgerPending *self, Pane *pane, TestRandom *random);
void torture_query (LodgerPending *self, TestRandom *random);

#endif
