/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The main loop of the default context, and a source that ticks at the priority of GTK's redraw. */
#include "jank.h"

#include <glib.h>

enum
{
  REDRAW_PRIORITY = G_PRIORITY_HIGH_IDLE + 20
};

static GMainLoop *main_loop;
static GSource *ticks;

void
jank_glib_open (void)
{
  main_loop = g_main_loop_new (NULL, FALSE);
  /* While nobody owns the context, g_main_context_invoke_full() runs the function in the thread that calls it. */
  g_main_context_acquire (NULL);
}

void
jank_glib_run (void)
{
  g_main_loop_run (main_loop);
}

void
jank_glib_quit (void)
{
  g_main_loop_quit (main_loop);
}

void
jank_glib_close (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_main_context_release (NULL);
  g_main_loop_unref (main_loop);
}

/* ---- ticks ------------------------------------------------------------------------------------------------------- */

static void
wait_for_next (GSource *source)
{
  g_source_set_ready_time (source, (jank_next_tick () + 999) / 1000);
}

static gboolean
dispatch_tick (GSource *source, GSourceFunc callback, gpointer data)
{
  (void) callback;
  (void) data;
  jank_ticked ();
  wait_for_next (source);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs tick_funcs = { .dispatch = dispatch_tick };

void
jank_glib_start_ticks (void)
{
  ticks = g_source_new (&tick_funcs, sizeof (GSource));
  g_source_set_priority (ticks, REDRAW_PRIORITY);
  wait_for_next (ticks);
  g_source_attach (ticks, NULL);
}

void
jank_glib_stop_ticks (void)
{
  g_source_destroy (ticks);
  g_source_unref (ticks);
}
