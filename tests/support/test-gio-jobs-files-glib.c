/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs of GIO with files, streams and processes. */
#include "test-gio-jobs-glib.h"
#include "test-limits.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct Files
{
  char *folder;
  GFile *file;
  GFileInputStream *input;
  GFileMonitor *monitor;
  GInputStream *pipe_in;
  GOutputStream *pipe_out, *copy;
  unsigned waits; /* for so many call-backs */
  char text[64];
} Files;

static Files *
files_new (GioJob *job)
{
  Files *files = g_new0 (Files, 1);
  GError *error = NULL;
  job->state = files;
  files->folder = g_dir_make_tmp ("lodger-gio-XXXXXX", &error);
  gio_job_succeed (job, error);
  files->file = g_file_new_build_filename (files->folder, "file", NULL);
  return files;
}

static void
files_free (GioJob *job)
{
  Files *files = job->state;
  g_rmdir (files->folder);
  g_object_unref (files->file);
  g_free (files->folder);
  g_free (files);
  gio_job_answer (job);
}

static void
files_begin (GioJob *job)
{
  files_new (job);
  gio_job_next (job);
}

static size_t
make_text (GioJob *job)
{
  Files *files = job->state;
  return (size_t) g_snprintf (files->text, sizeof files->text, "round %u of %u\n", job->done, job->rounds);
}

/* ---- a file: written, read, deleted ------------------------------------------------------------------------------ */

static void
file_deleted (GObject *file, GAsyncResult *result, void *data)
{
  GError *error = NULL;
  g_file_delete_finish (G_FILE (file), result, &error);
  gio_job_succeed (data, error);
  gio_job_next (data);
}

static void
file_read (GObject *stream, GAsyncResult *result, void *data)
{
  GioJob *job = data;
  Files *files = job->state;
  GError *error = NULL;
  gsize size;
  g_input_stream_read_all_finish (G_INPUT_STREAM (stream), result, &size, &error);
  gio_job_succeed (job, error);
  gio_job_add (job, files->text, size);
  g_object_unref (stream);
  g_file_delete_async (files->file, G_PRIORITY_DEFAULT, NULL, file_deleted, job);
}

static void
file_opened (GObject *file, GAsyncResult *result, void *data)
{
  GioJob *job = data;
  Files *files = job->state;
  GError *error = NULL;
  files->input = g_file_read_finish (G_FILE (file), result, &error);
  gio_job_succeed (job, error);
  memset (files->text, 0, sizeof files->text);
  g_input_stream_read_all_async (G_INPUT_STREAM (files->input), files->text, sizeof files->text, G_PRIORITY_DEFAULT,
                                 NULL, file_read, job);
}

static void
file_written (GObject *file, GAsyncResult *result, void *data)
{
  GError *error = NULL;
  g_file_replace_contents_finish (G_FILE (file), result, NULL, &error);
  gio_job_succeed (data, error);
  g_file_read_async (G_FILE (file), G_PRIORITY_DEFAULT, NULL, file_opened, data);
}

static void
files_round (GioJob *job)
{
  Files *files = job->state;
  size_t size = make_text (job);
  g_file_replace_contents_async (files->file, files->text, size, NULL, FALSE, G_FILE_CREATE_NONE, NULL, file_written,
                                 job);
}

const GioJobKind gio_job_files = { "files", 4, files_begin, files_round, files_free };

/* ---- streams: a pipe that is copied ------------------------------------------------------------------------------ */

static void
stream_ended (GioJob *job)
{
  Files *files = job->state;
  gpointer bytes = g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (files->copy));
  if (--files->waits > 0)
    return;
  gio_job_add (job, bytes, g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (files->copy)));
  g_object_unref (files->pipe_in);
  g_object_unref (files->pipe_out);
  g_object_unref (files->copy);
  gio_job_next (job);
}

static void
stream_copied (GObject *copy, GAsyncResult *result, void *data)
{
  GError *error = NULL;
  g_output_stream_splice_finish (G_OUTPUT_STREAM (copy), result, &error);
  gio_job_succeed (data, error);
  stream_ended (data);
}

static void
stream_closed (GObject *stream, GAsyncResult *result, void *data)
{
  GError *error = NULL;
  g_output_stream_close_finish (G_OUTPUT_STREAM (stream), result, &error);
  gio_job_succeed (data, error);
  stream_ended (data);
}

