/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a window shows of a scan: the pages, the status bar, and when they change. One scan at a time.
 */
#ifndef LODGER_SCAN_RESULTS_H
#define LODGER_SCAN_RESULTS_H

#include "../session.h"
#include "frames.h"
#include "kept.h"
#include "request.h"

#include <gtk/gtk.h>

typedef struct Results Results;

/* Run in the caller's thread. All get `data`. */
typedef struct ResultsEvents
{
  void (*progress) (Session *session, void *data); /* the scan goes on; at most ten times a second */
  /* The scan is done, or cancelled, and all that was found is shown. Nobody paints a window that cannot be seen: after
   * a second it runs all the same. */
  void (*shown) (void *data);
  void *data;
} ResultsEvents;

/* For a window that has nothing in it yet. `json`, a file that each report goes to, is optional. Neither it nor
 * `settings` is copied. */
Results *results_new (GtkWindow *window, LodgerCaller *caller, Settings *settings, const char *json,
                      const ResultsEvents *events);
/* Ends the scan, which tells nobody. Before the window is destroyed. */
void results_end (Results *results);
/* After results_end() and its widget has gone. */
void results_free (Results *results);
GtkWidget *results_get_widget (Results *results);

/* Scans what is requested, in place of what is shown. FALSE when it cannot be scanned: *ret_message, optional, says
 * why, and so does the window. */
gboolean results_start (Results *results, const Request *request, char **ret_message);
/* Ends what is done to files, or else the scan early. FALSE when there is nothing to end. */
gboolean results_cancel (Results *results);

/* Shows the page of files, and lets somebody look for some. */
void results_find (Results *results);
/* Asks for a file, and saves the list of what was found there. */
void results_save (Results *results);

/* Shows what is known of the scan, in a window of its own. */
void results_show_about (Results *results);
/* Gives the focus to the button that ends the scan. */
void results_grab_focus (Results *results);

/* A page that there is not changes nothing. */
void results_show_page (Results *results, const char *name);
const char *results_get_page (const Results *results);

/* NULL when nothing is scanned. */
const Session *results_get_session (const Results *results);
const Frames *results_get_frames (const Results *results);
/* Whether a report could not be written to `json`. */
gboolean results_json_failed (const Results *results);

#endif
