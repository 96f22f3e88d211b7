/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Callers are started and stopped while threads submit to them in every way, also from inside their calls.
 *
 * All data is destroyed once, every pending ends, and no thread and no descriptor is left.
 *
 *   stress-stop      LODGER_STRESS_CALLS (200000 submissions), LODGER_STRESS_ROUNDS (1), LODGER_SEED */
#include "subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  SUBMITTERS = 3,
  CALLS = 300 /* that a thread submits to one caller */
};

typedef struct Shared
{
  Subject subject;
  LodgerPending *never;
  Barrier barrier;
  atomic_long created;
  atomic_long destroyed;
  atomic_long pendings;
  atomic_long done;
} Shared;

typedef struct Submitter
{
  Shared *shared;
  TestRandom random;
  pthread_t thread;
} Submitter;

static void *
give (Shared *shared)
{
  atomic_fetch_add (&shared->created, 1);
  return shared;
}

static void
destroy (void *data)
{
  Shared *shared = data;
  atomic_fetch_add (&shared->destroyed, 1);
}

static int
note_done (LodgerPending *done, void *data)
{
  Shared *shared = data;
  test_check (lodger_pending_is_done (done));
  atomic_fetch_add (&shared->done, 1);
  return 0;
}

static void
count (Shared *shared, LodgerPending *pending)
{
  atomic_fetch_add (&shared->pendings, 1);
  test_check (lodger_pending_add_done_callback (pending, note_done, shared, NULL) == 0);
}

/* ---- calls ---------------------------------------------------------------------------------------------------- */

static void
direct (void *data)
{
  (void) data;
}

static void
call (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 1);
}

static void
then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) data;
  test_check (lodger_pending_is_done (done));
  lodger_pending_return_nothing (self);
}

static void
call_and_submit (LodgerPending *self, void *data)
{
  Shared *shared = data;
  LodgerPending *pending = lodger_caller_call_soon (shared->subject.caller, call, give (shared), destroy);
  count (shared, pending);
  lodger_pending_return_from (self, pending);
  lodger_pending_unref (pending);
}

static void
answer_when_cancelled (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  lodger_reply_return_nothing (data);
}

/* Runs until it is cancelled, by the stop at the latest. */
static void
call_and_defer (LodgerPending *self, void *data)
{
  LodgerReply *reply = lodger_pending_defer (self);
  (void) data;
  test_check (reply != NULL);
  if (lodger_pending_set_canceller (self, answer_when_cancelled, reply, NULL) != 0)
    test_fail ("no canceller");
}

