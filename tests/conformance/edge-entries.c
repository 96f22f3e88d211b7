/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entries of calls. */
#include "conformance.h"

typedef struct Guest
{
  LodgerCaller *caller; /* entered by the call */
  LodgerReply *reply;
} Guest;

static int
answer (Guest *guest)
{
  LodgerReply *reply = guest->reply;
  guest->reply = NULL;
  return lodger_reply_return_int (reply, 5);
}

static void
answer_when_cancelled (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  answer (data);
}

static void
come_in (LodgerPending *self, void *data)
{
  Guest *guest = data;
  test_check (lodger_caller_enter (guest->caller) == 0);
  guest->reply = lodger_pending_defer (self);
  lodger_pending_set_canceller (self, answer_when_cancelled, guest, NULL);
}

/* With a caller that runs, and that nobody has entered. */
static void
open_started (Subject *subject, int i)
{
  if (subject_kinds[i]->traits & SUBJECT_DRIVEN)
    subject_open (subject, i, false);
  else
    {
      subject_open_initial (subject, i, NULL);
      expect_code (lodger_caller_start_sync (subject->caller), 0);
    }
}

START_TEST (edge_95_the_end_of_the_call_that_entered_first_stops_the_caller)
{
  Subject subject;
  Guest first = { .reply = NULL }, second = { .reply = NULL };
  LodgerPending *calls[2];
  open_started (&subject, _i);
  first.caller = second.caller = subject.caller;
  calls[0] = lodger_caller_call_soon (subject.caller, come_in, &first, NULL);
  calls[1] = lodger_caller_call_soon (subject.caller, come_in, &second, NULL);
  subject_settle (&subject);
  ck_assert (lodger_caller_is_running (subject.caller));
  expect_code (answer (&first), 0);
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopping (subject.caller)));
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  expect_code (lodger_pending_get_outcome (calls[0]), 0);
  expect_code (lodger_pending_get_outcome (calls[1]), LODGER_ECANCELED);
  lodger_pending_unref (calls[0]);
  lodger_pending_unref (calls[1]);
  subject_close (&subject);
}
END_TEST

typedef struct Service
{
  Guest guest;
  Latch begins;
} Service;

static void
note_service (void *data)
{
  latch_open (&((Service *) data)->begins);
}

static void *
answer_when_served (void *data)
{
  Service *service = data;
  latch_wait (&service->begins);
  test_check (answer (&service->guest) == 0);
  return NULL;
}

/* It runs a call that comes before the guest has answered. */
START_TEST (edge_96_the_last_leave_serves_the_calls_that_have_entered)
{
  Subject subject;
  Service service = { .guest = { .reply = NULL } };
  LodgerPending *call;
  pthread_t thread;
  latch_init (&service.begins);
  subject_open (&subject, _i, false);
  service.guest.caller = subject.caller;
  call = lodger_caller_call_soon (subject.caller, come_in, &service.guest, NULL);
  subject_settle (&subject);
  expect_code (lodger_caller_call_direct (subject.caller, note_service, &service, NULL), 0);
  thread = thread_start (answer_when_served, &service);
  expect_code (lodger_caller_leave (subject.caller), 0);
  thread_join (thread);
  ck_assert_int_eq (lodger_caller_get_state (subject.caller), LODGER_CALLER_STOPPED);
  expect_code (lodger_pending_get_outcome (call), 0);
  lodger_pending_unref (call);
  latch_clear (&service.begins);
  subject_close (&subject);
}
END_TEST

void
add_edge_entries (Suite *suite)
{
  add_edge (suite, edge_95_the_end_of_the_call_that_entered_first_stops_the_caller, 0, 0);
  add_edge (suite, edge_96_the_last_leave_serves_the_calls_that_have_entered, 0, SUBJECT_DRIVEN);
}
