/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-recorder.h"
#include "test-suite.h"

#include <lodger-glib.h>

/* An error domain with private data, as a library would make one. */
typedef struct BakeryErrorPrivate
{
  int temperature;
  char *bread;
} BakeryErrorPrivate;

static int bakery_alive;

static void
bakery_error_private_init (BakeryErrorPrivate *private)
{
  private->temperature = 0;
  private->bread = NULL;
  bakery_alive++;
}

static void
bakery_error_private_copy (const BakeryErrorPrivate *from, BakeryErrorPrivate *to)
{
  to->temperature = from->temperature;
  to->bread = g_strdup (from->bread);
}

static void
bakery_error_private_clear (BakeryErrorPrivate *private)
{
  g_free (private->bread);
  bakery_alive--;
}

GQuark bakery_error_quark (void);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual" /* in GLib's macro */
G_DEFINE_EXTENDED_ERROR (BakeryError, bakery_error)
#pragma GCC diagnostic pop

static GError *
bakery_error (void)
{
  GError *error = g_error_new (bakery_error_quark (), 7, "burnt at %d degrees", 400);
  bakery_error_get_private (error)->temperature = 400;
  bakery_error_get_private (error)->bread = g_strdup ("rye");
  return error;
}

static void
expect_bakery (const GError *error)
{
  ck_assert (g_error_matches (error, bakery_error_quark (), 7));
  ck_assert_str_eq (error->message, "burnt at 400 degrees");
  ck_assert_int_eq (bakery_error_get_private (error)->temperature, 400);
  ck_assert_str_eq (bakery_error_get_private (error)->bread, "rye");
}

/* A payload that GLib knows nothing of. */
static const LodgerErrorPayloadOps recorder_payload
    = { .size = sizeof (LodgerErrorPayloadOps), .name = "recorder", .destroy = recorder_destroy };

/* ---- there and back ---------------------------------------------------------------------------------------------- */

