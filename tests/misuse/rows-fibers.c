/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spawned calls, and the waits that suspend them. */
#include "misuse.h"

#include <lodger/host.h>
#include <poll.h>
#include <unistd.h>

static const LodgerCallOptions no_size = { .name = "misuse" };
static const LodgerCallOptions site = { .size = sizeof site, .name = "misuse" };
static const LodgerQueueItemOptions item_without_size = { .priority = 1 };

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
nothing_to_do (LodgerPending *self, LodgerTask *task, void *data)
{
  (void) self;
  (void) task;
  (void) data;
}

/* ---- submitting -------------------------------------------------------------------------------------------------- */

#define SPAWN(caller, func, data, destroy)      (lodger_caller_spawn) (caller, func, data, destroy)
#define SPAWN_FULL(caller, func, data, destroy) lodger_caller_spawn_full (caller, func, data, destroy, NULL)
#define SPAWN_SITE(caller, func, data, destroy) lodger_caller_spawn_full (caller, func, data, destroy, &site)

#define SPAWN_ROWS(function, SUBMIT, AS_WELL)                                                                          \
  CELL (function, null_caller, BY (lodger_caller_spawn);                                                               \
        REFUSES (SUBMIT (NULL, recorder_call, DATA, DESTROY), LODGER_EINVAL); BY (lodger_caller_spawn);                \
        REFUSES (AS_WELL (NULL, recorder_call, DATA, DESTROY), LODGER_EINVAL));                                        \
  CELL (function, null_func, BY (lodger_caller_spawn); REFUSES (SUBMIT (CALLER, NULL, DATA, DESTROY), LODGER_EINVAL);  \
        BY (lodger_caller_spawn); REFUSES (AS_WELL (CALLER, NULL, DATA, DESTROY), LODGER_EINVAL));                     \
  CELL (function, null_data, ACCEPTS (SUBMIT (CALLER, nothing, NULL, nothing_direct)));                                \
  CELL (function, null_destroy, ACCEPTS (SUBMIT (CALLER, nothing, s, NULL)));                                          \
  CELL (function, after_stop, BY (lodger_caller_spawn); REFUSES_LATE (SUBMIT (CALLER, recorder_call, DATA, DESTROY));  \
        BY (lodger_caller_spawn); REFUSES_LATE (AS_WELL (CALLER, recorder_call, DATA, DESTROY));                       \
        BY (lodger_caller_spawn); REFUSES (SUBMIT (CALLER, NULL, DATA, DESTROY), LODGER_EINVAL));                      \
  CELL (function, after_fork, BY (lodger_caller_spawn);                                                                \
        REFUSES (SUBMIT (CALLER, recorder_call, DATA, DESTROY), LODGER_ECHILD); BY (lodger_caller_spawn);              \
        REFUSES (AS_WELL (CALLER, recorder_call, DATA, DESTROY), LODGER_ECHILD))

SPAWN_ROWS (lodger_caller_spawn, SPAWN, lodger_caller_spawn);
SPAWN_ROWS (lodger_caller_spawn_full, SPAWN_FULL, SPAWN_SITE);
CELL (lodger_caller_spawn_full, null_options, ACCEPTS (lodger_caller_spawn_full (CALLER, nothing, s, NULL, NULL)));
CELL (lodger_caller_spawn_full, size_options, BY (lodger_caller_spawn);
      REFUSES (lodger_caller_spawn_full (CALLER, recorder_call, DATA, DESTROY, &no_size), LODGER_EINVAL);
      BY (lodger_caller_spawn); REFUSES (lodger_caller_spawn_full (CALLER, recorder_call, DATA, DESTROY,
                                                                   LODGER_CALL_OPTIONS (.stack_size = SIZE_MAX)),
                                         LODGER_EINVAL));
WHEN_FULL (lodger_caller_spawn, BY (lodger_caller_spawn);
           REFUSES (SPAWN (full, recorder_call, DATA, DESTROY), LODGER_EDEADLK));
WHEN_FULL (lodger_caller_spawn_full, BY (lodger_caller_spawn);
           REFUSES (SPAWN_FULL (full, recorder_call, DATA, DESTROY), LODGER_EDEADLK));

/* ---- items of queues --------------------------------------------------------------------------------------------- */

#define WITH_QUEUE(caller, ...)                                                                                        \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerQueue *queue = lodger_queue_new (caller, LODGER_QUEUE_OPTIONS (.limit = 1));                               \
      __VA_ARGS__;                                                                                                     \
      lodger_queue_unref (queue);                                                                                      \
    }                                                                                                                  \
  while (0)

