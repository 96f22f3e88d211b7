/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GLib's timers: one source each. A context looks at all of its sources whenever it goes round, so that each timer
 * costs more among many.
 */
#include "bench.h"

#include <glib.h>

static GMainLoop *loop;
static GSource **limits; /* the second one of each two */

static gboolean
fired (gpointer data)
{
  uint64_t index = GPOINTER_TO_SIZE (data);
  GSource *limit = limits[index / 2];

  if (bench_timer_fired (index))
    g_main_loop_quit (loop);
  g_source_destroy (limit);
  g_source_unref (limit);
  return G_SOURCE_REMOVE;
}

static GSource *
start (uint64_t index)
{
  GSource *source = g_timeout_source_new (bench_timer_start (index));

  g_source_set_callback (source, fired, GSIZE_TO_POINTER (index), NULL);
  g_source_attach (source, NULL);
  return source;
}

int64_t
bench_glib_timers (const BenchLoad *load)
{
  int64_t begin, end;

  loop = g_main_loop_new (NULL, FALSE);
  bench_timers_open (load, 0);
  begin = bench_process_now ();
  limits = g_new (GSource *, load->count / 2);
  for (uint64_t i = 0; i < load->count; i += 2)
    {
      g_source_unref (start (i));
      limits[i / 2] = start (i + 1);
    }
  g_main_loop_run (loop);
  g_free (limits);
  end = bench_process_now ();
  while (g_main_context_iteration (NULL, FALSE))
    ;
  bench_timers_close ();
  g_main_loop_unref (loop);
  return end - begin;
}
