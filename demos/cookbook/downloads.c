/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Downloads into the current folder, three at a time. Each has a bar, and a button that cancels it. */
#include <lodger-gtk4.h>

static struct
{
  GtkWidget *window, *list;
  LodgerLimiter *three;
  GCancellable *all; /* what cancels them all */
  guint count, over;
} view; /* only the GUI thread uses it, while the window is there */

/* ---- in a worker: GIO's blocking functions, each of which ends when the call is cancelled --------------------------- */

/* Sends the request, and reads the head of the answer. The size is 0 when the server does not promise one. */
static GInputStream *
ask (GIOStream *connection, const char *uri, goffset *size, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (uri, "/", 4); /* "http:", "", the host, the path */
  g_autoptr (GDataInputStream) answer = g_data_input_stream_new (g_io_stream_get_input_stream (connection));
  g_autofree char *line = NULL;
  if (!g_output_stream_printf (g_io_stream_get_output_stream (connection), NULL, cancellable, error,
                               "GET /%s HTTP/1.0\r\nHost: %s\r\n\r\n", parts[3] != NULL ? parts[3] : "", parts[2]))
    return NULL;
  g_data_input_stream_set_newline_type (answer, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  line = g_data_input_stream_read_line (answer, NULL, cancellable, error);
  if (*error == NULL && (line == NULL || g_strstr_len (line, -1, " 200 ") == NULL))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The server says: %s", line != NULL ? line : "nothing");
  while (*error == NULL && line != NULL && *line != '\0')
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
fetch (LodgerPending *self, void *uri)
{
  GCancellable *cancellable = lodger_glib_pending_get_cancellable (self);
  g_autofree char *name = g_path_get_basename (uri), *part_name = g_strdup_printf ("%s.%p.part", name, uri);
  g_autoptr (GFile) file = g_file_new_for_path (name), part = g_file_new_for_path (part_name);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GInputStream) answer = NULL;
  g_autoptr (GFileOutputStream) out = NULL;
  GError *error = NULL;
  goffset size = 0;
  lodger_gtk_report (self, 0, "Connecting");
  if ((connection = g_socket_client_connect_to_uri (client, uri, 80, cancellable, &error)) != NULL
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
show_end (GtkWidget *bar, LodgerPending *done, void *uri)
{
  LodgerError *error = lodger_pending_get_error (done);
  g_autofree char *title = g_strdup_printf ("%u of %u downloads over", ++view.over, view.count);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (bar), error != NULL ? lodger_error_get_message (error) : "Saved");
  gtk_window_set_title (GTK_WINDOW (view.window), title);
}

static void
on_uri (GtkEditable *entry)
{
  char *uri = g_strdup (gtk_editable_get_text (entry));
  g_autofree char *name = g_path_get_basename (uri);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *bar = gtk_progress_bar_new ();
  GtkWidget *cancel = gtk_button_new_from_icon_name ("process-stop-symbolic"), *label = gtk_label_new (name);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), 18);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (bar), TRUE);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (bar), "Waiting");
  gtk_widget_set_hexpand (bar, TRUE);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), cancel);
  gtk_list_box_append (GTK_LIST_BOX (view.list), box);
  gtk_editable_set_text (entry, "");
  view.count++;
  lodger_gtk_run (bar, fetch, show_end, uri, .destroy = g_free, .limiter = view.three, .cancellable = view.all,
                  .progress_bar = GTK_PROGRESS_BAR (bar), .cancel_button = GTK_BUTTON (cancel));
}

/* A GCancellable is cancelled once and for all: the next downloads have another. */
static void
on_cancel_all (void)
{
  g_cancellable_cancel (view.all);
  g_object_unref (view.all);
  view.all = g_cancellable_new ();
}

static void
activate (GtkApplication *application)
{
  GtkWidget *header = gtk_header_bar_new (), *entry = gtk_entry_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new (), *cancel_all = gtk_button_new_with_mnemonic ("Cancel _All");
  view.window = gtk_application_window_new (application);
  view.list = gtk_list_box_new ();
  view.three = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 3));
  view.all = g_cancellable_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), "http://…");
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 40);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (view.list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (view.list, "rich-list");
  gtk_header_bar_set_title_widget (GTK_HEADER_BAR (header), entry);
  gtk_header_bar_pack_end (GTK_HEADER_BAR (header), cancel_all);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view.list);
  gtk_window_set_titlebar (GTK_WINDOW (view.window), header);
  gtk_window_set_child (GTK_WINDOW (view.window), scrolled);
  gtk_window_set_title (GTK_WINDOW (view.window), "Downloads");
  gtk_window_set_default_size (GTK_WINDOW (view.window), 620, 480);
  g_signal_connect (entry, "activate", G_CALLBACK (on_uri), NULL);
  g_signal_connect (cancel_all, "clicked", G_CALLBACK (on_cancel_all), NULL);
  gtk_widget_grab_focus (entry);
  gtk_window_present (GTK_WINDOW (view.window));
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
