/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scopes, and what is bound to them. */
#include "misuse.h"

#include <string.h>

static const LodgerScopeOptions no_size = { .destroy = recorder_destroy };

static void
nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
nothing_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

static void
nothing_destroy (void *data)
{
  (void) data;
}

static bool
is_scope (LodgerScope *scope)
{
  bool is_one = scope != NULL;
  lodger_scope_unref (scope);
  return is_one;
}

CELL (lodger_scope_new, null_options, FINE (is_scope (lodger_scope_new (NULL))));
CELL (lodger_scope_new, size_options, WARNS (!is_scope (lodger_scope_new (&no_size))));
CELL (lodger_scope_new, after_fork, FINE (is_scope (lodger_scope_new (NULL))));
CELL (lodger_scope_ref, null_scope, FINE (lodger_scope_ref (NULL) == NULL));
CELL (lodger_scope_ref, after_fork, FINE (lodger_scope_ref (SCOPE) == SCOPE));
CELL (lodger_scope_unref, null_scope, FINE (DOES (lodger_scope_unref (NULL))));
CELL (lodger_scope_unref, after_fork, FINE (DOES (lodger_scope_unref (SCOPE))));
CELL (lodger_scope_end, null_scope, WARNS (!lodger_scope_end (NULL, "misuse")));
CELL (lodger_scope_end, null_message, FINE (lodger_scope_end (SCOPE, NULL)));
CELL (lodger_scope_end, after_fork, WARNS (!lodger_scope_end (SCOPE, NULL)), FINE (!lodger_scope_has_ended (SCOPE)));
CELL (lodger_scope_has_ended, null_scope, FINE (lodger_scope_has_ended (NULL)));
CELL (lodger_scope_has_ended, after_fork, FINE (!lodger_scope_has_ended (SCOPE)));
CELL (lodger_host_hold_scope, null_scope, FINE (!lodger_host_hold_scope (NULL)));
CELL (lodger_host_hold_scope, after_fork, FINE (!lodger_host_hold_scope (SCOPE)));
CELL (lodger_host_release_scope, null_scope, FINE (DOES (lodger_host_release_scope (NULL))));
CELL (lodger_host_release_scope, after_fork, FINE (DOES (lodger_host_release_scope (SCOPE))));

/* ---- bound calls ---------------------------------------------------------------------------------------------------- */

/* The log names the function that is like it, since each of these is made of that. */
#define ROWS(function, LIKE, SUBMIT, NOTHING)                                                                          \
  CELL (function, null_scope, BY (LIKE), REFUSES (SUBMIT (NULL, CALLER, DATA, DESTROY), LODGER_EINVAL));               \
  CELL (function, null_caller, BY (LIKE), REFUSES (SUBMIT (SCOPE, NULL, DATA, DESTROY), LODGER_EINVAL));               \
  CELL (function, null_func, BY (LIKE), REFUSES (NOTHING, LODGER_EINVAL));                                             \
  CELL (function, null_data, ACCEPTS (SUBMIT (SCOPE, CALLER, NULL, nothing_destroy)));                                 \
  CELL (function, null_destroy, ACCEPTS (SUBMIT (SCOPE, CALLER, s, NULL)));                                            \
  CELL (function, after_stop, BY (LIKE), REFUSES_LATE (SUBMIT (SCOPE, CALLER, DATA, DESTROY)));                        \
  CELL (function, after_fork, BY (LIKE), REFUSES (SUBMIT (SCOPE, CALLER, DATA, DESTROY), LODGER_ECHILD))

#define SOON(scope, caller, data, destroy)   (lodger_scope_call_soon) (scope, caller, nothing, data, destroy)
#define LATER(scope, caller, data, destroy)  (lodger_scope_call_later) (scope, caller, 0, nothing, data, destroy)
#define THREAD(scope, caller, data, destroy) (lodger_scope_to_thread) (scope, caller, nothing, data, destroy)
#define THEN(scope, caller, data, destroy)   (lodger_scope_then) (scope, NUMBER, caller, nothing_then, data, destroy)

ROWS (lodger_scope_call_soon, lodger_caller_call_soon, SOON,
      (lodger_scope_call_soon) (SCOPE, CALLER, NULL, DATA, DESTROY));
ROWS (lodger_scope_call_later, lodger_caller_call_later, LATER,
      (lodger_scope_call_later) (SCOPE, CALLER, 1, NULL, DATA, DESTROY));
ROWS (lodger_scope_to_thread, lodger_caller_to_thread, THREAD,
      (lodger_scope_to_thread) (SCOPE, CALLER, NULL, DATA, DESTROY));
ROWS (lodger_scope_then, lodger_pending_then, THEN, (lodger_scope_then) (SCOPE, NUMBER, CALLER, NULL, DATA, DESTROY));
CELL (lodger_scope_then, null_done, BY (lodger_pending_then),
      REFUSES ((lodger_scope_then) (SCOPE, NULL, CALLER, nothing_then, DATA, DESTROY), LODGER_EINVAL));
CELL (lodger_scope_call_later, negative_delay,
      ACCEPTS ((lodger_scope_call_later) (SCOPE, CALLER, INT64_MIN, nothing, s, NULL)));

/* Only the submitting thread could make room. */
static void
submit_two (void *data)
{
  Fixture *s = data;
  LodgerCaller *full = lodger_caller_current ();
  lodger_pending_unref (lodger_scope_call_soon (SCOPE, full, nothing, NULL, NULL));
  if (strcmp (s->function, "lodger_scope_call_soon") == 0)
    {
      BY (lodger_caller_call_soon);
      REFUSES (SOON (SCOPE, full, DATA, DESTROY), LODGER_EDEADLK);
    }
  else
    {
      BY (lodger_caller_call_later);
      REFUSES ((lodger_scope_call_later) (SCOPE, full, 1, nothing, DATA, DESTROY), LODGER_EDEADLK);
    }
}

static void
with_a_full_one (Fixture *s)
{
  LodgerCallerOptions options = { .size = sizeof options, .name = "full", .inbox_limit = 1 };
  LodgerCaller *full = lodger_caller_open_child (CALLER, &options, NULL);
  test_check (full != NULL);
  worker_run (full, submit_two, s);
  worker_stop (full);
}

CELL (lodger_scope_call_soon, deadlock, with_a_full_one (s));
CELL (lodger_scope_call_later, deadlock, with_a_full_one (s));

static void
on_a_host_without_timers (Fixture *s)
{
  Loop loop = loop_open (LODGER_MANUAL_NO_ARM);
  BY (lodger_caller_call_later);
  REFUSES ((lodger_scope_call_later) (SCOPE, loop.caller, 1, nothing, DATA, DESTROY), LODGER_ENOSYS);
  loop_close (&loop);
}

CELL (lodger_scope_call_later, no_operation, on_a_host_without_timers (s));
