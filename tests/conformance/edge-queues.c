/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queues: one item at a time, and their ends. */
#include "conformance.h"
#include "deferred-call.h"
#include "test-promise.h"

enum
{
  ITEMS = 5
};

static const char key = 0;

typedef struct Fixture
{
  Subject subject;
  LodgerQueue *queue;
  Counter ends;  /* of items */
  Journal begun; /* their numbers */
  DeferredCall items[ITEMS];
} Fixture;

static void
fixture_open (Fixture *fixture, int kind, const LodgerQueueOptions *options)
{
  counter_init (&fixture->ends);
  journal_init (&fixture->begun);
  for (int i = 0; i < ITEMS; i++)
    fixture->items[i] = (DeferredCall) {
      .recorder = { .ends = &fixture->ends, .journal = &fixture->begun, .number = i },
    };
  subject_open (&fixture->subject, kind, false);
  fixture->queue = lodger_queue_new (fixture->subject.caller, options);
}

static void
fixture_close (Fixture *fixture)
{
  LodgerPending *pending = lodger_queue_get_pending (fixture->queue);
  lodger_queue_close (fixture->queue, NULL);
  if (pending != NULL)
    subject_run_until_done (&fixture->subject, pending);
  lodger_queue_unref (fixture->queue);
  subject_close (&fixture->subject);
  journal_clear (&fixture->begun);
  counter_clear (&fixture->ends);
}

static int
add (Fixture *fixture, int number, LodgerCallFunc func)
{
  return lodger_queue_call (fixture->queue, func, &fixture->items[number], recorder_destroy);
}

static int
add_keyed (Fixture *fixture, int number, LodgerCallFunc func, LodgerScope *scope)
{
  return lodger_queue_call_keyed_full (fixture->subject.caller, &key, func, &fixture->items[number], recorder_destroy,
                                       LODGER_QUEUE_ITEM_OPTIONS (.scope = scope));
}

/* The pending of the queue of the key, as a reference. */
static LodgerPending *
pending_of_key (Fixture *fixture)
{
  LodgerQueue *queue = lodger_queue_find (fixture->subject.caller, &key);
  LodgerPending *pending = lodger_pending_ref (lodger_queue_get_pending (queue));
  lodger_queue_unref (queue);
  return pending;
}

/* So many items have been destroyed, and these of them in the queue's thread. */
static void
expect_destroyed (Fixture *fixture, long count, int first, int last)
{
  subject_run_until (&fixture->subject, &fixture->ends, count);
  ck_assert_int_eq (counter_get (&fixture->ends), count);
  for (int i = first; i <= last; i++)
    ck_assert_int_eq (fixture->items[i].recorder.destroyed_in, fixture->subject.thread_id);
}

/* ---- 28: one at a time ------------------------------------------------------------------------------------------- */

START_TEST (edge_28_an_item_begins_when_the_one_before_is_done)
{
  Fixture fixture;
  LodgerPending *pending;
  fixture_open (&fixture, _i, NULL);
  ck_assert_ptr_null (lodger_queue_get_pending (fixture.queue));
  expect_code (add (&fixture, 0, deferred_call_run), 0);
  pending = lodger_queue_get_pending (fixture.queue);
  for (int i = 1; i < ITEMS; i++)
    expect_code (add (&fixture, i, recorder_call), 0);
  subject_settle (&fixture.subject);
  journal_expect (&fixture.begun, 0);
  expect_code (deferred_call_answer (&fixture.items[0]), 0);
  expect_destroyed (&fixture, ITEMS, 0, ITEMS - 1);
  journal_expect (&fixture.begun, 0, 1, 2, 3, 4);
  ck_assert_ptr_eq (lodger_queue_get_pending (fixture.queue), pending);
  ck_assert (!lodger_pending_is_done (pending));
  fixture_close (&fixture);
}
END_TEST

/* ---- 29, 30: what ends an item, and what ends all ---------------------------------------------------------------- */

typedef struct Cleanup
{
  DeferredCall call; /* first */
  Canceller canceller;
} Cleanup;

static void
begin_with_cleanup (LodgerPending *self, void *data)
{
  Cleanup *cleanup = data;
  lodger_pending_set_canceller (self, canceller_run, &cleanup->canceller, NULL);
  deferred_call_run (self, &cleanup->call);
}

