/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edge 79: when the scope of a widget ends, and when not. */
#include "gtk-window.h"

typedef struct Bound
{
  Window window;
  Recorder recorder;
  LodgerPending *pending;
} Bound;

/* A call bound to the label, in the caller's inbox. */
static Bound
bound_open (gboolean shown)
{
  return (Bound) { .window = window_open (shown) };
}

static void
bind_to (Bound *bound, GtkWidget *widget)
{
  bound->pending = lodger_scope_call_soon (lodger_gtk_widget_get_scope (widget), bound->window.caller, recorder_call,
                                           &bound->recorder, recorder_destroy);
}

static void
bound_close (Bound *bound, int runs)
{
  window_settle ();
  recorder_expect (&bound->recorder, runs, 1);
  expect_code (lodger_pending_get_outcome (bound->pending), runs > 0 ? 0 : LODGER_ECANCELED);
  lodger_pending_unref (bound->pending);
  window_close (&bound->window);
}

START_TEST (a_call_bound_to_a_widget_runs)
{
  Bound bound = bound_open (TRUE);
  bind_to (&bound, bound.window.label);
  bound_close (&bound, 1);
}
END_TEST

START_TEST (edge_79_a_window_that_somebody_refers_to_is_destroyed)
{
  Bound bound = bound_open (TRUE);
  GtkWidget *label = g_object_ref (bound.window.label);
  bind_to (&bound, label);
  gtk_window_destroy (bound.window.window);
  ck_assert_ptr_nonnull (gtk_widget_get_root (label));
  expect_code (lodger_pending_get_outcome (bound.pending), LODGER_ECANCELED);
  bound_close (&bound, 0);
  g_object_unref (label);
}
END_TEST

START_TEST (edge_79_the_window_itself_is_destroyed)
{
  Bound bound = bound_open (TRUE);
  bind_to (&bound, GTK_WIDGET (bound.window.window));
  gtk_window_destroy (bound.window.window);
  bound_close (&bound, 0);
}
END_TEST

START_TEST (edge_79_a_window_that_was_never_shown_is_destroyed)
{
  Bound bound = bound_open (FALSE);
  bind_to (&bound, bound.window.label);
  gtk_window_destroy (bound.window.window);
  bound_close (&bound, 0);
}
END_TEST

static void
destroy_other (GListModel *windows, guint position, guint removed, guint added, void *data)
{
  GtkWindow **other = data;
  (void) windows;
  (void) position;
  (void) added;
  if (removed > 0 && *other != NULL)
    gtk_window_destroy (g_steal_pointer (other));
}

/* The program hears of the first end before Lodger does. */
START_TEST (edge_79_a_window_that_ends_while_another_one_does_ends_its_own_scopes)
{
  GtkWindow *other = NULL;
  Bound first, middle, last;
  gtk_init ();
  g_signal_connect (gtk_window_get_toplevels (), "items-changed", G_CALLBACK (destroy_other), &other);
  first = bound_open (TRUE);
  middle = bound_open (TRUE);
  last = bound_open (TRUE);
  bind_to (&first, first.window.label);
  bind_to (&middle, middle.window.label);
  bind_to (&last, last.window.label);
  other = last.window.window;
  gtk_window_destroy (first.window.window);
  expect_code (lodger_pending_get_outcome (first.pending), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (last.pending), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (middle.pending), LODGER_ENOTDONE);
  bound_close (&first, 0);
  bound_close (&last, 0);
  bound_close (&middle, 1);
}
END_TEST

/* Its widgets are taken out as it goes; that is no move. */
START_TEST (edge_79_a_window_that_was_never_shown_goes_and_its_widget_stays)
{
  Bound bound = bound_open (FALSE);
  GtkWidget *label = g_object_ref (bound.window.label);
  bind_to (&bound, label);
  gtk_window_destroy (bound.window.window);
  g_clear_object (&bound.window.window);
  ck_assert_ptr_null (gtk_widget_get_root (label));
  expect_code (lodger_pending_get_outcome (bound.pending), LODGER_ECANCELED);
  bound_close (&bound, 0);
  g_object_unref (label);
}
END_TEST

START_TEST (edge_79_a_scope_asked_for_after_the_windows_end_has_ended)
{
  Bound bound = bound_open (FALSE);
  gtk_window_destroy (bound.window.window);
  bind_to (&bound, bound.window.label);
  expect_code (lodger_pending_get_outcome (bound.pending), LODGER_ECANCELED);
  bound_close (&bound, 0);
}
END_TEST

/* A done-callback of a cancelled call, which submits another call for the same widget. */
static int
bind_again (LodgerPending *done, void *data)
{
  Bound *again = data;
  (void) done;
  bind_to (again, again->window.label);
  return 0;
}

