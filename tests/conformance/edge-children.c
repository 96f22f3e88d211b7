/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the existing caller of a thread and host, and children. */
#include "conformance.h"

#include <string.h>

/* ---- 47: the caller of this thread --------------------------------------------------------------------------------- */

/* Returns the code of the refusal. The log line names the function. */
static int
refusal (LodgerCallerMode mode, const LodgerCallerOptions *options)
{
  LodgerError *error = NULL;
  int code;
  log_capture_forget ();
  test_check (lodger_caller_open (mode, options, &error) == NULL);
  test_check (log_capture_count () == 1 && log_capture_has ("lodger_caller_open"));
  code = lodger_error_get_code (error);
  lodger_error_unref (error);
  return code;
}

static void *
look_without_a_loop (void *data)
{
  (void) data;
  test_check (refusal (LODGER_CALLER_CURRENT_THREAD, NULL) == LODGER_ENOENT);
  test_check (lodger_caller_current () == NULL);
  return NULL;
}

static void
look_inside (void *data)
{
  Subject *subject = data;
  const LodgerCallerOptions named = { .size = sizeof named, .name = "somebody else" };
  const LodgerCallerOptions backend = { .size = sizeof backend, .backend = "none of that name" };
  const LodgerCallerOptions host = { .size = sizeof host, .host = "none of that name" };
  const LodgerCallerOptions other = { .size = sizeof other, .name = lodger_caller_get_name (subject->caller) };
  const LodgerCallerOptions manual = { .size = sizeof manual,
                                       .host = lodger_caller_get_host (subject->caller),
                                       .host_options = subject->host_options };
  LodgerCaller *same = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, NULL, NULL);
  test_check (same == subject->caller);
  lodger_caller_unref (same);
  same = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, &other, NULL);
  test_check (same == subject->caller);
  lodger_caller_unref (same);
  test_check (refusal (LODGER_CALLER_CURRENT_THREAD, &named) == LODGER_EMISMATCH);
  test_check (refusal (LODGER_CALLER_CURRENT_THREAD, &backend) == LODGER_EMISMATCH);
  test_check (refusal (LODGER_CALLER_CURRENT_THREAD, &host) == LODGER_ENOENT);
  test_check (refusal (LODGER_CALLER_MANUAL, NULL) == LODGER_ENOENT);
  if (subject_is (subject, SUBJECT_DRIVEN))
    return;
  same = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, &manual, NULL);
  test_check (same == subject->caller);
  lodger_caller_unref (same);
  test_check (refusal (LODGER_CALLER_MANUAL, &manual) == LODGER_EALREADY);
}

START_TEST (edge_47_the_caller_of_a_thread_and_host_is_found_or_refused)
{
  Subject subject;
  subject_open (&subject, _i, false);
  log_capture_begin ();
  thread_join (thread_start (look_without_a_loop, NULL));
  subject_run_inside (&subject, look_inside, &subject);
  log_capture_end ();
  subject_close (&subject);
}
END_TEST

/* ---- 48: children --------------------------------------------------------------------------------------------------- */

static LodgerCaller *
get_named (LodgerCaller *parent, const char *name)
{
  const LodgerCallerOptions options = { .size = sizeof options, .name = name };
  LodgerCaller *child = lodger_caller_open_child (parent, &options, NULL);
  test_check (child != NULL);
  return child;
}

typedef struct Race
{
  LodgerCaller *parent;
  Barrier *together;
  LodgerCaller *got;
} Race;

static void *
get_in_a_race (void *data)
{
  Race *race = data;
  barrier_wait (race->together);
  race->got = get_named (race->parent, "wanted by all");
  return NULL;
}

static void
get_from_a_worker (LodgerPending *self, void *data)
{
  (void) self;
  *(LodgerCaller **) data = get_named (lodger_caller_current (), "twin");
}

START_TEST (edge_48_get_by_name_twice_is_the_same_child)
{
  enum
  {
    THREADS = 3
  };
  Subject subject;
  Barrier together;
  Race races[THREADS];
  pthread_t threads[THREADS];
  LodgerCaller *first, *second, *third = NULL;
  subject_open (&subject, _i, false);
  first = get_named (subject.caller, "twin");
  second = get_named (subject.caller, "twin");
  ck_assert_ptr_eq (first, second);
  ck_assert_str_eq (lodger_caller_get_name (first), "twin");
  /* In a call of a worker it creates or finds a child of the worker's root. */
  expect_code (subject_outcome (&subject, lodger_caller_to_thread (subject.caller, get_from_a_worker, &third, NULL)),
               0);
  ck_assert_ptr_eq (first, third);

  barrier_init (&together, THREADS);
  for (int i = 0; i < THREADS; i++)
    {
      races[i] = (Race) { .parent = subject.caller, .together = &together };
      threads[i] = thread_start (get_in_a_race, &races[i]);
    }
  for (int i = 0; i < THREADS; i++)
    {
      thread_join (threads[i]);
      ck_assert_ptr_eq (races[i].got, races[0].got);
    }
  for (int i = 0; i < THREADS; i++)
    lodger_caller_unref (races[i].got);
  barrier_clear (&together);

  /* A stopped child no longer has its name. */
  lodger_caller_stop (first, true);
  subject_await (&subject, lodger_caller_get_stopped (first));
  second = get_named (subject.caller, "twin");
  ck_assert_ptr_ne (first, second);
  ck_assert (worker_thread_id (second) != 0);
  lodger_caller_unref (second);
  lodger_caller_unref (first);
  lodger_caller_unref (first);
  lodger_caller_unref (third);
  subject_close (&subject);
}
END_TEST

