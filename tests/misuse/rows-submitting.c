/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Submitting: what is refused has destroyed its data by then, and never runs. Without options each is a function and a
 * macro of that name; both are tried. */
#include "misuse.h"

static const LodgerCallOptions no_size = { .name = "misuse" };
static const LodgerCallOptions site = { .size = sizeof site, .name = "misuse" };

static void
nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
nothing_direct (void *data)
{
  (void) data;
}

static int
is_nothing (LodgerPending *done, void *data)
{
  (void) done;
  (void) data;
  return 0;
}

/* SUBMIT and its sibling take (caller, func, data, destroy). */
#define ROWS(function, SUBMIT, AS_WELL)                                                                                \
  CELL (function, null_caller, REFUSES (SUBMIT (NULL, recorder_call, DATA, DESTROY), LODGER_EINVAL),                   \
        REFUSES (AS_WELL (NULL, recorder_call, DATA, DESTROY), LODGER_EINVAL));                                        \
  CELL (function, null_func, REFUSES (SUBMIT (CALLER, NULL, DATA, DESTROY), LODGER_EINVAL),                            \
        REFUSES (AS_WELL (CALLER, NULL, DATA, DESTROY), LODGER_EINVAL));                                               \
  CELL (function, null_data, ACCEPTS (SUBMIT (CALLER, nothing, NULL, nothing_direct)));                                \
  CELL (function, null_destroy, ACCEPTS (SUBMIT (CALLER, nothing, s, NULL)));                                          \
  CELL (function, after_stop, REFUSES_LATE (SUBMIT (CALLER, recorder_call, DATA, DESTROY)),                            \
        REFUSES_LATE (AS_WELL (CALLER, recorder_call, DATA, DESTROY)),                                                 \
        REFUSES (SUBMIT (CALLER, NULL, DATA, DESTROY), LODGER_EINVAL));                                                \
  CELL (function, after_fork, REFUSES (SUBMIT (CALLER, recorder_call, DATA, DESTROY), LODGER_ECHILD),                  \
        REFUSES (AS_WELL (CALLER, recorder_call, DATA, DESTROY), LODGER_ECHILD))

#define ROWS_WITH_OPTIONS(function, SUBMIT)                                                                            \
  CELL (function, null_options, ACCEPTS (SUBMIT (CALLER, nothing, s, NULL, NULL)));                                    \
  CELL (function, size_options, REFUSES (SUBMIT (CALLER, recorder_call, DATA, DESTROY, &no_size), LODGER_EINVAL))

/* ---- call_soon ------------------------------------------------------------------------------------------------------ */

#define SOON(caller, func, data, destroy)      (lodger_caller_call_soon) (caller, func, data, destroy)
#define SOON_FULL(caller, func, data, destroy) lodger_caller_call_soon_full (caller, func, data, destroy, NULL)
#define SOON_SITE(caller, func, data, destroy) lodger_caller_call_soon_full (caller, func, data, destroy, &site)

ROWS (lodger_caller_call_soon, SOON, lodger_caller_call_soon);
ROWS (lodger_caller_call_soon_full, SOON_FULL, SOON_SITE);
ROWS_WITH_OPTIONS (lodger_caller_call_soon_full, lodger_caller_call_soon_full);

/* ---- call_later ----------------------------------------------------------------------------------------------------- */

#define LATER(caller, func, data, destroy)       (lodger_caller_call_later) (caller, 1, func, data, destroy)
#define LATER_MACRO(caller, func, data, destroy) lodger_caller_call_later (caller, 1, func, data, destroy)
#define LATER_FULL(caller, func, data, destroy)  lodger_caller_call_later_full (caller, 1, func, data, destroy, NULL)
#define LATER_SITE(caller, func, data, destroy)  lodger_caller_call_later_full (caller, 1, func, data, destroy, &site)
#define LATER_WITH(caller, func, data, destroy, options)                                                               \
  lodger_caller_call_later_full (caller, 1, func, data, destroy, options)

