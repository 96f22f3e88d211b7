/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The face without a window, in GLib's main loop.
 */
#ifndef LODGER_SCAN_GLIB_LOOP_H
#define LODGER_SCAN_GLIB_LOOP_H

#include "options.h"

/* Runs a scan to its end. Returns the status. */
int glib_loop_scan (const ScanOptions *options);

#endif
