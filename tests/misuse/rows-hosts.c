/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an adapter can do wrong. A late call, for a host whose caller has stopped, is none of it. */
#include "misuse.h"

#include "loop/native.h"
#include "loop/watch.h"
#include "mailbox/part.h"
#include "test-guest.h"

#include <lodger/backend.h>

/* ---- tables ------------------------------------------------------------------------------------------------------------ */

static void
register_another_driver (Fixture *s)
{
  LodgerHostDriver another = minimal_host_driver;
  FINE (lodger_host_register (&minimal_host_driver) == 0);
  ANSWERS (lodger_host_register (&another), LODGER_EALREADY);
}

static void
register_a_driver_without_size (Fixture *s)
{
  LodgerHostDriver driver = minimal_host_driver;
  LodgerHostOps ops = minimal_host_ops;
  driver.size = 0;
  ANSWERS (lodger_host_register (&driver), LODGER_EINVAL);
  driver = minimal_host_driver;
  driver.ops = &ops;
  ops.size = 0;
  ANSWERS (lodger_host_register (&driver), LODGER_EINVAL);
}

CELL (lodger_host_register, null_driver, ANSWERS (lodger_host_register (NULL), LODGER_EINVAL));
CELL (lodger_host_register, size_driver, register_a_driver_without_size (s));
CELL (lodger_host_register, already, register_another_driver (s));

static void
register_another_backend (Fixture *s)
{
  static LodgerBackendOps first, second;
  first = second = lodger__native_backend;
  first.name = second.name = "first";
  FINE (lodger_backend_register (&first) == 0);
  ANSWERS (lodger_backend_register (&second), LODGER_EALREADY);
}

static void
register_a_backend_without_size (Fixture *s)
{
  LodgerBackendOps ops = lodger__native_backend;
  ops.size = 0;
  ANSWERS (lodger_backend_register (&ops), LODGER_EINVAL);
}

CELL (lodger_backend_register, null_ops, ANSWERS (lodger_backend_register (NULL), LODGER_EINVAL));
CELL (lodger_backend_register, size_ops, register_a_backend_without_size (s));
CELL (lodger_backend_register, already, register_another_backend (s));

/* ---- opening a caller for a program ---- */

static bool
opens_none (const LodgerCallerOptions *options, const char *host, int refusal, int code)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_host_open_caller (options, host, NULL, refusal, NULL, &error);
  return is_error (caller, error, code);
}

static LodgerCaller *
open_on_loop (Fixture *s, const LodgerCallerOptions *options)
{
  return lodger_host_open_caller (options, lodger_manual_host_get_name (LOOP), LOOP, 0, NULL, NULL);
}

CELL (lodger_host_open_caller, null_options, FINE (is_caller (open_on_loop (s, NULL))));
CELL (lodger_host_open_caller, size_options,
      WARNS (opens_none (&(LodgerCallerOptions) { .size = 0 }, "manual", 0, LODGER_EINVAL)));
CELL (lodger_host_open_caller, null_host,
      WARNS (opens_none (LODGER_CALLER_OPTIONS (.hook_data = DATA, .hook_destroy = DESTROY), NULL, 0, LODGER_EINVAL)));
CELL (lodger_host_open_caller, null_host_options, WARNS (opens_none (NULL, "manual", 0, LODGER_EINVAL)));
CELL (lodger_host_open_caller, null_reason,
      WARNS (opens_none (LODGER_CALLER_OPTIONS (.hook_data = DATA, .hook_destroy = DESTROY), "manual", LODGER_EBUSY,
                         LODGER_EBUSY)));
CELL (lodger_host_open_caller, null_ret_error,
      WARNS (lodger_host_open_caller (NULL, NULL, NULL, 0, NULL, NULL) == NULL));
CELL (lodger_host_open_caller, mismatch, WARNS (open_on_loop (s, LODGER_CALLER_OPTIONS (.name = "else")) == NULL));
CELL (lodger_host_open_caller, not_there, WARNS (opens_none (NULL, "nowhere", 0, LODGER_ENOENT)));
CELL (lodger_host_open_caller, no_operation,
      WARNS (opens_none (LODGER_CALLER_OPTIONS (.worker_backend = guest_only ()), "manual", 0, LODGER_ENOSYS)));
CELL (lodger_host_open_caller, after_fork, WARNS (open_on_loop (s, NULL) == NULL));

/* ---- calling back ------------------------------------------------------------------------------------------------------ */

/* The call that the node was posted for has not run: call_data counts it. */
#define HAS_NOT_RUN (atomic_load (&s->call_data.ran) == 0)

