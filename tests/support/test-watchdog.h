/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks on while a test runs, and says what hangs when nothing gets on any more. */
#ifndef LODGER_TEST_WATCHDOG_H
#define LODGER_TEST_WATCHDOG_H

#include <stdint.h>

/* From now on the ledger has to get on, and all has to be over by then (of test_now; INT64_MAX: at any time). */
void watchdog_begin (int64_t until);
void watchdog_end (void);

/* What this thread is at: static text and a number, kept under a small number of its own. */
void watchdog_note (unsigned thread, const char *what, unsigned long number);

#endif
