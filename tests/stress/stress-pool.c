/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Three threads submit to the pool of one caller, just when its workers search, go to sleep, or come back.
 *
 * Each waits for all its calls before it goes on, and every second call has a continuation in the root. A call that is left
 * lying shows as a hang. At the end each has run once, and so has each continuation.
 *
 *   stress-pool [LOOP …]      LODGER_STRESS_CALLS (200000), LODGER_STRESS_ROUNDS (1), LODGER_SEED */
#include "subject.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum
{
  SUBMITTERS = 3,
  LONGEST_BURST = 6,
  LONGEST_PAUSE = 60000, /* nanoseconds: longer than a worker looks for more before it sleeps */
  LONGEST_CALL = 4000
};

typedef struct Shared
{
  Subject subject;
  Counter over;
} Shared;

typedef struct Submitter
{
  Shared *shared;
  unsigned number, count;
  TestRandom random;
  unsigned submitted, continued;
  atomic_uint ran, destroyed, went_on;
} Submitter;

static void
spend (int64_t ns)
{
  int64_t until = ns > 0 ? test_now () + ns : 0;
  while (ns > 0 && test_now () < until)
    ;
}

static void
work (LodgerPending *self, void *data)
{
  Submitter *submitter = data;
  unsigned number = atomic_fetch_add (&submitter->ran, 1);
  if (number % 4 == 0)
    spend (number * 7919 % LONGEST_CALL);
  lodger_pending_return_int (self, (int64_t) number);
}

static void
destroy (void *data)
{
  atomic_fetch_add (&((Submitter *) data)->destroyed, 1);
}

static void
go_on (LodgerPending *self, LodgerPending *done, void *data)
{
  Submitter *submitter = data;
  int64_t number;
  (void) self;
  test_check (lodger_pending_get_int (done, &number) == 0);
  test_check (test_thread_id () == submitter->shared->subject.thread_id);
  atomic_fetch_add (&submitter->went_on, 1);
}

static void
submit (Submitter *submitter)
{
  LodgerCaller *caller = submitter->shared->subject.caller;
  LodgerPending *call = lodger_caller_to_thread (caller, work, submitter, destroy);
  if (submitter->submitted++ % 2 == 0)
    {
      submitter->continued++;
      lodger_pending_unref (lodger_pending_then (call, caller, go_on, submitter, NULL));
    }
  lodger_pending_unref (call);
}

static void
wait_until (Submitter *submitter, const atomic_uint *number, unsigned at_least, const char *what)
{
  int64_t limit = test_now () + test_limit_ns ();
  while (atomic_load (number) < at_least)
    if (test_now () > limit)
      {
        char *description = lodger_caller_describe (submitter->shared->subject.caller);
        fprintf (stderr, "%s\n", description);
        test_fail ("submitter %u: %u of %u %s", submitter->number, atomic_load (number), at_least, what);
      }
    else
      sched_yield ();
}

static void
note_end (void *data)
{
  counter_add (&((Submitter *) data)->shared->over, 1);
}

static void *
submit_all (void *data)
{
  Submitter *submitter = data;
  while (submitter->submitted < submitter->count)
    {
      unsigned burst = 1 + test_random_below (&submitter->random, LONGEST_BURST);
      while (burst-- > 0 && submitter->submitted < submitter->count)
        submit (submitter);
      wait_until (submitter, &submitter->ran, submitter->submitted, "calls have run");
      if (test_random_below (&submitter->random, 2) == 0)
        spend (test_random_below (&submitter->random, LONGEST_PAUSE));
    }
  wait_until (submitter, &submitter->went_on, submitter->continued, "continuations have run");
  wait_until (submitter, &submitter->destroyed, submitter->count, "data are destroyed");
  test_check (lodger_caller_call_direct (submitter->shared->subject.caller, note_end, submitter, NULL) == 0);
  return NULL;
}

static void
run (int kind, unsigned calls, unsigned stream)
{
  Shared shared;
  Submitter submitters[SUBMITTERS];
  pthread_t threads[SUBMITTERS];
  LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 + stream % 3 };
  counter_init (&shared.over);
  subject_open_full (&shared.subject, kind, &options);
  for (unsigned i = 0; i < SUBMITTERS; i++)
    {
      submitters[i] = (Submitter) { .shared = &shared, .number = i, .count = calls / SUBMITTERS + 1 };
      submitters[i].random = test_random_new (stream * SUBMITTERS + i);
      threads[i] = thread_start (submit_all, &submitters[i]);
    }
  if (!subject_is (&shared.subject, SUBJECT_DRIVEN))
    subject_run_until (&shared.subject, &shared.over, SUBMITTERS);
  for (unsigned i = 0; i < SUBMITTERS; i++)
    {
      thread_join (threads[i]);
      test_check (submitters[i].ran == submitters[i].count);
      test_check (submitters[i].went_on == submitters[i].continued);
    }
  subject_close (&shared.subject);
  counter_clear (&shared.over);
}

int
main (int argc, char **argv)
{
  static const char *const all[] = { "native", "manual-real", "glib-other" };
  unsigned calls = (unsigned) test_env ("LODGER_STRESS_CALLS", test_scaled (200000));
  unsigned rounds = (unsigned) test_env ("LODGER_STRESS_ROUNDS", 3), stream = 0;
  int kinds[8], count = 0;
  test_seed ();
  for (int i = 1; i < argc && count < 8; i++)
    if ((kinds[count++] = subject_find (argv[i])) < 0)
      test_fail ("there is no loop '%s'", argv[i]);
  for (size_t i = 0; argc < 2 && i < sizeof all / sizeof *all; i++)
    if ((kinds[count] = subject_find (all[i])) >= 0)
      count++;
  for (unsigned round = 0; round < rounds; round++)
    for (int i = 0; i < count; i++)
      {
        int64_t start = test_now ();
        unsigned each = calls / (unsigned) count / rounds;
        test_expect_end ();
        run (kinds[i], each, stream++ + round);
        printf ("round %u of %u, %s: %u calls in %lld ms\n", round + 1, rounds, subject_kinds[kinds[i]]->name, each,
                (long long) (test_now () - start) / 1000000);
        fflush (stdout);
      }
  return EXIT_SUCCESS;
}
