/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Downloads into the current folder, three at a time. Each has a bar, and a button that cancels it. */
#include <lodger-gtk4.h>
#include <string.h>

typedef struct Downloads
{
  GtkWidget *window;
  GtkListBox *list;
  GCancellable *all; /* what cancels them all */
  guint count, over;
} Downloads;

typedef struct Download
{
  char *uri, *name;
  GtkProgressBar *bar; /* for the functions of the GUI thread, which do not run without the window */
  Downloads *downloads;
} Download;

static void
download_free (void *data)
{
  Download *download = data;
  g_free (download->uri);
  g_free (download->name);
  g_free (download);
}

static void
downloads_free (void *data)
{
  Downloads *downloads = data;
  g_object_unref (downloads->all);
  g_free (downloads);
}

/* ---- in a worker: GIO's blocking functions, each of which ends when the call is cancelled --------------------------- */

/* Sends the request, and reads the head of the answer. The size is 0 when the server does not promise one. */
static GInputStream *
ask (GIOStream *connection, GUri *uri, goffset *size, GCancellable *cancellable, GError **error)
{
  g_autoptr (GDataInputStream) answer = g_data_input_stream_new (g_io_stream_get_input_stream (connection));
  const char *path = g_uri_get_path (uri), *query = g_uri_get_query (uri);
  g_autofree char *text = g_strdup_printf ("GET %s%s%s HTTP/1.0\r\nHost: %s\r\n\r\n", *path != '\0' ? path : "/",
                                           query != NULL ? "?" : "", query != NULL ? query : "", g_uri_get_host (uri));
  g_autofree char *line = NULL;
  g_data_input_stream_set_newline_type (answer, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  if (!g_output_stream_write_all (g_io_stream_get_output_stream (connection), text, strlen (text), NULL, cancellable,
                                  error))
    return NULL;
  line = g_data_input_stream_read_line (answer, NULL, cancellable, error);
  if (line == NULL || strstr (line, " 200 ") == NULL)
    {
      if (*error == NULL)
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The server says: %s", line != NULL ? line : "nothing");
      return NULL;
    }
  while (line != NULL && *line != '\0')
    {
      if (g_ascii_strncasecmp (line, "content-length:", 15) == 0)
        *size = g_ascii_strtoll (line + 15, NULL, 10);
      g_free (line);
      line = g_data_input_stream_read_line (answer, NULL, cancellable, error);
    }
  return *error == NULL ? G_INPUT_STREAM (g_steal_pointer (&answer)) : NULL;
}

static gboolean
copy (LodgerPending *self, GInputStream *from, GOutputStream *to, goffset size, GCancellable *cancellable,
      GError **error)
{
  char buffer[65536];
  goffset copied = 0;
  gssize got;
  while ((got = g_input_stream_read (from, buffer, sizeof buffer, cancellable, error)) > 0)
    {
      g_autofree char *text = g_format_size ((guint64) (copied += got));
      if (!g_output_stream_write_all (to, buffer, (gsize) got, NULL, cancellable, error))
        return FALSE;
      lodger_gtk_report (self, size > 0 ? (double) copied / (double) size : -1, text);
    }
  if (got == 0 && copied < size)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "The server has sent too little");
  return *error == NULL;
}

static void
fetch (LodgerPending *self, void *data)
{
  const Download *download = data;
  GCancellable *cancellable = lodger_glib_pending_get_cancellable (self);
  g_autofree char *part_name = g_strdup_printf ("%s.%p.part", download->name, (const void *) download); /* its own */
  g_autoptr (GFile) file = g_file_new_for_path (download->name), part = g_file_new_for_path (part_name);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GInputStream) answer = NULL;
  g_autoptr (GFileOutputStream) out = NULL;
  g_autoptr (GUri) uri = NULL;
  GError *error = NULL;
  goffset size = 0;

  lodger_gtk_report (self, 0, "Connecting");
  if ((uri = g_uri_parse (download->uri, G_URI_FLAGS_ENCODED, &error)) != NULL
      && (connection = g_socket_client_connect_to_uri (client, download->uri, 80, cancellable, &error)) != NULL
      && (answer = ask (G_IO_STREAM (connection), uri, &size, cancellable, &error)) != NULL
      && (out = g_file_replace (part, NULL, FALSE, G_FILE_CREATE_NONE, cancellable, &error)) != NULL
      && copy (self, answer, G_OUTPUT_STREAM (out), size, cancellable, &error)
      && g_output_stream_close (G_OUTPUT_STREAM (out), cancellable, &error)
      && g_file_move (part, file, G_FILE_COPY_OVERWRITE, cancellable, NULL, NULL, &error))
    return;
  g_clear_object (&out);
  g_file_delete (part, NULL, NULL);
  lodger_glib_pending_return_gerror (self, error);
}

