/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of a program that was built with an older or a newer version. */
#include "test-loop.h"
#include "test-minimal-host.h"
#include "test-recorder.h"
#include "test-suite.h"

#include <lodger/host.h>
#include <stdio.h>
#include <string.h>

/* The structs that most functions take, as a later version has them. */
typedef struct NewerCallOptions
{
  LodgerCallOptions known;
  const char *unknown;
} NewerCallOptions;

typedef struct NewerCallerOptions
{
  LodgerCallerOptions known;
  const char *unknown;
} NewerCallerOptions;

typedef struct NewerScopeOptions
{
  LodgerScopeOptions known;
  const char *unknown;
} NewerScopeOptions;

#define UP_TO(Type, member) (offsetof (Type, member) + sizeof ((Type *) NULL)->member)

static const char not_known[] = "members that this version does not know";

/* ---- what the program gives ------------------------------------------------------------------------------------------ */

START_TEST (a_shorter_struct_is_filled_with_zeros)
{
  struct
  {
    size_t size;
    const char *name;
    char garbage[256];
  } older = { .size = UP_TO (LodgerCallOptions, name), .name = "older" };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  LodgerPending *pending;
  char *line;
  memset (older.garbage, 0xff, sizeof older.garbage);
  pending = lodger_caller_call_soon_full (loop.caller, recorder_call, &recorder, recorder_destroy,
                                          (const LodgerCallOptions *) &older);
  loop_run_until_done (&loop, pending);
  expect_code (lodger_pending_get_outcome (pending), 0);
  line = lodger_pending_describe (pending);
  ck_assert_str_eq (line, "older (?:0): done");
  lodger_free (line);
  lodger_pending_unref (pending);
  recorder_expect (&recorder, 1, 1);
  loop_close (&loop);
}
END_TEST

/* Submits in each way that takes options. All are accepted, or all are refused with LODGER_EINVAL. */
static void
submit (Loop *loop, const LodgerCallOptions *options, int code)
{
  Recorder recorder = { 0 };
  LodgerPending *done = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *pendings[4];
  int accepted = code == 0 ? 5 : 0;
  lodger_pending_return_nothing (done);
  pendings[0] = lodger_caller_call_soon_full (loop->caller, recorder_call, &recorder, recorder_destroy, options);
  pendings[1] = lodger_caller_call_later_full (loop->caller, 0, recorder_call, &recorder, recorder_destroy, options);
  pendings[2] = lodger_caller_to_thread_full (loop->caller, recorder_call, &recorder, recorder_destroy, options);
  pendings[3] = lodger_pending_then_full (done, loop->caller, recorder_then, &recorder, recorder_destroy, options);
  expect_code (lodger_caller_call_direct_full (loop->caller, recorder_direct, &recorder, recorder_destroy, options),
               code);
  for (int i = 0; i < 4; i++)
    {
      loop_run_until_done (loop, pendings[i]);
      expect_code (lodger_error_get_code (lodger_pending_get_error (pendings[i])), code);
      lodger_pending_unref (pendings[i]);
    }
  loop_run (loop);
  recorder_expect (&recorder, accepted, 5);
  lodger_pending_unref (done);
}

START_TEST (a_longer_struct_is_accepted_when_the_rest_is_zero)
{
  NewerCallOptions newer = { .known = { .size = sizeof newer, .name = "newer" } };
  NewerScopeOptions scope_options = { .known = { .size = sizeof scope_options } };
  NewerCallerOptions options = { .known = { .size = sizeof options, .name = "newer" } };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options.known);
  LodgerScope *scope = lodger_scope_new (&scope_options.known);
  LodgerCaller *child = lodger_caller_open_child (loop.caller, &options.known, NULL);
  log_capture_begin ();
  ck_assert_str_eq (lodger_caller_get_name (loop.caller), "newer");
  submit (&loop, &newer.known, 0);
  ck_assert_ptr_nonnull (scope);
  ck_assert_ptr_nonnull (child);
  ck_assert_uint_eq (log_capture_count (), 0);
  log_capture_end ();
  lodger_scope_unref (scope);
  lodger_caller_unref (child);
  loop_close (&loop);
}
END_TEST

