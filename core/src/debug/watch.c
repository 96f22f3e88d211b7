/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "base/backtrace.h"
#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "debug/debug.h"
#include "life/life.h"
#include "loop/ownership.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

/* The thread that looks at the callers from outside. It is there as long as somebody asks for it. Whoever changes what
 * it is to do does so under the mutex and wakes it; it reads that under the mutex before it sleeps. A wake-up that it
 * takes for another reason is no loss: it looks at everything each time.
 *
 * The signal handler may run in any thread at any place: it writes one word and wakes the thread. The waker stays open
 * from the first use on, since a handler may be about to wake it. A forked child has neither thread nor waker; there
 * the handler does nothing until a watch begins anew. */

#define LOOP_LIMIT   INT64_C (100000000)
#define WORKER_LIMIT INT64_C (10000000000)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool has_thread, wants_stalls, has_read_environment;
static LodgerStallOptions limits;
static int dump_signal; /* 0: none */
static struct sigaction former_action;
static LodgerWaker waker;
static atomic_bool has_poller, dump_asked;
static _Atomic (const LodgerDebugOps *) caller_ops;

/* The thread of the parent may have counted itself as a reader. */
static void
forget_watch (void)
{
  if (atomic_exchange (&has_poller, false))
    lodger__waker_close (&waker);
  has_thread = wants_stalls = has_read_environment = false;
  dump_signal = 0;
  atomic_store (&dump_asked, false);
  atomic_store (&lodger__ownership_readers, 0);
  lodger__stalls_lose ();
}

LODGER_FORK_LOCK (mutex, LODGER_RANK_WATCH, forget_watch);

/* ---- the thread -------------------------------------------------------------------------------------------------- */

static void *
watch (void *data)
{
  (void) data;
  lodger__port_set_thread_name ("lodger-watch");
  pthread_mutex_lock (&mutex);
  while (wants_stalls || dump_signal != 0)
    {
      LodgerStallOptions now_limits = limits;
      bool looks = wants_stalls;
      int64_t next = LODGER_FOREVER;
      pthread_mutex_unlock (&mutex);
      if (looks)
        next = lodger__stalls_look (&now_limits, lodger__port_now (), now_limits.no_stacks ? NULL : &waker);
      if (atomic_exchange (&dump_asked, false))
        lodger__dump_log ();
      else
        lodger__waker_wait (&waker, next);
      pthread_mutex_lock (&mutex);
    }
  has_thread = false;
  lodger__stalls_forget ();
  pthread_mutex_unlock (&mutex);
  return NULL;
}

/* A program's signals are not for this thread. */
static bool
start_thread (void)
{
  pthread_t thread;
  static const int synchronous[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT };
  sigset_t all, before;
  bool started;
  sigfillset (&all);
  for (size_t i = 0; i < sizeof synchronous / sizeof synchronous[0]; i++)
    sigdelset (&all, synchronous[i]);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  started = pthread_create (&thread, NULL, watch, NULL) == 0;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  if (started)
    pthread_detach (thread);
  return started;
}

/* Under the mutex. False: no thread or no descriptor. */
static bool
have_thread (void)
{
  lodger__fork_notice ();
  if (!atomic_load (&has_poller))
    {
      if (lodger__waker_open (&waker) != 0)
        return false;
      atomic_store (&has_poller, true);
    }
  if (!has_thread)
    has_thread = start_thread ();
  else
    lodger__waker_wake (&waker);
  return has_thread;
}

/* Under the mutex. Frames say since when they are there, and wait for readers, while anybody watches. */
static void
set_readers (bool were_watched)
{
  bool are_watched = wants_stalls || dump_signal != 0;
  if (are_watched && !were_watched)
    atomic_fetch_add (&lodger__ownership_readers, LODGER_OWNERSHIP_WATCHER);
  else if (!are_watched && were_watched)
    atomic_fetch_sub (&lodger__ownership_readers, LODGER_OWNERSHIP_WATCHER);
}

