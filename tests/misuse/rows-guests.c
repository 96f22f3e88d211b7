/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests, calls in them, and lodger_run. */
#include "caller/caller.h"
#include "misuse.h"
#include "test-guest.h"

static const LodgerCallOptions no_size = { .name = "misuse" };

static GuestLoop inside;

/* The options of a backend that is registered. */
static GuestLoop *
guest_options (void)
{
  if (inside.epoll_fd == 0)
    {
      guest_register ();
      guest_loop_init (&inside);
    }
  return &inside;
}

#define INSIDE guest_options ()

static void
nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
nothing_destroy (void *data)
{
  (void) data;
}

/* ---- guests ---------------------------------------------------------------------------------------------------------- */

static bool
has_no_guest (LodgerCaller *caller, const char *backend, const void *options, int code)
{
  LodgerError *error = NULL;
  bool is_right
      = lodger_guest_start (caller, backend, options, &error) == NULL && lodger_error_get_code (error) == code;
  lodger_error_unref (error);
  return is_right;
}

static void
start_before_the_start (Fixture *s)
{
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  WARNS (has_no_guest (loop.caller, "test-guest", INSIDE, LODGER_ESTATE));
  loop_close (&loop);
}

#define WITH_GUEST(...)                                                                                                \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerGuest *guest = guest_start (CALLER, INSIDE);                                                               \
      __VA_ARGS__;                                                                                                     \
      lodger_guest_unref (guest);                                                                                      \
    }                                                                                                                  \
  while (0)

typedef struct Elsewhere
{
  Fixture *s;
  LodgerGuest *guest;
} Elsewhere;

static void *
end_guest (void *data)
{
  Fixture *s = ((Elsewhere *) data)->s;
  ANSWERS (lodger_guest_end (((Elsewhere *) data)->guest), LODGER_EWRONGTHREAD);
  return NULL;
}

static void
end_elsewhere (Fixture *s)
{
  WITH_GUEST (Elsewhere elsewhere = { s, guest }; thread_join (thread_start (end_guest, &elsewhere)));
}

CELL (lodger_guest_start, null_caller, WARNS (has_no_guest (NULL, "test-guest", INSIDE, LODGER_EINVAL)));
CELL (lodger_guest_start, null_backend, WARNS (has_no_guest (CALLER, NULL, INSIDE, LODGER_EINVAL)));
CELL (lodger_guest_start, null_options, INSIDE; WARNS (has_no_guest (CALLER, "test-guest", NULL, LODGER_EINVAL)));
CELL (lodger_guest_start, null_ret_error, WARNS (lodger_guest_start (CALLER, NULL, NULL, NULL) == NULL));
CELL (lodger_guest_start, wrong_state, start_before_the_start (s));
CELL_AT (ELSEWHERE, lodger_guest_start, wrong_thread,
         WARNS (has_no_guest (CALLER, "test-guest", INSIDE, LODGER_EWRONGTHREAD)));
CELL (lodger_guest_start, already, RULED_OUT ("unit/using edge_66_the_hosts_own_loop_is_a_plain_call"));
CELL (lodger_guest_start, not_there, WARNS (has_no_guest (CALLER, "nowhere", NULL, LODGER_ENOENT)));
CELL (lodger_guest_start, no_operation, INSIDE; WARNS (has_no_guest (CALLER, "test-no-guest", NULL, LODGER_ENOSYS)));
CELL (lodger_guest_start, after_stop, WARNS (has_no_guest (CALLER, "test-guest", INSIDE, LODGER_ESHUTDOWN)));
CELL (lodger_guest_start, after_fork, WARNS (has_no_guest (CALLER, "test-guest", INSIDE, LODGER_ECHILD)));