START_TEST (a_gerror_keeps_domain_code_and_message)
{
  GError *there = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no such bread"), *back;
  LodgerError *error = lodger_glib_error_new_from_gerror (there);
  ck_assert_str_eq (lodger_error_get_domain (error), g_quark_to_string (G_IO_ERROR));
  ck_assert_int_eq (lodger_error_get_code (error), G_IO_ERROR_NOT_FOUND);
  ck_assert_str_eq (lodger_error_get_message (error), "no such bread");
  g_error_free (there);
  back = lodger_glib_error_to_gerror (error);
  lodger_error_unref (error);
  ck_assert (g_error_matches (back, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
  ck_assert_str_eq (back->message, "no such bread");
  g_error_free (back);
}
END_TEST

START_TEST (an_extended_gerror_survives_the_round_trip)
{
  GError *there = bakery_error (), *back, *again;
  LodgerError *error = lodger_glib_error_new_from_gerror (there), *shared;
  expect_bakery (there);
  g_error_free (there);
  shared = lodger_error_ref (error);
  back = lodger_glib_error_to_gerror (error);
  again = lodger_glib_error_to_gerror (shared);
  lodger_error_unref (error);
  lodger_error_unref (shared);
  expect_bakery (back);
  expect_bakery (again);
  g_error_free (back);
  g_error_free (again);
  ck_assert_int_eq (bakery_alive, 0);
}
END_TEST

START_TEST (lodgers_own_errors_keep_domain_and_code)
{
  LodgerError *there = lodger_error_new (NULL, LODGER_ETIMEDOUT, "too slow"), *back;
  GError *error = lodger_glib_error_to_gerror (there);
  lodger_error_unref (there);
  ck_assert (LODGER_GLIB_ERROR == g_quark_from_string (LODGER_ERROR_DOMAIN));
  ck_assert (g_error_matches (error, LODGER_GLIB_ERROR, LODGER_ETIMEDOUT));
  ck_assert_str_eq (error->message, "too slow");
  back = lodger_glib_error_new_from_gerror (error);
  g_error_free (error);
  ck_assert (lodger_error_matches (back, NULL, LODGER_ETIMEDOUT));
  ck_assert_str_eq (lodger_error_get_message (back), "too slow");
  lodger_error_unref (back);
}
END_TEST

START_TEST (an_error_of_any_domain_becomes_a_gerror_of_it)
{
  LodgerError *there = lodger_error_new ("garden", 12, "frost"), *back;
  GError *error = lodger_glib_error_to_gerror (there);
  lodger_error_unref (there);
  ck_assert (g_error_matches (error, g_quark_from_string ("garden"), 12));
  ck_assert_str_eq (error->message, "frost");
  back = lodger_glib_error_new_from_gerror (error);
  g_error_free (error);
  ck_assert (lodger_error_matches (back, "garden", 12));
  lodger_error_unref (back);
}
END_TEST

START_TEST (a_foreign_payload_comes_back_as_the_same_error)
{
  static const char *const domains[] = { NULL, "garden", "BakeryError" };
  Recorder payload = { 0 };
  LodgerError *there, *back;
  GError *error, *copy;
  bakery_error_quark ();
  there = lodger_error_new_with_payload (domains[_i], 3, "frost", &recorder_payload, &payload);
  error = lodger_glib_error_to_gerror (there);
  ck_assert (g_error_matches (error, LODGER_GLIB_FOREIGN_ERROR, LODGER_EFOREIGN));
  ck_assert_str_eq (error->message, "frost");
  lodger_error_unref (there);
  recorder_expect (&payload, 0, 0);
  copy = g_error_copy (error);
  g_error_free (error);
  back = lodger_glib_error_new_from_gerror (copy);
  g_error_free (copy);
  ck_assert_ptr_eq (back, there);
  ck_assert_ptr_eq (lodger_error_get_payload (back, &recorder_payload), &payload);
  recorder_expect (&payload, 0, 0);
  lodger_error_unref (back);
  recorder_expect (&payload, 0, 1);
}
END_TEST

START_TEST (a_foreign_error_with_a_prefix_keeps_both)
{
  Recorder payload = { 0 };
  LodgerError *there = lodger_error_new_with_payload ("garden", 3, "frost", &recorder_payload, &payload);
  GError *error = lodger_glib_error_to_gerror (there), *plain;
  LodgerError *prefixed;
  g_prefix_error (&error, "Monday: ");
  prefixed = lodger_glib_error_new_from_gerror (error);
  ck_assert (lodger_error_matches (prefixed, "garden", 3));
  ck_assert_str_eq (lodger_error_get_message (prefixed), "Monday: frost");
  g_error_free (error);
  error = lodger_glib_error_to_gerror (prefixed);
  lodger_error_unref (prefixed);
  ck_assert (g_error_matches (error, LODGER_GLIB_FOREIGN_ERROR, LODGER_EFOREIGN));
  ck_assert_str_eq (error->message, "Monday: frost");
  g_error_free (error);
  recorder_expect (&payload, 0, 0);
  lodger_error_unref (there);
  recorder_expect (&payload, 0, 1);

  /* One that somebody else made in that domain is an error like others. */
  plain = g_error_new_literal (LODGER_GLIB_FOREIGN_ERROR, 5, "made by hand");
  prefixed = lodger_glib_error_new_from_gerror (plain);
  ck_assert (lodger_error_matches (prefixed, g_quark_to_string (LODGER_GLIB_FOREIGN_ERROR), 5));
  lodger_error_unref (prefixed);
  g_error_free (plain);
}
END_TEST

START_TEST (no_error_is_no_error)
{
  ck_assert_ptr_null (lodger_glib_error_new_from_gerror (NULL));
  ck_assert_ptr_null (lodger_glib_error_to_gerror (NULL));
}
END_TEST

/* ---- as an outcome ----------------------------------------------------------------------------------------------- */

START_TEST (a_gerror_is_an_outcome)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  GError *error = NULL;
  ck_assert (lodger_glib_pending_propagate_error (promise, &error));
  ck_assert (g_error_matches (error, LODGER_GLIB_ERROR, LODGER_ENOTDONE));
  g_clear_error (&error);
  expect_code (lodger_glib_pending_return_gerror (promise, NULL), LODGER_EINVAL);
  ck_assert (!lodger_pending_is_done (promise));

  expect_code (lodger_glib_pending_return_gerror (promise, bakery_error ()), 0);
  expect_code (lodger_pending_get_outcome (promise), LODGER_EFAILED);
  ck_assert (lodger_glib_pending_propagate_error (promise, &error));
  expect_bakery (error);
  g_clear_error (&error);
  ck_assert (lodger_glib_pending_propagate_error (promise, NULL));
  lodger_pending_unref (promise);
  ck_assert_int_eq (bakery_alive, 0);
}
END_TEST

START_TEST (success_and_cancelling_are_told_apart)
{
  LodgerPending *good = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *cancelled = lodger_pending_new (LODGER_PENDING_DEFAULT);
  GError *error = NULL;
  lodger_pending_return_int (good, 1);
  ck_assert (!lodger_glib_pending_propagate_error (good, &error));
  ck_assert_ptr_null (error);
  lodger_pending_cancel (cancelled, "changed my mind");
  ck_assert (lodger_glib_pending_propagate_error (cancelled, &error));
  ck_assert (g_error_matches (error, LODGER_GLIB_ERROR, LODGER_ECANCELED));
  ck_assert_str_eq (error->message, "changed my mind");
  g_clear_error (&error);
  ck_assert (lodger_glib_pending_propagate_error (NULL, &error));
  ck_assert (g_error_matches (error, LODGER_GLIB_ERROR, LODGER_EINVAL));
  g_clear_error (&error);
  lodger_pending_unref (good);
  lodger_pending_unref (cancelled);
}
END_TEST

START_TEST (a_refused_gerror_is_freed)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_int (promise, 1);
  expect_code (lodger_glib_pending_return_gerror (promise, bakery_error ()), LODGER_EALREADY);
  ck_assert_int_eq (bakery_alive, 0);
  log_capture_begin ();
  expect_code (lodger_glib_reply_return_gerror (NULL, bakery_error ()), LODGER_EINVAL);
  log_capture_end ();
  ck_assert_int_eq (bakery_alive, 0);
  lodger_pending_unref (promise);
}
END_TEST

