/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host that is closed by another thread, whatever its owner is at. */
#include "test-loop.h"
#include "test-suite.h"

typedef struct Closing
{
  LodgerManualHost *host;
  Barrier start;
} Closing;

static void *
close_host (void *data)
{
  Closing *closing = data;
  barrier_wait (&closing->start);
  lodger_manual_close (closing->host);
  return NULL;
}

/* Another thread closes the host while this one does `what`. */
static void
close_during (void (*what) (Loop *loop, Witness *witness), unsigned times)
{
  for (unsigned i = 0; i < times; i++)
    {
      Loop loop = { .host = lodger_manual_host_new (LODGER_MANUAL_REAL) };
      Closing closing = { .host = loop.host };
      Witness witness = { 0 };
      pthread_t thread;
      barrier_init (&closing.start, 2);
      loop.caller = lodger_manual_attach (loop.host, NULL, NULL);
      thread = thread_start (close_host, &closing);
      barrier_wait (&closing.start);
      what (&loop, &witness);
      thread_join (thread);
      ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
      lodger_caller_unref (loop.caller);
      lodger_manual_host_unref (loop.host);
      barrier_clear (&closing.start);
    }
}

static void
ask_for_callers (Loop *loop, Witness *witness)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) loop;
  (void) witness;
  lodger_caller_current ();
  lodger_pending_wait (promise, 1, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (promise);
}

START_TEST (a_host_may_be_closed_while_its_owner_asks_who_is_here)
{
  log_capture_begin ();
  close_during (ask_for_callers, test_scaled (2000));
  log_capture_end ();
}
END_TEST

static void
leave (Loop *loop, Witness *witness)
{
  int code;
  lodger_caller_call_direct (loop->caller, witness_direct, witness, witness_destroy);
  code = lodger_caller_leave (loop->caller);
  test_check (code == 0);
  test_check (atomic_load (&witness->destroyed) == 1);
  test_check (lodger_caller_get_state (loop->caller) == LODGER_CALLER_STOPPED);
}

START_TEST (a_last_leave_returns_after_the_end_also_if_another_thread_ends_it)
{
  log_capture_begin ();
  close_during (leave, test_scaled (5000));
  log_capture_end ();
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("closing");
  test_add (suite, a_host_may_be_closed_while_its_owner_asks_who_is_here);
  test_add (suite, a_last_leave_returns_after_the_end_also_if_another_thread_ends_it);
  return test_main (suite, argc, argv);
}
