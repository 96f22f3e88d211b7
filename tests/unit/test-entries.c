/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is left of a caller that ends while calls are inside: edge cases 97 and 98. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

/* ---- a call that has a caller of its own for a while --------------------------------------------------------------------- */

typedef struct Owner
{
  LodgerCaller *child; /* a reference */
  bool waits_for_start;
  Latch began;
  int wait_code, end_code;
} Owner;

/* It waits for something in its child until it is cancelled; then it stops the child, and waits for its end. */
static void
own_a_caller (LodgerPending *self, void *data)
{
  Owner *owner = data;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  owner->child = lodger_caller_open (LODGER_CALLER_NEW_THREAD, NULL, NULL);
  if (owner->waits_for_start)
    expect_code (lodger_pending_wait (lodger_caller_get_started (owner->child), LODGER_FOREVER, LODGER_WAIT_PROTECT),
                 0);
  latch_open (&owner->began);
  owner->wait_code = lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_caller_stop (owner->child, true);
  owner->end_code = lodger_pending_wait (lodger_caller_get_stopped (owner->child), LODGER_FOREVER,
                                         LODGER_WAIT_PROTECT | LODGER_WAIT_SHIELD);
  ck_assert (lodger_pending_is_done (lodger_caller_get_started (owner->child)));
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopping (owner->child)));
  lodger_pending_unref (promise);
}

START_TEST (edge_97_a_call_is_cancelled_while_it_has_a_caller)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int i = 0; i < 20; i++)
    {
      Owner owner = { .waits_for_start = i % 2 == 0 };
      LodgerPending *pending;
      latch_init (&owner.began);
      pending = lodger_caller_to_thread (worker, own_a_caller, &owner, NULL);
      latch_wait (&owner.began);
      lodger_pending_cancel (pending, NULL);
      wait_done (pending);
      lodger_pending_unref (pending);
      expect_code (owner.wait_code, LODGER_ECANCELED);
      expect_code (owner.end_code, 0);
      expect_code (lodger_pending_get_outcome (lodger_caller_get_stopped (owner.child)), 0);
      lodger_caller_unref (owner.child);
      latch_clear (&owner.began);
    }
  worker_stop (worker);
}
END_TEST

/* ---- a loop that ends without a leave ------------------------------------------------------------------------------------ */

static size_t
count_callers (void)
{
  size_t count = 0;
  LodgerCaller **callers = lodger_caller_list (false, &count);
  lodger_caller_list_free (callers, count);
  return count;
}

START_TEST (edge_98_a_loop_ends_while_a_workers_call_is_outstanding)
{
  size_t before = count_callers ();
  for (int i = 0; i < 4; i++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      LodgerPending *stopped = lodger_pending_ref (lodger_caller_get_stopped (loop.caller));
      BlockedCall blocked;
      blocked_call_init (&blocked);
      blocked.pending = lodger_caller_to_thread_full (loop.caller, blocked_call_run, &blocked, blocked_call_destroy,
                                                      LODGER_CALL_OPTIONS (.worker = i % 2 == 0 ? "named" : NULL));
      latch_wait (&blocked.entered);
      ck_assert_uint_eq (count_callers (), before + 2);
      lodger_manual_close (loop.host);
      ck_assert (lodger_pending_is_cancelled (blocked.pending));
      if (i < 2)
        ck_assert (!lodger_pending_is_done (stopped));
      latch_open (&blocked.let_go);
      wait_done (stopped);
      ck_assert_uint_eq (count_callers (), before);
      expect_code (lodger_pending_get_outcome (blocked.pending), LODGER_ECANCELED);
      recorder_expect (&blocked.recorder, 1, 1);
      blocked_call_clear (&blocked);
      lodger_pending_unref (stopped);
      lodger_caller_unref (loop.caller);
      lodger_manual_host_unref (loop.host);
    }
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("entries");
  test_add (suite, edge_97_a_call_is_cancelled_while_it_has_a_caller);
  test_add (suite, edge_98_a_loop_ends_while_a_workers_call_is_outstanding);
  return test_main (suite, argc, argv);
}
