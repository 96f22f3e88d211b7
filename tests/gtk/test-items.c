/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Items that work sends to its window while it runs. */
#include "gtk-window.h"

enum
{
  ROWS = 20000
};

typedef struct Work
{
  Window window;
  Latch sent, let_go;
  atomic_int destroyed;
  int count, batches, at_end, code, sent_count;
  gboolean is_over, is_out_of_order, is_cancelled;
} Work;

typedef struct Row
{
  Work *work;
  int number;
} Row;

static void
row_free (void *data)
{
  atomic_fetch_add (&((Row *) data)->work->destroyed, 1);
  g_free (data);
}

static int
send_row (LodgerPending *self, Work *work, int number)
{
  Row *row = g_new (Row, 1);
  *row = (Row) { work, number };
  work->sent_count++;
  return lodger_gtk_send (self, row);
}

static void
send_rows (LodgerPending *self, void *data)
{
  Work *work = data;
  for (int i = 0; i < ROWS && work->code == 0; i++)
    work->code = send_row (self, work, i);
}

static void
add_rows (GtkWidget *widget, void **items, gsize count, void *data)
{
  Work *work = data;
  ck_assert_ptr_eq (widget, work->window.label);
  ck_assert (!work->is_over);
  for (gsize i = 0; i < count; i++)
    work->is_out_of_order |= ((const Row *) items[i])->number != work->count++;
  work->batches++;
}

static void
note_over (GtkWidget *widget, LodgerPending *done, void *data)
{
  Work *work = data;
  (void) widget;
  work->at_end = work->count;
  work->is_cancelled = lodger_pending_get_outcome (done) == LODGER_ECANCELED;
  work->is_over = TRUE;
}

static void
work_open (Work *work)
{
  *work = (Work) { .window = window_open (TRUE) };
  latch_init (&work->sent);
  latch_init (&work->let_go);
}

static void
work_close (Work *work)
{
  window_close (&work->window);
  latch_clear (&work->sent);
  latch_clear (&work->let_go);
  ck_assert_int_eq (atomic_load (&work->destroyed), work->sent_count);
}

START_TEST (items_come_in_batches_before_the_outcome)
{
  Work work;
  work_open (&work);
  lodger_gtk_run (work.window.label, send_rows, note_over, &work, .items = add_rows, .item_destroy = row_free);
  window_run_until (&work.is_over);
  expect_code (work.code, 0);
  ck_assert (!work.is_out_of_order);
  ck_assert_int_eq (work.at_end, ROWS);
  ck_assert_int_ge (work.batches, ROWS / 250);
  window_settle ();
  work_close (&work);
}
END_TEST

/* The work is in the middle of its rows, and waits for room, or is about to. */
START_TEST (items_end_with_the_widget_and_with_a_cancel)
{
  const LodgerGtkRunOptions options = { .size = sizeof options, .items = add_rows, .item_destroy = row_free };
  for (int i = 0; i < 10; i++)
    {
      Work work;
      LodgerPending *pending;
      work_open (&work);
      pending = lodger_gtk_run_full (work.window.label, send_rows, note_over, &work, &options);
      while (work.batches < 1 + i % 3)
        g_main_context_iteration (NULL, TRUE);
      if (_i == 0)
        {
          gtk_window_destroy (work.window.window);
          g_clear_object (&work.window.window);
        }
      else
        lodger_pending_cancel (pending, NULL);
      window_run_until_done (pending);
      if (_i == 1)
        window_run_until (&work.is_over);
      window_settle ();
      ck_assert (work.is_over == (_i == 1));
      ck_assert (work.is_cancelled == (_i == 1));
      ck_assert (work.code == LODGER_ECANCELED || work.sent_count == ROWS);
      ck_assert (!work.is_out_of_order);
      lodger_pending_unref (pending);
      work_close (&work);
    }
}
END_TEST

static void
destroy_window (GtkWidget *widget, void **items, gsize count, void *data)
{
  Work *work = data;
  add_rows (widget, items, count, data);
  gtk_window_destroy (work->window.window);
}

START_TEST (law_8_no_function_runs_when_the_items_end_the_window)
{
  const LodgerGtkRunOptions options = { .size = sizeof options, .items = destroy_window, .item_destroy = row_free };
  Work work;
  LodgerPending *pending;
  work_open (&work);
  pending = lodger_gtk_run_full (work.window.label, send_rows, note_over, &work, &options);
  window_run_until_done (pending);
  window_settle ();
  ck_assert_int_eq (work.batches, 1);
  ck_assert (!work.is_over);
  lodger_pending_unref (pending);
  g_clear_object (&work.window.window);
  work_close (&work);
}
END_TEST

static void
send_without_items (LodgerPending *self, void *data)
{
  Work *work = data;
  work->code = lodger_gtk_send (self, work);
}

START_TEST (work_without_items_cannot_send)
{
  Work work;
  work_open (&work);
  log_capture_begin ();
  lodger_gtk_run (work.window.label, send_without_items, note_over, &work);
  window_run_until (&work.is_over);
  expect_code (lodger_gtk_send (NULL, &work), LODGER_EINVAL);
  log_capture_end ();
  expect_code (work.code, LODGER_ESTATE);
  work_close (&work);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-items");
  test_add (suite, items_come_in_batches_before_the_outcome);
  test_add_variant (suite, "items_end_with_the_widget_and_with_a_cancel/widget",
                    items_end_with_the_widget_and_with_a_cancel, 0);
  test_add_variant (suite, "items_end_with_the_widget_and_with_a_cancel/cancel",
                    items_end_with_the_widget_and_with_a_cancel, 1);
  test_add (suite, law_8_no_function_runs_when_the_items_end_the_window);
  test_add (suite, work_without_items_cannot_send);
  return gtk_test_main (suite, argc, argv);
}