START_TEST (a_longer_struct_that_asks_for_more_is_refused)
{
  Recorder hooks = { 0 };
  NewerCallOptions newer = { .known = { .size = sizeof newer }, .unknown = "more" };
  NewerScopeOptions scope = { .known = { .size = sizeof scope }, .unknown = "more" };
  NewerCallerOptions options
      = { .known = { .size = sizeof options, .hook_data = &hooks, .hook_destroy = recorder_destroy },
          .unknown = "more" };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerError *error = NULL;
  log_capture_begin ();
  submit (&loop, &newer.known, LODGER_EINVAL);
  ck_assert_uint_eq (log_capture_count (), 5);
  ck_assert (log_capture_has ("lodger_pending_then: the options have members that this version does not know"));
  ck_assert_ptr_null (lodger_scope_new (&scope.known));
  ck_assert_ptr_null (lodger_caller_open_child (loop.caller, &options.known, NULL));
  ck_assert_ptr_null (lodger_manual_attach (loop.host, &options.known, NULL));
  ck_assert_ptr_null (lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options.known, &error));
  ck_assert_ptr_nonnull (strstr (lodger_error_get_message (error), not_known));
  lodger_error_unref (error);
  ck_assert_uint_eq (log_capture_count (), 9);
  recorder_expect (&hooks, 0, 3);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

static void
refuses_size (Loop *loop, size_t size, const char *why)
{
  LodgerCallOptions options = { .size = size };
  log_capture_begin ();
  submit (loop, &options, LODGER_EINVAL);
  ck_assert_msg (log_capture_has (why), "no line says: %s", why);
  log_capture_end ();
}

START_TEST (a_size_that_was_never_set_is_refused)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  refuses_size (&loop, 0, "lodger_caller_call_soon: the size of the options is 0: use LODGER_CALL_OPTIONS");
  refuses_size (&loop, sizeof (size_t) - 1, "the size of the options is too small");
  refuses_size (&loop, 4097, "the size of the options is absurd");
  refuses_size (&loop, SIZE_MAX, "the size of the options is absurd");
  loop_close (&loop);
}
END_TEST

/* ---- what the macros fill in ----------------------------------------------------------------------------------------- */

START_TEST (the_macros_fill_in_size_file_and_line)
{
  int loop;
  const LodgerCallOptions *call = LODGER_CALL_OPTIONS (.worker = "db", .name = "query");
  const int line = __LINE__ - 1;
  const LodgerCallOptions *none = LODGER_CALL_OPTIONS ();
  const LodgerCallerOptions *caller = LODGER_CALLER_OPTIONS (.name = "main");
  const LodgerScopeOptions *scope = LODGER_SCOPE_OPTIONS (.object = &loop);
  const LodgerCallOptions *place = LODGER_PLACE (LodgerCallOptions);
  ck_assert_uint_eq (place->size, sizeof *place);
  ck_assert_str_eq (place->file, __FILE__);
  ck_assert_int_eq (place->line, line + 5);
  ck_assert_ptr_null (place->worker);
  ck_assert_uint_eq (call->size, sizeof *call);
  ck_assert_str_eq (call->file, __FILE__);
  ck_assert_int_eq (call->line, line);
  ck_assert_str_eq (call->worker, "db");
  ck_assert_str_eq (call->name, "query");
  ck_assert_ptr_null (call->scope);
  ck_assert_uint_eq (none->size, sizeof *none);
  ck_assert_int_eq (none->line, line + 2);
  ck_assert_uint_eq (caller->size, sizeof *caller);
  ck_assert_int_eq (caller->line, line + 3);
  ck_assert_str_eq (caller->name, "main");
  ck_assert_uint_eq (scope->size, sizeof *scope);
  ck_assert_int_eq (scope->line, line + 4);
  ck_assert_ptr_eq (scope->object, &loop);
}
END_TEST

/* The description of a done pending, which is dropped, names this file and the line. */
static void
expect_site (Loop *loop, LodgerPending *pending, int line)
{
  char place[200];
  char *description;
  snprintf (place, sizeof place, "(%s:%d)", __FILE__, line);
  loop_run_until_done (loop, pending);
  description = lodger_pending_describe (pending);
  ck_assert_msg (strstr (description, place) != NULL, "%s does not say %s", description, place);
  lodger_free (description);
  lodger_pending_unref (pending);
}

