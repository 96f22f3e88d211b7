/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the system refuse threads, without replacing a function. */
#ifndef LODGER_TEST_THREADS_H
#define LODGER_TEST_THREADS_H

#include <stdbool.h>

/* While on, no thread can be created with default attributes. */
void threads_refuse (bool on);

#endif
