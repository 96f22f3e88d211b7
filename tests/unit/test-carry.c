/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context of a call that other threads look at while the call changes it. */
#include "test-minimal-host.h"
#include "test-suite.h"

static const LodgerContextKey downloads = { "downloads" }, numbers = { "numbers" };

/* ---- whoever submits ------------------------------------------------------------------------------------------------- */

typedef struct Swift
{
  MinimalHost minimal;
  LodgerCaller *caller;
  LodgerManager *manager;
  LodgerPending *call;
  Latch has_run;
} Swift;

static void
activate (LodgerPending *self, void *data)
{
  Swift *swift = data;
  LodgerManagerToken token;
  (void) self;
  test_check (lodger_manager_activate (swift->manager, &token) == 0);
  latch_open (&swift->has_run);
}

static void *
submit (void *data)
{
  Swift *swift = data;
  swift->call = lodger_caller_call_soon (swift->caller, activate, swift, NULL);
  return NULL;
}

/* The call runs before its submission has returned. */
START_TEST (what_a_call_activates_does_not_track_the_call)
{
  Swift swift = { .minimal.mutex = PTHREAD_MUTEX_INITIALIZER, .manager = lodger_manager_new (&downloads) };
  pthread_t thread;
  latch_init (&swift.has_run);
  swift.caller = minimal_host_attach (&swift.minimal, NULL);
  minimal_host_run (&swift.minimal);
  swift.minimal.passed = &swift.has_run;
  thread = thread_start (submit, &swift);
  while (!latch_is_open (&swift.has_run))
    minimal_host_run (&swift.minimal);
  thread_join (thread);
  expect_code (lodger_pending_get_outcome (swift.call), 0);
  ck_assert_uint_eq (lodger_manager_count (swift.manager), 0);
  lodger_pending_unref (swift.call);
  lodger_manager_unref (swift.manager);
  expect_code (lodger_caller_stop_wait (swift.caller), 0);
  lodger_caller_unref (swift.caller);
  latch_clear (&swift.has_run);
}
END_TEST

/* ---- whoever cancels ------------------------------------------------------------------------------------------------- */

enum
{
  ROUNDS = 300
};

typedef struct Setting
{
  Latch begins;
  int seen; /* by the canceller */
} Setting;

static void
look (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  ((Setting *) data)->seen = *(const int *) lodger_context_get (&numbers);
}

static void
set_until_cancelled (LodgerPending *self, void *data)
{
  Setting *setting = data;
  static const int numbered[] = { 1, 2 };
  test_check (lodger_context_set (&numbers, (void *) (uintptr_t) &numbered[0], NULL) == 0);
  lodger_pending_set_canceller (self, look, setting, NULL);
  latch_open (&setting->begins);
  for (unsigned i = 0; !lodger_pending_is_cancelled (self); i++)
    test_check (lodger_context_set (&numbers, (void *) (uintptr_t) &numbered[i % 2], NULL) == 0);
}

START_TEST (a_canceller_runs_while_its_call_sets_values)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int round = 0; round < ROUNDS; round++)
    {
      Setting setting = { .seen = 0 };
      LodgerPending *call;
      latch_init (&setting.begins);
      call = lodger_caller_call_soon (worker, set_until_cancelled, &setting, NULL);
      latch_wait (&setting.begins);
      lodger_pending_cancel (call, NULL);
      expect_code (wait_outcome (call), LODGER_ECANCELED);
      ck_assert (setting.seen == 1 || setting.seen == 2);
      latch_clear (&setting.begins);
    }
  worker_stop (worker);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("carry");
  test_add (suite, what_a_call_activates_does_not_track_the_call);
  test_add (suite, a_canceller_runs_while_its_call_sets_values);
  return test_main (suite, argc, argv);
}
