/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A library that uses Lodger inside, and has a plain GIO interface. */
#include "test-gio-glib.h"
#include "test-suite.h"

/* ---- the library: a sum, in a worker ----------------------------------------------------------------------------- */

typedef struct Sum
{
  int a, b;
} Sum;

static void
sum_call (LodgerPending *self, void *data)
{
  const Sum *sum = data;
  if (sum->a < 0)
    lodger_glib_pending_return_gerror (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "below zero"));
  else
    lodger_pending_return_int (self, sum->a + sum->b);
}

static void
sum_async (GObject *object, LodgerCaller *caller, int a, int b, GCancellable *cancellable, GAsyncReadyCallback callback,
           gpointer user_data)
{
  Sum *sum = g_new (Sum, 1);
  LodgerPending *pending;
  sum->a = a;
  sum->b = b;
  pending = lodger_caller_call_soon (caller, sum_call, sum, g_free);
  lodger_glib_pending_offer (pending, object, cancellable, callback, user_data);
  lodger_pending_unref (pending);
}

static int
sum_finish (GObject *object, GAsyncResult *result, GError **error)
{
  LodgerPending *done = lodger_glib_pending_finish (result, object, error);
  int64_t sum = -1;
  if (done != NULL)
    lodger_pending_get_int (done, &sum);
  lodger_pending_unref (done);
  return (int) sum;
}

/* ---- its user ---------------------------------------------------------------------------------------------------- */

typedef struct User
{
  GObject *object;
  atomic_int ran;
  int thread, sum;
  GError *error;
  bool fetches;
} User;

static void
on_sum (GObject *object, GAsyncResult *result, void *data)
{
  User *user = data;
  test_check (object == user->object);
  user->thread = test_thread_id ();
  if (user->fetches)
    user->sum = sum_finish (object, result, &user->error);
  atomic_fetch_add (&user->ran, 1);
}

static void
note_thread (void *data, GObject *where_it_was)
{
  (void) where_it_was;
  *(int *) data = test_thread_id ();
}

static User
user_new (LiveObjects *objects, int *dropped_in)
{
  User user = { .object = live_objects_add (objects, g_object_new (G_TYPE_OBJECT, NULL)), .fetches = true };
  if (dropped_in != NULL)
    g_object_weak_ref (user.object, note_thread, dropped_in);
  return user;
}

START_TEST (a_librarys_own_pair_has_a_pending_inside)
{
  LodgerCaller *worker = worker_start (NULL);
  LiveObjects objects = { 0 };
  User user = user_new (&objects, NULL);
  sum_async (user.object, worker, 40, 2, NULL, on_sum, &user);
  ck_assert_int_eq (user.ran, 0);
  turn_until (NULL, &user.ran, 1);
  ck_assert_int_eq (user.sum, 42);
  ck_assert_ptr_null (user.error);
  sum_async (user.object, worker, -1, 2, NULL, on_sum, &user);
  turn_until (NULL, &user.ran, 2);
  ck_assert (g_error_matches (user.error, G_IO_ERROR, G_IO_ERROR_FAILED));
  g_clear_error (&user.error);
  turn_until_quiet (NULL);
  ck_assert_int_eq (user.ran, 2);
  g_object_unref (user.object);
  live_objects_expect (&objects, 0);
  worker_stop (worker);
}
END_TEST

START_TEST (a_done_pending_is_offered_later_all_the_same)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LiveObjects objects = { 0 };
  User user = user_new (&objects, NULL);
  lodger_pending_return_int (promise, 7);
  lodger_glib_pending_offer (promise, user.object, NULL, on_sum, &user);
  lodger_pending_unref (promise);
  ck_assert_int_eq (user.ran, 0);
  turn_until (NULL, &user.ran, 1);
  ck_assert_int_eq (user.sum, 7);
  turn_until_quiet (NULL);
  g_object_unref (user.object);
  live_objects_expect (&objects, 0);
}
END_TEST

