/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel says about this process: descriptors, threads, and what a thread is at. */
#ifndef LODGER_TEST_PROC_H
#define LODGER_TEST_PROC_H

#include <stdbool.h>

/* What a test may not leave behind. */
typedef struct ProcCount
{
  int fds;
  int threads;
} ProcCount;

ProcCount proc_count (void);
/* Waits until there are no more than before: a thread that was left to itself takes a moment to go. */
#define proc_expect_back(before) proc_expect_back_at (before, __FILE__, __LINE__)
void proc_expect_back_at (ProcCount before, const char *file, int line);

/* What a thread of this process has done so far. */
typedef struct ProcThread
{
  unsigned long switches;  /* how often it went to sleep by itself */
  unsigned long preempted; /* how often it lost its CPU */
  unsigned long ticks;     /* of CPU, in user and kernel mode */
  char state;              /* R, S, … */
} ProcThread;

ProcThread proc_thread (int thread_id);
/* The system call that it is in, with arguments, stack and place, as the kernel writes it; empty where that is not told. */
typedef struct ProcSyscall
{
  char text[256];
} ProcSyscall;

ProcSyscall proc_syscall (int thread_id);
/* Waits until that thread sleeps. */
#define proc_wait_asleep(thread_id) proc_wait_asleep_at (thread_id, __FILE__, __LINE__)
void proc_wait_asleep_at (int thread_id, const char *file, int line);

#endif