/* ACCEPTS turns the loop, but not its clock. */
static LodgerPending *
advanced (Fixture *s, LodgerPending *pending)
{
  lodger_manual_advance (LOOP, 1);
  return pending;
}

#define LATER_DUE(caller, func, data, destroy)      advanced (s, LATER (caller, func, data, destroy))
#define LATER_FULL_DUE(caller, func, data, destroy) advanced (s, LATER_FULL (caller, func, data, destroy))

ROWS (lodger_caller_call_later, LATER_DUE, LATER_MACRO);
ROWS (lodger_caller_call_later_full, LATER_FULL_DUE, LATER_SITE);
CELL (lodger_caller_call_later_full, null_options, ACCEPTS (advanced (s, LATER_WITH (CALLER, nothing, s, NULL, NULL))));
CELL (lodger_caller_call_later_full, size_options,
      REFUSES (LATER_WITH (CALLER, recorder_call, DATA, DESTROY, &no_size), LODGER_EINVAL));
CELL (lodger_caller_call_later, negative_delay,
      ACCEPTS ((lodger_caller_call_later) (CALLER, INT64_MIN, nothing, s, NULL)),
      REFUSES ((lodger_caller_call_later) (NULL, -1, recorder_call, DATA, DESTROY), LODGER_EINVAL));
CELL (lodger_caller_call_later_full, negative_delay,
      ACCEPTS (lodger_caller_call_later_full (CALLER, INT64_MIN, nothing, s, NULL, NULL)),
      REFUSES (lodger_caller_call_later_full (NULL, -1, recorder_call, DATA, DESTROY, NULL), LODGER_EINVAL));

static void
on_a_host_without_timers (Fixture *s, bool full)
{
  Loop loop = loop_open (LODGER_MANUAL_NO_ARM);
  if (full)
    REFUSES (LATER_FULL (loop.caller, recorder_call, DATA, DESTROY), LODGER_ENOSYS);
  else
    REFUSES (LATER (loop.caller, recorder_call, DATA, DESTROY), LODGER_ENOSYS);
  loop_close (&loop);
}

CELL (lodger_caller_call_later, no_operation, on_a_host_without_timers (s, false));
CELL (lodger_caller_call_later_full, no_operation, on_a_host_without_timers (s, true));

/* ---- to_thread ------------------------------------------------------------------------------------------------------ */

#define THREAD(caller, func, data, destroy)      (lodger_caller_to_thread) (caller, func, data, destroy)
#define THREAD_FULL(caller, func, data, destroy) lodger_caller_to_thread_full (caller, func, data, destroy, NULL)
#define THREAD_SITE(caller, func, data, destroy) lodger_caller_to_thread_full (caller, func, data, destroy, &site)

ROWS (lodger_caller_to_thread, THREAD, lodger_caller_to_thread);
ROWS (lodger_caller_to_thread_full, THREAD_FULL, THREAD_SITE);
ROWS_WITH_OPTIONS (lodger_caller_to_thread_full, lodger_caller_to_thread_full);

/* ---- call_direct ---------------------------------------------------------------------------------------------------- */

#define DIRECT(caller, func, data, destroy)      (lodger_caller_call_direct) (caller, func, data, destroy)
#define DIRECT_FULL(caller, func, data, destroy) lodger_caller_call_direct_full (caller, func, data, destroy, NULL)
#define DIRECT_SITE(caller, func, data, destroy) lodger_caller_call_direct_full (caller, func, data, destroy, &site)

