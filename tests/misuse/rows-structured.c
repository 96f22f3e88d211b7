/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contexts, groups, queues, limiters and slots. */
#include "misuse.h"

static const LodgerContextKey key = { "a key" };

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

static void
nothing_destroy (void *data)
{
  (void) data;
}

/* ---- contexts ---------------------------------------------------------------------------------------------------- */

static bool
is_context (LodgerContext *context)
{
  bool is_one = context != NULL;
  lodger_context_unref (context);
  return is_one;
}

CELL (lodger_context_get, null_key, FINE (lodger_context_get (NULL) == NULL));
CELL (lodger_context_set, null_key, ANSWERS (lodger_context_set (NULL, DATA, DESTROY), LODGER_EINVAL));
CELL (lodger_context_set, null_value, FINE (lodger_context_set (&key, NULL, nothing_destroy) == 0));
CELL (lodger_context_set, null_destroy, FINE (lodger_context_set (&key, s, NULL) == 0));
CELL_AT (IN_DIRECT, lodger_context_set, wrong_state, ANSWERS (lodger_context_set (&key, DATA, DESTROY), LODGER_ESTATE));
CELL (lodger_context_new, null_base, FINE (is_context (lodger_context_new (NULL, &key, DATA, DESTROY))));
CELL (lodger_context_new, null_key, WARNS (!is_context (lodger_context_new (NULL, NULL, DATA, DESTROY))));
CELL (lodger_context_new, null_value, FINE (is_context (lodger_context_new (NULL, &key, NULL, nothing_destroy))));
CELL (lodger_context_new, null_destroy, FINE (is_context (lodger_context_new (NULL, &key, s, NULL))));
CELL (lodger_context_ref, null_context, FINE (lodger_context_ref (NULL) == NULL));
CELL (lodger_context_unref, null_context, FINE (DOES (lodger_context_unref (NULL))));
CELL (lodger_context_run, null_context, FINE (lodger_context_run (NULL, nothing_direct, s) == 0));
CELL (lodger_context_run, null_func, ANSWERS (lodger_context_run (NULL, NULL, s), LODGER_EINVAL));
CELL (lodger_context_run, null_data, FINE (lodger_context_run (NULL, nothing_direct, NULL) == 0));
CELL_AT (IN_DIRECT, lodger_context_run, wrong_state,
         ANSWERS (lodger_context_run (NULL, nothing_direct, s), LODGER_ESTATE));

/* ---- groups ------------------------------------------------------------------------------------------------------ */

static bool
is_group (LodgerGroup *group)
{
  bool is_one = group != NULL;
  lodger_group_unref (group);
  return is_one;
}

/* For a row that needs one. */
#define WITH_GROUP(...)                                                                                                \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerGroup *group = lodger_group_new (NULL);                                                                    \
      __VA_ARGS__;                                                                                                     \
      lodger_group_unref (group);                                                                                      \
    }                                                                                                                  \
  while (0)

static LodgerPending *
closed (LodgerGroup *group)
{
  LodgerPending *pending = lodger_group_close (group);
  lodger_pending_unref (pending);
  return lodger_pending_ref (lodger_group_get_pending (group));
}

static const LodgerGroupOptions group_without_size = { .mode = LODGER_GROUP_CANCEL };

CELL (lodger_group_new, null_options, FINE (is_group (lodger_group_new (NULL))));
CELL (lodger_group_new, size_options, WARNS (!is_group (lodger_group_new (&group_without_size))));
CELL (lodger_group_ref, null_group, FINE (lodger_group_ref (NULL) == NULL));
CELL (lodger_group_unref, null_group, FINE (DOES (lodger_group_unref (NULL))));
CELL (lodger_group_enter, null_group, ANSWERS (lodger_group_enter (NULL), LODGER_EINVAL));
CELL_AT (IN_DIRECT, lodger_group_enter, wrong_state, WITH_GROUP (ANSWERS (lodger_group_enter (group), LODGER_ESTATE)));
CELL (lodger_group_enter, already,
      WITH_GROUP (lodger_pending_unref (closed (group)); ANSWERS (lodger_group_enter (group), LODGER_EALREADY)));
