/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The face with a window of GTK.
 */
#ifndef LODGER_SCAN_WINDOW_H
#define LODGER_SCAN_WINDOW_H

#include "../options.h"

/* Runs a scan to its end, and others that are asked for, until the window is closed. Returns the status. */
int scan_window (const ScanOptions *options);

#endif
