/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "trace.h"

#if COUNT_IS_POSSIBLE

#include "clocks.h"
#include "places.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

/* From one mark to the other, either the child takes one step at a time, and before each step this process looks where
 * it is; or the child stops only at system calls, and where the processor is told to, which are the functions that
 * allocate. Nothing is changed in the child but its clocks. */

enum
{
  THREADS = 64,
  IN_SYSCALL = 0x80, /* beside SIGTRAP: it stops at a system call */
  FIRST_FOUR = 0x55  /* of the breakpoints, in the debug register 7 */
};

typedef enum Pace
{
  FREE,
  BY_CALLS, /* it stops at system calls and breakpoints */
  BY_STEPS
} Pace;

typedef struct Traced
{
  pid_t number; /* 0: a free place */
  Pace pace;
  bool in_syscall; /* BY_CALLS: the next stop at a system call is its end */
  uintptr_t at;    /* BY_STEPS: the place of its last step */
  uintptr_t back;  /* BY_STEPS: it is inside a function of the memory's, which returns to here; 0: it is not */
} Traced;

static struct
{
  Traced threads[THREADS];
  Pace pace; /* FREE: nothing is counted */
  bool of_all, takes_away, shows;
  pid_t counted;       /* the thread that has begun */
  Counts counts, away; /* of this try: of the operation, and what is taken away from it */
  Counts before;       /* of this try, before this stretch */
  Counts least, least_away;
  unsigned tries;
  const char *failure;
} trace;

static uintptr_t
get_register (const Traced *thread, size_t offset)
{
  return (uintptr_t) ptrace (PTRACE_PEEKUSER, thread->number, offset, NULL);
}

#define REGISTER(thread, name) get_register (thread, offsetof (struct user_regs_struct, name))

static void
go_on (const Traced *thread, int signal_number)
{
  static const int requests[] = { [FREE] = PTRACE_CONT, [BY_CALLS] = PTRACE_SYSCALL, [BY_STEPS] = PTRACE_SINGLESTEP };
  ptrace ((enum __ptrace_request) requests[thread->pace], thread->number, NULL, (long) signal_number);
}

/* ---- counting ---------------------------------------------------------------------------------------------------- */

/* For addr2line, also the place behind a call: the child has the libraries where this process has them. */
static void
show (const char *what, uintptr_t address)
{
  Dl_info info;
  if (!trace.shows)
    return;
  if (dladdr ((void *) address, &info) != 0)
    printf ("%s\t%s\t0x%lx\t%s\n", what, info.dli_fname, address - (uintptr_t) info.dli_fbase,
            info.dli_sname != NULL ? info.dli_sname : "");
  else
    printf ("%s\t?\t0x%lx\t\n", what, address);
}

/* The clock is read without a system call where the kernel can help it. */
static void
count_syscall (uintptr_t number)
{
  trace.counts.of[COUNT_SYSCALLS] += number != SYS_clock_gettime && number != SYS_gettimeofday && number != SYS_time;
}

static uintptr_t
return_address (const Traced *thread)
{
  return (uintptr_t) ptrace (PTRACE_PEEKDATA, thread->number, REGISTER (thread, rsp), NULL);
}

/* False: it is not one that is counted. */
static bool
count_function (const Traced *thread, const Place *place)
{
  if (!place->begins || (place->needs_memory && REGISTER (thread, rdi) == 0))
    return false;
  show (places_name (place), return_address (thread));
  trace.counts.of[place->count]++;
  return true;
}

/* What memory takes inside is the C library's, and depends on what was freed before. */
static void
count_step (Traced *thread, const Place *place)
{
  const Instruction *instruction = &place->instruction;
  if (instruction->repeats && thread->at == place->address)
    return;
  trace.counts.of[COUNT_INSTRUCTIONS]++;
  if (instruction->is_syscall)
    show ("syscall", place->address);
  if (instruction->is_syscall)
    count_syscall (REGISTER (thread, rax));
  if (thread->back == place->address)
    thread->back = 0;
  if (thread->back != 0)
    return;
  trace.counts.of[COUNT_LOCKED] += instruction->is_locked;
  trace.counts.of[COUNT_CLOCKS] += instruction->clock_size > 0;
  if (instruction->is_locked)
    show ("locked", place->address);
  if (count_function (thread, place) && (place->count == COUNT_ALLOCATIONS || place->count == COUNT_FREES))
    thread->back = return_address (thread);
}

