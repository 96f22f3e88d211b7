/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repeating calls, and tasks. Those that are over at once, since their caller is stopping, are no misuse of their own. */
#include "misuse.h"

static void
nothing_destroy (void *data)
{
  (void) data;
}

/* ---- repeating calls --------------------------------------------------------------------------------------------------- */

static const LodgerRepeatOptions repeat_without_size = { .delay = 1 };

static void
nothing_repeated (LodgerPending *self, uint64_t skipped, void *data)
{
  (void) self;
  (void) skipped;
  (void) data;
}

/* It is ended. */
static bool
is_repeat (LodgerRepeat *repeat)
{
  bool is_one = repeat != NULL && lodger_repeat_stop (repeat) == 0;
  lodger_repeat_unref (repeat);
  return is_one;
}

/* A reference to its pending. */
static LodgerPending *
pending_of_repeat (LodgerRepeat *repeat)
{
  LodgerPending *pending = lodger_pending_ref (lodger_repeat_get_pending (repeat));
  lodger_repeat_unref (repeat);
  return pending;
}

#define REPEAT(caller, interval, func, data, destroy, options)                                                         \
  lodger_repeat_new (caller, interval, func, data, destroy, options)

#define WITH_REPEAT(...)                                                                                               \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerRepeat *repeat = REPEAT (CALLER, LODGER_SECONDS (1), nothing_repeated, NULL, NULL, NULL);                  \
      __VA_ARGS__;                                                                                                     \
      lodger_repeat_unref (repeat);                                                                                    \
    }                                                                                                                  \
  while (0)

CELL (lodger_repeat_new, null_caller,
      WARNS (!is_repeat (REPEAT (NULL, LODGER_SECONDS (1), nothing_repeated, DATA, DESTROY, NULL))));
CELL (lodger_repeat_new, null_func,
      WARNS (!is_repeat (REPEAT (CALLER, LODGER_SECONDS (1), NULL, DATA, DESTROY, NULL))));
CELL (lodger_repeat_new, null_data,
      FINE (is_repeat (REPEAT (CALLER, LODGER_SECONDS (1), nothing_repeated, NULL, nothing_destroy, NULL))));
CELL (lodger_repeat_new, null_destroy,
      FINE (is_repeat (REPEAT (CALLER, LODGER_SECONDS (1), nothing_repeated, s, NULL, NULL))));
CELL (lodger_repeat_new, null_options,
      FINE (is_repeat (REPEAT (CALLER, LODGER_SECONDS (1), nothing_repeated, s, NULL, NULL))));
CELL (lodger_repeat_new, size_options,
      WARNS (!is_repeat (REPEAT (CALLER, LODGER_SECONDS (1), nothing_repeated, DATA, DESTROY, &repeat_without_size))));
CELL (lodger_repeat_new, negative_interval,
      WARNS (!is_repeat (REPEAT (CALLER, INT64_MIN, nothing_repeated, DATA, DESTROY, NULL)));
      WARNS (!is_repeat (REPEAT (CALLER, 0, nothing_repeated, DATA, DESTROY, NULL)));
      WARNS (!is_repeat (REPEAT (CALLER, 1, nothing_repeated, DATA, DESTROY, LODGER_REPEAT_OPTIONS (.delay = -1)))));
CELL (lodger_repeat_new, after_stop,
      REFUSES_LATE (pending_of_repeat (REPEAT (CALLER, 1, nothing_repeated, DATA, DESTROY, NULL)));
      WARNS (!is_repeat (REPEAT (CALLER, 1, NULL, DATA, DESTROY, NULL))));
CELL (lodger_repeat_new, after_fork, WARNS (!is_repeat (REPEAT (CALLER, 1, nothing_repeated, DATA, DESTROY, NULL))));
CELL (lodger_repeat_ref, null_repeat, FINE (lodger_repeat_ref (NULL) == NULL));
CELL (lodger_repeat_unref, null_repeat, FINE (DOES (lodger_repeat_unref (NULL))));
CELL (lodger_repeat_pause, null_repeat, ANSWERS (lodger_repeat_pause (NULL), LODGER_EINVAL));
CELL (lodger_repeat_resume, null_repeat, ANSWERS (lodger_repeat_resume (NULL), LODGER_EINVAL));
CELL (lodger_repeat_resume, wrong_state,
      WITH_REPEAT (ANSWERS (lodger_repeat_resume (repeat), LODGER_ESTATE); FINE (lodger_repeat_pause (repeat) == 0);
                   FINE (lodger_repeat_resume (repeat) == 0); ANSWERS (lodger_repeat_resume (repeat), LODGER_ESTATE)));
CELL (lodger_repeat_is_paused, null_repeat, FINE (!lodger_repeat_is_paused (NULL)));
CELL (lodger_repeat_stop, null_repeat, ANSWERS (lodger_repeat_stop (NULL), LODGER_EINVAL));
CELL (lodger_repeat_get_pending, null_repeat, FINE (lodger_repeat_get_pending (NULL) == NULL));
CELL (lodger_repeat_get_pending, after_fork, FINE (lodger_repeat_get_pending (NULL) == NULL));