CELL (lodger_guest_ref, null_guest, FINE (lodger_guest_ref (NULL) == NULL));
CELL (lodger_guest_unref, null_guest, FINE (DOES (lodger_guest_unref (NULL))));
CELL (lodger_guest_kick, null_guest, ANSWERS (lodger_guest_kick (NULL), LODGER_EINVAL));
CELL (lodger_guest_end, null_guest, ANSWERS (lodger_guest_end (NULL), LODGER_EINVAL));
CELL (lodger_guest_end, wrong_thread, end_elsewhere (s));
CELL (lodger_guest_end, shut_down, RULED_OUT ("a caller that is taken from a call that hangs"));
CELL (lodger_guest_is_running, null_guest, FINE (!lodger_guest_is_running (NULL)));
CELL (lodger_guest_get_caller, null_guest, FINE (lodger_guest_get_caller (NULL) == NULL));
CELL (lodger_guest_get_caller, after_fork, FINE (lodger_guest_get_caller (NULL) == NULL));
CELL (lodger_guest_get_backend, null_guest, FINE (lodger_guest_get_backend (NULL) == NULL));

/* ---- calls in a guest ------------------------------------------------------------------------------------------------ */

static void
use_before_the_start (Fixture *s, LodgerPending *(*submit) (LodgerCaller *caller, Fixture *s))
{
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  REFUSES (submit (loop.caller, s), LODGER_ESTATE);
  loop_close (&loop);
}

