/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Callers: making, starting, leaving and stopping them, finding them, and what they are. */
#include "misuse.h"
#include "test-guest.h"

#include <lodger/backend.h>
#include <stdlib.h>

/* ---- making ------------------------------------------------------------------------------------------------------------ */

#define OPTIONS(...)       (&(const LodgerCallerOptions) { .size = sizeof (LodgerCallerOptions), __VA_ARGS__ })
#define NEW(mode, options) lodger_caller_open (mode, options, NULL)
#define ON_LOOP            .host = lodger_manual_host_get_name (LOOP), .host_options = LOOP

#define HOOKED .hook_data = DATA, .hook_destroy = DESTROY /* consumed, too */

/* No caller, but that error. */
static bool
is_no_caller (LodgerCallerMode mode, const LodgerCallerOptions *options, int code)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_caller_open (mode, options, &error);
  return is_error (caller, error, code);
}

CELL (lodger_caller_open, unknown_mode, WARNS (is_no_caller ((LodgerCallerMode) 77, OPTIONS (HOOKED), LODGER_EINVAL)));
CELL (lodger_caller_open, null_options, FINE (is_caller (NEW (LODGER_CALLER_CURRENT_THREAD, NULL))),
      WARNS (is_no_caller (LODGER_CALLER_MANUAL, NULL, LODGER_ENOENT)));
CELL (lodger_caller_open, size_options,
      WARNS (is_no_caller (LODGER_CALLER_NEW_THREAD, &(LodgerCallerOptions) { .size = 0 }, LODGER_EINVAL)));
CELL (lodger_caller_open, null_ret_error, WARNS (NEW ((LodgerCallerMode) 77, NULL) == NULL));
CELL (lodger_caller_open, already,
      WARNS (is_no_caller (LODGER_CALLER_MANUAL, OPTIONS (ON_LOOP, HOOKED), LODGER_EALREADY)));
CELL (lodger_caller_open, mismatch,
      WARNS (is_no_caller (LODGER_CALLER_CURRENT_THREAD, OPTIONS (ON_LOOP, HOOKED, .name = "else"), LODGER_EMISMATCH)));
CELL (lodger_caller_open, not_there,
      WARNS (is_no_caller (LODGER_CALLER_CURRENT_THREAD, OPTIONS (HOOKED, .host = "nowhere"), LODGER_ENOENT)),
      WARNS (is_no_caller (LODGER_CALLER_NEW_THREAD, OPTIONS (.backend = "nowhere"), LODGER_ENOENT)),
      WARNS (is_no_caller (LODGER_CALLER_NEW_THREAD, OPTIONS (HOOKED, .worker_backend = "nowhere"), LODGER_ENOENT)));
CELL (lodger_caller_open, no_operation,
      WARNS (is_no_caller (LODGER_CALLER_NEW_THREAD, OPTIONS (.backend = guest_only ()), LODGER_ENOSYS)),
      WARNS (is_no_caller (LODGER_CALLER_NEW_THREAD, OPTIONS (HOOKED, .worker_backend = guest_only ()),
                           LODGER_ENOSYS)));

static void *
new_main (void *data)
{
  Fixture *s = data;
  WARNS (is_no_caller (LODGER_CALLER_MAIN_THREAD, OPTIONS (ON_LOOP, HOOKED), LODGER_EWRONGTHREAD));
  return NULL;
}

/* Where the main thread has none, another cannot make it. */
static void
new_main_elsewhere (Fixture *s)
{
  lodger_caller_stop (CALLER, true);
  loop_run (&s->loop);
  thread_join (thread_start (new_main, s));
}

CELL (lodger_caller_open, wrong_thread, new_main_elsewhere (s));

static void
note_run (void *data)
{
  *(bool *) data = true;
}

/* A forked child has a life of its own. */
static bool
makes_one_that_works (void)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  bool has_run = false;
  test_check (lodger_caller_call_direct (loop.caller, note_run, &has_run, NULL) == 0);
  loop_run (&loop);
  loop_close (&loop);
  return has_run;
}

CELL (lodger_caller_open, after_fork, FINE (makes_one_that_works ()));

/* ---- children ---------------------------------------------------------------------------------------------------------- */

static bool
has_no_child (LodgerCaller *parent, const LodgerCallerOptions *options, int code)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_caller_open_child (parent, options, &error);
  return is_error (caller, error, code);
}

static int
other_open (const void *options, void **ret_impl)
{
  (void) options;
  (void) ret_impl;
  return LODGER_EAGAIN;
}

static const LodgerHostDriver *
other_host (void *impl, const void **ret_host_options)
{
  (void) impl;
  (void) ret_host_options;
  return NULL;
}