#define ITEM_FULL(queue, func, data, destroy) lodger_queue_spawn_full (queue, func, data, destroy, NULL)
#define ITEM(queue, func, data, destroy)      (lodger_queue_spawn) (queue, func, data, destroy)

#define ITEM_ROWS(function, CALL_)                                                                                     \
  CELL (function, null_queue, BY (lodger_queue_spawn); ANSWERS (CALL_ (NULL, nothing, DATA, DESTROY), LODGER_EINVAL)); \
  CELL (function, null_func, BY (lodger_queue_spawn);                                                                  \
        WITH_QUEUE (CALLER, ANSWERS (CALL_ (queue, NULL, DATA, DESTROY), LODGER_EINVAL)));                             \
  CELL (function, null_data, WITH_QUEUE (CALLER, FINE (CALL_ (queue, nothing, NULL, nothing_direct) == 0)));           \
  CELL (function, null_destroy, WITH_QUEUE (CALLER, FINE (CALL_ (queue, nothing, s, NULL) == 0)));                     \
  CELL (function, shut_down,                                                                                           \
        WITH_QUEUE (CALLER, lodger_queue_close (queue, NULL);                                                          \
                    TELLS (CALL_ (queue, nothing, DATA, DESTROY), LODGER_ESHUTDOWN)));                                 \
  CELL_AT (IN_WORKER, function, deadlock, BY (lodger_queue_spawn);                                                     \
           WITH_QUEUE (lodger_caller_current (), FINE (CALL_ (queue, nothing, NULL, NULL) == 0);                       \
                       ANSWERS (CALL_ (queue, nothing, DATA, DESTROY), LODGER_EDEADLK)))

ITEM_ROWS (lodger_queue_spawn, ITEM);
ITEM_ROWS (lodger_queue_spawn_full, ITEM_FULL);
CELL (lodger_queue_spawn_full, null_options, WITH_QUEUE (CALLER, FINE (ITEM_FULL (queue, nothing, s, NULL) == 0)));
CELL (lodger_queue_spawn_full, size_options,
      WITH_QUEUE (CALLER, BY (lodger_queue_spawn);
                  ANSWERS (lodger_queue_spawn_full (queue, nothing, DATA, DESTROY, &item_without_size), LODGER_EINVAL);
                  BY (lodger_queue_spawn);
                  ANSWERS (lodger_queue_spawn_full (queue, nothing, DATA, DESTROY,
                                                    LODGER_QUEUE_ITEM_OPTIONS (.stack_size = SIZE_MAX)),
                           LODGER_EINVAL)));

/* ---- in a spawned call ------------------------------------------------------------------------------------------- */

typedef struct Inside
{
  Fixture *s;
  void (*check) (Fixture *s, LodgerPending *self);
} Inside;

static void
check_inside (LodgerPending *self, void *data)
{
  const Inside *inside = data;
  inside->check (inside->s, self);
}

/* In a spawned call of a loop that lacks something. */
static void
inside (Fixture *s, LodgerManualFlags flags, void (*check) (Fixture *s, LodgerPending *self))
{
  Inside inside = { s, check };
  Loop loop = loop_open (flags);
  lodger_pending_disown (lodger_caller_spawn (loop.caller, check_inside, &inside, NULL));
  loop_run (&loop);
  loop_close (&loop);
}

