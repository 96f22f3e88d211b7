/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "clocks.h"

#include "count.h"

#if COUNT_IS_POSSIBLE

#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <time.h>

enum
{
  NS_PER_S = 1000000000
};

static struct timespec times[CLOCK_BOOTTIME + 1];
static uint64_t cycles;

static bool
is_of_time (uint64_t clock)
{
  return clock <= CLOCK_BOOTTIME && clock != CLOCK_PROCESS_CPUTIME_ID && clock != CLOCK_THREAD_CPUTIME_ID;
}

void
clocks_note (void)
{
  for (clockid_t clock = 0; clock <= CLOCK_BOOTTIME; clock++)
    clock_gettime (clock, &times[clock]);
  cycles = __builtin_ia32_rdtsc ();
}

static bool
transfer (pid_t thread, bool writes, uint64_t address, void *memory, size_t size)
{
  struct iovec here = { memory, size }, there = { (void *) address, size };
  ssize_t done
      = writes ? process_vm_writev (thread, &here, 1, &there, 1, 0) : process_vm_readv (thread, &here, 1, &there, 1, 0);
  return done == (ssize_t) size;
}

bool
clocks_tell_time (pid_t thread, uint64_t later)
{
  struct user_regs_struct registers;
  struct timespec now;
  uint64_t back;
  if (ptrace (PTRACE_GETREGS, thread, NULL, &registers) != 0 || !is_of_time (registers.rdi)
      || !transfer (thread, false, registers.rsp, &back, sizeof back))
    return false;
  later += (uint64_t) times[registers.rdi].tv_nsec;
  now.tv_sec = times[registers.rdi].tv_sec + (time_t) (later / NS_PER_S);
  now.tv_nsec = (long) (later % NS_PER_S);
  if (!transfer (thread, true, registers.rsi, &now, sizeof now))
    return false;
  registers.rip = back;
  registers.rsp += sizeof back;
  registers.rax = 0;
  return ptrace (PTRACE_SETREGS, thread, NULL, &registers) == 0;
}

bool
clocks_tell_cycles (pid_t thread, unsigned size, uint64_t later)
{
  struct user_regs_struct registers;
  if (ptrace (PTRACE_GETREGS, thread, NULL, &registers) != 0)
    return false;
  registers.rip += size;
  registers.rax = (cycles + later) & UINT32_MAX;
  registers.rdx = (cycles + later) >> 32;
  return ptrace (PTRACE_SETREGS, thread, NULL, &registers) == 0;
}

#endif