/* ---- tasks ------------------------------------------------------------------------------------------------------------- */

static const LodgerTaskOptions task_without_size = { .in_caller = true };

static void
nothing_to_do (LodgerPending *self, LodgerTask *task, void *data)
{
  (void) self;
  (void) task;
  (void) data;
}

/* In a worker, until it is told to stop. */
static void
serve (LodgerPending *self, LodgerTask *task, void *data)
{
  (void) self;
  (void) data;
  lodger_pending_wait (lodger_task_get_stopping (task), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
}

/* Ends with a promise. */
static void
follow (LodgerPending *self, LodgerTask *task, void *promise)
{
  (void) task;
  test_check (lodger_pending_return_from (self, promise) == 0);
}

static void
report_again (LodgerPending *self, LodgerTask *task, void *data)
{
  Fixture *s = data;
  (void) self;
  TELLS (lodger_task_report_started (task), LODGER_EALREADY);
}

static bool
is_task (LodgerTask *task)
{
  bool is_one = task != NULL;
  lodger_task_unref (task);
  return is_one;
}

/* A reference to its end. */
static LodgerPending *
end_of_task (LodgerTask *task)
{
  LodgerPending *end = lodger_pending_ref (lodger_task_get_stopped (task));
  lodger_task_unref (task);
  return end;
}

#define TASK(caller, func, data, destroy, ...)                                                                         \
  lodger_task_new (caller, func, data, destroy, LODGER_TASK_OPTIONS (__VA_ARGS__))

/* The first argument is made by TASK. */
#define WITH_TASK(task_, ...)                                                                                          \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerTask *task = task_;                                                                                        \
      __VA_ARGS__;                                                                                                     \
      lodger_task_unref (task);                                                                                        \
    }                                                                                                                  \
  while (0)

#define UNSTARTED TASK (CALLER, nothing_to_do, NULL, NULL, .in_caller = true)
#define SERVER    lodger_task_new (lodger_caller_current (), serve, NULL, NULL, NULL)
/* One that this thread has to run, which it cannot while it waits. */
#define OWN TASK (lodger_caller_current (), nothing_to_do, NULL, NULL, .in_caller = true)

CELL (lodger_task_new, null_caller, WARNS (!is_task (TASK (NULL, nothing_to_do, DATA, DESTROY, .in_caller = true))));
CELL (lodger_task_new, null_func, WARNS (!is_task (TASK (CALLER, NULL, DATA, DESTROY, .in_caller = true))));
CELL (lodger_task_new, null_data,
      FINE (is_task (TASK (CALLER, nothing_to_do, NULL, nothing_destroy, .in_caller = true))));
CELL (lodger_task_new, null_destroy, FINE (is_task (TASK (CALLER, nothing_to_do, s, NULL, .in_caller = true))));
CELL (lodger_task_new, null_options, FINE (is_task (lodger_task_new (CALLER, nothing_to_do, s, NULL, NULL))));
CELL (lodger_task_new, size_options,
      WARNS (!is_task (lodger_task_new (CALLER, nothing_to_do, DATA, DESTROY, &task_without_size)));
      WARNS (!is_task (TASK (CALLER, nothing_to_do, DATA, DESTROY, .patience = -1)));
      WARNS (!is_task (TASK (CALLER, nothing_to_do, DATA, DESTROY, .in_caller = true, .worker = "misuse"))));
CELL (lodger_task_new, after_stop,
      REFUSES_LATE (end_of_task (TASK (CALLER, nothing_to_do, DATA, DESTROY, .in_caller = true)));
      REFUSES_LATE (end_of_task (lodger_task_new (CALLER, nothing_to_do, DATA, DESTROY, NULL)));
      REFUSES_LATE (end_of_task (TASK (CALLER, nothing_to_do, DATA, DESTROY, .worker = "misuse"))));
CELL (lodger_task_new, after_fork, WARNS (!is_task (TASK (CALLER, nothing_to_do, DATA, DESTROY, .in_caller = true))));
CELL (lodger_task_ref, null_task, FINE (lodger_task_ref (NULL) == NULL));
CELL (lodger_task_unref, null_task, FINE (DOES (lodger_task_unref (NULL))));
CELL (lodger_task_start, null_task, ANSWERS (lodger_task_start (NULL), LODGER_EINVAL));
CELL (lodger_task_stop, null_task, ANSWERS (lodger_task_stop (NULL), LODGER_EINVAL));
CELL (lodger_task_cancel, null_task, WARNS (!lodger_task_cancel (NULL, "misuse")));
CELL (lodger_task_cancel, null_message, WITH_TASK (UNSTARTED, FINE (lodger_task_cancel (task, NULL))));
CELL (lodger_task_report_started, null_task, ANSWERS (lodger_task_report_started (NULL), LODGER_EINVAL));
CELL (lodger_task_report_started, wrong_state,
      WITH_TASK (UNSTARTED, ANSWERS (lodger_task_report_started (task), LODGER_ESTATE)));
