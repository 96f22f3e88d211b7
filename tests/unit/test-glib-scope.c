/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scopes of GObjects, and the caller that one need not leave. */
#include "test-suite.h"

#include <lodger-glib.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOUR (INT64_C (3600) * G_USEC_PER_SEC * 1000)

/* An object, and a call bound to it. */
typedef struct Owner
{
  LodgerCaller *caller;
  GObject *object;
  Recorder recorder;
  LodgerPending *pending;
  gboolean is_gone, was_alive;
} Owner;

static void
note_gone (void *data, GObject *where)
{
  (void) where;
  ((Owner *) data)->is_gone = TRUE;
}

static Owner
owner_new (void)
{
  Owner owner = { .caller = lodger_glib_attach (NULL, NULL), .object = g_object_new (G_TYPE_OBJECT, NULL) };
  ck_assert_ptr_nonnull (owner.caller);
  return owner;
}

static void
owner_bind (Owner *owner)
{
  g_object_weak_ref (owner->object, note_gone, owner);
  owner->pending = lodger_scope_call_soon (lodger_glib_object_get_scope (owner->object), owner->caller, recorder_call,
                                           &owner->recorder, recorder_destroy);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
owner_close (Owner *owner)
{
  lodger_pending_unref (owner->pending);
  g_clear_object (&owner->object);
  expect_code (lodger_caller_leave (owner->caller), 0);
  lodger_caller_unref (owner->caller);
}

START_TEST (law_8_a_call_bound_to_an_object_does_not_run_after_its_dispose)
{
  Owner owner = owner_new ();
  owner_bind (&owner);
  g_clear_object (&owner.object);
  ck_assert (owner.is_gone);
  expect_code (lodger_pending_get_outcome (owner.pending), LODGER_ECANCELED);
  settle ();
  recorder_expect (&owner.recorder, 0, 1);
  owner_close (&owner);
}
END_TEST

START_TEST (edge_78_an_object_that_somebody_refers_to_can_be_disposed_of)
{
  Owner owner = owner_new ();
  LodgerScope *scope = lodger_glib_object_get_scope (owner.object);
  owner_bind (&owner);
  g_object_run_dispose (owner.object);
  settle ();
  recorder_expect (&owner.recorder, 0, 1);
  ck_assert_ptr_eq (lodger_glib_object_get_scope (owner.object), scope);
  ck_assert (lodger_scope_has_ended (scope));
  owner_close (&owner);
}
END_TEST

/* Asked for the first time when it is too late. */
START_TEST (a_scope_of_a_disposed_object_lasts_until_its_next_dispose)
{
  Owner owner = owner_new ();
  LodgerScope *scope;
  g_object_run_dispose (owner.object);
  scope = lodger_scope_ref (lodger_glib_object_get_scope (owner.object));
  g_clear_object (&owner.object);
  ck_assert (lodger_scope_has_ended (scope));
  lodger_scope_unref (scope);
  owner_close (&owner);
}
END_TEST

static void
drop_the_last_but_one (LodgerPending *self, void *data)
{
  Owner *owner = data;
  (void) self;
  g_clear_object (&owner->object);
  owner->was_alive = !owner->is_gone;
}

START_TEST (law_8_an_object_lives_as_long_as_its_call_runs)
{
  Owner owner = owner_new ();
  LodgerPending *pending = lodger_scope_call_soon (lodger_glib_object_get_scope (owner.object), owner.caller,
                                                   drop_the_last_but_one, &owner, NULL);
  g_object_weak_ref (owner.object, note_gone, &owner);
  settle ();
  ck_assert (owner.was_alive && owner.is_gone);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  owner_close (&owner);
}
END_TEST

START_TEST (law_8_a_bound_call_does_not_keep_its_object)
{
  Owner owner = owner_new ();
  g_object_weak_ref (owner.object, note_gone, &owner);
  owner.pending = lodger_scope_call_later (lodger_glib_object_get_scope (owner.object), owner.caller, HOUR,
                                           recorder_call, &owner.recorder, recorder_destroy);
  ck_assert_uint_eq (owner.object->ref_count, 1);
  g_clear_object (&owner.object);
  ck_assert (owner.is_gone);
  settle ();
  recorder_expect (&owner.recorder, 0, 1);
  owner_close (&owner);
}
END_TEST

/* A GtkListItem in small: bound, unbound, bound again. */
START_TEST (edge_79_a_list_row_has_a_scope_for_each_binding)
{
  Owner owner = owner_new ();
  Recorder second = { 0 };
  LodgerPending *pending;
  owner_bind (&owner);
  ck_assert (lodger_glib_object_end_scope (owner.object, "unbound"));
  ck_assert (!lodger_glib_object_end_scope (owner.object, "unbound"));
  pending = lodger_scope_call_soon (lodger_glib_object_get_scope (owner.object), owner.caller, recorder_call, &second,
                                    recorder_destroy);
  settle ();
  recorder_expect (&owner.recorder, 0, 1);
  recorder_expect (&second, 1, 1);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  owner_close (&owner);
}
END_TEST

static void *
drop_elsewhere (void *data)
{
  g_object_unref (data);
  return NULL;
}

START_TEST (edge_78_an_object_may_be_disposed_of_in_another_thread)
{
  for (int i = 0; i < 100; i++)
    {
      Owner owner = owner_new ();
      pthread_t thread;
      owner_bind (&owner);
      thread = thread_start (drop_elsewhere, g_steal_pointer (&owner.object));
      settle ();
      thread_join (thread);
      settle ();
      ck_assert_int_eq (atomic_load (&owner.recorder.destroyed), 1);
      owner_close (&owner);
    }
}
END_TEST

typedef struct Askers
{
  GObject *object;
  Barrier barrier;
  LodgerScope *scopes[2];
  atomic_int next;
} Askers;

static void *
ask (void *data)
{
  Askers *askers = data;
  barrier_wait (&askers->barrier);
  askers->scopes[atomic_fetch_add (&askers->next, 1)] = lodger_glib_object_get_scope (askers->object);
  return NULL;
}

START_TEST (two_threads_that_ask_at_once_get_the_same_scope)
{
  for (int i = 0; i < 200; i++)
    {
      Askers askers = { .object = g_object_new (G_TYPE_OBJECT, NULL) };
      pthread_t threads[2];
      barrier_init (&askers.barrier, 2);
      for (int k = 0; k < 2; k++)
        threads[k] = thread_start (ask, &askers);
      for (int k = 0; k < 2; k++)
        thread_join (threads[k]);
      ck_assert_ptr_nonnull (askers.scopes[0]);
      ck_assert_ptr_eq (askers.scopes[0], askers.scopes[1]);
      g_object_unref (askers.object);
      barrier_clear (&askers.barrier);
    }
}
END_TEST

/* ---- the caller and its slices ------------------------------------------------------------------------------------ */

typedef struct Asker
{
  atomic_bool is_over;
  Counter rounds;
} Asker;

static void *
ask_for_long (void *data)
{
  Asker *asker = data;
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  while (!atomic_load (&asker->is_over))
    {
      for (int i = 0; i < 100; i++)
        lodger_glib_object_get_scope (object);
      counter_add (&asker->rounds, 1);
    }
  g_object_unref (object);
  return NULL;
}

/* The fork comes at any moment of the other thread. The child must not wait for a lock of that thread, which it does not
 * have. It ends as another program, since a leak checker would count the memory of the missing thread. */
START_TEST (edge_56_a_child_forked_while_another_thread_asks_can_ask)
{
  Asker asker = { .is_over = false };
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  pthread_t thread;
  counter_init (&asker.rounds);
  thread = thread_start (ask_for_long, &asker);
  for (int round = 1; round <= 50; round++)
    {
      int status = 0;
      pid_t child;
      counter_wait (&asker.rounds, round);
      child = fork ();
      if (child == 0)
        {
          if (lodger_glib_object_get_scope (object) != NULL)
            execl ("/bin/true", "true", (char *) NULL);
          _exit (1);
        }
      ck_assert_int_eq (waitpid (child, &status, 0), child);
      ck_assert (WIFEXITED (status));
      ck_assert_int_eq (WEXITSTATUS (status), 0);
    }
  atomic_store (&asker.is_over, true);
  thread_join (thread);
  g_object_unref (object);
  counter_clear (&asker.rounds);
}
END_TEST

START_TEST (a_caller_that_was_only_asked_for_counts_no_enter)
{
  LodgerCaller *caller = lodger_glib_open_caller (NULL, NULL, NULL);
  LodgerCaller *again = lodger_glib_open_caller (NULL, NULL, NULL);
  ck_assert_ptr_eq (caller, again);
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_RUNNING);
  expect_code (lodger_caller_leave (caller), LODGER_ESTATE);
  expect_code (lodger_caller_stop_wait (caller), 0);
  lodger_caller_unref (again);
  lodger_caller_unref (caller);
}
END_TEST