/* ---- the pace of a thread ---------------------------------------------------------------------------------------- */

static void
set_breakpoints (const Traced *thread, bool on)
{
  size_t registers = offsetof (struct user, u_debugreg);
  bool done = true;
  for (unsigned i = 0; on && i < PLACES_BREAKPOINTS; i++)
    done = ptrace (PTRACE_POKEUSER, thread->number, registers + i * sizeof (long), places_breakpoint (i)) == 0 && done;
  done = ptrace (PTRACE_POKEUSER, thread->number, registers + 7 * sizeof (long), on ? (long) FIRST_FOUR : 0L) == 0
         && done;
  if (!done)
    trace.failure = "this machine has no breakpoints";
}

static void
set_pace (Traced *thread, Pace pace)
{
  if ((thread->pace == BY_CALLS) != (pace == BY_CALLS))
    set_breakpoints (thread, pace == BY_CALLS);
  thread->pace = pace;
  thread->in_syscall = false;
  thread->at = thread->back = 0;
}

static bool
is_counted (const Traced *thread)
{
  return trace.pace != FREE && (trace.of_all || thread->number == trace.counted);
}

static void
end (const Traced *thread)
{
  if (thread->number != trace.counted || REGISTER (thread, rax) != COUNT_END)
    trace.failure = "two stretches are counted at once";
  for (int i = 0; trace.takes_away && i < N_COUNTS; i++)
    trace.away.of[i] += trace.counts.of[i] - trace.before.of[i];
  if (trace.takes_away)
    trace.counts = trace.before;
  trace.pace = FREE;
}

/* Clocks are the tracer's to tell. False: it was no clock. */
static bool
tell_clock (const Traced *thread, const Place *place)
{
  uint64_t later = trace.counts.of[COUNT_INSTRUCTIONS] - trace.before.of[COUNT_INSTRUCTIONS];
  if (place->instruction.clock_size > 0)
    return clocks_tell_cycles (thread->number, place->instruction.clock_size, later);
  return place->begins && place->count == COUNT_CLOCKS && clocks_tell_time (thread->number, later);
}

/* A mark is not executed: the thread goes on behind it. */
static void
step (Traced *thread)
{
  bool is_told = true;
  while (is_told && trace.pace != FREE)
    {
      uintptr_t at = REGISTER (thread, rip);
      const Place *place = place_at (thread->number, at);
      is_told = false;
      if (place == NULL)
        trace.failure = "there are too many places";
      else if (place->instruction.is_mark)
        {
          end (thread);
          ptrace (PTRACE_POKEUSER, thread->number, offsetof (struct user_regs_struct, rip), at + 1);
        }
      else
        {
          count_step (thread, place);
          is_told = tell_clock (thread, place);
        }
      thread->at = at;
    }
  if (trace.pace == FREE)
    set_pace (thread, FREE);
  go_on (thread, 0);
}

static void
stop_at_call (Traced *thread, bool is_syscall)
{
  thread->in_syscall = is_syscall && !thread->in_syscall;
  if (trace.pace == FREE)
    set_pace (thread, FREE);
  else if (thread->in_syscall)
    count_syscall (REGISTER (thread, orig_rax));
  else if (!is_syscall)
    count_function (thread, place_at (thread->number, REGISTER (thread, rip)));
  go_on (thread, 0);
}

/* ---- marks ------------------------------------------------------------------------------------------------------- */

