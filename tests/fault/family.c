/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Children, hooks, and what is told of callers. */
#include "inject.h"
#include "scenarios.h"

/* ---- children ---------------------------------------------------------------------------------------------------- */

static LodgerCaller *
get_child (LodgerCaller *parent, const char *name)
{
  const LodgerCallerOptions options = { .size = sizeof options, .name = name };
  LodgerError *error = NULL;
  LodgerCaller *child = lodger_caller_get (parent, &options, &error);
  test_check ((child == NULL) == (error != NULL));
  if (child == NULL)
    expect_or_want (lodger_error_get_code (error),
                    lodger_caller_is_running (parent) ? LODGER_ENOMEM : LODGER_ESHUTDOWN);
  lodger_error_unref (error);
  return child;
}

/* One that could not start cancels what it was given, and leaves behind what runs for it. */
static void
use_child (Stage *stage, LodgerCaller *child)
{
  Deed *deed;
  if (child == NULL)
    return;
  deed_soon_to (stage, child, "a child's call", DEED_RUNS | DEED_IS_CANCELLED);
  deed = deed_new (stage, "work that a child gives away", DEED_RUNS | DEED_IS_CANCELLED | DEED_IS_LEFT | DEED_LACKS);
  deed_asked (deed, lodger_caller_to_thread (child, deed_call, deed, deed_destroy));
}

static void
look_at (LodgerCaller *caller)
{
  size_t count;
  LodgerCaller **list = lodger_caller_get_children (caller, &count);
  char *line = lodger_caller_describe (caller);
  test_check ((list != NULL) == (count > 0));
  lodger_caller_list_free (list, count);
  list = lodger_caller_list (false, &count);
  test_check ((list != NULL) == (count > 0));
  lodger_caller_list_free (list, count);
  lodger_free (line);
}

static void
children (Stage *stage)
{
  LodgerCaller *named, *again, *unnamed, *grandchild = NULL;
  if (!stage_open (stage, NULL))
    return;
  stage_catch_up (stage);
  if (!lodger_caller_is_running (stage->caller))
    return;
  named = get_child (stage->caller, "child");
  again = get_child (stage->caller, "child");
  unnamed = get_child (stage->caller, NULL);
  use_child (stage, named);
  use_child (stage, again);
  stage_settle (stage);
  if (named != NULL && lodger_caller_is_running (named))
    grandchild = get_child (named, "grandchild");
  use_child (stage, grandchild);
  look_at (stage->caller);
  if (unnamed != NULL)
    lodger_caller_stop (unnamed, true);
  use_child (stage, unnamed);
  lodger_caller_unref (grandchild);
  lodger_caller_unref (unnamed);
  lodger_caller_unref (again);
  lodger_caller_unref (named);
}

/* ---- hooks ------------------------------------------------------------------------------------------------------- */

static atomic_int starts, stops;

static int
start_hook (LodgerCaller *caller, void *data)
{
  (void) data;
  atomic_fetch_add (&starts, 1);
  test_check (lodger_caller_current () == caller);
  return 0;
}

static void
stop_hook (LodgerCaller *caller, void *data)
{
  (void) caller;
  (void) data;
  atomic_fetch_add (&stops, 1);
}

/* Nobody can run them any more. */
static void
destroy_hooks (void *data)
{
  test_check (atomic_load (&starts) == atomic_load (&stops));
  deed_destroy (data);
}

static void
hooks (Stage *stage)
{
  const LodgerCallerOptions options = { .size = sizeof options,
                                        .on_start = start_hook,
                                        .on_stop = stop_hook,
                                        .hook_data = deed_datum (stage, "the hooks' data"),
                                        .hook_destroy = destroy_hooks };
  LodgerCaller *child;
  atomic_store (&starts, 0);
  atomic_store (&stops, 0);
  if (!stage_open (stage, &options))
    return;
  deed_soon (stage, "a call", DEED_RUNS, NULL);
  deed_to_thread (stage, "work", DEED_RUNS, NULL);
  stage_settle (stage);
  if (!lodger_caller_is_running (stage->caller))
    return;
  child = get_child (stage->caller, "child");
  use_child (stage, child);
  lodger_caller_unref (child);
}

const Scenario scenarios_family[] = {
  { .name = "children", .run = children },
  { .name = "hooks", .run = hooks },
  { .name = NULL },
};
