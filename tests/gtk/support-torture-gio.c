/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GIO's own operations, which come back to the main context and are cancelled with the call that started them. */
#include "gtk-torture.h"

static GFile *
some_file (unsigned number)
{
  static const char *const names[] = { "/proc/self/status", "/etc/passwd", "/no/such/file" };
  return g_file_new_for_path (names[number % G_N_ELEMENTS (names)]);
}

static void
on_loaded (GObject *source, GAsyncResult *result, void *pending)
{
  atomic_fetch_sub (&torture.live_loads, 1);
  lodger_glib_async_ready (source, result, pending);
}

LodgerPending *
torture_start_load (Pane *pane, TestRandom *random)
{
  GFile *file = some_file (test_random_below (random, 3));
  LodgerPending *load
      = lodger_glib_async_new (test_random_below (random, 2) == 0 ? pane->cancellable : NULL, NULL, NULL, NULL);
  atomic_fetch_add (&torture.live_loads, 1);
  g_file_load_contents_async (file, lodger_glib_async_get_cancellable (load), on_loaded, load);
  g_object_unref (file);
  return load;
}

static void
on_info (GObject *source, GAsyncResult *result, void *reply)
{
  GError *error = NULL;
  GFileInfo *info = g_file_query_info_finish (G_FILE (source), result, &error);
  atomic_fetch_sub (&torture.live_loads, 1);
  if (info == NULL)
    lodger_glib_reply_return_gerror (reply, error);
  else
    lodger_reply_return_pointer (reply, info, g_object_unref);
}

void
torture_query (LodgerPending *self, TestRandom *random)
{
  GCancellable *cancellable = lodger_glib_pending_get_cancellable (self);
  GFile *file = some_file (test_random_below (random, 3));
  LodgerReply *reply = lodger_pending_defer (self);
  test_check (reply != NULL);
  atomic_fetch_add (&torture.live_loads, 1);
  g_file_query_info_async (file, "standard::*", G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, cancellable, on_info,
                           reply);
  g_object_unref (file);
}

void
torture_load (LodgerPending *self, Pane *pane, TestRandom *random)
{
  LodgerPending *pending = torture_start_load (pane, random);
  lodger_pending_return_from (self, pending);
  lodger_pending_unref (pending);
}
