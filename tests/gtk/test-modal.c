/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests in the thread of a window, while a call runs a loop of its own: a modal dialog's, or a plain iteration. */
#include "gtk-window.h"
#include "test-ticks-glib.h"

typedef struct Modal
{
  Window window;
  Ticks ticks;
  bool blocks; /* its loop sleeps */
  bool is_entered;
} Modal;

static void
run_loop (Modal *modal)
{
  ticks_mark (&modal->ticks);
  while (!ticks_have_come (&modal->ticks))
    g_main_context_iteration (NULL, modal->blocks);
}

static void
run_dialog (LodgerPending *self, void *data)
{
  Modal *modal = data;
  GtkWindow *dialog = GTK_WINDOW (gtk_window_new ());
  (void) self;
  ck_assert (!modal->is_entered);
  modal->is_entered = true;
  gtk_window_set_modal (dialog, TRUE);
  gtk_window_set_transient_for (dialog, modal->window.window);
  gtk_window_present (dialog);
  run_loop (modal);
  gtk_window_destroy (dialog);
}

static void
iterate (LodgerPending *self, void *data)
{
  Modal *modal = data;
  (void) self;
  ck_assert (!modal->is_entered);
  modal->is_entered = true;
  run_loop (modal);
}

static void
go_on_during (LodgerCallFunc func, bool blocks)
{
  Modal modal = { .blocks = blocks };
  LodgerPending *pending;
  modal.window = window_open (TRUE);
  ticks_begin (&modal.ticks, modal.window.caller);
  modal.blocks = true;
  run_loop (&modal);
  modal.blocks = blocks;
  pending = lodger_caller_call_soon (modal.window.caller, func, &modal, NULL);
  window_run_until_done (pending);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  modal.blocks = true;
  run_loop (&modal);
  ticks_end (&modal.ticks);
  window_close (&modal.window);
}

START_TEST (edge_73_guests_go_on_during_a_modal_dialog)
{
  go_on_during (run_dialog, true);
}
END_TEST

START_TEST (edge_73_guests_go_on_during_iterations_that_sleep)
{
  go_on_during (iterate, true);
}
END_TEST

START_TEST (edge_73_guests_go_on_during_iterations_that_do_not_sleep)
{
  go_on_during (iterate, false);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("modal");
  test_add (suite, edge_73_guests_go_on_during_a_modal_dialog);
  test_add (suite, edge_73_guests_go_on_during_iterations_that_sleep);
  test_add (suite, edge_73_guests_go_on_during_iterations_that_do_not_sleep);
  return gtk_test_main (suite, argc, argv);
}
