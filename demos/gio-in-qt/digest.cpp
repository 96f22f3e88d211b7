/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "digest.h"

enum
{
  PIECE = 256 * 1024
};

static void
checksum_free (gpointer checksum)
{
  g_checksum_free (static_cast<GChecksum *> (checksum));
}

static void on_piece (GObject *stream, GAsyncResult *result, gpointer data);

static void
read_on (GInputStream *stream, GTask *task)
{
  g_input_stream_read_bytes_async (stream, PIECE, G_PRIORITY_DEFAULT, g_task_get_cancellable (task), on_piece, task);
}

static void
on_piece (GObject *stream, GAsyncResult *result, gpointer data)
{
  const auto task = static_cast<GTask *> (data);
  const auto checksum = static_cast<GChecksum *> (g_task_get_task_data (task));
  GError *error = nullptr;
  GBytes *piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (stream), result, &error);
  gsize size = 0;
  if (piece != nullptr)
    {
      const auto bytes = static_cast<const guchar *> (g_bytes_get_data (piece, &size));
      g_checksum_update (checksum, bytes, gssize (size));
      g_bytes_unref (piece);
    }
  if (size > 0)
    {
      read_on (G_INPUT_STREAM (stream), task);
      return;
    }
  if (error != nullptr)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_strdup (g_checksum_get_string (checksum)), g_free);
  g_object_unref (task);
}

static void
on_open (GObject *file, GAsyncResult *result, gpointer data)
{
  const auto task = static_cast<GTask *> (data);
  GError *error = nullptr;
  GFileInputStream *stream = g_file_read_finish (G_FILE (file), result, &error);
  if (stream == nullptr)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  read_on (G_INPUT_STREAM (stream), task);
  g_object_unref (stream);
}

void
digest_file_async (GFile *file, GCancellable *cancellable, GAsyncReadyCallback ready, gpointer data)
{
  GTask *task = g_task_new (file, cancellable, ready, data);
  g_task_set_task_data (task, g_checksum_new (G_CHECKSUM_SHA256), checksum_free);
  g_file_read_async (file, G_PRIORITY_DEFAULT, cancellable, on_open, task);
}

char *
digest_file_finish (GFile *, GAsyncResult *result, GError **error)
{
  return static_cast<char *> (g_task_propagate_pointer (G_TASK (result), error));
}
