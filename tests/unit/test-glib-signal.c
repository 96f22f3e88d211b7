/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A signal of a GObject as a pending: emission, death, disconnect and cancel, one at a time. */
#include "test-emitter-glib.h"
#include "test-gio-glib.h"
#include "test-suite.h"

static void
expect_failed (LodgerPending *pending, int code, const char *text)
{
  LodgerError *error = lodger_pending_get_error (pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_EFAILED);
  expect_code (lodger_error_get_code (error), code);
  ck_assert_msg (strstr (lodger_error_get_message (error), text) != NULL, "%s", lodger_error_get_message (error));
}

START_TEST (an_emission_is_a_pending_with_its_arguments)
{
  GObject *emitter = emitter_new ();
  LodgerPending *told = lodger_glib_signal_next (emitter, "told", NULL);
  int64_t number = 0;
  ck_assert (!lodger_pending_is_done (told));
  ck_assert_ptr_null (lodger_glib_signal_get_argument (told, 0));
  g_signal_emit_by_name (emitter, "told", 7, "seven", emitter);
  expect_code (lodger_pending_get_outcome (told), 0);
  expect_code (lodger_glib_signal_get_int (told, 0, &number), 0);
  ck_assert_int_eq (number, 7);
  ck_assert_str_eq (g_value_get_string (lodger_glib_signal_get_argument (told, 1)), "seven");
  ck_assert_ptr_eq (g_value_get_object (lodger_glib_signal_get_argument (told, 2)), emitter);
  ck_assert_ptr_null (lodger_glib_signal_get_argument (told, 3));
  ck_assert_int_eq (emitter_handlers (emitter), 0);
  lodger_pending_unref (told);
  emitter_expect_end (emitter);
}
END_TEST

START_TEST (a_later_emission_changes_nothing)
{
  GObject *emitter = emitter_new ();
  LodgerPending *told = lodger_glib_signal_next (emitter, "told", NULL);
  int64_t number = 0;
  g_signal_emit_by_name (emitter, "told", 1, NULL, NULL);
  g_signal_emit_by_name (emitter, "told", 2, NULL, NULL);
  expect_code (lodger_glib_signal_get_int (told, 0, &number), 0);
  ck_assert_int_eq (number, 1);
  lodger_pending_unref (told);
  emitter_expect_end (emitter);
}
END_TEST

START_TEST (numbers_of_all_types_are_read_as_one)
{
  GObject *emitter = emitter_new ();
  LodgerPending *asked = lodger_glib_signal_next (emitter, "asked", NULL);
  int64_t number = 5;
  gboolean answer = TRUE;
  log_capture_begin ();
  g_signal_emit_by_name (emitter, "asked", TRUE, G_TYPE_FLAG_ABSTRACT, G_MAXUINT32, 0.5, &answer);
  ck_assert (!answer);
  expect_code (lodger_glib_signal_get_int (asked, 0, &number), 0);
  ck_assert_int_eq (number, 1);
  expect_code (lodger_glib_signal_get_int (asked, 1, &number), 0);
  ck_assert_int_eq (number, G_TYPE_FLAG_ABSTRACT);
  expect_code (lodger_glib_signal_get_int (asked, 2, &number), 0);
  ck_assert_int_eq (number, G_MAXUINT32);
  expect_code (lodger_glib_signal_get_int (asked, 3, &number), LODGER_ETYPE);
  expect_code (lodger_glib_signal_get_int (asked, 4, &number), LODGER_EINVAL);
  ck_assert_int_eq (number, G_MAXUINT32);
  ck_assert_uint_eq (log_capture_count (), 2);
  log_capture_end ();
  lodger_pending_unref (asked);
  emitter_expect_end (emitter);
}
END_TEST

