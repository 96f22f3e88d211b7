/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dialogs that spawned calls in the thread of a window wait for. */
#include "gtk-window.h"

typedef struct Question
{
  Window window;
  GtkWindow *dialog; /* NULL once it is gone */
  GtkNativeDialog *native;
  int code, response, rounds;
} Question;

static Question
question_open (void)
{
  return (Question) { .window = window_open (TRUE), .code = 1 };
}

static GtkWindow *
dialog_new (Question *question)
{
  GtkWidget *dialog = gtk_message_dialog_new (question->window.window, GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
                                              GTK_BUTTONS_YES_NO, "Really?");
  g_set_weak_pointer (&question->dialog, GTK_WINDOW (dialog));
  return question->dialog;
}

static void
ask (LodgerPending *self, void *data)
{
  Question *question = data;
  GtkWindow *dialog = dialog_new (question);
  (void) self;
  gtk_window_present (dialog);
  question->code = lodger_glib_await_response (dialog, &question->response);
  if (question->code == 0 && question->dialog != NULL)
    gtk_window_destroy (dialog);
}

static LodgerPending *
question_ask (Question *question, LodgerCallFunc func)
{
  LodgerPending *call = lodger_caller_spawn (question->window.caller, func, question, NULL);
  window_settle ();
  ck_assert (!lodger_pending_is_done (call));
  return call;
}

static void
question_close (Question *question, LodgerPending *call)
{
  window_run_until_done (call);
  lodger_pending_unref (call);
  window_settle ();
  ck_assert_ptr_null (question->dialog);
  window_close (&question->window);
}

START_TEST (the_response_of_a_dialog_is_one_line)
{
  Question question = question_open ();
  LodgerPending *call = question_ask (&question, ask);
  gtk_dialog_response (GTK_DIALOG (question.dialog), GTK_RESPONSE_YES);
  question_close (&question, call);
  expect_code (question.code, 0);
  ck_assert_int_eq (question.response, GTK_RESPONSE_YES);
}
END_TEST

START_TEST (a_dialog_that_the_user_closes_has_responded)
{
  Question question = question_open ();
  LodgerPending *call = question_ask (&question, ask);
  gtk_window_close (question.dialog);
  question_close (&question, call);
  expect_code (question.code, 0);
  ck_assert_int_eq (question.response, GTK_RESPONSE_DELETE_EVENT);
}
END_TEST

START_TEST (a_dialog_that_is_destroyed_ends_the_wait)
{
  Question question = question_open ();
  LodgerPending *call = question_ask (&question, ask);
  gtk_window_destroy (question.dialog);
  question_close (&question, call);
  expect_code (question.code, LODGER_EUNANSWERED);
}
END_TEST

static void
ask_and_clean_up (LodgerPending *self, void *data)
{
  Question *question = data;
  ask (self, question);
  if (question->dialog != NULL)
    gtk_window_destroy (question->dialog);
}

START_TEST (a_cancelled_question_takes_its_dialog_away)
{
  Question question = question_open ();
  LodgerPending *call = question_ask (&question, ask_and_clean_up);
  lodger_pending_cancel (call, NULL);
  question_close (&question, call);
  expect_code (question.code, LODGER_ECANCELED);
}
END_TEST

/* The window is the scope of the question. */
START_TEST (a_question_of_a_destroyed_window_is_cancelled)
{
  Question question = question_open ();
  LodgerScope *scope = lodger_gtk_widget_get_scope (GTK_WIDGET (question.window.window));
  LodgerPending *call = lodger_caller_spawn_full (question.window.caller, ask_and_clean_up, &question, NULL,
                                                  LODGER_CALL_OPTIONS (.scope = scope));
  window_settle ();
  ck_assert_ptr_nonnull (question.dialog);
  gtk_window_set_transient_for (question.dialog, NULL);
  gtk_window_destroy (question.window.window);
  question_close (&question, call);
  expect_code (question.code, LODGER_ECANCELED);
}
END_TEST

static void
ask_until_yes (LodgerPending *self, void *data)
{
  Question *question = data;
  do
    {
      ask (self, question);
      question->rounds++;
    }
  while (question->code == 0 && question->response != GTK_RESPONSE_YES);
}

