/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libsoup in a guest "glib": a server and a client of one program, in hosts of other kinds. */
#include "gio-job-soup.h"
#include "subject.h"

static const char *const hosts[] = { "manual-real", "native", "glib-other" };

static int64_t
run (Subject *subject, const char *host)
{
  static const LodgerGlibGuestOptions options = { .size = sizeof options, .flags = LODGER_GLIB_GUEST_OWN };
  GioJob job = { .kind = &gio_job_soup, .rounds = test_scaled (100) };
  LodgerPending *pending;
  int64_t checksum = 0;
  subject_open (subject, subject_find (host), false);
  pending = lodger_caller_call_using_backend (subject->caller, "glib", &options, gio_job_begin, &job, NULL);
  subject_run_until_done (subject, pending);
  expect_code (lodger_pending_get_int (pending, &checksum), 0);
  lodger_pending_unref (pending);
  subject_close (subject);
  return checksum;
}

START_TEST (a_server_and_a_client_of_libsoup_talk_in_a_host)
{
  Subject subject;
  expect_code (lodger_glib_register (), 0);
  ck_assert_int_ne (run (&subject, hosts[_i]), 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-guest-soup");
  for (int i = 0; i < 3; i++)
    {
      char *name = g_strdup_printf ("a_server_and_a_client_of_libsoup_talk_in_a_host/%s", hosts[i]);
      test_add_variant (suite, name, a_server_and_a_client_of_libsoup_talk_in_a_host, i);
      g_free (name);
    }
  return test_main (suite, argc, argv);
}
