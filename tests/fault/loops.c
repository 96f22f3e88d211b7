/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loops that scenarios run on. On the manual host the Nth operation is the same every time. */
#include "fixture.h"
#include "inject.h"

#include <lodger-manual.h>
#include <stdlib.h>

/* Fails before the options were given to Lodger. */
static LodgerCaller *
refuse (int code, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  if (options->hook_destroy != NULL)
    options->hook_destroy (options->hook_data);
  *ret_error = lodger_error_new (NULL, code, NULL);
  return NULL;
}

/* ---- the manual host --------------------------------------------------------------------------------------------- */

static LodgerCaller *
open_manual (Fixture *fixture, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  fixture->impl = host;
  if (host != NULL)
    return lodger_manual_attach (host, options, ret_error);
  return refuse (LODGER_ENOMEM, options, ret_error);
}

static void
close_manual (Fixture *fixture)
{
  lodger_manual_host_unref (fixture->impl);
}

/* An idle loop moves the clock to its deadline, unless the deadline is far away. Its wait for a post is limited, since the
 * change may come from a thread that posts nothing. */
static void
turn_manual (Fixture *fixture)
{
  LodgerManualHost *host = fixture->impl;
  int64_t left;
  if (lodger_manual_iterate (host, false))
    return;
  left = lodger_manual_get_deadline (host) - lodger_manual_now (host);
  if (left < 1000000000)
    lodger_manual_advance (host, left);
  else
    lodger_manual_wait_posted (host, 1000000);
}

static void
nest_manual (Fixture *fixture)
{
  lodger_manual_iterate (fixture->impl, false);
}

static const LoopKind manual = {
  .name = "manual",
  .traits = LOOP_NESTS,
  .open = open_manual,
  .close = close_manual,
  .turn = turn_manual,
  .nest = nest_manual,
};

/* ---- a worker ---------------------------------------------------------------------------------------------------- */

static LodgerCaller *
open_worker (const char *backend, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  LodgerCallerOptions own = *options;
  own.backend = backend;
  return lodger_caller_open (LODGER_CALLER_NEW_THREAD, &own, ret_error);
}

static LodgerCaller *
open_native (Fixture *fixture, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  (void) fixture;
  return open_worker ("native", options, ret_error);
}

static void
close_worker (Fixture *fixture)
{
  (void) fixture;
}

static const LoopKind native = { .name = "native", .traits = LOOP_DRIVEN, .open = open_native, .close = close_worker };

/* ---- GLib -------------------------------------------------------------------------------------------------------- */

#ifdef LODGER_HAVE_GLIB
#include <lodger-glib.h>

static LodgerCaller *
open_default (Fixture *fixture, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  GError *error = NULL;
  LodgerCaller *caller = lodger_glib_attach_full (NULL, options, &error);
  (void) fixture;
  if (caller == NULL)
    *ret_error = lodger_glib_error_new_from_gerror (error);
  g_clear_error (&error);
  return caller;
}

static void
turn_default (Fixture *fixture)
{
  (void) fixture;
  g_main_context_iteration (NULL, TRUE);
}

static void
wake_default (Fixture *fixture)
{
  (void) fixture;
  g_main_context_wakeup (NULL);
}

static void
nest_default (Fixture *fixture)
{
  (void) fixture;
  g_main_context_iteration (NULL, FALSE);
}

static const LoopKind glib_default = {
  .name = "glib-default",
  .traits = LOOP_NESTS | LOOP_GLIB,
  .open = open_default,
  .close = close_worker,
  .turn = turn_default,
  .wake = wake_default,
  .nest = nest_default,
};

static LodgerCaller *
open_glib_worker (Fixture *fixture, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  int code = lodger_glib_register ();
  (void) fixture;
  return code == 0 ? open_worker ("glib", options, ret_error) : refuse (code, options, ret_error);
}

static const LoopKind glib_worker
    = { .name = "glib-worker", .traits = LOOP_DRIVEN | LOOP_GLIB, .open = open_glib_worker, .close = close_worker };
#endif

/* ---- libuv ------------------------------------------------------------------------------------------------------- */

#ifdef LODGER_HAVE_UV
#include <lodger-uv.h>

typedef struct UvLoop
{
  uv_loop_t loop;
  uv_async_t wake;
} UvLoop;

static void
do_nothing (uv_async_t *wake)
{
  (void) wake;
}

/* The loop is the program's: it takes what the libraries do not ask for. */
static LodgerCaller *
open_uv (Fixture *fixture, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  UvLoop *uv;
  inject_exempt (true);
  uv = fixture->impl = malloc (sizeof *uv);
  test_check (uv != NULL && uv_loop_init (&uv->loop) == 0);
  test_check (uv_async_init (&uv->loop, &uv->wake, do_nothing) == 0);
  inject_exempt (false);
  return lodger_uv_attach_full (&uv->loop, options, ret_error);
}

static void
close_uv (Fixture *fixture)
{
  UvLoop *uv = fixture->impl;
  if (uv == NULL)
    return;
  uv_close ((uv_handle_t *) &uv->wake, NULL);
  uv_run (&uv->loop, UV_RUN_DEFAULT);
  test_check (uv_loop_close (&uv->loop) == 0);
  inject_exempt (true);
  free (uv);
  inject_exempt (false);
}

static void
turn_uv (Fixture *fixture)
{
  uv_run (&((UvLoop *) fixture->impl)->loop, UV_RUN_ONCE);
}

static void
wake_uv (Fixture *fixture)
{
  uv_async_send (&((UvLoop *) fixture->impl)->wake);
}

static const LoopKind uv
    = { .name = "uv", .traits = LOOP_UV, .open = open_uv, .close = close_uv, .turn = turn_uv, .wake = wake_uv };

static LodgerCaller *
open_uv_worker (Fixture *fixture, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  int code = lodger_uv_register ();
  (void) fixture;
  return code == 0 ? open_worker ("uv", options, ret_error) : refuse (code, options, ret_error);
}

static const LoopKind uv_worker
    = { .name = "uv-worker", .traits = LOOP_DRIVEN | LOOP_UV, .open = open_uv_worker, .close = close_worker };
#endif

const LoopKind *const loop_kinds[] = {
  &manual,       &native,
#ifdef LODGER_HAVE_GLIB
  &glib_default, &glib_worker,
#endif
#ifdef LODGER_HAVE_UV
  &uv,           &uv_worker,
#endif
  NULL,
};
