/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "application.h"

#include "../calls.h"
#include "../i18n.h"
#include "../progress.h"
#include "../scan.h"
#include "actions.h"
#include "cells.h"
#include "dark.h"
#include "kept.h"
#include "recent.h"
#include "window.h"

#include <lodger-gtk4.h>
#include <stdio.h>

/* How long the program goes on without a window to write its settings. */
#define WRITE_PATIENCE LODGER_SECONDS (5)

typedef struct Application
{
  const ScanOptions *options;
  Request *request; /* of the command line */
  GApplication *application;
  LodgerCaller *caller; /* NULL before the startup */
  Settings *settings;   /* of a program that is alone: in its memory only */
  GMenu *recent;
  WindowShared shared;
  Progress *progress; /* of the command line's window */
  ScanWindow *first;  /* the command line's window; NULL when there is none, or it is closed */
  gboolean begun;     /* the command line's window was opened */
  gboolean printed;
  int status;
} Application;

/* ---- the windows ------------------------------------------------------------------------------------------------ */

static void
close_all (Application *application)
{
  GList *windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (application->application)));
  for (const GList *each = windows; each != NULL; each = each->next)
    {
      ScanWindow *window = window_of (each->data);
      if (window != NULL)
        window_end (window);
    }
  g_list_free (windows);
}

static void
on_stayed (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  close_all (data);
}

static void
on_progress (ScanWindow *window, Session *session, void *data)
{
  Application *application = data;
  if (window == application->first && session_get_state (session) == SESSION_SCANNING)
    progress_show_scan (application->progress, session_get_engine (session));
}

/* Prints the summary of the first scan that comes to its end, once. */
static void
on_shown (ScanWindow *window, Results *results, void *data)
{
  Application *application = data;
  GString *text;
  if (window == application->first)
    progress_clear (application->progress);
  if (!application->options->exit_when_done || application->printed || window != application->first)
    return;
  application->printed = TRUE;
  text = g_string_new (NULL);
  calls_append_summary (text);
  paints_append_summary (frames_get_paints (results_get_frames (results)), text);
  g_string_append_printf (text, "%s: finished", g_get_prgname ());
  if (!report_print (session_get_report (results_get_session (results)), text->str))
    application->status = SCAN_CANNOT_WRITE;
  g_string_free (text, TRUE);
  lodger_pending_unref (lodger_caller_call_later (application->caller, (int64_t) (application->options->stay * 1e9),
                                                  on_stayed, application, NULL));
}

static void
on_patience_over (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  Application *application = data;
  if (gtk_application_get_windows (GTK_APPLICATION (application->application)) == NULL)
    g_application_quit (application->application);
}

/* Without a window the program goes on until its settings are written, but not for long: the disk may hang. */
static void
write_settings (Application *application)
{
  LodgerPending *writing = settings_write (application->settings);
  if (!lodger_pending_is_done (writing) && lodger_glib_application_hold (application->application, writing) == 0)
    lodger_pending_unref (
        lodger_caller_call_later (application->caller, WRITE_PATIENCE, on_patience_over, application, NULL));
  lodger_pending_unref (writing);
}

static void
on_closed (ScanWindow *window, gboolean failed, void *data)
{
  Application *application = data;
  if (application->first == window)
    {
      progress_clear (application->progress);
      application->first = NULL;
    }
  if (failed)
    application->status = SCAN_CANNOT_WRITE;
  write_settings (application);
}

static void
show_recent (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  Application *application = data;
  recent_show (application->recent, application->settings);
}

/* The items change later: it may be one of them that has just been chosen, and the menu has to close first. */
static void
on_scans (const Request *request, void *data)
{
  Application *application = data;
  kept_add_folders (application->settings, (const char *const *) request->what.folders);
  lodger_pending_unref (lodger_caller_call_soon (application->caller, show_recent, application, NULL));
}

static void
open_window (const Request *request, void *data)
{
  Application *application = data;
  ScanWindow *window;
  if (application->caller == NULL)
    return;
  window = window_new (&application->shared, NULL);
  (void) window_scan (window, request, NULL);
  window_present (window);
}

