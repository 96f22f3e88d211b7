/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start and stop hooks, and the order of a stop. */
#include "conformance.h"
#include "test-blocked-call.h"

#include <string.h>

/* Counts of the hook calls in a tree. */
typedef struct Hooks
{
  Counter starts;
  Counter stops;
  Recorder data;  /* destroyed once */
  int fails_from; /* this start and the later ones fail */
  _Atomic (LodgerCaller *) caller;
  atomic_int started_in, stopped_in;
} Hooks;

static const char domain[] = "hooks";

static LodgerError *
on_start (LodgerCaller *caller, void *data)
{
  Hooks *hooks = data;
  long number = counter_add (&hooks->starts, 1);
  test_check (lodger_caller_current () == caller);
  test_check (lodger_pending_current () == NULL);
  test_check (lodger_caller_get_state (caller) == LODGER_CALLER_STARTING);
  test_check (!lodger_pending_is_done (lodger_caller_get_started (caller)));
  hooks->caller = caller;
  hooks->started_in = test_thread_id ();
  return hooks->fails_from != 0 && number >= hooks->fails_from ? lodger_error_new (domain, -77, "no device") : NULL;
}

static void
on_stop (LodgerCaller *caller, void *data)
{
  Hooks *hooks = data;
  test_check (lodger_caller_current () == caller);
  test_check (lodger_caller_get_state (caller) == LODGER_CALLER_STOPPING);
  test_check (!lodger_pending_is_done (lodger_caller_get_stopped (caller)));
  hooks->stopped_in = test_thread_id ();
  counter_add (&hooks->stops, 1);
}

static void
hooks_destroy (void *data)
{
  recorder_destroy (&((Hooks *) data)->data);
}

static LodgerCallerOptions
hooked (Hooks *hooks, int fails_from)
{
  *hooks = (Hooks) { .fails_from = fails_from };
  counter_init (&hooks->starts);
  counter_init (&hooks->stops);
  return (LodgerCallerOptions) { .size = sizeof (LodgerCallerOptions),
                                 .on_start = on_start,
                                 .on_stop = on_stop,
                                 .hook_data = hooks,
                                 .hook_destroy = hooks_destroy };
}

static void
hooks_ran (Hooks *hooks, int starts, int stops)
{
  ck_assert_int_eq ((int) counter_get (&hooks->starts), starts);
  ck_assert_int_eq ((int) counter_get (&hooks->stops), stops);
}

static void
hooks_expect (Hooks *hooks, int starts, int stops, int destroyed)
{
  hooks_ran (hooks, starts, stops);
  ck_assert_int_eq (hooks->data.destroyed, destroyed);
}

/* The last caller that can run the hooks destroys their data, perhaps in another thread. */
static void
hooks_clear (Hooks *hooks)
{
  while (hooks->data.destroyed == 0)
    ;
  ck_assert_int_eq (hooks->data.destroyed, 1);
  counter_clear (&hooks->starts);
  counter_clear (&hooks->stops);
}

START_TEST (hooks_run_in_the_callers_thread_once)
{
  Hooks hooks;
  const LodgerCallerOptions options = hooked (&hooks, 0);
  Subject subject;
  subject_open_full (&subject, _i, &options);
  hooks_expect (&hooks, 1, 0, 0);
  ck_assert_ptr_eq (hooks.caller, subject.caller);
  ck_assert_int_eq (hooks.started_in, subject.thread_id);
  lodger_caller_stop (subject.caller, true);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  hooks_expect (&hooks, 1, 1, 0);
  ck_assert_int_eq (hooks.stopped_in, subject.thread_id);
  subject_close (&subject);
  hooks_ran (&hooks, 1, 1);
  hooks_clear (&hooks);
}
END_TEST

