/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several threads change one pending at once, by what its lock guards. Some of them have the lock for long, since they
 * copy a long message under it: so the others sleep until it is free.
 *
 * Nothing of what they have changed is lost, and whoever sleeps is woken.
 *
 *   stress-lock      LODGER_STRESS_CALLS (20000 changes), LODGER_STRESS_ROUNDS (1), LODGER_SEED */
#include "test-latch.h"
#include "test-limits.h"
#include "test-worker.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  THREADS = 4,
  CHANGES = 20,     /* of a thread to one pending */
  LONG = 64 * 1024, /* bytes of the first message */
  SHORT = 1         /* of any other, and a line break */
};

typedef struct Shared
{
  LodgerCaller *worker;
  LodgerPending *pending;
  atomic_long added, ran, removed; /* done-callbacks */
  atomic_long continued, thens;
  atomic_long created, destroyed; /* metadata */
  atomic_long messages;
  Barrier barrier;
  Counter through; /* a thread with a round */
  unsigned rounds;
} Shared;

typedef struct Changer
{
  Shared *shared;
  TestRandom random;
  pthread_t thread;
} Changer;

static int
note_ran (LodgerPending *done, void *data)
{
  test_check (lodger_pending_is_done (done));
  atomic_fetch_add ((atomic_long *) data, 1);
  return 0;
}

static void
note_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  test_check (lodger_pending_is_done (done));
  atomic_fetch_add ((atomic_long *) data, 1);
}

static void
note_destroyed (void *data)
{
  atomic_fetch_add ((atomic_long *) data, 1);
}

/* It does not end because of a cancel. */
static void
go_on (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  (void) data;
}

static void
copy_message (LodgerPending *pending)
{
  char *message = lodger_pending_dup_cancel_message (pending);
  test_check (message != NULL && strlen (message) >= LONG);
  lodger_free (message);
}

static void
change (Changer *changer)
{
  Shared *shared = changer->shared;
  LodgerPending *pending = shared->pending;
  char key[2] = { (char) ('a' + test_random_below (&changer->random, 3)), '\0' };
  switch (test_random_below (&changer->random, 12))
    {
    case 0:
    case 1:
      atomic_fetch_add (&shared->added, 1);
      test_check (lodger_pending_add_done_callback (pending, note_ran, &shared->ran, NULL) == 0);
      break;
    case 2:
      atomic_fetch_add (&shared->removed, (long) lodger_pending_remove_done_callback (pending, note_ran, &shared->ran));
      break;
    case 3:
      atomic_fetch_add (&shared->messages, 1);
      lodger_pending_cancel (pending, "m");
      break;
    case 4:
    case 5: test_check (lodger_pending_wait (pending, 1, LODGER_WAIT_PROTECT) == LODGER_ETIMEDOUT); break;
    case 6:
      atomic_fetch_add (&shared->thens, 1);
      lodger_pending_disown (lodger_pending_then (pending, shared->worker, note_then, &shared->continued, NULL));
      break;
    case 7:
    case 8:
      atomic_fetch_add (&shared->created, 1);
      test_check (lodger_pending_set_metadata (pending, key, &shared->destroyed, note_destroyed) == 0);
      break;
    case 9: lodger_pending_get_metadata (pending, key); break;
    default: copy_message (pending);
    }
}

static void *
make_changes (void *data)
{
  Changer *changer = data;
  Shared *shared = changer->shared;
  for (unsigned round = 0; round < shared->rounds; round++)
    {
      barrier_wait (&shared->barrier);
      for (int i = 0; i < CHANGES; i++)
        change (changer);
      counter_add (&shared->through, 1);
    }
  return NULL;
}

static void
open_pending (Shared *shared, const char *message)
{
  shared->pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  test_check (lodger_pending_set_canceller (shared->pending, go_on, NULL, NULL) == 0);
  test_check (lodger_pending_cancel (shared->pending, message) && !lodger_pending_is_done (shared->pending));
  atomic_store (&shared->messages, 0);
}

static void
close_pending (Shared *shared)
{
  char *message = lodger_pending_dup_cancel_message (shared->pending);
  test_check (strlen (message) == LONG + (size_t) shared->messages * (SHORT + 1));
  lodger_free (message);
  test_check (lodger_pending_return_nothing (shared->pending) == LODGER_ECANCELED);
  lodger_pending_unref (shared->pending);
}

static void
do_nothing (void *data)
{
  (void) data;
}

static void
run (unsigned changes, unsigned stream)
{
  Shared shared = { .worker = worker_start (NULL), .rounds = changes / THREADS / CHANGES + 1 };
  Changer changers[THREADS];
  char *message = malloc (LONG + 1);
  test_check (message != NULL);
  memset (message, 'l', LONG);
  message[LONG] = '\0';
  barrier_init (&shared.barrier, THREADS + 1);
  counter_init (&shared.through);
  for (unsigned i = 0; i < THREADS; i++)
    {
      changers[i] = (Changer) { .shared = &shared, .random = test_random_new (stream * THREADS + i) };
      changers[i].thread = thread_start (make_changes, &changers[i]);
    }
  for (unsigned round = 0; round < shared.rounds; round++)
    {
      open_pending (&shared, message);
      barrier_wait (&shared.barrier);
      counter_wait (&shared.through, (long) (round + 1) * THREADS);
      close_pending (&shared);
    }
  for (unsigned i = 0; i < THREADS; i++)
    thread_join (changers[i].thread);
  worker_run (shared.worker, do_nothing, NULL);
  worker_stop (shared.worker);
  barrier_clear (&shared.barrier);
  counter_clear (&shared.through);
  free (message);
  if (shared.ran + shared.removed != shared.added)
    test_fail ("%ld callbacks were added, %ld ran, %ld were removed", shared.added, shared.ran, shared.removed);
  if (shared.continued != shared.thens)
    test_fail ("%ld continuations, of %ld", shared.continued, shared.thens);
  if (shared.destroyed != shared.created)
    test_fail ("%ld values were set, %ld destroyed", shared.created, shared.destroyed);
}

int
main (void)
{
  unsigned changes = (unsigned) test_env ("LODGER_STRESS_CALLS", test_scaled (20000));
  unsigned rounds = (unsigned) test_env ("LODGER_STRESS_ROUNDS", 1);
  test_seed ();
  for (unsigned round = 0; round < rounds; round++)
    {
      int64_t start = test_now ();
      test_expect_end ();
      run (changes, round);
      printf ("round %u of %u: %u changes in %lld ms\n", round + 1, rounds, changes,
              (long long) (test_now () - start) / 1000000);
      fflush (stdout);
    }
  return EXIT_SUCCESS;
}