/* The window of the command line. Folders that cannot be scanned end the program, as they do without a window. */
static void
open_first (Application *application)
{
  char *message = NULL;
  application->begun = TRUE;
  application->first = window_new (&application->shared, application->options->json);
  if (window_scan (application->first, application->request, &message))
    window_present (application->first);
  else
    {
      application->status = options_refuse_folder (application->options, message);
      window_end (application->first);
    }
  g_free (message);
}

/* ---- what others ask for ---------------------------------------------------------------------------------------- */

static void
on_activate (GApplication *gtk_application, void *data)
{
  Application *application = data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (gtk_application));
  if (application->caller == NULL)
    return;
  if (window != NULL)
    gtk_window_present (window);
  else if (!application->begun)
    open_first (application);
  else
    open_window (application->request, application);
}

/* The file manager opens folders. */
static void
on_open (GApplication *gtk_application G_GNUC_UNUSED, GFile **files, int count, const char *hint G_GNUC_UNUSED,
         void *data)
{
  Application *application = data;
  Request *request = request_copy (application->request);
  char **folders = request_paths_of_files (files, (gsize) count);
  application->begun = TRUE;
  request_set_folders (request, (const char *const *) folders);
  open_window (request, application);
  g_strfreev (folders);
  request_free (request);
}

static void
show_dark (Application *application, gboolean dark)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (application->application), "dark");
  dark_show (dark);
  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (dark));
}

/* Another command line asks for a window. */
static void
on_scan (GSimpleAction *action G_GNUC_UNUSED, GVariant *message, void *data)
{
  Application *application = data;
  Request *request = request_from_message (message);
  if (request == NULL)
    return;
  application->begun = TRUE;
  if (request->dark)
    show_dark (application, TRUE);
  open_window (request, application);
  request_free (request);
}

static void
on_quit (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  close_all (data);
}

static void
on_dark (GSimpleAction *action G_GNUC_UNUSED, GVariant *dark, void *data)
{
  Application *application = data;
  show_dark (application, g_variant_get_boolean (dark));
  kept_set_dark (application->settings, g_variant_get_boolean (dark));
}

static const GActionEntry entries[] = {
  { .name = "scan", .activate = on_scan, .parameter_type = REQUEST_TYPE },
  { .name = "quit", .activate = on_quit },
  { .name = "dark", .state = "false", .change_state = on_dark },
};

/* ---- from the beginning to the end ------------------------------------------------------------------------------ */

static void
on_startup (GApplication *gtk_application, void *data)
{
  Application *application = data;
  const LodgerCallerOptions *options = LODGER_CALLER_OPTIONS (.stop_deadline = SCAN_PATIENCE, .nice = SCAN_NICE);
  GError *error = NULL;
  application->caller = lodger_gtk_attach_full (options, &error);
  if (application->caller == NULL)
    {
      fprintf (stderr, "%s: cannot start: %s\n", g_get_prgname (), error->message);
      g_error_free (error);
      application->status = SCAN_CANNOT_WRITE;
      g_application_quit (gtk_application);
      return;
    }
  calls_begin (application->caller);
  application->shared.caller = application->caller;
  settings_begin_to_write (application->settings, application->caller);
  gtk_window_set_default_icon_name (APPLICATION_ID);
  cells_load_style ();
  recent_show (application->recent, application->settings);
  if (application->request->dark || kept_get_dark (application->settings))
    show_dark (application, TRUE);
}

/* Windows may still be there, because somebody has ended the application in another way. Lodger's caller stops right
 * after this, but not before what this gives to a worker is done. */
static void
on_shutdown (GApplication *gtk_application G_GNUC_UNUSED, void *data)
{
  Application *application = data;
  close_all (application);
  lodger_pending_unref (settings_write (application->settings));
}

/* Without a session bus this succeeds. A bus that refuses the name is as if there was none. */
static void
register_name (GApplication *application)
{
  if (g_application_register (application, NULL, NULL))
    return;
  g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
  (void) g_application_register (application, NULL, NULL);
}