static void
window_goes_and_is_asked (gboolean shown)
{
  Bound bound = bound_open (shown);
  Bound again = { .window = bound.window };
  GtkWidget *label = g_object_ref (bound.window.label);
  bind_to (&bound, label);
  lodger_pending_add_done_callback (bound.pending, bind_again, &again, NULL);
  gtk_window_destroy (bound.window.window);
  expect_code (lodger_pending_get_outcome (bound.pending), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (again.pending), LODGER_ECANCELED);
  recorder_expect (&again.recorder, 0, 1);
  lodger_pending_unref (again.pending);
  bound_close (&bound, 0);
  g_object_unref (label);
}

START_TEST (edge_79_a_scope_asked_for_while_the_window_goes_has_ended)
{
  window_goes_and_is_asked (TRUE);
}
END_TEST

START_TEST (edge_79_a_window_that_was_never_shown_ends_its_scopes_at_once)
{
  window_goes_and_is_asked (FALSE);
}
END_TEST

START_TEST (a_hidden_window_is_no_end)
{
  Bound bound = bound_open (TRUE);
  gtk_widget_set_visible (GTK_WIDGET (bound.window.window), FALSE);
  bind_to (&bound, bound.window.label);
  window_settle ();
  gtk_widget_set_visible (GTK_WIDGET (bound.window.window), TRUE);
  bound_close (&bound, 1);
}
END_TEST

START_TEST (a_window_that_moves_to_another_display_is_no_end)
{
  Bound bound = bound_open (TRUE);
  GdkDisplay *home = gtk_widget_get_display (bound.window.label);
  GdkDisplay *other = gdk_display_open (gdk_display_get_name (home));
  ck_assert_ptr_nonnull (other);
  bind_to (&bound, bound.window.label);
  gtk_window_set_display (bound.window.window, other);
  ck_assert (!lodger_pending_is_done (bound.pending));
  gtk_window_set_display (bound.window.window, home);
  bound_close (&bound, 1);
  gdk_display_close (other);
}
END_TEST

START_TEST (edge_79_a_widget_that_is_moved_inside_its_window_goes_on)
{
  Bound bound = bound_open (TRUE);
  GtkWidget *other = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *label = g_object_ref (bound.window.label);
  LodgerScope *scope = lodger_scope_ref (lodger_gtk_widget_get_scope (label));
  gtk_box_append (GTK_BOX (bound.window.box), other);
  gtk_box_remove (GTK_BOX (bound.window.box), label);
  gtk_box_append (GTK_BOX (other), label);
  bind_to (&bound, label);
  window_settle ();
  ck_assert (!lodger_scope_has_ended (scope));
  ck_assert_ptr_eq (lodger_gtk_widget_get_scope (label), scope);
  bound_close (&bound, 1);
  lodger_scope_unref (scope);
  g_object_unref (label);
}
END_TEST

START_TEST (edge_79_a_widget_that_is_moved_to_another_window_goes_with_that)
{
  Bound bound = bound_open (TRUE);
  GtkWindow *other = g_object_ref (GTK_WINDOW (gtk_window_new ()));
  GtkWidget *label = g_object_ref (bound.window.label);
  LodgerScope *scope = lodger_gtk_widget_get_scope (label);
  gtk_window_present (other);
  gtk_box_remove (GTK_BOX (bound.window.box), label);
  gtk_window_set_child (other, label);
  window_settle ();
  gtk_window_destroy (bound.window.window);
  ck_assert (!lodger_scope_has_ended (scope));
  bind_to (&bound, label);
  gtk_window_destroy (other);
  ck_assert (lodger_scope_has_ended (scope));
  bound_close (&bound, 0);
  g_object_unref (label);
  g_object_unref (other);
}
END_TEST

START_TEST (edge_79_unrooted_for_longer_than_a_turn_ends_it)
{
  Bound bound = bound_open (TRUE);
  GtkWidget *label = g_object_ref (bound.window.label);
  LodgerScope *scope = lodger_gtk_widget_get_scope (label);
  bound.pending = lodger_scope_call_later (scope, bound.window.caller, INT64_C (3600000000000), recorder_call,
                                           &bound.recorder, recorder_destroy);
  gtk_box_remove (GTK_BOX (bound.window.box), label);
  ck_assert (!lodger_scope_has_ended (scope));
  window_settle ();
  expect_code (lodger_pending_get_outcome (bound.pending), LODGER_ECANCELED);
  gtk_box_append (GTK_BOX (bound.window.box), label);
  ck_assert (!lodger_scope_has_ended (lodger_gtk_widget_get_scope (label)));
  bound_close (&bound, 0);
  g_object_unref (label);
}
END_TEST

