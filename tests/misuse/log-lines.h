/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log of one row. */
#ifndef LODGER_TEST_LOG_LINES_H
#define LODGER_TEST_LOG_LINES_H

#include <lodger/trace.h>

void log_lines_begin (void);
void log_lines_end (void);
void log_lines_forget (void);

/* Fails the test unless there is a line of the level, and each line since the last check names the function.
 *
 * The name with `_full` counts as well. */
void log_lines_expect (LodgerLogLevel level, const char *function, const char *what);
/* Fails the test if there is a warning or an error. */
void log_lines_expect_none (const char *what);

#endif