START_TEST (hooks_are_inherited_by_children_and_workers)
{
  Hooks hooks, own;
  LodgerCallerOptions options = hooked (&hooks, 0), options_of_one = hooked (&own, 0);
  Subject subject;
  LodgerCaller *child, *grandchild, *other;
  Recorder recorder = { 0 };
  int thread;
  subject_open_full (&subject, _i, &options);
  child = lodger_caller_open_child (subject.caller, NULL, NULL);
  thread = worker_thread_id (child);
  hooks_expect (&hooks, 2, 0, 0);
  ck_assert_ptr_eq (hooks.caller, child);
  ck_assert_int_eq (hooks.started_in, thread);
  grandchild = lodger_caller_open_child (child, NULL, NULL);
  thread = worker_thread_id (grandchild);
  hooks_expect (&hooks, 3, 0, 0);
  ck_assert_int_eq (hooks.started_in, thread);
  expect_code (wait_outcome (lodger_caller_to_thread (child, recorder_call, &recorder, NULL)), 0);
  hooks_expect (&hooks, 4, 0, 0);
  ck_assert_int_eq (hooks.started_in, recorder.ran_in);
  /* A child with hooks of its own does not inherit the parent's. */
  other = lodger_caller_open_child (subject.caller, &options_of_one, NULL);
  thread = worker_thread_id (other);
  hooks_expect (&hooks, 4, 0, 0);
  hooks_expect (&own, 1, 0, 0);
  lodger_caller_stop (other, true);
  subject_await (&subject, lodger_caller_get_stopped (other));
  hooks_expect (&own, 1, 1, 0);
  ck_assert_int_eq (own.stopped_in, thread);
  lodger_caller_unref (other);
  lodger_caller_stop (subject.caller, true);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  hooks_expect (&hooks, 4, 4, 0);
  hooks_expect (&own, 1, 1, 1);
  /* A living child keeps the data of its hooks. */
  subject_close (&subject);
  hooks_expect (&hooks, 4, 4, 0);
  lodger_caller_unref (child);
  hooks_expect (&hooks, 4, 4, 0);
  lodger_caller_unref (grandchild);
  hooks_ran (&hooks, 4, 4);
  hooks_clear (&hooks);
  hooks_clear (&own);
}
END_TEST

/* It has failed with the very error of the hook. */
static void
expect_hooks_error (LodgerPending *pending)
{
  LodgerError *error = lodger_pending_get_error (pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_EFAILED);
  ck_assert (!lodger_pending_is_cancelled (pending));
  ck_assert (lodger_error_matches (error, domain, -77));
  ck_assert_str_eq (lodger_error_get_message (error), "no device");
}

/* One of each kind. */
enum
{
  SOON,
  LATER,
  THEN,
  BOUND,
  CALLS
};

static void
submit_each_kind (LodgerCaller *caller, LodgerPending *promise, LodgerScope *scope, Recorder *recorder,
                  LodgerPending *calls[CALLS])
{
  calls[SOON] = lodger_caller_call_soon (caller, recorder_call, recorder, recorder_destroy);
  calls[LATER] = lodger_caller_call_later (caller, INT64_C (3600000000000), recorder_call, recorder, recorder_destroy);
  calls[THEN] = lodger_pending_then (promise, caller, recorder_then, recorder, recorder_destroy);
  calls[BOUND] = lodger_scope_call_soon (scope, caller, recorder_call, recorder, recorder_destroy);
}

static void
expect_hooks_errors (LodgerPending *calls[CALLS])
{
  for (int i = 0; i < CALLS; i++)
    {
      expect_hooks_error (calls[i]);
      lodger_pending_unref (calls[i]);
    }
}

/* Accepted before the start, and refused after it. */
static void
calls_fail_with_started (Subject *subject, LodgerCaller *caller, int (*start) (LodgerCaller *caller))
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerScope *scope = lodger_scope_new (NULL);
  LodgerPending *before[CALLS], *after[CALLS];
  Recorder early = { 0 }, late = { 0 };
  submit_each_kind (caller, promise, scope, &early, before);
  if (start != NULL)
    expect_code (start (caller), LODGER_EFAILED);
  else
    subject_await (subject, lodger_caller_get_stopped (caller));
  wait_done (lodger_caller_get_stopped (caller));
  expect_hooks_error (lodger_caller_get_started (caller));
  submit_each_kind (caller, promise, scope, &late, after);
  recorder_expect (&late, 0, CALLS);
  expect_code (lodger_caller_call_direct (caller, recorder_direct, &late, recorder_destroy), LODGER_ESHUTDOWN);
  expect_hooks_errors (before);
  expect_hooks_errors (after);
  recorder_expect (&early, 0, CALLS);
  lodger_scope_end (scope, NULL);
  lodger_scope_unref (scope);
  lodger_pending_unref (promise);
}

START_TEST (edge_54_a_failing_start_hook_fails_started)
{
  Hooks hooks;
  const LodgerCallerOptions options = hooked (&hooks, 1);
  Subject subject;
  LodgerCaller *child;
  subject_open (&subject, _i, false);
  log_capture_begin ();
  child = lodger_caller_open_child (subject.caller, &options, NULL);
  calls_fail_with_started (&subject, child, NULL);
  ck_assert (log_capture_has ("the start hook failed: no device"));
  log_capture_end ();
  ck_assert_int_eq (lodger_caller_get_state (child), LODGER_CALLER_STOPPED);
  subject_settle (&subject);
  lodger_caller_unref (child);
  subject_close (&subject);
  hooks_ran (&hooks, 1, 0);
  hooks_clear (&hooks);
}
END_TEST

