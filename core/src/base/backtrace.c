/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "base/backtrace.h"

#include "base/fork.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <unistd.h>

/* One request at a time. `asked_of` says which thread is to answer:
 *
 *   0        nobody
 *   thread   that one, whose handler makes it ANSWERING, writes, and makes it ANSWERED
 *
 * Whoever asked takes the request back by making it 0 again: that fails while the handler is writing, which does not take
 * long. A signal that comes late finds 0, or another thread's number, and does nothing. So the handler writes only while
 * somebody reads the answer afterwards. The exchanges order what it has written before the reader's look. */
enum
{
  NOBODY = 0,
  ANSWERING = -1,
  ANSWERED = -2,
  OWN_FRAMES = 2 /* the handler, and the system's way into it */
};

static atomic_int asked_of;
static _Atomic (LodgerWaker *) answered_to;
static void *answer[LODGER_BACKTRACE_MOST + OWN_FRAMES];
static int answer_count;
static atomic_int stack_signal; /* 0: none yet */
static _Thread_local bool is_allowed __attribute__ ((tls_model ("initial-exec")));

static void
forget_request (void)
{
  atomic_store (&asked_of, NOBODY);
}

LODGER_FORK_LOCKS (backtrace_across_fork, NULL, 0, 0, LODGER_RANK_WATCH, forget_request);

static void
write_down (int signum)
{
  int error = errno;
  int self = lodger__port_thread_number ();
  (void) signum;
  if (atomic_compare_exchange_strong (&asked_of, &self, ANSWERING))
    {
      LodgerWaker *waker = atomic_load (&answered_to);
      answer_count = backtrace (answer, LODGER_BACKTRACE_MOST + OWN_FRAMES);
      atomic_store (&asked_of, ANSWERED);
      lodger__waker_wake (waker);
    }
  errno = error;
}

/* The first backtrace() of a process loads a library: not in the handler. The handler stays for ever, since a signal that
 * a thread has blocked may arrive at any time. */
bool
lodger__backtrace_open (void)
{
  struct sigaction action = { .sa_handler = write_down, .sa_flags = SA_RESTART };
  void *primed[1];
  if (atomic_load (&stack_signal) != 0)
    return true;
  backtrace (primed, 1);
  sigemptyset (&action.sa_mask);
  for (int signum = SIGRTMAX; signum >= SIGRTMIN; signum--)
    {
      struct sigaction before;
      if (sigaction (signum, NULL, &before) == 0 && before.sa_handler == SIG_DFL
          && sigaction (signum, &action, NULL) == 0)
        {
          atomic_store (&stack_signal, signum);
          return true;
        }
    }
  return false;
}

void
lodger__backtrace_allow (void)
{
  sigset_t set;
  int signum = atomic_load_explicit (&stack_signal, memory_order_relaxed);
  if (is_allowed || signum == 0)
    return;
  is_allowed = true;
  sigemptyset (&set);
  sigaddset (&set, signum);
  pthread_sigmask (SIG_UNBLOCK, &set, NULL);
}

/* False: the handler is at it. */
static bool
take_back (int thread)
{
  int asked = thread;
  return atomic_compare_exchange_strong (&asked_of, &asked, NOBODY);
}

unsigned
lodger__backtrace_take (int thread, void *addresses[LODGER_BACKTRACE_MOST], LodgerWaker *waker, int64_t patience)
{
  int64_t deadline = lodger__port_now () + patience;
  unsigned count = 0;
  int signum = atomic_load (&stack_signal);
  if (signum == 0)
    return 0;
  atomic_store (&answered_to, waker);
  atomic_store (&asked_of, thread);
  if (tgkill (getpid (), thread, signum) == 0)
    while (atomic_load (&asked_of) == thread && lodger__port_now () < deadline)
      lodger__waker_wait (waker, deadline);
  if (take_back (thread))
    return 0;
  while (atomic_load (&asked_of) == ANSWERING)
    lodger__waker_wait (waker, lodger__port_now () + INT64_C (1000000));
  for (int i = OWN_FRAMES; i < answer_count; i++)
    addresses[count++] = answer[i];
  atomic_store (&asked_of, NOBODY);
  return count;
}

char **
lodger__backtrace_lines (void *const *addresses, unsigned count)
{
  return backtrace_symbols (addresses, (int) count);
}
