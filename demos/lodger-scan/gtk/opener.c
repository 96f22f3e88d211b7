/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opener.h"

#include "../i18n.h"
#include "../text.h"

#include <lodger-glib-await.h>

enum
{
  PATIENCE = 5000 /* ms for the file manager's answer */
};

typedef struct Errand
{
  GtkWidget *widget; /* used only while it is there */
  LodgerCaller *caller;
  char *path;
  OpenerTellFunc tell;
} Errand;

/* What a worker has found out. */
typedef struct Found
{
  char *type;
  GAppInfo *application; /* NULL: none is known */
  gboolean in_sandbox;   /* applications are found outside */
} Found;

static Errand *
errand_new (GtkWidget *widget, LodgerCaller *caller, const char *path, OpenerTellFunc tell)
{
  Errand *errand = g_new0 (Errand, 1);
  errand->widget = widget;
  errand->caller = caller;
  errand->path = g_strdup (path);
  errand->tell = tell;
  return errand;
}

static void
errand_free (void *data)
{
  Errand *errand = data;
  g_free (errand->path);
  g_free (errand);
}

static void
found_free (void *data)
{
  Found *found = data;
  g_clear_object (&found->application);
  g_free (found->type);
  g_free (found);
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

/* In a worker. */
static void
find_application (LodgerPending *self, void *data)
{
  const Errand *errand = data;
  GFile *file = g_file_new_for_path (errand->path);
  GError *error = NULL;
  GFileInfo *info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_CONTENT_TYPE, G_FILE_QUERY_INFO_NONE,
                                       lodger_glib_pending_get_cancellable (self), &error);
  g_object_unref (file);
  if (info == NULL)
    lodger_glib_pending_return_gerror (self, error);
  else
    {
      Found *found = g_new0 (Found, 1);
      found->type = g_strdup (g_file_info_get_content_type (info));
      if (found->type != NULL)
        found->application = g_app_info_get_default_for_type (found->type, FALSE);
      found->in_sandbox = g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
      LODGER_RETURN (self, Found, found, found_free);
      g_object_unref (info);
    }
}

static void
tell_error (GtkWidget *widget, OpenerTellFunc tell, const GError *error)
{
  char *sentence;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    sentence = g_strdup (_ ("This file is not there any more."));
  else
    /* Translators: %s is what the system says, such as "Permission denied". */
    sentence = g_strdup_printf (_ ("This file cannot be opened: %s"), error->message);
  tell (widget, sentence);
  g_free (sentence);
}

static void
on_failed (GtkWidget *widget, const GError *error, void *data)
{
  tell_error (widget, ((const Errand *) data)->tell, error);
}

/* Outside of the sandbox, the user is asked. */
static void
open_outside (GtkWidget *widget, const char *path)
{
  char *uri = g_filename_to_uri (path, NULL, NULL);
  if (uri != NULL)
    {
      G_GNUC_BEGIN_IGNORE_DEPRECATIONS
      gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (widget)), uri, GDK_CURRENT_TIME);
      G_GNUC_END_IGNORE_DEPRECATIONS
    }
  g_free (uri);
}

static void
launch (GtkWidget *widget, GAppInfo *application, const Errand *errand)
{
  GdkAppLaunchContext *context = gdk_display_get_app_launch_context (gtk_widget_get_display (widget));
  GFile *file = g_file_new_for_path (errand->path);
  GList files = { file, NULL, NULL };
  GError *error = NULL;
  if (!g_app_info_launch (application, &files, G_APP_LAUNCH_CONTEXT (context), &error))
    tell_error (widget, errand->tell, error);
  g_clear_error (&error);
  g_object_unref (file);
  g_object_unref (context);
}

static void
on_found (GtkWidget *widget, LodgerPending *done, void *data)
{
  const Errand *errand = data;
  const Found *found = LODGER_GET (done, Found);
  char *sentence;
  if (found == NULL)
    return;
  if (found->application != NULL)
    launch (widget, found->application, errand);
  else if (found->in_sandbox)
    open_outside (widget, errand->path);
  else
    {
      /* Translators: %s is a content type, such as "application/x-cd-image". */
      sentence = g_strdup_printf (_ ("No application is known that opens this kind of file (%s)."),
                                  found->type == NULL ? "?" : found->type);
      errand->tell (widget, sentence);
      g_free (sentence);
    }
}

void
opener_open (GtkWidget *widget, LodgerCaller *caller, const char *path, OpenerTellFunc tell)
{
  lodger_gtk_run (widget, find_application, on_found, errand_new (widget, caller, path, tell), .destroy = errand_free,
                  .failed = on_failed, .name = "find application");
}

/* ---- showing a file in its folder ------------------------------------------------------------------------------- */

/* NULL when there is no session bus. */
static GDBusConnection *
await_bus (void)
{
  GAsyncResult *result = NULL;
  GDBusConnection *bus = NULL;
  if (LODGER_GLIB_AWAIT (&result, g_bus_get, G_BUS_TYPE_SESSION) == LODGER_OK)
    bus = g_bus_get_finish (result, NULL);
  g_clear_object (&result);
  return bus;
}

/* FALSE when no file manager answers. */
static gboolean
await_file_manager (GDBusConnection *bus, const char *uri)
{
  const char *const uris[] = { uri, NULL };
  GVariant *answer = NULL;
  GAsyncResult *result = NULL;
  if (LODGER_GLIB_AWAIT (&result, g_dbus_connection_call, bus, "org.freedesktop.FileManager1",
                         "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1", "ShowItems",
                         g_variant_new ("(^ass)", uris, ""), NULL, G_DBUS_CALL_FLAGS_NONE, PATIENCE)
      == LODGER_OK)
    answer = g_dbus_connection_call_finish (bus, result, NULL);
  g_clear_object (&result);
  if (answer == NULL)
    return FALSE;
  g_variant_unref (answer);
  return TRUE;
}

/* A spawned call: it waits without stopping the window. When the widget goes meanwhile, the call is cancelled, and
 * must not use it any more. */
static void
show_in_folder (LodgerPending *self, void *data)
{
  const Errand *errand = data;
  char *uri = g_filename_to_uri (errand->path, NULL, NULL);
  GDBusConnection *bus = await_bus ();
  gboolean is_shown = bus != NULL && uri != NULL && await_file_manager (bus, uri);
  if (!is_shown && !lodger_pending_is_cancelled (self))
    {
      char *folder = g_path_get_dirname (errand->path);
      opener_open (errand->widget, errand->caller, folder, errand->tell);
      g_free (folder);
    }
  g_clear_object (&bus);
  g_free (uri);
}

void
opener_show_in_folder (GtkWidget *widget, LodgerCaller *caller, const char *path, OpenerTellFunc tell)
{
  lodger_pending_disown (
      lodger_caller_spawn_full (caller, show_in_folder, errand_new (widget, caller, path, tell), errand_free,
                                LODGER_CALL_OPTIONS (.name = "show in folder", .flags = LODGER_PENDING_BOUND,
                                                     .scope = lodger_gtk_widget_get_scope (widget))));
}

/* ---- copying paths ---------------------------------------------------------------------------------------------- */

void
opener_copy_paths (GtkWidget *widget, const char *const *paths)
{
  GString *text = g_string_new (NULL);
  for (; *paths != NULL; paths++)
    {
      if (text->len > 0)
        g_string_append_c (text, '\n');
      if (g_utf8_validate (*paths, -1, NULL))
        g_string_append (text, *paths);
      else
        text_append_shown (text, *paths);
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text->str);
  g_string_free (text, TRUE);
}