static void
wait_in_worker (LodgerPending *self, void *data)
{
  Shared *shared = data;
  (void) self;
  lodger_pending_wait (shared->never, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

static void
stop_inside (LodgerPending *self, void *data)
{
  Shared *shared = data;
  (void) self;
  lodger_caller_stop (shared->subject.caller, true);
}

/* ---- threads -------------------------------------------------------------------------------------------------- */

static void
submit_once (Submitter *submitter)
{
  Shared *shared = submitter->shared;
  LodgerCaller *caller = shared->subject.caller;
  LodgerPending *pending = NULL, *other;
  switch (test_random_below (&submitter->random, 12))
    {
    case 0:
    case 1: lodger_caller_call_direct (caller, direct, give (shared), destroy); return;
    case 2:
    case 3: pending = lodger_caller_call_soon (caller, call, give (shared), destroy); break;
    case 4: pending = lodger_caller_call_later (caller, 1000, call, give (shared), destroy); break;
    case 5:
      pending = lodger_caller_call_later (caller, INT64_C (3600000000000), call, give (shared), destroy);
      if (test_random_below (&submitter->random, 2) == 0)
        lodger_pending_cancel (pending, NULL);
      break;
    case 6: pending = lodger_caller_call_soon (caller, call_and_submit, give (shared), destroy); break;
    case 7: pending = lodger_caller_call_soon (caller, call_and_defer, give (shared), destroy); break;
    case 8: pending = lodger_caller_to_thread (caller, call, give (shared), destroy); break;
    case 9:
      pending = lodger_caller_to_thread (caller, test_random_below (&submitter->random, 8) == 0 ? wait_in_worker : call,
                                         give (shared), destroy);
      break;
    case 10: pending = lodger_pending_then (shared->never, caller, then, give (shared), destroy); break;
    default:
      other = lodger_caller_to_thread (caller, call, give (shared), destroy);
      count (shared, other);
      pending = lodger_pending_then (other, caller, then, give (shared), destroy);
      lodger_pending_unref (other);
    }
  count (shared, pending);
  lodger_pending_unref (pending);
}

static void *
submit (void *data)
{
  Submitter *submitter = data;
  Shared *shared = submitter->shared;
  unsigned stop_at = test_random_below (&submitter->random, 4 * CALLS);
  barrier_wait (&shared->barrier);
  for (unsigned i = 0; i < CALLS; i++)
    {
      submit_once (submitter);
      if (i != stop_at)
        continue;
      if (test_random_below (&submitter->random, 2) == 0)
        lodger_caller_stop (shared->subject.caller, false);
      else
        lodger_pending_unref (lodger_caller_call_soon (shared->subject.caller, stop_inside, give (shared), destroy));
    }
  lodger_caller_stop (shared->subject.caller, true);
  return NULL;
}

static void
start_and_stop (int kind, TestRandom *random)
{
  Shared shared = { .never = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  Submitter submitters[SUBMITTERS];
  barrier_init (&shared.barrier, SUBMITTERS);
  subject_open (&shared.subject, kind, false);
  for (unsigned i = 0; i < SUBMITTERS; i++)
    {
      submitters[i] = (Submitter) { .shared = &shared, .random = { test_random_next (random) } };
      submitters[i].thread = thread_start (submit, &submitters[i]);
    }
  subject_run_until_done (&shared.subject, lodger_caller_get_stopped (shared.subject.caller));
  for (unsigned i = 0; i < SUBMITTERS; i++)
    thread_join (submitters[i].thread);
  subject_close (&shared.subject);
  if (shared.created != shared.destroyed || shared.pendings != shared.done)
    test_fail ("on %s: %ld data created, %ld destroyed; %ld pendings, %ld done", subject_kinds[kind]->name,
               shared.created, shared.destroyed, shared.pendings, shared.done);
  lodger_pending_unref (shared.never);
  barrier_clear (&shared.barrier);
}

static void
swallow (LodgerLogLevel level, const char *line, void *data)
{
  (void) level;
  (void) line;
  (void) data;
}

int
main (int argc, char **argv)
{
  static const char *const all[] = { "native", "manual-real", "glib-other", "glib-worker" };
  unsigned calls = (unsigned) test_env ("LODGER_STRESS_CALLS", test_scaled (200000));
  unsigned rounds = (unsigned) test_env ("LODGER_STRESS_ROUNDS", 1);
  TestRandom random = test_random_new (0);
  ProcCount before = { 0, 0 };
  int kinds[8], count_kinds = 0;
  lodger_set_log_func (swallow, NULL);
  for (int i = 1; i < argc && count_kinds < 8; i++)
    if ((kinds[count_kinds++] = subject_find (argv[i])) < 0)
      test_fail ("there is no loop '%s'", argv[i]);
  for (int i = 0; argc < 2 && i < 4; i++)
    if ((kinds[count_kinds] = subject_find (all[i])) >= 0)
      count_kinds++;
  for (unsigned round = 0; round < rounds; round++)
    for (int i = 0; i < count_kinds; i++)
      {
        unsigned callers = calls / (unsigned) count_kinds / (SUBMITTERS * CALLS) + 2;
        int64_t start = test_now ();
        test_expect_end ();
        for (unsigned k = 0; k < callers; k++)
          {
            start_and_stop (kinds[i], &random);
            /* The first may make what stays for good. */
            if (k == 0)
              before = proc_count ();
          }
        proc_expect_restored (before);
        printf ("round %u of %u, %s: %u callers in %lld ms\n", round + 1, rounds, subject_kinds[kinds[i]]->name,
                callers, (long long) (test_now () - start) / 1000000);
        fflush (stdout);
      }
  return EXIT_SUCCESS;
}