START_TEST (the_answer_goes_to_the_emission_that_is_awaited)
{
  GObject *emitter = emitter_new ();
  GValue yes = G_VALUE_INIT;
  LodgerPending *asked;
  gboolean answer = FALSE;
  g_value_init (&yes, G_TYPE_BOOLEAN);
  g_value_set_boolean (&yes, TRUE);
  asked = lodger_glib_signal_next (emitter, "asked", LODGER_GLIB_SIGNAL_OPTIONS (.answer = &yes));
  g_signal_emit_by_name (emitter, "asked", TRUE, 0, 0, 0.5, &answer);
  ck_assert (answer);
  g_signal_emit_by_name (emitter, "asked", TRUE, 0, 0, 0.5, &answer);
  ck_assert (!answer);
  expect_code (lodger_pending_get_outcome (asked), 0);
  lodger_pending_unref (asked);
  emitter_expect_end (emitter);
}
END_TEST

static int
note_default (LodgerPending *done, void *emitter)
{
  ck_assert_int_eq (emitter_defaults (emitter), GPOINTER_TO_INT (lodger_pending_get_metadata (done, "defaults")));
  return 0;
}

START_TEST (a_handler_may_run_after_the_default_one)
{
  GObject *emitter = emitter_new ();
  for (int after = 0; after < 2; after++)
    {
      LodgerPending *told = lodger_glib_signal_next (emitter, "told", LODGER_GLIB_SIGNAL_OPTIONS (.after = after != 0));
      int defaults = emitter_defaults (emitter) + after;
      lodger_pending_set_metadata (told, "defaults", GINT_TO_POINTER (defaults), NULL);
      lodger_pending_add_done_callback (told, note_default, emitter, NULL);
      g_signal_emit_by_name (emitter, "told", 7, NULL, NULL);
      expect_code (lodger_pending_get_outcome (told), 0);
      lodger_pending_unref (told);
    }
  emitter_expect_end (emitter);
}
END_TEST

START_TEST (a_detail_is_waited_for)
{
  GObject *emitter = emitter_new ();
  LodgerPending *notified = lodger_glib_signal_next (emitter, "notify::level", NULL);
  g_object_notify (emitter, "other");
  ck_assert (!lodger_pending_is_done (notified));
  g_object_notify (emitter, "level");
  expect_code (lodger_pending_get_outcome (notified), 0);
  ck_assert_ptr_nonnull (lodger_glib_signal_get_argument (notified, 0));
  lodger_pending_unref (notified);
  emitter_expect_end (emitter);
}
END_TEST

START_TEST (what_is_no_signal_is_refused)
{
  GObject *emitter = emitter_new ();
  GParamSpec *no_object = g_param_spec_ref_sink (g_param_spec_int ("x", NULL, NULL, 0, 1, 0, 0));
  GValue text = G_VALUE_INIT;
  struct
  {
    void *object;
    const char *signal, *reason;
    const GValue *answer;
  } refused[] = { { NULL, "told", "NULL given", NULL },
                  { emitter, NULL, "NULL given", NULL },
                  { no_object, "told", "that is no GObject", NULL },
                  { emitter, "never", "the object has no such signal", NULL },
                  { emitter, "", "the object has no such signal", NULL },
                  { emitter, "told::twice", "that takes no detail", NULL },
                  { emitter, "asked", "the signal returns another type", &text },
                  { emitter, "told", "the signal returns another type", &text } };
  g_value_init (&text, G_TYPE_STRING);
  log_capture_begin ();
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      LodgerPending *pending = lodger_glib_signal_next (refused[i].object, refused[i].signal,
                                                        LODGER_GLIB_SIGNAL_OPTIONS (.answer = refused[i].answer));
      expect_failed (pending, LODGER_EINVAL, refused[i].reason);
      ck_assert (log_capture_has (refused[i].reason));
      ck_assert_uint_eq (log_capture_count (), 1);
      log_capture_forget ();
      lodger_pending_unref (pending);
    }
  log_capture_end ();
  g_value_unset (&text);
  g_param_spec_unref (no_object);
  emitter_expect_end (emitter);
}
END_TEST

/* ---- the end of the emitter -------------------------------------------------------------------------------------- */

START_TEST (the_death_of_the_emitter_is_an_error)
{
  GObject *emitter = emitter_new ();
  LodgerPending *told = lodger_glib_signal_next (emitter, "told", NULL);
  emitter_expect_end (emitter);
  expect_failed (told, LODGER_EUNANSWERED, "before it emitted 'told'");
  ck_assert_ptr_null (lodger_glib_signal_get_argument (told, 0));
  lodger_pending_unref (told);
}
END_TEST

