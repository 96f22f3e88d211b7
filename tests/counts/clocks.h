/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The time in a process that takes steps. It is a thousand times as slow, and would find its slices over and its
 * deadlines passed. So its clocks go by its instructions meanwhile: what it does is the same every time. */
#ifndef LODGER_COUNT_CLOCKS_H
#define LODGER_COUNT_CLOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Remembers what the clocks say. */
void clocks_note (void);
/* The stopped thread is at the begin of clock_gettime(): makes it return, `later` nanoseconds after clocks_note().
 * False: the clock is another one than that of time. */
bool clocks_tell_time (pid_t thread, uint64_t later);
/* The thread is before an instruction of `size` bytes that reads the processor's clock: the same. */
bool clocks_tell_cycles (pid_t thread, unsigned size, uint64_t later);

#endif
