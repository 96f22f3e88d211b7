/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crowds.h"

#include <stdatomic.h>
#include <stdio.h>

static LodgerCaller *
open_worker (const char *name, unsigned inbox_limit)
{
  const LodgerCallerOptions *options
      = LODGER_CALLER_OPTIONS (.name = name, .inbox_limit = inbox_limit, .max_workers = 4);
  LodgerCaller *worker = lodger_caller_open (LODGER_CALLER_NEW_THREAD, options, NULL);
  crowd_expect ("started workers", lodger_pending_wait (lodger_caller_get_started (worker), LODGER_FOREVER, 0) == 0, 1);
  return worker;
}

static void
close_worker (LodgerCaller *worker)
{
  lodger_caller_stop (worker, true);
  lodger_pending_wait (lodger_caller_get_stopped (worker), LODGER_FOREVER, LODGER_WAIT_NO_RESULT);
  lodger_caller_unref (worker);
}

static void
count_call (LodgerPending *self, void *number)
{
  (void) self;
  atomic_fetch_add ((atomic_size_t *) number, 1);
}

/* ---- calls that have returned and are not done -------------------------------------------------------------------- */

/* Ends of calls that a stop has cancelled. */
static atomic_size_t answered;

static void
answer (LodgerPending *pending, const char *message, void *reply)
{
  (void) pending;
  (void) message;
  atomic_fetch_add (&answered, 1);
  lodger_reply_return_nothing (reply);
}

static void
defer (LodgerPending *self, void *number)
{
  lodger_pending_set_canceller (self, answer, lodger_pending_defer (self), NULL);
  count_call (self, number);
}

static int
note_answer (LodgerPending *done, void *data)
{
  (void) done;
  (void) data;
  atomic_fetch_add (&answered, 1);
  return 0;
}

/* It leaves its worker free, as a deferred call does not. */
static void
follow (LodgerPending *self, void *number)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_add_done_callback (promise, note_answer, NULL, NULL);
  lodger_pending_return_from (self, promise);
  lodger_pending_unref (promise);
  count_call (self, number);
}

static int64_t
stop_deferred (size_t count, bool gives)
{
  LodgerCaller *root = open_worker ("crowd", 0), *child;
  atomic_size_t deferred = 0;
  int64_t start;
  child = lodger_caller_open_child (root, LODGER_CALLER_OPTIONS (.name = "giver"), NULL);
  lodger_pending_wait (lodger_caller_get_started (child), LODGER_FOREVER, 0);
  atomic_store (&answered, 0);
  for (size_t i = 0; i < count; i++)
    lodger_pending_unref (gives ? lodger_caller_to_thread (child, follow, &deferred, NULL)
                                : lodger_caller_call_soon (child, defer, &deferred, NULL));
  while (atomic_load (&deferred) < count)
    g_thread_yield ();
  start = crowd_now ();
  close_worker (child);
  start = crowd_now () - start;
  crowd_expect ("deferred calls", atomic_load (&answered), count);
  close_worker (root);
  return start;
}

int64_t
crowd_deferred (size_t count)
{
  return stop_deferred (count, false);
}

int64_t
crowd_given (size_t count)
{
  return stop_deferred (count, true);
}

/* ---- a pool's queue ----------------------------------------------------------------------------------------------- */

int64_t
crowd_pool (size_t count)
{
  LodgerCaller *root = open_worker ("crowd", 0);
  LodgerPending **calls = crowd_new (count);
  atomic_size_t ran = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    calls[i] = lodger_caller_to_thread (root, count_call, &ran, NULL);
  for (size_t i = 0; i < count; i++)
    {
      lodger_pending_wait (calls[i], LODGER_FOREVER, 0);
      lodger_pending_unref (calls[i]);
    }
  start = crowd_now () - start;
  crowd_expect ("calls of the pool", atomic_load (&ran), count);
  close_worker (root);
  g_free (calls);
  return start;
}

/* ---- crowds of threads -------------------------------------------------------------------------------------------- */

