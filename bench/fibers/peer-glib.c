/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program does without fibers in a GLib loop: idle sources, and GTask. */
#include "fibers.h"

#include <gio/gio.h>

enum
{
  BATCH = 100 /* sources that are there at once */
};

static uint64_t n_done, n_wanted;

static int64_t
run_until_done (uint64_t count)
{
  int64_t start = fibers_clock ();
  while (n_done < count)
    g_main_context_iteration (NULL, TRUE);
  return fibers_clock () - start;
}

static gboolean
once (gpointer data)
{
  (void) data;
  n_done++;
  return G_SOURCE_REMOVE;
}

/* A source for each. */
int64_t
glib_idle (uint64_t count)
{
  int64_t start = fibers_clock ();
  n_done = 0;
  for (uint64_t i = BATCH; i <= count; i += BATCH)
    {
      for (int j = 0; j < BATCH; j++)
        g_idle_add (once, NULL);
      run_until_done (i);
    }
  return fibers_clock () - start;
}

static gboolean
again (gpointer data)
{
  (void) data;
  return ++n_done < n_wanted;
}

/* One source, which comes in each turn. */
int64_t
glib_again (uint64_t count)
{
  n_done = 0;
  n_wanted = count;
  g_idle_add (again, NULL);
  return run_until_done (count);
}

static void begin_task (void);

static void
task_is_done (GObject *source, GAsyncResult *result, gpointer data)
{
  (void) source;
  (void) data;
  if (g_task_propagate_int (G_TASK (result), NULL) != 1)
    bench_fail ("a wrong answer");
  if (++n_done < n_wanted)
    begin_task ();
}

/* Answered at once: its call-back comes in a turn of its own. */
static void
begin_task (void)
{
  GTask *task = g_task_new (NULL, NULL, task_is_done, NULL);
  g_task_return_int (task, 1);
  g_object_unref (task);
}

int64_t
glib_task (uint64_t count)
{
  n_done = 0;
  n_wanted = count;
  begin_task ();
  return run_until_done (count);
}