#define CELL_INSIDE(function, kind, flags, ...)                                                                        \
  static void function##_##kind##_inside (Fixture *s, LodgerPending *self)                                             \
  {                                                                                                                    \
    (void) self;                                                                                                       \
    __VA_ARGS__;                                                                                                       \
  }                                                                                                                    \
  CELL (function, kind, inside (s, flags, function##_##kind##_inside))

#define LATER (lodger_pending_ref (PROMISE))

CELL_INSIDE (lodger_pending_wait, no_operation, LODGER_MANUAL_NO_ARM,
             TELLS (lodger_pending_wait (PROMISE, LODGER_SECONDS (1), LODGER_WAIT_PROTECT), LODGER_ENOSYS));
CELL_INSIDE (lodger_task_wait, no_operation, LODGER_MANUAL_NO_ARM,
             LodgerTask *task
             = lodger_task_new (CALLER, nothing_to_do, NULL, NULL, LODGER_TASK_OPTIONS (.in_caller = true));
             FINE (lodger_task_start (task) == 0); TELLS (lodger_task_wait (task, LODGER_SECONDS (1)), LODGER_ENOSYS);
             lodger_task_unref (task));
CELL (lodger_pending_cancel_wait, no_operation,
      RULED_OUT ("it is the wait of lodger_pending_wait, whose row tries that"));
CELL_INSIDE (lodger_wait_many, no_operation, LODGER_MANUAL_NO_ARM,
             TELLS (lodger_wait_many (&PROMISE, 1, LODGER_WAIT_ALL_COMPLETED, LODGER_SECONDS (1), LODGER_WAIT_DEFAULT,
                                      NULL),
                    LODGER_ENOSYS));
CELL_INSIDE (lodger_completed_next, no_operation, LODGER_MANUAL_NO_ARM,
             LodgerCompleted *completed
             = lodger_completed_new (&PROMISE, 1, LODGER_COMPLETED_OPTIONS (.keeps_unfinished = true));
             int code; FINE (lodger_completed_next (completed, LODGER_SECONDS (1), &code) == NULL);
             TELLS (code, LODGER_ENOSYS); lodger_completed_free (completed));
CELL_INSIDE (lodger_channel_receive, no_operation, LODGER_MANUAL_NO_ARM,
             LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.limit = 1));
             TELLS (lodger_channel_receive (channel, LODGER_SECONDS (1), &(void *) { NULL }), LODGER_ENOSYS);
             lodger_channel_unref (channel));
#define ENTERS_TWICE(enter, ...)                                                                                       \
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));                                   \
  FINE (lodger_limiter_enter (limiter, 0) == 0);                                                                       \
  TELLS (enter (limiter, LODGER_SECONDS (1) __VA_ARGS__), LODGER_ENOSYS);                                              \
  FINE (lodger_limiter_leave (limiter) == 0);                                                                          \
  lodger_limiter_unref (limiter)
CELL_INSIDE (lodger_limiter_enter, no_operation, LODGER_MANUAL_NO_ARM, ENTERS_TWICE (lodger_limiter_enter));
CELL_INSIDE (lodger_limiter_enter_full, no_operation, LODGER_MANUAL_NO_ARM,
             ENTERS_TWICE (lodger_limiter_enter_full, , NULL));
CELL_INSIDE (lodger_wait_fd, no_operation, LODGER_MANUAL_NO_ARM, int ends[2]; FINE (pipe (ends) == 0);
             TELLS (lodger_wait_fd (ends[0], POLLIN, LODGER_SECONDS (1), NULL), LODGER_ENOSYS); close (ends[0]);
             close (ends[1]));
CELL_INSIDE (lodger_sleep, no_operation, LODGER_MANUAL_NO_ARM, TELLS (lodger_sleep (1), LODGER_ENOSYS));
CELL_INSIDE (lodger_sleep, negative_duration, LODGER_MANUAL_DEFAULT, TELLS (lodger_sleep (INT64_MIN), 0));
CELL (lodger_sleep, wrong_thread, ANSWERS (lodger_sleep (1), LODGER_EWRONGTHREAD));
CELL_AT (IN_DIRECT, lodger_sleep, wrong_state, ANSWERS (lodger_sleep (1), LODGER_ESTATE));
CELL (lodger_yield, wrong_state, ANSWERS (lodger_yield (), LODGER_ESTATE));

/* ---- awaits ------------------------------------------------------------------------------------------------------ */

#define AWAIT(pending)         lodger_await (pending, NULL)
#define AWAIT_INT(pending)     lodger_await_int (pending, &number, NULL)
#define AWAIT_POINTER(pending) lodger_await_pointer (pending, &pointer, NULL)

#define AWAIT_ROWS(function, AWAIT_, PLACE)                                                                            \
  CELL (function, null_pending, PLACE; BY (lodger_pending_wait); ANSWERS (AWAIT_ (NULL), LODGER_EINVAL));              \
  CELL (function, wrong_thread, PLACE; BY (lodger_pending_wait); ANSWERS (AWAIT_ (LATER), LODGER_EWRONGTHREAD));       \
  CELL_AT (IN_DIRECT, function, wrong_state, PLACE; BY (lodger_pending_wait);                                          \
           ANSWERS (AWAIT_ (LATER), LODGER_ESTATE));                                                                   \
  CELL_AT (IN_WORKER, function, deadlock, PLACE; BY (lodger_pending_wait);                                             \
           ANSWERS (AWAIT_ (lodger_pending_ref (SELF)), LODGER_EDEADLK));                                              \
  CELL (function, after_stop, PLACE; TELLS (AWAIT_ (lodger_pending_ref (CALL)), LODGER_ECANCELED));                    \
  CELL (function, after_fork, PLACE; BY (lodger_pending_wait); ANSWERS (AWAIT_ (LATER), LODGER_ECHILD));               \
  CELL (function, no_operation, RULED_OUT ("it has no limit of time"))