START_TEST (edge_54_a_failing_start_hook_of_a_hosts_caller_fails_started)
{
  Hooks hooks;
  Subject subject;
  const LodgerCallerOptions options = hooked (&hooks, 1);
  subject_open_initial (&subject, _i, &options);
  log_capture_begin ();
  calls_fail_with_started (&subject, subject.caller, lodger_caller_enter);
  ck_assert (log_capture_has ("the start hook failed"));
  log_capture_end ();
  ck_assert_int_eq (lodger_caller_get_state (subject.caller), LODGER_CALLER_STOPPED);
  subject_close (&subject);
  hooks_ran (&hooks, 1, 0);
  hooks_clear (&hooks);
}
END_TEST

START_TEST (edge_54_without_a_worker_that_starts_the_call_ends)
{
  Hooks hooks;
  const LodgerCallerOptions options = hooked (&hooks, 2);
  Subject subject;
  Recorder recorder = { 0 };
  LodgerPending *pending;
  subject_open_full (&subject, _i, &options);
  log_capture_begin ();
  pending = lodger_caller_to_thread (subject.caller, recorder_call, &recorder, recorder_destroy);
  subject_await (&subject, pending);
  expect_hooks_error (pending);
  ck_assert (log_capture_has ("worker-1 could not start: the start hook failed"));
  log_capture_end ();
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (pending);
  subject_close (&subject);
  hooks_ran (&hooks, 2, 1);
  hooks_clear (&hooks);
}
END_TEST

/* Each failure is told: in its calls, and in a line that says how it goes on. */
START_TEST (edge_54_a_named_worker_that_could_not_start_is_made_anew)
{
  Hooks hooks;
  const LodgerCallerOptions options = hooked (&hooks, 2);
  Subject subject;
  Counter ends; /* the data of a call that fails is destroyed after its outcome is there */
  Recorder recorder = { .ends = &ends };
  counter_init (&ends);
  subject_open_full (&subject, _i, &options);
  log_capture_begin ();
  for (int i = 0; i < 3; i++)
    {
      LodgerPending *pending = lodger_caller_to_thread_full (subject.caller, recorder_call, &recorder, recorder_destroy,
                                                             LODGER_CALL_OPTIONS (.worker = "db"));
      subject_await (&subject, pending);
      if (i < 2)
        expect_hooks_error (pending);
      else
        expect_code (lodger_pending_get_outcome (pending), 0);
      lodger_pending_unref (pending);
      if (i == 1)
        hooks.fails_from = 0;
    }
  ck_assert_uint_eq (log_capture_count_of ("db could not start: the start hook failed: no device; the next use of its "
                                           "name starts another"),
                     2);
  ck_assert_uint_eq (log_capture_count (), 2);
  log_capture_end ();
  counter_wait (&ends, 3);
  recorder_expect (&recorder, 1, 3);
  subject_close (&subject);
  hooks_ran (&hooks, 4, 2);
  hooks_clear (&hooks);
  counter_clear (&ends);
}
END_TEST

/* ---- a start that fails beside others that submit ------------------------------------------------------------------- */

typedef struct Refusal
{
  LodgerCaller *caller;
  LodgerPending *late;
  LodgerCallerState state;
  Recorder recorder;
} Refusal;

static int
submit_when_started (LodgerPending *started, void *data)
{
  Refusal *refusal = data;
  (void) started;
  refusal->state = lodger_caller_get_state (refusal->caller);
  refusal->late = lodger_caller_call_soon (refusal->caller, recorder_call, &refusal->recorder, recorder_destroy);
  return 0;
}

/* As soon as `started` says so: the callback runs in the middle of the failing start. */
START_TEST (edge_54_nothing_is_accepted_once_started_has_failed)
{
  Hooks hooks;
  const LodgerCallerOptions options = hooked (&hooks, 1);
  Subject subject;
  Refusal refusal = { 0 };
  subject_open_initial (&subject, _i, &options);
  refusal.caller = subject.caller;
  log_capture_begin ();
  expect_code (lodger_pending_add_done_callback (lodger_caller_get_started (subject.caller), submit_when_started,
                                                 &refusal, NULL),
               0);
  expect_code (lodger_caller_enter (subject.caller), LODGER_EFAILED);
  log_capture_end ();
  ck_assert_int_eq (refusal.state, LODGER_CALLER_STOPPING);
  expect_hooks_error (refusal.late);
  recorder_expect (&refusal.recorder, 0, 1);
  lodger_pending_unref (refusal.late);
  subject_close (&subject);
  hooks_ran (&hooks, 1, 0);
  hooks_clear (&hooks);
}
END_TEST