/* SUBMIT takes (caller, backend, backend_options, func, data, destroy). */
#define ROWS(function, SUBMIT)                                                                                         \
  CELL (function, null_caller,                                                                                         \
        REFUSES (SUBMIT (NULL, "test-guest", INSIDE, recorder_call, DATA, DESTROY), LODGER_EINVAL));                   \
  CELL (function, null_backend, REFUSES (SUBMIT (CALLER, NULL, INSIDE, recorder_call, DATA, DESTROY), LODGER_EINVAL)); \
  CELL (function, null_backend_options, ACCEPTS (SUBMIT (CALLER, own_backend (), NULL, nothing, NULL, NULL)));         \
  CELL (function, null_func, REFUSES (SUBMIT (CALLER, "test-guest", INSIDE, NULL, DATA, DESTROY), LODGER_EINVAL));     \
  CELL (function, null_data, ACCEPTS (SUBMIT (CALLER, "test-guest", INSIDE, nothing, NULL, nothing_destroy)));         \
  CELL (function, null_destroy, ACCEPTS (SUBMIT (CALLER, "test-guest", INSIDE, nothing, s, NULL)));                    \
  CELL (function, after_stop, REFUSES_LATE (SUBMIT (CALLER, "test-guest", INSIDE, recorder_call, DATA, DESTROY)));     \
  CELL (function, after_fork,                                                                                          \
        REFUSES (SUBMIT (CALLER, "test-guest", INSIDE, recorder_call, DATA, DESTROY), LODGER_ECHILD));                 \
  CELL (function, not_there, REFUSES (SUBMIT (CALLER, "nowhere", NULL, recorder_call, DATA, DESTROY), LODGER_ENOENT)); \
  CELL (function, no_operation,                                                                                        \
        REFUSES (SUBMIT (CALLER, no_guest (), NULL, recorder_call, DATA, DESTROY), LODGER_ENOSYS));                    \
  static LodgerPending *function##_at (LodgerCaller *caller, Fixture *s)                                               \
  {                                                                                                                    \
    return SUBMIT (caller, "test-guest", INSIDE, recorder_call, DATA, DESTROY);                                        \
  }                                                                                                                    \
  CELL (function, wrong_state, use_before_the_start (s, function##_at));                                               \
  WHEN_FULL (function, REFUSES (SUBMIT (full, "test-guest", INSIDE, recorder_call, DATA, DESTROY), LODGER_EDEADLK))

#define ROWS_WITH_OPTIONS(function)                                                                                    \
  CELL (function, null_options, ACCEPTS (function (CALLER, "test-guest", INSIDE, nothing, s, NULL, NULL)));            \
  CELL (function, size_options,                                                                                        \
        REFUSES (function (CALLER, "test-guest", INSIDE, recorder_call, DATA, DESTROY, &no_size), LODGER_EINVAL))

static const char *
no_guest (void)
{
  guest_options ();
  return "test-no-guest";
}

/* A backend of the name of the host of CALLER. */
static const char *
own_backend (void)
{
  static LodgerBackendOps manual;
  manual = *lodger__registry_backend ("native");
  manual.name = "manual";
  test_check (lodger_backend_register (&manual) == 0);
  return manual.name;
}

#define USING(caller, backend, backend_options, func, data, destroy)                                                   \
  (lodger_caller_call_using_backend) (caller, backend, backend_options, func, data, destroy)
#define USING_FULL(caller, backend, backend_options, func, data, destroy)                                              \
  lodger_caller_call_using_backend_full (caller, backend, backend_options, func, data, destroy, NULL)
#define GUEST_RUN(caller, backend, backend_options, func, data, destroy)                                               \
  lodger_start_guest_run (caller, backend, backend_options, func, data, destroy, NULL)

ROWS (lodger_caller_call_using_backend, USING);
ROWS (lodger_caller_call_using_backend_full, USING_FULL);
ROWS_WITH_OPTIONS (lodger_caller_call_using_backend_full);
ROWS (lodger_start_guest_run, GUEST_RUN);
ROWS_WITH_OPTIONS (lodger_start_guest_run);

/* ---- lodger_run ------------------------------------------------------------------------------------------------------ */

static LodgerManualHost *
real_host (void)
{
  test_check (lodger_manual_register () == 0);
  return lodger_manual_host_new (LODGER_MANUAL_REAL);
}

static void
run_accepts (Fixture *s, bool has_data, bool has_destroy, bool is_full)
{
  LodgerManualHost *host = real_host ();
  LodgerDestroyFunc destroy = has_destroy ? nothing_destroy : NULL;
  void *data = has_data ? s : NULL;
  ACCEPTS (is_full ? lodger_run_full ("manual-real", host, nothing, data, destroy, NULL)
                   : lodger_run ("manual-real", host, nothing, data, destroy));
  lodger_manual_host_unref (host);
}

typedef LodgerPending *(*RunFunc) (const char *host, const void *host_options, LodgerCallFunc func, void *data,
                                   LodgerDestroyFunc destroy);

typedef struct Running
{
  Fixture *s;
  LodgerManualHost *host;
  RunFunc run;
} Running;

static void
run_inside (LodgerPending *self, void *data)
{
  const Running *running = data;
  Fixture *s = running->s;
  (void) self;
  REFUSES (running->run ("manual-real", running->host, recorder_call, DATA, DESTROY), LODGER_EALREADY);
}

static void
run_in_run (Fixture *s, RunFunc run)
{
  Running running = { s, real_host (), run };
  lodger_pending_unref (lodger_run ("manual-real", running.host, run_inside, &running, NULL));
  lodger_manual_host_unref (running.host);
}

static LodgerPending *
run_full (const char *host, const void *host_options, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_run_full (host, host_options, func, data, destroy, NULL);
}

#define RUN_ROWS(function, RUN, is_full)                                                                               \
  CELL (function, null_host, REFUSES (RUN (NULL, NULL, recorder_call, DATA, DESTROY), LODGER_EINVAL));                 \
  CELL (function, null_host_options, BY (lodger_caller_open),                                                          \
        REFUSES (RUN ("manual-real", NULL, recorder_call, DATA, DESTROY), LODGER_EINVAL));                             \
  CELL (function, null_func, REFUSES (RUN ("manual-real", NULL, NULL, DATA, DESTROY), LODGER_EINVAL));                 \
  CELL (function, null_data, run_accepts (s, false, true, is_full));                                                   \
  CELL (function, null_destroy, run_accepts (s, true, false, is_full));                                                \
  CELL (function, already, run_in_run (s, RUN));                                                                       \
  CELL (function, not_there, BY (lodger_caller_open),                                                                  \
        REFUSES (RUN ("nowhere", NULL, recorder_call, DATA, DESTROY), LODGER_ENOENT));                                 \
  CELL (function, no_operation, REFUSES (RUN ("manual", NULL, recorder_call, DATA, DESTROY), LODGER_ENOSYS));          \
  CELL (function, after_fork, REFUSES (RUN (NULL, NULL, recorder_call, DATA, DESTROY), LODGER_EINVAL))

RUN_ROWS (lodger_run, lodger_run, false);
RUN_ROWS (lodger_run_full, run_full, true);
CELL (lodger_run_full, null_options, run_accepts (s, true, true, true));
CELL (lodger_run_full, size_options,
      REFUSES (lodger_run_full ("manual-real", NULL, recorder_call, DATA, DESTROY,
                                &(LodgerCallerOptions) { .size = 0 }),
               LODGER_EINVAL));
