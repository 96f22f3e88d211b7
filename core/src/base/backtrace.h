/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stack of another thread: a signal makes that thread write it down. */
#ifndef LODGER_BACKTRACE_H
#define LODGER_BACKTRACE_H

#include "base/port.h"

#include <stdint.h>

enum
{
  LODGER_BACKTRACE_MOST = 48
};

/* Takes a signal that the program does not use, and keeps it. False: there is none. One thread at a time. */
bool lodger__backtrace_open (void);
/* This thread lets that signal through, if there is one. It costs a system call once a thread. */
void lodger__backtrace_allow (void);
/* Any thread, but one at a time: the addresses on the stack of a thread of this process, by the system's number of it, the
 * innermost first. The signal wakes who sleeps at the waker. 0: the thread is gone, or did not answer in `patience`. */
unsigned lodger__backtrace_take (int thread, void *addresses[LODGER_BACKTRACE_MOST], LodgerWaker *waker,
                                 int64_t patience);
/* The same as lines, as backtrace_symbols() writes them, to be freed with free(); NULL without memory. */
char **lodger__backtrace_lines (void *const *addresses, unsigned count);

#endif
