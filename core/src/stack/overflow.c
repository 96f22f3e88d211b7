/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An overflow is reported as what it is: which call, and how large its stack is.
 *
 * The system sends a SIGSEGV or SIGBUS for an address in the guard of a stack. There is no stack left to handle it on:
 * each thread that has stacks has one for signals, unless the program has given it one before. Our handler is there
 * from the first stack on. It passes each signal on to the handler that was there before, with all that came with it.
 * So do those that the program installs later, if they care; else an overflow is a plain fault to them.
 *
 * Everything here runs in the handler, but for the opening and closing. */
#define _GNU_SOURCE
#include "base/fork.h"
#include "stack/inside.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

enum
{
  SIGNAL_STACK = 64 * 1024, /* a handler of the program's may want to write down what it finds */
  SIGNALS = 2
};

_Atomic (LodgerStackNamer *) lodger__stack_namer;

static const int signals[SIGNALS] = { SIGSEGV, SIGBUS };
static struct sigaction former[SIGNALS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

typedef struct Line
{
  char text[512];
  size_t length;
} Line;

static void
add (Line *line, const char *text)
{
  while (*text != '\0' && line->length < sizeof line->text)
    line->text[line->length++] = *text++;
}

static void
add_number (Line *line, size_t number)
{
  char digits[24];
  size_t first = sizeof digits - 1;
  digits[first] = '\0';
  do
    digits[--first] = (char) ('0' + number % 10);
  while ((number /= 10) != 0);
  add (line, digits + first);
}

void
lodger__overflow_say (LodgerStack *stack)
{
  LodgerStackNamer *namer = atomic_load (&lodger__stack_namer);
  const LodgerSite *site = namer != NULL ? namer (stack->room) : NULL;
  Line line = { .length = 0 };
  size_t written = 0;
  add (&line, "lodger: stack overflow in ");
  add (&line, site != NULL && site->name != NULL ? site->name : "a call");
  if (site != NULL && site->file != NULL)
    {
      add (&line, " (");
      add (&line, site->file);
      add (&line, ":");
      add_number (&line, (size_t) site->line);
      add (&line, ")");
    }
  add (&line, ": its stack has ");
  add_number (&line, lodger__stack_size (stack) / 1024);
  add (&line, " KiB, see stack_size of LodgerCallOptions\n");
  while (written < line.length)
    {
      ssize_t count = write (STDERR_FILENO, line.text + written, line.length - written);
      if (count < 0 && errno == EINTR)
        continue;
      if (count <= 0)
        break;
      written += (size_t) count;
    }
}

/* As if it had come now, and nobody handled it: what the core file and the parent see is the original. A fault happens
 * again by itself, once the handler has returned; for others the same signal is sent again, and waits until then. */
static void
end_by (int signum, siginfo_t *info)
{
  struct sigaction action = { .sa_handler = SIG_DFL };
  sigemptyset (&action.sa_mask);
  sigaction (signum, &action, NULL);
  if (info->si_code <= 0)
    syscall (SYS_rt_tgsigqueueinfo, getpid (), gettid (), signum, info);
}

static void
pass_on (int signum, siginfo_t *info, void *context)
{
  const struct sigaction *action = &former[signum == signals[0] ? 0 : 1];
  if (!(action->sa_flags & SA_SIGINFO) && action->sa_handler == SIG_IGN && info->si_code <= 0)
    return;
  if (!(action->sa_flags & SA_SIGINFO) && (action->sa_handler == SIG_DFL || action->sa_handler == SIG_IGN))
    {
      end_by (signum, info);
      return;
    }
  if (action->sa_flags & (int) SA_RESETHAND)
    {
      struct sigaction none = { .sa_handler = SIG_DFL };
      sigemptyset (&none.sa_mask);
      sigaction (signum, &none, NULL);
    }
  if (action->sa_flags & SA_SIGINFO)
    action->sa_sigaction (signum, info, context);
  else
    action->sa_handler (signum);
}

static void
handle (int signum, siginfo_t *info, void *context)
{
  const int error = errno;
  LodgerStack *stack = info->si_code > 0 ? lodger__stack_current () : NULL;
  const uintptr_t address = (uintptr_t) info->si_addr;
  const bool is_overflow
      = stack != NULL && address < (uintptr_t) stack->low && address >= (uintptr_t) stack->low - LODGER_STACK_GUARD;
  if (is_overflow)
    lodger__overflow_say (stack);
  errno = error;
  pass_on (signum, info, context);
  if (is_overflow)
    end_by (signum, info); /* a handler that has returned cannot have mended that */
}

/* The mask and the flags of the former handler hold while ours runs. */
static void
install (void)
{
  for (unsigned i = 0; i < SIGNALS; i++)
    {
      struct sigaction action;
      if (sigaction (signals[i], NULL, &former[i]) != 0)
        continue;
      action = former[i];
      action.sa_sigaction = handle;
      action.sa_flags = (action.sa_flags | SA_SIGINFO | SA_ONSTACK) & ~(int) SA_RESETHAND;
      sigaction (signals[i], &action, NULL);
    }
}

void *
lodger__overflow_open (size_t *ret_size)
{
  stack_t present, wanted = { .ss_size = SIGNAL_STACK + getauxval (AT_MINSIGSTKSZ) };
  pthread_once (&once, install);
  if (sigaltstack (NULL, &present) != 0 || !(present.ss_flags & SS_DISABLE))
    return NULL;
  wanted.ss_sp
      = mmap (NULL, wanted.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (wanted.ss_sp == MAP_FAILED)
    return NULL;
  if (sigaltstack (&wanted, NULL) != 0)
    {
      munmap (wanted.ss_sp, wanted.ss_size);
      return NULL;
    }
  *ret_size = wanted.ss_size;
  return wanted.ss_sp;
}

/* The program may have given the thread another one since. */
void
lodger__overflow_close (void *signal_stack, size_t size)
{
  stack_t present, none = { .ss_flags = SS_DISABLE };
  if (signal_stack == NULL)
    return;
  if (sigaltstack (NULL, &present) == 0 && present.ss_sp == signal_stack)
    sigaltstack (&none, NULL);
  munmap (signal_stack, size);
}