CELL (lodger_group_leave, null_group, ANSWERS (lodger_group_leave (NULL, NULL), LODGER_EINVAL));
CELL_AT (IN_WORKER, lodger_group_leave, null_ret_error,
         WITH_GROUP (FINE (lodger_group_enter (group) == 0); FINE (lodger_group_leave (group, NULL) == 0)));
CELL (lodger_group_leave, wrong_state, WITH_GROUP (ANSWERS (lodger_group_leave (group, NULL), LODGER_ESTATE)));
CELL (lodger_group_leave, wrong_thread,
      WITH_GROUP (FINE (lodger_group_enter (group) == 0); FINE (lodger_group_add (group, PROMISE) == 0);
                  ANSWERS (lodger_group_leave (group, NULL), LODGER_EWRONGTHREAD);
                  lodger_pending_unref (closed (group)); FINE (lodger_group_remove (group, PROMISE))));
CELL_AT (IN_WORKER, lodger_group_leave, deadlock, BY (lodger_pending_wait);
         WITH_GROUP (FINE (lodger_group_enter (group) == 0);
                     lodger_pending_disown (lodger_caller_call_soon (lodger_caller_current (), nothing, NULL, NULL));
                     ANSWERS (lodger_group_leave (group, NULL), LODGER_EDEADLK)));
CELL (lodger_group_close, null_group, REFUSES (lodger_group_close (NULL), LODGER_EINVAL));
CELL (lodger_group_close, wrong_state,
      WITH_GROUP (LodgerGroup *inner = lodger_group_new (NULL); FINE (lodger_group_enter (group) == 0);
                  FINE (lodger_group_enter (inner) == 0); REFUSES (lodger_group_close (group), LODGER_ESTATE);
                  lodger_pending_unref (closed (inner)); lodger_pending_unref (closed (group));
                  lodger_group_unref (inner)));
CELL (lodger_group_close, after_fork, FINE (is_group (lodger_group_new (NULL))));
CELL (lodger_group_add, null_group, ANSWERS (lodger_group_add (NULL, NUMBER), LODGER_EINVAL));
CELL (lodger_group_add, null_pending, WITH_GROUP (ANSWERS (lodger_group_add (group, NULL), LODGER_EINVAL)));
CELL (lodger_group_add, wrong_state,
      WITH_GROUP (lodger_pending_unref (closed (group)); ANSWERS (lodger_group_add (group, NUMBER), LODGER_ESTATE)));
CELL (lodger_group_add, after_stop, WITH_GROUP (FINE (lodger_group_add (group, CALL) == 0)));
CELL (lodger_group_add, after_fork, WITH_GROUP (ANSWERS (lodger_group_add (group, PROMISE), LODGER_ECHILD)));
CELL (lodger_group_remove, null_group, WARNS (!lodger_group_remove (NULL, NUMBER)));
CELL (lodger_group_remove, null_pending, WITH_GROUP (WARNS (!lodger_group_remove (group, NULL))));
CELL (lodger_group_remove, after_stop, WITH_GROUP (FINE (!lodger_group_remove (group, NUMBER))));
CELL (lodger_group_remove, after_fork, WITH_GROUP (FINE (!lodger_group_remove (group, NUMBER))));
CELL (lodger_group_cancel, null_group, WARNS (!lodger_group_cancel (NULL, "misuse")));
CELL (lodger_group_cancel, null_message, WITH_GROUP (FINE (lodger_group_cancel (group, NULL))));
CELL (lodger_group_is_cancelled, null_group, FINE (!lodger_group_is_cancelled (NULL)));
CELL (lodger_group_count, null_group, FINE (lodger_group_count (NULL) == 0));
CELL (lodger_group_get_pending, null_group, FINE (lodger_group_get_pending (NULL) == NULL));
CELL (lodger_group_get_pending, after_fork, WITH_GROUP (FINE (lodger_group_get_pending (group) != NULL)));

