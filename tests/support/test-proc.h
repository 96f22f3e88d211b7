/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel says about this process: descriptors, threads, and what a thread is doing. */
#ifndef LODGER_TEST_PROC_H
#define LODGER_TEST_PROC_H

#include <stdbool.h>

/* What a test has to give back. */
typedef struct ProcCount
{
  int fds;
  int threads;
} ProcCount;

ProcCount proc_count (void);
/* Waits until there are no more than before. A detached thread takes a moment to end. */
#define proc_expect_restored(before) proc_expect_restored_at (before, __FILE__, __LINE__)
void proc_expect_restored_at (ProcCount before, const char *file, int line);

/* What a thread of this process has done so far. */
typedef struct ProcThread
{
  unsigned long switches;  /* how often it went to sleep by itself */
  unsigned long preempted; /* how often it lost its CPU */
  unsigned long ticks;     /* of CPU, in user and kernel mode */
  char state;              /* R, S, … */
} ProcThread;

ProcThread proc_thread (int thread_id);
/* The number of a thread of this process with that name, or 0. */
int proc_thread_named (const char *name);

/* The current system call of a thread, as the kernel writes it. Empty where the kernel does not tell. */
typedef struct ProcSyscall
{
  char text[256];
} ProcSyscall;

ProcSyscall proc_syscall (int thread_id);
/* Waits until the thread sleeps. */
#define proc_wait_asleep(thread_id) proc_wait_asleep_at (thread_id, __FILE__, __LINE__)
void proc_wait_asleep_at (int thread_id, const char *file, int line);

#endif