CELL (lodger_host_run_node, null_node, WARNS (DOES (lodger_host_run_node (NULL))));
CELL_AT (ELSEWHERE, lodger_host_run_node, wrong_thread, WARNS (DOES (lodger_host_run_node (NODE))), FINE (HAS_NOT_RUN));
CELL (lodger_host_run_node, after_stop, FINE (DOES (lodger_host_run_node (NODE))));
CELL (lodger_host_run_node, after_fork, WARNS (DOES (lodger_host_run_node (NODE))), FINE (HAS_NOT_RUN));

CELL (lodger_host_deadline, null_host, WARNS (DOES (lodger_host_deadline (NULL))));
CELL_AT (ELSEWHERE, lodger_host_deadline, wrong_thread, WARNS (DOES (lodger_host_deadline (HOST))), FINE (HAS_NOT_RUN));
CELL (lodger_host_deadline, after_stop, FINE (DOES (lodger_host_deadline (HOST))));
CELL (lodger_host_deadline, after_fork, WARNS (DOES (lodger_host_deadline (HOST))), FINE (HAS_NOT_RUN));

CELL (lodger_host_before_wait, null_host, WARNS (lodger_host_before_wait (NULL) == LODGER_FOREVER));
CELL_AT (ELSEWHERE, lodger_host_before_wait, wrong_thread, WARNS (lodger_host_before_wait (HOST) == LODGER_FOREVER));
CELL (lodger_host_before_wait, after_stop, FINE (lodger_host_before_wait (HOST) == LODGER_FOREVER));
CELL (lodger_host_before_wait, after_fork, FINE (lodger_host_before_wait (HOST) == LODGER_FOREVER));

CELL (lodger_host_closed, null_host, WARNS (DOES (lodger_host_closed (NULL))));
CELL (lodger_host_closed, after_stop, FINE (DOES (lodger_host_closed (HOST))));
CELL (lodger_host_closed, after_fork, FINE (DOES (lodger_host_closed (HOST))),
      FINE (lodger_caller_get_state (s->minimal_caller) == LODGER_CALLER_RUNNING));

CELL (lodger_host_misuse, null_function,
      ANSWERS (lodger_host_misuse (NULL, LODGER_EINVAL, "nobody says what"), LODGER_EINVAL));
CELL (lodger_host_misuse, null_reason,
      ANSWERS (lodger_host_misuse ("lodger_host_misuse", LODGER_EINVAL, NULL), LODGER_EINVAL));

CELL (lodger_host_speak_for, null_function, FINE (lodger_host_speak_for (NULL) == NULL));
CELL (lodger_host_watch_given, null_func, FINE (DOES (lodger_host_watch_given (NULL, s))));
CELL (lodger_host_watch_given, null_data, FINE (DOES (lodger_host_watch_given (NULL, NULL))));

static size_t given = sizeof given;
static struct
{
  size_t size;
  int member;
} own;
static const char *reason;

CELL (lodger_host_read_options, null_given,
      FINE (lodger_host_read_options (NULL, &own, sizeof own, &reason) == NULL && reason == NULL));
CELL (lodger_host_read_options, null_own,
      WARNS (lodger_host_read_options (&given, NULL, sizeof own, &reason) == NULL && reason != NULL),
      WARNS (lodger_host_read_options (&given, &own, sizeof (size_t), &reason) == NULL && reason != NULL));
CELL (lodger_host_read_options, null_ret_reason,
      WARNS (lodger_host_read_options (&given, &own, sizeof own, NULL) == NULL));

/* Of HOST, which watches nothing: only how Lodger comes to its caller matters. */
#define WATCH(...)                                                                                                     \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerWatched watched = { .caller = s->minimal_caller };                                                         \
      LodgerHostWatch *watch = &watched.host;                                                                          \
      __VA_ARGS__;                                                                                                     \
    }                                                                                                                  \
  while (0)

CELL (lodger_host_fd_ready, null_watch, WARNS (DOES (lodger_host_fd_ready (NULL, 0))));
CELL_AT (ELSEWHERE, lodger_host_fd_ready, wrong_thread, WATCH (WARNS (DOES (lodger_host_fd_ready (watch, 1)))));
CELL (lodger_host_fd_ready, after_stop, WATCH (FINE (DOES (lodger_host_fd_ready (watch, 1)))));
CELL (lodger_host_fd_ready, after_fork, WATCH (WARNS (DOES (lodger_host_fd_ready (watch, 1)))));
