/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A window, which scans folders of its own. There may be several.
 */
#ifndef LODGER_SCAN_WINDOW_H
#define LODGER_SCAN_WINDOW_H

#include "kept.h"
#include "request.h"
#include "results.h"

typedef struct ScanWindow ScanWindow;

/* What the windows have in common. It outlives them. */
typedef struct WindowShared
{
  GtkApplication *application;
  LodgerCaller *caller;
  GMenuModel *recent; /* the items of the menu for folders that were scanned before */
  Settings *settings;

  /* Opens another window, as the request says. */
  void (*open) (const Request *request, void *data);
  /* Those folders are scanned from now on. */
  void (*scans) (const Request *request, void *data);
  /* How far its scan is; at most ten times a second. */
  void (*progress) (ScanWindow *window, Session *session, void *data);
  /* The window shows all of a scan. Its Results is there until the function returns. */
  void (*shown) (ScanWindow *window, Results *results, void *data);
  /* The window goes. `failed`: a report could not be written. */
  void (*closed) (ScanWindow *window, gboolean failed, void *data);
  void *data;
} WindowShared;

/* A window that scans what is requested; it is not on the screen yet. `json`, a file that each report goes to, is
 * optional. Neither `shared` nor `json` is copied. */
ScanWindow *window_new (const WindowShared *shared, const char *json);
/* FALSE when it cannot be scanned: *ret_message, optional, says why, and so does the window. */
gboolean window_scan (ScanWindow *window, const Request *request, char **ret_message);
void window_present (ScanWindow *window);
/* Ends the scan, and destroys the window. */
void window_end (ScanWindow *window);

/* The window to which a GtkWindow belongs, or NULL. */
ScanWindow *window_of (GtkWindow *gtk_window);

#endif