/* All others stop before the first step is taken. */
static void
stop_others (const Traced *thread)
{
  for (int i = 0; i < THREADS; i++)
    {
      Traced *other = &trace.threads[i];
      int status;
      if (other->number == 0 || other == thread || ptrace (PTRACE_INTERRUPT, other->number, NULL, NULL) != 0)
        continue;
      while (waitpid (other->number, &status, __WALL) == other->number && WIFSTOPPED (status)
             && status >> 16 != PTRACE_EVENT_STOP)
        go_on (other, status >> 16 == 0 ? WSTOPSIG (status) : 0);
      set_pace (other, trace.pace);
      go_on (other, 0);
    }
}

static void
keep_least (Counts *least, Counts *counts)
{
  for (int i = 0; i < N_COUNTS; i++)
    if (trace.tries == 0 || counts->of[i] < least->of[i])
      least->of[i] = counts->of[i];
  *counts = (Counts) { 0 };
}

static void
next_try (void)
{
  keep_least (&trace.least, &trace.counts);
  keep_least (&trace.least_away, &trace.away);
  trace.tries++;
}

static void
mark (Traced *thread)
{
  uintptr_t number = REGISTER (thread, rax);
  if (trace.pace != FREE)
    end (thread);
  else if (number >= COUNT_BEGIN && number < COUNT_END)
    {
      trace.pace = number == COUNT_BEGIN || number == COUNT_BEGIN_LESS ? BY_STEPS : BY_CALLS;
      trace.takes_away = number == COUNT_BEGIN_LESS;
      trace.of_all = number == COUNT_BEGIN_ALL_CALLS;
      trace.counted = thread->number;
      trace.before = trace.counts;
      clocks_note ();
      if (trace.of_all)
        stop_others (thread);
    }
  else if (number == COUNT_NEXT)
    next_try ();
  else
    trace.failure = "the end of a stretch that has not begun";
  set_pace (thread, trace.pace);
  if (trace.pace == BY_STEPS)
    step (thread);
  else
    go_on (thread, 0);
}

/* ---- threads ----------------------------------------------------------------------------------------------------- */

static bool
is_at_breakpoint (const Traced *thread)
{
  siginfo_t info;
  return thread->pace == BY_CALLS && ptrace (PTRACE_GETSIGINFO, thread->number, NULL, &info) == 0
         && info.si_code == TRAP_HWBKPT;
}

static void
stop (Traced *thread, int status)
{
  int event = status >> 16, signal_number = WSTOPSIG (status);
  if (event == PTRACE_EVENT_CLONE)
    trace.counts.of[COUNT_THREADS] += is_counted (thread);
  else if (event != 0) /* a new thread */
    set_pace (thread, is_counted (thread) ? trace.pace : FREE);
  if (event != 0)
    go_on (thread, 0);
  else if (signal_number == (SIGTRAP | IN_SYSCALL))
    stop_at_call (thread, true);
  else if (signal_number != SIGTRAP)
    go_on (thread, signal_number);
  else if (thread->pace == BY_STEPS)
    step (thread);
  else if (is_at_breakpoint (thread))
    stop_at_call (thread, false);
  else
    mark (thread);
}

static Traced *
find_thread (pid_t number)
{
  Traced *place = NULL;
  for (int i = 0; i < THREADS; i++)
    if (trace.threads[i].number == number)
      return &trace.threads[i];
    else if (place == NULL && trace.threads[i].number == 0)
      place = &trace.threads[i];
  if (place != NULL)
    *place = (Traced) { .number = number };
  return place;
}

void
trace_begin (bool shows)
{
  memset (&trace, 0, sizeof trace);
  trace.shows = shows;
}

void
trace_stopped (pid_t number, int status)
{
  Traced *thread = find_thread (number);
  if (thread != NULL)
    stop (thread, status);
  else
    trace.failure = "there are too many threads";
}

void
trace_gone (pid_t number)
{
  Traced *thread = find_thread (number);
  if (thread != NULL)
    *thread = (Traced) { 0 };
}

const char *
trace_end (Counts *ret_counts)
{
  if (trace.pace != FREE)
    trace.failure = "a stretch has no end";
  if (trace.tries == 0)
    next_try ();
  for (int i = 0; i < N_COUNTS; i++)
    ret_counts->of[i] = trace.least.of[i] - trace.least_away.of[i];
  return trace.failure;
}

#endif
