/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scopes at their edges: who keeps whom, and ends that come from several threads at once. */
#include "test-loop.h"
#include "test-minimal-host.h"
#include "test-suite.h"
#include "test-threads.h"
#include "test-worker.h"

#include <lodger/lodger.h>

START_TEST (a_scope_that_nobody_refers_to_has_not_ended)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder object = { 0 }, recorder = { 0 };
  const LodgerScopeOptions options = { .size = sizeof options, .object = &object, .destroy = recorder_destroy };
  LodgerScope *scope = lodger_scope_ref (lodger_scope_new (&options));
  LodgerPending *pending = lodger_scope_call_soon (scope, loop.caller, recorder_call, &recorder, recorder_destroy);
  lodger_scope_unref (scope);
  lodger_scope_unref (scope);
  recorder_expect (&object, 0, 0);
  loop_run (&loop);
  ck_assert_int_eq (lodger_pending_get_outcome (pending), 0);
  recorder_expect (&recorder, 1, 1);
  lodger_pending_unref (pending);
  recorder_expect (&object, 0, 1);
  loop_close (&loop);
}
END_TEST

typedef struct Held
{
  LodgerScope *scope;
  int holds, releases;
  bool is_gone, held_elsewhere;
} Held;

static bool
hold (void *data)
{
  Held *held = data;
  held->holds++;
  return !held->is_gone;
}

static void
release (void *data)
{
  ((Held *) data)->releases++;
}

static void *
hold_elsewhere (void *data)
{
  Held *held = data;
  held->held_elsewhere = lodger_host_hold_scope (held->scope);
  lodger_host_release_scope (held->scope);
  return NULL;
}

/* The object is held in the scope's own thread alone, as around a call. */
START_TEST (an_adapter_holds_a_scope_without_a_call)
{
  Held held = { .holds = 0 };
  held.scope = lodger_scope_new (LODGER_SCOPE_OPTIONS (.hold = hold, .release = release, .object = &held));
  ck_assert (lodger_host_hold_scope (held.scope));
  ck_assert_int_eq (held.holds, 1);
  ck_assert_int_eq (held.releases, 0);
  lodger_host_release_scope (held.scope);
  ck_assert_int_eq (held.releases, 1);
  thread_join (thread_start (hold_elsewhere, &held));
  ck_assert (held.held_elsewhere);
  held.is_gone = true;
  ck_assert (!lodger_host_hold_scope (held.scope));
  ck_assert_int_eq (held.holds, 2);
  lodger_scope_end (held.scope, NULL);
  ck_assert (!lodger_host_hold_scope (held.scope));
  ck_assert_int_eq (held.holds, 2);
  ck_assert_int_eq (held.releases, 1);
  lodger_scope_unref (held.scope);
}
END_TEST

START_TEST (a_direct_call_cannot_be_bound)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerScope *scope = lodger_scope_new (NULL);
  Recorder recorder = { 0 };
  const LodgerCallOptions bound = { .size = sizeof bound, .scope = scope };
  const LodgerCallOptions housed = { .size = sizeof housed, .data_home = loop.caller };
  ck_assert_int_eq (lodger_caller_call_direct_full (loop.caller, recorder_direct, &recorder, recorder_destroy, &bound),
                    LODGER_EINVAL);
  ck_assert_int_eq (lodger_caller_call_direct_full (loop.caller, recorder_direct, &recorder, recorder_destroy, &housed),
                    LODGER_EINVAL);
  recorder_expect (&recorder, 0, 2);
  lodger_scope_unref (scope);
  loop_close (&loop);
}
END_TEST

/* The dialog's own button closes it: a nested loop in a bound call, in which the scope ends. */
typedef struct Dialog
{
  Loop *loop;
  LodgerScope *scope;
  Recorder behind;
  LodgerPending *pending;
  bool was_cancelled;
} Dialog;

static void
close_dialog (void *data)
{
  lodger_scope_end (((Dialog *) data)->scope, NULL);
}

static void
run_dialog (LodgerPending *self, void *data)
{
  Dialog *dialog = data;
  lodger_caller_call_direct (dialog->loop->caller, close_dialog, dialog, NULL);
  dialog->pending
      = lodger_scope_call_soon (dialog->scope, dialog->loop->caller, recorder_call, &dialog->behind, recorder_destroy);
  loop_run (dialog->loop);
  dialog->was_cancelled = lodger_pending_is_cancelled (self);
}