/* ---- in the GUI thread --------------------------------------------------------------------------------------------- */

static void
show_end (Download *download, const char *text)
{
  Downloads *downloads = download->downloads;
  g_autofree char *title = g_strdup_printf ("%u of %u downloads over", ++downloads->over, downloads->count);
  gtk_progress_bar_set_text (download->bar, text);
  gtk_window_set_title (GTK_WINDOW (downloads->window), title);
}

static void
saved (GtkWidget *window, LodgerPending *done, void *data)
{
  show_end (data, "Saved");
}

static void
failed (GtkWidget *window, const GError *error, void *data)
{
  show_end (data, error->message);
}

static void
cancelled (GtkWidget *window, const GError *error, void *data)
{
  show_end (data, "Cancelled");
}

static void
on_uri (Downloads *downloads, GtkEditable *entry)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *bar = gtk_progress_bar_new ();
  GtkWidget *cancel = gtk_button_new_from_icon_name ("process-stop-symbolic"), *label;
  Download *download = g_new0 (Download, 1);
  download->downloads = downloads;
  download->uri = g_strdup (gtk_editable_get_text (entry));
  download->name = g_path_get_basename (download->uri);
  download->bar = GTK_PROGRESS_BAR (bar);
  label = gtk_label_new (download->name);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), 18);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_progress_bar_set_show_text (download->bar, TRUE);
  gtk_progress_bar_set_text (download->bar, "Waiting");
  gtk_widget_set_hexpand (bar, TRUE);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), cancel);
  gtk_list_box_append (downloads->list, box);
  gtk_editable_set_text (entry, "");
  downloads->count++;
  lodger_gtk_run (downloads->window, fetch, saved, download, .destroy = download_free, .failed = failed,
                  .cancelled = cancelled, .progress_bar = download->bar, .cancel_button = GTK_BUTTON (cancel),
                  .cancellable = downloads->all);
}

/* A GCancellable is cancelled once and for all: the next downloads have another. */
static void
on_cancel_all (Downloads *downloads)
{
  g_cancellable_cancel (downloads->all);
  g_object_unref (downloads->all);
  downloads->all = g_cancellable_new ();
}

static void
activate (GtkApplication *application)
{
  Downloads *downloads = g_new0 (Downloads, 1);
  GtkWidget *bar = gtk_header_bar_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *entry = gtk_entry_new ();
  GtkWidget *list = gtk_list_box_new (), *cancel_all = gtk_button_new_with_mnemonic ("Cancel _All");
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  downloads->window = gtk_application_window_new (application);
  downloads->list = GTK_LIST_BOX (list);
  downloads->all = g_cancellable_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), "http://…");
  gtk_list_box_set_selection_mode (downloads->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "rich-list");
  gtk_header_bar_pack_end (GTK_HEADER_BAR (bar), cancel_all);
  gtk_widget_set_margin_top (entry, 12);
  gtk_widget_set_margin_start (entry, 12);
  gtk_widget_set_margin_end (entry, 12);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_window_set_titlebar (GTK_WINDOW (downloads->window), bar);
  gtk_window_set_child (GTK_WINDOW (downloads->window), box);
  gtk_window_set_title (GTK_WINDOW (downloads->window), "Downloads");
  gtk_window_set_default_size (GTK_WINDOW (downloads->window), 620, 480);
  g_object_set_data_full (G_OBJECT (downloads->window), "downloads", downloads, downloads_free);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (on_uri), downloads);
  g_signal_connect_swapped (cancel_all, "clicked", G_CALLBACK (on_cancel_all), downloads);
  gtk_window_present (GTK_WINDOW (downloads->window));
}

/* A pool of three workers: the fourth download waits in its queue. */
static void
startup (void)
{
  lodger_caller_unref (lodger_gtk_attach_full (LODGER_CALLER_OPTIONS (.max_workers = 3), NULL));
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "startup", G_CALLBACK (startup), NULL);
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
