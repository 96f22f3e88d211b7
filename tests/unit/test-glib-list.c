/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list model that threads fill. */
#include "test-suite.h"

#include <lodger-glib.h>

enum
{
  THREADS = 4,
  EACH = 25000
};

typedef struct Filling
{
  LodgerCaller *caller;
  LodgerGlibList *list;
  GThread *gui;
  Barrier barrier;
  atomic_int threads, refused;
  guint signals, rows;
} Filling;

/* Made before there are threads: GLib's lock for them is not instrumented. */
static struct
{
  GQuark thread, number;
} keys;

static GObject *
row_new (int thread, int number)
{
  GObject *row = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_set_qdata (row, keys.thread, GINT_TO_POINTER (thread));
  g_object_set_qdata (row, keys.number, GINT_TO_POINTER (number));
  return row;
}

static void
note_change (GListModel *model, guint position, guint removed, guint added, Filling *filling)
{
  ck_assert (g_thread_self () == filling->gui);
  ck_assert_uint_eq (removed, 0);
  ck_assert_uint_eq (position, filling->rows);
  filling->rows += added;
  filling->signals++;
  ck_assert_uint_eq (g_list_model_get_n_items (model), filling->rows);
}

static Filling
filling_new (void)
{
  Filling filling = { .caller = lodger_glib_attach (NULL, NULL), .gui = g_thread_self () };
  keys.thread = g_quark_from_static_string ("thread");
  keys.number = g_quark_from_static_string ("number");
  filling.list = lodger_glib_list_new (filling.caller, G_TYPE_OBJECT);
  ck_assert_ptr_nonnull (filling.list);
  return filling;
}

static void
filling_end (Filling *filling)
{
  expect_code (lodger_caller_leave (filling->caller), 0);
  lodger_caller_unref (filling->caller);
}

static void *
append_many (void *data)
{
  Filling *filling = data;
  int thread = atomic_fetch_add (&filling->threads, 1);
  barrier_wait (&filling->barrier);
  for (int i = 1; i <= EACH; i++)
    if (lodger_glib_list_append (filling->list, row_new (thread, i)) != 0)
      atomic_fetch_add (&filling->refused, 1);
  return NULL;
}

static void
check_rows (GListModel *model)
{
  int last[THREADS] = { 0 };
  ck_assert_uint_eq (g_list_model_get_n_items (model), THREADS * EACH);
  ck_assert_ptr_null (g_list_model_get_item (model, THREADS * EACH));
  for (guint i = 0; i < THREADS * EACH; i++)
    {
      GObject *row = g_list_model_get_item (model, i);
      int thread = GPOINTER_TO_INT (g_object_get_qdata (row, keys.thread));
      ck_assert_int_eq (GPOINTER_TO_INT (g_object_get_qdata (row, keys.number)), ++last[thread]);
      g_object_unref (row);
    }
}

START_TEST (rows_of_many_threads_come_in_batches)
{
  Filling filling = filling_new ();
  pthread_t threads[THREADS];
  GListModel *model = G_LIST_MODEL (filling.list);
  ck_assert (g_list_model_get_item_type (model) == G_TYPE_OBJECT);
  g_signal_connect (filling.list, "items-changed", G_CALLBACK (note_change), &filling);
  barrier_init (&filling.barrier, THREADS);
  for (int i = 0; i < THREADS; i++)
    threads[i] = thread_start (append_many, &filling);
  while (filling.rows < THREADS * EACH)
    g_main_context_iteration (NULL, TRUE);
  for (int i = 0; i < THREADS; i++)
    thread_join (threads[i]);
  check_rows (model);
  ck_assert_uint_ge (filling.signals, THREADS * EACH / 1000);
  ck_assert_int_eq (atomic_load (&filling.refused), 0);
  barrier_clear (&filling.barrier);
  g_object_unref (filling.list);
  filling_end (&filling);
}
END_TEST

START_TEST (a_cleared_list_goes_on)
{
  Filling filling = filling_new ();
  GListModel *model = G_LIST_MODEL (filling.list);
  for (int i = 0; i < 2; i++)
    {
      expect_code (lodger_glib_list_append (filling.list, row_new (0, i)), 0);
      while (g_list_model_get_n_items (model) == 0)
        g_main_context_iteration (NULL, TRUE);
      lodger_glib_list_clear (filling.list);
      ck_assert_uint_eq (g_list_model_get_n_items (model), 0);
    }
  g_object_unref (filling.list);
  filling_end (&filling);
}
END_TEST

static void *
append_for_long (void *data)
{
  Filling *filling = data;
  LodgerGlibList *list = g_object_ref (filling->list);
  barrier_wait (&filling->barrier);
  while (lodger_glib_list_append (list, row_new (0, 0)) == 0)
    ;
  barrier_wait (&filling->barrier);
  g_object_unref (list);
  return NULL;
}

/* The list goes, or its caller, while a thread appends. The last reference may be that of the thread. */
START_TEST (an_end_refuses_what_comes_later)
{
  for (int i = 0; i < 20; i++)
    {
      Filling filling = filling_new ();
      GWeakRef weak;
      pthread_t thread;
      g_weak_ref_init (&weak, filling.list);
      barrier_init (&filling.barrier, 2);
      thread = thread_start (append_for_long, &filling);
      barrier_wait (&filling.barrier);
      while (g_list_model_get_n_items (G_LIST_MODEL (filling.list)) == 0)
        g_main_context_iteration (NULL, TRUE);
      if (_i == 0)
        g_object_run_dispose (G_OBJECT (filling.list));
      else
        lodger_caller_stop (filling.caller, true);
      while (_i == 1 && lodger_caller_get_state (filling.caller) != LODGER_CALLER_STOPPED)
        g_main_context_iteration (NULL, TRUE);
      g_object_unref (filling.list);
      barrier_wait (&filling.barrier);
      thread_join (thread);
      ck_assert_ptr_null (g_weak_ref_get (&weak));
      g_weak_ref_clear (&weak);
      barrier_clear (&filling.barrier);
      if (_i == 0)
        filling_end (&filling);
      else
        lodger_caller_unref (filling.caller);
    }
}
END_TEST

START_TEST (wrong_lists_and_items_are_refused)
{
  Filling filling = filling_new ();
  log_capture_begin ();
  ck_assert_ptr_null (lodger_glib_list_new (NULL, G_TYPE_OBJECT));
  ck_assert_ptr_null (lodger_glib_list_new (filling.caller, G_TYPE_INT));
  expect_code (lodger_glib_list_append (NULL, row_new (0, 0)), LODGER_EINVAL);
  expect_code (lodger_glib_list_append (filling.list, NULL), LODGER_EINVAL);
  lodger_glib_list_clear (NULL);
  ck_assert_uint_eq (log_capture_count (), 5);
  log_capture_end ();
  g_object_unref (filling.list);
  filling_end (&filling);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-list");
  test_add_long (suite, rows_of_many_threads_come_in_batches, 3);
  test_add (suite, a_cleared_list_goes_on);
  test_add_variant (suite, "an_end_refuses_what_comes_later/dispose", an_end_refuses_what_comes_later, 0);
  test_add_variant (suite, "an_end_refuses_what_comes_later/stop", an_end_refuses_what_comes_later, 1);
  test_add (suite, wrong_lists_and_items_are_refused);
  return test_main (suite, argc, argv);
}
