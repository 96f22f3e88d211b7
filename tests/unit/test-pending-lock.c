/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lock of a pending, which is a bit of its state. */
#include "base/fork.h"
#include "base/port.h"
#include "pending/pending.h"
#include "test-suite.h"

#include <sys/wait.h>
#include <unistd.h>

enum
{
  CHILD_IS_FINE = 42,
  SLEEPERS = 3
};

/* ---- waiting ----------------------------------------------------------------------------------------------------- */

typedef struct Crowd
{
  LodgerPending *pending;
  long entered; /* under the lock */
  Counter numbers[SLEEPERS];
} Crowd;

typedef struct Sleeper
{
  Crowd *crowd;
  int at;
  pthread_t thread;
} Sleeper;

static void *
lock_once (void *data)
{
  const Sleeper *sleeper = data;
  Crowd *crowd = sleeper->crowd;
  counter_add (&crowd->numbers[sleeper->at], lodger__port_thread_number ());
  lodger__pending_lock (crowd->pending);
  crowd->entered++;
  lodger__pending_unlock (crowd->pending);
  return NULL;
}

static void
crowd_start (Crowd *crowd, Sleeper *sleepers, int count)
{
  for (int i = 0; i < count; i++)
    {
      counter_init (&crowd->numbers[i]);
      sleepers[i] = (Sleeper) { .crowd = crowd, .at = i };
      sleepers[i].thread = thread_start (lock_once, &sleepers[i]);
    }
}

static void
crowd_end (Crowd *crowd, Sleeper *sleepers, int count)
{
  for (int i = 0; i < count; i++)
    {
      thread_join (sleepers[i].thread);
      counter_clear (&crowd->numbers[i]);
    }
  ck_assert_int_eq (crowd->entered, count);
  ck_assert_uint_eq (lodger__pending_state (crowd->pending) & (P_LOCKED | P_AWAITED), 0);
}