/* ---- queues ------------------------------------------------------------------------------------------------------ */

static bool
is_queue (LodgerQueue *queue)
{
  bool is_one = queue != NULL;
  lodger_queue_unref (queue);
  return is_one;
}

#define WITH_QUEUE(caller, ...)                                                                                        \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerQueue *queue = lodger_queue_new (caller, LODGER_QUEUE_OPTIONS (.limit = 1));                               \
      __VA_ARGS__;                                                                                                     \
      lodger_queue_unref (queue);                                                                                      \
    }                                                                                                                  \
  while (0)

static const LodgerQueueOptions queue_without_size = { .limit = 1 };
static const LodgerQueueItemOptions item_without_size = { .priority = 1 };

CELL (lodger_queue_new, null_caller, WARNS (!is_queue (lodger_queue_new (NULL, NULL))));
CELL (lodger_queue_new, null_options, FINE (is_queue (lodger_queue_new (CALLER, NULL))));
CELL (lodger_queue_new, size_options, WARNS (!is_queue (lodger_queue_new (CALLER, &queue_without_size))));
CELL (lodger_queue_new, after_stop, FINE (is_queue (lodger_queue_new (CALLER, NULL))));
CELL (lodger_queue_new, after_fork, WARNS (!is_queue (lodger_queue_new (CALLER, NULL))));
CELL (lodger_queue_ref, null_queue, FINE (lodger_queue_ref (NULL) == NULL));
CELL (lodger_queue_unref, null_queue, FINE (DOES (lodger_queue_unref (NULL))));
CELL (lodger_queue_close, null_queue, WARNS (DOES (lodger_queue_close (NULL, NULL))));
CELL (lodger_queue_close, null_message, WITH_QUEUE (CALLER, FINE (DOES (lodger_queue_close (queue, NULL)))));
CELL (lodger_queue_get_pending, null_queue, FINE (lodger_queue_get_pending (NULL) == NULL));
CELL (lodger_queue_get_pending, after_fork, FINE (lodger_queue_get_pending (NULL) == NULL));

#define FULL(queue, func, data, destroy)  lodger_queue_call_full (queue, func, data, destroy, NULL)
#define SHORT(queue, func, data, destroy) (lodger_queue_call) (queue, func, data, destroy)

#define ROWS(function, CALL_)                                                                                          \
  CELL (function, null_queue, BY (lodger_queue_call), ANSWERS (CALL_ (NULL, nothing, DATA, DESTROY), LODGER_EINVAL));  \
  CELL (function, null_func, BY (lodger_queue_call);                                                                   \
        WITH_QUEUE (CALLER, ANSWERS (CALL_ (queue, NULL, DATA, DESTROY), LODGER_EINVAL)));                             \
  CELL (function, null_data, WITH_QUEUE (CALLER, FINE (CALL_ (queue, nothing, NULL, nothing_destroy) == 0)));          \
  CELL (function, null_destroy, WITH_QUEUE (CALLER, FINE (CALL_ (queue, nothing, s, NULL) == 0)));                     \
  CELL (function, shut_down,                                                                                           \
        WITH_QUEUE (CALLER, lodger_queue_close (queue, NULL);                                                          \
                    TELLS (CALL_ (queue, nothing, DATA, DESTROY), LODGER_ESHUTDOWN)));                                 \
  CELL_AT (IN_WORKER, function, deadlock, BY (lodger_queue_call);                                                      \
           WITH_QUEUE (lodger_caller_current (), FINE (CALL_ (queue, nothing, NULL, NULL) == 0);                       \
                       ANSWERS (CALL_ (queue, nothing, DATA, DESTROY), LODGER_EDEADLK)))

ROWS (lodger_queue_call_full, FULL);
ROWS (lodger_queue_call, SHORT);
CELL (lodger_queue_call_full, null_options, WITH_QUEUE (CALLER, FINE (FULL (queue, nothing, s, NULL) == 0)));
CELL (lodger_queue_call_full, size_options, BY (lodger_queue_call);
      WITH_QUEUE (CALLER,
                  ANSWERS (lodger_queue_call_full (queue, nothing, DATA, DESTROY, &item_without_size), LODGER_EINVAL)));

