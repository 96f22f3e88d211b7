/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GLib's: tasks, and sources that have not been dispatched. A source has the name that Lodger's call has. */
#include "memory.h"

#include <gio/gio.h>

static gboolean
never (gpointer data)
{
  (void) data;
  bench_fail ("a source was dispatched");
}

static void
task_done (GObject *object, GAsyncResult *result, gpointer data)
{
  (void) object;
  (void) result;
  (void) data;
}

void
memory_glib_tasks (uint64_t count)
{
  for (uint64_t i = 0; i < count; i++)
    memory_keep (g_task_new (NULL, NULL, task_done, NULL));
}

void
memory_glib_idles (uint64_t count)
{
  for (uint64_t i = 0; i < count; i++)
    {
      GSource *source = g_idle_source_new ();

      g_source_set_name (source, "never");
      g_source_set_callback (source, never, NULL, NULL);
      g_source_attach (source, NULL);
      memory_keep (source);
    }
}

void
memory_glib_timers (uint64_t count)
{
  for (uint64_t i = 0; i < count; i++)
    {
      GSource *source = g_timeout_source_new (MEMORY_LONG);

      g_source_set_callback (source, never, NULL, NULL);
      g_source_attach (source, NULL);
      memory_keep (source);
    }
}
