/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GIO in a guest "glib" in the thread of Qt, with each of Qt's dispatchers: it completes there as on a loop of its own.
 * LODGER_GIO_FACTOR (1) multiplies the work: 100 is 100,000 operations with each dispatcher. */
#include "qt-program.h"
#include "test-gio-jobs-glib.h"
#include "test-suite.h"

#ifdef LODGER_HAVE_SOUP
#include "gio-job-soup.h"
#endif

static const char *const dispatchers[] = { "unix", "glib" };

enum
{
  DISPATCHERS = 2,
  JOBS = 8,
  OPERATIONS = 150 /* of each kind of job */
};

/* ---- one job ----------------------------------------------------------------------------------------------------- */

static unsigned
rounds_of (const GioJobKind *kind)
{
  unsigned long factor = test_env ("LODGER_GIO_FACTOR", 1);
  unsigned rounds = test_scaled (OPERATIONS * (unsigned) factor / kind->operations);
  /* A process takes as long as a thousand other operations. */
  return kind == &gio_job_process ? MAX (rounds / 10, 3) : rounds;
}

static int64_t
checksum_of (LodgerPending *pending)
{
  int64_t checksum = 0;
  expect_code (lodger_pending_get_int (pending, &checksum), 0);
  lodger_pending_unref (pending);
  return checksum;
}

/* On a context's own loop. */
static int64_t
run_alone (GioJob *job)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = lodger_glib_attach (context, NULL);
  LodgerPending *pending;
  g_main_context_push_thread_default (context);
  pending = lodger_caller_call_soon (caller, gio_job_begin, job, NULL);
  while (!lodger_pending_is_done (pending))
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  g_main_context_unref (context);
  return checksum_of (pending);
}

/* ---- Qt ---------------------------------------------------------------------------------------------------------- */

static void
do_nothing (void *data)
{
  (void) data;
}

typedef struct Place
{
  LodgerCaller *caller;
  QtProgram *program;
} Place;

static Place
place_open (bool with_glib)
{
  Place place;
  expect_code (lodger_glib_register (), 0);
  qt_application_start (with_glib);
  place.program = qt_program_new (do_nothing, do_nothing, NULL);
  place.caller = lodger_qt_attach (NULL);
  ck_assert_ptr_nonnull (place.caller);
  return place;
}

static void
place_close (Place *place)
{
  expect_code (lodger_caller_leave (place->caller), 0);
  lodger_caller_unref (place->caller);
  qt_program_free (place->program);
}

static LodgerPending *
submit (Place *place, GioJob *job)
{
  static const LodgerGlibGuestOptions options = { .size = sizeof options, .flags = LODGER_GLIB_GUEST_OWN };
  return lodger_caller_call_using_backend (place->caller, "glib", &options, gio_job_begin, job, NULL);
}

static int
note (LodgerPending *done, void *program)
{
  (void) done;
  qt_program_note (program);
  return 0;
}

/* Qt sleeps in each round: the job is what wakes it. */
static int64_t
finish (Place *place, LodgerPending *pending)
{
  expect_code (lodger_pending_add_done_callback (pending, note, place->program, NULL), 0);
  while (!lodger_pending_is_done (pending))
    qt_program_turn (place->program);
  return checksum_of (pending);
}

/* ---- the tests --------------------------------------------------------------------------------------------------- */

static void
run_in_qt (const GioJobKind *kind, bool with_glib)
{
  GioJob alone = { .kind = kind, .rounds = rounds_of (kind) }, hosted = alone;
  int64_t expected = run_alone (&alone);
  Place place = place_open (with_glib);
  ck_assert_int_eq (finish (&place, submit (&place, &hosted)), expected);
  place_close (&place);
}

START_TEST (a_job_of_gio_has_the_same_result_in_qt)
{
  run_in_qt (gio_job_kinds[_i / DISPATCHERS], _i % DISPATCHERS);
}
END_TEST

/* Beside each other, in one guest. */
START_TEST (all_jobs_at_once_have_the_same_results_in_qt)
{
  GioJob jobs[JOBS];
  LodgerPending *pendings[JOBS];
  int64_t expected[JOBS];
  unsigned count = 0;
  Place place;
  expect_code (lodger_glib_register (), 0);
  for (const GioJobKind *const *kind = gio_job_kinds; *kind != NULL; kind++, count++)
    {
      ck_assert_uint_lt (count, JOBS);
      jobs[count] = (GioJob) { .kind = *kind, .rounds = rounds_of (*kind) };
      expected[count] = run_alone (&jobs[count]);
    }
  place = place_open (_i);
  for (unsigned i = 0; i < count; i++)
    pendings[i] = submit (&place, &jobs[i]);
  for (unsigned i = 0; i < count; i++)
    ck_assert_int_eq (finish (&place, pendings[i]), expected[i]);
  place_close (&place);
}
END_TEST

/* The default context is a guest with Qt's own dispatcher, and Qt's own loop with GLib's. */
START_TEST (a_job_of_gio_in_the_default_context_has_the_same_result)
{
  GioJob alone = { .kind = &gio_job_streams, .rounds = rounds_of (&gio_job_streams) }, hosted = alone;
  int64_t expected = run_alone (&alone);
  Place place = place_open (_i);
  LodgerPending *pending = lodger_caller_call_using_backend (place.caller, "glib", NULL, gio_job_begin, &hosted, NULL);
  ck_assert_int_eq (finish (&place, pending), expected);
  place_close (&place);
}
END_TEST

#ifdef LODGER_HAVE_SOUP
START_TEST (a_server_and_a_client_of_libsoup_talk_in_qt)
{
  run_in_qt (&gio_job_soup, _i);
}
END_TEST
#endif

static void
add (Suite *suite, const TTest *test, const char *what, int dispatcher, int index)
{
  char *name = g_strdup_printf ("%s/%s%s", test->name, what, dispatchers[dispatcher]);
  test_add_variant (suite, name, test, index);
  g_free (name);
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("qt-glib-gio");
  test_seed ();
  for (int i = 0; gio_job_kinds[i / DISPATCHERS] != NULL; i++)
    {
      char *kind = g_strdup_printf ("%s/", gio_job_kinds[i / DISPATCHERS]->name);
      add (suite, a_job_of_gio_has_the_same_result_in_qt, kind, i % DISPATCHERS, i);
      g_free (kind);
    }
  for (int i = 0; i < DISPATCHERS; i++)
    {
      add (suite, all_jobs_at_once_have_the_same_results_in_qt, "", i, i);
      add (suite, a_job_of_gio_in_the_default_context_has_the_same_result, "", i, i);
#ifdef LODGER_HAVE_SOUP
      add (suite, a_server_and_a_client_of_libsoup_talk_in_qt, "", i, i);
#endif
    }
  return test_main (suite, argc, argv);
}