/* The caller stops while the check of the root is queued. The next caller checks again. */
START_TEST (edge_79_the_next_caller_sees_a_widget_taken_out_as_well)
{
  Bound bound = bound_open (TRUE);
  GtkWidget *label = g_object_ref (bound.window.label);
  LodgerScope *scope = lodger_scope_ref (lodger_gtk_widget_get_scope (label));
  gtk_box_remove (GTK_BOX (bound.window.box), label);
  expect_code (lodger_caller_stop_wait (bound.window.caller), 0);
  lodger_caller_unref (bound.window.caller);
  bound.window.caller = lodger_gtk_attach (NULL);
  gtk_box_append (GTK_BOX (bound.window.box), label);
  bind_to (&bound, label);
  gtk_box_remove (GTK_BOX (bound.window.box), label);
  window_settle ();
  ck_assert (lodger_scope_has_ended (scope));
  lodger_scope_unref (scope);
  bound_close (&bound, 1);
  g_object_unref (label);
}
END_TEST

/* The inbox is full, so the check of the root cannot be queued as a call. */
START_TEST (edge_79_a_widget_is_seen_to_be_taken_out_when_the_inbox_is_full)
{
  const LodgerCallerOptions one = { .size = sizeof one, .inbox_limit = 1 };
  Bound bound = bound_open (TRUE);
  GtkWidget *label = g_object_ref (bound.window.label);
  LodgerScope *scope;
  expect_code (lodger_caller_stop_wait (bound.window.caller), 0);
  lodger_caller_unref (bound.window.caller);
  bound.window.caller = lodger_gtk_attach_full (&one, NULL);
  scope = lodger_scope_ref (lodger_gtk_widget_get_scope (label));
  bind_to (&bound, label);
  gtk_box_remove (GTK_BOX (bound.window.box), label);
  ck_assert (!lodger_scope_has_ended (scope));
  window_settle ();
  ck_assert (lodger_scope_has_ended (scope));
  lodger_scope_unref (scope);
  bound_close (&bound, 1);
  g_object_unref (label);
}
END_TEST

/* The caller stops with the look at the root on its way. */
START_TEST (edge_79_a_widget_stays_taken_out_for_the_next_caller)
{
  Bound bound = bound_open (TRUE);
  GtkWidget *label = g_object_ref (bound.window.label);
  LodgerScope *scope = lodger_gtk_widget_get_scope (label);
  gtk_box_remove (GTK_BOX (bound.window.box), label);
  expect_code (lodger_caller_stop_wait (bound.window.caller), 0);
  lodger_caller_unref (bound.window.caller);
  bound.window.caller = lodger_gtk_attach (NULL);
  ck_assert (lodger_scope_has_ended (scope));
  bind_to (&bound, bound.window.box);
  bound_close (&bound, 1);
  g_object_unref (label);
}
END_TEST

START_TEST (edge_79_a_removed_widget_is_disposed_of_at_once)
{
  Bound bound = bound_open (TRUE);
  gpointer label = bound.window.label;
  bind_to (&bound, label);
  g_object_add_weak_pointer (label, &label);
  gtk_box_remove (GTK_BOX (bound.window.box), label);
  ck_assert_ptr_null (label);
  bound_close (&bound, 0);
}
END_TEST

START_TEST (edge_79_a_widget_in_no_window_has_no_scope)
{
  Bound bound = bound_open (TRUE);
  GtkWidget *label = g_object_ref_sink (gtk_label_new ("nowhere"));
  LodgerPending *refused;
  log_capture_begin ();
  ck_assert_ptr_null (lodger_gtk_widget_get_scope (label));
  refused = lodger_scope_call_soon (lodger_gtk_widget_get_scope (label), bound.window.caller, recorder_call,
                                    &bound.recorder, recorder_destroy);
  ck_assert (log_capture_has ("lodger_gtk_widget_get_scope: the widget is in no window"));
  log_capture_end ();
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (refused)), LODGER_EINVAL);
  recorder_expect (&bound.recorder, 0, 1);
  lodger_pending_unref (refused);
  bound.recorder = (Recorder) { 0 };
  bind_to (&bound, bound.window.label);
  bound_close (&bound, 1);
  g_object_unref (label);
}
END_TEST

/* ---- in its own call ----------------------------------------------------------------------------------------------- */

static void
destroy_own_window (LodgerPending *self, void *data)
{
  Window *window = data;
  GtkWidget *label = window->label;
  gtk_window_destroy (window->window);
  g_clear_object (&window->window);
  ck_assert (lodger_pending_is_cancelled (self));
  ck_assert_str_eq (gtk_label_get_text (GTK_LABEL (label)), "a label");
}

