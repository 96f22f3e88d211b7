/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Four producers submit payloads with checks, and one caller runs them: in order per producer, none lost, none twice.
 *
 * Bursts keep the inbox full. In between, one producer at a time submits single calls just when the loop goes to sleep, and
 * waits for each before the next. A lost wake-up shows as a hang, which the watchdog reports.
 *
 *   stress-posts [LOOP …]      LODGER_STRESS_CALLS (200000), LODGER_STRESS_ROUNDS (1), LODGER_SEED */
#include "subject.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum
{
  PRODUCERS = 4,
  BURSTS = 16,           /* of a run; each ends with single calls of one producer */
  SINGLES_IN = 2,        /* one call in so many is a single one */
  LONGEST_PAUSE = 30000, /* nanoseconds: somewhat longer than a worker looks for more before it sleeps */
  LONGEST_WAKE = 60000,  /* about as long as it takes to wake up a thread */
  POLLING_PAUSE = 300,   /* the same for a loop that does not sleep */
  POLLING_WAKE = 600
};

typedef enum State
{
  MADE,
  SUBMITTED,
  RAN,
  DESTROYED
} State;

typedef struct Producer Producer;

typedef struct Payload
{
  Producer *producer;
  unsigned sequence;
  State state;
  uint64_t checksum;
} Payload;

typedef struct Shared
{
  Subject subject;
  Producer *producers;
  Barrier barrier;
  Counter served;
  Latch over;
} Shared;

struct Producer
{
  Shared *shared;
  unsigned number;
  unsigned count;
  Payload *payloads;
  TestRandom random;
  atomic_uint submitted;
  atomic_uint served;
  _Atomic (const char *) phase;
  unsigned expected; /* the loop's thread's */
};

static uint64_t
checksum (const Payload *payload)
{
  uint64_t x = test_seed () ^ payload->sequence ^ (uint64_t) payload->producer->number << 32;
  return (x ^ x >> 31) * UINT64_C (0x7FB5D329728EA185);
}

static void
fail_payload (const Payload *payload, const char *what)
{
  test_fail ("producer %u, call %u: %s (state %d, expected is %u)", payload->producer->number, payload->sequence, what,
             payload->state, payload->producer->expected);
}

/* ---- the loop's thread ---------------------------------------------------------------------------------------- */

static void
run_direct (void *data)
{
  Payload *payload = data;
  if (test_thread_id () != payload->producer->shared->subject.thread_id)
    fail_payload (payload, "runs in the wrong thread");
  if (payload->checksum != checksum (payload))
    fail_payload (payload, "is damaged");
  if (payload->state != SUBMITTED)
    fail_payload (payload, "runs twice");
  if (payload->sequence != payload->producer->expected)
    fail_payload (payload, "is out of order");
  payload->state = RAN;
  payload->producer->expected++;
}

static void
run_call (LodgerPending *self, void *data)
{
  (void) self;
  run_direct (data);
}

static void
destroy (void *data)
{
  Payload *payload = data;
  Producer *producer = payload->producer;
  if (payload->state != RAN)
    fail_payload (payload, "is destroyed without having run, or twice");
  payload->state = DESTROYED;
  if (atomic_fetch_add (&producer->served, 1) + 1 == producer->count)
    counter_add (&producer->shared->served, 1);
}

/* ---- producers ------------------------------------------------------------------------------------------------ */

static void
submit (Producer *producer)
{
  unsigned sequence = atomic_load (&producer->submitted);
  Payload *payload = &producer->payloads[sequence];
  LodgerCaller *caller = producer->shared->subject.caller;
  *payload = (Payload) { .producer = producer, .sequence = sequence, .state = SUBMITTED };
  payload->checksum = checksum (payload);
  atomic_store (&producer->submitted, sequence + 1);
  if (test_random_below (&producer->random, 2) == 0)
    lodger_pending_unref (lodger_caller_call_soon (caller, run_call, payload, destroy));
  else if (lodger_caller_call_direct (caller, run_direct, payload, destroy) != 0)
    fail_payload (payload, "was refused");
}

static void
wait_until_served (Producer *producer, const char *phase)
{
  unsigned tries = 0;
  atomic_store (&producer->phase, phase);
  while (atomic_load (&producer->served) < atomic_load (&producer->submitted))
    if (++tries % 4096 == 0)
      sched_yield ();
}

static void
pause_for (Producer *producer, unsigned longest)
{
  int64_t until = test_now () + test_random_below (&producer->random, longest);
  while (test_now () < until)
    ;
}

static void
burst (Producer *producer, unsigned until)
{
  atomic_store (&producer->phase, "a burst");
  while (atomic_load (&producer->submitted) < until)
    {
      unsigned left = until - atomic_load (&producer->submitted), n = 1 + test_random_below (&producer->random, 64);
      for (unsigned i = 0; i < n && i < left; i++)
        submit (producer);
      switch (test_random_below (&producer->random, 8))
        {
        case 0: wait_until_served (producer, "waiting in a burst until all is served"); break;
        case 1: sched_yield (); break;
        case 2: pause_for (producer, LONGEST_PAUSE); break;
        default: break;
        }
    }
  wait_until_served (producer, "waiting after a burst until all is served");
}

/* A wake-up can be lost if a submission comes just after the loop has looked into its inbox.
 *
 * The loop looks before it sleeps, so single calls come about then. It looks after a wake-up, so the second call of a pair
 * comes about then. */