START_TEST (all_who_sleep_until_a_lock_is_free_get_it_in_turn)
{
  Crowd crowd = { .pending = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  Sleeper sleepers[SLEEPERS];
  lodger__pending_lock (crowd.pending);
  crowd_start (&crowd, sleepers, SLEEPERS);
  for (int i = 0; i < SLEEPERS; i++)
    {
      counter_wait (&crowd.numbers[i], 1);
      proc_wait_asleep ((int) counter_get (&crowd.numbers[i]));
    }
  ck_assert_int_eq (crowd.entered, 0);
  ck_assert_uint_eq (lodger__pending_state (crowd.pending) & P_AWAITED, P_AWAITED);
  lodger__pending_unlock (crowd.pending);
  crowd_end (&crowd, sleepers, SLEEPERS);
  expect_code (lodger_pending_return_nothing (crowd.pending), 0);
  lodger_pending_unref (crowd.pending);
}
END_TEST

static void
add_bits_while_one_comes (void)
{
  Crowd crowd = { .pending = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  Sleeper sleepers[1];
  int64_t until = test_now () + test_limit_ns ();
  lodger__pending_lock (crowd.pending);
  crowd_start (&crowd, sleepers, 1);
  do
    {
      lodger__pending_add_state (crowd.pending, P_LEADS);
      test_check (test_now () < until);
    }
  while (!(lodger__pending_state (crowd.pending) & P_AWAITED));
  lodger__pending_unlock_with (crowd.pending, P_TELLS);
  crowd_end (&crowd, sleepers, 1);
  ck_assert_uint_eq (lodger__pending_state (crowd.pending) & (P_LEADS | P_TELLS), P_LEADS | P_TELLS);
  expect_code (lodger_pending_return_nothing (crowd.pending), 0);
  lodger_pending_unref (crowd.pending);
}

/* Whoever comes may have come before the first bit is set: not each time. */
START_TEST (bits_that_a_holder_sets_do_not_hide_who_waits)
{
  for (int i = 0; i < 50; i++)
    add_bits_while_one_comes ();
}
END_TEST

static void
note_thread (LodgerPending *self, void *data)
{
  (void) self;
  counter_add (data, lodger__port_thread_number ());
}

static void
nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

START_TEST (a_call_starts_and_ends_once_its_lock_is_free)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *pending;
  WorkerBlock *block;
  Counter thread;
  counter_init (&thread);
  lodger_pending_disown (lodger_caller_call_soon (worker, note_thread, &thread, NULL));
  counter_wait (&thread, 1);
  block = worker_block (worker);
  pending = lodger_caller_call_soon (worker, nothing, NULL, NULL);
  lodger__pending_lock (pending);
  worker_unblock (block);
  while (!(lodger__pending_state (pending) & P_AWAITED))
    proc_wait_asleep ((int) counter_get (&thread));
  ck_assert_uint_eq (lodger__pending_state (pending) & (P_STARTED | P_DONE), 0);
  lodger__pending_unlock (pending);
  wait_done (pending);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  worker_stop (worker);
  counter_clear (&thread);
}
END_TEST

/* ---- one write --------------------------------------------------------------------------------------------------- */

START_TEST (what_is_locked_or_has_a_bit_is_not_changed_without_the_lock)
{
  LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger__pending_lock (pending);
  ck_assert (!lodger__pending_add_state_unless (pending, P_DONE, P_LEADS));
  lodger__pending_unlock (pending);
  ck_assert (!lodger__pending_add_state_unless (pending, P_DONE | P_PROMISE, P_LEADS));
  ck_assert_uint_eq (lodger__pending_state (pending) & P_LEADS, 0);
  ck_assert (lodger__pending_add_state_unless (pending, P_DONE, P_LEADS));
  ck_assert_uint_eq (lodger__pending_state (pending) & P_LEADS, P_LEADS);
  expect_code (lodger_pending_return_nothing (pending), 0);
  lodger_pending_unref (pending);
}
END_TEST

/* ---- a fork ------------------------------------------------------------------------------------------------------ */

typedef struct Held
{
  LodgerPending *pending;
  Latch locked, forked;
} Held;

static void *
hold_over_fork (void *data)
{
  Held *held = data;
  lodger__pending_lock (held->pending);
  latch_open (&held->locked);
  latch_wait (&held->forked);
  lodger__pending_unlock (held->pending);
  return NULL;
}

static void
expect_fine (pid_t child)
{
  int status = 0;
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert_msg (WIFEXITED (status) && WEXITSTATUS (status) == CHILD_IS_FINE, "the child ended with %d", status);
}

/* Cancelled with a message, and with metadata. */
static LodgerPending *
cancelled_promise (char *value)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_set_metadata (promise, "key", value, NULL), 0);
  ck_assert (lodger_pending_cancel (promise, "enough"));
  return promise;
}

static void
read_outcome (LodgerPending *pending)
{
  char *text = lodger_pending_describe (pending);
  test_check (lodger_pending_is_done (pending) && lodger_pending_is_cancelled (pending));
  test_check (lodger_pending_get_outcome (pending) == LODGER_ECANCELED);
  test_check (lodger_error_get_code (lodger_pending_get_error (pending)) == LODGER_ECANCELED);
  test_check (text != NULL);
  lodger_free (text);
}