/* ---- queues with a key ------------------------------------------------------------------------------------------- */

static const char a_key = 0;

#define WITH_KEY(caller, limit_, ...)                                                                                  \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerQueue *queue = lodger_queue_open (caller, &a_key, LODGER_QUEUE_OPTIONS (.limit = (limit_)));               \
      __VA_ARGS__;                                                                                                     \
      lodger_queue_unref (queue);                                                                                      \
    }                                                                                                                  \
  while (0)

CELL (lodger_queue_open, null_caller, WARNS (!is_queue (lodger_queue_open (NULL, &a_key, NULL))));
CELL (lodger_queue_open, null_key, WARNS (!is_queue (lodger_queue_open (CALLER, NULL, NULL))));
CELL (lodger_queue_open, null_options, FINE (is_queue (lodger_queue_open (CALLER, &a_key, NULL))));
CELL (lodger_queue_open, size_options, WARNS (!is_queue (lodger_queue_open (CALLER, &a_key, &queue_without_size))));
CELL (lodger_queue_open, after_stop, FINE (is_queue (lodger_queue_open (CALLER, &a_key, NULL))));
CELL (lodger_queue_open, after_fork, WARNS (!is_queue (lodger_queue_open (CALLER, &a_key, NULL))));
CELL (lodger_queue_open, mismatch,
      WITH_KEY (CALLER, 0,
                WARNS (!is_queue (lodger_queue_open (CALLER, &a_key, LODGER_QUEUE_OPTIONS (.scope = SCOPE))))));
CELL (lodger_queue_find, null_caller, WARNS (!is_queue (lodger_queue_find (NULL, &a_key))));
CELL (lodger_queue_find, null_key, WARNS (!is_queue (lodger_queue_find (CALLER, NULL))));
CELL (lodger_queue_find, after_stop, FINE (!is_queue (lodger_queue_find (CALLER, &a_key))));
CELL (lodger_queue_find, after_fork, WARNS (!is_queue (lodger_queue_find (CALLER, &a_key))));
CELL (lodger_queue_close_keyed, null_caller, WARNS (!lodger_queue_close_keyed (NULL, &a_key, "misuse")));
CELL (lodger_queue_close_keyed, null_key, WARNS (!lodger_queue_close_keyed (CALLER, NULL, "misuse")));
CELL (lodger_queue_close_keyed, null_message,
      WITH_KEY (CALLER, 0, FINE (lodger_queue_close_keyed (CALLER, &a_key, NULL))));
CELL (lodger_queue_close_keyed, after_stop, FINE (!lodger_queue_close_keyed (CALLER, &a_key, "misuse")));
CELL (lodger_queue_close_keyed, after_fork, WARNS (!lodger_queue_close_keyed (CALLER, &a_key, "misuse")));

#define KEYED_FULL(caller, key_, func, data, destroy)                                                                  \
  lodger_queue_call_keyed_full (caller, key_, func, data, destroy, NULL)
#define KEYED_SHORT(caller, key_, func, data, destroy) (lodger_queue_call_keyed) (caller, key_, func, data, destroy)