START_TEST (edge_29_a_close_drops_what_waits_and_cancels_what_runs)
{
  Fixture fixture;
  Cleanup running = { .canceller = { .message = "" } };
  LodgerPending *pending;
  fixture_open (&fixture, _i, NULL);
  running.call.recorder = (Recorder) { .ends = &fixture.ends };
  expect_code (lodger_queue_call (fixture.queue, begin_with_cleanup, &running, recorder_destroy), 0);
  expect_code (add (&fixture, 0, recorder_call), 0);
  subject_settle (&fixture.subject);
  expect_code (add (&fixture, 1, recorder_call), 0);
  pending = lodger_queue_get_pending (fixture.queue);
  lodger_queue_close (fixture.queue, "enough");
  ck_assert_str_eq (running.canceller.message, "enough");
  expect_code (add (&fixture, 2, recorder_call), LODGER_ESHUTDOWN);
  ck_assert_int_eq (fixture.items[2].recorder.destroyed_in, test_thread_id ());
  expect_destroyed (&fixture, 3, 0, 1);
  ck_assert (lodger_pending_is_cancelled (pending));
  ck_assert (!lodger_pending_is_done (pending));
  expect_code (deferred_call_answer (&running.call), LODGER_ECANCELED);
  subject_run_until_done (&fixture.subject, pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  expect_destroyed (&fixture, 4, 0, 1);
  ck_assert_int_eq (running.call.recorder.destroyed_in, fixture.subject.thread_id);
  ck_assert_uint_eq (journal_count (&fixture.begun), 0);
  fixture_close (&fixture);
}
END_TEST

static void
run_and_fail (LodgerPending *self, void *data)
{
  recorder_call (self, data);
  lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "no luck");
}

static void
run_and_be_cancelled (LodgerPending *self, void *data)
{
  recorder_call (self, data);
  lodger_pending_cancel (self, NULL);
}

START_TEST (edge_30_a_queue_lives_through_failures_and_cancels)
{
  Fixture fixture;
  fixture_open (&fixture, _i, LODGER_QUEUE_OPTIONS (.name = "saves"));
  log_capture_begin ();
  expect_code (add (&fixture, 0, run_and_fail), 0);
  expect_code (add (&fixture, 1, run_and_be_cancelled), 0);
  expect_code (add (&fixture, 2, deferred_call_run), 0);
  expect_code (add (&fixture, 3, recorder_call), 0);
  subject_settle (&fixture.subject);
  deferred_call_fail_inside (&fixture.items[2], &fixture.subject);
  expect_destroyed (&fixture, 4, 0, 3);
  journal_expect (&fixture.begun, 0, 1, 2, 3);
  ck_assert_uint_eq (log_capture_count (), 2);
  ck_assert_uint_eq (log_capture_count_of ("the queue saves goes on: an item ("), 2);
  ck_assert_uint_eq (log_capture_count_of ("no luck"), 2);
  log_capture_end ();
  ck_assert (!lodger_pending_is_done (lodger_queue_get_pending (fixture.queue)));
  fixture_close (&fixture);
}
END_TEST

/* ---- 31: the queue's pending ------------------------------------------------------------------------------------- */

START_TEST (edge_31_the_cancel_of_the_pending_ends_the_queue)
{
  Fixture fixture;
  LodgerPending *pending;
  fixture_open (&fixture, _i, NULL);
  expect_code (add (&fixture, 0, deferred_call_run), 0);
  expect_code (add (&fixture, 1, recorder_call), 0);
  subject_settle (&fixture.subject);
  pending = lodger_queue_get_pending (fixture.queue);
  ck_assert (lodger_pending_cancel (pending, NULL));
  expect_code (add (&fixture, 2, recorder_call), LODGER_ESHUTDOWN);
  expect_destroyed (&fixture, 2, 1, 1);
  expect_code (deferred_call_answer (&fixture.items[0]), LODGER_ECANCELED);
  subject_run_until_done (&fixture.subject, pending);
  expect_destroyed (&fixture, 3, 0, 1);
  journal_expect (&fixture.begun, 0);
  fixture_close (&fixture);
}
END_TEST

