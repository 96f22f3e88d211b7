/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches a running test, and reports what hangs when nothing makes progress. */
#ifndef LODGER_TEST_WATCHDOG_H
#define LODGER_TEST_WATCHDOG_H

#include <stdint.h>

/* Begins to watch. The ledger has to make progress, and the test has to end by `until` (of test_now).
 *
 * INT64_MAX is no limit. */
void watchdog_begin (int64_t until);
void watchdog_end (void);

/* Notes what a thread is doing, for the report: a static text and a number. `thread` is a small number of its own. */
void watchdog_note (unsigned thread, const char *what, unsigned long number);

#endif
