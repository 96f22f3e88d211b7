/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The face without a window, in the event loop of a QCoreApplication.
 */
#ifndef LODGER_SCAN_QT_LOOP_H
#define LODGER_SCAN_QT_LOOP_H

#include <options.h>

/* Runs a scan to its end. Returns the status. */
int qt_loop_scan (const ScanOptions *options);

#endif