#define DIRECT_ROWS(function, SUBMIT, AS_WELL)                                                                         \
  CELL (function, null_caller, ANSWERS (SUBMIT (NULL, recorder_direct, DATA, DESTROY), LODGER_EINVAL),                 \
        ANSWERS (AS_WELL (NULL, recorder_direct, DATA, DESTROY), LODGER_EINVAL));                                      \
  CELL (function, null_func, ANSWERS (SUBMIT (CALLER, NULL, DATA, DESTROY), LODGER_EINVAL),                            \
        ANSWERS (AS_WELL (CALLER, NULL, DATA, DESTROY), LODGER_EINVAL));                                               \
  CELL (function, null_data, FINE (SUBMIT (CALLER, nothing_direct, NULL, nothing_direct) == 0));                       \
  CELL (function, null_destroy, FINE (SUBMIT (CALLER, nothing_direct, s, NULL) == 0));                                 \
  CELL (function, after_stop, ANSWERS_LATE (SUBMIT (CALLER, recorder_direct, DATA, DESTROY), LODGER_ESHUTDOWN),        \
        ANSWERS_LATE (AS_WELL (CALLER, recorder_direct, DATA, DESTROY), LODGER_ESHUTDOWN));                            \
  CELL (function, after_fork, ANSWERS (SUBMIT (CALLER, recorder_direct, DATA, DESTROY), LODGER_ECHILD),                \
        ANSWERS (AS_WELL (CALLER, recorder_direct, DATA, DESTROY), LODGER_ECHILD))

DIRECT_ROWS (lodger_caller_call_direct, DIRECT, lodger_caller_call_direct);
DIRECT_ROWS (lodger_caller_call_direct_full, DIRECT_FULL, DIRECT_SITE);
CELL (lodger_caller_call_direct_full, null_options,
      FINE (lodger_caller_call_direct_full (CALLER, nothing_direct, s, NULL, NULL) == 0));
CELL (lodger_caller_call_direct_full, size_options,
      ANSWERS (lodger_caller_call_direct_full (CALLER, recorder_direct, DATA, DESTROY, &no_size), LODGER_EINVAL));

/* ---- a full inbox ----------------------------------------------------------------------------------------------------- */

WHEN_FULL (lodger_caller_call_soon, REFUSES (SOON (full, recorder_call, DATA, DESTROY), LODGER_EDEADLK));
WHEN_FULL (lodger_caller_call_soon_full, REFUSES (SOON_FULL (full, recorder_call, DATA, DESTROY), LODGER_EDEADLK));
WHEN_FULL (lodger_caller_call_later, REFUSES (LATER (full, recorder_call, DATA, DESTROY), LODGER_EDEADLK));
WHEN_FULL (lodger_caller_call_later_full, REFUSES (LATER_FULL (full, recorder_call, DATA, DESTROY), LODGER_EDEADLK));
WHEN_FULL (lodger_caller_call_direct, ANSWERS (DIRECT (full, recorder_direct, DATA, DESTROY), LODGER_EDEADLK));
WHEN_FULL (lodger_caller_call_direct_full,
           ANSWERS (DIRECT_FULL (full, recorder_direct, DATA, DESTROY), LODGER_EDEADLK));

static const LodgerCallOptions in_the_full_one = { .size = sizeof in_the_full_one, .worker = "full" };

static void
to_a_full_worker (Fixture *s, LodgerCaller *full)
{
  (void) full;
  REFUSES (lodger_caller_to_thread_full (CALLER, recorder_call, DATA, DESTROY, &in_the_full_one), LODGER_EDEADLK);
}

CELL (lodger_caller_to_thread_full, deadlock, misuse_when_full (s, to_a_full_worker));

/* A caller that has not started has no children. */
static void
to_a_named_worker_before_the_start (Fixture *s)
{
  const LodgerCallOptions named = { .size = sizeof named, .worker = "named" };
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  REFUSES (lodger_caller_to_thread_full (loop.caller, recorder_call, DATA, DESTROY, &named), LODGER_ESTATE);
  loop_close (&loop);
}

CELL (lodger_caller_to_thread_full, wrong_state, to_a_named_worker_before_the_start (s));

/* ---- to be continued ------------------------------------------------------------------------------------------------ */

static void
nothing_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