START_TEST (a_dispose_while_others_hold_the_emitter_is_its_death)
{
  GObject *emitter = emitter_new ();
  LodgerPending *told = lodger_glib_signal_next (emitter, "told", NULL);
  g_object_run_dispose (emitter);
  expect_failed (told, LODGER_EUNANSWERED, "disposed of");
  lodger_pending_unref (told);
  emitter_expect_end (emitter);
}
END_TEST

/* The class of the emitter does not chain up in its dispose. */
START_TEST (an_emitter_that_is_finalized_without_a_dispose_is_dead)
{
  GObject *emitter = stubborn_emitter_new ();
  LodgerPending *told = lodger_glib_signal_next (emitter, "told", NULL);
  emitter_expect_end (emitter);
  expect_failed (told, LODGER_EUNANSWERED, "disposed of");
  lodger_pending_unref (told);
}
END_TEST

START_TEST (a_handler_that_others_disconnect_ends_the_wait)
{
  GObject *emitter = emitter_new ();
  LodgerPending *told = lodger_glib_signal_next (emitter, "told", NULL);
  gulong handler = g_signal_handler_find (emitter, G_SIGNAL_MATCH_ID, g_signal_lookup ("told", G_OBJECT_TYPE (emitter)),
                                          0, NULL, NULL, NULL);
  ck_assert_uint_ne (handler, 0);
  g_signal_handler_disconnect (emitter, handler);
  expect_failed (told, LODGER_EUNANSWERED, "disconnected");
  lodger_pending_unref (told);
  emitter_expect_end (emitter);
}
END_TEST

static void
dispose_it (GObject *emitter)
{
  g_object_run_dispose (emitter);
}

/* The emission never reaches the handler. */
START_TEST (an_earlier_handler_that_disposes_ends_the_wait)
{
  GObject *emitter = emitter_new ();
  LodgerPending *told;
  g_signal_connect (emitter, "told", G_CALLBACK (dispose_it), NULL);
  told = lodger_glib_signal_next (emitter, "told", NULL);
  g_signal_emit_by_name (emitter, "told", 1, NULL, NULL);
  expect_failed (told, LODGER_EUNANSWERED, "disposed of");
  lodger_pending_unref (told);
  emitter_expect_end (emitter);
}
END_TEST

START_TEST (a_later_handler_that_disposes_is_too_late)
{
  GObject *emitter = emitter_new ();
  LodgerPending *told = lodger_glib_signal_next (emitter, "told", NULL);
  g_signal_connect (emitter, "told", G_CALLBACK (dispose_it), NULL);
  g_signal_emit_by_name (emitter, "told", 1, NULL, NULL);
  expect_code (lodger_pending_get_outcome (told), 0);
  lodger_pending_unref (told);
  emitter_expect_end (emitter);
}
END_TEST

/* ---- cancelling -------------------------------------------------------------------------------------------------- */

START_TEST (a_cancel_disconnects_at_once_in_the_objects_own_thread)
{
  GObject *emitter = emitter_new ();
  LodgerPending *told = lodger_glib_signal_next (emitter, "told", NULL);
  lodger_pending_cancel (told, NULL);
  expect_code (lodger_pending_get_outcome (told), LODGER_ECANCELED);
  ck_assert_int_eq (emitter_handlers (emitter), 0);
  g_signal_emit_by_name (emitter, "told", 1, NULL, NULL);
  lodger_pending_unref (told);
  emitter_expect_end (emitter);
}
END_TEST

static void *
cancel_elsewhere (void *pending)
{
  lodger_pending_cancel (pending, NULL);
  return NULL;
}

START_TEST (a_cancel_elsewhere_leaves_the_object_to_its_own_thread)
{
  GObject *emitter = emitter_new ();
  LodgerPending *told = lodger_glib_signal_next (emitter, "told", NULL);
  ck_assert (g_main_context_acquire (NULL));
  thread_join (thread_start (cancel_elsewhere, told));
  expect_code (lodger_pending_get_outcome (told), LODGER_ECANCELED);
  ck_assert_int_eq (emitter_handlers (emitter), 1);
  g_signal_emit_by_name (emitter, "told", 1, NULL, NULL);
  expect_code (lodger_pending_get_outcome (told), LODGER_ECANCELED);
  turn_until_quiet (NULL);
  ck_assert_int_eq (emitter_handlers (emitter), 0);
  g_main_context_release (NULL);
  lodger_pending_unref (told);
  emitter_expect_end (emitter);
}
END_TEST