START_TEST (a_call_asks_until_the_answer_is_yes)
{
  Question question = question_open ();
  LodgerPending *call = question_ask (&question, ask_until_yes);
  for (int i = 0; i < 3; i++)
    {
      gtk_dialog_response (GTK_DIALOG (question.dialog), i < 2 ? GTK_RESPONSE_NO : GTK_RESPONSE_YES);
      window_settle ();
    }
  question_close (&question, call);
  expect_code (question.code, 0);
  ck_assert_int_eq (question.rounds, 3);
}
END_TEST

/* ---- native dialogs ---------------------------------------------------------------------------------------------- */

/* One that shows nothing: those of GTK ask a portal, or keep memory. */
typedef GtkNativeDialog Native;
typedef GtkNativeDialogClass NativeClass;

GType native_get_type (void);

G_DEFINE_TYPE (Native, native, GTK_TYPE_NATIVE_DIALOG)

static void
show_nothing (GtkNativeDialog *native)
{
  (void) native;
}

static void
native_class_init (NativeClass *class)
{
  class->show = class->hide = show_nothing;
}

static void
native_init (Native *native)
{
  (void) native;
}

static void
choose (LodgerPending *self, void *data)
{
  Question *question = data;
  (void) self;
  question->native = g_object_new (native_get_type (), NULL);
  gtk_native_dialog_show (question->native);
  question->code = lodger_glib_await_response (question->native, &question->response);
  g_clear_object (&question->native);
}

START_TEST (the_response_of_a_native_dialog_is_one_line)
{
  Question question = question_open ();
  LodgerPending *call = question_ask (&question, choose);
  g_signal_emit_by_name (question.native, "response", GTK_RESPONSE_ACCEPT);
  question_close (&question, call);
  expect_code (question.code, 0);
  ck_assert_int_eq (question.response, GTK_RESPONSE_ACCEPT);
}
END_TEST

/* ---- other signals ----------------------------------------------------------------------------------------------- */

static void
await_click (LodgerPending *self, void *data)
{
  Question *question = data;
  GtkWidget *button = gtk_button_new_with_label ("Click");
  (void) self;
  gtk_box_append (GTK_BOX (question->window.box), button);
  question->code = lodger_glib_await_signal (button, "clicked", LODGER_FOREVER, NULL);
}

START_TEST (a_click_is_awaited)
{
  Question question = question_open ();
  LodgerPending *call = question_ask (&question, await_click);
  g_signal_emit_by_name (gtk_widget_get_last_child (question.window.box), "clicked");
  question_close (&question, call);
  expect_code (question.code, 0);
}
END_TEST

START_TEST (a_button_that_is_removed_ends_the_wait)
{
  Question question = question_open ();
  LodgerPending *call = question_ask (&question, await_click);
  gtk_box_remove (GTK_BOX (question.window.box), gtk_widget_get_last_child (question.window.box));
  question_close (&question, call);
  expect_code (question.code, LODGER_EUNANSWERED);
}
END_TEST

static void
await_close (LodgerPending *self, void *data)
{
  Question *question = data;
  (void) self;
  question->code = lodger_glib_await_signal (question->window.window, "close-request", LODGER_FOREVER, NULL);
}

START_TEST (a_window_that_is_about_to_close_is_awaited)
{
  Question question = question_open ();
  LodgerPending *call = question_ask (&question, await_close);
  gtk_window_close (question.window.window);
  question_close (&question, call);
  expect_code (question.code, 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-dialog");
  test_add (suite, the_response_of_a_dialog_is_one_line);
  test_add (suite, a_dialog_that_the_user_closes_has_responded);
  test_add (suite, a_dialog_that_is_destroyed_ends_the_wait);
  test_add (suite, a_cancelled_question_takes_its_dialog_away);
  test_add (suite, a_question_of_a_destroyed_window_is_cancelled);
  test_add (suite, a_call_asks_until_the_answer_is_yes);
  test_add (suite, the_response_of_a_native_dialog_is_one_line);
  test_add (suite, a_click_is_awaited);
  test_add (suite, a_button_that_is_removed_ends_the_wait);
  test_add (suite, a_window_that_is_about_to_close_is_awaited);
  return gtk_test_main (suite, argc, argv);
}
