/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GLib's own ways into its main loop: g_main_context_invoke_full at the default priority, g_idle_add, a GAsyncQueue with
 * one source that drains it for a millisecond at a time (as in ../peer-glib.c, at the priority of idle sources), and the
 * completions of a GTask.
 */
#include "jank.h"

#include <gio/gio.h>

#define GLIB_LOOP                                                                                                      \
  .start_ticks = jank_glib_start_ticks, .stop_ticks = jank_glib_stop_ticks, .run = jank_glib_run, .quit = jank_glib_quit

static gboolean
arrived (gpointer data)
{
  jank_arrived (data);
  return G_SOURCE_REMOVE;
}

static void
invoke (void *data)
{
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, arrived, data, NULL);
}

const Contestant jank_invoke = {
  .name = "g_main_context_invoke_full", .open = jank_glib_open, .close = jank_glib_close, .post = invoke, GLIB_LOOP
};

static void
add_idle (void *data)
{
  g_idle_add (arrived, data);
}

const Contestant jank_idle
    = { .name = "g_idle_add", .open = jank_glib_open, .close = jank_glib_close, .post = add_idle, GLIB_LOOP };

/* ---- GAsyncQueue with one source --------------------------------------------------------------------------------- */

enum
{
  BATCH = 256,
  BUDGET_US = 1000
};

static GAsyncQueue *queue;
static GSource *queue_source;
static gboolean may_sleep; /* under the queue's lock: the next push has to wake the loop */

/* What was taken, and is not delivered yet. */
static struct
{
  gpointer items[BATCH];
  guint next, length;
} batch;

static gboolean
queue_prepare (GSource *source, gint *timeout)
{
  gboolean is_ready;

  (void) source;
  *timeout = -1;
  g_async_queue_lock (queue);
  is_ready = batch.next < batch.length || g_async_queue_length_unlocked (queue) > 0;
  may_sleep = !is_ready;
  g_async_queue_unlock (queue);
  return is_ready;
}

static gboolean
queue_check (GSource *source)
{
  (void) source;
  return batch.next < batch.length || g_async_queue_length (queue) > 0;
}

static gpointer
take (void)
{
  if (batch.next == batch.length)
    {
      batch.next = batch.length = 0;
      g_async_queue_lock (queue);
      may_sleep = FALSE;
      while (batch.length < BATCH && (batch.items[batch.length] = g_async_queue_try_pop_unlocked (queue)) != NULL)
        batch.length++;
      g_async_queue_unlock (queue);
    }
  return batch.next < batch.length ? batch.items[batch.next++] : NULL;
}

/* The clock is read after each call: a batch of long ones would take ten milliseconds. */
static gboolean
queue_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  gint64 end = g_get_monotonic_time () + BUDGET_US;
  gpointer item;

  (void) source;
  (void) callback;
  (void) data;
  while ((item = take ()) != NULL)
    {
      jank_arrived (item);
      if (g_get_monotonic_time () >= end)
        break;
    }
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs queue_funcs = { .prepare = queue_prepare, .check = queue_check, .dispatch = queue_dispatch };

static void
open_queue (void)
{
  jank_glib_open ();
  queue = g_async_queue_new ();
  queue_source = g_source_new (&queue_funcs, sizeof (GSource));
  g_source_set_priority (queue_source, G_PRIORITY_DEFAULT_IDLE);
  g_source_attach (queue_source, NULL);
}

static void
close_queue (void)
{
  g_source_destroy (queue_source);
  g_source_unref (queue_source);
  g_async_queue_unref (queue);
  jank_glib_close ();
}

static void
push (void *data)
{
  gboolean wakes;

  g_async_queue_lock (queue);
  g_async_queue_push_unlocked (queue, data);
  wakes = may_sleep;
  may_sleep = FALSE;
  g_async_queue_unlock (queue);
  if (wakes)
    g_main_context_wakeup (NULL);
}

const Contestant jank_async_queue
    = { .name = "GAsyncQueue+GSource", .open = open_queue, .close = close_queue, .post = push, GLIB_LOOP };

/* ---- GTask ------------------------------------------------------------------------------------------------------- */

static void
job_work (GTask *task, gpointer source, gpointer job, GCancellable *cancellable)
{
  (void) source;
  (void) cancellable;
  g_task_return_int (task, (gssize) jank_job_run (job));
}

static void
job_done (GObject *source, GAsyncResult *result, gpointer job)
{
  (void) source;
  jank_job_arrived (job, g_task_propagate_int (G_TASK (result), NULL));
}

static void
submit_job (void *job)
{
  GTask *task = g_task_new (NULL, NULL, job_done, job);

  g_task_set_task_data (task, job, NULL);
  g_task_run_in_thread (task, job_work);
  g_object_unref (task);
}

const Contestant jank_gtask
    = { .name = "GTask", .open = jank_glib_open, .close = jank_glib_close, .submit = submit_job, GLIB_LOOP };