START_TEST (law_8_a_widget_lives_while_its_call_destroys_the_window)
{
  Window window = window_open (TRUE);
  gpointer label = window.label;
  g_object_add_weak_pointer (label, &label);
  lodger_pending_unref (lodger_scope_call_soon (lodger_gtk_widget_get_scope (window.label), window.caller,
                                                destroy_own_window, &window, NULL));
  window_settle ();
  ck_assert_ptr_null (label);
  window_close (&window);
}
END_TEST

/* ---- the rows of a list -------------------------------------------------------------------------------------------- */

typedef struct Rows
{
  Window window;
  int bound, unbound, ended;
  Recorder recorder;
} Rows;

static void
set_up_row (GtkSignalListItemFactory *factory, GtkListItem *item, void *data)
{
  (void) factory;
  (void) data;
  gtk_list_item_set_child (item, gtk_label_new (NULL));
}

static void
bind_row (GtkSignalListItemFactory *factory, GtkListItem *item, void *data)
{
  Rows *rows = data;
  LodgerPending *pending
      = lodger_scope_call_later (lodger_glib_object_get_scope (G_OBJECT (item)), rows->window.caller,
                                 INT64_C (3600000000000), recorder_call, &rows->recorder, recorder_destroy);
  (void) factory;
  rows->bound++;
  lodger_pending_unref (pending);
}

static void
unbind_row (GtkSignalListItemFactory *factory, GtkListItem *item, void *data)
{
  Rows *rows = data;
  (void) factory;
  rows->unbound++;
  rows->ended += lodger_glib_object_end_scope (G_OBJECT (item), "the row shows something else");
}

START_TEST (edge_79_a_list_row_is_unbound)
{
  Rows rows = { .window = window_open (FALSE) };
  GtkStringList *strings = gtk_string_list_new ((const char *const[]) { "one", "two", "three", NULL });
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *view;
  g_signal_connect (factory, "setup", G_CALLBACK (set_up_row), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_row), &rows);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_row), &rows);
  view
      = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (g_object_ref (strings)))), factory);
  gtk_box_append (GTK_BOX (rows.window.box), view);
  gtk_window_present (rows.window.window);
  while (rows.bound < 3)
    g_main_context_iteration (NULL, TRUE);
  gtk_string_list_splice (strings, 0, 3, NULL);
  window_settle ();
  ck_assert_int_eq (rows.unbound, rows.bound);
  ck_assert_int_eq (rows.ended, rows.bound);
  recorder_expect (&rows.recorder, 0, rows.bound);
  g_object_unref (strings);
  window_close (&rows.window);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-scope");
  test_add (suite, a_call_bound_to_a_widget_runs);
  test_add (suite, edge_79_a_window_that_somebody_refers_to_is_destroyed);
  test_add (suite, edge_79_the_window_itself_is_destroyed);
  test_add (suite, edge_79_a_window_that_was_never_shown_is_destroyed);
  test_add (suite, edge_79_a_window_that_ends_while_another_one_does_ends_its_own_scopes);
  test_add (suite, edge_79_a_window_that_was_never_shown_goes_and_its_widget_stays);
  test_add (suite, edge_79_a_scope_asked_for_after_the_windows_end_has_ended);
  test_add (suite, edge_79_a_scope_asked_for_while_the_window_goes_has_ended);
  test_add (suite, edge_79_a_window_that_was_never_shown_ends_its_scopes_at_once);
  test_add (suite, a_hidden_window_is_no_end);
  test_add (suite, a_window_that_moves_to_another_display_is_no_end);
  test_add (suite, edge_79_a_widget_that_is_moved_inside_its_window_goes_on);
  test_add (suite, edge_79_a_widget_that_is_moved_to_another_window_goes_with_that);
  test_add (suite, edge_79_unrooted_for_longer_than_a_turn_ends_it);
  test_add (suite, edge_79_the_next_caller_sees_a_widget_taken_out_as_well);
  test_add (suite, edge_79_a_widget_is_seen_to_be_taken_out_when_the_inbox_is_full);
  test_add (suite, edge_79_a_widget_stays_taken_out_for_the_next_caller);
  test_add (suite, edge_79_a_removed_widget_is_disposed_of_at_once);
  test_add (suite, edge_79_a_widget_in_no_window_has_no_scope);
  test_add (suite, law_8_a_widget_lives_while_its_call_destroys_the_window);
  test_add (suite, edge_79_a_list_row_is_unbound);
  return gtk_test_main (suite, argc, argv);
}