static void
await_twice (Fixture *s)
{
  void *value;
  FINE (lodger_pending_return_pointer (PROMISE, DATA, DESTROY) == 0);
  FINE (lodger_await_pointer (lodger_pending_ref (PROMISE), &value, NULL) == 0);
  recorder_destroy (value);
  TELLS (lodger_await_pointer (lodger_pending_ref (PROMISE), &value, NULL), LODGER_EALREADY);
}

AWAIT_ROWS (lodger_await, AWAIT, (void) 0);
AWAIT_ROWS (lodger_await_int, AWAIT_INT, int64_t number);
AWAIT_ROWS (lodger_await_pointer, AWAIT_POINTER, void *pointer);
CELL (lodger_await, null_ret_error, FINE (lodger_await (lodger_pending_ref (NUMBER), NULL) == 0));
CELL (lodger_await_int, null_ret_error, int64_t number;
      FINE (lodger_await_int (lodger_pending_ref (NUMBER), &number, NULL) == 0));
CELL (lodger_await_int, wrong_type, int64_t number;
      TELLS (lodger_await_int (lodger_pending_ref (TEXT), &number, NULL), LODGER_ETYPE));
CELL (lodger_await_int, null_ret_number,
      ANSWERS (lodger_await_int (lodger_pending_ref (NUMBER), NULL, NULL), LODGER_EINVAL));
CELL (lodger_await_pointer, null_ret_error, void *pointer;
      TELLS (lodger_await_pointer (lodger_pending_ref (NUMBER), &pointer, NULL), LODGER_ETYPE));
CELL (lodger_await_pointer, wrong_type, void *pointer;
      TELLS (lodger_await_pointer (lodger_pending_ref (NUMBER), &pointer, NULL), LODGER_ETYPE));
CELL (lodger_await_pointer, already, await_twice (s));
CELL (lodger_await_pointer, null_ret_pointer,
      ANSWERS (lodger_await_pointer (lodger_pending_ref (NUMBER), NULL, NULL), LODGER_EINVAL));

CELL (lodger_await_check, null_ret_reason, TELLS (lodger_await_check (NULL), LODGER_EWRONGTHREAD));
CELL (lodger_await_check, wrong_thread, const char *reason; TELLS (lodger_await_check (&reason), LODGER_EWRONGTHREAD);
      FINE (reason != NULL));
CELL_AT (IN_DIRECT, lodger_await_check, wrong_state, const char *reason;
         TELLS (lodger_await_check (&reason), LODGER_ESTATE); FINE (reason != NULL));

CELL (lodger_run_on_thread_stack, null_func, ANSWERS (lodger_run_on_thread_stack (NULL, s), LODGER_EINVAL));
CELL (lodger_run_on_thread_stack, null_data, FINE (lodger_run_on_thread_stack (nothing_direct, NULL) == 0));

/* ---- guards ------------------------------------------------------------------------------------------------------ */

static void
note (uintptr_t state[2])
{
  state[0] = state[1] = 0;
}

static const char *
no_refusal (const uintptr_t state[2])
{
  (void) state;
  return NULL;
}

static const LodgerAwaitGuard guard_without_size = { 0, "misuse", note, no_refusal };
static const LodgerAwaitGuard guard_without_note = { sizeof guard_without_note, "misuse", NULL, no_refusal };
static const LodgerAwaitGuard guard_without_refusal = { sizeof guard_without_refusal, "misuse", note, NULL };

CELL (lodger_host_guard_awaits, null_guard, ANSWERS (lodger_host_guard_awaits (NULL), LODGER_EINVAL),
      ANSWERS (lodger_host_guard_awaits (&guard_without_size), LODGER_EINVAL),
      ANSWERS (lodger_host_guard_awaits (&guard_without_note), LODGER_EINVAL),
      ANSWERS (lodger_host_guard_awaits (&guard_without_refusal), LODGER_EINVAL));
