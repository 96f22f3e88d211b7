/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-gio-glib.h"

#include "test-limits.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

/* ---- census ------------------------------------------------------------------------------------------------------ */

static void
object_gone (void *data, GObject *where_it_was)
{
  Census *census = data;
  (void) where_it_was;
  atomic_fetch_sub (&census->alive, 1);
}

void *
census_add (Census *census, void *object)
{
  g_object_weak_ref (G_OBJECT (object), object_gone, census);
  atomic_fetch_add (&census->alive, 1);
  return object;
}

void
census_expect_at (Census *census, int count, const char *file, int line)
{
  int alive = atomic_load (&census->alive);
  if (alive != count)
    test_fail ("%s:%d: %d objects are alive, not %d", file, line, alive, count);
}

/* ---- a stream ---------------------------------------------------------------------------------------------------- */

void
spring_open (Spring *spring, Census *census)
{
  int ends[2];
  test_check (pipe (ends) == 0);
  spring->feed = ends[1];
  spring->stream = g_unix_input_stream_new (ends[0], TRUE);
  if (census != NULL)
    census_add (census, spring->stream);
}

void
spring_close (Spring *spring)
{
  g_clear_object (&spring->stream);
  close (spring->feed);
}

void
spring_feed (Spring *spring)
{
  test_check (write (spring->feed, "water", 5) == 5);
}

void
spring_start (Spring *spring, LodgerPending *read)
{
  g_input_stream_read_async (spring->stream, spring->text, sizeof spring->text, G_PRIORITY_DEFAULT,
                             lodger_glib_async_get_cancellable (read), lodger_glib_async_ready, read);
}

LodgerPending *
spring_read (Spring *spring, GCancellable *cancellable)
{
  LodgerPending *read = lodger_glib_async_new (cancellable, NULL, NULL, NULL);
  spring_start (spring, read);
  return read;
}

void
spring_finish (LodgerPending *self, GObject *source, GAsyncResult *result, void *spring)
{
  GError *error = NULL;
  gssize size = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  (void) spring;
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
