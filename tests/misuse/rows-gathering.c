/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Promises with trackers, several pendings as one, managers, and pendings as they are done. */
#include "misuse.h"

static const LodgerContextKey key = { "a class" };

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

/* ---- promises ---------------------------------------------------------------------------------------------------------- */

static const LodgerPendingOptions promise_without_size = { .name = "misuse" };

static bool
works (LodgerPending *promise)
{
  bool does = lodger_pending_return_int (promise, 1) == 0 && lodger_pending_get_outcome (promise) == 0;
  lodger_pending_unref (promise);
  return does;
}

CELL (lodger_pending_new_full, null_options, FINE (works (lodger_pending_new_full (NULL))));
CELL (lodger_pending_new_full, size_options, REFUSES (lodger_pending_new_full (&promise_without_size), LODGER_EINVAL),
      REFUSES (lodger_pending_new_full (LODGER_PENDING_OPTIONS (.flags = (LodgerPendingFlags) 0x70)), LODGER_EINVAL),
      REFUSES (lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = (LodgerTracking) 77)), LODGER_EINVAL));
CELL (lodger_pending_new_full, after_fork, FINE (works (lodger_pending_new_full (LODGER_PENDING_OPTIONS ()))));

/* ---- several as one ---------------------------------------------------------------------------------------------------- */

#define COMBINES(function)                                                                                             \
  CELL (function, null_pendings, REFUSES (function (NULL, 1), LODGER_EINVAL),                                          \
        REFUSES (function ((LodgerPending *[]) { NUMBER, NULL }, 2), LODGER_EINVAL));                                  \
  CELL (function, after_fork, REFUSES (function (&PROMISE, 1), LODGER_ECHILD), ACCEPTS (function (&NUMBER, 1)))

COMBINES (lodger_pending_all);
COMBINES (lodger_pending_any);
COMBINES (lodger_pending_race);

/* ---- managers ---------------------------------------------------------------------------------------------------------- */

static bool
is_manager (LodgerManager *manager)
{
  bool is_one = manager != NULL;
  lodger_manager_unref (manager);
  return is_one;
}

#define WITH_MANAGER(...)                                                                                              \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerManager *manager = lodger_manager_new (&key);                                                              \
      LodgerManagerToken token = { 0 };                                                                                \
      (void) token;                                                                                                    \
      __VA_ARGS__;                                                                                                     \
      lodger_manager_unref (manager);                                                                                  \
    }                                                                                                                  \
  while (0)

static const LodgerManagerToken no_token;

/* Lists and frees. */
static size_t
listed (LodgerManager *manager)
{
  size_t count = 77;
  LodgerPending **pendings = lodger_manager_list (manager, &count);
  lodger_manager_list_free (pendings, count);
  return count;
}

CELL (lodger_manager_new, null_key, WARNS (!is_manager (lodger_manager_new (NULL))));
CELL (lodger_manager_ref, null_manager, FINE (lodger_manager_ref (NULL) == NULL));
CELL (lodger_manager_unref, null_manager, FINE (DOES (lodger_manager_unref (NULL))));
CELL (lodger_manager_activate, null_manager,
      ANSWERS (lodger_manager_activate (NULL, &(LodgerManagerToken) { 0 }), LODGER_EINVAL));
CELL (lodger_manager_activate, null_ret_token,
      WITH_MANAGER (ANSWERS (lodger_manager_activate (manager, NULL), LODGER_EINVAL);
                    FINE (lodger_manager_current (&key) == NULL)));
CELL_AT (IN_DIRECT, lodger_manager_activate, wrong_state,
         WITH_MANAGER (ANSWERS (lodger_manager_activate (manager, &token), LODGER_ESTATE)));