START_TEST (a_cancelled_pending_is_cancelled_for_gio_too)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  GCancellable *cancellable = g_cancellable_new ();
  LiveObjects objects = { 0 };
  User user = user_new (&objects, NULL);
  lodger_glib_pending_offer (promise, user.object, cancellable, on_sum, &user);
  g_cancellable_cancel (cancellable);
  ck_assert (lodger_pending_is_cancelled (promise));
  ck_assert_int_eq (user.ran, 0);
  turn_until (NULL, &user.ran, 1);
  ck_assert (g_error_matches (user.error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  g_clear_error (&user.error);
  lodger_pending_unref (promise);
  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_glib_pending_offer (promise, user.object, NULL, on_sum, &user);
  lodger_pending_cancel (promise, "closed");
  turn_until (NULL, &user.ran, 2);
  ck_assert (g_error_matches (user.error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  g_clear_error (&user.error);
  lodger_pending_unref (promise);
  turn_until_quiet (NULL);
  g_object_unref (user.object);
  g_object_unref (cancellable);
  live_objects_expect (&objects, 0);
}
END_TEST

START_TEST (a_promise_that_goes_unanswered_is_an_error)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LiveObjects objects = { 0 };
  User user = user_new (&objects, NULL);
  lodger_glib_pending_offer (promise, user.object, NULL, on_sum, &user);
  lodger_pending_unref (promise);
  turn_until (NULL, &user.ran, 1);
  ck_assert (g_error_matches (user.error, LODGER_GLIB_ERROR, LODGER_EUNANSWERED));
  g_clear_error (&user.error);
  turn_until_quiet (NULL);
  g_object_unref (user.object);
  live_objects_expect (&objects, 0);
}
END_TEST

/* The user drops everything at once, without a call-back or without fetching: the last references go here. */
START_TEST (source_and_outcome_are_dropped_where_it_was_offered)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int fetches = 0; fetches < 3; fetches++)
    {
      LiveObjects objects = { 0 };
      Recorder value = { 0 };
      int dropped_in = 0;
      User user = user_new (&objects, &dropped_in);
      LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      user.fetches = fetches == 2;
      lodger_glib_pending_offer (promise, user.object, NULL, fetches > 0 ? on_sum : NULL, &user);
      g_object_unref (user.object);
      lodger_pending_return_pointer (promise, &value, recorder_destroy);
      lodger_pending_unref (promise);
      ck_assert_int_eq (value.destroyed, 0);
      turn_until (NULL, &value.destroyed, 1);
      turn_until_quiet (NULL);
      live_objects_expect (&objects, 0);
      ck_assert_int_eq (dropped_in, test_thread_id ());
      ck_assert_int_eq (value.destroyed_in, test_thread_id ());
      ck_assert_int_eq (user.ran, fetches > 0);
      g_clear_error (&user.error);
    }
  for (int i = 0; i < (int) test_scaled (200); i++)
    {
      LiveObjects objects = { 0 };
      int dropped_in = 0;
      User user = user_new (&objects, &dropped_in);
      sum_async (user.object, worker, 1, i, NULL, on_sum, &user);
      g_object_unref (user.object);
      turn_until (NULL, &user.ran, 1);
      ck_assert_int_eq (user.sum, 1 + i);
      turn_until_quiet (NULL);
      live_objects_expect (&objects, 0);
      ck_assert_int_eq (dropped_in, test_thread_id ());
    }
  worker_stop (worker);
}
END_TEST

static void
ask_in_worker (LodgerPending *self, void *data)
{
  User *user = data;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  lodger_pending_return_int (promise, 9);
  lodger_glib_pending_offer (promise, user->object, NULL, on_sum, user);
  lodger_pending_unref (promise);
}

START_TEST (the_callback_runs_in_the_context_of_the_asker)
{
  LodgerCaller *worker;
  GMainContext *context = g_main_context_new ();
  LiveObjects objects = { 0 };
  User user = user_new (&objects, NULL);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  int thread;
  expect_code (lodger_glib_register (), 0);
  worker = worker_start ("glib");
  thread = worker_thread_id (worker);
  lodger_pending_unref (lodger_caller_call_soon (worker, ask_in_worker, &user, NULL));
  while (atomic_load (&user.ran) == 0)
    worker_thread_id (worker); /* each is another turn of its loop */
  ck_assert_int_eq (user.thread, thread);
  ck_assert_int_eq (user.sum, 9);
  g_main_context_push_thread_default (context);
  lodger_glib_pending_offer (promise, user.object, NULL, on_sum, &user);
  g_main_context_pop_thread_default (context);
  lodger_pending_return_int (promise, 3);
  lodger_pending_unref (promise);
  turn_until_quiet (NULL);
  ck_assert_int_eq (user.ran, 1);
  turn_until (context, &user.ran, 2);
  ck_assert_int_eq (user.sum, 3);
  worker_stop (worker);
  g_main_context_unref (context);
  g_object_unref (user.object);
  live_objects_expect (&objects, 0);
}
END_TEST

static void
finish_twice (GObject *object, GAsyncResult *result, void *data)
{
  atomic_int *ran = data;
  GObject *other = g_object_new (G_TYPE_OBJECT, NULL);
  GError *error = NULL;
  test_check (lodger_glib_pending_finish (result, other, &error) == NULL);
  test_check (g_error_matches (error, LODGER_GLIB_ERROR, LODGER_EINVAL));
  g_clear_error (&error);
  lodger_pending_unref (lodger_glib_pending_finish (result, object, &error));
  test_check (error == NULL);
  test_check (lodger_glib_pending_finish (result, object, &error) == NULL);
  test_check (g_error_matches (error, LODGER_GLIB_ERROR, LODGER_EALREADY));
  g_clear_error (&error);
  g_object_unref (other);
  atomic_fetch_add (ran, 1);
}

START_TEST (it_is_finished_once_and_by_its_source)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  atomic_int ran = 0;
  lodger_pending_return_nothing (promise);
  log_capture_begin ();
  lodger_glib_pending_offer (promise, NULL, NULL, finish_twice, &ran);
  lodger_pending_unref (promise);
  turn_until (NULL, &ran, 1);
  ck_assert_uint_eq (log_capture_count (), 2);
  ck_assert (log_capture_has ("lodger_glib_pending_finish: "));
  log_capture_end ();
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-gio-offer");
  test_add (suite, a_librarys_own_pair_has_a_pending_inside);
  test_add (suite, a_done_pending_is_offered_later_all_the_same);
  test_add (suite, a_cancelled_pending_is_cancelled_for_gio_too);
  test_add (suite, a_promise_that_goes_unanswered_is_an_error);
  test_add (suite, source_and_outcome_are_dropped_where_it_was_offered);
  test_add (suite, the_callback_runs_in_the_context_of_the_asker);
  test_add (suite, it_is_finished_once_and_by_its_source);
  return test_main (suite, argc, argv);
}