CELL (lodger_task_report_started, already,
      WITH_TASK (TASK (CALLER, report_again, s, NULL, .in_caller = true), FINE (lodger_task_start (task) == 0);
                 ACCEPTS (lodger_pending_ref (lodger_task_get_stopped (task)));
                 TELLS (lodger_task_report_started (task), LODGER_EALREADY)));

#define GETS(function)                                                                                                 \
  CELL (function, null_task, FINE (function (NULL) == NULL));                                                          \
  CELL (function, after_fork, FINE (function (NULL) == NULL))

GETS (lodger_task_get_started);
GETS (lodger_task_get_stopping);
GETS (lodger_task_get_stopped);

/* ---- waiting for a task ------------------------------------------------------------------------------------------------ */

CELL (lodger_task_wait, null_task, ANSWERS (lodger_task_wait (NULL, 1), LODGER_EINVAL));
CELL (lodger_task_wait, negative_timeout,
      WITH_TASK (UNSTARTED, FINE (lodger_task_start (task) == 0);
                 TELLS (lodger_task_wait (task, INT64_MIN), LODGER_ETIMEDOUT)));
CELL (lodger_task_wait, wrong_state,
      WITH_TASK (UNSTARTED, ANSWERS (lodger_task_wait (task, LODGER_FOREVER), LODGER_ESTATE)));
CELL (lodger_task_wait, wrong_thread,
      WITH_TASK (UNSTARTED, FINE (lodger_task_start (task) == 0); BY (lodger_pending_wait);
                 ANSWERS (lodger_task_wait (task, LODGER_FOREVER), LODGER_EWRONGTHREAD)));
CELL_AT (IN_WORKER, lodger_task_wait, deadlock,
         WITH_TASK (OWN, FINE (lodger_task_start (task) == 0); BY (lodger_pending_wait);
                    ANSWERS (lodger_task_wait (task, LODGER_FOREVER), LODGER_EDEADLK)));

/* ---- inside a task ----------------------------------------------------------------------------------------------------- */

/* The task could only end after this thread has answered the promise. */
static void
leave_what_waits_for_this_thread (Fixture *s)
{
  WITH_TASK (lodger_task_new (lodger_caller_current (), follow, PROMISE, NULL, NULL),
             FINE (lodger_pending_set_completer (PROMISE, lodger_caller_current ()) == 0);
             FINE (lodger_task_enter (task) == 0); BY (lodger_pending_wait);
             ANSWERS (lodger_task_leave (task, NULL), LODGER_EDEADLK);
             FINE (lodger_pending_return_nothing (PROMISE) == 0); FINE (lodger_task_wait (task, LODGER_FOREVER) == 0));
}

CELL (lodger_task_enter, null_task, ANSWERS (lodger_task_enter (NULL), LODGER_EINVAL));
CELL_AT (IN_WORKER, lodger_task_enter, already,
         WITH_TASK (SERVER, FINE (lodger_task_enter (task) == 0); ANSWERS (lodger_task_enter (task), LODGER_EALREADY);
                    FINE (lodger_task_leave (task, NULL) == 0); ANSWERS (lodger_task_enter (task), LODGER_EALREADY)));
CELL (lodger_task_enter, wrong_thread,
      WITH_TASK (UNSTARTED, ANSWERS (lodger_task_enter (task), LODGER_EWRONGTHREAD);
                 FINE (!lodger_pending_is_done (lodger_task_get_started (task)))));
CELL_AT (IN_DIRECT, lodger_task_enter, wrong_state,
         WITH_TASK (UNSTARTED, ANSWERS (lodger_task_enter (task), LODGER_ESTATE)));
CELL_AT (IN_WORKER, lodger_task_enter, deadlock,
         WITH_TASK (OWN, BY (lodger_pending_wait); ANSWERS (lodger_task_enter (task), LODGER_EDEADLK);
                    FINE (lodger_pending_is_done (lodger_task_get_stopping (task)))));
CELL (lodger_task_leave, null_task, ANSWERS (lodger_task_leave (NULL, NULL), LODGER_EINVAL));
CELL_AT (IN_WORKER, lodger_task_leave, null_ret_error,
         WITH_TASK (SERVER, FINE (lodger_task_enter (task) == 0); FINE (lodger_task_leave (task, NULL) == 0)));
CELL (lodger_task_leave, wrong_state, WITH_TASK (UNSTARTED, ANSWERS (lodger_task_leave (task, NULL), LODGER_ESTATE)));
CELL_AT (IN_WORKER, lodger_task_leave, deadlock, leave_what_waits_for_this_thread (s));
