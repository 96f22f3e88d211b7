/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two faces of the program: with a window, and without one. main.c chooses between them.
 */
#ifndef LODGER_SCAN_SCAN_H
#define LODGER_SCAN_SCAN_H

#include "options.h"

/* How long the program waits at its end for a worker that does not notice it, in nanoseconds. */
#define SCAN_PATIENCE (INT64_C (500) * 1000 * 1000)

/* Each runs a scan to its end and returns the status. */
int scan_headless (const ScanOptions *options);
int scan_window (const ScanOptions *options);

#endif