/* The disconnect is on its way when the emitter, and then the context, go. */
START_TEST (a_context_that_ends_keeps_nothing_of_a_cancelled_wait)
{
  GMainContext *context = g_main_context_new ();
  GObject *emitter = emitter_new ();
  LodgerPending *told;
  ck_assert (g_main_context_acquire (context));
  g_main_context_push_thread_default (context);
  told = lodger_glib_signal_next (emitter, "told", NULL);
  thread_join (thread_start (cancel_elsewhere, told));
  lodger_pending_unref (told);
  g_main_context_pop_thread_default (context);
  g_main_context_release (context);
  emitter_expect_end (emitter);
  g_main_context_unref (context);
}
END_TEST

/* ---- continuations and waits ------------------------------------------------------------------------------------- */

static void
take_response (LodgerPending *self, LodgerPending *done, void *recorder)
{
  int64_t response = 0;
  expect_code (lodger_glib_signal_get_int (done, 0, &response), 0);
  ck_assert_int_eq (response, -5);
  recorder_then (self, done, recorder);
}

START_TEST (a_continuation_gets_the_response_of_a_dialog)
{
  LodgerCaller *caller = lodger_glib_attach (NULL, NULL);
  GObject *emitter = emitter_new ();
  Recorder recorder = { 0 };
  LodgerPending *response = lodger_glib_signal_next (emitter, "response", NULL);
  LodgerPending *then = lodger_pending_then (response, caller, take_response, &recorder, recorder_destroy);
  lodger_pending_unref (response);
  g_signal_emit_by_name (emitter, "response", -5);
  turn_until_done (NULL, then);
  recorder_expect (&recorder, 1, 1);
  ck_assert_int_eq (recorder.ran_in, test_thread_id ());
  lodger_pending_unref (then);
  emitter_expect_end (emitter);
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
}
END_TEST

typedef struct Wait
{
  GObject *emitter;
  int code, response;
  GValue first;
} Wait;

static void *
await_told (void *data)
{
  Wait *wait = data;
  wait->code = lodger_glib_await_signal (wait->emitter, "told", LODGER_FOREVER, &wait->first);
  return NULL;
}

static void *
await_response (void *data)
{
  Wait *wait = data;
  wait->code = lodger_glib_await_response (wait->emitter, &wait->response);
  return NULL;
}

static pthread_t
wait_starts (void *(*func) (void *), Wait *wait)
{
  pthread_t thread;
  *wait = (Wait) { .emitter = emitter_new () };
  thread = thread_start (func, wait);
  emitter_wait_handler (wait->emitter);
  return thread;
}

START_TEST (a_thread_awaits_a_signal_of_another)
{
  Wait wait;
  pthread_t thread = wait_starts (await_told, &wait);
  g_signal_emit_by_name (wait.emitter, "told", 7, "seven", NULL);
  thread_join (thread);
  expect_code (wait.code, 0);
  ck_assert_int_eq (g_value_get_int (&wait.first), 7);
  emitter_expect_end (wait.emitter);
}
END_TEST

START_TEST (a_thread_awaits_a_response)
{
  Wait wait;
  pthread_t thread = wait_starts (await_response, &wait);
  g_signal_emit_by_name (wait.emitter, "response", -4);
  thread_join (thread);
  expect_code (wait.code, 0);
  ck_assert_int_eq (wait.response, -4);
  emitter_expect_end (wait.emitter);
}
END_TEST

START_TEST (a_wait_does_not_keep_the_emitter_alive)
{
  Wait wait;
  pthread_t thread = wait_starts (await_response, &wait);
  emitter_expect_end (wait.emitter);
  thread_join (thread);
  expect_code (wait.code, LODGER_EUNANSWERED);
}
END_TEST