#define KEYED_ROWS(function, CALL_)                                                                                    \
  CELL (function, null_caller, BY (lodger_queue_call_keyed);                                                           \
        ANSWERS (CALL_ (NULL, &a_key, nothing, DATA, DESTROY), LODGER_EINVAL));                                        \
  CELL (function, null_key, BY (lodger_queue_call_keyed);                                                              \
        ANSWERS (CALL_ (CALLER, NULL, nothing, DATA, DESTROY), LODGER_EINVAL));                                        \
  CELL (function, null_func, BY (lodger_queue_call_keyed);                                                             \
        ANSWERS (CALL_ (CALLER, &a_key, NULL, DATA, DESTROY), LODGER_EINVAL));                                         \
  CELL (function, null_data, FINE (CALL_ (CALLER, &a_key, nothing, NULL, nothing_destroy) == 0));                      \
  CELL (function, null_destroy, FINE (CALL_ (CALLER, &a_key, nothing, s, NULL) == 0));                                 \
  CELL (function, after_stop, TELLS (CALL_ (CALLER, &a_key, nothing, DATA, DESTROY), LODGER_ESHUTDOWN));               \
  CELL (function, after_fork, BY (lodger_queue_call_keyed);                                                            \
        ANSWERS (CALL_ (CALLER, &a_key, nothing, DATA, DESTROY), LODGER_ECHILD));                                      \
  CELL_AT (IN_WORKER, function, deadlock, BY (lodger_queue_call_keyed); WITH_KEY (                                     \
               lodger_caller_current (), 1, FINE (CALL_ (lodger_caller_current (), &a_key, nothing, NULL, NULL) == 0); \
               ANSWERS (CALL_ (lodger_caller_current (), &a_key, nothing, DATA, DESTROY), LODGER_EDEADLK)))

KEYED_ROWS (lodger_queue_call_keyed_full, KEYED_FULL);
KEYED_ROWS (lodger_queue_call_keyed, KEYED_SHORT);
CELL (lodger_queue_call_keyed, mismatch, RULED_OUT ("it has no options"));
CELL (lodger_queue_call_keyed_full, mismatch, BY (lodger_queue_call_keyed);
      WITH_KEY (CALLER, 0,
                ANSWERS (lodger_queue_call_keyed_full (CALLER, &a_key, nothing, DATA, DESTROY,
                                                       LODGER_QUEUE_ITEM_OPTIONS (.scope = SCOPE)),
                         LODGER_EMISMATCH)));
CELL (lodger_queue_call_keyed_full, null_options, FINE (KEYED_FULL (CALLER, &a_key, nothing, s, NULL) == 0));
CELL (lodger_queue_call_keyed_full, size_options, BY (lodger_queue_call_keyed);
      ANSWERS (lodger_queue_call_keyed_full (CALLER, &a_key, nothing, DATA, DESTROY, &item_without_size),
               LODGER_EINVAL));

/* ---- limiters ---------------------------------------------------------------------------------------------------- */

static bool
is_limiter (LodgerLimiter *limiter)
{
  bool is_one = limiter != NULL;
  lodger_limiter_unref (limiter);
  return is_one;
}

static const LodgerLimiterOptions limiter_without_size = { .limit = 1 };

CELL (lodger_limiter_new, null_options, WARNS (!is_limiter (lodger_limiter_new (NULL))));
CELL (lodger_limiter_new, size_options, WARNS (!is_limiter (lodger_limiter_new (&limiter_without_size))));
CELL (lodger_limiter_ref, null_limiter, FINE (lodger_limiter_ref (NULL) == NULL));
CELL (lodger_limiter_unref, null_limiter, FINE (DOES (lodger_limiter_unref (NULL))));
CELL (lodger_limiter_close, null_limiter, REFUSES (lodger_limiter_close (NULL), LODGER_EINVAL));
CELL (lodger_limiter_close, after_fork, REFUSES (lodger_limiter_close (NULL), LODGER_EINVAL));
/* For a row that needs one, with one place. */
#define WITH_LIMITER(...)                                                                                              \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));                               \
      __VA_ARGS__;                                                                                                     \
      lodger_limiter_unref (limiter);                                                                                  \
    }                                                                                                                  \
  while (0)
#define IN_LIMITER(...)                                                                                                \
  WITH_LIMITER (FINE (lodger_limiter_enter (limiter, 0) == 0); __VA_ARGS__; FINE (lodger_limiter_leave (limiter) == 0))
#define CLOSED_LIMITER(...) WITH_LIMITER (lodger_pending_disown (lodger_limiter_close (limiter)); __VA_ARGS__)
#define ENTER_FULL(timeout) lodger_limiter_enter_full (limiter, timeout, LODGER_LIMITER_ENTRY_OPTIONS (.priority = 1))

static const LodgerLimiterEntryOptions entry_without_size = { .priority = 1 };

