/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queues, and the entries of calls. */
#include "conformance.h"

/* ---- calls that answer later, or when they are cancelled ------------------------------------------------------------- */

typedef struct Guest
{
  LodgerCaller *caller; /* entered by the call; NULL: none is */
  LodgerReply *reply;
  Counter *ends; /* of the data; NULL: nobody counts */
  atomic_bool has_begun;
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
  atomic_store (&guest->has_begun, true);
  test_check (lodger_caller_enter (guest->caller) == 0);
  guest->reply = lodger_pending_defer (self);
  lodger_pending_set_canceller (self, answer_when_cancelled, guest, NULL);
}

static void
begin (LodgerPending *self, void *data)
{
  Guest *guest = data;
  atomic_store (&guest->has_begun, true);
  guest->reply = lodger_pending_defer (self);
}

static void
begin_and_end (LodgerPending *self, void *data)
{
  (void) self;
  atomic_store (&((Guest *) data)->has_begun, true);
}

static void
guest_end (void *data)
{
  counter_add (((Guest *) data)->ends, 1);
}

static bool
has_begun (Guest *guest)
{
  return atomic_load (&guest->has_begun);
}

/* ---- queues ---------------------------------------------------------------------------------------------------------- */

static const char key = 0;

static void
add (Subject *subject, LodgerCallFunc func, Guest *guest)
{
  expect_code (lodger_queue_call_keyed (subject->caller, &key, func, guest, guest_end), 0);
}

START_TEST (edge_28_an_item_begins_when_the_one_before_is_done)
{
  Subject subject;
  Counter ends;
  Guest first = { .ends = &ends }, second = { .ends = &ends };
  counter_init (&ends);
  subject_open (&subject, _i, false);
  add (&subject, begin, &first);
  add (&subject, begin_and_end, &second);
  subject_settle (&subject);
  ck_assert (has_begun (&first));
  ck_assert (!has_begun (&second));
  expect_code (answer (&first), 0);
  subject_run_until (&subject, &ends, 2);
  ck_assert (has_begun (&second));
  subject_close (&subject);
  counter_clear (&ends);
}
END_TEST

START_TEST (edge_34_a_closed_key_has_a_new_queue_at_once)
{
  Subject subject;
  Counter ends;
  Guest first = { .ends = &ends }, dropped = { .ends = &ends }, second = { .ends = &ends };
  LodgerQueue *queue;
  LodgerPending *old;
  counter_init (&ends);
  subject_open (&subject, _i, false);
  add (&subject, begin, &first);
  add (&subject, begin_and_end, &dropped);
  subject_settle (&subject);
  queue = lodger_queue_find (subject.caller, &key);
  old = lodger_pending_ref (lodger_queue_get_pending (queue));
  lodger_queue_unref (queue);
  ck_assert (lodger_queue_close_keyed (subject.caller, &key, NULL));
  add (&subject, begin_and_end, &second);
  subject_run_until (&subject, &ends, 2);
  ck_assert (has_begun (&second));
  ck_assert (!has_begun (&dropped));
  ck_assert (!lodger_pending_is_done (old));
  expect_code (answer (&first), LODGER_ECANCELED);
  subject_run_until (&subject, &ends, 3);
  expect_code (subject_outcome (&subject, old), LODGER_ECANCELED);
  subject_close (&subject);
  counter_clear (&ends);
}
END_TEST

/* ---- entries --------------------------------------------------------------------------------------------------------- */

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
add_edge_structured (Suite *suite)
{
  add_edge (suite, edge_28_an_item_begins_when_the_one_before_is_done, 0, 0);
  add_edge (suite, edge_34_a_closed_key_has_a_new_queue_at_once, 0, 0);
  add_edge (suite, edge_95_the_end_of_the_call_that_entered_first_stops_the_caller, 0, 0);
  add_edge (suite, edge_96_the_last_leave_serves_the_calls_that_have_entered, 0, SUBJECT_DRIVEN);
}
