/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps what Lodger logs, so that a test can look for it. */
#ifndef LODGER_TEST_LOG_CAPTURE_H
#define LODGER_TEST_LOG_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

/* From now on lines are kept instead of printed. */
void log_capture_begin (void);
/* Restores the default and forgets. */
void log_capture_end (void);
/* How many warnings and errors there were. */
size_t log_capture_count (void);
/* Whether a warning or error holds that text. */
bool log_capture_has (const char *text);
/* How often such a text is in the warnings and errors. */
size_t log_capture_count_of (const char *text);
/* Blocks until a warning or error holds that text. */
#define log_capture_wait(text) log_capture_wait_at (text, __FILE__, __LINE__)
void log_capture_wait_at (const char *text, const char *file, int line);
/* Forgets the lines so far. */
void log_capture_forget (void);

#endif