static int
other_run (void *impl)
{
  (void) impl;
  return 0;
}

static void
other_end (void *impl)
{
  (void) impl;
}

static const LodgerBackendOps other_backend = { .size = sizeof other_backend,
                                                .name = "other",
                                                .open = other_open,
                                                .host = other_host,
                                                .run = other_run,
                                                .quit = other_end,
                                                .close = other_end };

/* The name is taken by a child with the native loop. */
static void
get_with_another_backend (Fixture *s)
{
  LodgerCaller *child = lodger_caller_open_child (CALLER, OPTIONS (.name = "child"), NULL);
  FINE (child != NULL && lodger_backend_register (&other_backend) == 0);
  WARNS (has_no_child (CALLER, OPTIONS (.name = "child", .backend = "other"), LODGER_EMISMATCH));
  lodger_caller_unref (child);
}

static void
get_before_the_start (Fixture *s)
{
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  WARNS (has_no_child (loop.caller, NULL, LODGER_ESTATE));
  loop_close (&loop);
}

CELL (lodger_caller_open_child, null_parent, WARNS (has_no_child (NULL, OPTIONS (HOOKED), LODGER_EINVAL)));
CELL (lodger_caller_open_child, null_options, FINE (is_caller (lodger_caller_open_child (CALLER, NULL, NULL))),
      TELLS (is_caller (lodger_caller_open_child (CALLER, OPTIONS (HOOKED), NULL)), true));
CELL (lodger_caller_open_child, size_options,
      WARNS (has_no_child (CALLER, &(LodgerCallerOptions) { .size = 0 }, LODGER_EINVAL)));
CELL (lodger_caller_open_child, null_ret_error, WARNS (lodger_caller_open_child (NULL, NULL, NULL) == NULL));
CELL (lodger_caller_open_child, mismatch, get_with_another_backend (s));
CELL (lodger_caller_open_child, not_there,
      WARNS (has_no_child (CALLER, OPTIONS (HOOKED, .backend = "nowhere"), LODGER_ENOENT)));
CELL (lodger_caller_open_child, no_operation,
      WARNS (has_no_child (CALLER, OPTIONS (HOOKED, .backend = guest_only ()), LODGER_ENOSYS)));
CELL (lodger_caller_open_child, wrong_state, get_before_the_start (s));
CELL (lodger_caller_open_child, after_stop, WARNS (has_no_child (CALLER, OPTIONS (HOOKED), LODGER_ESHUTDOWN)));
CELL (lodger_caller_open_child, after_fork, WARNS (has_no_child (CALLER, OPTIONS (HOOKED), LODGER_ECHILD)));

CELL (lodger_caller_set_idle_limit, null_caller, ANSWERS (lodger_caller_set_idle_limit (NULL, 1), LODGER_EINVAL));
CELL (lodger_caller_set_idle_limit, after_stop, TELLS (lodger_caller_set_idle_limit (CALLER, 1), 0));
CELL (lodger_caller_set_idle_limit, after_fork, ANSWERS (lodger_caller_set_idle_limit (CALLER, 1), LODGER_ECHILD));
CELL (lodger_caller_set_idle_duration, null_caller, ANSWERS (lodger_caller_set_idle_duration (NULL, 1), LODGER_EINVAL));
CELL (lodger_caller_set_idle_duration, negative_duration,
      TELLS (lodger_caller_set_idle_duration (CALLER, INT64_MIN), 0));
CELL (lodger_caller_set_idle_duration, after_stop, TELLS (lodger_caller_set_idle_duration (CALLER, 1), 0));
CELL (lodger_caller_set_idle_duration, after_fork,
      ANSWERS (lodger_caller_set_idle_duration (CALLER, 1), LODGER_ECHILD));

/* ---- a life ------------------------------------------------------------------------------------------------------------ */

static void *
start_elsewhere (void *data)
{
  Fixture *s = data;
  ANSWERS (lodger_caller_start_sync (CALLER), LODGER_EWRONGTHREAD);
  return NULL;
}

/* One that has not been started belongs to the thread that made it. */
static void
start_in_another_thread (Fixture *s)
{
  Loop running = s->loop;
  s->loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  thread_join (thread_start (start_elsewhere, s));
  loop_close (&s->loop);
  s->loop = running;
}

static void
leave_what_was_not_entered (Fixture *s)
{
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  ANSWERS (lodger_caller_leave (loop.caller), LODGER_ESTATE);
  FINE (lodger_caller_start_sync (loop.caller) == 0);
  ANSWERS (lodger_caller_leave (loop.caller), LODGER_ESTATE);
  loop_close (&loop);
}

