/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Tk program with Lodger: a worker counts primes while the window draws. Without a display, `--headless` does the same
 * in Tcl's loop alone, and checks the outcome. */
#include "tcl-host.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tk.h>

enum {
  LIMIT = 3000000,
  COUNT = 216816
};

/* The GUI thread's. Tcl's variables `progress` and `result` are what the window shows. */
static Tcl_Interp *interp;
static LodgerCaller *gui;
static LodgerPending *work; /* NULL: nothing is at work */

static const char window[] = "wm title . {Lodger in Tk}\n"
                             "ttk::label .result -textvariable result -width 40\n"
                             "ttk::progressbar .bar -variable progress -maximum 100\n"
                             "ttk::button .start -text {Count the primes} -command start\n"
                             "ttk::button .cancel -text Cancel -command cancel\n"
                             "pack .result .bar -fill x -padx 12 -pady 6\n"
                             "pack .start .cancel -side left -expand 1 -fill x -padx 12 -pady 12\n";

/* ---- in the GUI thread ---------------------------------------------------------------------------------------------- */

static void show_progress (void *percent) {
  Tcl_SetVar2Ex (interp, "progress", NULL, Tcl_NewIntObj ((int) (intptr_t) percent), TCL_GLOBAL_ONLY);
}

static void show_result (LodgerPending *self, LodgerPending *done, void *data) {
  int64_t count = 0;
  char text[64] = "Cancelled";
  (void) self;
  (void) data;
  if (lodger_pending_get_int (done, &count) == 0)
    snprintf (text, sizeof text, "%" PRId64 " primes below %d", count, LIMIT);
  Tcl_SetVar (interp, "result", text, TCL_GLOBAL_ONLY);
  lodger_pending_unref (work);
  work = NULL;
}

/* ---- in a worker ---------------------------------------------------------------------------------------------------- */

static void count_primes (LodgerPending *self, void *data) {
  int64_t count = 0;
  (void) data;
  for (int n = 2, d; n < LIMIT && !lodger_pending_is_cancelled (self); n++) {
    for (d = 2; d * d <= n && n % d != 0; d++)
      ;
    count += d * d > n;
    if (n % (LIMIT / 100) == LIMIT / 100 - 1)
      lodger_caller_call_direct (gui, show_progress, (void *) (intptr_t) (n / (LIMIT / 100) + 1), NULL);
  }
  lodger_pending_return_int (self, count);
}

/* ---- the buttons ---------------------------------------------------------------------------------------------------- */

static int start (ClientData data, Tcl_Interp *in, int count, Tcl_Obj *const words[]) {
  (void) data, (void) in, (void) count, (void) words;
  if (work != NULL)
    return TCL_OK;
  Tcl_SetVar (interp, "result", "Counting\342\200\246", TCL_GLOBAL_ONLY);
  work = lodger_caller_to_thread (gui, count_primes, NULL, NULL);
  lodger_pending_disown (lodger_pending_then (work, gui, show_result, NULL, NULL));
  return TCL_OK;
}

static int cancel (ClientData data, Tcl_Interp *in, int count, Tcl_Obj *const words[]) {
  (void) data, (void) in, (void) count, (void) words;
  if (work != NULL)
    lodger_pending_cancel (work, NULL);
  return TCL_OK;
}

/* ---- the program ---------------------------------------------------------------------------------------------------- */

static int fail (const char *what) {
  fprintf (stderr, "tk-primes: %s: %s\n", what, Tcl_GetStringResult (interp));
  return 1;
}

static bool ends_with (const char *command, const char *expected) {
  const char *result;
  Tcl_Eval (interp, command);
  while (work != NULL)
    Tcl_DoOneEvent (TCL_ALL_EVENTS);
  result = Tcl_GetVar (interp, "result", TCL_GLOBAL_ONLY);
  printf ("%s\n", result);
  return strcmp (result, expected) == 0;
}

static int check (void) {
  char expected[64];
  const char *progress;
  snprintf (expected, sizeof expected, "%d primes below %d", COUNT, LIMIT);
  if (!ends_with ("start", expected))
    return fail ("the result is wrong");
  progress = Tcl_GetVar (interp, "progress", TCL_GLOBAL_ONLY);
  if (progress == NULL || strcmp (progress, "100") != 0)
    return fail ("the progress is wrong");
  return ends_with ("start; cancel", "Cancelled") ? 0 : fail ("the cancel came to nothing");
}

/* With --once, the program counts by itself, prints the result, and shows it for a while. */
static int show (bool once) {
  if (Tcl_Eval (interp, window) != TCL_OK)
    return fail ("the window");
  if (once) {
    ends_with ("start", "");
    fflush (stdout);
    Tcl_Eval (interp, "after 3000 {destroy .}");
  }
  Tk_MainLoop ();
  return 0;
}

int main (int argc, char **argv) {
  const char *way = argc > 1 ? argv[1] : "";
  bool headless = strcmp (way, "--headless") == 0, once = strcmp (way, "--once") == 0;
  int status;
  if (argc > 1 + (headless || once)) {
    bool help = strcmp (way, "--help") == 0;
    fputs ("Usage: tk-primes [--headless | --once]\n", help ? stdout : stderr);
    return help ? 0 : 2;
  }
  Tcl_FindExecutable (argv[0]);
  interp = Tcl_CreateInterp ();
  Tcl_CreateObjCommand (interp, "start", start, NULL, NULL);
  Tcl_CreateObjCommand (interp, "cancel", cancel, NULL, NULL);
  if (!headless && (Tcl_Init (interp) != TCL_OK || Tk_Init (interp) != TCL_OK))
    return fail ("Tk");
  tcl_host_register ();
  gui = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, LODGER_CALLER_OPTIONS (.host = "tcl"), NULL);
  lodger_caller_enter (gui);
  status = headless ? check () : show (once);
  lodger_caller_leave (gui); /* ends the work that is left */
  lodger_caller_unref (gui);
  Tcl_DeleteInterp (interp);
  return status;
}
