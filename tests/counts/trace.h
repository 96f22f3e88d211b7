/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts the threads of a process that this one traces. */
#ifndef LODGER_COUNT_TRACE_H
#define LODGER_COUNT_TRACE_H

#include "count.h"

#include <sys/types.h>

/* Begins with a process. */
void trace_begin (bool shows);
/* A thread has stopped, or is new: it goes on. */
void trace_stopped (pid_t number, int status);
void trace_gone (pid_t number);
/* NULL, or what went wrong. */
const char *trace_end (Counts *ret_counts);

#endif
