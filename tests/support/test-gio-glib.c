/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-gio-glib.h"

#include "test-limits.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

/* ---- objects ------------------------------------------------------------------------------------------------------ */

static void
object_gone (void *data, GObject *where_it_was)
{
  LiveObjects *objects = data;
  (void) where_it_was;
  atomic_fetch_sub (&objects->alive, 1);
}

void *
live_objects_add (LiveObjects *objects, void *object)
{
  g_object_weak_ref (G_OBJECT (object), object_gone, objects);
  atomic_fetch_add (&objects->alive, 1);
  return object;
}

void
live_objects_expect_at (LiveObjects *objects, int count, const char *file, int line)
{
  int alive = atomic_load (&objects->alive);
  if (alive != count)
    test_fail ("%s:%d: %d objects are alive, not %d", file, line, alive, count);
}

/* ---- a stream ---------------------------------------------------------------------------------------------------- */

void
pipe_stream_open (PipeStream *pipe_stream, LiveObjects *objects)
{
  int ends[2];
  test_check (pipe (ends) == 0);
  pipe_stream->write_end = ends[1];
  pipe_stream->stream = g_unix_input_stream_new (ends[0], TRUE);
  if (objects != NULL)
    live_objects_add (objects, pipe_stream->stream);
}

void
pipe_stream_close (PipeStream *pipe_stream)
{
  g_clear_object (&pipe_stream->stream);
  close (pipe_stream->write_end);
}

void
pipe_stream_write (PipeStream *pipe_stream)
{
  test_check (write (pipe_stream->write_end, "water", 5) == 5);
}

void
pipe_stream_start (PipeStream *pipe_stream, LodgerPending *read)
{
  g_input_stream_read_async (pipe_stream->stream, pipe_stream->text, sizeof pipe_stream->text, G_PRIORITY_DEFAULT,
                             lodger_glib_async_get_cancellable (read), lodger_glib_async_ready, read);
}

LodgerPending *
pipe_stream_read (PipeStream *pipe_stream, GCancellable *cancellable)
{
  LodgerPending *read = lodger_glib_async_new (cancellable, NULL, NULL, NULL);
  pipe_stream_start (pipe_stream, read);
  return read;
}

void
pipe_stream_finish (LodgerPending *self, GObject *source, GAsyncResult *result, void *pipe_stream)
{
  GError *error = NULL;
  gssize size = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  (void) pipe_stream;
  if (size < 0)
    lodger_glib_pending_return_gerror (self, error);
  else
    lodger_pending_return_int (self, size);
}

/* ---- a loop ------------------------------------------------------------------------------------------------------ */

static gboolean
is_late (void *late)
{
  *(bool *) late = true;
  return G_SOURCE_CONTINUE;
}

/* A wait that would hang fails the test. */
static GSource *
limit_start (GMainContext *context, bool *late)
{
  GSource *limit = g_timeout_source_new ((guint) (test_limit_ns () / 1000000));
  g_source_set_callback (limit, is_late, late, NULL);
  g_source_attach (limit, context);
  return limit;
}

static void
limit_end (GSource *limit)
{
  g_source_destroy (limit);
  g_source_unref (limit);
}

static int
wake (LodgerPending *done, void *context)
{
  (void) done;
  g_main_context_wakeup (context);
  return 0;
}

void
turn_until_done_at (GMainContext *context, LodgerPending *pending, const char *file, int line)
{
  bool late = false;
  GSource *limit = limit_start (context, &late);
  test_check (lodger_pending_add_done_callback (pending, wake, context, NULL) == 0);
  while (!lodger_pending_is_done (pending) && !late)
    g_main_context_iteration (context, TRUE);
  limit_end (limit);
  if (late)
    test_fail ("%s:%d: it is not done", file, line);
}

void
turn_until_quiet (GMainContext *context)
{
  while (g_main_context_iteration (context, FALSE))
    ;
}

void
turn_until_at (GMainContext *context, atomic_int *counter, int value, const char *file, int line)
{
  bool late = false;
  GSource *limit = limit_start (context, &late);
  while (atomic_load (counter) < value && !late)
    g_main_context_iteration (context, TRUE);
  limit_end (limit);
  if (late)
    test_fail ("%s:%d: %d were not reached", file, line, value);
}