/* ---- a start that fails with a child -------------------------------------------------------------------------------- */

typedef struct Failing
{
  BlockedCall in_child;
  LodgerCaller *child;
} Failing;

static LodgerError *
make_a_child_and_fail (LodgerCaller *caller, void *data)
{
  Failing *failing = data;
  LodgerCaller *parent = lodger_caller_find_parent (caller);
  lodger_caller_unref (parent);
  if (parent != NULL) /* this is the child's */
    return NULL;
  failing->child = lodger_caller_open_child (caller, NULL, NULL);
  lodger_pending_unref (lodger_caller_call_soon (failing->child, blocked_call_run, &failing->in_child, NULL));
  latch_wait (&failing->in_child.entered);
  return lodger_error_new (domain, -77, "no device");
}

START_TEST (edge_54_a_start_that_fails_with_a_child_stops_after_it)
{
  Failing failing = { .child = NULL };
  const LodgerCallerOptions options
      = { .size = sizeof options, .on_start = make_a_child_and_fail, .hook_data = &failing };
  Subject subject;
  LodgerPending *stopped;
  blocked_call_init (&failing.in_child);
  subject_open_initial (&subject, _i, &options);
  log_capture_begin ();
  expect_code (lodger_caller_enter (subject.caller), LODGER_EFAILED);
  log_capture_end ();
  stopped = lodger_caller_get_stopped (subject.caller);
  ck_assert_int_eq (lodger_caller_get_state (subject.caller), LODGER_CALLER_STOPPING);
  ck_assert (!lodger_pending_is_done (stopped));
  latch_open (&failing.in_child.let_go);
  wait_done (stopped);
  ck_assert_int_eq (lodger_caller_get_state (failing.child), LODGER_CALLER_STOPPED);
  lodger_caller_unref (failing.child);
  subject_close (&subject);
  blocked_call_clear (&failing.in_child);
}
END_TEST

/* ---- 52: the order of a stop ------------------------------------------------------------------------------------------ */

enum
{
  STOPPING = 1,
  CHILD_TOLD,
  RUNNING_TOLD, /* what is on the stack */
  QUEUE_DROPPED,
  RETURNED_TOLD, /* what had returned unfinished */
  CHILD_STOPPED,
  STOP_HOOK,
  STOPPED
};

typedef struct Order
{
  Subject *subject;
  Journal journal;
  LodgerReply *reply;
  BlockedCall in_child;
  BlockedCall on_stack;
  Latch deferred;
} Order;

typedef struct Mark
{
  Order *order;
  int number;
} Mark;

static int
mark_done (LodgerPending *done, void *data)
{
  const Mark *mark = data;
  (void) done;
  journal_add (&mark->order->journal, mark->number);
  return 0;
}

static void
mark_destroyed (void *data)
{
  mark_done (NULL, data);
}

static void
mark_never (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  test_fail ("a queued call runs in a caller that stops");
}

static void
mark_stop_hook (LodgerCaller *caller, void *data)
{
  Order *order = data;
  if (caller == order->subject->caller)
    journal_add (&order->journal, STOP_HOOK);
}

static void
defer (LodgerPending *self, void *data)
{
  Order *order = data;
  order->reply = lodger_pending_defer (self);
  latch_open (&order->deferred);
}

/* The child ends only now. */
static void
answer_and_let_the_child_go (LodgerPending *pending, const char *message, void *data)
{
  Order *order = data;
  (void) pending;
  (void) message;
  journal_add (&order->journal, RETURNED_TOLD);
  lodger_reply_return_nothing (order->reply);
  latch_open (&order->in_child.let_go);
}

static void
note_told (LodgerPending *pending, const char *message, void *data)
{
  Order *order = data;
  (void) pending;
  (void) message;
  journal_add (&order->journal, RUNNING_TOLD);
}

static void
be_on_the_stack (LodgerPending *self, void *data)
{
  Order *order = data;
  test_check (lodger_pending_set_canceller (self, note_told, order, NULL) == 0);
  if (subject_is (order->subject, SUBJECT_DRIVEN))
    blocked_call_direct (&order->on_stack);
  else
    lodger_caller_stop (order->subject->caller, false);
}