START_TEST (each_way_to_submit_records_its_site)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *c = loop.caller;
  Recorder r = { 0 };
  LodgerScope *scope = lodger_scope_new (LODGER_SCOPE_OPTIONS ());
  LodgerPending *done = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_nothing (done);
  expect_site (&loop, lodger_caller_call_soon (c, recorder_call, &r, NULL), __LINE__);
  expect_site (&loop, lodger_caller_call_later (c, 0, recorder_call, &r, NULL), __LINE__);
  expect_site (&loop, lodger_caller_to_thread (c, recorder_call, &r, NULL), __LINE__);
  expect_site (&loop, lodger_pending_then (done, c, recorder_then, &r, NULL), __LINE__);
  expect_site (&loop, lodger_scope_call_soon (scope, c, recorder_call, &r, NULL), __LINE__);
  expect_site (&loop, lodger_scope_call_later (scope, c, 0, recorder_call, &r, NULL), __LINE__);
  expect_site (&loop, lodger_scope_to_thread (scope, c, recorder_call, &r, NULL), __LINE__);
  expect_site (&loop, lodger_scope_then (scope, done, c, recorder_then, &r, NULL), __LINE__);
  lodger_pending_unref (done);
  lodger_scope_unref (scope);
  loop_close (&loop);
}
END_TEST

START_TEST (a_caller_is_described_with_the_place_where_it_was_made)
{
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, LODGER_CALLER_OPTIONS (.name = "placed"));
  char place[200];
  char *line = lodger_caller_describe (loop.caller);
  snprintf (place, sizeof place, "(%s:%d)", __FILE__, __LINE__ - 3);
  ck_assert_msg (strstr (line, place) != NULL, "%s does not say %s", line, place);
  lodger_free (line);
  loop_close (&loop);
}
END_TEST

/* ---- adapters -------------------------------------------------------------------------------------------------------- */

START_TEST (an_adapter_reads_options_of_any_version)
{
  struct Options
  {
    size_t size;
    int first, second;
  } given = { .size = sizeof given, .first = 1, .second = 2 }, own;
  const char *reason = "unset";
  const struct Options *read;
  ck_assert_ptr_null (lodger_host_read_options (NULL, &own, sizeof own, &reason));
  ck_assert_ptr_null (reason);
  ck_assert_ptr_eq (lodger_host_read_options (&given, &own, sizeof own, &reason), &given);
  ck_assert_ptr_null (reason);
  given.size = UP_TO (struct Options, first);
  read = lodger_host_read_options (&given, &own, sizeof own, &reason);
  ck_assert_ptr_null (reason);
  ck_assert_int_eq (read->first, 1);
  ck_assert_int_eq (read->second, 0);
  given.size = 0;
  read = lodger_host_read_options (&given, &own, sizeof own, &reason);
  ck_assert_ptr_nonnull (reason);
  ck_assert_int_eq (read->first, 0);
}
END_TEST

static void
expect_no_caller (const LodgerCallerOptions *options, const char *host, int refusal, const char *reason, int code,
                  const char *line)
{
  LodgerError *error = NULL;
  ck_assert_ptr_null (lodger_host_open_caller (options, host, NULL, refusal, reason, &error));
  expect_code (lodger_error_get_code (error), code);
  ck_assert_msg (log_capture_has (line), "no line with: %s", line);
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_forget ();
  lodger_error_unref (error);
}

START_TEST (an_adapter_opens_a_caller_with_the_programs_options)
{
  Recorder hooks = { 0 };
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER }, *place = &minimal;
  LodgerCallerOptions options = { .size = sizeof options,
                                  .name = "opened",
                                  .host = "of no meaning",
                                  .hook_data = &hooks,
                                  .hook_destroy = recorder_destroy,
                                  .file = "program.c",
                                  .line = 7 };
  LodgerCaller *caller;
  expect_code (lodger_host_register (&minimal_host_driver), 0);
  log_capture_begin ();
  expect_no_caller (&options, "minimal", LODGER_EBUSY, "the adapter is busy", LODGER_EBUSY,
                    "lodger_host_open_caller: the adapter is busy (program.c:7)");
  expect_no_caller (&options, "minimal", LODGER_EBUSY, NULL, LODGER_EBUSY, lodger_error_code_string (LODGER_EBUSY));
  expect_no_caller (&options, NULL, 0, NULL, LODGER_EINVAL, "lodger_host_open_caller: ");
  recorder_expect (&hooks, 0, 3);
  caller = lodger_host_open_caller (&options, "minimal", &place, 0, NULL, NULL);
  ck_assert_str_eq (lodger_caller_get_name (caller), "opened");
  ck_assert_str_eq (lodger_caller_get_host (caller), "minimal");
  recorder_expect (&hooks, 0, 3);
  options.size = 0;
  expect_no_caller (&options, "minimal", 0, NULL, LODGER_EINVAL,
                    "lodger_host_open_caller: the size of the options is 0");
  recorder_expect (&hooks, 0, 3);
  log_capture_end ();
  lodger_caller_enter (caller);
  lodger_caller_leave (caller);
  lodger_caller_unref (caller);
  recorder_expect (&hooks, 0, 4);
}
END_TEST