#define THEN_ROWS(function, SUBMIT)                                                                                    \
  CELL (function, null_done, REFUSES (SUBMIT (NULL, CALLER, recorder_then, DATA, DESTROY), LODGER_EINVAL));            \
  CELL (function, null_caller, REFUSES (SUBMIT (NUMBER, NULL, recorder_then, DATA, DESTROY), LODGER_EINVAL));          \
  CELL (function, null_func, REFUSES (SUBMIT (NUMBER, CALLER, NULL, DATA, DESTROY), LODGER_EINVAL));                   \
  CELL (function, null_data, ACCEPTS (SUBMIT (NUMBER, CALLER, nothing_then, NULL, nothing_direct)));                   \
  CELL (function, null_destroy, ACCEPTS (SUBMIT (NUMBER, CALLER, nothing_then, s, NULL)));                             \
  CELL (function, after_stop, REFUSES_LATE (SUBMIT (NUMBER, CALLER, recorder_then, DATA, DESTROY)),                    \
        REFUSES_LATE (SUBMIT (PROMISE, CALLER, recorder_then, DATA, DESTROY)));                                        \
  CELL (function, after_fork, REFUSES (SUBMIT (NUMBER, CALLER, recorder_then, DATA, DESTROY), LODGER_ECHILD),          \
        REFUSES (SUBMIT (PROMISE, CALLER, recorder_then, DATA, DESTROY), LODGER_ECHILD))

#define THEN_FULL(done, caller, func, data, destroy) lodger_pending_then_full (done, caller, func, data, destroy, &site)

THEN_ROWS (lodger_pending_then, lodger_pending_then);
THEN_ROWS (lodger_pending_then_full, THEN_FULL);
CELL (lodger_pending_then_full, null_options,
      ACCEPTS (lodger_pending_then_full (NUMBER, CALLER, nothing_then, s, NULL, NULL)));
CELL (lodger_pending_then_full, size_options,
      REFUSES (lodger_pending_then_full (NUMBER, CALLER, recorder_then, DATA, DESTROY, &no_size), LODGER_EINVAL));

/* ---- done-callbacks ------------------------------------------------------------------------------------------------- */

CELL (lodger_pending_add_done_callback, null_pending,
      ANSWERS (lodger_pending_add_done_callback (NULL, is_nothing, DATA, DESTROY), LODGER_EINVAL));
CELL (lodger_pending_add_done_callback, null_func,
      ANSWERS (lodger_pending_add_done_callback (PROMISE, NULL, DATA, DESTROY), LODGER_EINVAL));
CELL (lodger_pending_add_done_callback, null_data,
      FINE (lodger_pending_add_done_callback (NUMBER, is_nothing, NULL, nothing_direct) == 0));
CELL (lodger_pending_add_done_callback, null_destroy,
      FINE (lodger_pending_add_done_callback (PROMISE, is_nothing, s, NULL) == 0));
CELL (lodger_pending_add_done_callback, after_stop,
      TELLS (lodger_pending_add_done_callback (CALL, is_nothing, DATA, DESTROY), 0));
CELL (lodger_pending_add_done_callback, after_fork,
      ANSWERS (lodger_pending_add_done_callback (PROMISE, is_nothing, DATA, DESTROY), LODGER_ECHILD));
CELL (lodger_pending_remove_done_callback, null_pending,
      WARNS (lodger_pending_remove_done_callback (NULL, is_nothing, s) == 0));
CELL (lodger_pending_remove_done_callback, null_func,
      WARNS (lodger_pending_remove_done_callback (PROMISE, NULL, s) == 0));
CELL (lodger_pending_remove_done_callback, null_data,
      FINE (lodger_pending_remove_done_callback (PROMISE, is_nothing, NULL) == 0));
CELL (lodger_pending_remove_done_callback, after_stop,
      FINE (lodger_pending_remove_done_callback (CALL, is_nothing, s) == 0));
CELL (lodger_pending_remove_done_callback, after_fork,
      FINE (lodger_pending_remove_done_callback (PROMISE, is_nothing, s) == 0));
