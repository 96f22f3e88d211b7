/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plug-in that uses Lodger for one call, and stops it in order. */
#include <lodger/lodger.h>
#ifdef PLUGIN_GLIB
#include <lodger-glib.h>
#define FAILS true
#else
#define FAILS false
#endif
#ifdef PLUGIN_MANUAL
#include <lodger-manual.h>
#endif

int plugin_use (void);

static void
answer (LodgerPending *self, void *data)
{
  (void) data;
#ifdef PLUGIN_GLIB
  lodger_glib_pending_return_gerror (self, g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "there is none"));
#else
  lodger_pending_return_int (self, 42);
#endif
}

/* 0, or what went wrong. */
int
plugin_use (void)
{
  LodgerCallerOptions options = { .size = sizeof options };
  LodgerCaller *caller;
  LodgerPending *pending;
  int outcome;
#ifdef PLUGIN_GLIB
  options.backend = "glib";
  if (lodger_glib_register () != 0)
    return 1;
#endif
#ifdef PLUGIN_MANUAL
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  LodgerCaller *own = lodger_manual_attach (host, NULL, NULL);
  if (own == NULL || lodger_caller_leave (own) != 0)
    return 2;
  lodger_caller_unref (own);
  lodger_manual_host_unref (host);
#endif
  caller = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, NULL);
  if (caller == NULL)
    return 3;
  pending = lodger_caller_to_thread (caller, answer, NULL, NULL);
  outcome = lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (pending);
  lodger_caller_stop (caller, true);
  lodger_pending_wait (lodger_caller_get_stopped (caller), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_caller_unref (caller);
  return (outcome != 0) == FAILS ? 0 : 4;
}