CELL (lodger_caller_start_sync, null_caller, ANSWERS (lodger_caller_start_sync (NULL), LODGER_EINVAL));
CELL (lodger_caller_start_sync, wrong_state, ANSWERS (lodger_caller_start_sync (CALLER), LODGER_ESTATE));
CELL (lodger_caller_start_sync, wrong_thread, start_in_another_thread (s));
CELL (lodger_caller_start_sync, after_stop, ANSWERS (lodger_caller_start_sync (CALLER), LODGER_ESTATE));
CELL (lodger_caller_start_sync, after_fork, ANSWERS (lodger_caller_start_sync (CALLER), LODGER_ECHILD));

CELL (lodger_caller_enter, null_caller, ANSWERS (lodger_caller_enter (NULL), LODGER_EINVAL));
CELL_AT (ELSEWHERE, lodger_caller_enter, wrong_thread, ANSWERS (lodger_caller_enter (CALLER), LODGER_EWRONGTHREAD));
CELL (lodger_caller_enter, after_stop, ANSWERS (lodger_caller_enter (CALLER), LODGER_ESHUTDOWN));
CELL (lodger_caller_enter, after_fork, ANSWERS (lodger_caller_enter (CALLER), LODGER_ECHILD));

CELL (lodger_host_enter_caller, null_caller, ANSWERS (lodger_host_enter_caller (NULL), LODGER_EINVAL));
CELL_AT (ELSEWHERE, lodger_host_enter_caller, wrong_thread,
         ANSWERS (lodger_host_enter_caller (CALLER), LODGER_EWRONGTHREAD));
CELL (lodger_host_enter_caller, after_stop, ANSWERS (lodger_host_enter_caller (CALLER), LODGER_ESHUTDOWN));
CELL (lodger_host_enter_caller, after_fork, ANSWERS (lodger_host_enter_caller (CALLER), LODGER_ECHILD));

/* The attach has entered it: a stop by somebody else leaves that to be undone. */
CELL (lodger_caller_leave, null_caller, ANSWERS (lodger_caller_leave (NULL), LODGER_EINVAL));
CELL_AT (ELSEWHERE, lodger_caller_leave, wrong_thread, ANSWERS (lodger_caller_leave (CALLER), LODGER_EWRONGTHREAD));
CELL (lodger_caller_leave, wrong_state, leave_what_was_not_entered (s));
CELL_AT (IN_CALL, lodger_caller_leave, busy, ANSWERS (lodger_caller_leave (CALLER), LODGER_EBUSY));
CELL (lodger_caller_leave, after_stop, TELLS (lodger_caller_leave (CALLER), 0),
      ANSWERS (lodger_caller_leave (CALLER), LODGER_ESTATE));
CELL (lodger_caller_leave, after_fork, ANSWERS (lodger_caller_leave (CALLER), LODGER_ECHILD));

static void
wait_for_the_stop_of_one_not_started (Fixture *s)
{
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  TELLS (lodger_caller_stop_wait (loop.caller), 0);
  loop_close (&loop);
}

CELL (lodger_caller_stop_wait, null_caller, ANSWERS (lodger_caller_stop_wait (NULL), LODGER_EINVAL));
CELL_AT (ELSEWHERE, lodger_caller_stop_wait, wrong_thread,
         ANSWERS (lodger_caller_stop_wait (CALLER), LODGER_EWRONGTHREAD));
CELL_AT (IN_CALL, lodger_caller_stop_wait, busy, ANSWERS (lodger_caller_stop_wait (CALLER), LODGER_EBUSY));
CELL (lodger_caller_stop_wait, after_stop, TELLS (lodger_caller_stop_wait (CALLER), 0),
      wait_for_the_stop_of_one_not_started (s));
CELL (lodger_caller_stop_wait, after_fork, ANSWERS (lodger_caller_stop_wait (CALLER), LODGER_ECHILD));

CELL (lodger_caller_stop, null_caller, WARNS (lodger_caller_stop (NULL, true) == LODGER_CALLER_STOPPED));
CELL (lodger_caller_stop, after_stop, FINE (lodger_caller_stop (CALLER, true) == LODGER_CALLER_STOPPED));
CELL (lodger_caller_stop, after_fork, WARNS (lodger_caller_stop (CALLER, true) == LODGER_CALLER_RUNNING));

#define REF(caller) DOES (lodger_caller_unref (lodger_caller_ref (caller)))

