/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that was built with the structs of version 0: the library takes them all. */
#include "version-0.h"

#include <stdio.h>
#include <stdlib.h>

#define EXPECT(condition)                                                                                              \
  do                                                                                                                   \
    if (!(condition))                                                                                                  \
      {                                                                                                                \
        fprintf (stderr, "program.c:%d: %s\n", __LINE__, #condition);                                                  \
        exit (1);                                                                                                      \
      }                                                                                                                \
  while (0)

static void
run (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 42);
}

static void
run_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) data;
  lodger_pending_return_from (self, done);
}

static void
run_direct (void *data)
{
  (void) data;
}

static void
expect_42 (LodgerPending *pending)
{
  int64_t value = 0;
  EXPECT (lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT) == 0);
  EXPECT (lodger_pending_get_int (pending, &value) == 0 && value == 42);
}

static void
submit (LodgerCaller *caller, LodgerScope *scope)
{
  const LodgerCallOptions0 old = { .size = sizeof old, .name = "old", .flags = LODGER_PENDING_BOUND, .scope = scope };
  const LodgerCallOptions0 named = { .size = sizeof named, .worker = "named", .result_home = caller };
  const LodgerCallOptions *options = (const LodgerCallOptions *) &old;
  LodgerPending *pendings[5];
  pendings[0] = lodger_caller_call_soon_full (caller, run, NULL, NULL, options);
  pendings[1] = lodger_caller_call_later_full (caller, 1, run, NULL, NULL, options);
  pendings[2] = lodger_caller_to_thread_full (caller, run, NULL, NULL, options);
  pendings[3] = lodger_caller_to_thread_full (caller, run, NULL, NULL, (const LodgerCallOptions *) &named);
  pendings[4] = lodger_pending_then_full (pendings[0], caller, run_then, NULL, NULL, options);
  for (int i = 0; i < 5; i++)
    {
      expect_42 (pendings[i]);
      lodger_pending_unref (pendings[i]);
    }
}

static void
submit_direct (LodgerCaller *caller)
{
  const LodgerCallOptions0 old = { .size = sizeof old, .name = "direct" };
  EXPECT (lodger_caller_call_direct_full (caller, run_direct, NULL, NULL, (const LodgerCallOptions *) &old) == 0);
}

static int destroyed;

static void
destroy (void *data)
{
  (void) data;
  destroyed++;
}

static void
make_error (void)
{
  static const LodgerErrorPayloadOps0 old = { .size = sizeof old, .name = "old", .destroy = destroy };
  const LodgerErrorPayloadOps *ops = (const LodgerErrorPayloadOps *) &old;
  LodgerError *error = lodger_error_new_with_payload (NULL, LODGER_EFOREIGN, NULL, ops, &destroyed);
  EXPECT (lodger_error_get_payload (error, ops) == &destroyed);
  lodger_error_unref (error);
  EXPECT (destroyed == 1);
}

static int
post (void *impl, LodgerHostNode *node)
{
  (void) impl;
  (void) node;
  return 0;
}

static int
open_host (LodgerHost *host, const void *options, void **ret_impl)
{
  (void) options;
  *ret_impl = host;
  return 0;
}

static int
open_backend (const void *options, void **ret_impl)
{
  (void) options;
  (void) ret_impl;
  return LODGER_EAGAIN;
}

static const LodgerHostOps0 host_ops = { .size = sizeof host_ops, .name = "old", .run_sync_soon_threadsafe = post };
static const LodgerHostDriver0 driver = { .size = sizeof driver, .ops = &host_ops, .open = open_host };

static const LodgerHostDriver *
get_host (void *impl, const void **ret_host_options)
{
  (void) impl;
  (void) ret_host_options;
  return (const LodgerHostDriver *) &driver;
}

static int
run_backend (void *impl)
{
  (void) impl;
  return 0;
}

static void
end_backend (void *impl)
{
  (void) impl;
}

static void
register_tables (void)
{
  static const LodgerBackendOps0 backend = { .size = sizeof backend,
                                             .name = "old",
                                             .open = open_backend,
                                             .host = get_host,
                                             .run = run_backend,
                                             .quit = end_backend,
                                             .close = end_backend };
  LodgerCallerOptions0 old = { .size = sizeof old, .host = "old", .host_options = &old };
  LodgerCaller *caller;
  EXPECT (lodger_host_register ((const LodgerHostDriver *) &driver) == 0);
  EXPECT (lodger_host_register ((const LodgerHostDriver *) &driver) == 0);
  EXPECT (lodger_backend_register ((const LodgerBackendOps *) &backend) == 0);
  EXPECT (lodger_backend_register ((const LodgerBackendOps *) &backend) == 0);
  caller = lodger_caller_open (LODGER_CALLER_MANUAL, (const LodgerCallerOptions *) &old, NULL);
  EXPECT (caller != NULL);
  lodger_caller_unref (caller);
}

#ifdef WITH_GLIB
static void
open_on_glib (void)
{
  const LodgerGlibHostOptions0 host = { .size = sizeof host };
  const LodgerCallerOptions0 old = { .size = sizeof old, .name = "old" };
  LodgerCaller *caller
      = lodger_glib_open_caller ((const LodgerGlibHostOptions *) &host, (const LodgerCallerOptions *) &old, NULL);
  EXPECT (caller != NULL);
  EXPECT (lodger_caller_stop_wait (caller) == 0);
  lodger_caller_unref (caller);
}
#endif

int
main (void)
{
  const LodgerCallerOptions0 old = { .size = sizeof old, .name = "old", .max_workers = 2 };
  const LodgerScopeOptions0 scope_options = { .size = sizeof scope_options };
  const LodgerCallerOptions *options = (const LodgerCallerOptions *) &old;
  LodgerCaller *caller = lodger_caller_open (LODGER_CALLER_NEW_THREAD, options, NULL);
  LodgerScope *scope = lodger_scope_new ((const LodgerScopeOptions *) &scope_options);
  LodgerCaller *child;
  EXPECT (caller != NULL && scope != NULL);
  EXPECT (lodger_pending_wait (lodger_caller_get_started (caller), LODGER_FOREVER, LODGER_WAIT_DEFAULT) == 0);
  child = lodger_caller_open_child (caller, options, NULL);
  EXPECT (child != NULL);
  submit (caller, scope);
  submit_direct (caller);
  make_error ();
  register_tables ();
#ifdef WITH_GLIB
  open_on_glib ();
#endif
  lodger_caller_stop (caller, true);
  lodger_pending_wait (lodger_caller_get_stopped (caller), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_caller_unref (child);
  lodger_caller_unref (caller);
  lodger_scope_unref (scope);
  puts ("taken");
  return 0;
}
