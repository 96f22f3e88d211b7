/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that run while their submission has not returned yet: what they join, and when. */
#include "test-latch.h"
#include "test-minimal-host.h"
#include "test-suite.h"

static const LodgerContextKey downloads = { "downloads" };

/* ---- a thread whose post returns only after the call has run ------------------------------------------------------------ */

typedef struct Race
{
  MinimalHost host;
  LodgerCaller *caller;
  LodgerCallFunc func;
  void *data;
  LodgerContext *context; /* of the call; NULL: the submitter's */
  LodgerGroup *group;     /* which the submitter enters; or NULL */
  LodgerPending *whole;   /* of the group, once it is left */
  Latch posted, has_run;
} Race;

static void
wait_for_the_run (void *data)
{
  Race *race = data;
  latch_open (&race->posted);
  latch_wait (&race->has_run);
}

static void
race_open (Race *race, LodgerCallFunc func, void *data)
{
  *race = (Race) { .host = { .mutex = PTHREAD_MUTEX_INITIALIZER }, .func = func, .data = data };
  latch_init (&race->posted);
  latch_init (&race->has_run);
  race->caller = minimal_host_attach (&race->host, NULL);
  ck_assert_ptr_nonnull (race->caller);
  expect_code (lodger_caller_enter (race->caller), 0);
  minimal_host_run (&race->host);
}

static void *
submit (void *data)
{
  Race *race = data;
  if (race->group != NULL)
    expect_code (lodger_group_enter (race->group), 0);
  lodger_pending_disown (lodger_caller_call_soon_full (race->caller, race->func, race->data, NULL,
                                                       LODGER_CALL_OPTIONS (.context = race->context)));
  if (race->group != NULL)
    race->whole = lodger_group_close (race->group);
  return NULL;
}

static void
race_run (Race *race)
{
  pthread_t thread;
  race->host.posted = wait_for_the_run;
  race->host.posted_data = race;
  thread = thread_start (submit, race);
  latch_wait (&race->posted);
  race->host.posted = NULL;
  minimal_host_run (&race->host);
  latch_open (&race->has_run);
  thread_join (thread);
}

static void
race_close (Race *race)
{
  expect_code (lodger_caller_leave (race->caller), 0);
  minimal_host_run (&race->host);
  lodger_caller_unref (race->caller);
  latch_clear (&race->posted);
  latch_clear (&race->has_run);
}

/* ---- what they join ----------------------------------------------------------------------------------------------------- */

static void
activate (LodgerPending *self, void *manager)
{
  LodgerManagerToken token;
  (void) self;
  expect_code (lodger_manager_activate (manager, &token), 0);
}

START_TEST (a_call_does_not_join_the_manager_that_it_activates)
{
  LodgerManager *manager = lodger_manager_new (&downloads);
  Race race;
  race_open (&race, activate, manager);
  race_run (&race);
  ck_assert_uint_eq (lodger_manager_count (manager), 0);
  race_close (&race);
  lodger_manager_unref (manager);
}
END_TEST

static void
fail_call (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "no");
}

START_TEST (a_member_that_has_failed_before_it_joins_counts)
{
  Race race;
  race_open (&race, fail_call, NULL);
  race.group = lodger_group_new (NULL);
  race_run (&race);
  expect_code (lodger_pending_get_outcome (race.whole), LODGER_EFAILED);
  ck_assert_uint_eq (lodger_group_count (race.group), 0);
  lodger_pending_unref (race.whole);
  lodger_group_unref (race.group);
  race_close (&race);
}
END_TEST

static void
leave_the_group (LodgerPending *self, void *data)
{
  const Race *race = data;
  ck_assert (!lodger_group_remove (race->group, self));
}

START_TEST (a_call_cannot_leave_a_group_before_it_has_joined_it)
{
  Race race;
  race_open (&race, leave_the_group, &race);
  race.group = lodger_group_new (NULL);
  race_run (&race);
  expect_code (lodger_pending_get_outcome (race.whole), 0);
  lodger_pending_unref (race.whole);
  lodger_group_unref (race.group);
  race_close (&race);
}
END_TEST

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

START_TEST (nothing_joins_a_group_that_is_done)
{
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerPending *whole;
  Race race;
  race_open (&race, do_nothing, NULL);
  expect_code (lodger_group_enter (group), 0);
  race.context = lodger_context_ref (lodger_context_current ());
  whole = lodger_group_close (group);
  expect_code (lodger_pending_get_outcome (whole), 0);
  lodger_pending_disown (
      lodger_caller_call_soon_full (race.caller, fail_call, NULL, NULL, LODGER_CALL_OPTIONS (.context = race.context)));
  ck_assert_uint_eq (lodger_group_count (group), 0);
  minimal_host_run (&race.host);
  race_run (&race);
  ck_assert_uint_eq (lodger_group_count (group), 0);
  lodger_context_unref (race.context);
  lodger_pending_unref (whole);
  lodger_group_unref (group);
  race_close (&race);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("joining");
  test_add (suite, a_call_does_not_join_the_manager_that_it_activates);
  test_add (suite, a_member_that_has_failed_before_it_joins_counts);
  test_add (suite, a_call_cannot_leave_a_group_before_it_has_joined_it);
  test_add (suite, nothing_joins_a_group_that_is_done);
  return test_main (suite, argc, argv);
}
