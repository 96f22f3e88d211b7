/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The face with windows of GTK. There is one program for all of a user's windows: a second one asks the first one to
 * open a window, and ends. Without a session bus, or with something to print or to write, it is alone.
 */
#ifndef LODGER_SCAN_APPLICATION_H
#define LODGER_SCAN_APPLICATION_H

#include "../options.h"

/* Also the name of its desktop file, its icon, and on the session bus. */
#define APPLICATION_ID "io.github.lodger.Scan"

/* Runs a scan to its end, and others that are asked for, until all windows are closed. Returns the status. */
int application_scan (const ScanOptions *options);

#endif
