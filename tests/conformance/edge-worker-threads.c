/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The thread of a worker: its name, its nice level, and workers that a call asks for by name. */
#define _GNU_SOURCE
#include "conformance.h"
#include "test-blocked-call.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static bool
thread_is_called (int thread, const char *name)
{
  char path[64], line[64] = "";
  FILE *file;
  snprintf (path, sizeof path, "/proc/self/task/%d/comm", thread);
  file = fopen (path, "re");
  if (file == NULL || fgets (line, sizeof line, file) == NULL)
    test_fail ("cannot read %s", path);
  fclose (file);
  line[strcspn (line, "\n")] = '\0';
  return strcmp (line, name) == 0;
}

START_TEST (a_workers_thread_has_its_name)
{
  Subject subject;
  BlockedCall blocked[2];
  LodgerCaller *child;
  const LodgerCallerOptions named = { .size = sizeof named, .name = "a name that is rather long" };
  int threads[2];
  subject_open (&subject, _i, false);
  blocked_call_start (&blocked[0], subject.caller);
  threads[0] = blocked_call_thread (&blocked[0]);
  blocked_call_start (&blocked[1], subject.caller);
  threads[1] = blocked_call_thread (&blocked[1]);
  ck_assert (thread_is_called (threads[0], "worker-1"));
  ck_assert (thread_is_called (threads[1], "worker-2"));
  child = lodger_caller_open_child (subject.caller, &named, NULL);
  ck_assert (thread_is_called (worker_thread_id (child), "a name that is "));
  ck_assert_str_eq (lodger_caller_get_name (child), named.name);
  for (int i = 0; i < 2; i++)
    {
      latch_open (&blocked[i].let_go);
      subject_await (&subject, blocked[i].pending);
      blocked_call_clear (&blocked[i]);
    }
  lodger_caller_unref (child);
  subject_close (&subject);
}
END_TEST

/* ---- nice ------------------------------------------------------------------------------------------------------------ */

static int
nice_of (int thread)
{
  return getpriority (PRIO_PROCESS, (id_t) thread);
}

