/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A window on the test's display, with a box of widgets in it. */
#ifndef LODGER_TEST_GTK_WINDOW_H
#define LODGER_TEST_GTK_WINDOW_H

#include "test-suite.h"

#include <lodger-gtk4.h>

typedef struct Window
{
  GtkWindow *window; /* a reference; NULL once it is given up */
  GtkWidget *box, *label;
  LodgerCaller *caller;
} Window;

/* Opens the display if it is not open, and a window, which is shown if `shown`. */
Window window_open (gboolean shown);
/* Destroys the window, leaves the caller. */
void window_close (Window *window);
/* Lets the loop go on until nothing is ready. */
void window_settle (void);
/* Lets it go on until the pending is done. */
void window_run_until_done (LodgerPending *pending);
void window_run_until (const gboolean *flag);

/* The program's main: as test_main(), and 77 without a display. */
int gtk_test_main (Suite *suite, int argc, char **argv);

#endif