CELL_AT (IN_CALL, lodger_limiter_enter, null_limiter, ANSWERS (lodger_limiter_enter (NULL, 0), LODGER_EINVAL));
CELL_AT (IN_CALL, lodger_limiter_enter, negative_timeout,
         IN_LIMITER (TELLS (lodger_limiter_enter (limiter, -1), LODGER_ETIMEDOUT)));
CELL_AT (IN_CALL, lodger_limiter_enter, shut_down,
         CLOSED_LIMITER (TELLS (lodger_limiter_enter (limiter, 0), LODGER_ESHUTDOWN)));
CELL (lodger_limiter_enter, wrong_state, WITH_LIMITER (ANSWERS (lodger_limiter_enter (limiter, 0), LODGER_ESTATE)));
CELL_AT (IN_CALL, lodger_limiter_enter, wrong_thread,
         IN_LIMITER (ANSWERS (lodger_limiter_enter (limiter, LODGER_FOREVER), LODGER_EWRONGTHREAD)));
CELL_AT (IN_WORKER, lodger_limiter_enter, deadlock,
         IN_LIMITER (BY (lodger_pending_wait);
                     ANSWERS (lodger_limiter_enter (limiter, LODGER_FOREVER), LODGER_EDEADLK)));
CELL_AT (IN_CALL, lodger_limiter_enter_full, null_limiter, BY (lodger_limiter_enter);
         ANSWERS (lodger_limiter_enter_full (NULL, 0, NULL), LODGER_EINVAL));
CELL_AT (IN_CALL, lodger_limiter_enter_full, null_options,
         WITH_LIMITER (FINE (lodger_limiter_enter_full (limiter, 0, NULL) == 0);
                       FINE (lodger_limiter_leave (limiter) == 0)));
CELL_AT (IN_CALL, lodger_limiter_enter_full, size_options,
         WITH_LIMITER (BY (lodger_limiter_enter);
                       ANSWERS (lodger_limiter_enter_full (limiter, 0, &entry_without_size), LODGER_EINVAL)));
CELL_AT (IN_CALL, lodger_limiter_enter_full, negative_timeout, IN_LIMITER (TELLS (ENTER_FULL (-1), LODGER_ETIMEDOUT)));
CELL_AT (IN_CALL, lodger_limiter_enter_full, shut_down, CLOSED_LIMITER (TELLS (ENTER_FULL (0), LODGER_ESHUTDOWN)));
CELL_AT (IN_DIRECT, lodger_limiter_enter_full, wrong_state,
         WITH_LIMITER (BY (lodger_limiter_enter); ANSWERS (ENTER_FULL (0), LODGER_ESTATE)));
CELL_AT (IN_CALL, lodger_limiter_enter_full, wrong_thread,
         IN_LIMITER (BY (lodger_limiter_enter); ANSWERS (ENTER_FULL (LODGER_FOREVER), LODGER_EWRONGTHREAD)));
CELL_AT (IN_WORKER, lodger_limiter_enter_full, deadlock,
         IN_LIMITER (BY (lodger_pending_wait); ANSWERS (ENTER_FULL (LODGER_FOREVER), LODGER_EDEADLK)));
CELL (lodger_limiter_leave, null_limiter, ANSWERS (lodger_limiter_leave (NULL), LODGER_EINVAL));
CELL (lodger_limiter_leave, wrong_state, WITH_LIMITER (ANSWERS (lodger_limiter_leave (limiter), LODGER_ESTATE)));
CELL (lodger_limiter_count_running, null_limiter, FINE (lodger_limiter_count_running (NULL) == 0));
CELL (lodger_limiter_count_waiting, null_limiter, FINE (lodger_limiter_count_waiting (NULL) == 0));

/* ---- slots ------------------------------------------------------------------------------------------------------- */

static bool
is_slot (LodgerSlot *slot)
{
  bool is_one = slot != NULL;
  lodger_slot_unref (slot);
  return is_one;
}

