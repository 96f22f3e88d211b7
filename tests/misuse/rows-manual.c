/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The manual host. It is memory: closed, or in a forked child, it can still be turned and read. */
#include "misuse.h"
#include "test-guest.h"

static LodgerManualHost *const volatile no_host = NULL;

static bool
is_not_attached (LodgerManualHost *host, const LodgerCallerOptions *options, int code)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_manual_attach (host, options, &error);
  return is_error (caller, error, code);
}

#define OPTIONS(...) (&(const LodgerCallerOptions) { .size = sizeof (LodgerCallerOptions), __VA_ARGS__ })

/* ---- coming and going -------------------------------------------------------------------------------------------------- */

static bool
makes_one (void)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  lodger_manual_host_unref (host);
  return host != NULL;
}

CELL (lodger_manual_host_new, unknown_flags, WARNS (lodger_manual_host_new ((LodgerManualFlags) 0x70) == NULL));
CELL (lodger_manual_host_new, after_fork, FINE (makes_one ()));

#define REF(host) DOES (lodger_manual_host_unref (lodger_manual_host_ref (host)))

CELL (lodger_manual_host_ref, null_host, FINE (lodger_manual_host_ref (NULL) == NULL));
CELL (lodger_manual_host_ref, after_close, FINE (REF (LOOP)));
CELL (lodger_manual_host_ref, after_fork, FINE (REF (LOOP)));
CELL (lodger_manual_host_unref, null_host, FINE (DOES (lodger_manual_host_unref (NULL))));
CELL (lodger_manual_host_unref, after_close, FINE (REF (LOOP)));
CELL (lodger_manual_host_unref, after_fork, FINE (DOES (lodger_manual_host_unref (LOOP))));

/* One of the names is taken by another host. */
static void
register_after_another (Fixture *s)
{
  static LodgerHostOps ops;
  static LodgerHostDriver driver;
  ops = minimal_host_ops;
  driver = minimal_host_driver;
  ops.name = "manual-real";
  driver.ops = &ops;
  FINE (lodger_host_register (&driver) == 0);
  BY (lodger_host_register);
  ANSWERS (lodger_manual_register (), LODGER_EALREADY);
}

CELL_AT (NOWHERE, lodger_manual_register, already, register_after_another (s));

CELL (lodger_manual_attach, null_host,
      WARNS (is_not_attached (NULL, OPTIONS (.hook_data = DATA, .hook_destroy = DESTROY), LODGER_EINVAL)));
CELL (lodger_manual_attach, null_options, FINE (is_caller (lodger_manual_attach (LOOP, NULL, NULL))));
CELL (lodger_manual_attach, null_ret_error, WARNS (lodger_manual_attach (NULL, NULL, NULL) == NULL));
CELL (lodger_manual_attach, size_options,
      WARNS (is_not_attached (LOOP, &(LodgerCallerOptions) { .size = 0 }, LODGER_EINVAL)));
CELL_AT (ELSEWHERE, lodger_manual_attach, already, WARNS (is_not_attached (LOOP, NULL, LODGER_EALREADY)));
CELL (lodger_manual_attach, mismatch, WARNS (is_not_attached (LOOP, OPTIONS (.name = "else"), LODGER_EMISMATCH)));
CELL (lodger_manual_attach, not_there,
      WARNS (is_not_attached (LOOP, OPTIONS (.worker_backend = "nowhere"), LODGER_ENOENT)));
CELL (lodger_manual_attach, no_operation,
      WARNS (is_not_attached (LOOP, OPTIONS (.worker_backend = guest_only ()), LODGER_ENOSYS)));
CELL (lodger_manual_attach, after_close, WARNS (is_not_attached (LOOP, NULL, LODGER_ESHUTDOWN)));
CELL (lodger_manual_attach, after_fork, WARNS (is_not_attached (LOOP, NULL, LODGER_EALREADY)));

CELL (lodger_manual_close, null_host, WARNS (DOES (lodger_manual_close (no_host))));
CELL (lodger_manual_close, after_close, FINE (DOES (lodger_manual_close (LOOP))));
CELL (lodger_manual_close, after_fork, FINE (DOES (lodger_manual_close (LOOP))));

/* ---- turning ------------------------------------------------------------------------------------------------------------ */

static void
ignore_redraw (LodgerManualHost *host, void *data)
{
  (void) host;
  (void) data;
}

/* CALL is queued, so that there is something to run. */
#define HAS_NOT_RUN (atomic_load (&s->call_data.ran) == 0)

CELL (lodger_manual_iterate, null_host, WARNS (!lodger_manual_iterate (no_host, true)));
CELL_AT (ELSEWHERE, lodger_manual_iterate, wrong_thread, WARNS (!lodger_manual_iterate (LOOP, false)),
         FINE (HAS_NOT_RUN));