START_TEST (a_scope_may_end_in_a_nested_loop_of_its_call)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Dialog dialog = { .loop = &loop, .scope = lodger_scope_new (NULL) };
  lodger_pending_unref (lodger_scope_call_soon (dialog.scope, loop.caller, run_dialog, &dialog, NULL));
  loop_run (&loop);
  ck_assert (dialog.was_cancelled);
  ck_assert_int_eq (lodger_pending_get_outcome (dialog.pending), LODGER_ECANCELED);
  recorder_expect (&dialog.behind, 0, 1);
  lodger_pending_unref (dialog.pending);
  lodger_scope_unref (dialog.scope);
  loop_close (&loop);
}
END_TEST

/* ---- an end before the one who submits has come back ---------------------------------------------------------------- */

typedef struct Slow
{
  MinimalHost minimal; /* first */
  Latch posted, let_go;
  LodgerCaller *caller;
  LodgerScope *scope;
  Recorder recorder;
  bool ends_in_hold, was_cancelled;
} Slow;

static int
slow_post (void *impl, LodgerHostNode *node)
{
  Slow *slow = impl;
  int code = minimal_host_ops.run_sync_soon_threadsafe (&slow->minimal, node);
  latch_open (&slow->posted);
  latch_wait (&slow->let_go);
  return code;
}

static bool
slow_hold (void *data)
{
  Slow *slow = data;
  if (slow->ends_in_hold)
    lodger_scope_end (slow->scope, NULL);
  return true;
}

static void
end_and_look (LodgerPending *self, void *data)
{
  Slow *slow = data;
  lodger_scope_end (slow->scope, NULL);
  slow->was_cancelled = lodger_pending_is_cancelled (self);
  recorder_call (self, &slow->recorder);
}

static void *
submit_slowly (void *data)
{
  Slow *slow = data;
  lodger_pending_unref (lodger_scope_call_soon (slow->scope, slow->caller, end_and_look, slow, NULL));
  return NULL;
}

/* The call is in its thread, and the submitter still in the host's post. */
static void
run_slow (Slow *slow)
{
  static LodgerHostOps ops;
  static LodgerHostDriver driver;
  LodgerCallerOptions options = { .size = sizeof options, .host = "slow" };
  const LodgerScopeOptions held = { .size = sizeof held, .hold = slow_hold, .object = slow };
  MinimalHost *minimal = &slow->minimal;
  pthread_t thread;
  ops = minimal_host_ops;
  ops.name = "slow";
  ops.run_sync_soon_threadsafe = slow_post;
  driver = minimal_host_driver;
  driver.ops = &ops;
  options.host_options = &minimal;
  pthread_mutex_init (&minimal->mutex, NULL);
  latch_init (&slow->posted);
  latch_init (&slow->let_go);
  ck_assert_int_eq (lodger_host_register (&driver), 0);
  slow->caller = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, &options, NULL);
  ck_assert_ptr_nonnull (slow->caller);
  slow->scope = lodger_scope_new (&held);
  thread = thread_start (submit_slowly, slow);
  latch_wait (&slow->posted);
  lodger_host_run_node (minimal_host_take_node (minimal));
  latch_open (&slow->let_go);
  thread_join (thread);
  minimal_host_run (minimal);
  lodger_scope_unref (slow->scope);
  ck_assert_int_eq (lodger_caller_stop_wait (slow->caller), 0);
  lodger_caller_unref (slow->caller);
  latch_clear (&slow->posted);
  latch_clear (&slow->let_go);
  pthread_mutex_destroy (&minimal->mutex);
}

START_TEST (an_end_while_it_is_held_comes_before_the_call)
{
  Slow slow = { .ends_in_hold = true };
  run_slow (&slow);
  recorder_expect (&slow.recorder, 0, 0);
}
END_TEST

START_TEST (a_call_that_ends_its_scope_is_cancelled)
{
  Slow slow = { .ends_in_hold = false };
  run_slow (&slow);
  recorder_expect (&slow.recorder, 1, 0);
  ck_assert (slow.was_cancelled);
}
END_TEST

/* ---- from several threads at once ---------------------------------------------------------------------------------- */

enum
{
  ROUNDS = 200,
  CALLS = 20,
  SUBMITTERS = 2
};