CELL (lodger_manager_deactivate, null_manager, ANSWERS (lodger_manager_deactivate (NULL, no_token), LODGER_EINVAL));
CELL (lodger_manager_deactivate, unknown_token,
      WITH_MANAGER (LodgerManager *other = lodger_manager_new (&key); LodgerManagerToken others;
                    FINE (lodger_manager_activate (manager, &token) == 0);
                    FINE (lodger_manager_activate (other, &others) == 0);
                    ANSWERS (lodger_manager_deactivate (other, token), LODGER_EINVAL);
                    ANSWERS (lodger_manager_deactivate (other, no_token), LODGER_EINVAL);
                    FINE (lodger_manager_current (&key) == other);
                    FINE (lodger_manager_deactivate (other, others) == 0);
                    FINE (lodger_manager_deactivate (manager, token) == 0); lodger_manager_unref (other)));
CELL (lodger_manager_deactivate, wrong_state,
      WITH_MANAGER (FINE (lodger_manager_activate (manager, &token) == 0);
                    FINE (lodger_manager_deactivate (manager, token) == 0);
                    ANSWERS (lodger_manager_deactivate (manager, token), LODGER_ESTATE)));
CELL (lodger_manager_current, null_key, FINE (lodger_manager_current (NULL) == NULL));
CELL (lodger_manager_get_key, null_manager, FINE (lodger_manager_get_key (NULL) == NULL));
CELL (lodger_manager_add, null_manager, ANSWERS (lodger_manager_add (NULL, PROMISE), LODGER_EINVAL));
CELL (lodger_manager_add, null_pending, WITH_MANAGER (ANSWERS (lodger_manager_add (manager, NULL), LODGER_EINVAL)));
CELL (lodger_manager_add, after_stop, WITH_MANAGER (FINE (lodger_manager_add (manager, CALL) == 0)));
CELL (lodger_manager_add, after_fork, WITH_MANAGER (ANSWERS (lodger_manager_add (manager, PROMISE), LODGER_ECHILD)));
CELL (lodger_manager_remove, null_manager, WARNS (!lodger_manager_remove (NULL, NUMBER)));
CELL (lodger_manager_remove, null_pending, WITH_MANAGER (WARNS (!lodger_manager_remove (manager, NULL))));
CELL (lodger_manager_remove, after_stop, WITH_MANAGER (FINE (!lodger_manager_remove (manager, CALL))));
CELL (lodger_manager_remove, after_fork, WITH_MANAGER (FINE (!lodger_manager_remove (manager, PROMISE))));
CELL (lodger_manager_count, null_manager, FINE (lodger_manager_count (NULL) == 0));
CELL (lodger_manager_list, null_manager, FINE (lodger_manager_list (NULL, NULL) == NULL));
CELL (lodger_manager_list, null_ret_count,
      WITH_MANAGER (FINE (lodger_manager_add (manager, PROMISE) == 0);
                    LodgerPending **pendings = lodger_manager_list (manager, NULL);
                    FINE (pendings[0] == PROMISE && pendings[1] == NULL); lodger_manager_list_free (pendings, 1);
                    FINE (lodger_manager_remove (manager, PROMISE))));
CELL (lodger_manager_list, after_fork, WITH_MANAGER (FINE (listed (manager) == 0)));
CELL (lodger_manager_list_free, null_pendings, FINE (DOES (lodger_manager_list_free (NULL, 7))));

/* ---- as they are done -------------------------------------------------------------------------------------------------- */

static bool
is_iteration (LodgerCompleted *completed)
{
  bool is_one = completed != NULL;
  lodger_completed_free (completed);
  return is_one;
}

/* Over one pending, which it does not cancel. */
static LodgerCompleted *
over (LodgerPending *pending)
{
  return lodger_completed_new (&pending, 1, LODGER_COMPLETED_OPTIONS (.keeps_unfinished = true));
}

/* What comes next, and the code: NULL with a code, or a pending. */
static int
next_code (LodgerCompleted *completed, int64_t timeout)
{
  int code = 77;
  LodgerPending *done = lodger_completed_next (completed, timeout, &code);
  test_check (code == 0 || done == NULL);
  lodger_pending_unref (done);
  return code;
}