START_TEST (edge_48_without_a_name_each_child_is_new)
{
  Subject subject;
  LodgerCaller *first, *second, *parent;
  subject_open (&subject, _i, false);
  first = lodger_caller_open_child (subject.caller, NULL, NULL);
  second = lodger_caller_open_child (subject.caller, NULL, NULL);
  ck_assert_ptr_nonnull (first);
  ck_assert_ptr_ne (first, second);
  ck_assert_int_ne (worker_thread_id (first), worker_thread_id (second));
  parent = lodger_caller_find_parent (second);
  ck_assert_ptr_eq (parent, subject.caller);
  lodger_caller_unref (parent);
  lodger_caller_unref (first);
  lodger_caller_unref (second);
  subject_close (&subject);
}
END_TEST

static int
child_refusal (LodgerCaller *parent, const LodgerCallerOptions *options)
{
  LodgerError *error = NULL;
  int code;
  log_capture_begin ();
  test_check (lodger_caller_open_child (parent, options, &error) == NULL);
  test_check (log_capture_count () == 1 && log_capture_has ("lodger_caller_open_child"));
  log_capture_end ();
  code = lodger_error_get_code (error);
  lodger_error_unref (error);
  return code;
}

/* A backend that the subject's tree does not use. */
static const char *
another_backend (const Subject *subject)
{
  return strcmp (subject_backend (subject), "native") == 0 ? "none of that name" : "native";
}

START_TEST (edge_48_another_backend_or_host_is_an_error)
{
  Subject subject;
  LodgerCaller *child, *same;
  LodgerCallerOptions options = { .size = sizeof options, .name = "twin" };
  subject_open (&subject, _i, false);
  child = get_named (subject.caller, "twin");
  wait_done (lodger_caller_get_started (child));
  options.backend = subject_backend (&subject);
  options.host = lodger_caller_get_host (child);
  same = lodger_caller_open_child (subject.caller, &options, NULL);
  ck_assert_ptr_eq (same, child);
  options.host = "none of that name";
  expect_code (child_refusal (subject.caller, &options), LODGER_EMISMATCH);
  options.host = NULL;
  options.backend = another_backend (&subject);
  expect_code (child_refusal (subject.caller, &options),
               strcmp (options.backend, "native") == 0 ? LODGER_EMISMATCH : LODGER_ENOENT);
  options.size = 4;
  expect_code (child_refusal (subject.caller, &options), LODGER_EINVAL);
  expect_code (child_refusal (NULL, NULL), LODGER_EINVAL);
  lodger_caller_unref (same);
  lodger_caller_unref (child);
  subject_close (&subject);
}
END_TEST

START_TEST (edge_48_a_childs_host_is_its_backends)
{
  Subject subject;
  LodgerCaller *child;
  LodgerCallerOptions options = { .size = sizeof options };
  subject_open (&subject, _i, false);
  options.host = subject_backend (&subject);
  child = lodger_caller_open_child (subject.caller, &options, NULL);
  ck_assert_ptr_nonnull (child);
  worker_thread_id (child);
  ck_assert_str_eq (lodger_caller_get_host (child), options.host);
  ck_assert_str_eq (lodger_caller_get_backend (child), options.host);
  lodger_caller_unref (child);
  options.host = "manual";
  expect_code (child_refusal (subject.caller, &options), LODGER_EINVAL);
  subject_close (&subject);
}
END_TEST

static int
find (LodgerCaller *parent, LodgerCaller *child, size_t *ret_count)
{
  LodgerCaller **children = lodger_caller_list_children (parent, ret_count);
  int found = 0;
  for (size_t i = 0; i < *ret_count; i++)
    found += children[i] == child;
  ck_assert (*ret_count > 0 || children == NULL);
  lodger_caller_list_free (children, *ret_count);
  return found;
}