static void
hold_for_a_block (Recorder *recorder)
{
  g_autoptr (LodgerCaller) caller = lodger_glib_attach (NULL, NULL);
  g_autoptr (LodgerPending) pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  g_autoptr (LodgerScope) scope = lodger_scope_new (NULL);
  g_autoptr (LodgerScope) none = NULL;
  g_autoptr (LodgerError) error = lodger_error_new (NULL, LODGER_ENOENT, NULL);
  ck_assert (scope != NULL && none == NULL && lodger_error_matches (error, NULL, LODGER_ENOENT));
  lodger_pending_return_pointer (pending, recorder, recorder_destroy);
  recorder_expect (recorder, 0, 0);
  expect_code (lodger_caller_leave (caller), 0);
}

START_TEST (references_go_with_their_block)
{
  Recorder recorder = { 0 };
  hold_for_a_block (&recorder);
  recorder_expect (&recorder, 0, 1);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-error");
  test_add (suite, references_go_with_their_block);
  test_add (suite, a_gerror_keeps_domain_code_and_message);
  test_add (suite, an_extended_gerror_survives_the_round_trip);
  test_add (suite, lodgers_own_errors_keep_domain_and_code);
  test_add (suite, an_error_of_any_domain_becomes_a_gerror_of_it);
  test_add_variant (suite, "a_foreign_payload_comes_back_as_the_same_error",
                    a_foreign_payload_comes_back_as_the_same_error, 0);
  test_add_variant (suite, "a_foreign_payload_comes_back_as_the_same_error/any_domain",
                    a_foreign_payload_comes_back_as_the_same_error, 1);
  test_add_variant (suite, "a_foreign_payload_comes_back_as_the_same_error/extended_domain",
                    a_foreign_payload_comes_back_as_the_same_error, 2);
  test_add (suite, a_foreign_error_with_a_prefix_keeps_both);
  test_add (suite, no_error_is_no_error);
  test_add (suite, a_gerror_is_an_outcome);
  test_add (suite, success_and_cancelling_are_told_apart);
  test_add (suite, a_refused_gerror_is_freed);
  return test_main (suite, argc, argv);
}
