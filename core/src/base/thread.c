/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/thread.h"

#include "base/context.h"
#include "base/fork.h"

#include <signal.h>
#include <stdlib.h>

_Thread_local LodgerThread *lodger__thread_here __attribute__ ((tls_model ("initial-exec")));
static atomic_uint key_and_one; /* the key plus 1; 0: there is none yet */
static _Atomic (uint64_t) last_serial;

/* A forked child: this thread has no callers, and nothing of theirs on its stack. */
static void
forget (void)
{
  LodgerThread *thread = lodger__thread_here;
  if (thread == NULL)
    return;
  thread->callers = thread->claims = thread->brackets = (LodgerList) { NULL, NULL };
  thread->frame = NULL;
  thread->strand.no_wait = thread->strand.fiber != NULL ? "a spawned call cannot wait in a forked child" : NULL;
  thread->strand.fiber = NULL;
  thread->strand.parker = &thread->parker.parker;
  lodger__context_leave_all (thread);
}

LODGER_FORK_LOCKS (threads_across_fork, NULL, 0, 0, LODGER_RANK_THREADS, forget);

/* A bracket that is only a context was on that stack, and may be the outer one of those that are left. The spawned
 * calls that wait in this thread are gone, too. */
void
lodger__thread_drop_stack (LodgerThread *thread)
{
  LodgerBracket *bracket;
  thread->frame = NULL;
  thread->strand = (LodgerStrand) { NULL, &thread->parker.parker, NULL };
  lodger__list_for (at, &thread->brackets, LodgerBracket, link)
    at->outer = NULL;
  while ((bracket = lodger__list_item (thread->brackets.last, LodgerBracket, link)) != NULL)
    {
      thread->bracket = bracket;
      bracket->ops->is_left (bracket);
    }
  lodger__context_leave_all (thread);
}

static void
thread_ends (void *data)
{
  LodgerThread *thread = data;
  lodger__thread_here = thread;
  if (thread->at_end != NULL)
    thread->at_end (thread);
  lodger__thread_drop_stack (thread);
  lodger_context_unref (lodger__context_swap (thread, &thread->own_context, NULL));
  lodger__slab_release (&thread->slabs);
  if (thread->stacks != NULL)
    thread->stacks_at_end (thread->stacks);
  thread->stacks = NULL;
  lodger__thread_here = NULL;
  lodger__parker_clear (&thread->parker);
  free (thread);
}

/* No lock, which a fork could find taken. Whoever cannot make the key leaves that to the next. */
static bool
have_key (pthread_key_t *ret_key)
{
  unsigned known = atomic_load (&key_and_one);
  pthread_key_t key;
  if (known == 0)
    {
      lodger__fork_notice ();
      if (pthread_key_create (&key, thread_ends) != 0)
        return false;
      if (atomic_compare_exchange_strong (&key_and_one, &known, key + 1))
        known = key + 1;
      else
        pthread_key_delete (key);
    }
  *ret_key = known - 1;
  return true;
}

uint64_t
lodger__serial_new (void)
{
  return atomic_fetch_add (&last_serial, 1) + 1;
}

void
lodger__destroy (LodgerDestroyFunc destroy, void *data)
{
  LodgerThread *thread = lodger__thread_here;
  const bool forbids = thread != NULL && thread->strand.fiber != NULL && thread->strand.no_wait == NULL;
  if (forbids)
    thread->strand.no_wait = "a function that destroys something cannot wait";
  destroy (data);
  if (forbids)
    thread->strand.no_wait = NULL;
}

LodgerThread *
lodger__thread (void)
{
  LodgerThread *thread = lodger__thread_here;
  pthread_key_t key;
  if (thread != NULL)
    return thread;
  if (!have_key (&key) || (thread = calloc (1, sizeof *thread)) == NULL)
    return NULL;
  if (lodger__parker_init (&thread->parker) != 0)
    {
      free (thread);
      return NULL;
    }
  if (pthread_setspecific (key, thread) != 0)
    {
      lodger__parker_clear (&thread->parker);
      free (thread);
      return NULL;
    }
  thread->serial = lodger__serial_new ();
  thread->strand.parker = &thread->parker.parker;
  lodger__thread_here = thread;
  return thread;
}

/* A signal to the process goes to any thread that does not block it. The program may read it with a signalfd, or expect
 * its handler in a certain thread, and does not know these threads. Signals that a thread causes by a fault of its own
 * stay open: the system ends the program, past its handler, if they are blocked. The new thread inherits the mask, so
 * that there is no moment without it. */
int
lodger__thread_create (pthread_t *ret_thread, void *(*func) (void *data), void *data)
{
  static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };
  sigset_t blocked, before;
  int failed;
  sigfillset (&blocked);
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
    sigdelset (&blocked, faults[i]);
  pthread_sigmask (SIG_SETMASK, &blocked, &before);
  failed = pthread_create (ret_thread, NULL, func, data);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return failed;
}