CELL (lodger_manual_iterate, after_close, FINE (!lodger_manual_iterate (LOOP, true)));
CELL (lodger_manual_iterate, after_fork, BY (lodger_host_run_node), WARNS (lodger_manual_iterate (LOOP, false)),
      FINE (HAS_NOT_RUN));
CELL (lodger_manual_run_until_idle, null_host, WARNS (lodger_manual_run_until_idle (no_host) == 0));
CELL_AT (ELSEWHERE, lodger_manual_run_until_idle, wrong_thread, WARNS (lodger_manual_run_until_idle (LOOP) == 0),
         FINE (HAS_NOT_RUN));
CELL (lodger_manual_run_until_idle, after_close, FINE (lodger_manual_run_until_idle (LOOP) == 0));
CELL (lodger_manual_run_until_idle, after_fork, BY (lodger_host_run_node),
      WARNS (lodger_manual_run_until_idle (LOOP) == 1), FINE (HAS_NOT_RUN));
CELL (lodger_manual_set_redraw, null_host, WARNS (DOES (lodger_manual_set_redraw (no_host, ignore_redraw, s))));
CELL (lodger_manual_set_redraw, null_func, FINE (DOES (lodger_manual_set_redraw (LOOP, NULL, s))),
      FINE (lodger_manual_iterate (LOOP, false)));
CELL (lodger_manual_set_redraw, null_data, FINE (DOES (lodger_manual_set_redraw (LOOP, ignore_redraw, NULL))),
      FINE (lodger_manual_iterate (LOOP, false)));
CELL_AT (ELSEWHERE, lodger_manual_set_redraw, wrong_thread,
         WARNS (DOES (lodger_manual_set_redraw (LOOP, ignore_redraw, s))));
CELL (lodger_manual_set_redraw, after_close, FINE (DOES (lodger_manual_set_redraw (LOOP, NULL, NULL))));
CELL (lodger_manual_set_redraw, after_fork, FINE (DOES (lodger_manual_set_redraw (LOOP, NULL, NULL))));

/* ---- from any thread ---------------------------------------------------------------------------------------------------- */

CELL (lodger_manual_advance, null_host, WARNS (DOES (lodger_manual_advance (no_host, 1))));
CELL (lodger_manual_advance, negative_ns, FINE (DOES (lodger_manual_advance (LOOP, INT64_MIN))),
      FINE (lodger_manual_now (LOOP) == 1000000000));
CELL (lodger_manual_advance, after_close, FINE (DOES (lodger_manual_advance (LOOP, 1))));
CELL (lodger_manual_advance, after_fork, FINE (DOES (lodger_manual_advance (LOOP, 1))));
CELL (lodger_manual_set_slice, null_host, WARNS (DOES (lodger_manual_set_slice (no_host, 1))));
CELL (lodger_manual_set_slice, negative_ns, FINE (DOES (lodger_manual_set_slice (LOOP, INT64_MIN))),
      ACCEPTS (lodger_pending_ref (CALL)));
CELL (lodger_manual_set_slice, after_close, FINE (DOES (lodger_manual_set_slice (LOOP, 1))));
CELL (lodger_manual_set_slice, after_fork, FINE (DOES (lodger_manual_set_slice (LOOP, 1))));
CELL (lodger_manual_wait_posted, null_host, WARNS (!lodger_manual_wait_posted (no_host, LODGER_FOREVER)));
CELL (lodger_manual_wait_posted, negative_timeout_ns, FINE (lodger_manual_wait_posted (LOOP, INT64_MIN)));
CELL (lodger_manual_wait_posted, after_close, FINE (!lodger_manual_wait_posted (LOOP, LODGER_FOREVER)));
CELL (lodger_manual_wait_posted, after_fork, FINE (lodger_manual_wait_posted (LOOP, LODGER_FOREVER)));

#define READS(function, null, closed, forked)                                                                          \
  CELL (function, null_host, FINE (function (no_host) == (null)));                                                     \
  CELL (function, after_close, FINE (function (LOOP) == (closed)));                                                    \
  CELL (function, after_fork, FINE (function (LOOP) == (forked)))

READS (lodger_manual_now, 0, 1000000000, 1000000000);
READS (lodger_manual_get_deadline, LODGER_FOREVER, LODGER_FOREVER, LODGER_FOREVER);
READS (lodger_manual_get_redraws, 0, 0, 0);
READS (lodger_manual_get_before_waits, 0, 0, 0);
READS (lodger_manual_get_posts, 0, 1, 1);
READS (lodger_manual_is_posted, false, false, true);

CELL (lodger_manual_host_get_name, null_host, FINE (lodger_manual_host_get_name (NULL) == NULL));
CELL (lodger_manual_host_get_name, after_close, FINE (lodger_manual_host_get_name (LOOP) != NULL));
CELL (lodger_manual_host_get_name, after_fork, FINE (lodger_manual_host_get_name (LOOP) != NULL));