CELL (lodger_caller_ref, null_caller, FINE (lodger_caller_ref (NULL) == NULL));
CELL (lodger_caller_ref, after_stop, FINE (REF (CALLER)));
CELL (lodger_caller_ref, after_fork, FINE (REF (CALLER)));
CELL (lodger_caller_unref, null_caller, FINE (DOES (lodger_caller_unref (NULL))));
CELL (lodger_caller_unref, after_stop, FINE (REF (CALLER)));
CELL (lodger_caller_unref, after_fork, FINE (DOES (lodger_caller_unref (CALLER))));

/* ---- finding ----------------------------------------------------------------------------------------------------------- */

/* An array of that many, which is freed. */
static bool
holds (LodgerCaller **list, size_t count, size_t expected)
{
  bool right = count == expected && (list == NULL) == (count == 0);
  lodger_caller_list_free (list, count);
  return right;
}

static bool
lists (size_t expected)
{
  size_t count = 99;
  LodgerCaller **list = lodger_caller_list (false, &count);
  return holds (list, count, expected);
}

static bool
has_children (LodgerCaller *caller, size_t expected)
{
  size_t count = 99;
  LodgerCaller **list = lodger_caller_list_children (caller, &count);
  return holds (list, count, expected);
}

CELL (lodger_caller_current, after_fork, FINE (lodger_caller_current () == NULL));
CELL (lodger_caller_find, null_host, FINE (lodger_caller_find (NULL, LOOP) == NULL));
CELL (lodger_caller_find, null_host_options,
      FINE (lodger_caller_find (lodger_manual_host_get_name (LOOP), NULL) == NULL));
CELL (lodger_caller_find, after_fork, FINE (lodger_caller_find (lodger_manual_host_get_name (LOOP), LOOP) == NULL));
CELL (lodger_caller_find_id, unknown_id, FINE (lodger_caller_find_id (UINT64_MAX) == NULL));
CELL (lodger_caller_find_id, after_fork, FINE (lodger_caller_find_id (lodger_caller_get_id (CALLER)) == NULL));
CELL (lodger_caller_list, null_ret_count, WARNS (lodger_caller_list (false, NULL) == NULL));
CELL (lodger_caller_list, after_fork, FINE (lists (0)));
CELL (lodger_caller_list_free, null_callers, FINE (DOES (lodger_caller_list_free (NULL, 3))));
CELL (lodger_caller_list_children, null_caller, WARNS (has_children (NULL, 0)));
CELL (lodger_caller_list_children, null_ret_count, WARNS (lodger_caller_list_children (CALLER, NULL) == NULL));
CELL (lodger_caller_list_children, after_stop, FINE (has_children (CALLER, 0)));
CELL (lodger_caller_list_children, after_fork, FINE (has_children (CALLER, 1)));

/* ---- what it is: what only reads is fine with NULL, with a stopped one, and in a forked child ------------------------- */

#define READS(function, null, stopped, forked)                                                                         \
  CELL (function, null_caller, FINE (function (NULL) == (null)));                                                      \
  CELL (function, after_stop, FINE (stopped (function (CALLER))));                                                     \
  CELL (function, after_fork, FINE (forked (function (CALLER))))

#define IS(value)         (value)
#define IS_NOT(value)     (!(value))
#define IS_DONE(value)    (lodger_pending_get_outcome (value) == 0)
#define IS_UNDONE(value)  (!lodger_pending_is_done (value))
#define IS_STOPPED(value) ((value) == LODGER_CALLER_STOPPED)
#define IS_RUNNING(value) ((value) == LODGER_CALLER_RUNNING)

READS (lodger_caller_get_id, 0, IS, IS);
READS (lodger_caller_get_name, NULL, IS, IS);
READS (lodger_caller_get_host, NULL, IS, IS);
READS (lodger_caller_get_backend, NULL, IS_NOT, IS_NOT);
READS (lodger_caller_find_parent, NULL, IS_NOT, IS_NOT);
READS (lodger_caller_get_state, LODGER_CALLER_STOPPED, IS_STOPPED, IS_RUNNING);
READS (lodger_caller_get_stop_deadline, 0, IS, IS);
READS (lodger_caller_is_running, false, IS_NOT, IS);
READS (lodger_caller_is_protected, false, IS_NOT, IS_NOT);
READS (lodger_caller_is_current_thread, false, IS_NOT, IS);
READS (lodger_caller_describe, NULL, is_text, is_text);
READS (lodger_caller_get_started, NULL, IS_DONE, IS_DONE);
READS (lodger_caller_get_stopping, NULL, IS_DONE, IS_UNDONE);
READS (lodger_caller_get_stopped, NULL, IS_DONE, IS_UNDONE);
