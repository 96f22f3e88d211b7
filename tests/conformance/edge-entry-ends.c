/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of a caller that a call is inside, or has a call in: the call is cancelled, or the loop ends. */
#include "conformance.h"
#include "test-blocked-call.h"

/* ---- a call that has a caller of its own for a while ------------------------------------------------------------------ */

typedef struct Owner
{
  bool waits_for_start;
  const char *backend;
  LodgerCaller *own; /* a reference */
  LodgerPending *call;
  Latch began;
  int wait_code, end_code;
  bool are_done;
} Owner;

static bool
is_past (LodgerCaller *caller)
{
  return lodger_pending_is_done (lodger_caller_get_started (caller))
         && lodger_pending_is_done (lodger_caller_get_stopping (caller))
         && lodger_pending_is_done (lodger_caller_get_stopped (caller));
}

/* It waits until it is cancelled; then it stops its caller, and waits for the end. */
static void
own_a_caller (LodgerPending *self, void *data)
{
  Owner *owner = data;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  owner->own = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.backend = owner->backend), NULL);
  if (owner->waits_for_start)
    test_check (lodger_pending_wait (lodger_caller_get_started (owner->own), LODGER_FOREVER, LODGER_WAIT_PROTECT) == 0);
  latch_open (&owner->began);
  owner->wait_code = lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_caller_stop (owner->own, true);
  owner->end_code = lodger_pending_wait (lodger_caller_get_stopped (owner->own), LODGER_FOREVER,
                                         LODGER_WAIT_PROTECT | LODGER_WAIT_SHIELD);
  owner->are_done = is_past (owner->own);
  lodger_pending_unref (promise);
}

START_TEST (edge_97_a_call_that_is_cancelled_in_the_scope_of_its_caller_ends_it)
{
  Subject subject;
  subject_open (&subject, _i, false);
  for (int i = 0; i < 4; i++)
    {
      Owner owner = { .waits_for_start = i % 2 == 0, .backend = subject_backend (&subject) };
      latch_init (&owner.began);
      /* In a worker, and in a thread that Lodger drives. */
      owner.call = i < 2 || !subject_is (&subject, SUBJECT_DRIVEN)
                       ? lodger_caller_to_thread (subject.caller, own_a_caller, &owner, NULL)
                       : lodger_caller_call_soon (subject.caller, own_a_caller, &owner, NULL);
      latch_wait (&owner.began);
      ck_assert (lodger_pending_cancel (owner.call, NULL));
      expect_code (subject_outcome (&subject, owner.call), LODGER_ECANCELED);
      expect_code (owner.wait_code, LODGER_ECANCELED);
      expect_code (owner.end_code, 0);
      ck_assert (owner.are_done);
      expect_code (lodger_pending_get_outcome (lodger_caller_get_stopped (owner.own)), 0);
      lodger_caller_unref (owner.own);
      latch_clear (&owner.began);
    }
  subject_close (&subject);
}
END_TEST

/* ---- a loop that ends without a leave ---------------------------------------------------------------------------------- */

static size_t
count_callers (void)
{
  size_t count = 0;
  LodgerCaller **callers = lodger_caller_list (false, &count);
  lodger_caller_list_free (callers, count);
  return count;
}

/* The thread of the loop ends without a leave, while a call of a worker goes on. */
typedef struct Loss
{
  Subject subject;
  int kind;
  const char *worker; /* its name; NULL: none */
  BlockedCall blocked;
  Latch is_cancelled;
} Loss;

static void
note_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  latch_open (data);
}

static void
begin_in_worker (Loss *loss)
{
  loss->blocked.pending
      = lodger_caller_to_thread_full (loss->subject.caller, blocked_call_run, &loss->blocked, blocked_call_destroy,
                                      LODGER_CALL_OPTIONS (.worker = loss->worker));
  latch_wait (&loss->blocked.entered);
  test_check (lodger_pending_set_canceller (loss->blocked.pending, note_cancel, &loss->is_cancelled, NULL) == 0);
}

static void *
open_and_go (void *data)
{
  Loss *loss = data;
  subject_open (&loss->subject, loss->kind, false);
  begin_in_worker (loss);
  return NULL;
}

static void
exit_thread (void *data)
{
  (void) data;
  pthread_exit (NULL);
}

static void
lose_the_loop (Loss *loss)
{
  if (!(subject_kinds[loss->kind]->traits & SUBJECT_DRIVEN))
    {
      thread_join (thread_start (open_and_go, loss));
      return;
    }
  subject_open (&loss->subject, loss->kind, false);
  begin_in_worker (loss);
  expect_code (lodger_caller_call_direct (loss->subject.caller, exit_thread, NULL, NULL), 0);
}

START_TEST (edge_98_no_caller_of_a_loop_that_ends_without_a_leave_stays_in_the_list)
{
  size_t before = count_callers ();
  log_capture_begin ();
  for (int i = 0; i < 2; i++)
    {
      Loss loss = { .kind = _i, .worker = i == 0 ? "named" : NULL };
      LodgerPending *stopped;
      blocked_call_init (&loss.blocked);
      latch_init (&loss.is_cancelled);
      lose_the_loop (&loss);
      stopped = lodger_caller_get_stopped (loss.subject.caller);
      latch_wait (&loss.is_cancelled);
      ck_assert (!lodger_pending_is_done (stopped));
      latch_open (&loss.blocked.let_go);
      wait_done (stopped);
      ck_assert_uint_eq (count_callers (), before);
      expect_code (lodger_pending_get_outcome (loss.blocked.pending), LODGER_ECANCELED);
      recorder_expect (&loss.blocked.recorder, 1, 1);
      blocked_call_clear (&loss.blocked);
      latch_clear (&loss.is_cancelled);
      lodger_caller_unref (loss.subject.caller);
      loss.subject.kind->close (&loss.subject);
    }
  ck_assert (log_capture_has ("has ended before it was left"));
  log_capture_end ();
}
END_TEST

void
add_edge_entry_ends (Suite *suite)
{
  add_edge (suite, edge_97_a_call_that_is_cancelled_in_the_scope_of_its_caller_ends_it, 0, 0);
  add_edge (suite, edge_98_no_caller_of_a_loop_that_ends_without_a_leave_stays_in_the_list, 0, SUBJECT_DRIVEN);
  /* GLib's loop does not free all that it has when a call ends its thread. */
  add_edge (suite, edge_98_no_caller_of_a_loop_that_ends_without_a_leave_stays_in_the_list, SUBJECT_DRIVEN,
            SUBJECT_NESTS);
}