typedef struct Gate
{
  LodgerPending *opens;
  LodgerPending *entered;
} Gate;

static void
wait_at_gate (LodgerPending *self, void *data)
{
  Gate *gate = data;
  (void) self;
  lodger_pending_return_nothing (gate->entered);
  lodger_pending_wait (gate->opens, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

typedef struct Submitter
{
  LodgerCaller *worker;
  atomic_size_t *begun, *ran;
} Submitter;

static void *
submit (void *data)
{
  Submitter *submitter = data;
  atomic_fetch_add (submitter->begun, 1);
  lodger_pending_unref (lodger_caller_call_soon (submitter->worker, count_call, submitter->ran, NULL));
  return NULL;
}

/* Threads that wait for space in one inbox of one call. */
int64_t
crowd_space (size_t count)
{
  LodgerCaller *worker = open_worker ("crowd", 1);
  Gate gate = { lodger_pending_new (LODGER_PENDING_DEFAULT), lodger_pending_new (LODGER_PENDING_DEFAULT) };
  atomic_size_t begun = 0, ran = 0;
  Submitter submitter = { worker, &begun, &ran };
  GThread **threads = g_new (GThread *, count);
  int64_t start;
  lodger_pending_unref (lodger_caller_call_soon (worker, wait_at_gate, &gate, NULL));
  lodger_pending_wait (gate.entered, LODGER_FOREVER, 0);
  start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    threads[i] = g_thread_new ("crowd", submit, &submitter);
  while (atomic_load (&begun) < count)
    g_thread_yield ();
  lodger_pending_return_nothing (gate.opens);
  for (size_t i = 0; i < count; i++)
    g_thread_join (threads[i]);
  while (atomic_load (&ran) < count)
    g_thread_yield ();
  start = crowd_now () - start;
  close_worker (worker);
  crowd_expect ("calls that got space", atomic_load (&ran), count);
  lodger_pending_unref (gate.opens);
  lodger_pending_unref (gate.entered);
  g_free (threads);
  return start;
}

static void *
wait_for (void *promise)
{
  return GINT_TO_POINTER (lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_PROTECT));
}

/* Threads that wait without limit, each for a promise of its own. */
int64_t
crowd_waiters (size_t count)
{
  LodgerPending **promises = crowd_new (count);
  GThread **threads = g_new (GThread *, count);
  size_t ended = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    {
      promises[i] = lodger_pending_new (LODGER_PENDING_DEFAULT);
      threads[i] = g_thread_new ("crowd", wait_for, promises[i]);
    }
  for (size_t i = 0; i < count; i++)
    lodger_pending_return_nothing (promises[i]);
  for (size_t i = 0; i < count; i++)
    {
      ended += GPOINTER_TO_INT (g_thread_join (threads[i])) == 0;
      lodger_pending_unref (promises[i]);
    }
  start = crowd_now () - start;
  crowd_expect ("waits", ended, count);
  g_free (promises);
  g_free (threads);
  return start;
}

/* Children of one parent: each is made, found by its name, and stopped with its parent. */
int64_t
crowd_children (size_t count)
{
  LodgerCaller *root = open_worker ("crowd", 0);
  size_t made = 0;
  int64_t start = crowd_now ();
  for (int round = 0; round < 2; round++)
    for (size_t i = 0; i < count; i++)
      {
        char name[32];
        LodgerCaller *child, *found;
        snprintf (name, sizeof name, "child %zu", i);
        child = lodger_caller_open_child (root, LODGER_CALLER_OPTIONS (.name = name), NULL);
        if (child == NULL)
          continue;
        lodger_pending_wait (lodger_caller_get_started (child), LODGER_FOREVER, 0);
        found = lodger_caller_find_id (lodger_caller_get_id (child));
        made += found == child;
        lodger_caller_unref (found);
        lodger_caller_unref (child);
      }
  close_worker (root);
  start = crowd_now () - start;
  crowd_expect ("children", made, 2 * count);
  return start;
}
