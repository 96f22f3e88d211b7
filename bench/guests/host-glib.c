/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guests.h"

#include <lodger-glib.h>

enum
{
  REDRAW_PRIORITY = G_PRIORITY_HIGH_IDLE + 20 /* as GTK has it */
};

static LodgerCaller *caller;
static GMainLoop *main_loop;

static LodgerCaller *
open_host (void)
{
  GError *error = NULL;

  caller = lodger_glib_attach (NULL, &error);
  if (caller == NULL)
    bench_fail ("cannot attach: %s", error->message);
  main_loop = g_main_loop_new (NULL, FALSE);
  return caller;
}

static void
run (void)
{
  g_main_loop_run (main_loop);
}

static void
quit (void)
{
  g_main_loop_quit (main_loop);
}

static void
close_host (void)
{
  int code;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  code = lodger_caller_leave (caller);
  if (code)
    bench_fail ("cannot leave: %s", lodger_error_code_string (code));
  lodger_caller_unref (caller);
  g_main_loop_unref (main_loop);
}

/* ---- redraws ---------------------------------------------------------------------------------------------------- */

static struct
{
  GSource *source;
  Func *func;
  void *data;
  gint64 due;
} ticks;

static gboolean
dispatch_tick (GSource *source, GSourceFunc callback, gpointer data)
{
  const gint64 period = G_USEC_PER_SEC / TICKS_HZ;

  (void) callback;
  (void) data;
  while (ticks.due <= g_source_get_time (source))
    ticks.due += period;
  g_source_set_ready_time (source, ticks.due);
  ticks.func (ticks.data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs tick_funcs = { .dispatch = dispatch_tick };

static void
start_ticks (Func *tick, void *data)
{
  ticks.source = g_source_new (&tick_funcs, sizeof (GSource));
  ticks.func = tick;
  ticks.data = data;
  ticks.due = g_get_monotonic_time () + G_USEC_PER_SEC / TICKS_HZ;
  g_source_set_ready_time (ticks.source, ticks.due);
  g_source_set_priority (ticks.source, REDRAW_PRIORITY);
  g_source_attach (ticks.source, NULL);
}

static void
stop_ticks (void)
{
  g_source_destroy (ticks.source);
  g_source_unref (ticks.source);
}

const Host host_glib = {
  .name = "GLib",
  .way = "fd",
  .open = open_host,
  .run = run,
  .quit = quit,
  .close = close_host,
  .start_ticks = start_ticks,
  .stop_ticks = stop_ticks,
};