/* Nobody in the child has that lock, and nobody there can tell whether what it guards is whole. */
START_TEST (edge_56_a_child_reads_the_outcome_of_what_was_locked_at_the_fork)
{
  char value = 'v';
  Held held = { .pending = cancelled_promise (&value) };
  pthread_t thread;
  pid_t child;
  latch_init (&held.locked);
  latch_init (&held.forked);
  thread = thread_start (hold_over_fork, &held);
  latch_wait (&held.locked);
  child = fork ();
  ck_assert_int_ge (child, 0);
  if (child == 0)
    {
      for (int i = 0; i < 2; i++)
        read_outcome (held.pending);
      test_check (lodger_pending_get_metadata (held.pending, "key") == NULL);
      test_check (lodger_pending_dup_cancel_message (held.pending) == NULL);
      lodger_pending_unref (held.pending);
      _exit (CHILD_IS_FINE);
    }
  latch_open (&held.forked);
  thread_join (thread);
  expect_fine (child);
  ck_assert_ptr_eq (lodger_pending_get_metadata (held.pending, "key"), &value);
  lodger_pending_unref (held.pending);
  latch_clear (&held.locked);
  latch_clear (&held.forked);
}
END_TEST

START_TEST (edge_56_a_child_reads_all_of_what_was_not_locked_at_the_fork)
{
  char value = 'v';
  LodgerPending *pending = cancelled_promise (&value);
  pid_t child = fork ();
  ck_assert_int_ge (child, 0);
  if (child == 0)
    {
      char *message = lodger_pending_dup_cancel_message (pending);
      read_outcome (pending);
      test_check (lodger_pending_get_metadata (pending, "key") == &value);
      test_check (message != NULL && strcmp (message, "enough") == 0);
      lodger_free (message);
      lodger_pending_unref (pending);
      _exit (CHILD_IS_FINE);
    }
  expect_fine (child);
  lodger_pending_unref (pending);
}
END_TEST

/* Amid the changes of another thread, whatever they are just at. */
typedef struct Changer
{
  LodgerPending *pending;
  atomic_bool ends;
  Counter changes;
} Changer;

static void *
change (void *data)
{
  Changer *changer = data;
  char key[] = "a";
  while (!atomic_load (&changer->ends))
    {
      key[0] = (char) (key[0] < 'z' ? key[0] + 1 : 'a');
      test_check (lodger_pending_set_metadata (changer->pending, key, changer, NULL) == 0);
      lodger_pending_cancel (changer->pending, NULL);
      if (counter_get (&changer->changes) == 0)
        counter_add (&changer->changes, 1);
    }
  return NULL;
}

START_TEST (edge_56_a_child_that_is_forked_amid_changes_reads_what_is_done)
{
  char value = 'v';
  Changer changer = { .pending = cancelled_promise (&value) };
  pthread_t thread;
  counter_init (&changer.changes);
  thread = thread_start (change, &changer);
  counter_wait (&changer.changes, 1);
  for (unsigned i = 0; i < test_scaled (50); i++)
    {
      pid_t child = fork ();
      ck_assert_int_ge (child, 0);
      if (child == 0)
        {
          void *found = lodger_pending_get_metadata (changer.pending, "key");
          test_check (found == NULL || found == &value);
          read_outcome (changer.pending);
          lodger_pending_unref (changer.pending);
          execl ("/bin/sh", "sh", "-c", "exit 42", (char *) NULL); /* valgrind does not count what the thread had */
          _exit (1);
        }
      expect_fine (child);
    }
  atomic_store (&changer.ends, true);
  thread_join (thread);
  ck_assert_ptr_eq (lodger_pending_get_metadata (changer.pending, "key"), &value);
  lodger_pending_unref (changer.pending);
  counter_clear (&changer.changes);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("pending-lock");
  test_add (suite, all_who_sleep_until_a_lock_is_free_get_it_in_turn);
  test_add (suite, bits_that_a_holder_sets_do_not_hide_who_waits);
  test_add (suite, a_call_starts_and_ends_once_its_lock_is_free);
  test_add (suite, what_is_locked_or_has_a_bit_is_not_changed_without_the_lock);
  test_add (suite, edge_56_a_child_reads_the_outcome_of_what_was_locked_at_the_fork);
  test_add (suite, edge_56_a_child_reads_all_of_what_was_not_locked_at_the_fork);
  test_add (suite, edge_56_a_child_that_is_forked_amid_changes_reads_what_is_done);
  return test_main (suite, argc, argv);
}