#define WITH_SLOT(...)                                                                                                 \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerSlot *slot = lodger_slot_new (NULL);                                                                       \
      __VA_ARGS__;                                                                                                     \
      lodger_slot_unref (slot);                                                                                        \
    }                                                                                                                  \
  while (0)

static const LodgerSlotOptions slot_without_size = { .debounce = 1 };

CELL (lodger_slot_new, null_options, FINE (is_slot (lodger_slot_new (NULL))));
CELL (lodger_slot_new, size_options, WARNS (!is_slot (lodger_slot_new (&slot_without_size))));
CELL (lodger_slot_ref, null_slot, FINE (lodger_slot_ref (NULL) == NULL));
CELL (lodger_slot_unref, null_slot, FINE (DOES (lodger_slot_unref (NULL))));
CELL (lodger_slot_cancel, null_slot, WARNS (DOES (lodger_slot_cancel (NULL, "misuse"))));
CELL (lodger_slot_cancel, null_message, WITH_SLOT (FINE (DOES (lodger_slot_cancel (slot, NULL)))));
CELL (lodger_slot_get_scope, null_slot, FINE (lodger_slot_get_scope (NULL) == NULL));
CELL (lodger_slot_get_scope, after_fork, WITH_SLOT (FINE (lodger_slot_get_scope (slot) != NULL)));
CELL (lodger_slot_is_busy, null_slot, FINE (!lodger_slot_is_busy (NULL)));

CELL (lodger_host_end_when_replaced, null_call, ANSWERS (lodger_host_end_when_replaced (NULL, SCOPE), LODGER_EINVAL));
CELL (lodger_host_end_when_replaced, null_scope, ANSWERS (lodger_host_end_when_replaced (CALL, NULL), LODGER_EINVAL));
CELL (lodger_host_end_when_replaced, after_stop, FINE (lodger_host_end_when_replaced (CALL, SCOPE) == 0));
CELL (lodger_host_end_when_replaced, after_fork,
      ANSWERS (lodger_host_end_when_replaced (PROMISE, SCOPE), LODGER_ECHILD));

/* ---- waiting for several ----------------------------------------------------------------------------------------- */

#define MANY(pending, mode, timeout, flags)                                                                            \
  lodger_wait_many ((LodgerPending *[]) { pending }, 1, mode, timeout, flags, NULL)

CELL (lodger_wait_many, null_pendings,
      ANSWERS (lodger_wait_many (NULL, 1, LODGER_WAIT_ALL_COMPLETED, 0, LODGER_WAIT_DEFAULT, NULL), LODGER_EINVAL));
CELL (lodger_wait_many, unknown_mode,
      ANSWERS (MANY (NUMBER, (LodgerWaitMode) 77, 0, LODGER_WAIT_DEFAULT), LODGER_EINVAL));
CELL (lodger_wait_many, unknown_flags,
      ANSWERS (MANY (NUMBER, LODGER_WAIT_ALL_COMPLETED, 0, (LodgerWaitFlags) (1 << 20)), LODGER_EINVAL));
CELL (lodger_wait_many, negative_timeout,
      TELLS (MANY (PROMISE, LODGER_WAIT_ALL_COMPLETED, -1, LODGER_WAIT_DEFAULT), LODGER_ETIMEDOUT));
CELL (lodger_wait_many, null_ret_done, FINE (MANY (NUMBER, LODGER_WAIT_ALL_COMPLETED, 0, LODGER_WAIT_DEFAULT) == 0));
CELL (lodger_wait_many, wrong_thread,
      ANSWERS (MANY (PROMISE, LODGER_WAIT_ALL_COMPLETED, 1, LODGER_WAIT_DEFAULT), LODGER_EWRONGTHREAD));
CELL_AT (IN_DIRECT, lodger_wait_many, wrong_state,
         ANSWERS (MANY (PROMISE, LODGER_WAIT_ALL_COMPLETED, 1, LODGER_WAIT_DEFAULT), LODGER_ESTATE));
CELL_AT (IN_WORKER, lodger_wait_many, deadlock,
         ANSWERS (MANY (SELF, LODGER_WAIT_ALL_COMPLETED, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_EDEADLK));