START_TEST (edge_48_a_grandchild_is_no_child)
{
  Subject subject;
  LodgerCaller *child, *grandchild, *parent;
  size_t count;
  subject_open (&subject, _i, false);
  ck_assert_int_eq (find (subject.caller, NULL, &count), 0);
  ck_assert_uint_eq (count, 0);
  child = lodger_caller_open_child (subject.caller, NULL, NULL);
  grandchild = lodger_caller_open_child (child, NULL, NULL);
  ck_assert_int_eq (find (subject.caller, child, &count), 1);
  ck_assert_uint_eq (count, 1);
  ck_assert_int_eq (find (child, grandchild, &count), 1);
  ck_assert_uint_eq (count, 1);
  parent = lodger_caller_find_parent (grandchild);
  ck_assert_ptr_eq (parent, child);
  lodger_caller_unref (parent);
  /* A grandchild has the backend of its parent, and its calls of to_thread() run in the workers of the root. */
  ck_assert_str_eq (lodger_caller_get_backend (grandchild), subject_backend (&subject));
  expect_code (wait_outcome (lodger_caller_to_thread (grandchild, recorder_call, &(Recorder) { 0 }, NULL)), 0);
  ck_assert_int_eq (find (subject.caller, child, &count), 1);
  ck_assert_uint_eq (count, 2);
  lodger_caller_stop (child, true);
  subject_await (&subject, lodger_caller_get_stopped (child));
  ck_assert_int_eq (lodger_caller_get_state (grandchild), LODGER_CALLER_STOPPED);
  ck_assert_ptr_null (lodger_caller_find_parent (grandchild));
  ck_assert_int_eq (find (subject.caller, child, &count), 0);
  log_capture_begin ();
  ck_assert_ptr_null (lodger_caller_list_children (NULL, &count));
  ck_assert (log_capture_has ("lodger_caller_list_children"));
  log_capture_end ();
  lodger_caller_unref (child);
  lodger_caller_unref (grandchild);
  subject_close (&subject);
}
END_TEST

START_TEST (edge_48_before_the_start_and_after_the_stop_there_are_no_children)
{
  Subject subject;
  if (!(subject_kinds[_i]->traits & SUBJECT_DRIVEN))
    {
      subject_open_initial (&subject, _i, NULL);
      expect_code (child_refusal (subject.caller, NULL), LODGER_ESTATE);
      subject_close (&subject);
    }
  subject_open (&subject, _i, false);
  lodger_caller_stop (subject.caller, true);
  expect_code (child_refusal (subject.caller, NULL), LODGER_ESHUTDOWN);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  expect_code (child_refusal (subject.caller, NULL), LODGER_ESHUTDOWN);
  subject_close (&subject);
}
END_TEST

/* Children are created while the parent stops. Each is stopped too, or its creation is refused. */
static void *
get_until_refused (void *data)
{
  Race *race = data;
  LodgerCaller *child;
  barrier_wait (race->together);
  while ((child = lodger_caller_open_child (race->parent, NULL, NULL)) != NULL)
    {
      lodger_caller_unref (race->got);
      race->got = child;
    }
  return NULL;
}

START_TEST (edge_48_a_stop_ends_children_created_during_it)
{
  ProcCount before;
  for (int round = 0; round < 3; round++)
    {
      Subject subject;
      Barrier together;
      Race race = { .together = &together };
      pthread_t thread;
      if (round == 1)
        before = proc_count ();
      barrier_init (&together, 2);
      subject_open (&subject, _i, false);
      race.parent = subject.caller;
      race.got = lodger_caller_open_child (subject.caller, NULL, NULL);
      log_capture_begin ();
      thread = thread_start (get_until_refused, &race);
      barrier_wait (&together);
      lodger_caller_stop (subject.caller, true);
      subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
      thread_join (thread);
      log_capture_end ();
      ck_assert_int_eq (lodger_caller_get_state (race.got), LODGER_CALLER_STOPPED);
      lodger_caller_unref (race.got);
      subject_close (&subject);
      barrier_clear (&together);
    }
  proc_expect_restored (before);
}
END_TEST

void
add_edge_children (Suite *suite)
{
  add_edge (suite, edge_47_the_caller_of_a_thread_and_host_is_found_or_refused, 0, 0);
  add_edge (suite, edge_48_get_by_name_twice_is_the_same_child, 0, 0);
  add_edge (suite, edge_48_without_a_name_each_child_is_new, 0, 0);
  add_edge (suite, edge_48_another_backend_or_host_is_an_error, 0, 0);
  add_edge (suite, edge_48_a_childs_host_is_its_backends, 0, 0);
  add_edge (suite, edge_48_a_grandchild_is_no_child, 0, 0);
  add_edge (suite, edge_48_before_the_start_and_after_the_stop_there_are_no_children, 0, 0);
  add_edge (suite, edge_48_a_stop_ends_children_created_during_it, 0, 0);
}
