/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-open.h"

#include "../i18n.h"
#include "../text.h"

#include <lodger-glib-gio.h>
#include <lodger-gtk4.h>

/* How long a file manager may take to answer. */
#define PATIENCE LODGER_SECONDS (10)

typedef struct Request
{
  ActOpenTarget target;
  char *uri;
  gboolean is_folder;
} Request;

static Request *
request_new (const ActOpenTarget *target, const char *path)
{
  Request *request = g_new0 (Request, 1);
  request->target = *target;
  request->uri = g_filename_to_uri (path, NULL, NULL);
  return request;
}

static void
request_free (void *data)
{
  Request *request = data;
  g_free (request->uri);
  g_free (request);
}

/* ---- with an application ---------------------------------------------------------------------------------------- */

/* GIO's own words speak of applications that are registered as handling something. */
static char *
say_why (const Request *request, const GError *error)
{
  char *name = g_filename_from_uri (request->uri, NULL, NULL);
  GString *shown = g_string_new (NULL);
  char *text;
  text_append_shown (shown, name == NULL ? request->uri : name);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    text = g_strdup_printf (request->is_folder ? _ ("No application is installed that opens folders: %s")
                                               : _ ("No application is installed for files of this kind: %s"),
                            shown->str);
  else
    text = g_strdup_printf (_ ("%s cannot be opened: %s"), shown->str, error->message);
  g_string_free (shown, TRUE);
  g_free (name);
  return text;
}

static void
on_shown (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done, void *data)
{
  const Request *request = data;
  GAsyncResult *result = lodger_glib_async_get_result (done);
  GError *error = NULL;
  if (result == NULL)
    (void) lodger_glib_pending_propagate_error (done, &error);
  else
    (void) gtk_show_uri_full_finish (GTK_WINDOW (gtk_widget_get_root (request->target.widget)), result, &error);
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      char *text = say_why (request, error);
      request->target.failed (text, request->target.data);
      g_free (text);
    }
  g_clear_error (&error);
}

/* The request is consumed. */
static void
show_uri (Request *request)
{
  GtkWidget *widget = request->target.widget;
  LodgerPending *shown = lodger_glib_async_new (NULL, NULL, NULL, NULL);
  gtk_show_uri_full (GTK_WINDOW (gtk_widget_get_root (widget)), request->uri, GDK_CURRENT_TIME,
                     lodger_glib_async_get_cancellable (shown), lodger_glib_async_ready, shown);
  lodger_pending_disown (lodger_scope_then (lodger_gtk_widget_get_scope (widget), shown, request->target.caller, on_shown,
                                            request, request_free));
  lodger_pending_unref (shown);
}

void
act_open_file (const ActOpenTarget *target, const char *path)
{
  show_uri (request_new (target, path));
}

/* ---- in a file manager ------------------------------------------------------------------------------------------ */

/* In a worker: a bus may have to be started, and a file manager, too. */
static void
ask_file_manager (LodgerPending *self, void *data)
{
  const Request *request = data;
  const char *uris[] = { request->uri, NULL };
  GCancellable *cancellable = lodger_glib_pending_get_cancellable (self);
  GError *error = NULL;
  GDBusConnection *bus = g_bus_get_sync (G_BUS_TYPE_SESSION, cancellable, &error);
  GVariant *answer = bus == NULL ? NULL
                                 : g_dbus_connection_call_sync (
                                     bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                                     "org.freedesktop.FileManager1", "ShowItems", g_variant_new ("(^ass)", uris, ""),
                                     NULL, G_DBUS_CALL_FLAGS_NONE, -1, cancellable, &error);
  g_clear_pointer (&answer, g_variant_unref);
  g_clear_object (&bus);
  if (error != NULL)
    (void) lodger_glib_pending_return_gerror (self, error);
}

/* Without such a file manager, whatever opens folders has to do. */
static void
on_no_file_manager (GtkWidget *widget G_GNUC_UNUSED, const GError *error G_GNUC_UNUSED, void *data)
{
  const Request *request = data;
  GFile *file = g_file_new_for_uri (request->uri);
  GFile *folder = g_file_get_parent (file);
  Request *other = g_new0 (Request, 1);
  other->target = request->target;
  other->uri = g_file_get_uri (folder == NULL ? file : folder);
  other->is_folder = TRUE;
  show_uri (other);
  g_clear_object (&folder);
  g_object_unref (file);
}

void
act_open_folder (const ActOpenTarget *target, const char *path)
{
  lodger_gtk_run (target->widget, ask_file_manager, NULL, request_new (target, path), .destroy = request_free,
                  .failed = on_no_file_manager, .timeout = PATIENCE, .name = "show in the file manager");
}

/* ---- the clipboard ---------------------------------------------------------------------------------------------- */

void
act_open_copy_path (GtkWidget *widget, const char *path)
{
  GString *shown = g_string_new (NULL);
  if (g_utf8_validate (path, -1, NULL))
    g_string_append (shown, path);
  else
    text_append_shown (shown, path);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), shown->str);
  g_string_free (shown, TRUE);
}
