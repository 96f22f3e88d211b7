/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "glib-loop.h"

#include "headless.h"

#include <glib-unix.h>
#include <lodger-glib.h>
#include <signal.h>

typedef struct Loop
{
  GMainLoop *loop;
  guint on_int, on_term;
  HeadlessSignalFunc on_signal;
  void *data;
} Loop;

static LodgerCaller *
attach (const LodgerCallerOptions *options, char **ret_message, void *data G_GNUC_UNUSED)
{
  GError *error = NULL;
  LodgerCaller *caller = lodger_glib_attach_full (NULL, options, &error);
  if (caller == NULL)
    *ret_message = g_strdup (error->message);
  g_clear_error (&error);
  return caller;
}

static void
run (void *data)
{
  g_main_loop_run (((Loop *) data)->loop);
}

static void
quit (void *data)
{
  g_main_loop_quit (((Loop *) data)->loop);
}

static gboolean
on_sigint (void *data)
{
  Loop *loop = data;
  loop->on_signal (SIGINT, loop->data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_sigterm (void *data)
{
  Loop *loop = data;
  loop->on_signal (SIGTERM, loop->data);
  return G_SOURCE_CONTINUE;
}

static void
watch_signals (HeadlessSignalFunc on_signal, void *signal_data, void *data)
{
  Loop *loop = data;
  loop->on_signal = on_signal;
  loop->data = signal_data;
  loop->on_int = g_unix_signal_add (SIGINT, on_sigint, loop);
  loop->on_term = g_unix_signal_add (SIGTERM, on_sigterm, loop);
}

static void
unwatch_signals (void *data)
{
  const Loop *loop = data;
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_source_remove (loop->on_int);
  g_source_remove (loop->on_term);
}

int
glib_loop_scan (const ScanOptions *options)
{
  Loop loop = { .loop = g_main_loop_new (NULL, FALSE) };
  const HeadlessLoop headless_loop = { attach, run, quit, watch_signals, unwatch_signals, &loop };
  int status = headless_scan (options, &headless_loop);
  g_main_loop_unref (loop.loop);
  return status;
}