static void
submit_marks (Order *order, Mark *dropped)
{
  LodgerCaller *caller = order->subject->caller;
  lodger_pending_unref (lodger_caller_call_later (caller, LODGER_SECONDS (3600), mark_never, dropped, mark_destroyed));
  lodger_pending_unref (lodger_caller_call_soon (caller, be_on_the_stack, order, NULL));
  if (subject_is (order->subject, SUBJECT_DRIVEN))
    latch_wait (&order->on_stack.entered);
  lodger_pending_unref (lodger_caller_call_soon (caller, mark_never, dropped, mark_destroyed));
}

START_TEST (edge_52_the_order_of_a_stop)
{
  Subject subject;
  Order order = { .subject = &subject };
  Mark marks[STOPPED + 1];
  LodgerCaller *child;
  LodgerPending *deferred;
  const LodgerCallerOptions options = { .size = sizeof options, .on_stop = mark_stop_hook, .hook_data = &order };
  for (int i = 0; i <= STOPPED; i++)
    marks[i] = (Mark) { &order, i };
  journal_init (&order.journal);
  latch_init (&order.deferred);
  blocked_call_init (&order.in_child);
  blocked_call_init (&order.on_stack);
  subject_open_full (&subject, _i, &options);
  child = lodger_caller_open_child (subject.caller, NULL, NULL);
  order.in_child.pending = lodger_caller_call_soon (child, blocked_call_run, &order.in_child, NULL);
  latch_wait (&order.in_child.entered);
  deferred = lodger_caller_call_soon (subject.caller, defer, &order, NULL);
  subject_settle (&subject);
  latch_wait (&order.deferred);
  lodger_pending_set_canceller (deferred, answer_and_let_the_child_go, &order, NULL);
  lodger_pending_add_done_callback (lodger_caller_get_stopping (subject.caller), mark_done, &marks[STOPPING], NULL);
  lodger_pending_add_done_callback (lodger_caller_get_stopping (child), mark_done, &marks[CHILD_TOLD], NULL);
  lodger_pending_add_done_callback (lodger_caller_get_stopped (child), mark_done, &marks[CHILD_STOPPED], NULL);
  lodger_pending_add_done_callback (lodger_caller_get_stopped (subject.caller), mark_done, &marks[STOPPED], NULL);
  submit_marks (&order, &marks[QUEUE_DROPPED]);
  if (subject_is (&subject, SUBJECT_DRIVEN))
    {
      lodger_caller_stop (subject.caller, false);
      latch_open (&order.on_stack.let_go);
    }
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  /* The last mark may still be on its way in a loop that Lodger drives. */
  while (journal_count (&order.journal) < STOPPED + 1)
    ;
  journal_expect (&order.journal, STOPPING, CHILD_TOLD, RUNNING_TOLD, QUEUE_DROPPED, QUEUE_DROPPED, RETURNED_TOLD,
                  CHILD_STOPPED, STOP_HOOK, STOPPED);
  expect_code (lodger_pending_get_outcome (deferred), LODGER_ECANCELED);
  lodger_pending_unref (deferred);
  lodger_caller_unref (child);
  subject_close (&subject);
  blocked_call_clear (&order.in_child);
  blocked_call_clear (&order.on_stack);
  latch_clear (&order.deferred);
  journal_clear (&order.journal);
}
END_TEST

void
add_edge_hooks (Suite *suite)
{
  add_edge (suite, hooks_run_in_the_callers_thread_once, 0, 0);
  add_edge (suite, hooks_are_inherited_by_children_and_workers, 0, 0);
  add_edge (suite, edge_54_a_failing_start_hook_fails_started, 0, 0);
  add_edge (suite, edge_54_a_failing_start_hook_of_a_hosts_caller_fails_started, 0, SUBJECT_DRIVEN);
  add_edge (suite, edge_54_without_a_worker_that_starts_the_call_ends, 0, 0);
  add_edge (suite, edge_54_a_named_worker_that_could_not_start_is_made_anew, 0, 0);
  add_edge (suite, edge_54_nothing_is_accepted_once_started_has_failed, 0, SUBJECT_DRIVEN);
  add_edge (suite, edge_54_a_start_that_fails_with_a_child_stops_after_it, 0, SUBJECT_DRIVEN);
  add_edge (suite, edge_52_the_order_of_a_stop, 0, 0);
}