static void
return_nice (LodgerPending *self, void *data)
{
  LodgerPending *nested
      = data != NULL ? lodger_caller_to_thread (lodger_caller_current (), return_nice, NULL, NULL) : NULL;
  if (nested != NULL)
    {
      lodger_pending_wait (nested, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
      lodger_pending_return_from (self, nested);
      lodger_pending_unref (nested);
    }
  else
    lodger_pending_return_int (self, nice_of (test_thread_id ()));
}

static int
nice_of_a_worker (Subject *subject, LodgerCaller *caller, bool is_nested)
{
  LodgerPending *pending = lodger_caller_to_thread (caller, return_nice, is_nested ? subject : NULL, NULL);
  int64_t nice = 0;
  subject_await (subject, pending);
  expect_code (lodger_pending_get_int (pending, &nice), 0);
  lodger_pending_unref (pending);
  return (int) nice;
}

typedef struct Making
{
  LodgerCaller *parent;
  LodgerCaller *child;
} Making;

static void
make_child (void *data)
{
  Making *making = data;
  const LodgerCallerOptions options = { .size = sizeof options, .nice = 2 };
  making->child = lodger_caller_open_child (making->parent, &options, NULL);
  test_check (making->child != NULL);
}

START_TEST (the_nice_level_is_added_once)
{
  const LodgerCallerOptions options = { .size = sizeof options, .nice = 3 };
  int usual = nice_of (0);
  Subject subject;
  Making making;
  LodgerCaller *child;
  subject_open_full (&subject, _i, &options);
  ck_assert_int_eq (nice_of (subject.thread_id), subject_is (&subject, SUBJECT_DRIVEN) ? usual + 3 : usual);
  ck_assert_int_eq (nice_of_a_worker (&subject, subject.caller, false), usual + 3);
  /* The level is added only once, also when a thread with the level starts the next thread. */
  ck_assert_int_eq (nice_of_a_worker (&subject, subject.caller, true), usual + 3);
  making.parent = subject.caller;
  subject_run_inside (&subject, make_child, &making);
  child = making.child;
  ck_assert_int_eq (nice_of (worker_thread_id (child)), usual + 5);
  making.parent = child;
  worker_run (child, make_child, &making);
  ck_assert_int_eq (nice_of (worker_thread_id (making.child)), usual + 7);
  lodger_caller_unref (making.child);
  lodger_caller_unref (child);
  subject_close (&subject);
}
END_TEST

START_TEST (a_refused_nice_level_is_logged)
{
  const LodgerCallerOptions options = { .size = sizeof options, .nice = -3 };
  const struct rlimit none = { 0, 0 };
  int usual = nice_of (0);
  Subject subject;
  test_check (setrlimit (RLIMIT_NICE, &none) == 0);
  if (geteuid () == 0)
    test_check (seteuid (65534) == 0);
  log_capture_begin ();
  subject_open_full (&subject, _i, &options);
  ck_assert_int_eq (nice_of_a_worker (&subject, subject.caller, false), usual);
  ck_assert (log_capture_has ("worker-1: the system refuses the nice level -3"));
  log_capture_end ();
  subject_close (&subject);
  /* The leak checker inspects the process, and may not after a change of the user. */
  test_check (seteuid (getuid ()) == 0 && prctl (PR_SET_DUMPABLE, 1) == 0);
}
END_TEST

/* ---- the one that a call asks for ---------------------------------------------------------------------------------- */

enum
{
  CALLS = 20
};

START_TEST (a_named_worker_runs_its_calls_one_after_the_other_in_one_thread)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1, .max_threads = 1 };
  const LodgerCallOptions disk = { .size = sizeof disk, .worker = "disk" },
                          net = { .size = sizeof net, .worker = "net" };
  const LodgerCallerOptions named = { .size = sizeof named, .name = "disk" };
  Subject subject;
  Journal journal;
  Recorder recorders[CALLS], other = { 0 };
  LodgerPending *pendings[CALLS], *pending;
  LodgerCaller *child, **children;
  BlockedCall blocked;
  size_t count;
  journal_init (&journal);
  subject_open_full (&subject, _i, &options);
  /* The pool is full. */
  blocked_call_start (&blocked, subject.caller);
  latch_wait (&blocked.entered);
  for (int i = 0; i < CALLS; i++)
    {
      recorders[i] = (Recorder) { .journal = &journal, .number = i };
      pendings[i]
          = lodger_caller_to_thread_full (subject.caller, recorder_call, &recorders[i], recorder_destroy, &disk);
    }
  for (int i = 0; i < CALLS; i++)
    {
      expect_code (subject_outcome (&subject, pendings[i]), 0);
      ck_assert_int_eq (recorders[i].ran_in, recorders[0].ran_in);
      ck_assert_int_eq (recorders[i].destroyed_in, recorders[0].ran_in);
      ck_assert_int_eq (journal_get (&journal, (size_t) i), i);
    }
  ck_assert (thread_is_called (recorders[0].ran_in, "disk"));
  pending = lodger_caller_to_thread_full (subject.caller, recorder_call, &other, recorder_destroy, &net);
  expect_code (subject_outcome (&subject, pending), 0);
  ck_assert_int_ne (other.ran_in, recorders[0].ran_in);
  ck_assert_int_ne (other.ran_in, blocked.recorder.ran_in);
  child = lodger_caller_open_child (subject.caller, &named, NULL);
  ck_assert_int_eq (worker_thread_id (child), recorders[0].ran_in);
  lodger_caller_unref (child);
  children = lodger_caller_list_children (subject.caller, &count);
  lodger_caller_list_free (children, count);
  ck_assert_uint_eq (count, 3);
  latch_open (&blocked.let_go);
  subject_await (&subject, blocked.pending);
  blocked_call_clear (&blocked);
  subject_close (&subject);
  journal_clear (&journal);
}
END_TEST

START_TEST (a_named_worker_is_not_made_any_more_once_it_stops)
{
  const LodgerCallOptions disk = { .size = sizeof disk, .worker = "disk" };
  Subject subject;
  Recorder recorder = { 0 };
  LodgerPending *pending;
  subject_open (&subject, _i, false);
  lodger_caller_stop (subject.caller, true);
  pending = lodger_caller_to_thread_full (subject.caller, recorder_call, &recorder, recorder_destroy, &disk);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (pending);
  subject_close (&subject);
}
END_TEST

void
add_edge_worker_threads (Suite *suite)
{
  add_edge (suite, a_workers_thread_has_its_name, 0, 0);
  add_edge (suite, the_nice_level_is_added_once, 0, 0);
  add_edge (suite, a_refused_nice_level_is_logged, 0, 0);
  add_edge (suite, a_named_worker_runs_its_calls_one_after_the_other_in_one_thread, 0, 0);
  add_edge (suite, a_named_worker_is_not_made_any_more_once_it_stops, 0, 0);
}
