/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "thread.h"

#include "caller-private.h"
#include "fork.h"

#include <stdlib.h>

static _Thread_local LodgerThread *this_thread __attribute__ ((tls_model ("initial-exec")));
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool has_key;
static _Atomic (uint64_t) last_serial;

static void
thread_ends (void *data)
{
  LodgerThread *thread = data;
  this_thread = thread;
  while (thread->caller != NULL)
    lodger__caller_thread_ends (thread->caller);
  lodger__nodes_release (thread);
  this_thread = NULL;
  lodger__parker_clear (&thread->parker);
  free (thread);
}

static void
make_key (void)
{
  has_key = pthread_key_create (&key, thread_ends) == 0;
  lodger__fork_notice ();
}

void
lodger__thread_forget (void)
{
  if (this_thread == NULL)
    return;
  this_thread->caller = NULL;
  this_thread->frame = NULL;
}

LodgerThread *
lodger__thread_peek (void)
{
  return this_thread;
}

LodgerThread *
lodger__thread (void)
{
  LodgerThread *thread = this_thread;
  if (thread != NULL)
    return thread;
  pthread_once (&once, make_key);
  thread = has_key ? calloc (1, sizeof *thread) : NULL;
  if (thread == NULL)
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
  thread->serial = atomic_fetch_add (&last_serial, 1) + 1;
  this_thread = thread;
  return thread;
}
