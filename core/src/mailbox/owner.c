/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mailbox/owner.h"

#include "life/life.h"
#include "mailbox/post.h"

#include <string.h>

/* Which callers each thread has: one may be ended, and so taken out, by another thread than its own. */
static pthread_mutex_t threads_mutex = PTHREAD_MUTEX_INITIALIZER;
static LodgerHash by_loop; /* all that are in a thread, by that thread and their host */

static void
forget_loops (void)
{
  by_loop = (LodgerHash) { NULL, NULL, 0, 0 };
}

LODGER_FORK_LOCK (threads_mutex, LODGER_RANK_THREADS, forget_loops);

static uint64_t
hash_of_loop (const LodgerThread *thread, const void *identity)
{
  return lodger__hash_of_number (thread->serial ^ lodger__hash_of_pointer (identity));
}

/* Under the mutex. */
static void
take_out (LodgerCaller *caller)
{
  lodger__list_remove (&caller->mailbox.in_thread);
  lodger__hash_remove (&by_loop, &caller->mailbox.by_loop);
}

static void
add_to (LodgerList *list, LodgerCaller *caller, LodgerThread *thread, void (*at_end) (LodgerThread *thread))
{
  pthread_mutex_lock (&threads_mutex);
  thread->at_end = at_end;
  take_out (caller);
  lodger__list_append (list, &caller->mailbox.in_thread);
  lodger__hash_insert (&by_loop, &caller->mailbox.by_loop, hash_of_loop (thread, caller->mailbox.host.identity));
  atomic_store (&caller->mailbox.owner, thread->serial);
  atomic_store (&caller->mailbox.system_thread, lodger__port_thread_number ());
  pthread_mutex_unlock (&threads_mutex);
}

void
lodger__owner_claim (LodgerCaller *caller, LodgerThread *thread, void (*at_end) (LodgerThread *thread))
{
  add_to (&thread->claims, caller, thread, at_end);
}

void
lodger__owner_enter (LodgerCaller *caller, LodgerThread *thread, void (*at_end) (LodgerThread *thread))
{
  add_to (&thread->callers, caller, thread, at_end);
}

void
lodger__owner_leave (LodgerCaller *caller)
{
  pthread_mutex_lock (&threads_mutex);
  take_out (caller);
  atomic_store (&caller->mailbox.owner, 0);
  pthread_mutex_unlock (&threads_mutex);
}

uint64_t
lodger__owner_serial (const LodgerCaller *caller)
{
  return atomic_load_explicit (&caller->mailbox.owner, memory_order_acquire);
}

int
lodger__owner_system_thread (const LodgerCaller *caller)
{
  return atomic_load (&caller->mailbox.system_thread);
}

bool
lodger__owner_is_in (const LodgerCaller *caller, const LodgerThread *thread)
{
  return thread != NULL && lodger__owner_serial (caller) == thread->serial;
}

bool
lodger__owner_is_here (const LodgerCaller *caller)
{
  return lodger__owner_is_in (caller, lodger__thread_peek ());
}

/* A thread has no more than one caller that is driven. */
bool
lodger__thread_may_block (const LodgerThread *thread)
{
  const LodgerCaller *caller;
  bool may_block;
  pthread_mutex_lock (&threads_mutex);
  caller = lodger__list_first (&thread->callers, LodgerCaller, mailbox.in_thread);
  while (caller != NULL && lodger__is_driven (caller))
    caller = lodger__list_next (caller, LodgerCaller, mailbox.in_thread);
  may_block = caller == NULL;
  pthread_mutex_unlock (&threads_mutex);
  return may_block;
}

LodgerCaller *
lodger__thread_own_caller (const LodgerThread *thread)
{
  return lodger__list_first (&thread->callers, LodgerCaller, mailbox.in_thread);
}

LodgerCaller *
lodger__thread_first_caller (const LodgerThread *thread)
{
  LodgerCaller *caller;
  pthread_mutex_lock (&threads_mutex);
  caller = lodger_caller_ref (lodger__thread_own_caller (thread));
  pthread_mutex_unlock (&threads_mutex);
  return caller;
}

/* One that has not started may be going with its last reference: it must not come back to life. */
LodgerCaller *
lodger__thread_find_caller (const LodgerThread *thread, const LodgerHostDriver *driver, const void *identity,
                            LodgerCallerState below)
{
  LodgerCaller *found = NULL;
  pthread_mutex_lock (&threads_mutex);
  lodger__hash_for (caller, &by_loop, hash_of_loop (thread, identity), LodgerCaller, mailbox.by_loop)
    if (found == NULL && lodger__owner_is_in (caller, thread) && lodger__host_is (caller, driver, identity)
        && lodger_caller_get_state (caller) < below)
      found = lodger__life_try_ref (caller);
  pthread_mutex_unlock (&threads_mutex);
  return found;
}

static bool
runs_loop (const LodgerHost *host, const char *backend, const void *identity)
{
  const LodgerHostDriver *driver = host->driver;
  return host->identity == identity
         && (strcmp (driver->ops->name, backend) == 0
             || (driver->runs_backend != NULL && strcmp (driver->runs_backend, backend) == 0));
}

bool
lodger__thread_has_loop (const LodgerThread *thread, const char *backend, const void *identity)
{
  bool has = false;
  pthread_mutex_lock (&threads_mutex);
  lodger__list_for (caller, &thread->callers, LodgerCaller, mailbox.in_thread)
    has = has || runs_loop (&caller->mailbox.host, backend, identity);
  pthread_mutex_unlock (&threads_mutex);
  return has;
}

LodgerCaller *
lodger__thread_any_caller (const LodgerThread *thread)
{
  LodgerCaller *caller = lodger__thread_first_caller (thread);
  if (caller != NULL)
    return caller;
  pthread_mutex_lock (&threads_mutex);
  caller = lodger_caller_ref (lodger__list_first (&thread->claims, LodgerCaller, mailbox.in_thread));
  pthread_mutex_unlock (&threads_mutex);
  return caller;
}

LodgerCaller *
lodger_caller_current (void)
{
  const LodgerThread *thread = lodger__thread_peek ();
  LodgerCaller *first;
  if (thread == NULL || thread->frame != NULL)
    return thread != NULL ? thread->frame->caller : NULL;
  first = lodger__thread_first_caller (thread);
  lodger_caller_unref (first);
  return first;
}

bool
lodger_caller_is_current_thread (const LodgerCaller *caller)
{
  return caller != NULL && lodger__owner_is_here (caller);
}