typedef struct Shared
{
  LodgerCaller *caller;
  LodgerScope *scope;
  LodgerPending *promise;
  Barrier barrier;
  atomic_int created, destroyed, ran_late;
  atomic_bool has_ended; /* written in the caller's thread */
} Shared;

static void
look (LodgerPending *self, void *data)
{
  Shared *shared = data;
  (void) self;
  if (atomic_load (&shared->has_ended))
    atomic_fetch_add (&shared->ran_late, 1);
}

static void
look_in_worker (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
look_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) done;
  look (self, data);
}

static void
count_destroyed (void *data)
{
  atomic_fetch_add (&((Shared *) data)->destroyed, 1);
}

static void *
submit_many (void *data)
{
  Shared *shared = data;
  barrier_wait (&shared->barrier);
  for (int i = 0; i < CALLS; i++)
    {
      LodgerPending *pending;
      atomic_fetch_add (&shared->created, 1);
      switch (i % 4)
        {
        case 0: pending = lodger_scope_call_soon (shared->scope, shared->caller, look, shared, count_destroyed); break;
        case 1:
          pending = lodger_scope_call_later (shared->scope, shared->caller, i, look, shared, count_destroyed);
          break;
        case 2:
          pending = lodger_scope_to_thread (shared->scope, shared->caller, look_in_worker, shared, count_destroyed);
          break;
        default:
          pending
              = lodger_scope_then (shared->scope, shared->promise, shared->caller, look_then, shared, count_destroyed);
          break;
        }
      lodger_pending_unref (pending);
    }
  return NULL;
}

static void *
answer (void *data)
{
  Shared *shared = data;
  barrier_wait (&shared->barrier);
  lodger_pending_return_nothing (shared->promise);
  return NULL;
}

static void
end_it (void *data)
{
  Shared *shared = data;
  lodger_scope_end (shared->scope, NULL);
  atomic_store (&shared->has_ended, true);
}

static void *
end_from_its_thread (void *data)
{
  Shared *shared = data;
  barrier_wait (&shared->barrier);
  lodger_caller_call_direct (shared->caller, end_it, shared, NULL);
  return NULL;
}

static void *
end_from_here (void *data)
{
  Shared *shared = data;
  barrier_wait (&shared->barrier);
  lodger_scope_end (shared->scope, NULL);
  return NULL;
}

/* No bound call runs in the thread in which the scope has ended; each call's data is destroyed once. */
START_TEST (ends_and_submissions_from_several_threads_leave_nothing_behind)
{
  for (int round = 0; round < ROUNDS; round++)
    {
      Shared shared = { .caller = worker_start (NULL), .scope = lodger_scope_new (NULL) };
      pthread_t threads[SUBMITTERS + 3];
      shared.promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      barrier_init (&shared.barrier, SUBMITTERS + 3);
      for (int i = 0; i < SUBMITTERS; i++)
        threads[i] = thread_start (submit_many, &shared);
      threads[SUBMITTERS] = thread_start (answer, &shared);
      threads[SUBMITTERS + 1] = thread_start (end_from_its_thread, &shared);
      threads[SUBMITTERS + 2] = thread_start (end_from_here, &shared);
      for (int i = 0; i < SUBMITTERS + 3; i++)
        thread_join (threads[i]);
      worker_stop (shared.caller);
      ck_assert_int_eq (atomic_load (&shared.ran_late), 0);
      ck_assert_int_eq (atomic_load (&shared.created), SUBMITTERS * CALLS);
      ck_assert_int_eq (atomic_load (&shared.destroyed), SUBMITTERS * CALLS);
      lodger_pending_unref (shared.promise);
      lodger_scope_unref (shared.scope);
      barrier_clear (&shared.barrier);
    }
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("scope");
  test_add (suite, a_scope_that_nobody_refers_to_has_not_ended);
  test_add (suite, an_adapter_holds_a_scope_without_a_call);
  test_add (suite, a_direct_call_cannot_be_bound);
  test_add (suite, a_scope_may_end_in_a_nested_loop_of_its_call);
  test_add (suite, an_end_while_it_is_held_comes_before_the_call);
  test_add (suite, a_call_that_ends_its_scope_is_cancelled);
  test_add (suite, ends_and_submissions_from_several_threads_leave_nothing_behind);
  return test_main (suite, argc, argv);
}