/* ---- stalls ------------------------------------------------------------------------------------------------------ */

int
lodger_watch_stalls (const LodgerStallOptions *options)
{
  LodgerStallOptions own, wanted = { .size = sizeof wanted };
  const char *reason;
  bool were_watched, has_it;
  options = lodger__options (options, &own, sizeof own, &reason);
  if (reason != NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, reason);
  if (options != NULL)
    wanted = *options;
  wanted.loop_limit = wanted.loop_limit > 0 ? wanted.loop_limit : LOOP_LIMIT;
  wanted.worker_limit = wanted.worker_limit > 0 ? wanted.worker_limit : WORKER_LIMIT;
  pthread_mutex_lock (&mutex);
  if (!wanted.no_stacks)
    lodger__backtrace_open ();
  limits = wanted;
  were_watched = wants_stalls || dump_signal != 0;
  has_it = have_thread ();
  wants_stalls = wants_stalls || has_it;
  set_readers (were_watched);
  pthread_mutex_unlock (&mutex);
  return has_it ? 0 : lodger__misuse (__func__, LODGER_EAGAIN, "the system refuses a thread or a descriptor");
}

void
lodger_unwatch_stalls (void)
{
  bool were_watched;
  pthread_mutex_lock (&mutex);
  were_watched = wants_stalls || dump_signal != 0;
  wants_stalls = false;
  set_readers (were_watched);
  if (has_thread)
    lodger__waker_wake (&waker);
  pthread_mutex_unlock (&mutex);
}

/* ---- a dump on a signal ------------------------------------------------------------------------------------------ */

static void
ask_for_dump (int signum)
{
  int error = errno;
  (void) signum;
  if (atomic_load (&has_poller))
    {
      atomic_store (&dump_asked, true);
      lodger__waker_wake (&waker);
    }
  errno = error;
}

/* Under the mutex. 0, or LODGER_EINVAL. */
static int
move_handler (int signum)
{
  struct sigaction action = { .sa_handler = ask_for_dump, .sa_flags = SA_RESTART };
  struct sigaction before = { .sa_handler = SIG_DFL };
  sigemptyset (&action.sa_mask);
  if (signum == dump_signal)
    return 0;
  if (signum != 0 && sigaction (signum, &action, &before) != 0)
    return LODGER_EINVAL;
  if (dump_signal != 0)
    sigaction (dump_signal, &former_action, NULL);
  former_action = before;
  dump_signal = signum;
  return 0;
}

int
lodger_dump_on_signal (int signum)
{
  bool were_watched;
  int code;
  pthread_mutex_lock (&mutex);
  were_watched = wants_stalls || dump_signal != 0;
  code = signum == 0 || have_thread () ? move_handler (signum) : LODGER_EAGAIN;
  set_readers (were_watched);
  if (has_thread)
    lodger__waker_wake (&waker);
  pthread_mutex_unlock (&mutex);
  if (code != 0)
    lodger__misuse (__func__, code,
                    code == LODGER_EINVAL ? "a signal that cannot be handled"
                                          : "the system refuses a thread or a descriptor");
  return code;
}

/* ---- callers ----------------------------------------------------------------------------------------------------- */

void
lodger__debug_notice (const LodgerDebugOps *ops)
{
  bool begins;
  atomic_store (&caller_ops, ops);
  pthread_mutex_lock (&mutex);
  begins = !has_read_environment && !wants_stalls && lodger__debug_wants_stalls ();
  has_read_environment = true;
  if (wants_stalls)
    lodger__waker_wake (&waker);
  pthread_mutex_unlock (&mutex);
  if (begins)
    lodger_watch_stalls (NULL);
}

const LodgerDebugOps *
lodger__debug_ops (void)
{
  return atomic_load (&caller_ops);
}

void
lodger__debug_release_all (LodgerCaller **callers, size_t count)
{
  for (size_t i = 0; i < count; i++)
    lodger__release (callers[i]);
  free (callers);
}