#define WITH_ITERATION(pending, ...)                                                                                   \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerCompleted *completed = over (pending);                                                                     \
      __VA_ARGS__;                                                                                                     \
      lodger_completed_free (completed);                                                                               \
    }                                                                                                                  \
  while (0)

static const LodgerCompletedOptions iteration_without_size = { .keeps_unfinished = true };

/* A misuse inside of the iteration's own function. */
typedef struct Inside
{
  Fixture *fixture;
  LodgerCompleted *completed;
  void (*misuse) (Fixture *s, LodgerCompleted *completed);
} Inside;

static LodgerPending *
give_none (void *data, LodgerError **ret_error)
{
  const Inside *inside = data;
  (void) ret_error;
  if (inside->misuse != NULL)
    inside->misuse (inside->fixture, inside->completed);
  return NULL;
}

static LodgerPending *
give_nothing (void *data, LodgerError **ret_error)
{
  (void) data;
  (void) ret_error;
  return NULL;
}

static void
in_its_function (Fixture *s, void (*misuse) (Fixture *s, LodgerCompleted *completed))
{
  Inside inside = { .fixture = s, .misuse = misuse };
  inside.completed = lodger_completed_new_from (give_none, &inside, NULL, NULL);
  FINE (next_code (inside.completed, 0) == 0);
  lodger_completed_free (inside.completed);
}

