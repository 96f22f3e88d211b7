/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The libuv adapter: without a loop it is the default one, and a loop belongs to one thread. */
#include "misuse.h"
#include "test-guest.h"

#include <lodger-uv.h>
#include <string.h>

#define OPTIONS(...) (&(const LodgerCallerOptions) { .size = sizeof (LodgerCallerOptions), __VA_ARGS__ })
#define HOOKED       .hook_data = DATA, .hook_destroy = DESTROY /* consumed, too */

/* The closed handles are the loop's until it has run. */
static bool
stops (LodgerCaller *caller)
{
  bool is = caller != NULL && lodger_caller_is_running (caller) && lodger_caller_stop_wait (caller) == 0;
  lodger_caller_unref (caller);
  return is && uv_run (uv_default_loop (), UV_RUN_DEFAULT) == 0;
}

static bool
is_not_attached (uv_loop_t *loop, const LodgerCallerOptions *options, int code)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_uv_attach_full (loop, options, &error);
  return is_error (caller, error, code);
}

static bool
is_not_got (const LodgerUvHostOptions *host_options, const LodgerCallerOptions *options, int code)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_uv_open_caller (host_options, options, &error);
  return is_error (caller, error, code);
}

/* ---- what may be left out ---------------------------------------------------------------------------------------- */

CELL (lodger_uv_attach, null_loop, FINE (stops (lodger_uv_attach (NULL, NULL))));
CELL (lodger_uv_attach, after_fork, FINE (stops (lodger_uv_attach (NULL, NULL))));
CELL (lodger_uv_attach_full, null_loop, FINE (stops (lodger_uv_attach_full (NULL, NULL, NULL))));
CELL (lodger_uv_attach_full, null_options, FINE (stops (lodger_uv_attach_full (NULL, NULL, NULL))));
CELL (lodger_uv_attach_full, null_ret_error,
      WARNS (lodger_uv_attach_full (NULL, OPTIONS (HOOKED, .worker_backend = "nowhere"), NULL) == NULL));
CELL (lodger_uv_attach_full, after_fork, FINE (stops (lodger_uv_attach_full (NULL, NULL, NULL))));
CELL (lodger_uv_open_caller, null_host_options, FINE (stops (lodger_uv_open_caller (NULL, NULL, NULL))));
CELL (lodger_uv_open_caller, null_options, FINE (stops (lodger_uv_open_caller (NULL, NULL, NULL))));
CELL (lodger_uv_open_caller, null_ret_error,
      WARNS (lodger_uv_open_caller (NULL, OPTIONS (HOOKED, .worker_backend = "nowhere"), NULL) == NULL));
CELL (lodger_uv_open_caller, after_fork, FINE (stops (lodger_uv_open_caller (NULL, NULL, NULL))));

/* ---- what does not fit ------------------------------------------------------------------------------------------- */

CELL (lodger_uv_attach_full, size_options,
      WARNS (is_not_attached (NULL, &(LodgerCallerOptions) { .size = 0 }, LODGER_EINVAL)));
CELL (lodger_uv_attach_full, not_there,
      WARNS (is_not_attached (NULL, OPTIONS (HOOKED, .worker_backend = "nowhere"), LODGER_ENOENT)));
CELL (lodger_uv_attach_full, no_operation,
      WARNS (is_not_attached (NULL, OPTIONS (HOOKED, .worker_backend = guest_only ()), LODGER_ENOSYS)));
CELL (lodger_uv_open_caller, size_options,
      WARNS (is_not_got (NULL, &(LodgerCallerOptions) { .size = 0 }, LODGER_EINVAL)));
CELL (lodger_uv_open_caller, size_host_options,
      WARNS (is_not_got (&(LodgerUvHostOptions) { .size = 0 }, OPTIONS (HOOKED), LODGER_EINVAL)));
CELL (lodger_uv_open_caller, not_there,
      WARNS (is_not_got (NULL, OPTIONS (HOOKED, .worker_backend = "nowhere"), LODGER_ENOENT)));
CELL (lodger_uv_open_caller, no_operation,
      WARNS (is_not_got (NULL, OPTIONS (HOOKED, .worker_backend = guest_only ()), LODGER_ENOSYS)));

static void
with_another_name (Fixture *s, bool attaches)
{
  LodgerCaller *caller = lodger_uv_open_caller (NULL, NULL, NULL);
  if (attaches)
    WARNS (is_not_attached (NULL, OPTIONS (HOOKED, .name = "else"), LODGER_EMISMATCH));
  else
    WARNS (is_not_got (NULL, OPTIONS (HOOKED, .name = "else"), LODGER_EMISMATCH));
  FINE (stops (caller));
}

CELL (lodger_uv_attach_full, mismatch, with_another_name (s, true));
CELL (lodger_uv_open_caller, mismatch, with_another_name (s, false));

/* ---- a loop of another thread ------------------------------------------------------------------------------------ */

typedef struct Other
{
  Latch is_attached, may_go;
} Other;

static void *
attach_default (void *data)
{
  Other *other = data;
  LodgerCaller *caller = lodger_uv_attach (NULL, NULL);
  latch_open (&other->is_attached);
  latch_wait (&other->may_go);
  test_check (stops (caller));
  return NULL;
}

static void
attach_what_another_has (Fixture *s)
{
  LodgerError *error = NULL;
  pthread_t thread;
  Other other;
  latch_init (&other.is_attached);
  latch_init (&other.may_go);
  thread = thread_start (attach_default, &other);
  latch_wait (&other.is_attached);
  if (strcmp (s->function, "lodger_uv_attach_full") == 0)
    WARNS (is_not_attached (NULL, OPTIONS (HOOKED), LODGER_EALREADY));
  else if (strcmp (s->function, "lodger_uv_open_caller") == 0)
    WARNS (is_not_got (NULL, OPTIONS (HOOKED), LODGER_EALREADY));
  else if (strcmp (s->kind, "null_ret_error") == 0)
    WARNS (lodger_uv_attach (NULL, NULL) == NULL);
  else
    WARNS (lodger_uv_attach (NULL, &error) == NULL && is_error (NULL, error, LODGER_EALREADY));
  latch_open (&other.may_go);
  thread_join (thread);
  latch_clear (&other.is_attached);
  latch_clear (&other.may_go);
}

CELL (lodger_uv_attach, null_ret_error, attach_what_another_has (s));
CELL (lodger_uv_attach, already, attach_what_another_has (s));
CELL (lodger_uv_attach_full, already, attach_what_another_has (s));
CELL (lodger_uv_open_caller, already, attach_what_another_has (s));

/* ---- the name ---------------------------------------------------------------------------------------------------- */

/* It is taken by another host. */
static void
register_after_another (Fixture *s)
{
  static LodgerHostOps ops;
  static LodgerHostDriver driver;
  ops = minimal_host_ops;
  driver = minimal_host_driver;
  ops.name = "uv";
  driver.ops = &ops;
  FINE (lodger_host_register (&driver) == 0);
  ANSWERS (lodger_uv_register (), LODGER_EALREADY);
}

CELL_AT (NOWHERE, lodger_uv_register, already, register_after_another (s));
