/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* downloads.c with spawned calls: a download is one function that runs in the GUI thread, and waits there. */
#include <lodger-gtk4.h>
#include <string.h>

static struct
{
  GtkWidget *window, *list; /* the window is NULL when it is gone */
  LodgerLimiter *three;
  guint count, over;
} view; /* only the GUI thread uses it */

#define AWAIT(...) LODGER_GLIB_AWAIT_FINISH (error, __VA_ARGS__)

/* Sends the request, reads the head of the answer, and copies the rest. */
static gboolean
fetch (GtkProgressBar *bar, const char *uri, GFile *part, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GIOStream) connection = G_IO_STREAM (AWAIT (g_socket_client_connect_to_uri, client, uri, 80));
  g_auto (GStrv) parts = g_strsplit (uri, "/", 4); /* "http:", "", the host, the path */
  g_autofree char *request = NULL;
  g_autoptr (GOutputStream) to = NULL;
  char data[65536] = "", *body = NULL, *field;
  gssize got, length = 0;
  goffset size, copied = 0;
  GInputStream *from;
  if (connection == NULL)
    return FALSE;
  from = g_io_stream_get_input_stream (connection);
  request = g_strdup_printf ("GET /%s HTTP/1.0\r\nHost: %s\r\n\r\n", parts[3] != NULL ? parts[3] : "", parts[2]);
  got = AWAIT (g_output_stream_write, g_io_stream_get_output_stream (connection), request, strlen (request), 0);
  while (got > 0 && (body = strstr (data, "\r\n\r\n")) == NULL)
    length += got = AWAIT (g_input_stream_read, from, data + length, sizeof data - 1 - (gsize) length, 0);
  if (*error == NULL && (body == NULL || g_strstr_len (data, (gssize) strcspn (data, "\r"), " 200 ") == NULL))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The server says: %.*s", (int) strcspn (data, "\r"), data);
  if (*error != NULL
      || (to = G_OUTPUT_STREAM (AWAIT (g_file_replace, part, NULL, FALSE, G_FILE_CREATE_NONE, 0))) == NULL)
    return FALSE;
  field = strcasestr (data, "\r\ncontent-length:");
  size = field != NULL && field < body ? g_ascii_strtoll (field + 17, NULL, 10) : 0;
  got = data + length - (body += 4);
  do
    {
      g_autofree char *text = g_format_size ((guint64) (copied += got));
      if (AWAIT (g_output_stream_write, to, body, (gsize) got, 0) < got)
        break;
      gtk_progress_bar_set_text (bar, text);
      gtk_progress_bar_set_fraction (bar, size > 0 ? (double) copied / (double) size : 0);
      body = data;
    }
  while ((got = AWAIT (g_input_stream_read, from, data, sizeof data, 0)) > 0);
  if (*error == NULL && (got > 0 || copied < size))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "The server has sent too little");
  return *error == NULL && AWAIT (g_output_stream_close, to, 0);
}

static void
on_cancel (LodgerPending *self)
{
  lodger_pending_cancel (self, NULL);
}

static void
download (LodgerPending *self, void *uri)
{
  g_autofree char *name = g_path_get_basename (uri), *part_name = g_strdup_printf ("%s.%p.part", name, uri);
  g_autofree char *title = NULL;
  const char *text;
  g_autoptr (GFile) file = g_file_new_for_path (name), part = g_file_new_for_path (part_name);
  g_autoptr (GError) error = NULL;
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
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (on_cancel), self);
  view.count++;
  if (lodger_limiter_enter (view.three, LODGER_FOREVER) == 0)
    {
      gtk_progress_bar_set_text (GTK_PROGRESS_BAR (bar), "Connecting");
      if (!fetch (GTK_PROGRESS_BAR (bar), uri, part, &error)
          || !g_file_move (part, file, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &error))
        g_file_delete (part, NULL, NULL);
      lodger_limiter_leave (view.three);
    }
  if (view.window == NULL)
    return;
  text = error != NULL ? error->message : lodger_pending_is_cancelled (self) ? "Cancelled" : "Saved";
  title = g_strdup_printf ("%u of %u downloads over", ++view.over, view.count);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (bar), text);
  gtk_widget_set_sensitive (cancel, FALSE);
  gtk_window_set_title (GTK_WINDOW (view.window), title);
}

static void
on_uri (GtkEditable *entry)
{
  LodgerScope *scope = lodger_glib_object_get_scope (G_OBJECT (view.list));
  lodger_pending_disown (lodger_caller_spawn_full (lodger_gtk_default_caller (), download,
                                                   g_strdup (gtk_editable_get_text (entry)), g_free,
                                                   LODGER_CALL_OPTIONS (.scope = scope)));
  gtk_editable_set_text (entry, "");
}

/* The list has another scope afterwards. */
static void
on_cancel_all (void)
{
  lodger_glib_object_end_scope (G_OBJECT (view.list), "the user has cancelled all");
}

static void
activate (GtkApplication *application)
{
  GtkWidget *header = gtk_header_bar_new (), *entry = gtk_entry_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new (), *cancel_all = gtk_button_new_with_mnemonic ("Cancel _All");
  view.window = gtk_application_window_new (application);
  g_object_add_weak_pointer (G_OBJECT (view.window), (gpointer *) &view.window);
  view.list = gtk_list_box_new ();
  view.three = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 3));
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
