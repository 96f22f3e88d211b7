/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-suite.h"

#include <string.h>

static int payloads_destroyed;

static void
payload_destroy (void *payload)
{
  ck_assert_int_eq (*(int *) payload, 7);
  payloads_destroyed++;
}

static const LodgerErrorPayloadOps payload_ops = { sizeof payload_ops, "test-payload", payload_destroy };
static const LodgerErrorPayloadOps other_ops = { sizeof other_ops, "test-other", NULL };

START_TEST (error_keeps_domain_code_and_message)
{
  char message[] = "it broke";
  LodgerError *error = lodger_error_new ("disk", 42, message);
  message[0] = 'X';
  ck_assert_str_eq (lodger_error_get_domain (error), "disk");
  ck_assert_int_eq (lodger_error_get_code (error), 42);
  ck_assert_str_eq (lodger_error_get_message (error), "it broke");
  lodger_error_unref (error);

  error = lodger_error_new (NULL, LODGER_ETIMEDOUT, NULL);
  ck_assert_str_eq (lodger_error_get_domain (error), LODGER_ERROR_DOMAIN);
  ck_assert_str_eq (lodger_error_get_message (error), lodger_error_code_string (LODGER_ETIMEDOUT));
  lodger_error_unref (error);
}
END_TEST

START_TEST (error_formats_its_message)
{
  char expected[2000];
  LodgerError *error = lodger_error_newf ("disk", 1, "%s: %d", "sector", 12);
  ck_assert_str_eq (lodger_error_get_message (error), "sector: 12");
  lodger_error_unref (error);

  memset (expected, 'a', sizeof expected - 1);
  expected[sizeof expected - 1] = '\0';
  error = lodger_error_newf ("disk", 1, "%s", expected);
  ck_assert_str_eq (lodger_error_get_message (error), expected);
  lodger_error_unref (error);
}
END_TEST

START_TEST (error_payload_is_destroyed_once)
{
  int payload = 7;
  LodgerError *error = lodger_error_new_with_payload ("disk", 1, "m", &payload_ops, &payload);
  ck_assert_ptr_eq (lodger_error_ref (error), error);
  lodger_error_unref (error);
  ck_assert_int_eq (payloads_destroyed, 0);
  lodger_error_unref (error);
  ck_assert_int_eq (payloads_destroyed, 1);

  ck_assert_ptr_null (lodger_error_ref (NULL));
  lodger_error_unref (NULL);
}
END_TEST

START_TEST (error_payload_is_found_by_its_kind)
{
  int payload = 7;
  LodgerError *error = lodger_error_new_with_payload ("disk", 1, "m", &payload_ops, &payload);
  ck_assert_ptr_eq (lodger_error_get_payload (error, &payload_ops), &payload);
  ck_assert_ptr_null (lodger_error_get_payload (error, &other_ops));
  ck_assert_ptr_eq (lodger_error_get_payload (error, NULL), &payload);
  ck_assert_ptr_null (lodger_error_get_payload (NULL, &payload_ops));
  lodger_error_unref (error);

  error = lodger_error_new ("disk", 1, "m");
  ck_assert_ptr_null (lodger_error_get_payload (error, &payload_ops));
  ck_assert_ptr_null (lodger_error_get_payload (error, NULL));
  lodger_error_unref (error);
}
END_TEST

static void *
intern_many (void *data)
{
  const char **domains = data;
  int i;
  for (i = 0; i < 100; i++)
    {
      LodgerError *error = lodger_error_newf (i % 2 ? "odd" : "even", i, "%d", i);
      domains[i % 2] = lodger_error_get_domain (error);
      lodger_error_unref (error);
    }
  return NULL;
}

START_TEST (error_domains_are_interned)
{
  char one[] = "net", two[] = "net";
  const char *domains[4][2];
  pthread_t threads[4];
  int i;
  LodgerError *a = lodger_error_new (one, 1, NULL), *b = lodger_error_new (two, 2, NULL);
  LodgerError *c = lodger_error_new ("other", 2, NULL);
  ck_assert_ptr_eq (lodger_error_get_domain (a), lodger_error_get_domain (b));
  ck_assert_ptr_ne (lodger_error_get_domain (a), lodger_error_get_domain (c));
  ck_assert_ptr_ne (lodger_error_get_domain (a), one);
  ck_assert_ptr_null (lodger_error_get_domain (NULL));
  lodger_error_unref (a);
  lodger_error_unref (b);
  lodger_error_unref (c);

  for (i = 0; i < 4; i++)
    threads[i] = thread_start (intern_many, domains[i]);
  for (i = 0; i < 4; i++)
    thread_join (threads[i]);
  for (i = 1; i < 4; i++)
    {
      ck_assert_ptr_eq (domains[i][0], domains[0][0]);
      ck_assert_ptr_eq (domains[i][1], domains[0][1]);
    }
}
END_TEST

START_TEST (error_matches_domain_and_code)
{
  LodgerError *error = lodger_error_new (NULL, LODGER_EBUSY, NULL);
  ck_assert (lodger_error_matches (error, NULL, LODGER_EBUSY));
  ck_assert (lodger_error_matches (error, LODGER_ERROR_DOMAIN, LODGER_EBUSY));
  ck_assert (!lodger_error_matches (error, NULL, LODGER_EAGAIN));
  ck_assert (!lodger_error_matches (error, "disk", LODGER_EBUSY));
  ck_assert (!lodger_error_matches (NULL, NULL, LODGER_EBUSY));
  ck_assert (!lodger_error_matches (NULL, NULL, 0));
  ck_assert_int_eq (lodger_error_get_code (NULL), 0);
  ck_assert_str_eq (lodger_error_get_message (NULL), "");
  lodger_error_unref (error);
}
END_TEST

START_TEST (every_code_has_words)
{
  int code, other;
  for (code = 0; code >= LODGER_EFOREIGN; code--)
    {
      const char *words = lodger_error_code_string (code);
      ck_assert_ptr_nonnull (words);
      ck_assert (strlen (words) > 1);
      for (other = 0; other > code; other--)
        ck_assert_str_ne (words, lodger_error_code_string (other));
    }
  ck_assert_ptr_nonnull (lodger_error_code_string (12345));
  ck_assert_ptr_nonnull (lodger_error_code_string (-12345));
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("error");
  test_add (suite, error_keeps_domain_code_and_message);
  test_add (suite, error_formats_its_message);
  test_add (suite, error_payload_is_destroyed_once);
  test_add (suite, error_payload_is_found_by_its_kind);
  test_add (suite, error_domains_are_interned);
  test_add (suite, error_matches_domain_and_code);
  test_add (suite, every_code_has_words);
  return test_main (suite, argc, argv);
}