START_TEST (a_wait_that_times_out_stops_listening)
{
  GObject *emitter = emitter_new ();
  GValue first = G_VALUE_INIT;
  expect_code (lodger_glib_await_signal (emitter, "told", 1, &first), LODGER_ETIMEDOUT);
  expect_code (lodger_glib_await_signal (emitter, "told", 0, NULL), LODGER_ETIMEDOUT);
  ck_assert (!G_IS_VALUE (&first));
  ck_assert_int_eq (emitter_handlers (emitter), 0);
  emitter_expect_end (emitter);
}
END_TEST

START_TEST (a_refused_wait_stops_listening)
{
  LodgerCaller *caller = lodger_glib_attach (NULL, NULL);
  GObject *emitter = emitter_new ();
  log_capture_begin ();
  expect_code (lodger_glib_await_signal (emitter, "told", LODGER_FOREVER, NULL), LODGER_EWRONGTHREAD);
  expect_code (lodger_glib_await_signal (emitter, "never", LODGER_FOREVER, NULL), LODGER_EINVAL);
  log_capture_end ();
  ck_assert_int_eq (emitter_handlers (emitter), 0);
  emitter_expect_end (emitter);
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
}
END_TEST

static void
awaits_a_signal (LodgerPending *self, void *emitter)
{
  (void) self;
  expect_code (lodger_glib_await_signal (emitter, "told", LODGER_FOREVER, NULL), LODGER_ECANCELED);
}

START_TEST (a_cancelled_call_stops_listening)
{
  LodgerCaller *worker = worker_start (NULL);
  GObject *emitter = emitter_new ();
  LodgerPending *call = lodger_caller_call_soon (worker, awaits_a_signal, emitter, NULL);
  emitter_wait_handler (emitter);
  lodger_pending_cancel (call, NULL);
  expect_code (wait_outcome (call), LODGER_ECANCELED);
  ck_assert_int_eq (emitter_handlers (emitter), 0);
  worker_stop (worker);
  emitter_expect_end (emitter);
}
END_TEST

START_TEST (a_response_without_a_number_is_refused)
{
  GObject *emitter = wordy_emitter_new ();
  log_capture_begin ();
  expect_code (lodger_glib_await_response (emitter, NULL), LODGER_EINVAL);
  ck_assert (log_capture_has ("has no number"));
  log_capture_end ();
  emitter_expect_end (emitter);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-signal");
  test_add (suite, an_emission_is_a_pending_with_its_arguments);
  test_add (suite, a_later_emission_changes_nothing);
  test_add (suite, numbers_of_all_types_are_read_as_one);
  test_add (suite, the_answer_goes_to_the_emission_that_is_awaited);
  test_add (suite, a_handler_may_run_after_the_default_one);
  test_add (suite, a_detail_is_waited_for);
  test_add (suite, what_is_no_signal_is_refused);
  test_add (suite, the_death_of_the_emitter_is_an_error);
  test_add (suite, a_dispose_while_others_hold_the_emitter_is_its_death);
  test_add (suite, an_emitter_that_is_finalized_without_a_dispose_is_dead);
  test_add (suite, a_handler_that_others_disconnect_ends_the_wait);
  test_add (suite, an_earlier_handler_that_disposes_ends_the_wait);
  test_add (suite, a_later_handler_that_disposes_is_too_late);
  test_add (suite, a_cancel_disconnects_at_once_in_the_objects_own_thread);
  test_add (suite, a_cancel_elsewhere_leaves_the_object_to_its_own_thread);
  test_add (suite, a_context_that_ends_keeps_nothing_of_a_cancelled_wait);
  test_add (suite, a_continuation_gets_the_response_of_a_dialog);
  test_add (suite, a_thread_awaits_a_signal_of_another);
  test_add (suite, a_thread_awaits_a_response);
  test_add (suite, a_wait_does_not_keep_the_emitter_alive);
  test_add (suite, a_wait_that_times_out_stops_listening);
  test_add (suite, a_refused_wait_stops_listening);
  test_add (suite, a_cancelled_call_stops_listening);
  test_add (suite, a_response_without_a_number_is_refused);
  return test_main (suite, argc, argv);
}
