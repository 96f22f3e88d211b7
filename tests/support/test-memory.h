/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much memory the process has, and whether that grows. */
#ifndef LODGER_TEST_MEMORY_H
#define LODGER_TEST_MEMORY_H

#include <stddef.h>

/* Bytes that malloc has given out; and those that the process has in memory. */
size_t memory_in_use (void);
size_t memory_resident (void);

/* The middle one; they are sorted. */
size_t memory_median (size_t *bytes, size_t count);
/* By how much the median of the last third is above that of the first third, which begins after a warm-up of that many; 0
 * when it is not, or when there are too few. */
size_t memory_growth (const size_t *bytes, size_t count, size_t warm_up);

#endif