static void
add_and_cancel (void *data)
{
  Fixture *fixture = data;
  test_check (add (fixture, 0, recorder_call) == 0);
  test_check (add (fixture, 1, recorder_call) == 0);
  test_check (lodger_pending_cancel (lodger_queue_get_pending (fixture->queue), NULL));
}

START_TEST (edge_31_a_queue_may_be_cancelled_before_its_first_item_runs)
{
  Fixture fixture;
  fixture_open (&fixture, _i, NULL);
  subject_run_inside (&fixture.subject, add_and_cancel, &fixture);
  expect_code (add (&fixture, 2, recorder_call), LODGER_ESHUTDOWN);
  subject_run_until_done (&fixture.subject, lodger_queue_get_pending (fixture.queue));
  expect_destroyed (&fixture, 3, 0, 1);
  ck_assert_uint_eq (journal_count (&fixture.begun), 0);
  fixture_close (&fixture);
}
END_TEST

/* ---- 32: the queue's scope --------------------------------------------------------------------------------------- */

START_TEST (edge_32_the_end_of_its_scope_closes_the_queue)
{
  Fixture fixture;
  LodgerScope *scope = lodger_scope_new (NULL);
  LodgerPending *pending;
  fixture_open (&fixture, _i, LODGER_QUEUE_OPTIONS (.scope = scope));
  expect_code (add (&fixture, 0, deferred_call_run), 0);
  expect_code (add (&fixture, 1, recorder_call), 0);
  subject_settle (&fixture.subject);
  lodger_scope_end (scope, NULL);
  expect_code (add (&fixture, 2, recorder_call), LODGER_ECANCELED);
  expect_destroyed (&fixture, 2, 1, 1);
  expect_code (deferred_call_answer (&fixture.items[0]), LODGER_ECANCELED);
  pending = lodger_queue_get_pending (fixture.queue);
  subject_run_until_done (&fixture.subject, pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  expect_destroyed (&fixture, 3, 0, 1);
  journal_expect (&fixture.begun, 0);
  lodger_scope_unref (scope);
  fixture_close (&fixture);
}
END_TEST

START_TEST (edge_32_nothing_of_a_key_remains_after_its_scope)
{
  Fixture fixture;
  LodgerScope *scope = lodger_scope_new (NULL), *next = lodger_scope_new (NULL);
  LodgerPending *old;
  fixture_open (&fixture, _i, NULL);
  expect_code (add_keyed (&fixture, 0, deferred_call_run, scope), 0);
  expect_code (add_keyed (&fixture, 1, recorder_call, NULL), 0);
  subject_settle (&fixture.subject);
  old = pending_of_key (&fixture);
  lodger_scope_end (scope, NULL);
  ck_assert (lodger_pending_is_cancelled (old));
  ck_assert_ptr_null (lodger_queue_find (fixture.subject.caller, &key));
  expect_code (add_keyed (&fixture, 2, recorder_call, scope), LODGER_ECANCELED);
  expect_code (add_keyed (&fixture, 3, recorder_call, next), 0);
  expect_destroyed (&fixture, 3, 1, 1);
  expect_code (deferred_call_answer (&fixture.items[0]), LODGER_ECANCELED);
  expect_code (subject_outcome (&fixture.subject, old), LODGER_ECANCELED);
  expect_destroyed (&fixture, 4, 0, 1);
  journal_expect (&fixture.begun, 0, 3);
  lodger_scope_unref (scope);
  lodger_scope_unref (next);
  fixture_close (&fixture);
}
END_TEST

/* ---- 33: the first use ------------------------------------------------------------------------------------------- */

LODGER_DECLARE_CONTEXT_KEY (label, char)
LODGER_DEFINE_CONTEXT_KEY (label)

static const LodgerContextKey saves = { "saves" };

typedef struct FirstUse
{
  Fixture fixture;
  LodgerManager *manager;
  size_t in_group, in_manager;
  char seen[ITEMS];
  int count;
} FirstUse;

static void
look_at_the_label (LodgerPending *self, void *data)
{
  FirstUse *use = data;
  (void) self;
  use->seen[use->count++] = label_get () != NULL ? *label_get () : '-';
}

static void
use_the_queue (LodgerPending *self, void *data)
{
  static char worker = 'w';
  FirstUse *use = data;
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerManagerToken token;
  (void) self;
  label_set (&worker, NULL);
  test_check (lodger_group_enter (group) == 0);
  test_check (lodger_manager_activate (use->manager, &token) == 0);
  test_check (lodger_queue_call (use->fixture.queue, look_at_the_label, use, NULL) == 0);
  use->in_group = lodger_group_count (group);
  use->in_manager = lodger_manager_count (use->manager);
  test_check (lodger_manager_deactivate (use->manager, token) == 0);
  test_check (lodger_group_leave (group, NULL) == 0);
  lodger_group_unref (group);
}

START_TEST (edge_33_the_first_use_may_be_in_a_worker)
{
  FirstUse use = { .manager = lodger_manager_new (&saves) };
  Subject *subject = &use.fixture.subject;
  LodgerCaller *worker;
  fixture_open (&use.fixture, _i, NULL);
  worker = lodger_caller_open_child (subject->caller, NULL, NULL);
  expect_code (subject_outcome (subject, lodger_caller_call_soon (worker, use_the_queue, &use, NULL)), 0);
  ck_assert_uint_eq (use.in_group, 0);
  ck_assert_uint_eq (use.in_manager, 1);
  expect_code (lodger_queue_call (use.fixture.queue, look_at_the_label, &use, NULL), 0);
  subject_settle (subject);
  ck_assert_int_eq (use.count, 2);
  ck_assert_str_eq (use.seen, "ww");
  ck_assert_uint_eq (lodger_manager_count (use.manager), 1);
  lodger_queue_close (use.fixture.queue, NULL);
  subject_run_until_done (subject, lodger_queue_get_pending (use.fixture.queue));
  subject_settle (subject); /* the manager is told right after that, in the subject's thread */
  ck_assert_uint_eq (lodger_manager_count (use.manager), 0);
  lodger_manager_unref (use.manager);
  lodger_caller_unref (worker);
  fixture_close (&use.fixture);
}
END_TEST

/* ---- 34: a key that was closed ----------------------------------------------------------------------------------- */

START_TEST (edge_34_a_closed_key_has_a_new_queue_at_once)
{
  Fixture fixture;
  LodgerPending *old;
  fixture_open (&fixture, _i, NULL);
  expect_code (add_keyed (&fixture, 0, deferred_call_run, NULL), 0);
  expect_code (add_keyed (&fixture, 1, recorder_call, NULL), 0);
  subject_settle (&fixture.subject);
  old = pending_of_key (&fixture);
  ck_assert (lodger_queue_close_keyed (fixture.subject.caller, &key, NULL));
  ck_assert (!lodger_queue_close_keyed (fixture.subject.caller, &key, NULL));
  expect_code (add_keyed (&fixture, 2, recorder_call, NULL), 0);
  expect_destroyed (&fixture, 2, 1, 2);
  journal_expect (&fixture.begun, 0, 2);
  ck_assert (!lodger_pending_is_done (old));
  expect_code (deferred_call_answer (&fixture.items[0]), LODGER_ECANCELED);
  expect_destroyed (&fixture, 3, 0, 2);
  expect_code (subject_outcome (&fixture.subject, old), LODGER_ECANCELED);
  fixture_close (&fixture);
}
END_TEST

void
add_edge_queues (Suite *suite)
{
  add_edge (suite, edge_28_an_item_begins_when_the_one_before_is_done, 0, 0);
  add_edge (suite, edge_29_a_close_drops_what_waits_and_cancels_what_runs, 0, 0);
  add_edge (suite, edge_30_a_queue_lives_through_failures_and_cancels, 0, 0);
  add_edge (suite, edge_31_the_cancel_of_the_pending_ends_the_queue, 0, 0);
  add_edge (suite, edge_31_a_queue_may_be_cancelled_before_its_first_item_runs, 0, 0);
  add_edge (suite, edge_32_the_end_of_its_scope_closes_the_queue, 0, 0);
  add_edge (suite, edge_32_nothing_of_a_key_remains_after_its_scope, 0, 0);
  add_edge (suite, edge_33_the_first_use_may_be_in_a_worker, 0, 0);
  add_edge (suite, edge_34_a_closed_key_has_a_new_queue_at_once, 0, 0);
}