typedef struct NewerHostOps
{
  LodgerHostOps known;
  void (*unknown) (void *impl);
} NewerHostOps;

START_TEST (a_hosts_tables_may_be_of_another_version)
{
  static LodgerHostOps older;
  static NewerHostOps newer, more;
  static LodgerHostDriver drivers[3];
  older = newer.known = more.known = minimal_host_ops;
  older.name = "older";
  older.size = offsetof (LodgerHostOps, detach);
  older.destroy = (void (*) (void *)) (uintptr_t) 1; /* not looked at */
  newer.known.name = "newer";
  more.known.name = "more";
  newer.known.size = more.known.size = sizeof newer;
  more.unknown = recorder_destroy;
  drivers[0] = drivers[1] = drivers[2] = minimal_host_driver;
  drivers[0].ops = &older;
  drivers[1].ops = &newer.known;
  drivers[2].ops = &more.known;
  expect_code (lodger_host_register (&drivers[0]), 0);
  expect_code (lodger_host_register (&drivers[0]), 0);
  expect_code (lodger_host_register (&drivers[1]), 0);
  log_capture_begin ();
  expect_code (lodger_host_register (&drivers[2]), LODGER_EINVAL);
  ck_assert (log_capture_has (not_known));
  log_capture_end ();
  for (int i = 0; i < 2; i++)
    {
      MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER }, *host = &minimal;
      LodgerError *error = NULL;
      LodgerCaller *caller = lodger_caller_open (
          LODGER_CALLER_MANUAL, LODGER_CALLER_OPTIONS (.host = drivers[i].ops->name, .host_options = &host), &error);
      ck_assert_msg (caller != NULL, "%s", lodger_error_get_message (error));
      lodger_caller_unref (caller);
    }
}
END_TEST

START_TEST (an_older_table_of_an_errors_payload_destroys_nothing)
{
  static const LodgerErrorPayloadOps older
      = { .size = offsetof (LodgerErrorPayloadOps, destroy), .name = "older", .destroy = recorder_destroy };
  static const LodgerErrorPayloadOps same = { .size = sizeof same, .name = "same", .destroy = recorder_destroy };
  Recorder first = { 0 }, second = { 0 };
  LodgerError *error = lodger_error_new_with_payload (NULL, LODGER_EFOREIGN, NULL, &older, &first);
  ck_assert_ptr_eq (lodger_error_get_payload (error, &older), &first);
  lodger_error_unref (error);
  error = lodger_error_new_with_payload (NULL, LODGER_EFOREIGN, NULL, &same, &second);
  lodger_error_unref (error);
  recorder_expect (&first, 0, 0);
  recorder_expect (&second, 0, 1);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("options");
  test_add (suite, a_shorter_struct_is_filled_with_zeros);
  test_add (suite, a_longer_struct_is_accepted_when_the_rest_is_zero);
  test_add (suite, a_longer_struct_that_asks_for_more_is_refused);
  test_add (suite, a_size_that_was_never_set_is_refused);
  test_add (suite, the_macros_fill_in_size_file_and_line);
  test_add (suite, each_way_to_submit_records_its_site);
  test_add (suite, a_caller_is_described_with_the_place_where_it_was_made);
  test_add (suite, an_adapter_reads_options_of_any_version);
  test_add (suite, an_adapter_opens_a_caller_with_the_programs_options);
  test_add (suite, a_hosts_tables_may_be_of_another_version);
  test_add (suite, an_older_table_of_an_errors_payload_destroys_nothing);
  return test_main (suite, argc, argv);
}
