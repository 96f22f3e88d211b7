/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system refuses threads, without anything being replaced. */
#ifndef LODGER_TEST_THREADS_H
#define LODGER_TEST_THREADS_H

#include <stdbool.h>

/* From now on no thread of the default attributes can be had, or they can again. */
void threads_refuse (bool on);

#endif
