/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where scenarios act. The manual host is the one where the Nth operation is the same every time. */
#include "inject.h"
#include "stage.h"

#include <lodger-manual.h>

/* Nobody was given the options yet. */
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
open_manual (Stage *stage, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  stage->impl = host;
  if (host != NULL)
    return lodger_manual_attach (host, options, ret_error);
  return refuse (LODGER_ENOMEM, options, ret_error);
}

static void
close_manual (Stage *stage)
{
  lodger_manual_host_unref (stage->impl);
}

/* A loop with nothing else to do moves the clock to its deadline, unless that is far away. What it waits for may come
 * from a thread that posts nothing here. */
static void
turn_manual (Stage *stage)
{
  LodgerManualHost *host = stage->impl;
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
nest_manual (Stage *stage)
{
  lodger_manual_iterate (stage->impl, false);
}

static const PlaceKind manual = {
  .name = "manual",
  .traits = PLACE_NESTS,
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
  return lodger_caller_new (LODGER_CALLER_NEW_THREAD, &own, ret_error);
}

static LodgerCaller *
open_native (Stage *stage, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  (void) stage;
  return open_worker ("native", options, ret_error);
}

static void
close_worker (Stage *stage)
{
  (void) stage;
}

static const PlaceKind native
    = { .name = "native", .traits = PLACE_DRIVEN, .open = open_native, .close = close_worker };

/* ---- GLib -------------------------------------------------------------------------------------------------------- */

#ifdef LODGER_HAVE_GLIB
#include <lodger-glib.h>

static LodgerCaller *
open_default (Stage *stage, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  (void) stage;
  return lodger_glib_attach_full (NULL, options, ret_error);
}

static void
turn_default (Stage *stage)
{
  (void) stage;
  g_main_context_iteration (NULL, TRUE);
}

static void
wake_default (Stage *stage)
{
  (void) stage;
  g_main_context_wakeup (NULL);
}

static void
nest_default (Stage *stage)
{
  (void) stage;
  g_main_context_iteration (NULL, FALSE);
}

static const PlaceKind glib_default = {
  .name = "glib-default",
  .traits = PLACE_NESTS | PLACE_GLIB,
  .open = open_default,
  .close = close_worker,
  .turn = turn_default,
  .wake = wake_default,
  .nest = nest_default,
};

static LodgerCaller *
open_glib_worker (Stage *stage, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  int code = lodger_glib_register ();
  (void) stage;
  return code == 0 ? open_worker ("glib", options, ret_error) : refuse (code, options, ret_error);
}

static const PlaceKind glib_worker
    = { .name = "glib-worker", .traits = PLACE_DRIVEN | PLACE_GLIB, .open = open_glib_worker, .close = close_worker };
#endif

const PlaceKind *const place_kinds[] = {
  &manual,       &native,
#ifdef LODGER_HAVE_GLIB
  &glib_default, &glib_worker,
#endif
  NULL,
};
