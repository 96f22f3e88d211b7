/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Children, hooks, and descriptions of callers. */
#include "inject.h"
#include "scenarios.h"

/* ---- children ---------------------------------------------------------------------------------------------------- */

static LodgerCaller *
get_child (LodgerCaller *parent, const char *name)
{
  const LodgerCallerOptions options = { .size = sizeof options, .name = name };
  LodgerError *error = NULL;
  LodgerCaller *child = lodger_caller_open_child (parent, &options, &error);
  test_check ((child == NULL) == (error != NULL));
  if (child == NULL)
    expect_or_shortage (lodger_error_get_code (error),
                        lodger_caller_is_running (parent) ? LODGER_ENOMEM : LODGER_ESHUTDOWN);
  lodger_error_unref (error);
  return child;
}

/* A child that could not start cancels the calls in its inbox, and abandons its calls in the pool. */
static void
use_child (Fixture *fixture, LodgerCaller *child)
{
  Call *call;
  if (child == NULL)
    return;
  call_soon_to (fixture, child, "a child's call", CALL_RUNS | CALL_IS_CANCELLED);
  call = call_new (fixture, "work that a child gives away",
                   CALL_RUNS | CALL_IS_CANCELLED | CALL_IS_ABANDONED | CALL_LACKS_RESOURCES);
  call_submitted (call, lodger_caller_to_thread (child, call_run, call, call_destroy));
}

static void
look_at (LodgerCaller *caller)
{
  size_t count;
  LodgerCaller **list = lodger_caller_list_children (caller, &count);
  char *line = lodger_caller_describe (caller);
  test_check ((list != NULL) == (count > 0));
  lodger_caller_list_free (list, count);
  list = lodger_caller_list (false, &count);
  test_check ((list != NULL) == (count > 0));
  lodger_caller_list_free (list, count);
  lodger_free (line);
}

static void
children (Fixture *fixture)
{
  LodgerCaller *named, *again, *unnamed, *grandchild = NULL;
  if (!fixture_open (fixture, NULL))
    return;
  fixture_catch_up (fixture);
  if (!lodger_caller_is_running (fixture->caller))
    return;
  named = get_child (fixture->caller, "child");
  again = get_child (fixture->caller, "child");
  unnamed = get_child (fixture->caller, NULL);
  use_child (fixture, named);
  use_child (fixture, again);
  fixture_settle (fixture);
  if (named != NULL && lodger_caller_is_running (named))
    grandchild = get_child (named, "grandchild");
  use_child (fixture, grandchild);
  look_at (fixture->caller);
  if (unnamed != NULL)
    lodger_caller_stop (unnamed, true);
  use_child (fixture, unnamed);
  lodger_caller_unref (grandchild);
  lodger_caller_unref (unnamed);
  lodger_caller_unref (again);
  lodger_caller_unref (named);
}

/* ---- hooks ------------------------------------------------------------------------------------------------------- */

static atomic_int starts, stops;

static LodgerError *
start_hook (LodgerCaller *caller, void *data)
{
  (void) data;
  atomic_fetch_add (&starts, 1);
  test_check (lodger_caller_current () == caller);
  return NULL;
}

static void
stop_hook (LodgerCaller *caller, void *data)
{
  (void) caller;
  (void) data;
  atomic_fetch_add (&stops, 1);
}

/* The hooks cannot run any more. */
static void
destroy_hooks (void *data)
{
  test_check (atomic_load (&starts) == atomic_load (&stops));
  call_destroy (data);
}

static void
hooks (Fixture *fixture)
{
  const LodgerCallerOptions options = { .size = sizeof options,
                                        .on_start = start_hook,
                                        .on_stop = stop_hook,
                                        .hook_data = call_datum (fixture, "the hooks' data"),
                                        .hook_destroy = destroy_hooks };
  LodgerCaller *child;
  atomic_store (&starts, 0);
  atomic_store (&stops, 0);
  if (!fixture_open (fixture, &options))
    return;
  call_soon (fixture, "a call", CALL_RUNS, NULL);
  call_to_thread (fixture, "work", CALL_RUNS, NULL);
  fixture_settle (fixture);
  if (!lodger_caller_is_running (fixture->caller))
    return;
  child = get_child (fixture->caller, "child");
  use_child (fixture, child);
  lodger_caller_unref (child);
}

const Scenario scenarios_children[] = {
  { .name = "children", .run = children },
  { .name = "hooks", .run = hooks },
  { .name = NULL },
};
