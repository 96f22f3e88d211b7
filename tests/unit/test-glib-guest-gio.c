/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GIO in a guest "glib", in hosts of other kinds: it completes there as on a loop of its own. LODGER_GIO_FACTOR (1)
 * multiplies the work: 100 is 100,000 operations in each host. */
#include "subject.h"
#include "test-gio-jobs-glib.h"

static const char *const hosts[] = { "manual-real", "native", "glib-other" };

enum
{
  HOSTS = 3,
  OPERATIONS = 150 /* of each kind of job */
};

static unsigned
rounds_of (const GioJobKind *kind)
{
  unsigned long factor = test_env ("LODGER_GIO_FACTOR", 1);
  unsigned rounds = test_scaled (OPERATIONS * (unsigned) factor / kind->operations);
  /* A process takes as long as a thousand other operations. */
  return kind == &gio_job_process ? MAX (rounds / 10, 3) : rounds;
}

/* On a context's own loop. */
static int64_t
run_alone (GioJob *job)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = lodger_glib_attach (context, NULL);
  LodgerPending *pending;
  int64_t checksum = 0;
  g_main_context_push_thread_default (context);
  pending = lodger_caller_call_soon (caller, gio_job_begin, job, NULL);
  while (!lodger_pending_is_done (pending))
    g_main_context_iteration (context, TRUE);
  expect_code (lodger_pending_get_int (pending, &checksum), 0);
  lodger_pending_unref (pending);
  g_main_context_pop_thread_default (context);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  g_main_context_unref (context);
  return checksum;
}

static LodgerPending *
submit (Subject *subject, GioJob *job)
{
  static const LodgerGlibGuestOptions options = { .size = sizeof options, .flags = LODGER_GLIB_GUEST_OWN };
  return lodger_caller_call_using_backend (subject->caller, "glib", &options, gio_job_begin, job, NULL);
}

static void
expect_checksum (LodgerPending *pending, int64_t expected)
{
  int64_t checksum = 0;
  expect_code (lodger_pending_get_int (pending, &checksum), 0);
  ck_assert_int_eq (checksum, expected);
  lodger_pending_unref (pending);
}

static void
run_until_done (Subject *subject, LodgerPending *pending)
{
  if (subject_is (subject, SUBJECT_DRIVEN))
    ck_assert_int_eq (lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_PROTECT | LODGER_WAIT_NO_RESULT), 0);
  else
    subject_run_until_done (subject, pending);
}

START_TEST (a_job_of_gio_has_the_same_result_in_a_host)
{
  const GioJobKind *kind = gio_job_kinds[_i / HOSTS];
  GioJob alone = { .kind = kind, .rounds = rounds_of (kind) }, hosted = alone;
  Subject subject;
  LodgerPending *pending;
  int64_t expected;
  expect_code (lodger_glib_register (), 0);
  expected = run_alone (&alone);
  subject_open (&subject, subject_find (hosts[_i % HOSTS]), false);
  pending = submit (&subject, &hosted);
  run_until_done (&subject, pending);
  expect_checksum (pending, expected);
  subject_close (&subject);
}
END_TEST

/* Beside each other, in one guest, with another guest's beside them. */
START_TEST (all_jobs_at_once_have_the_same_results)
{
  enum
  {
    JOBS = 8
  };
  GioJob jobs[JOBS];
  LodgerPending *pendings[JOBS];
  int64_t expected[JOBS];
  Subject subject;
  expect_code (lodger_glib_register (), 0);
  for (unsigned i = 0; i < JOBS; i++)
    {
      jobs[i] = (GioJob) { .kind = gio_job_kinds[i], .rounds = rounds_of (gio_job_kinds[i]) };
      expected[i] = run_alone (&jobs[i]);
    }
  subject_open (&subject, subject_find (hosts[_i]), false);
  for (unsigned i = 0; i < JOBS; i++)
    pendings[i] = submit (&subject, &jobs[i]);
  for (unsigned i = 0; i < JOBS; i++)
    {
      run_until_done (&subject, pendings[i]);
      expect_checksum (pendings[i], expected[i]);
    }
  subject_close (&subject);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-guest-gio");
  test_seed ();
  for (int i = 0; gio_job_kinds[i / HOSTS] != NULL; i++)
    {
      char *name = g_strdup_printf ("a_job_of_gio_has_the_same_result_in_a_host/%s/%s", gio_job_kinds[i / HOSTS]->name,
                                    hosts[i % HOSTS]);
      test_add_variant (suite, name, a_job_of_gio_has_the_same_result_in_a_host, i);
      g_free (name);
    }
  for (int i = 0; i < HOSTS; i++)
    {
      char *name = g_strdup_printf ("all_jobs_at_once_have_the_same_results/%s", hosts[i]);
      test_add_variant (suite, name, all_jobs_at_once_have_the_same_results, i);
      g_free (name);
    }
  return test_main (suite, argc, argv);
}
