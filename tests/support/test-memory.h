/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much memory the process uses, and whether that grows. */
#ifndef LODGER_TEST_MEMORY_H
#define LODGER_TEST_MEMORY_H

#include <stddef.h>

/* Bytes that malloc has given out. */
size_t memory_in_use (void);
/* Bytes of the process that are in memory. */
size_t memory_resident (void);

/* The median. Sorts the array. */
size_t memory_median (size_t *bytes, size_t count);
/* By how much the median of the last third exceeds the median of the first third.
 *
 * The first `warm_up` samples are left out. Returns 0 without growth, and with too few samples. */
size_t memory_growth (const size_t *bytes, size_t count, size_t warm_up);

#endif
