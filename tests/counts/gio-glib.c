/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An operation of GIO: alone, as a pending, awaited. It is one that needs no thread and no descriptor. */
#include "rows.h"

#include <gio/gio.h>
#include <lodger-glib.h>

static LodgerCaller *caller;
static GInputStream *stream;
static char buffer[1];
static bool is_back;

static void
begin (void)
{
  caller = lodger_glib_attach_full (NULL, LODGER_CALLER_OPTIONS (.max_workers = 1), NULL);
  test_check (caller != NULL);
  stream = g_memory_input_stream_new_from_data ("", 0, NULL);
}

static void
end (void)
{
  g_object_unref (stream);
  test_check (lodger_caller_leave (caller) == 0);
  lodger_caller_unref (caller);
}

static void
come_back (void)
{
  for (is_back = false; !is_back;)
    g_main_context_iteration (NULL, TRUE);
}

static void
row (void (*operation) (void))
{
  begin ();
  for (int i = 0; i < WARM * BATCH; i++)
    operation ();
  count_begin ();
  operation ();
  count_end ();
  end ();
}

/* ---- alone ------------------------------------------------------------------------------------------------------- */

static void
finish (GAsyncResult *result)
{
  g_input_stream_read_finish (stream, result, NULL);
  is_back = true;
}

static void
ready (GObject *source, GAsyncResult *result, gpointer data)
{
  (void) source;
  (void) data;
  finish (result);
}

static void
read_alone (void)
{
  g_input_stream_read_async (stream, buffer, sizeof buffer, G_PRIORITY_DEFAULT, NULL, ready, NULL);
  come_back ();
}

void
gio_alone (void)
{
  row (read_alone);
}

/* ---- as a pending ------------------------------------------------------------------------------------------------ */

static void
read_is_done (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) data;
  finish (lodger_glib_async_get_result (done));
}

static void
read_then (void)
{
  LodgerPending *read = lodger_glib_async_new (NULL, NULL, NULL, NULL);
  g_input_stream_read_async (stream, buffer, sizeof buffer, G_PRIORITY_DEFAULT,
                             lodger_glib_async_get_cancellable (read), lodger_glib_async_ready, read);
  lodger_pending_disown (lodger_pending_then (read, caller, read_is_done, NULL, NULL));
  lodger_pending_unref (read);
  come_back ();
}

void
gio_future (void)
{
  row (read_then);
}

/* ---- awaited ----------------------------------------------------------------------------------------------------- */

static void
await_read (void)
{
  LODGER_GLIB_AWAIT_FINISH (NULL, g_input_stream_read, stream, buffer, sizeof buffer, G_PRIORITY_DEFAULT);
}

static void
await_reads (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  for (int i = 0; i < WARM * BATCH; i++)
    await_read ();
  count_begin ();
  await_read ();
  count_end ();
  is_back = true;
}

void
gio_await (void)
{
  begin ();
  lodger_pending_disown (lodger_caller_spawn (caller, await_reads, NULL, NULL));
  come_back ();
  end ();
}
