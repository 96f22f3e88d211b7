/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port in demos/porting: Tcl's loop alone, and Tk's with a window. */
#include "subject.h"

#include <stdlib.h>
#include <tcl-host.h>
#include <tcl.h>
#include <tk.h>

typedef struct Program
{
  Tcl_TimerToken timer;
  bool has_asked;
  bool frames; /* one frame follows the other, each takes SUBJECT_FRAME */
} Program;

/* One in a thread: no thread can use that of another. */
static _Thread_local Tcl_Interp *interp;

static void
evaluate (const char *script)
{
  if (Tcl_Eval (interp, script) != TCL_OK)
    test_fail ("%s: %s", script, Tcl_GetStringResult (interp));
}

/* Tcl keeps a thread that waits for descriptors. */
static void
use_tcl (void)
{
  if (interp == NULL)
    {
      Tcl_FindExecutable (NULL);
      interp = Tcl_CreateInterp ();
    }
  Tcl_DoOneEvent (TCL_ALL_EVENTS | TCL_DONT_WAIT);
}

static void
use_tk (void)
{
  use_tcl ();
  if (Tk_MainWindow (interp) != NULL)
    return;
  if (Tcl_Init (interp) != TCL_OK || Tk_Init (interp) != TCL_OK)
    test_fail ("Tk: %s", Tcl_GetStringResult (interp));
  evaluate ("pack [label .count -width 20]; update");
}

/* ---- the program's own work ----------------------------------------------------------------------------------------- */

static void request_redraw (Subject *subject);

static void
redraw (void *data)
{
  Subject *subject = data;
  Program *program = subject->impl;
  atomic_fetch_add (&subject->redraws, 1);
  program->has_asked = false;
  if (!program->frames)
    return;
  subject_spend (subject, SUBJECT_FRAME);
  request_redraw (subject);
}

/* Tk draws the label when it is idle, and `redraw` follows. */
static void
request_redraw (Subject *subject)
{
  Program *program = subject->impl;
  if (program->has_asked)
    return;
  program->has_asked = true;
  if (Tk_MainWindow (interp) != NULL)
    evaluate ("incr count; .count configure -text $count");
  Tcl_DoWhenIdle (redraw, subject);
}

static void
set_frames (Subject *subject, bool on)
{
  ((Program *) subject->impl)->frames = on;
  request_redraw (subject);
}

static void
tick (void *data)
{
  Subject *subject = data;
  atomic_fetch_add (&subject->ticks, 1);
  ((Program *) subject->impl)->timer = Tcl_CreateTimerHandler (1, tick, subject);
  request_redraw (subject);
}

static void
work (Subject *subject, bool on)
{
  Program *program = subject->impl;
  Tcl_DeleteTimerHandler (program->timer);
  program->timer = on ? Tcl_CreateTimerHandler (1, tick, subject) : NULL;
}

/* ---- the loop ------------------------------------------------------------------------------------------------------- */

static void
open_caller (Subject *subject)
{
  subject->impl = calloc (1, sizeof (Program));
  test_check (tcl_host_register () == 0);
  subject->options.host = "tcl";
  subject->caller = lodger_caller_open (subject->is_initial ? LODGER_CALLER_MANUAL : LODGER_CALLER_CURRENT_THREAD,
                                        &subject->options, NULL);
  if (!subject->is_initial)
    test_check (lodger_caller_enter (subject->caller) == 0);
}

static void
open_tcl (Subject *subject)
{
  use_tcl ();
  open_caller (subject);
}

static void
open_tk (Subject *subject)
{
  use_tk ();
  open_caller (subject);
}

static void
close_host (Subject *subject)
{
  Tcl_DeleteTimerHandler (((Program *) subject->impl)->timer);
  Tcl_CancelIdleCall (redraw, subject);
  free (subject->impl);
}

static void
turn (Subject *subject)
{
  (void) subject;
  Tcl_DoOneEvent (TCL_ALL_EVENTS);
}

static void
nest (Subject *subject)
{
  (void) subject;
  Tcl_DoOneEvent (TCL_ALL_EVENTS | TCL_DONT_WAIT);
}

/* A slice of 1 ms has 20 calls. On a machine that is busy, the timer may bring several slices before Tcl is idle. */
#define KIND(NAME, OPEN, USE)                                                                                          \
  {                                                                                                                    \
    .name = NAME, .backend = "native", .traits = SUBJECT_NESTS | SUBJECT_REDRAWS | SUBJECT_SLEEPS, .longest_run = 160, \
    .open = OPEN, .close = close_host, .turn = turn, .nest = nest, .work = work, .request_redraw = request_redraw,     \
    .set_frames = set_frames, .start = USE                                                                             \
  }
static const SubjectKind tcl = KIND ("tcl", open_tcl, use_tcl);
static const SubjectKind tk = KIND ("tk", open_tk, use_tk);

const SubjectKind *const subject_kinds[] = { &tcl, &tk, NULL };