#define WHILE_IN_USE(function, CHECK)                                                                                  \
  static void function##_in_use (Fixture *s, LodgerCompleted *completed)                                               \
  {                                                                                                                    \
    CHECK;                                                                                                             \
  }                                                                                                                    \
  CELL (function, busy, in_its_function (s, function##_in_use))

CELL (lodger_completed_new, null_pendings, WARNS (!is_iteration (lodger_completed_new (NULL, 1, NULL))),
      WARNS (!is_iteration (lodger_completed_new ((LodgerPending *[]) { NUMBER, NULL }, 2, NULL))),
      FINE (is_iteration (lodger_completed_new (NULL, 0, NULL))));
CELL (lodger_completed_new, null_options, FINE (is_iteration (lodger_completed_new (&NUMBER, 1, NULL))));
CELL (lodger_completed_new, size_options,
      WARNS (!is_iteration (lodger_completed_new (&NUMBER, 1, &iteration_without_size))),
      WARNS (!is_iteration (lodger_completed_new (&NUMBER, 1, LODGER_COMPLETED_OPTIONS (.max_concurrent = 1)))));

#define FROM(func, data, destroy, options) is_iteration (lodger_completed_new_from (func, data, destroy, options))

CELL (lodger_completed_new_from, null_func, WARNS (!FROM (NULL, DATA, DESTROY, NULL)));
CELL (lodger_completed_new_from, null_data, FINE (FROM (give_nothing, NULL, nothing_destroy, NULL)));
CELL (lodger_completed_new_from, null_destroy, FINE (FROM (give_nothing, s, NULL, NULL)));
CELL (lodger_completed_new_from, null_options, FINE (FROM (give_nothing, DATA, DESTROY, NULL)));
CELL (lodger_completed_new_from, size_options, WARNS (!FROM (give_nothing, DATA, DESTROY, &iteration_without_size)));

CELL (lodger_completed_free, null_completed, FINE (DOES (lodger_completed_free (NULL))));
WHILE_IN_USE (lodger_completed_free, WARNS (DOES (lodger_completed_free (completed))));

CELL (lodger_completed_next, null_completed, ANSWERS (next_code (NULL, 0), LODGER_EINVAL));
CELL (lodger_completed_next, null_ret_code,
      WITH_ITERATION (NUMBER, LodgerPending *done = lodger_completed_next (completed, 0, NULL); FINE (done == NUMBER);
                      lodger_pending_unref (done); FINE (lodger_completed_next (completed, 0, NULL) == NULL)));
CELL (lodger_completed_next, negative_timeout,
      WITH_ITERATION (PROMISE, TELLS (next_code (completed, INT64_MIN), LODGER_ETIMEDOUT));
      WITH_ITERATION (NUMBER, TELLS (next_code (completed, -1), 0)));
CELL (lodger_completed_next, wrong_thread,
      WITH_ITERATION (PROMISE, ANSWERS (next_code (completed, LODGER_FOREVER), LODGER_EWRONGTHREAD);
                      ANSWERS (next_code (completed, 1), LODGER_EWRONGTHREAD)));
CELL_AT (IN_DIRECT, lodger_completed_next, wrong_state,
         WITH_ITERATION (PROMISE, ANSWERS (next_code (completed, LODGER_FOREVER), LODGER_ESTATE)));
CELL_AT (IN_WORKER, lodger_completed_next, deadlock,
         WITH_ITERATION (SELF, ANSWERS (next_code (completed, LODGER_FOREVER), LODGER_EDEADLK)));
WHILE_IN_USE (lodger_completed_next, ANSWERS (next_code (completed, 0), LODGER_EBUSY));
CELL (lodger_completed_next, after_fork, WITH_ITERATION (NUMBER, TELLS (next_code (completed, 0), 0)));
CELL (lodger_completed_get_error, null_completed, FINE (lodger_completed_get_error (NULL) == NULL));

#define EACH(pending, caller, func, data, destroy, options)                                                            \
  lodger_completed_each (over (pending), caller, func, data, destroy, options)

static const LodgerCallOptions call_without_size = { .name = "misuse" };

CELL (lodger_completed_each, null_completed,
      REFUSES (lodger_completed_each (NULL, CALLER, recorder_then, DATA, DESTROY, NULL), LODGER_EINVAL));
CELL (lodger_completed_each, null_caller,
      REFUSES (EACH (NUMBER, NULL, recorder_then, DATA, DESTROY, NULL), LODGER_EINVAL));
CELL (lodger_completed_each, null_func, REFUSES (EACH (NUMBER, CALLER, NULL, DATA, DESTROY, NULL), LODGER_EINVAL));
CELL (lodger_completed_each, null_data, ACCEPTS (EACH (NUMBER, CALLER, nothing_then, NULL, nothing_destroy, NULL)));
CELL (lodger_completed_each, null_destroy, ACCEPTS (EACH (NUMBER, CALLER, nothing_then, s, NULL, NULL)));
CELL (lodger_completed_each, null_options, ACCEPTS (EACH (NUMBER, CALLER, nothing_then, s, NULL, NULL)));
CELL (lodger_completed_each, size_options,
      REFUSES (EACH (NUMBER, CALLER, recorder_then, DATA, DESTROY, &call_without_size), LODGER_EINVAL));
CELL (lodger_completed_each, wrong_state, LodgerCompleted *completed = over (PROMISE);
      TELLS (next_code (completed, 0), LODGER_ETIMEDOUT);
      REFUSES (lodger_completed_each (completed, CALLER, recorder_then, DATA, DESTROY, NULL), LODGER_ESTATE));
WHILE_IN_USE (lodger_completed_each,
              REFUSES (lodger_completed_each (completed, CALLER, recorder_then, DATA, DESTROY, NULL), LODGER_EBUSY));
WHEN_FULL (lodger_completed_each, REFUSES (EACH (NUMBER, full, recorder_then, DATA, DESTROY, NULL), LODGER_EDEADLK));
CELL (lodger_completed_each, after_stop, REFUSES_LATE (EACH (NUMBER, CALLER, recorder_then, DATA, DESTROY, NULL)),
      REFUSES (EACH (NUMBER, CALLER, NULL, DATA, DESTROY, NULL), LODGER_EINVAL));
CELL (lodger_completed_each, after_fork,
      REFUSES (EACH (NUMBER, CALLER, recorder_then, DATA, DESTROY, NULL), LODGER_ECHILD));