static int64_t
ask_for_nothing (void *data)
{
  (*(int *) data)++;
  return 0;
}

/* With no time at all one call runs in each dispatch, so that ten take ten. */
START_TEST (a_slice_is_as_long_as_the_host_options_say)
{
  int asked = 0;
  const LodgerGlibHostOptions options = { .size = sizeof options, .slice = ask_for_nothing, .slice_data = &asked };
  LodgerCaller *caller = lodger_glib_open_caller (&options, NULL, NULL);
  Recorder recorder = { 0 };
  settle ();
  asked = 0;
  for (int i = 0; i < 10; i++)
    lodger_pending_unref (lodger_caller_call_soon (caller, recorder_call, &recorder, NULL));
  settle ();
  recorder_expect (&recorder, 10, 0);
  ck_assert_int_ge (asked, 10);
  expect_code (lodger_caller_stop_wait (caller), 0);
  lodger_caller_unref (caller);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-scope");
  test_add (suite, law_8_a_call_bound_to_an_object_does_not_run_after_its_dispose);
  test_add (suite, edge_78_an_object_that_somebody_refers_to_can_be_disposed_of);
  test_add (suite, a_scope_of_a_disposed_object_lasts_until_its_next_dispose);
  test_add (suite, law_8_an_object_lives_as_long_as_its_call_runs);
  test_add (suite, law_8_a_bound_call_does_not_keep_its_object);
  test_add (suite, edge_79_a_list_row_has_a_scope_for_each_binding);
  test_add (suite, edge_78_an_object_may_be_disposed_of_in_another_thread);
  test_add (suite, two_threads_that_ask_at_once_get_the_same_scope);
  test_add (suite, edge_56_a_child_forked_while_another_thread_asks_can_ask);
  test_add (suite, a_caller_that_was_only_asked_for_counts_no_enter);
  test_add (suite, a_slice_is_as_long_as_the_host_options_say);
  return test_main (suite, argc, argv);
}