static void
singles (Producer *producer, unsigned until)
{
  bool polls = subject_is (&producer->shared->subject, SUBJECT_POLLS);
  unsigned pause = polls ? POLLING_PAUSE : LONGEST_PAUSE, wake = polls ? POLLING_WAKE : LONGEST_WAKE;
  while (atomic_load (&producer->submitted) < until)
    {
      bool pairs = test_random_below (&producer->random, 2) == 0;
      for (int i = 0; i < 16 && atomic_load (&producer->submitted) < until; i++)
        {
          pause_for (producer, pause);
          submit (producer);
          if (pairs && atomic_load (&producer->submitted) < until)
            {
              pause_for (producer, wake);
              submit (producer);
            }
          wait_until_served (producer, "waiting until a single call is served");
        }
    }
}

/* In burst i producer i submits its single calls. The last burst submits the rest. */
static void *
produce (void *data)
{
  Producer *producer = data;
  Shared *shared = producer->shared;
  for (unsigned i = 0; i < BURSTS; i++)
    {
      unsigned until = (unsigned) ((uint64_t) producer->count * (i + 1) / BURSTS);
      unsigned single = i % PRODUCERS == producer->number
                            ? (unsigned) ((uint64_t) producer->count * PRODUCERS / BURSTS / SINGLES_IN)
                            : 0;
      unsigned begin = atomic_load (&producer->submitted);
      if (single > until - begin)
        single = until - begin;
      barrier_wait (&shared->barrier);
      burst (producer, until - single);
      atomic_store (&producer->phase, "waiting for the other producers");
      for (unsigned k = 0; k < PRODUCERS; k++)
        {
          barrier_wait (&shared->barrier);
          if (k == producer->number)
            singles (producer, until);
          atomic_store (&producer->phase, "waiting for the other producers");
        }
    }
  atomic_store (&producer->phase, "at its end");
  return NULL;
}

/* ---- the watchdog --------------------------------------------------------------------------------------------- */

static unsigned long
progress (Shared *shared)
{
  unsigned long sum = 0;
  for (unsigned i = 0; i < PRODUCERS; i++)
    sum += atomic_load (&shared->producers[i].served) + atomic_load (&shared->producers[i].submitted);
  return sum;
}

static void
report_hang (Shared *shared)
{
  char *description = lodger_caller_describe (shared->subject.caller);
  for (unsigned i = 0; i < PRODUCERS; i++)
    {
      Producer *producer = &shared->producers[i];
      fprintf (stderr, "producer %u: %u of %u submitted, %u served, %s\n", i, atomic_load (&producer->submitted),
               producer->count, atomic_load (&producer->served), atomic_load (&producer->phase));
    }
  fprintf (stderr, "the loop's thread is in state %c; %s\n", proc_thread (shared->subject.thread_id).state,
           description);
  test_fail ("no progress on %s: a call or its wake-up is lost", shared->subject.kind->name);
}

/* Waits for the end. Each time the limit passes before it, there must have been progress. */
static void *
watch (void *data)
{
  Shared *shared = data;
  unsigned long last = progress (shared);
  while (!counter_wait_until (&shared->over.opened, 1, test_now () + test_limit_ns ()))
    {
      unsigned long now = progress (shared);
      if (now == last)
        report_hang (shared);
      last = now;
    }
  return NULL;
}

/* ---- a run ---------------------------------------------------------------------------------------------------- */

static void
run (int kind, unsigned calls, unsigned stream)
{
  Shared shared = { .producers = NULL };
  Producer producers[PRODUCERS];
  pthread_t threads[PRODUCERS], watchdog;
  barrier_init (&shared.barrier, PRODUCERS);
  counter_init (&shared.served);
  latch_init (&shared.over);
  subject_open (&shared.subject, kind, false);
  shared.producers = producers;
  for (unsigned i = 0; i < PRODUCERS; i++)
    {
      unsigned count = calls / PRODUCERS > 0 ? calls / PRODUCERS : 1;
      producers[i] = (Producer) { .shared = &shared, .number = i, .count = count, .phase = "starting" };
      producers[i].payloads = calloc (count, sizeof (Payload));
      producers[i].random = test_random_new (stream * PRODUCERS + i);
      test_check (producers[i].payloads != NULL);
    }
  watchdog = thread_start (watch, &shared);
  for (unsigned i = 0; i < PRODUCERS; i++)
    threads[i] = thread_start (produce, &producers[i]);
  if (!subject_is (&shared.subject, SUBJECT_DRIVEN))
    subject_run_until (&shared.subject, &shared.served, PRODUCERS);
  for (unsigned i = 0; i < PRODUCERS; i++)
    thread_join (threads[i]);
  subject_close (&shared.subject);
  latch_open (&shared.over);
  thread_join (watchdog);
  for (unsigned i = 0; i < PRODUCERS; i++)
    {
      for (unsigned k = 0; k < producers[i].count; k++)
        if (producers[i].payloads[k].state != DESTROYED)
          fail_payload (&producers[i].payloads[k], "is lost");
      free (producers[i].payloads);
    }
  barrier_clear (&shared.barrier);
  counter_clear (&shared.served);
  latch_clear (&shared.over);
}

int
main (int argc, char **argv)
{
  static const char *const all[]
      = { "native", "polling", "manual-real", "glib-other", "glib-worker", "uv", "uv-worker" };
  unsigned calls = (unsigned) test_env ("LODGER_STRESS_CALLS", test_scaled (200000));
  unsigned rounds = (unsigned) test_env ("LODGER_STRESS_ROUNDS", 1), stream = 0;
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
        test_expect_end ();
        run (kinds[i], calls / (unsigned) count, stream++);
        printf ("round %u of %u, %s: %u calls in %lld ms\n", round + 1, rounds, subject_kinds[kinds[i]]->name,
                calls / (unsigned) count, (long long) (test_now () - start) / 1000000);
        fflush (stdout);
      }
  return EXIT_SUCCESS;
}