/* If a program runs already, that one opens the window, and this one ends. */
static int
on_begin (GApplication *gtk_application, GVariantDict *none G_GNUC_UNUSED, void *data)
{
  const Application *application = data;
  register_name (gtk_application);
  if (!g_application_get_is_remote (gtk_application))
    return -1; /* go on */
  g_action_group_activate_action (G_ACTION_GROUP (gtk_application), "scan", request_to_message (application->request));
  return 0;
}

/* Has something to print or to write: nobody else can do that. It neither joins others nor keeps anything. */
static gboolean
is_alone (const ScanOptions *options)
{
  return options->exit_when_done || options->json != NULL || options->progress == PROGRESS_ALWAYS;
}

/* What the command line asks for. If it says nothing of what is left out, it is as the user has chosen last. The
 * session bus names no folder: it is the last one, too. */
static Request *
make_request (const ScanOptions *options, const Settings *settings)
{
  const EngineOptions *what = &options->what;
  Request *request = request_new (what, options->page, options->dark);
  request->no_cache = options->no_cache;
  if (!is_alone (options) && what->min_size == 0 && what->exclude == NULL && !what->no_hidden && !what->one_file_system
      && !options->hash_all)
    kept_show_choices (settings, request);
  if (options->service)
    {
      char **folders = kept_get_folders (settings);
      const char *const last[] = { folders[0], NULL };
      if (last[0] != NULL)
        request_set_folders (request, last);
      g_strfreev (folders);
    }
  return request;
}

static GApplication *
make_application (Application *application)
{
  const ScanOptions *options = application->options;
  GApplicationFlags flags = G_APPLICATION_HANDLES_OPEN;
  GApplication *gtk_application;
  if (options->service)
    flags |= G_APPLICATION_IS_SERVICE;
  if (is_alone (options))
    flags |= G_APPLICATION_NON_UNIQUE;
  gtk_application = G_APPLICATION (gtk_application_new (APPLICATION_ID, flags));
  g_action_map_add_action_entries (G_ACTION_MAP (gtk_application), entries, G_N_ELEMENTS (entries), application);
  g_signal_connect (gtk_application, "handle-local-options", G_CALLBACK (on_begin), application);
  g_signal_connect (gtk_application, "startup", G_CALLBACK (on_startup), application);
  g_signal_connect (gtk_application, "activate", G_CALLBACK (on_activate), application);
  g_signal_connect (gtk_application, "open", G_CALLBACK (on_open), application);
  g_signal_connect (gtk_application, "shutdown", G_CALLBACK (on_shutdown), application);
  return gtk_application;
}

int
application_scan (const ScanOptions *options)
{
  Application application = { .options = options, .status = SCAN_OK };
  char *path;

  i18n_begin ();
  /* The other parts of the locale stay as they are in C, so that the summary is the same with a window and without
   * one. */
  gtk_disable_setlocale ();
  g_set_application_name (_ ("Lodger Scan"));
  if (!gtk_init_check ())
    {
      fprintf (stderr, "%s: no display can be opened; use --headless\n", g_get_prgname ());
      return SCAN_WRONG;
    }
  path = is_alone (options) ? NULL : settings_get_default_path ();
  application.settings = settings_new (path);
  application.request = make_request (options, application.settings);
  application.progress = progress_new (options->progress);
  application.recent = g_menu_new ();
  application.application = make_application (&application);
  application.shared = (WindowShared) {
    .application = GTK_APPLICATION (application.application),
    .recent = G_MENU_MODEL (application.recent),
    .settings = application.settings,
    .open = open_window,
    .scans = on_scans,
    .progress = on_progress,
    .shown = on_shown,
    .closed = on_closed,
    .data = &application,
  };
  (void) g_application_run (application.application, 0, NULL);
  calls_end ();
  if (application.caller != NULL)
    {
      (void) lodger_caller_leave (application.caller);
      lodger_caller_unref (application.caller);
    }
  g_object_unref (application.application);
  g_object_unref (application.recent);
  request_free (application.request);
  settings_free (application.settings);
  g_free (path);
  progress_free (application.progress);
  return application.status;
}