static void
stream_written (GObject *stream, GAsyncResult *result, void *data)
{
  GError *error = NULL;
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (stream), result, NULL, &error);
  gio_job_succeed (data, error);
  g_output_stream_close_async (G_OUTPUT_STREAM (stream), G_PRIORITY_DEFAULT, NULL, stream_closed, data);
}

static void
streams_round (GioJob *job)
{
  Files *files = job->state;
  int ends[2];
  test_check (pipe (ends) == 0);
  files->waits = 2;
  files->pipe_in = g_unix_input_stream_new (ends[0], TRUE);
  files->pipe_out = g_unix_output_stream_new (ends[1], TRUE);
  files->copy = g_memory_output_stream_new_resizable ();
  g_output_stream_splice_async (files->copy, files->pipe_in,
                                G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                G_PRIORITY_DEFAULT, NULL, stream_copied, job);
  g_output_stream_write_all_async (files->pipe_out, files->text, make_text (job), G_PRIORITY_DEFAULT, NULL,
                                   stream_written, job);
}

const GioJobKind gio_job_streams = { "streams", 3, files_begin, streams_round, files_free };

/* ---- a monitor --------------------------------------------------------------------------------------------------- */

static void
monitor_file (GioJob *job)
{
  Files *files = job->state;
  GError *error = NULL;
  if (job->done % 2 == 0)
    g_file_delete (files->file, NULL, &error);
  else
    g_object_unref (g_file_create (files->file, G_FILE_CREATE_NONE, NULL, &error));
  gio_job_succeed (job, error);
}

static void
folder_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, void *data)
{
  GioJob *job = data;
  (void) monitor;
  (void) file;
  (void) other;
  gio_job_check (job);
  if (event != (job->done % 2 == 0 ? G_FILE_MONITOR_EVENT_DELETED : G_FILE_MONITOR_EVENT_CREATED))
    return;
  gio_job_add (job, &event, sizeof event);
  gio_job_next (job);
}

static void
monitor_begin (GioJob *job)
{
  Files *files = files_new (job);
  GFile *folder = g_file_new_for_path (files->folder);
  GError *error = NULL;
  job->rounds += job->rounds % 2;
  files->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, &error);
  gio_job_succeed (job, error);
  g_file_monitor_set_rate_limit (files->monitor, 0);
  g_signal_connect (files->monitor, "changed", G_CALLBACK (folder_changed), job);
  g_object_unref (folder);
  gio_job_next (job);
}

/* The monitor may not go inside its own signal. */
static gboolean
monitor_gone (void *data)
{
  GioJob *job = data;
  Files *files = job->state;
  g_file_monitor_cancel (files->monitor);
  g_object_unref (files->monitor);
  files_free (job);
  return G_SOURCE_REMOVE;
}

static void
monitor_end (GioJob *job)
{
  Files *files = job->state;
  GSource *source = g_idle_source_new ();
  g_signal_handlers_disconnect_by_data (files->monitor, job);
  g_source_set_callback (source, monitor_gone, job, NULL);
  g_source_attach (source, job->context);
  g_source_unref (source);
}

const GioJobKind gio_job_monitor = { "monitor", 1, monitor_begin, monitor_file, monitor_end };

/* ---- processes --------------------------------------------------------------------------------------------------- */

static void
process_ended (GObject *process, GAsyncResult *result, void *data)
{
  GioJob *job = data;
  GError *error = NULL;
  char *output = NULL;
  g_subprocess_communicate_utf8_finish (G_SUBPROCESS (process), result, &output, NULL, &error);
  gio_job_succeed (job, error);
  gio_job_add (job, output, strlen (output));
  test_check (g_subprocess_get_successful (G_SUBPROCESS (process)));
  g_free (output);
  g_object_unref (process);
  gio_job_next (job);
}

static void
process_round (GioJob *job)
{
  Files *files = job->state;
  GError *error = NULL;
  GSubprocess *process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "cat", NULL);
  gio_job_succeed (job, error);
  make_text (job);
  g_subprocess_communicate_utf8_async (process, files->text, NULL, process_ended, job);
}

const GioJobKind gio_job_process = { "process", 2, files_begin, process_round, files_free };
